//! A table: its header, and of its rows only those in the window.

use ratatui::layout::Rect;
use ratatui::style::Style;

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

/// The columns that fit, each with its width. Those of the highest rank go first where there is no room.
fn fit<E>(columns: &'static [Column<E>], room: u16) -> Vec<(&'static Column<E>, u16)> {
    let needed = |most: u8| -> u16 {
        let kept = columns.iter().filter(|column| column.rank <= most);
        kept.map(|column| column.width + GAP)
            .sum::<u16>()
            .saturating_sub(GAP)
    };
    let highest = columns.iter().map(|column| column.rank).max().unwrap_or(0);
    let most = (0..=highest)
        .rev()
        .find(|most| needed(*most) <= room)
        .unwrap_or(0);
    let spare = room.saturating_sub(needed(most));
    columns
        .iter()
        .filter(|column| column.rank <= most)
        .map(|column| (column, column.width + if column.grows { spare } else { 0 }))
        .collect()
}

/// Writes a cell: glyph, text, and underlined in it what the filter found.
fn put_cell(pen: &mut Pen<'_>, room: Rect, cell: &Cell, is_number: bool, needle: &str) {
    let style = theme::style(cell.tone);
    let text = cell.text.as_str();
    if is_number {
        pen.put_right(room, text, style);
        return;
    }
    let mut indent = pen.put(room, 0, theme::glyph(cell.tone, pen.glyphs), style);
    let found = find(text, needle);
    let parts: [(&str, Style); 3] = match found {
        Some((from, to)) => [
            (&text[..from], style),
            (&text[from..to], style.patch(theme::MATCH)),
            (&text[to..], style),
        ],
        None => [(text, style), ("", style), ("", style)],
    };
    for (part, style) in parts {
        indent += pen.put(room, indent, part, style);
    }
    if width(text) + width(theme::glyph(cell.tone, pen.glyphs)) > room.width && room.width > 1 {
        let last = Rect {
            x: room.right() - 1,
            width: 1,
            ..room
        };
        pen.put(last, 0, "…", style);
    }
}
