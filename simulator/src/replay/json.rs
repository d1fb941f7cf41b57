//! A run told to programs: JSON lines.
//!
//! The first line holds the scenario's hash, the run and the whole initial state, so that a program needs nothing else
//! to follow; then one object an event; the last line is the outcome.

mod absence;
mod changes;
mod images;
mod outcome;
mod people;
mod pods;
mod state;

use std::io::{self, Write};

use serde::Serialize;

use crate::engine::{Span, Time};
use crate::fleet::{
    Blueprint, Event, Failure, MachineEvent, MachineIndex, Reason, RunRow, Setback, WindowEvent,
};
use crate::phase::Phase;
use crate::scenario::Deed;

pub(super) use state::opening;

#[derive(Serialize)]
struct Line<'b> {
    t_s: Time,
    at: String,
    #[serde(flatten)]
    what: What<'b>,
}

/// What a line tells, by its `kind`.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum What<'b> {
    Step {
        #[serde(rename = "do")]
        verb: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pool: Option<&'b str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        machine: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        revision: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        workload: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        replicas: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        budget: Option<String>,
        #[serde(flatten)]
        limit: Option<pods::LimitFields>,
        #[serde(flatten)]
        change: Option<changes::Fields<'b>>,
        refused: Option<String>,
    },
    CanariesPassed {
        pool: &'b str,
    },
    Operation {
        operation: u32,
        /// `None`: a machine that is in none.
        pool: Option<&'b str>,
        revision: u32,
        /// What it does to one machine, and to which; absent for a rollout to the pool.
        #[serde(skip_serializing_if = "Option::is_none")]
        action: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        machine: Option<String>,
        status: &'static str,
        failure: Option<&'static str>,
    },
    OperationPaused {
        operation: u32,
        pool: &'b str,
        is_paused: bool,
    },
    WindowOpened {
        pool: &'b str,
        opens_s: Time,
        closes_s: Time,
    },
    WindowClosed {
        pool: &'b str,
        in_flight: u32,
    },
    WindowAwaited {
        pool: &'b str,
        /// `None`: none opens any more.
        opens_s: Option<Time>,
        closes_s: Option<Time>,
    },
    PhaseStarted {
        #[serde(flatten)]
        who: Who<'b>,
        phase: Phase,
        attempt: u32,
    },
    PhaseEnded {
        #[serde(flatten)]
        who: Who<'b>,
        phase: Phase,
        how: &'static str,
        after_s: Span,
    },
    Reason {
        #[serde(flatten)]
        who: Who<'b>,
        reason: Option<&'static str>,
        /// The budget or workload that it is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        object: Option<String>,
    },
    MachineCordoned {
        #[serde(flatten)]
        who: Who<'b>,
        by_hand: bool,
    },
    MachineUncordoned {
        #[serde(flatten)]
        who: Who<'b>,
    },
    DrainRefused {
        #[serde(flatten)]
        who: Who<'b>,
        pod: String,
        why: &'static str,
    },
    DrainGivenUp {
        #[serde(flatten)]
        who: Who<'b>,
        rule: &'static str,
    },
    DrainFailing {
        #[serde(flatten)]
        who: Who<'b>,
        after_s: Span,
    },
    SlotExpired {
        #[serde(flatten)]
        who: Who<'b>,
    },
    MachineAdded {
        #[serde(flatten)]
        who: Who<'b>,
        zone: Option<String>,
        revision: u32,
    },
    MachineRemoved {
        #[serde(flatten)]
        who: Who<'b>,
    },
    MachineDown {
        #[serde(flatten)]
        who: Who<'b>,
    },
    MachineUp {
        #[serde(flatten)]
        who: Who<'b>,
    },
    PowerCycled {
        #[serde(flatten)]
        who: Who<'b>,
        cycle: u32,
    },
    RetryPlanned {
        #[serde(flatten)]
        who: Who<'b>,
        phase: Phase,
        retry: u32,
        after_s: Span,
    },
    MachineSettled {
        #[serde(flatten)]
        who: Who<'b>,
        /// `None`: it leaves its pool.
        revision: Option<u32>,
        failed_in: Option<Phase>,
        /// What its boot came to, where it was not just the phase that failed.
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<&'static str>,
    },
    GateRed {
        gate: &'b str,
        since_s: Time,
    },
    GateGreen {
        gate: &'b str,
        after_s: Span,
    },
    OwnerRetries {
        operation: u32,
        pool: &'b str,
        retry: u32,
    },
    Outcome(outcome::Outcome<'b>),
    #[serde(untagged)]
    Absence(absence::AbsenceLine<'b>),
    #[serde(untagged)]
    People(people::PeopleLine<'b>),
    #[serde(untagged)]
    Change(changes::ChangeLine<'b>),
    #[serde(untagged)]
    Image(images::ImageLine<'b>),
    #[serde(untagged)]
    Pod(pods::PodLineWhat),
}

/// The machine that a line is about.
#[derive(Serialize)]
struct Who<'b> {
    machine: String,
    /// `None` while it is in none.
    pool: Option<&'b str>,
}

pub(super) fn event(
    blueprint: &Blueprint,
    at: Time,
    event: &Event,
    out: &mut dyn Write,
) -> io::Result<()> {
    let what = what(blueprint, event);
    let calendar = &blueprint.scenario().calendar;
    let at_civil = calendar.rfc3339(at);
    line(
        &Line {
            t_s: at,
            at: at_civil,
            what,
        },
        out,
    )
}

fn what<'b>(blueprint: &'b Blueprint, event: &Event) -> What<'b> {
    match *event {
        Event::Step { deed, refused } => step(blueprint, deed, refused.map(|why| why.to_string())),
        Event::Operation {
            operation,
            pool,
            revision,
            task,
            status,
            failure,
        } => What::Operation {
            operation: operation.0 + 1,
            pool: blueprint.is_pool(pool).then(|| blueprint.pool_name(pool)),
            revision,
            action: task.map(|task| task.action.as_str()),
            machine: task.map(|task| blueprint.machine_name(task.machine)),
            status: status.as_str(),
            failure: failure.map(Failure::as_str),
        },
        Event::Paused {
            operation,
            pool,
            is_paused,
        } => What::OperationPaused {
            operation: operation.0 + 1,
            pool: blueprint.pool_name(pool),
            is_paused,
        },
        Event::Image { release, what } => What::Image(images::what(blueprint, release, what)),
        Event::Pace { zone, what } => What::Absence(absence::pace(blueprint, zone, what)),
        Event::RevisionSaved { .. } | Event::ControlPlane { .. } => {
            What::Change(changes::what(blueprint, event))
        }
        Event::CanariesPassed { pool } => What::CanariesPassed {
            pool: blueprint.pool_name(pool),
        },
        Event::Window { pool, what } => window(blueprint.pool_name(pool), what),
        Event::GateRed { gate, since } => What::GateRed {
            gate: blueprint.gate_name(gate),
            since_s: since,
        },
        Event::GateGreen { gate, after } => What::GateGreen {
            gate: blueprint.gate_name(gate),
            after_s: after,
        },
        Event::OwnerRetries {
            operation,
            pool,
            retry,
        } => What::OwnerRetries {
            operation: operation.0 + 1,
            pool: blueprint.pool_name(pool),
            retry,
        },
        Event::Machine { machine, what } => {
            let who = Who {
                machine: blueprint.machine_name(machine),
                pool: blueprint
                    .pool_of(machine)
                    .map(|pool| blueprint.pool_name(pool)),
            };
            of_machine(blueprint, machine, who, what)
        }
        Event::Pod { pod, machine, what } => What::Pod(pods::what(blueprint, pod, machine, what)),
    }
}

fn window(pool: &str, what: WindowEvent) -> What<'_> {
    match what {
        WindowEvent::Opened(door) => What::WindowOpened {
            pool,
            opens_s: door.opens,
            closes_s: door.closes,
        },
        WindowEvent::Closed { in_flight } => What::WindowClosed { pool, in_flight },
        WindowEvent::Awaited(door) => What::WindowAwaited {
            pool,
            opens_s: door.map(|door| door.opens),
            closes_s: door.map(|door| door.closes),
        },
    }
}

