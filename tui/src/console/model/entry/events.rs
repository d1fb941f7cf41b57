//! The table of the fleet's log.

use std::borrow::Cow;

use appliance::Severity;

use super::{Cell, Column, Entry, Tone, column, natural, plain, toned};
use crate::clock::clock;
use crate::console::model::fleet::Fleet;
use crate::console::model::log::LogLine;
use crate::console::model::place::{RowId, Scope};

/// The tone of an event.
pub fn event_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Info => Tone::Plain,
        Severity::Good => Tone::Good,
        Severity::Warning => Tone::Warning,
        Severity::Failure => Tone::Bad,
    }
}

impl Entry for LogLine {
    const COLUMNS: &'static [Column<Self>] = &[
        column!("TIME", 11, 0, |_, line| plain(time(line)), |_, a, b| a
            .number()
            .cmp(&b.number())),
        column!("LEVEL", 9, 1, |_, line| level_cell(line), |_, a, b| {
            severity(a).cmp(&severity(b))
        }),
        column!(
            "EVENT",
            30..65535,
            0,
            |_, line| event_cell(line),
            |_, a, b| natural(&event_cell(a).text, &event_cell(b).text)
        ),
    ];

    fn all(fleet: &Fleet) -> &[Self] {
        fleet.log.lines()
    }

    fn id(&self) -> RowId {
        match self {
            Self::Event(event) => RowId::Event(event.number),
            Self::Gap { first, .. } => RowId::Gap(*first),
        }
    }

    /// What is missing may hold the filter's text as well.
    fn is_always_shown(&self) -> bool {
        matches!(self, Self::Gap { .. })
    }

    fn is_in(&self, _: &Fleet, _: Scope) -> bool {
        true
    }

    fn texts<'e>(&'e self, _: &'e Fleet) -> [Cow<'e, str>; 3] {
        let event = self.event();
        [
            event.map_or("", |event| event.text.as_str()).into(),
            event.map_or("", |event| level(event.severity)).into(),
            "".into(),
        ]
    }
}

fn severity(line: &LogLine) -> Option<Severity> {
    line.event().map(|event| event.severity)
}

fn time(line: &LogLine) -> String {
    line.event()
        .map_or_else(String::new, |event| clock(event.at_ms))
}

fn level_cell(line: &LogLine) -> Cell {
    match severity(line) {
        Some(severity) => toned(level(severity), event_tone(severity)),
        None => toned("gap", Tone::Warning),
    }
}

fn event_cell(line: &LogLine) -> Cell {
    match *line {
        LogLine::Event(ref event) => plain(event.text.clone()),
        LogLine::Gap { first, last } => {
            let missing = match last - first {
                0 => "1 entry missing".to_owned(),
                more => format!("{} entries missing", more + 1),
            };
            let why = if first == 1 {
                "the newest are kept"
            } else {
                "too many came at once"
            };
            toned(format!("{missing}: {why}"), Tone::Warning)
        }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Good => "done",
        Severity::Warning => "warning",
        Severity::Failure => "failure",
    }
}
