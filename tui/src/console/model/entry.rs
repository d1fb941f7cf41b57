//! What the rows of each table are: their identity, their columns, and which text a filter looks at. One file for
//! each table.

mod attention;
mod budgets;
mod events;
mod machines;
mod operations;
mod pools;
mod revisions;
mod windows;

use std::borrow::Cow;
use std::cmp::Ordering;

use appliance::{MachinePoolId, Text};

use super::fleet::Fleet;
use super::place::{RowId, Scope};

pub use budgets::{budget_name, urgency};
pub use events::event_tone;
pub use machines::{ZONE, machine_reason, machine_tone, reason_told, zone_of};
pub use operations::{operation_state, operation_task};

/// What a cell says and how it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The words.
    pub text: Text,
    /// How they are meant.
    pub tone: Tone,
}

/// How something is meant; a view gives each tone its glyph and colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing in particular.
    Plain,
    /// As it should be.
    Good,
    /// Something is going on.
    Busy,
    /// Look at it.
    Warning,
    /// It failed.
    Bad,
    /// Of little weight.
    Faint,
}

/// What a column is like, whatever it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Its title.
    pub title: &'static str,
    /// Its least width in cells.
    pub least: u16,
    /// Its width where there is room for more: what is wider helps nobody, since the eye has farther to go.
    pub most: u16,
    /// Whether it holds numbers, which stand to the right.
    pub is_number: bool,
    /// Columns of a higher rank are dropped first where there is no room.
    pub rank: u8,
}

impl Shape {
    /// The same where numbers are as long as that: those of revisions count the revisions of one pool or machine, and only by
    /// the public API, where no two machines share one, they are long.
    #[must_use]
    pub fn with_numbers(mut self, are_long: bool) -> Self {
        if self.is_number && !are_long {
            self.most = self.least;
        }
        self
    }
}

/// A column of a table of `T`.
pub struct Column<T: 'static> {
    /// What it is like.
    pub shape: Shape,
    /// What it says of a row.
    pub cell: fn(&Fleet, &T) -> Cell,
    /// The order of rows that are sorted by it.
    pub order: fn(&Fleet, &T, &T) -> Ordering,
}

/// Something that a table can list.
pub trait Entry: Sized + 'static {
    /// The columns of its table.
    const COLUMNS: &'static [Column<Self>];

    /// Every one of them, in the appliance's order.
    fn all(fleet: &Fleet) -> &[Self];

    /// Who it is.
    fn id(&self) -> RowId;

    /// Whether it is shown whatever the filter says.
    fn is_always_shown(&self) -> bool {
        false
    }

    /// Whether it belongs to a part of the fleet.
    fn is_in(&self, fleet: &Fleet, scope: Scope) -> bool;

    /// What its details say beyond its columns, or in more words than the column of that title: titles, and what stands beside them.
    fn more(&self, _: &Fleet) -> Vec<(&'static str, Cell)> {
        Vec::new()
    }

    /// The texts that a filter looks at.
    fn texts<'e>(&'e self, fleet: &'e Fleet) -> [Cow<'e, str>; 3];
}

fn plain(text: impl Into<Text>) -> Cell {
    Cell {
        text: text.into(),
        tone: Tone::Plain,
    }
}

fn number(value: impl std::fmt::Display) -> Cell {
    plain(format!("{value}"))
}

fn toned(text: impl Into<Text>, tone: Tone) -> Cell {
    Cell {
        text: text.into(),
        tone,
    }
}

/// Natural order: `w-2` before `w-10`.
fn natural(a: &Text, b: &Text) -> Ordering {
    alphanumeric_sort::compare_str(a.as_str(), b.as_str())
}

fn is_pool_in(fleet: &Fleet, pool: MachinePoolId, scope: Scope) -> bool {
    match scope {
        Scope::Fleet => true,
        Scope::Cluster(cluster) => fleet
            .pool(pool)
            .is_some_and(|pool| pool.cluster_id == cluster),
        Scope::Pool(id) => pool == id,
        // Of these only machines are listed.
        Scope::Budget(_) | Scope::Trouble(..) | Scope::Unassigned => false,
    }
}

/// A revision's number, or a dash where there is none or the appliance does not tell.
fn revision_cell(revision: Option<u32>) -> Cell {
    match revision {
        Some(revision) => number(revision),
        None => toned("-", Tone::Faint),
    }
}

/// A column: its title, its width or its least and most width, its rank, what it says, its order. A `number` stands to
/// the right.
macro_rules! column {
    ($title:literal, $least:literal .. $most:literal, $rank:literal, $cell:expr, $order:expr) => {
        Column {
            shape: $crate::console::model::entry::Shape {
                title: $title,
                least: $least,
                most: $most,
                is_number: false,
                rank: $rank,
            },
            cell: $cell,
            order: $order,
        }
    };
    ($title:literal, $width:literal, $rank:literal, $cell:expr, $order:expr) => {
        column!($title, $width..$width, $rank, $cell, $order)
    };
    (number $title:literal, $least:literal .. $most:literal, $rank:literal, $cell:expr, $order:expr) => {
        Column {
            shape: $crate::console::model::entry::Shape {
                title: $title,
                least: $least,
                most: $most,
                is_number: true,
                rank: $rank,
            },
            cell: $cell,
            order: $order,
        }
    };
    (number $title:literal, $width:literal, $rank:literal, $cell:expr, $order:expr) => {
        column!(number $title, $width..$width, $rank, $cell, $order)
    };
}

use column;
