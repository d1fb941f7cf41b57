//! The picture of the model. Reads only.
//!
//! ```text
//! title        meltdeck  demo-fleet                     PAUSED  SIM 02:13:07 ×60 seed 42
//! breadcrumb   overview › workers › machines                                   24 of 91
//! body         a table with its header, or text; details beside or below
//! notices      what happened last, or the filter that is being typed; what does not fit one line lies over the body;
//!              while there is nothing of the kind, what to do about the row
//! footer       the keys that mean something here
//! ```
//!
//! A dialog lies over the body, on a small screen over all but the footer. Every part takes any size, down to nothing.

mod columns;
mod deck;
mod details;
mod dialog;
mod frame;
mod menu;
mod notices;
mod pen;
mod table;
mod text;
mod theme;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::model::deck::Deck;
use super::model::live::Doubt;
use super::model::{Model, SMALLEST};
use pen::Pen;

/// What a screen can show.
pub trait Picture {
    /// Its columns and rows.
    fn size(&self) -> (u16, u16);

    /// Draws it into a buffer of that size.
    fn paint(&self, buffer: &mut Buffer);
}

impl Picture for Model {
    fn size(&self) -> (u16, u16) {
        self.size
    }

    fn paint(&self, buffer: &mut Buffer) {
        view(self, buffer);
    }
}

impl Picture for Deck {
    fn size(&self) -> (u16, u16) {
        self.front().size
    }

    fn paint(&self, buffer: &mut Buffer) {
        deck::view(self, buffer);
    }
}

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
    pen.doubt = model.doubt();
    if model.place.view.is_table() {
        let (rows, rest) = details::split(model, body);
        table::draw(model, &mut pen, rows);
        if let Some(rest) = rest {
            details::draw(model, &mut pen, rest);
        }
    } else {
        text::draw(model, &mut pen, body);
    }
    pen.doubt = Doubt::None;
    // Notices leave it where it is: when something goes wrong is when it is needed.
    let has_way_out = frame::way_out(model, &mut pen, row(area.height - 2));
    let below = u16::from(model.is_typing || has_way_out);
    let half = area.height / 2;
    let stack = Rect {
        y: half,
        height: area.height - 1 - below - half,
        ..area
    };
    notices::draw(&model.notices, &mut pen, stack);
    if model.is_typing {
        frame::filter(&model.place.filter, &mut pen, row(area.height - 2));
    }
    frame::footer(model, &mut pen, row(area.height - 1));
    if let Some(open) = &model.menu {
        menu::draw(model, open, &mut pen);
    }
    if let Some(open) = &model.dialog {
        dialog::draw(model, open, &mut pen);
    }
}
