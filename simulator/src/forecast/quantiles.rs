//! Quantiles over runs, and how sure they are. A run that did not finish is later than every run that did.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::shared;
use crate::engine::Span;
use crate::statistics::{Ranks, rank};

/// Quantiles over all runs: the ⌈qN⌉-th value, no interpolation; `None` where it falls among unfinished runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Quantiles<T> {
    /// The median.
    pub p50: Option<T>,
    /// What nine runs in ten do not exceed.
    pub p90: Option<T>,
    /// What 99 runs in a hundred do not exceed.
    pub p99: Option<T>,
    /// How sure they are.
    pub interval: Intervals<T>,
}

/// The intervals of the quantiles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Intervals<T> {
    /// Of the median.
    pub p50: Interval<T>,
    /// Of what nine runs in ten do not exceed.
    pub p90: Interval<T>,
    /// Of what 99 runs in a hundred do not exceed.
    pub p99: Interval<T>,
}

/// What contains the true quantile in at least 95 ensembles of 100, from the ranks of the runs alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Interval<T> {
    /// Below it the quantile is in at most 2.5 of 100.
    pub low: End<T>,
    /// Above it the quantile is in at most 2.5 of 100.
    pub high: End<T>,
}

/// One end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End<T> {
    /// A value.
    At(T),
    /// Among the runs that did not finish: there it does not without help.
    Never,
    /// There are too few runs to tell.
    Open,
}

/// Quantiles over all runs, and mean and extremes over the finished ones, `None` when none finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Durations {
    /// Over all runs.
    #[serde(flatten)]
    pub quantiles: Quantiles<Span>,
    /// Over finished runs, to the millisecond.
    pub mean: Option<Span>,
    /// Over finished runs.
    pub min: Option<Span>,
    /// Over finished runs.
    pub max: Option<Span>,
}

/// Low quantiles of something of which little is bad, over all runs: what the run at that rank from below has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lowest<T> {
    /// The median.
    pub p50: Option<T>,
    /// What nine runs in ten have at least.
    pub p10: Option<T>,
    /// What 99 runs in a hundred have at least.
    pub p1: Option<T>,
    /// The least of any run.
    pub min: Option<T>,
    /// How sure they are.
    pub interval: LowestIntervals<T>,
}

/// The intervals of low quantiles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LowestIntervals<T> {
    /// Of the median.
    pub p50: Interval<T>,
    /// Of what nine runs in ten have at least.
    pub p10: Interval<T>,
    /// Of what 99 runs in a hundred have at least.
    pub p1: Interval<T>,
}

/// The finished ones of a sample in order, and how many there are in all.
pub(super) struct Sorted<T> {
    finished: Vec<T>,
    count: usize,
    /// As how many independent ones they count.
    effective: usize,
}

impl<T: Copy + Ord> Sorted<T> {
    /// Of values of which some, being unfinished, are later than all others.
    pub(super) fn new(values: impl Iterator<Item = Option<T>>) -> Self {
        let mut count = 0;
        let mut finished: Vec<T> = values.inspect(|_| count += 1).flatten().collect();
        finished.sort_unstable();
        Self {
            finished,
            count,
            effective: count,
        }
    }

    /// The same values, several of a run, which tell no more than so many independent ones.
    pub(super) const fn counted_as(mut self, effective: usize) -> Self {
        self.effective = effective;
        self
    }

    /// The quantile of so many hundredths, from 1 to 99.
    pub(super) fn quantile(&self, percent: u8) -> Option<T> {
        self.at(rank(percent.into(), self.count))
    }

    /// The interval of that quantile.
    pub(super) fn interval(&self, percent: u8) -> Interval<T> {
        if self.count == 0 {
            return Interval {
                low: End::Open,
                high: End::Open,
            };
        }
        let ranks = Ranks::of_clustered(percent, self.count, self.effective);
        let end = |rank: Option<usize>| {
            rank.map_or(End::Open, |rank| self.at(rank).map_or(End::Never, End::At))
        };
        Interval {
            low: end(ranks.low),
            high: end(ranks.high),
        }
    }

