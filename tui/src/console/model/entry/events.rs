//! The table of the fleet's log.

use std::borrow::Cow;

use appliance::{FleetEvent, Severity};

use super::{Column, Entry, Tone, column, natural, plain, toned};
use crate::clock::clock;
use crate::console::model::fleet::Fleet;
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

impl Entry for FleetEvent {
    const COLUMNS: &'static [Column<Self>] = &[
        column!(
            "TIME",
            11,
            0,
            |_, event| plain(clock(event.at_ms)),
            |_, a, b| a.number.cmp(&b.number)
        ),
        column!(
            "LEVEL",
            9,
            1,
            |_, event| toned(level(event.severity), event_tone(event.severity)),
            |_, a, b| a.severity.cmp(&b.severity)
        ),
        column!(grows "EVENT", 30, 0, |_, event| plain(event.text.clone()), |_, a, b| natural(&a.text, &b.text)),
    ];

    fn all(fleet: &Fleet) -> &[Self] {
        &fleet.events
    }

    fn id(&self) -> RowId {
        RowId::Event(self.number)
    }

    fn is_in(&self, _: &Fleet, _: Scope) -> bool {
        true
    }

    fn texts<'e>(&'e self, _: &'e Fleet) -> [Cow<'e, str>; 3] {
        [
            self.text.as_str().into(),
            level(self.severity).into(),
            "".into(),
        ]
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
