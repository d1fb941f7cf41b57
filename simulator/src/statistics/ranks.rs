//! Which of the sorted values of a sample bound a quantile: H. A. David, H. N. Nagaraja, *Order Statistics*, 3rd ed.
//! (2003), section 7.1. How many of N values lie below the quantile is binomial, whatever they are distributed like; so
//! the ranks come from that distribution alone, exactly.

use super::{TAIL, to_float};

/// The ranks of a quantile's interval in a sorted sample, from 1. `None`: the sample is too small for this end, which is
/// open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranks {
    /// The last value that is below the quantile with a probability of at least 97.5 %.
    pub low: Option<usize>,
    /// The first that is above it with as much.
    pub high: Option<usize>,
}

/// The rank of a quantile itself, without interpolation: the ⌈qN⌉-th value. `percent` is from 1 to 99.
pub fn rank(percent: usize, size: usize) -> usize {
    (percent * size).div_ceil(100).max(1)
}

impl Ranks {
    /// The ranks for the quantile of `percent` hundredths, from 1 to 99, in a sample of this size.
    pub fn new(percent: u8, size: usize) -> Self {
        let percent = percent.clamp(1, 99);
        let below = f64::from(percent) / 100.0;
        let above = f64::from(100 - percent) / 100.0;
        Self {
            low: low(size, below),
            high: low(size, above).map(|rank| size + 1 - rank),
        }
    }

    /// The ranks in a sample of `size` values that tells no more than one of `effective` independent ones, widened to
    /// whole ranks.
    pub fn of_clustered(percent: u8, size: usize, effective: usize) -> Self {
        let effective = effective.clamp(1, size.max(1));
        let ranks = Self::new(percent, effective);
        let scaled = |rank: usize| rank * size / effective;
        Self {
            low: ranks.low.map(|rank| scaled(rank).max(1)),
            high: ranks
                .high
                .map(|rank| size + 1 - scaled(effective + 1 - rank).max(1)),
        }
    }
}

/// The largest rank r with P(B < r) ≤ 2.5 %, B being binomial of `size` and `p`.
fn low(size: usize, p: f64) -> Option<usize> {
    let n = to_float(size);
    let (mean, deviation) = (n * p, libm::sqrt(n * p * (1.0 - p)));
    // What lies below is less than a double tells from nothing.
    let first = to_count(mean - 9.0 * deviation);
    let mut mass = probability(first, size, p);
    let mut sum = mass;
    let mut successes = first;
    while sum <= TAIL && successes < size {
        let next = to_float(successes + 1);
        mass *= (n - next + 1.0) / next * (p / (1.0 - p));
        sum += mass;
        successes += 1;
    }
    // Now P(B ≤ successes) exceeds the tail, and P(B < successes) does not.
    (successes > 0).then_some(successes)
}

/// P(B = k).
fn probability(k: usize, size: usize, p: f64) -> f64 {
    let (n, k) = (to_float(size), to_float(k));
    let ways = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
    libm::exp(ways + k * libm::log(p) + (n - k) * libm::log(1.0 - p))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of samples lie far below 2^53, and less than nothing is nothing"
)]
const fn to_count(value: f64) -> usize {
    value.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(percent: u8, size: usize) -> (Option<usize>, Option<usize>) {
        let ranks = Ranks::new(percent, size);
        (ranks.low, ranks.high)
    }

    /// The tables of W. J. Conover, *Practical Nonparametric Statistics*, and of R's `quantileCI`, give these.
    #[test]
    fn ranks_are_those_of_the_tables() {
        assert_eq!(ranks(50, 10), (Some(2), Some(9)));
        assert_eq!(ranks(50, 20), (Some(6), Some(15)));
        assert_eq!(ranks(50, 100), (Some(40), Some(61)));
        assert_eq!(ranks(50, 1000), (Some(469), Some(532)));
    }

    #[test]
    fn an_end_that_a_small_sample_does_not_have_is_open() {
        assert_eq!(ranks(50, 5), (None, None));
        assert_eq!(ranks(50, 6), (Some(1), Some(6)));
        // 0.9^36 is just below 2.5 %, 0.9^35 just above; of 0.99 it is 368 and 367.
        assert_eq!(ranks(90, 35).1, None);
        assert_eq!(ranks(90, 36).1, Some(36));
        assert_eq!(ranks(99, 367).1, None);
        assert_eq!(ranks(99, 368).1, Some(368));
        assert_eq!(ranks(50, 0), (None, None));
        assert_eq!(ranks(99, 1), (Some(1), None));
    }

    #[test]
    fn the_ranks_of_a_large_sample_are_two_deviations_away() {
        let deviation = libm::sqrt(0.09e7);
        let Ranks { low, high } = Ranks::new(90, 10_000_000);
        let off = |rank: Option<usize>| (to_float(rank.unwrap()) - 9_000_000.0) / deviation;
        assert!((off(low) + 1.96).abs() < 0.002, "{}", off(low));
        assert!((off(high) - 1.96).abs() < 0.002, "{}", off(high));
    }

    #[test]
    fn values_that_come_in_clusters_have_wider_ranks() {
        assert_eq!(Ranks::of_clustered(50, 100, 100), Ranks::new(50, 100));
        let clustered = Ranks::of_clustered(50, 1200, 100);
        assert_eq!((clustered.low, clustered.high), (Some(480), Some(721)));
        assert_eq!(Ranks::of_clustered(50, 50, 5).low, None);
    }
}
