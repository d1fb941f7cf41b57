//! Random scenarios of pods that are drained.

use std::fmt::Write;

use proptest::prelude::*;

/// What a pool's table says of its rollout and drains.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) rule: usize,
    pub(super) time_out: usize,
    pub(super) retry: usize,
    pub(super) slots: u32,
    pub(super) surge: u32,
    pub(super) pods: u32,
    pub(super) flags: (bool, bool),
}

const POLICIES: [&str; 6] = ["fail", "proceed", "force", "retry", "release", "quarantine"];
const TIME_OUTS: [(&str, Option<u64>); 4] = [
    ("none", None),
    ("30s", Some(30_000)),
    ("63.5s", Some(63_500)),
    ("7s", Some(7_000)),
];
const HARDWARE: &str = r#"
    horizon = "40m"
    [hardware.h]
    cordon = "1s"
    stop = { uniform = { min = "5s", max = "15s" } }
    os = { exponential = { mean = "20s" } }
    join = "5s"
    soak = "15s"
    fails = { stop = "5%", os = "5%" }
    rolls_back = "5%"
"#;
const RETRIES: [(&str, u64); 3] = [("5s", 5_000), ("1.5s", 1_500), ("20s", 20_000)];
const LIMITS: [&str; 6] = [
    "max_unavailable = 1",
    "max_unavailable = 0",
    "max_unavailable = \"30%\"",
    "min_available = \"50%\"",
    "min_available = 2",
    "min_available = 1",
];
/// Ends, starts, volumes: in seconds.
const TIMES: [(u32, u32, u32); 4] = [(3, 7, 0), (30, 40, 11), (0, 0, 0), (12, 41, 6)];

impl Rules {
    /// How long a drain may take, in milliseconds.
    pub(super) const fn time_out(&self) -> Option<u64> {
        TIME_OUTS[self.time_out].1
    }

    /// The steps of a drain's attempts, in milliseconds.
    pub(super) const fn retry(&self) -> u64 {
        RETRIES[self.retry].1
    }

    fn table(&self, number: usize, machines: u32) -> String {
        let Self { slots, surge, .. } = self;
        let (rule, time_out) = (POLICIES[self.rule], TIME_OUTS[self.time_out].0);
        let (retry, pods) = (RETRIES[self.retry].0, self.pods);
        let (deletes, evicts) = self.flags;
        // Some machines end the pods that are left on them when they stop.
        let shutdown = if pods % 2 == 0 { 9 } else { 0 };
        format!(
            r#"
            [[pools]]
            name = "p{number}"
            machines = {machines}
            zones = ["a", "b"]
            hardware = "h"
            max_unavailable = {slots}
            surge = {surge}
            halt_after = "never"
            drain_timeout = "{time_out}"
            on_drain_timeout = "{rule}"
            evict_retry = "{retry}"
            shutdown_grace = "{shutdown}s"
            delete_emptydir_data = {deletes}
            evict_unmanaged = {evicts}
            capacity = {{ pods = {pods} }}
            [[steps]]
            at = "+{number}s"
            do = "apply"
            pool = "p{number}"
            "#
        )
    }
}

fn rules() -> impl Strategy<Value = Rules> {
    let drains = (0..6_usize, 0..4_usize, 0..3_usize);
    let rest = (1..=3_u32, 0..3_u32, 3..9_u32, any::<(bool, bool)>());
    (drains, rest).prop_map(
        |((rule, time_out, retry), (slots, surge, pods, flags))| Rules {
            rule,
            time_out,
            retry,
            slots,
            surge,
            pods,
            flags,
        },
    )
}

/// Kind, pods, times, budget and what else a workload has.
type Workload = (usize, u32, usize, usize, usize);

fn workload(number: usize, (kind, replicas, times, limit, extra): Workload) -> String {
    let kind = ["deployment", "stateful-set", "deployment", "bare"][kind];
    let (ends, starts, volume) = TIMES[times];
    let mut text = format!(
        r#"
        [[workloads]]
        name = "w{number}"
        kind = "{kind}"
        replicas = {replicas}
        termination = "{ends}s"
        startup = "{starts}s"
        "#
    );
    if kind == "stateful-set" {
        writeln!(text, "volume_detach = \"{volume}s\"").unwrap();
    }
    match extra {
        0 => text += "anti_affinity = \"machine\"\n",
        1 if kind != "bare" => text += "local_volume = true\n",
        2 => text += "empty_dir = true\n",
        3 => text += "anti_affinity = \"zone\"\n",
        _ => {}
    }
    let limit = LIMITS.get(limit).copied();
    let limit = limit.map(|limit| if kind == "bare" { LIMITS[5] } else { limit });
    if let Some(limit) = limit {
        writeln!(text, "budget = {{ {limit} }}").unwrap();
    }
    text
}

fn step((deed, at, machine, workload): (usize, u32, u32, usize)) -> String {
    let deed = match deed {
        0 => format!("\"cordon\"\nmachine = \"p0-{machine}\""),
        1 => format!("\"uncordon\"\nmachine = \"p0-{machine}\""),
        2 => format!("\"drain\"\nmachine = \"p0-{machine}\""),
        3 => format!("\"power-loss\"\nmachine = \"p0-{machine}\""),
        4 => format!("\"power-on\"\nmachine = \"p0-{machine}\""),
        10 => format!("\"crash\"\nmachine = \"p0-{machine}\""),
        11 => format!("\"repair\"\nmachine = \"p0-{machine}\""),
        5 => format!("\"scale\"\nworkload = \"w{workload}\"\nreplicas = {machine}"),
        6 => format!("\"scale\"\nworkload = \"w{workload}\"\nreplicas = 0"),
        7 => "\"pause\"\npool = \"p0\"".to_owned(),
        8 => "\"resume\"\npool = \"p0\"".to_owned(),
        _ => "\"retry\"\npool = \"p0\"".to_owned(),
    };
    format!("[[steps]]\nat = \"+{at}s\"\ndo = {deed}\n")
}

/// A scenario, and the rules of its pools, which are named `p0` and so on.
pub(super) fn scenario() -> impl Strategy<Value = (String, Vec<Rules>)> {
    let workload = (0..4_usize, 1..7_u32, 0..4_usize, 0..8_usize, 0..6_usize);
    let step = (0..12_usize, 0..400_u32, 1..=2_u32, 0..2_usize);
    (
        prop::collection::vec((2..5_u32, rules()), 1..3),
        prop::collection::vec(workload, 2..4),
        prop::collection::vec(step, 0..6),
        prop::option::of(0..6_usize),
    )
        .prop_map(|(pools, workloads, steps, second)| {
            let mut text = HARDWARE.to_owned();
            for (number, (machines, rules)) in pools.iter().enumerate() {
                text += &rules.table(number, *machines);
            }
            for (number, about) in workloads.iter().enumerate() {
                text += &self::workload(number, *about);
            }
            if let Some(limit) = second
                && workloads[0].0 != 3
            {
                text += "[[budgets]]\nname = \"x\"\nworkloads = [\"w0\"]\n";
                text += LIMITS[limit];
                text += "\n";
            }
            for about in steps {
                text += &self::step(about);
            }
            (text, pools.into_iter().map(|(_, rules)| rules).collect())
        })
}
