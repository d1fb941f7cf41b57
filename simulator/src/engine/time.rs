//! Simulated time: an integer count of milliseconds since the scenario's start.
//!
//! Integers make ties exact and sums independent of order; a millisecond is a thousandth of the shortest thing that
//! the fleet model knows.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant: milliseconds since the scenario's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl Time {
    /// The scenario's start.
    pub const START: Self = Self(0);

    /// The instant `millis` after the start.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the start.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The length from the start to this instant.
    pub const fn since_start(self) -> Span {
        Span(self.0)
    }

    /// The length from `earlier` to this instant; zero when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest length that a scenario may name: 100 years of 365 days. Sums of them stay far below the end of
    /// the clock.
    pub const LONGEST: Self = Self(100 * 365 * 86_400_000);

    /// A length of `millis` milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// A length of `seconds` seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * 1000)
    }

    /// The length nearest to `millis` milliseconds; negative and undefined values are zero, and what exceeds
    /// [`Span::LONGEST`] is that.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "clamped to the range just before"
    )]
    pub fn nearest(millis: f64) -> Self {
        let longest = Self::LONGEST.0 as f64;
        Self((millis.clamp(0.0, longest) + 0.5) as u64)
    }

    /// Milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Milliseconds, for arithmetic on distributions.
    #[expect(
        clippy::cast_precision_loss,
        reason = "lengths stay below 2^53 milliseconds"
    )]
    pub const fn as_millis_f64(self) -> f64 {
        self.0 as f64
    }

    /// Whether this is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This length so many times; the longest there is where that is longer.
    #[must_use]
    pub const fn times(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }

    /// This length shared by `parts`, rounded up to a millisecond. `parts` is at least 1.
    #[must_use]
    pub const fn shared_by(self, parts: u64) -> Self {
        Self(self.0.div_ceil(parts))
    }
}

impl Add<Span> for Time {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Add for Span {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// Seconds: an integer where the length is a whole number of them, a decimal fraction otherwise.
impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(1000) {
            serializer.serialize_u64(self.0 / 1000)
        } else {
            serializer.serialize_f64(self.as_millis_f64() / 1000.0)
        }
    }
}

/// Seconds since the start, as [`Span`].
impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.since_start().serialize(serializer)
    }
}

/// As it is written; no length is negative or longer than [`Span::LONGEST`].
impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::nearest(f64::deserialize(deserializer)? * 1000.0))
    }
}

/// As [`Span`].
impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::START + Span::deserialize(deserializer)?)
    }
}

/// The two or three largest units that say it: `0s`, `4.2s`, `1m 30s`, `2h 13m 07s`, `3d 04h 20m`.
impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.0 / 1000, self.0 % 1000);
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        let said = if days > 99 {
            format!("{days}d {:02}h", hours % 24)
        } else if days > 0 {
            format!("{days}d {:02}h {:02}m", hours % 24, minutes % 60)
        } else if hours > 0 {
            format!("{hours}h {:02}m {:02}s", minutes % 60, seconds % 60)
        } else if minutes > 0 {
            format!("{minutes}m {:02}s", seconds % 60)
        } else if millis > 0 {
            format!("{seconds}.{}s", millis / 100)
        } else {
            format!("{seconds}s")
        };
        formatter.pad(&said)
    }
}

/// A clock that counts from the start: `02:13:07`, with days in front where there are any.
impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1000;
        let (days, of_day) = (seconds / 86_400, seconds % 86_400);
        let clock = format!(
            "{:02}:{:02}:{:02}",
            of_day / 3600,
            of_day / 60 % 60,
            of_day % 60
        );
        if days > 0 {
            formatter.pad(&format!("{days}d {clock}"))
        } else {
            formatter.pad(&clock)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_their_largest_units() {
        let said = [0, 4_200, 90_000, 7_987_000, 273_600_000, 59_999, 3_599_999]
            .map(|millis| Span::from_millis(millis).to_string());
        assert_eq!(
            said,
            [
                "0s",
                "4.2s",
                "1m 30s",
                "2h 13m 07s",
                "3d 04h 00m",
                "59.9s",
                "59m 59s"
            ]
        );
    }

    #[test]
    fn seconds_are_whole_numbers_where_they_can_be() {
        let said = |millis| serde_json::to_string(&Span::from_millis(millis)).unwrap();
        assert_eq!(said(5_400_000), "5400");
        assert_eq!(said(5_400_001), "5400.001");
        assert_eq!(said(100), "0.1");
        for millis in [0, 1, 100, 5_400_001, 86_399_999, 3_153_599_999_999] {
            let read: Span = serde_json::from_str(&said(millis)).unwrap();
            assert_eq!(read.as_millis(), millis);
        }
    }

    #[test]
    fn rounding_is_to_the_nearest_millisecond_and_stays_in_range() {
        assert_eq!(Span::nearest(1.49), Span::from_millis(1));
        assert_eq!(Span::nearest(1.5), Span::from_millis(2));
        assert_eq!(Span::nearest(-3.0), Span::ZERO);
        assert_eq!(Span::nearest(f64::NAN), Span::ZERO);
        assert_eq!(Span::nearest(f64::INFINITY), Span::LONGEST);
    }
}
