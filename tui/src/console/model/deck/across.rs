//! The table over all contexts: of the contexts themselves, or of what all of them have of one kind, with the context as its
//! first column.

use super::super::document::Line;
use super::super::entry::{Cell, Entry, Shape};
use super::super::listing::{Listing, find, with_entries};
use super::super::live::Doubt;
use super::super::place::{Place, RowId, Sort, View};
use super::super::resource::Resource;
use super::super::{Model, Tone};
use super::contexts;
use crate::console::keys::{Action, BINDINGS, Destination};

/// What the table is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// The contexts themselves.
    Contexts,
    /// What they have of one kind.
    Of(Destination),
    /// No table: the keys.
    Help,
}

/// A row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Of which context it is.
    pub context: usize,
    /// Which of the context's own entries it is; `None` stands for the context itself, or for why it has none.
    pub entry: Option<u32>,
}

/// The table, and where one is in it.
#[derive(Clone, Debug)]
pub struct Across {
    /// What it is of.
    pub table: Table,
    /// Its rows, in order.
    pub rows: Vec<Row>,
    /// How many there are without the filter.
    pub unfiltered: usize,
    /// Which of the rows the cursor is on.
    pub cursor: usize,
    /// Who that is, by its context and its identity there.
    who: Option<(usize, Option<RowId>)>,
    /// The first row, or line of the help, in the window.
    pub offset: usize,
    /// Rows are shown only if they, or their context's name, hold this text.
    pub filter: String,
    /// Whether it is being typed.
    pub is_typing: bool,
    /// Whether its rows may be others by now.
    pub is_outdated: bool,
    /// The column to sort by, by what it says; `None`: the order of the contexts.
    pub sort: Option<Sort>,
}

/// The column in front of those that a context alone has.
const CONTEXT: Shape = Shape {
    title: "CONTEXT",
    least: 10,
    most: 24,
    is_number: false,
    rank: 0,
};

impl Across {
    /// A table of which no row is known yet.
    pub fn new(table: Table) -> Self {
        Self {
            table,
            rows: Vec::new(),
            unfiltered: 0,
            cursor: 0,
            who: None,
            offset: 0,
            filter: String::new(),
            is_typing: false,
            is_outdated: true,
            sort: None,
        }
    }

    /// The view of one context that shows what the table has of it; `None` of the contexts themselves.
    pub fn view(&self) -> Option<View> {
        match self.table {
            Table::Of(destination) => Some(View::of(destination)),
            Table::Contexts | Table::Help => None,
        }
    }

