//! The menu of what can be changed: opening it, and keys while it is open.

use appliance::Text;

use super::{orders, rehearsal};
use crate::console::key::{Code, Key};
use crate::console::keys::{Action, key_of};
use crate::console::message::Effect;
use crate::console::model::changes::{CHOOSE_MACHINE, Change, MIXED, Needs, changes_of};
use crate::console::model::menu::Level;
use crate::console::model::{Intent, Menu, Model, RowId, Tone};

/// Opens the menu for the chosen machines or pools, or says that none is.
pub(super) fn open(model: &mut Model) {
    if rehearsal::takes_no_orders(model) || orders::is_refused(model) {
        return;
    }
    let rows = model.chosen_for_change();
    let are_pools = |rows: &[RowId]| matches!(rows, [RowId::Pool(_), ..]);
    let is_mixed = rows
        .iter()
        .any(|row| are_pools(&[*row]) != are_pools(&rows));
    if rows.is_empty() || is_mixed {
        model.notify(Tone::Warning, if is_mixed { MIXED } else { CHOOSE_MACHINE });
        return;
    }
    if orders::has_no_room(model) {
        return;
    }
    let mut menu = Menu {
        rows,
        cursor: 0,
        level: Level::Changes,
    };
    let lines = model.lines_of(&menu);
    menu.cursor = lines.iter().position(|line| !line.is_faint).unwrap_or(0);
    model.menu = Some(menu);
}

/// Keys while the menu is open.
pub(super) fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(menu) = model.menu.take() else {
        return Vec::new();
    };
    match menu.level {
        Level::Changes => press_in_changes(model, menu, key),
        Level::Value(change, _) => press_in_value(model, menu, change, key),
        Level::Pools(change) => press_in_pools(model, menu, change, key),
    }
}

fn press_in_changes(model: &mut Model, mut menu: Menu, key: Key) -> Vec<Effect> {
    let last = changes_of(&menu.rows).count().saturating_sub(1);
    let is_closed = key.to_string() == key_of(Action::Change);
    let chosen = match key.code {
        Code::Esc | Code::Left | Code::Char('q') => return Vec::new(),
        _ if is_closed => return Vec::new(),
        Code::Enter | Code::Right => menu.change(),
        _ if moved(&mut menu, key, last) => None,
        Code::Char(letter) if !key.ctrl => {
            changes_of(&menu.rows).find(|change| change.letter == letter)
        }
        _ => None,
    };
    if let Some(change) = chosen {
        return choose(model, menu, change);
    }
    model.menu = Some(menu);
    Vec::new()
}

/// Moves the cursor. Whether the key does that.
fn moved(menu: &mut Menu, key: Key, last: usize) -> bool {
    let to = match key.code {
        Code::Down | Code::Char('j') => menu.cursor + 1,
        Code::Up | Code::Char('k') => menu.cursor.saturating_sub(1),
        Code::Home => 0,
        Code::End => last,
        _ => return false,
    };
    menu.cursor = to.min(last);
    true
}

fn press_in_value(
    model: &mut Model,
    mut menu: Menu,
    change: &'static Change,
    key: Key,
) -> Vec<Effect> {
    let Level::Value(_, typed) = &mut menu.level else {
        return Vec::new();
    };
    match (key.code, key.ctrl) {
        (Code::Esc, _) => back(&mut menu, change),
        (Code::Enter, _) => {
            let to = Text::from(typed.trim());
            return propose(model, menu, change, Some(to));
        }
        (Code::Backspace, _) => {
            typed.pop();
        }
        (Code::Char('u'), true) => typed.clear(),
        (Code::Char(character), false) if !character.is_control() => typed.push(character),
        _ => {}
    }
    model.menu = Some(menu);
    Vec::new()
}

fn press_in_pools(
    model: &mut Model,
    mut menu: Menu,
    change: &'static Change,
    key: Key,
) -> Vec<Effect> {
    let last = model.fleet.pools.len().saturating_sub(1);
    match key.code {
        Code::Esc | Code::Left | Code::Char('q') => back(&mut menu, change),
        Code::Enter | Code::Right => {
            let to = model.fleet.pools_to_choose().into_iter().nth(menu.cursor);
            return propose(model, menu, change, to);
        }
        _ => {
            moved(&mut menu, key, last);
        }
    }
    model.menu = Some(menu);
    Vec::new()
}

/// Goes back to the changes.
fn back(menu: &mut Menu, change: &'static Change) {
    let place = changes_of(&menu.rows).position(|known| known.verb == change.verb);
    menu.cursor = place.unwrap_or(0);
    menu.level = Level::Changes;
}

/// Asks what a change has to be told, if anything, or says why it cannot be.
fn choose(model: &mut Model, mut menu: Menu, change: &'static Change) -> Vec<Effect> {
    if let Some(why) = model.why_not(change, &menu.rows) {
        model.notify(Tone::Warning, why);
        model.menu = Some(menu);
        return Vec::new();
    }
    menu.level = match change.needs {
        Needs::Nothing => return propose(model, menu, change, None),
        Needs::Value(_) => Level::Value(change, String::new()),
        Needs::Pool => Level::Pools(change),
    };
    menu.cursor = 0;
    model.menu = Some(menu);
    Vec::new()
}

/// Opens the question before a change, or says why it cannot be.
fn propose(
    model: &mut Model,
    menu: Menu,
    change: &'static Change,
    to: Option<Text>,
) -> Vec<Effect> {
    let intent = Intent::Change(change.verb, to);
    let plan = model.plan(&intent, &menu.rows).and_then(|plan| {
        let fits = model.requests(&plan.command);
        fits.map(|_| plan).map_err(|why| why.join("; "))
    });
    match plan {
        Ok(plan) => orders::ask(model, plan, intent, menu.rows),
        Err(why) => {
            model.notify(Tone::Warning, why);
            model.menu = Some(menu);
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use appliance::{MachineId, MachinePoolId};

    /// Each letter is a change's and nothing else.
    #[test]
    fn every_letter_of_a_menu_is_one_and_stands_once() {
        for row in [RowId::Machine(MachineId(1)), RowId::Pool(MachinePoolId(1))] {
            let mut seen: BTreeSet<char> = "jkq".chars().collect();
            seen.extend(key_of(Action::Change).chars());
            for change in changes_of(&[row]) {
                assert!(seen.insert(change.letter), "{} is taken", change.letter);
            }
        }
    }
}
