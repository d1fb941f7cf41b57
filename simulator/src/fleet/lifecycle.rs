//! A machine's way through the phases: how long each takes, how it ends, and what a failure leads to.

use super::blueprint::deadline;
use super::event::{MachineEvent, Observer, PhaseEnd};
use super::machine::{Activity, Membership};
use super::phase::Phase;
use super::world::World;
use super::{MachineIndex, PoolIndex};
use crate::engine::{Class, Concern, Span, Time};
use crate::scenario::{FaultTarget, Misfortune};

/// What will become of a phase that begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Prospect {
    /// After how long it ends; `None`: never by itself.
    ends_after: Option<Span>,
    /// Whether it then has failed.
    fails: bool,
}

impl World {
    /// Begins a phase, and every further one that takes no time at all.
    pub(super) fn begin<O: Observer>(
        &mut self,
        index: MachineIndex,
        phase: Phase,
        observer: &mut O,
    ) {
        let mut next = Some(phase);
        while let Some(phase) = next {
            self.enter(index, phase, observer);
            let prospect = self.prospect(index, phase);
            self.machines[index.at()].fails = prospect.fails;
            if prospect.ends_after != Some(Span::ZERO) || prospect.fails {
                self.wait_for_end(index, phase, prospect);
                return;
            }
            next = self.leave(index, phase, observer);
        }
    }

    /// What is true from the first instant of a phase.
    fn enter<O: Observer>(&mut self, index: MachineIndex, phase: Phase, observer: &mut O) {
        let now = self.now();
        let machine = &mut self.machines[index.at()];
        machine.activity = Activity::Phase(phase);
        machine.since = now;
        if matches!(phase, Phase::Firmware | Phase::Update) {
            machine.booting_since = now;
        }
        let attempt = machine.attempt;
        self.tell_of(index, observer, || MachineEvent::PhaseStarted {
            phase,
            attempt,
        });
        self.tell_reason(index, observer);
        if phase == Phase::Update {
            self.machines[index.at()].condition.cordoned = true;
            self.go_down(index, observer);
        }
    }

    /// The end that a phase will come to: drawn for this machine, phase and attempt, unless a fault decides.
    fn prospect(&mut self, index: MachineIndex, phase: Phase) -> Prospect {
        let machine = &self.machines[index.at()];
        let pool = machine.pool;
        let rule = &self.blueprint.plan(pool).hardware.phases[phase];
        let is_certain = rule.fails == 0.0 && rule.hangs == 0.0;
        let mut prospect = match rule.takes.as_fixed() {
            Some(takes) if is_certain => Prospect {
                ends_after: Some(takes),
                fails: false,
            },
            _ => {
                let (concern, occurrence) = self.draw_key(index, phase);
                let draw = self
                    .seed
                    .draw(self.blueprint.key(index), concern, occurrence);
                let hangs = draw.second >= rule.fails && draw.second < rule.fails + rule.hangs;
                Prospect {
                    ends_after: (!hangs).then(|| rule.takes.quantile(draw.first)),
                    fails: draw.second < rule.fails,
                }
            }
        };
        if !self.entries.is_empty() {
            self.meet_faults(index, phase, &mut prospect);
        }
        prospect
    }

    /// What a machine's draw for a phase is keyed by, apart from the machine: the phase, which rollout of the pool it
    /// belongs to (0 for a boot outside any), and the attempt. So a retry more in one rollout changes no draw of the
    /// next.
    fn draw_key(&self, index: MachineIndex, phase: Phase) -> (Concern, u32) {
        let machine = &self.machines[index.at()];
        if machine.membership != Membership::InFlight {
            return (Concern(phase as u32), machine.own_boots);
        }
        let rollout = self.pools[machine.pool.at()].rollouts;
        (Concern(rollout << 8 | phase as u32), machine.attempt)
    }

