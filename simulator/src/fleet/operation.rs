//! One rollout as an operation: what is asked of it, why it stops, how it ends.
//!
//! The operations of a pool run one after the other. While one goes on, a further one is pending; when a rollout ended
//! with machines left, the next one takes those over.

mod settling;
mod words;

use super::event::{Event, Observer};
use super::machine::{Activity, Machine, Membership, Reason};
use super::pods::plan::number;
use super::progress::Deciles;
use super::task::{Action, Task};
use super::world::World;
use super::{MachineIndex, OperationIndex, PoolIndex};
use crate::engine::{Span, Time};
use crate::phase::PerPhase;

pub use words::{Failure, Refusal, Status};

/// The rollout of one revision to one pool, or something that is done to one machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The pool.
    pub pool: PoolIndex,
    /// The revision of the pool.
    pub revision: u32,
    /// What it does to one machine; `None`: it is the rollout of the revision to the pool.
    pub task: Option<Task>,
    /// Where it stands.
    pub status: Status,
    /// When it was asked for.
    pub requested: Time,
    /// When its first machine could start; `None` while it is pending.
    pub started: Option<Time>,
    /// When it ended; `None` while it goes on.
    pub ended: Option<Time>,
    /// When its first machine did start; `None` before.
    pub first_start: Option<Time>,
    /// When its last machine so far did; `None` before the first.
    pub last_start: Option<Time>,
    /// Machines that it has to move.
    pub targeted: u32,
    /// Of these, machines whose turn has not come.
    pub waiting: u32,
    /// Of these, machines in flight.
    pub in_flight: u32,
    /// Of these, machines that run the revision.
    pub updated: u32,
    /// Of these, machines that failed, those that were quarantined included.
    pub failed: u32,
    /// Of these, machines whose drain was given up and that were set aside.
    pub quarantined: u32,
    /// Whether nothing new starts until it is resumed.
    pub is_paused: bool,
    /// Why nothing new will start; `None` while machines may.
    pub stop: Option<Failure>,
    /// Time that its machines were in flight, all together.
    pub work: Span,
    /// How often its owner retried it.
    pub owner_retries: u32,
    /// When each tenth of its machines was settled so far.
    pub(super) deciles: Deciles,
    /// The longest time that one machine was in flight.
    pub longest: Span,
    /// The longest time from a start of a machine, or a retry, to the end of that.
    pub longest_flight: Span,
}

impl Operation {
    fn new(pool: PoolIndex, revision: u32, task: Option<Task>, requested: Time) -> Self {
        Self {
            pool,
            revision,
            task,
            status: Status::Pending,
            requested,
            started: None,
            ended: None,
            first_start: None,
            last_start: None,
            targeted: 0,
            waiting: 0,
            in_flight: 0,
            updated: 0,
            failed: 0,
            quarantined: 0,
            is_paused: false,
            stop: None,
            work: Span::ZERO,
            owner_retries: 0,
            deciles: Deciles::default(),
            longest: Span::ZERO,
            longest_flight: Span::ZERO,
        }
    }

    /// Whether machines may start in it.
    pub fn is_starting(&self) -> bool {
        self.status == Status::Running && self.stop.is_none()
    }

    /// Whether nothing is in flight and nothing will start.
    fn is_over(&self) -> bool {
        self.in_flight == 0 && (self.waiting == 0 || self.stop.is_some())
    }

    /// Whether every machine that it targeted runs the revision or failed.
    pub fn is_settled(&self) -> bool {
        self.ended.is_some() && self.started.is_some() && self.waiting == 0
    }
}

impl World {
    /// Asks for the rollout of a revision. Returns the operation that carries it out.
    pub fn apply<O: Observer>(
        &mut self,
        pool: PoolIndex,
        revision: u32,
        observer: &mut O,
    ) -> OperationIndex {
        self.enqueue(pool, revision, None, observer)
    }

