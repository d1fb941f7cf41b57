//! Text cut to a number of cells.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many cells a text takes.
pub fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// A text of at most `room` cells, with an ellipsis in its middle where some are missing: names differ at their ends.
pub fn shortened(text: &str, room: u16) -> Cow<'_, str> {
    if width(text) <= room {
        return text.into();
    }
    let Some(left) = room.checked_sub(1) else {
        return "".into();
    };
    let tail = tail(text, left.div_ceil(2));
    let head = head(text, left - width(tail));
    format!("{head}…{tail}").into()
}

/// A sentence of at most `room` cells, with an ellipsis at its end where some are missing.
pub fn begun(text: &str, room: u16) -> Cow<'_, str> {
    if width(text) <= room {
        return text.into();
    }
    match room.checked_sub(1) {
        Some(left) => format!("{}…", head(text, left)).into(),
        None => "".into(),
    }
}

/// A number of at most `room` cells, with an ellipsis at its beginning where some are missing: large ones, as the numbers of
/// revisions, differ at their ends.
pub fn ended(number: &str, room: u16) -> Cow<'_, str> {
    if width(number) <= room {
        return number.into();
    }
    match room.checked_sub(1) {
        Some(left) => format!("…{}", tail(number, left)).into(),
        None => "".into(),
    }
}

/// A name in exactly `room` cells.
pub fn fitted(name: &str, room: u16) -> String {
    let text = shortened(name, room);
    let blanks = usize::from(room.saturating_sub(width(&text)));
    format!("{text}{:blanks$}", "")
}

/// As much of a text's beginning as has room.
fn head(text: &str, room: u16) -> &str {
    let mut taken = 0;
    for (at, character) in text.char_indices() {
        taken += cells(character);
        if taken > usize::from(room) {
            return &text[..at];
        }
    }
    text
}

/// As much of a text's end as has room.
fn tail(text: &str, room: u16) -> &str {
    let mut taken = 0;
    for (at, character) in text.char_indices().rev() {
        taken += cells(character);
        if taken > usize::from(room) {
            return &text[at + character.len_utf8()..];
        }
    }
    text
}

fn cells(character: char) -> usize {
    character.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_both_ends() {
        let long = "production-frankfurt-workers-1017";
        assert_eq!(shortened(long, 14), "produc…rs-1017");
        assert_eq!(shortened("w-1", 3), "w-1");
        assert_eq!(ended("7000002", 4), "…002");
        assert_eq!((ended("13", 4), ended("13", 0)), ("13".into(), "".into()));
        assert_eq!(shortened("w-10", 1), "…");
        assert_eq!(shortened("w-10", 0), "");
        assert_eq!(fitted("w-1", 5), "w-1  ");
    }

    #[test]
    fn wide_characters_take_two_cells() {
        assert_eq!(shortened("東京東京東京", 6), "東…京");
        for room in 0..16 {
            for text in ["東京-東京-12", "a\u{301}bcdefghijklmnop", "x"] {
                assert!(width(&shortened(text, room)) <= room);
                assert_eq!(width(&fitted(text, room)), room);
            }
        }
    }
}
