//! What a live appliance is asked, and when: the one place that decides it.
//!
//! Everything that is shown anywhere is asked for again and again, at the cadence of `model::resource`. While the appliance
//! is away, one light question is asked at growing intervals until it answers, and then everything.

use appliance::{Error, ErrorKind, OperationId, OperationStatus, Reply, Request, Text};

use super::data;
use crate::console::message::Effect;
use crate::console::model::live::{Access, Live, age};
use crate::console::model::polling::{Connection, LIGHT, Outcome, Turn};
use crate::console::model::resource::Resource;
use crate::console::model::windows::OPENINGS;
use crate::console::model::{Model, Tone, View};

/// Asks for everything as soon as may be, whatever its age. An appliance that cannot be asked yet is made ready for it.
pub(super) fn ask_anew(model: &mut Model) -> Vec<Effect> {
    let Some(live) = &mut model.live else {
        return Vec::new();
    };
    match live.access {
        Access::Open => {
            live.polling.hurry();
            ask_due(model)
        }
        Access::Awaited => Vec::new(),
        Access::Unwanted | Access::Impossible(_) => {
            live.access = Access::Awaited;
            vec![Effect::Open]
        }
    }
}

/// Takes whether an appliance can be asked by now.
pub(super) fn take_access(model: &mut Model, opened: Result<(), Text>) -> Vec<Effect> {
    let Some(live) = &mut model.live else {
        return Vec::new();
    };
    match opened {
        Ok(()) => live.access = Access::Open,
        Err(why) => {
            live.access = Access::Impossible(why.clone());
            model.notify(Tone::Bad, format!("cannot be asked: {why}"));
            return Vec::new();
        }
    }
    ask_due(model)
}

/// Asks for what is due: what the present view shows first, and no more than the appliance is to be burdened with.
pub(super) fn ask_due(model: &mut Model) -> Vec<Effect> {
    if model.is_leaving {
        return Vec::new();
    }
    let view = model.place.view;
    let is_running = is_running(model);
    let Some(live) = &mut model.live else {
        return Vec::new();
    };
    if live.access != Access::Open {
        return Vec::new();
    }
    if live.of_place != Some(view) {
        live.of_place = Some(view);
        live.polling.forget(Resource::Machine);
        live.polling.forget(Resource::Operation);
    }
    let mut due = if matches!(live.polling.connection, Connection::Away(_)) {
        live.polling.try_due().into_iter().collect()
    } else {
        let shown = live.looked_at.resources(view);
        let is_due = |resource: &Resource| {
            let is_shown = shown.contains(resource);
            let cadence = resource.cadence(is_running, is_shown);
            (is_shown || !resource.is_of_place()) && live.polling.is_due(*resource, cadence)
        };
        let mut due: Vec<_> = Resource::ALL.into_iter().filter(is_due).collect();
        due.sort_by_key(|resource| !shown.contains(resource));
        due
    };
    due.retain(|resource| !is_asked(model, *resource));
    let mut effects = Vec::new();
    for resource in due {
        let Some(request) = request(model, resource) else {
            continue;
        };
        let Some(live) = model.live.as_mut() else {
            break;
        };
        if !live.polling.take_token() {
            break;
        }
        live.polling.note_asked(resource);
        model.asked.push(request.clone());
        effects.push(Effect::Ask(request));
    }
    effects
}

/// Whether something goes on that changes from second to second.
fn is_running(model: &Model) -> bool {
    let follows = model
        .live
        .as_ref()
        .is_some_and(|live| !live.followed.is_empty());
    let operations = &model.fleet.operations;
    let goes_on = || operations.iter().any(|known| !known.status.is_final());
    follows || !model.sent.is_empty() || goes_on()
}

fn is_asked(model: &Model, resource: Resource) -> bool {
    let mut asked = model.asked.iter();
    asked.any(|request| Resource::of(request) == Some(resource))
}

/// The question; `None` where the present view has none of the kind.
fn request(model: &Model, resource: Resource) -> Option<Request> {
    Some(match (resource, model.place.view) {
        (Resource::Clusters, _) => Request::ListClusters,
        (Resource::Abilities, _) => Request::GetCapabilities,
        (Resource::Operations, _) => Request::ListOperations,
        (Resource::Machines, _) => Request::ListMachines,
        (Resource::Pools, _) => Request::ListMachinePools,
        (Resource::Clock, _) => Request::GetClock,
        (Resource::Revisions, _) => Request::ListRevisions,
        (Resource::Windows, _) => Request::ListWindows {
            timezone: model.timezone.clone(),
            most: OPENINGS,
        },
        (Resource::Budgets, _) => Request::ListBudgets,
        (Resource::Log, _) => Request::ListEvents {
            after: model.fleet.log.last_number(),
            most: data::EVENTS_AT_ONCE,
        },
        (Resource::Machine, View::Machine(machine)) => Request::GetMachine { machine },
        (Resource::Operation, View::Operation(operation)) => Request::GetOperation { operation },
        (Resource::Machine | Resource::Operation, _) => return None,
    })
}

