//! Many runs of one scenario, on many threads, in one order.
//!
//! Threads take runs, never parts of a run, and the rows stand in the order of the runs whoever made them: so the
//! number of threads changes no byte of a report.

use std::num::NonZeroUsize;
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
        let count = threads.map_or(0, NonZeroUsize::get);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count);
        let pool = pool.build().map_err(|source| EnsembleError::Threads {
            threads: count,
            source,
        })?;
        let blocks: Vec<u32> = (0..runs).step_by(BLOCK as usize).collect();
        let rows = pool.install(|| {
            blocks
                .into_par_iter()
                .flat_map_iter(|first| {
                    let block = first..runs.min(first + BLOCK);
                    let made = block.end - block.start;
                    let rows: Vec<_> = block
                        .map(|run| RunRow::of_run(blueprint, seed.of_run(u64::from(run))))
                        .collect();
                    progress(made);
                    rows
                })
                .collect()
        });
        Ok(Self { seed, rows })
    }
}
