//! Spare machines of a rollout: they join on the new revision first and leave last.
//!
//! While they take workload, as many machines more may be out. A spare that does not come, or whose drain at the end
//! fails, holds nothing up: the first is not waited for any longer, the second stays, cordoned.

use super::event::{MachineEvent, Observer};
use super::machine::{Membership, Spare};
use super::world::World;
use super::{MachineIndex, PoolIndex};
use crate::phase::{PerPhase, Phase};

impl World {
    /// Lets the spare machines of a pool join, on the revision of the operation that starts or goes on.
    pub(super) fn call_spares<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        let Some(operation) = self.pools[pool.at()].going_on else {
            return;
        };
        let operation = self.operation(operation);
        let revision = operation.revision;
        if operation.waiting == 0 {
            return;
        }
        if self.is_shut(pool) {
            self.pools[pool.at()].awaits_spares = true;
            return;
        }
        for spare in self.blueprint.spares_of(pool) {
            if self.machine(spare).spare != Some(Spare::Absent) {
                continue;
            }
            self.change(spare, |machine| {
                machine.spare = Some(Spare::Joining);
                machine.desired = revision;
                machine.revision = revision;
                machine.attempt = 1;
                machine.power_cycles = 0;
                machine.entered = PerPhase::filled(&0);
            });
            self.tell_of(spare, observer, || MachineEvent::Added { revision });
            self.boot(spare, observer);
        }
    }

    /// Lets the spare machines join for whom no window was open, or a gate red, when the operation began.
    pub(super) fn call_spares_late<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        if std::mem::take(&mut self.pools[pool.at()].awaits_spares) {
            self.call_spares(pool, observer);
        }
    }

    /// Whether the pool still waits for a spare machine to join.
    pub(super) fn is_waiting_for_spares(&self, pool: PoolIndex) -> bool {
        let mut spares = self.blueprint.spares_of(pool);
        spares.any(|spare| self.machine(spare).spare == Some(Spare::Joining))
    }

    /// Sends the spare machines of a pool away; whether one has still to go.
    pub(super) fn send_spares_away<O: Observer>(
        &mut self,
        pool: PoolIndex,
        observer: &mut O,
    ) -> bool {
        for spare in self.blueprint.spares_of(pool) {
            if self.machine(spare).spare == Some(Spare::Present) {
                self.change(spare, |machine| machine.spare = Some(Spare::Leaving));
                self.begin(spare, Phase::Cordon, observer);
            }
        }
        let mut spares = self.blueprint.spares_of(pool);
        spares.any(|spare| self.machine(spare).is_moving())
    }

    /// A spare machine has joined, or has failed to: the rollout goes on with those that are there.
    pub(super) fn spare_joined<O: Observer>(&mut self, spare: MachineIndex, observer: &mut O) {
        let is_up = self.machine(spare).is_up();
        if is_up {
            self.change(spare, |machine| machine.spare = Some(Spare::Present));
        } else {
            self.remove_spare(spare, observer);
        }
        self.spares_changed(spare, observer);
    }

    /// A spare machine has stopped and is no longer there.
    pub(super) fn spare_left<O: Observer>(&mut self, spare: MachineIndex, observer: &mut O) {
        self.remove_spare(spare, observer);
        self.spares_changed(spare, observer);
    }

    /// A spare machine could not be drained and stays.
    pub(super) fn spare_stays<O: Observer>(&mut self, spare: MachineIndex, observer: &mut O) {
        self.change(spare, |machine| machine.spare = Some(Spare::Staying));
        self.spares_changed(spare, observer);
    }

    fn remove_spare<O: Observer>(&mut self, spare: MachineIndex, observer: &mut O) {
        self.delete_node(spare, observer);
        self.change(spare, |machine| {
            machine.spare = Some(Spare::Absent);
            machine.condition.up = false;
            machine.condition.cordoned = false;
            machine.condition.drained = false;
        });
        self.tell_of(spare, observer, || MachineEvent::Removed);
    }

    fn spares_changed<O: Observer>(&mut self, spare: MachineIndex, observer: &mut O) {
        let pool = self.machine(spare).pool;
        self.agenda.cancel(spare.entity());
        self.change(spare, |machine| {
            machine.activity = super::machine::Activity::Idle;
            machine.membership = Membership::Outside;
        });
        self.move_on_and_search(pool, observer);
    }
}
