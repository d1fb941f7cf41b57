//! Which rows a table shows, in which order, and where the cursor is among them.

use super::document::Document;
use super::entry::Entry;
use super::fleet::Fleet;
use super::place::{Place, RowId, Scope, Sort, View};

/// The rows that a table shows: numbers into the fleet's own lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The rows, in order.
    pub rows: Vec<u32>,
    /// How many there are without the filter.
    pub unfiltered: usize,
    /// Which of the rows the cursor is on.
    pub cursor: usize,
}

/// Does something with the entries of a view's table, whatever they are.
macro_rules! with_entries {
    ($view:expr, $scope:ident => $call:expr, $otherwise:expr) => {{
        use $crate::console::model::{Scope, View, attention::Attention};
        match $view {
            View::Overview => {
                type Row = Attention;
                let $scope = Scope::Fleet;
                $call
            }
            View::Pools($scope) => {
                type Row = ::appliance::MachinePool;
                $call
            }
            View::Machines($scope) => {
                type Row = ::appliance::Machine;
                $call
            }
            View::Revisions($scope) => {
                type Row = ::appliance::Revision;
                $call
            }
            View::Operations($scope) => {
                type Row = ::appliance::Operation;
                $call
            }
            View::Log => {
                type Row = $crate::console::model::log::LogLine;
                let $scope = Scope::Fleet;
                $call
            }
            View::Budgets => {
                type Row = ::appliance::Budget;
                let $scope = Scope::Fleet;
                $call
            }
            View::Windows => {
                type Row = $crate::console::model::windows::WindowRow;
                let $scope = Scope::Fleet;
                $call
            }
            View::Machine(_) | View::Operation(_) | View::Forecast | View::Help => $otherwise,
        }
    }};
}

pub(crate) use with_entries;

impl Listing {
    /// The rows of a place. The cursor stays on the row that it was on; where that is gone it stays at its position.
    pub fn new(fleet: &Fleet, place: &mut Place) -> Self {
        with_entries!(place.view, scope => Self::of::<Row>(fleet, place, scope), Self::of_text(fleet, place))
    }

    /// The rows of a text.
    fn of_text(fleet: &Fleet, place: &mut Place) -> Self {
        let document = Document::of_rows(fleet, place.view);
        let count = document.rows();
        let mut listing = Self {
            rows: (0..u32::try_from(count).unwrap_or(u32::MAX)).collect(),
            unfiltered: count,
            cursor: 0,
        };
        listing.place_cursor(place, |row| document.id(*row as usize));
        listing
    }

    fn of<E: Entry>(fleet: &Fleet, place: &mut Place, scope: Scope) -> Self {
        let entries = E::all(fleet);
        let needle = place.filter.to_lowercase();
        let mut unfiltered = 0;
        let mut rows: Vec<u32> = (0..)
            .zip(entries)
            .filter(|(_, entry)| entry.is_in(fleet, scope))
            .inspect(|_| unfiltered += 1)
            .filter(|(_, entry)| {
                needle.is_empty() || entry.is_always_shown() || matches(fleet, *entry, &needle)
            })
            .map(|(number, _)| number)
            .collect();
        // The newest operations and events are what one wants to see first.
        let is_newest_first = matches!(place.view, View::Operations(_));
        if let Some(Sort {
            column,
            is_reversed,
        }) = place.sort
            && let Some(column) = E::COLUMNS.get(column)
        {
            let entry = |number: &u32| &entries[*number as usize];
            rows.sort_by(|a, b| (column.order)(fleet, entry(a), entry(b)));
            if is_reversed {
                rows.reverse();
            }
        } else if is_newest_first {
            rows.reverse();
        }
        let id = |number: &u32| entries.get(*number as usize).map(Entry::id);
        let mut listing = Self {
            rows,
            unfiltered,
            cursor: 0,
        };
        listing.place_cursor(place, id);
        listing
    }

    fn place_cursor(&mut self, place: &mut Place, id: impl Fn(&u32) -> Option<RowId>) {
        // Where nothing is shown, not yet or for want of a match, the cursor goes nowhere.
        let Some(last) = self.rows.len().checked_sub(1) else {
            return;
        };
        let is_at = |cursor: RowId| self.rows.iter().position(|row| id(row) == Some(cursor));
        self.cursor = if place.follows() {
            last
        } else if place.is_untouched {
            0
        } else {
            let found = place.cursor.and_then(is_at);
            found.unwrap_or(place.position.min(last))
        };
        place.position = self.cursor;
        place.cursor = id(&self.rows[self.cursor]);
    }

    /// The identity of the row at a position.
    pub fn id(&self, fleet: &Fleet, view: View, position: usize) -> Option<RowId> {
        let number = *self.rows.get(position)? as usize;
        with_entries!(view, _scope => Row::all(fleet).get(number).map(Entry::id), Document::of_rows(fleet, view).id(number))
    }
}

/// Whether one of an entry's texts holds the filter, which is in lower case.
fn matches<E: Entry>(fleet: &Fleet, entry: &E, needle: &str) -> bool {
    entry
        .texts(fleet)
        .iter()
        .any(|text| find(text, needle).is_some())
}

/// Where `needle`, in lower case, stands in `text` in any case: bytes from and to.
pub fn find(text: &str, needle: &str) -> Option<(usize, usize)> {
    if needle.is_empty() || needle.len() > text.len() {
        return None;
    }
    if !needle.is_ascii() {
        let lower = text.to_lowercase();
        let at = lower.find(needle)?;
        // Where lower case has another length, what was found cannot be pointed at.
        let is_same = lower.len() == text.len();
        return Some(if is_same {
            (at, at + needle.len())
        } else {
            (0, 0)
        });
    }
    let (hay, pin) = (text.as_bytes(), needle.as_bytes());
    let at = hay
        .windows(pin.len())
        .position(|window| window.eq_ignore_ascii_case(pin))?;
    let is_whole = text.is_char_boundary(at) && text.is_char_boundary(at + pin.len());
    is_whole.then_some((at, at + pin.len()))
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_filter_is_found_in_any_case() {
        assert_eq!(find("Workers-12", "ers-1"), Some((4, 9)));
        assert_eq!(find("Zürich", "ric"), Some((3, 6)));
        assert_eq!(find("Über-1", "ü"), Some((0, 2)));
        assert_eq!(find("abc", ""), None);
        assert_eq!(find("abc", "abcd"), None);
    }
}
