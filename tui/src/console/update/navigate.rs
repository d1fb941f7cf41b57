//! Places: going into a row, back to where one was, forward again.

use appliance::{FleetEvent, MachinePoolId, OperationId, PodId};

use super::{data, rehearsal};
use crate::console::message::Effect;
use crate::console::model::entry::Entry;
use crate::console::model::sight::Group;
use crate::console::model::{Model, Place, RowId, Scope, Tone, View};

/// Places that are remembered.
const REMEMBERED: usize = 100;

/// Goes to a view, unless it is the one on the screen.
pub(super) fn go(model: &mut Model, view: View) -> Vec<Effect> {
    if model.place.view == view {
        return Vec::new();
    }
    let from = std::mem::replace(&mut model.place, Place::new(view));
    if model.back.len() == REMEMBERED {
        model.back.remove(0);
    }
    model.back.push(from);
    model.forward.clear();
    arrive(model)
}

/// Goes into the row that the cursor is on.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(id) = model.row_under_cursor() else {
        return Vec::new();
    };
    let view = match id {
        RowId::Cluster(cluster) => View::Pools(Scope::Cluster(cluster)),
        RowId::Pool(pool) => View::Machines(Scope::Pool(pool)),
        RowId::Machine(machine) => View::Machine(machine),
        RowId::Operation(operation) => View::Operation(operation),
        RowId::Revision(pool, _) if matches!(model.place.view, View::Revisions(_)) => {
            View::Machines(Scope::Pool(pool))
        }
        RowId::Revision(pool, _) => View::Revisions(Scope::Pool(pool)),
        RowId::Event(number) => match view_of_event(model, number) {
            Some(view) => view,
            None => return Vec::new(),
        },
        RowId::Phase(number) => match operation_of_phase(model, number) {
            Some(operation) => View::Operation(operation),
            None => return Vec::new(),
        },
        RowId::Budget(budget) => View::Machines(Scope::Budget(budget)),
        RowId::Window(pool, _) if model.place.view == View::Windows => {
            View::Machines(Scope::Pool(pool))
        }
        RowId::Window(pool, _) => return open_windows(model, pool),
        RowId::Trouble(pool, trouble) => match model.fleet.troubled(pool, trouble) {
            Some(Group { first, count: 1 }) => View::Machine(first),
            _ => View::Machines(Scope::Trouble(pool, trouble)),
        },
        RowId::Unassigned => View::Machines(Scope::Unassigned),
        RowId::Pod(pod) => return open_pod(model, pod),
        RowId::Run(run, _) => return rehearsal::watch(model, run),
        RowId::Gap(_) | RowId::Wait(_) | RowId::Note(_) => return Vec::new(),
    };
    go(model, view)
}

/// Goes to a pool's next opening among all.
fn open_windows(model: &mut Model, pool: MachinePoolId) -> Vec<Effect> {
    let effects = go(model, View::Windows);
    let rows = model.fleet.windows.rows().iter();
    let mut own = rows.filter(|row| row.pool() == pool);
    model.place.cursor = own.next().map(Entry::id);
    model.relist();
    effects
}

/// Goes from a pod to its budget among all: the one that refuses it, or else the first that covers it.
fn open_pod(model: &mut Model, pod: PodId) -> Vec<Effect> {
    let pods = model.fleet.machine.as_ref().map(|machine| &machine.pods);
    let known = pods.and_then(|pods| pods.iter().find(|known| known.id == pod));
    let budget = known.and_then(|pod| pod.refused_by.or(pod.budgets.first().copied()));
    let Some(budget) = budget else {
        model.notify(Tone::Plain, "no budget covers this pod");
        return Vec::new();
    };
    let effects = go(model, View::Budgets);
    model.place.cursor = Some(RowId::Budget(budget));
    model.relist();
    effects
}

/// The machine or the operation that an event is about: the one that is not on the screen.
fn view_of_event(model: &Model, number: u64) -> Option<View> {
    let fleet = &model.fleet;
    let in_history = |log: &[FleetEvent]| log.iter().find(|event| event.number == number).cloned();
    let event = match model.place.view {
        View::Machine(_) => in_history(&fleet.machine.as_ref()?.log)?,
        View::Operation(_) => in_history(&fleet.operation.as_ref()?.log)?,
        _ => fleet.log.event(number)?.clone(),
    };
    let machine = event.machine_id.map(View::Machine);
    let operation = event.operation_id.map(View::Operation);
    let mut views = machine.into_iter().chain(operation);
    views.find(|view| *view != model.place.view)
}

fn operation_of_phase(model: &Model, number: u32) -> Option<OperationId> {
    let phases = &model.fleet.machine.as_ref()?.phases;
    let phase = phases.iter().find(|phase| phase.number == number)?;
    phase.operation_id
}

/// Takes away the innermost thing: the filter, the marks, the view.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    if !model.place.filter.is_empty() {
        model.place.filter.clear();
        model.relist();
        return Vec::new();
    }
    if !model.place.marks.is_empty() {
        model.place.marks.clear();
        return Vec::new();
    }
    if model.place.view == View::Overview {
        return Vec::new();
    }
    match model.back.pop() {
        Some(place) => {
            model.forward.clear();
            model.place = place;
            arrive(model)
        }
        None => go(model, View::Overview),
    }
}

/// Back to the place before, from which one can come forward again.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    let Some(place) = model.back.pop() else {
        return Vec::new();
    };
    let from = std::mem::replace(&mut model.place, place);
    model.forward.push(from);
    arrive(model)
}

/// Forward to the place that one came back from.
pub(super) fn forward(model: &mut Model) -> Vec<Effect> {
    let Some(place) = model.forward.pop() else {
        return Vec::new();
    };
    let from = std::mem::replace(&mut model.place, place);
    model.back.push(from);
    arrive(model)
}

fn arrive(model: &mut Model) -> Vec<Effect> {
    model.relist();
    data::ask_for_place(model)
}
