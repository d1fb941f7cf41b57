//! Orders to the appliance: the question before one, its sending, its outcome.

use appliance::{Error, MachinePoolId, Operation, Reply, Request};

use super::data;
use crate::console::command::{Command, Verb};
use crate::console::key::{Code, Key};
use crate::console::keys::Action;
use crate::console::message::Effect;
use crate::console::model::dialog::Stage;
use crate::console::model::entry::operation_state;
use crate::console::model::{Dialog, Model, Tone};

/// Machines that a question names one by one.
const NAMED: usize = 5;

/// Columns and rows that a question needs to say all that it must.
const ROOM: (u16, u16) = (44, 18);
const TOO_SMALL: &str = "the terminal is too small for the question: 44x18 at least";

fn is_too_small(model: &Model) -> bool {
    model.size.0 < ROOM.0 || model.size.1 < ROOM.1
}

/// Takes a question away that the terminal has no room for any more.
pub(super) fn close_if_too_small(model: &mut Model) {
    if model.dialog.is_some() && is_too_small(model) {
        model.dialog = None;
        model.notify(Tone::Warning, TOO_SMALL);
    }
}

/// Whether a request changes something.
pub(super) fn is_order(request: &Request) -> bool {
    matches!(
        request,
        Request::ApplyRevision { .. }
            | Request::RetryOperation { .. }
            | Request::CancelOperation { .. }
            | Request::PauseOperation { .. }
            | Request::ResumeOperation { .. }
    )
}

/// Opens the question before an order, or says why there is nothing to order. What harms nothing is sent at once.
pub(super) fn propose(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(pool) = model.pool_at_hand() else {
        model.notify(
            Tone::Warning,
            "choose a pool, a revision or an operation first",
        );
        return Vec::new();
    };
    let verb = match model.offer(action, pool) {
        Ok(verb) => verb,
        Err(why) => {
            model.notify(Tone::Warning, why);
            return Vec::new();
        }
    };
    let command = Command {
        verb,
        context: model.context.clone(),
        cluster: model.fleet.cluster_name(pool),
        pool: model.fleet.pool_name(pool),
    };
    if matches!(command.verb, Verb::Pause { .. } | Verb::Resume { .. }) {
        return send(model, command.request());
    }
    if is_too_small(model) {
        model.notify(Tone::Warning, TOO_SMALL);
        return Vec::new();
    }
    let consequences = consequences(model, &command, pool);
    model.dialog = Some(Dialog::new(command, consequences));
    Vec::new()
}

/// What the order will do, for the question.
fn consequences(model: &Model, command: &Command, pool: MachinePoolId) -> Vec<String> {
    let mut told = vec![
        format!("cluster  {}", command.cluster),
        format!("pool     {}", command.pool),
    ];
    match command.verb {
        Verb::Apply { revision, .. } => {
            told.push(format!("revision {revision}"));
            told.extend(reboots(model, pool, revision));
            if let Some(open) = model.fleet.open_operation(pool) {
                let state = operation_state(open).text;
                told.push(format!(
                    "It waits for operation {}, which is {state}.",
                    open.id.0
                ));
            }
        }
        Verb::Retry { operation } => {
            let operation = model.fleet.operation(operation);
            let rollout = operation.and_then(|operation| operation.rollout.as_ref());
            told.extend(
                rollout.map_or_else(Vec::new, |rollout| reboots(model, pool, rollout.revision)),
            );
        }
        Verb::Cancel { .. } => {
            told.push("No further machine starts; those in flight still end.".to_owned());
            told.push("A cancelled operation cannot be resumed.".to_owned());
        }
        Verb::Pause { .. } | Verb::Resume { .. } => {}
    }
    told
}

/// How many machines will reboot on their way to a revision, and which.
fn reboots(model: &Model, pool: MachinePoolId, revision: u32) -> Vec<String> {
    let mut machines = model.fleet.machines.iter().filter(|machine| {
        machine.machine_pool_id == Some(pool) && machine.machine_revision != Some(revision)
    });
    let named: Vec<_> = machines
        .by_ref()
        .take(NAMED)
        .map(|machine| machine.name.to_string())
        .collect();
    let more = machines.count();
    let count = named.len() + more;
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    if count == 0 {
        return vec!["No machine will reboot: all run the revision.".to_owned()];
    }
    let machines = if count == 1 { "machine" } else { "machines" };
    vec![
        format!("{count} {machines} will be drained and rebooted:"),
        format!("{}{rest}", named.join(", ")),
    ]
}

fn send(model: &mut Model, request: Request) -> Vec<Effect> {
    model.asked.push(request.clone());
    vec![Effect::Ask(request)]
}

/// Keys while a question is open.
pub(super) fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(dialog) = &mut model.dialog else {
        return Vec::new();
    };
    let is_open = dialog.stage == Stage::Prompting;
    match key.code {
        Code::Esc | Code::Char('q' | 'n') => model.dialog = None,
        Code::Tab | Code::BackTab | Code::Left | Code::Right | Code::Char('h' | 'l') if is_open => {
            dialog.does_it = !dialog.does_it;
        }
        Code::Enter if is_open && dialog.does_it => {
            dialog.stage = Stage::Waiting;
            let request = dialog.command.request();
            return send(model, request);
        }
        Code::Enter if dialog.stage != Stage::Waiting => model.dialog = None,
        _ => {}
    }
    Vec::new()
}

/// Takes the outcome of an order, and shows it.
pub(super) fn take(
    model: &mut Model,
    request: &Request,
    reply: Result<Reply, Error>,
) -> Vec<Effect> {
    let waiting = model
        .dialog
        .take_if(|dialog| dialog.stage == Stage::Waiting && dialog.command.request() == *request);
    match reply {
        Ok(Reply::Operation(operation)) => {
            let done = outcome(request, &operation);
            model.notify(Tone::Good, done);
        }
        Ok(_) => model.notify(
            Tone::Warning,
            "the appliance answered something else than was asked",
        ),
        Err(error) => match waiting {
            Some(mut dialog) => {
                dialog.stage = Stage::Failed(error.to_string());
                model.dialog = Some(dialog);
            }
            None => model.notify(Tone::Bad, format!("refused: {error}")),
        },
    }
    data::ask_everything(model)
}

fn outcome(request: &Request, operation: &Operation) -> String {
    let id = operation.id.0;
    match request {
        Request::ApplyRevision { revision, .. } => format!(
            "operation {id} rolls out revision {revision}: {}",
            operation.status
        ),
        Request::RetryOperation { .. } => format!("operation {id} goes on with what is left"),
        Request::CancelOperation { .. } => format!("operation {id} is {}", operation.status),
        Request::PauseOperation { .. } => format!("operation {id} is paused: p resumes it"),
        Request::ResumeOperation { .. } => format!("operation {id} goes on"),
        _ => format!("operation {id}: {}", operation.status),
    }
}
