//! What is found in a scenario, and what becomes of it when that is set.

use super::*;

fn scenario(text: &str) -> Scenario {
    Scenario::parse(text, "f", "f").unwrap()
}

/// `KEY from LOW to HIGH in POOLS`, for each input.
fn said(scenario: &Scenario) -> Vec<String> {
    let inputs = scenario.inputs().into_iter();
    let said = inputs.map(|input| {
        let Input {
            key,
            pools,
            low,
            high,
        } = input;
        format!("{key} from {low} to {high} in {pools:?}")
    });
    said.collect()
}

/// A scenario with an input of every kind, and with some that are certain.
const EVERY_KIND: &str = r#"
            [hardware.h]
            stop = "20s"
            firmware = { uniform = { min = "100s", max = "200s" } }
            slow = { firmware = { share = "3%", takes = { uniform = { min = "10m", max = "20m" } } } }
            fails = { drain = "80%" }
            hangs = { os = "0.25%", drain = "10%" }
            rolls_back = "60%"
            loops = "10%"
            fails_yearly = 1
            repair = { uniform = { min = "1h", max = "2h" } }
            [[pools]]
            name = "p"
            machines = 2
            hardware = "h"
            soak = { uniform = { min = "0s", max = "10s" } }
            poll = "1h"
            poll_jitter = "10%"
            [[pools]]
            name = "q"
            machines = 2
            hardware = "h"
            [[workloads]]
            name = "web"
            pools = ["q"]
            replicas = 2
            startup = "3s"
            ignores_sigterm = "5%"
            termination = { uniform = { min = "0s", max = "10s" } }
            [[workloads]]
            name = "agent"
            kind = "daemon-set"
            [[hands]]
            pool = "q"
            reacts = "1h"
            takes = { uniform = { min = "0s", max = "10h" } }
            [[owners]]
            pool = "p"
            reacts = { uniform = { min = "0s", max = "10h" } }
            [[gates]]
            name = "g"
            pool = "q"
            every = { uniform = { min = "0s", max = "10h" } }
            for = "5m"
            [[bad_revisions]]
            pool = "p"
            chance = "5%"
            do = "hang"
            "#;

#[test]
fn every_kind_of_input_is_found_and_what_is_certain_is_not() {
    let scenario = scenario(EVERY_KIND);
    assert_eq!(
        said(&scenario),
        [
            "hardware.h.fails.drain from 0 % to 90 % in [0, 1]",
            "hardware.h.hangs.drain from 0 % to 20 % in [0, 1]",
            "hardware.h.firmware from 1m 50s to 3m 10s in [0, 1]",
            "hardware.h.slow.firmware.share from 0 % to 6 % in [0, 1]",
            "hardware.h.slow.firmware.takes from 11m 00s to 19m 00s in [0, 1]",
            "hardware.h.hangs.os from 0 % to 0.5 % in [0, 1]",
            "hardware.h.rolls_back from 0 % to 90 % in [0, 1]",
            "hardware.h.loops from 0 % to 20 % in [0, 1]",
            "hardware.h.fails_yearly from 0 a year to 2 a year in [0, 1]",
            "hardware.h.repair from 1h 06m 00s to 1h 54m 00s in [0, 1]",
            "pools.p.soak from 1s to 9s in [0]",
            "pools.p.poll_first from 36m 00s to 1h 24m 00s in [0]",
            "pools.p.poll_jitter from 0 % to 20 % in [0]",
            "workloads.default/web.termination from 1s to 9s in [1]",
            "workloads.default/web.ignores_sigterm from 0 % to 10 % in [1]",
            "hands.1.takes from 1h 00m 00s to 9h 00m 00s in [1]",
            "owners.1.reacts from 1h 00m 00s to 9h 00m 00s in [0]",
            "gates.g.every from 1h 00m 00s to 9h 00m 00s in [1]",
            "bad_revisions.1.chance from 0 % to 10 % in [0]",
        ]
    );
}

#[test]
fn one_input_is_set_and_everything_else_stays() {
    let scenario = scenario(
        r#"
            [hardware.server]
            fails_yearly = 1
            [[pools]]
            name = "p"
            machines = 2
            hardware = "server"
            "#,
    );
    let keys: Vec<_> = scenario
        .inputs()
        .into_iter()
        .map(|input| input.key)
        .collect();
    for (place, key) in keys.iter().enumerate() {
        for at in [Extreme::Low, Extreme::High] {
            let changed = scenario.with_input(place, at);
            assert_ne!(changed, scenario, "{key}");
            let left: Vec<_> = changed
                .inputs()
                .into_iter()
                .map(|input| input.key)
                .collect();
            // A duration that is set is certain then, and so is a chance of nothing; twice a chance is not.
            let mut expected = keys.clone();
            let is_chance = key.ends_with("share") || key.ends_with("yearly");
            if !is_chance || at == Extreme::Low {
                expected.remove(place);
            }
            assert_eq!(left, expected, "{key}");
        }
    }
    let place = keys
        .iter()
        .position(|key| key.ends_with("slow.firmware.takes"));
    let changed = scenario.with_input(place.unwrap(), Extreme::High);
    let firmware = |of: &Scenario| of.hardware["server"].phases[Phase::Firmware].clone();
    let slowest = firmware(&changed).takes.quantile(0.9999);
    let ninth = firmware(&scenario).slow.unwrap().takes.quantile(0.9);
    assert_eq!(slowest, ninth, "the mixture has the new slow mode");
}

#[test]
fn times_of_a_class_that_something_else_decides_are_none_of_its_pools() {
    let scenario = scenario(
        r#"
            [[pools]]
            name = "bare"
            machines = 1
            [[pools]]
            name = "with-pods"
            machines = 1
            [[workloads]]
            name = "web"
            pools = ["with-pods"]
            replicas = 1
            "#,
    );
    let inputs = scenario.inputs();
    let of = |key: &str| inputs.iter().find(|input| input.key == key).unwrap();
    assert_eq!(
        of("hardware.vm.drain").pools,
        [0],
        "pods decide the other's"
    );
    assert_eq!(of("hardware.vm.os").pools, [0, 1]);
    assert!(
        inputs
            .iter()
            .all(|input| !input.key.starts_with("hardware.server")),
        "nobody has one"
    );
}

#[test]
fn settings_are_said_with_the_digits_that_matter() {
    let said = [0.0, 0.5, 0.002, 0.00025, 0.123_456, 0.333_333]
        .map(|chance| Setting::Chance(chance).to_string());
    assert_eq!(said, ["0 %", "50 %", "0.2 %", "0.025 %", "12.3 %", "33 %"]);
    let hourly = Setting::Hourly(0.08 / HOURS_OF_YEAR);
    assert_eq!(hourly.to_string(), "0.08 a year");
}
