//! The lines around the body: title with the clock, breadcrumb, notice, footer.

use ratatui::layout::Rect;

use super::pen::{Pen, width};
use super::theme;
use crate::clock::clock as clock_of;
use crate::console::command::Verb;
use crate::console::keys::{Action, BINDINGS, Binding, key_of};
use crate::console::message::{ClockState, Speed};
use crate::console::model::cut::shortened;
use crate::console::model::dialog::{Dialog, Stage};
use crate::console::model::entry::{Entry, budget_name};
use crate::console::model::listing::with_entries;
use crate::console::model::live::Live;
use crate::console::model::menu::Level;
use crate::console::model::{Model, Scope, View};

pub(super) fn title(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let told = model
        .live
        .as_ref()
        .and_then(|live| Some(state_of(live, &model.liveness()?, area.width)))
        .unwrap_or_else(|| state_of_simulation(model, area.width));
    let start = pen.put_right(area, &told, theme::TITLE);
    let left = Rect {
        width: start.saturating_sub(1),
        ..area
    };
    let taken = pen.put(left, 0, "meltdeck", theme::TITLE);
    let room = left.width.saturating_sub(taken + 2);
    let context = shortened(model.context.as_str(), room);
    pen.put(left, taken + 2, &context, theme::PLAIN);
}

/// How old what is shown is, whether orders are given, and the clock of a simulated appliance where there is room.
fn state_of(live: &Live, liveness: &str, columns: u16) -> String {
    let badge = if live.is_writable { "RW" } else { "RO" };
    let clock = live.simulated.filter(|_| columns >= DATED);
    let clock = clock.map(|(now_ms, speed)| {
        let pace = speed.map_or_else(|| "paused".to_owned(), |speed| format!("×{speed}"));
        format!("SIM {} {pace}  ", clock_of(now_ms))
    });
    format!("{}{liveness}  {badge}", clock.unwrap_or_default())
}

/// The simulation's clock, and what it does.
fn state_of_simulation(model: &Model, columns: u16) -> String {
    let pace = match model.clock.speed {
        Speed::Times(times) => format!("×{times}"),
        Speed::Max => "×max".to_owned(),
    };
    let state = match model.clock.state {
        ClockState::Paused => "PAUSED  ",
        ClockState::Running => "",
        ClockState::RunningToMilestone => "TO NEXT END  ",
    };
    let what = match model.watching {
        Some(run) => format!("REHEARSAL run {run}"),
        None => "SIM".to_owned(),
    };
    format!(
        "{state}{}{what} {} {pace} seed {}",
        date(model, columns),
        clock_of(model.clock.now_ms),
        model.seed
    )
}

/// Columns from which there is room for the date, and for the weekday and time of day.
const DATED: u16 = 100;
const TIMED: u16 = 80;

/// The date in the operator's zone, as far as there is room.
fn date(model: &Model, columns: u16) -> String {
    match &model.clock.date {
        Some(date) if columns >= DATED => format!("{date}  "),
        Some(date) if columns >= TIMED => format!("{} {}  ", date.weekday, date.time),
        _ => String::new(),
    }
}

pub(super) fn breadcrumb(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let right = pen.put_right(area, &position(model), theme::FAINT);
    let left = Rect {
        width: right.saturating_sub(1),
        ..area
    };
    let trail = trail(model).join(" › ");
    pen.put(left, 0, &shortened(&trail, left.width), theme::PLAIN);
}

