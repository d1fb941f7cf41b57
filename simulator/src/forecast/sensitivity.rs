//! Which of a scenario's inputs moves the end of its rollouts most: one at a time, each at its low and at its high end, all
//! on the same luck. What comes of it is drawn as a tornado: S. A. Eschenbach, "Spiderplots versus tornado diagrams for
//! sensitivity analysis", *Interfaces* 22(6), 1992.
//!
//! | file | holds |
//! |---|---|
//! | `trials` | the runs |

mod trials;

use std::cmp::Ordering;

use appliance::Text;
use schemars::JsonSchema;
use serde::Serialize;

use super::SCHEMA_VERSION;
use super::clock::{Clock, Date};
use super::quantiles::{End, Interval, Sorted};
use super::shares::Share;
use crate::engine::{Span, Time};
use crate::fleet::Blueprint;
use crate::scenario::Setting;
use trials::{Outcome, Tried};

pub use trials::Trials;

/// What moves the P90 by less than this part of it moves it little.
const LITTLE: f64 = 0.01;
/// The quantile that is looked at, in hundredths.
const PERCENT: u8 = 90;

/// The report of a sensitivity.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Sensitivity {
    /// The version of the report's fields.
    #[schemars(extend("const" = SCHEMA_VERSION))]
    pub schema_version: u32,
    /// The scenario's name.
    #[schemars(with = "String")]
    pub scenario: Text,
    /// SHA-256 of the scenario's text.
    pub scenario_hash: String,
    /// The seed of every draw.
    pub seed: u64,
    /// How many runs of each setting were made.
    pub runs: usize,
    /// How many were asked for, where somebody interrupted before.
    pub interrupted_of: Option<u32>,
    /// The time zone of its dates.
    pub timezone: String,
    /// Whether something is rolled out in some run, so that there is an end that can be moved.
    pub has_rollout: bool,
    /// The scenario as it is.
    pub base: LateFinish,
    /// Everything that it leaves to chance, what moves the P90 most first.
    pub inputs: Vec<InputSwing>,
}

/// When the last rollout ends, with everything set in one way.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LateFinish {
    /// Seconds from the scenario's start to the end of its last rollout that nine runs in ten do not exceed, an unfinished
    /// run being the latest; `None` where it is of an unfinished run.
    pub p90_s: Option<Span>,
    /// The 95 % interval of that.
    pub interval: Interval<Span>,
    /// The same as a date.
    pub finish: Option<Date>,
    /// Runs in which every targeted machine was settled.
    pub finished: Share,
}

/// One input, and what comes of it at either end.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct InputSwing {
    /// Its key in the scenario's file, as `hardware.server.firmware`.
    #[schemars(with = "String")]
    pub input: Text,
    /// At its P10, or at zero.
    pub low: AtExtreme,
    /// At its P90, or at twice itself.
    pub high: AtExtreme,
    /// How far apart, in seconds, the latest and the earliest are of the P90 at the low end, at the high end and of the
    /// scenario as it is; `"never"` where some of these are of unfinished runs, `"open"` where all are.
    pub swing_s: End<Span>,
    /// Whether that is less than 1 % of the P90 of the scenario as it is, and the share that finishes moves by less than
    /// one point.
    pub is_small: bool,
}

/// What comes of an input at one of its ends.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AtExtreme {
    /// What it is set to, as `4m 12s` or `0.6 %`.
    pub setting: String,
    /// What comes of it.
    #[serde(flatten)]
    pub late: LateFinish,
}

impl Sensitivity {
    /// The report of these runs, of which each setting has as many, with dates as `clock` has them.
    pub fn new(blueprint: &Blueprint, trials: &Trials, clock: &Clock) -> Self {
        let scenario = blueprint.scenario();
        let base = LateFinish::new(&trials.base, clock);
        let inputs = trials.inputs.iter();
        let mut inputs: Vec<_> = inputs
            .map(|tried| InputSwing::new(&base, tried, clock))
            .collect();
        // The sort is stable: among equals the order is that of the file.
        inputs.sort_by(|one, other| {
            let keys = other.weight(&base).partial_cmp(&one.weight(&base));
            keys.unwrap_or(Ordering::Equal)
        });
        Self {
            schema_version: SCHEMA_VERSION,
            scenario: scenario.name.clone(),
            scenario_hash: scenario.hash.clone(),
            seed: trials.seed.0,
            runs: trials.runs(),
            interrupted_of: None,
            timezone: clock.zone_name().to_owned(),
            has_rollout: trials.is_busy(),
            base,
            inputs,
        }
    }
}

