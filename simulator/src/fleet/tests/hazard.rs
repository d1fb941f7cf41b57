//! Machines that fail by themselves.

use super::{pool, row, step, story, times};
use crate::fleet::Ending;

/// A pool whose machines fail ten times an hour.
fn failing(machines: u32, repair: &str, policy: &str, rest: &str) -> String {
    let keys = format!("[hardware.h]\n    fails_yearly = 87600\n    {repair}");
    pool(machines, policy, rest).replace("[hardware.h]", &keys)
}

#[test]
fn a_machine_that_fails_by_itself_is_back_after_its_repair_and_its_boot() {
    let text = "horizon = \"4h\"\n".to_owned() + &failing(1, "repair = \"100s\"", "", "");
    let story = story(&text);
    let [crashed, repaired, up] =
        ["w-1: crashed", "w-1: repaired", "w-1: up"].map(|what| times(&story, what));
    assert!(crashed.len() > 10, "{crashed:?}");
    for (at, back) in crashed.iter().zip(&repaired) {
        assert!(back - at <= 101, "{crashed:?} {repaired:?}");
        let up = up.iter().find(|up| *up >= back).unwrap();
        assert!((34..=36).contains(&(up - back)), "{story:?}");
    }
}

#[test]
fn with_one_slot_nothing_starts_while_a_machine_is_dead() {
    let text = "horizon = \"24h\"\n".to_owned() + &failing(8, "repair = \"100s\"", "", "");
    let story = story(&text);
    let mut dead: u32 = 0;
    let mut deaths = 0;
    for line in &story {
        if line.contains(": crashed") {
            dead += 1;
            deaths += 1;
        } else if line.contains(": repaired") {
            dead -= 1;
        } else if line.contains(": cordon, attempt 1") {
            assert_eq!(dead, 0, "{line}");
        }
    }
    assert!(deaths > 3);
    assert_eq!(row(&text).ending, Ending::Finished);
}

#[test]
fn what_nobody_repairs_stalls_its_rollout_although_others_may_still_fail() {
    let text = "horizon = \"1h\"\n".to_owned() + &failing(30, "", "", "");
    assert_eq!(row(&text).ending, Ending::Stalled);
    let repaired = "horizon = \"1h\"\n".to_owned() + &failing(30, "repair = \"5h\"", "", "");
    assert_eq!(row(&repaired).ending, Ending::Horizon);
}

#[test]
fn a_repair_by_hand_takes_the_place_of_the_one_to_come() {
    let rest = step("+2h", "repair", "machine = \"w-1\"");
    let text = "horizon = \"3h\"\n".to_owned() + &failing(1, "repair = \"500h\"", "", &rest);
    let story = story(&text);
    assert_eq!(times(&story, "w-1: repaired"), [7200]);
    assert_eq!(times(&story, "w-1: crashed").len(), 2);
}

#[test]
fn a_machine_that_joins_a_pool_fails_by_itself_from_then_on() {
    let text = r#"
        horizon = "60d"
        [hardware.h]
        like = "vm"
        fails_yearly = 30
        repair = "1h"
        [[pools]]
        name = "w"
        machines = 1
        hardware = "vm"
        [[machines]]
        name = "m"
        hardware = "h"
        status = "ready_unassigned"
        [[steps]]
        at = "+20d"
        do = "assign"
        machine = "m"
        pool = "w"
        [[steps]]
        at = "+40d"
        do = "unassign"
        machine = "m"
    "#;
    let crashes = times(&story(text), "m: crashed");
    let day = 86_400;
    assert!(!crashes.is_empty());
    assert!(
        crashes.iter().all(|at| (20 * day..=40 * day).contains(at)),
        "{crashes:?}"
    );
}
