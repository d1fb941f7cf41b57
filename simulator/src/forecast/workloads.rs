//! What the rollouts did to the workloads.

use appliance::Text;
use schemars::JsonSchema;
use serde::Serialize;

use super::quantiles::{Lowest, Sorted};
use super::{Durations, Share};
use crate::ensemble::Ensemble;
use crate::fleet::{Blueprint, Figures};

/// One workload's part of the forecast, over all runs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WorkloadForecast {
    /// How often a pod was evicted, on average over all runs and the most pods that the workload was to have.
    pub evictions_per_pod: f64,
    /// Pods that died with their machine without having been evicted, a run on average.
    pub pods_lost: f64,
    /// Pods that were deleted because their machine was away for too long, on average.
    pub pods_deleted_as_unreachable: f64,
    /// Pods that a rollout took away although their budget allowed none, a run on average.
    pub budget_violations: f64,
    /// The most pods at once for which there was no machine, in any run.
    pub most_pending: u32,
    /// Runs at whose end a pod had no machine.
    pub pending_at_end: Share,
    /// Seconds during which there was no machine for some pod.
    pub pending_s: Durations,
    /// Seconds at once during which there was no machine for some pod, the longest of each run.
    pub pending_longest_s: Durations,
    /// The most pods that it was to have.
    pub replicas: u32,
    /// The fewest pods at once that were Ready, in each run.
    pub least_ready: Lowest<u32>,
    /// Seconds during which fewer pods were Ready than it was to have, from the start to the run's last event.
    pub short_s: Durations,
}

pub(super) fn of(blueprint: &Blueprint, ensemble: &Ensemble) -> Vec<(Text, WorkloadForecast)> {
    let forecast = |workload: crate::fleet::WorkloadIndex| {
        let figures = || {
            ensemble
                .rows
                .iter()
                .map(move |row| &row.workloads[workload.at()])
        };
        let mean = |of: fn(&Figures) -> u32| mean(figures().map(of), ensemble.rows.len());
        let sum = |of: fn(&Figures) -> u32| figures().map(|figures| u128::from(of(figures))).sum();
        let ratio =
            |part: fn(&Figures) -> u32, of: fn(&Figures) -> u32| quotient(sum(part), sum(of));
        let stranded = figures().filter(|figures| figures.pending > 0).count();
        WorkloadForecast {
            evictions_per_pod: ratio(|figures| figures.evictions, |figures| figures.replicas),
            pods_lost: mean(|figures| figures.lost),
            pods_deleted_as_unreachable: mean(|figures| figures.evictions_by_taint),
            budget_violations: mean(|figures| figures.violations),
            most_pending: figures()
                .map(|figures| figures.most_pending)
                .max()
                .unwrap_or(0),
            pending_at_end: Share::new(stranded, ensemble.rows.len()),
            pending_s: Durations::new(figures().map(|figures| Some(figures.pending_for))),
            pending_longest_s: Durations::new(
                figures().map(|figures| Some(figures.pending_longest)),
            ),
            replicas: figures().map(|figures| figures.replicas).max().unwrap_or(0),
            least_ready: Lowest::new(&Sorted::new(
                figures().map(|figures| Some(figures.least_ready)),
            )),
            short_s: Durations::new(figures().map(|figures| Some(figures.short_for))),
        }
    };
    blueprint
        .workloads()
        .filter(|workload| {
            !blueprint.scenario().workloads[workload.at()]
                .kind
                .is_per_machine()
        })
        .map(|workload| {
            (
                Text::from(blueprint.workload_name(workload)),
                forecast(workload),
            )
        })
        .collect()
}

/// The budgets that a rollout broke in some run, with the share of such runs.
pub(super) fn broken_budgets(blueprint: &Blueprint, ensemble: &Ensemble) -> Vec<(Text, Share)> {
    let runs = ensemble.rows.len();
    let broke = |budget| {
        ensemble
            .rows
            .iter()
            .filter(|row| row.broken_budgets.contains(&budget))
            .count()
    };
    blueprint
        .budgets()
        .map(|budget| (budget, broke(budget)))
        .filter(|(_, count)| *count > 0)
        .map(|(budget, count)| {
            (
                Text::from(blueprint.budget_name(budget)),
                Share::new(count, runs),
            )
        })
        .collect()
}

/// A part of a whole, both of them sums of integers; 0 of nothing.
#[expect(
    clippy::cast_precision_loss,
    reason = "a share needs no more digits than a double has"
)]
pub(super) fn quotient(part: u128, whole: u128) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// The mean over runs: a sum of integers, so that it does not depend on their order.
pub(super) fn mean(values: impl Iterator<Item = u32>, runs: usize) -> f64 {
    quotient(values.map(u128::from).sum(), runs as u128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Seed;
    use crate::scenario::Scenario;

    /// Two pods, none of which is there at the start, are evicted once each.
    #[test]
    fn evictions_are_for_the_most_pods_that_a_workload_was_to_have() {
        let text = r#"
            [hardware.h]
            os = "10s"
            [[pools]]
            name = "w"
            machines = 1
            hardware = "h"
            [[pools]]
            name = "other"
            machines = 1
            labels = { last = "yes" }
            [[workloads]]
            name = "web"
            replicas = 0
            pools = ["w", "other"]
            [[workloads]]
            name = "filler"
            kind = "daemon-set"
            [[steps]]
            at = "+0s"
            do = "cordon"
            machine = "other-1"
            [[steps]]
            at = "+1s"
            do = "scale"
            workload = "web"
            replicas = 2
            [[steps]]
            at = "+2m"
            do = "uncordon"
            machine = "other-1"
            [[steps]]
            at = "+3m"
            do = "apply"
            pool = "w"
        "#;
        let blueprint = Blueprint::new(Scenario::parse(text, "test", "test").unwrap());
        let ensemble = Ensemble::run(&blueprint, Seed(1), 2, None).unwrap();
        let workloads = of(&blueprint, &ensemble);
        let evictions: Vec<_> = workloads
            .iter()
            .map(|(name, workload)| (name.as_str(), workload.evictions_per_pod))
            .collect();
        assert_eq!(evictions, [("default/web", 1.0)]);
    }
}
