//! The drain of a machine that pods run on: what refuses it, its eviction attempts, its end.
//!
//! As `kubectl drain` does it
//! (<https://github.com/kubernetes/kubectl/blob/master/pkg/drain/drain.go>): a pod that the filters refuse ends the drain
//! before the first eviction; all pods are evicted in parallel; a refused eviction is tried again every 5 s
//! (`evict_retry`), a deletion is looked for every second. An attempt that cannot have another answer than the one
//! before it is not made: the drain is woken at its next attempt when a budget that refuses it has changed.
//!
//! | file | holds |
//! |---|---|
//! | `policy` | what a drain leads to that reached its time-out |
//! | `refusals` | runs of equal answers to one pod's eviction, told as one |

mod policy;
mod refusals;

use std::collections::BTreeMap;

use super::MachineIndex;
use super::event::{MachineEvent, Observer, PhaseEnd, PodEvent};
use super::lifecycle::Prospect;
use super::machine::{Activity, Membership, Reason};
use super::pods::budget::Verdict;
use super::pods::plan::{BudgetIndex, WorkloadIndex};
use super::pods::pod::PodState;
use super::world::World;
use crate::engine::{Class, Span, Time};
use crate::phase::Phase;
use crate::scenario::{BarePods, Kind};
use refusals::Blocked;

/// The drains that are under way, by machine.
pub(super) type Drains = BTreeMap<u32, Drain>;

/// A drain that is under way.
#[derive(Clone, Debug)]
pub(super) struct Drain {
    /// When its attempts began; those that are refused are repeated at steps from here.
    pub(super) since: Time,
    /// When it has lasted too long; `None`: never.
    limit: Option<Time>,
    /// How it gets rid of pods.
    manner: Manner,
    /// Pods whose eviction is refused.
    pub(super) blocked: Vec<Blocked>,
    /// When it made its last attempt.
    attempted: Option<Time>,
    /// When it sees that the last pod that is ending is gone.
    seen: Time,
    /// When that pod is gone, and which workload's it is.
    last: (Time, Option<WorkloadIndex>),
    /// Volumes that it waits for: from when on they are the last of their pods, until when.
    volumes: Vec<(Time, Time)>,
    /// When it may end at the earliest.
    earliest: Time,
    /// Whether it never ends by itself.
    hangs: bool,
    /// Whether an eviction failed for good.
    has_failed: bool,
    /// Whether it was told that it does not come to its end.
    is_alerted: bool,
    /// Why it is not over, since when.
    pub(super) reason: Reason,
    pub(super) reason_since: Time,
}

/// How a drain gets rid of pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// It asks for their eviction.
    Asks,
    /// It has reached its limit, and tells so at its next attempt.
    Expired,
    /// It deletes them.
    Deletes,
}

/// Why a pod refuses the drain of its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// It has an `emptyDir`, and the drain may not delete that.
    EmptyDir,
    /// Nobody replaces it, and the drain may not lose it.
    Bare,
}

impl Filter {
    /// The word in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmptyDir => "empty-dir",
            Self::Bare => "bare",
        }
    }
}

impl World {
    /// Whether what runs on the machine decides how long its drain takes.
    pub(super) fn hosts(&self, index: MachineIndex) -> bool {
        self.blueprint.pods().hosts(self.machine(index).pool)
    }

    /// Begins the drain of a machine that pods may run on. Returns the phase that follows if it is over at once.
    pub(super) fn begin_drain<O: Observer>(
        &mut self,
        index: MachineIndex,
        prospect: Prospect,
        observer: &mut O,
    ) -> Option<Phase> {
        if self.is_refused(index, observer) {
            self.end_phase(index, Phase::Drain, PhaseEnd::Failed, observer);
            self.fail(index, Phase::Drain, observer);
            return None;
        }
        let now = self.now();
        let drain = Drain {
            since: now,
            limit: self.limit(index, Phase::Drain),
            manner: Manner::Asks,
            blocked: Vec::new(),
            attempted: None,
            seen: now,
            last: (now, None),
            volumes: Vec::new(),
            earliest: now + prospect.ends_after.unwrap_or_default(),
            hangs: prospect.ends_after.is_none(),
            has_failed: false,
            is_alerted: false,
            reason: Reason::Phase(Phase::Drain),
            reason_since: now,
        };
        let has_nothing_to_do =
            self.evictable(index).is_empty() && drain.earliest == now && !drain.hangs;
        self.drains.insert(index.0, drain);
        self.tell_reason(index, observer);
        if has_nothing_to_do && !self.machine(index).fails {
            return self.leave(index, Phase::Drain, observer);
        }
        // Asked after everything else of this instant: a machine that is cordoned at it too gets none of the pods.
        let evictor = self.blueprint.evictor(index);
        self.agenda.schedule(evictor, now, Class::Attempt);
        None
    }