    /// What is shown of each context.
    pub fn resources(&self) -> &'static [Resource] {
        self.view().map_or(Resource::COUNTED, Resource::shown_in)
    }

    /// What the columns are like.
    pub fn shapes(&self) -> Vec<Shape> {
        let Some(view) = self.view() else {
            let columns = contexts::COLUMNS.iter();
            return columns.map(|column| column.shape).collect();
        };
        let own: Vec<Shape> = with_entries!(view, _scope => Row::COLUMNS.iter().map(|column| column.shape).collect(), Vec::new());
        [CONTEXT].into_iter().chain(own).collect()
    }

    /// What a column says of a row.
    pub fn cell(&self, contexts: &[Model], row: Row, column: usize) -> Cell {
        let model = &contexts[row.context];
        let nothing = || plain(String::new());
        let Some(view) = self.view() else {
            let column = contexts::COLUMNS.get(column);
            return column.map_or_else(nothing, |column| (column.cell)(model));
        };
        let Some(column) = column.checked_sub(1) else {
            return plain(model.context.as_str());
        };
        let Some(entry) = row.entry else {
            return nothing();
        };
        let fleet = &model.fleet;
        with_entries!(view, _scope => {
            let entry = Row::all(fleet).get(entry as usize);
            entry.zip(Row::COLUMNS.get(column)).map_or_else(nothing, |(entry, column)| (column.cell)(fleet, entry))
        }, nothing())
    }

    /// Why a context has no rows in the table, where it has none for a reason.
    pub fn why_none(&self, model: &Model) -> Option<String> {
        let view = self.view()?;
        let shown = Resource::shown_in(view);
        let why = model.awaited_in(shown).or_else(|| model.not_told_in(view));
        // None is told, which is not to say that there is none.
        why.or_else(|| Some(format!("none told: {}", model.note_in(view)?)))
    }

    /// What to know about the row under the cursor: why its context does not answer, or else what can be done about it.
    pub fn told_of_row(&self, contexts: &[Model]) -> Option<(&'static str, String)> {
        let row = self.row_under_cursor()?;
        let model = &contexts[row.context];
        if let Some(why) = contexts::why_not(model) {
            return Some(("why  ", why));
        }
        let way_out = model.fleet.way_out(self.id(contexts, row)?)?;
        Some(("way out  ", way_out.to_string()))
    }

    /// How far what a column says of a context, or of what is its, can be trusted.
    pub fn doubt(&self, model: &Model, column: usize) -> Doubt {
        let shapes = contexts::COLUMNS.get(column);
        let is_of_fleet = shapes.is_none_or(|column| column.is_of_fleet);
        if self.view().is_some() || is_of_fleet {
            model.doubt_of(self.resources())
        } else {
            Doubt::None
        }
    }

    /// Who a row is in its context; `None` of the context itself.
    pub fn id(&self, contexts: &[Model], row: Row) -> Option<RowId> {
        let (view, entry) = (self.view()?, row.entry? as usize);
        let fleet = &contexts[row.context].fleet;
        with_entries!(view, _scope => Row::all(fleet).get(entry).map(Entry::id), None)
    }

    /// The row under the cursor.
    pub fn row_under_cursor(&self) -> Option<Row> {
        self.rows.get(self.cursor).copied()
    }

    /// Puts the rows together anew. The cursor stays on the row that it was on; where that is gone it stays at its
    /// position.
    pub(super) fn relist(&mut self, contexts: &[Model]) {
        self.is_outdated = false;
        let mut rows = Vec::new();
        self.unfiltered = 0;
        for (context, model) in contexts.iter().enumerate() {
            self.list(context, model, &mut rows);
        }
        if let Some(Sort {
            column,
            is_reversed,
        }) = self.sort
        {
            // Of several fleets nothing but what is read can be compared.
            let text = |row: Row| String::from(self.cell(contexts, row, column).text);
            let mut read: Vec<_> = rows.into_iter().map(|row| (text(row), row)).collect();
            read.sort_by(|(a, _), (b, _)| alphanumeric_sort::compare_str(a, b));
            rows = read.into_iter().map(|(_, row)| row).collect();
            if is_reversed {
                rows.reverse();
            }
        }
        if self.sort.is_none() && self.table == Table::Of(Destination::Overview) {
            // The most urgent first, whosever it is; before all what is not even known.
            rows.sort_by_key(|row| {
                let urgencies = &contexts[row.context].fleet.urgencies;
                row.entry
                    .map(|entry| urgencies.get(entry as usize).copied())
            });
        }
        self.rows = rows;
        let is_at = |row: &Row| Some((row.context, self.id(contexts, *row))) == self.who;
        let found = self.rows.iter().position(is_at);
        let last = self.rows.len().saturating_sub(1);
        self.cursor = found.unwrap_or(self.cursor.min(last));
        self.note_who(contexts);
    }

    /// Adds the rows of a context.
    fn list(&mut self, context: usize, model: &Model, rows: &mut Vec<Row>) {
        let needle = self.filter.to_lowercase();
        let is_named = needle.is_empty() || find(model.context.as_str(), &needle).is_some();
        let own = Row {
            context,
            entry: None,
        };
        let Some(view) = self.view() else {
            self.unfiltered += 1;
            rows.extend(is_named.then_some(own));
            return;
        };
        let mut place = Place::new(view);
        if !is_named {
            place.filter.clone_from(&self.filter);
        }
        let listing = Listing::new(&model.fleet, &mut place);
        self.unfiltered += listing.unfiltered;
        let has_none = listing.unfiltered == 0 && self.why_none(model).is_some();
        rows.extend((has_none && is_named).then_some(own));
        rows.extend(listing.rows.iter().map(|entry| Row {
            context,
            entry: Some(*entry),
        }));
    }

    /// Moves the cursor to a row, or to the last one; of the help, the window.
    pub fn move_to(&mut self, contexts: &[Model], to: usize, page: usize) {
        if self.table == Table::Help {
            // The title of a table is a line of its own.
            self.offset = to.min(help().len().saturating_sub(page + 1));
            return;
        }
        self.cursor = to.min(self.rows.len().saturating_sub(1));
        self.note_who(contexts);
        self.scroll(page);
    }

    fn note_who(&mut self, contexts: &[Model]) {
        // Where nothing is shown, not yet or for want of a match, the cursor goes nowhere.
        if let Some(row) = self.row_under_cursor() {
            self.who = Some((row.context, self.id(contexts, row)));
        }
    }

    /// Moves the window so that the cursor is in it.
    pub(super) fn scroll(&mut self, page: usize) {
        if self.table == Table::Help {
            return;
        }
        let first = (self.cursor + 1).saturating_sub(page);
        let last_start = self.rows.len().saturating_sub(page);
        self.offset = self.offset.clamp(first, self.cursor).min(last_start);
    }
}

/// Whether an action means something in the table over all; what others do is of one context.
pub fn has(action: Action) -> bool {
    match action {
        Action::Go(destination) => !matches!(destination, Destination::Log | Destination::Forecast),
        Action::Move(_)
        | Action::HalfPages(_)
        | Action::Top
        | Action::Bottom
        | Action::Open
        | Action::Back
        | Action::Close
        | Action::Contexts
        | Action::Filter
        | Action::SortNext
        | Action::SortReverse
        | Action::Refresh
        | Action::Help
        | Action::Suspend
        | Action::Redraw
        | Action::Quit => true,
        _ => false,
    }
}

/// Every key that the table over all has.
pub fn help() -> Vec<Line> {
    let intro =
        "Keys of the table over all contexts. All others are of one context: enter goes into it.";
    let own = BINDINGS.iter().filter(|binding| has(binding.action));
    let keys = own.map(|binding| {
        let keys = format!("{:<16}{}", binding.keys.join(" "), binding.help);
        vec![(keys, Tone::Plain)]
    });
    let intro = vec![(intro.to_owned(), Tone::Plain)];
    [intro, Line::new()].into_iter().chain(keys).collect()
}

fn plain(text: impl Into<appliance::Text>) -> Cell {
    Cell {
        text: text.into(),
        tone: Tone::Plain,
    }
}
