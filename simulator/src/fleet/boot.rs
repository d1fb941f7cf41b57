//! How a machine boots: its start, how long it is waited for, what a time-out does, and how it comes back.
//!
//! A boot that times out leaves the machine down, or switches it off and on so many times at most. Touches only the
//! machine that boots: what that means for slots and operations is for `rollout` and `operation` to say.

use super::MachineIndex;
use super::blueprint::deadline;
use super::event::{MachineEvent, Observer};
use super::machine::{Activity, Membership};
use super::world::World;
use crate::engine::Time;
use crate::phase::Phase;

impl World {
    /// Begins a boot.
    pub(super) fn boot<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let pool = self.machines[index.at()].pool;
        let first = self.blueprint.plan(pool).hardware.boot_phase();
        self.begin(index, first, observer);
    }

    /// Until when the phase that is under way is waited for; `None`: for ever.
    pub(super) fn limit(&self, index: MachineIndex, phase: Phase) -> Option<Time> {
        let machine = &self.machines[index.at()];
        let hardware = &self.blueprint.plan(machine.pool).hardware;
        let of_phase = deadline(machine.since, hardware.phases[phase].time_out);
        let of_boot = if phase.is_boot() {
            deadline(machine.booting_since, hardware.boot_time_out)
        } else {
            None
        };
        of_phase.into_iter().chain(of_boot).min()
    }

    /// The node is Ready. A machine that booted outside an update is back; another goes on to be uncordoned.
    pub(super) fn joined<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Option<Phase> {
        let is_in_flight = self.machines[index.at()].membership == Membership::InFlight;
        self.change(index, |machine| {
            machine.condition.up = true;
        });
        self.tell_of(index, observer, || MachineEvent::Up);
        if is_in_flight {
            return Some(Phase::Uncordon);
        }
        self.idle(index, observer);
        None
    }

    /// A boot outside an update is over, well or not: the machine may have its turn now, and its slot may be free.
    pub(super) fn idle<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        self.change(index, |machine| machine.activity = Activity::Idle);
        self.tell_reason(index, observer);
        self.search_again(self.machines[index.at()].pool);
    }

    /// The node is no longer Ready.
    pub(super) fn go_down<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if !self.machines[index.at()].condition.up {
            return;
        }
        self.change(index, |machine| machine.condition.up = false);
        self.tell_of(index, observer, || MachineEvent::Down);
    }

    pub(super) fn can_power_cycle(&self, index: MachineIndex) -> bool {
        let machine = &self.machines[index.at()];
        let allowed = self.blueprint.plan(machine.pool).policy.power_cycles;
        machine.condition.powered && machine.power_cycles < allowed
    }

    pub(super) fn power_cycle<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let machine = &mut self.machines[index.at()];
        machine.power_cycles += 1;
        machine.attempt += 1;
        let time = machine.power_cycles;
        self.tell_of(index, observer, || MachineEvent::PowerCycled { time });
        self.boot(index, observer);
    }
}
