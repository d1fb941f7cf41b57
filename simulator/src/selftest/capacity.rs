//! V-2 and V-9 to V-11: rollouts and drains that wait for machines.

use std::fmt::Write as _;

use super::watched::{most_in_flight, rollout, step_through, watch};
use super::{Case, Measured, Title, durations_s, rehearse};

const AT_ONCE: Title = Title {
    id: "V-2",
    says: "S spare machines and U that may be unavailable: S+U are updated at once",
    source: "https://cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies#surge",
};
const AVAILABLE: Title = Title {
    id: "V-2",
    says: "S spare machines and U that may be unavailable: never fewer than n−U take workload",
    source: AT_ONCE.source,
};
const WALK_THROUGH: Title = Title {
    id: "V-9",
    says: "Kubernetes' walk-through: the second machine's drain waits for room, until the first is uncordoned and the pending pod Ready on it",
    source: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pdb-example",
};
const FASTEST: Title = Title {
    id: "V-10",
    says: "one pod on each machine, a at a time: all at once takes (⌈n/a⌉−1) cycles of a pod, and the last machine",
    source: "https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/storage/eviction.go: a budget's evictions wait for the replacements of those before",
};
const FASTEST_LOCAL: Title = Title {
    id: "V-10",
    says: "pods whose data lies on their machines: a cycle of a pod holds the whole reboot",
    source: "https://kubernetes.io/docs/concepts/storage/volumes/#local",
};
const BOUND: Title = Title {
    id: "V-10",
    says: "no number of slots is faster than that: seconds below the bound",
    source: FASTEST.source,
};
const PENDING: Title = Title {
    id: "V-11",
    says: "k of N machines with room for c pods are out: max(0, p−(N−k)·c) of p pods are pending",
    source: "https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/",
};
const SPARE: Title = Title {
    id: "V-11",
    says: "the fewest spare machines with which no pod is pending while k are out: ⌈p/c⌉−N+k",
    source: PENDING.source,
};

/// Machines, spare ones, and how many may be unavailable.
const SURGES: [[u32; 3]; 5] = [[5, 2, 1], [10, 3, 2], [20, 4, 0], [6, 1, 3], [12, 5, 2]];
/// When the second machine's drain begins and the first is uncordoned; how long pods take to end and to start.
const WALKS: [[u32; 4]; 5] = [
    [60, 600, 30, 40],
    [10, 600, 30, 40],
    [61, 303, 5, 20],
    [200, 1000, 12, 3],
    [45, 46, 30, 40],
];
/// Machines with a pod each, of which so many at a time; how long pods take to end and to start, and machines to boot.
const CYCLES: [[u32; 5]; 5] = [
    [20, 1, 30, 40, 300],
    [20, 3, 30, 40, 300],
    [12, 1, 5, 23, 60],
    [7, 2, 10, 61, 120],
    [40, 4, 2, 9, 30],
];
/// The same of pods that stay on their machines.
const LOCAL_CYCLES: [[u32; 5]; 4] = [
    [12, 1, 30, 120, 350],
    [12, 5, 30, 120, 350],
    [5, 1, 7, 33, 61],
    [9, 2, 12, 20, 100],
];
/// Machines, room for pods on each, pods, and machines that are out.
const FULL: [[u32; 4]; 7] = [
    [10, 30, 275, 1],
    [10, 30, 275, 2],
    [10, 30, 270, 1],
    [7, 12, 80, 2],
    [20, 110, 2101, 1],
    [20, 110, 2101, 3],
    [3, 4, 9, 1],
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = SURGES.map(at_once).into();
    cases.extend(SURGES.map(fewest_available));
    cases.extend(WALKS.map(walk_through));
    cases.extend(CYCLES.map(fastest));
    cases.extend(LOCAL_CYCLES.map(fastest_local));
    cases.extend([1, 4, 10, 20].map(|slots| below_bound(CYCLES[0], slots)));
    cases.extend([1, 5].map(|slots| below_bound(CYCLES[4], slots)));
    cases.extend(FULL.map(pending));
    cases.extend(FULL.map(fewest_spares));
    cases
}

