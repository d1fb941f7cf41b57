//! What a time-out does, and above all that of a boot: the machine fails and stays down, or is switched off and on
//! and boots again, so many times at most.

use super::MachineIndex;
use super::event::{MachineEvent, Observer, PhaseEnd};
use super::machine::{Activity, Membership};
use super::phase::Phase;
use super::world::World;

impl World {
    /// The time limit of the phase that is under way on a machine is reached.
    pub(super) fn time_out<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let phase = match self.machines[index.at()].activity {
            Activity::Phase(phase) => {
                self.tell_phase_end(index, phase, PhaseEnd::TimedOut, observer);
                phase
            }
            Activity::Powerless(phase) => phase,
            Activity::Idle | Activity::Backoff(_) => unreachable!("only a phase has a time-out"),
        };
        if phase.is_boot() && self.can_power_cycle(index) {
            self.power_cycle(index, observer);
        } else {
            self.fail(index, phase, observer);
        }
    }

    fn can_power_cycle(&self, index: MachineIndex) -> bool {
        let machine = &self.machines[index.at()];
        let allowed = self.blueprint.plan(machine.pool).policy.power_cycles;
        machine.condition.powered && machine.power_cycles < allowed
    }

    fn power_cycle<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let machine = &mut self.machines[index.at()];
        machine.power_cycles += 1;
        if machine.membership == Membership::InFlight {
            machine.attempt += 1;
        } else {
            machine.own_boots += 1;
        }
        let time = machine.power_cycles;
        self.tell_of(index, observer, || MachineEvent::PowerCycled { time });
        self.begin(index, Phase::Firmware, observer);
    }
}
