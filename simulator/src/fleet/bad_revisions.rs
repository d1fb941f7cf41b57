//! Bad revisions: harm that a revision does to many machines at once, or to none.
//!
//! Whether a revision is bad is drawn once a run, and whether it harms a machine once for that machine: a retry heals
//! nothing, another revision does.

use super::event::Observer;
use super::fate::Fate;
use super::lifecycle::Prospect;
use super::machine::{Activity, Membership};
use super::world::World;
use super::{Blueprint, MachineIndex};
use crate::engine::{Class, Concern, EntityKey, Span};
use crate::phase::Phase;
use crate::scenario::{BadRevision, Harm, Which};

/// What the draws are for: numbers that no phase has.
const IS_BAD: u32 = 0x41;
const IS_HARMED: u32 = 0x42;

impl Blueprint {
    /// Whether some revision may do harm.
    pub(super) fn has_bad_revisions(&self) -> bool {
        !self.scenario().bad_revisions.is_empty()
    }
}

impl World {
    /// What a revision does to a machine, if it is bad and harms it.
    pub(super) fn harm(&self, index: MachineIndex, revision: u32) -> Option<Harm> {
        self.bad_revision(index, revision).map(|bad| bad.harm)
    }

    fn bad_revision(&self, index: MachineIndex, revision: u32) -> Option<&BadRevision> {
        let bad = self.blueprint.scenario().bad_revisions.iter();
        let mut bad = (0..).zip(bad);
        bad.find(|(place, bad)| self.is_harmed(index, revision, *place, bad))
            .map(|(_, bad)| bad)
    }

    fn is_harmed(&self, index: MachineIndex, revision: u32, place: u32, bad: &BadRevision) -> bool {
        let pool = self.machine(index).pool;
        let about = self.blueprint.about(pool);
        let class = &self.blueprint.about(self.blueprint.home_of(index)).hardware;
        let is_revision = match bad.which {
            Which::EveryNew => revision != about.revision,
            Which::Revision(number) => number == revision,
            Which::Image(number) => {
                let images = self.blueprint.scenario().images.as_ref();
                let release = images.and_then(|images| images.release(pool.at(), revision));
                release == Some(number)
            }
        };
        let is_class = bad.hardware.as_ref().is_none_or(|bad| bad == class);
        let zone = self.blueprint.machine_zone(index);
        let is_zone = bad.zone.is_none() || zone == bad.zone.as_deref();
        if !is_revision || !is_class || !is_zone || !bad.pools.contains(&pool.at()) {
            return false;
        }
        let luck = self.luck_of_revision(pool, revision);
        let chance = |key: EntityKey, concern: u32| {
            let concern = Concern(revision << 8 | concern);
            luck.draw(key, concern, place).first
        };
        let of_run = EntityKey::of(&["bad-revision"]);
        chance(of_run, IS_BAD) < bad.chance
            && chance(self.blueprint.key(index), IS_HARMED) < bad.share
    }

    /// What a boot comes to by the revision that it brings, if that is bad; the machine has met it then.
    pub(super) fn fate_by_revision(&mut self, index: MachineIndex) -> Option<Fate> {
        if !self.blueprint.has_bad_revisions() {
            return None;
        }
        let machine = self.machine(index);
        let desired = machine.desired;
        let is_new = machine.revision != desired && machine.errand.is_none();
        let harm = self.harm(index, desired)?;
        self.note_met_bad(index);
        match harm {
            Harm::RollsBack => is_new.then_some(Fate::RollsBack),
            Harm::Loops => Some(Fate::Loops),
            Harm::NotReady => Some(Fate::NotReady),
            Harm::Fails | Harm::Hangs | Harm::Crashes(_) => None,
        }
    }

    /// What a phase comes to by the revision that the machine boots or runs: unless the scenario says in which it shows, the
    /// last phase of a boot. Hardware of which only the sum is known shows in that whatever a phase of a boot would.
    pub(super) fn meet_bad_revision(
        &self,
        index: MachineIndex,
        phase: Phase,
        prospect: &mut Prospect,
    ) {
        let machine = self.machine(index);
        let can_show = matches!(
            phase,
            Phase::Firmware | Phase::Os | Phase::Join | Phase::Soak | Phase::Update
        );
        if !can_show || machine.fate == Fate::Returns {
            return;
        }
        let Some(bad) = self.bad_revision(index, machine.desired) else {
            return;
        };
        let shows_in = bad.phase.unwrap_or(Phase::Os);
        if phase != shows_in && (phase != Phase::Update || shows_in == Phase::Soak) {
            return;
        }
        match bad.harm {
            Harm::Fails => {
                prospect.ends_after.get_or_insert(Span::ZERO);
                prospect.fails = true;
            }
            Harm::Hangs => prospect.ends_after = None,
            Harm::RollsBack | Harm::Loops | Harm::NotReady | Harm::Crashes(_) => {}
        }
    }

    /// A machine has come up: by a revision that shows its harm later, it will crash.
    pub(super) fn await_harm(&mut self, index: MachineIndex) {
        if !self.blueprint.has_bad_revisions() {
            return;
        }
        let clock = self.blueprint.harm_clock(index);
        match self.harm(index, self.machine(index).revision) {
            Some(Harm::Crashes(after)) => {
                self.agenda
                    .schedule(clock, self.now() + after, Class::Arrival);
            }
            _ => self.agenda.cancel(clock),
        }
    }

    /// A machine crashes by the revision that it runs. In its update, or while the operation goes on that brought it, it
    /// has failed.
    pub(super) fn harm_shows<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if !self.machine(index).is_up() {
            return;
        }
        let phase = self.machine(index).phase().unwrap_or(Phase::Soak);
        let is_in_flight = self.machine(index).membership == Membership::InFlight;
        if self.crash(index, observer).is_err() {
            return;
        }
        if is_in_flight && matches!(self.machine(index).activity, Activity::Powerless(_)) {
            self.agenda.cancel(index.entity());
            self.settle(index, Some(phase), observer);
        } else {
            self.relapse(index, phase, None, observer);
        }
    }

    /// Whether a machine of the pool will still crash by the revision that it runs.
    pub(super) fn awaits_harm(&mut self, pool: super::PoolIndex) -> bool {
        if !self.blueprint.has_bad_revisions() {
            return false;
        }
        let mut machines = self.blueprint.machines_of(pool);
        machines.any(|machine| self.agenda.is_pending(self.blueprint.harm_clock(machine)))
    }
}
