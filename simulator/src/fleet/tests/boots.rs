//! What a machine can come back as.

use super::{HARDWARE, fault, pool, step, story, times};
use crate::engine::Seed;
use crate::fleet::{Blueprint, RunRow};
use crate::scenario::Scenario;

const ROLLS_BACK: &str = "[[faults]]\nmachine = \"w-1\"\ndo = \"roll-back\"\n";

#[test]
fn a_revision_that_does_not_come_up_leaves_a_healthy_machine_on_the_old_one() {
    let story = story(&pool(2, "halt_after = \"never\"", ROLLS_BACK));
    insta::assert_snapshot!(story.join("\n"), @r"
    00:00:00  step: apply revision 2 to w
    00:00:00  operation 1, w to revision 2: pending
    00:00:00  operation 1, w to revision 2: running
    00:00:01  w-1: cordon done after 1s
    00:00:11  w-1: drain done after 10s
    00:00:16  w-1: stop done after 5s
    00:00:16  w-1: down
    00:00:36  w-1: firmware done after 20s
    00:00:46  w-1: os failed after 10s
    00:00:46  w-1: does not come up, boots the old revision
    00:01:06  w-1: firmware done after 20s
    00:01:16  w-1: os done after 10s
    00:01:21  w-1: join done after 5s
    00:01:21  w-1: up
    00:01:21  w-1: rolled back to revision 1
    00:01:21  w-1: FAILED in os (rolled back), runs revision 1
    00:01:22  w-2: cordon done after 1s
    00:01:32  w-2: drain done after 10s
    00:01:37  w-2: stop done after 5s
    00:01:37  w-2: down
    00:01:57  w-2: firmware done after 20s
    00:02:07  w-2: os done after 10s
    00:02:12  w-2: join done after 5s
    00:02:12  w-2: up
    00:02:13  w-2: uncordon done after 1s
    00:02:13  w-2: updated, runs revision 2
    00:02:13  operation 1, w to revision 2: failed (machines-failed)

    finished after 2m 13s, failed machines: 1
    ");
}

#[test]
fn a_rollback_is_tried_again_from_the_cordon_on() {
    let policy = "retries = 1\nbackoff = \"10s\"";
    let story = story(&pool(1, policy, ROLLS_BACK));
    // 16 s to the stop, 30 s in vain, 35 s back to Ready; after 10 s all of it again.
    assert_eq!(times(&story, "w-1: rolled back to revision 1"), [81]);
    assert_eq!(times(&story, "w-1: os failed, retry 1 in 10s"), [81]);
    assert_eq!(times(&story, "w-1: cordon done"), [1, 92]);
    assert_eq!(times(&story, "w-1: updated, runs revision 2"), [91 + 52]);
}

#[test]
fn a_rollback_counts_as_a_failure_and_a_retry_of_the_operation_goes_on_with_it() {
    let rest = ROLLS_BACK.to_owned() + &step("+200s", "retry", "pool = \"w\"");
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "failed (halted)"), [81]);
    assert_eq!(
        times(&story, "w-1: FAILED in os (rolled back), runs revision 1"),
        [81]
    );
    assert_eq!(times(&story, "w-1: updated, runs revision 2"), [252]);
    assert_eq!(times(&story, "w-2: updated, runs revision 2"), [304]);
}

#[test]
fn a_machine_that_is_back_on_its_old_revision_boots_that_when_its_power_fails() {
    let rest = ROLLS_BACK.to_owned()
        + &step("+100s", "power-loss", "machine = \"w-1\"")
        + &step("+110s", "power-on", "machine = \"w-1\"")
        + &step("+200s", "apply", "pool = \"w\"\nrevision = 1");
    let story = story(&pool(1, "", &rest));
    assert_eq!(times(&story, "w-1: join done"), [81, 145]);
    // Nothing is left to do there.
    assert_eq!(
        times(&story, "operation 2, w to revision 1: succeeded"),
        [200]
    );
}

