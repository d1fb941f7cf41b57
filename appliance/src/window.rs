//! Maintenance windows: when the machines of a pool may start. Known only from an appliance that tells; the public API
//! does not.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{MachinePoolId, Text};

/// When the machines of one pool may start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct PoolWindows {
    /// The pool.
    pub machine_pool_id: MachinePoolId,
    /// Its next openings in order, the first being the one that is open now, where one is; none where none opens any
    /// more. `None`: the pool has no windows and is always open.
    pub openings: Option<Vec<Opening>>,
}

/// One uninterrupted piece of time in which a pool's windows are open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Opening {
    /// What the window is called that opens it; `None` where it has no name.
    pub window: Option<Text>,
    /// When it opens, in milliseconds since the start of the simulated time; 0 where it opened before that.
    pub opens_ms: u64,
    /// When it closes.
    pub closes_ms: u64,
    /// From when on nothing new starts in it: when it closes, or before that by its end rule; when it opens where not
    /// one machine fits.
    pub shuts_ms: u64,
    /// How long it is, in milliseconds.
    pub length_ms: u64,
    /// When it opens, as a date of the zone that was asked for.
    pub opens: LocalDate,
    /// When it closes.
    pub closes: LocalDate,
    /// From when on nothing new starts in it.
    pub shuts: LocalDate,
    /// What its end means, as `must-fit 99%`.
    pub end: Text,
    /// What a clock change does to it, as `elapsed`.
    pub rule: Text,
}

/// A date and time of day of one zone, as people read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct LocalDate {
    /// The weekday, as `Sat`.
    pub weekday: Text,
    /// The date, as `2026-01-17`.
    pub day: Text,
    /// The time of day, as `22:00`.
    pub time: Text,
    /// The offset from UTC, as `+01:00`.
    pub offset: Text,
}

/// `Sat 2026-01-17 22:00`.
impl fmt::Display for LocalDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{} {} {}", self.weekday, self.day, self.time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_as_people_write_it() {
        let date = LocalDate {
            weekday: "Sat".into(),
            day: "2026-01-17".into(),
            time: "22:00".into(),
            offset: "+01:00".into(),
        };
        assert_eq!(date.to_string(), "Sat 2026-01-17 22:00");
    }
}
