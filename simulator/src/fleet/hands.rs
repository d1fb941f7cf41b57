//! Hands: people who repair machines that do not come back by themselves.
//!
//! A machine is dead when its update has failed while it is down, when it went down by itself, or when it hangs and
//! nothing but people would notice. It takes them a while to come and a while to repair it, each within their hours;
//! so many machines at once, who died first first. A machine that they have repaired boots well.

use super::MachineIndex;
use super::event::{MachineEvent, Observer, PhaseEnd};
use super::machine::{Activity, Membership, Reason};
use super::people::HandsIndex;
use super::world::World;
use super::{Blueprint, PoolIndex};
use crate::distribution::Distribution;
use crate::engine::{Class, Concern, Span, Time};
use crate::phase::Phase;

/// The machines that hands were called for, those that died first first.
#[derive(Clone, Debug, Default)]
pub(super) struct Ward {
    patients: Vec<Patient>,
}

#[derive(Clone, Copy, Debug)]
struct Patient {
    machine: MachineIndex,
    stage: Stage,
}

/// How far its repair is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Somebody comes then; `None`: nobody will, since nobody is there any more.
    Called(Option<Time>),
    /// Somebody would come, and is busy with others, or not there any more.
    Queued,
    /// It is repaired then; `None`: nobody will be there to end it.
    UnderRepair(Option<Time>),
}

/// What the draws of a reaction and of a repair are for: numbers that no phase has.
const REACTION: Concern = Concern(0x30);
const REPAIR: Concern = Concern(0x31);

