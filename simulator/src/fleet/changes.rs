//! Carries out changes of machines, pools and control planes: what is allowed when, and what then begins.

use std::sync::Arc;

use super::errand::Errand;
use super::event::{ChangeEvent, MachineEvent, Observer};
use super::operation::Refusal;
use super::own_settings::action_of;
use super::task::{Action, Task};
use super::world::World;
use super::{MachineIndex, OperationIndex, PoolIndex, pool_at};
use crate::scenario::{Change, ChangeIndex, Enrolment, MachineSetting};

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// This operation carries it out.
    Operation(OperationIndex),
    /// It was saved as this revision of the machine or pool.
    Saved(u32),
    /// Nothing has to run for it.
    AtOnce,
}

impl World {
    /// Does what a change says.
    ///
    /// # Errors
    /// When it cannot be done now; nothing has changed then.
    pub fn carry_out_change<O: Observer>(
        &mut self,
        index: ChangeIndex,
        observer: &mut O,
    ) -> Result<Done, Refusal> {
        let blueprint = Arc::clone(&self.blueprint);
        let about = blueprint.change(index);
        match *about {
            Change::Pool {
                pool,
                ref setting,
                revision,
                apply,
            } => {
                let what = (setting, index);
                self.change_pool(pool_at(pool), what, (revision, apply), observer)
            }
            Change::ControlPlane {
                cluster,
                ref version,
            } => self.move_control_plane(cluster, version, observer),
            Change::Register { .. } => self.register(about, observer),
            Change::Machine {
                machine,
                ref setting,
                apply,
            } => self.set(
                (blueprint.machine(machine), index),
                setting,
                apply,
                observer,
            ),
            Change::ApplyTo { machine, revision } => {
                self.apply_to((blueprint.machine(machine), index), revision, observer)
            }
            Change::Assign { machine, pool } => {
                self.assign_to((blueprint.machine(machine), index), pool_at(pool), observer)
            }
            Change::Unassign { machine } => {
                let who = (blueprint.machine(machine), index);
                self.take_out(who, Action::Unassign, observer)
            }
            Change::Decommission { machine } => {
                let who = (blueprint.machine(machine), index);
                match self.machine(who.0).enrolment {
                    Enrolment::Assigned => self.take_out(who, Action::Decommission, observer),
                    _ => self.delete(who.0, observer),
                }
            }
            Change::Delete { machine } => self.delete(blueprint.machine(machine), observer),
            Change::ForceRemove { machine } => {
                self.force_remove(blueprint.machine(machine), observer)
            }
            Change::Enroll { machine } => {
                self.enroll((blueprint.machine(machine), index), observer)
            }
        }
    }

    /// That there is such a machine for the appliance.
    fn need_known(&self, machine: MachineIndex) -> Result<(), Refusal> {
        match self.machine(machine).enrolment {
            Enrolment::Unknown => Err(Refusal::NotKnown),
            _ => Ok(()),
        }
    }

    /// That the machine is in a pool and not on its way there, so that its turn can come.
    pub(super) fn need_member(&self, machine: MachineIndex) -> Result<(), Refusal> {
        self.need_known(machine)?;
        if self.machine(machine).enrolment != Enrolment::Assigned {
            return Err(Refusal::InNoPool);
        }
        if self.machine(machine).errand.is_some() || self.is_leaving(machine) {
            return Err(Refusal::UnderWay);
        }
        Ok(())
    }

    /// The same, for a task whose turn it is.
    pub(super) fn need_member_now(&self, machine: MachineIndex) -> Result<(), Refusal> {
        let about = self.machine(machine);
        if about.enrolment != Enrolment::Assigned {
            return Err(Refusal::InNoPool);
        }
        if about.errand.is_some() {
            return Err(Refusal::UnderWay);
        }
        Ok(())
    }

