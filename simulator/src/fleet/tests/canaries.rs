//! Canaries: who goes first, when the others go, and what the first failure does.

use super::{fault, pool, step, story, times};

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