    /// Tells which pods refuse the drain, and whether there is one. Pods that are ending do not.
    fn is_refused<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) -> bool {
        let policy = self.blueprint.plan(self.machine(index).pool).drain;
        let left_alone = |pod: u32| self.is_left_alone(index, pod);
        let filter = |pod: &u32| {
            let about = &self.pods.list[*pod as usize];
            let spec = &self.blueprint.pods().workload(about.id.workload).spec;
            if about.state == PodState::Terminating || left_alone(*pod) {
                None
            } else if spec.empty_dir && !policy.deletes_empty_dir {
                Some((about.id, Filter::EmptyDir))
            } else if spec.kind == Kind::Bare && policy.bare == BarePods::Refuse {
                Some((about.id, Filter::Bare))
            } else {
                None
            }
        };
        let refusing: Vec<_> = self.pods.on[index.at()].iter().filter_map(filter).collect();
        for (pod, filter) in &refusing {
            self.tell_of(index, observer, || MachineEvent::DrainRefused {
                pod: *pod,
                filter: *filter,
            });
        }
        !refusing.is_empty()
    }

    /// The pods on a machine, by workload and number.
    fn evictable(&self, index: MachineIndex) -> Vec<u32> {
        let mut pods = self.pods.on[index.at()].clone();
        pods.retain(|pod| !self.is_left_alone(index, *pod));
        pods.sort_by_key(|pod| self.pods.list[*pod as usize].id);
        pods
    }

    /// Whether a drain of the machine leaves a pod where it is.
    fn is_left_alone(&self, index: MachineIndex, pod: u32) -> bool {
        let pool = self.machine(index).pool;
        let workload = self.pods.list[pod as usize].id.workload;
        let spec = &self.blueprint.pods().workload(workload).spec;
        let is_skipped =
            spec.kind == Kind::Bare && self.blueprint.plan(pool).drain.bare == BarePods::Skip;
        is_skipped || self.blueprint.ignores(pool, &spec.namespace)
    }

    /// Asks for the eviction of these pods, all at this instant, and looks where the drain stands then.
    fn attempt<O: Observer>(&mut self, index: MachineIndex, pods: Vec<u32>, observer: &mut O) {
        let now = self.now();
        self.drain_mut(index).attempted = Some(now);
        for pod in pods {
            self.attempt_one(index, pod, observer);
        }
        self.wake_if_open(index);
        self.await_end_of_drain(index);
        self.drain_notices(index.0, observer);
    }

    fn attempt_one<O: Observer>(&mut self, index: MachineIndex, pod: u32, observer: &mut O) {
        let budget = match self.judge_eviction(pod) {
            _ if self.drains[&index.0].manner == Manner::Deletes => {
                let grace = self
                    .blueprint
                    .plan(self.machine(index).pool)
                    .drain
                    .force_grace;
                self.delete_by_force(pod, grace, observer);
                self.note_ending(index, pod);
                return;
            }
            Verdict::Refused(budget) => {
                let counts = self.budget_counts(budget);
                self.note_refusal(index, pod, budget, counts, observer);
                return;
            }
            Verdict::Failed => {
                self.end_refusals(index, pod, observer);
                self.tell_of_pod(pod, observer, || PodEvent::EvictionFailed);
                self.drain_mut(index).has_failed = true;
                return;
            }
            Verdict::Allowed(budget) => Some(budget),
            Verdict::Free => None,
        };
        self.end_refusals(index, pod, observer);
        let grace = self.blueprint.plan(self.machine(index).pool).drain.grace;
        self.evict(pod, budget, grace, observer);
        self.note_ending(index, pod);
    }

    /// Notes when the drain sees that a pod that is ending is gone: it looks every second from now on.
    fn note_ending(&mut self, index: MachineIndex, pod: u32) {
        let now = self.now();
        let (gone, free) = self.end_of_pod(pod);
        let pool = self.machine(index).pool;
        let policy = self.blueprint.plan(pool).drain;
        let (waits, every) = (policy.waits_for_volumes, policy.poll.as_millis());
        let workload = self.pods.list[pod as usize].id.workload;
        let polls = gone.since(now).as_millis().div_ceil(every);
        let seen = now + Span::from_millis(polls * every);
        let drain = self.drain_mut(index);
        drain.seen = drain.seen.max(seen);
        if gone > drain.last.0 || drain.last.1.is_none() {
            drain.last = (gone, Some(workload));
        }
        if waits && free > gone {
            drain.volumes.push((gone, free));
        }
    }

    /// Makes the end of a drain pending where it is known, and its time-out where it comes first.
    fn await_end_of_drain(&mut self, index: MachineIndex) {
        let now = self.now();
        let drain = &self.drains[&index.0];
        let freed = drain.volumes.iter().map(|(_, free)| *free);
        let end = freed.fold(drain.seen.max(drain.earliest).max(now), Time::max);
        let is_known = drain.blocked.is_empty() && !drain.hangs;
        let in_time = drain.limit.is_none_or(|limit| end <= limit);
        match drain.limit {
            _ if is_known && in_time => self.agenda.schedule(index.entity(), end, Class::Ending),
            // Its time-out is pending already.
            Some(_) if !is_known && drain.manner == Manner::Expired => {}
            Some(limit) => {
                self.agenda
                    .schedule(index.entity(), limit.max(now), Class::TimeOut);
            }
            None => self.agenda.cancel(index.entity()),
        }
    }

    /// The time of an attempt has come.
    pub(super) fn evictor_ticks<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let Some(drain) = self.drains.get(&index.0) else {
            return;
        };
        if drain.manner == Manner::Expired {
            return;
        }
        if drain
            .attempted
            .is_none_or(|attempted| attempted < drain.since)
        {
            self.alert_of_drain(index, observer);
            self.attempt(index, self.evictable(index), observer);
            return;
        }
        let blocked = drain.blocked.iter().map(|blocked| blocked.pod).collect();
        self.attempt(index, blocked, observer);
    }

    /// A budget has changed: every drain that it refuses tries again at its next attempt.
    pub(super) fn wake_evictors(&mut self, budget: BudgetIndex) {
        for machine in self.refused_by(budget) {
            self.wake_evictor(machine);
        }
    }

    /// The machines whose drains the budget refuses.
    fn refused_by(&self, budget: BudgetIndex) -> Vec<MachineIndex> {
        let refused = |drain: &Drain| drain.blocked.iter().any(|blocked| blocked.budget == budget);
        let drains = self.drains.iter().filter(|(_, drain)| refused(drain));
        drains.map(|(machine, _)| MachineIndex(*machine)).collect()
    }

    fn wake_evictor(&mut self, index: MachineIndex) {
        let retry = self
            .blueprint
            .plan(self.machine(index).pool)
            .drain
            .evict_retry;
        let next = self.drains[&index.0].next_attempt(self.now(), retry);
        let evictor = self.blueprint.evictor(index);
        self.agenda.schedule(evictor, next, Class::Attempt);
    }

    /// Wakes a drain whose refused evictions would be answered otherwise already: a pod that was let go in the same
    /// attempt may have been replaced at once.
    fn wake_if_open(&mut self, index: MachineIndex) {
        let drain = &self.drains[&index.0];
        let has_changed =
            |blocked: &Blocked| self.pods.budgets[blocked.budget.at()].counts() != blocked.counts;
        if drain.blocked.iter().any(has_changed) {
            self.wake_evictor(index);
        }
    }

    /// Looks again why the drain of a machine is not over.
    pub(super) fn drain_notices<O: Observer>(&mut self, machine: u32, observer: &mut O) {
        let Some(drain) = self.drains.get(&machine) else {
            return;
        };
        let reason = self.drain_reason(drain);
        if reason != drain.reason {
            let index = MachineIndex(machine);
            self.close_drain_reason(index);
            self.drain_mut(index).reason = reason;
            // Of a drain by hand only is told that there is one.
            if self.machine(index).membership == Membership::InFlight {
                self.tell_reason(index, observer);
            }
        }
    }

    /// A budget's pods have begun, or no longer have, to wait for capacity.
    pub(super) fn budget_notices<O: Observer>(&mut self, budget: BudgetIndex, observer: &mut O) {
        for machine in self.refused_by(budget) {
            self.drain_notices(machine.0, observer);
        }
    }

    /// Why a drain is not over: the first that holds of capacity, budget (the lowest by name), volume, pod grace.
    fn drain_reason(&self, drain: &Drain) -> Reason {
        let waits_for_capacity = |budget: &BudgetIndex| self.pods.budgets[budget.at()].pending > 0;
        let budgets = || drain.blocked.iter().map(|blocked| blocked.budget);
        let now = self.now();
        if let Some(budget) = budgets().filter(waits_for_capacity).min() {
            Reason::Capacity(budget)
        } else if let Some(budget) = budgets().min() {
            Reason::Budget(budget)
        } else if drain
            .volumes
            .iter()
            .any(|(gone, free)| *gone <= now && now < *free)
        {
            Reason::Volume
        } else if drain.seen > now {
            drain
                .last
                .1
                .map_or(Reason::Phase(Phase::Drain), Reason::PodGrace)
        } else if drain.hangs || drain.earliest > now || drain.since > now {
            Reason::Phase(Phase::Drain)
        } else {
            // Nothing holds it any more: it is over at this instant.
            drain.reason
        }
    }

    /// Counts the time up to now for the reason that the drain had.
    pub(super) fn close_drain_reason(&mut self, index: MachineIndex) {
        let now = self.now();
        let counts = self.machine(index).membership == Membership::InFlight;
        let drain = self.drain_mut(index);
        let (reason, since) = (drain.reason, drain.reason_since);
        drain.reason_since = now;
        if counts {
            self.note_drain(index, reason, now.since(since));
        }
    }

    /// The time of a drain is over: its pods are gone.
    pub(super) fn drain_over<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        self.end_due_pods(index, observer);
        if self.drains[&index.0].has_failed {
            self.drain_unsuccessful(index, PhaseEnd::Failed, observer);
        } else if self.machine(index).fails {
            self.end_phase(index, Phase::Drain, PhaseEnd::Failed, observer);
            self.forget_drain(index, observer);
            self.fail(index, Phase::Drain, observer);
        } else if let Some(next) = self.leave(index, Phase::Drain, observer) {
            self.begin(index, next, observer);
        }
    }

    /// The limit of a drain is reached. A refused pod is told so only at its next attempt, as kubectl tests its time-out
    /// between attempts.
    pub(super) fn drain_times_out<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let retry = self
            .blueprint
            .plan(self.machine(index).pool)
            .drain
            .evict_retry;
        let now = self.now();
        let drain = self.drain_mut(index);
        if !drain.blocked.is_empty() && drain.manner == Manner::Asks {
            drain.manner = Manner::Expired;
            let told = drain.first_attempt_from(now, retry);
            if told > now {
                self.agenda.schedule(index.entity(), told, Class::TimeOut);
                return;
            }
        }
        self.end_due_pods(index, observer);
        self.drain_unsuccessful(index, PhaseEnd::TimedOut, observer);
    }

    /// Ends the bookkeeping of a drain, whatever became of it.
    pub(super) fn forget_drain<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if !self.drains.contains_key(&index.0) {
            return;
        }
        self.end_all_refusals(index, observer);
        self.close_drain_reason(index);
        self.drains.remove(&index.0);
        // How long pods take depends on who goes when: it is not part of what every schedule needs.
        let machine = &mut self.machines[index.at()];
        if machine.membership == Membership::InFlight {
            let lasted = self.agenda.now().since(machine.since);
            machine.in_flight_since = machine.in_flight_since + lasted;
        }
        self.agenda.cancel(self.blueprint.evictor(index));
    }

    /// Whether the machine is in a drain whose pods decide when it is over.
    pub(super) fn is_draining(&self, index: MachineIndex) -> bool {
        self.drains.contains_key(&index.0)
            && self.machine(index).activity == Activity::Phase(Phase::Drain)
    }

    fn drain_mut(&mut self, index: MachineIndex) -> &mut Drain {
        self.drains
            .get_mut(&index.0)
            .expect("a machine whose drain goes on has one")
    }
}

impl Drain {
    /// The first attempt at `now` or later.
    fn first_attempt_from(&self, now: Time, retry: Span) -> Time {
        let steps = now
            .since(self.since)
            .as_millis()
            .div_ceil(retry.as_millis());
        self.since + Span::from_millis(steps * retry.as_millis())
    }

    /// The next attempt, one at this instant included if none was made at it.
    fn next_attempt(&self, now: Time, retry: Span) -> Time {
        let next = self.first_attempt_from(now, retry);
        if self.attempted == Some(next) {
            next + retry
        } else {
            next
        }
    }

    /// The last attempt before `now`, and how many there were from `first` to it.
    fn attempts_before(first: Time, now: Time, retry: Span) -> (Time, u64) {
        let length = now.since(first).as_millis().saturating_sub(1);
        let steps = length / retry.as_millis();
        (
            first + Span::from_millis(steps * retry.as_millis()),
            steps + 1,
        )
    }
}
