//! Civil time: when a scenario starts, and at which instants its steps happen. Zone rules are bundled with the
//! program, so a host's own time-zone files change nothing.

use jiff::civil::{Date, DateTime, Time as ClockTime, Weekday};
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan, Zoned};

use super::problem::Problems;
use super::section::Item;
use super::values::parse_duration;
use crate::engine::{Span, Time};
use crate::windows::{clock_time, weekday_named};

/// A scenario's start and its zone; turns civil times into instants and back.
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    starts: Zoned,
}

/// The last year in which a scenario may start: the calendar ends with 9999, and what begins at the last instant may
/// take its time.
const LAST_YEAR: i16 = 9700;

/// A time with its offset: `2026-01-17T22:00:00+01:00`.
pub fn rfc3339(at: &Zoned) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()
}

/// A weekday, date and time: `Sat 2026-01-17 22:00`.
pub fn civil(at: &Zoned) -> String {
    at.strftime("%a %Y-%m-%d %H:%M").to_string()
}

impl Default for Calendar {
    /// Monday 5 January 2026, 00:00 UTC: never the wall clock, so that a forecast does not depend on the day it is
    /// made.
    fn default() -> Self {
        let starts = DateTime::constant(2026, 1, 5, 0, 0, 0, 0).to_zoned(TimeZone::UTC);
        Self {
            starts: starts.expect("every civil time exists in UTC"),
        }
    }
}

impl Calendar {
    /// The start of the scenario, in its zone.
    pub fn starts(&self) -> &Zoned {
        &self.starts
    }

    /// The civil time of an instant, in the scenario's zone, with its offset (RFC 3339).
    pub fn rfc3339(&self, at: Time) -> String {
        let millis = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
        match self.starts.checked_add(millis.milliseconds()) {
            Ok(zoned) => rfc3339(&zoned),
            Err(_) => "after the year 9999".to_owned(),
        }
    }

    /// An instant of the scenario on the calendar.
    pub fn timestamp(&self, at: Time) -> Timestamp {
        let millis = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
        let start = self.starts.timestamp().as_millisecond();
        Timestamp::from_millisecond(start.saturating_add(millis)).unwrap_or(Timestamp::MAX)
    }

    /// The scenario's instant of a time on the calendar; `None` before its start.
    pub fn time(&self, at: Timestamp) -> Option<Time> {
        let millis = at.as_millisecond() - self.starts.timestamp().as_millisecond();
        u64::try_from(millis).ok().map(Time::from_millis)
    }

    /// The name of its zone: that of the zone database, or the offset from UTC.
    pub fn zone_name(&self) -> String {
        match self.starts.time_zone().iana_name() {
            Some(name) => name.to_owned(),
            None => self.starts.strftime("%:z").to_string(),
        }
    }

    /// A date, or a date and time, in the scenario's zone or in the one that the text names. A local time that a clock
    /// change skips is moved forward by the gap; one that it repeats is the first.
    pub fn parse(&self, text: &str) -> Option<Timestamp> {
        let zoned = self.date_and_time(text.trim(), Some(ClockTime::midnight()));
        zoned.map(|zoned| zoned.timestamp())
    }

    /// The weekday, date and time of an instant, in the scenario's zone: `Sat 2026-01-17 22:00`.
    pub fn civil(&self, at: Time) -> String {
        let millis = i64::try_from(at.as_millis()).unwrap_or(i64::MAX);
        match self.starts.checked_add(millis.milliseconds()) {
            Ok(zoned) => civil(&zoned),
            Err(_) => "after the year 9999".to_owned(),
        }
    }

