//! How narrow the intervals of the finish are, and whether that is narrow enough.

use serde::Serialize;

use super::quantiles::{End, Sorted};
use super::shares::Share;
use crate::engine::{Span, Time};
use crate::fleet::{Ending, RunRow};

/// Half the widths of the intervals of the finish, and whether each is at most what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
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
}
