//! Canaries: who goes first, when the others go, and what the first failure does.

use super::{fault, pool, row, step, story, times, waited};
use crate::fleet::Reason;

/// A machine takes 52 s.
const POLICY: &str = "max_unavailable = 2\ncanaries = 1\ncanary_soak = \"100s\"";

#[test]
fn the_others_go_when_the_canary_was_watched() {
    let story = story(&pool(4, POLICY, ""));
    assert_eq!(times(&story, "w-1: updated"), [52]);
    assert_eq!(times(&story, "w: its canaries have passed"), [152]);
    let updated = times(&story, ": updated");
    assert_eq!(updated, [52, 152 + 52, 152 + 52, 152 + 104]);
}

#[test]
fn a_share_of_the_pool_may_be_canaries_rounded_up_and_each_has_its_slot() {
    let policy =
        "max_unavailable = 2\ncanaries = \"26%\"\ncanary_soak = \"0s\"\nhalt_after = \"never\"";
    let story = story(&pool(10, policy, ""));
    let passed = times(&story, "w: its canaries have passed");
    // Three canaries, two at a time.
    assert_eq!(passed, [104]);
    assert_eq!(times(&story, ": updated").len(), 10);
}

#[test]
fn the_first_canary_that_fails_halts_the_operation_whatever_else_may_fail() {
    let policy = format!("{POLICY}\nhalt_after = \"never\"");
    let story = story(&pool(4, &policy, &fault("w-1", "drain", "do = \"fail\"")));
    assert_eq!(times(&story, "failed (halted)"), [11]);
    assert_eq!(times(&story, ": updated"), [0_u32; 0]);
}

#[test]
fn a_canary_that_turns_out_bad_while_it_is_watched_halts_too() {
    let bad = "[[bad_revisions]]\ndo = \"crash\"\nshows_after = \"30s\"\n";
    let story = story(&pool(4, POLICY, bad));
    let crashed = times(&story, "w-1: crashed");
    assert_eq!(crashed.len(), 1);
    assert_eq!(times(&story, "failed (halted)"), crashed);
    assert_eq!(times(&story, "w-2"), [0_u32; 0]);
}

#[test]
fn a_retry_sends_the_canary_again_before_the_others() {
    let fails = fault("w-1", "drain", "do = \"fail\"") + &step("+60s", "retry", "pool = \"w\"");
    let story = story(&pool(3, POLICY, &fails));
    assert_eq!(times(&story, "failed (halted)"), [11]);
    let passed = times(&story, "w: its canaries have passed");
    assert_eq!(times(&story, "w-1: updated"), [passed[0] - 100]);
    let first_other = times(&story, "w-2: cordon");
    assert_eq!(first_other[0], passed[0] + 1);
}

#[test]
fn a_retry_after_the_watch_had_failed_sends_a_canary_again_however_late_it_comes() {
    // The canary is back after 51 s, crashes after 81, and would have been watched until 152.
    let bad = "[[bad_revisions]]\ndo = \"crash\"\nshows_after = \"30s\"\n";
    let again =
        step("+200s", "repair", "machine = \"w-1\"") + &step("+400s", "retry", "pool = \"w\"");
    let story = story(&pool(4, POLICY, &(bad.to_owned() + &again)));
    assert_eq!(times(&story, "failed (halted)")[0], 81);
    assert_eq!(times(&story, "w: its canaries have passed"), [0_u32; 0]);
    assert_eq!(times(&story, "w-3"), [0_u32; 0], "{story:#?}");
}

#[test]
fn a_canary_that_gives_its_turn_back_has_still_to_go() {
    let policy = format!(
        "{POLICY}\ndrain_timeout = \"20s\"\non_drain_timeout = \"release\"\ndrain_retry = \"1h\""
    );
    let pinned = "[[workloads]]\nname = \"one\"\nreplicas = 1\nstarts_on = [\"w-1\"]\nbudget = { min_available = 1 }\n";
    let story = story(&("horizon = \"30m\"\n".to_owned() + &pool(3, &policy, pinned)));
    let released = times(&story, "w-1: drain given up: release")[0];
    let passed = times(&story, "w: its canaries have passed");
    assert_eq!(passed, [released + 52 + 100], "{story:#?}");
    assert_eq!(times(&story, "w-2: updated"), [released + 52]);
    assert_eq!(times(&story, "w-3: updated"), [passed[0] + 52]);
}

