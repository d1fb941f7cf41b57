//! Hands: who repairs dead machines, when, in which order, and what a rollout makes of it.
//!
//! A boot takes 36 seconds from the firmware to the uncordon.

use super::{fault, row, step, story, times, waited};
use crate::fleet::{Ending, HandsIndex, Reason};

fn hands(rest: &str) -> String {
    format!("[[hands]]\nreacts = \"30m\"\ntakes = \"1h\"\n{rest}\n")
}

fn owner(reacts: &str) -> String {
    format!("[[owners]]\nreacts = \"{reacts}\"\n")
}

/// A pool whose machines' boots time out after five minutes.
fn pool(machines: u32, policy: &str, rest: &str) -> String {
    let limit = "timeouts = { boot = \"5m\" }\n[[pools]]";
    super::pool(machines, policy, rest).replacen("[[pools]]", limit, 1)
}

fn hangs(machine: &str) -> String {
    fault(machine, "os", "occurrence = 1\ndo = \"hang\"")
}

const REPAIR: Reason = Reason::Repair(Some(HandsIndex(0)));

#[test]
fn a_dead_machine_is_repaired_and_its_owner_goes_on_with_it() {
    let text = pool(1, "", &(hands("") + &owner("2h") + &hangs("w-1")));
    let told = story(&text).join("\n");
    insta::assert_snapshot!(told, @r"
    00:00:00  step: apply revision 2 to w
    00:00:00  operation 1, w to revision 2: pending
    00:00:00  operation 1, w to revision 2: running
    00:00:01  w-1: cordon done after 1s
    00:00:11  w-1: drain done after 10s
    00:00:16  w-1: stop done after 5s
    00:00:16  w-1: down
    00:00:36  w-1: firmware done after 20s
    00:05:16  w-1: os timed-out after 4m 40s
    00:05:16  w-1: FAILED in os, runs revision 1
    00:05:16  w-1: dead: hands called, come Mon 2026-01-05 00:35
    00:05:16  operation 1, w to revision 2: running (halted)
    00:05:16  operation 1, w to revision 2: failed (halted)
    00:35:16  w-1: repair by hands until Mon 2026-01-05 01:35
    01:35:16  w-1: repaired
    01:35:36  w-1: firmware done after 20s
    01:35:46  w-1: os done after 10s
    01:35:51  w-1: join done after 5s
    01:35:51  w-1: up
    02:05:16  rollout of w: its owner retries it, retry 1
    02:05:16  operation 1, w to revision 2: running
    02:05:17  w-1: uncordon done after 1s
    02:05:17  w-1: updated, runs revision 2
    02:05:17  operation 1, w to revision 2: succeeded

    finished after 2h 05m 17s, failed machines: 0
    ");
}

/// A death costs exactly the reaction and the repair: with one slot, what comes after is later by that.
#[test]
fn a_death_costs_exactly_the_reaction_and_the_repair() {
    let text = pool(3, "", &(hands("") + &owner("0s") + &hangs("w-2")));
    let row = row(&text);
    // Up to the boot 16 s, its limit of 5 min, the hands, the boot again and the uncordon.
    let dead = 16 + 300 + 90 * 60 + 36;
    assert_eq!(row.end.unwrap().as_millis(), 1000 * (52 + dead + 52));
    assert!(row.succeeded);
    assert_eq!(waited(&row, REPAIR), 90 * 60);
}

#[test]
fn a_machine_that_hangs_without_a_limit_is_noticed_and_goes_on_in_its_rollout() {
    let text = super::pool(2, "", &(hands("notices = \"20m\"") + &hangs("w-1")));
    let row = row(&text);
    assert_eq!(row.ending, Ending::Finished);
    assert!(row.succeeded);
    // It went down after 16 s.
    let first = 16 + 20 * 60 + 90 * 60 + 36;
    assert_eq!(row.end.unwrap().as_millis(), 1000 * (first + 52));
    assert_eq!(waited(&row, REPAIR), 90 * 60);
}

#[test]
fn without_hands_the_same_machine_stalls_the_rollout() {
    let row = row(&super::pool(2, "", &hangs("w-1")));
    assert_eq!(row.ending, Ending::Stalled);
}

#[test]
fn so_many_people_repair_so_many_at_once_who_died_first_first() {
    let rest = hands("people = 1") + &hangs("w-1") + &hangs("w-2") + &hangs("w-3");
    let story = story(&pool(
        3,
        "max_unavailable = 3\nhalt_after = \"never\"",
        &rest,
    ));
    let died = 16 + 300;
    assert_eq!(times(&story, "hands called"), [died; 3]);
    let first = died + 1800;
    assert_eq!(
        times(&story, "repair by hands"),
        [first, first + 3600, first + 7200]
    );
    assert_eq!(
        times(&story, ": repaired"),
        [first + 3600, first + 7200, first + 10_800]
    );
    let order: Vec<_> = story
        .iter()
        .filter(|line| line.contains(": repaired"))
        .collect();
    assert!(
        order[0].contains("w-1") && order[2].contains("w-3"),
        "{order:?}"
    );
}

#[test]
fn reaction_and_repair_go_on_only_while_somebody_is_there() {
    // The scenario starts on a Monday at midnight; the machine dies at 0:05:16.
    let hours = "hours = { opens = \"Mon-Fri 08:00\", for = \"1h\" }";
    let story = story(&pool(1, "", &(hands(hours) + &hangs("w-1"))));
    let hour = 3600;
    assert_eq!(
        times(&story, "hands called, come Mon 2026-01-05 08:30"),
        [316]
    );
    assert_eq!(times(&story, "repair by hands"), [8 * hour + 1800]);
    assert_eq!(times(&story, ": repaired"), [24 * hour + 8 * hour + 1800]);
}

#[test]
fn hands_that_never_come_again_are_a_stall_and_hands_after_the_horizon_are_not() {
    let text = |hours: &str| {
        let rest = hands(&format!("hours = {{ {hours} }}")) + &hangs("w-1");
        format!("horizon = \"2d\"\n{}", super::pool(1, "", &rest))
    };
    let later = row(&text("opens = \"Sat 08:00\", for = \"1h\""));
    assert_eq!(later.ending, Ending::Horizon);
    assert_eq!(later.pools[0].held_at_end, [REPAIR]);
    let never = row(&text(
        "opens = \"Mon 08:00\", for = \"1h\", except = [\"01-01..12-31\"]",
    ));
    assert_eq!(never.ending, Ending::Stalled);
}

#[test]
fn what_is_repaired_boots_well_whatever_its_class_does() {
    let text = pool(
        5,
        "",
        &(hands("") + "[[owners]]\nreacts = \"0s\"\nretries = 9\n"),
    )
    .replace(
        "uncordon = \"1s\"",
        "uncordon = \"1s\"\nhangs = { os = \"100%\" }",
    );
    let row = row(&text);
    assert!(row.succeeded);
    assert_eq!(row.pools[0].rollouts[0].updated, 5);
}

#[test]
fn a_machine_without_power_is_not_dead() {
    let rest = hands("") + &step("+20s", "power-loss", "machine = \"w-1\"");
    let story = story(&pool(1, "", &rest));
    assert!(times(&story, "hands called").is_empty());
}

#[test]
fn a_machine_that_loses_its_power_under_repair_boots_when_it_has_it_back() {
    let rest = hands("")
        + &owner("0s")
        + &hangs("w-1")
        + &step("+1h", "power-loss", "machine = \"w-1\"")
        + &step("+3h", "power-on", "machine = \"w-1\"");
    let row = row(&pool(1, "", &rest));
    assert!(row.succeeded);
    assert_eq!(row.end.unwrap().as_millis(), 1000 * (3 * 3600 + 36));
    let early = hands("")
        + &owner("0s")
        + &hangs("w-1")
        + &step("+30m", "power-loss", "machine = \"w-1\"")
        + &step("+31m", "power-on", "machine = \"w-1\"");
    let row = super::row(&pool(1, "", &early));
    assert_eq!(row.end.unwrap().as_millis(), 1000 * (316 + 5400 + 36));
}

#[test]
fn a_machine_that_failed_comes_back_cordoned() {
    let row = row(&pool(1, "", &(hands("") + &hangs("w-1"))));
    assert_eq!(row.ending, Ending::Finished);
    assert!(!row.succeeded);
    assert_eq!(row.pools[0].left_cordoned.len(), 1);
}

#[test]
fn a_class_of_one_phase_comes_back_cordoned_too() {
    let text = pool(
        1,
        "",
        &(hands("") + &fault("w-1", "update", "do = \"hang\"")),
    );
    let phases = text.split("[hardware.h]").nth(1).unwrap();
    let phases = phases.split("timeouts").next().unwrap();
    let text = text
        .replace(phases, "\nupdate = \"1m\"\n")
        .replace("boot = \"5m\"", "update = \"5m\"");
    let row = row(&text);
    assert_eq!(row.pools[0].left_cordoned.len(), 1);
}

#[test]
fn the_draws_of_a_repair_are_the_machines_own() {
    let random = "[[hands]]\nreacts = { exponential = { mean = \"30m\" } }\ntakes = { exponential = { mean = \"1h\" } }\n";
    let died = |machines: u32, policy: &str| {
        let text = pool(machines, policy, &(random.to_owned() + &hangs("w-1")));
        times(&story(&text), "w-1: repaired")
    };
    let alone = died(1, "");
    assert_eq!(alone.len(), 1);
    assert_eq!(
        died(9, "halt_after = \"never\"\nmax_unavailable = 3"),
        alone
    );
}
