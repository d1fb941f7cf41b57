//! The picture of the model. Reads only.
//!
//! ```text
//! title        meltdeck  demo-fleet                     PAUSED  SIM 02:13:07 ×60 seed 42
//! breadcrumb   overview › workers › machines                                   24 of 91
//! body         a table with its header, or text; details beside or below
//! notice       what happened last, or the filter that is being typed
//! footer       the keys that mean something here
//! ```
//!
//! A dialog lies over the body. Every part takes any size, down to nothing.

mod details;
mod dialog;
mod frame;
mod pen;
mod table;
mod text;
mod theme;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::model::Model;
use pen::Pen;

/// Below this nothing can be shown that would help.
const SMALLEST: (u16, u16) = (20, 6);

/// Draws the model into `buffer`.
pub fn view(model: &Model, buffer: &mut Buffer) {
    let area = *buffer.area();
    let mut pen = Pen::new(buffer, model.glyphs);
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let room = format!("meltdeck needs {}x{}", SMALLEST.0, SMALLEST.1);
        pen.put(area, 0, &room, theme::PLAIN);
        return;
    }
    let row = |y: u16| Rect {
        y,
        height: 1,
        ..area
    };
    frame::title(model, &mut pen, row(0));
    frame::breadcrumb(model, &mut pen, row(1));
    let body = Rect {
        y: 2,
        height: area.height.saturating_sub(4),
        ..area
    };
    if model.place.view.is_table() {
        let (rows, rest) = details::split(model, body);
        table::draw(model, &mut pen, rows);
        if let Some(rest) = rest {
            details::draw(model, &mut pen, rest);
        }
    } else {
        text::draw(model, &mut pen, body);
    }
    frame::notice(model, &mut pen, row(area.height - 2));
    frame::footer(model, &mut pen, row(area.height - 1));
    if let Some(open) = &model.dialog {
        dialog::draw(model, open, &mut pen, body);
    }
}