    pub(super) fn quantiles(&self) -> Quantiles<T> {
        Quantiles {
            p50: self.quantile(50),
            p90: self.quantile(90),
            p99: self.quantile(99),
            interval: Intervals {
                p50: self.interval(50),
                p90: self.interval(90),
                p99: self.interval(99),
            },
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The largest of the finished.
    pub(super) fn last(&self) -> Option<T> {
        self.finished.last().copied()
    }

    fn at(&self, rank: usize) -> Option<T> {
        self.finished.get(rank - 1).copied()
    }
}

impl<T: Copy + Ord> Lowest<T> {
    /// Of a sample in which every value is there.
    pub(super) fn new(sorted: &Sorted<T>) -> Self {
        Self {
            p50: sorted.quantile(50),
            p10: sorted.quantile(10),
            p1: sorted.quantile(1),
            min: sorted.finished.first().copied(),
            interval: LowestIntervals {
                p50: sorted.interval(50),
                p10: sorted.interval(10),
                p1: sorted.interval(1),
            },
        }
    }
}

impl<T: Copy> Quantiles<T> {
    /// The quantiles of something that rises with the values.
    pub(super) fn map<U>(&self, of: impl Fn(T) -> U) -> Quantiles<U> {
        let of = &of;
        Quantiles {
            p50: self.p50.map(of),
            p90: self.p90.map(of),
            p99: self.p99.map(of),
            interval: Intervals {
                p50: self.interval.p50.map(of),
                p90: self.interval.p90.map(of),
                p99: self.interval.p99.map(of),
            },
        }
    }
}

impl<T: Copy> Interval<T> {
    fn map<U>(self, of: impl Fn(T) -> U) -> Interval<U> {
        Interval {
            low: self.low.map(&of),
            high: self.high.map(&of),
        }
    }

    /// The interval of something that falls where the values rise.
    pub(super) fn turned<U>(self, of: impl Fn(T) -> End<U>) -> Interval<U> {
        let end = |end: End<T>| match end {
            End::At(value) => of(value),
            End::Never => End::Never,
            End::Open => End::Open,
        };
        Interval {
            low: end(self.high),
            high: end(self.low),
        }
    }
}

impl<T> End<T> {
    fn map<U>(self, of: impl Fn(T) -> U) -> End<U> {
        match self {
            Self::At(value) => End::At(of(value)),
            Self::Never => End::Never,
            Self::Open => End::Open,
        }
    }
}

impl Durations {
    pub(super) fn new(lengths: impl Iterator<Item = Option<Span>>) -> Self {
        Self::of_sorted(&Sorted::new(lengths))
    }

    pub(super) fn of_sorted(sorted: &Sorted<Span>) -> Self {
        Self {
            quantiles: sorted.quantiles(),
            mean: mean(&sorted.finished),
            min: sorted.finished.first().copied(),
            max: sorted.last(),
        }
    }
}

/// The mean in whole milliseconds; a sum of integers does not depend on its order.
fn mean(lengths: &[Span]) -> Option<Span> {
    let sum = lengths
        .iter()
        .map(|length| u128::from(length.as_millis()))
        .sum();
    (!lengths.is_empty()).then(|| shared(sum, lengths.len()))
}

/// The value, or a word.
impl<T: Serialize> Serialize for End<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::At(value) => value.serialize(serializer),
            Self::Never => serializer.serialize_str("never"),
            Self::Open => serializer.serialize_str("open"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: u64) -> Span {
        Span::from_secs(seconds)
    }

    #[test]
    fn a_quantile_is_the_value_at_its_rank_and_unfinished_runs_are_the_latest() {
        let lengths = (1..=10).map(|second| (second <= 9).then(|| secs(second)));
        let durations = Durations::new(lengths);
        assert_eq!(durations.quantiles.p50, Some(secs(5)));
        assert_eq!(durations.quantiles.p90, Some(secs(9)));
        assert_eq!(durations.quantiles.p99, None);
        assert_eq!(durations.mean, Some(secs(5)));
        assert_eq!(durations.min, Some(secs(1)));
        assert_eq!(durations.max, Some(secs(9)));
    }

    #[test]
    fn one_run_is_every_quantile_of_itself() {
        let durations = Durations::new([Some(secs(7))].into_iter());
        assert_eq!(durations.quantiles.p50, Some(secs(7)));
        assert_eq!(durations.quantiles.p99, Some(secs(7)));
        let open = Interval {
            low: End::Open,
            high: End::Open,
        };
        assert_eq!(durations.quantiles.interval.p50, open);
    }

    #[test]
    fn no_finished_run_means_no_duration() {
        let durations = Durations::new([None, None].into_iter());
        assert_eq!(durations.quantiles.p50, None);
        assert_eq!(
            (durations.mean, durations.min, durations.max),
            (None, None, None)
        );
    }

    /// Of a hundred values the 40th and the 61st bound the median, the 84th and the 96th what nine in ten do not exceed.
    #[test]
    fn an_end_among_unfinished_runs_is_never() {
        let lengths = (1..=100).map(|second| (second <= 92).then(|| secs(second)));
        let of = Durations::new(lengths).quantiles;
        let interval = |low, high| Interval { low, high };
        assert_eq!(
            of.interval.p50,
            interval(End::At(secs(40)), End::At(secs(61)))
        );
        assert_eq!(of.p90, Some(secs(90)));
        assert_eq!(of.interval.p90, interval(End::At(secs(84)), End::Never));
        assert_eq!(of.p99, None);
        assert_eq!(of.interval.p99, interval(End::Never, End::Open));
        let said = serde_json::to_string(&of.interval).unwrap();
        assert_eq!(
            said,
            r#"{"p50":{"low":40,"high":61},"p90":{"low":84,"high":"never"},"p99":{"low":"never","high":"open"}}"#
        );
    }
}
