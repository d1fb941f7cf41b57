//! Rehearsals of the fleet, and runs of them that are shown in its place.

use appliance::{Request, Text};

use super::{data, navigate};
use crate::console::message::{Effect, Rehearsed};
use crate::console::model::{Fleet, Model, Rehearsal, Tone, View};

/// Shows the forecast, and rehearses the fleet unless that was done. Where the forecast is on the screen already, it is
/// rehearsed again, or no more.
pub(super) fn rehearse(model: &mut Model) -> Vec<Effect> {
    if model.watching.is_some() {
        let why = "this is a run of a rehearsal: $ leads back to the fleet, which can be rehearsed";
        model.notify(Tone::Warning, why);
        return Vec::new();
    }
    match (model.is_rehearsing(), model.shows_forecast()) {
        (true, true) => vec![Effect::StopRehearsal],
        (true, false) => navigate::go(model, View::Forecast),
        (false, false) if model.is_rehearsed() => navigate::go(model, View::Forecast),
        _ => begin(model, Vec::new(), None),
    }
}

/// Rehearses the fleet after these orders, which `supposed` says in words.
pub(super) fn begin(
    model: &mut Model,
    orders: Vec<Request>,
    supposed: Option<Text>,
) -> Vec<Effect> {
    let last = model.fleet.rehearsal.as_ref();
    let number = last.map_or(0, |last| last.number) + 1;
    model.fleet.rehearsal = Some(Rehearsal::new(number, supposed));
    let mut effects = vec![Effect::Rehearse(number, orders)];
    if model.shows_forecast() {
        model.relist();
    } else {
        effects.extend(navigate::go(model, View::Forecast));
    }
    effects
}

/// Takes how far a rehearsal is.
pub(super) fn take(model: &mut Model, told: Rehearsed) -> Vec<Effect> {
    let Some(rehearsal) = &mut model.fleet.rehearsal else {
        return Vec::new();
    };
    let is_news = told.number == rehearsal.number && told.is_over;
    rehearsal.take(told);
    let (made, of) = (rehearsal.made, rehearsal.of);
    if model.shows_forecast() {
        model.relist();
    } else if is_news {
        model.notify(
            Tone::Good,
            format!("rehearsed in {made} of {of} runs: 9 shows the forecast"),
        );
    }
    Vec::new()
}

/// Shows a run of the rehearsal.
pub(super) fn watch(model: &mut Model, run: u32) -> Vec<Effect> {
    let rehearsal = model.fleet.rehearsal.as_ref();
    let outlook = rehearsal.and_then(|rehearsal| rehearsal.outlook.as_ref());
    if outlook.is_none() {
        return Vec::new();
    }
    vec![Effect::Watch(run)]
}

/// Goes back from a run of a rehearsal to the fleet.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    if model.watching.is_none() {
        model.notify(Tone::Plain, "this is the fleet, and no run of a rehearsal");
        return Vec::new();
    }
    vec![Effect::Leave]
}

/// From now on something else is shown: all that is known of the fleet is of something else.
pub(super) fn take_watching(model: &mut Model, run: Option<u32>) -> Vec<Effect> {
    let rehearsal = model.fleet.rehearsal.take();
    model.fleet = Fleet::default();
    model.fleet.rehearsal = rehearsal;
    model.asked.clear();
    model.windows_asked_at = None;
    model.awaits = None;
    model.dialog = None;
    model.menu = None;
    model.is_typing = false;
    let was_watching = std::mem::replace(&mut model.watching, run).is_some();
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
