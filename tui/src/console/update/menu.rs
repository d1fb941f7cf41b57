//! The menu of what can be changed about machines: opening it, and keys while it is open.

use super::orders;
use crate::console::key::{Code, Key};
use crate::console::keys::{Action, key_of};
use crate::console::message::Effect;
use crate::console::model::changes::{CHANGES, CHOOSE_MACHINE, Change};
use crate::console::model::{Intent, Menu, Model, Tone};

/// Opens the menu for the chosen machines, or says that none is.
pub(super) fn open(model: &mut Model) {
    let rows = model.chosen_machines();
    if rows.is_empty() {
        model.notify(Tone::Warning, CHOOSE_MACHINE);
        return;
    }
    if orders::has_no_room(model) {
        return;
    }
    let mut menu = Menu { rows, cursor: 0 };
    let lines = model.lines_of(&menu);
    menu.cursor = lines
        .iter()
        .position(|line| line.why_not.is_none())
        .unwrap_or(0);
    model.menu = Some(menu);
}

/// Keys while the menu is open.
pub(super) fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(menu) = &mut model.menu else {
        return Vec::new();
    };
    let last = CHANGES.len() - 1;
    match key.code {
        Code::Esc | Code::Left | Code::Char('q') => model.menu = None,
        _ if key.to_string() == key_of(Action::Change) => model.menu = None,
        Code::Down | Code::Char('j') => menu.cursor = (menu.cursor + 1).min(last),
        Code::Up | Code::Char('k') => menu.cursor = menu.cursor.saturating_sub(1),
        Code::Home => menu.cursor = 0,
        Code::End => menu.cursor = last,
        Code::Enter | Code::Right => {
            let change = &CHANGES[menu.cursor.min(last)];
            return choose(model, change);
        }
        Code::Char(letter) if !key.ctrl => {
            if let Some(change) = CHANGES.iter().find(|change| change.letter == letter) {
                return choose(model, change);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// Opens the question before a change, or says why it cannot be.
fn choose(model: &mut Model, change: &Change) -> Vec<Effect> {
    let Some(menu) = model.menu.take() else {
        return Vec::new();
    };
    let intent = Intent::Change(change.verb);
    match model.plan(intent, &menu.rows) {
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

    /// Each letter is a change's and nothing else.
    #[test]
    fn every_letter_of_the_menu_is_one_and_stands_once() {
        let mut seen: BTreeSet<char> = "jkq".chars().collect();
        seen.extend(key_of(Action::Change).chars());
        for change in CHANGES {
            assert!(seen.insert(change.letter), "{} is taken", change.letter);
        }
    }
}