#[test]
fn a_reboot_loop_ends_with_the_boot_time_out_of_its_first_boot() {
    let policy = "on_boot_timeout = \"power-cycle\"\npower_cycles = 1";
    let rest =
        "[hardware.h.timeouts]\nboot = \"100s\"\n[[faults]]\nmachine = \"w-1\"\ndo = \"loop\"\n";
    let told = story(&pool(1, policy, rest));
    // Boots begin at 16, 46, 76 and 106 s.
    assert_eq!(times(&told, "w-1: reboot loop, boot"), [46, 76, 106]);
    assert_eq!(times(&told, "w-1: power-cycled"), [116]);
    assert_eq!(times(&told, "w-1: updated, runs revision 2"), [116 + 36]);
    let told = story(&pool(1, "", rest));
    assert_eq!(
        times(
            &told,
            "w-1: FAILED in firmware (reboot loop), runs revision 1"
        ),
        [116]
    );
}

#[test]
fn a_reboot_loop_that_nothing_cuts_off_is_a_stall() {
    for hardware in ["", "firmware = \"0s\"\nos = \"0s\"\n"] {
        let text = format!(
            "[hardware.x]\nstop = \"1s\"\n{hardware}[[pools]]\nname = \"w\"\nmachines = 1\nhardware = \"x\"\n[[faults]]\nmachine = \"w-1\"\ndo = \"loop\"\n{}",
            step("+0s", "apply", "pool = \"w\"")
        );
        let told = story(&text);
        assert_eq!(times(&told, "reboot loop").len(), 10);
        assert_eq!(times(&told, "up"), [0_u32; 0]);
        let nobody = "w: 1 machine is down and nobody repairs it ([[hands]])";
        assert!(told.ends_with(&["stalled, failed machines: 0".to_owned(), nobody.to_owned()]));
    }
}

#[test]
fn a_node_that_never_becomes_ready_fails_in_join_and_its_retry_boots_it_again() {
    let rest =
        "[hardware.h.timeouts]\njoin = \"60s\"\n[[faults]]\nmachine = \"w-1\"\ndo = \"not-ready\"\n"
            .to_owned() + &step("+200s", "retry", "pool = \"w\"");
    let story = story(&pool(1, "", &rest));
    assert_eq!(times(&story, "w-1: os done"), [46, 230]);
    assert_eq!(
        times(
            &story,
            "w-1: FAILED in join (joined, not Ready), runs revision 2"
        ),
        [106]
    );
    assert_eq!(times(&story, "w-1: updated, runs revision 2"), [236]);
}

#[test]
fn a_machine_that_dies_before_its_revision_is_good_comes_back_on_the_old_one() {
    // It has booted at 46 s: at 75 s its revision is not good yet, at 166 s it is.
    for (power, runs) in [(75, 1), (166, 2)] {
        let rest = "[hardware.h]\nmark_good = \"2m\"\nsoak = \"10m\"\n".to_owned()
            + &HARDWARE.replace("[hardware.h]", "")
            + &step(&format!("+{power}s"), "power-loss", "machine = \"w-1\"")
            + &step("+200s", "power-on", "machine = \"w-1\"");
        let text = pool(1, "", &rest).replacen(HARDWARE, "", 1);
        let story = story(&text);
        let rolled = times(&story, "w-1: rolled back to revision 1");
        assert_eq!(rolled.len(), usize::from(runs == 1), "{story:?}");
        assert_eq!(
            times(&story, "w-1: FAILED in os (rolled back)").len(),
            rolled.len()
        );
        assert_eq!(times(&story, &format!("runs revision {runs}")).len(), 1);
    }
}