    /// Whether an operation that has not ended will take the machine out of its pool.
    fn is_leaving(&self, machine: MachineIndex) -> bool {
        let open = self.operations.iter().filter(|about| about.ended.is_none());
        let mut tasks = open.filter_map(|about| about.task);
        tasks.any(|task| task.machine == machine && task.action.leaves_pool())
    }

    /// Asks for an operation on one machine, which takes its place in the queue of the machine's pool.
    fn ask<O: Observer>(
        &mut self,
        (machine, change): (MachineIndex, ChangeIndex),
        (action, applies_saved): (Action, bool),
        revision: u32,
        observer: &mut O,
    ) -> Done {
        let pool = self.machine(machine).pool;
        let task = Task {
            action,
            machine,
            change,
            applies_saved,
        };
        Done::Operation(self.enqueue(pool, revision, Some(task), observer))
    }

    fn set<O: Observer>(
        &mut self,
        who: (MachineIndex, ChangeIndex),
        setting: &MachineSetting,
        apply: bool,
        observer: &mut O,
    ) -> Result<Done, Refusal> {
        let machine = who.0;
        self.need_known(machine)?;
        if let MachineSetting::Hostname(name) = setting
            && self.is_name_taken(name, machine)
        {
            return Err(Refusal::NameTaken);
        }
        if self.machine(machine).enrolment == Enrolment::Preregistered {
            // There is nothing to reboot yet: it boots with it.
            self.prepare(machine, setting, observer);
            return Ok(Done::AtOnce);
        }
        if !apply {
            return Ok(Done::Saved(self.save(machine, setting, observer)));
        }
        if self.is_idle_in_no_pool(machine) {
            return Ok(self.reboot_in_no_pool(who, action_of(setting), observer));
        }
        self.need_member(machine)?;
        let desired = self.machine(machine).desired;
        Ok(self.ask(who, (action_of(setting), false), desired, observer))
    }

    fn apply_to<O: Observer>(
        &mut self,
        who: (MachineIndex, ChangeIndex),
        revision: Option<u32>,
        observer: &mut O,
    ) -> Result<Done, Refusal> {
        self.need_member(who.0)?;
        let about = *self.machine(who.0);
        let has_saved = self
            .dossier(who.0)
            .is_some_and(|dossier| dossier.saved.is_some());
        let (revision, applies_saved) = match revision {
            Some(revision) => (revision, false),
            None if has_saved => (about.desired, true),
            None => {
                let newest = self.newest_saved(about.pool);
                (newest.ok_or(Refusal::NothingSaved)?, false)
            }
        };
        Ok(self.ask(who, (Action::Apply, applies_saved), revision, observer))
    }

    fn take_out<O: Observer>(
        &mut self,
        who: (MachineIndex, ChangeIndex),
        action: Action,
        observer: &mut O,
    ) -> Result<Done, Refusal> {
        self.need_member(who.0)?;
        let desired = self.machine(who.0).desired;
        Ok(self.ask(who, (action, false), desired, observer))
    }

    fn assign_to<O: Observer>(
        &mut self,
        who: (MachineIndex, ChangeIndex),
        pool: PoolIndex,
        observer: &mut O,
    ) -> Result<Done, Refusal> {
        let machine = who.0;
        self.need_known(machine)?;
        match self.machine(machine).enrolment {
            Enrolment::Preregistered => {
                self.dossiers.entry(machine.0).or_default().pool = Some(pool);
                self.tell_of(machine, observer, || {
                    MachineEvent::Change(ChangeEvent::Prepared { pool })
                });
                return Ok(Done::AtOnce);
            }
            Enrolment::Assigned => {
                self.need_member(machine)?;
                if self.machine(machine).pool == pool {
                    return Err(Refusal::InThatPool);
                }
                return self.take_out(who, Action::Move, observer);
            }
            Enrolment::ReadyUnassigned => {}
            Enrolment::ForceUnassigned | Enrolment::Unknown => return Err(Refusal::NotBackYet),
        }
        if !self.is_idle_in_no_pool(machine) {
            return Err(Refusal::UnderWay);
        }
        self.move_to(machine, pool, observer);
        let stop = self.first_phase(machine, true);
        Ok(Done::Operation(self.join(who, stop, observer)))
    }

