//! The smallest change that would end or shorten a wait, as a key of the scenario.

use crate::engine::Time;
use crate::fleet::{Blueprint, BudgetIndex, PoolIndex, Reason, desired};
use crate::scenario::{Amount, Limit, OnDrainTimeOut, Quantity};

/// What to change so that the pool's machines wait less for this.
pub fn remedy(blueprint: &Blueprint, pool: PoolIndex, reason: Reason) -> String {
    let about = &blueprint.scenario().pools[pool.at()];
    match reason {
        Reason::Budget(budget) => of_budget(blueprint, budget),
        Reason::Capacity(_) => format!("room: surge = {}", blueprint.surge(pool) + 1),
        Reason::Slot => match about.policy.max_unavailable {
            Amount::Count(count) => format!("max_unavailable = {}", count + 1),
            Amount::Share(_) => format!("max_unavailable = {}", blueprint.slots(pool) + 1),
        },
        Reason::PodGrace(workload) => {
            let spec = &blueprint.scenario().workloads[workload.at()];
            format!("a grace below {}", spec.grace)
        }
        Reason::Volume => "wait_for_volumes = false".to_owned(),
        Reason::Window => {
            let first = blueprint.door(pool, Time::START);
            let opens = first.is_some_and(|door| door.opens <= blueprint.horizon());
            if opens {
                "a longer window".to_owned()
            } else {
                "a window before the horizon".to_owned()
            }
        }
        Reason::Poll => match &about.policy.poll {
            Some(asking) => format!("poll = \"{}\"", asking.period.shared_by(2)),
            None => "no poll".to_owned(),
        },
        Reason::Paused => "resume sooner".to_owned(),
        Reason::Halted => match about.policy.halt_after {
            Some(count) => format!("retry, or halt_after = {}", count + 1),
            None => "do not cancel".to_owned(),
        },
        Reason::Backoff => match about.drain.on_time_out {
            OnDrainTimeOut::Release => "a shorter drain_retry".to_owned(),
            _ => "a shorter backoff".to_owned(),
        },
        Reason::Power => "power on sooner".to_owned(),
        Reason::Gate(gate) => format!("gate {} green sooner", blueprint.gate_name(gate)),
        Reason::Canary => "a shorter canary_soak".to_owned(),
        Reason::Hold => "unhold".to_owned(),
        Reason::Repair(None) => "[[hands]] that repair machines".to_owned(),
        Reason::Repair(Some(_)) => "[[hands]] with a shorter reaction, or more people".to_owned(),
        Reason::Phase(_) => "faster hardware".to_owned(),
    }
}

/// One disruption more than the budget allows while all its pods are healthy.
pub fn of_budget(blueprint: &Blueprint, budget: BudgetIndex) -> String {
    let plan = blueprint.pods().budget(budget);
    let replicas: u32 = plan
        .workloads
        .iter()
        .map(|workload| blueprint.pods().workload(*workload).spec.replicas)
        .sum();
    let allowed = replicas.saturating_sub(desired(plan.spec.limit, replicas));
    if replicas < 2 && desired(plan.spec.limit, 2) < 2 {
        return "replicas = 2".to_owned();
    }
    match plan.spec.limit {
        Limit::MinAvailable(Quantity::Count(count)) => {
            format!("min_available = {}", count.min(replicas).saturating_sub(1))
        }
        Limit::MinAvailable(Quantity::Share(_)) | Limit::MaxUnavailable(_) => {
            format!("max_unavailable = {}", (allowed + 1).min(replicas))
        }
    }
}