    /// `+90m` after the start; the next `Tue 03:12` at or after it; or a date and time in the scenario's zone.
    fn instant(&self, text: &str) -> Result<Time, &'static str> {
        let text = text.trim();
        if let Some(delay) = parse_duration(text.strip_prefix('+').unwrap_or(text)) {
            return Ok(Time::START + delay);
        }
        let zoned = match weekday_and_time(text) {
            Some((weekday, time)) => self.next(weekday, time),
            None => self.date_and_time(text, None),
        };
        let zoned = zoned.ok_or("")?;
        let millis = zoned.timestamp().as_millisecond() - self.starts.timestamp().as_millisecond();
        match u64::try_from(millis) {
            Ok(millis) if millis <= Span::LONGEST.as_millis() => Ok(Time::from_millis(millis)),
            Ok(_) => Err("which is more than 100 years after the scenario starts"),
            Err(_) => Err("which is before the scenario starts"),
        }
    }

    /// The first such weekday and time at or after the start. A time that a clock change skips is moved forward by
    /// the gap; one that it repeats is the first.
    fn next(&self, weekday: Weekday, time: ClockTime) -> Option<Zoned> {
        (0..=7)
            .filter_map(|days| self.starts.date().checked_add(days.days()).ok())
            .filter(|date| date.weekday() == weekday)
            .filter_map(|date| self.zoned(date.to_datetime(time)))
            .find(|zoned| *zoned >= self.starts)
    }

    /// `midnight` stands for the time of a date without one.
    fn date_and_time(&self, text: &str, midnight: Option<ClockTime>) -> Option<Zoned> {
        if let Some(zoned) = zoned(text, midnight) {
            return Some(zoned);
        }
        let pieces = Pieces::parse(text).ok()?;
        if pieces.offset().is_some() || pieces.time_zone_annotation().is_some() {
            return None;
        }
        self.zoned(pieces.date().to_datetime(pieces.time().or(midnight)?))
    }

    fn zoned(&self, civil: DateTime) -> Option<Zoned> {
        let zone = self.starts.time_zone().clone();
        zone.to_ambiguous_zoned(civil).compatible().ok()
    }
}

/// `Tue 03:12`, the weekday in any case and spelled out or not.
fn weekday_and_time(text: &str) -> Option<(Weekday, ClockTime)> {
    let (day, time) = text.split_once(char::is_whitespace)?;
    let weekday = weekday_named(&day.to_lowercase())?;
    Some((weekday, clock_time(time.trim())?))
}

/// A date, a time (or what stands for it) and a zone: an offset, `Z`, `[Europe/Zurich]`, or a zone's name behind a blank.
fn zoned(text: &str, midnight: Option<ClockTime>) -> Option<Zoned> {
    let text = text.trim();
    let annotated = match text.rsplit_once(' ') {
        Some((civil, zone)) if zone.starts_with(|first: char| first.is_ascii_alphabetic()) => {
            format!("{}[{zone}]", civil.trim())
        }
        _ => text.to_owned(),
    };
    let pieces = Pieces::parse(&annotated).ok()?;
    let zone = if pieces.time_zone_annotation().is_some() {
        let zone = pieces.to_time_zone_with(&TimeZoneDatabase::bundled());
        zone.ok()??
    } else {
        match pieces.offset()? {
            PiecesOffset::Zulu => TimeZone::UTC,
            PiecesOffset::Numeric(offset) => TimeZone::fixed(offset.offset()),
            _ => return None,
        }
    };
    let civil: DateTime = Date::to_datetime(pieces.date(), pieces.time().or(midnight)?);
    let zoned = zone.to_ambiguous_zoned(civil).compatible().ok()?;
    let offset_fits = match pieces.offset() {
        Some(PiecesOffset::Numeric(offset)) => zoned.offset() == offset.offset(),
        _ => true,
    };
    offset_fits.then_some(zoned)
}

/// The text of a date and time, whether quoted or as TOML's own date-time.
pub(super) fn text(item: &Item<'_, '_>) -> Option<String> {
    let native = item.value.get_ref().as_datetime().map(ToString::to_string);
    item.as_str().map(str::to_owned).or(native)
}