fn of_machine<'b>(
    blueprint: &'b Blueprint,
    machine: MachineIndex,
    who: Who<'b>,
    what: MachineEvent,
) -> What<'b> {
    match what {
        MachineEvent::PhaseStarted { phase, attempt } => What::PhaseStarted {
            who,
            phase,
            attempt,
        },
        MachineEvent::PhaseEnded { phase, how, after } => What::PhaseEnded {
            who,
            phase,
            how: how.as_str(),
            after_s: after,
        },
        MachineEvent::Reason { reason } => What::Reason {
            who,
            reason: reason.map(Reason::as_str),
            object: reason.and_then(|reason| blueprint.reason_object(reason)),
        },
        MachineEvent::Cordoned { by_hand } => What::MachineCordoned { who, by_hand },
        MachineEvent::Uncordoned => What::MachineUncordoned { who },
        MachineEvent::DrainRefused { pod, filter } => What::DrainRefused {
            who,
            pod: blueprint.pod_name(pod),
            why: filter.as_str(),
        },
        MachineEvent::DrainGivenUp { rule } => {
            let rule = rule.as_str();
            What::DrainGivenUp { who, rule }
        }
        MachineEvent::DrainFailing { after: after_s } => What::DrainFailing { who, after_s },
        MachineEvent::SlotExpired => What::SlotExpired { who },
        MachineEvent::Added { revision } => What::MachineAdded {
            zone: blueprint.machine_zone(machine).map(str::to_owned),
            who,
            revision,
        },
        MachineEvent::Removed => What::MachineRemoved { who },
        MachineEvent::Down => What::MachineDown { who },
        MachineEvent::Up => What::MachineUp { who },
        MachineEvent::BootsAgain { .. }
        | MachineEvent::RolledBack { .. }
        | MachineEvent::Crashed
        | MachineEvent::Repaired
        | MachineEvent::NodeShutdown
        | MachineEvent::NodeUnknown { .. }
        | MachineEvent::NodeTainted { .. }
        | MachineEvent::PodsEvicted { .. } => What::Absence(absence::of_machine(who, what)),
        MachineEvent::HandsCalled { .. }
        | MachineEvent::RepairBegan { .. }
        | MachineEvent::Held { .. }
        | MachineEvent::Excluded { .. } => What::People(people::what(blueprint, who, what)),
        MachineEvent::Change(what) => {
            What::Change(changes::of_machine(blueprint, machine, who, what))
        }
        MachineEvent::PowerCycled { time } => What::PowerCycled { who, cycle: time },
        MachineEvent::RetryPlanned {
            phase,
            retry,
            after,
        } => What::RetryPlanned {
            who,
            phase,
            retry,
            after_s: after,
        },
        MachineEvent::Settled {
            revision,
            failed_in,
            by,
        } => settled(who, revision, failed_in, by),
    }
}

