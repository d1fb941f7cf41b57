//! Holding a machine's turn, and taking a machine out of rollouts, as Omni's machine lock does.
//!
//! A machine whose update is under way is finished either way.

use std::sync::Arc;

use super::MachineIndex;
use super::event::{MachineEvent, Observer};
use super::machine::Membership;
use super::operation::Refusal;
use super::world::World;

impl World {
    /// Holds and excludes the machines of which the scenario says so.
    pub(super) fn hold_from_start(&mut self) {
        let blueprint = Arc::clone(&self.blueprint);
        for pool in blueprint.pools() {
            let machines = &blueprint.scenario().pools[pool.at()].machines;
            let marked = machines
                .listed()
                .filter(|(_, listed)| listed.is_held || listed.is_excluded);
            for (position, listed) in marked {
                let index = blueprint.machine(crate::scenario::MachineRef {
                    pool: pool.at(),
                    position,
                });
                self.change(index, |machine| {
                    machine.condition.held = listed.is_held;
                    machine.condition.excluded = listed.is_excluded;
                });
            }
        }
    }

    /// Lets a machine's turn wait until it is unheld.
    ///
    /// # Errors
    /// When it is held already, or a spare machine.
    pub fn hold<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        self.own(index)?;
        if self.machine(index).condition.held {
            return Err(Refusal::HeldAlready);
        }
        self.set_held(index, true, observer);
        Ok(())
    }

    /// Lets a machine have its turn again.
    ///
    /// # Errors
    /// When it is not held.
    pub fn unhold<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        if !self.machine(index).condition.held {
            return Err(Refusal::NotHeld);
        }
        self.set_held(index, false, observer);
        self.search_again(self.machine(index).pool);
        Ok(())
    }

    fn set_held<O: Observer>(&mut self, index: MachineIndex, held: bool, observer: &mut O) {
        self.change(index, |machine| machine.condition.held = held);
        self.tell_of(index, observer, || MachineEvent::Held { held });
        self.tell_reason(index, observer);
    }

    /// Takes a machine out of rollouts, also out of the one that goes on, unless its update is under way.
    ///
    /// # Errors
    /// When it is excluded already, or a spare machine.
    pub fn exclude<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        self.own(index)?;
        if self.machine(index).condition.excluded {
            return Err(Refusal::ExcludedAlready);
        }
        self.change(index, |machine| machine.condition.excluded = true);
        self.tell_of(index, observer, || MachineEvent::Excluded {
            excluded: true,
        });
        let (pool, membership) = (self.machine(index).pool, self.machine(index).membership);
        if membership != Membership::Waiting {
            return Ok(());
        }
        if let Some(operation) = self.pools[pool.at()].going_on {
            let operation = &mut self.operations[operation.at()];
            operation.targeted -= 1;
            operation.waiting -= 1;
        }
        self.change(index, |machine| machine.membership = Membership::Outside);
        self.tell_reason(index, observer);
        self.canary_leaves(pool, observer);
        self.move_on_and_search(pool, observer);
        Ok(())
    }

    /// Lets the next rollout target a machine again.
    ///
    /// # Errors
    /// When it is not excluded.
    pub fn include<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        if !self.machine(index).condition.excluded {
            return Err(Refusal::NotExcluded);
        }
        self.change(index, |machine| machine.condition.excluded = false);
        self.tell_of(index, observer, || MachineEvent::Excluded {
            excluded: false,
        });
        Ok(())
    }

    /// Whether a failed machine has its turn again in a retry: one that was excluded meanwhile is out of it.
    pub(super) fn takes_part_again(&mut self, index: MachineIndex) -> bool {
        let machine = self.machine(index);
        if machine.membership != Membership::Failed {
            return false;
        }
        let is_excluded = machine.condition.excluded;
        self.change(index, |machine| {
            machine.membership = if is_excluded {
                Membership::Outside
            } else {
                Membership::Waiting
            };
        });
        !is_excluded
    }

    fn own(&self, index: MachineIndex) -> Result<(), Refusal> {
        match self.machine(index).spare {
            Some(_) => Err(Refusal::IsSpare),
            None => Ok(()),
        }
    }
}
