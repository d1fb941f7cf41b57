//! The columns of a table: which have room, and what stands in them.

use ratatui::layout::Rect;

use super::pen::{Pen, width};
use super::theme;
use crate::console::model::cut::{ended, shortened};
use crate::console::model::entry::{Cell, Shape};
use crate::console::model::listing::find;
use crate::console::model::live::Doubt;

/// Cells between two columns.
const GAP: u16 = 2;
/// Cells before the first column: the mark of a marked row.
pub(super) const MARGIN: u16 = 2;

/// The columns that have room.
pub(super) struct Columns(Vec<Fitted>);

/// A column that has room.
struct Fitted {
    /// Which of all it is.
    number: usize,
    shape: Shape,
    width: u16,
}

impl Columns {
    /// Those that fit, each with its width, which depends on the room and the shapes alone: nothing jumps when names come and
    /// go. Where there is no room, the last of the highest rank goes first; what is left over goes to those that can use it, to
    /// numbers before words.
    pub(super) fn fit(shapes: impl Iterator<Item = Shape>, room: u16) -> Self {
        /// Columns of this rank and above go before numbers are cut.
        const BESIDE: u8 = 3;
        let room = room.saturating_sub(MARGIN);
        let mut kept: Vec<Fitted> = shapes.enumerate().map(Fitted::new).collect();
        drop_columns(&mut kept, room, BESIDE, whole);
        drop_columns(&mut kept, room, 0, |shape| shape.least);
        let mut spare = room.saturating_sub(with_gaps(kept.iter().map(|column| column.width)));
        for are_numbers in [true, false] {
            let growing = kept.iter_mut();
            let growing = growing.filter(|column| column.shape.is_number == are_numbers);
            spare -= grow(growing.collect(), spare);
        }
        for column in &mut kept {
            column.width = column.width.min(room);
        }
        Self(kept)
    }

    /// Cells from the start of the first column to that of the second.
    pub(super) fn first_width(&self) -> u16 {
        self.0.first().map_or(0, |first| first.width + GAP)
    }

    /// Writes the titles into a line.
    pub(super) fn put_titles(&self, pen: &mut Pen<'_>, line: Rect) {
        for (column, room) in self.rooms(line) {
            if column.shape.is_number {
                pen.put_right(room, column.shape.title, theme::FAINT);
            } else {
                pen.put(room, 0, column.shape.title, theme::FAINT);
            }
        }
    }

    /// Writes a row into a line: of each column, by its number among all, what it says, and how far that can be trusted. What
    /// the filter found is underlined.
    pub(super) fn put(
        &self,
        pen: &mut Pen<'_>,
        line: Rect,
        cell: impl Fn(usize) -> (Cell, Doubt),
        needle: &str,
    ) {
        for (column, room) in self.rooms(line) {
            let (cell, doubt) = cell(column.number);
            pen.doubt = doubt;
            put_cell(pen, room, &cell, column.shape.is_number, needle);
        }
    }

    /// Each column with its room in a line.
    fn rooms(&self, line: Rect) -> impl Iterator<Item = (&Fitted, Rect)> {
        self.0.iter().scan(MARGIN, move |indent, column| {
            let room = Rect {
                x: line.x + *indent,
                width: column.width,
                ..line
            };
            *indent += column.width + GAP;
            Some((column, room))
        })
    }
}

impl Fitted {
    fn new((number, shape): (usize, Shape)) -> Self {
        let width = shape.least;
        Self {
            number,
            shape,
            width,
        }
    }
}

/// Drops columns until the others have room, the last of the highest rank first, and none below a rank.
fn drop_columns(kept: &mut Vec<Fitted>, room: u16, least_rank: u8, width: fn(&Shape) -> u16) {
    while kept.len() > 1 && with_gaps(kept.iter().map(|column| width(&column.shape))) > room {
        let places = kept.iter().enumerate();
        let next = places.max_by_key(|(place, column)| (column.shape.rank, *place));
        let Some((place, _)) = next.filter(|(_, column)| column.shape.rank >= least_rank) else {
            return;
        };
        kept.remove(place);
    }
}

/// The width at which a column shows its numbers whole, or as much of its words as it has to.
fn whole(shape: &Shape) -> u16 {
    if shape.is_number {
        shape.most
    } else {
        shape.least
    }
}

