//! Everything that the table says of the row under the cursor, also what its columns have no room for.

use ratatui::layout::Rect;

use super::pen::Pen;
use super::text::put_line;
use super::theme;
use crate::console::model::entry::{Entry, Tone};
use crate::console::model::listing::with_entries;
use crate::console::model::{DETAIL_LINES, Model};

/// The room of the table, and that of the details if they are shown: beside it where there is width, else below.
pub(super) fn split(model: &Model, body: Rect) -> (Rect, Option<Rect>) {
    if !model.place.shows_details {
        return (body, None);
    }
    if model.details_beside() {
        let beside = body.width / 3;
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
    for field in fields {
        line.y += 1;
        if line.y >= area.bottom() {
            return;
        }
        put_line(pen, line, &field);
    }
}

/// A line for each column of the row under the cursor.
fn fields<E: Entry>(model: &Model) -> Vec<Vec<(String, Tone)>> {
    let number = model.listing.rows.get(model.listing.cursor);
    let Some(entry) = number.and_then(|number| E::all(&model.fleet).get(*number as usize)) else {
        return Vec::new();
    };
    E::COLUMNS
        .iter()
        .map(|column| {
            let cell = (column.cell)(&model.fleet, entry);
            let title = format!("{:<10}", column.title.to_lowercase());
            vec![(title, Tone::Faint), (cell.text.to_string(), cell.tone)]
        })
        .collect()
}
