//! Views that are text: one machine, one operation, the help. Lines are made one by one, so that a long history costs
//! no more than what the window shows.

use appliance::{FleetEvent, MachineHistory, OperationHistory, OperationStep, PhaseRecord, Text};

use super::Model;
use super::entry::{Tone, event_tone, machine_tone, operation_state, zone_of};
use super::place::View;
use crate::clock::{clock, length};
use crate::console::keys::BINDINGS;

/// A line: parts in their tones.
pub type Line = Vec<(String, Tone)>;

/// The text of a view: a head, a table with a title, and a log; made once, and read line by line.
pub struct Document<'m> {
    head: Vec<Line>,
    /// What there is below the head; nothing in a text that is all head.
    sections: Option<Sections<'m>>,
}

struct Sections<'m> {
    title: String,
    rows: usize,
    row: Box<dyn Fn(usize) -> Line + 'm>,
    log: &'m [FleetEvent],
}

impl<'m> Document<'m> {
    /// The text of the present view; one line where it is not known yet.
    pub fn new(model: &'m Model) -> Self {
        match (
            model.place.view,
            &model.fleet.machine,
            &model.fleet.operation,
        ) {
            (View::Machine(id), Some(history), _) if history.machine.id == id => {
                machine(model, history)
            }
            (View::Operation(id), _, Some(history)) if history.operation.id == id => {
                operation(model, history)
            }
            (View::Help, ..) => Self {
                head: help(model),
                sections: None,
            },
            _ => Self {
                head: vec![vec![faint("asking the appliance …")]],
                sections: None,
            },
        }
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        // An empty line and a title stand before the table, and before the log.
        let below = self
            .sections
            .as_ref()
            .map_or(0, |below| 2 + below.rows + 2 + below.log.len());
        self.head.len() + below
    }

    /// A line by its number; an empty one beyond the last.
    pub fn line(&self, number: usize) -> Line {
        if let Some(line) = self.head.get(number) {
            return line.clone();
        }
        let Some(below) = &self.sections else {
            return Line::new();
        };
        let number = number - self.head.len();
        match number.checked_sub(2 + below.rows) {
            None if number == 0 => Line::new(),
            None if number == 1 => vec![faint(below.title.clone())],
            None => (below.row)(number - 2),
            Some(0) => Line::new(),
            Some(1) => vec![faint("LOG")],
            Some(number) => below.log.get(number - 2).map_or_else(Line::new, event_line),
        }
    }

    /// The last first line of a window of `page` lines.
    pub fn last_offset(&self, page: usize) -> usize {
        self.lines().saturating_sub(page)
    }
}

fn plain(text: impl Into<String>) -> (String, Tone) {
    (text.into(), Tone::Plain)
}

fn faint(text: impl Into<String>) -> (String, Tone) {
    (text.into(), Tone::Faint)
}

/// A name and what it is.
fn field(name: &str, value: impl Into<String>, tone: Tone) -> Line {
    vec![faint(format!("{name:<12}")), (value.into(), tone)]
}

fn machine_head(model: &Model, history: &MachineHistory) -> Vec<Line> {
    let machine = &history.machine;
    let revision =
        |revision: Option<u32>| revision.map_or("not told".to_owned(), |number| number.to_string());
    let pool = machine.machine_pool_id.map(|pool| {
        format!(
            "{} in cluster {}",
            model.fleet.pool_name(pool),
            model.fleet.cluster_name(pool)
        )
    });
    let runs = match machine.desired_machine_revision {
        Some(desired) if Some(desired) != machine.machine_revision => format!(
            "{}, being moved to {desired}",
            revision(machine.machine_revision)
        ),
        _ => revision(machine.machine_revision),
    };
    let reason = match (&machine.reason, history.phases.last()) {
        (Some(reason), Some(phase)) if phase.ended_ms.is_none() => {
            format!(
                "{reason} for {}",
                length(model.clock.now_ms.saturating_sub(phase.started_ms))
            )
        }
        (Some(reason), _) => explained(reason.as_str()),
        (None, _) => unexplained(history),
    };
    vec![
        field("machine", machine.name.as_str(), Tone::Plain),
        field(
            "status",
            machine.status.as_str(),
            machine_tone(&machine.status),
        ),
        field("reason", reason, Tone::Plain),
        field("revision", runs, Tone::Plain),
        field(
            "pool",
            pool.unwrap_or_else(|| "unassigned".to_owned()),
            Tone::Plain,
        ),
        field("zone", String::from(zone_of(machine)), Tone::Plain),
        field("uuid", machine.uuid.as_str(), Tone::Faint),
    ]
}

/// Why a machine waits, in words.
fn explained(reason: &str) -> String {
    let meaning = match reason {
        "slot" => "waits until fewer machines of its pool are unavailable",
        "paused" => "waits until the operation is resumed",
        "halted" => "will not start: the operation is being stopped",
        "back-off" => "waits before its update is tried again",
        "power" => "has no power, or boots by itself",
        _ => return reason.to_owned(),
    };
    format!("{reason}: {meaning}")
}

