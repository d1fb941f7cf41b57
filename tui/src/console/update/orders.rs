//! Orders to the appliance: the question before one, its sending, its outcome.

use appliance::{Error, ErrorKind, Operation, Reply, Request};

use super::{data, polling, rehearsal};
use crate::console::command::{About, Command, Verb};
use crate::console::key::{Code, Key};
use crate::console::keys::Action;
use crate::console::message::Effect;
use crate::console::model::changes::change_of;
use crate::console::model::dialog::Stage;
use crate::console::model::{
    CHOOSE, Dialog, Done, Intent, Model, Plan, RowId, SMALLEST, Sent, Tone,
};

/// Takes a question away that the terminal has no room for any more.
pub(super) fn close_if_too_small(model: &mut Model) {
    if (model.dialog.is_some() || model.menu.is_some()) && is_too_small(model) {
        model.dialog = None;
        model.menu = None;
        model.notify(Tone::Warning, too_small());
    }
}

/// Whether the terminal has no room for a question. Then that is said.
pub(super) fn has_no_room(model: &mut Model) -> bool {
    let is_too_small = is_too_small(model);
    if is_too_small {
        model.notify(Tone::Warning, too_small());
    }
    is_too_small
}

fn is_too_small(model: &Model) -> bool {
    model.size.0 < SMALLEST.0 || model.size.1 < SMALLEST.1
}

fn too_small() -> String {
    let (columns, rows) = SMALLEST;
    format!("the terminal is too small for a question: {columns}x{rows} at least")
}

/// Whether a live appliance is given no order now. Then it is said why.
pub(super) fn is_refused(model: &mut Model) -> bool {
    let why = model.refusal();
    let is_refused = why.is_some();
    if let Some(why) = why {
        model.notify(Tone::Warning, why);
    }
    is_refused
}

/// Opens the question before an order for the chosen rows, or says why there is nothing to order.
pub(super) fn propose(model: &mut Model, action: Action) -> Vec<Effect> {
    if rehearsal::takes_no_orders(model) || is_refused(model) {
        return Vec::new();
    }
    let rows = model.chosen();
    let intent = Intent::Rollout(action);
    let plan = match model.plan(&intent, &rows) {
        Ok(plan) => plan,
        Err(why) => {
            let is_one = action == Action::Apply && rows.len() == 1;
            let way_out = if is_one && why != CHOOSE {
                ": 5 shows all revisions, from which one can be chosen"
            } else {
                ""
            };
            model.notify(Tone::Warning, format!("{why}{way_out}"));
            return Vec::new();
        }
    };
    // What can be taken back at once needs no question, unless more may be meant than the row that one looks at.
    let is_harmless = matches!(plan.command.verb, Verb::Pause | Verb::Resume);
    if is_harmless && model.place.marks.is_empty() {
        return match send(model, plan.command) {
            Ok(effects) => effects,
            Err(why) => {
                model.notify(Tone::Bad, format!("refused: {}", why.join("; ")));
                Vec::new()
            }
        };
    }
    if has_no_room(model) {
        return Vec::new();
    }
    // What was found before may not hold any more.
    model.fleet.findings.clear();
    ask(model, plan, intent, rows)
}

/// Opens the question. Returns what is to be asked for it.
pub(super) fn ask(model: &mut Model, plan: Plan, intent: Intent, rows: Vec<RowId>) -> Vec<Effect> {
    let consequences = model.consequences(&plan.command, &plan.left_out);
    let mut dialog = Dialog::new(plan, (intent, rows), consequences, model.fleet_word());
    dialog.can_save &= !model.applies_at_once();
    model.dialog = Some(dialog);
    data::ask_for_question(model).into_iter().collect()
}

/// Makes the order of a dialog anew, for the fleet as it is now.
fn plan_again(model: &mut Model) -> Vec<Effect> {
    let Some(dialog) = model.dialog.take() else {
        return Vec::new();
    };
    let (intent, rows) = dialog.made_from;
    match model.plan(&intent, &rows) {
        Ok(plan) => ask(model, plan, intent, rows),
        Err(why) => {
            model.notify(Tone::Warning, why);
            Vec::new()
        }
    }
}

/// Tells an open question what the fleet is like now; where the order no longer fits, it is refused.
pub(super) fn renew(model: &mut Model) {
    let Some(mut dialog) = model.dialog.take() else {
        return;
    };
    if dialog.stage == Stage::Prompting {
        match model.requests(&dialog.command) {
            Ok(_) => {
                let (intent, rows) = &dialog.made_from;
                let left_out = model.plan(intent, rows).map(|plan| plan.left_out);
                let left_out = left_out.unwrap_or_default();
                dialog.consequences = model.consequences(&dialog.command, &left_out);
            }
            Err(why) => dialog.end_in(Stage::Outdated(why)),
        }
    }
    model.dialog = Some(dialog);
}

