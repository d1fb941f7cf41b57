//! What machines do that are on their way into the fleet or a pool, or out of it: they boot outside the queue of any
//! pool, and use no slot.

use super::event::{ChangeEvent, MachineEvent, Observer, PhaseEnd};
use super::machine::{Activity, Membership};
use super::operation::{Failure, Refusal, Status};
use super::pods::plan::number;
use super::task::{Action, Task};
use super::world::World;
use super::{MachineIndex, OperationIndex, PoolIndex, pool_at};
use crate::phase::{PerPhase, Phase};
use crate::scenario::{Change, ChangeIndex, Enrolment};

/// What a machine boots for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// It boots an enrollment image, installs, and reboots.
    Enrolling {
        /// The operation that asked for it.
        operation: OperationIndex,
        /// Whether it has installed.
        is_installed: bool,
    },
    /// It boots and joins its pool.
    Joining {
        /// The operation that asked for it.
        operation: OperationIndex,
    },
    /// It reboots with other settings, in no pool.
    Rebooting {
        /// The operation that asked for it.
        operation: OperationIndex,
    },
    /// It was taken out of its pool without its help, and comes back.
    Returning,
}

impl Errand {
    /// The operation that asked for it.
    pub(super) fn operation(self) -> Option<OperationIndex> {
        match self {
            Self::Enrolling { operation, .. }
            | Self::Joining { operation }
            | Self::Rebooting { operation } => Some(operation),
            Self::Returning => None,
        }
    }
}

/// What follows the boot of a machine.
pub(super) enum AfterBoot {
    /// It joins its cluster.
    Joins,
    /// This phase.
    Goes(Phase),
    /// Nothing.
    Stays,
}

impl World {
    /// What a machine is to the appliance from now on.
    pub(super) fn enrol_as(&mut self, index: MachineIndex, enrolment: Enrolment) {
        self.change(index, |machine| machine.enrolment = enrolment);
    }

    /// Whether a machine is managed, in no pool, and does nothing.
    pub(super) fn is_idle_in_no_pool(&self, index: MachineIndex) -> bool {
        let machine = self.machine(index);
        machine.enrolment == Enrolment::ReadyUnassigned
            && machine.errand.is_none()
            && machine.activity == Activity::Idle
            && machine.can_run()
    }

    /// The pool that a machine is in, or goes to when it boots an enrollment image.
    pub fn pool_or_prepared(&self, index: MachineIndex) -> Option<PoolIndex> {
        let prepared = || self.dossier(index).and_then(|dossier| dossier.pool);
        self.blueprint.pool_of(index).or_else(prepared)
    }

    /// Sends a machine on an errand, which begins with this phase.
    pub(super) fn send<O: Observer>(
        &mut self,
        index: MachineIndex,
        errand: Errand,
        first: Phase,
        observer: &mut O,
    ) {
        self.change(index, |machine| {
            machine.errand = Some(errand);
            machine.entered = PerPhase::filled(&0);
            machine.attempt = 0;
            machine.power_cycles = 0;
            machine.setback = None;
        });
        if let Some(operation) = errand.operation() {
            self.make_revision(index, operation);
        }
        self.change(index, |machine| machine.attempt = 1);
        self.begin(index, first, observer);
    }

    /// Where a machine's boot begins; or with its stop, where that is a phase of its own.
    pub(super) fn first_phase(&self, index: MachineIndex, stops_first: bool) -> Phase {
        let hardware = self.blueprint.hardware(index);
        if stops_first && !hardware.is_one_phase {
            Phase::Stop
        } else {
            hardware.boot_phase()
        }
    }

    /// What a machine does next whose operating system has started.
    pub(super) fn after_boot<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> AfterBoot {
        let machine = self.machine(index);
        match machine.errand {
            Some(Errand::Enrolling {
                is_installed: false,
                ..
            }) => return AfterBoot::Goes(Phase::Install),
            _ if !self.blueprint.is_pool(machine.pool) => {
                self.reached_no_pool(index, observer);
                return AfterBoot::Stays;
            }
            _ => {}
        }
        let Some(task) = self.turn_of_task(index) else {
            return AfterBoot::Joins;
        };
        if !matches!(task.action, Action::Unassign | Action::Decommission) {
            return AfterBoot::Joins;
        }
        self.unassigned(index, task.action == Action::Decommission, observer);
        AfterBoot::Stays
    }

