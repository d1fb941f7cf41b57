//! What a boot comes to: a machine that boots a new revision may come back on the old one, boot again and again, or come
//! up without its node becoming Ready.
//!
//! What a boot comes to is known when it begins: by a fault, or drawn once from one uniform. A machine that boots what
//! it ran already comes up. As Flatcar does it
//! (<https://www.flatcar.org/docs/latest/setup/debug/manual-rollbacks/>), the new revision is kept only once it is marked
//! as good, some time after its boot: a machine that dies before that boots the old one.

use super::event::{MachineEvent, Observer, PhaseEnd};
use super::machine::{Membership, Setback};
use super::world::World;
use super::{MachineIndex, PoolIndex};
use crate::distribution::Distribution;
use crate::engine::{Concern, Time};
use crate::phase::Phase;
use crate::scenario::Misfortune;

/// What the draw of a boot's fate is for: a number that no phase has.
const FATE: u32 = 0x20;
/// Set in the occurrence of each draw that belongs to an operation on one machine.
const OF_TASK: u32 = 1 << 31;
/// Boots of a loop that is cut off by a time limit, and of one that never is: after so many more the machine does nothing
/// any more that would be worth telling.
const BOOTS_OF_LOOP: [u16; 2] = [1000, 10];

/// What becomes of a boot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fate {
    /// The machine comes up on the revision that was asked of it.
    #[default]
    Well,
    /// The revision does not come up: the machine will boot the old one by itself.
    RollsBack,
    /// The machine boots the old revision, since the new one did not come up or died young.
    Returns,
    /// The machine boots again and again.
    Loops,
    /// The machine boots the revision, and its node never becomes Ready.
    NotReady,
}

impl World {
    /// A boot has begun: what it comes to, unless the machine began it by itself and goes on with what it was in.
    pub(super) fn begin_boot(&mut self, index: MachineIndex, phase: Phase) {
        let now = self.now();
        let machine = &mut self.machines[index.at()];
        if std::mem::take(&mut machine.condition.boots_by_itself) {
            return;
        }
        machine.booting_since = now;
        machine.boots_again = 0;
        if machine.fate != Fate::Returns {
            let by_revision = self.fate_by_revision(index);
            let fate = by_revision.unwrap_or_else(|| self.fate_of_boot(index, phase));
            self.machines[index.at()].fate = fate;
        }
    }

    /// What the boot of a machine that begins comes to: as a rule of the scenario says, or as is drawn.
    fn fate_of_boot(&self, index: MachineIndex, phase: Phase) -> Fate {
        if self.entries.is_empty() && self.blueprint.hardware(index).boots.are_certain() {
            return Fate::Well;
        }
        let machine = self.machine(index);
        let is_new = machine.is_to_change();
        let fate = self
            .fate_by_fault(index, phase)
            .or_else(|| is_new.then(|| self.drawn_fate(index, phase)));
        match fate.unwrap_or_default() {
            // What joins a pool has nothing that it could go back to.
            Fate::RollsBack if !is_new || machine.errand.is_some() => Fate::Well,
            fate => fate,
        }
    }

    fn fate_by_fault(&self, index: MachineIndex, phase: Phase) -> Option<Fate> {
        if self.entries.is_empty() {
            return None;
        }
        // This entry is counted when the phase's end is looked for.
        let entry = self.entries[index.at()][phase] + 1;
        let faults = self.faults_of(index, phase, entry);
        let fates = faults.filter_map(|fault| match fault.outcome {
            Some(Misfortune::RollsBack) => Some(Fate::RollsBack),
            Some(Misfortune::Loops) => Some(Fate::Loops),
            Some(Misfortune::NotReady) => Some(Fate::NotReady),
            Some(Misfortune::Fails | Misfortune::Hangs) | None => None,
        });
        fates.last()
    }

    fn drawn_fate(&self, index: MachineIndex, phase: Phase) -> Fate {
        let boots = self.blueprint.hardware(index).boots;
        if boots.are_certain() || self.machine(index).condition.mended {
            return Fate::Well;
        }
        let entered = u32::from(self.machine(index).entered[phase]);
        let (concern, occurrence) = self.keyed(index, FATE, entered);
        let key = self.blueprint.key(index);
        let u = self.seed.draw(key, concern, occurrence).first;
        let parts = [
            (boots.rolls_back, Fate::RollsBack),
            (boots.loops, Fate::Loops),
            (boots.not_ready, Fate::NotReady),
        ];
        let mut below = 0.0;
        for (share, fate) in parts {
            below += share;
            if u < below {
                return fate;
            }
        }
        Fate::Well
    }

    /// Whether the phase is the last of a boot that does not come up.
    #[inline]
    pub(super) fn is_in_vain(&self, index: MachineIndex, phase: Phase) -> bool {
        matches!(self.machine(index).fate, Fate::RollsBack | Fate::Loops)
            && matches!(phase, Phase::Os | Phase::Update)
    }

    /// Whether the phase of a machine never ends by itself, by what its boot comes to.
    #[inline]
    pub(super) fn is_stuck(&self, index: MachineIndex, phase: Phase) -> bool {
        let machine = self.machine(index);
        match machine.fate {
            Fate::NotReady => matches!(phase, Phase::Join | Phase::Update),
            Fate::Loops => phase.is_boot() && machine.boots_again >= self.boots_of_loop(index),
            _ => false,
        }
    }

    fn boots_of_loop(&self, index: MachineIndex) -> u16 {
        let phase = self.blueprint.hardware(index).boot_phase();
        let [limited, endless] = BOOTS_OF_LOOP;
        if self.limit(index, phase).is_some() {
            limited
        } else {
            endless
        }
    }