/// Takes note of what came of a request, before the answer itself is taken.
pub(super) fn note(model: &mut Model, request: &Request, reply: &Result<Reply, Error>) {
    let Some(live) = &mut model.live else {
        return;
    };
    let resource = Resource::of(request);
    let outcome = outcome(resource, reply);
    if resource == Some(Resource::Abilities) {
        match &outcome {
            Outcome::Told => live.has_extension = Some(true),
            Outcome::NotTold => live.has_extension = Some(false),
            Outcome::Failed(_) | Outcome::Silent { .. } => {}
        }
    }
    // An appliance that answers something else to the same question is looked at as one that told nothing.
    if outcome == Outcome::NotTold && resource == Some(Resource::Clock) {
        live.simulated = None;
    }
    let rest = reply.as_ref().err().and_then(Error::retry_after);
    let turn = live
        .polling
        .note(resource, &outcome, rest.unwrap_or_default());
    tell_trouble(model, resource);
    match turn {
        Some(Turn::Lost) => tell_loss(model),
        Some(Turn::Found(after)) => {
            let told = format!("the appliance answers again, after {}", age(after));
            model.notify(Tone::Good, told);
        }
        None => {}
    }
}

/// Tells once why a list fails again and again while others come.
fn tell_trouble(model: &mut Model, resource: Option<Resource>) {
    /// One failure or two are nothing to worry about.
    const MANY: u32 = 3;
    let (Some(live), Some(resource)) = (&model.live, resource) else {
        return;
    };
    let polling = &live.polling;
    let is_news = polling.connection == Connection::Up && polling.tries(resource) == MANY;
    let why = polling.error(resource).filter(|_| is_news);
    if let Some(why) = why {
        let told = format!("{} failed {MANY} times: {why}", resource.name());
        model.notify(Tone::Warning, told);
    }
}

fn tell_loss(model: &mut Model) {
    let Some(live) = &model.live else {
        return;
    };
    let Connection::Away(away) = &live.polling.connection else {
        return;
    };
    let told = if away.is_refused {
        format!("the appliance refuses the API key: {}", away.why)
    } else {
        format!("the appliance does not answer: {}", away.why)
    };
    model.notify(Tone::Bad, told);
}

fn outcome(resource: Option<Resource>, reply: &Result<Reply, Error>) -> Outcome {
    let Err(error) = reply else {
        return Outcome::Told;
    };
    let is_light = resource.is_some_and(|resource| LIGHT.contains(&resource));
    let optional = matches!(resource, Some(Resource::Abilities | Resource::Clock));
    let why = error.to_string().into();
    match error.kind() {
        ErrorKind::Unsupported => Outcome::NotTold,
        // Both are asked of any appliance, and only a simulated one has such an answer.
        ErrorKind::NotFound | ErrorKind::MethodNotAllowed if optional => Outcome::NotTold,
        ErrorKind::Unauthorized => Outcome::Silent {
            why,
            is_refused: true,
        },
        ErrorKind::Forbidden if is_light => Outcome::Silent {
            why,
            is_refused: true,
        },
        ErrorKind::Unreachable
        | ErrorKind::Insecure
        | ErrorKind::Unanswered
        | ErrorKind::Unavailable
        | ErrorKind::TimedOut
        | ErrorKind::TooManyRequests => Outcome::Silent {
            why,
            is_refused: false,
        },
        // What answers is not the appliance, if not even this comes.
        ErrorKind::Failed if is_light => Outcome::Silent {
            why,
            is_refused: false,
        },
        _ => Outcome::Failed(why),
    }
}

/// Follows an operation that was ordered here to its end.
pub(super) fn follow(model: &mut Model, operation: OperationId) {
    if let Some(live) = &mut model.live
        && !live.followed.contains(&operation)
    {
        live.followed.push(operation);
    }
}

/// Tells how the operations ended that are followed and over by now.
pub(super) fn tell_ends(model: &mut Model) {
    let Some(live) = &mut model.live else {
        return;
    };
    let fleet = &model.fleet;
    let status = |id: OperationId| {
        let listed = fleet.operation(id);
        let looked_at = fleet.operation.as_ref().map(|history| &history.operation);
        let known = listed.or_else(|| looked_at.filter(|operation| operation.id == id))?;
        known.status.is_final().then(|| known.status.clone())
    };
    let ended: Vec<_> = live
        .followed
        .iter()
        .filter_map(|id| Some((*id, status(*id)?)))
        .collect();
    live.followed
        .retain(|id| ended.iter().all(|(over, _)| over != id));
    let told: Vec<_> = ended
        .into_iter()
        .map(|(id, status)| told_of_end(live, id, &status))
        .collect();
    for (tone, text) in told {
        model.notify(tone, text);
    }
}

fn told_of_end(live: &Live, id: OperationId, status: &OperationStatus) -> (Tone, String) {
    match status {
        OperationStatus::Succeeded => (Tone::Good, format!("operation {} succeeded", id.0)),
        OperationStatus::Cancelled => (Tone::Warning, format!("operation {} is cancelled", id.0)),
        status => {
            let link = live.link(id);
            (Tone::Bad, format!("operation {}: {status}: {link}", id.0))
        }
    }
}