    fn meet_faults(&mut self, index: MachineIndex, phase: Phase, prospect: &mut Prospect) {
        let entry = self.count_entry(index, phase);
        let pool = self.machines[index.at()].pool;
        for fault in &self.blueprint.plan(pool).faults {
            let is_meant = match fault.target {
                FaultTarget::Machine(machine) => self.blueprint.machine(machine) == index,
                FaultTarget::Pool(_) => true,
            };
            let is_now = fault
                .occurrence
                .is_none_or(|occurrence| occurrence == entry);
            if fault.phase != phase || !is_meant || !is_now {
                continue;
            }
            if let Some(takes) = fault.takes {
                prospect.ends_after = Some(takes);
                prospect.fails = false;
            }
            match fault.outcome {
                Some(Misfortune::Fails) => {
                    prospect.ends_after.get_or_insert(Span::ZERO);
                    prospect.fails = true;
                }
                Some(Misfortune::Hangs) => prospect.ends_after = None,
                None => {}
            }
        }
    }

    /// Makes the phase's end pending, or its time-out if that comes first. A phase that ends at the instant of its
    /// time-out has ended in time.
    fn wait_for_end(&mut self, index: MachineIndex, phase: Phase, prospect: Prospect) {
        let end = prospect.ends_after.map(|after| self.now() + after);
        let limit = self.limit(index, phase);
        let in_time = |end| limit.is_none_or(|limit| end <= limit);
        match (end.filter(|end| in_time(*end)), limit) {
            (Some(end), _) => self.agenda.schedule(index.entity(), end, Class::Ending),
            (None, Some(limit)) => self.agenda.schedule(index.entity(), limit, Class::TimeOut),
            (None, None) => self.agenda.cancel(index.entity()),
        }
    }

    /// Until when the phase that is under way is waited for; `None`: for ever.
    pub(super) fn limit(&self, index: MachineIndex, phase: Phase) -> Option<Time> {
        let machine = &self.machines[index.at()];
        let hardware = &self.blueprint.plan(machine.pool).hardware;
        let of_phase = deadline(machine.since, hardware.phases[phase].time_out);
        let of_boot = if phase.is_boot() {
            deadline(machine.booting_since, hardware.boot_time_out)
        } else {
            None
        };
        of_phase.into_iter().chain(of_boot).min()
    }