impl World {
    /// Calls hands for a machine that is down and will not come back by itself: it is dead. Does nothing where there are
    /// no hands, where it is without power, and where they were called already.
    pub(super) fn call_hands<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let machine = self.machine(index);
        let condition = machine.condition;
        let Some(hands) = self.blueprint.people().hands_of(machine.pool) else {
            return;
        };
        let is_patient = self.patient(index).is_some();
        if condition.up || !condition.powered || is_patient || machine.spare.is_some() {
            return;
        }
        self.change(index, |machine| machine.condition.dead = true);
        let reacts = &self.blueprint.people().hands[hands.at()].0.reacts;
        let reacts = self.drawn_for(index, reacts, REACTION);
        let hours = &self.blueprint.people().hands[hands.at()].1;
        let comes = hours.done_after(self.now(), reacts);
        self.wards[hands.at()].patients.push(Patient {
            machine: index,
            stage: Stage::Called(comes),
        });
        self.tell_of(index, observer, || MachineEvent::HandsCalled {
            hands,
            comes,
        });
        self.tell_reason(index, observer);
        self.await_hands(hands);
    }

    /// A duration for a machine's repair, keyed by the machine and how often it was repaired before.
    fn drawn_for(&self, index: MachineIndex, takes: &Distribution, concern: Concern) -> Span {
        takes.as_fixed().unwrap_or_else(|| {
            let before = self.repairs.get(&index.0).copied().unwrap_or(0);
            let key = self.blueprint.key(index);
            takes.quantile(self.seed.draw(key, concern, before).first)
        })
    }

    /// When people notice that a machine hangs whose phase has no time-out; `None`: never.
    pub(super) fn noticed_at(&self, index: MachineIndex) -> Option<Time> {
        let machine = self.machine(index);
        let hands = self.blueprint.people().hands_of(machine.pool)?;
        let notices = self.blueprint.people().hands[hands.at()].0.notices;
        let may_hang = !machine.condition.up && machine.spare.is_none();
        may_hang.then(|| (machine.down_since + notices).max(self.now()))
    }

    /// People notice that a machine hangs in a phase that would never end.
    pub(super) fn notice<O: Observer>(
        &mut self,
        index: MachineIndex,
        phase: Phase,
        observer: &mut O,
    ) {
        let now = self.now();
        self.end_phase(index, phase, PhaseEnd::Interrupted, observer);
        self.change(index, |machine| {
            machine.activity = if machine.membership == Membership::InFlight {
                Activity::Powerless(phase)
            } else {
                Activity::Idle
            };
            machine.since = now;
        });
        self.call_hands(index, observer);
    }

    /// Somebody comes, or is done with a machine.
    pub(super) fn hands_go_on<O: Observer>(&mut self, hands: HandsIndex, observer: &mut O) {
        let now = self.now();
        let is_due = |at: Option<Time>| at.is_some_and(|at| at <= now);
        let ward = &mut self.wards[hands.at()];
        let mut repaired = Vec::new();
        ward.patients.retain_mut(|patient| match patient.stage {
            Stage::UnderRepair(until) if is_due(until) => {
                repaired.push(patient.machine);
                false
            }
            Stage::Called(comes) if is_due(comes) => {
                patient.stage = Stage::Queued;
                true
            }
            _ => true,
        });
        for machine in repaired {
            let done = self.repair(machine, observer);
            debug_assert_eq!(done, Ok(()));
        }
        self.begin_repairs(hands, observer);
        self.await_hands(hands);
    }

    /// Begins as many repairs as there are people for.
    fn begin_repairs<O: Observer>(&mut self, hands: HandsIndex, observer: &mut O) {
        let now = self.now();
        while let Some((place, machine)) = self.next_patient(hands) {
            let (spec, hours) = &self.blueprint.people().hands[hands.at()];
            if hours.open_from(now) != Some(now) {
                return;
            }
            let takes = self.drawn_for(machine, &spec.takes, REPAIR);
            let until = hours.done_after(now, takes);
            self.wards[hands.at()].patients[place].stage = Stage::UnderRepair(until);
            self.tell_of(machine, observer, || MachineEvent::RepairBegan {
                hands,
                until,
            });
        }
    }

    /// The machine that is repaired next, if somebody is free for it.
    fn next_patient(&self, hands: HandsIndex) -> Option<(usize, MachineIndex)> {
        let patients = &self.wards[hands.at()].patients;
        let is_under_repair = |patient: &&Patient| matches!(patient.stage, Stage::UnderRepair(_));
        let busy = patients.iter().filter(is_under_repair).count();
        let people = self.blueprint.people().hands[hands.at()].0.people;
        if people.is_some_and(|people| busy >= people as usize) {
            return None;
        }
        let mut queued = patients.iter().enumerate();
        queued
            .find(|(_, patient)| patient.stage == Stage::Queued)
            .map(|(place, patient)| (place, patient.machine))
    }

    /// Makes what hands do next pending.
    fn await_hands(&mut self, hands: HandsIndex) {
        let now = self.now();
        let stages = self.wards[hands.at()].patients.iter();
        let dues = stages.filter_map(|patient| match patient.stage {
            Stage::Called(at) | Stage::UnderRepair(at) => at,
            Stage::Queued => None,
        });
        let hours = &self.blueprint.people().hands[hands.at()].1;
        let opens = self.next_patient(hands).and_then(|_| hours.open_from(now));
        let clock = self.blueprint.hands_clock(hands);
        match dues.chain(opens).min() {
            Some(at) => self.agenda.schedule(clock, at, Class::Ending),
            None => self.agenda.cancel(clock),
        }
    }

    /// The machine as a patient, if hands were called for it.
    fn patient(&self, index: MachineIndex) -> Option<&Patient> {
        let hands = self.blueprint.people().hands_of(self.machine(index).pool)?;
        let mut patients = self.wards[hands.at()].patients.iter();
        patients.find(|patient| patient.machine == index)
    }

    /// Hands have nothing to do on a machine any more: somebody else repaired it, or it is gone.
    pub(super) fn dismiss_hands(&mut self, index: MachineIndex) {
        let pool = self.machine(index).pool;
        if self.patient(index).is_none() {
            return;
        }
        if let Some(hands) = self.blueprint.people().hands_of(pool) {
            let patients = &mut self.wards[hands.at()].patients;
            patients.retain(|patient| patient.machine != index);
            self.await_hands(hands);
        }
    }

    /// Why a dead machine of the pool is where it is.
    pub(super) fn repair_reason(&self, pool: PoolIndex) -> Reason {
        Reason::Repair(self.blueprint.people().hands_of(pool))
    }

    /// Whether a machine of the pool is dead and will be repaired.
    pub(super) fn awaits_hands(&mut self, pool: PoolIndex) -> bool {
        let Some(hands) = self.blueprint.people().hands_of(pool) else {
            return false;
        };
        let mut patients = self.wards[hands.at()].patients.iter();
        patients.any(|patient| self.machines[patient.machine.at()].pool == pool)
            && self.agenda.is_pending(self.blueprint.hands_clock(hands))
    }

    /// How many machines of the pool are down although they have power, and will stay so.
    pub(super) fn down_for_good(&mut self, pool: PoolIndex) -> u32 {
        let help_comes = self.awaits_hands(pool);
        let mut count = 0;
        for index in self.blueprint.machines_of(pool) {
            let condition = self.machine(index).condition;
            let is_down = condition.powered && !condition.up;
            if is_down && !(condition.dead && help_comes) {
                count += u32::from(!self.agenda.is_pending(index.entity()));
            }
        }
        count
    }

    /// When a dead machine is repaired, or else when somebody comes to it; `None` where that is not known, or it is not
    /// dead.
    pub fn help_due(&self, index: MachineIndex) -> Option<Help> {
        Some(match self.patient(index)?.stage {
            Stage::Called(comes) => Help::Comes(comes),
            Stage::Queued => Help::IsBusy,
            Stage::UnderRepair(until) => Help::Works(until),
        })
    }
}

/// How far the repair of a dead machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    /// Somebody comes then; `None`: never.
    Comes(Option<Time>),
    /// Somebody would come, and is busy with others or not there.
    IsBusy,
    /// Somebody works on it until then; `None`: for ever.
    Works(Option<Time>),
}

impl Blueprint {
    /// The name of hands, if they have one.
    pub fn hands_name(&self, hands: HandsIndex) -> Option<&str> {
        self.people().hands[hands.at()].0.name.as_deref()
    }

    /// Who repairs the pool's machines, if anybody does.
    pub fn hands_of(&self, pool: PoolIndex) -> Option<HandsIndex> {
        self.people().hands_of(pool)
    }
}