/// What there is to say of a machine that no operation has: how its last update failed, if it did.
fn unexplained(history: &MachineHistory) -> String {
    let went_wrong = |phase: &&PhaseRecord| phase.how.as_ref().is_some_and(|how| *how != "done");
    match history.phases.last().filter(went_wrong) {
        Some(PhaseRecord {
            phase,
            how: Some(how),
            ended_ms: Some(ended),
            ..
        }) => {
            format!("its update failed: {phase} {how} at {}", clock(*ended))
        }
        _ => "none: no operation waits for it".to_owned(),
    }
}

fn machine<'m>(model: &'m Model, history: &'m MachineHistory) -> Document<'m> {
    Document {
        head: machine_head(model, history),
        sections: Some(Sections {
            title: format!(
                "{:<12}{:>11}  {:>11}  {}",
                "PHASE", "STARTED", "TOOK", "ENDED"
            ),
            rows: history.phases.len(),
            row: Box::new(|row| phase_line(model, &history.phases[row])),
            log: &history.log,
        }),
    }
}

fn phase_line(model: &Model, phase: &PhaseRecord) -> Line {
    let ended = phase.ended_ms.unwrap_or(model.clock.now_ms);
    let took = length(ended.saturating_sub(phase.started_ms));
    let how = phase.how.as_ref().map_or("goes on", |how| how.as_str());
    let tone = match how {
        "done" => Tone::Good,
        "goes on" => Tone::Busy,
        _ => Tone::Bad,
    };
    let attempt = if phase.attempt > 1 {
        format!(", attempt {}", phase.attempt)
    } else {
        String::new()
    };
    vec![
        plain(format!(
            "{:<12}{:>11}  {took:>11}  ",
            phase.phase,
            clock(phase.started_ms)
        )),
        (how.to_owned(), tone),
        faint(attempt),
    ]
}

fn operation_head(model: &Model, history: &OperationHistory) -> Vec<Line> {
    let operation = &history.operation;
    let state = operation_state(operation);
    let mut head = vec![field("operation", operation.id.0.to_string(), Tone::Plain)];
    head.push(field("status", String::from(state.text), state.tone));
    if let Some(rollout) = &operation.rollout {
        let pool = rollout.machine_pool_id;
        let place = format!(
            "{} in cluster {}",
            model.fleet.pool_name(pool),
            model.fleet.cluster_name(pool)
        );
        let waiting = rollout
            .targeted
            .saturating_sub(rollout.updated + rollout.failed + rollout.in_flight);
        let machines = format!(
            "{} to move: {} updated, {} in flight, {} failed, {waiting} waiting",
            rollout.targeted, rollout.updated, rollout.in_flight, rollout.failed
        );
        let ended = rollout.ended_ms.unwrap_or(model.clock.now_ms);
        let took = length(ended.saturating_sub(rollout.requested_ms));
        let time = match rollout.ended_ms {
            Some(ended) => format!(
                "{} to {}, {took}",
                clock(rollout.requested_ms),
                clock(ended)
            ),
            None => format!("since {}, {took} so far", clock(rollout.requested_ms)),
        };
        head.push(field("pool", place, Tone::Plain));
        head.push(field("revision", rollout.revision.to_string(), Tone::Plain));
        head.push(field("machines", machines, Tone::Plain));
        head.push(field("time", time, Tone::Plain));
    }
    head
}

fn operation<'m>(model: &'m Model, history: &'m OperationHistory) -> Document<'m> {
    Document {
        head: operation_head(model, history),
        sections: Some(Sections {
            title: format!(
                "{:<16}{:>11}  {:>11}  {}",
                "STEP", "STARTED", "TOOK", "STATE"
            ),
            rows: history.steps.len(),
            row: Box::new(|row| step_line(model, &history.steps[row])),
            log: &history.log,
        }),
    }
}

fn step_line(model: &Model, step: &OperationStep) -> Line {
    let ended = step.ended_ms.unwrap_or(model.clock.now_ms);
    let took = length(ended.saturating_sub(step.started_ms));
    let (state, tone) = match step.result.as_ref().map(Text::as_str) {
        Some("failed") => (format!("failed in {}", step.phase), Tone::Bad),
        Some(result) => (result.to_owned(), Tone::Good),
        None => (step.phase.to_string(), Tone::Busy),
    };
    vec![
        plain(format!(
            "{:<16}{:>11}  {took:>11}  ",
            step.machine,
            clock(step.started_ms)
        )),
        (state, tone),
    ]
}

fn event_line(event: &FleetEvent) -> Line {
    vec![
        faint(format!("{:>11}  ", clock(event.at_ms))),
        (event.text.to_string(), event_tone(event.severity)),
    ]
}

/// Every key; faint those that mean nothing where one came from.
fn help(model: &Model) -> Vec<Line> {
    let from = model.back.last().map_or(View::Overview, |place| place.view);
    let intro = plain("Keys. Faint ones mean nothing in the view that you came from.");
    let keys = BINDINGS.iter().map(|binding| {
        let tone = if binding.is_valid_in(&from) {
            Tone::Plain
        } else {
            Tone::Faint
        };
        vec![(
            format!("{:<16}{}", binding.keys.join(" "), binding.help),
            tone,
        )]
    });
    [vec![intro], Line::new()].into_iter().chain(keys).collect()
}