/// Lets columns grow by what is spare, each by its share of what is left for it and those behind it. Returns by how much.
fn grow(columns: Vec<&mut Fitted>, spare: u16) -> u16 {
    let growth = |shape: &Shape| u32::from(shape.most.saturating_sub(shape.least));
    let mut wanted: u32 = columns.iter().map(|column| growth(&column.shape)).sum();
    let mut left = u32::from(spare);
    for column in columns {
        let own = growth(&column.shape);
        let more = (left * own).checked_div(wanted).unwrap_or(0).min(own);
        left -= more;
        wanted -= own;
        column.width += u16::try_from(more).unwrap_or(0);
    }
    spare - u16::try_from(left).unwrap_or(spare)
}

/// The width beyond which columns have no use for more.
pub(super) fn most_width(shapes: impl Iterator<Item = Shape>) -> u16 {
    with_gaps(shapes.map(|shape| shape.most)).saturating_add(MARGIN)
}

/// The width of columns of these widths.
fn with_gaps(widths: impl Iterator<Item = u16>) -> u16 {
    widths
        .fold(0, |sum: u16, width| {
            sum.saturating_add(width).saturating_add(GAP)
        })
        .saturating_sub(GAP)
}

/// Writes a cell: glyph, text, and underlined in it what the filter found. Where there is no room for all of it, an
/// ellipsis stands in its middle.
fn put_cell(pen: &mut Pen<'_>, room: Rect, cell: &Cell, is_number: bool, needle: &str) {
    let (style, glyph, behind) = pen.look(cell.tone);
    let taken = width(glyph).saturating_add(width(behind));
    let left = room.width.saturating_sub(taken);
    let text = if is_number {
        ended(cell.text.as_str(), left)
    } else {
        shortened(cell.text.as_str(), left)
    };
    if is_number {
        pen.put_right(room, &text, style);
        return;
    }
    let mut indent = pen.put(room, 0, glyph, style);
    let found = find(&text, needle).or_else(|| {
        // What was found is where the ellipsis is.
        find(cell.text.as_str(), needle)?;
        find(&text, "…")
    });
    let (from, to) = found.unwrap_or((0, 0));
    let parts = [
        (&text[..from], style),
        (&text[from..to], style.patch(theme::MATCH)),
        (&text[to..], style),
    ];
    for (part, style) in parts {
        indent += pen.put(room, indent, part, style);
    }
    pen.put(room, indent, behind, style);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::model::entry::Entry;
    use appliance::Machine;

    fn shapes(are_long: bool) -> impl Iterator<Item = Shape> {
        let columns = <Machine as Entry>::COLUMNS.iter();
        columns.map(move |column| column.shape.with_numbers(are_long))
    }

    fn widths(room: u16, are_long: bool) -> Vec<(&'static str, u16)> {
        let Columns(columns) = Columns::fit(shapes(are_long), room + MARGIN);
        let columns = columns.iter();
        columns
            .map(|column| (column.shape.title, column.width))
            .collect()
    }

    #[test]
    fn columns_grow_with_the_room_up_to_what_is_useful() {
        for (room, are_long) in (0..400).flat_map(|room| [(room, false), (room, true)]) {
            let columns = widths(room, are_long);
            let all = with_gaps(columns.iter().map(|(_, width)| *width));
            assert!(all <= room, "{room}: {columns:?}");
            let most = with_gaps(shapes(are_long).map(|shape| shape.most));
            if room >= most {
                assert_eq!(all, most);
            } else if columns.len() == <Machine as Entry>::COLUMNS.len() {
                assert_eq!(
                    all, room,
                    "nothing is left over before every column has what it can use"
                );
            }
        }
    }

    #[test]
    fn columns_of_the_highest_rank_go_first() {
        assert_eq!(widths(13, false), [("MACHINE", 13)]);
        let columns = widths(66, false).into_iter();
        let titles: Vec<_> = columns.map(|(title, _)| title).collect();
        assert_eq!(titles, ["MACHINE", "STATUS", "REASON", "REV", "TO"]);
    }

    /// Those of a screen of 80 cells are the same as ever; from 90 on both numbers of revisions are whole.
    #[test]
    fn long_numbers_are_whole_where_there_is_room_and_drop_no_column_that_matters() {
        let titles = |room, are_long| {
            let columns = widths(room, are_long).into_iter();
            columns.map(|(title, _)| title).collect::<Vec<_>>()
        };
        assert_eq!(titles(78, true), titles(78, false));
        for room in 88..200 {
            let columns = widths(room, true);
            for wanted in [("REV", 9), ("TO", 9)] {
                assert!(columns.contains(&wanted), "{room}: {columns:?}");
            }
            assert!(columns.iter().any(|(title, _)| *title == "POOL"));
        }
        assert!(widths(118, false).contains(&("REV", 4)));
    }
}
