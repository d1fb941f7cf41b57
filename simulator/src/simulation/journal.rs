//! What happened in a run, as far back as is kept, and the histories of one machine or operation made from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use appliance::{
    FleetEvent, MachineHistory, MachineId, OperationHistory, OperationId, OperationStep,
    PhaseRecord, Severity, Text,
};

use super::Simulation;
use super::resources::pool_id;
use crate::engine::Time;
use crate::fleet::{
    Blueprint, Event, MachineEvent, MachineIndex, Observer, OperationIndex, PhaseEnd, PoolIndex,
    Status,
};
use crate::replay::told;

/// Events that are kept: some 20 MB.
const KEPT: usize = 400_000;

/// The events of a run, the oldest first.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    entries: VecDeque<Entry>,
    /// The number of the newest entry, counted from 1.
    last: u64,
    milestones: u64,
    /// The operation that goes on in each pool.
    going_on: Vec<Option<OperationIndex>>,
    /// The pool of each machine.
    pools: Vec<PoolIndex>,
    /// Machines that something happened to since they were asked for.
    changed: BTreeSet<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Time,
    event: Event,
    operation: Option<OperationIndex>,
}

impl Journal {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let pools = blueprint.pools();
        Self {
            entries: VecDeque::new(),
            last: 0,
            milestones: 0,
            going_on: pools.map(|_| None).collect(),
            pools: blueprint
                .machines()
                .map(|machine| blueprint.pool_of(machine))
                .collect(),
            changed: BTreeSet::new(),
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

    /// The entries after number `after`, each with its number.
    fn after(&self, after: u64) -> impl DoubleEndedIterator<Item = (u64, &Entry)> {
        let forgotten = self.last - self.entries.len() as u64;
        let known = usize::try_from(after.saturating_sub(forgotten)).unwrap_or(usize::MAX);
        let entries = self.entries.iter().enumerate().skip(known);
        entries.map(move |(place, entry)| (forgotten + place as u64 + 1, entry))
    }
}

impl Observer for Journal {
    fn observe(&mut self, at: Time, event: Event) {
        let operation = match event {
            Event::Operation { operation, .. } | Event::Paused { operation, .. } => Some(operation),
            Event::Machine { machine, .. } => {
                self.changed.insert(machine.0);
                self.going_on[self.pools[machine.at()].at()]
            }
            Event::Step { .. } => None,
        };
        if let Event::Operation {
            operation,
            pool,
            status,
            ..
        } = event
        {
            let goes_on = matches!(status, Status::Running | Status::Cancelling);
            if status != Status::Pending {
                self.going_on[pool.at()] = goes_on.then_some(operation);
            }
        }
        self.milestones += u64::from(is_milestone(&event));
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            at,
            event,
            operation,
        });
        self.last += 1;
    }
}

/// Whether somebody who waits for news has been waiting for this: an operation ended, or a machine failed.
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
        Event::Step { .. } | Event::Paused { .. } => false,
    }
}

fn severity(event: &Event) -> Severity {
    match event {
        Event::Operation {
            status: Status::Succeeded,
            ..
        } => Severity::Good,
        Event::Operation {
            status: Status::Failed,
            ..
        } => Severity::Failure,
        Event::Step {
            refused: Some(_), ..
        }
        | Event::Operation {
            status: Status::Cancelled | Status::Cancelling,
            ..
        } => Severity::Warning,
        Event::Machine { what, .. } => match what {
            MachineEvent::Settled {
                failed_in: Some(_), ..
            } => Severity::Failure,
            MachineEvent::Settled {
                failed_in: None, ..
            } => Severity::Good,
            MachineEvent::PowerCycled { .. } | MachineEvent::RetryPlanned { .. } => {
                Severity::Warning
            }
            MachineEvent::PhaseEnded { how, .. } if *how != PhaseEnd::Done => Severity::Warning,
            _ => Severity::Info,
        },
        _ => Severity::Info,
    }
}

impl Simulation {
    /// The newest `most` events after number `after` that say something to people.
    pub(super) fn events(&self, after: u64, most: u32) -> Vec<FleetEvent> {
        let entries = self.journal.after(after).rev();
        let mut newest: Vec<_> = entries
            .filter_map(|(number, entry)| self.told_event(number, entry))
            .take(most as usize)
            .collect();
        newest.reverse();
        newest
    }

