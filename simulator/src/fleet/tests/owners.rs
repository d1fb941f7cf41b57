//! Owners that retry their failed operations.

use super::{fault, pool, row, step, story, times};
use crate::fleet::Ending;

fn fails(machine: &str, times: u32) -> String {
    (1..=times)
        .map(|time| {
            let what = format!("occurrence = {time}\ndo = \"fail\"");
            fault(machine, "drain", &what)
        })
        .collect()
}

fn owner(rest: &str) -> String {
    format!("[[owners]]\nreacts = \"20m\"\n{rest}\n")
}

#[test]
fn an_owner_retries_after_the_reaction_time() {
    let text = pool(2, "", &(owner("") + &fails("w-1", 1)));
    let story = story(&text);
    assert_eq!(times(&story, "its owner retries it, retry 1"), [11 + 1200]);
    let row = row(&text);
    assert_eq!(row.ending, Ending::Finished);
    assert!(row.succeeded);
}

#[test]
fn it_retries_so_often_and_no_more() {
    let story = |retries: &str| story(&pool(1, "", &(owner(retries) + &fails("w-1", 3))));
    assert_eq!(times(&story(""), "its owner retries").len(), 1);
    assert_eq!(times(&story("retries = 2"), "its owner retries").len(), 2);
    let last = story("retries = 9");
    assert_eq!(times(&last, "its owner retries").len(), 3);
    assert_eq!(times(&last, "revision 2: succeeded").len(), 1);
}

#[test]
fn a_retry_by_somebody_else_or_another_rollout_leaves_it_nothing_to_do() {
    let by_hand = owner("") + &fails("w-1", 1) + &step("+5m", "retry", "pool = \"w\"");
    assert!(times(&story(&pool(1, "", &by_hand)), "its owner").is_empty());
    let newer = owner("") + &fails("w-1", 1) + &step("+5m", "apply", "pool = \"w\"");
    assert!(times(&story(&pool(1, "", &newer)), "its owner").is_empty());
    let cancelled = owner("") + &step("+5s", "cancel", "pool = \"w\"");
    assert!(times(&story(&pool(2, "", &cancelled)), "its owner").is_empty());
}

#[test]
fn a_run_is_not_over_while_the_owner_will_still_retry() {
    let text = |horizon: &str| {
        let rest = owner("hours = { opens = \"Tue 08:00\", for = \"1h\" }") + &fails("w-1", 1);
        format!("horizon = \"{horizon}\"\n{}", pool(1, "", &rest))
    };
    assert_eq!(row(&text("1d")).ending, Ending::Horizon);
    let later = row(&text("2d"));
    assert!(later.succeeded);
    // Tuesday 08:20, and what is left of the machine after its cordon.
    assert_eq!(
        later.end.unwrap().as_millis(),
        1000 * (32 * 3600 + 1200 + 51)
    );
}
