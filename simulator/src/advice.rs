//! What a valid scenario probably does not mean, as far as that can be told without running it.

mod fit;
mod harmless;
mod images;
mod soak;

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::{Timestamp, Zoned};

use crate::scenario::Scenario;
use crate::windows::{DstRule, Schedule, Window};

/// What to warn of, one line each.
pub fn warnings(scenario: &Scenario) -> Vec<String> {
    let windows = scenario.windows.iter().enumerate();
    let pools = 0..scenario.pools.len();
    let too_short = pools.filter_map(|pool| fit::without_room(scenario, pool));
    windows
        .flat_map(|(place, window)| {
            let mut found = never_open(scenario, place, window);
            found.extend(swallowed(scenario, place, window));
            found
        })
        .chain(images::warnings(scenario))
        .chain(soak::warnings(scenario))
        .chain(harmless::warnings(scenario))
        .chain(too_short)
        .chain(fit::exclusions_of_nothing(scenario))
        .collect()
}

/// From when until when a scenario is looked at.
fn looked_at(scenario: &Scenario) -> (Timestamp, Timestamp) {
    let calendar = &scenario.calendar;
    (
        calendar.starts().timestamp(),
        calendar.timestamp(scenario.horizon()),
    )
}

/// A window that does not open before the horizon, for those of its pools for which that is so.
fn never_open(scenario: &Scenario, place: usize, window: &Window) -> Vec<String> {
    let (start, horizon) = looked_at(scenario);
    // Pools with the same exclusions have the same answer.
    let mut alike: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for pool in &window.pools {
        let exclusions = scenario.exclusions.iter().enumerate();
        let own = exclusions.filter(|(_, exclusion)| exclusion.pools.contains(pool));
        let own = own.map(|(index, _)| index).collect();
        alike.entry(own).or_default().push(*pool);
    }
    let mut found = Vec::new();
    for (exclusions, pools) in alike {
        let exclusions = exclusions
            .into_iter()
            .map(|index| &scenario.exclusions[index]);
        let first = window.openings(place, exclusions, start).next();
        if first.is_some_and(|opening| opening.start < horizon) {
            continue;
        }
        let whom = if pools.len() == window.pools.len() {
            String::new()
        } else {
            let names: Vec<_> = pools
                .iter()
                .map(|pool| scenario.pools[*pool].name.as_str())
                .collect();
            format!(" for {}", names.join(", "))
        };
        let first = first.map(|opening| told(&opening.start.to_zoned(window.zone.clone())));
        found.push(format!(
            "{} never opens{whom} before the horizon, {}, because {}",
            window.title(place),
            told(&horizon.to_zoned(window.zone.clone())),
            why_never(window, start, horizon, first),
        ));
    }
    found
}

/// Why a window does not open before the horizon. `first`: its first opening behind it.
fn why_never(
    window: &Window,
    start: Timestamp,
    horizon: Timestamp,
    first: Option<String>,
) -> String {
    let since = window.zone.to_datetime(start).date();
    let from = DateTime::from(since.saturating_sub(jiff::Span::new().days(32)));
    let until = window.zone.to_datetime(horizon);
    let mut near = window.occurrences(from).peekable();
    if near.peek().is_none() {
        return match window.schedule {
            Schedule::Cron(_) => "its pattern never matches".to_owned(),
            Schedule::Days { .. } => "its days never come".to_owned(),
        };
    }
    let mut near = near.take_while(|occurrence| occurrence.starts <= until);
    let opens = |piece: &(Timestamp, Timestamp)| start < piece.1 && piece.0 < horizon;
    let is_left_out = near.any(|occurrence| occurrence.pieces.iter().any(opens));
    match (is_left_out, first) {
        (true, Some(first)) => {
            format!("its dates are excluded until then; its first opening is {first}")
        }
        (true, None) => "all its dates are excluded".to_owned(),
        (false, Some(first)) => format!("its first opening is {first}"),
        (false, None) => "all its dates after that are excluded".to_owned(),
    }
}