fn surge([machines, spares, out]: [u32; 3]) -> String {
    rollout(
        machines,
        &format!("max_unavailable = {out}\nsurge = {spares}"),
    )
}

fn of_surge(title: Title, [machines, spares, out]: [u32; 3], measured: Measured) -> Case {
    title.case(
        &format!("n={machines} S={spares} U={out}"),
        [
            ("machines", machines.into()),
            ("surge", spares.into()),
            ("max_unavailable", out.into()),
        ],
        measured,
    )
}

fn at_once(set: [u32; 3]) -> Case {
    let most = most_in_flight(&surge(set));
    let [machines, spares, out] = set;
    let measured = Measured::exact(machines.min(spares + out).into(), most.into());
    of_surge(AT_ONCE, set, measured)
}

fn fewest_available(set: [u32; 3]) -> Case {
    let [machines, _, out] = set;
    let mut fewest = machines;
    step_through(&surge(set), |world| {
        let available = world
            .machines()
            .iter()
            .filter(|machine| machine.is_present() && machine.is_up() && !machine.is_cordoned());
        fewest = fewest.min(super::number(available.count()));
    });
    let measured = Measured::exact((machines - out).into(), fewest.into());
    of_surge(AVAILABLE, set, measured)
}

/// Three machines with room for two pods: three pods of which two must be healthy, one on each, and another one.
fn walk_through([second, uncordoned, ends, starts]: [u32; 4]) -> Case {
    let watched = watch(&format!(
        r#"
        [[pools]]
        name = "node"
        machines = 3
        capacity = {{ pods = 2 }}
        [[workloads]]
        name = "app"
        replicas = 3
        starts_on = ["node-1", "node-2", "node-3"]
        termination = "{ends}s"
        startup = "{starts}s"
        budget = {{ min_available = 2 }}
        [[workloads]]
        name = "pod-x"
        starts_on = ["node-1"]
        termination = "{ends}s"
        startup = "{starts}s"
        [[steps]]
        at = "+0s"
        do = "drain"
        machine = "node-1"
        [[steps]]
        at = "+{second}s"
        do = "drain"
        machine = "node-2"
        [[steps]]
        at = "+{uncordoned}s"
        do = "uncordon"
        machine = "node-1"
        "#
    ));
    let retries = (uncordoned + starts - second).div_ceil(5);
    let measured = Measured::exact((second + 5 * retries).into(), watched.last_eviction_s());
    WALK_THROUGH.case(
        &format!("second={second} back={uncordoned} start={starts}"),
        [
            ("second_drain_at_s", second.into()),
            ("first_uncordoned_at_s", uncordoned.into()),
            ("termination_s", ends.into()),
            ("startup_s", starts.into()),
        ],
        measured,
    )
}

/// A pool with a pod on each machine, so many slots, and machines beside it that are not touched and have room for all.
fn one_each(
    [machines, allowed, ends, starts, reboot]: [u32; 5],
    slots: u32,
    is_local: bool,
) -> String {
    let names: Vec<_> = (1..=machines)
        .map(|number| format!("\"p-{number}\""))
        .collect();
    format!(
        r#"
        placement = "prefer-updated"
        [hardware.machine]
        cordon = "0s"
        stop = "0s"
        firmware = "0s"
        os = "{reboot}s"
        join = "0s"
        uncordon = "0s"
        [[pools]]
        name = "p"
        machines = {machines}
        hardware = "machine"
        max_unavailable = {slots}
        [[pools]]
        name = "beside"
        machines = 2
        [[workloads]]
        name = "w"
        kind = "{kind}"
        local_volume = {is_local}
        replicas = {machines}
        starts_on = [{names}]
        termination = "{ends}s"
        startup = "{starts}s"
        budget = {{ max_unavailable = {allowed} }}
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "p"
        "#,
        names = names.join(", "),
        kind = if is_local {
            "stateful-set"
        } else {
            "deployment"
        },
    )
}

