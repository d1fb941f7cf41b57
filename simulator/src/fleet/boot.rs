//! How a machine boots: its start, how long it is waited for, what a time-out does, and how it comes back.
//!
//! A boot that times out leaves the machine down, or switches it off and on so many times at most. Touches only the
//! machine that boots: what that means for slots and operations is for `rollout` and `operation` to say.

use super::MachineIndex;
use super::blueprint::deadline;
use super::event::{MachineEvent, Observer};
use super::machine::{Activity, Membership, Spare};
use super::world::World;
use crate::engine::Time;
use crate::phase::Phase;
use crate::scenario::Enrolment;

impl World {
    /// Begins a boot.
    pub(super) fn boot<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if self.has_nothing_to_boot(index) {
            return;
        }
        let first = self.blueprint.hardware(index).boot_phase();
        self.begin(index, first, observer);
    }

    /// Until when the phase that is under way is waited for; `None`: for ever.
    pub(super) fn limit(&self, index: MachineIndex, phase: Phase) -> Option<Time> {
        let machine = &self.machines[index.at()];
        let hardware = self.blueprint.hardware(index);
        let of_phase = match phase {
            Phase::Drain => self.blueprint.drain_time_out(machine.pool),
            _ => hardware.phases[phase].time_out,
        };
        let of_phase = deadline(machine.since, of_phase);
        let of_boot = if phase.is_boot() {
            deadline(machine.booting_since, hardware.boot_time_out)
        } else {
            None
        };
        of_phase.into_iter().chain(of_boot).min()
    }

    /// The machine has booted the revision that was asked of it, or the one before.
    pub(super) fn adopt<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let is_back = self.has_rolled_back(index);
        let to = self.booted(index);
        let machine = &mut self.machines[index.at()];
        let (pool, from) = (machine.pool, machine.revision);
        machine.revision = to;
        if machine.spare.is_none() {
            self.note_revision(pool, from, to);
        }
        if is_back {
            self.take_settings_back(index, observer);
        } else if !self.has_to_fetch(index) {
            self.adopt_settings(index, observer);
        }
    }

    /// Whether there is nothing on a machine's disk: it was never enrolled, or was deleted.
    fn has_nothing_to_boot(&self, index: MachineIndex) -> bool {
        let machine = self.machine(index);
        let is_enrolled = !matches!(
            machine.enrolment,
            Enrolment::Unknown | Enrolment::Preregistered
        );
        !is_enrolled && machine.errand.is_none()
    }

    /// The node is Ready, and what is on it starts again.
    pub(super) fn come_up<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        self.change(index, |machine| {
            machine.condition.up = true;
            machine.condition.mended = false;
            machine.slot_expired = false;
        });
        self.tell_of(index, observer, || MachineEvent::Up);
        self.await_harm(index);
        self.pods_up(index, observer);
        self.heard_again(index, observer);
        self.schedulable(index, observer);
    }

    /// What follows when the node is Ready. A machine that booted outside an update is back; another goes on to be
    /// uncordoned, unless somebody cordoned it by hand.
    pub(super) fn after_join<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Option<Phase> {
        if self.has_rolled_back(index) {
            self.rolled_back(index, observer);
            return None;
        }
        let machine = &self.machines[index.at()];
        if machine.membership != Membership::InFlight {
            self.agent_starts(index);
            self.idle(index, observer);
            return None;
        }
        if self.has_to_fetch(index) {
            // It has booted what it had.
            return Some(Phase::Fetch);
        }
        let machine = &self.machines[index.at()];
        Some(if machine.condition.by_hand {
            Phase::Soak
        } else {
            Phase::Uncordon
        })
    }

    /// What a machine did outside an update is over, well or not: the machine may have its turn now, and its slot may be free.
    pub(super) fn idle<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if self.machines[index.at()].spare == Some(Spare::Joining) {
            self.spare_joined(index, observer);
            return;
        }
        if self.machines[index.at()].errand.is_some() {
            let is_well = self.machines[index.at()].is_up();
            self.errand_over(index, is_well, observer);
            return;
        }
        self.change(index, |machine| machine.activity = Activity::Idle);
        self.tell_reason(index, observer);
        self.search_again(self.machines[index.at()].pool);
    }

    /// The node is no longer Ready; `is_ours`: because its update goes on.
    pub(super) fn go_down<O: Observer>(
        &mut self,
        index: MachineIndex,
        is_ours: bool,
        observer: &mut O,
    ) {
        if !self.machines[index.at()].condition.up {
            return;
        }
        if is_ours && !self.pods.on.is_empty() {
            self.end_due_pods(index, observer);
        }
        self.change(index, |machine| machine.condition.up = false);
        self.tell_of(index, observer, || MachineEvent::Down);
        self.start_slot_clock(index);
        self.pods_down(index, is_ours, observer);
        if is_ours {
            self.go_silent(index);
        }
    }

    pub(super) fn can_power_cycle(&self, index: MachineIndex) -> bool {
        let machine = &self.machines[index.at()];
        let allowed = self.blueprint.plan(machine.pool).policy.power_cycles;
        machine.can_run() && machine.power_cycles < allowed
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
