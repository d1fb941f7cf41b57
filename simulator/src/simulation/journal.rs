//! What happened in a run, as far back as is kept.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use appliance::Text;

use crate::engine::Time;
use crate::fleet::{
    Action, Blueprint, ChangeEvent, Event, ImageEvent, MachineEvent, MachineIndex, Observer,
    OperationIndex, PhaseEnd, PodEvent, PoolIndex, Settings, Status,
};
use crate::phase::Phase;
use crate::replay::is_told;

/// Events that are kept: some 24 MB.
const KEPT: usize = 400_000;

/// The events of a run, the oldest first, and what is known of each machine and operation however old it is.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    entries: VecDeque<Entry>,
    /// The number of the newest entry, counted from 1.
    last: u64,
    /// Lines of the log so far: entries that say something to people.
    lines: u64,
    milestones: u64,
    /// The operation that goes on in each pool, and the machine that it is about, if that is only one.
    going_on: Vec<Option<(OperationIndex, Option<MachineIndex>)>>,
    /// The operations of machines that stand in no pool's queue.
    errands: BTreeMap<MachineIndex, OperationIndex>,
    /// The pool of each machine.
    pools: Vec<Option<PoolIndex>>,
    /// Machines that something happened to since they were asked for.
    changed: BTreeSet<u32>,
    /// Machines that ended a phase after which they may run another revision, since they were asked for.
    booted: Vec<MachineIndex>,
    machines: Vec<OfMachine>,
    operations: BTreeMap<OperationIndex, OfOperation>,
    adoptions: BTreeMap<MachineIndex, Vec<Adoption>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) at: Time,
    pub(super) event: Event,
    pub(super) operation: Option<OperationIndex>,
    /// How many lines the log had when it was written: its own number, where it is a line itself.
    pub(super) line: u64,
}

/// How much happened to a machine, also what is no longer kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OfMachine {
    /// Lines of the log about it.
    pub(super) lines: u32,
    /// Phases that it began.
    pub(super) phases: u32,
    /// How its update failed, unless it was tried again.
    pub(super) failure: Option<Broken>,
    /// When a revision of its own was saved for it last.
    saved_at: Time,
    /// The phase that it ended last, and how.
    ended: Option<Broken>,
}

/// A phase that did not end well.
#[derive(Clone, Copy, Debug)]
pub(super) struct Broken {
    phase: Phase,
    how: PhaseEnd,
}

impl From<Broken> for Text {
    fn from(Broken { phase, how }: Broken) -> Self {
        Self::from(format!("{phase} {}", how.as_str()))
    }
}

impl OfMachine {
    fn note(&mut self, what: MachineEvent) {
        match what {
            MachineEvent::PhaseStarted { .. } => {
                self.phases += 1;
                self.failure = None;
            }
            MachineEvent::PhaseEnded { phase, how, .. } => self.ended = Some(Broken { phase, how }),
            MachineEvent::Settled { failed_in, .. } => {
                self.failure = failed_in.map(|phase| match self.ended {
                    Some(ended) if ended.phase == phase && ended.how != PhaseEnd::Done => ended,
                    _ => Broken {
                        phase,
                        how: PhaseEnd::Failed,
                    },
                });
            }
            _ => {}
        }
    }
}

/// What an operation did, also what is no longer kept.
#[derive(Clone, Debug, Default)]
pub(super) struct OfOperation {
    /// Lines of the log about it.
    pub(super) lines: u64,
    /// What it did to each machine, in the order of their turns.
    pub(super) steps: Vec<Step>,
    places: BTreeMap<MachineIndex, usize>,
}

/// What an operation did to one machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) machine: MachineIndex,
    /// The phase that it is in, or in which it ended.
    pub(super) phase: Phase,
    pub(super) started: Time,
    pub(super) ended: Option<Time>,
    /// Whether it failed; means nothing before its end.
    pub(super) has_failed: bool,
}

/// A machine came to run a revision.
#[derive(Clone, Debug)]
pub(super) struct Adoption {
    pub(super) revision: u32,
    /// The number of the machine's own revision.
    pub(super) number: u32,
    /// What was set on the machine then.
    pub(super) settings: Settings,
    pub(super) at: Time,
    pub(super) operation: Option<OperationIndex>,
}