/// Occurrences that last no time, since clocks skip all of it.
fn swallowed(scenario: &Scenario, place: usize, window: &Window) -> Option<String> {
    /// More of them are counted and not listed.
    const LISTED: usize = 3;
    if window.rule != DstRule::WallClock {
        return None;
    }
    let (start, horizon) = looked_at(scenario);
    let mut before = window.zone.to_offset(start);
    let mut found = Vec::new();
    let changes = window.zone.following(start);
    for change in changes.take_while(|change| change.timestamp() < horizon) {
        let after = change.offset();
        let skipped_from = before.to_datetime(change.timestamp());
        let skipped_until = after.to_datetime(change.timestamp());
        before = after;
        if skipped_from >= skipped_until {
            continue;
        }
        let inside = window
            .occurrences(skipped_from)
            .take_while(|occurrence| occurrence.starts < skipped_until);
        let empty = inside.filter(|occurrence| occurrence.pieces.is_empty());
        found.extend(empty.map(|occurrence| occurrence.starts));
    }
    if found.is_empty() {
        return None;
    }
    let listed = found.iter().take(LISTED);
    let mut listed = listed
        .map(|starts| starts.strftime("%a %Y-%m-%d %H:%M").to_string())
        .collect::<Vec<_>>()
        .join(", ");
    if found.len() > LISTED {
        listed = format!("{listed} and {} more", found.len() - LISTED);
    }
    Some(format!(
        "{} does not open on {listed}: a clock change skips the whole of it",
        window.title(place)
    ))
}

fn told(at: &Zoned) -> String {
    at.strftime("%a %Y-%m-%d %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warned(tables: &str) -> Vec<String> {
        let text = format!(
            "starts = \"2026-03-27 00:00 Europe/Zurich\"\nhorizon = \"7d\"\n[[pools]]\nname = \"p\"\nmachines = 1\n[[pools]]\nname = \"q\"\nmachines = 1\n{tables}"
        );
        let scenario = Scenario::parse(&text, "advice.toml", "advice");
        warnings(&scenario.unwrap_or_else(|error| panic!("{error}")))
    }

    #[test]
    fn a_window_that_opens_is_no_reason_to_warn() {
        assert!(warned("").is_empty());
        assert!(warned("[[windows]]\nopens = \"Sat 22:00\"\nfor = \"8h\"\n").is_empty());
    }

    #[test]
    fn a_window_that_never_opens_before_the_horizon_is_told_with_its_reason() {
        let rows = [
            (
                "[[windows]]\ncron = \"0 0 30 2 *\"\nfor = \"1h\"\n",
                "its pattern never matches",
            ),
            (
                "[[windows]]\nopens = \"2nd Tue 22:00\"\nfor = \"1h\"\n",
                "its first opening is Tue 2026-04-14 22:00 CEST",
            ),
            (
                "[[windows]]\nopens = \"Sat 02:00\"\nfor = \"1h\"\nexcept = [\"2026-03-28\"]\n",
                "its dates are excluded until then; its first opening is Sat 2026-04-04 02:00 CEST",
            ),
            (
                "[[windows]]\nopens = \"Sat 02:00\"\nfor = \"1h\"\n[[exclusions]]\ndates = [\"01-01..12-31\"]\n",
                "all its dates are excluded",
            ),
            (
                "[[windows]]\nopens = \"Sun 02:00\"\nfor = \"1h\"\nevery = 2\nfrom = \"2026-04-06\"\n",
                "its first opening is Sun 2026-04-12 02:00 CEST",
            ),
        ];
        for (tables, why) in rows {
            assert_eq!(
                warned(tables),
                [format!(
                    "window 1 never opens before the horizon, Fri 2026-04-03 01:00 CEST, because {why}"
                )],
                "{tables}"
            );
        }
    }

    #[test]
    fn only_the_pools_that_are_excluded_are_named() {
        let tables = "[[windows]]\nname = \"w\"\nopens = \"Sat 02:00\"\nfor = \"1h\"\n[[exclusions]]\npool = \"q\"\ndates = [\"2026-03-28\"]\n";
        assert_eq!(
            warned(tables),
            [
                "window \"w\" never opens for q before the horizon, Fri 2026-04-03 01:00 CEST, because its dates are excluded until then; its first opening is Sat 2026-04-04 02:00 CEST"
            ]
        );
    }

    #[test]
    fn an_opening_that_a_clock_change_swallows_is_told() {
        let tables = "[[windows]]\nopens = \"daily 02:00\"\nfor = \"1h\"\nrule = \"wall-clock\"\n";
        assert_eq!(
            warned(tables),
            [
                "window 1 does not open on Sun 2026-03-29 02:00: a clock change skips the whole of it"
            ]
        );
        let tables = "[[windows]]\ncron = \"*/10 * * * *\"\nfor = \"5m\"\nrule = \"wall-clock\"\n";
        assert_eq!(
            warned(tables),
            [
                "window 1 does not open on Sun 2026-03-29 02:00, Sun 2026-03-29 02:10, Sun 2026-03-29 02:20 and 3 more: a clock change skips the whole of it"
            ]
        );
        let elapsed = "[[windows]]\nopens = \"daily 02:00\"\nfor = \"1h\"\n";
        assert!(warned(elapsed).is_empty());
    }
}
