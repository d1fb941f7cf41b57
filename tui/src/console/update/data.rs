//! Answers, and what to ask next: at most one request of a kind at a time, and nothing while nothing happens.

use appliance::{Clock, Error, FleetEvent, Reply, Request, Severity};

use super::{orders, polling, rehearsal};
use crate::clock::clock;
use crate::console::message::{ClockReport, Effect};
use crate::console::model::entry::event_tone;
use crate::console::model::log::LogLine;
use crate::console::model::resource::Resource;
use crate::console::model::{Model, News, Scope, Tone, View};

/// Events that are asked for at once.
pub(super) const EVENTS_AT_ONCE: u32 = 5_000;

/// Asks for everything that the console shows anywhere.
pub(super) fn ask_everything(model: &mut Model) -> Vec<Effect> {
    if model.live.is_some() {
        return polling::ask_anew(model);
    }
    model.asked_at = Some(model.clock.events);
    let after = model.fleet.log.last_number();
    let lists = [
        Request::ListClusters,
        Request::ListMachinePools,
        Request::ListMachines,
        Request::ListOperations,
        Request::ListRevisions,
        Request::ListBudgets,
        Request::ListEvents {
            after,
            most: EVENTS_AT_ONCE,
        },
    ];
    let mut effects: Vec<_> = lists
        .into_iter()
        .filter_map(|request| ask(model, request))
        .collect();
    effects.extend(ask_for_windows(model));
    effects.extend(ask_for_place(model));
    effects.extend(ask_for_question(model));
    effects
}

/// Asks for everything if something happened since it was asked for.
pub(super) fn ask_what_changed(model: &mut Model) -> Vec<Effect> {
    if model.live.is_some() {
        return polling::ask_due(model);
    }
    if model.asked_at == Some(model.clock.events) || !model.asked.is_empty() {
        return Vec::new();
    }
    ask_everything(model)
}

/// Asks for what only the present view shows.
pub(super) fn ask_for_place(model: &mut Model) -> Vec<Effect> {
    if model.live.is_some() {
        return polling::ask_due(model);
    }
    let request = match model.place.view {
        View::Machine(machine) => Request::GetMachine { machine },
        View::Operation(operation) => Request::GetOperation { operation },
        _ => return Vec::new(),
    };
    ask(model, request).into_iter().collect()
}

/// Asks for the windows where they are not known, or one of those that are has closed.
pub(super) fn ask_for_windows(model: &mut Model) -> Option<Effect> {
    let request = model.asks_for_windows()?;
    ask(model, request)
}

/// Asks for what only the open question tells.
pub(super) fn ask_for_question(model: &mut Model) -> Option<Effect> {
    let request = model.preflight()?;
    ask(model, request)
}

fn ask(model: &mut Model, request: Request) -> Option<Effect> {
    if model.is_leaving {
        return None;
    }
    let is_same_kind =
        |asked: &Request| std::mem::discriminant(asked) == std::mem::discriminant(&request);
    let is_about_place = matches!(
        request,
        Request::GetMachine { .. } | Request::GetOperation { .. } | Request::Preflight { .. }
    );
    let is_asked = model.asked.iter().any(|asked| {
        if is_about_place {
            *asked == request
        } else {
            is_same_kind(asked)
        }
    });
    if is_asked {
        return None;
    }
    model.asked.push(request.clone());
    Some(Effect::Ask(request))
}

/// Takes an answer.
pub(super) fn take(
    model: &mut Model,
    request: &Request,
    reply: Result<Reply, Error>,
) -> Vec<Effect> {
    model.asked.retain(|asked| asked != request);
    polling::note(model, request, &reply);
    if request.is_order() {
        return orders::take(model, request, reply);
    }
    if let Request::Preflight { pools } = request {
        let found = match reply {
            Ok(Reply::Findings(found)) => Ok(found),
            Ok(_) => Err(Error::other_answer().to_string()),
            Err(error) => Err(error.to_string()),
        };
        model.fleet.take_findings(pools, &found);
        orders::renew(model);
        return ask_what_changed(model);
    }
    match reply {
        Ok(reply) => take_reply(model, reply),
        // How a live appliance is reached, the frame says.
        Err(_) if model.live.is_some() => {}
        Err(error) => model.notify(Tone::Bad, format!("the appliance did not answer: {error}")),
    }
    ask_what_changed(model)
}

