//! What holds in every run, over random scenarios, checked on nothing but the event log of `replay -o json`.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use serde_json::Value;
use tests::{ScenarioFile, meltdeck};

/// A random scenario: one or two pools with a random policy, phases that fail and hang, and random steps.
fn scenario() -> impl Strategy<Value = String> {
    let policy = (
        1..=5_u32,
        any::<bool>(),
        0..4_usize,
        0..4_u32,
        0..3_u32,
        0..3_u32,
    );
    let pool = (1..=9_u32, policy);
    let step = (0..6_usize, 0..7200_u32, 1..=9_u32, 0..2_usize);
    let chances = (0..20_u32, 0..10_u32, any::<bool>());
    (
        prop::collection::vec(pool, 1..3),
        prop::collection::vec(step, 0..8),
        chances,
    )
        .prop_map(|(pools, steps, chances)| {
            let mut text = hardware(chances);
            for (number, (machines, policy)) in pools.iter().enumerate() {
                text += &pool_text(number, *machines, *policy);
            }
            for (deed, at, machine, pool) in steps {
                text += &step_text(
                    deed,
                    at,
                    machine.min(pools[pool.min(pools.len() - 1)].0),
                    pool.min(pools.len() - 1),
                );
            }
            text
        })
}

fn hardware((fails, hangs, one_phase): (u32, u32, bool)) -> String {
    if one_phase {
        return format!(
            "[hardware.h]\nupdate = {{ exponential = {{ mean = \"5m\" }} }}\nfails.update = \"{fails}%\"\nhangs.update = \"{hangs}%\"\ntimeouts.update = \"30m\"\n"
        );
    }
    format!(
        r#"[hardware.h]
        like = "vm"
        soak = "90s"
        fails = {{ drain = "{fails}%", os = "{hangs}%", soak = "{hangs}%" }}
        hangs = {{ os = "{hangs}%", stop = "1%" }}
        "#
    )
}

fn pool_text(number: usize, machines: u32, policy: (u32, bool, usize, u32, u32, u32)) -> String {
    let (slots, lock_step, order, halt, retries, cycles) = policy;
    let order = ["name", "oldest", "zone", "random"][order];
    let mode = if lock_step { "lock-step" } else { "rolling" };
    let mut text = format!(
        r#"
        [[pools]]
        name = "p{number}"
        machines = {machines}
        zones = ["a", "b"]
        hardware = "h"
        max_unavailable = {slots}
        mode = "{mode}"
        order = "{order}"
        retries = {retries}
        "#
    );
    match halt {
        0 => text += "halt_after = \"never\"\n",
        halt => writeln!(text, "halt_after = {halt}").unwrap(),
    }
    if cycles > 0 {
        writeln!(
            text,
            "on_boot_timeout = \"power-cycle\"\npower_cycles = {cycles}"
        )
        .unwrap();
    }
    text + &format!("[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = \"p{number}\"\n")
}

fn step_text(deed: usize, at: u32, machine: u32, pool: usize) -> String {
    let deeds = [
        "retry",
        "pause",
        "resume",
        "cancel",
        "power-loss",
        "power-on",
    ];
    let target = if deed < 4 {
        format!("pool = \"p{pool}\"")
    } else {
        format!("machine = \"p{pool}-{machine}\"")
    };
    format!(
        "[[steps]]\nat = \"+{at}s\"\ndo = \"{}\"\n{target}\n",
        deeds[deed]
    )
}

/// What a checker knows of a machine from the log alone.
#[derive(Clone, Debug, Default)]
struct Seen {
    up: bool,
    in_phase: Option<String>,
    in_flight: bool,
    reason: Option<String>,
    revision: u64,
}

