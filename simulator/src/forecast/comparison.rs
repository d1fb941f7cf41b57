//! Two ensembles of the same seed, compared run by run: both met the same boots and the same faults (common random
//! numbers: A. M. Law, *Simulation Modeling and Analysis*, 5th ed. (2015), section 11.2), so what differs is the scenario.

use appliance::Text;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::SCHEMA_VERSION;
use super::quantiles::{End, Interval, Quantiles, Sorted};
use super::shares::Share;
use crate::engine::{Span, Time};
use crate::ensemble::Ensemble;
use crate::fleet::{Blueprint, Ending, RunRow};
use crate::statistics::{difference_of_shares, mean};

/// The report of one comparison.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Comparison {
    /// The version of the report's fields.
    #[schemars(extend("const" = SCHEMA_VERSION))]
    pub schema_version: u32,
    /// The seed of every draw, in both.
    pub seed: u64,
    /// How many pairs of runs were made.
    pub runs: usize,
    /// How many pairs were asked for, where somebody interrupted before.
    pub interrupted_of: Option<u32>,
    /// The scenario that is asked about.
    pub scenario: Side,
    /// The one that it is compared with.
    pub against: Side,
    /// Whether they finish.
    pub finished: PairedShare,
    /// How much later the other one finishes, of the pairs of which both did.
    pub later_s: Difference,
}

/// One of the two scenarios.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Side {
    /// Its name.
    #[schemars(with = "String")]
    pub scenario: Text,
    /// SHA-256 of its text.
    pub scenario_hash: String,
    /// Its runs that finished.
    pub finished: Share,
    /// Seconds from its start to the end of its last rollout.
    pub duration_s: Quantiles<Span>,
}

/// In how many pairs which run finished.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PairedShare {
    /// Both did.
    pub both: usize,
    /// Only that of the scenario.
    pub only_scenario: usize,
    /// Only that of the other one.
    pub only_against: usize,
    /// Neither did.
    pub neither: usize,
    /// The share that finishes of the other one, less that of the scenario.
    pub difference: f64,
    /// Where its interval begins.
    pub low: f64,
    /// Where its interval ends.
    pub high: f64,
    /// Whether the interval leaves out zero.
    pub differs: bool,
}

/// How much longer the other one takes, in the pairs of which both runs finished.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Difference {
    /// How many such pairs there are.
    pub pairs: usize,
    /// How often the other one took less.
    pub sooner: usize,
    /// How often it took more.
    pub later: usize,
    /// The median; `None` without a pair.
    pub median: Option<Lag>,
    /// Its interval, from the ranks alone.
    pub interval: Interval<Lag>,
    /// The mean; `None` for fewer than five pairs.
    pub mean: Option<Lag>,
    /// Its interval, by Student's t.
    pub mean_interval: Interval<Lag>,
    /// Whether the interval of the median leaves out zero.
    pub differs: bool,
}

/// How much later something is, in milliseconds; less than zero where it is sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lag(pub i64);

impl Comparison {
    /// The second ensemble beside the first, run by run.
    ///
    /// # Panics
    /// When the ensembles are of different seeds.
    pub fn new(first: (&Blueprint, &Ensemble), second: (&Blueprint, &Ensemble)) -> Self {
        let (rows, others) = (&first.1.rows, &second.1.rows);
        assert_eq!(first.1.seed, second.1.seed, "pairs are of one seed");
        let pairs: Vec<(&RunRow, &RunRow)> = rows.iter().zip(others).collect();
        Self {
            schema_version: SCHEMA_VERSION,
            seed: first.1.seed.0,
            runs: pairs.len(),
            interrupted_of: None,
            scenario: Side::new(first.0, rows),
            against: Side::new(second.0, others),
            finished: PairedShare::new(&pairs),
            later_s: Difference::new(&pairs),
        }
    }
}

impl Side {
    fn new(blueprint: &Blueprint, rows: &[RunRow]) -> Self {
        let scenario = blueprint.scenario();
        let finished = rows.iter().filter(|row| has_finished(row)).count();
        let timed = rows
            .iter()
            .filter(|row| !has_finished(row) || row.end.is_some());
        let ends = Sorted::new(timed.map(|row| row.end.map(Time::since_start)));
        Self {
            scenario: scenario.name.clone(),
            scenario_hash: scenario.hash.clone(),
            finished: Share::new(finished, rows.len()),
            duration_s: ends.quantiles(),
        }
    }
}

impl PairedShare {
    fn new(pairs: &[(&RunRow, &RunRow)]) -> Self {
        let count = |first: bool, second: bool| {
            let is = |(one, other): &&(&RunRow, &RunRow)| {
                has_finished(one) == first && has_finished(other) == second
            };
            pairs.iter().filter(is).count()
        };
        let (only_scenario, only_against) = (count(true, false), count(false, true));
        let (difference, low, high) =
            difference_of_shares(only_scenario, only_against, pairs.len());
        Self {
            both: count(true, true),
            only_scenario,
            only_against,
            neither: count(false, false),
            difference,
            low,
            high,
            differs: low > 0.0 || high < 0.0,
        }
    }
}

