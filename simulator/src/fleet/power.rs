//! Losing power and getting it back.
//!
//! Every boot brings the revision that was last asked of the machine, so a machine that loses its power in the middle
//! of its update goes on with a boot when the power is back, whatever phase it was in.

use super::MachineIndex;
use super::event::{Observer, PhaseEnd};
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
        self.tell_reason(index, observer);
        Ok(())
    }

    /// Stops a phase for want of power. In an update its time limit goes on running.
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
        let machine = &mut self.machines[index.at()];
        if machine.membership == Membership::InFlight {
            machine.attempt += 1;
        } else {
            machine.power_cycles = 0;
        }
        self.boot(index, observer);
        Ok(())
    }
}
