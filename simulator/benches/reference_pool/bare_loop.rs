//! The reference pool model as a plain loop around a binary heap: nothing but what this one model needs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Exp, LogNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

/// What ends when a slot's event is due.
#[derive(Clone, Copy)]
enum Phase {
    Cordon,
    Drain,
    Stop,
    Boot,
    TimeOut,
    Join,
    Uncordon,
}

struct Variates {
    random: Xoshiro256PlusPlus,
    drain: LogNormal<f64>,
    boot: LogNormal<f64>,
    join: Exp<f64>,
}

impl Variates {
    #[expect(
        clippy::disallowed_methods,
        reason = "the bare loop need not agree between targets"
    )]
    fn new(seed: u64) -> Self {
        let lognormal = |mean: f64, sigma: f64| {
            LogNormal::new(mean.ln() - sigma * sigma / 2.0, sigma).expect("sigma is positive")
        };
        Self {
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
            drain: lognormal(120.0, 0.8),
            boot: lognormal(300.0, 0.4),
            join: Exp::new(1.0 / 30.0).expect("the rate is positive"),
        }
    }

    /// A boot, or the time-out of one that hangs.
    fn boot(&mut self) -> (Phase, f64) {
        if self.random.random::<f64>() < 0.01 {
            (Phase::TimeOut, 600.0)
        } else {
            (Phase::Boot, self.boot.sample(&mut self.random))
        }
    }
}

/// Seconds until `machines` machines have gone through the phases, `slots` at a time.
pub(crate) fn makespan_s(machines: u32, slots: u32, seed: u64) -> f64 {
    let mut variates = Variates::new(seed);
    let mut heap = BinaryHeap::new();
    let mut phase = vec![Phase::Cordon; slots as usize];
    let mut started = slots.min(machines);
    for slot in 0..started {
        heap.push(Reverse((1.0_f64.to_bits(), slot)));
    }
    let mut now = 0.0;
    while let Some(Reverse((bits, slot))) = heap.pop() {
        now = f64::from_bits(bits);
        let of_slot = &mut phase[slot as usize];
        let (next, takes) = match *of_slot {
            Phase::Cordon => (Phase::Drain, variates.drain.sample(&mut variates.random)),
            Phase::Drain => (Phase::Stop, variates.random.random_range(10.0..30.0)),
            Phase::Stop | Phase::TimeOut => variates.boot(),
            Phase::Boot => (Phase::Join, variates.join.sample(&mut variates.random)),
            Phase::Join => (Phase::Uncordon, 1.0),
            Phase::Uncordon if started < machines => {
                started += 1;
                (Phase::Cordon, 1.0)
            }
            Phase::Uncordon => continue,
        };
        *of_slot = next;
        heap.push(Reverse(((now + takes).to_bits(), slot)));
    }
    now
}
