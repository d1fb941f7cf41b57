//! Whether a view follows the log that it ends in, and how many new lines stand below its window.

use super::document::Document;
use super::fleet::Fleet;
use super::place::{RowId, View};
use super::{Model, Place};

impl Model {
    /// Notes which line of the log was the newest when the operator last was at its end, or came to it.
    pub fn note_seen(&mut self) {
        if self.place.seen.is_none() || self.follows() {
            self.place.seen = newest(&self.fleet, self.place.view);
        }
    }

    /// Whether the cursor stays on the last line when new ones come.
    pub fn follows(&self) -> bool {
        self.place.follows()
    }

    /// How many lines have come below the window since the operator last was at the end.
    pub fn news_below(&self) -> usize {
        let Some(seen) = self.place.seen.filter(|_| !self.follows()) else {
            return 0;
        };
        if self.place.sort.is_some() {
            return 0;
        }
        let is_new = |row: &usize| {
            let id = self.row(*row);
            matches!(id, Some(RowId::Event(number)) if number > seen)
        };
        let rows = self.rows_down_to_window_end()..self.listing.rows.len();
        rows.rev().take_while(is_new).count()
    }

    /// The number of rows down to the last one in the window.
    fn rows_down_to_window_end(&self) -> usize {
        if self.place.view.is_table() {
            return self.place.offset + self.table_page();
        }
        let document = Document::new(self);
        let window = self.place.offset..self.place.offset + self.page();
        let last = window.rev().find_map(|line| document.row_at(line));
        last.map_or(0, |row| row + 1)
    }
}

impl Place {
    /// Whether the cursor stays on the last line when new ones come. A sorted log has no end that grows.
    pub fn follows(&self) -> bool {
        self.is_at_end && self.view.has_log() && self.sort.is_none()
    }
}

/// The number of the newest line of the log that a view ends in; `None` before it is known.
fn newest(fleet: &Fleet, view: View) -> Option<u64> {
    let log = match view {
        View::Log => return Some(fleet.log.last_number()),
        View::Machine(id) => {
            let history = fleet.machine.as_ref()?;
            (history.machine.id == id).then_some(&history.log)?
        }
        View::Operation(id) => {
            let history = fleet.operation.as_ref()?;
            (history.operation.id == id).then_some(&history.log)?
        }
        _ => return None,
    };
    Some(log.last().map_or(0, |event| event.number))
}
