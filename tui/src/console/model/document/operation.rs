//! The text of one operation: how far it is, its steps, its log.

use appliance::{OperationHistory, OperationStep, Text, Wait};

use super::{Document, Layout, Line, Section, field, log, plain};
use crate::clock::{clock, length};
use crate::console::model::cut::fitted;
use crate::console::model::entry::{Tone, machine_reason, operation_state, reason_told};
use crate::console::model::fleet::Fleet;
use crate::console::model::place::RowId;

pub(super) fn document<'m>(
    fleet: &'m Fleet,
    history: &'m OperationHistory,
    layout: Layout,
) -> Document<'m> {
    let steps = Section {
        title: format!(
            "{}  {:>11}  {:>11}  {}",
            fitted("MACHINE", name_width(layout)),
            "STARTED",
            "TOOK",
            "STATE"
        ),
        rows: history.steps.len(),
        id: Box::new(|row| RowId::Machine(history.steps[row].machine_id)),
        line: Box::new(move |row| step_line(fleet, &history.steps[row], layout)),
    };
    Document {
        head: head(fleet, history, layout),
        sections: vec![steps, log(&history.log, history.log_missing)],
    }
}

/// Cells for the names of machines: by the terminal alone, so that nothing jumps when a longer name comes.
fn name_width(layout: Layout) -> u16 {
    (layout.columns / 4).clamp(14, 40)
}

fn head(fleet: &Fleet, history: &OperationHistory, layout: Layout) -> Vec<Line> {
    let operation = &history.operation;
    let state = operation_state(operation);
    let mut head = vec![field("operation", operation.id.0.to_string(), Tone::Plain)];
    head.push(field("status", String::from(state.text), state.tone));
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

fn step_line(fleet: &Fleet, step: &OperationStep, layout: Layout) -> Line {
    let ended = step.ended_ms.unwrap_or(layout.now_ms);
    let took = length(ended.saturating_sub(step.started_ms));
    let (state, tone) = match step.result.as_ref().map(Text::as_str) {
        Some("failed") => (format!("failed in {}", step.phase), Tone::Bad),
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
