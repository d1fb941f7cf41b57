//! Machines that ask for their turns at ticks of their own.

use super::{pool, row, step, story, times, waited};
use crate::fleet::{Ending, Reason};

/// A machine takes 52 s; all ask at the same instants, every minute from the start.
const EVERY_MINUTE: &str = "poll = \"1m\"\npoll_first = \"0s\"";

#[test]
fn a_tick_that_finds_no_slot_waits_for_the_next() {
    let story = story(&pool(3, EVERY_MINUTE, ""));
    assert_eq!(times(&story, ": cordon done"), [1, 61, 121]);
}

#[test]
fn as_many_start_at_a_tick_as_there_are_slots() {
    let policy = format!("{EVERY_MINUTE}\nmax_unavailable = 2");
    let story = story(&pool(3, &policy, ""));
    assert_eq!(times(&story, ": cordon done"), [1, 1, 61]);
}

/// A slot that becomes free at the instant of a tick is free for it.
#[test]
fn a_tick_at_the_end_of_an_update_finds_the_slot_free() {
    let story = story(&pool(2, "poll = \"52s\"\npoll_first = \"0s\"", ""));
    assert_eq!(times(&story, ": cordon done"), [1, 53]);
}

#[test]
fn a_machine_waits_for_a_slot_while_there_is_none_and_for_its_tick_otherwise() {
    let row = row(&pool(2, "poll = \"1m\"\npoll_first = \"30s\"", ""));
    // Both wait 30 s for the first tick; the second then 52 s for the slot and 8 s for its tick.
    assert_eq!(waited(&row, Reason::Poll), 2 * 30 + 8);
    assert_eq!(waited(&row, Reason::Slot), 52);
}

#[test]
fn ticks_outside_a_window_are_lost() {
    let window = "[[windows]]\nopens = \"Mon 00:10\"\nfor = \"10m\"\n";
    let policy = "poll = \"7m\"\npoll_first = \"0s\"";
    assert_eq!(
        times(&story(&pool(1, policy, window)), ": cordon done"),
        [841]
    );
}

/// A slot that never becomes free leaves nothing to wait for: ticks do not keep a run alive.
#[test]
fn a_rollout_whose_slot_is_lost_stalls() {
    let hangs = super::fault("w-1", "os", "do = \"hang\"");
    assert_eq!(row(&pool(2, EVERY_MINUTE, &hangs)).ending, Ending::Stalled);
}

#[test]
fn a_paused_rollout_goes_on_at_the_first_tick_after_it_was_resumed() {
    let steps = step("+10s", "pause", "pool = \"w\"") + &step("+150s", "resume", "pool = \"w\"");
    let story = story(&pool(2, EVERY_MINUTE, &steps));
    assert_eq!(times(&story, ": cordon done"), [1, 181]);
}

/// Neither the number of slots nor a pause draws other ticks.
#[test]
fn ticks_do_not_depend_on_the_policy() {
    let first = |policy: &str| {
        let story = story(&pool(
            5,
            &format!("poll = \"1h\"\npoll_jitter = \"10%\"\n{policy}"),
            "",
        ));
        let starts = story.iter().find(|line| line.contains(": cordon done"));
        starts.cloned()
    };
    assert_eq!(first(""), first("max_unavailable = 3"));
}
