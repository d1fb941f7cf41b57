//! Health gates: what starts while one is red, what goes on, when it is told.

use super::{fault, row, step, story, times, waited};
use crate::fleet::{Ending, GateIndex, Reason};

fn gate(rest: &str) -> String {
    format!("[[gates]]\nname = \"errors\"\n{rest}\n")
}

fn pool(machines: u32, policy: &str, rest: &str) -> String {
    format!("horizon = \"1d\"\n{}", super::pool(machines, policy, rest))
}

#[test]
fn nothing_starts_while_a_gate_is_red_and_what_is_in_flight_goes_on() {
    let text = pool(2, "", &gate("red = [{ from = \"+30s\", for = \"10m\" }]"));
    let story = story(&text);
    assert_eq!(times(&story, "updated"), [52, 630 + 52]);
    assert_eq!(times(&story, "gate errors: red"), [30]);
    let told = story
        .iter()
        .find(|line| line.contains("gate errors: green"));
    assert_eq!(told.unwrap(), "00:10:30  gate errors: green after 10m 00s");
    let row = row(&text);
    // The second machine waited for the first one's slot up to the spell, and for the gate in it.
    assert_eq!(waited(&row, Reason::Gate(GateIndex(0))), 600);
    assert_eq!(waited(&row, Reason::Slot), 30);
}

#[test]
fn a_spell_that_goes_on_when_a_rollout_begins_is_told_with_it() {
    let spell = gate("red = [{ from = \"+0s\", for = \"10m\" }]");
    let text = pool(1, "", &spell).replace("at = \"+0s\"", "at = \"+1m\"");
    let story = story(&text);
    assert_eq!(
        times(&story, "gate errors: red since Mon 2026-01-05 00:00"),
        [60]
    );
    assert_eq!(times(&story, "updated"), [652]);
}

#[test]
fn spells_that_overlap_or_touch_are_one() {
    let spells = "red = [{ from = \"+5m\", for = \"5m\" }, { from = \"+10m\", for = \"1m\" }, { from = \"+0s\", for = \"6m\" }]";
    let story = story(&pool(1, "", &gate(spells)));
    assert_eq!(times(&story, "gate errors: red"), [0]);
    assert_eq!(times(&story, "gate errors: green after 11m"), [660]);
    assert_eq!(times(&story, "updated"), [660 + 52]);
}

#[test]
fn a_retry_of_a_machine_in_flight_waits_for_the_gate_too() {
    let fails = fault("w-1", "os", "occurrence = 1\ndo = \"fail\"");
    let rest = gate("red = [{ from = \"+1m\", for = \"10m\" }]") + &fails;
    let story = story(&pool(1, "retries = 1\nbackoff = \"1m\"", &rest));
    // It fails at 46 s; the boot goes on at the end of the spell and takes 36 s.
    assert_eq!(times(&story, "updated"), [660 + 36]);
}

#[test]
fn several_gates_are_told_by_the_first_that_is_red_and_all_must_be_green() {
    let second = "[[gates]]\nname = \"latency\"\nred = [{ from = \"+0s\", for = \"20m\" }]\n";
    let first = gate("red = [{ from = \"+0s\", for = \"10m\" }]");
    let text = pool(1, "", &(first + second));
    let row = row(&text);
    assert_eq!(waited(&row, Reason::Gate(GateIndex(0))), 600);
    assert_eq!(waited(&row, Reason::Gate(GateIndex(1))), 600);
    assert_eq!(times(&story(&text), "updated"), [1200 + 52]);
}

#[test]
fn a_gate_holds_only_its_own_pools_and_a_window_is_told_before_it() {
    let other = "[[pools]]\nname = \"v\"\nmachines = 1\nhardware = \"h\"\n";
    let rest = other.to_owned()
        + &gate("pool = \"v\"\nred = [{ from = \"+0s\", for = \"10m\" }]")
        + &step("+0s", "apply", "pool = \"v\"")
        + "[[windows]]\npool = \"v\"\nopens = \"Mon 00:05\"\nfor = \"2h\"\n";
    let text = pool(1, "", &rest);
    assert_eq!(times(&story(&text), "updated"), [52, 652]);
    let row = row(&text);
    let mut reasons = row.pools[1].reasons.iter();
    let window = reasons.find(|(reason, _)| *reason == Reason::Window);
    assert_eq!(window.unwrap().1.as_millis(), 300_000);
}

#[test]
fn spells_that_come_by_themselves_are_the_same_whenever_a_rollout_looks() {
    let random = gate(
        "every = { exponential = { mean = \"30m\" } }\nfor = { exponential = { mean = \"10m\" } }",
    );
    let reds = |later: &str| {
        let text = pool(300, "", &random) + later;
        let story = story(&text);
        times(&story, "gate errors: red")
    };
    let all = reds("");
    assert!(all.len() > 2, "{all:?}");
    let again = reds(&step("+12h", "apply", "pool = \"w\""));
    assert_eq!(again[..all.len()], all);
    // A rollout that begins later finds the same spells.
    let text = pool(300, "", &random).replace("at = \"+0s\"", "at = \"+1h\"");
    let late = times(&story(&text), "gate errors: red");
    let seen: Vec<_> = all.iter().filter(|at| **at > 3600).collect();
    assert!(
        late.iter()
            .filter(|at| **at > 3600)
            .zip(seen)
            .all(|(a, b)| a == b)
    );
}

#[test]
fn regular_spells_are_exact() {
    let text = pool(4, "", &gate("every = \"100s\"\nfor = \"30s\""));
    // Red from 100 to 130, from 230 to 260 …: starts at 0, 52, at 104 that is 130, at 182.
    assert_eq!(times(&story(&text), ": cordon done"), [1, 53, 131, 183]);
}

#[test]
fn spare_machines_join_when_the_gate_is_green() {
    let text = pool(
        1,
        "surge = 1",
        &gate("red = [{ from = \"+0s\", for = \"10m\" }]"),
    );
    assert_eq!(times(&story(&text), "spare machine joins"), [600]);
}

#[test]
fn a_gate_that_is_red_at_the_horizon_is_no_stall() {
    let red = gate("red = [{ from = \"+0s\", for = \"2d\" }]");
    let row = row(&pool(1, "", &red));
    assert_eq!(row.ending, Ending::Horizon);
    assert_eq!(row.pools[0].held_at_end, [Reason::Gate(GateIndex(0))]);
}

#[test]
fn a_paused_rollout_does_not_start_when_its_gate_turns_green() {
    let rest = gate("red = [{ from = \"+0s\", for = \"10m\" }]")
        + &step("+5m", "pause", "pool = \"w\"")
        + &step("+20m", "resume", "pool = \"w\"");
    assert_eq!(times(&story(&pool(1, "", &rest)), "updated"), [1252]);
    let resumed_in_red = gate("red = [{ from = \"+0s\", for = \"10m\" }]")
        + &step("+1m", "pause", "pool = \"w\"")
        + &step("+2m", "resume", "pool = \"w\"");
    assert_eq!(
        times(&story(&pool(1, "", &resumed_in_red)), "updated"),
        [652]
    );
}
