//! The log, and the histories of one machine or operation, made from the journal.

use appliance::{
    Absence, FleetEvent, MachineHistory, MachineId, OperationHistory, OperationStep, PhaseRecord,
    Severity, Text, Wait,
};

use super::Simulation;
use super::journal::{Adoption, Entry, Step};
use super::resources::pool_id;
use super::store::operation_id;
use crate::engine::Time;
use crate::fleet::{
    Event, ImageEvent, MachineEvent, MachineIndex, OperationIndex, PhaseEnd, Status,
};
use crate::replay::{is_told, told};

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
        | Event::Image {
            what: ImageEvent::Stopped { .. },
            ..
        }
        | Event::Pace { .. }
        | Event::GateRed { .. }
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
            }
            | MachineEvent::Repaired => Severity::Good,
            MachineEvent::Crashed
            | MachineEvent::NodeUnknown { .. }
            | MachineEvent::PodsEvicted { .. }
            | MachineEvent::BootsAgain { .. }
            | MachineEvent::RolledBack { .. }
            | MachineEvent::PowerCycled { .. }
            | MachineEvent::RetryPlanned { .. }
            | MachineEvent::HandsCalled { .. } => Severity::Warning,
            MachineEvent::PhaseEnded { how, .. } if *how != PhaseEnd::Done => Severity::Warning,
            _ => Severity::Info,
        },
        _ => Severity::Info,
    }
}

impl Simulation {
    /// Notes which machines run another revision than before, now that something happened.
    pub(super) fn note_adoptions(&mut self) {
        for machine in self.journal.take_booted() {
            let now = self.world.machine(machine);
            let before = self.journal.adoptions(machine).last();
            let first = (self.first_revision(machine).unwrap_or(0), 1);
            let before = before.map_or(first, |before| (before.revision, before.number));
            if before == (now.revision, now.numbers.running) {
                continue;
            }
            let asked_for_it = |index: &u32| {
                let operation = self.world.operation(OperationIndex(*index));
                let is_about_it = operation.task.is_none_or(|task| task.machine == machine);
                operation.pool == now.pool
                    && operation.revision == now.revision
                    && operation.status != Status::Pending
                    && is_about_it
            };
            let count = u32::try_from(self.world.operations().len()).unwrap_or(u32::MAX);
            let adoption = Adoption {
                revision: now.revision,
                number: now.numbers.running,
                settings: self.world.settings(machine),
                at: self.world.now(),
                operation: (0..count).rev().find(asked_for_it).map(OperationIndex),
            };
            self.journal.adopt(machine, adoption);
        }
    }

    /// The newest `most` lines of the log after number `after`.
    pub(super) fn events(&self, after: u64, most: u32) -> Vec<FleetEvent> {
        let entries = self.journal.entries().rev();
        let mut newest: Vec<_> = entries
            .take_while(|entry| entry.line > after)
            .filter_map(|entry| self.told_event(entry))
            .take(most as usize)
            .collect();
        newest.reverse();
        newest
    }

    /// An event as the log tells it; `None` for one that the next says anyway.
    fn told_event(&self, entry: &Entry) -> Option<FleetEvent> {
        let blueprint = self.world.blueprint();
        let text = told(blueprint, &entry.event)?;
        let (pool, machine) = match entry.event {
            Event::Operation {
                pool,
                task: Some(task),
                ..
            } => (
                Some(pool).filter(|pool| blueprint.is_pool(*pool)),
                Some(task.machine),
            ),
            Event::Operation { pool, .. }
            | Event::RevisionSaved { pool, .. }
            | Event::Paused { pool, .. }
            | Event::CanariesPassed { pool }
            | Event::Window { pool, .. }
            | Event::OwnerRetries { pool, .. }
            | Event::Image {
                what: ImageEvent::Stopped { pool },
                ..
            } => (Some(pool), None),
            Event::Machine { machine, .. } => (blueprint.pool_of(machine), Some(machine)),
            Event::Pod { machine, .. } => (
                machine.and_then(|machine| blueprint.pool_of(machine)),
                machine,
            ),
            Event::Step { .. }
            | Event::Pace { .. }
            | Event::Image { .. }
            | Event::ControlPlane { .. }
            | Event::GateRed { .. }
            | Event::GateGreen { .. } => (None, None),
        };
        Some(FleetEvent {
            number: entry.line,
            at_ms: entry.at.as_millis(),
            severity: severity(&entry.event),
            machine_pool_id: pool.map(pool_id),
            machine_id: machine.map(machine_id),
            operation_id: entry.operation.map(operation_id),
            text: Text::from(text),
        })
    }

