//! V-12: what becomes of the pods of a machine that stops with them on it, or that is away.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::watched::watch;
use super::{Case, Measured, Title, number, rehearse};
use crate::engine::Span;

const SHUTDOWN: Title = Title {
    id: "V-12",
    says: "graceful node shutdown: regular pods have the time of all less that of critical ones, which end after them; seconds from the stop to the end of the last",
    source: "https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#graceful-node-shutdown",
};
const AWAY: Title = Title {
    id: "V-12",
    says: "an undrained machine that vanishes: its pods are replaced when it is away for longer than the grace and 300 s, counted from its last heartbeat, which is 0–10 s before; share of runs",
    source: "https://kubernetes.io/docs/concepts/architecture/nodes/#node-heartbeats",
};
const BRAKE: Title = Title {
    id: "V-12",
    says: "machines of a zone that vanish at once: how many of them lose their pods in an hour",
    source: "https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction",
};
const PACE: Title = Title {
    id: "V-12",
    says: "machines of a zone that vanish at once: one more loses its pods every 10 s; seconds from the first to the last",
    source: "https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction",
};

const RUNS: u32 = 2_000;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (grace, critical, own, ends) in [
        (30, 10, 60, [20.0, 30.0]),
        (45, 15, 60, [30.0, 45.0]),
        (30, 10, 5, [5.0, 10.0]),
        (60, 0, 40, [40.0, 40.0]),
    ] {
        cases.extend(shutdown(grace, critical, own, ends));
    }
    for (version, grace) in [("1.31.4", 40.0), ("1.32.0", 50.0)] {
        for away in [325.0, 335.0, 337.5, 340.0, 345.0, 350.0, 355.0] {
            cases.push(absence(version, grace, away));
        }
    }
    for (machines, lost, other, evicted) in [
        (10, 5, 0, 5),
        (10, 6, 0, 1),
        (20, 11, 0, 1),
        (10, 10, 10, 10),
        (10, 10, 0, 0),
        (60, 40, 0, 33),
        (3, 2, 0, 2),
    ] {
        cases.push(brake(machines, lost, other, evicted));
    }
    for (machines, lost) in [(10, 2), (10, 5), (40, 20)] {
        cases.push(one_every_ten_seconds(machines, lost));
    }
    cases
}

/// A machine that is stopped with a regular and a critical pod on it, each of which ends after `own` seconds.
fn shutdown(grace: u32, critical: u32, own: u32, ends: [f64; 2]) -> [Case; 2] {
    let workload = |name: &str, rest: &str| {
        format!(
            r#"
        [[workloads]]
        name = "{name}"
        kind = "stateful-set"
        termination = "{own}s"
        grace = "{own}s"
        starts_on = ["p-1"]
        budget = {{ max_unavailable = 0 }}
        {rest}"#
        )
    };
    let text = format!(
        r#"
        [hardware.machine]
        firmware = "10s"
        [[pools]]
        name = "p"
        machines = 2
        hardware = "machine"
        drain_timeout = "1s"
        on_drain_timeout = "proceed"
        shutdown_grace = "{grace}s"
        shutdown_grace_critical = "{critical}s"
        {}
        {}
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "p"
        "#,
        workload("regular", ""),
        workload("vital", "critical = true"),
    );
    let watched = watch(&text);
    let [stop, down] = watched.stop_of_first();
    let gone = watched.first_gone();
    let names = ["regular", "critical"];
    let got = [gone[0] - stop, (gone[1] - stop).max(down - stop)];
    std::array::from_fn(|which| {
        SHUTDOWN.case(
            &format!("{grace}/{critical} s, own {own} s, {}", names[which]),
            [
                ("shutdown_grace_s", grace.into()),
                ("shutdown_grace_critical_s", critical.into()),
                ("own_s", own.into()),
                ("pods", names[which].into()),
            ],
            Measured::exact(ends[which], got[which]),
        )
    })
}

/// One pod on one machine of three, which is away for so many seconds.
fn absence(version: &'static str, grace: f64, away: f64) -> Case {
    let text = format!(
        r#"
        [hardware.machine]
        stop = "0s"
        [[clusters]]
        name = "c"
        version = "{version}"
        [[pools]]
        name = "p"
        machines = 3
        hardware = "machine"
        version = "{version}"
        [[workloads]]
        name = "web"
        starts_on = ["p-1"]
        [[steps]]
        at = "+1000s"
        do = "power-loss"
        machine = "p-1"
        [[steps]]
        at = "+{}ms"
        do = "power-on"
        machine = "p-1"
        "#,
        1_000_000.0 + away * 1000.0
    );
    let ensemble = rehearse(&text, RUNS);
    let replaced: Vec<bool> = ensemble
        .rows
        .iter()
        .map(|row| row.workloads[0].evictions_by_taint > 0)
        .collect();
    // It is replaced when the last heartbeat was longer ago than what is left of the limit.
    let expected = ((away - (grace + 300.0) + 10.0) / 10.0).clamp(0.0, 1.0);
    AWAY.case(
        &format!("grace={grace}s away={away}s"),
        [
            ("kubernetes", version.into()),
            ("node_monitor_grace_s", grace.into()),
            ("away_s", away.into()),
        ],
        Measured::share(expected, &replaced),
    )
}

/// `lost` of the `machines` of a zone lose their power for an hour, one pod on each; `other` machines are in another zone.
fn outage(machines: u32, lost: u32, other: u32) -> String {
    let mut text = format!(
        r#"
        [hardware.machine]
        stop = "0s"
        [[pools]]
        name = "p"
        zones = ["a"]
        machines = {machines}
        hardware = "machine"
        [[workloads]]
        name = "web"
        pools = ["p"]
        anti_affinity = "machine"
        replicas = {machines}
        "#
    );
    if other > 0 {
        let _ = write!(
            text,
            "[[pools]]\nname = \"q\"\nzones = [\"b\"]\nmachines = {other}\nhardware = \"machine\"\n"
        );
    }
    for machine in 1..=lost {
        for (at, deed) in [("1000s", "power-loss"), ("4600s", "power-on")] {
            let _ = write!(
                text,
                "[[steps]]\nat = \"+{at}\"\ndo = \"{deed}\"\nmachine = \"p-{machine}\"\n"
            );
        }
    }
    text
}

fn brake(machines: u32, lost: u32, other: u32, evicted: u32) -> Case {
    let watched = watch(&outage(machines, lost, other));
    let times: Vec<_> = watched.evicted_by_taint().collect();
    let whose: BTreeSet<_> = times.iter().map(|(_, machine)| machine).collect();
    BRAKE.case(
        &format!("{lost} of {machines}, {other} in another zone"),
        [
            ("lost", lost.into()),
            ("machines", machines.into()),
            ("elsewhere", other.into()),
        ],
        Measured::exact(evicted.into(), number(whose.len()).into()),
    )
}

fn one_every_ten_seconds(machines: u32, lost: u32) -> Case {
    let watched = watch(&outage(machines, lost, 0));
    let times: Vec<f64> = watched.evicted_by_taint().map(|(at, _)| at).collect();
    let begin = times.iter().copied().fold(f64::INFINITY, f64::min);
    let end = times.iter().copied().fold(0.0, f64::max);
    let apart = Span::from_secs(10).as_millis_f64() / 1000.0;
    PACE.case(
        &format!("{lost} of {machines}"),
        [("lost", lost.into()), ("machines", machines.into())],
        Measured::exact(apart * f64::from(lost - 1), end - begin),
    )
}
