//! Owners of operations: when one fails, its owner retries it after a while, so many times at most.

use super::event::{Event, Observer};
use super::operation::Status;
use super::world::World;
use super::{OperationIndex, PoolIndex};
use crate::engine::{Class, Concern};

/// What the draws of an owner's reaction are for: a number that no phase has.
const REACTION: u32 = 0x33;

impl World {
    /// An operation of the pool has failed: its owner will retry it, if it has one that still does.
    pub(super) fn await_owner(&mut self, pool: PoolIndex, index: OperationIndex) {
        let Some((owner, hours)) = self.blueprint.people().owner_of(pool) else {
            return;
        };
        let retries = self.operation(index).owner_retries;
        if retries >= owner.retries {
            return;
        }
        let rollout = self.rollout_key(pool);
        let reacts = owner.reacts.as_fixed().unwrap_or_else(|| {
            let key = self.blueprint.pool_key(pool);
            let concern = Concern(rollout.revision << 8 | REACTION);
            let occurrence = rollout.repetition << 16 | retries;
            let draw = self.seed.draw(key, concern, occurrence);
            owner.reacts.quantile(draw.first)
        });
        if let Some(at) = hours.done_after(self.now(), reacts) {
            let clock = self.blueprint.owner_clock(pool);
            self.agenda.schedule(clock, at, Class::Arrival);
        }
    }

    /// The pool's operation goes on, or another does: there is nothing left to retry.
    pub(super) fn forget_owner(&mut self, pool: PoolIndex) {
        if self.blueprint.people().owner_of(pool).is_some() {
            self.agenda.cancel(self.blueprint.owner_clock(pool));
        }
    }

    /// Whether an operation of the pool that failed will be retried by its owner.
    pub(super) fn awaits_owner(&mut self, pool: PoolIndex) -> bool {
        self.blueprint.people().owner_of(pool).is_some()
            && self.agenda.is_pending(self.blueprint.owner_clock(pool))
    }

    /// The owner retries the pool's operation that failed.
    pub(super) fn owner_retries<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        let Some(index) = self.pools[pool.at()].latest else {
            return;
        };
        let operation = &mut self.operations[index.at()];
        if operation.status != Status::Failed {
            return;
        }
        operation.owner_retries += 1;
        let retry = operation.owner_retries;
        self.tell(observer, || Event::OwnerRetries {
            operation: index,
            pool,
            retry,
        });
        // It failed and nothing else goes on, or this would have been forgotten.
        let retried = self.retry(pool, observer);
        debug_assert_eq!(retried, Ok(()));
    }
}