/// Sends an order.
///
/// # Errors
/// When it no longer fits the fleet: why.
fn send(model: &mut Model, command: Command) -> Result<Vec<Effect>, Vec<String>> {
    let requests = model.requests(&command)?;
    if let Some(live) = &mut model.live {
        live.polling.note_orders(requests.len());
    }
    model.asked.extend(requests.iter().cloned());
    let effects = requests.iter().cloned().map(Effect::Ask).collect();
    model.sent.push(Sent::new(command, requests));
    Ok(effects)
}

/// Keys while a question is open.
pub(super) fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    let page = model
        .dialog
        .as_ref()
        .map_or(1, |dialog| dialog.layout(model.size).page);
    let Some(dialog) = &mut model.dialog else {
        return Vec::new();
    };
    let is_waiting = dialog.stage == Stage::Waiting;
    if dialog.to_confirm().is_some() {
        match key.code {
            Code::Char(character) if !key.ctrl && !character.is_control() => {
                dialog.typed.push(character);
                return Vec::new();
            }
            Code::Backspace => {
                dialog.typed.pop();
                return Vec::new();
            }
            _ => {}
        }
    }
    match key.code {
        Code::Esc | Code::Char('q' | 'n') => model.dialog = None,
        Code::Tab | Code::BackTab | Code::Left | Code::Right | Code::Char('h' | 'l')
            if !is_waiting =>
        {
            dialog.next_button();
            renew(model);
        }
        Code::Char('f') if !key.ctrl && dialog.stage == Stage::Prompting => {
            return rehearse(model);
        }
        Code::Enter if is_waiting => {}
        Code::Enter if !dialog.does_it => model.dialog = None,
        Code::Enter if dialog.stage == Stage::Prompting => return confirm(model),
        Code::Enter => return plan_again(model),
        Code::Down | Code::Char('j') => scroll(model, 1),
        Code::Up | Code::Char('k') => scroll(model, -1),
        Code::PageDown => scroll(model, isize::try_from(page).unwrap_or(1)),
        Code::PageUp => scroll(model, -isize::try_from(page).unwrap_or(1)),
        Code::Home | Code::Char('g') => scroll(model, isize::MIN),
        Code::End | Code::Char('G') => scroll(model, isize::MAX),
        _ => {}
    }
    Vec::new()
}

/// Rehearses the order of the question instead of giving it. Where that cannot be, the question stays.
fn rehearse(model: &mut Model) -> Vec<Effect> {
    let dialog = model.dialog.as_ref();
    let command = dialog.map(|dialog| dialog.command.clone());
    command.map_or_else(Vec::new, |command| rehearsal::begin(model, Some(command)))
}

fn scroll(model: &mut Model, by: isize) {
    let size = model.size;
    if let Some(dialog) = &mut model.dialog {
        let layout = dialog.layout(size);
        let last = layout.lines.len().saturating_sub(layout.page);
        dialog.offset = layout.first.saturating_add_signed(by).min(last);
    }
}

fn confirm(model: &mut Model) -> Vec<Effect> {
    let Some(dialog) = &model.dialog else {
        return Vec::new();
    };
    if let Some(word) = dialog.to_confirm()
        && word != dialog.typed
    {
        let why = format!("type {word} first, to confirm it");
        model.notify(Tone::Warning, why);
        return Vec::new();
    }
    let command = dialog.command.clone();
    let sent = send(model, command);
    let Some(dialog) = &mut model.dialog else {
        return Vec::new();
    };
    match sent {
        Ok(effects) => {
            dialog.stage = Stage::Waiting;
            effects
        }
        Err(why) => {
            dialog.end_in(Stage::Outdated(why));
            Vec::new()
        }
    }
}

/// Takes the answer to an order's request. Once all have come, their outcome is shown.
pub(super) fn take(
    model: &mut Model,
    request: &Request,
    reply: Result<Reply, Error>,
) -> Vec<Effect> {
    let answer = match reply {
        Ok(Reply::Operation(operation)) => Ok(Done::Operation(operation)),
        Ok(Reply::ChangedMachine(machine)) => Ok(Done::Machine(machine)),
        Ok(Reply::SavedRevision(revision)) => Ok(Done::Revision(revision)),
        Ok(Reply::Public(reply)) => done_to_pool(*reply),
        Ok(_) => Err(Error::other_answer().to_string()),
        Err(error) if error.kind() == ErrorKind::Unanswered => Err(format!(
            "it may have been carried out all the same: look before you repeat it: {error}"
        )),
        Err(error) => Err(error.to_string()),
    };
    if let Ok(Done::Operation(operation)) = &answer {
        polling::follow(model, operation.id);
    }
    for number in 0..model.sent.len() {
        let Some(place) = model.sent[number].place(request) else {
            continue;
        };
        *place = Some(answer);
        if model.sent[number].is_answered() {
            let sent = model.sent.remove(number);
            conclude(model, sent);
        }
        break;
    }
    data::ask_everything(model)
}