fn events(text: &str, run: u32) -> Vec<Value> {
    let file = ScenarioFile::new("property", text);
    let said = meltdeck([
        "replay",
        file.path().to_str().unwrap(),
        "-o",
        "json",
        "--run",
        &run.to_string(),
    ]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{text}");
    said.out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn word(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Follows one event; panics where it cannot follow what came before.
fn follow(event: &Value, machines: &mut BTreeMap<String, Seen>) {
    let Some(machine) = event["machine"]
        .as_str()
        .and_then(|name| machines.get_mut(name))
    else {
        return;
    };
    match event["kind"].as_str().unwrap() {
        "phase-started" => {
            assert_eq!(machine.in_phase, None, "{event}");
            machine.in_phase = word(&event["phase"]);
        }
        "phase-ended" => {
            assert_eq!(machine.in_phase, word(&event["phase"]), "{event}");
            machine.in_phase = None;
        }
        "reason" => {
            machine.reason = word(&event["reason"]);
            let waits = matches!(machine.reason.as_deref(), None | Some("slot" | "paused"));
            machine.in_flight =
                !waits && (machine.in_flight || machine.reason.as_deref() != Some("power"));
        }
        "machine-down" => {
            assert!(machine.up, "{event}");
            machine.up = false;
        }
        "machine-up" => {
            assert!(!machine.up, "{event}");
            machine.up = true;
        }
        "machine-settled" => {
            assert_eq!(machine.in_phase, None, "{event}");
            machine.in_flight = false;
            machine.revision = event["revision"].as_u64().unwrap();
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_log_of_every_run_is_consistent(text in scenario(), run in 0..50_u32) {
        let events = events(&text, run);
        let state = &events[0]["initial_state"];
        let mut machines: BTreeMap<String, Seen> = BTreeMap::new();
        for machine in state["machines"].as_array().unwrap() {
            let seen = Seen { up: true, revision: 1, ..Seen::default() };
            machines.insert(machine["name"].as_str().unwrap().to_owned(), seen);
        }
        for event in &events[1..] {
            follow(event, &mut machines);
            for pool in state["pools"].as_array().unwrap() {
                let prefix = format!("{}-", pool["name"].as_str().unwrap());
                let in_flight = machines.iter().filter(|(name, seen)| name.starts_with(&prefix) && seen.in_flight).count();
                prop_assert!(in_flight as u64 <= pool["slots"].as_u64().unwrap(), "{}\n{}", text, event);
            }
        }
        let outcome = events.last().unwrap();
        for pool in state["pools"].as_array().unwrap() {
            let name = pool["name"].as_str().unwrap();
            let rollout = &outcome["pools"][name]["rollouts"][0];
            let settled = rollout["updated"].as_u64().unwrap() + rollout["failed"].as_u64().unwrap();
            let is_finished = outcome["pools"][name]["ending"] == "finished";
            prop_assert_eq!(is_finished, settled == pool["machines"].as_u64().unwrap(), "{}", text);
        }
    }

    #[test]
    fn every_second_of_a_rollout_has_one_reason(text in scenario(), run in 0..50_u32) {
        let events = events(&text, run);
        let mut open: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        let mut since: BTreeMap<String, f64> = BTreeMap::new();
        for event in &events[1..] {
            if event["kind"] != "reason" {
                continue;
            }
            let (machine, at) = (event["machine"].as_str().unwrap().to_owned(), event["t_s"].as_f64().unwrap());
            if let Some(before) = since.remove(&machine) {
                let (_, sum) = open.get_mut(&machine).unwrap();
                *sum += at - before;
            }
            if event["reason"].is_null() {
                if let Some((from, sum)) = open.remove(&machine) {
                    prop_assert!((at - from - sum).abs() < 1e-6, "{}", text);
                }
            } else {
                open.entry(machine.clone()).or_insert((at, 0.0));
                since.insert(machine, at);
            }
        }
    }

    #[test]
    fn a_run_is_the_same_at_any_number_of_threads(text in scenario()) {
        let file = ScenarioFile::new("threads", &text);
        let path = file.path().to_str().unwrap();
        let with = |threads: &str| meltdeck(["rehearse", path, "--runs", "40", "-o", "json", "--threads", threads]);
        prop_assert_eq!(with("1"), with("3"));
    }
}
