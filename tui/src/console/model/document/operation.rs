//! The text of one operation: how far it is, its steps, its log.

use appliance::{OperationHistory, OperationStep, Text, Wait};

use super::{Document, Layout, Line, Section, field, log, plain};
use crate::clock::{clock, length};
use crate::console::model::cut::fitted;
use crate::console::model::entry::{
    Tone, machine_reason, operation_state, operation_task, reason_told,
};
use crate::console::model::fleet::Fleet;
use crate::console::model::place::RowId;

pub(super) fn document<'m>(
    fleet: &'m Fleet,
    history: &'m OperationHistory,
    layout: Layout,
) -> Document<'m> {
    let rows = failed_first(history);
    let ids = rows.clone();
    let steps = Section {
        title: format!(
            "{}  {:>11}  {:>11}  {}",
            fitted("MACHINE", name_width(layout)),
            "STARTED",
            "TOOK",
            "STATE"
        ),
        rows: history.steps.len(),
        id: Box::new(move |row| RowId::Machine(history.steps[ids[row]].machine_id)),
        line: Box::new(move |row| step_line(fleet, history, &history.steps[rows[row]], layout)),
    };
    Document {
        head: head(fleet, history, layout),
        sections: vec![steps, log(&history.log, history.log_missing)],
    }
}

/// The places of the steps: those that failed first, then the others in the order of their turns.
fn failed_first(history: &OperationHistory) -> Vec<usize> {
    let mut places: Vec<usize> = (0..history.steps.len()).collect();
    places.sort_by_key(|place| !has_failed(&history.steps[*place]));
    places
}

fn has_failed(step: &OperationStep) -> bool {
    step.result
        .as_ref()
        .is_some_and(|result| *result == "failed")
}

/// Cells for the names of machines: by the terminal alone, so that nothing jumps when a longer name comes.
fn name_width(layout: Layout) -> u16 {
    (layout.columns / 4).clamp(14, 40)
}

fn head(fleet: &Fleet, history: &OperationHistory, layout: Layout) -> Vec<Line> {
    let operation = &history.operation;
    let state = operation_state(operation);
    let number = operation.id.0;
    let named = match operation_task(fleet, operation) {
        Some(task) => format!("{number}: {task}"),
        None => number.to_string(),
    };
    let mut head = vec![field("operation", named, Tone::Plain)];
    head.push(field("status", String::from(state.text), state.tone));
    if let Some(way_out) = fleet.way_out(RowId::Operation(operation.id)) {
        let cause = fleet.cause_of_operation(operation);
        head.push(field("why", cause, Tone::Plain));
        head.push(field(
            "way out",
            way_out.within(layout.columns.saturating_sub(12)),
            Tone::Plain,
        ));
    }
    if let Some(rollout) = &operation.rollout {
        let pool = rollout.machine_pool_id;
        let place = format!(
            "{} in cluster {}",
            fleet.pool_name(pool),
            fleet.cluster_name(pool)
        );
        let waiting = rollout
            .targeted
            .saturating_sub(rollout.updated + rollout.failed + rollout.in_flight);
        let machines = format!(
            "{} to move: {} updated, {} in flight, {} failed, {waiting} waiting",
            rollout.targeted, rollout.updated, rollout.in_flight, rollout.failed
        );
        let ended = rollout.ended_ms.unwrap_or(layout.now_ms);
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
        let windows = fleet.windows.told(pool);
        if let Some(told) = windows.filter(|_| rollout.ended_ms.is_none()) {
            head.push(field("window", String::from(told.text), told.tone));
        }
    }
    head.extend(waits(history, layout));
    head
}

/// Reasons that are told one by one.
const REASONS: usize = 6;

/// What the machines wait for now or are busy with, those of the most machines first.
fn waits(history: &OperationHistory, layout: Layout) -> impl Iterator<Item = Line> {
    let elapsed = layout.now_ms.saturating_sub(history.told_ms);
    // What the rest of the line leaves.
    let reasons = layout.columns.saturating_sub(48).clamp(14, 48);
    let line = move |wait: &Wait| {
        let so_far = wait
            .so_far_ms
            .saturating_add(u64::from(wait.machines).saturating_mul(elapsed));
        let reason = reason_told(&wait.reason, wait.reason_object.as_ref());
        format!(
            "{:>5} {}  {:>11} of machine time",
            wait.machines,
            fitted(&reason, reasons),
            length(so_far)
        )
    };
    let more = history.waits.len().saturating_sub(REASONS);
    let rest = (more > 0).then(|| format!("{more:>5} more reasons"));
    let lines: Vec<String> = history
        .waits
        .iter()
        .take(REASONS)
        .map(line)
        .chain(rest)
        .collect();
    let names = std::iter::once("now").chain(std::iter::repeat(""));
    names
        .zip(lines)
        .map(|(name, line)| field(name, line, Tone::Plain))
}

fn step_line(
    fleet: &Fleet,
    history: &OperationHistory,
    step: &OperationStep,
    layout: Layout,
) -> Line {
    let ended = step.ended_ms.unwrap_or(layout.now_ms);
    let took = length(ended.saturating_sub(step.started_ms));
    let (state, tone) = match step.result.as_ref().map(Text::as_str) {
        Some("failed") => (how_failed(fleet, history, step), Tone::Bad),
        Some(result) => (result.to_owned(), Tone::Good),
        None => (in_phase(fleet, step), Tone::Busy),
    };
    vec![
        plain(format!(
            "{}  {:>11}  {took:>11}  ",
            fitted(step.machine.as_str(), name_width(layout)),
            clock(step.started_ms)
        )),
        (state, tone),
    ]
}

/// The phase in which a step failed, and how, where nothing newer has been done to its machine.
fn how_failed(fleet: &Fleet, history: &OperationHistory, step: &OperationStep) -> String {
    let rollout = history.operation.rollout.as_ref();
    let latest = rollout.and_then(|rollout| fleet.latest_operation(rollout.machine_pool_id));
    let is_latest = latest.is_some_and(|latest| latest.id == history.operation.id);
    let machine = fleet.machine(step.machine_id).filter(|_| is_latest);
    match machine.and_then(|machine| machine.failure.as_ref()) {
        Some(failure) => match failure.as_str().strip_prefix(step.phase.as_str()) {
            Some(how) => format!("failed in {}:{how}", step.phase),
            None => format!("failed in {}: {failure}", step.phase),
        },
        None => format!("failed in {}", step.phase),
    }
}

/// The phase of a step, and what holds the machine in it where that is something else.
fn in_phase(fleet: &Fleet, step: &OperationStep) -> String {
    let machine = fleet.machine(step.machine_id);
    match machine.map(machine_reason) {
        Some(reason) if !reason.is_empty() && reason != step.phase.as_str() => {
            format!("{}: {reason}", step.phase)
        }
        _ => step.phase.to_string(),
    }
}
