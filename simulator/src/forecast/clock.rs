//! Instants of a scenario as dates in the operator's time zone.

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::engine::{Span, Time};
use crate::scenario::{Calendar, civil, rfc3339};

/// Turns instants of a scenario into dates of one zone.
#[derive(Clone, Debug)]
pub struct Clock {
    calendar: Calendar,
    zone: TimeZone,
    name: String,
}

/// A date: RFC 3339 with its offset for programs, shorter for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Date {
    rfc3339: String,
    #[serde(skip)]
    short: String,
}

/// How far `short` is that of the weekday.
const WEEKDAY: usize = "Sat ".len();

impl Date {
    /// `Sat 2026-01-17 22:00`.
    pub fn short(&self) -> &str {
        &self.short
    }

    /// `2026-01-17 22:00`.
    pub fn without_weekday(&self) -> &str {
        &self.short[WEEKDAY..]
    }

    /// `2026-01-17T22:00:00+01:00`.
    pub fn rfc3339(&self) -> &str {
        &self.rfc3339
    }
}

impl Clock {
    /// The clock of this zone; the scenario's own where it is `None`.
    pub fn new(calendar: &Calendar, zone: Option<(TimeZone, String)>) -> Self {
        let own = || (calendar.starts().time_zone().clone(), calendar.zone_name());
        let (zone, name) = zone.unwrap_or_else(own);
        Self {
            calendar: calendar.clone(),
            zone,
            name,
        }
    }

    /// The zone's name.
    pub fn zone_name(&self) -> &str {
        &self.name
    }

    /// An instant as a date.
    pub fn date(&self, at: Time) -> Date {
        let zoned = self.calendar.timestamp(at).to_zoned(self.zone.clone());
        Date {
            rfc3339: rfc3339(&zoned),
            short: civil(&zoned),
        }
    }

    /// The date so long after the start.
    pub(super) fn after(&self, span: Span) -> Date {
        self.date(Time::START + span)
    }
}