impl Journal {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let pools: Vec<_> = blueprint
            .machines()
            .map(|machine| blueprint.pool_of(machine))
            .collect();
        Self {
            entries: VecDeque::new(),
            last: 0,
            lines: 0,
            milestones: 0,
            going_on: blueprint.pools().map(|_| None).collect(),
            changed: BTreeSet::new(),
            booted: Vec::new(),
            errands: BTreeMap::new(),
            machines: vec![OfMachine::default(); pools.len()],
            pools,
            operations: BTreeMap::new(),
            adoptions: BTreeMap::new(),
        }
    }

    /// The number of the newest event.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn milestones(&self) -> u64 {
        self.milestones
    }

    pub(super) fn take_changed(&mut self) -> BTreeSet<u32> {
        std::mem::take(&mut self.changed)
    }

    /// Machines that may have come to run another revision since this was asked.
    pub(super) fn take_booted(&mut self) -> Vec<MachineIndex> {
        std::mem::take(&mut self.booted)
    }

    /// Notes that a machine came to run a revision.
    pub(super) fn adopt(&mut self, machine: MachineIndex, adoption: Adoption) {
        self.adoptions.entry(machine).or_default().push(adoption);
    }

    /// Every revision that a machine came to run, the oldest first.
    pub(super) fn adoptions(&self, machine: MachineIndex) -> &[Adoption] {
        self.adoptions.get(&machine).map_or(&[], Vec::as_slice)
    }

    /// When a revision of its own was saved for a machine last.
    pub(super) fn saved_at(&self, machine: MachineIndex) -> Time {
        self.machines[machine.at()].saved_at
    }

    /// Every entry that is kept, the oldest first.
    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn of_machine(&self, machine: MachineIndex) -> OfMachine {
        self.machines[machine.at()]
    }

    /// What an operation did; `None` before it did anything.
    pub(super) fn of_operation(&self, operation: OperationIndex) -> Option<&OfOperation> {
        self.operations.get(&operation)
    }

    /// The operation that an event belongs to.
    fn operation_of(&self, event: &Event) -> Option<OperationIndex> {
        match *event {
            Event::Operation { operation, .. }
            | Event::Paused { operation, .. }
            | Event::OwnerRetries { operation, .. } => Some(operation),
            Event::Machine { machine, .. } => self.busy_with(machine),
            // What a drain does to the pods of its machine belongs to the operation; what becomes of them elsewhere does
            // not.
            Event::Pod { machine, what, .. } => machine
                .filter(|_| is_of_drain(&what))
                .and_then(|machine| self.busy_with(machine)),
            Event::Window { pool, .. } | Event::CanariesPassed { pool } => {
                self.going_on[pool.at()].map(|(operation, _)| operation)
            }
            Event::Step { .. }
            | Event::Pace { .. }
            | Event::Image { .. }
            | Event::RevisionSaved { .. }
            | Event::ControlPlane { .. }
            | Event::GateRed { .. }
            | Event::GateGreen { .. } => None,
        }
    }

    /// The operation that is about a machine.
    fn busy_with(&self, machine: MachineIndex) -> Option<OperationIndex> {
        if let Some(errand) = self.errands.get(&machine) {
            return Some(*errand);
        }
        let pool = self.pools[machine.at()]?;
        let (operation, only) = self.going_on[pool.at()]?;
        only.is_none_or(|only| only == machine).then_some(operation)
    }

    fn note_machine(
        &mut self,
        at: Time,
        machine: MachineIndex,
        what: MachineEvent,
        operation: Option<OperationIndex>,
    ) {
        self.changed.insert(machine.0);
        match what {
            MachineEvent::Change(ChangeEvent::Assigned { pool }) => {
                self.pools[machine.at()] = Some(pool);
            }
            MachineEvent::Change(ChangeEvent::Unassigned { .. }) => self.pools[machine.at()] = None,
            _ => {}
        }
        self.machines[machine.at()].note(what);
        if let MachineEvent::Change(ChangeEvent::RevisionSaved { .. }) = what {
            self.machines[machine.at()].saved_at = at;
        }
        if let MachineEvent::PhaseEnded {
            phase: Phase::Os | Phase::Update,
            how: PhaseEnd::Done,
            ..
        } = what
        {
            self.booted.push(machine);
        }
        if let Some(operation) = operation {
            let record = self.operations.entry(operation).or_default();
            record.note(at, machine, what);
        }
    }
}