/// Canaries that the pool names.
fn named(canaries: &str, policy: &str) -> String {
    format!("canaries = {canaries}\ncanary_soak = \"100s\"\n{policy}")
}

#[test]
fn named_canaries_go_first_wherever_they_stand_in_the_order() {
    for policy in [
        "max_unavailable = 3",
        "max_unavailable = 3\norder = \"random\"",
    ] {
        let text = pool(5, &named("[\"w-4\", \"w-2\"]", policy), "");
        let story = story(&text);
        let passed = 52 + 100;
        assert_eq!(times(&story, "w-4: updated"), [52]);
        assert_eq!(times(&story, "w-2: updated"), [52]);
        assert_eq!(times(&story, "w: its canaries have passed"), [passed]);
        for other in ["w-1", "w-3", "w-5"] {
            assert_eq!(times(&story, &format!("{other}: updated")), [passed + 52]);
        }
        // The three others wait for the canaries all the time.
        assert_eq!(waited(&row(&text), Reason::Canary), 3 * u64::from(passed));
    }
}

#[test]
fn named_canaries_are_waited_for_while_they_are_held() {
    let rest =
        step("+0s", "hold", "machine = \"w-2\"") + &step("+300s", "unhold", "machine = \"w-2\"");
    let story = story(&pool(3, &named("[\"w-2\"]", ""), &rest));
    assert_eq!(times(&story, "w-2: updated"), [300 + 52]);
    assert_eq!(times(&story, "w-1: updated"), [300 + 152 + 52]);
}

#[test]
fn a_named_canary_that_is_taken_out_is_not_waited_for() {
    let out = step("+30s", "exclude", "machine = \"w-3\"");
    let story_of_one = story(&pool(
        3,
        &named("[\"w-3\"]", ""),
        &(step("+0s", "hold", "machine = \"w-3\"") + &out),
    ));
    assert_eq!(times(&story_of_one, "w-1: updated"), [30 + 52]);
    // One that has been updated is watched first.
    let story_of_two = story(&pool(
        3,
        &named("[\"w-1\", \"w-3\"]", ""),
        &(step("+0s", "hold", "machine = \"w-3\"") + &step("+90s", "exclude", "machine = \"w-3\"")),
    ));
    assert_eq!(times(&story_of_two, "w-1: updated"), [52]);
    assert_eq!(times(&story_of_two, "w-2: updated"), [90 + 100 + 52]);
}

#[test]
fn a_retry_sends_first_what_is_left_of_the_named_canaries() {
    let fails = fault("w-3", "drain", "do = \"fail\"") + &step("+60s", "retry", "pool = \"w\"");
    let story = story(&pool(3, &named("[\"w-3\"]", ""), &fails));
    assert_eq!(times(&story, "failed (halted)"), [11]);
    let passed = times(&story, "w: its canaries have passed");
    assert_eq!(times(&story, "w-3: updated"), [passed[0] - 100]);
    assert_eq!(times(&story, "w-1: updated"), [passed[0] + 52]);
}

#[test]
fn machines_that_ask_for_their_turns_wait_for_named_canaries_too() {
    let policy = named("[\"w-3\"]", "poll = \"10s\"\npoll_first = \"0s\"");
    let story = story(&pool(3, &policy, ""));
    let passed = times(&story, "w: its canaries have passed");
    assert_eq!(times(&story, "w-3: updated"), [passed[0] - 100]);
    assert!(times(&story, "w-1: updated")[0] > passed[0]);
}

#[test]
fn a_named_canary_that_leaves_its_pool_before_its_turn_is_not_waited_for() {
    let leaves = step("+60s", "force-remove", "machine = \"w-3\"");
    let text = pool(3, &named("[\"w-2\", \"w-3\"]", ""), &leaves);
    let story = story(&text);
    assert_eq!(times(&story, "w-3: removed"), [60]);
    // The other canary is updated after 52 s and is watched from when it is the only one.
    assert_eq!(times(&story, "w: its canaries have passed"), [160]);
    assert_eq!(times(&story, "w-1: updated"), [160 + 52]);
}
