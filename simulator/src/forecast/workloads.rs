//! What the rollouts did to the workloads.

use appliance::Text;
use serde::Serialize;

use super::{Share, share};
use crate::ensemble::Ensemble;
use crate::fleet::{Blueprint, Figures};

/// One workload's part of the forecast, over all runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WorkloadForecast {
    /// How often a pod was evicted, on average over its pods and all runs.
    pub evictions_per_pod: f64,
    /// Pods that died with their machine without having been evicted, a run on average.
    pub pods_lost: f64,
    /// Pods that a rollout took away although their budget allowed none, a run on average.
    pub budget_violations: f64,
    /// The most pods at once for which there was no machine, in any run.
    pub most_pending: u32,
    /// Runs at whose end a pod had no machine.
    pub pending_at_end: Share,
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
        let pods = blueprint.scenario().workloads[workload.at()].replicas;
        let stranded = figures().filter(|figures| figures.pending > 0).count();
        WorkloadForecast {
            evictions_per_pod: mean(|figures| figures.evictions) / f64::from(pods.max(1)),
            pods_lost: mean(|figures| figures.lost),
            budget_violations: mean(|figures| figures.violations),
            most_pending: figures()
                .map(|figures| figures.most_pending)
                .max()
                .unwrap_or(0),
            pending_at_end: Share {
                share: share(stranded, ensemble.rows.len()),
            },
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
                Share {
                    share: share(count, runs),
                },
            )
        })
        .collect()
}

/// The mean over runs: a sum of integers, so that it does not depend on their order.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of pods and runs lie far below 2^53"
)]
pub(super) fn mean(values: impl Iterator<Item = u32>, runs: usize) -> f64 {
    let sum: u64 = values.map(u64::from).sum();
    sum as f64 / runs.max(1) as f64
}
