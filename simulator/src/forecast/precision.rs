//! How narrow the intervals of the finish are, and whether that is narrow enough.

use schemars::JsonSchema;
use serde::Serialize;

use super::quantiles::{End, Sorted};
use super::shares::Share;
use crate::engine::{Span, Time};
use crate::fleet::{Ending, RunRow};

/// Half the widths of the intervals of the finish, and whether each is at most what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Precision {
    /// The half-width that was asked for: of times in parts of them, of the share as it is.
    pub asked: f64,
    /// Whether all are that narrow.
    pub reached: bool,
    /// Of the median, in parts of it; `None` where an end is open or among unfinished runs, and not both are among them.
    pub p50: Option<f64>,
    /// Of what nine runs in ten do not exceed, as for the median.
    pub p90: Option<f64>,
    /// Of the share of runs that finished.
    pub finished: f64,
}

impl Precision {
    /// That of these runs.
    pub fn new(asked: f64, rows: &[RunRow]) -> Self {
        // What had nothing to roll out says nothing about when that ends.
        let rolled_out = |row: &&RunRow| row.ending != Ending::Finished || row.end.is_some();
        let ends = rows.iter().filter(rolled_out);
        let ends = Sorted::new(ends.map(|row| row.end.map(Time::since_start)));
        let finished = rows.iter().filter(|row| row.ending == Ending::Finished);
        let finished = Share::new(finished.count(), rows.len());
        let finished = (finished.high - finished.low) / 2.0;
        let [p50, p90] = [50, 90].map(|percent| half_width(&ends, percent));
        let is_narrow = |half: Option<f64>| half.is_some_and(|half| half <= asked);
        Self {
            asked,
            reached: is_narrow(p50) && is_narrow(p90) && finished <= asked,
            p50,
            p90,
            finished,
        }
    }
}

/// Half the width of a quantile's interval, in parts of the quantile.
fn half_width(ends: &Sorted<Span>, percent: u8) -> Option<f64> {
    if ends.is_empty() {
        return Some(0.0);
    }
    let interval = ends.interval(percent);
    match (interval.low, interval.high) {
        // It certainly does not finish: more runs tell nothing new.
        (End::Never, End::Never) => Some(0.0),
        (End::At(low), End::At(high)) if low == high => Some(0.0),
        (End::At(low), End::At(high)) => {
            let value = ends.quantile(percent)?.as_millis_f64();
            Some((high - low).as_millis_f64() / 2.0 / value)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Seed;
    use crate::ensemble::{Course, Ensemble};
    use crate::fleet::Blueprint;
    use crate::scenario::Scenario;

    fn ensemble(fails: &str, most: u32, asked: f64, threads: usize) -> (Ensemble, Precision) {
        let text = format!(
            "[hardware.h]\nupdate = {{ exponential = {{ mean = \"5m\" }} }}\nfails = {{ update = \"{fails}\" }}\n[[pools]]\nname = \"p\"\nmachines = 5\nhardware = \"h\"\n[[steps]]\nat = \"+1m\"\ndo = \"apply\"\npool = \"p\"\n"
        );
        let blueprint = Blueprint::new(Scenario::parse(&text, "test", "test").unwrap());
        let threads = std::num::NonZeroUsize::new(threads);
        let is_enough = |rows: &[RunRow]| Precision::new(asked, rows).reached;
        let mut ensemble = Ensemble::empty(Seed(3));
        let course = Course::unwatched(threads);
        let all = ensemble.grow_until(&blueprint, most, &course, &is_enough);
        assert!(all.unwrap());
        let precision = Precision::new(asked, &ensemble.rows);
        (ensemble, precision)
    }

    #[test]
    fn it_stops_at_the_first_boundary_that_is_narrow_enough_whatever_the_threads() {
        let (one, precision) = ensemble("0%", 100_000, 0.05, 1);
        assert!(precision.reached, "{precision:?}");
        let runs = one.rows.len();
        assert!(
            (400..5_000).contains(&runs) && runs.is_multiple_of(100),
            "{runs}"
        );
        assert_eq!(ensemble("0%", 100_000, 0.05, 3).0, one);
        let (_, wider) = ensemble("0%", u32::try_from(runs).unwrap() - 100, 0.05, 2);
        assert!(!wider.reached, "{wider:?}");
    }

    #[test]
    fn what_never_finishes_is_certain_at_once_and_what_may_is_not() {
        let (all, precision) = ensemble("100%", 10_000, 0.02, 2);
        assert_eq!((all.rows.len(), precision.reached), (100, true));
        assert_eq!(precision.p50, Some(0.0));
        // Nine runs in ten finish: no number of runs tells on which side of that they are.
        let (all, precision) = ensemble("2.2%", 1_000, 0.05, 2);
        assert_eq!((all.rows.len(), precision.reached), (1_000, false));
        assert_eq!(precision.p90, None);
    }

    /// To stop as soon as the intervals are narrow is to stop where they happen to be. One machine whose update is
    /// exponential finishes at its mean times ln 2 in the median and ln 10 in nine runs of ten.
    #[test]
    fn intervals_hold_what_they_promise_though_it_stops_when_they_are_narrow() {
        const SEEDS: u32 = 1000;
        let text = "[hardware.h]\nupdate = { exponential = { mean = \"1000s\" } }\n[[pools]]\nname = \"p\"\nmachines = 1\nhardware = \"h\"\n[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = \"p\"\n";
        let blueprint = Blueprint::new(Scenario::parse(text, "test", "test").unwrap());
        let course = Course::unwatched(std::num::NonZeroUsize::new(1));
        let is_enough = |rows: &[RunRow]| Precision::new(0.2, rows).reached;
        let truth = [(50, std::f64::consts::LN_2), (90, std::f64::consts::LN_10)];
        let (mut covered, mut runs) = ([0; 2], 0);
        for seed in 0..SEEDS {
            let mut ensemble = Ensemble::empty(Seed(seed.into()));
            let all = ensemble.grow_until(&blueprint, 10_000, &course, &is_enough);
            assert!(all.unwrap());
            runs += ensemble.count();
            let ends = ensemble
                .rows
                .iter()
                .map(|row| row.end.map(Time::since_start));
            let ends = Sorted::new(ends);
            for ((percent, of_mean), covered) in truth.iter().zip(&mut covered) {
                let exact = Span::nearest(of_mean * 1e6);
                let interval = ends.interval(*percent);
                if let (End::At(low), End::At(high)) = (interval.low, interval.high) {
                    *covered += u32::from(low <= exact && exact <= high);
                }
            }
        }
        let mean = runs / SEEDS;
        assert!((100..1000).contains(&mean), "it stops early: {mean}");
        let [median, ninth] = covered;
        assert!(
            (930..=970).contains(&median),
            "{median} of 1000, P90 {ninth}, {mean} runs"
        );
        assert!(
            (930..=970).contains(&ninth),
            "{ninth} of 1000, P50 {median}, {mean} runs"
        );
    }
}