impl Journal {
    /// Whether there is such a pool, with a queue of its own.
    fn has_queue(&self, pool: PoolIndex) -> bool {
        pool.at() < self.going_on.len()
    }

    fn note_errand(&mut self, machine: MachineIndex, operation: Option<OperationIndex>) {
        self.changed.insert(machine.0);
        match operation {
            Some(operation) => self.errands.insert(machine, operation),
            None => self.errands.remove(&machine),
        };
    }
}

impl OfOperation {
    fn note(&mut self, at: Time, machine: MachineIndex, what: MachineEvent) {
        match what {
            MachineEvent::PhaseStarted { phase, .. } => {
                let place = *self.places.entry(machine).or_insert_with(|| {
                    self.steps.push(Step {
                        machine,
                        phase,
                        started: at,
                        ended: None,
                        has_failed: false,
                    });
                    self.steps.len() - 1
                });
                self.steps[place].phase = phase;
                self.steps[place].ended = None;
            }
            MachineEvent::Settled { failed_in, .. } => {
                if let Some(place) = self.places.get(&machine) {
                    self.steps[*place].ended = Some(at);
                    self.steps[*place].has_failed = failed_in.is_some();
                }
            }
            _ => {}
        }
    }
}

impl Observer for Journal {
    fn observe(&mut self, at: Time, event: Event) {
        let operation = self.operation_of(&event);
        let is_line = is_told(&event);
        self.lines += u64::from(is_line);
        if let Some(operation) = operation {
            let record = self.operations.entry(operation).or_default();
            record.lines += u64::from(is_line);
        }
        match event {
            Event::Machine { machine, what } => {
                self.machines[machine.at()].lines += u32::from(is_line);
                self.note_machine(at, machine, what, operation);
            }
            Event::Operation {
                operation,
                pool,
                task,
                status,
                ..
            } if status != Status::Pending => {
                let goes_on = matches!(status, Status::Running | Status::Cancelling);
                let is_queued = |action: Action| action.is_queued() && self.has_queue(pool);
                match task {
                    Some(task) if !is_queued(task.action) => {
                        self.note_errand(task.machine, goes_on.then_some(operation));
                    }
                    _ => {
                        let only = task.map(|task| task.machine);
                        self.going_on[pool.at()] = goes_on.then_some((operation, only));
                    }
                }
            }
            _ => {}
        }
        self.milestones += u64::from(is_milestone(&event));
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            at,
            event,
            operation,
            line: self.lines,
        });
        self.last += 1;
    }
}

fn is_of_drain(what: &PodEvent) -> bool {
    matches!(
        what,
        PodEvent::Evicted { .. }
            | PodEvent::Refused { .. }
            | PodEvent::EvictionFailed
            | PodEvent::Deleted { is_forced: true }
    )
}

/// Whether somebody who waits for news has been waiting for this: an operation ended, a machine failed, an image was
/// released or stopped.
fn is_milestone(event: &Event) -> bool {
    match event {
        Event::Operation { status, .. } => {
            matches!(
                status,
                Status::Succeeded | Status::Failed | Status::Cancelled
            )
        }
        Event::Machine { what, .. } => matches!(
            what,
            MachineEvent::Settled {
                failed_in: Some(_),
                ..
            }
        ),
        Event::Image { what, .. } => {
            matches!(
                what,
                ImageEvent::Released { .. } | ImageEvent::Stopped { .. }
            )
        }
        Event::Step { .. }
        | Event::Paused { .. }
        | Event::Pace { .. }
        | Event::Window { .. }
        | Event::CanariesPassed { .. }
        | Event::RevisionSaved { .. }
        | Event::ControlPlane { .. }
        | Event::GateRed { .. }
        | Event::GateGreen { .. }
        | Event::OwnerRetries { .. }
        | Event::Pod { .. } => false,
    }
}