    pub(super) fn machine_history(&self, index: MachineIndex) -> MachineHistory {
        let is_own = move |entry: &Entry| matches!(entry.event, Event::Machine { machine, .. } if machine == index);
        let revisions = self.revision_records(index);
        let log = self.log(is_own);
        let lines = u64::from(self.journal.of_machine(index).lines);
        let pods = self.pods(index);
        MachineHistory {
            machine: self.machine(index),
            reason_since_ms: self.world.reason_since(index).map(Time::as_millis),
            setback: self
                .world
                .machine(index)
                .setback()
                .map(|setback| Text::from(setback.as_str())),
            absence: self.world.absence(index).map(|(state, until)| Absence {
                state: Text::from(state),
                until_ms: until.map(Time::as_millis),
            }),
            remarks: self.remarks(index),
            budgets: self.budgets_of(&pods),
            pods,
            revisions,
            own_revisions: self.own_revisions(index),
            phases: self.phases(index, is_own),
            log_missing: lines - log.len() as u64,
            log,
        }
    }

    /// The phases of a machine, as far back as is kept.
    fn phases(&self, index: MachineIndex, is_own: impl Fn(&Entry) -> bool) -> Vec<PhaseRecord> {
        let mut phases: Vec<PhaseRecord> = Vec::new();
        for entry in self.journal.entries().filter(|entry| is_own(entry)) {
            match entry.event {
                Event::Machine {
                    what: MachineEvent::PhaseStarted { phase, attempt },
                    ..
                } => {
                    phases.push(PhaseRecord {
                        number: 0,
                        phase: Text::from(phase.as_str()),
                        attempt: entry.operation.map_or(0, |_| attempt),
                        operation_id: entry.operation.map(operation_id),
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
        for (number, phase) in (0..=self.journal.of_machine(index).phases)
            .rev()
            .zip(phases.iter_mut().rev())
        {
            phase.number = number;
        }
        phases
    }

    pub(super) fn operation_history(&mut self, index: OperationIndex) -> OperationHistory {
        let waits = self.waits(index);
        let record = self.journal.of_operation(index);
        let steps = record.map_or(&[][..], |record| &record.steps);
        let log = self.log(move |entry: &Entry| entry.operation == Some(index));
        OperationHistory {
            operation: self.operation(index),
            told_ms: self.world.now().as_millis(),
            waits,
            steps: steps.iter().map(|step| self.operation_step(step)).collect(),
            log_missing: record.map_or(0, |record| record.lines) - log.len() as u64,
            log,
        }
    }

    /// What the machines of an operation wait for now; nothing unless it goes on.
    fn waits(&mut self, index: OperationIndex) -> Vec<Wait> {
        let operation = self.world.operation(index);
        let pool = operation.pool;
        if !matches!(operation.status, Status::Running | Status::Cancelling) {
            return Vec::new();
        }
        let waits = self.world.waits(pool);
        let blueprint = self.world.blueprint();
        let told = waits.into_iter().map(|wait| Wait {
            reason: Text::from(wait.reason.as_str()),
            reason_object: blueprint.reason_object(wait.reason).map(Text::from),
            machines: wait.machines,
            so_far_ms: wait.so_far.as_millis(),
        });
        told.collect()
    }

    fn operation_step(&self, step: &Step) -> OperationStep {
        let result = if step.has_failed { "failed" } else { "updated" };
        OperationStep {
            machine_id: machine_id(step.machine),
            machine: Text::from(self.world.blueprint().machine_name(step.machine)),
            phase: Text::from(step.phase.as_str()),
            started_ms: step.started.as_millis(),
            ended_ms: step.ended.map(Time::as_millis),
            result: step.ended.map(|_| Text::from(result)),
        }
    }

    /// The newest lines of the log of which `is_meant` says so, the oldest of them first.
    fn log(&self, is_meant: impl Fn(&Entry) -> bool) -> Vec<FleetEvent> {
        /// More lines than this nobody reads in a history.
        const LONGEST: usize = 500;
        let entries = self.journal.entries().rev();
        let mut newest: Vec<_> = entries
            .filter(|entry| is_meant(entry) && is_told(&entry.event))
            .filter_map(|entry| self.told_event(entry))
            .take(LONGEST)
            .collect();
        newest.reverse();
        newest
    }
}

pub(super) fn machine_id(index: MachineIndex) -> MachineId {
    MachineId(i64::from(index.0) + 1)
}
