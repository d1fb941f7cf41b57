//! The interval of a share: E. B. Wilson, *Journal of the American Statistical Association* 22 (1927) 209–212. It never
//! leaves 0 to 1, and of a share of nothing or all it is not empty.

use super::{Z, to_float};

/// The interval of the share of `part` among `whole` independent ones; all that can be where there are none.
pub fn wilson(part: usize, whole: usize) -> (f64, f64) {
    let (part, whole) = (to_float(part), to_float(whole));
    wilson_of(part / whole, whole)
}

/// The interval of a share in a sample that tells as much as one of `size` independent ones.
pub fn wilson_of(share: f64, size: f64) -> (f64, f64) {
    if size <= 0.0 || !share.is_finite() {
        return (0.0, 1.0);
    }
    let spread = Z * Z / size;
    let centre = (share + spread / 2.0) / (1.0 + spread);
    let variance = share * (1.0 - share) + spread / 4.0;
    let half = libm::sqrt(spread * variance) / (1.0 + spread);
    // Exact where the share is nothing or all, which rounding might miss by a hair.
    let low = if share <= 0.0 { 0.0 } else { centre - half };
    let high = if share >= 1.0 { 1.0 } else { centre + half };
    (low.max(0.0), high.min(1.0))
}

/// How many independent values tell at least as much as values that come in clusters of these sizes, where those of one
/// cluster may all be alike: L. Kish, *Survey Sampling* (1965), section 11.2.
pub fn effective_size(clusters: impl Iterator<Item = usize>) -> usize {
    let (mut sum, mut squares) = (0_u128, 0_u128);
    for size in clusters {
        sum += size as u128;
        squares += (size as u128).pow(2);
    }
    usize::try_from(sum * sum / squares.max(1)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(part: usize, whole: usize) -> (f64, f64) {
        let (low, high) = wilson(part, whole);
        let digits = |share: f64| (share * 1e4).round() / 1e4;
        (digits(low), digits(high))
    }

    /// R. G. Newcombe, *Statistics in Medicine* 17 (1998) 857–872, table I, method 3.
    #[test]
    fn intervals_are_the_published_ones() {
        assert_eq!(rounded(81, 263), (0.2553, 0.3662));
        assert_eq!(rounded(15, 148), (0.0624, 0.1605));
        assert_eq!(rounded(0, 20), (0.0, 0.1611));
        assert_eq!(rounded(1, 29), (0.0061, 0.1718));
        assert_eq!(rounded(20, 20), (0.8389, 1.0));
    }

    #[test]
    fn of_nothing_a_share_may_be_anything() {
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn clusters_of_one_are_independent_and_a_single_cluster_is_one() {
        assert_eq!(effective_size([1, 1, 0, 1].into_iter()), 3);
        assert_eq!(effective_size([12; 50].into_iter()), 50);
        assert_eq!(effective_size([7].into_iter()), 1);
        assert_eq!(effective_size([30, 1, 1, 1].into_iter()), 1);
        assert_eq!(effective_size([0, 0].into_iter()), 0);
    }
}
