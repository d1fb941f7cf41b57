//! Maintenance windows: what starts in them, what their ends do, what becomes of the rest.
//!
//! The scenario starts on a Monday at midnight; a machine takes 52 seconds.

use super::{fault, row, step, story, times, waited};
use crate::engine::Span;
use crate::fleet::{Ending, Reason};

/// A weekly window on Monday from ten past midnight, for ten minutes.
fn window(rest: &str) -> String {
    format!("[[windows]]\nopens = \"Mon 00:10\"\nfor = \"10m\"\n{rest}\n")
}

/// As the other tests' pool, looked at for three weeks.
fn pool(machines: u32, policy: &str, rest: &str) -> String {
    format!("horizon = \"3w\"\n{}", super::pool(machines, policy, rest))
}

const WEEK: u32 = 7 * 86_400;

#[test]
fn machines_start_while_a_window_is_open_and_what_is_in_flight_ends() {
    let story = story(&pool(13, "", &window("")));
    let told = story[2..5].join("\n");
    insta::assert_snapshot!(told, @r"
    00:00:00  operation 1, w to revision 2: running
    00:00:00  w: waits for its window, which opens Mon 2026-01-05 00:10
    00:10:00  w: window open until Mon 2026-01-05 00:20
    ");
    let starts = times(&story, ": cordon done");
    assert_eq!(starts[..3], [601, 653, 705]);
    assert_eq!(starts[11..], [600 + 11 * 52 + 1, WEEK + 601]);
    let closed = story.iter().find(|line| line.contains("window closed"));
    assert_eq!(
        closed.unwrap(),
        "00:20:00  w: window closed, machines still in flight: 1"
    );
}

/// n machines of a fixed duration D in a window W: ⌊W/D⌋ where each must fit, ⌈W/D⌉ where a start is enough.
#[test]
fn how_many_start_in_a_window_is_exact() {
    for (rule, starts, overrun) in [
        ("", 12, 24),
        ("end = \"pause\"", 12, 24),
        ("end = \"must-fit\"", 11, 0),
        ("end = \"must-fit\"\nruntime = \"100s\"", 10, 0),
        ("end = \"reserve\"\nreserve = \"2m\"", 10, 0),
        // The tenth start is at 468 s; shut from 468 s on it is one fewer.
        ("end = \"reserve\"\nreserve = \"132s\"", 9, 0),
    ] {
        let row = row(&pool(20, "", &window(rule)));
        let first = &row.pools[0].windows[0];
        assert_eq!(first.starts, starts, "{rule}");
        assert_eq!(first.overrun, Some(Span::from_secs(overrun)), "{rule}");
        assert_eq!(row.ending, Ending::Finished, "{rule}");
    }
}

#[test]
fn a_machine_that_fits_exactly_starts_and_a_second_less_is_too_short() {
    let exact = "[[windows]]\nopens = \"Mon 00:10\"\nfor = \"52s\"\nend = \"must-fit\"\n";
    assert_eq!(row(&pool(1, "", exact)).ending, Ending::Finished);
    let short = exact.replace("52s", "51s");
    let row = row(&pool(1, "", &short));
    assert_eq!(row.ending, Ending::Horizon);
    assert_eq!(row.pools[0].rollouts[0].first_start, None);
    assert_eq!(row.pools[0].held_at_end, [Reason::Window]);
}

#[test]
fn the_edges_of_a_window_belong_to_it_and_not_to_it() {
    let applied_at = |at: &str| {
        let text = pool(1, "", &window("")).replace("+0s", at);
        times(&story(&text), ": cordon done")
    };
    assert_eq!(applied_at("+10m"), [601]);
    assert_eq!(applied_at("+1199s"), [1200]);
    assert_eq!(applied_at("+20m"), [WEEK + 601]);
}

#[test]
fn a_retry_waits_for_the_next_window() {
    let fails = fault("w-1", "os", "occurrence = 1\ndo = \"fail\"");
    let policy = "retries = 1\nbackoff = \"9m 30s\"";
    let text = pool(1, policy, &(window("") + &fails));
    let row = row(&text);
    let end = row.end.unwrap().as_millis() / 1000;
    assert!(
        end > u64::from(WEEK) + 600 && end < u64::from(WEEK) + 660,
        "{end}"
    );
    let reason = row.pools[0].reasons.iter().map(|(reason, _)| *reason);
    assert!(reason.clone().any(|reason| reason == Reason::Window));
    assert!(reason.clone().any(|reason| reason == Reason::Backoff));
}

/// Under `pause` only the time in which a window is open counts against the limit of a rollout.
#[test]
fn a_time_limit_stands_still_under_pause_alone() {
    let ending = |rule: &str| {
        let policy = "operation_timeout = \"20m\"";
        row(&pool(20, policy, &window(rule))).ending
    };
    assert_eq!(ending("end = \"door\""), Ending::Halted);
    assert_eq!(ending("end = \"pause\""), Ending::Finished);
}

#[test]
fn spare_machines_join_in_a_window_too() {
    let story = story(&pool(2, "surge = 1", &window("")));
    assert_eq!(times(&story, "spare machine joins"), [600]);
    assert_eq!(times(&story, "w-1: cordon done"), [636]);
}

#[test]
fn a_rollout_that_is_cancelled_or_paused_does_not_start_when_a_window_opens() {
    let cancelled = pool(
        2,
        "",
        &(window("") + &step("+5m", "cancel", "pool = \"w\"")),
    );
    assert_eq!(times(&story(&cancelled), ": cordon done"), [0; 0]);
    let paused = window("")
        + &step("+5m", "pause", "pool = \"w\"")
        + &step("+15m", "resume", "pool = \"w\"");
    assert_eq!(times(&story(&pool(1, "", &paused)), ": cordon done"), [901]);
}

#[test]
fn a_pool_without_windows_beside_one_that_has_some_starts_at_once() {
    let other = "[[pools]]\nname = \"v\"\nmachines = 1\nhardware = \"h\"\n".to_owned()
        + &step("+0s", "apply", "pool = \"v\"")
        + &window("pool = \"w\"");
    let story = story(&pool(1, "", &other));
    assert_eq!(times(&story, "v-1: cordon done"), [1]);
    assert_eq!(times(&story, "w-1: cordon done"), [601]);
}

/// What a machine waits for has one reason at any time, and its parts add up to the whole.
#[test]
fn time_outside_windows_is_waiting_for_one() {
    let row = row(&pool(13, "", &window("")));
    // All wait for the first window, and the last from the close of the first to the opening of the second.
    let week = u64::from(WEEK);
    assert_eq!(waited(&row, Reason::Window), 13 * 600 + week - 600);
    // In the first window machine k waits for k others to end, the last for the whole window.
    assert_eq!(
        waited(&row, Reason::Slot),
        (0..12).map(|k| k * 52).sum::<u64>() + 600
    );
}

/// Windows that open for ever do not hide that a slot is lost for ever.
#[test]
fn a_rollout_whose_slot_is_lost_stalls_although_windows_open() {
    let hangs = fault("w-1", "os", "do = \"hang\"");
    assert_eq!(
        row(&pool(2, "", &(window("") + &hangs))).ending,
        Ending::Stalled
    );
}

/// No schedule starts a machine before the window opens.
#[test]
fn the_lower_bound_begins_with_a_window() {
    let row = row(&pool(2, "max_unavailable = 2", &window("")));
    assert_eq!(row.bound, row.end);
    assert_eq!(row.bound.unwrap().as_millis(), 652_000);
}

/// Who waits for a retry overruns nothing, and its retry uses the window in which it comes.
#[test]
fn a_retry_in_the_next_window_is_no_overrun_of_the_first() {
    let fails = fault("w-1", "soak", "do = \"fail\"");
    let policy = "retries = 1\nbackoff = \"9m 30s\"";
    let row = row(&pool(1, policy, &(window("") + &fails)));
    let windows = &row.pools[0].windows;
    let used: Vec<_> = windows
        .iter()
        .map(|met| (met.wanted, met.starts, met.overrun))
        .collect();
    assert_eq!(used, [(1, 1, Some(Span::ZERO)), (1, 1, Some(Span::ZERO))]);
    // One flight of 52 seconds; its retry soaks again.
    let flight = row.pools[0].rollouts[0].longest_flight;
    assert_eq!(flight, Span::from_secs(52));
}

/// A spare machine leaves when all else has ended, also after the close; until then the window is overrun.
#[test]
fn a_spare_machine_that_leaves_after_the_close_overruns_the_window() {
    let short = "[[windows]]\nopens = \"Mon 00:10\"\nfor = \"90s\"\n";
    let text = pool(1, "surge = 1", short);
    // The spare joins for 35 s, the machine takes 52 s, and the spare leaves for 16 s: 103 s in all.
    let first = row(&text).pools[0].windows[0];
    assert_eq!(first.at_close.in_flight, 1);
    assert_eq!(first.overrun, Some(Span::from_secs(13)));
}