    /// The time of a phase is over: it ended well or failed.
    pub(super) fn phase_over<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let machine = &self.machines[index.at()];
        let Activity::Phase(phase) = machine.activity else {
            unreachable!("only a phase has an ending");
        };
        if machine.fails {
            self.tell_phase_end(index, phase, PhaseEnd::Failed, observer);
            self.fail(index, phase, observer);
        } else if let Some(next) = self.leave(index, phase, observer) {
            self.begin(index, next, observer);
        }
    }

    /// What is true when a phase has ended well. Returns the phase that follows.
    fn leave<O: Observer>(
        &mut self,
        index: MachineIndex,
        phase: Phase,
        observer: &mut O,
    ) -> Option<Phase> {
        self.tell_phase_end(index, phase, PhaseEnd::Done, observer);
        let machine = &mut self.machines[index.at()];
        match phase {
            Phase::Cordon => machine.condition.cordoned = true,
            Phase::Drain => machine.condition.drained = true,
            Phase::Stop => self.go_down(index, observer),
            Phase::Firmware | Phase::Soak => {}
            Phase::Os => machine.revision = machine.desired,
            Phase::Join => return self.joined(index, observer),
            Phase::Uncordon => {
                machine.condition.cordoned = false;
                machine.condition.drained = false;
            }
            Phase::Update => {
                machine.revision = machine.desired;
                machine.condition.cordoned = false;
                self.joined(index, observer)?;
            }
        }
        let next = phase.next();
        if next.is_none() {
            self.settle(index, None, observer);
        }
        next
    }

    /// The node is Ready. A machine that booted outside an update is back; another goes on to be uncordoned.
    fn joined<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) -> Option<Phase> {
        let is_in_flight = self.machines[index.at()].membership == Membership::InFlight;
        self.change(index, |machine| {
            machine.condition.up = true;
            if !is_in_flight {
                machine.activity = Activity::Idle;
            }
        });
        self.tell_of(index, observer, || MachineEvent::Up);
        if is_in_flight {
            return Some(Phase::Uncordon);
        }
        self.tell_reason(index, observer);
        self.returned(self.machines[index.at()].pool);
        None
    }

    /// A slot or a machine has become free outside an update.
    fn returned(&mut self, pool: PoolIndex) {
        self.pools[pool.at()].cursor = 0;
        self.wake_starter(pool);
    }

    /// The node is no longer Ready.
    pub(super) fn go_down<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if !self.machines[index.at()].condition.up {
            return;
        }
        self.change(index, |machine| machine.condition.up = false);
        self.tell_of(index, observer, || MachineEvent::Down);
    }

    /// A phase has failed or timed out for good: the update is tried again after a wait, or has failed.
    pub(super) fn fail<O: Observer>(
        &mut self,
        index: MachineIndex,
        phase: Phase,
        observer: &mut O,
    ) {
        let machine = &mut self.machines[index.at()];
        if machine.membership != Membership::InFlight {
            machine.activity = Activity::Idle;
            let pool = machine.pool;
            self.tell_reason(index, observer);
            self.returned(pool);
            return;
        }
        let (pool, retries) = (machine.pool, machine.retries);
        let policy = &self.blueprint.plan(pool).policy;
        if retries >= policy.retries || self.is_stopping(pool) {
            self.settle(index, Some(phase), observer);
            return;
        }
        let machine = &mut self.machines[index.at()];
        machine.retries += 1;
        let (retry, after) = (machine.retries, policy.backoff.wait(machine.retries));
        machine.activity = Activity::Backoff(phase);
        let now = self.now();
        self.machines[index.at()].since = now;
        self.agenda
            .schedule(index.entity(), now + after, Class::Attempt);
        self.tell_of(index, observer, || MachineEvent::RetryPlanned {
            phase,
            retry,
            after,
        });
        self.tell_reason(index, observer);
    }

    /// The wait before a retry is over.
    pub(super) fn try_again<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        let Activity::Backoff(phase) = self.machines[index.at()].activity else {
            unreachable!("only a machine that waits for its retry attempts one");
        };
        self.go_on(index, phase, observer);
    }

    /// Goes on with a machine's update where its state says: what is done is not done again.
    pub(super) fn go_on<O: Observer>(
        &mut self,
        index: MachineIndex,
        failed_in: Phase,
        observer: &mut O,
    ) {
        let now = self.now();
        let machine = &mut self.machines[index.at()];
        machine.attempt += 1;
        if !machine.condition.powered {
            machine.activity = Activity::Powerless(failed_in);
            machine.since = now;
            self.tell_reason(index, observer);
            return;
        }
        match self.resumes_at(index, failed_in) {
            Some(phase) => self.begin(index, phase, observer),
            None => self.settle(index, None, observer),
        }
    }

    /// The phase at which an update goes on; `None` when nothing is left to do.
    ///
    /// A machine that is down boots. One that runs the revision is uncordoned, or soaks again if that is what failed.
    /// On another, what was done stays done: a cordoned machine is not cordoned again, a drained one not drained.
    fn resumes_at(&self, index: MachineIndex, failed_in: Phase) -> Option<Phase> {
        let machine = &self.machines[index.at()];
        let condition = machine.condition;
        let runs_it = machine.revision == machine.desired && condition.up;
        if self.blueprint.plan(machine.pool).hardware.is_one_phase {
            let soaks_again = failed_in == Phase::Soak;
            return match runs_it {
                true if soaks_again => Some(Phase::Soak),
                true if !condition.cordoned => None,
                _ => Some(Phase::Update),
            };
        }
        if !condition.up {
            return Some(Phase::Firmware);
        }
        match (runs_it, condition.cordoned, condition.drained) {
            (true, true, _) => Some(Phase::Uncordon),
            (true, false, _) => (failed_in == Phase::Soak).then_some(Phase::Soak),
            (false, true, true) => Some(Phase::Stop),
            (false, true, false) => Some(Phase::Drain),
            (false, false, _) => Some(Phase::Cordon),
        }
    }

    pub(super) fn tell_phase_end<O: Observer>(
        &self,
        index: MachineIndex,
        phase: Phase,
        how: PhaseEnd,
        observer: &mut O,
    ) {
        let after = self.now().since(self.machines[index.at()].since);
        self.tell_of(index, observer, || MachineEvent::PhaseEnded {
            phase,
            how,
            after,
        });
    }
}