fn settled(who: Who<'_>, revision: u32, failed_in: Option<Phase>, by: Option<Setback>) -> What<'_> {
    What::MachineSettled {
        who,
        revision: Some(revision).filter(|revision| *revision > 0),
        failed_in,
        by: by.map(Setback::as_str),
    }
}

fn step(blueprint: &Blueprint, deed: Deed, refused: Option<String>) -> What<'_> {
    let (mut of_pool, mut of_machine, mut to_revision) = (None, None, None);
    let (mut of_workload, mut to_replicas) = (None, None);
    let (mut of_budget, mut to_limit) = (None, None);
    let mut of_change = None;
    match deed {
        Deed::Apply { pool, revision } => {
            of_pool = Some(pool);
            to_revision = Some(revision);
        }
        Deed::ApplyNewest { pool }
        | Deed::Retry { pool }
        | Deed::Cancel { pool }
        | Deed::Pause { pool }
        | Deed::Resume { pool } => of_pool = Some(pool),
        Deed::PowerLoss { machine }
        | Deed::PowerOn { machine }
        | Deed::Crash { machine }
        | Deed::Repair { machine }
        | Deed::Cordon { machine }
        | Deed::Hold { machine }
        | Deed::Unhold { machine }
        | Deed::Exclude { machine }
        | Deed::Include { machine }
        | Deed::Uncordon { machine }
        | Deed::Drain { machine } => of_machine = Some(machine),
        Deed::Change { change, .. } => {
            let change = blueprint.change(change);
            of_pool = change.pool();
            of_machine = change.machine();
            to_revision = change.revision();
            of_change = Some(changes::Fields::of_step(blueprint, change));
        }
        Deed::Scale { workload, replicas } => {
            let spec = &blueprint.scenario().workloads[workload];
            of_workload = Some(format!("{}/{}", spec.namespace, spec.name));
            to_replicas = Some(replicas);
        }
        Deed::SetBudget { budget, limit } => {
            let spec = &blueprint.scenario().budgets[budget];
            of_budget = Some(format!("{}/{}", spec.namespace, spec.name));
            to_limit = Some(limit.into());
        }
    }
    What::Step {
        verb: deed.verb(),
        pool: of_pool.map(|pool| blueprint.scenario().pools[pool].name.as_str()),
        machine: of_machine.map(|machine| blueprint.machine_name(blueprint.machine(machine))),
        revision: to_revision,
        workload: of_workload,
        replicas: to_replicas,
        budget: of_budget,
        limit: to_limit,
        change: of_change,
        refused,
    }
}

pub(super) fn outcome(
    blueprint: &Blueprint,
    row: &RunRow,
    at: Time,
    out: &mut dyn Write,
) -> io::Result<()> {
    line(
        &Line {
            t_s: at,
            at: blueprint.scenario().calendar.rfc3339(at),
            what: What::Outcome(outcome::Outcome::new(blueprint, row)),
        },
        out,
    )
}

fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
