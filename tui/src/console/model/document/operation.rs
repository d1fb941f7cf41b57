//! The text of one operation: how far it is, its steps, its log.

use appliance::{OperationHistory, OperationStep, Text};

use super::{Document, Layout, Line, Section, field, log, plain};
use crate::clock::{clock, length};
use crate::console::model::cut::fitted;
use crate::console::model::entry::{Tone, operation_state};
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
        line: Box::new(move |row| step_line(&history.steps[row], layout)),
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
    }
    head
}

fn step_line(step: &OperationStep, layout: Layout) -> Line {
    let ended = step.ended_ms.unwrap_or(layout.now_ms);
    let took = length(ended.saturating_sub(step.started_ms));
    let (state, tone) = match step.result.as_ref().map(Text::as_str) {
        Some("failed") => (format!("failed in {}", step.phase), Tone::Bad),
        Some(result) => (result.to_owned(), Tone::Good),
        None => (step.phase.to_string(), Tone::Busy),
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
