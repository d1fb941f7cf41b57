//! What holds of drains in every run, over random scenarios with pods and budgets, checked on nothing but the event log
//! of `replay -o json`.

mod checker;
mod scenario;

use proptest::prelude::*;
use serde_json::Value;
use tests::{ScenarioFile, meltdeck};

use checker::Checker;
use scenario::scenario;

proptest! {
    #![proptest_config(tests::same_cases(256))]

    #[test]
    fn every_drain_keeps_the_rules((text, rules) in scenario(), run in 0..50_u32) {
        let file = ScenarioFile::new("drains", &text);
        let path = file.path().to_str().unwrap();
        let said = meltdeck(["replay", path, "-o", "json", "--run", &run.to_string()]);
        prop_assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", text);
        let events: Vec<Value> = said
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let mut checker = Checker::new(&events[0]["initial_state"], &rules);
        for (event, next) in events[1..].iter().zip(&events[2..]) {
            checker.follow(event);
            if next["t_s"] != event["t_s"] {
                checker.check_instant();
            }
        }
        checker.check_outcome(events.last().unwrap());
    }
}
