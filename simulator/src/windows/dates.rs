//! Dates and ranges of dates that are left out, of one year or of every year.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::local::{DAY, Interval, civil, civil_millis, instants};

/// A date, or a range of dates with both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    /// From a date to another.
    Once {
        /// The first.
        first: Date,
        /// The last.
        last: Date,
    },
    /// Every year from a day of a month to another, which may be of the next year.
    Yearly {
        /// The first.
        first: DayOfYear,
        /// The last.
        last: DayOfYear,
    },
}

/// A day of a month of any year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayOfYear {
    month: i8,
    day: i8,
}

/// Why a text is no date and no range of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatesError {
    /// It does not read as one.
    Unreadable,
    /// Its last date lies before its first.
    Backwards,
}

/// Days around an instant's UTC date among which every zone's date of that instant is, with those that a zone repeats.
const NEAR: i64 = 2 * DAY;

impl Dates {
    /// `2026-12-25`, `2026-12-24..2027-01-02`, `12-25`, `12-24..01-02`.
    ///
    /// # Errors
    /// When the text is nothing of these, or its end lies before its start.
    pub fn parse(text: &str) -> Result<Self, DatesError> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = (first.trim(), last.trim());
        if let Some(first) = day_of_year(first) {
            let last = day_of_year(last).ok_or(DatesError::Unreadable)?;
            return Ok(Self::Yearly { first, last });
        }
        let first = date(first).ok_or(DatesError::Unreadable)?;
        let last = date(last).ok_or(DatesError::Unreadable)?;
        if last < first {
            return Err(DatesError::Backwards);
        }
        Ok(Self::Once { first, last })
    }

    /// The ranges that share a day with `[from, until]`.
    fn ranges(self, from: Date, until: Date) -> impl Iterator<Item = (Date, Date)> {
        let once = match self {
            Self::Once { first, last } => Some((first, last)),
            Self::Yearly { .. } => None,
        };
        let yearly = (from.year() - 1..=until.year()).filter_map(move |year| match self {
            Self::Once { .. } => None,
            Self::Yearly { first, last } => {
                let ends_in = if last < first { year + 1 } else { year };
                let first = first.on_or_after(year)?;
                last.on_or_before(ends_in).map(|last| (first, last))
            }
        });
        let all = once.into_iter().chain(yearly);
        all.filter(move |(first, last)| first <= last && *first <= until && from <= *last)
    }

    /// Whether an instant is on one of these dates of the zone.
    pub fn contains(self, zone: &TimeZone, at: Timestamp) -> bool {
        let date = zone.to_datetime(at).date();
        self.ranges(date, date).next().is_some()
    }

    /// What of an interval is on none of these dates.
    pub(super) fn cut(self, zone: &TimeZone, from: Interval) -> Vec<Interval> {
        let near = (
            civil(from.start - NEAR).date(),
            civil(from.end + NEAR).date(),
        );
        let mut left = vec![from];
        for (first, last) in self.ranges(near.0, near.1) {
            let start = civil_millis(first.max(near.0).into());
            let end = civil_millis(last.min(near.1).into()) + DAY;
            for out in instants(zone, start, end) {
                left = left.iter().flat_map(|part| without(*part, out)).collect();
            }
        }
        left
    }

    /// The last date of the one range in which the whole interval lies, with days to spare on both sides.
    pub(super) fn last_around(self, interval: Interval) -> Option<Date> {
        let from = civil(interval.start - NEAR).date();
        let until = civil(interval.end + NEAR).date();
        self.ranges(from, until)
            .filter(|(first, last)| *first <= from && until <= *last)
            .map(|(_, last)| last)
            .max()
    }
}

impl DayOfYear {
    fn of(self, year: i16) -> Option<Date> {
        Date::new(year, self.month, self.day).ok()
    }

    /// In a year without 29 February the 1 March, as the start of a range.
    fn on_or_after(self, year: i16) -> Option<Date> {
        self.of(year).or_else(|| Date::new(year, 3, 1).ok())
    }

    /// In a year without 29 February the 28th, as the end of a range.
    fn on_or_before(self, year: i16) -> Option<Date> {
        self.of(year).or_else(|| Date::new(year, 2, 28).ok())
    }
}

/// An interval without what of it is in another.
fn without(part: Interval, out: Interval) -> impl Iterator<Item = Interval> {
    let before = Interval {
        start: part.start,
        end: part.end.min(out.start),
    };
    let behind = Interval {
        start: part.start.max(out.end),
        end: part.end,
    };
    let both = if out.end <= part.start || part.end <= out.start {
        [Some(part), None]
    } else {
        [Some(before), Some(behind)]
    };
    let left = both.into_iter().flatten();
    left.filter(|part| part.start < part.end)
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i16> {
    let is_plain = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

/// `2026-12-25`.
fn date(text: &str) -> Option<Date> {
    let (year, rest) = text.split_once('-')?;
    let DayOfYear { month, day } = day_of_year(rest)?;
    Date::new(digits(year, 4)?, month, day).ok()
}

/// `12-25`; 29 February is one.
fn day_of_year(text: &str) -> Option<DayOfYear> {
    const A_LEAP_YEAR: i16 = 2024;
    let (month, day) = text.split_once('-')?;
    let month = i8::try_from(digits(month, 2)?).ok()?;
    let day = i8::try_from(digits(day, 2)?).ok()?;
    Date::new(A_LEAP_YEAR, month, day).ok()?;
    Some(DayOfYear { month, day })
}
