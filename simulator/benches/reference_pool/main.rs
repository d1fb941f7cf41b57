//! The reference pool model beside a bare hand-written loop, in one process and in turns: the ratio is what counts.
//!
//! `cargo bench -p simulator` prints, for one run and for an ensemble on one thread, the median time of each and the
//! median of the ratios of neighbouring rounds. Rounds alternate and every round has another seed, so a machine that
//! slows down slows both.

mod bare_loop;

use std::num::NonZeroUsize;
use std::time::Instant;

use simulator::engine::Seed;
use simulator::ensemble::Ensemble;
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;

const SCENARIO: &str = include_str!("../../../scenarios/reference-pool.toml");

/// Machines, slots, runs, rounds.
const CASES: [(u32, u32, u32, u64); 4] = [
    (1_000, 5, 1_000, 7),
    (100_000, 10, 1, 11),
    (100_000, 1_000, 1, 11),
    (1_000_000, 10, 1, 5),
];

#[expect(clippy::print_stdout, reason = "a bench reports on standard output")]
#[expect(
    clippy::disallowed_methods,
    reason = "a bench measures real time; the simulator does not"
)]
fn main() {
    println!(
        "machines  slots  runs   bare loop   simulator   ratio   mean makespan, bare / simulator"
    );
    for (machines, slots, runs, rounds) in CASES {
        let text = SCENARIO
            .replace("machines = 1000", &format!("machines = {machines}"))
            .replace("max_unavailable = 5", &format!("max_unavailable = {slots}"))
            .replace("horizon = \"30d\"", "horizon = \"5000w\"");
        let scenario =
            Scenario::parse(&text, "reference-pool.toml", "reference-pool").expect("it is valid");
        let blueprint = Blueprint::new(scenario);
        let (mut bare_s, mut ours_s, mut ratios, mut means) = (vec![], vec![], vec![], [0.0, 0.0]);
        for round in 0..=rounds {
            let started = Instant::now();
            let bare: f64 = (0..runs)
                .map(|run| bare_loop::makespan_s(machines, slots, round << 32 | u64::from(run)))
                .sum();
            let bare_took = started.elapsed().as_secs_f64();
            let started = Instant::now();
            let ensemble = Ensemble::run(&blueprint, Seed(round), runs, NonZeroUsize::new(1));
            let ours_took = started.elapsed().as_secs_f64();
            // The first round warms caches and is not counted.
            if round == 0 {
                continue;
            }
            let ends = ensemble.expect("one thread can be started").rows;
            let ours: f64 = ends
                .iter()
                .map(|row| {
                    row.end
                        .expect("every run finishes")
                        .since_start()
                        .as_millis_f64()
                        / 1000.0
                })
                .sum();
            bare_s.push(bare_took);
            ours_s.push(ours_took);
            ratios.push(ours_took / bare_took);
            let counted = f64::from(runs) * f64::from(u32::try_from(rounds).expect("few rounds"));
            means = [means[0] + bare / counted, means[1] + ours / counted];
        }
        println!(
            "{machines:>8} {slots:>6} {runs:>5} {:>9.2} ms {:>8.2} ms {:>7.2}   {:.0} / {:.0} s",
            median(&mut bare_s) * 1e3,
            median(&mut ours_s) * 1e3,
            median(&mut ratios),
            means[0],
            means[1],
        );
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