    /// The revision has not come up: the machine boots again by itself.
    pub(super) fn boot_again<O: Observer>(
        &mut self,
        index: MachineIndex,
        phase: Phase,
        observer: &mut O,
    ) {
        self.end_phase(index, phase, PhaseEnd::Failed, observer);
        let machine = &mut self.machines[index.at()];
        machine.condition.boots_by_itself = true;
        machine.boots_again += 1;
        if machine.fate == Fate::RollsBack {
            machine.fate = Fate::Returns;
            machine.previous = machine.revision;
        }
        let boot = u32::from(machine.boots_again) + 1;
        let why = if machine.fate == Fate::Loops {
            Setback::RebootLoop
        } else {
            Setback::RolledBack
        };
        self.tell_of(index, observer, || MachineEvent::BootsAgain { why, boot });
        self.boot(index, observer);
    }

    /// The revision that the boot under way has brought.
    pub(super) fn booted(&mut self, index: MachineIndex) -> u32 {
        let now = self.now();
        let mark_good = self.blueprint.hardware(index).boots.mark_good;
        let machine = &mut self.machines[index.at()];
        if machine.fate == Fate::Returns {
            machine.good_from = Time::START;
            return machine.previous;
        }
        if machine.is_to_change() {
            machine.previous = machine.revision;
            machine.good_from = now + mark_good;
        }
        machine.desired
    }

    /// A machine has died: what it ran is given up if it was not marked as good yet.
    pub(super) fn died(&mut self, index: MachineIndex) {
        let now = self.now();
        let machine = &mut self.machines[index.at()];
        if now < machine.good_from {
            machine.fate = Fate::Returns;
        }
    }

    /// Whether a machine that has joined is back on the revision that it had before.
    pub(super) fn has_rolled_back(&self, index: MachineIndex) -> bool {
        self.machine(index).fate == Fate::Returns
    }

    /// A machine is back on the revision that it had before: its update has failed.
    pub(super) fn rolled_back<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let revision = self.machine(index).revision;
        self.tell_of(index, observer, || MachineEvent::RolledBack { revision });
        self.uncordon(index, observer);
        let last = self.last_of_boot(index);
        if self.machine(index).membership == Membership::InFlight {
            self.fail(index, last, observer);
            return;
        }
        self.keep_old_revision(index);
        self.relapse(index, last, Some(Setback::RolledBack), observer);
        self.agent_starts(index);
        self.idle(index, observer);
    }

    fn last_of_boot(&self, index: MachineIndex) -> Phase {
        if self.blueprint.hardware(index).is_one_phase {
            Phase::Update
        } else {
            Phase::Os
        }
    }

    /// What a machine's boot has come to, for an update that failed in a phase; `None` where only the phase did.
    pub(super) fn setback(&self, index: MachineIndex, failed_in: Phase) -> Option<Setback> {
        let machine = self.machine(index);
        match machine.fate {
            Fate::Returns if machine.is_up() => Some(Setback::RolledBack),
            Fate::Loops if machine.boots_again > 0 => Some(Setback::RebootLoop),
            Fate::NotReady if matches!(failed_in, Phase::Join | Phase::Update) => {
                Some(Setback::NotReady)
            }
            _ => None,
        }
    }

    /// A rollback is over, or given up: the next boot brings what is asked of the machine then.
    pub(super) fn give_up_rollback(&mut self, index: MachineIndex) {
        let machine = &mut self.machines[index.at()];
        if machine.fate == Fate::Returns {
            machine.fate = Fate::Well;
        }
    }

    /// A machine whose update has failed and that is back on its old revision keeps that.
    pub(super) fn keep_old_revision(&mut self, index: MachineIndex) {
        let machine = &mut self.machines[index.at()];
        if machine.fate == Fate::Returns && machine.condition.up {
            machine.desired = machine.revision;
            self.keep_settings(index);
        }
        self.give_up_rollback(index);
    }

    /// How long a phase of a boot takes that is slow for certain: the firmware, with a revision that changes it.
    pub(super) fn boot_takes(&self, index: MachineIndex, phase: Phase) -> Option<&Distribution> {
        if phase != Phase::Firmware || !self.blueprint.has_firmware_changes() {
            return None;
        }
        let machine = self.machine(index);
        let is_new = machine.revision != machine.desired && machine.fate != Fate::Returns;
        if !is_new || !self.changes_firmware(machine.pool, machine.desired) {
            return None;
        }
        let slow = self.blueprint.hardware(index).phases[phase].slow.as_ref()?;
        Some(&slow.takes)
    }

    /// Whether the first boot into a revision of the pool changes the firmware.
    pub(super) fn changes_firmware(&self, pool: PoolIndex, revision: u32) -> bool {
        let made = self.made_revisions(pool).iter();
        let mut made = made.filter(|made| made.number == revision);
        let scenario = self.blueprint.scenario();
        scenario.firmware_changes.contains(&(pool.at(), revision))
            || made.any(|made| made.changes_firmware)
    }

    /// What a draw of a machine is keyed by, apart from the machine: what it is for, the rollout that it belongs to, and
    /// for which time.
    pub(super) fn keyed(&self, index: MachineIndex, what_for: u32, time: u32) -> (Concern, u32) {
        let machine = self.machine(index);
        if self.task_of(index).is_some() {
            // By the machine's own revision, apart from those of all rollouts.
            let number = machine.numbers.desired;
            return (Concern(number << 8 | what_for), OF_TASK | time);
        }
        if machine.membership != Membership::InFlight {
            return (Concern(what_for), time);
        }
        let rollout = self.rollout_key(machine.pool);
        (
            Concern(rollout.revision << 8 | what_for),
            rollout.repetition << 16 | time,
        )
    }
}
