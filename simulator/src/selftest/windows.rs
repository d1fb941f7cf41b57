//! V-15c: what a clock change does to a maintenance window, to the minute, under both rules.

use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use jiff::tz::TimeZone;

use super::{Case, Measured, Title};
use crate::scenario::Scenario;

const LENGTHS: Title = Title {
    id: "V-15c",
    says: "Europe/Zurich, 29 March and 25 October 2026: how many minutes a nightly window is open",
    source: "calendar arithmetic with the IANA time zone database",
};

const ENDS: Title = Title {
    id: "V-15c",
    says: "Europe/Zurich, 29 March and 25 October 2026: when it closes, in minutes after noon UTC of the day before",
    source: "calendar arithmetic with the IANA time zone database",
};

/// What opens at a local time for so many minutes: minutes, and end in minutes after noon UTC of the day before, for
/// the wall clock and for elapsed time.
struct Night {
    opens: &'static str,
    minutes: u32,
    wall_clock: [u32; 2],
    elapsed: [u32; 2],
}

const fn night(
    opens: &'static str,
    minutes: u32,
    wall_clock: [u32; 2],
    elapsed: [u32; 2],
) -> Night {
    Night {
        opens,
        minutes,
        wall_clock,
        elapsed,
    }
}

/// The night in which the hour from 02:00 is skipped.
const SPRING: [Night; 5] = [
    night("01:30", 60, [30, 780], [60, 810]),
    night("02:00", 60, [0, 0], [60, 840]),
    night("02:30", 60, [30, 810], [60, 870]),
    night("22:00", 480, [420, 960], [480, 1020]),
    night("00:00", 240, [180, 840], [240, 900]),
];

/// The night in which the hour from 02:00 exists twice.
const FALL: [Night; 5] = [
    night("01:30", 60, [90, 810], [60, 750]),
    night("02:00", 60, [120, 840], [60, 780]),
    night("02:30", 60, [90, 870], [60, 810]),
    night("22:00", 480, [540, 1020], [480, 960]),
    night("00:00", 240, [300, 900], [240, 840]),
];

pub(super) fn cases() -> Vec<Case> {
    let nights = [
        ("spring", date(2026, 3, 28), &SPRING),
        ("fall", date(2026, 10, 24), &FALL),
    ];
    let mut lengths = Vec::new();
    let mut ends = Vec::new();
    for (season, day, nights) in nights {
        for night in nights {
            for (rule, expected) in [("wall-clock", night.wall_clock), ("elapsed", night.elapsed)] {
                let [minutes, end] = measured(night, day.at(12, 0, 0, 0), rule);
                let name = format!("{}+{} {season} {rule}", night.opens, night.minutes);
                let case = |title: Title, expected: u32, got: f64| {
                    let settings = [
                        ("opens", night.opens.into()),
                        ("for_minutes", night.minutes.into()),
                        ("night", season.into()),
                        ("rule", rule.into()),
                    ];
                    title.case(&name, settings, Measured::exact(expected.into(), got))
                };
                lengths.push(case(LENGTHS, expected[0], minutes));
                ends.push(case(ENDS, expected[1], end));
            }
        }
    }
    lengths.extend(ends);
    lengths
}

/// Minutes in which the window is open in the 24 hours from a noon in UTC, and when it closes last.
fn measured(night: &Night, noon: DateTime, rule: &str) -> [f64; 2] {
    let text = format!(
        r#"
        starts = "{noon}Z"
        [[pools]]
        name = "p"
        machines = 1
        [[windows]]
        opens = "daily {}"
        for = "{}m"
        timezone = "Europe/Zurich"
        rule = "{rule}"
        "#,
        night.opens, night.minutes
    );
    let scenario = Scenario::parse(&text, "selftest", "selftest");
    let scenario =
        scenario.unwrap_or_else(|error| unreachable!("a case's scenario is valid: {error}"));
    let from = scenario.calendar.starts().timestamp();
    let next_noon = noon.saturating_add(jiff::Span::new().hours(24));
    let until = TimeZone::UTC.to_ambiguous_timestamp(next_noon).compatible();
    let until = until.unwrap_or(Timestamp::MAX);
    let openings = scenario.openings(0, from).into_iter().flatten();
    openings.take_while(|opening| opening.start < until).fold(
        [0.0, 0.0],
        |[minutes, _], opening| {
            let in_minutes = |seconds: f64| seconds / 60.0;
            let end = (opening.end - from).total(jiff::Unit::Second);
            [
                minutes + in_minutes(opening.length().as_millis_f64() / 1000.0),
                in_minutes(end.unwrap_or(f64::NAN)),
            ]
        },
    )
}
