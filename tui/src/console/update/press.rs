//! Keys: to the dialog if one is open, to the filter if one is typed, else by the table of bindings.

use super::{data, menu, navigate, orders, rehearsal};
use crate::console::key::{Code, Key};
use crate::console::keys::{Action, action};
use crate::console::message::{ClockState, Drive, Effect};
use crate::console::model::document::Document;
use crate::console::model::listing::with_entries;
use crate::console::model::{Model, News, RowId, Tone, View};
use crate::console::model::{entry::Entry, place::Sort};

/// The exit code of a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

pub(super) fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    let quits = Key {
        code: Code::Char('c'),
        ctrl: true,
    };
    if key == quits {
        return vec![Effect::Quit(INTERRUPTED)];
    }
    // What concerns the terminal works whatever is open.
    match action(key, &model.place.view) {
        Some(Action::Suspend) => return vec![Effect::Suspend],
        Some(Action::Redraw) => return vec![Effect::Redraw],
        _ => {}
    }
    if model.dialog.is_some() {
        return orders::press(model, key);
    }
    if model.menu.is_some() {
        return menu::press(model, key);
    }
    if model.is_typing {
        type_filter(&mut model.place.filter, &mut model.is_typing, key);
        model.relist();
        return Vec::new();
    }
    match action(key, &model.place.view) {
        Some(action) => {
            // From now on the cursor is where somebody wants it, unless only time was meant.
            let is_of_time = matches!(
                action,
                Action::PauseOrRun
                    | Action::Step
                    | Action::Faster
                    | Action::Slower
                    | Action::RunToMilestone
            );
            model.place.is_untouched &= is_of_time;
            act(model, action)
        }
        None => Vec::new(),
    }
}

fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Some(why) = model.disabled(action) {
        model.notify(Tone::Warning, why);
        return Vec::new();
    }
    match action {
        Action::Move(by) => move_by(model, by),
        Action::HalfPages(by) => {
            let half = isize::try_from(model.page() / 2).unwrap_or(1).max(1);
            move_by(model, by * half);
        }
        Action::Top => move_to(model, 0),
        Action::Bottom => move_to(model, usize::MAX),
        Action::NextSection => {
            let next = Document::new(model).section_after(model.listing.cursor);
            move_to(model, next);
        }
        Action::Filter => model.is_typing = true,
        Action::SortNext | Action::SortReverse => sort(model, action == Action::SortReverse),
        Action::Details => {
            model.place.shows_details = !model.place.shows_details;
            model.scroll_to_cursor();
        }
        Action::Mark => mark(model),
        Action::MarkRange => mark_range(model),
        Action::Open => return navigate::open(model),
        Action::Close if model.place.is_outermost() && model.watching.is_some() => {
            return rehearsal::leave(model);
        }
        Action::Close if model.place.is_outermost() => return vec![Effect::Quit(0)],
        Action::Back | Action::Close => return navigate::leave(model),
        Action::HistoryBack => return navigate::back(model),
        Action::HistoryForward => return navigate::forward(model),
        Action::Go(destination) => return navigate::go(model, View::of(destination)),
        Action::Help => return navigate::go(model, View::Help),
        Action::PauseOrRun
        | Action::Step
        | Action::Faster
        | Action::Slower
        | Action::RunToMilestone => return drive(model, action),
        Action::Apply | Action::Retry | Action::Cancel | Action::PauseOrResume => {
            return orders::propose(model, action);
        }
        Action::Change => menu::open(model),
        Action::Rehearse => return rehearsal::rehearse(model),
        Action::LeaveRun => return rehearsal::leave(model),
        Action::Refresh => return data::ask_everything(model),
        // These were taken before.
        Action::Contexts | Action::Suspend | Action::Redraw | Action::Quit => {}
    }
    Vec::new()
}

/// The clock. The model takes what was ordered for done, so that the next key means what the screen says; the report
/// that follows has the last word.
fn drive(model: &mut Model, action: Action) -> Vec<Effect> {
    model.awaits = None;
    let clock = &mut model.clock;
    let drive = match action {
        Action::PauseOrRun if clock.state == ClockState::Paused => {
            clock.state = ClockState::Running;
            Drive::Run
        }
        Action::PauseOrRun => {
            clock.state = ClockState::Paused;
            Drive::Pause
        }
        Action::Step => {
            model.awaits = Some(News::Step(model.fleet.log.last_number()));
            Drive::Step
        }
        Action::RunToMilestone => Drive::RunToMilestone,
        _ => {
            let is_faster = action == Action::Faster;
            let speed = clock.speed.next(is_faster);
            if speed == clock.speed {
                let end = if is_faster { "fastest" } else { "slowest" };
                model.notify(Tone::Plain, format!("this is the {end}"));
            }
            model.clock.speed = speed;
            Drive::SetSpeed(speed)
        }
    };
    vec![Effect::Drive(drive)]
}

/// Takes a key of somebody who types a filter.
pub(super) fn type_filter(filter: &mut String, is_typing: &mut bool, key: Key) {
    match (key.code, key.ctrl) {
        (Code::Enter, _) => *is_typing = false,
        (Code::Esc, _) => {
            *is_typing = false;
            filter.clear();
        }
        (Code::Backspace, _) => {
            filter.pop();
        }
        (Code::Char('u'), true) => filter.clear(),
        (Code::Char(character), false) if !character.is_control() => filter.push(character),
        _ => {}
    }
}

fn move_by(model: &mut Model, by: isize) {
    let from = if model.place.view.has_rows() {
        model.listing.cursor
    } else {
        model.place.offset
    };
    move_to(model, from.saturating_add_signed(by));
}

/// Moves the cursor, or the window of a text that has none.
fn move_to(model: &mut Model, to: usize) {
    if !model.place.view.has_rows() {
        let last = Document::new(model).last_offset(model.page());
        model.place.offset = to.min(last);
        return;
    }
    let Some(last) = model.listing.rows.len().checked_sub(1) else {
        return;
    };
    model.listing.cursor = to.min(last);
    model.place.position = model.listing.cursor;
    model.place.cursor = model.row_under_cursor();
    // At its end a log follows what is new.
    let is_event = matches!(model.place.cursor, Some(RowId::Event(_)));
    model.place.is_at_end = is_event && model.listing.cursor == last;
    model.note_seen();
    model.scroll_to_cursor();
}

/// Sorts by the next column, after the last one by none; or turns the order round.
fn sort(model: &mut Model, turns_round: bool) {
    let columns = match model.place.view {
        // It has its own order.
        View::Overview => 0,
        view => with_entries!(view, _scope => Row::COLUMNS.len(), 0),
    };
    model.place.sort = Sort::next(model.place.sort, turns_round, columns);
    model.relist();
}

fn mark(model: &mut Model) {
    let Some(id) = model.row_under_cursor() else {
        return;
    };
    if !model.place.marks.remove(&id) {
        model.place.marks.insert(id);
        model.place.marked_last = Some(id);
    }
    move_by(model, 1);
}

/// Marks every row between the last marked one and the cursor.
fn mark_range(model: &mut Model) {
    let ids: Vec<RowId> = (0..model.listing.rows.len())
        .filter_map(|position| model.row(position))
        .collect();
    let from = model
        .place
        .marked_last
        .and_then(|last| ids.iter().position(|id| *id == last));
    let from = from.unwrap_or(model.listing.cursor);
    let (first, last) = (
        from.min(model.listing.cursor),
        from.max(model.listing.cursor),
    );
    model
        .place
        .marks
        .extend(ids.iter().take(last + 1).skip(first));
    model.place.marked_last = ids.get(model.listing.cursor).copied();
}
