//! V-13: how often a rollout evicts each pod, by where evicted pods are put.

use super::watched::watch;
use super::{Case, Measured, Title, number, rehearse};

const UNIFORM: Title = Title {
    id: "V-13",
    says: "evictions per pod, machines one after the other, pods put on any other: (n−1)/n·((n/(n−1))^n−1), towards e−1",
    source: "sum of a geometric series: each drain after the first meets the pods that were put there before; https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/",
};
const BATCHES: Title = Title {
    id: "V-13",
    says: "evictions per pod, batches of k machines in lock-step: as n/k machines one after the other",
    source: UNIFORM.source,
};
const UPDATED_FIRST: Title = Title {
    id: "V-13",
    says: "evictions per pod where updated machines are preferred: 1+k/n, since only the first batch's pods go twice",
    source: "https://github.com/openshift/machine-config-operator/blob/main/pkg/controller/node/node_controller.go: a PreferNoSchedule taint on machines whose turn is still to come",
};
const SPARE_FIRST: Title = Title {
    id: "V-13",
    says: "evictions per pod from the pool's own machines where an updated spare one stands ready and is preferred: 1",
    source: "https://cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies#surge",
};

/// Machines, machines at a time, pods on each at the start, runs.
const ANYWHERE: [[u32; 4]; 8] = [
    [2, 1, 30, 20],
    [3, 1, 30, 400],
    [10, 1, 20, 200],
    [40, 1, 10, 100],
    [10, 2, 20, 200],
    [12, 3, 20, 160],
    [40, 4, 10, 100],
    [9, 3, 20, 200],
];
/// Machines and machines at a time.
const STEERED: [[u32; 2]; 5] = [[3, 1], [10, 1], [40, 1], [10, 2], [40, 5]];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = ANYWHERE.map(uniform).into();
    cases.extend(STEERED.map(updated_first));
    cases.extend([3, 10, 40].map(spare_first));
    cases
}

/// A pool that is rolled out in batches, with as many pods on each machine.
fn pool([machines, at_once, each]: [u32; 3], placement: &str, policy: &str) -> String {
    format!(
        r#"
        placement = "{placement}"
        [hardware.machine]
        update = "1m"
        [[pools]]
        name = "p"
        machines = {machines}
        hardware = "machine"
        capacity = {{ pods = {} }}
        max_unavailable = {at_once}
        mode = "lock-step"
        {policy}
        [[workloads]]
        name = "w"
        replicas = {}
        termination = "1s"
        startup = "1s"
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "p"
        "#,
        machines * each,
        machines * each,
    )
}

fn of(
    title: Title,
    [machines, at_once]: [u32; 2],
    placement: &'static str,
    measured: Measured,
) -> Case {
    title.case(
        &format!("n={machines} k={at_once} {placement}"),
        [
            ("machines", machines.into()),
            ("at_once", at_once.into()),
            ("placement", placement.into()),
        ],
        measured,
    )
}

fn uniform([machines, at_once, each, runs]: [u32; 4]) -> Case {
    let ensemble = rehearse(&pool([machines, at_once, each], "uniform", ""), runs);
    let pods = f64::from(machines * each);
    let evictions = ensemble.rows.iter().map(|row| row.workloads[0].evictions);
    let sample: Vec<_> = evictions
        .map(|evictions| f64::from(evictions) / pods)
        .collect();
    let n = f64::from(machines / at_once);
    let expected = (n - 1.0) / n * (libm::pow(n / (n - 1.0), n) - 1.0);
    let title = if at_once == 1 { UNIFORM } else { BATCHES };
    let measured = Measured::mean(expected, &sample);
    of(title, [machines, at_once], "uniform", measured)
}

fn updated_first([machines, at_once]: [u32; 2]) -> Case {
    let ensemble = rehearse(&pool([machines, at_once, 10], "prefer-updated", ""), 1);
    let evictions = f64::from(ensemble.rows[0].workloads[0].evictions);
    let expected = 1.0 + f64::from(at_once) / f64::from(machines);
    let measured = Measured::exact(expected, evictions / f64::from(10 * machines));
    of(
        UPDATED_FIRST,
        [machines, at_once],
        "prefer-updated",
        measured,
    )
}

/// The spare machine's own pods are evicted once more when it leaves; that is not counted.
fn spare_first(machines: u32) -> Case {
    let text = pool([machines, 0, 10], "prefer-updated", "surge = 1");
    let watched = watch(&text);
    let own = watched
        .evictions()
        .filter(|(_, machine)| machine.0 < machines);
    let measured = Measured::exact(
        1.0,
        f64::from(number(own.count())) / f64::from(10 * machines),
    );
    of(SPARE_FIRST, [machines, 0], "surge", measured)
}
