//! Losing power and getting it back; crashing, and being repaired.
//!
//! Every boot brings the revision that was last asked of the machine, so a machine that loses its power in the middle
//! of its update goes on with a boot when the power is back, whatever phase it was in. One that crashed is dead until it
//! is repaired, power or not.

use super::MachineIndex;
use super::event::{MachineEvent, Observer, PhaseEnd};
use super::machine::{Activity, Membership};
use super::operation::Refusal;
use super::world::World;
use crate::engine::{Class, Time};
use crate::phase::Phase;

impl World {
    pub(super) fn lose_power<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        if !self.machines[index.at()].condition.powered {
            return Err(Refusal::HasNoPower);
        }
        self.change(index, |machine| machine.condition.powered = false);
        self.vanish(index, observer);
        Ok(())
    }

    /// A machine goes down by itself, and stays dead until it is repaired.
    pub(super) fn crash<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        if !self.machines[index.at()].condition.powered {
            return Err(Refusal::HasNoPower);
        }
        if self.machines[index.at()].condition.dead {
            return Err(Refusal::DeadAlready);
        }
        self.change(index, |machine| machine.condition.dead = true);
        self.await_no_failure(index);
        self.tell_of(index, observer, || MachineEvent::Crashed);
        self.vanish(index, observer);
        Ok(())
    }

    /// The machine stops running at this instant, whatever it did.
    fn vanish<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        self.died(index);
        self.go_down(index, false, observer);
        if let Activity::Phase(phase) = self.machines[index.at()].activity {
            self.end_phase(index, phase, PhaseEnd::Interrupted, observer);
            let limit = match phase {
                Phase::Drain => self.drain_limit(index),
                _ => self.limit(index, phase),
            };
            self.forget_drain(index, observer);
            self.interrupt(index, phase, limit);
        }
        self.go_silent(index);
        self.tell_reason(index, observer);
        if self.machines[index.at()].condition.dead {
            self.call_hands(index, observer);
        }
    }

    /// Stops a phase of a machine that no longer runs. In an update its time limit goes on running.
    fn interrupt(&mut self, index: MachineIndex, phase: Phase, limit: Option<Time>) {
        let now = self.now();
        let machine = &mut self.machines[index.at()];
        if machine.membership != Membership::InFlight {
            self.change(index, |machine| machine.activity = Activity::Idle);
            self.agenda.cancel(index.entity());
            return;
        }
        machine.since = now;
        self.change(index, |machine| {
            machine.activity = Activity::Powerless(phase);
        });
        match limit {
            Some(limit) => self
                .agenda
                .schedule(index.entity(), limit.max(now), Class::TimeOut),
            None => self.agenda.cancel(index.entity()),
        }
    }

    pub(super) fn power_on<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        if self.machines[index.at()].condition.powered {
            return Err(Refusal::HasPower);
        }
        self.change(index, |machine| machine.condition.powered = true);
        self.run_again(index, observer);
        Ok(())
    }

    /// A dead machine is repaired: it boots what was asked of it last, if it has power. What it failed in does not come
    /// again by itself.
    pub(super) fn repair<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        if !self.machines[index.at()].condition.dead {
            return Err(Refusal::NotDead);
        }
        self.dismiss_hands(index);
        *self.repairs.entry(index.0).or_default() += 1;
        self.change(index, |machine| {
            machine.condition.dead = false;
            machine.condition.mended = true;
        });
        self.tell_of(index, observer, || MachineEvent::Repaired);
        self.await_failure(index);
        self.run_again(index, observer);
        Ok(())
    }

    /// Boots a machine that can run again.
    fn run_again<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if !self.machines[index.at()].can_run() {
            // What it waits for now is the other of power and repair.
            self.tell_reason(index, observer);
            return;
        }
        let machine = &mut self.machines[index.at()];
        if machine.membership == Membership::InFlight {
            machine.attempt += 1;
        } else {
            machine.power_cycles = 0;
        }
        self.boot(index, observer);
    }
}
