//! Everything that the table says of the row under the cursor, also what its columns have no room for.

use ratatui::layout::Rect;

use super::pen::Pen;
use super::text::put_line;
use super::{table, theme};
use crate::console::model::document::Line;
use crate::console::model::entry::{Cell, Entry, Tone};
use crate::console::model::listing::with_entries;
use crate::console::model::{DETAIL_LINES, Model};

/// The room of the table, and that of the details if they are shown: beside it where there is width, else below.
pub(super) fn split(model: &Model, body: Rect) -> (Rect, Option<Rect>) {
    if !model.place.shows_details {
        return (body, None);
    }
    if model.details_beside() {
        // A third, and what the table has no use for.
        let most = table::most_width(model).saturating_add(1);
        let beside = (body.width / 3).max(body.width.saturating_sub(most));
        let table = Rect {
            width: body.width - beside - 1,
            ..body
        };
        let rest = Rect {
            x: table.right() + 1,
            width: beside,
            ..body
        };
        return (table, Some(rest));
    }
    let lines = u16::try_from(DETAIL_LINES)
        .unwrap_or(u16::MAX)
        .min(body.height / 2);
    let table = Rect {
        height: body.height - lines,
        ..body
    };
    let rest = Rect {
        y: table.bottom(),
        height: lines,
        ..body
    };
    (table, Some(rest))
}

pub(super) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let mut line = Rect { height: 1, ..area };
    pen.put(line, 0, &"─".repeat(usize::from(area.width)), theme::FAINT);
    let fields = with_entries!(model.place.view, _scope => fields::<Row>(model), Vec::new());
    let room = usize::from(area.height.saturating_sub(1));
    let mut lines: Vec<_> = fields
        .into_iter()
        .flat_map(|field| wrapped(field, area.width))
        .collect();
    if lines.len() > room {
        lines.truncate(room.saturating_sub(1));
        lines.push(vec![(
            "… more, in a larger terminal".to_owned(),
            Tone::Faint,
        )]);
    }
    for part in lines.iter().take(room) {
        line.y += 1;
        put_line(pen, line, part);
    }
}

/// Cells for the title of a field.
const TITLE: u16 = 10;

/// A line for each column of the row under the cursor, its title and all that the column says; then what has no column, and what a column says in fewer words.
fn fields<E: Entry>(model: &Model) -> Vec<(&'static str, Cell)> {
    let number = model.listing.rows.get(model.listing.cursor);
    let Some(entry) = number.and_then(|number| E::all(&model.fleet).get(*number as usize)) else {
        return Vec::new();
    };
    let columns = E::COLUMNS.iter();
    let mut fields: Vec<_> = columns
        .map(|column| (column.shape.title, (column.cell)(&model.fleet, entry)))
        .collect();
    let way_out = model.fleet.way_out(entry.id()).map(|way_out| Cell {
        text: way_out.to_string().into(),
        tone: Tone::Plain,
    });
    let more = entry.more(&model.fleet).into_iter();
    for (title, cell) in more.chain(way_out.map(|way_out| ("WAY OUT", way_out))) {
        match fields.iter_mut().find(|(known, _)| *known == title) {
            Some((_, known)) if !title.is_empty() => *known = cell,
            _ => fields.push((title, cell)),
        }
    }
    fields
}

/// A field in as many lines as it takes: here a long name stands in full.
fn wrapped((title, cell): (&'static str, Cell), columns: u16) -> Vec<Line> {
    // Room for the glyph of the tone, which stands before each line.
    let room = usize::from(columns.saturating_sub(TITLE + 2)).max(1);
    let lines = textwrap::wrap(cell.text.as_str(), room);
    let titles = std::iter::once(title.to_lowercase()).chain(std::iter::repeat(String::new()));
    let indent = usize::from(TITLE);
    titles
        .zip(lines)
        .map(|(title, text)| {
            // A state has its glyph once.
            let tone = if title.is_empty() {
                Tone::Plain
            } else {
                cell.tone
            };
            let title = (format!("{title:<indent$}"), Tone::Faint);
            vec![title, (text.into_owned(), tone)]
        })
        .collect()
}
