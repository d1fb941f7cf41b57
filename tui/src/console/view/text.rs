//! Views that are text: of their lines only those in the window.

use ratatui::layout::Rect;

use super::pen::{Pen, width};
use super::theme;
use crate::console::model::Model;
use crate::console::model::cut::shortened;
use crate::console::model::document::{Document, Line};

pub(super) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let document = Document::new(model);
    let window = (model.place.offset..document.lines()).take(usize::from(area.height));
    let mut line = Rect { height: 1, ..area };
    let cursor = document.lines_of(model.listing.cursor).1;
    for number in window {
        put_line(pen, line, &document.line(number));
        if number == cursor && document.rows() > 0 {
            pen.tint(line, theme::SELECTED);
        }
        line.y += 1;
    }
}

/// Writes parts in their tones one after the other. One that has no room is cut in its middle.
pub(super) fn put_line(pen: &mut Pen<'_>, area: Rect, parts: &Line) {
    let mut indent = 0;
    for (text, tone) in parts {
        let (style, glyph, behind) = pen.look(*tone);
        indent += pen.put(area, indent, glyph, style);
        let room = area.width.saturating_sub(indent);
        let room = room.saturating_sub(width(behind));
        indent += pen.put(area, indent, &shortened(text, room), style);
        indent += pen.put(area, indent, behind, style);
    }
}