fn take_reply(model: &mut Model, reply: Reply) {
    let is_shown = is_shown(model.place.view, &reply);
    let resource = Resource::told_in(&reply);
    let fleet = &mut model.fleet;
    match reply {
        Reply::Clusters(clusters) => fleet.take_clusters(clusters),
        Reply::MachinePools(pools) => fleet.take_pools(pools),
        Reply::Machines(machines) => fleet.take_machines(machines),
        Reply::Operations(operations) => fleet.take_operations(operations),
        Reply::Revisions(revisions) => fleet.take_revisions(revisions),
        Reply::Events(events) => {
            fleet.log.take(events);
            tell_news(model);
        }
        Reply::Machine(history) => fleet.machine = Some(*history),
        Reply::OperationHistory(history) => fleet.operation = Some(*history),
        Reply::Budgets(budgets) => fleet.take_budgets(budgets),
        Reply::Windows(pools) => fleet.take_windows(pools),
        // Findings are taken with the pools that they are of.
        Reply::Operation(_)
        | Reply::ChangedMachine(_)
        | Reply::ChangedCluster(_)
        | Reply::SavedRevision(_)
        | Reply::Findings(_)
        | Reply::NetworkProfiles(_)
        | Reply::Stored(_)
        | Reply::Capabilities(_)
        | Reply::Public(_) => {}
        Reply::Clock(clock) => take_clock(model, &clock),
    }
    if let Some(resource) = resource {
        rehearsal::note_told(model, resource);
    }
    // At once: a row must not change its identity between two answers.
    if is_shown {
        model.relist();
    }
    orders::renew(model);
    polling::tell_ends(model);
}

/// Whether an answer changes the rows of a table.
fn is_shown(view: View, reply: &Reply) -> bool {
    match view {
        View::Overview => !matches!(reply, Reply::Events(_)),
        View::Pools(_) => matches!(reply, Reply::MachinePools(_) | Reply::Machines(_)),
        View::Windows => matches!(
            reply,
            Reply::Windows(_) | Reply::MachinePools(_) | Reply::Clusters(_)
        ),
        View::Budgets => matches!(reply, Reply::Budgets(_) | Reply::Clusters(_)),
        View::Machines(Scope::Budget(_)) => {
            matches!(reply, Reply::Machines(_) | Reply::Budgets(_))
        }
        View::Machines(_) => matches!(reply, Reply::Machines(_) | Reply::MachinePools(_)),
        View::Revisions(_) => matches!(reply, Reply::Revisions(_) | Reply::MachinePools(_)),
        View::Operations(_) => matches!(reply, Reply::Operations(_) | Reply::MachinePools(_)),
        View::Log => matches!(reply, Reply::Events(_)),
        View::Machine(_) => matches!(
            reply,
            Reply::Machine(_) | Reply::Revisions(_) | Reply::MachinePools(_)
        ),
        View::Operation(_) => matches!(reply, Reply::OperationHistory(_)),
        View::Forecast | View::Help => false,
    }
}

/// Takes the clock of a simulated appliance that is asked over HTTP. It is not this console's to drive.
fn take_clock(model: &mut Model, clock: &Clock) {
    if let Some(live) = &mut model.live {
        let speed = clock.speed.filter(|_| !clock.is_paused);
        live.simulated = Some((clock.now_ms, speed));
        let now_ms = clock.now_ms;
        let report = ClockReport {
            now_ms,
            ..model.clock.clone()
        };
        super::take_clock(model, report);
    }
}

/// Tells what the operator let the clock run to, once the events are known that say it.
fn tell_news(model: &mut Model) {
    let is_end = |event: &&FleetEvent| {
        let is_end = event.machine_id.is_none() && event.severity != Severity::Info;
        is_end || event.severity == Severity::Failure
    };
    let lines = model.fleet.log.lines().iter().rev();
    let mut events = lines.filter_map(LogLine::event);
    let event = match model.awaits {
        Some(News::End) => events.find(is_end),
        Some(News::Step(after)) => events.next().filter(|event| event.number > after),
        None => None,
    };
    let Some(event) = event else {
        return;
    };
    let text = format!("{}: {}", clock(event.at_ms), event.text);
    let tone = event_tone(event.severity);
    match model.awaits.take() {
        Some(News::Step(_)) => model.notices.tell_in_passing(tone, text.into()),
        _ => model.notify(tone, text),
    }
}
