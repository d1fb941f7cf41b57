//! V-5 and V-6: which way shares are rounded, and what disruption budgets allow.

use super::watched::{most_in_flight, rollout, step_through, watch};
use super::{Case, Measured, Title};
use crate::fleet::{BudgetIndex, MachineEvent};

const SLOTS: Title = Title {
    id: "V-5",
    says: "a share of a pool that may be out is rounded down to at least one machine, or up where it says so",
    source: "https://github.com/openshift/machine-config-operator/blob/main/pkg/controller/node/node_controller.go (down), https://karpenter.sh/docs/concepts/disruption/ (up)",
};
const SPARES: Title = Title {
    id: "V-5",
    says: "a share of spare machines is rounded up",
    source: "https://github.com/kubernetes-sigs/cluster-api/blob/main/api/core/v1beta2/machinedeployment_types.go, maxSurge",
};
const DESIRED: Title = Title {
    id: "V-6",
    says: "pods that a budget wants healthy: min_available, or replicas minus max_unavailable, shares rounded up in both",
    source: "https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/disruption/disruption.go, getExpectedPodCount",
};
const ALLOWED: Title = Title {
    id: "V-6",
    says: "evictions that a budget allows at once while all pods are healthy: as many as are healthy beyond those",
    source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages",
};

/// Machines, the percentage of them that may be out, and whether that is rounded up.
const POOLS: [(u32, u32, bool); 9] = [
    (11, 50, false),
    (6, 10, false),
    (5, 30, false),
    (25, 40, false),
    (33, 29, false),
    (33, 29, true),
    (19, 10, true),
    (4, 33, true),
    (200, 7, false),
];
/// Machines, and the percentage of them that are spare.
const SURGES: [(u32, u32); 6] = [(5, 30), (4, 33), (4, 50), (19, 10), (7, 29), (100, 1)];
/// Replicas of the budgets' workload.
const REPLICAS: [u32; 8] = [1, 2, 3, 4, 5, 7, 10, 23];
/// The key of a budget, its number, and whether that is a percentage.
const LIMITS: [(&str, u32, bool); 9] = [
    ("min_available", 1, false),
    ("min_available", 2, false),
    ("min_available", 50, true),
    ("min_available", 90, true),
    ("min_available", 100, true),
    ("max_unavailable", 1, false),
    ("max_unavailable", 10, true),
    ("max_unavailable", 30, true),
    ("max_unavailable", 50, true),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(POOLS.map(slots));
    cases.extend(SURGES.map(spares));
    for limit in LIMITS {
        cases.extend(REPLICAS.map(|replicas| desired(replicas, limit)));
    }
    for limit in LIMITS {
        cases.extend(REPLICAS.map(|replicas| allowed(replicas, limit)));
    }
    cases
}

fn slots((machines, percent, is_up): (u32, u32, bool)) -> Case {
    let rounding = if is_up { "up" } else { "down" };
    let policy = format!("max_unavailable = \"{percent}%\"\nrounding = \"{rounding}\"");
    let most = most_in_flight(&rollout(machines, &policy));
    let share = machines * percent;
    let expected = if is_up {
        share.div_ceil(100)
    } else {
        (share / 100).max(1)
    };
    SLOTS.case(
        &format!("n={machines} max={percent}% {rounding}"),
        [
            ("machines", machines.into()),
            ("percent", percent.into()),
            ("rounding", rounding.into()),
        ],
        Measured::exact(expected.into(), most.into()),
    )
}

fn spares((machines, percent): (u32, u32)) -> Case {
    let watched = watch(&rollout(machines, &format!("surge = \"{percent}%\"")));
    let added = watched
        .of_machines()
        .filter(|(_, _, what)| matches!(what, MachineEvent::Added { .. }));
    SPARES.case(
        &format!("n={machines} surge={percent}%"),
        [("machines", machines.into()), ("percent", percent.into())],
        Measured::exact(
            (machines * percent).div_ceil(100).into(),
            super::number(added.count()).into(),
        ),
    )
}

/// All pods of a workload on one machine, which is drained at the start. Their replacements are never Ready.
fn budget(replicas: u32, (key, number, is_share): (&str, u32, bool)) -> String {
    let limit = if is_share {
        format!("\"{number}%\"")
    } else {
        number.to_string()
    };
    format!(
        r#"
        horizon = "1h"
        [[pools]]
        name = "p"
        machines = 2
        [[workloads]]
        name = "w"
        replicas = {replicas}
        starts_on = ["p-1"]
        termination = "10s"
        startup = "1d"
        budget = {{ {key} = {limit} }}
        [[steps]]
        at = "+0s"
        do = "drain"
        machine = "p-1"
        "#
    )
}

/// By the formulas of the disruption controller: how many pods must be healthy.
fn needed(replicas: u32, (key, number, is_share): (&str, u32, bool)) -> u32 {
    let count = if is_share {
        (replicas * number).div_ceil(100)
    } else {
        number
    };
    if key == "min_available" {
        count
    } else {
        replicas.saturating_sub(count)
    }
}

fn desired(replicas: u32, limit: (&'static str, u32, bool)) -> Case {
    let mut got = None;
    step_through(&budget(replicas, limit), |world| {
        got = got.or(Some(world.budget_counts(BudgetIndex(0)).desired));
    });
    let expected = needed(replicas, limit);
    let measured = Measured::exact(expected.into(), got.map_or(f64::NAN, f64::from));
    case(DESIRED, replicas, limit, measured)
}

fn allowed(replicas: u32, limit: (&'static str, u32, bool)) -> Case {
    let evicted = watch(&budget(replicas, limit)).evictions().count();
    let expected = replicas.saturating_sub(needed(replicas, limit));
    let measured = Measured::exact(expected.into(), super::number(evicted).into());
    case(ALLOWED, replicas, limit, measured)
}

fn case(
    title: Title,
    replicas: u32,
    (key, number, is_share): (&'static str, u32, bool),
    measured: Measured,
) -> Case {
    let unit = if is_share { "%" } else { "" };
    title.case(
        &format!("n={replicas} {key}={number}{unit}"),
        [
            ("replicas", replicas.into()),
            ("key", key.into()),
            ("number", number.into()),
            ("unit", if is_share { "percent" } else { "pods" }.into()),
        ],
        measured,
    )
}
