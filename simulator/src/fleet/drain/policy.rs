//! What a drain leads to that reached its time-out, or of which an eviction failed: six rules, each the one of some
//! rollout engine.

use super::super::event::{MachineEvent, Observer, PhaseEnd};
use super::super::machine::{Activity, Membership};
use super::Manner;
use crate::engine::{Class, Time};
use crate::fleet::world::World;
use crate::fleet::{MachineIndex, PoolIndex};
use crate::phase::Phase;
use crate::scenario::OnDrainTimeOut;

impl World {
    /// A drain has reached its time-out, or its evictions failed: goes on with it where the rule says so, and ends it
    /// otherwise.
    pub(super) fn drain_unsuccessful<O: Observer>(
        &mut self,
        index: MachineIndex,
        how: PhaseEnd,
        observer: &mut O,
    ) {
        let rule = self.drain_rule(index);
        match rule {
            OnDrainTimeOut::Force => return self.force_drain(index, observer),
            OnDrainTimeOut::Retry => return self.try_drain_again(index, observer),
            _ => {}
        }
        self.end_phase(index, Phase::Drain, how, observer);
        self.forget_drain(index, observer);
        if rule != OnDrainTimeOut::Fail {
            self.tell_of(index, observer, || MachineEvent::DrainGivenUp { rule });
        }
        match rule {
            OnDrainTimeOut::Proceed => self.proceed(index, observer),
            OnDrainTimeOut::Release => self.release(index, observer),
            OnDrainTimeOut::Quarantine => self.quarantine(index, observer),
            _ => self.fail(index, Phase::Drain, observer),
        }
    }

    /// The pool's rule; a drain outside an update only fails, and so does one where enough machines are set aside.
    fn drain_rule(&self, index: MachineIndex) -> OnDrainTimeOut {
        let machine = self.machine(index);
        if machine.membership != Membership::InFlight {
            return OnDrainTimeOut::Fail;
        }
        match self.blueprint.plan(machine.pool).drain.on_time_out {
            OnDrainTimeOut::Quarantine if !self.may_quarantine(machine.pool) => {
                OnDrainTimeOut::Fail
            }
            rule => rule,
        }
    }

    fn may_quarantine(&self, pool: PoolIndex) -> bool {
        let machines = self.blueprint.machines_of(pool);
        let set_aside = machines.filter(|machine| self.machine(*machine).is_quarantined);
        set_aside.count() < self.blueprint.plan(pool).drain.max_quarantined as usize
    }

    /// Until when the drain that is under way is waited for, also without power; one that is tried again for ever is.
    pub(in crate::fleet) fn drain_limit(&self, index: MachineIndex) -> Option<Time> {
        match self.drains.get(&index.0) {
            Some(drain) => drain
                .limit
                .filter(|_| self.drain_rule(index) != OnDrainTimeOut::Retry),
            None => self.limit(index, Phase::Drain),
        }
    }

    /// Goes on with the pods that are left on the machine.
    fn proceed<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let next = self.blueprint.hardware(index).next(Phase::Drain);
        self.change(index, |machine| machine.condition.drained = true);
        if let Some(next) = next {
            self.begin(index, next, observer);
        }
    }

    /// Deletes the pods that are left, budgets or not; the drain then waits for them without a limit.
    fn force_drain<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        self.end_all_refusals(index, observer);
        self.tell_of(index, observer, || MachineEvent::DrainGivenUp {
            rule: OnDrainTimeOut::Force,
        });
        let drain = self.drain_mut(index);
        drain.manner = Manner::Deletes;
        drain.has_failed = false;
        drain.limit = None;
        self.attempt(index, self.evictable(index), observer);
    }

    /// Begins another attempt at the whole drain after a pause.
    fn try_drain_again<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let pool = self.machine(index).pool;
        let policy = self.blueprint.plan(pool).drain;
        let time_out = self.blueprint.drain_time_out(pool);
        // As the attempt found it when it began.
        let lasted = self.drains[&index.0].since.since(self.machine(index).since);
        let pause = match policy.slow_pause {
            Some((after, pause)) if lasted >= after => pause,
            _ => policy.pause,
        };
        let again = self.now() + pause;
        self.tell_of(index, observer, || MachineEvent::DrainGivenUp {
            rule: OnDrainTimeOut::Retry,
        });
        self.interrupt_refusals(index, again, observer);
        let drain = self.drain_mut(index);
        drain.manner = Manner::Asks;
        drain.has_failed = false;
        drain.since = again;
        drain.limit = time_out.map(|limit| again + limit);
        self.agenda.cancel(index.entity());
        self.agenda
            .schedule(self.blueprint.evictor(index), again, Class::Attempt);
        self.drain_notices(index.0, observer);
    }

    /// Tells, when another attempt begins, that the drain has gone on for so long that somebody should look.
    pub(super) fn alert_of_drain<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let machine = self.machine(index);
        let (pool, after) = (machine.pool, self.now().since(machine.since));
        let alert = self.blueprint.plan(pool).drain.alert;
        let drain = self.drain_mut(index);
        if !drain.is_alerted && alert.is_some_and(|alert| after >= alert) {
            drain.is_alerted = true;
            self.tell_of(index, observer, || MachineEvent::DrainFailing { after });
        }
    }

    /// Uncordons the machine and gives its slot to the next; its turn comes again after a pause.
    fn release<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let now = self.now();
        let pool = self.machine(index).pool;
        let again = now + self.blueprint.plan(pool).drain.pause;
        self.take_out_of_flight(index);
        self.change(index, |machine| {
            machine.membership = Membership::Waiting;
            machine.activity = Activity::Backoff(Phase::Drain);
            machine.since = now;
        });
        self.agenda.schedule(index.entity(), again, Class::Attempt);
        self.uncordon(index, observer);
        self.tell_reason(index, observer);
        self.move_on_and_search(pool, observer);
    }

    /// Leaves the machine cordoned, without a slot.
    fn quarantine<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        self.change(index, |machine| {
            machine.is_quarantined = true;
        });
        self.settle(index, Some(Phase::Drain), observer);
    }
}