/// Where the view stands in the fleet, the outermost first.
fn trail(model: &Model) -> Vec<String> {
    let fleet = &model.fleet;
    let scoped = |scope: Scope, what: &str| match scope {
        Scope::Fleet => vec![what.to_owned()],
        Scope::Cluster(id) => {
            let name = fleet.cluster(id).map(|cluster| cluster.name.to_string());
            vec![name.unwrap_or_default(), what.to_owned()]
        }
        Scope::Pool(id) => vec![
            fleet.cluster_name(id).to_string(),
            fleet.pool_name(id).to_string(),
            what.to_owned(),
        ],
        Scope::Budget(id) => match fleet.budget(id) {
            Some(budget) => {
                let cluster = fleet.cluster(budget.cluster_id);
                let cluster = cluster.map(|cluster| cluster.name.to_string());
                let held = format!("{what} held by {}", budget_name(budget));
                cluster.into_iter().chain([held]).collect()
            }
            None => vec![what.to_owned()],
        },
        Scope::Trouble(pool, trouble) => {
            let pool = pool.map(|pool| fleet.pool_name(pool).to_string());
            let what = format!("{what}, {}", trouble.word());
            pool.into_iter().chain([what]).collect()
        }
        Scope::Unassigned => vec![format!("{what} in no pool")],
    };
    let mut trail = vec!["fleet".to_owned()];
    trail.extend(match model.place.view {
        View::Overview => vec!["overview".to_owned()],
        View::Pools(scope) => scoped(scope, "pools"),
        View::Machines(scope) => scoped(scope, "machines"),
        View::Revisions(scope) => scoped(scope, "revisions"),
        View::Operations(scope) => scoped(scope, "operations"),
        View::Log => vec!["log".to_owned()],
        View::Budgets => vec!["budgets".to_owned()],
        View::Windows => vec![format!("windows, in {} time", model.timezone)],
        View::Machine(id) => {
            let machine = fleet.machine(id);
            let pool = machine.and_then(|machine| machine.machine_pool_id);
            let name = machine.map_or_else(|| id.0.to_string(), |machine| machine.name.to_string());
            pool.map_or_else(
                || vec!["machines".to_owned()],
                |pool| scoped(Scope::Pool(pool), "machines"),
            )
            .into_iter()
            .chain([name])
            .collect()
        }
        View::Operation(id) => vec!["operations".to_owned(), id.0.to_string()],
        View::Forecast => vec!["forecast".to_owned()],
        View::Help => vec!["help".to_owned()],
    });
    trail
}

/// How many rows there are, how they are filtered and sorted, how many are marked.
fn position(model: &Model) -> String {
    let mut told: Vec<String> = model.panel_note().into_iter().collect();
    if model.follows() {
        told.push("FOLLOW".to_owned());
    }
    let new = model.news_below();
    if new > 0 {
        told.push(format!("{new} new below"));
    }
    if !model.place.view.is_table() {
        return told.join("  ");
    }
    if !model.place.marks.is_empty() {
        told.push(format!("{} marked", model.place.marks.len()));
    }
    if let Some(sort) = model.place.sort {
        let title = with_entries!(model.place.view, _scope => Row::COLUMNS.get(sort.column).map(|column| column.shape.title), None);
        let direction = if sort.is_reversed { " reversed" } else { "" };
        told.push(format!(
            "by {}{direction}",
            title.unwrap_or_default().to_lowercase()
        ));
    }
    let (shown, all) = (model.listing.rows.len(), model.listing.unfiltered);
    if model.place.filter.is_empty() {
        told.push(all.to_string());
    } else {
        told.push(format!("/{}", model.place.filter));
        told.push(format!("{shown} of {all}"));
    }
    told.join("  ")
}

/// What to do about the row under the cursor, if there is something; notices stand above it. Whether there is.
pub(super) fn way_out(model: &Model, pen: &mut Pen<'_>, area: Rect) -> bool {
    // Texts and details say it themselves.
    if !model.place.view.is_table() || model.place.shows_details {
        return false;
    }
    let row = model.row_under_cursor();
    let Some(way_out) = row.and_then(|row| model.fleet.way_out(row)) else {
        return false;
    };
    let taken = pen.put(area, 0, "way out  ", theme::FAINT);
    let room = area.width.saturating_sub(taken);
    let told = way_out.within(room);
    pen.put(area, taken, &shortened(&told, room), theme::PLAIN);
    true
}

/// The filter while it is typed.
pub(super) fn filter(typed: &str, pen: &mut Pen<'_>, area: Rect) {
    pen.clear(area);
    let taken = pen.put(area, 0, "filter: ", theme::KEY);
    let end = taken + pen.put(area, taken, typed, theme::PLAIN);
    pen.put(area, end, " ", theme::SELECTED);
}