impl LateFinish {
    fn new(outcomes: &[Outcome], clock: &Clock) -> Self {
        // What had nothing to roll out says nothing about when that ends.
        let rolled_out = outcomes
            .iter()
            .filter(|outcome| !outcome.has_finished || outcome.end.is_some());
        let ends = Sorted::new(rolled_out.map(|outcome| outcome.end.map(Time::since_start)));
        let finished = outcomes.iter().filter(|outcome| outcome.has_finished);
        let p90 = ends.quantile(PERCENT);
        Self {
            p90_s: p90,
            interval: ends.interval(PERCENT),
            finish: p90.map(|span| clock.after(span)),
            finished: Share::new(finished.count(), outcomes.len()),
        }
    }
}

impl InputSwing {
    fn new(base: &LateFinish, tried: &Tried, clock: &Clock) -> Self {
        let at = |setting: Setting, outcomes: &[Outcome]| AtExtreme {
            setting: setting.to_string(),
            late: LateFinish::new(outcomes, clock),
        };
        let mut swing = Self {
            input: Text::from(tried.input.key.as_str()),
            low: at(tried.input.low, &tried.low),
            high: at(tried.input.high, &tried.high),
            swing_s: End::Open,
            is_small: false,
        };
        let all = [base, &swing.low.late, &swing.high.late].map(|late| late.p90_s);
        let known: Vec<Span> = all.iter().copied().flatten().collect();
        swing.swing_s = match (known.iter().min(), known.iter().max()) {
            (Some(least), Some(most)) if known.len() == all.len() => End::At(*most - *least),
            (None, _) | (_, None) => End::Open,
            _ => End::Never,
        };
        swing.is_small = swing.share_moved(base) < LITTLE
            && match (swing.swing_s, base.p90_s) {
                (End::At(span), Some(p90)) => {
                    span.as_millis_f64() < LITTLE * p90.as_millis_f64() || span.is_zero()
                }
                (End::Open, _) => true,
                _ => false,
            };
        swing
    }

    /// How far apart the shares are that finish.
    fn share_moved(&self, base: &LateFinish) -> f64 {
        let all = [base, &self.low.late, &self.high.late].map(|of| of.finished.share);
        all.into_iter().fold(0.0, f64::max) - all.into_iter().fold(1.0, f64::min)
    }