/// The seconds that so many cycles of a pod take, each up to the next retry, and then the last machine.
fn bound_s([machines, allowed, ends, starts, reboot]: [u32; 5], is_local: bool) -> u32 {
    let cycle = if is_local {
        ends + reboot + starts
    } else {
        starts
    };
    (machines.div_ceil(allowed) - 1) * 5 * cycle.div_ceil(5) + ends + reboot
}

fn of_cycles(title: Title, set: [u32; 5], slots: u32, measured: Measured) -> Case {
    let [machines, allowed, ends, starts, reboot] = set;
    title.case(
        &format!("n={machines} a={allowed} {ends}+{starts}+{reboot}s k={slots}"),
        [
            ("machines", machines.into()),
            ("allowed", allowed.into()),
            ("termination_s", ends.into()),
            ("startup_s", starts.into()),
            ("reboot_s", reboot.into()),
            ("slots", slots.into()),
        ],
        measured,
    )
}

fn took_s(set: [u32; 5], slots: u32, is_local: bool) -> f64 {
    durations_s(&rehearse(&one_each(set, slots, is_local), 1))[0]
}

fn fastest(set: [u32; 5]) -> Case {
    let measured = Measured::exact(bound_s(set, false).into(), took_s(set, set[0], false));
    of_cycles(FASTEST, set, set[0], measured)
}

fn fastest_local(set: [u32; 5]) -> Case {
    let measured = Measured::exact(bound_s(set, true).into(), took_s(set, set[0], true));
    of_cycles(FASTEST_LOCAL, set, set[0], measured)
}

fn below_bound(set: [u32; 5], slots: u32) -> Case {
    let below = f64::from(bound_s(set, false)) - took_s(set, slots, false);
    of_cycles(BOUND, set, slots, Measured::exact(0.0, below.max(0.0)))
}

/// The most pods that were pending when `out` machines were drained, of `machines` in all.
fn most_pending(machines: u32, room: u32, pods: u32, out: u32) -> u32 {
    let mut drains = String::new();
    for number in 1..=out {
        // Writing to a string cannot fail.
        let _ = write!(
            drains,
            "[[steps]]\nat = \"+0s\"\ndo = \"drain\"\nmachine = \"p-{number}\"\n"
        );
    }
    let text = format!(
        r#"
        [[pools]]
        name = "p"
        machines = {machines}
        capacity = {{ pods = {room} }}
        [[workloads]]
        name = "w"
        replicas = {pods}
        termination = "10s"
        startup = "10s"
        {drains}
        "#
    );
    watch(&text).row.workloads[0].most_pending
}

fn of_full(title: Title, [machines, room, pods, out]: [u32; 4], measured: Measured) -> Case {
    title.case(
        &format!("N={machines} c={room} p={pods} k={out}"),
        [
            ("machines", machines.into()),
            ("pods_a_machine", room.into()),
            ("pods", pods.into()),
            ("out", out.into()),
        ],
        measured,
    )
}

fn pending(set: [u32; 4]) -> Case {
    let [machines, room, pods, out] = set;
    let expected = pods.saturating_sub((machines - out) * room);
    let got = most_pending(machines, room, pods, out);
    of_full(PENDING, set, Measured::exact(expected.into(), got.into()))
}

fn fewest_spares(set: [u32; 4]) -> Case {
    let [machines, room, pods, out] = set;
    let expected = (pods.div_ceil(room) + out).saturating_sub(machines);
    let enough = |spares: &u32| most_pending(machines + spares, room, pods, out) == 0;
    let got = (0..=machines).find(enough).map_or(f64::NAN, f64::from);
    of_full(SPARE, set, Measured::exact(expected.into(), got))
}
