//! V-22: one scenario under the presets of ten engines. Ten machines, one at a time; on the third runs a pod whose budget
//! never lets it go. What becomes of that tells the engines apart.

use super::watched::{Watched, watch};
use super::{Case, Measured, Title};
use crate::fleet::{MachineEvent, MachineIndex, RolloutRow};

const SOURCE: &str =
    "the engines' own sources, which each preset names: simulator/src/scenario/presets/";

const UPDATED: Title = Title {
    id: "V-22",
    says: "ten machines, a pod on the third that nothing may evict: machines that are updated",
    source: SOURCE,
};
const FAILED: Title = Title {
    id: "V-22",
    says: "of these machines, those that failed, those that were set aside included",
    source: SOURCE,
};
const CORDONED: Title = Title {
    id: "V-22",
    says: "of these machines, those that are cordoned at the end",
    source: SOURCE,
};
const BROKEN: Title = Title {
    id: "V-22",
    says: "budgets that the rollout of these machines broke",
    source: SOURCE,
};
const ENDS: Title = Title {
    id: "V-22",
    says: "seconds until that rollout has ended; -1: it never does",
    source: SOURCE,
};
const ALERT: Title = Title {
    id: "V-22",
    says: "seconds after which OpenShift says that the drain fails: at the begin of the first attempt after an hour",
    source: "https://github.com/openshift/machine-config-operator/blob/main/pkg/controller/drain/drain_controller.go",
};
const RETRIED: Title = Title {
    id: "V-22",
    says: "seconds from one attempt at the third machine to the next, when it alone is left: one tick of its agent",
    source: "https://github.com/kubereboot/kured/blob/main/cmd/kured/main.go",
};

/// What an engine makes of it.
#[derive(Clone, Copy)]
struct Outcome {
    preset: &'static str,
    /// Keys that the pool says itself.
    keys: &'static str,
    updated: u32,
    failed: u32,
    cordoned: u32,
    broken: u32,
    /// `None`: never.
    ends: Option<u32>,
}

const fn outcome(
    preset: &'static str,
    keys: &'static str,
    [updated, failed, cordoned, broken]: [u32; 4],
    ends: Option<u32>,
) -> Outcome {
    Outcome {
        preset,
        keys,
        updated,
        failed,
        cordoned,
        broken,
        ends,
    }
}

/// A machine takes a minute, its pod 5 s to end; so the third begins to drain after two minutes. On EKS a machine takes two, the
/// second of which it waits before its stop.
const OUTCOMES: [Outcome; 14] = [
    outcome(
        "meltcloud",
        "drain_timeout = \"30m\"",
        [2, 1, 1, 0],
        Some(120 + 1800),
    ),
    outcome("kubectl-loop", "", [2, 0, 1, 0], None),
    outcome(
        "kubectl-loop",
        "drain_timeout = \"10m\"",
        [2, 1, 1, 0],
        Some(120 + 600),
    ),
    outcome("mco", "", [2, 0, 1, 0], None),
    outcome("fluo", "", [10, 0, 0, 1], Some(120 + 600 + 8 * 60)),
    outcome("capi", "order = \"name\"", [2, 0, 1, 0], None),
    outcome(
        "capi",
        "order = \"name\"\ndrain_timeout = \"10m\"",
        [10, 0, 0, 1],
        Some(120 + 600 + 8 * 60),
    ),
    outcome("talos", "", [10, 0, 0, 1], Some(120 + 300 + 8 * 60)),
    outcome("aks", "", [2, 1, 1, 0], Some(120 + 1800)),
    outcome(
        "aks",
        "on_drain_timeout = \"quarantine\"",
        [9, 1, 1, 0],
        Some(120 + 1800 + 7 * 60),
    ),
    outcome("eks", "order = \"name\"", [2, 1, 1, 0], Some(240 + 900)),
    outcome(
        "eks",
        "order = \"name\"\non_drain_timeout = \"force\"",
        [10, 0, 0, 1],
        Some(240 + 900 + 5 + 8 * 120),
    ),
    outcome("gardener", "", [10, 0, 0, 1], Some(120 + 7200 + 8 * 60)),
    outcome(
        "gardener",
        "drain_timeout = \"1h\"",
        [10, 0, 0, 1],
        Some(120 + 3600 + 8 * 60),
    ),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = OUTCOMES.into_iter().flat_map(of_engine).collect();
    cases.push(alert());
    cases.extend(polled());
    cases
}

