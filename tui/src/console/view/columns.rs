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
    /// Those that fit, each with its width, which depends on the room alone: nothing jumps when names come and go.
    /// Where there is no room, the last of the highest rank goes first; what is left over goes to those that can use it.
    pub(super) fn fit(shapes: impl Iterator<Item = Shape>, room: u16) -> Self {
        let room = room.saturating_sub(MARGIN);
        let mut kept: Vec<(usize, Shape)> = shapes.enumerate().collect();
        while kept.len() > 1 && with_gaps(kept.iter().map(|(_, shape)| shape.least)) > room {
            let least = kept
                .iter()
                .enumerate()
                .max_by_key(|(place, (_, shape))| (shape.rank, *place));
            let least = least.map_or(0, |(place, _)| place);
            kept.remove(least);
        }
        let taken = with_gaps(kept.iter().map(|(_, shape)| shape.least));
        let mut spare = u32::from(room.saturating_sub(taken));
        let growth = |shape: &Shape| u32::from(shape.most.saturating_sub(shape.least));
        let mut wanted: u32 = kept.iter().map(|(_, shape)| growth(shape)).sum();
        let fitted = kept.into_iter().map(|(number, shape)| {
            // Each gets its share of what is left for it and those behind it.
            let own = growth(&shape);
            let more = (spare * own).checked_div(wanted).unwrap_or(0).min(own);
            spare -= more;
            wanted -= own;
            let width = shape.least + u16::try_from(more).unwrap_or(0);
            Fitted {
                number,
                shape,
                width: width.min(room),
            }
        });
        Self(fitted.collect())
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

    fn shapes() -> impl Iterator<Item = Shape> {
        let columns = <Machine as Entry>::COLUMNS.iter();
        columns.map(|column| column.shape)
    }

    fn widths(room: u16) -> Vec<(&'static str, u16)> {
        let Columns(columns) = Columns::fit(shapes(), room + MARGIN);
        let columns = columns.iter();
        columns
            .map(|column| (column.shape.title, column.width))
            .collect()
    }

    #[test]
    fn columns_grow_with_the_room_up_to_what_is_useful() {
        for room in 0..400 {
            let columns = widths(room);
            let all = with_gaps(columns.iter().map(|(_, width)| *width));
            assert!(all <= room, "{room}: {columns:?}");
            let most = with_gaps(shapes().map(|shape| shape.most));
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
        assert_eq!(widths(13), [("MACHINE", 13)]);
        let titles: Vec<_> = widths(66).into_iter().map(|(title, _)| title).collect();
        assert_eq!(titles, ["MACHINE", "STATUS", "REASON", "REV", "TO"]);
    }
}
