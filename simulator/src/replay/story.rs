//! A run told to people: one line for each thing that they would want to know.

mod absence;
mod changes;
mod images;
mod people;
mod pods;

use std::io::{self, Write};

use super::Subject;
use crate::engine::Time;
use crate::fleet::{
    Blueprint, Event, Filter, MachineEvent, MachineIndex, PhaseEnd, PodEvent, RunRow, Setback,
    WindowEvent,
};
use crate::scenario::Deed;

pub(super) fn opening(subject: &Subject<'_>, out: &mut dyn Write) -> io::Result<()> {
    let scenario = subject.blueprint.scenario();
    writeln!(
        out,
        "{} · run {} of seed {} · starts {}\n",
        scenario.name,
        subject.run,
        subject.seed.0,
        scenario.calendar.rfc3339(Time::START)
    )
}

/// One line; none for what the next line says anyway.
pub(super) fn event(
    blueprint: &Blueprint,
    at: Time,
    event: &Event,
    out: &mut dyn Write,
) -> io::Result<()> {
    match told(blueprint, event) {
        Some(told) => writeln!(out, "{at}  {told}"),
        None => Ok(()),
    }
}

/// An event in words; `None` for what the next one says anyway.
pub(crate) fn told(blueprint: &Blueprint, event: &Event) -> Option<String> {
    Some(match *event {
        Event::Step { deed, refused } => match refused {
            None => format!("step: {}", deed_told(blueprint, deed)),
            Some(why) => format!("step: {} – refused: {why}", deed_told(blueprint, deed)),
        },
        Event::Operation {
            operation,
            pool,
            revision,
            task,
            status,
            failure,
        } => {
            let why = failure.map_or(String::new(), |why| format!(" ({why})"));
            let number = operation.0 + 1;
            let what = match task {
                Some(task) => changes::task_told(blueprint, pool, task),
                None => format!("{} to revision {revision}", blueprint.pool_name(pool)),
            };
            format!("operation {number}, {what}: {status}{why}")
        }
        Event::Paused {
            pool, is_paused, ..
        } => {
            let now = if is_paused { "paused" } else { "resumed" };
            format!("rollout of {}: {now}", blueprint.pool_name(pool))
        }
        Event::Image { release, what } => images::told(blueprint, release, what),
        Event::Pace { zone, what } => absence::pace_told(blueprint, zone, what),
        Event::RevisionSaved {
            pool,
            revision,
            change,
        } => changes::revision_told(blueprint, pool, revision, change),
        Event::ControlPlane { cluster } => {
            let name = &blueprint.scenario().clusters[cluster].name;
            let version = blueprint.control_plane(cluster);
            format!("{name}: its control plane runs {version}")
        }
        Event::CanariesPassed { pool } => {
            format!("{}: its canaries have passed", blueprint.pool_name(pool))
        }
        Event::Window { pool, what } => {
            let name = blueprint.pool_name(pool);
            format!("{name}: {}", window_told(blueprint, what))
        }
        Event::GateRed { gate, since } => {
            let name = blueprint.gate_name(gate);
            let since = blueprint.scenario().calendar.civil(since);
            format!("gate {name}: red since {since}")
        }
        Event::GateGreen { gate, after } => {
            format!("gate {}: green after {after}", blueprint.gate_name(gate))
        }
        Event::OwnerRetries { pool, retry, .. } => {
            let name = blueprint.pool_name(pool);
            format!("rollout of {name}: its owner retries it, retry {retry}")
        }
        Event::Machine { machine, what } => {
            format!(
                "{}: {}",
                blueprint.machine_name(machine),
                machine_told(blueprint, machine, what)?
            )
        }
        Event::Pod { pod, machine, what } => pods::told(blueprint, pod, machine, what)?,
    })
}

fn window_told(blueprint: &Blueprint, what: WindowEvent) -> String {
    let civil = |at| blueprint.scenario().calendar.civil(at);
    match what {
        WindowEvent::Opened(door) => format!("window open until {}", civil(door.closes)),
        WindowEvent::Closed { in_flight: 0 } => "window closed".to_owned(),
        WindowEvent::Closed { in_flight } => {
            format!("window closed, machines still in flight: {in_flight}")
        }
        WindowEvent::Awaited(Some(door)) => {
            format!("waits for its window, which opens {}", civil(door.opens))
        }
        WindowEvent::Awaited(None) => "waits for a window, and none opens any more".to_owned(),
    }
}

/// Whether an event is told in words: whether [`told`] has a line for it, without making it.
pub(crate) fn is_told(event: &Event) -> bool {
    match event {
        Event::Machine { what, .. } => !is_quiet(what),
        Event::Pod { what, .. } => !matches!(what, PodEvent::Created | PodEvent::Placed),
        _ => true,
    }
}

/// Whether what happened to a machine is said by the next event anyway.
fn is_quiet(what: &MachineEvent) -> bool {
    match what {
        MachineEvent::PhaseStarted { .. }
        | MachineEvent::Reason { .. }
        | MachineEvent::Cordoned { by_hand: false }
        | MachineEvent::Uncordoned
        | MachineEvent::Settled { revision: 0, .. } => true,
        MachineEvent::PhaseEnded { after, how, .. } => after.is_zero() && *how == PhaseEnd::Done,
        _ => false,
    }
}

