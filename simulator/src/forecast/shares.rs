//! Shares of runs, and how sure they are.

use schemars::JsonSchema;
use serde::Serialize;

use crate::statistics::{wilson, wilson_of};

/// A share of runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Share {
    /// From 0 to 1.
    pub share: f64,
    /// Where its interval begins, which contains the true share in about 95 ensembles of 100.
    pub low: f64,
    /// Where its interval ends.
    pub high: f64,
}

/// A part of something of which there is no sample to be sure of, as of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Part {
    /// From 0 to 1.
    pub share: f64,
}

impl Share {
    /// So many of so many runs; of no runs a share of nothing, which may be anything.
    pub(super) fn new(part: usize, whole: usize) -> Self {
        let (low, high) = wilson(part, whole);
        Self {
            share: share(part, whole),
            low,
            high,
        }
    }

    /// So many of so many, several of a run, which tell no more than `effective` independent ones.
    pub(super) fn of_clustered(part: usize, whole: usize, effective: usize) -> Self {
        let share = share(part, whole);
        let (low, high) = wilson_of(share, self::share(effective, 1));
        Self { share, low, high }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of runs lie far below 2^53"
)]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}
