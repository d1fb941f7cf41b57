//! How far bad revisions get in a pool, and what stops them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::operation::Failure;
use super::world::World;
use super::{MachineIndex, OperationIndex, PoolIndex};

/// What became of the rollout that brought a pool its last bad revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlastEnd {
    /// It halted while its canaries were out.
    CaughtByCanaries,
    /// It halted later, with machines left.
    Halted,
    /// Nothing stopped it before its last machine had started.
    NotStopped,
    /// It ended otherwise with machines left, or had not ended: cancelled, out of time, stalled; or no rollout brought the
    /// revision.
    Otherwise,
}

/// What bad revisions did to a pool.
#[derive(Clone, Debug, Default)]
pub(super) struct Blast {
    /// Machines that began to boot one.
    machines: BTreeSet<u32>,
    /// The operation that brought the last one to a machine.
    operation: Option<OperationIndex>,
    /// What halted that since.
    halted: Option<BlastEnd>,
}

impl World {
    /// A machine begins to boot a bad revision. What had halted the rollout before has not stopped it, unless it is stopping
    /// still and the machine was in flight then.
    pub(super) fn note_met_bad(&mut self, index: MachineIndex) {
        let pool = self.machine(index).pool;
        let state = &mut self.pools[pool.at()];
        state.blast.machines.insert(index.0);
        let Some(operation) = state.going_on else {
            return;
        };
        state.blast.operation = Some(operation);
        match self.operation(operation).stop {
            None => self.pools[pool.at()].blast.halted = None,
            Some(why) => self.note_stop(pool, operation, why),
        }
    }

    /// The pool's operation stops.
    pub(super) fn note_stop(&mut self, pool: PoolIndex, operation: OperationIndex, why: Failure) {
        let are_canaries_out = self.are_canaries_out(pool);
        let blast = &mut self.pools[pool.at()].blast;
        if why == Failure::Halted && blast.operation == Some(operation) {
            blast.halted = Some(if are_canaries_out {
                BlastEnd::CaughtByCanaries
            } else {
                BlastEnd::Halted
            });
        }
    }

    /// How many machines of the pool began to boot a bad revision.
    pub(super) fn met_bad(&self, pool: PoolIndex) -> usize {
        self.pools[pool.at()].blast.machines.len()
    }

    /// What became of the pool's last bad revision; `None` where none reached a machine.
    pub(super) fn blast_end(&self, pool: PoolIndex) -> Option<BlastEnd> {
        let blast = &self.pools[pool.at()].blast;
        if blast.machines.is_empty() {
            return None;
        }
        let Some(index) = blast.operation else {
            return Some(BlastEnd::Otherwise);
        };
        if self.operation(index).waiting == 0 {
            return Some(BlastEnd::NotStopped);
        }
        Some(blast.halted.unwrap_or(BlastEnd::Otherwise))
    }
}
