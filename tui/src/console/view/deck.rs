//! The picture of several contexts: of the one that is shown, as if it were alone, or the table over all of them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::columns::{Columns, MARGIN};
use super::pen::Pen;
use super::text::put_line;
use super::{frame, notices, theme};
use crate::console::keys::{Action, BINDINGS};
use crate::console::model::cut::{begun, shortened};
use crate::console::model::deck::Deck;
use crate::console::model::deck::across::{self, Table};
use crate::console::model::live::Doubt;
use crate::console::model::{Model, SMALLEST};

/// Draws all of it into `buffer`.
pub(super) fn view(deck: &Deck, buffer: &mut Buffer) {
    let area = *buffer.area();
    let is_too_small = area.width < SMALLEST.0 || area.height < SMALLEST.1;
    if !deck.is_across || is_too_small {
        super::view(deck.front(), buffer);
        return;
    }
    let mut pen = Pen::new(buffer, deck.front().glyphs);
    let row = |y: u16| Rect {
        y,
        height: 1,
        ..area
    };
    title(deck, &mut pen, row(0));
    breadcrumb(deck, &mut pen, row(1));
    let body = Rect {
        y: 2,
        height: area.height - 4,
        ..area
    };
    match deck.across.table {
        Table::Help => help(deck, &mut pen, body),
        Table::Contexts | Table::Of(_) => table(deck, &mut pen, body),
    }
    let is_told = tell_of_row(deck, &mut pen, row(area.height - 2));
    let half = area.height / 2;
    let below = u16::from(is_told || deck.across.is_typing);
    let stack = Rect {
        y: half,
        height: area.height - 1 - below - half,
        ..area
    };
    notices::draw(&deck.notices, &mut pen, stack);
    if deck.across.is_typing {
        frame::filter(&deck.across.filter, &mut pen, row(area.height - 2));
    }
    footer(deck, &mut pen, row(area.height - 1));
}

fn title(deck: &Deck, pen: &mut Pen<'_>, area: Rect) {
    let (answer, of) = deck.answering();
    let told = format!("{answer} of {of} answer");
    let start = pen.put_right(area, &told, theme::TITLE);
    let left = Rect {
        width: start.saturating_sub(1),
        ..area
    };
    let taken = pen.put(left, 0, "meltdeck", theme::TITLE);
    pen.put(left, taken + 2, "all contexts", theme::PLAIN);
}

/// Which table it is; how it is sorted and filtered, how many rows there are, and whose are only a part.
fn breadcrumb(deck: &Deck, pen: &mut Pen<'_>, area: Rect) {
    let across = &deck.across;
    let mut told = Vec::new();
    if let Some(view) = across.view() {
        let contexts = deck.contexts.iter();
        let partly = contexts.filter_map(|model| {
            let note = model.note_in(view)?;
            Some(format!("{}: {note}", model.context))
        });
        let partly: Vec<String> = partly.collect();
        match partly.as_slice() {
            [] => {}
            [one] => told.push(one.clone()),
            several => told.push(format!("{} tell a part", several.len())),
        }
    }
    if let Some(sort) = across.sort {
        let title = across.shapes().get(sort.column).map(|shape| shape.title);
        let direction = if sort.is_reversed { " reversed" } else { "" };
        let title = title.unwrap_or_default().to_lowercase();
        told.push(format!("by {title}{direction}"));
    }
    let all = across.unfiltered;
    if !across.filter.is_empty() {
        told.push(format!("/{}", across.filter));
        let shown = across.rows.iter().filter(|row| is_counted(across, row));
        told.push(format!("{} of {all}", shown.count()));
    } else if across.table != Table::Help {
        told.push(all.to_string());
    }
    let right = pen.put_right(area, &told.join("  "), theme::FAINT);
    let left = Rect {
        width: right.saturating_sub(1),
        ..area
    };
    let trail = match across.table {
        Table::Contexts => "contexts".to_owned(),
        Table::Help => "contexts › help".to_owned(),
        Table::Of(destination) => format!("contexts › {}", destination.name()),
    };
    pen.put(left, 0, &shortened(&trail, left.width), theme::PLAIN);
}

/// Whether a row is one of what the table is of, and not why a context has none.
fn is_counted(across: &across::Across, row: &across::Row) -> bool {
    across.table == Table::Contexts || row.entry.is_some()
}

fn table(deck: &Deck, pen: &mut Pen<'_>, area: Rect) {
    let across = &deck.across;
    let are_long = deck.contexts.iter().any(Model::applies_at_once);
    let shapes = across.shapes().into_iter();
    let shapes = shapes.map(|shape| shape.with_numbers(are_long));
    let columns = Columns::fit(shapes, area.width);
    let mut line = Rect { height: 1, ..area };
    columns.put_titles(pen, line);
    let needle = across.filter.to_lowercase();
    let page = usize::from(area.height.saturating_sub(1));
    let window = across
        .rows
        .iter()
        .enumerate()
        .skip(across.offset)
        .take(page);
    for (position, row) in window {
        line.y += 1;
        let model = &deck.contexts[row.context];
        let cell = |column| {
            let cell = across.cell(&deck.contexts, *row, column);
            (cell, across.doubt(model, column))
        };
        columns.put(pen, line, cell, &needle);
        pen.doubt = Doubt::None;
        if !is_counted(across, row) {
            let indent = MARGIN + columns.first_width();
            let why = across.why_none(model).unwrap_or_default();
            let room = area.width.saturating_sub(indent);
            pen.put(line, indent, &begun(&why, room), theme::FAINT);
        }
        if position == across.cursor {
            pen.tint(line, theme::SELECTED);
        }
    }
    if across.rows.is_empty() {
        line.y += 1;
        let why = if across.filter.is_empty() {
            "none"
        } else {
            "no row holds the text of the filter; esc clears it"
        };
        pen.put(line, MARGIN, why, theme::FAINT);
    }
}

/// What to know about the row under the cursor, if there is something; notices stand above it. Whether there is.
fn tell_of_row(deck: &Deck, pen: &mut Pen<'_>, area: Rect) -> bool {
    let Some((title, told)) = deck.across.told_of_row(&deck.contexts) else {
        return false;
    };
    let taken = pen.put(area, 0, title, theme::FAINT);
    let told = begun(&told, area.width.saturating_sub(taken));
    pen.put(area, taken, &told, theme::PLAIN);
    true
}

fn help(deck: &Deck, pen: &mut Pen<'_>, area: Rect) {
    let lines = across::help();
    let mut line = Rect { height: 1, ..area };
    let window = lines.iter().skip(deck.across.offset);
    for parts in window.take(usize::from(area.height)) {
        put_line(pen, line, parts);
        line.y += 1;
    }
}

fn footer(deck: &Deck, pen: &mut Pen<'_>, area: Rect) {
    if deck.across.is_typing {
        frame::put_hints(&[("enter", "keep"), ("esc", "clear")], pen, area);
        return;
    }
    let is_outermost = deck.across.table == Table::Contexts;
    let own = BINDINGS
        .iter()
        .filter(|binding| across::has(binding.action));
    let told = own.map(|binding| {
        let hint = match binding.action {
            Action::Close if is_outermost => "quit",
            Action::Back if !deck.across.filter.is_empty() => "unfilter",
            Action::Contexts if is_outermost => "",
            Action::Go(_) if !binding.hint.is_empty() => "to 8 tables",
            _ => binding.hint,
        };
        (binding.keys[0], hint)
    });
    let told: Vec<_> = told.filter(|(_, hint)| !hint.is_empty()).collect();
    frame::put_hints(&told, pen, area);
}
