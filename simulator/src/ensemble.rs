//! Many runs of one scenario, on many threads, in one order.
//!
//! Threads take runs, never parts of a run, and the rows stand in the order of the runs whoever made them: so the
//! number of threads changes no byte of a report.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use crate::engine::Seed;
use crate::fleet::{Blueprint, RunRow};

/// The runs of one rehearsal.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensemble {
    /// What fixed every draw.
    pub seed: Seed,
    /// One row for each run, by its number.
    pub rows: Vec<RunRow>,
}

/// Why an ensemble could not be run.
#[derive(Debug, thiserror::Error)]
pub enum EnsembleError {
    /// The system gave no threads.
    #[error("cannot start {threads} threads")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system said.
        source: rayon::ThreadPoolBuildError,
    },
}

/// Runs that one thread takes at a time: enough to make the bookkeeping vanish, few enough to share the end evenly.
const BLOCK: u32 = 16;
/// Runs after which it is asked whether there are enough: below a hundred a sample is too small for that.
const ASKED_EVERY: u32 = 100;

impl Ensemble {
    /// Makes `runs` runs, numbered from 0, on `threads` threads (every core when `None`), and calls `progress` with the
    /// number of runs made since its last call, from any thread.
    ///
    /// # Errors
    /// When the system cannot start that many threads.
    pub fn run(
        blueprint: &Arc<Blueprint>,
        seed: Seed,
        runs: u32,
        threads: Option<NonZeroUsize>,
        progress: &(dyn Fn(u32) + Sync),
    ) -> Result<Self, EnsembleError> {
        Self::in_parts(blueprint, seed, threads, progress, |made| {
            (made.is_empty() && runs > 0).then_some(runs)
        })
    }

    /// As [`Ensemble::run`], up to `most` runs, but no more once `is_enough` says so of the first ones. It is asked at
    /// numbers of runs that depend on nothing, so that the same runs are made on any number of threads: every hundred, and
    /// of more than a thousand at steps of up to an eighth.
    ///
    /// # Errors
    /// When the system cannot start that many threads.
    pub fn run_until(
        blueprint: &Arc<Blueprint>,
        seed: Seed,
        most: u32,
        threads: Option<NonZeroUsize>,
        progress: &(dyn Fn(u32) + Sync),
        is_enough: &dyn Fn(&[RunRow]) -> bool,
    ) -> Result<Self, EnsembleError> {
        Self::in_parts(blueprint, seed, threads, progress, |made| {
            let runs = u32::try_from(made.len()).unwrap_or(most);
            let is_done = runs >= most || runs > 0 && is_enough(made);
            (!is_done).then(|| most.min(boundary_after(runs)))
        })
    }

    /// Makes runs up to the number that `up_to` names of those that there are, until it names none.
    fn in_parts(
        blueprint: &Arc<Blueprint>,
        seed: Seed,
        threads: Option<NonZeroUsize>,
        progress: &(dyn Fn(u32) + Sync),
        up_to: impl Fn(&[RunRow]) -> Option<u32>,
    ) -> Result<Self, EnsembleError> {
        let count = threads.map_or(0, NonZeroUsize::get);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count);
        let pool = pool.build().map_err(|source| EnsembleError::Threads {
            threads: count,
            source,
        })?;
        let (mut rows, mut made) = (Vec::new(), 0);
        while let Some(end) = up_to(&rows) {
            let mut more = pool.install(|| rows_of(blueprint, seed, made..end, progress));
            rows.append(&mut more);
            made = end;
        }
        Ok(Self { seed, rows })
    }
}

/// The next number of runs at which it is asked whether these are enough.
const fn boundary_after(runs: u32) -> u32 {
    let eighth = runs / 8 / ASKED_EVERY * ASKED_EVERY;
    runs + if eighth > ASKED_EVERY {
        eighth
    } else {
        ASKED_EVERY
    }
}

/// The rows of these runs, in order.
fn rows_of(
    blueprint: &Arc<Blueprint>,
    seed: Seed,
    runs: Range<u32>,
    progress: &(dyn Fn(u32) + Sync),
) -> Vec<RunRow> {
    let blocks: Vec<u32> = runs.clone().step_by(BLOCK as usize).collect();
    blocks
        .into_par_iter()
        .flat_map_iter(|first| {
            let block = first..runs.end.min(first + BLOCK);
            let made = block.end - block.start;
            let rows: Vec<_> = block
                .map(|run| RunRow::of_run(blueprint, seed.of_run(u64::from(run))))
                .collect();
            progress(made);
            rows
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_are_hundreds_and_then_an_eighth_apart() {
        let mut boundaries = vec![0];
        while boundaries[boundaries.len() - 1] < 3000 {
            boundaries.push(boundary_after(boundaries[boundaries.len() - 1]));
        }
        let late: Vec<u32> = boundaries.into_iter().skip(10).collect();
        assert_eq!(
            late,
            [
                1000, 1100, 1200, 1300, 1400, 1500, 1600, 1800, 2000, 2200, 2400, 2700, 3000
            ]
        );
        assert_eq!(boundary_after(8_000_000), 9_000_000);
    }
}
