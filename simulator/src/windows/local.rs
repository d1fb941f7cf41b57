//! From civil time to instants, across every kind of clock change: by an hour, by half of one, by a whole day.
//!
//! Instants and civil times are counted in milliseconds here, civil ones as if they were UTC. So an offset is a plain
//! difference between the two.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone, TimeZoneTransition};

use crate::engine::Span;

/// No zone's clocks are further from UTC than this.
pub(super) const FURTHEST: i64 = 26 * 3_600_000;
/// A day of the calendar.
pub(super) const DAY: i64 = 86_400_000;

/// From an instant until before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) start: i64,
    pub(super) end: i64,
}

impl Interval {
    /// Its ends on the calendar; `None` where they lie outside.
    pub(super) fn timestamps(self) -> Option<(Timestamp, Timestamp)> {
        let start = Timestamp::from_millisecond(self.start).ok()?;
        Some((start, Timestamp::from_millisecond(self.end).ok()?))
    }
}

/// A span that may be subtracted.
pub(super) fn signed(span: Span) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 4)
}

/// A civil time as if it were UTC.
pub(super) fn civil_millis(civil: DateTime) -> i64 {
    let millis = |civil| {
        Offset::UTC
            .to_timestamp(civil)
            .map(Timestamp::as_millisecond)
    };
    // The calendar's last day lies partly behind the last instant.
    millis(civil).unwrap_or_else(|_| Timestamp::MAX.as_millisecond())
}

/// The civil time that clocks on UTC show at an instant; the calendar's ends for what lies outside.
pub(super) fn civil(millis: i64) -> DateTime {
    match Timestamp::from_millisecond(millis) {
        Ok(at) => Offset::UTC.to_datetime(at),
        Err(_) if millis < 0 => DateTime::MIN,
        Err(_) => DateTime::MAX,
    }
}

/// The civil time one second later: what begins at whole seconds begins no earlier than that.
pub(super) fn after(civil: DateTime) -> Option<DateTime> {
    civil.checked_add(jiff::SignedDuration::from_secs(1)).ok()
}

/// The time `lasts` from a local start on: of a start that is skipped, from as much later as clocks skip; of one that
/// exists twice, from the first. None at the calendar's end.
pub(super) fn elapsed(zone: &TimeZone, starts: DateTime, lasts: Span) -> Vec<Interval> {
    let Ok(start) = zone.to_ambiguous_timestamp(starts).compatible() else {
        return Vec::new();
    };
    let start = start.as_millisecond();
    let end = start + signed(lasts);
    vec![Interval { start, end }]
}

/// The instants at which local clocks show a time of `[from, until)`, in order; those that touch are one.
pub(super) fn instants(zone: &TimeZone, from: i64, until: i64) -> Vec<Interval> {
    let mut found: Vec<Interval> = Vec::new();
    let (first, last) = (from - FURTHEST, until + FURTHEST);
    let Some(at) = clamped(first) else {
        return found;
    };
    let mut offset = zone.to_offset(at);
    let mut since = first;
    let mut changes = zone.following(at);
    loop {
        let change = changes.next();
        let at = change.as_ref().map(TimeZoneTransition::timestamp);
        let change_at = at.map_or(i64::MAX, Timestamp::as_millisecond);
        let shift = i64::from(offset.seconds()) * 1000;
        let start = (from - shift).max(since);
        let end = (until - shift).min(change_at);
        if start < end {
            match found.last_mut() {
                Some(before) if before.end == start => before.end = end,
                _ => found.push(Interval { start, end }),
            }
        }
        match change {
            Some(change) if change_at <= last => {
                offset = change.offset();
                since = change_at;
            }
            _ => return found,
        }
    }
}

/// The instant, or the first of the calendar; `None` when it lies behind the last.
fn clamped(millis: i64) -> Option<Timestamp> {
    match Timestamp::from_millisecond(millis) {
        Ok(at) => Some(at),
        Err(_) if millis < 0 => Some(Timestamp::MIN),
        Err(_) => None,
    }
}