    /// An event as the log tells it; `None` for one that the next says anyway.
    fn told_event(&self, number: u64, entry: &Entry) -> Option<FleetEvent> {
        let blueprint = self.world.blueprint();
        let text = told(blueprint, &entry.event)?;
        let (pool, machine) = match entry.event {
            Event::Operation { pool, .. } | Event::Paused { pool, .. } => (Some(pool), None),
            Event::Machine { machine, .. } => (Some(blueprint.pool_of(machine)), Some(machine)),
            Event::Step { .. } => (None, None),
        };
        Some(FleetEvent {
            number,
            at_ms: entry.at.as_millis(),
            severity: severity(&entry.event),
            machine_pool_id: pool.map(pool_id),
            machine_id: machine.map(|machine| MachineId(i64::from(machine.0) + 1)),
            operation_id: entry
                .operation
                .map(|operation| OperationId(i64::from(operation.0) + 1)),
            text: Text::from(text),
        })
    }

    pub(super) fn machine_history(&self, index: MachineIndex) -> MachineHistory {
        let is_own = move |entry: &Entry| matches!(entry.event, Event::Machine { machine, .. } if machine == index);
        let mut phases: Vec<PhaseRecord> = Vec::new();
        for (_, entry) in self.journal.after(0).filter(|(_, entry)| is_own(entry)) {
            match entry.event {
                Event::Machine {
                    what: MachineEvent::PhaseStarted { phase, attempt },
                    ..
                } => {
                    phases.push(PhaseRecord {
                        phase: Text::from(phase.as_str()),
                        attempt: if entry.operation.is_some() {
                            attempt
                        } else {
                            0
                        },
                        started_ms: entry.at.as_millis(),
                        ended_ms: None,
                        how: None,
                    });
                }
                Event::Machine {
                    what: MachineEvent::PhaseEnded { how, .. },
                    ..
                } => {
                    if let Some(last) = phases.last_mut() {
                        last.ended_ms = Some(entry.at.as_millis());
                        last.how = Some(Text::from(how.as_str()));
                    }
                }
                _ => {}
            }
        }
        MachineHistory {
            machine: self.machine(index),
            phases,
            log: self.log(is_own),
        }
    }

    pub(super) fn operation_history(&self, index: OperationIndex) -> OperationHistory {
        let is_own = move |entry: &Entry| entry.operation == Some(index);
        let mut steps: Vec<OperationStep> = Vec::new();
        let mut places: BTreeMap<MachineIndex, usize> = BTreeMap::new();
        for (_, entry) in self.journal.after(0).filter(|(_, entry)| is_own(entry)) {
            let Event::Machine { machine, what } = entry.event else {
                continue;
            };
            match what {
                MachineEvent::PhaseStarted { phase, .. } => {
                    let place = *places.entry(machine).or_insert_with(|| {
                        steps.push(self.operation_step(machine, entry.at));
                        steps.len() - 1
                    });
                    steps[place].phase = Text::from(phase.as_str());
                    steps[place].ended_ms = None;
                    steps[place].result = None;
                }
                MachineEvent::Settled { failed_in, .. } => {
                    if let Some(step) = places.get(&machine).map(|place| &mut steps[*place]) {
                        let result = if failed_in.is_some() {
                            "failed"
                        } else {
                            "updated"
                        };
                        step.ended_ms = Some(entry.at.as_millis());
                        step.result = Some(Text::from(result));
                    }
                }
                _ => {}
            }
        }
        OperationHistory {
            operation: self.operation(index),
            steps,
            log: self.log(is_own),
        }
    }

    fn operation_step(&self, machine: MachineIndex, at: Time) -> OperationStep {
        OperationStep {
            machine_id: MachineId(i64::from(machine.0) + 1),
            machine: Text::from(self.world.blueprint().machine_name(machine)),
            phase: Text::default(),
            started_ms: at.as_millis(),
            ended_ms: None,
            result: None,
        }
    }

    /// The newest events of which `is_meant` says so, the oldest of them first.
    fn log(&self, is_meant: impl Fn(&Entry) -> bool) -> Vec<FleetEvent> {
        /// More lines than this nobody reads in a history.
        const LONGEST: usize = 500;
        let entries = self
            .journal
            .after(0)
            .rev()
            .filter(|(_, entry)| is_meant(entry));
        let mut newest: Vec<_> = entries
            .filter_map(|(number, entry)| self.told_event(number, entry))
            .take(LONGEST)
            .collect();
        newest.reverse();
        newest
    }
}
