//! How much disruption budgets are pressed by the rollouts.

use appliance::Text;
use schemars::JsonSchema;
use serde::Serialize;

use super::workloads::mean;
use super::{Durations, Share, shared};
use crate::engine::Span;
use crate::ensemble::Ensemble;
use crate::fleet::{Blueprint, BudgetIndex, Reason, RunRow};

/// One budget's part of the forecast.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BudgetForecast {
    /// Runs in which a drain waited for it.
    pub waited: Share,
    /// Machines whose drains waited for it, a run on average.
    pub machines: f64,
    /// Seconds that drains waited for it, of all machines together, a run on average.
    pub machine_s: Span,
    /// Seconds during which it allowed no disruption, whether or not anybody asked, from the start to the run's last event.
    pub exhausted_s: Durations,
    /// Runs in which a rollout broke it: took pods away although it allowed none.
    pub broken: Share,
}

/// Every budget of the scenario, by namespace and name, in its order.
pub(super) fn of(blueprint: &Blueprint, ensemble: &Ensemble) -> Vec<(Text, BudgetForecast)> {
    let one = |budget| {
        let name = Text::from(blueprint.budget_name(budget));
        (name, BudgetForecast::new(&ensemble.rows, budget))
    };
    blueprint.budgets().map(one).collect()
}

impl BudgetForecast {
    fn new(rows: &[RunRow], budget: BudgetIndex) -> Self {
        let is_of = |reason: Reason| matches!(reason, Reason::Budget(of) | Reason::Capacity(of) if of == budget);
        let time = |row: &RunRow| -> u128 {
            let reasons = row.pools.iter().flat_map(|pool| &pool.reasons);
            let own = reasons.filter(|(reason, _)| is_of(*reason));
            own.map(|(_, span)| u128::from(span.as_millis())).sum()
        };
        // A drain that waited for a replacement's place first and for the budget then is one of both.
        let machines = |row: &RunRow| -> u32 {
            let waiters = row.pools.iter().map(|pool| {
                let own = pool.waiters.iter().filter(|(reason, _)| is_of(*reason));
                own.map(|(_, count)| *count).max().unwrap_or(0)
            });
            waiters.sum()
        };
        let waited = rows.iter().filter(|row| time(row) > 0).count();
        let broke = rows
            .iter()
            .filter(|row| row.broken_budgets.contains(&budget));
        let exhausted = rows
            .iter()
            .map(|row| row.exhausted.get(budget.at()).copied());
        Self {
            waited: Share::new(waited, rows.len()),
            machines: mean(rows.iter().map(machines), rows.len()),
            machine_s: shared(rows.iter().map(time).sum(), rows.len()),
            exhausted_s: Durations::new(exhausted),
            broken: Share::new(broke.count(), rows.len()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "shares and means of equal runs are exact")]
mod tests {
    use crate::engine::{Seed, Span};
    use crate::ensemble::Ensemble;
    use crate::fleet::Blueprint;
    use crate::forecast::{Clock, Forecast};
    use crate::scenario::Scenario;

    fn forecast(replicas: u32) -> Forecast {
        let text = format!(
            r#"
            [hardware.h]
            os = "5m"
            [[pools]]
            name = "p"
            machines = 2
            hardware = "h"
            capacity = {{ cpu = "4", memory = "8Gi", pods = 10 }}
            [[workloads]]
            name = "web"
            replicas = {replicas}
            cpu = "1"
            memory = "1Gi"
            image_pull = "0s"
            startup = "30s"
            termination = "0s"
            budget = {{ max_unavailable = 1 }}
            [[steps]]
            at = "+1m"
            do = "apply"
            pool = "p"
            "#
        );
        let blueprint = Blueprint::new(Scenario::parse(&text, "test", "test").unwrap());
        let ensemble = Ensemble::run(&blueprint, Seed(1), 3, None).unwrap();
        let clock = Clock::new(&blueprint.scenario().calendar, None);
        Forecast::new(&blueprint, &ensemble, &clock)
    }

    /// The first machine's pod is Ready on the second after 30 s; of the two there then, one after the other is.
    #[test]
    fn what_a_rollout_costs_a_workload_and_its_budget() {
        let forecast = forecast(2);
        let (name, budget) = &forecast.budgets[0];
        assert_eq!(name.as_str(), "default/web");
        assert_eq!(budget.waited.share, 1.0);
        assert_eq!(budget.machines, 1.0);
        assert_eq!(budget.machine_s, Span::from_secs(30));
        assert_eq!(budget.exhausted_s.max, Some(Span::from_secs(90)));
        assert_eq!(budget.broken.share, 0.0);
        let web = &forecast.workloads[0].1;
        assert_eq!((web.replicas, web.least_ready.min), (2, Some(1)));
        assert_eq!(web.short_s.max, Some(Span::from_secs(90)));
        assert_eq!(web.pending_s.max, Some(Span::ZERO));
        let pool = &forecast.pools[0].1;
        let waits = pool.blockers.iter().find(|wait| wait.reason == "budget");
        assert_eq!(waits.map(|wait| wait.machines), Some(1.0));
        assert_eq!(pool.spare.machines.min, Some(1));
        assert_eq!(pool.spare.of_machines, 2);
        // While one is out both pods are on the other, which has four cores and ten places.
        assert_eq!(
            pool.spare.cpu_m.as_ref().and_then(|cpu| cpu.min),
            Some(2000)
        );
        assert_eq!(pool.spare.pods.as_ref().and_then(|pods| pods.min), Some(8));
        assert_eq!(pool.stuck, None);
    }

    /// Five pods ask for a core each, and one machine has four.
    #[test]
    fn a_pod_without_a_machine_is_counted_for_as_long_as_it_waits() {
        let forecast = forecast(5);
        let web = &forecast.workloads[0].1;
        assert_eq!(web.most_pending, 1);
        // Of each machine's five minutes the one pod waits for all but what the drain before it takes.
        assert!(web.pending_longest_s.max >= Some(Span::from_secs(300)));
        assert!(web.pending_s.max > web.pending_longest_s.max);
        let room = &forecast.pools[0].1.spare;
        assert_eq!(room.cpu_m.as_ref().and_then(|cpu| cpu.min), Some(0));
    }
}
