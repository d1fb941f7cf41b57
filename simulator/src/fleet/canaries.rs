//! Canaries: the first machines of a rollout go alone, and the others only when all of these are well and were watched for a
//! while. The first that fails halts the operation.

use super::PoolIndex;
use super::event::{Event, Observer};
use super::operation::Failure;
use super::world::World;
use crate::engine::Class;

/// How far the canaries of a pool's operation are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Canaries {
    /// Nobody waits for them: they have passed, or there are none.
    #[default]
    Passed,
    /// So many of them have still to start.
    Going(u32),
    /// All are updated, and are watched.
    Watched,
}

impl World {
    /// An operation starts, or goes on: its canaries go first, those that have not passed.
    pub(super) fn send_canaries(&mut self, pool: PoolIndex, is_new: bool) {
        let canaries = self.blueprint.plan(pool).policy.canaries;
        let state = &mut self.pools[pool.at()];
        if !is_new && state.canaries == Canaries::Passed {
            return;
        }
        let operation = state.going_on.map(|index| &self.operations[index.at()]);
        let updated = operation.map_or(0, |operation| operation.updated);
        state.canaries = match canaries {
            0 => Canaries::Passed,
            // One at least, of those that are left.
            _ => Canaries::Going(canaries.saturating_sub(updated).max(1)),
        };
        self.agenda.cancel(self.blueprint.canary_clock(pool));
    }

    /// Whether machines that could start have to wait for canaries.
    pub(super) fn awaits_canaries(&self, pool: PoolIndex) -> bool {
        matches!(
            self.pools[pool.at()].canaries,
            Canaries::Going(0) | Canaries::Watched
        )
    }

    /// A machine of the pool starts: while canaries go, it is one.
    pub(super) fn canary_starts<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        let Canaries::Going(left) = self.pools[pool.at()].canaries else {
            return;
        };
        if left <= 1 {
            self.close_waiting(pool);
        }
        self.pools[pool.at()].canaries = Canaries::Going(left.saturating_sub(1));
        if left <= 1 {
            self.tell_waiting(pool, observer);
        }
    }

    /// A machine of the pool has settled: where the last canary is updated, all are watched from now on; one that failed
    /// halts the operation.
    pub(super) fn canary_settled<O: Observer>(
        &mut self,
        pool: PoolIndex,
        has_failed: bool,
        observer: &mut O,
    ) {
        let Canaries::Going(left) = self.pools[pool.at()].canaries else {
            return;
        };
        if has_failed {
            self.stop(pool, Failure::Halted, observer);
            return;
        }
        let operation = self.pools[pool.at()].going_on;
        let in_flight = operation.map_or(0, |index| self.operations[index.at()].in_flight);
        if left > 0 || in_flight > 0 {
            return;
        }
        let soak = self.blueprint.plan(pool).policy.canary_soak;
        self.pools[pool.at()].canaries = Canaries::Watched;
        let clock = self.blueprint.canary_clock(pool);
        self.agenda
            .schedule(clock, self.now() + soak, Class::Ending);
    }

    /// The canaries were watched for long enough: the others go.
    pub(super) fn canaries_pass<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        if self.pools[pool.at()].canaries != Canaries::Watched {
            return;
        }
        self.close_waiting(pool);
        self.pools[pool.at()].canaries = Canaries::Passed;
        if self.pools[pool.at()].going_on.is_none() {
            return;
        }
        self.tell(observer, || Event::CanariesPassed { pool });
        self.tell_waiting(pool, observer);
        self.wake_starter(pool);
    }

    /// Whether a failure of a machine now is one of a canary.
    pub(super) fn are_canaries_out(&self, pool: PoolIndex) -> bool {
        self.pools[pool.at()].canaries != Canaries::Passed
    }
}
