//! The menu of what can be changed about the chosen machines.

use super::changes::{CHANGES, Change};
use super::cut::begun;
use super::layout::Layout;
use super::{Model, RowId};

/// The menu, while it is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu {
    /// The machines.
    pub rows: Vec<RowId>,
    /// The line that the cursor is on.
    pub cursor: usize,
}

/// A line of the menu.
#[derive(Clone, Debug)]
pub struct MenuLine {
    /// The change.
    pub change: &'static Change,
    /// Why it cannot be made now.
    pub why_not: Option<String>,
}

impl MenuLine {
    fn text(&self) -> String {
        let Change { letter, verb, .. } = self.change;
        let told = match &self.why_not {
            Some(why) => format!("no: {why}"),
            None => self.change.effect.to_owned(),
        };
        format!("{letter}  {:<10} {told}", verb.word())
    }
}

impl Model {
    /// The lines of a menu.
    pub fn lines_of(&self, menu: &Menu) -> Vec<MenuLine> {
        let line = |change: &'static Change| MenuLine {
            change,
            why_not: self.why_not(change, &menu.rows),
        };
        CHANGES.iter().map(line).collect()
    }

    /// What a menu is about.
    pub fn title_of(&self, menu: &Menu) -> String {
        match *menu.rows {
            [RowId::Machine(machine)] => {
                let machine = self.fleet.machine(machine);
                let name = machine.map_or("a machine", |machine| machine.name.as_str());
                format!("Change {name}")
            }
            _ => format!("Change {} machines", menu.rows.len()),
        }
    }

    /// Where a menu stands, its cursor in sight.
    pub fn layout_of(&self, menu: &Menu, lines: &[MenuLine]) -> Layout {
        let text: Vec<String> = lines.iter().map(MenuLine::text).collect();
        let cut = |line: &str, width: usize| {
            let width = u16::try_from(width).unwrap_or(u16::MAX);
            vec![begun(line, width).into_owned()]
        };
        let page = Layout::new(self.size, &text, cut, 0).page.max(1);
        let offset = (menu.cursor + 1).saturating_sub(page);
        Layout::new(self.size, &text, cut, offset)
    }
}
