//! The calendar to the minute: clock changes of every kind, schedules, what is left out, the union.

mod changes;
mod left_out;
mod membership;
mod schedules;

use jiff::Timestamp;

use crate::scenario::Scenario;

/// A scenario of one pool with these tables.
fn scenario(starts: &str, tables: &str) -> Scenario {
    let text = format!("starts = \"{starts}\"\n[[pools]]\nname = \"p\"\nmachines = 1\n{tables}");
    Scenario::parse(&text, "windows.toml", "windows").unwrap_or_else(|error| panic!("{error}"))
}

/// What opens from an instant until another: starts and ends on UTC clocks, as `03-28T21:00/03-29T05:00`.
fn openings(tables: &str, from: &str, until: &str) -> Vec<String> {
    let scenario = scenario("2020-01-06T00:00Z", tables);
    let (from, until): (Timestamp, Timestamp) = (from.parse().unwrap(), until.parse().unwrap());
    let openings = scenario.openings(0, from).unwrap();
    let told = |at: Timestamp| at.strftime("%m-%dT%H:%M").to_string();
    openings
        .take_while(|opening| opening.start < until)
        .map(|opening| format!("{}/{}", told(opening.start), told(opening.end)))
        .collect()
}
