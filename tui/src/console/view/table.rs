//! A table: its header, and of its rows only those in the window.

use ratatui::layout::Rect;

use super::pen::{Pen, width};
use super::theme;
use crate::console::model::entry::{Cell, Column, Entry};
use crate::console::model::listing::{find, with_entries};
use crate::console::model::{Model, View};

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
        pen.put(line, MARGIN, empty(model), theme::FAINT);
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
fn empty(model: &Model) -> &'static str {
    match model.place.view {
        _ if model.asked_at.is_none() || model.fleet.clusters.is_empty() => {
            "asking the appliance …"
        }
        _ if model.listing.unfiltered > 0 => "no row holds the text of the filter; esc clears it",
        View::Operations(_) => "no operation yet",
        View::Log => "nothing has happened yet",
        _ => "none",
    }
}

/// The columns that fit, each with its width. Where there is no room, the last of the highest rank goes first.
fn fit<E>(columns: &'static [Column<E>], room: u16) -> Vec<(&'static Column<E>, u16)> {
    let mut kept: Vec<&Column<E>> = columns.iter().collect();
    let needed = |kept: &[&Column<E>]| -> u16 {
        let widths = kept.iter().map(|column| column.width + GAP);
        widths.sum::<u16>().saturating_sub(GAP)
    };
    while kept.len() > 1 && needed(&kept) > room {
        let least = kept
            .iter()
            .enumerate()
            .max_by_key(|(place, column)| (column.rank, *place));
        let least = least.map_or(0, |(place, _)| place);
        kept.remove(least);
    }
    let spare = room.saturating_sub(needed(&kept));
    kept.into_iter()
        .map(|column| {
            let width = column.width + if column.grows { spare } else { 0 };
            (column, width.min(room))
        })
        .collect()
}

/// Writes a cell: glyph, text, and underlined in it what the filter found. Text that has no room ends in an ellipsis.
fn put_cell(pen: &mut Pen<'_>, room: Rect, cell: &Cell, is_number: bool, needle: &str) {
    let style = theme::style(cell.tone);
    let glyph = theme::glyph(cell.tone, pen.glyphs);
    let text = shortened(cell.text.as_str(), room.width.saturating_sub(width(glyph)));
    if is_number {
        pen.put_right(room, &text, style);
        return;
    }
    let mut indent = pen.put(room, 0, glyph, style);
    let (from, to) = find(&text, needle).unwrap_or((0, 0));
    let parts = [
        (&text[..from], style),
        (&text[from..to], style.patch(theme::MATCH)),
        (&text[to..], style),
    ];
    for (part, style) in parts {
        indent += pen.put(room, indent, part, style);
    }
}

/// A text of at most `room` cells, the last being an ellipsis where some are missing.
fn shortened(text: &str, room: u16) -> std::borrow::Cow<'_, str> {
    if width(text) <= room {
        return text.into();
    }
    let mut cut = String::new();
    for character in text.chars() {
        cut.push(character);
        if width(&cut) >= room {
            cut.pop();
            break;
        }
    }
    cut.push('…');
    cut.into()
}
