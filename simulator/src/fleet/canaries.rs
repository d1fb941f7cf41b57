//! Canaries: the first machines of a rollout go alone, and the others only when all of these are well and were watched for a
//! while. The first that fails halts the operation.

use super::event::{Event, Observer};
use super::machine::Membership;
use super::operation::Failure;
use super::world::World;
use super::{MachineIndex, PoolIndex};
use crate::engine::Class;
use crate::scenario::{Canaries as FirstOnes, MachineRef};

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
        if !is_new && self.pools[pool.at()].canaries == Canaries::Passed {
            return;
        }
        self.agenda.cancel(self.blueprint.canary_clock(pool));
        let left = match &self.blueprint.plan(pool).policy.canaries {
            FirstOnes::Count(0) => None,
            FirstOnes::Count(count) => {
                let operation = self.pools[pool.at()].going_on;
                let updated = operation.map_or(0, |index| self.operations[index.at()].updated);
                // One at least, of those that are left.
                Some(count.saturating_sub(updated).max(1))
            }
            FirstOnes::Named(_) => Some(self.waiting_canaries(pool)),
        };
        self.pools[pool.at()].canaries = match left {
            None => Canaries::Passed,
            Some(0) if is_new => Canaries::Passed,
            Some(0) => return self.watch_canaries(pool),
            Some(left) => Canaries::Going(left),
        };
    }

    /// An operation starts: with its canaries, unless it is about one machine.
    pub(super) fn begin_canaries(&mut self, pool: PoolIndex, is_task: bool) {
        if is_task {
            self.pools[pool.at()].canaries = Canaries::Passed;
        } else {
            self.send_canaries(pool, true);
        }
    }

    /// How many of the canaries that the pool names wait for their turn.
    fn waiting_canaries(&self, pool: PoolIndex) -> u32 {
        let named = self.named_canaries(pool);
        let waiting = named
            .filter(|canary| self.machine(*canary).membership == Membership::Waiting)
            .count();
        u32::try_from(waiting).unwrap_or(u32::MAX)
    }

    /// The canaries that the pool names.
    fn named_canaries(&self, pool: PoolIndex) -> impl Iterator<Item = MachineIndex> {
        let named = match &self.blueprint.plan(pool).policy.canaries {
            FirstOnes::Count(_) => &[][..],
            FirstOnes::Named(positions) => positions,
        };
        let machine = move |position: &u32| MachineRef {
            pool: pool.at(),
            position: *position,
        };
        let named = named
            .iter()
            .map(move |position| self.blueprint.machine(machine(position)));
        // One may have left.
        named.filter(move |canary| self.machine(*canary).pool == pool)
    }

    /// Whether the pool names its canaries, and some of these have still to start.
    pub(super) fn sends_named_canaries(&self, pool: PoolIndex) -> bool {
        matches!(self.pools[pool.at()].canaries, Canaries::Going(_))
            && matches!(
                self.blueprint.plan(pool).policy.canaries,
                FirstOnes::Named(_)
            )
    }

    /// Whether a machine could start, and is a canary while those go that the pool names.
    pub(super) fn has_its_turn(&self, pool: PoolIndex, index: MachineIndex) -> bool {
        self.machine(index).can_start()
            && (!self.sends_named_canaries(pool)
                || self.named_canaries(pool).any(|canary| canary == index))
    }

    /// Whether all canaries have started, and the others wait for them.
    pub(super) fn are_canaries_awaited(&self, pool: PoolIndex) -> bool {
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

    /// A machine of the pool gives its turn back. While canaries go, it was one, and one more has to start.
    pub(super) fn canary_returns(&mut self, pool: PoolIndex) {
        if let Canaries::Going(left) = self.pools[pool.at()].canaries {
            self.close_waiting(pool);
            self.pools[pool.at()].canaries = Canaries::Going(left + 1);
        }
    }

    /// A machine that waited was taken out of the rollout. If it was the last canary that the pool names, the others wait for
    /// those that have started, or for none.
    pub(super) fn canary_leaves<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        if !self.sends_named_canaries(pool) {
            return;
        }
        let left = self.waiting_canaries(pool);
        self.close_waiting(pool);
        self.pools[pool.at()].canaries = Canaries::Going(left);
        let Some(operation) = self.pools[pool.at()].going_on else {
            return;
        };
        let operation = &self.operations[operation.at()];
        let (updated, in_flight) = (operation.updated, operation.in_flight);
        if left == 0 && in_flight == 0 {
            self.watch_canaries(pool);
            if updated == 0 {
                self.canaries_pass(pool, observer);
            }
        }
    }

    /// All canaries are updated: they are watched from now on.
    fn watch_canaries(&mut self, pool: PoolIndex) {
        let soak = self.blueprint.plan(pool).policy.canary_soak;
        self.pools[pool.at()].canaries = Canaries::Watched;
        let clock = self.blueprint.canary_clock(pool);
        self.agenda
            .schedule(clock, self.now() + soak, Class::Ending);
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
        self.watch_canaries(pool);
    }

    /// The canaries were watched for long enough: the others go. In an operation that is stopping or has ended nobody goes,
    /// and a retry sends canaries again.
    pub(super) fn canaries_pass<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        if self.pools[pool.at()].canaries != Canaries::Watched || self.is_stopping(pool) {
            return;
        }
        self.close_waiting(pool);
        self.pools[pool.at()].canaries = Canaries::Passed;
        self.agenda.cancel(self.blueprint.canary_clock(pool));
        self.tell(observer, || Event::CanariesPassed { pool });
        self.tell_waiting(pool, observer);
        self.search_again(pool);
    }

    /// Whether a failure of a machine now is one of a canary.
    pub(super) fn are_canaries_out(&self, pool: PoolIndex) -> bool {
        self.pools[pool.at()].canaries != Canaries::Passed
    }
}
