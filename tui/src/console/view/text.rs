//! Views that are text: of their lines only those in the window.

use ratatui::layout::Rect;

use super::pen::Pen;
use super::theme;
use crate::console::model::{Model, document};

pub(super) fn draw(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let length = document::length_of(model);
    let window = (model.place.offset..length).take(usize::from(area.height));
    let mut line = Rect { height: 1, ..area };
    for number in window {
        put_line(pen, line, &document::line(model, number));
        line.y += 1;
    }
}

/// Writes parts in their tones one after the other.
pub(super) fn put_line(pen: &mut Pen<'_>, area: Rect, parts: &document::Line) {
    let mut indent = 0;
    for (text, tone) in parts {
        let style = theme::style(*tone);
        indent += pen.put(area, indent, theme::glyph(*tone, pen.glyphs), style);
        indent += pen.put(area, indent, text, style);
    }
}