    /// A machine has installed, and reboots into its managed image; where a pool is prepared for it, into that.
    pub(super) fn installed<O: Observer>(
        &mut self,
        index: MachineIndex,
        observer: &mut O,
    ) -> Option<Phase> {
        let Some(Errand::Enrolling { operation, .. }) = self.machine(index).errand else {
            return None;
        };
        let dossier = self.dossiers.get_mut(&index.0);
        let prepared = dossier.and_then(|dossier| dossier.pool.take());
        let errand = if let Some(pool) = prepared {
            self.move_to(index, pool, observer);
            Errand::Joining { operation }
        } else {
            Errand::Enrolling {
                operation,
                is_installed: true,
            }
        };
        self.change(index, |machine| machine.errand = Some(errand));
        self.tell_of(index, observer, || {
            MachineEvent::Change(ChangeEvent::Enrolled)
        });
        Some(self.first_phase(index, false))
    }

    /// A managed machine has booted that is in no pool.
    fn reached_no_pool<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let was_forced = self.machine(index).enrolment == Enrolment::ForceUnassigned;
        self.enrol_as(index, Enrolment::ReadyUnassigned);
        if was_forced {
            self.tell_of(index, observer, || {
                MachineEvent::Change(ChangeEvent::Unassigned { is_forced: false })
            });
        }
        self.errand_over(index, true, observer);
    }

    /// A machine's errand has ended, well or not.
    pub(super) fn errand_over<O: Observer>(
        &mut self,
        index: MachineIndex,
        is_well: bool,
        observer: &mut O,
    ) {
        let errand = self.machine(index).errand;
        let now = self.now();
        self.agenda.cancel(index.entity());
        self.change(index, |machine| {
            machine.errand = None;
            machine.activity = Activity::Idle;
            machine.since = now;
        });
        if let Some(Errand::Joining { .. }) = errand {
            let pool = self.machine(index).pool;
            if is_well {
                self.tell_of(index, observer, || {
                    MachineEvent::Change(ChangeEvent::Joined { pool })
                });
                self.begin_to_fail(index);
            }
            self.search_again(pool);
        }
        if let Some(operation) = errand.and_then(Errand::operation) {
            self.end_errand(operation, is_well, observer);
        }
        self.tell_reason(index, observer);
    }

    /// Tries again whatever failed to bring a machine to a place.
    ///
    /// # Errors
    /// When nothing has.
    pub(super) fn retry_errands<O: Observer>(
        &mut self,
        place: PoolIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        let mut is_any = false;
        for at in 0..number(self.operations.len()) {
            let operation = OperationIndex(at);
            let about = self.operation(operation);
            if about.pool == place && !about.is_queued() {
                is_any |= self.retry_errand(operation, observer).is_ok();
            }
        }
        is_any.then_some(()).ok_or(Refusal::NothingFailed)
    }

    /// Tries again what failed to bring a machine where it was to go.
    ///
    /// # Errors
    /// When it has not failed, or the machine has been somewhere else since, is busy or cannot boot.
    pub fn retry_errand<O: Observer>(
        &mut self,
        operation: OperationIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        let about = self.operation(operation);
        let task = about.task.filter(|_| about.status == Status::Failed);
        let place = about.pool;
        let machine = task.ok_or(Refusal::NothingFailed)?.machine;
        let state = *self.machine(machine);
        if state.errand.is_some() || state.activity != Activity::Idle {
            return Err(Refusal::UnderWay);
        }
        if !state.can_run() {
            return Err(Refusal::CannotRun);
        }
        let errand = match state.enrolment {
            Enrolment::Assigned if state.pool == place && !state.condition.up => {
                Errand::Joining { operation }
            }
            Enrolment::Unknown | Enrolment::Preregistered => Errand::Enrolling {
                operation,
                is_installed: false,
            },
            Enrolment::ReadyUnassigned if !self.blueprint.is_pool(place) => {
                Errand::Rebooting { operation }
            }
            _ => return Err(Refusal::NothingFailed),
        };
        let about = &mut self.operations[operation.at()];
        about.ended = None;
        about.failed = 0;
        about.in_flight = 1;
        about.stop = None;
        self.set_status(operation, Status::Running, observer);
        let boot = self.first_phase(machine, false);
        self.send(machine, errand, boot, observer);
        Ok(())
    }

    /// Ends an operation that stands in no pool's queue.
    fn end_errand<O: Observer>(
        &mut self,
        operation: OperationIndex,
        is_well: bool,
        observer: &mut O,
    ) {
        let now = self.now();
        let about = &mut self.operations[operation.at()];
        about.ended = Some(now);
        about.in_flight = 0;
        about.updated = u32::from(is_well);
        about.failed = u32::from(!is_well);
        about.longest = now.since(about.requested);
        about.work = about.longest;
        about.longest_flight = about.longest;
        about.stop = (!is_well).then_some(Failure::MachinesFailed);
        let status = if is_well {
            Status::Succeeded
        } else {
            Status::Failed
        };
        self.set_status(operation, status, observer);
    }

    /// A machine has booted without its pool and leaves it; where it is decommissioned, it is deleted then.
    fn unassigned<O: Observer>(&mut self, index: MachineIndex, is_deleted: bool, observer: &mut O) {
        let pool = self.close_part(index, None, observer);
        self.move_to(index, self.blueprint.depot(), observer);
        self.enrol_as(index, Enrolment::ReadyUnassigned);
        self.tell_of(index, observer, || {
            MachineEvent::Change(ChangeEvent::Unassigned { is_forced: false })
        });
        if is_deleted {
            self.erase(index, observer);
        }
        self.part_closed(pool, false, observer);
    }

    /// Whether a machine whose turn it is boots into another pool, now that it boots.
    pub(super) fn is_departing(&self, index: MachineIndex, phase: Phase) -> bool {
        let is_boot = matches!(phase, Phase::Firmware | Phase::Update);
        let is_move = |task: Task| task.action == Action::Move;
        is_boot && self.turn_of_task(index).is_some_and(is_move)
    }

    /// A machine has stopped for the last time in its pool, and boots into another.
    pub(super) fn depart<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let Some(task) = self.turn_of_task(index) else {
            return;
        };
        let Change::Assign { pool, .. } = *self.blueprint.change(task.change) else {
            return;
        };
        self.go_down(index, true, observer);
        let from = self.close_part(index, None, observer);
        self.move_to(index, pool_at(pool), observer);
        let boot = self.first_phase(index, false);
        self.join((index, task.change), boot, observer);
        self.part_closed(from, false, observer);
    }

    /// Lets a machine boot and join its pool, which it counts to from now on.
    pub(super) fn join<O: Observer>(
        &mut self,
        who: (MachineIndex, ChangeIndex),
        first: Phase,
        observer: &mut O,
    ) -> OperationIndex {
        let pool = self.machine(who.0).pool;
        let operation = self.begin_errand(who, pool, Action::Assign, observer);
        self.send(who.0, Errand::Joining { operation }, first, observer);
        operation
    }

    /// Lets a machine in no pool reboot with other settings.
    pub(super) fn reboot_in_no_pool<O: Observer>(
        &mut self,
        who: (MachineIndex, ChangeIndex),
        action: Action,
        observer: &mut O,
    ) -> super::changes::Done {
        let depot = self.blueprint.depot();
        let operation = self.begin_errand(who, depot, action, observer);
        let stop = self.first_phase(who.0, true);
        self.send(who.0, Errand::Rebooting { operation }, stop, observer);
        super::changes::Done::Operation(operation)
    }

    /// Takes a machine out of its pool at once, whatever it does. It boots by itself, if it can.
    pub(super) fn force_out<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let errand = self.machine(index).errand;
        self.go_down(index, false, observer);
        if let Activity::Phase(phase) = self.machine(index).activity {
            self.end_phase(index, phase, PhaseEnd::Interrupted, observer);
            self.forget_drain(index, observer);
        }
        self.agenda.cancel(index.entity());
        let pool = self.machine(index).pool;
        self.drop_part(index, observer);
        self.dismiss_hands(index);
        self.change(index, |machine| {
            machine.errand = None;
            machine.activity = Activity::Idle;
        });
        self.move_to(index, self.blueprint.depot(), observer);
        self.enrol_as(index, Enrolment::ForceUnassigned);
        self.tell_of(index, observer, || {
            MachineEvent::Change(ChangeEvent::Unassigned { is_forced: true })
        });
        self.tell_reason(index, observer);
        if let Some(operation) = errand.and_then(Errand::operation) {
            self.end_errand(operation, false, observer);
        }
        self.move_on_and_search(pool, observer);
        if self.machine(index).can_run() {
            let boot = self.first_phase(index, false);
            self.send(index, Errand::Returning, boot, observer);
        }
    }

    /// Takes a machine out of the operation of its pool, as if that had never meant it.
    fn drop_part<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let about = *self.machine(index);
        if about.membership == Membership::InFlight {
            self.take_out_of_flight(index);
        }
        let is_part = matches!(about.membership, Membership::InFlight | Membership::Waiting);
        self.change(index, |machine| machine.membership = Membership::Outside);
        // One that stopped with machines left may be tried again.
        let state = &self.pools[about.pool.at()];
        let last = state.going_on.or(state.latest);
        if let Some(operation) = last.filter(|_| is_part) {
            let operation = &mut self.operations[operation.at()];
            operation.waiting -= 1;
            operation.targeted -= 1;
            self.canary_leaves(about.pool, observer);
        }
    }

    /// What was still to be done to a machine in the pool that it leaves is not done.
    fn cancel_tasks<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let queue = self.pools[self.machine(index).pool.at()].queue.clone();
        for operation in queue {
            let task = self.operation(operation).task;
            if task.is_some_and(|task| task.machine == index) {
                // One that is pending can be cancelled.
                let _: Result<(), Refusal> = self.cancel_operation(operation, observer);
            }
        }
    }

    /// Forgets a machine.
    pub(super) fn erase<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        self.tell_of(index, observer, || {
            MachineEvent::Change(ChangeEvent::Deleted)
        });
        self.enrol_as(index, Enrolment::Unknown);
        self.dossiers.remove(&index.0);
        self.machines[index.at()].numbers = super::own_settings::Numbers::first();
        self.lay_nothing(index, observer);
    }

    /// An operation that starts at once, in no queue.
    pub(super) fn begin_errand<O: Observer>(
        &mut self,
        (machine, change): (MachineIndex, ChangeIndex),
        place: PoolIndex,
        action: Action,
        observer: &mut O,
    ) -> OperationIndex {
        let task = Task {
            action,
            machine,
            change,
            applies_saved: false,
        };
        let now = self.now();
        let revision = self.machine(machine).desired;
        let operation = self.note_operation(place, revision, Some(task));
        let about = &mut self.operations[operation.at()];
        about.started = Some(now);
        about.first_start = Some(now);
        about.last_start = Some(now);
        about.targeted = 1;
        about.in_flight = 1;
        self.set_status(operation, Status::Running, observer);
        operation
    }

    /// Takes a machine out of where it is, as far as counting goes, and into another place. What its cordon was for is
    /// over; in a pool, its next boot brings the revision that this is on.
    pub(super) fn move_to<O: Observer>(
        &mut self,
        index: MachineIndex,
        to: PoolIndex,
        observer: &mut O,
    ) {
        self.go_down(index, true, observer);
        self.delete_node(index, observer);
        let (from, now) = (self.machine(index).pool, self.now());
        let revision = self.machine(index).revision;
        if revision > 0 {
            self.pools[from.at()].ages.leave(revision, now);
        }
        let present = if self.blueprint.is_pool(to) {
            self.present_revision(to)
        } else {
            0
        };
        self.change(index, |machine| {
            machine.membership = Membership::Outside;
            machine.condition.cordoned = false;
            machine.condition.by_hand = false;
            machine.condition.drained = false;
            machine.is_quarantined = false;
            machine.slot_expired = false;
            machine.failed_in = None;
            machine.retries = 0;
            machine.revision = 0;
            machine.desired = present;
            machine.previous = 0;
        });
        self.cancel_tasks(index, observer);
        self.await_no_failure(index);
        self.recount_into(index, to);
        self.lay_into(index, to, observer);
        if self.blueprint.is_pool(to) {
            self.enrol_as(index, Enrolment::Assigned);
            self.tell_of(index, observer, || {
                MachineEvent::Change(ChangeEvent::Assigned { pool: to })
            });
        }
    }
}
