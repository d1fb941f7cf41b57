//! `meltdeck windows`: the next openings of a scenario's maintenance windows.

mod text;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Number;
use simulator::scenario::{Scenario, rfc3339};
use simulator::windows::Opening;

use super::timezone;
use crate::args::{Output, Windows};
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(args: &Windows, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let scenario = Scenario::load(&args.file);
    let scenario = scenario.map_err(|error| Failure::Question(error.to_string()))?;
    let from = match &args.from {
        Some(text) => from(&scenario, text)?,
        None => scenario.calendar.starts().timestamp(),
    };
    let shown_in = args.timezone.as_deref().map(timezone::named).transpose()?;
    let shown_in = shown_in.map(|(zone, _)| zone);
    let count = args.count as usize;
    let pools = scenario.pools.iter().enumerate();
    let pools: Vec<Pool<'_>> = pools
        .map(|(place, pool)| Pool {
            place,
            name: &pool.name,
            openings: scenario
                .openings(place, from)
                .map(|openings| openings.listed(count)),
        })
        .collect();
    match args.output {
        Output::Text => text::write(&scenario, &pools, shown_in.as_ref(), streams)?,
        Output::Json => streams.write_json(&entries(&scenario, &pools))?,
    }
    Ok(Answer::Done)
}

/// A pool and what was found; `None`: it has no windows.
struct Pool<'s> {
    place: usize,
    name: &'s str,
    openings: Option<Vec<Opening>>,
}

fn from(scenario: &Scenario, text: &str) -> Result<Timestamp, Failure> {
    scenario.calendar.parse(text).ok_or_else(|| {
        Failure::Question(format!(
            "meltdeck: --from: found {text:?}, allowed: a date, or a date and time, with a zone or without, as \"2026-03-28\" or \"2026-03-28 12:00 Europe/Zurich\""
        ))
    })
}

/// An opening for programs.
#[derive(Serialize)]
struct Entry<'s> {
    pool: &'s str,
    start: String,
    end: String,
    minutes: Number,
    local_start: String,
    local_end: String,
    timezone: &'s str,
    rule: &'static str,
}

fn entries<'s>(scenario: &'s Scenario, pools: &[Pool<'s>]) -> Vec<Entry<'s>> {
    let of_pools = pools.iter().flat_map(|pool| {
        let openings = pool.openings.iter().flatten();
        openings.map(|opening| (pool.name, opening))
    });
    of_pools
        .map(|(pool, opening)| {
            let window = &scenario.windows[opening.opened_by];
            let local = |at: Timestamp| rfc3339(&at.to_zoned(window.zone.clone()));
            Entry {
                pool,
                start: opening.start.to_string(),
                end: opening.end.to_string(),
                minutes: minutes(opening),
                local_start: local(opening.start),
                local_end: local(opening.end),
                timezone: &window.zone_name,
                rule: window.rule.as_str(),
            }
        })
        .collect()
}

/// How long it is: a whole number of minutes, or a fraction where it must be one.
fn minutes(opening: &Opening) -> Number {
    const MINUTE: u64 = 60_000;
    let length = opening.length();
    let millis = length.as_millis();
    if millis.is_multiple_of(MINUTE) {
        return Number::from(millis / MINUTE);
    }
    let minutes = length.as_millis_f64() / 60_000.0;
    Number::from_f64(minutes).unwrap_or_else(|| Number::from(millis / MINUTE))
}
