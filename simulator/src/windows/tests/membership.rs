//! Random windows: an instant is inside an opening if and only if a naive look at the clocks says so.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::scenario;
use crate::windows::zone;

const ZONES: [&str; 10] = [
    "UTC",
    "Europe/Zurich",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Santiago",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Havana",
    "Africa/Cairo",
];

#[derive(Clone, Debug)]
struct Case {
    zone: &'static str,
    /// Weekdays by their Monday-based number.
    days: Vec<i8>,
    minute: i64,
    lasts_min: i64,
    is_wall_clock: bool,
    except: Vec<Date>,
}

fn case() -> impl Strategy<Value = Case> {
    let days = proptest::collection::btree_set(0_i8..7, 1..8);
    let except = proptest::collection::vec((1_i16..=12, 1_i8..=28), 0..6);
    let zone = proptest::sample::select(&ZONES[..]);
    (zone, days, 0_i64..96, 1_i64..400, any::<bool>(), except).prop_map(
        |(zone, days, quarter, lasts, is_wall_clock, except)| Case {
            zone,
            days: days.into_iter().collect(),
            minute: quarter * 15,
            lasts_min: lasts * 10,
            is_wall_clock,
            except: except
                .into_iter()
                .map(|(month, day)| Date::new(2026, i8::try_from(month).unwrap(), day).unwrap())
                .collect(),
        },
    )
}

impl Case {
    fn table(&self) -> String {
        let words = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let days: Vec<_> = self
            .days
            .iter()
            .map(|day| words[usize::try_from(*day).unwrap()])
            .collect();
        let rule = if self.is_wall_clock {
            "wall-clock"
        } else {
            "elapsed"
        };
        let except: Vec<_> = self
            .except
            .iter()
            .map(|date| format!("\"{date}\""))
            .collect();
        let except = match except.len() {
            0 => String::new(),
            _ => format!("except = [{}]\n", except.join(", ")),
        };
        format!(
            "[[windows]]\nopens = \"{} {:02}:{:02}\"\nfor = \"{}m\"\ntimezone = \"{}\"\nrule = \"{rule}\"\n{except}",
            days.join(","),
            self.minute / 60,
            self.minute % 60,
            self.lasts_min,
            self.zone,
        )
    }

    fn starts_near(&self, zone: &TimeZone, at: Timestamp) -> Vec<DateTime> {
        let today = zone.to_datetime(at).date();
        let days = -(self.lasts_min / 1440 + 3)..=3;
        let dates = days.map(|by| today.checked_add(by.days()).unwrap());
        let own = dates.filter(|date| self.days.contains(&date.weekday().to_monday_zero_offset()));
        own.map(|date| date.at(0, 0, 0, 0) + self.minute.minutes())
            .collect()
    }

    fn is_open(&self, zone: &TimeZone, at: Timestamp) -> bool {
        let local = zone.to_datetime(at);
        if self.except.contains(&local.date()) {
            return false;
        }
        let lasts = self.lasts_min.minutes();
        self.starts_near(zone, at).into_iter().any(|starts| {
            if self.is_wall_clock {
                return starts <= local && local < starts + lasts;
            }
            let start = zone.to_ambiguous_timestamp(starts).compatible().unwrap();
            start <= at && at < start + lasts
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn an_instant_is_inside_if_the_clocks_say_so(
        cases in proptest::collection::vec(case(), 1..4),
        from_h in 0_i64..8760,
        instants in proptest::collection::vec(0_i64..60 * 24 * 40, 200),
    ) {
        let tables: String = cases.iter().map(Case::table).collect();
        let scenario = scenario("2026-01-05T00:00Z", &tables);
        let zones: Vec<_> = cases.iter().map(|case| zone(case.zone).unwrap().0).collect();
        let from = scenario.calendar.starts().timestamp() + from_h.hours();
        let until = from + (41 * 24).hours();
        let openings: Vec<_> = scenario
            .openings(0, from)
            .unwrap()
            .take_while(|opening| opening.start < until)
            .collect();
        for opening in &openings {
            prop_assert!(opening.start < opening.end);
        }
        for pair in openings.windows(2) {
            prop_assert!(pair[0].end < pair[1].start);
        }
        let edges = openings.iter().flat_map(|opening| {
            [-1, 0].into_iter().flat_map(|by| [opening.start + by.seconds(), opening.end + by.seconds()])
        });
        let sampled = instants.iter().map(|minute| from + minute.minutes());
        for at in sampled.chain(edges.filter(|at| (from..until).contains(at))) {
            let is_inside = openings.iter().any(|opening| opening.start <= at && at < opening.end);
            let is_open = cases.iter().zip(&zones).any(|(case, zone)| case.is_open(zone, at));
            prop_assert_eq!(is_inside, is_open, "{} in\n{}", at, tables);
        }
    }
}
