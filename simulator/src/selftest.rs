//! Closed-form cases that the shipped program checks itself against.
//!
//! Each case is a scenario whose answer is known exactly, run through the simulator as a user's would be. A
//! deterministic case must be met exactly; a random one within three standard errors of its sample, plus the error of
//! the reference itself where that is a Monte Carlo figure. Seeds are fixed, so a program that passes once passes
//! always; a compiler that gets a loop wrong does not.

mod absence;
mod background;
mod budgets;
mod capacity;
mod churn;
mod drains;
mod engine_bits;
mod failures;
mod formula;
mod hands;
mod makespan;
mod overruns;
mod peers;
mod polling;
mod watched;
mod windows;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::engine::{EntityKey, Seed};
use crate::ensemble::Ensemble;
use crate::fleet::Blueprint;
use crate::scenario::Scenario;

/// One case and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Case {
    /// Its id and parameters, as `V-17 n=100 p=1%`.
    pub case: String,
    /// What is checked.
    pub title: &'static str,
    /// Where the expected value comes from.
    pub source: &'static str,
    /// Its parameters.
    pub settings: BTreeMap<&'static str, Setting>,
    /// The exact answer.
    pub expected: f64,
    /// The simulator's.
    pub got: f64,
    /// How far the two may be apart.
    pub tolerance: f64,
    /// How many runs, or values, `got` rests on.
    pub samples: u32,
    /// Whether they are no further apart.
    pub passed: bool,
}

/// A parameter of a case.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Setting {
    /// A number.
    Number(f64),
    /// A word.
    Word(&'static str),
}

impl From<f64> for Setting {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Setting {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<&'static str> for Setting {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

/// Standard errors that a random case may be off.
const STANDARD_ERRORS: f64 = 3.0;

/// Runs every case, in the order of their ids.
pub fn run() -> Vec<Case> {
    [
        engine_bits::cases(),
        formula::cases(),
        capacity::cases(),
        absence::cases(),
        budgets::cases(),
        drains::cases(),
        churn::cases(),
        makespan::cases(),
        windows::cases(),
        overruns::cases(),
        polling::cases(),
        failures::cases(),
        peers::cases(),
        background::cases(),
        hands::cases(),
    ]
    .concat()
}

/// What is the same for several parameter sets of a case.
#[derive(Clone, Copy)]
struct Title {
    id: &'static str,
    says: &'static str,
    source: &'static str,
}

/// What a case measured.
#[derive(Clone, Copy)]
struct Measured {
    expected: f64,
    got: f64,
    tolerance: f64,
    samples: u32,
}

impl Title {
    fn case<const N: usize>(
        self,
        parameters: &str,
        settings: [(&'static str, Setting); N],
        measured: Measured,
    ) -> Case {
        let off = (measured.got - measured.expected).abs();
        Case {
            case: format!("{} {parameters}", self.id),
            title: self.says,
            source: self.source,
            settings: settings.into(),
            expected: measured.expected,
            got: measured.got,
            tolerance: measured.tolerance,
            samples: measured.samples,
            passed: off <= measured.tolerance,
        }
    }
}

impl Measured {
    /// What no luck can change.
    fn exact(expected: f64, got: f64) -> Self {
        Self {
            expected,
            got,
            tolerance: 0.0,
            samples: 1,
        }
    }

    /// The mean of a sample against its exact value.
    fn mean(expected: f64, sample: &[f64]) -> Self {
        let (mean, sd) = mean_and_sd(sample);
        let samples = count(sample);
        Self {
            expected,
            got: mean,
            tolerance: STANDARD_ERRORS * sd / f64::from(samples).sqrt(),
            samples,
        }
    }

    /// The share of runs for which something is true against its exact probability.
    fn share(expected: f64, sample: &[bool]) -> Self {
        let samples = count(sample);
        let hits = sample.iter().filter(|is| **is).count();
        let hits = f64::from(u32::try_from(hits).unwrap_or(u32::MAX));
        let variance = expected * (1.0 - expected);
        Self {
            expected,
            got: hits / f64::from(samples),
            tolerance: STANDARD_ERRORS * (variance / f64::from(samples)).sqrt(),
            samples,
        }
    }
}

/// The fleet of this text.
fn fleet(text: &str) -> Arc<Blueprint> {
    let scenario = Scenario::parse(text, "selftest", "selftest");
    let scenario =
        scenario.unwrap_or_else(|error| unreachable!("a case's scenario is valid: {error}"));
    Blueprint::new(scenario)
}

/// Each text has a seed of its own, so that cases do not share their luck.
fn seed(text: &str) -> Seed {
    Seed(EntityKey::of(&["selftest", text]).number())
}

/// Runs the scenario of this text.
fn rehearse(text: &str, runs: u32) -> Ensemble {
    Ensemble::run(&fleet(text), seed(text), runs, None)
        .unwrap_or_else(|error| unreachable!("as many threads as cores can be started: {error}"))
}

/// How long each run took, in seconds; every run has finished.
fn durations_s(ensemble: &Ensemble) -> Vec<f64> {
    let ends = ensemble.rows.iter().map(|row| row.end.unwrap_or_default());
    ends.map(|end| end.since_start().as_millis_f64() / 1000.0)
        .collect()
}

fn mean_and_sd(sample: &[f64]) -> (f64, f64) {
    let samples = f64::from(count(sample));
    let mean = sample.iter().sum::<f64>() / samples;
    let squares: f64 = sample
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    (mean, (squares / (samples - 1.0)).sqrt())
}

fn count<T>(sample: &[T]) -> u32 {
    number(sample.len())
}

/// A count as a number; no case counts more than fit.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static CASES: LazyLock<Vec<Case>> = LazyLock::new(run);

    #[test]
    fn every_case_passes() {
        let failed: Vec<_> = CASES.iter().filter(|case| !case.passed).collect();
        assert!(failed.is_empty(), "{failed:#?}");
    }

    #[test]
    fn every_case_has_several_parameter_sets() {
        for id in [
            "V-1", "V-2", "V-5", "V-6", "V-7", "V-8", "V-9", "V-10", "V-11", "V-12", "V-13",
            "V-14", "V-14b", "V-15a", "V-15b", "V-15c", "V-16", "V-17", "V-18", "V-19", "V-20",
            "V-21", "V-22", "hands",
        ] {
            let own = CASES
                .iter()
                .filter(|case| case.case.split(' ').next() == Some(id));
            assert!(own.count() >= 3, "{id}");
        }
    }

    #[test]
    fn a_wrong_answer_fails() {
        let title = Title {
            id: "V-0",
            says: "",
            source: "",
        };
        let measured = Measured {
            expected: 1.0,
            got: 1.1,
            tolerance: 0.05,
            samples: 1,
        };
        assert!(!title.case("", [], measured).passed);
        let nothing = Measured {
            got: f64::NAN,
            ..measured
        };
        assert!(!title.case("", [], nothing).passed);
    }
}
