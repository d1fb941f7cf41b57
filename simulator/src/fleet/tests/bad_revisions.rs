//! Bad revisions: whom they harm, how, and how many before the rollout halts.

use std::sync::Arc;

use super::{pool, step, story, times};
use crate::engine::Seed;
use crate::fleet::{Blueprint, RunRow};
use crate::scenario::Scenario;

fn bad(keys: &str) -> String {
    format!("[[bad_revisions]]\n{keys}\n")
}

#[test]
fn each_kind_of_harm_fails_the_machine() {
    let limits = "[hardware.h.timeouts]\nboot = \"60s\"\njoin = \"30s\"\n";
    for (harm, told) in [
        ("fail", "FAILED in os"),
        ("hang", "FAILED in os"),
        ("roll-back", "(rolled back)"),
        ("loop", "(reboot loop)"),
        ("not-ready", "FAILED in join"),
    ] {
        let text = pool(3, "", &(bad(&format!("do = \"{harm}\"")) + limits));
        let story = story(&text);
        assert_eq!(times(&story, told).len(), 1, "{harm}: {story:#?}");
        assert_eq!(times(&story, "failed (halted)").len(), 1, "{harm}");
    }
}

#[test]
fn a_retry_does_not_heal_it_and_another_revision_does() {
    let rest = bad("do = \"roll-back\"\nrevision = 2")
        + &step("+500s", "retry", "pool = \"w\"")
        + &step("+1000s", "apply", "pool = \"w\"");
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "(rolled back)").len(), 2);
    assert_eq!(times(&story, "updated, runs revision 3").len(), 2);
}

#[test]
fn only_the_machines_of_its_zone_are_harmed() {
    let text = pool(
        4,
        "zones = [\"a\", \"b\"]\nhalt_after = \"never\"",
        &bad("do = \"roll-back\"\nzone = \"b\""),
    );
    let story = story(&text);
    assert_eq!(times(&story, "(rolled back)").len(), 2);
    assert_eq!(times(&story, ": updated").len(), 2);
}

#[test]
fn what_shows_after_the_update_counts_as_failed_while_the_operation_goes_on() {
    // A machine takes 52 s, so the second has begun when the first crashes, and the third has not.
    let story = story(&pool(5, "", &bad("do = \"crash\"\nshows_after = \"20s\"")));
    let crashed = times(&story, "w-1: crashed");
    assert_eq!(times(&story, "w-1: FAILED"), crashed);
    assert_eq!(times(&story, "w-3"), [0_u32; 0]);
    assert_eq!(times(&story, "failed (halted)").len(), 1);
}

/// How many machines began to boot the bad revision until the rollout ended.
fn met(machines: u32, policy: &str, shows_after: &str) -> u32 {
    let rest = bad(&format!("do = \"crash\"\nshows_after = \"{shows_after}\""));
    let scenario = Scenario::parse(&pool(machines, policy, &rest), "test", "test").unwrap();
    let blueprint: Arc<Blueprint> = Blueprint::new(scenario);
    RunRow::of_run(&blueprint, Seed(1).of_run(0)).pools[0].met_bad
}

/// A machine takes 52 s and is Ready 51 s after its start, so a crash d after the first is Ready finds ⌊(51 + d) / 52⌋ + 1 machines
/// of each slot started; and what is in flight goes on to its boot.
#[test]
fn the_blast_radius_grows_with_the_slots_and_with_what_shows_late() {
    for slots in [1, 2, 5] {
        for (shows_after, each) in [("0s", 1), ("2s", 2), ("52s", 2), ("54s", 3), ("106s", 4)] {
            let policy = format!("max_unavailable = {slots}");
            let met = met(60, &policy, shows_after);
            assert_eq!(met, slots * each, "{slots} {shows_after}");
        }
    }
}

#[test]
fn canaries_that_are_watched_for_long_enough_catch_it() {
    let policy =
        |soak: &str| format!("max_unavailable = 5\ncanaries = 2\ncanary_soak = \"{soak}\"");
    assert_eq!(met(60, &policy("10m"), "9m"), 2);
    // Two slots for two canaries, then five machines that boot before the crash.
    assert_eq!(met(60, &policy("10m"), "10m 30s"), 2 + 5);
}

#[test]
fn it_fails_or_hangs_in_the_phase_in_which_it_shows() {
    let limits = "[hardware.h.timeouts]\nboot = \"60s\"\njoin = \"30s\"\nsoak = \"30s\"\n";
    // A phase that hangs is over with its limit; those of firmware and os count from the first of the two.
    for (phase, fails, hangs) in [
        ("firmware", 16 + 20, 16 + 60),
        ("os", 16 + 30, 16 + 60),
        ("join", 16 + 35, 16 + 30 + 30),
        ("soak", 52, 52 + 30),
    ] {
        for (harm, at) in [("fail", fails), ("hang", hangs)] {
            let keys = format!("do = \"{harm}\"\nphase = \"{phase}\"");
            let story = story(&pool(3, "", &(bad(&keys) + limits)));
            let told = format!("w-1: FAILED in {phase}");
            assert_eq!(times(&story, &told), [at], "{harm} in {phase}: {story:#?}");
            assert_eq!(times(&story, "w-2"), [0_u32; 0], "{harm} in {phase}");
        }
    }
}

#[test]
fn a_retry_soaks_again_and_fails_again() {
    let rest = bad("do = \"fail\"\nphase = \"soak\"") + &step("+500s", "retry", "pool = \"w\"");
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "w-1: FAILED in soak"), [52, 500]);
}

#[test]
fn hardware_of_one_phase_shows_in_that_what_a_phase_of_a_boot_would() {
    let one = |keys: &str| {
        let text = pool(1, "", &bad(keys)).replace("hardware = \"h\"", "hardware = \"one\"");
        story(&format!("[hardware.one]\nupdate = \"60s\"\n{text}"))
    };
    for phase in ["firmware", "os", "join"] {
        let story = one(&format!("do = \"fail\"\nphase = \"{phase}\""));
        assert_eq!(times(&story, "w-1: FAILED in update"), [60], "{phase}");
    }
    let story = one("do = \"fail\"\nphase = \"soak\"");
    assert_eq!(times(&story, "w-1: FAILED in soak"), [60]);
}

#[test]
fn of_images_only_the_one_that_is_bad_does_harm() {
    let images = "[images]\nevery = \"1h\"\nfirst = \"+1h\"\napply = \"autonomous\"\n";
    let text = pool(1, "", &(bad("do = \"roll-back\"\nimage = 2") + images));
    let story = story(&format!("horizon = \"4h\"\n{text}"));
    // The images are revisions 2, 3, 4. A machine that rolls back fails when it has joined again.
    assert_eq!(times(&story, "(rolled back)"), [7200 + 81], "{story:#?}");
    for revision in [2, 4] {
        let told = format!("w-1: updated, runs revision {revision}");
        assert_eq!(times(&story, &told).len(), 1, "{revision}");
    }
}
