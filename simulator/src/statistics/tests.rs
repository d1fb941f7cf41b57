//! How often the intervals contain the truth, over many seeds against known distributions.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::*;

/// Samples of each case. The deviation of a share of 95 % among so many is 0.4 %.
const SAMPLES: u64 = 3000;

fn generator(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// How many samples' intervals contain the truth, in hundredths.
fn coverage(contains: impl Fn(&mut Xoshiro256PlusPlus) -> bool) -> f64 {
    let met = (0..SAMPLES).filter(|seed| contains(&mut generator(*seed)));
    f64::from(u32::try_from(met.count()).unwrap()) * 100.0 / 3000.0
}

#[track_caller]
fn is_nominal(coverage: f64, of: &str) {
    assert!((93.0..=97.0).contains(&coverage), "{of}: {coverage} %");
}

/// Whether the interval of a quantile contains it, of a sample of variates that rise with their uniform.
fn holds(percent: u8, size: usize, variate: fn(f64) -> f64, random: &mut impl RngExt) -> bool {
    let mut values: Vec<f64> = (0..size).map(|_| variate(random.random())).collect();
    values.sort_by(f64::total_cmp);
    let truth = variate(f64::from(percent) / 100.0);
    let ranks = Ranks::new(percent, size);
    ranks.low.is_none_or(|low| values[low - 1] <= truth)
        && ranks.high.is_none_or(|high| truth <= values[high - 1])
}

#[test]
fn quantiles_are_covered_whatever_the_distribution() {
    let exponential: fn(f64) -> f64 = |uniform| -libm::log(1.0 - uniform);
    let heavy: fn(f64) -> f64 = |uniform| (1.0 - uniform).powi(-2);
    for (percent, size) in [(50, 100), (50, 200), (90, 100), (90, 200)] {
        for (name, variate) in [("exponential", exponential), ("heavy", heavy)] {
            let covered = coverage(|random| holds(percent, size, variate, random));
            is_nominal(covered, &format!("P{percent} of {size} {name}"));
        }
    }
}

#[test]
fn shares_are_covered() {
    for (share, size) in [(0.5, 100), (0.9, 200), (0.98, 400), (0.2, 60)] {
        let covered = coverage(|random| {
            let met = (0..size).filter(|_| random.random::<f64>() < share);
            let (low, high) = wilson(met.count(), size);
            low <= share && share <= high
        });
        is_nominal(covered, &format!("{share} of {size}"));
    }
}

/// Both of a pair are decided by one uniform: nine of ten in the first sample, and 84 of a hundred in the second.
#[test]
fn differences_of_paired_shares_are_covered() {
    let size = 300;
    let covered = coverage(|random| {
        let (mut only_first, mut only_second) = (0, 0);
        for _ in 0..size {
            let uniform: f64 = random.random();
            match (uniform < 0.9, (0.03..0.87).contains(&uniform)) {
                (true, false) => only_first += 1,
                (false, true) => only_second += 1,
                _ => {}
            }
        }
        let (_, low, high) = difference_of_shares(only_first, only_second, size);
        (low..=high).contains(&-0.06)
    });
    is_nominal(covered, "paired shares");
}

#[test]
fn means_are_covered() {
    let covered = coverage(|random| {
        let values: Vec<f64> = (0..50).map(|_| random.random::<f64>()).collect();
        let (_, low, high) = mean(&values).unwrap();
        (low..=high).contains(&0.5)
    });
    is_nominal(covered, "mean of 50 uniform ones");
}
