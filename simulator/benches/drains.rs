//! Drains with pods and budgets: how many events a second, and whether time grows with the number of pods.
//!
//! `cargo bench -p simulator --bench drains` prints, for fleets of rising size, the median time of a run without a trace,
//! what it did to pods, and the time for one eviction: the same in every row where growth is linear.

use std::fmt::Write as _;
use std::time::Instant;

use simulator::engine::{Seed, Time};
use simulator::fleet::{Blueprint, Event, Observer, RunRow, World};
use simulator::scenario::Scenario;

/// Machines, pods on each, machines at once.
const CASES: [(u32, u32, u32); 6] = [
    (250, 30, 5),
    (500, 30, 5),
    (1_000, 10, 5),
    (1_000, 30, 5),
    (1_000, 60, 5),
    (4_000, 30, 20),
];

const ROUNDS: u64 = 5;

/// Counts what a run tells.
struct Count(u64);

impl Observer for Count {
    fn observe(&mut self, _: Time, _: Event) {
        self.0 += 1;
    }
}

fn scenario(machines: u32, pods: u32, at_once: u32) -> String {
    let replicas = machines * pods / 3;
    let mut text = format!(
        r#"
        horizon = "365d"
        [[pools]]
        name = "w"
        machines = {machines}
        capacity = {{ cpu = "32", memory = "128Gi" }}
        max_unavailable = {at_once}
        halt_after = "never"
        drain_timeout = "none"
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "w"
        "#
    );
    for (name, more) in [
        ("web", "budget = { max_unavailable = \"10%\" }"),
        ("api", "budget = { max_unavailable = 20 }"),
        (
            "db",
            "kind = \"stateful-set\"\nbudget = { min_available = \"95%\" }",
        ),
    ] {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "[[workloads]]\nname = \"{name}\"\nreplicas = {replicas}\ncpu = \"200m\"\nmemory = \"512Mi\"\n{more}\n"
        );
    }
    text
}

#[expect(clippy::print_stdout, reason = "a bench reports on standard output")]
#[expect(
    clippy::disallowed_methods,
    reason = "a bench measures real time; the simulator does not"
)]
fn main() {
    println!("machines  pods each  at once     a run   evictions   ns/eviction   told events/s");
    for (machines, pods, at_once) in CASES {
        let text = scenario(machines, pods, at_once);
        let scenario = Scenario::parse(&text, "drains", "drains").expect("it is valid");
        let blueprint = Blueprint::new(scenario);
        let mut took = Vec::new();
        let mut evictions = 0;
        for round in 0..=ROUNDS {
            let started = Instant::now();
            let row = RunRow::of_run(&blueprint, Seed(round).of_run(0));
            // The first round places the pods and is not counted.
            if round > 0 {
                took.push(started.elapsed().as_secs_f64());
            }
            evictions = row.workloads.iter().map(|of| u64::from(of.evictions)).sum();
        }
        took.sort_by(f64::total_cmp);
        let median = took[took.len() / 2];
        let mut count = Count(0);
        let mut world = World::new(&blueprint, Seed(1).of_run(0));
        RunRow::of_observed_run(&mut world, &mut count);
        #[expect(clippy::cast_precision_loss, reason = "counts lie far below 2^53")]
        let (each, per_second) = (median * 1e9 / evictions as f64, count.0 as f64 / median);
        println!(
            "{machines:8}  {pods:9}  {at_once:7}  {:6.1} ms  {evictions:10}  {each:12.0}  {per_second:14.0}",
            median * 1e3
        );
    }
}
