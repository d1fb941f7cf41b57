//! Cordoning, uncordoning and draining.
//!
//! A machine that somebody cordoned by hand stays cordoned when its update is over, as kured and FLUO leave it, and
//! uses a slot until it is uncordoned.

use std::sync::Arc;

use super::MachineIndex;
use super::event::{MachineEvent, Observer};
use super::machine::{Activity, Membership};
use super::operation::Refusal;
use super::world::World;
use crate::phase::Phase;

impl World {
    /// Cordons by hand the machines of which the scenario says so.
    pub(super) fn cordon_from_start(&mut self) {
        let blueprint = Arc::clone(&self.blueprint);
        for index in blueprint.cordoned_at_start() {
            self.change(index, |machine| {
                machine.condition.cordoned = true;
                machine.condition.by_hand = true;
            });
        }
    }

    /// Marks a machine unschedulable.
    pub(super) fn cordon<O: Observer>(
        &mut self,
        index: MachineIndex,
        by_hand: bool,
        observer: &mut O,
    ) {
        let before = self.machine(index).condition;
        self.change(index, |machine| {
            machine.condition.cordoned = true;
            machine.condition.by_hand |= by_hand;
        });
        if !before.cordoned || by_hand {
            self.tell_of(index, observer, || MachineEvent::Cordoned { by_hand });
        }
        self.schedulable(index, observer);
    }

    /// Marks a machine schedulable, unless somebody cordoned it by hand.
    pub(super) fn uncordon<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let condition = self.machine(index).condition;
        if condition.by_hand || !condition.cordoned {
            return;
        }
        self.change(index, |machine| {
            machine.condition.cordoned = false;
            machine.condition.drained = false;
        });
        self.tell_of(index, observer, || MachineEvent::Uncordoned);
        self.schedulable(index, observer);
    }

    pub(super) fn cordon_by_hand<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        self.need_member(index)?;
        if self.machine(index).condition.by_hand {
            return Err(Refusal::CordonedAlready);
        }
        self.cordon(index, true, observer);
        Ok(())
    }

    /// Takes a cordon by hand back, or that of an update that failed. A machine whose update is under way stays cordoned
    /// until that uncordons it, and one that is drained by hand until that is over.
    pub(super) fn uncordon_by_hand<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        let machine = self.machine(index);
        if !machine.condition.cordoned {
            return Err(Refusal::NotCordoned);
        }
        let is_in_flight = machine.membership == Membership::InFlight;
        let is_being_drained = !is_in_flight && self.is_draining(index);
        if is_being_drained || is_in_flight && !machine.condition.by_hand {
            return Err(Refusal::UnderWay);
        }
        self.change(index, |machine| machine.condition.by_hand = false);
        if is_in_flight {
            return Ok(());
        }
        self.change(index, |machine| {
            machine.is_quarantined = false;
        });
        self.uncordon(index, observer);
        self.search_again(self.machine(index).pool);
        Ok(())
    }

    /// Cordons a machine by hand and drains it, outside any operation.
    pub(super) fn drain_by_hand<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        self.need_member(index)?;
        let machine = self.machine(index);
        let is_busy =
            machine.membership == Membership::InFlight || machine.activity != Activity::Idle;
        if is_busy || !machine.condition.up {
            return Err(Refusal::UnderWay);
        }
        if !machine.condition.by_hand {
            self.cordon(index, true, observer);
        }
        self.begin(index, Phase::Drain, observer);
        Ok(())
    }
}
