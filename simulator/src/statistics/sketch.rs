//! A distribution of many whole numbers in little room: how many of them fell into each of some thousand buckets, which grow
//! with the numbers, as in `HdrHistogram` (G. Tene, <https://hdrhistogram.github.io/HdrHistogram/>).
//!
//! Numbers below 128 have a bucket each, zero among them. Above, each power of two is cut into 64 buckets; since a quantile is
//! told as the middle of its bucket, it is off by at most 1 part in 128 of itself. Everything is a whole number, and to
//! merge two sketches is to add their counts: so neither the order nor the grouping of what is merged changes a bit.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rank;

/// Buckets of each power of two, and half the numbers that have one each.
const PARTS: usize = 64;
/// The bits of a number that tell its bucket within a power of two.
const BITS: u32 = PARTS.trailing_zeros() + 1;
/// How many buckets there are for numbers of 64 bits.
const BUCKETS: usize = (64 - BITS as usize + 2) * PARTS;

/// How often numbers fell into each bucket, and the largest of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sketch {
    /// By bucket, up to the last that is not empty.
    counts: Vec<u64>,
    largest: u64,
}

/// The same in as little room as it has buckets that are not empty: to be kept, written and read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// Buckets, ascending, and how many fell into each.
    pairs: Box<[(u16, u32)]>,
    largest: u64,
}

impl Sketch {
    /// Counts one more number.
    pub fn add(&mut self, value: u64) {
        let bucket = bucket_of(value);
        self.reach(bucket + 1);
        self.counts[bucket] += 1;
        self.largest = self.largest.max(value);
    }

    /// Counts everything that another one has.
    pub fn merge(&mut self, other: &Packed) {
        if let Some((last, _)) = other.pairs.last() {
            self.reach(usize::from(*last) + 1);
        }
        for (bucket, count) in &other.pairs {
            self.counts[usize::from(*bucket)] += u64::from(*count);
        }
        self.largest = self.largest.max(other.largest);
    }

    /// How many numbers were counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The largest number, exactly; `None` where there is none.
    pub fn largest(&self) -> Option<u64> {
        (!self.counts.is_empty()).then_some(self.largest)
    }

    /// The quantile of so many hundredths, from 1 to 99: the ⌈qN⌉-th number, off by at most 1 part in 128 of itself, and
    /// exact below 128. `None` where there is none.
    pub fn quantile(&self, percent: u8) -> Option<u64> {
        let size = usize::try_from(self.count()).unwrap_or(usize::MAX);
        let rank = rank(percent.into(), size) as u64;
        let mut below = 0;
        let bucket = self.counts.iter().position(|count| {
            below += count;
            below >= rank
        });
        bucket.map(|bucket| middle_of(bucket).min(self.largest))
    }

    /// The same, packed. A bucket that more than 4,294,967,295 numbers fell into keeps so many.
    pub fn packed(&self) -> Packed {
        let filled = (0..).zip(&self.counts).filter(|(_, count)| **count > 0);
        let pair =
            |(bucket, count): (u16, &u64)| (bucket, u32::try_from(*count).unwrap_or(u32::MAX));
        Packed {
            pairs: filled.map(pair).collect(),
            largest: self.largest,
        }
    }

    fn reach(&mut self, buckets: usize) {
        if self.counts.len() < buckets {
            self.counts.resize(buckets, 0);
        }
    }
}

/// The bucket of a number.
#[expect(
    clippy::cast_possible_truncation,
    reason = "there are some thousand buckets"
)]
const fn bucket_of(value: u64) -> usize {
    let length = u64::BITS - value.leading_zeros();
    let shift = length.saturating_sub(BITS);
    shift as usize * PARTS + (value >> shift) as usize
}

/// The number in the middle of a bucket.
const fn middle_of(bucket: usize) -> u64 {
    if bucket < 2 * PARTS {
        return bucket as u64;
    }
    let shift = bucket / PARTS - 1;
    let within = bucket - shift * PARTS;
    ((within as u64) << shift) + (1 << (shift - 1))
}