    /// What decides the order: first whether it moves anything, then whether rollouts finish at all, then by how much
    /// it moves their end, then by how much the share that finishes.
    fn weight(&self, base: &LateFinish) -> (bool, bool, u64, f64) {
        let (is_never, swing) = match self.swing_s {
            End::At(span) => (false, span.as_millis()),
            End::Never => (true, 0),
            End::Open => (false, 0),
        };
        (!self.is_small, is_never, swing, self.share_moved(base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Seed;
    use crate::ensemble::Course;
    use crate::scenario::Scenario;
    use std::num::NonZeroUsize;

    fn sensitivity(text: &str, runs: u32, threads: usize) -> Sensitivity {
        let blueprint = Blueprint::new(Scenario::parse(text, "test", "test").unwrap());
        let course = Course::unwatched(NonZeroUsize::new(threads));
        let mut trials = Trials::begin(&blueprint, Seed(1), runs, &course).unwrap();
        assert!(trials.grow(&blueprint, &course).unwrap());
        let clock = Clock::new(&blueprint.scenario().calendar, None);
        Sensitivity::new(&blueprint, &trials, &clock)
    }

    fn pool(rest: &str) -> String {
        format!(
            "{rest}\n[[pools]]\nname = \"p\"\nmachines = 10\nhardware = \"h\"\n[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = \"p\"\n"
        )
    }

    /// Ten machines one after the other: with `firmware` at its P10 or P90 the sum is ten times that, and ten uniform
    /// seconds.
    #[test]
    fn the_input_that_dominates_by_formula_comes_first_and_moves_it_by_so_much() {
        let of = sensitivity(
            &pool(
                "[hardware.h]\nos = { uniform = { min = \"10s\", max = \"20s\" } }\nfirmware = { uniform = { min = \"100s\", max = \"900s\" } }\njoin = { uniform = { min = \"1000ms\", max = \"1001ms\" } }",
            ),
            400,
            2,
        );
        let keys: Vec<_> = of.inputs.iter().map(|input| input.input.as_str()).collect();
        assert_eq!(
            keys,
            ["hardware.h.firmware", "hardware.h.os", "hardware.h.join"]
        );
        let [firmware, os, join] = &of.inputs[..] else {
            panic!("{of:?}")
        };
        // The tenth and the nine-tenth quantiles are 180 s and 820 s: ten times 640 s apart, whatever the rest does.
        assert_eq!(firmware.swing_s, End::At(Span::from_secs(6400)));
        assert_eq!(firmware.low.setting, "3m 00s");
        let at = |end: &AtExtreme| end.late.p90_s.unwrap().as_millis_f64() / 1000.0;
        // Ten uniforms of 10 s to 20 s: their sum has a mean of 150 s and a deviation of 9.13 s.
        assert!((at(&firmware.low) - (1810.0 + 150.0 + 1.28 * 9.13)).abs() < 3.0);
        assert!(!firmware.is_small);
        assert!(join.is_small, "{join:?}");
        // With the same luck everywhere, what is fixed at 11 s or 19 s moves each run by what it drew less that.
        let End::At(swing) = os.swing_s else {
            panic!("{os:?}")
        };
        assert!(
            (swing.as_millis_f64() / 1000.0 - 80.0).abs() < 2.0,
            "{os:?}"
        );
    }

    #[test]
    fn what_decides_whether_it_finishes_comes_before_everything_else() {
        let of = sensitivity(
            &pool(
                "[hardware.h]\nupdate = { uniform = { min = \"100s\", max = \"900s\" } }\nfails = { update = \"1%\" }",
            ),
            200,
            2,
        );
        let [fails, update] = &of.inputs[..] else {
            panic!("{of:?}")
        };
        assert_eq!(fails.input.as_str(), "hardware.h.fails.update");
        assert_eq!(
            (fails.low.setting.as_str(), fails.high.setting.as_str()),
            ("0 %", "2 %")
        );
        assert_eq!(fails.swing_s, End::Never);
        assert!((fails.low.late.finished.share - 1.0).abs() < 1e-12);
        assert_eq!(fails.high.late.p90_s, None);
        let shares = |end: &AtExtreme| end.late.finished.share;
        assert!(shares(&fails.high) < of.base.finished.share);
        // How long an update takes has nothing to do with whether it fails.
        assert_eq!(update.low.late.finished, of.base.finished);
    }

    #[test]
    fn where_nothing_is_uncertain_there_is_no_input_and_without_a_rollout_none_matters() {
        let certain = sensitivity(&pool("[hardware.h]\nupdate = \"5m\""), 10, 1);
        assert!(certain.inputs.is_empty() && certain.has_rollout);
        assert_eq!(certain.base.p90_s, Some(Span::from_secs(3000)));
        let idle = sensitivity("[[pools]]\nname = \"p\"\nmachines = 1\n", 10, 1);
        assert!(idle.inputs.is_empty() && !idle.has_rollout);
    }

    #[test]
    fn only_what_acts_where_something_is_rolled_out_is_tried() {
        let text = pool("[hardware.h]\nupdate = { exponential = { mean = \"5m\" } }")
            + "[[pools]]\nname = \"idle\"\nmachines = 3\nhardware = \"server\"\n";
        let of = sensitivity(&text, 10, 1);
        let keys: Vec<_> = of.inputs.iter().map(|input| input.input.as_str()).collect();
        assert_eq!(keys, ["hardware.h.update"]);
    }

    #[test]
    fn threads_and_turns_change_nothing_and_a_stop_leaves_the_beginning() {
        let text = pool("[hardware.h]\nlike = \"vm\"\nfails = { os = \"1%\" }\n");
        let whole = sensitivity(&text, 40, 1);
        assert_eq!(whole, sensitivity(&text, 40, 3));
        let blueprint = Blueprint::new(Scenario::parse(&text, "test", "test").unwrap());
        let unwatched = Course::unwatched(None);
        let mut trials = Trials::begin(&blueprint, Seed(1), 40, &unwatched).unwrap();
        let made = std::sync::atomic::AtomicU32::new(0);
        let order = std::sync::atomic::Ordering::Relaxed;
        let course = Course {
            threads: None,
            made: &|runs| {
                made.fetch_add(runs, order);
            },
            is_stopped: &|| made.load(order) >= 200,
        };
        assert!(!trials.grow(&blueprint, &course).unwrap());
        trials.trim(&blueprint);
        let runs = u32::try_from(trials.runs()).unwrap();
        assert!((8..40).contains(&runs), "{runs}");
        let clock = Clock::new(&blueprint.scenario().calendar, None);
        let partial = Sensitivity::new(&blueprint, &trials, &clock);
        assert_eq!(partial, sensitivity(&text, runs, 1));
    }
}
