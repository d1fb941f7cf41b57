//! Rehearsals of the fleet, and runs of them that are shown in its place.

use super::{data, navigate};
use crate::console::command::Command;
use crate::console::keys::Action;
use crate::console::message::{Effect, Rehearsed};
use crate::console::model::resource::Resource;
use crate::console::model::{Fleet, Intent, Model, Place, Rehearsal, Tone, View};

/// Shows the forecast, and rehearses unless that was done: the fleet, or what applying the chosen saved revisions leads to.
/// Where the forecast is on the screen already, the same is rehearsed again, or no more.
pub(super) fn rehearse(model: &mut Model) -> Vec<Effect> {
    if model.watching.is_some() {
        let why = "this is a run of a rehearsal: $ leads back to the fleet, which can be rehearsed";
        model.notify(Tone::Warning, why);
        return Vec::new();
    }
    let last = model.fleet.rehearsal.as_ref();
    let last = last.and_then(|last| last.supposed.clone());
    if model.shows_forecast() {
        return if model.is_rehearsing() {
            vec![Effect::StopRehearsal]
        } else {
            begin(model, last)
        };
    }
    let supposed = match model.chosen_saved() {
        None => None,
        Some(rows) => match model.plan(&Intent::Rollout(Action::Apply), &rows) {
            Ok(plan) => Some(plan.command),
            Err(why) => {
                model.notify(Tone::Warning, why);
                return Vec::new();
            }
        },
    };
    let goes_on = model.is_rehearsing() && last == supposed;
    if goes_on || model.is_rehearsed(supposed.as_ref()) {
        return navigate::go(model, View::Forecast);
    }
    begin(model, supposed)
}

/// Rehearses the fleet, after an order where one is supposed. Where that cannot be, says why and changes nothing.
pub(super) fn begin(model: &mut Model, supposed: Option<Command>) -> Vec<Effect> {
    if let Some(why) = model.closed() {
        model.notify(Tone::Warning, why);
        return Vec::new();
    }
    let orders = supposed
        .as_ref()
        .map(|command| model.requests_to_rehearse(command))
        .transpose();
    let orders = match orders {
        Ok(orders) => orders.unwrap_or_default(),
        Err(why) => {
            model.notify(Tone::Warning, why.join("; "));
            return Vec::new();
        }
    };
    model.dialog = None;
    let last = model.fleet.rehearsal.as_ref();
    let number = last.map_or(0, |last| last.number) + 1;
    model.fleet.rehearsal = Some(Rehearsal::new(number, supposed));
    let mut effects = vec![Effect::Rehearse(number, orders)];
    if model.shows_forecast() {
        // It is read from its beginning, wherever one was in the last one.
        model.place = Place::new(View::Forecast);
        model.relist();
    } else {
        effects.extend(navigate::go(model, View::Forecast));
    }
    effects
}

/// Takes how far a rehearsal is.
pub(super) fn take(model: &mut Model, told: Rehearsed) -> Vec<Effect> {
    let operations = model.fleet.operations.iter();
    let under_way = operations.filter(|known| !known.status.is_final()).count();
    let Some(rehearsal) = &mut model.fleet.rehearsal else {
        return Vec::new();
    };
    let is_news = told.number == rehearsal.number && told.is_over;
    rehearsal.take(told, under_way);
    let (made, of) = (rehearsal.made, rehearsal.of);
    let why_not = rehearsal.why_not.clone();
    if model.shows_forecast() {
        model.relist();
    } else if is_news {
        match why_not {
            Some(why) => model.notify(Tone::Bad, format!("nothing is rehearsed: {why}")),
            None => model.notify(
                Tone::Good,
                format!("rehearsed in {made} of {of} runs: 9 shows the forecast"),
            ),
        }
    }
    Vec::new()
}

/// The appliance has told something anew: looks whether the last rehearsal is still of the same.
pub(super) fn note_told(model: &mut Model, resource: Resource) {
    if model.live.is_none() {
        return;
    }
    let Some(mut rehearsal) = model.fleet.rehearsal.take() else {
        return;
    };
    if let Some(live) = &mut rehearsal.live {
        let fleet = &model.fleet;
        let (captured, changes) = (&live.captured, &mut live.changes);
        match resource {
            Resource::Machines => changes.machines = captured.changed_machines(fleet),
            Resource::Pools => changes.pools = captured.changed_pools(fleet),
            Resource::Revisions => changes.saved = captured.changed_saved(fleet),
            _ => {}
        }
    }
    model.fleet.rehearsal = Some(rehearsal);
}

/// Shows a run of the rehearsal.
pub(super) fn watch(model: &mut Model, run: u32) -> Vec<Effect> {
    let rehearsal = model.fleet.rehearsal.as_ref();
    let outlook = rehearsal.and_then(|rehearsal| rehearsal.outlook.as_ref());
    if outlook.is_none() {
        return Vec::new();
    }
    if model.live.is_some() && !model.sent.is_empty() {
        let why = "an order is not answered yet: a run is shown once that is told";
        model.notify(Tone::Warning, why);
        return Vec::new();
    }
    model.is_leaving = true;
    vec![Effect::Watch(run)]
}

/// Goes back from a run of a rehearsal to the fleet.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    if model.watching.is_none() {
        model.notify(Tone::Plain, "this is the fleet, and no run of a rehearsal");
        return Vec::new();
    }
    model.is_leaving = true;
    vec![Effect::Leave]
}

/// From now on something else is shown: all that is known of the fleet is of something else.
pub(super) fn take_watching(model: &mut Model, run: Option<u32>) -> Vec<Effect> {
    let rehearsal = model.fleet.rehearsal.take();
    let outlook = rehearsal.as_ref().and_then(|last| last.outlook.as_ref());
    let seed = outlook.map_or(model.seed, |outlook| outlook.seed);
    model.fleet = Fleet::default();
    model.fleet.rehearsal = rehearsal;
    model.asked.clear();
    model.windows_asked_at = None;
    model.awaits = None;
    model.dialog = None;
    model.menu = None;
    model.is_typing = false;
    model.is_leaving = false;
    let was_watching = std::mem::replace(&mut model.watching, run).is_some();
    match run {
        Some(_) => model.put_aside(seed),
        None => model.take_back(),
    }
    let view = match run {
        Some(_) => View::Overview,
        None if was_watching => View::Forecast,
        None => model.place.view,
    };
    let mut effects = navigate::go(model, view);
    model.relist();
    effects.extend(data::ask_everything(model));
    effects
}

/// Whether a run of a rehearsal is shown, to which no order can be given. Then that is said.
pub(super) fn takes_no_orders(model: &mut Model) -> bool {
    let is_run = model.watching.is_some();
    if is_run {
        let why = "a run of a rehearsal takes no orders: $ leads back to the fleet";
        model.notify(Tone::Warning, why);
    }
    is_run
}

/// The fleet took so many orders: the last rehearsal is of what it was before.
pub(super) fn note_orders(model: &mut Model, orders: usize) {
    if let Some(rehearsal) = &mut model.fleet.rehearsal {
        rehearsal.orders += u32::try_from(orders).unwrap_or(u32::MAX);
    }
}
