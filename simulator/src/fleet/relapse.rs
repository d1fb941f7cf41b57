//! Machines that counted as updated, and turn out not to be.

use super::MachineIndex;
use super::event::{MachineEvent, Observer};
use super::machine::{Membership, Setback};
use super::world::World;
use crate::phase::Phase;

impl World {
    /// The update of a machine that its pool's operation counts as done has failed after all: while that operation goes
    /// on, it counts the machine as failed from now on, and halts as it would have.
    pub(super) fn relapse<O: Observer>(
        &mut self,
        index: MachineIndex,
        failed_in: Phase,
        by: Option<Setback>,
        observer: &mut O,
    ) {
        let machine = self.machine(index);
        let (pool, revision) = (machine.pool, machine.revision);
        let Some(operation) = self.pools[pool.at()].going_on else {
            return;
        };
        if machine.membership != Membership::Updated {
            return;
        }
        self.change(index, |machine| {
            machine.membership = Membership::Failed;
            machine.failed_in = Some(failed_in);
            machine.setback = by;
        });
        let operation = &mut self.operations[operation.at()];
        operation.updated -= 1;
        operation.failed += 1;
        self.tell_of(index, observer, || MachineEvent::Settled {
            revision,
            failed_in: Some(failed_in),
            by,
        });
        self.tell_reason(index, observer);
        self.halt_if_too_many_failed(pool, observer);
    }
}