#[test]
fn a_soak_that_is_shorter_than_that_lets_a_machine_fail_after_it_was_updated() {
    let rest = "[hardware.h]\nmark_good = \"2m\"\n".to_owned()
        + &HARDWARE.replace("[hardware.h]", "")
        + &step("+60s", "crash", "machine = \"w-1\"")
        + &step("+70s", "repair", "machine = \"w-1\"");
    let text = pool(3, "", &rest).replacen(HARDWARE, "", 1);
    let story = story(&text);
    assert_eq!(times(&story, "w-1: updated, runs revision 2"), [52]);
    assert_eq!(
        times(&story, "w-1: FAILED in os (rolled back), runs revision 1"),
        [105]
    );
    assert_eq!(
        times(&story, "operation 1, w to revision 2: failed (halted)"),
        [105]
    );
    assert_eq!(times(&story, "w-3: updated"), [0_u32; 0]);
}

#[test]
fn a_revision_that_changes_the_firmware_makes_the_first_boot_slow() {
    let slow = "slow = { firmware = { share = \"0%\", takes = \"15m\" } }\n";
    let text = pool(1, "", &step("+2000s", "apply", "pool = \"w\""))
        .replace(
            "pool = \"w\"\n        [[steps]]",
            "pool = \"w\"\nchanges_firmware = true\n[[steps]]",
        )
        .replace("join = \"5s\"", &format!("join = \"5s\"\n{slow}"));
    let story = story(&text);
    assert_eq!(times(&story, "w-1: firmware done after 15m"), [916]);
    assert_eq!(times(&story, "w-1: firmware done after 20s"), [2036]);
}

#[test]
fn one_phase_for_everything_rolls_back_loops_and_is_not_ready_too() {
    let of = |deed: &str| {
        let text = format!(
            "[hardware.h]\nupdate = \"1m\"\ntimeouts = {{ boot = \"150s\" }}\n[[pools]]\nname = \"w\"\nmachines = 1\nhardware = \"h\"\n[[faults]]\nmachine = \"w-1\"\ndo = \"{deed}\"\n{}",
            step("+0s", "apply", "pool = \"w\"")
        );
        story(&text)
    };
    assert_eq!(
        times(
            &of("roll-back"),
            "w-1: FAILED in update (rolled back), runs revision 1"
        ),
        [120]
    );
    assert_eq!(
        times(
            &of("loop"),
            "w-1: FAILED in update (reboot loop), runs revision 1"
        ),
        [150]
    );
    assert_eq!(
        times(
            &of("not-ready"),
            "w-1: FAILED in update (joined, not Ready), runs revision 1"
        ),
        [150]
    );
}

/// With 4,000 machines that roll back, loop and are not Ready with 20 %, 10 % and 5 %, within three standard errors.
#[test]
fn boots_go_wrong_as_often_as_the_class_says() {
    let text = pool(
        4000,
        "halt_after = \"never\"\nmax_unavailable = 4000",
        "[hardware.h.timeouts]\nboot = \"1h\"\njoin = \"1h\"\n",
    )
    .replace(
        "join = \"5s\"",
        "join = \"5s\"\nrolls_back = \"20%\"\nloops = \"10%\"\nnot_ready = \"5%\"",
    );
    let told = story(&text);
    for (what, share) in [
        ("(rolled back)", 0.2),
        ("(reboot loop)", 0.1),
        ("(joined, not Ready)", 0.05_f64),
    ] {
        let found = u32::try_from(times(&told, what).len()).unwrap();
        let error = (share * (1.0 - share) / 4000.0).sqrt();
        assert!(
            (f64::from(found) / 4000.0 - share).abs() < 3.0 * error,
            "{what}: {found}"
        );
    }
}

/// A fault that never comes to pass is as none: the draws of boots are for their own concern.
#[test]
fn chances_of_a_boot_change_no_other_draw() {
    let end = |keys: &str| {
        let text = pool(
            30,
            "halt_after = \"never\"",
            &fault("w-1", "os", "occurrence = 99\ndo = \"fail\""),
        )
        .replace(
            "join = \"5s\"",
            &format!("join = {{ exponential = {{ mean = \"1m\" }} }}\n{keys}"),
        );
        let blueprint = Blueprint::new(Scenario::parse(&text, "t", "t").unwrap());
        RunRow::of_run(&blueprint, Seed(3).of_run(0)).end
    };
    assert_eq!(end(""), end("rolls_back = 0.000000001"));
}
