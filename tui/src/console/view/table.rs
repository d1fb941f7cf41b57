//! A table: its header, and of its rows only those in the window.

use ratatui::layout::Rect;

use super::pen::{Pen, width};
use super::theme;
use crate::console::model::cut::{ended, shortened};
use crate::console::model::entry::{Cell, Column, Entry};
use crate::console::model::listing::{find, with_entries};
use crate::console::model::{Model, Scope, View};

/// Cells between two columns.
const GAP: u16 = 2;
/// Cells before the first column: the mark of a marked row.
const MARGIN: u16 = 2;

pub(super) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    with_entries!(model.place.view, _scope => rows::<Row>(model, pen, area), ());
}

fn rows<E: Entry>(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let columns = fit(E::COLUMNS, area.width.saturating_sub(MARGIN));
    header(model, pen, area, &columns);
    let needle = model.place.filter.to_lowercase();
    let entries = E::all(&model.fleet);
    let page = usize::from(area.height.saturating_sub(1));
    let window = model
        .listing
        .rows
        .iter()
        .enumerate()
        .skip(model.place.offset)
        .take(page);
    let mut line = Rect { height: 1, ..area };
    for (position, number) in window {
        line.y += 1;
        let Some(entry) = entries.get(*number as usize) else {
            continue;
        };
        if model.place.marks.contains(&entry.id()) {
            pen.put(line, 0, "*", theme::KEY);
        }
        let mut indent = MARGIN;
        for (column, width) in &columns {
            let room = Rect {
                x: line.x + indent,
                width: *width,
                ..line
            };
            put_cell(
                pen,
                room,
                &(column.cell)(&model.fleet, entry),
                column.is_number,
                &needle,
            );
            indent += width + GAP;
        }
        if position == model.listing.cursor {
            pen.tint(line, theme::SELECTED);
        }
    }
    if model.listing.rows.is_empty() {
        line.y += 1;
        pen.put(line, MARGIN, &empty(model), theme::FAINT);
    }
}

fn header<E>(model: &Model, pen: &mut Pen<'_>, area: Rect, columns: &[(&'static Column<E>, u16)]) {
    let mut indent = MARGIN;
    let line = Rect { height: 1, ..area };
    for (column, width) in columns {
        let room = Rect {
            x: line.x + indent,
            width: *width,
            ..line
        };
        if column.is_number {
            pen.put_right(room, column.title, theme::FAINT);
        } else {
            pen.put(room, 0, column.title, theme::FAINT);
        }
        indent += width + GAP;
    }
    if columns.is_empty() {
        pen.put(line, 0, model.context.as_str(), theme::FAINT);
    }
}

/// Why there are no rows.
fn empty(model: &Model) -> String {
    if model.listing.unfiltered == 0
        && let Some(why) = model.not_told().or_else(|| model.awaited())
    {
        return why;
    }
    let why = match model.place.view {
        _ if model.live.is_none()
            && (model.asked_at.is_none() || model.fleet.clusters.is_empty()) =>
        {
            "asking the appliance …"
        }
        _ if model.listing.unfiltered > 0 => "no row holds the text of the filter; esc clears it",
        View::Operations(_) => "no operation yet",
        View::Log => "nothing has happened yet",
        View::Budgets => "no disruption budget: no workload of this fleet has one",
        View::Machines(Scope::Budget(_)) => "it refuses no drain now",
        _ => "none",
    };
    why.to_owned()
}

/// The columns that fit, each with its width, which depends on the room alone: nothing jumps when names come and go.
/// Where there is no room, the last of the highest rank goes first; what is left over goes to those that can use it.
fn fit<E>(columns: &'static [Column<E>], room: u16) -> Vec<(&'static Column<E>, u16)> {
    let mut kept: Vec<&Column<E>> = columns.iter().collect();
    while kept.len() > 1 && with_gaps(kept.iter().map(|column| column.least)) > room {
        let least = kept
            .iter()
            .enumerate()
            .max_by_key(|(place, column)| (column.rank, *place));
        let least = least.map_or(0, |(place, _)| place);
        kept.remove(least);
    }
    let mut spare =
        u32::from(room.saturating_sub(with_gaps(kept.iter().map(|column| column.least))));
    let growth = |column: &Column<E>| u32::from(column.most.saturating_sub(column.least));
    let mut wanted: u32 = kept.iter().map(|column| growth(column)).sum();
    kept.into_iter()
        .map(|column| {
            // Each gets its share of what is left for it and those behind it.
            let own = growth(column);
            let more = (spare * own).checked_div(wanted).unwrap_or(0).min(own);
            spare -= more;
            wanted -= own;
            let width = column.least + u16::try_from(more).unwrap_or(0);
            (column, width.min(room))
        })
        .collect()
}

/// The width of columns of these widths.
fn with_gaps(widths: impl Iterator<Item = u16>) -> u16 {
    widths
        .fold(0, |sum: u16, width| {
            sum.saturating_add(width).saturating_add(GAP)
        })
        .saturating_sub(GAP)
}

/// The width beyond which a view's table has no use for more.
pub(super) fn most_width(view: View) -> u16 {
    let columns =
        with_entries!(view, _scope => with_gaps(Row::COLUMNS.iter().map(|column| column.most)), 0);
    columns.saturating_add(MARGIN)
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
    use appliance::Machine;

    fn widths(room: u16) -> Vec<(&'static str, u16)> {
        let columns = fit(<Machine as Entry>::COLUMNS, room);
        columns
            .iter()
            .map(|(column, width)| (column.title, *width))
            .collect()
    }

    #[test]
    fn columns_grow_with_the_room_up_to_what_is_useful() {
        for room in 0..400 {
            let columns = widths(room);
            let all = with_gaps(columns.iter().map(|(_, width)| *width));
            assert!(all <= room, "{room}: {columns:?}");
            let most = with_gaps(<Machine as Entry>::COLUMNS.iter().map(|column| column.most));
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
