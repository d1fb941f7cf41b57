//! Canaries go first over random scenarios, checked on the log of `replay -o json`: while they have not passed, no other machine
//! starts; when one fails nothing more starts before a retry; and they pass only when they were watched for long enough.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use proptest::prelude::*;
use serde_json::Value;
use tests::{ScenarioFile, meltdeck};

use super::properties::{self, millis};

/// What the first pool says of its canaries, and how its revision is bad.
#[derive(Clone, Debug)]
struct Rules {
    /// How many go first; named ones are the last of the pool.
    count: usize,
    is_named: bool,
    soak_minutes: u64,
    /// After how many minutes machines crash by the revision, if they do.
    shows_after: Option<u64>,
    /// When the rollout is retried.
    retries: Vec<u64>,
}

fn rules() -> impl Strategy<Value = Rules> {
    let shows_after = prop::option::of(0..20_u64);
    let retries = prop::collection::vec(10..240_u64, 0..3);
    (1..4_usize, any::<bool>(), 0..15_u64, shows_after, retries).prop_map(
        |(count, is_named, soak_minutes, shows_after, retries)| Rules {
            count,
            is_named,
            soak_minutes,
            shows_after,
            retries,
        },
    )
}

impl Rules {
    /// The canaries that the pool of this text names.
    fn named(&self, text: &str) -> BTreeSet<String> {
        let pool = text.split("name = \"p0\"").nth(1).unwrap();
        let machines = pool.split("machines = ").nth(1).unwrap();
        let machines: usize = machines.lines().next().unwrap().parse().unwrap();
        let from = machines.saturating_sub(self.count);
        (from..machines)
            .map(|machine| format!("p0-{}", machine + 1))
            .collect()
    }

    fn put_on(&self, text: &str) -> String {
        let canaries = if self.is_named {
            format!("{:?}", Vec::from_iter(self.named(text)))
        } else {
            self.count.to_string()
        };
        let keys = format!(
            "name = \"p0\"\ncanaries = {canaries}\ncanary_soak = \"{}m\"\n",
            self.soak_minutes
        );
        let mut text = text.replacen("name = \"p0\"\n", &keys, 1);
        if let Some(minutes) = self.shows_after {
            let keys = format!("share = \"40%\"\ndo = \"crash\"\nshows_after = \"{minutes}m\"");
            writeln!(text, "[[bad_revisions]]\npool = \"p0\"\n{keys}").unwrap();
        }
        for minutes in &self.retries {
            let step = format!("at = \"+{minutes}m\"\ndo = \"retry\"\npool = \"p0\"");
            writeln!(text, "[[steps]]\n{step}").unwrap();
        }
        text
    }
}

/// Follows the first pool's rollout from the log.
struct Follower<'r> {
    rules: &'r Rules,
    named: BTreeSet<String>,
    reasons: BTreeMap<String, String>,
    /// Machines that have started since the rollout began, or was retried.
    started: BTreeSet<String>,
    updated: BTreeSet<String>,
    /// When the last machine was updated.
    last_update: u64,
    /// How many canaries may start.
    allowed: usize,
    have_passed: bool,
    has_failed: bool,
    goes_on: bool,
}

/// Reasons of a machine that waits, or is not in the rollout's hands.
const WAITS: [&str; 7] = [
    "halted", "paused", "back-off", "canary", "slot", "power", "repair",
];

impl Follower<'_> {
    fn follow(&mut self, event: &Value) {
        match event["kind"].as_str().unwrap() {
            "operation" => self.follow_operation(event),
            "canaries-passed" => {
                let watched = millis(&event["t_s"]) - self.last_update;
                assert!(watched >= self.rules.soak_minutes * 60_000, "{event}");
                assert!(self.goes_on && !self.has_failed, "{event}");
                self.have_passed = true;
            }
            "machine-settled" => {
                let name = event["machine"].as_str().unwrap().to_owned();
                if event["failed_in"].is_null() {
                    self.updated.insert(name);
                    self.last_update = millis(&event["t_s"]);
                } else {
                    self.updated.remove(&name);
                    self.has_failed |= !self.have_passed;
                }
            }
            "reason" => self.follow_reason(event),
            _ => {}
        }
    }

    fn follow_operation(&mut self, event: &Value) {
        let is_running = event["status"] == "running";
        if is_running && !self.goes_on {
            self.started.clear();
            self.has_failed = false;
            let left = self.rules.count.saturating_sub(self.updated.len());
            self.allowed = left.max(1);
        }
        self.goes_on = is_running;
    }

    fn follow_reason(&mut self, event: &Value) {
        let name = event["machine"].as_str().unwrap().to_owned();
        let Some(reason) = event["reason"].as_str() else {
            self.reasons.remove(&name);
            return;
        };
        let before = self.reasons.insert(name.clone(), reason.to_owned());
        let waited = before.is_some_and(|before| WAITS.contains(&&*before));
        if !waited || WAITS.contains(&reason) || self.have_passed {
            return;
        }
        let is_new = self.started.insert(name.clone());
        assert!(
            !is_new || !self.has_failed,
            "starts after a failure: {event}"
        );
        if self.rules.is_named {
            assert!(self.named.contains(&name), "no canary: {event}");
        } else {
            assert!(self.started.len() <= self.allowed, "too many: {event}");
        }
    }
}

proptest! {
    #![proptest_config(tests::same_cases(192))]

    #[test]
    fn no_other_machine_starts_before_the_canaries_have_passed(
        text in properties::scenario(),
        rules in rules(),
    ) {
        let named = rules.named(&text);
        let text = rules.put_on(&text);
        let file = ScenarioFile::new("canaries-first", &text);
        let said = meltdeck(["replay", file.path().to_str().unwrap(), "-o", "json"]);
        prop_assert_eq!(said.code, 0, "{}\n{}", said.err, text);
        let mut follower = Follower {
            rules: &rules,
            named,
            reasons: BTreeMap::new(),
            started: BTreeSet::new(),
            updated: BTreeSet::new(),
            last_update: 0,
            allowed: 0,
            have_passed: false,
            has_failed: false,
            goes_on: false,
        };
        let events = said.out.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
        for event in events.filter(|event| event["pool"] == "p0") {
            follower.follow(&event);
        }
    }
}
