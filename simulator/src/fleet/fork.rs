//! A run that goes on from an instant on other luck: what a rehearsal of a fleet as it stands is made of.
//!
//! What has begun keeps the length that was drawn for it, as a phase that is under way or a gate's spell; everything
//! that is drawn from then on is the other run's. When a machine fails by itself is drawn anew, since nobody can know it
//! before: the time to a failure does not depend on how long none came. What became known stays as it is: whether a
//! revision is bad that machines have begun to boot, and when a machine's kubelet is heard from.

use super::PoolIndex;
use super::world::World;
use crate::engine::{RunSeed, Time};

/// Where a run left the one that it began as.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fork {
    /// What fixed the draws before.
    born: RunSeed,
    /// When.
    at: Time,
}

impl World {
    /// Goes on from now on as the run of this seed.
    pub fn take_luck_of(&mut self, seed: RunSeed) {
        let born = self.born();
        self.fork = Some(Fork {
            born,
            at: self.now(),
        });
        self.seed = seed;
        self.await_failures_anew();
    }

    /// Whether it goes on otherwise than it began.
    pub fn is_fork(&self) -> bool {
        self.fork.is_some()
    }

    /// What fixed the draws at the start of the run.
    pub(super) fn born(&self) -> RunSeed {
        self.fork.map_or(self.seed, |fork| fork.born)
    }

    /// What fixes what a pool's revision is: if machines had started with it before the fork, that is known.
    pub(super) fn luck_of_revision(&self, pool: PoolIndex, revision: u32) -> RunSeed {
        let Some(fork) = self.fork else {
            return self.seed;
        };
        let is_known = self.operations.iter().any(|operation| {
            let started = operation.first_start.is_some_and(|first| first <= fork.at);
            operation.pool == pool && operation.revision == revision && started
        });
        if is_known { fork.born } else { self.seed }
    }
}
