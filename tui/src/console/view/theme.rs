//! Styles by meaning. The terminal's own sixteen colours, so that they fit its background; no meaning rests on colour
//! alone: a state has its word and its glyph too, and what is selected is in reverse video.

use ratatui::style::{Color, Modifier, Style};

use crate::console::model::{Glyphs, Tone};

pub(super) const PLAIN: Style = Style::new();
pub(super) const TITLE: Style = Style::new().add_modifier(Modifier::BOLD);
pub(super) const FAINT: Style = Style::new().add_modifier(Modifier::DIM);
pub(super) const SELECTED: Style = Style::new().add_modifier(Modifier::REVERSED);
pub(super) const MATCH: Style = Style::new()
    .add_modifier(Modifier::UNDERLINED)
    .add_modifier(Modifier::BOLD);
pub(super) const KEY: Style = Style::new().add_modifier(Modifier::BOLD);

pub(super) fn style(tone: Tone) -> Style {
    match tone {
        Tone::Plain => PLAIN,
        Tone::Good => Style::new().fg(Color::Green),
        Tone::Busy => Style::new().fg(Color::Cyan),
        Tone::Warning => Style::new().fg(Color::Yellow),
        Tone::Bad => Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
        Tone::Faint => FAINT,
    }
}

/// The glyph of a tone, with a blank behind it; empty where it has none.
pub(super) fn glyph(tone: Tone, glyphs: Glyphs) -> &'static str {
    match (tone, glyphs) {
        (Tone::Plain | Tone::Faint, _) => "",
        (Tone::Good, Glyphs::Unicode) => "✓ ",
        (Tone::Busy, Glyphs::Unicode) => "↻ ",
        (Tone::Bad, Glyphs::Unicode) => "✗ ",
        (Tone::Good, Glyphs::Ascii) => "+ ",
        (Tone::Busy, Glyphs::Ascii) => "~ ",
        (Tone::Bad, Glyphs::Ascii) => "x ",
        (Tone::Warning, _) => "! ",
    }
}
