//! Differences between two samples that were measured in pairs.

use super::{Z, to_float};

/// The difference of two shares, and its interval. Of `size` pairs `only_first` had it only in the first sample and
/// `only_second` only in the second; the difference is what the second share is larger by.
///
/// The score interval of T. Tango, *Statistics in Medicine* 17 (1998) 891–908: it covers zero exactly where the
/// test of (first − second)² / (first + second) against 3.84 finds no difference, and with no pair that differs it is as
/// wide as Wilson's.
pub fn difference_of_shares(only_first: usize, only_second: usize, size: usize) -> (f64, f64, f64) {
    if size == 0 {
        return (0.0, -1.0, 1.0);
    }
    let (first, second, n) = (to_float(only_first), to_float(only_second), to_float(size));
    let found = (second - first) / n;
    let high = score_end(found, 1.0, |delta| score(second, first, n, delta) > -Z);
    let low = -score_end(-found, 1.0, |delta| score(first, second, n, delta) > -Z);
    (found, low, high)
}

/// How many deviations the difference (`more` − `fewer`) / n lies above `delta`, were that the true one.
fn score(more: f64, fewer: f64, n: f64, delta: f64) -> f64 {
    // The likeliest probability of the rarer kind of pair under that difference.
    let linear = -more - fewer + (2.0 * n - more + fewer) * delta;
    let constant = -fewer * delta * (1.0 - delta);
    let root = libm::sqrt((linear * linear - 8.0 * n * constant).max(0.0));
    let rarer = (root - linear) / (4.0 * n);
    let variance = n * (2.0 * rarer + delta * (1.0 - delta));
    let above = more - fewer - n * delta;
    if variance <= 0.0 {
        return if above < 0.0 { f64::NEG_INFINITY } else { 0.0 };
    }
    above / libm::sqrt(variance)
}

/// The last value between these two that is inside, which the first is: by halving until a double has no more digits.
fn score_end(first: f64, last: f64, is_inside: impl Fn(f64) -> bool) -> f64 {
    let (mut inside, mut outside) = (first, last);
    for _ in 0..60 {
        let middle = f64::midpoint(inside, outside);
        if is_inside(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    f64::midpoint(inside, outside)
}

/// The mean of values and its interval by Student's t, which is good where there are many or they are near normal.
/// `None` for fewer than five values.
pub fn mean(values: &[f64]) -> Option<(f64, f64, f64)> {
    const FEWEST: usize = 5;
    if values.len() < FEWEST {
        return None;
    }
    let n = to_float(values.len());
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|value| (value - mean) * (value - mean));
    let error = libm::sqrt(squares.sum::<f64>() / (n - 1.0) / n);
    let half = student(n - 1.0) * error;
    Some((mean, mean - half, mean + half))
}

/// The quantile of 97.5 % of Student's t: M. Abramowitz, I. A. Stegun, *Handbook of Mathematical Functions*, 26.7.5. From
/// four degrees of freedom on it is good to a hundredth.
fn student(freedom: f64) -> f64 {
    let square = Z * Z;
    let terms = [
        Z * (square + 1.0) / 4.0,
        Z * ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        Z * (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
        Z * ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0)
            / 92_160.0,
    ];
    let series = terms
        .iter()
        .rev()
        .fold(0.0, |sum, term| (sum + term) / freedom);
    Z + series
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::wilson;

    fn rounded(only_first: usize, only_second: usize, size: usize) -> (f64, f64, f64) {
        let digits = |share: f64, scale: f64| (share * scale).round() / scale;
        let (found, low, high) = difference_of_shares(only_first, only_second, size);
        (digits(found, 1e4), digits(low, 1e3), digits(high, 1e3))
    }

    /// The airway data of M. W. Fagerland, S. Lydersen, P. Laake, *Statistics in Medicine* 33 (2014) 2850–2875: of 21
    /// children one reacted only before and seven only after.
    #[test]
    fn the_interval_is_the_published_one() {
        assert_eq!(rounded(1, 7, 21), (0.2857, 0.026, 0.517));
        assert_eq!(rounded(7, 1, 21), (-0.2857, -0.517, -0.026));
    }

    /// The statistic of the usual test is (b − c)² / (b + c), and 3.84 is where it begins to tell.
    #[test]
    fn zero_is_covered_where_mcnemars_test_finds_nothing() {
        for (first, second, tells) in [(10, 20, false), (10, 21, true), (0, 3, false), (0, 4, true)]
        {
            let (_, low, high) = difference_of_shares(first, second, 1000);
            assert_eq!(low > 0.0, tells, "{first} {second}: {low} {high}");
        }
    }

    #[test]
    fn without_a_pair_that_differs_it_is_as_wide_as_the_interval_of_a_share_of_nothing() {
        let (found, low, high) = difference_of_shares(0, 0, 500);
        let wilson = wilson(0, 500).1;
        assert!(found.abs() < 1e-15 && (high - wilson).abs() < 1e-9);
        assert!((low + wilson).abs() < 1e-9);
        assert_eq!(rounded(0, 0, 0), (0.0, -1.0, 1.0));
        assert!(rounded(500, 0, 500).0 < -0.99);
    }

    #[test]
    fn students_quantiles_are_those_of_the_tables() {
        for (freedom, expected) in [(4.0, 2.776), (9.0, 2.262), (30.0, 2.042), (1000.0, 1.962)] {
            let got = student(freedom);
            assert!((got - expected).abs() < 0.01, "{freedom}: {got}");
        }
    }

    #[test]
    fn a_mean_of_few_has_no_interval() {
        assert_eq!(mean(&[1.0; 4]), None);
        assert_eq!(mean(&[2.0; 9]), Some((2.0, 2.0, 2.0)));
        let (found, low, high) = mean(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        // 2.776 · √2.5 / √5
        assert!((found - 3.0).abs() < 1e-12 && (high - low - 2.0 * 1.963).abs() < 0.01);
    }
}
