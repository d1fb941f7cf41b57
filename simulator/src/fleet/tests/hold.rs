//! Machines that are held, or excluded from rollouts.

use super::{HARDWARE, fault, pool, row, step, story, times, waited};
use crate::fleet::{Ending, Reason};

/// A pool of two machines, the first of which is marked, and `apply` at the start.
fn marked(mark: &str, rest: &str) -> String {
    format!(
        r#"{HARDWARE}
        [[pools]]
        name = "w"
        machines = [{{ name = "w-1", {mark} = true }}, "w-2"]
        hardware = "h"
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "w"
        {rest}"#
    )
}

#[test]
fn a_held_machine_lets_others_go_first_and_has_its_turn_when_it_is_unheld() {
    let text = marked("held", &step("+10m", "unhold", "machine = \"w-1\""));
    let story = story(&text);
    assert_eq!(times(&story, "w-2: updated"), [52]);
    assert_eq!(times(&story, "w-1: updated"), [652]);
    assert_eq!(waited(&row(&text), Reason::Hold), 600);
}

#[test]
fn a_rollout_with_a_machine_that_nobody_unholds_stalls() {
    let row = row(&marked("held", ""));
    assert_eq!(row.ending, Ending::Stalled);
    assert_eq!(row.pools[0].held_at_end, [Reason::Hold]);
}

#[test]
fn a_machine_that_is_held_in_flight_is_finished_retries_included() {
    let fails = fault("w-1", "os", "occurrence = 1\ndo = \"fail\"");
    let rest = step("+10s", "hold", "machine = \"w-1\"") + &fails;
    let text = pool(1, "retries = 1\nbackoff = \"1m\"", &rest);
    assert_eq!(row(&text).ending, Ending::Finished);
}

#[test]
fn no_rollout_targets_an_excluded_machine_until_it_is_included() {
    let rest =
        step("+10m", "include", "machine = \"w-1\"") + &step("+20m", "apply", "pool = \"w\"");
    let story = story(&marked("excluded", &rest));
    assert_eq!(times(&story, "w-1: updated"), [1252]);
    assert_eq!(
        times(&story, "operation 1, w to revision 2: succeeded"),
        [52]
    );
}

#[test]
fn an_exclusion_takes_a_machine_that_waits_out_of_the_rollout() {
    let rest = step("+10s", "exclude", "machine = \"w-2\"");
    let row = row(&pool(2, "", &rest));
    assert_eq!(row.ending, Ending::Finished);
    let rollout = row.pools[0].rollouts[0];
    assert_eq!((rollout.updated, rollout.failed), (1, 0));
    assert_eq!(rollout.duration.unwrap().as_millis(), 52_000);
}

#[test]
fn a_retry_leaves_out_what_was_excluded_since_it_failed() {
    let fails = fault("w-1", "os", "occurrence = 1\ndo = \"fail\"");
    let rest = fails
        + &step("+5m", "exclude", "machine = \"w-1\"")
        + &step("+6m", "retry", "pool = \"w\"");
    // The machine that failed is down and keeps its slot: a second one lets the other go.
    let row = row(&pool(2, "max_unavailable = 2\nhalt_after = 1", &rest));
    assert_eq!(row.ending, Ending::Finished);
    assert!(row.succeeded);
    assert_eq!(row.pools[0].rollouts[0].updated, 1);
}

#[test]
fn what_is_so_already_is_refused() {
    for (deed, twice) in [
        ("hold", true),
        ("exclude", true),
        ("unhold", false),
        ("include", false),
    ] {
        let once = step("+1m", deed, "machine = \"w-1\"");
        let again = if twice { once.clone() } else { String::new() };
        assert_eq!(
            row(&pool(1, "", &(once + &again))).refused_steps,
            1,
            "{deed}"
        );
    }
}
