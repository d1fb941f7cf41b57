//! Budgets that allow no disruption now, and pods that more than one budget covers.

use super::{Finding, Says, Severity, Subject};
use crate::fleet::{BudgetIndex, MachineIndex, PodId, WorkloadIndex};
use crate::remedy::of_budget;

pub(super) fn check(about: &Subject<'_>) -> Vec<Finding> {
    let blueprint = about.blueprint;
    let closed = blueprint
        .budgets()
        .filter_map(|budget| closed(about, budget));
    let doubled = blueprint
        .workloads()
        .filter_map(|workload| doubled(about, workload));
    closed.chain(doubled).collect()
}

/// The pool's machines with a pod that `is_meant`.
pub(super) fn machines_with(
    about: &Subject<'_>,
    is_meant: impl Fn(PodId) -> bool,
) -> Vec<MachineIndex> {
    about
        .machines()
        .filter(|machine| {
            about
                .world
                .pods_on(*machine)
                .iter()
                .any(|(pod, _)| is_meant(*pod))
        })
        .collect()
}

/// A budget that refuses every eviction of a pod on the pool's machines.
fn closed(about: &Subject<'_>, budget: BudgetIndex) -> Option<Finding> {
    let counts = about.world.budget_counts(budget);
    if counts.allowed > 0 {
        return None;
    }
    let covered = &about.blueprint.pods().budget(budget).workloads;
    let machines = machines_with(about, |pod| covered.contains(&pod.workload));
    if machines.is_empty() {
        return None;
    }
    let limit = about.world.budget_limit(budget);
    let all_are_well = counts.healthy >= counts.expected;
    let says = if all_are_well {
        let pods = match counts.expected {
            1 => "its one pod is".to_owned(),
            pods => format!("all {pods} pods are"),
        };
        format!("{limit} allows no disruption although {pods} healthy")
    } else {
        format!(
            "{limit} allows no disruption: {} of {} pods are healthy, {} needed",
            counts.healthy, counts.expected, counts.desired
        )
    };
    let change = if all_are_well || counts.desired >= counts.expected {
        of_budget(about.blueprint, budget)
    } else {
        "make its pods healthy first".to_owned()
    };
    Some(about.finding(
        &about.blueprint.budget_name(budget),
        &machines,
        Says {
            severity: Severity::Blocks,
            check: "budget-allows-none",
            what: says,
            change,
        },
    ))
}

/// A workload whose pods cannot be evicted, since more than one budget covers them.
fn doubled(about: &Subject<'_>, workload: WorkloadIndex) -> Option<Finding> {
    let budgets = &about.blueprint.pods().workload(workload).budgets;
    if budgets.len() < 2 {
        return None;
    }
    let machines = machines_with(about, |pod| pod.workload == workload);
    let names: Vec<_> = budgets
        .iter()
        .map(|budget| about.blueprint.budget_name(*budget))
        .collect();
    (!machines.is_empty()).then(|| {
        about.finding(
            &about.blueprint.workload_name(workload),
            &machines,
            Says {
                severity: Severity::Blocks,
                check: "two-budgets",
                what: format!(
                    "budgets {} cover its pods, and an eviction supports only one",
                    names.join(", ")
                ),
                change: "one budget for each pod".to_owned(),
            },
        )
    })
}
