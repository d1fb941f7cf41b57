//! Machines that fail by themselves, at any time when they are up, and are repaired.
//!
//! The time to the next failure is exponential: a machine does not age, so one that a failure does not meet, because it
//! is down already, simply waits for its next one. That is drawn anew after each failure or repair.

use super::event::Observer;
use super::world::World;
use super::{Blueprint, MachineIndex, PoolIndex};
use crate::engine::{Class, Concern, Span};
use crate::scenario::Hazard;

/// What the draw of a machine's failures is for: a number that no phase has. The second variate is its repair's.
const FAILURE: u32 = 0x40;

impl Blueprint {
    /// How a machine fails by itself, if it does. Spare ones do not.
    fn hazard(&self, machine: MachineIndex) -> Option<&Hazard> {
        self.hardware(machine).hazard.as_ref()
    }
}

impl World {
    /// Makes the first failure of every machine pending.
    pub(super) fn await_failures(&mut self) {
        if !self.blueprint.has_hazards() {
            return;
        }
        self.failures = vec![0; self.machines.len()];
        for pool in self.blueprint.pools() {
            let machines = self.blueprint.machines_of(pool);
            for machine in machines {
                self.await_failure(machine);
            }
        }
    }

    /// Draws the next failure of every machine anew, whatever was drawn before.
    pub(super) fn await_failures_anew(&mut self) {
        if !self.blueprint.has_hazards() {
            return;
        }
        for machine in self.blueprint.machines() {
            let clock = self.blueprint.hazard_clock(machine);
            // Of a machine that is dead its repair is pending.
            if !self.machine(machine).is_dead() && self.agenda.is_pending(clock) {
                self.failures[machine.at()] -= 1;
                self.await_failure(machine);
            }
        }
    }

    /// Makes the next failure of a machine pending, if its hardware fails by itself.
    pub(super) fn await_failure(&mut self, index: MachineIndex) {
        let is_spare = self.machine(index).spare.is_some();
        let Some(hazard) = self.blueprint.hazard(index).filter(|_| !is_spare) else {
            return;
        };
        let hourly = hazard.hourly;
        let number = self.failures[index.at()] + 1;
        self.failures[index.at()] = number;
        let u = self.failure_draw(index, number).0;
        let hours = -libm::log(u) / hourly;
        let after = Span::nearest((hours * HOUR_MS).min(Span::LONGEST.as_millis_f64()));
        let clock = self.blueprint.hazard_clock(index);
        self.agenda
            .schedule(clock, self.now() + after, Class::Arrival);
    }

    /// A machine has joined a pool: from now on it may fail by itself, as those do that were there before.
    pub(super) fn begin_to_fail(&mut self, index: MachineIndex) {
        if !self.blueprint.has_hazards() {
            return;
        }
        let clock = self.blueprint.hazard_clock(index);
        if !self.agenda.is_pending(clock) {
            self.await_failure(index);
        }
    }

    /// A machine that is dead does not fail.
    pub(super) fn await_no_failure(&mut self, index: MachineIndex) {
        if self.blueprint.has_hazards() {
            self.agenda.cancel(self.blueprint.hazard_clock(index));
        }
    }

    fn failure_draw(&self, index: MachineIndex, number: u32) -> (f64, f64) {
        let key = self.blueprint.key(index);
        let draw = self.seed.draw(key, Concern(FAILURE), number);
        (draw.first, draw.second)
    }

    /// A machine fails by itself, or is back if it did.
    pub(super) fn hazard_strikes<O: Observer>(
        &mut self,
        index: MachineIndex,
        class: Class,
        observer: &mut O,
    ) {
        if class == Class::Ending {
            // Nobody else has repaired it, or this would not be pending any more.
            let done = self.repair(index, observer);
            debug_assert!(done.is_ok(), "only a dead machine waits for its repair");
            return;
        }
        if !self.machine(index).is_up() || self.crash(index, observer).is_err() {
            self.await_failure(index);
            return;
        }
        if self.blueprint.hands_of(self.machine(index).pool).is_some() {
            // People were called for it.
            return;
        }
        let (_, u) = self.failure_draw(index, self.failures[index.at()]);
        let repair = self.blueprint.hazard(index);
        let repair = repair.and_then(|hazard| hazard.repair.as_ref());
        if let Some(takes) = repair.map(|repair| repair.quantile(u)) {
            let clock = self.blueprint.hazard_clock(index);
            self.agenda
                .schedule(clock, self.now() + takes, Class::Ending);
        }
    }

    /// Whether a machine of the pool is dead, and will be back by itself.
    pub(super) fn awaits_repair(&mut self, pool: PoolIndex) -> bool {
        if !self.blueprint.has_hazards() {
            return false;
        }
        let mut machines = self.blueprint.machines_of(pool);
        machines.any(|machine| {
            let clock = self.blueprint.hazard_clock(machine);
            self.machine(machine).is_dead() && self.agenda.is_pending(clock)
        })
    }
}

/// Milliseconds of an hour.
const HOUR_MS: f64 = 3_600_000.0;
