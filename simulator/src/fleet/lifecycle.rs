//! A machine's way through the phases: how long each takes, how it ends, and what a failure leads to.

use super::MachineIndex;
use super::errand::AfterBoot;
use super::event::{MachineEvent, Observer, PhaseEnd};
use super::machine::{Activity, Membership, Reason, Spare};
use super::world::World;
use crate::engine::{Class, Concern, Span};
use crate::phase::Phase;
use crate::scenario::{Fault, FaultTarget, Misfortune};

/// What will become of a phase that begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Prospect {
    /// After how long it ends; `None`: never by itself.
    pub(super) ends_after: Option<Span>,
    /// Whether it then has failed.
    pub(super) fails: bool,
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
            if self.is_departing(index, phase) {
                self.depart(index, observer);
                return;
            }
            self.enter(index, phase, observer);
            let mut prospect = self.prospect(index, phase);
            if phase == Phase::Stop {
                let least = self.shut_pods_down(index, observer);
                prospect.ends_after = prospect.ends_after.map(|after| after.max(least));
            }
            self.machines[index.at()].fails = prospect.fails;
            if phase == Phase::Fetch {
                self.begin_fetch(index, prospect);
                return;
            }
            if phase == Phase::Drain && self.hosts(index) {
                next = self.begin_drain(index, prospect, observer);
                continue;
            }
            let goes_wrong = prospect.fails || self.is_in_vain(index, phase);
            if prospect.ends_after != Some(Span::ZERO) || goes_wrong {
                self.wait_for_end(index, phase, prospect);
                return;
            }
            next = self.leave(index, phase, observer);
        }
    }

    /// What is true from the first instant of a phase.
    fn enter<O: Observer>(&mut self, index: MachineIndex, phase: Phase, observer: &mut O) {
        let now = self.now();
        self.change(index, |machine| machine.activity = Activity::Phase(phase));
        let machine = &mut self.machines[index.at()];
        machine.since = now;
        machine.entered[phase] = machine.entered[phase].saturating_add(1);
        let is_own = machine.spare.is_none();
        if matches!(phase, Phase::Firmware | Phase::Update) {
            let pool = machine.pool;
            self.pools[pool.at()].ages.boots += u64::from(is_own);
            self.begin_boot(index, phase);
        }
        let machine = &self.machines[index.at()];
        let attempt = machine.attempt;
        self.tell_of(index, observer, || MachineEvent::PhaseStarted {
            phase,
            attempt,
        });
        if phase != Phase::Drain || !self.hosts(index) {
            self.tell_reason(index, observer);
        }
        if phase == Phase::Update && self.machines[index.at()].is_up() {
            self.cordon(index, false, observer);
            self.go_down(index, true, observer);
        }
    }

    /// The end that a phase will come to: drawn for this machine, phase and attempt, unless a fault decides.
    fn prospect(&mut self, index: MachineIndex, phase: Phase) -> Prospect {
        let hardware = self.blueprint.hardware(index);
        let rule = &hardware.phases[phase];
        // What was just repaired does not fail again by itself on its way up.
        let is_mended = self.machines[index.at()].condition.mended;
        let is_certain = is_mended || rule.fails == 0.0 && rule.hangs == 0.0;
        // Where pods run, how long their drain takes is theirs to say, not an assumption's.
        let by_pods = phase == Phase::Drain && hardware.drain_is_assumed && self.hosts(index);
        let takes = self.boot_takes(index, phase).unwrap_or(&rule.takes);
        let fixed = if by_pods {
            Some(Span::ZERO)
        } else {
            takes.as_fixed()
        };
        let mut prospect = match fixed {
            Some(takes) if is_certain => Prospect {
                ends_after: Some(takes),
                fails: false,
            },
            _ => {
                let (concern, occurrence) = self.draw_key(index, phase);
                let draw = self
                    .seed
                    .draw(self.blueprint.key(index), concern, occurrence);
                let fails = !is_mended && draw.second < rule.fails;
                let hangs = !is_mended && !fails && draw.second < rule.fails + rule.hangs;
                Prospect {
                    ends_after: (!hangs)
                        .then(|| fixed.unwrap_or_else(|| takes.quantile(draw.first))),
                    fails,
                }
            }
        };
        if !self.entries.is_empty() {
            self.meet_faults(index, phase, &mut prospect);
        }
        if self.blueprint.has_bad_revisions() {
            self.meet_bad_revision(index, phase, &mut prospect);
        }
        if self.is_stuck(index, phase) {
            prospect.ends_after = None;
            prospect.fails = false;
        }
        prospect
    }

    /// What a machine's draw for a phase is keyed by, apart from the machine: the phase, the rollout that it belongs to
    /// (its revision, and how often that was rolled out before), and how often the machine has entered the phase in it.
    /// So neither a retry more nor another rollout changes a draw that is for something else.
    fn draw_key(&self, index: MachineIndex, phase: Phase) -> (Concern, u32) {
        let entered = u32::from(self.machines[index.at()].entered[phase]);
        self.keyed(index, phase as u32, entered)
    }

    /// The faults that meet a machine's entry into a phase, of which it is that one.
    pub(super) fn faults_of(
        &self,
        index: MachineIndex,
        phase: Phase,
        entry: u32,
    ) -> impl Iterator<Item = &Fault> {
        let (home, pool) = (
            self.blueprint.home_of(index),
            self.machines[index.at()].pool,
        );
        // Those of the machine itself stay with it, those of a pool are where that is.
        let of_home = self.blueprint.plan(home).faults.iter();
        let own = of_home.filter(move |fault| matches!(fault.target, FaultTarget::Machine(_)));
        let of_pool = self.blueprint.plan(pool).faults.iter();
        let shared = of_pool.filter(|fault| matches!(fault.target, FaultTarget::Pool(_)));
        own.chain(shared).filter(move |fault| {
            let is_meant = match fault.target {
                FaultTarget::Machine(machine) => self.blueprint.machine(machine) == index,
                FaultTarget::Pool(_) => true,
            };
            let is_now = fault
                .occurrence
                .is_none_or(|occurrence| occurrence == entry);
            fault.phase == phase && is_meant && is_now
        })
    }

    fn meet_faults(&mut self, index: MachineIndex, phase: Phase, prospect: &mut Prospect) {
        let entry = self.count_entry(index, phase);
        for fault in self.faults_of(index, phase, entry) {
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
                // Of the boot, not of the phase.
                Some(Misfortune::RollsBack | Misfortune::Loops | Misfortune::NotReady) | None => {}
            }
        }
    }

    /// Makes the phase's end pending, or its time-out if that comes first. A phase that ends at the instant of its
    /// time-out has ended in time.
    pub(super) fn wait_for_end(&mut self, index: MachineIndex, phase: Phase, prospect: Prospect) {
        let end = prospect.ends_after.map(|after| self.now() + after);
        let limit = self.limit(index, phase);
        let in_time = |end| limit.is_none_or(|limit| end <= limit);
        match (end.filter(|end| in_time(*end)), limit) {
            (Some(end), _) => self.agenda.schedule(index.entity(), end, Class::Ending),
            (None, Some(limit)) => self.agenda.schedule(index.entity(), limit, Class::TimeOut),
            (None, None) => match self.noticed_at(index) {
                Some(noticed) => {
                    self.agenda
                        .schedule(index.entity(), noticed, Class::TimeOut);
                }
                None => self.agenda.cancel(index.entity()),
            },
        }
    }

    /// The time of a phase is over: it ended well or failed.
    pub(super) fn phase_over<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if self.is_draining(index) {
            self.drain_over(index, observer);
            return;
        }
        let machine = &self.machines[index.at()];
        let Activity::Phase(phase) = machine.activity else {
            unreachable!("only a phase has an ending");
        };
        if machine.fails {
            self.end_phase(index, phase, PhaseEnd::Failed, observer);
            self.fail(index, phase, observer);
        } else if self.is_in_vain(index, phase) {
            self.boot_again(index, phase, observer);
        } else if let Some(next) = self.leave(index, phase, observer) {
            self.begin(index, next, observer);
        }
    }

    /// The time limit of the phase that is under way on a machine is reached.
    pub(super) fn time_out<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if self.is_draining(index) {
            self.drain_times_out(index, observer);
            return;
        }
        let phase = match self.machines[index.at()].activity {
            Activity::Phase(phase) if self.limit(index, phase).is_none() => {
                self.notice(index, phase, observer);
                return;
            }
            Activity::Phase(phase) => {
                self.end_phase(index, phase, PhaseEnd::TimedOut, observer);
                phase
            }
            Activity::Powerless(phase) => phase,
            Activity::Idle | Activity::Backoff(_) => unreachable!("only a phase has a time-out"),
        };
        if phase.is_boot() && self.can_power_cycle(index) {
            self.power_cycle(index, observer);
        } else {
            self.fail(index, phase, observer);
        }
    }

    /// What is true when a phase has ended well. Returns the phase that follows.
    pub(super) fn leave<O: Observer>(
        &mut self,
        index: MachineIndex,
        phase: Phase,
        observer: &mut O,
    ) -> Option<Phase> {
        self.end_phase(index, phase, PhaseEnd::Done, observer);
        let machine = &mut self.machines[index.at()];
        match phase {
            Phase::Fetch => {
                self.image_written(index);
                return self.resumes_at(index, phase);
            }
            Phase::Cordon => self.cordon(index, false, observer),
            Phase::Drain => {
                machine.condition.drained = true;
                let is_in_flight = machine.membership == Membership::InFlight;
                let is_leaving = machine.spare == Some(Spare::Leaving);
                self.forget_drain(index, observer);
                if !is_in_flight && !is_leaving {
                    self.idle(index, observer);
                    return None;
                }
            }
            Phase::Stop => {
                self.go_down(index, true, observer);
                if self.machines[index.at()].spare == Some(Spare::Leaving) {
                    self.spare_left(index, observer);
                    return None;
                }
            }
            Phase::Firmware | Phase::Soak => {}
            Phase::Os => {
                self.adopt(index, observer);
                match self.after_boot(index, observer) {
                    AfterBoot::Joins => {}
                    AfterBoot::Goes(phase) => return Some(phase),
                    AfterBoot::Stays => return None,
                }
            }
            Phase::Install => return self.installed(index, observer),
            Phase::Join => {
                self.come_up(index, observer);
                return self.after_join(index, observer);
            }
            Phase::Uncordon => self.uncordon(index, observer),
            Phase::Update => {
                self.adopt(index, observer);
                match self.after_boot(index, observer) {
                    AfterBoot::Joins => {}
                    AfterBoot::Goes(phase) => return Some(phase),
                    AfterBoot::Stays => return None,
                }
                self.come_up(index, observer);
                if self.machines[index.at()].membership != Membership::Failed {
                    self.uncordon(index, observer);
                }
                if self.after_join(index, observer)? == Phase::Fetch {
                    return Some(Phase::Fetch);
                }
            }
        }
        let machine = &self.machines[index.at()];
        let next = if machine.spare.is_some() {
            phase.next()
        } else {
            self.blueprint.hardware(index).next(phase)
        };
        if next.is_none() {
            self.settle(index, None, observer);
        }
        next
    }

    /// A phase has failed or timed out for good: the update is tried again after a wait, or has failed.
    pub(super) fn fail<O: Observer>(
        &mut self,
        index: MachineIndex,
        phase: Phase,
        observer: &mut O,
    ) {
        let machine = &mut self.machines[index.at()];
        if machine.spare == Some(Spare::Leaving) {
            self.spare_stays(index, observer);
            return;
        }
        if machine.membership != Membership::InFlight {
            self.idle(index, observer);
            self.call_hands(index, observer);
            return;
        }
        let (pool, retries) = (machine.pool, machine.retries);
        let policy = &self.blueprint.plan(pool).policy;
        if retries >= policy.retries || self.is_stopping(pool) {
            self.settle(index, Some(phase), observer);
            return;
        }
        let (retry, after) = (retries + 1, policy.backoff.wait(retries + 1));
        let now = self.now();
        self.give_up_rollback(index);
        self.note_end_of_flight(index);
        self.change(index, |machine| {
            machine.retries = retry;
            machine.activity = Activity::Backoff(phase);
            machine.since = now;
        });
        self.agenda
            .schedule(index.entity(), now + after, Class::Attempt);
        self.tell_of(index, observer, || MachineEvent::RetryPlanned {
            phase,
            retry,
            after,
        });
        self.tell_reason(index, observer);
    }

    /// The wait before a retry is over. While nothing new may start, the retry waits for that too.
    pub(super) fn try_again<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        if self.is_held(self.machines[index.at()].pool) {
            return;
        }
        let Activity::Backoff(phase) = self.machines[index.at()].activity else {
            unreachable!("only a machine that waits for its retry attempts one");
        };
        if self.machines[index.at()].membership == Membership::Waiting {
            self.idle(index, observer);
            return;
        }
        self.machines[index.at()].flying_since = self.now();
        self.note_start(self.machines[index.at()].pool);
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
        if !machine.can_run() {
            self.change(index, |machine| {
                machine.activity = Activity::Powerless(failed_in);
                machine.since = now;
            });
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
    /// A machine that is down boots. One that has not its image fetches it. One that runs the revision is uncordoned, and soaks again if that is what failed.
    /// On another, what was done stays done: a cordoned machine is not cordoned again, a drained one not drained.
    fn resumes_at(&self, index: MachineIndex, failed_in: Phase) -> Option<Phase> {
        let machine = &self.machines[index.at()];
        let condition = machine.condition;
        let runs_it = !machine.is_to_change() && condition.up;
        let hardware = self.blueprint.hardware(index);
        if !condition.up {
            return Some(hardware.boot_phase());
        }
        if self.has_to_fetch(index) {
            return Some(Phase::Fetch);
        }
        if hardware.is_one_phase && !runs_it && (condition.drained || !self.hosts(index)) {
            return Some(Phase::Update);
        }
        let ours = condition.cordoned && !(runs_it && condition.by_hand);
        match (runs_it, ours, condition.drained) {
            (true, true, _) => Some(Phase::Uncordon),
            (true, false, _) => {
                matches!(failed_in, Phase::Uncordon | Phase::Soak).then_some(failed_in)
            }
            (false, true, true) => Some(Phase::Stop),
            (false, true, false) => Some(Phase::Drain),
            (false, false, _) => Some(Phase::Cordon),
        }
    }

    /// Tells how the phase that is under way ended, and counts its time. That of a drain that pods decide is counted by
    /// its reasons.
    pub(super) fn end_phase<O: Observer>(
        &mut self,
        index: MachineIndex,
        phase: Phase,
        how: PhaseEnd,
        observer: &mut O,
    ) {
        let machine = &self.machines[index.at()];
        let (pool, after) = (machine.pool, self.now().since(machine.since));
        if machine.membership == Membership::InFlight && !self.is_draining(index) {
            self.note_time(pool, Reason::Phase(phase), after);
        }
        if phase == Phase::Fetch {
            self.leave_link(index);
        }
        self.tell_of(index, observer, || MachineEvent::PhaseEnded {
            phase,
            how,
            after,
        });
    }
}