/// `[largest, [[bucket, count], …]]`.
impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.largest, &self.pairs).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (largest, pairs) = <(u64, Box<[(u16, u32)]>)>::deserialize(deserializer)?;
        let are_ascending = pairs.is_sorted_by(|one, next| one.0 < next.0);
        let are_known = pairs
            .iter()
            .all(|(bucket, _)| usize::from(*bucket) < BUCKETS);
        if are_ascending && are_known {
            Ok(Self { pairs, largest })
        } else {
            Err(D::Error::custom("buckets that no sketch has"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Sketch {
        let mut sketch = Sketch::default();
        for value in values {
            sketch.add(*value);
        }
        sketch
    }

    fn merged<'s>(parts: impl IntoIterator<Item = &'s [u64]>) -> Sketch {
        let mut all = Sketch::default();
        for part in parts {
            all.merge(&of(part).packed());
        }
        all
    }

    #[test]
    fn small_numbers_are_exact_and_the_largest_always_is() {
        let sketch = of(&[0, 0, 1, 127, 1_000_003]);
        assert_eq!(sketch.quantile(40), Some(0));
        assert_eq!(sketch.quantile(60), Some(1));
        assert_eq!(sketch.quantile(80), Some(127));
        assert_eq!(sketch.largest(), Some(1_000_003));
        assert_eq!((sketch.count(), Sketch::default().quantile(50)), (5, None));
    }

    #[test]
    fn buckets_follow_each_other_without_a_gap_up_to_the_largest_number() {
        let mut value = 0_u64;
        for bucket in 0..BUCKETS {
            assert_eq!(bucket_of(value), bucket);
            let shift = (bucket / PARTS).saturating_sub(1);
            let width = 1_u64 << shift;
            assert_eq!(bucket_of(value + (width - 1)), bucket);
            assert_eq!(bucket_of(middle_of(bucket)), bucket);
            value = value.wrapping_add(width);
        }
        assert_eq!((value, bucket_of(u64::MAX)), (0, BUCKETS - 1));
    }

    #[test]
    fn what_is_read_is_what_was_written_and_nothing_else_is() {
        let packed = of(&[5, 5, 300, 70_000]).packed();
        let said = serde_json::to_string(&packed).unwrap();
        assert_eq!(said, "[70000,[[5,2],[203,1],[708,1]]]");
        assert_eq!(serde_json::from_str::<Packed>(&said).unwrap(), packed);
        for wrong in ["[1,[[5,2],[5,1]]]", "[1,[[7,2],[5,1]]]", "[1,[[60000,1]]]"] {
            assert!(serde_json::from_str::<Packed>(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn to_merge_in_any_order_and_grouping_is_to_count_all_at_once(
            values in proptest::collection::vec(0..u64::MAX >> 20, 1..200), cut in 0..200_usize, other in 0..200_usize,
        ) {
            let (cut, other) = (cut % values.len(), other % values.len());
            let (first, last) = (cut.min(other), cut.max(other));
            let parts = [&values[..first], &values[first..last], &values[last..]];
            let whole = of(&values);
            prop_assert_eq!(&merged(parts), &whole);
            prop_assert_eq!(&merged([parts[2], parts[0], parts[1]]), &whole);
            let mut nested = of(parts[1]);
            nested.merge(&merged([parts[2], parts[0]]).packed());
            prop_assert_eq!(nested, whole);
        }

        #[test]
        fn a_quantile_is_within_the_stated_error_of_the_exact_one(
            values in proptest::collection::vec(0..u64::MAX >> 22, 1..200), scale in 0..40_u32, percent in 1..100_u8,
        ) {
            let mut values: Vec<u64> = values.into_iter().map(|value| value >> scale).collect();
            let told = of(&values).quantile(percent).unwrap();
            values.sort_unstable();
            let exact = values[rank(percent.into(), values.len()) - 1];
            prop_assert!(told.abs_diff(exact) * 128 <= exact, "{} for {}", told, exact);
        }
    }
}