    /// Puts an operation into the queue of a pool.
    pub(super) fn enqueue<O: Observer>(
        &mut self,
        pool: PoolIndex,
        revision: u32,
        task: Option<Task>,
        observer: &mut O,
    ) -> OperationIndex {
        let index = self.note_operation(pool, revision, task);
        self.know_revision(pool, revision);
        self.set_status(index, Status::Pending, observer);
        self.pools[pool.at()].queue.push_back(index);
        self.move_on(pool, observer);
        index
    }

    /// There is one more operation.
    pub(super) fn note_operation(
        &mut self,
        pool: PoolIndex,
        revision: u32,
        task: Option<Task>,
    ) -> OperationIndex {
        let index = OperationIndex(number(self.operations.len()));
        let operation = Operation::new(pool, revision, task, self.now());
        self.operations.push(operation);
        index
    }

    /// Ends the pool's operation if it is over and starts the next pending one; and so on, where that has nothing to
    /// do.
    pub(in crate::fleet) fn move_on<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        loop {
            if let Some(index) = self.pools[pool.at()].going_on {
                if !self.operations[index.at()].is_over() || self.send_spares_away(pool, observer) {
                    return;
                }
                if self.pools[pool.at()].going_on != Some(index) {
                    // A spare machine that left at once has ended it already.
                    continue;
                }
                self.end(pool, index, observer);
            }
            let Some(next) = self.pools[pool.at()].queue.pop_front() else {
                return;
            };
            self.start_operation(pool, next, observer);
        }
    }

    fn start_operation<O: Observer>(
        &mut self,
        pool: PoolIndex,
        index: OperationIndex,
        observer: &mut O,
    ) {
        let now = self.now();
        // Machines that an earlier operation left waited for nothing in between.
        self.close_waiting(pool);
        let (revision, task) = {
            let operation = &self.operations[index.at()];
            (operation.revision, operation.task)
        };
        let refuses =
            self.blueprint.plan(pool).policy.refuses_unfit && self.is_unfit(pool, revision);
        let targeted = match task {
            None => self.target_pool(pool, revision),
            Some(task) => self.target_one(pool, task, revision),
        };
        let operation = &mut self.operations[index.at()];
        operation.started = Some(now);
        operation.targeted = targeted;
        operation.waiting = targeted;
        if targeted > 0 && refuses {
            operation.stop = Some(Failure::Unfit);
        }
        self.pools[pool.at()].going_on = Some(index);
        self.pools[pool.at()].latest = Some(index);
        if task.is_none() {
            self.pools[pool.at()].present = Some(revision);
        }
        self.begin_rollout(pool, index);
        self.begin_canaries(pool, task.is_some());
        self.start_ticks(pool);
        self.forget_owner(pool);
        self.set_status(index, Status::Running, observer);
        self.watch_windows(pool, observer);
        self.watch_gates(pool, observer);
        self.tell_waiting(pool, observer);
        self.start_clock(pool);
        self.wake_starter(pool);
        self.call_spares(pool, observer);
    }

    /// Which machines of a pool a rollout has to move; how many.
    fn target_pool(&mut self, pool: PoolIndex, revision: u32) -> u32 {
        let mut targeted = 0;
        for machine in self.blueprint.machines_of(pool) {
            self.change(machine, |machine| {
                let is_targeted = !machine.is_settled_on(revision) && !machine.condition.excluded;
                targeted += u32::from(is_targeted);
                take_part(machine, is_targeted);
            });
        }
        targeted
    }

    /// Whether a task has something to do on its machine. What failed on others stays as it is.
    fn target_one(&mut self, pool: PoolIndex, task: Task, revision: u32) -> u32 {
        for machine in self.blueprint.machines_of(pool) {
            if self.machine(machine).membership == Membership::Waiting {
                // For an operation that stopped before its turn.
                self.change(machine, |machine| take_part(machine, false));
            }
        }
        let is_there = self.machine(task.machine).pool == pool;
        if !is_there || self.need_member_now(task.machine).is_err() {
            return 0;
        }
        let applies_saved = task.applies_saved;
        let mut is_targeted = true;
        self.change(task.machine, |machine| {
            let is_there = machine.is_settled_on(revision);
            is_targeted = task.action != Action::Apply || applies_saved || !is_there;
            take_part(machine, is_targeted);
        });
        u32::from(is_targeted)
    }

    /// Whether the sanity checks of a rollout fail: its cluster's control plane is too old for it, or a machine of the
    /// cluster is down. meltcloud's rollout of a pool begins with such checks.
    fn is_unfit(&self, pool: PoolIndex, revision: u32) -> bool {
        let cluster_of = |pool: PoolIndex| self.blueprint.about(pool).cluster;
        let is_of_cluster = |other: &PoolIndex| cluster_of(*other) == cluster_of(pool);
        let mut machines = self
            .blueprint
            .pools()
            .filter(is_of_cluster)
            .flat_map(|pool| self.blueprint.machines_of(pool));
        self.is_newer_than_its_control_plane(pool, revision)
            || machines.any(|machine| {
                let machine = self.machine(machine);
                !machine.is_up() && !machine.is_on_its_way()
            })
    }

    /// Whether the pool's Kubernetes on this revision is newer than that of its control plane.
    pub(crate) fn is_newer_than_its_control_plane(&self, pool: PoolIndex, revision: u32) -> bool {
        let cluster = self.blueprint.about(pool).cluster;
        let control_plane = self.blueprint.control_plane(cluster);
        alphanumeric_sort::compare_str(self.kubelet(pool, revision), control_plane).is_gt()
    }

    pub(super) fn operation_time_out<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        self.stop(pool, Failure::TimedOut, observer);
    }

    /// Lets nothing new start in the pool's operation; it ends when what is in flight has ended.
    pub(super) fn stop<O: Observer>(&mut self, pool: PoolIndex, why: Failure, observer: &mut O) {
        let Some(index) = self.pools[pool.at()].going_on else {
            return;
        };
        self.close_waiting(pool);
        let operation = &mut self.operations[index.at()];
        if operation.stop.is_some() && why != Failure::Cancelled {
            return;
        }
        operation.stop = Some(why);
        let status = operation.status;
        self.note_stop(pool, index, why);
        if why != Failure::Cancelled {
            self.set_status(index, status, observer);
        }
        self.tell_waiting(pool, observer);
        self.give_up_retries(pool, observer);
        self.move_on(pool, observer);
    }

    /// A machine that waits for its retry starts nothing new in an operation that stops: its update has failed.
    fn give_up_retries<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        for machine in self.blueprint.machines_of(pool) {
            let about = self.machine(machine);
            if about.membership != Membership::InFlight {
                continue;
            }
            if let Activity::Backoff(phase) = about.activity {
                self.agenda.cancel(machine.entity());
                self.settle(machine, Some(phase), observer);
            }
        }
    }

    /// Whether nothing new may start in the pool, a retry included.
    pub(super) fn is_stopping(&self, pool: PoolIndex) -> bool {
        let going_on = self.pools[pool.at()].going_on;
        going_on.is_none_or(|index| self.operations[index.at()].stop.is_some())
    }

    /// Ends an operation that is over.
    fn end<O: Observer>(&mut self, pool: PoolIndex, index: OperationIndex, observer: &mut O) {
        let now = self.now();
        self.close_waiting(pool);
        let operation = &mut self.operations[index.at()];
        if operation.failed > 0 {
            operation.stop.get_or_insert(Failure::MachinesFailed);
        }
        if operation.failed == 0 && operation.waiting == 0 {
            // Whatever was to stop it came too late: every machine runs the revision.
            operation.stop = None;
        }
        let status = match operation.stop {
            None => Status::Succeeded,
            Some(Failure::Cancelled) => Status::Cancelled,
            Some(_) => Status::Failed,
        };
        operation.ended = Some(now);
        self.pools[pool.at()].going_on = None;
        self.leave_windows(pool);
        self.leave_gates(pool);
        self.set_status(index, status, observer);
        if status == Status::Failed {
            self.await_owner(pool, index);
        }
        self.tell_waiting(pool, observer);
    }

    /// Tries the pool's failed operation again with what is left.
    pub(super) fn retry<O: Observer>(
        &mut self,
        pool: PoolIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        if self.pools[pool.at()].going_on.is_some() {
            return Err(Refusal::StillGoingOn);
        }
        let index = self.pools[pool.at()].latest.ok_or(Refusal::NothingFailed)?;
        if self.operations[index.at()].status != Status::Failed {
            return Err(Refusal::NothingFailed);
        }
        self.close_waiting(pool);
        let mut again = 0;
        let task = self.operations[index.at()].task;
        for machine in self.blueprint.machines_of(pool) {
            let is_meant = task.is_none_or(|task| task.machine == machine);
            again += u32::from(is_meant && self.takes_part_again(machine));
        }
        self.forget_owner(pool);
        let operation = &mut self.operations[index.at()];
        operation.waiting += again;
        operation.targeted -= operation.failed - again;
        operation.failed = 0;
        operation.quarantined = 0;
        operation.forget_settled();
        operation.stop = None;
        operation.ended = None;
        operation.is_paused = false;
        self.pools[pool.at()].going_on = Some(index);
        self.pools[pool.at()].cursor = 0;
        self.send_canaries(pool, false);
        self.set_status(index, Status::Running, observer);
        self.watch_windows(pool, observer);
        self.watch_gates(pool, observer);
        self.tell_waiting(pool, observer);
        self.start_clock(pool);
        self.wake_starter(pool);
        self.call_spares(pool, observer);
        self.move_on(pool, observer);
        Ok(())
    }

    /// Cancels an operation. A pending one has done nothing and is over at once.
    ///
    /// # Errors
    /// When it is over, or being cancelled already.
    pub fn cancel_operation<O: Observer>(
        &mut self,
        index: OperationIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        let (pool, status) = (
            self.operations[index.at()].pool,
            self.operations[index.at()].status,
        );
        match status {
            Status::Pending => {
                self.pools[pool.at()]
                    .queue
                    .retain(|queued| *queued != index);
                let now = self.now();
                let operation = &mut self.operations[index.at()];
                operation.ended = Some(now);
                operation.stop = Some(Failure::Cancelled);
                self.set_status(index, Status::Cancelled, observer);
            }
            Status::Running if !self.operations[index.at()].is_queued() => {
                return Err(Refusal::NotCancellable);
            }
            Status::Running => {
                self.close_waiting(pool);
                self.operations[index.at()].stop = Some(Failure::Cancelled);
                self.set_status(index, Status::Cancelling, observer);
                self.stop(pool, Failure::Cancelled, observer);
            }
            Status::Cancelling => return Err(Refusal::CancellingAlready),
            Status::Succeeded | Status::Failed | Status::Cancelled => {
                return Err(Refusal::NothingGoingOn);
            }
        }
        Ok(())
    }

    /// The pool's operation that goes on, for a step that names the pool.
    pub(super) fn going_on(&self, pool: PoolIndex) -> Result<OperationIndex, Refusal> {
        self.pools[pool.at()]
            .going_on
            .ok_or(Refusal::NothingGoingOn)
    }

    /// Whether nothing new may start in the pool's operation for now: it is paused, outside its windows, or
    /// one of its gates is red.
    pub(super) fn is_held(&self, pool: PoolIndex) -> bool {
        matches!(
            self.held(pool),
            Some(Reason::Paused | Reason::Window | Reason::Gate(_))
        )
    }

    /// Lets nothing new start in the pool's operation until it is resumed.
    pub(super) fn pause<O: Observer>(
        &mut self,
        pool: PoolIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        self.set_paused(pool, true, Refusal::PausedAlready, observer)
    }

    /// Goes on with the pool's paused operation.
    pub(super) fn resume<O: Observer>(
        &mut self,
        pool: PoolIndex,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        self.set_paused(pool, false, Refusal::NotPaused, observer)?;
        if !self.is_held(pool) {
            self.attempt_retries(pool);
        }
        self.wake_starter(pool);
        Ok(())
    }

    fn set_paused<O: Observer>(
        &mut self,
        pool: PoolIndex,
        is_paused: bool,
        already: Refusal,
        observer: &mut O,
    ) -> Result<(), Refusal> {
        let index = self.pools[pool.at()]
            .going_on
            .ok_or(Refusal::NothingGoingOn)?;
        if self.operations[index.at()].is_paused == is_paused {
            return Err(already);
        }
        self.close_waiting(pool);
        self.operations[index.at()].is_paused = is_paused;
        self.tell(observer, || Event::Paused {
            operation: index,
            pool,
            is_paused,
        });
        self.tell_waiting(pool, observer);
        Ok(())
    }

    pub(super) fn set_status<O: Observer>(
        &mut self,
        index: OperationIndex,
        status: Status,
        observer: &mut O,
    ) {
        let operation = &mut self.operations[index.at()];
        operation.status = status;
        let (pool, revision, task) = (operation.pool, operation.revision, operation.task);
        let failure = operation.stop;
        self.tell(observer, || Event::Operation {
            operation: index,
            pool,
            revision,
            task,
            status,
            failure,
        });
        self.note_status(status);
    }

    /// Why a machine is where it is; `None` where it takes no part in an operation that goes on.
    pub fn reason(&self, machine: MachineIndex) -> Option<Reason> {
        let about = self.machine(machine);
        if about.errand.is_some() {
            return about.reason_on_errand();
        }
        self.pools[about.pool.at()].going_on?;
        if about.membership == Membership::InFlight && self.is_draining(machine) {
            return self.drains.get(&machine.0).map(|drain| drain.reason);
        }
        match about.reason(self.held(about.pool)) {
            Some(Reason::Slot) => Some(self.turn(about.pool)),
            Some(Reason::Repair(None)) => Some(self.repair_reason(about.pool)),
            reason => reason,
        }
    }

    /// What holds every machine of the pool that waits, whatever else it would wait for.
    pub(super) fn held(&self, pool: PoolIndex) -> Option<Reason> {
        let operation = self.operation(self.pools[pool.at()].going_on?);
        if operation.stop.is_some() {
            Some(Reason::Halted)
        } else if operation.is_paused {
            Some(Reason::Paused)
        } else if self.pools[pool.at()].windows.is_shut {
            Some(Reason::Window)
        } else {
            self.pools[pool.at()].red_gate.map(Reason::Gate)
        }
    }

    /// A machine gives its turn back: it is no longer in flight, and waits.
    pub(super) fn take_out_of_flight(&mut self, machine: MachineIndex) {
        let now = self.now();
        let pool = self.machine(machine).pool;
        let since = self.machine(machine).in_flight_since;
        let segment = now.since(since);
        self.machines[machine.at()].work += segment;
        if let Some(index) = self.pools[pool.at()].going_on {
            let operation = &mut self.operations[index.at()];
            operation.in_flight -= 1;
            operation.waiting += 1;
            operation.work += segment;
        }
        self.canary_returns(pool);
        self.note_end_of_flight(machine);
    }

    /// Slots have changed hands: the operation ends if it is over, and otherwise looks who may start.
    pub(super) fn move_on_and_search<O: Observer>(&mut self, pool: PoolIndex, observer: &mut O) {
        self.move_on(pool, observer);
        self.search_again(pool);
    }
}

/// Lets a machine wait for its turn in an operation that starts, or takes it out of all of them.
fn take_part(machine: &mut Machine, is_targeted: bool) {
    machine.membership = if is_targeted {
        Membership::Waiting
    } else {
        Membership::Outside
    };
    machine.attempt = 0;
    machine.entered = PerPhase::filled(&0);
    machine.work = Span::ZERO;
    machine.failed_in = None;
}
