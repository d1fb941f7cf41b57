//! Writes text into a buffer and never beside it; in ASCII where that is asked for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::theme;
pub(super) use crate::console::model::cut::width;
use crate::console::model::live::Doubt;
use crate::console::model::{Glyphs, Tone};

/// A buffer that can be written to anywhere: what does not fit is cut.
pub(super) struct Pen<'b> {
    buffer: &'b mut Buffer,
    pub(super) glyphs: Glyphs,
    /// How far what is drawn can be trusted.
    pub(super) doubt: Doubt,
}

impl<'b> Pen<'b> {
    pub(super) fn new(buffer: &'b mut Buffer, glyphs: Glyphs) -> Self {
        Self {
            buffer,
            glyphs,
            doubt: Doubt::None,
        }
    }

    /// How something of this tone looks: its style, its glyph, and what stands behind it. What is old is never drawn as
    /// healthy.
    pub(super) fn look(&self, tone: Tone) -> (Style, &'static str, &'static str) {
        let behind = if tone == Tone::Good { "?" } else { "" };
        match (self.doubt, tone) {
            (Doubt::Stale, _) => (theme::FAINT, "", behind),
            (Doubt::Late, Tone::Good) => (theme::PLAIN, "", behind),
            _ => (theme::style(tone), theme::glyph(tone, self.glyphs), ""),
        }
    }

    /// Writes `text` into the first line of `area`, `indent` cells in. Returns how many cells it took.
    pub(super) fn put(&mut self, area: Rect, indent: u16, text: &str, style: Style) -> u16 {
        let area = area.intersection(*self.buffer.area());
        if area.is_empty() || indent >= area.width {
            return 0;
        }
        let room = usize::from(area.width - indent);
        let text = in_glyphs(text, self.glyphs);
        let (end, _) = self
            .buffer
            .set_stringn(area.x + indent, area.y, &text, room, style);
        end - area.x - indent
    }

    /// Writes `text` so that it ends where `area` ends. Returns where it begins, counted from the area's start.
    pub(super) fn put_right(&mut self, area: Rect, text: &str, style: Style) -> u16 {
        let width = width(&in_glyphs(text, self.glyphs)).min(area.width);
        let indent = area.width - width;
        self.put(area, indent, text, style);
        indent
    }

    /// Adds a style to everything in `area`.
    pub(super) fn tint(&mut self, area: Rect, style: Style) {
        let area = area.intersection(*self.buffer.area());
        self.buffer.set_style(area, style);
    }

    /// Empties `area`.
    pub(super) fn clear(&mut self, area: Rect) {
        let area = area.intersection(*self.buffer.area());
        for position in area.positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                cell.reset();
            }
        }
    }
}

/// The console's own glyphs in ASCII, where that is asked for; names from outside that need more become `?`.
fn in_glyphs(text: &str, glyphs: Glyphs) -> std::borrow::Cow<'_, str> {
    if glyphs == Glyphs::Unicode || text.is_ascii() {
        return text.into();
    }
    let ascii = |character| match character {
        '›' => '>',
        '×' => 'x',
        '…' => '.',
        '–' | '─' => '-',
        '│' => '|',
        '┌' | '┐' | '└' | '┘' => '+',
        character if character.is_ascii() => character,
        _ => '?',
    };
    text.chars().map(ascii).collect::<String>().into()
}