fn machine_told(
    blueprint: &Blueprint,
    machine: MachineIndex,
    what: MachineEvent,
) -> Option<String> {
    if is_quiet(&what) {
        return None;
    }
    Some(match what {
        MachineEvent::PhaseStarted { .. }
        | MachineEvent::Reason { .. }
        | MachineEvent::Cordoned { by_hand: false }
        | MachineEvent::Uncordoned => return None,
        MachineEvent::PhaseEnded { phase, how, after } => {
            format!("{phase} {} after {after}", how.as_str())
        }
        MachineEvent::Cordoned { by_hand: true } => "cordoned by hand".to_owned(),
        MachineEvent::Added { revision } => format!("spare machine joins on revision {revision}"),
        MachineEvent::Removed => "spare machine leaves".to_owned(),
        MachineEvent::DrainRefused { pod, filter } => {
            let why = match filter {
                Filter::EmptyDir => "has an emptyDir",
                Filter::Bare => "has no controller",
            };
            format!("drain refused: {} {why}", blueprint.pod_name(pod))
        }
        MachineEvent::DrainGivenUp { rule } => format!("drain given up: {}", rule.as_str()),
        MachineEvent::DrainFailing { after } => {
            format!("drain failing: tried again for {after}, and still is")
        }
        MachineEvent::SlotExpired => "down for too long: its slot is free".to_owned(),
        MachineEvent::Down => "down".to_owned(),
        MachineEvent::Up => "up".to_owned(),
        MachineEvent::NodeShutdown
        | MachineEvent::NodeUnknown { .. }
        | MachineEvent::NodeTainted { .. }
        | MachineEvent::PodsEvicted { .. } => return absence::told(what),
        MachineEvent::Crashed => "crashed".to_owned(),
        MachineEvent::Repaired => "repaired".to_owned(),
        MachineEvent::BootsAgain {
            why: Setback::RolledBack,
            ..
        } => "does not come up, boots the old revision".to_owned(),
        MachineEvent::BootsAgain { boot, .. } => format!("reboot loop, boot {boot}"),
        MachineEvent::RolledBack { revision } => format!("rolled back to revision {revision}"),
        MachineEvent::HandsCalled { .. }
        | MachineEvent::RepairBegan { .. }
        | MachineEvent::Held { .. }
        | MachineEvent::Excluded { .. } => people::told(blueprint, what)?,
        MachineEvent::Change(what) => changes::told(blueprint, machine, what),
        MachineEvent::PowerCycled { time } => format!("power-cycled, cycle {time}"),
        MachineEvent::RetryPlanned {
            phase,
            retry,
            after,
        } => format!("{phase} failed, retry {retry} in {after}"),
        MachineEvent::Settled {
            revision,
            failed_in: None,
            ..
        } => format!("updated, runs revision {revision}"),
        MachineEvent::Settled {
            revision,
            failed_in: Some(phase),
            by,
        } => {
            let why = by.map_or(String::new(), |by| format!(" ({})", setback_told(by)));
            format!("FAILED in {phase}{why}, runs revision {revision}")
        }
    })
}

fn setback_told(by: Setback) -> &'static str {
    match by {
        Setback::RolledBack => "rolled back",
        Setback::RebootLoop => "reboot loop",
        Setback::NotReady => "joined, not Ready",
    }
}

fn deed_told(blueprint: &Blueprint, deed: Deed) -> String {
    let verb = deed.verb();
    let pool = |place: usize| blueprint.scenario().pools[place].name.as_str();
    match deed {
        Deed::Apply { pool: of, revision } => format!("{verb} revision {revision} to {}", pool(of)),
        Deed::ApplyNewest { pool: of } => format!("{verb} the newest image to {}", pool(of)),
        Deed::Retry { pool: of }
        | Deed::Cancel { pool: of }
        | Deed::Pause { pool: of }
        | Deed::Resume { pool: of } => format!("{verb} {}", pool(of)),
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
        | Deed::Drain { machine } => {
            format!(
                "{verb} {}",
                blueprint.machine_name(blueprint.machine(machine))
            )
        }
        Deed::Change { change, .. } => changes::step_told(blueprint, change),
        Deed::Scale { workload, replicas } => {
            let spec = &blueprint.scenario().workloads[workload];
            format!("{verb} {}/{} to {replicas}", spec.namespace, spec.name)
        }
        Deed::SetBudget { budget, limit } => {
            let spec = &blueprint.scenario().budgets[budget];
            format!("{verb} {}/{} to {limit}", spec.namespace, spec.name)
        }
    }
}

pub(super) fn outcome(blueprint: &Blueprint, row: &RunRow, out: &mut dyn Write) -> io::Result<()> {
    let ending = row.ending.as_str();
    let failed: u32 = row
        .pools
        .iter()
        .flat_map(|pool| &pool.rollouts)
        .map(|rollout| rollout.failed)
        .sum();
    match row.end {
        Some(end) => writeln!(
            out,
            "\n{ending} after {}, failed machines: {failed}",
            end.since_start()
        ),
        None => writeln!(out, "\n{ending}, failed machines: {failed}"),
    }?;
    people::outcome(blueprint, row, out)
}
