//! The table of operations.

use std::borrow::Cow;

use appliance::{MachinePoolId, Operation, OperationStatus, Rollout, Text};

use super::{
    Cell, Column, Entry, Tone, column, is_pool_in, natural, number, plain, revision_cell, toned,
};
use crate::clock::clock;
use crate::console::model::fleet::Fleet;
use crate::console::model::place::{RowId, Scope};

/// The tone of an operation's status.
fn operation_tone(status: &OperationStatus) -> Tone {
    match status {
        OperationStatus::Succeeded => Tone::Good,
        OperationStatus::Pending | OperationStatus::Running => Tone::Busy,
        OperationStatus::Failed | OperationStatus::InternalError => Tone::Bad,
        _ => Tone::Warning,
    }
}

/// The status of an operation, with what an operator must know beside it.
pub fn operation_state(operation: &Operation) -> Cell {
    let tone = operation_tone(&operation.status);
    let rollout = operation.rollout.as_ref();
    let failure = rollout.and_then(|rollout| rollout.failure.as_ref());
    let is_paused =
        rollout.is_some_and(|rollout| rollout.is_paused) && !operation.status.is_final();
    match failure {
        Some(why) if !operation.status.is_final() => {
            toned(format!("{} ({why})", operation.status), Tone::Warning)
        }
        Some(why) => toned(format!("{} ({why})", operation.status), tone),
        None if is_paused => toned("paused", Tone::Warning),
        None => toned(operation.status.as_str(), tone),
    }
}

impl Entry for Operation {
    const COLUMNS: &'static [Column<Self>] = &[
        column!(number "ID", 4, 0, |_, operation| number(operation.id.0), |_, a, b| a.id.cmp(&b.id)),
        column!(
            "ABOUT",
            10..40,
            0,
            |fleet, operation| plain(operation_subject(fleet, operation)),
            |fleet, a, b| { natural(&operation_subject(fleet, a), &operation_subject(fleet, b)) }
        ),
        column!(number "REV", 4, 1, |_, operation| revision_cell(revision_of(operation)), |_, a, b| {
            rollout(a, |rollout| rollout.revision).cmp(&rollout(b, |rollout| rollout.revision))
        }),
        column!(
            "STATUS",
            24..40,
            0,
            |_, operation| operation_state(operation),
            |_, a, b| a.status.cmp(&b.status)
        ),
        column!(number "UPDATED", 9, 1, |_, operation| plain(updated(operation)), |_, a, b| {
            rollout(a, |rollout| rollout.updated).cmp(&rollout(b, |rollout| rollout.updated))
        }),
        column!(number "FLIGHT", 6, 2, |_, operation| count_cell(operation, |rollout| rollout.in_flight), |_, a, b| {
            rollout(a, |rollout| rollout.in_flight).cmp(&rollout(b, |rollout| rollout.in_flight))
        }),
        column!(number "FAILED", 6, 1, |_, operation| count_cell(operation, |rollout| rollout.failed), |_, a, b| {
            rollout(a, |rollout| rollout.failed).cmp(&rollout(b, |rollout| rollout.failed))
        }),
        column!(
            "STARTED",
            11,
            3,
            |_, operation| plain(asked_at(operation)),
            |_, a, b| a.id.cmp(&b.id)
        ),
        column!(
            "ENDED",
            11,
            4,
            |_, operation| plain(ended_at(operation)),
            |_, a, b| a.id.cmp(&b.id)
        ),
    ];

    fn all(fleet: &Fleet) -> &[Self] {
        &fleet.operations
    }

    fn id(&self) -> RowId {
        RowId::Operation(self.id)
    }

    fn is_in(&self, fleet: &Fleet, scope: Scope) -> bool {
        let of_machine = || fleet.machine(self.machine_id?)?.machine_pool_id;
        match pool_of(self).or_else(of_machine) {
            Some(pool) => is_pool_in(fleet, pool, scope),
            None => scope == Scope::Fleet,
        }
    }

    fn texts<'e>(&'e self, fleet: &'e Fleet) -> [Cow<'e, str>; 3] {
        let pool = String::from(operation_subject(fleet, self));
        [
            pool.into(),
            self.status.as_str().into(),
            self.action.as_str().into(),
        ]
    }
}

pub(super) fn rollout(operation: &Operation, of: fn(&Rollout) -> u32) -> u32 {
    operation.rollout.as_ref().map_or(0, of)
}

/// The pool that an operation rolls out, or is about.
fn pool_of(operation: &Operation) -> Option<MachinePoolId> {
    let rollout = operation.rollout.as_ref();
    let of_rollout = rollout.map(|rollout| rollout.machine_pool_id);
    of_rollout.or(operation.machine_pool_id)
}

pub(super) fn operation_pool(fleet: &Fleet, operation: &Operation) -> Text {
    let pool = pool_of(operation);
    pool.map(|pool| fleet.pool_name(pool)).unwrap_or_default()
}

/// What an operation does, as `set-labels w-3`; `None` for the rollout of a pool of which it is known how far it is.
pub fn operation_task(fleet: &Fleet, operation: &Operation) -> Option<String> {
    let action = &operation.action;
    match (operation.machine_id, pool_of(operation)) {
        (Some(machine), _) => Some(format!("{action} {}", fleet.machine_name(machine))),
        (None, _) if operation.rollout.is_some() => None,
        (None, Some(pool)) => Some(format!("{action} {}", fleet.pool_name(pool))),
        // As an order for a cluster.
        (None, None) => Some(action.to_string()),
    }
}

/// The pool of an operation, or what it does.
fn operation_subject(fleet: &Fleet, operation: &Operation) -> Text {
    match operation_task(fleet, operation) {
        Some(task) => Text::from(task),
        None => operation_pool(fleet, operation),
    }
}

/// The revision that an operation rolls out; `None` of one that rolls none out.
fn revision_of(operation: &Operation) -> Option<u32> {
    let rollout = operation.rollout.as_ref();
    rollout.map(|rollout| rollout.revision)
}

/// How many machines; a dash of an operation that counts none.
fn count_cell(operation: &Operation, of: fn(&Rollout) -> u32) -> Cell {
    match &operation.rollout {
        Some(rollout) => number(of(rollout)),
        None => plain("-"),
    }
}

pub(super) fn updated(operation: &Operation) -> String {
    if operation.rollout.is_none() {
        return "-".to_owned();
    }
    format!(
        "{}/{}",
        rollout(operation, |rollout| rollout.updated),
        rollout(operation, |rollout| rollout.targeted)
    )
}

fn asked_at(operation: &Operation) -> Text {
    operation
        .rollout
        .as_ref()
        .map(|rollout| Text::from(clock(rollout.requested_ms)))
        .unwrap_or_default()
}

fn ended_at(operation: &Operation) -> Text {
    let ended = operation
        .rollout
        .as_ref()
        .and_then(|rollout| rollout.ended_ms);
    ended
        .map(|ended| Text::from(clock(ended)))
        .unwrap_or_default()
}
