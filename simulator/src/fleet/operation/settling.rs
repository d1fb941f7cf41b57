//! The end of a machine's part in an operation, and what a failure stops.

use crate::engine::Time;
use crate::fleet::event::{MachineEvent, Observer};
use crate::fleet::machine::{Activity, Machine, Membership};
use crate::fleet::operation::Failure;
use crate::fleet::world::World;
use crate::fleet::{MachineIndex, PoolIndex};
use crate::phase::Phase;

impl World {
    /// A machine's part in the pool's operation is over: it runs the revision, or failed in a phase.
    pub(in crate::fleet) fn settle<O: Observer>(
        &mut self,
        machine: MachineIndex,
        failed_in: Option<Phase>,
        observer: &mut O,
    ) {
        let pool = self.close_part(machine, failed_in, observer);
        self.note_progress(machine);
        let has_failed = failed_in.is_some();
        if has_failed {
            self.call_hands(machine, observer);
        }
        if has_failed && !self.machine(machine).is_quarantined {
            self.halt_if_too_many_failed(pool, observer);
        }
        self.part_closed(pool, has_failed, observer);
    }

    /// Notes that a machine's part in the pool's operation is over. Returns the pool.
    pub(in crate::fleet) fn close_part<O: Observer>(
        &mut self,
        machine: MachineIndex,
        failed_in: Option<Phase>,
        observer: &mut O,
    ) -> PoolIndex {
        let now = self.now();
        let leaves = self.turn_of_task(machine).filter(|_| failed_in.is_none());
        let leaves = leaves.is_some_and(|task| task.action.leaves_pool());
        let (pool, revision) = {
            let machine = self.machine(machine);
            (machine.pool, if leaves { 0 } else { machine.revision })
        };
        let by = failed_in.and_then(|phase| self.setback(machine, phase));
        self.keep_old_revision(machine);
        self.machines[machine.at()].setback = by;
        let waited_for_retry = matches!(self.machine(machine).activity, Activity::Backoff(_));
        self.change(machine, |machine| {
            settle_machine(machine, now, failed_in);
        });
        let (work, is_quarantined) = (
            self.machine(machine).work,
            self.machine(machine).is_quarantined,
        );
        let segment = now.since(self.machine(machine).in_flight_since);
        let index = self.pools[pool.at()]
            .going_on
            .expect("a machine in flight has an operation");
        let operation = &mut self.operations[index.at()];
        operation.in_flight -= 1;
        operation.longest = operation.longest.max(work);
        operation.work += segment;
        match failed_in {
            None => operation.updated += 1,
            Some(_) => operation.failed += 1,
        }
        operation.quarantined += u32::from(is_quarantined);
        if !waited_for_retry {
            self.note_end_of_flight(machine);
        }
        self.tell_of(machine, observer, || MachineEvent::Settled {
            revision,
            failed_in,
            by,
        });
        self.tell_reason(machine, observer);
        pool
    }

    /// A machine's part is over, and what follows for it is done: the operation may be over too, or goes on.
    pub(in crate::fleet) fn part_closed<O: Observer>(
        &mut self,
        pool: PoolIndex,
        has_failed: bool,
        observer: &mut O,
    ) {
        self.canary_settled(pool, has_failed, observer);
        self.move_on(pool, observer);
        self.wake_starter(pool);
    }

    /// A machine of the pool has failed: its operation stops if these are too many.
    pub(in crate::fleet) fn halt_if_too_many_failed<O: Observer>(
        &mut self,
        pool: PoolIndex,
        observer: &mut O,
    ) {
        let Some(index) = self.pools[pool.at()].going_on else {
            return;
        };
        let operation = &self.operations[index.at()];
        let failed = operation.failed - operation.quarantined;
        let halt_after = self.blueprint.plan(pool).policy.halt_after;
        let is_canary = failed > 0 && self.are_canaries_out(pool);
        if is_canary || halt_after.is_some_and(|allowed| failed >= allowed) {
            self.stop(pool, Failure::Halted, observer);
        }
    }
}

fn settle_machine(machine: &mut Machine, now: Time, failed_in: Option<Phase>) {
    machine.failed_in = failed_in;
    machine.membership = if failed_in.is_some() {
        Membership::Failed
    } else {
        Membership::Updated
    };
    machine.activity = Activity::Idle;
    machine.work += now.since(machine.in_flight_since);
    machine.since = now;
}