    fn delete<O: Observer>(
        &mut self,
        machine: MachineIndex,
        observer: &mut O,
    ) -> Result<Done, Refusal> {
        self.need_known(machine)?;
        match self.machine(machine).enrolment {
            Enrolment::Assigned => return Err(Refusal::StillInPool),
            Enrolment::ForceUnassigned => return Err(Refusal::NotBackYet),
            _ => {}
        }
        if self.machine(machine).errand.is_some() {
            return Err(Refusal::UnderWay);
        }
        self.erase(machine, observer);
        Ok(Done::AtOnce)
    }

    fn force_remove<O: Observer>(
        &mut self,
        machine: MachineIndex,
        observer: &mut O,
    ) -> Result<Done, Refusal> {
        self.need_known(machine)?;
        if self.machine(machine).enrolment != Enrolment::Assigned {
            return Err(Refusal::InNoPool);
        }
        self.force_out(machine, observer);
        Ok(Done::AtOnce)
    }

    fn register<O: Observer>(&mut self, about: &Change, observer: &mut O) -> Result<Done, Refusal> {
        let Change::Register {
            machine,
            uuid,
            pool,
            hostname,
            labels,
        } = about
        else {
            return Ok(Done::AtOnce);
        };
        let machine = self.blueprint.machine(*machine);
        if self.machine(machine).enrolment != Enrolment::Unknown {
            return Err(Refusal::KnownAlready);
        }
        if self.machine(machine).errand.is_some() {
            return Err(Refusal::UnderWay);
        }
        let is_taken = |name: &String| self.is_name_taken(name, machine);
        if hostname.as_ref().is_some_and(is_taken) {
            return Err(Refusal::NameTaken);
        }
        let has_it = |other: &MachineIndex| {
            let own = self.blueprint.machine_uuid(*other);
            *other != machine && uuid.is_some() && own == uuid.as_deref()
        };
        if self.blueprint.machines().any(|other| has_it(&other)) {
            return Err(Refusal::UuidTaken);
        }
        if let Some(uuid) = uuid {
            self.lay_uuid(machine, Arc::from(uuid.as_str()), observer);
        }
        self.dossiers.entry(machine.0).or_default().pool = pool.map(pool_at);
        self.enrol_as(machine, Enrolment::Preregistered);
        let name = hostname.clone().map(MachineSetting::Hostname);
        let labels = labels.clone().map(MachineSetting::Labels);
        for setting in name.iter().chain(&labels) {
            self.prepare(machine, setting, observer);
        }
        self.tell_of(machine, observer, || {
            MachineEvent::Change(ChangeEvent::Registered {
                pool: pool.map(pool_at),
            })
        });
        Ok(Done::AtOnce)
    }

    fn enroll<O: Observer>(
        &mut self,
        who: (MachineIndex, ChangeIndex),
        observer: &mut O,
    ) -> Result<Done, Refusal> {
        let machine = who.0;
        let before = self.machine(machine).enrolment;
        if !matches!(before, Enrolment::Unknown | Enrolment::Preregistered) {
            return Err(Refusal::EnrolledAlready);
        }
        if self.machine(machine).errand.is_some() {
            return Err(Refusal::UnderWay);
        }
        if !self.machine(machine).can_run() {
            return Err(Refusal::CannotRun);
        }
        let prepared = self.dossier(machine).and_then(|dossier| dossier.pool);
        let place = prepared.unwrap_or(self.blueprint.depot());
        let operation = self.begin_errand(who, place, Action::Enroll, observer);
        let boot = self.first_phase(machine, false);
        let errand = Errand::Enrolling {
            operation,
            is_installed: false,
        };
        self.send(machine, errand, boot, observer);
        Ok(Done::Operation(operation))
    }
}
