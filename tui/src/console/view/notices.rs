//! What is told for a while: the newest in the line above the footer, older ones above it, over the body.

use std::borrow::Cow;

use ratatui::layout::Rect;

use super::pen::{Pen, width};
use super::theme;
use crate::console::model::{Notice, Notices};

/// Draws as many notices as fit into the last lines of `area`. Of older ones for which there is no room, the number
/// is told.
pub(super) fn draw(notices: &Notices, pen: &mut Pen<'_>, area: Rect) {
    let mut bottom = area.bottom();
    let mut hidden = 0;
    for notice in notices.newest_first() {
        let lines = lines(notice, pen, area.width);
        let needed = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let is_newest = bottom == area.bottom();
        let room = bottom - area.y;
        if hidden > 0 || (needed > room && !is_newest) {
            hidden += 1;
            continue;
        }
        bottom -= needed.min(room);
        put(
            notice,
            &lines,
            pen,
            Rect { y: bottom, ..area },
            needed.min(room),
        );
    }
    if hidden > 0 {
        let first = Rect {
            y: bottom,
            height: 1,
            ..area
        };
        pen.put_right(first, &format!("  +{hidden} more"), theme::FAINT);
    }
}

/// A notice's text as it is broken into lines beside its glyph.
fn lines<'n>(notice: &'n Notice, pen: &Pen<'_>, columns: u16) -> Vec<Cow<'n, str>> {
    let beside = width(theme::glyph(notice.tone, pen.glyphs));
    let room = usize::from(columns.saturating_sub(beside)).max(1);
    let options = textwrap::Options::new(room).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(notice.text.as_str(), options)
}

fn put(notice: &Notice, lines: &[Cow<'_, str>], pen: &mut Pen<'_>, area: Rect, shown: u16) {
    let style = theme::style(notice.tone);
    let mut line = Rect { height: 1, ..area };
    let mut indent = 0;
    for (number, text) in (0..shown).zip(lines) {
        pen.clear(line);
        if number == 0 {
            indent = pen.put(line, 0, theme::glyph(notice.tone, pen.glyphs), style);
        }
        pen.put(line, indent, text, style);
        line.y += 1;
    }
}
