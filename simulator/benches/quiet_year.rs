//! A year in which an image comes every month and is applied in weekly windows, beside a week with as many rollouts one
//! after the other: the months in between should cost next to nothing.
//!
//! `cargo bench -p simulator --bench quiet_year` prints the median time of a run of each, and their ratio.

use std::sync::Arc;
use std::time::{Duration, Instant};

use simulator::engine::Seed;
use simulator::fleet::{Blueprint, RunRow};
use simulator::scenario::Scenario;

const MACHINES: [u32; 3] = [20, 100, 500];
const ROUNDS: u64 = 101;

/// Twelve images in a year, applied in the night from Saturday to Sunday.
fn year(machines: u32) -> String {
    format!(
        r#"
        horizon = "365d"
        {}
        [[windows]]
        opens = "Sat 22:00"
        for = "12h"
        [images]
        every = "month"
        first = "+10d"
        apply = "autonomous"
        [[clusters]]
        name = "c"
        "#,
        pool(machines)
    )
}

/// Twelve rollouts in a week.
fn week(machines: u32) -> String {
    let steps = (0..12).map(|rollout| {
        let hours = rollout * 12;
        format!("[[steps]]\nat = \"+{hours}h\"\ndo = \"apply\"\npool = \"w\"\n")
    });
    let steps: Vec<_> = steps.collect();
    format!("horizon = \"7d\"\n{}{}", pool(machines), steps.concat())
}

fn pool(machines: u32) -> String {
    format!(
        "[[pools]]\nname = \"w\"\nmachines = {machines}\nmax_unavailable = \"10%\"\nhalt_after = \"never\"\n"
    )
}

fn blueprint(text: &str) -> Arc<Blueprint> {
    Blueprint::new(Scenario::parse(text, "quiet-year", "quiet-year").expect("it is valid"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a bench measures real time; the simulator does not"
)]
fn timed(blueprint: &Arc<Blueprint>, round: u64) -> Duration {
    let started = Instant::now();
    let row = RunRow::of_run(blueprint, Seed(1).of_run(round));
    let took = started.elapsed();
    assert_eq!(row.pools[0].rollouts.len(), 12, "both have twelve rollouts");
    took
}

fn median(mut of: Vec<Duration>) -> Duration {
    of.sort_unstable();
    of[of.len() / 2]
}

#[expect(clippy::print_stdout, reason = "a bench reports on standard output")]
fn main() {
    println!("machines   a year     a week   ratio");
    for machines in MACHINES {
        let (year, week) = (blueprint(&year(machines)), blueprint(&week(machines)));
        let mut took = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            took.0.push(timed(&year, round));
            took.1.push(timed(&week, round));
        }
        let (year, week) = (median(took.0), median(took.1));
        let ratio = year.as_secs_f64() / week.as_secs_f64();
        println!("{machines:>8} {year:>8.1?} {week:>10.1?} {ratio:>7.2}");
    }
}