/// When the scenario starts.
pub(super) fn starts(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Calendar> {
    let starts = text(item).and_then(|text| zoned(&text, None));
    let starts = starts.filter(|starts| (1..=LAST_YEAR).contains(&starts.year()));
    if starts.is_none() {
        item.refuse(
            problems,
            "a date, a time and a zone, as \"2026-01-05T00:00Z\" or \"2026-01-05 22:00 Europe/Zurich\", up to the year 9700",
        );
    }
    Some(Calendar { starts: starts? })
}

/// When a step happens.
pub(super) fn instant(
    calendar: &Calendar,
) -> impl Fn(&Item<'_, '_>, &mut Problems<'_>) -> Option<Time> {
    move |item, problems| {
        let instant = text(item)
            .ok_or("")
            .and_then(|text| calendar.instant(&text));
        match instant {
            Ok(instant) => return Some(instant),
            Err("") => item.refuse(
                problems,
                "an instant, as \"+10m\", \"Tue 03:12\" or \"2026-01-06T03:12\"",
            ),
            Err(why) => item.object(problems, why),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(starts: &str) -> Calendar {
        Calendar {
            starts: zoned(starts, None).unwrap(),
        }
    }

    #[test]
    fn a_start_is_a_civil_time_with_a_zone() {
        for (text, utc) in [
            ("2026-01-05T00:00Z", "2026-01-05T00:00:00Z"),
            ("2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z"),
            ("2026-01-05T00:00+01:00", "2026-01-04T23:00:00Z"),
            ("2026-07-05T00:00[Europe/Zurich]", "2026-07-04T22:00:00Z"),
            ("2026-07-05 00:00 Europe/Zurich", "2026-07-04T22:00:00Z"),
            ("2026-07-05T00:00 Europe/Zurich", "2026-07-04T22:00:00Z"),
        ] {
            assert_eq!(
                zoned(text, None).unwrap().timestamp().to_string(),
                utc,
                "{text}"
            );
        }
        for text in [
            "",
            "2026-01-05",
            "2026-01-05T00:00",
            "2026-02-30T00:00Z",
            "2026-01-05T25:00Z",
            "2026-01-05 00:00 Europe/Zurych",
            "2026-07-05T00:00+05:00[Europe/Zurich]",
        ] {
            assert_eq!(zoned(text, None), None, "{text}");
        }
    }

    #[test]
    fn steps_happen_at_delays_weekdays_and_dates() {
        let calendar = calendar("2026-01-05 22:00 Europe/Zurich");
        let seconds = |text| calendar.instant(text).map(|at| at.as_millis() / 1000);
        assert_eq!(seconds("+10m"), Ok(600));
        assert_eq!(seconds("10m"), Ok(600));
        assert_eq!(seconds("0s"), Ok(0));
        assert_eq!(seconds("Tue 03:12"), Ok(5 * 3600 + 12 * 60));
        assert_eq!(seconds("monday 22:00"), Ok(0));
        assert_eq!(seconds("Mon 21:00"), Ok(7 * 86_400 - 3600));
        assert_eq!(seconds("2026-01-06T00:00"), Ok(7200));
        assert_eq!(seconds("2026-01-06 00:00 UTC"), Ok(3 * 3600));
        assert!(seconds("2026-01-05T21:59").is_err());
        for text in [
            "Tue 25:12",
            "Tue 3:12",
            "Someday 03:12",
            "-10m",
            "soon",
            "2026-01-32T00:00",
        ] {
            assert_eq!(seconds(text), Err(""), "{text}");
        }
    }

    #[test]
    fn a_local_time_that_a_clock_change_skips_is_moved_forward() {
        let calendar = calendar("2026-03-28 12:00 Europe/Zurich");
        let at = calendar.instant("Sun 02:30").unwrap();
        assert_eq!(calendar.rfc3339(at), "2026-03-29T03:30:00+02:00");
    }

    #[test]
    fn instants_have_their_place_on_the_calendar() {
        let calendar = calendar("2026-01-05 22:00 Europe/Zurich");
        let at = Time::from_millis(7_200_250);
        let told = calendar.timestamp(at);
        assert_eq!(told.to_string(), "2026-01-05T23:00:00.25Z");
        assert_eq!(calendar.time(told), Some(at));
        let before = "2026-01-05T20:59:59.999Z".parse().unwrap();
        assert_eq!(calendar.time(before), None);
        assert_eq!(calendar.zone_name(), "Europe/Zurich");
        assert_eq!(
            self::calendar("2026-01-05T00:00+05:30").zone_name(),
            "+05:30"
        );
    }

    #[test]
    fn instants_are_told_in_the_scenarios_zone() {
        let calendar = calendar("2026-01-05 22:00 Europe/Zurich");
        let told = |millis| calendar.rfc3339(Time::from_millis(millis));
        assert_eq!(told(0), "2026-01-05T22:00:00+01:00");
        assert_eq!(told(7_200_250), "2026-01-06T00:00:00.25+01:00");
    }
}
