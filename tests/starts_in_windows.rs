//! Machines start in maintenance windows only, over random scenarios: checked on the log of `replay -o json` against what
//! `windows -o json` lists.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use serde_json::Value;
use tests::{ScenarioFile, meltdeck};

use super::properties::{self, millis};

/// The windows of the first pool, its end rule, and whether its machines ask for their turns.
#[derive(Clone, Debug)]
struct Windows {
    /// Hour, minute and length in minutes, of daily ones.
    daily: Vec<(u32, u32, u32)>,
    end: usize,
    is_polled: bool,
    surge: u32,
}

/// What the end rules hold back, in milliseconds.
const HELD_BACK: u64 = 7 * 60_000;

const ENDS: [&str; 4] = [
    "end = \"door\"",
    "end = \"pause\"",
    "end = \"reserve\"\nreserve = \"7m\"",
    "end = \"must-fit\"\nruntime = \"7m\"",
];

fn windows() -> impl Strategy<Value = Windows> {
    let daily = (0..24_u32, 0..60_u32, 8..200_u32);
    (
        prop::collection::vec(daily, 1..4),
        0..ENDS.len(),
        any::<bool>(),
        0..3_u32,
    )
        .prop_map(|(daily, end, is_polled, surge)| Windows {
            daily,
            end,
            is_polled,
            surge,
        })
}

/// A random scenario whose first pool has windows.
fn with_windows(text: &str, windows: &Windows) -> String {
    let mut own = format!("surge = {}\n", windows.surge);
    let is_lock_step = text.contains("lock-step");
    if windows.is_polled && !is_lock_step {
        own += "poll = \"11m\"\npoll_jitter = \"20%\"\n";
    }
    let first = text.replacen("name = \"p0\"\n", &format!("name = \"p0\"\n{own}"), 1);
    let mut text = format!("horizon = \"3d\"\n{first}");
    for (hour, minute, length) in &windows.daily {
        writeln!(
            text,
            "[[windows]]\npool = \"p0\"\nopens = \"{hour:02}:{minute:02}\"\nfor = \"{length}m\"\n{}",
            ENDS[windows.end]
        )
        .unwrap();
    }
    text
}

/// When the windows of the first pool are open, and from when on nothing starts in each, in milliseconds.
fn openings(path: &str, end: usize) -> Vec<(u64, u64)> {
    let said = meltdeck(["windows", path, "--count", "20", "-o", "json"]);
    let listed: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    let starts: jiff::Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
    let instant = |opening: &Value, key: &str| {
        let at: jiff::Timestamp = opening[key].as_str().unwrap().parse().unwrap();
        // One that was open before the start counts from it.
        u64::try_from(at.as_millisecond() - starts.as_millisecond()).unwrap_or(0)
    };
    listed
        .iter()
        .map(|opening| {
            let (opens, closes) = (instant(opening, "start"), instant(opening, "end"));
            let shuts = match end {
                0 | 1 => closes,
                2 => closes.saturating_sub(HELD_BACK).max(opens),
                // What fits exactly still starts.
                _ if closes - opens < HELD_BACK => opens,
                _ => closes - HELD_BACK + 1,
            };
            (opens, shuts)
        })
        .collect()
}

/// The log of a run: instants in milliseconds, and events.
fn log(path: &str) -> Vec<(u64, Value)> {
    let said = meltdeck(["replay", path, "-o", "json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let lines = said.out.lines().skip(1);
    lines
        .map(|line| {
            let event: Value = serde_json::from_str(line).unwrap();
            (millis(&event["t_s"]), event)
        })
        .collect()
}

/// Reasons of a machine that is not in a phase of its update.
const WAITS: [&str; 6] = ["halted", "paused", "window", "back-off", "slot", "poll"];

fn check(text: &str, end: usize) {
    let file = ScenarioFile::new("windows", text);
    let path = file.path().to_str().unwrap();
    let openings = openings(path, end);
    let is_open = |at: u64| {
        let mut openings = openings.iter();
        openings.any(|(opens, shuts)| (*opens..*shuts).contains(&at))
    };
    let events = log(path);
    let mut reasons: BTreeMap<String, (u64, Option<String>)> = BTreeMap::new();
    let mut spent: BTreeMap<String, u64> = BTreeMap::new();
    for (place, (at, event)) in events.iter().enumerate() {
        let is_own = event["pool"] == "p0" && event["machine"].is_string();
        let kind = event["kind"].as_str().unwrap();
        if is_own && kind == "machine-added" {
            assert!(is_open(*at), "a spare machine joins: {event}\n{text}");
        }
        if is_own && kind == "reason" {
            let name = event["machine"].as_str().unwrap().to_owned();
            let reason = event["reason"].as_str().map(str::to_owned);
            let before = reasons.insert(name, (*at, reason.clone()));
            let (since, before) = before.unwrap_or((*at, None));
            if let Some(before) = &before {
                *spent.entry(before.clone()).or_default() += at - since;
            }
            let waited = before.is_some_and(|before| WAITS.contains(&before.as_str()));
            let goes_on = reason.is_some_and(|reason| !WAITS.contains(&reason.as_str()));
            if waited && goes_on && event["reason"] != "power" {
                assert!(is_open(*at), "a machine starts: {event}\n{text}");
            }
        }
        let is_last = events.get(place + 1).is_none_or(|(next, _)| next > at);
        if is_last && kind != "outcome" {
            let told = reasons.values().filter_map(|(_, reason)| reason.as_deref());
            for reason in told {
                let fits = match reason {
                    "window" => !is_open(*at),
                    "slot" | "poll" | "back-off" => is_open(*at),
                    _ => true,
                };
                assert!(fits, "{reason} at {at}: {event}\n{text}");
            }
        }
    }
    let (end, outcome) = events.last().unwrap();
    for (since, reason) in reasons.into_values() {
        if let Some(reason) = reason {
            *spent.entry(reason).or_default() += end - since;
        }
    }
    spent.retain(|_, span| *span > 0);
    let told = outcome["pools"]["p0"]["reasons"].as_array().unwrap();
    let told: BTreeMap<String, u64> = told
        .iter()
        .map(|part| {
            let reason = part["reason"].as_str().unwrap().to_owned();
            (reason, millis(&part["machine_s"]))
        })
        .collect();
    assert_eq!(told, spent, "{text}");
}

proptest! {
    #![proptest_config(tests::same_cases(192))]

    #[test]
    fn nothing_starts_outside_a_window(text in properties::scenario(), windows in windows()) {
        check(&with_windows(&text, &windows), windows.end);
    }
}