fn scenario(preset: &str, keys: &str, horizon: &str) -> String {
    format!(
        r#"
        horizon = "{horizon}"
        [hardware.machine]
        stop = "10s"
        firmware = "20s"
        os = "20s"
        join = "10s"
        [[pools]]
        name = "p"
        machines = 10
        hardware = "machine"
        behaves_like = "{preset}"
        {keys}
        [[workloads]]
        name = "licence-server"
        starts_on = ["p-3"]
        termination = "5s"
        startup = "30s"
        budget = {{ min_available = 1 }}
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "p"
        "#
    )
}

fn rollout(run: &Watched) -> &RolloutRow {
    &run.row.pools[0].rollouts[0]
}

fn of_engine(outcome: Outcome) -> [Case; 5] {
    let Outcome { preset, keys, .. } = outcome;
    let run = watch(&scenario(preset, keys, "12h"));
    let rollout = rollout(&run);
    let ended = rollout
        .ended
        .map(|at| at.since_start().as_millis_f64() / 1000.0);
    let count = |machines: usize| f64::from(super::number(machines));
    let measured = [
        (
            UPDATED,
            f64::from(outcome.updated),
            f64::from(rollout.updated),
        ),
        (FAILED, f64::from(outcome.failed), f64::from(rollout.failed)),
        (
            CORDONED,
            f64::from(outcome.cordoned),
            count(run.row.pools[0].left_cordoned.len()),
        ),
        (
            BROKEN,
            f64::from(outcome.broken),
            count(run.row.broken_budgets.len()),
        ),
        (
            ENDS,
            outcome.ends.map_or(-1.0, f64::from),
            ended.unwrap_or(-1.0),
        ),
    ];
    // Of what the pool says itself the value says enough: how long a drain may last, or what follows.
    let own = keys.rsplit('"').nth(1).filter(|own| *own != "name");
    let name = own.map_or_else(|| preset.to_owned(), |own| format!("{preset} {own}"));
    measured.map(|(title, expected, got)| {
        let settings = [("behaves_like", preset.into())];
        title.case(&name, settings, Measured::exact(expected, got))
    })
}

/// Attempts of 90 s begin 0, 150, 300, 450 and 600 s after the drain; then one 990 s after it, and every 390 s, the eighth of
/// which is the first after an hour.
fn alert() -> Case {
    let run = watch(&scenario("mco", "", "12h"));
    let mut told = run.of_machines().filter_map(|(at, machine, what)| {
        let is_third = machine == MachineIndex(2);
        matches!(what, MachineEvent::DrainFailing { .. } if is_third).then_some(at)
    });
    let at = told.next().unwrap_or(f64::NAN);
    ALERT.case(
        "mco",
        [("behaves_like", "mco".into())],
        Measured::exact(990.0 + 7.0 * 390.0, at - 120.0),
    )
}

/// kured's agents ask in no order that one could know: the third machine hangs whenever its turn comes.
fn polled() -> Vec<Case> {
    let hangs = watch(&scenario("kured", "", "4d"));
    let third = MachineIndex(2);
    let cordoned = |run: &Watched| {
        run.of_machines()
            .find(|(_, machine, what)| {
                *machine == third && matches!(what, MachineEvent::Cordoned { .. })
            })
            .map_or(f64::NAN, |(at, _, _)| at)
    };
    let before = hangs.of_machines().filter(|(at, _, what)| {
        *at < cordoned(&hangs) && matches!(what, MachineEvent::Settled { .. })
    });
    let before = f64::from(super::number(before.count()));
    // Short, since an agent whose tick always falls into the third machine's attempts never has its turn.
    let limited = "drain_timeout = \"1m\"";
    let released = watch(&scenario("kured", limited, "4d"));
    let attempts: Vec<f64> = released
        .of_machines()
        .filter(|(_, machine, what)| {
            *machine == third && matches!(what, MachineEvent::DrainGivenUp { .. })
        })
        .map(|(at, _, _)| at)
        .collect();
    let apart = match attempts[..] {
        [.., before, last] => last - before,
        _ => f64::NAN,
    };
    let case = |title: Title, name: &str, expected, got| {
        let settings = [("behaves_like", "kured".into())];
        title.case(name, settings, Measured::exact(expected, got))
    };
    let left = |run: &Watched| f64::from(super::number(run.row.pools[0].left_cordoned.len()));
    let (name, limited) = ("kured, those before it", "kured 1m");
    vec![
        case(UPDATED, name, before, f64::from(rollout(&hangs).updated)),
        case(CORDONED, "kured", 1.0, left(&hangs)),
        case(UPDATED, limited, 9.0, f64::from(rollout(&released).updated)),
        case(FAILED, limited, 0.0, f64::from(rollout(&released).failed)),
        case(RETRIED, limited, 3600.0, apart),
    ]
}