fn conclude(model: &mut Model, sent: Sent) {
    let (mut done, mut refused) = (Vec::new(), Vec::new());
    for ((_, answer), target) in sent.answers.into_iter().zip(&sent.command.targets) {
        match answer {
            Some(Ok(operation)) => done.push(operation),
            Some(Err(why)) => refused.push(format!("{target}: {why}")),
            None => {}
        }
    }
    rehearsal::note_orders(model, done.len());
    let told = (!done.is_empty()).then(|| outcome(&sent.command, &done));
    if let Some(told) = &told {
        model.notify(Tone::Good, told.clone());
    }
    let waits = model
        .dialog
        .take_if(|dialog| dialog.stage == Stage::Waiting && dialog.command == sent.command);
    match waits {
        _ if refused.is_empty() => {}
        Some(mut dialog) => {
            dialog.end_in(Stage::Refused {
                why: refused,
                done: told,
            });
            model.dialog = Some(dialog);
        }
        None => {
            for why in refused {
                model.notify(Tone::Bad, format!("refused: {why}"));
            }
        }
    }
}

/// What meltcloud's public API answers where a pool's change has nothing to roll out: the pool.
fn done_to_pool(reply: appliance::public::Reply) -> Result<Done, String> {
    match reply {
        appliance::public::Reply::MachinePool(pool) => Ok(Done::Pool(pool.resource.name)),
        _ => Err(Error::other_answer().to_string()),
    }
}

fn outcome(command: &Command, done: &[Done]) -> String {
    if command.verb.about() != About::Rollouts {
        return outcome_of_change(command, done);
    }
    let operations: Vec<_> = done
        .iter()
        .filter_map(|done| match done {
            Done::Operation(operation) => Some(operation),
            Done::Machine(_) | Done::Revision(_) | Done::Pool(_) => None,
        })
        .collect();
    outcome_of_rollouts(command.verb, &operations)
}

fn outcome_of_change(command: &Command, done: &[Done]) -> String {
    let what = change_of(command.verb).map_or("is changed", |change| change.outcome);
    match done {
        [Done::Operation(operation)] => {
            let title = command.title();
            format!(
                "operation {}: {title}, {}",
                operation.id.0, operation.status
            )
        }
        [Done::Revision(revision)] => format!("revision {} is saved", revision.number),
        [Done::Machine(machine)] => format!("{} {what}", machine.name),
        [Done::Pool(pool)] => format!("{pool} is changed, and nothing is rolled out"),
        _ => {
            let (label, count) = (command.verb.label(), done.len());
            let operations = done
                .iter()
                .filter(|done| matches!(done, Done::Operation(_)));
            match (command.verb.about(), operations.count()) {
                (About::Pools, _) => format!("{label}: {count} pools"),
                (_, 0) => format!("{label}: {count} machines"),
                (_, going) => format!("{label}: {count} machines, {going} operations"),
            }
        }
    }
}

fn outcome_of_rollouts(verb: Verb, done: &[&Operation]) -> String {
    let ids: Vec<_> = done
        .iter()
        .map(|operation| operation.id.0.to_string())
        .collect();
    let (ids, is_one) = (ids.join(", "), done.len() == 1);
    let who = if is_one {
        format!("operation {ids}")
    } else {
        format!("operations {ids}")
    };
    let number = |one: &'static str, many: &'static str| if is_one { one } else { many };
    match (verb, done) {
        (Verb::Apply, [operation]) => {
            let revision = operation.rollout.as_ref().map(|rollout| rollout.revision);
            let revision = revision.map_or(String::new(), |number| format!(" revision {number}"));
            format!("{who} rolls out{revision}: {}", operation.status)
        }
        (Verb::Apply, _) => format!("{who} roll the revisions out"),
        (Verb::Retry, _) => format!("{who} {} on with what is left", number("goes", "go")),
        (Verb::Cancel, [operation]) => format!("{who} is {}", operation.status),
        (Verb::Cancel, _) => format!("{who} are cancelled: what is in flight still ends"),
        (Verb::Pause, _) => format!(
            "{who} {} paused: p resumes {}",
            number("is", "are"),
            number("it", "them")
        ),
        _ => format!("{who} {} on", number("goes", "go")),
    }
}
