//! What a forecast of a live fleet rests on: which fleet and when, what is rolled out in it, what is assumed.

use std::borrow::Cow;

use appliance::Text;

use super::super::{Layout, Line, Section, faint, field, plain};
use super::FIELD;
use crate::console::model::cut::begun;
use crate::console::model::entry::Tone;
use crate::console::model::live::age;
use crate::console::model::place::RowId;
use crate::console::model::rehearsal::OfLive;

/// Cells of a line of a note, whatever the terminal has: how many lines there are must not depend on that.
const WIDTH: usize = 78;

/// The fleet and its age, what is rolled out, and what is assumed above all.
pub(super) fn head(live: &OfLive, layout: Layout) -> Vec<Line> {
    let captured = &live.captured;
    let of = format!(
        "{}, captured {}, {} ago",
        captured.context,
        captured.at,
        age(live.age)
    );
    let rest = match live.under_way {
        0 => "machines begin at rest, on the revision of their pool".to_owned(),
        1 => "machines begin at rest: 1 operation under way is left out".to_owned(),
        count => format!("machines begin at rest: {count} operations under way are left out"),
    };
    let tone = if live.under_way > 0 {
        Tone::Warning
    } else {
        Tone::Plain
    };
    let mut lines = vec![
        field("fleet", of, Tone::Plain),
        field("rolls out", captured.rolls_out.as_str(), Tone::Plain),
        field("", rest, tone),
        field(
            "ASSUMED",
            match captured.assumed.len() {
                1 => "1 value, at the end of this view (G)".to_owned(),
                count => format!("{count} values, all of them at the end of this view (G)"),
            },
            Tone::Warning,
        ),
    ];
    if !captured.above_all.is_empty() {
        let told: Vec<&str> = captured.above_all.iter().map(Text::as_str).collect();
        let told = format!("above all: {}", told.join("; "));
        let indent = u16::try_from(FIELD).unwrap_or(u16::MAX);
        let room = layout.columns.saturating_sub(indent);
        lines.push(field("", begun(&told, room), Tone::Plain));
    }
    lines
}

/// Every note of the capture, in as many lines as it takes.
pub(super) fn notes(live: &OfLive) -> Vec<Section<'_>> {
    let captured = &live.captured;
    let parts = [
        (
            "ASSUMED, FOR THE APPLIANCE DOES NOT TELL IT",
            &captured.assumed,
        ),
        ("TOLD, AND NOT IN THE CAPTURE", &captured.left_out),
        ("CALLED OTHERWISE IN THE CAPTURE", &captured.renamed),
    ];
    let mut first = 0;
    let mut sections = Vec::new();
    for (title, notes) in parts {
        if notes.is_empty() {
            continue;
        }
        let lines: Vec<String> = notes.iter().flat_map(wrapped).collect();
        let before = first;
        first += lines.len();
        sections.push(Section {
            title: title.to_owned(),
            rows: lines.len(),
            id: Box::new(move |row| RowId::Note(u32::try_from(before + row).unwrap_or(u32::MAX))),
            line: Box::new(move |row| match lines[row].strip_prefix("- ") {
                Some(text) => vec![faint("- "), plain(text)],
                None => vec![plain(lines[row].as_str())],
            }),
        });
    }
    sections
}

fn wrapped(note: &Text) -> Vec<String> {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent("- ")
        .subsequent_indent("  ");
    let lines = textwrap::wrap(note.as_str(), options);
    lines.into_iter().map(Cow::into_owned).collect()
}