impl Difference {
    fn new(pairs: &[(&RunRow, &RunRow)]) -> Self {
        let both = pairs
            .iter()
            .filter_map(|(one, other)| one.end.zip(other.end));
        let lags: Vec<Lag> = both.map(|(one, other)| Lag::between(one, other)).collect();
        let sorted = Sorted::new(lags.iter().map(|lag| Some(*lag)));
        let interval = sorted.interval(50);
        let millis: Vec<f64> = lags.iter().map(|lag| lag.as_millis_f64()).collect();
        let mean = mean(&millis);
        let end = |end: Option<f64>| end.map_or(End::Open, |end| End::At(Lag::nearest(end)));
        Self {
            pairs: lags.len(),
            sooner: lags.iter().filter(|lag| lag.0 < 0).count(),
            later: lags.iter().filter(|lag| lag.0 > 0).count(),
            median: if lags.is_empty() {
                None
            } else {
                sorted.quantile(50)
            },
            interval,
            mean: mean.map(|(mean, ..)| Lag::nearest(mean)),
            mean_interval: Interval {
                low: end(mean.map(|(_, low, _)| low)),
                high: end(mean.map(|(.., high)| high)),
            },
            differs: match (interval.low, interval.high) {
                (End::At(low), End::At(high)) => low.0 > 0 || high.0 < 0,
                _ => false,
            },
        }
    }
}

impl Lag {
    fn between(one: Time, other: Time) -> Self {
        let later = other.since(one).as_millis().cast_signed();
        Self(later - one.since(other).as_millis().cast_signed())
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "lengths stay below 2^53 milliseconds"
    )]
    const fn as_millis_f64(self) -> f64 {
        self.0 as f64
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "means of lengths stay below 2^53 milliseconds"
    )]
    fn nearest(millis: f64) -> Self {
        Self(libm::round(millis) as i64)
    }

    /// How long, whether later or sooner.
    pub const fn length(self) -> Span {
        Span::from_millis(self.0.unsigned_abs())
    }
}

/// Seconds, as of a length.
impl Serialize for Lag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1000 == 0 {
            serializer.serialize_i64(self.0 / 1000)
        } else {
            serializer.serialize_f64(self.as_millis_f64() / 1000.0)
        }
    }
}

fn has_finished(row: &RunRow) -> bool {
    row.ending == Ending::Finished
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Seed;
    use crate::scenario::Scenario;
    use std::sync::Arc;

    fn blueprint(mean: &str, rest: &str) -> Arc<Blueprint> {
        let text = format!(
            "[hardware.h]\nupdate = {{ exponential = {{ mean = \"{mean}\" }} }}\n{rest}[[pools]]\nname = \"p\"\nmachines = 20\nhardware = \"h\"\n[[steps]]\nat = \"+1m\"\ndo = \"apply\"\npool = \"p\"\n"
        );
        Blueprint::new(Scenario::parse(&text, "test", "test").unwrap())
    }

    fn ensemble(blueprint: &Arc<Blueprint>) -> Ensemble {
        Ensemble::run(blueprint, Seed(1), 200, None).unwrap()
    }

    fn width(difference: &Difference) -> i64 {
        match (difference.interval.low, difference.interval.high) {
            (End::At(low), End::At(high)) => high.0 - low.0,
            _ => panic!("{difference:?}"),
        }
    }

    #[test]
    fn pairs_narrow_the_interval() {
        let (slow, fast) = (blueprint("5m", ""), blueprint("288s", ""));
        let (slow_runs, mut fast_runs) = (ensemble(&slow), ensemble(&fast));
        let paired = Comparison::new((&slow, &slow_runs), (&fast, &fast_runs)).later_s;
        // Run by run each machine is faster by the same part.
        assert!(paired.differs && paired.sooner == 200, "{paired:?}");
        // The next run's luck has nothing to do with this one's.
        fast_runs.rows.rotate_left(1);
        let unpaired = Comparison::new((&slow, &slow_runs), (&fast, &fast_runs)).later_s;
        assert!(
            width(&unpaired) > 10 * width(&paired),
            "{unpaired:?} {paired:?}"
        );
        assert!(!unpaired.differs, "{unpaired:?}");
    }

    #[test]
    fn a_scenario_does_not_differ_from_itself() {
        let same = blueprint("5m", "fails = { update = \"1%\" }\n");
        let runs = ensemble(&same);
        let told = Comparison::new((&same, &runs), (&same, &runs));
        assert!(!told.later_s.differs && !told.finished.differs);
        assert_eq!(told.later_s.median, Some(Lag(0)));
        assert_eq!(told.finished.both + told.finished.neither, 200);
        assert_eq!(told.scenario, told.against);
    }

    #[test]
    fn shares_are_compared_pair_by_pair() {
        let frail = blueprint("5m", "fails = { update = \"1%\" }\n");
        let frailer = blueprint("5m", "fails = { update = \"2%\" }\n");
        let told = Comparison::new((&frail, &ensemble(&frail)), (&frailer, &ensemble(&frailer)));
        // Whoever fails at one percent fails at two.
        let finished = told.finished;
        assert_eq!(finished.only_against, 0);
        assert!(finished.only_scenario > 10 && finished.differs && finished.high < 0.0);
    }
}
