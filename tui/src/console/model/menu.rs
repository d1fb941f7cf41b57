//! The menu of what can be changed about the chosen machines or pools, and what a change has to be told.

use super::changes::{Change, changes_of};
use super::cut::begun;
use super::layout::Layout;
use super::{Model, RowId};

/// The menu, while it is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu {
    /// The machines or pools.
    pub rows: Vec<RowId>,
    /// The line that the cursor is on.
    pub cursor: usize,
    /// How far one has come.
    pub level: Level,
}

/// How far one has come in a menu.
#[derive(Clone, Debug, PartialEq)]
pub enum Level {
    /// A change is chosen.
    Changes,
    /// A change is told what to set, and that is typed so far.
    Value(&'static Change, String),
    /// A pool is chosen for a change.
    Pools(&'static Change),
}

/// A line of the menu.
#[derive(Clone, Debug)]
pub struct MenuLine {
    /// Its text.
    pub text: String,
    /// Whether it cannot be chosen.
    pub is_faint: bool,
}

impl Menu {
    /// What is at the cursor, of the changes.
    pub fn change(&self) -> Option<&'static Change> {
        changes_of(&self.rows).nth(self.cursor)
    }
}

impl Model {
    /// The lines of a menu.
    pub fn lines_of(&self, menu: &Menu) -> Vec<MenuLine> {
        match &menu.level {
            Level::Changes => changes_of(&menu.rows)
                .map(|change| self.line_of(change, menu))
                .collect(),
            Level::Value(change, typed) => {
                let line = |text: String, is_faint: bool| MenuLine { text, is_faint };
                vec![
                    line(format!("{typed}_"), false),
                    line(self.hint(change).to_owned(), true),
                ]
            }
            Level::Pools(_) => {
                let names = self.fleet.pools_to_choose().into_iter();
                names
                    .zip(&self.fleet.pools)
                    .map(|(name, pool)| MenuLine {
                        text: format!("{name:<32} {} machines", self.fleet.counts(pool.id).all),
                        is_faint: false,
                    })
                    .collect()
            }
        }
    }

    fn line_of(&self, change: &Change, menu: &Menu) -> MenuLine {
        let why_not = self.why_not(change, &menu.rows);
        let is_faint = why_not.is_some();
        let told = match why_not {
            Some(why) => format!("no: {why}"),
            None => change.effect.to_owned(),
        };
        MenuLine {
            text: format!("{}  {:<14} {told}", change.letter, change.verb.label()),
            is_faint,
        }
    }

    /// What a menu is about.
    pub fn title_of(&self, menu: &Menu) -> String {
        let what = match &menu.level {
            Level::Changes => "Change",
            Level::Value(change, _) | Level::Pools(change) => change.verb.label(),
        };
        match *menu.rows {
            [RowId::Machine(machine)] => format!("{what}: {}", self.fleet.name_of(machine)),
            [RowId::Pool(pool)] => format!("{what}: {}", self.fleet.pool_name(pool)),
            [RowId::Pool(_), ..] => format!("{what}: {} pools", menu.rows.len()),
            _ => format!("{what}: {} machines", menu.rows.len()),
        }
    }

    /// Where a menu stands, its cursor in sight.
    pub fn layout_of(&self, menu: &Menu, lines: &[MenuLine]) -> Layout {
        let text: Vec<String> = lines.iter().map(|line| line.text.clone()).collect();
        let cut = |line: &str, width: usize| {
            let width = u16::try_from(width).unwrap_or(u16::MAX);
            vec![begun(line, width).into_owned()]
        };
        let page = Layout::new(self.size, &text, cut, 0).page.max(1);
        let offset = (menu.cursor + 1).saturating_sub(page);
        Layout::new(self.size, &text, cut, offset)
    }
}
