//! When each tenth of a rollout's machines is settled, and how long each update took.

use super::{fault, pool, row, step};
use crate::fleet::RunRow;
use crate::statistics::Sketch;

/// When each tenth of the first rollout was settled, in seconds.
fn deciles(row: &RunRow) -> Vec<Option<u64>> {
    let deciles = row.pools[0].rollouts[0].deciles.iter();
    deciles
        .map(|at| at.map(|at| at.as_millis() / 1000))
        .collect()
}

/// How many updates there were, and how long the longest took, in milliseconds.
fn updates(row: &RunRow) -> (u64, Option<u64>) {
    let mut all = Sketch::default();
    all.merge(&row.pools[0].updates);
    (all.count(), all.largest())
}

/// So many tenths at one time, then so many at another.
fn tenths(parts: &[(u64, usize)]) -> Vec<Option<u64>> {
    let parts = parts.iter();
    parts
        .flat_map(|(at, count)| vec![Some(*at); *count])
        .collect()
}

#[test]
fn each_tenth_is_settled_with_the_machine_that_completes_it() {
    let ten = row(&pool(10, "", ""));
    let each: Vec<_> = (1..=10).map(|machine| Some(52 * machine)).collect();
    assert_eq!((deciles(&ten), updates(&ten)), (each, (10, Some(52_000))));
    // Of three machines the first completes three tenths, with the second six are complete.
    let three = row(&pool(3, "", ""));
    assert_eq!(deciles(&three), tenths(&[(52, 3), (104, 3), (156, 4)]));
}

#[test]
fn what_the_horizon_cuts_off_has_no_time() {
    let row = row(&format!("horizon = \"60s\"\n{}", pool(2, "", "")));
    let mut expected = tenths(&[(52, 5)]);
    expected.resize(10, None);
    assert_eq!(
        (deciles(&row), updates(&row)),
        (expected, (1, Some(52_000)))
    );
}

#[test]
fn a_failed_machine_is_settled_until_it_is_tried_again() {
    let fails = fault("w-1", "drain", "occurrence = 1\ndo = \"fail\"");
    let policy = "halt_after = \"never\"\nmax_unavailable = 2";
    let failed = row(&pool(2, policy, &fails));
    assert_eq!(deciles(&failed), tenths(&[(11, 5), (52, 5)]));
    let owner = format!("{fails}[[owners]]\nreacts = \"20m\"\n");
    let retried = row(&pool(2, "", &owner));
    // Its second turn begins with the drain.
    assert_eq!(deciles(&retried), tenths(&[(1262, 5), (1314, 5)]));
    assert_eq!(updates(&retried), (3, Some(52_000)));
}

#[test]
fn an_update_lasts_with_all_its_retries_from_its_turn_on() {
    let fails = fault("w-1", "drain", "occurrence = 1\ndo = \"fail\"");
    let row = row(&pool(1, "retries = 1\nbackoff = \"1m\"", &fails));
    assert_eq!(updates(&row), (1, Some(122_000)));
    assert_eq!(deciles(&row), tenths(&[(122, 10)]));
}

#[test]
fn a_machine_that_is_taken_out_of_the_rollout_is_no_part_of_it() {
    let before = step("+10s", "exclude", "machine = \"w-2\"");
    assert_eq!(deciles(&row(&pool(2, "", &before))), tenths(&[(52, 10)]));
    let hold = step("+0s", "hold", "machine = \"w-2\"");
    let after = hold + &step("+100s", "exclude", "machine = \"w-2\"");
    let after = row(&pool(2, "", &after));
    assert_eq!(deciles(&after), tenths(&[(52, 5), (100, 5)]));
}
