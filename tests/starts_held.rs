//! Nothing new starts while a health gate is red, nor on a machine that is held, over random scenarios with canaries: checked on the log
//! of `replay -o json`. And the parts of the machines' time sum up to what the outcome tells.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use serde_json::Value;
use tests::{ScenarioFile, meltdeck};

use super::properties::{self, millis};

const MINUTE: u64 = 60_000;

/// What holds the first pool.
#[derive(Clone, Debug)]
struct Holds {
    /// Red spells: from which minute on, for how many.
    red: Vec<(u64, u64)>,
    /// The minute in which its first machine is unheld.
    unheld: u64,
    canaries: u32,
}

fn holds() -> impl Strategy<Value = Holds> {
    let spell = (0..240_u64, 1..60_u64);
    (prop::collection::vec(spell, 1..4), 1..90_u64, 0..3_u32).prop_map(|(red, unheld, canaries)| {
        Holds {
            red,
            unheld,
            canaries,
        }
    })
}

impl Holds {
    fn put_on(&self, text: &str) -> String {
        let canaries = match self.canaries {
            0 => String::new(),
            count => format!("canaries = {count}\ncanary_soak = \"7m\"\n"),
        };
        let first = format!("name = \"p0\"\n{canaries}");
        let mut text = text.replacen("name = \"p0\"\n", &first, 1);
        let spells = self
            .red
            .iter()
            .map(|(from, lasts)| format!("{{ from = \"+{from}m\", for = \"{lasts}m\" }}"));
        let spells = spells.collect::<Vec<_>>().join(", ");
        writeln!(
            text,
            "[[gates]]\nname = \"g\"\npool = \"p0\"\nred = [{spells}]"
        )
        .unwrap();
        for (at, verb) in [(0, "hold"), (self.unheld, "unhold")] {
            let step = format!("at = \"+{at}m\"\ndo = \"{verb}\"\nmachine = \"p0-1\"");
            writeln!(text, "[[steps]]\n{step}").unwrap();
        }
        text
    }

    fn is_red(&self, at: u64) -> bool {
        let mut red = self.red.iter();
        red.any(|(from, lasts)| (from * MINUTE..(from + lasts) * MINUTE).contains(&at))
    }
}

/// Reasons of a machine that waits.
const WAITS: [&str; 9] = [
    "halted", "paused", "window", "gate", "hold", "back-off", "canary", "slot", "poll",
];

fn check(text: &str, holds: &Holds) {
    let file = ScenarioFile::new("holds", text);
    let said = meltdeck(["replay", file.path().to_str().unwrap(), "-o", "json"]);
    assert_eq!(said.code, 0, "{}\n{text}", said.err);
    let events: Vec<Value> = said
        .out
        .lines()
        .skip(1)
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut reasons: BTreeMap<String, (u64, Option<String>)> = BTreeMap::new();
    let mut spent: BTreeMap<String, u64> = BTreeMap::new();
    let told = events
        .iter()
        .filter(|event| event["pool"] == "p0" && event["kind"] == "reason");
    for event in told {
        let at = millis(&event["t_s"]);
        let name = event["machine"].as_str().unwrap().to_owned();
        let reason = event["reason"].as_str().map(str::to_owned);
        let before = reasons.insert(name.clone(), (at, reason.clone()));
        let (since, before) = before.unwrap_or((at, None));
        if let Some(before) = &before {
            *spent.entry(before.clone()).or_default() += at - since;
        }
        let waited = before.is_some_and(|before| WAITS.contains(&before.as_str()));
        let starts = reason.is_some_and(|reason| {
            !WAITS.contains(&reason.as_str()) && !matches!(&*reason, "power" | "repair")
        });
        // A machine in flight boots when its power is back, or it is repaired, as it does outside a window.
        let comes_back = events.iter().any(|step| {
            step["t_s"] == event["t_s"]
                && step["machine"] == event["machine"]
                && matches!(step["do"].as_str(), Some("power-on" | "repair"))
        });
        if waited && starts && !comes_back {
            assert!(!holds.is_red(at), "starts while red: {event}\n{text}");
            let is_held = name == "p0-1" && at < holds.unheld * MINUTE;
            assert!(!is_held, "starts while held: {event}\n{text}");
        }
    }
    let outcome = events.last().unwrap();
    let end = millis(&outcome["t_s"]);
    for (since, reason) in reasons.into_values() {
        if let Some(reason) = reason {
            *spent.entry(reason).or_default() += end - since;
        }
    }
    spent.retain(|_, span| *span > 0);
    let told = outcome["pools"]["p0"]["reasons"].as_array().unwrap();
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for part in told {
        let reason = part["reason"].as_str().unwrap().to_owned();
        *sums.entry(reason).or_default() += millis(&part["machine_s"]);
    }
    assert_eq!(sums, spent, "{text}");
}

proptest! {
    #![proptest_config(tests::same_cases(96))]

    #[test]
    fn nothing_starts_while_red_or_held(text in properties::scenario(), holds in holds()) {
        check(&holds.put_on(&text), &holds);
    }
}