/// What to show first where there is no room for all: how to get help and about, then the clock and orders, then the
/// rest. With marks, what they are for.
fn weight(action: Action, has_marks: bool) -> u8 {
    match action {
        Action::Help => 0,
        Action::Back
        | Action::Apply
        | Action::Retry
        | Action::Cancel
        | Action::PauseOrResume
        | Action::Change
            if has_marks =>
        {
            1
        }
        Action::LeaveRun => 1,
        Action::Go(_) | Action::Open | Action::Back | Action::Close => 2,
        Action::PauseOrRun => 3,
        Action::Apply | Action::Retry | Action::Cancel | Action::PauseOrResume | Action::Change => {
            4
        }
        Action::Rehearse | Action::RunToMilestone => 5,
        Action::Filter | Action::Mark => 6,
        _ => 7,
    }
}

/// What a key does now, in a word; empty for what is left to the help.
fn hint(model: &Model, binding: &Binding) -> &'static str {
    let place = &model.place;
    match binding.action {
        Action::PauseOrRun if model.clock.state != ClockState::Paused => "stop",
        Action::Close if place.is_outermost() && model.watching.is_some() => "",
        Action::Close if place.is_outermost() => "quit",
        Action::Back if place.is_outermost() => "",
        Action::Back if !place.filter.is_empty() => "unfilter",
        Action::Back if !place.marks.is_empty() => "unmark",
        Action::PauseOrResume if model.resumes() => "resume",
        Action::Rehearse if model.place.view != View::Forecast => binding.hint,
        Action::Rehearse if model.is_rehearsing() => "stop",
        Action::Rehearse => "rehearse again",
        Action::LeaveRun if model.watching.is_some() => "back to the fleet",
        _ => binding.hint,
    }
}

/// The keys of a question, by how far it is.
fn dialog_hints(model: &Model, dialog: &Dialog) -> Vec<(&'static str, &'static str)> {
    let mut hints = match &dialog.stage {
        Stage::Prompting if dialog.command.verb == Verb::Cancel => {
            vec![("tab", "choose"), ("enter", "confirm"), ("esc", "back")]
        }
        Stage::Prompting => vec![("tab", "choose"), ("enter", "confirm"), ("esc", "cancel")],
        Stage::Outdated(_) | Stage::Refused { .. } => {
            vec![("tab", "choose"), ("enter", "confirm"), ("esc", "close")]
        }
        Stage::Waiting => vec![("esc", "close")],
    };
    let rehearses = model.disabled(Action::Rehearse).is_none();
    if rehearses && dialog.stage == Stage::Prompting && dialog.to_confirm().is_none() {
        hints.push((key_of(Action::Rehearse), "rehearse it"));
    }
    let layout = dialog.layout(model.size);
    if layout.lines.len() > layout.page {
        hints.insert(1.min(hints.len()), ("j k", "more"));
    }
    hints
}

/// As many hints as there is room for, the help first.
pub(super) fn footer(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let hints: Vec<(&str, &str)> = if let Some(dialog) = &model.dialog {
        dialog_hints(model, dialog)
    } else if let Some(menu) = &model.menu {
        match menu.level {
            Level::Value(..) => vec![("enter", "go on"), ("esc", "back")],
            Level::Changes | Level::Pools(_) => {
                vec![("j k", "choose"), ("enter", "go on"), ("esc", "back")]
            }
        }
    } else if model.is_typing {
        vec![("enter", "keep"), ("esc", "clear")]
    } else {
        let valid = BINDINGS.iter().filter(|binding| {
            !hint(model, binding).is_empty()
                && binding.is_valid_in(&model.place.view)
                && model.offers(binding.action)
        });
        let mut told: Vec<_> = valid.collect();
        let has_marks = !model.place.marks.is_empty();
        told.sort_by_key(|binding| weight(binding.action, has_marks));
        told.iter()
            .map(|binding| (binding.keys[0], hint(model, binding)))
            .collect()
    };
    put_hints(&hints, pen, area);
}

/// As many keys, and what they do, as there is room for.
pub(super) fn put_hints(hints: &[(&str, &str)], pen: &mut Pen<'_>, area: Rect) {
    let mut indent = 0;
    for (key, hint) in hints {
        let needed = width(key) + 1 + width(hint);
        if indent + needed > area.width {
            return;
        }
        indent += pen.put(area, indent, key, theme::KEY) + 1;
        indent += pen.put(area, indent, hint, theme::FAINT) + 2;
    }
}
