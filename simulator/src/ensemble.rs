//! Many runs of one scenario, on many threads, in one order.
//!
//! Threads take runs, never parts of a run, and the rows stand in the order of the runs whoever made them: so the
//! number of threads changes no byte of a report. Runs are taken in their order too: so whoever is interrupted has all runs
//! up to some number, which is what one has who asked for that many, and not those that happened to be quick.
//!
//! | file | holds |
//! |---|---|
//! | `shard` | a part of the runs, as a file that another process merges with the other parts |

pub mod shard;

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

/// Who makes runs, and who is told of it.
#[derive(Clone, Copy)]
pub struct Course<'c> {
    /// On how many threads; `None`: on every core.
    pub threads: Option<NonZeroUsize>,
    /// Told the number of runs made since its last call, from any thread.
    pub made: &'c (dyn Fn(u32) + Sync),
    /// Whether no further run is wanted: asked before each, from any thread.
    pub is_stopped: &'c (dyn Fn() -> bool + Sync),
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

/// Runs after which it is asked whether there are enough: below a hundred a sample is too small for that.
const ASKED_EVERY: u32 = 100;

impl Course<'_> {
    /// On so many threads, and nobody looks.
    pub const fn unwatched(threads: Option<NonZeroUsize>) -> Self {
        Self {
            threads,
            made: &|_| {},
            is_stopped: &|| false,
        }
    }

    /// Makes these runs, each by `of_run`. Where it is stopped these are all up to the first that was not made.
    ///
    /// # Errors
    /// When the system cannot start that many threads.
    pub fn runs<T: Send>(
        &self,
        runs: Range<u32>,
        of_run: impl Fn(u32) -> T + Sync,
    ) -> Result<Vec<T>, EnsembleError> {
        let threads = self.threads.map_or(0, NonZeroUsize::get);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool
            .build()
            .map_err(|source| EnsembleError::Threads { threads, source })?;
        let mut made: Vec<(u32, T)> = pool.install(|| {
            // A bridge hands the runs out one by one in their order; a parallel range would halve itself.
            let taken = runs.clone().par_bridge();
            let wanted = taken.take_any_while(|_| !(self.is_stopped)());
            let rows = wanted.map(|run| {
                let row = of_run(run);
                (self.made)(1);
                (run, row)
            });
            rows.collect()
        });
        made.sort_unstable_by_key(|(run, _)| *run);
        let in_order = made.into_iter().zip(runs);
        let in_order = in_order.take_while(|((run, _), next)| run == next);
        Ok(in_order.map(|((_, row), _)| row).collect())
    }
}

impl Ensemble {
    /// Without a run so far.
    pub const fn empty(seed: Seed) -> Self {
        Self {
            seed,
            rows: Vec::new(),
        }
    }

    /// Makes `runs` runs, numbered from 0, on `threads` threads (every core when `None`).
    ///
    /// # Errors
    /// When the system cannot start that many threads.
    pub fn run(
        blueprint: &Arc<Blueprint>,
        seed: Seed,
        runs: u32,
        threads: Option<NonZeroUsize>,
    ) -> Result<Self, EnsembleError> {
        let mut ensemble = Self::empty(seed);
        ensemble.grow(blueprint, runs, &Course::unwatched(threads))?;
        Ok(ensemble)
    }

    /// How many runs there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Makes the runs that are missing to `runs`; whether they are all there now, and nobody has stopped it.
    ///
    /// # Errors
    /// When the system cannot start the threads.
    pub fn grow(
        &mut self,
        blueprint: &Arc<Blueprint>,
        runs: u32,
        course: &Course<'_>,
    ) -> Result<bool, EnsembleError> {
        let seed = self.seed;
        let of_run = |run| RunRow::of_run(blueprint, seed.of_run(u64::from(run)));
        let mut more = course.runs(self.count()..runs, of_run)?;
        self.rows.append(&mut more);
        Ok(self.count() >= runs)
    }

    /// As [`Ensemble::grow`], up to `most` runs, but no more once `is_enough` says so of the first ones. It is asked at
    /// numbers of runs that depend on nothing, so that the same runs are made on any number of threads: every hundred, and
    /// of more than a thousand at steps of up to an eighth.
    ///
    /// # Errors
    /// When the system cannot start the threads.
    pub fn grow_until(
        &mut self,
        blueprint: &Arc<Blueprint>,
        most: u32,
        course: &Course<'_>,
        is_enough: &dyn Fn(&[RunRow]) -> bool,
    ) -> Result<bool, EnsembleError> {
        while self.count() < most {
            let boundary = most.min(boundary_after(self.count()));
            if !self.grow(blueprint, boundary, course)? {
                return Ok(false);
            }
            if is_enough(&self.rows) {
                break;
            }
        }
        Ok(true)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Who stops after some runs has the first ones of those that there would be.
    #[test]
    fn what_was_made_before_a_stop_is_the_beginning() {
        let text = "[hardware.h]\nupdate = { exponential = { mean = \"5m\" } }\n[[pools]]\nname = \"p\"\nmachines = 5\nhardware = \"h\"\n[[steps]]\nat = \"+1m\"\ndo = \"apply\"\npool = \"p\"\n";
        let blueprint = Blueprint::new(Scenario::parse(text, "test", "test").unwrap());
        let whole = Ensemble::run(&blueprint, Seed(1), 200, None).unwrap();
        for threads in [1, 2, 5] {
            let made = AtomicU32::new(0);
            let course = Course {
                threads: NonZeroUsize::new(threads),
                made: &|runs| {
                    made.fetch_add(runs, Ordering::Relaxed);
                },
                is_stopped: &|| made.load(Ordering::Relaxed) >= 60,
            };
            let mut ensemble = Ensemble::empty(Seed(1));
            assert!(!ensemble.grow(&blueprint, 200, &course).unwrap());
            let count = ensemble.rows.len();
            assert!((60..60 + threads).contains(&count), "{count}");
            assert_eq!(ensemble.rows[..], whole.rows[..count]);
            // Who goes on has the same as if nothing had happened.
            let course = Course::unwatched(course.threads);
            assert!(ensemble.grow(&blueprint, 200, &course).unwrap());
            assert_eq!(ensemble, whole);
        }
    }

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
