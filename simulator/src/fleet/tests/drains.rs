//! The rules of drains, each seen in the story of one small run.

mod evictions;
mod pods;

use super::{fault, step, story, times};

/// Machines that are cordoned and uncordoned at once, stop within 5 seconds and are back 35 seconds later; how long
/// their drains take is for their pods to say.
const HARDWARE: &str = r#"
    [hardware.h]
    cordon = "0s"
    stop = "5s"
    firmware = "20s"
    os = "10s"
    join = "5s"
    uncordon = "0s"
"#;
/// From the end of a drain to the end of the update.
const REBOOT: u32 = 40;

/// The pool `w` of such machines with this policy, and whatever else `rest` says.
fn pool(machines: u32, policy: &str, rest: &str) -> String {
    format!(
        "{HARDWARE}\n[[pools]]\nname = \"w\"\nmachines = {machines}\nhardware = \"h\"\n{policy}\n{rest}"
    )
}

/// A workload whose pods end in 10 seconds and are Ready 40 seconds after they were made.
fn workload(name: &str, replicas: u32, keys: &str) -> String {
    let takes = |key: &str, default: &str| {
        let line = format!("{key} = ");
        let is_given = keys.lines().any(|key| key.trim().starts_with(&line));
        if is_given {
            String::new()
        } else {
            format!("{key} = \"{default}\"\n")
        }
    };
    let (ends, starts) = (takes("termination", "10s"), takes("startup", "40s"));
    format!("[[workloads]]\nname = \"{name}\"\nreplicas = {replicas}\n{ends}{starts}{keys}\n")
}

fn web(replicas: u32, keys: &str) -> String {
    workload("web", replicas, keys)
}

fn drain(machine: &str) -> String {
    step("+0s", "drain", &format!("machine = \"{machine}\""))
}

fn apply() -> String {
    step("+0s", "apply", "pool = \"w\"")
}

/// The one line that says `what`.
fn line<'s>(story: &'s [String], what: &str) -> &'s str {
    let lines: Vec<_> = story.iter().filter(|line| line.contains(what)).collect();
    assert_eq!(lines.len(), 1, "{what}: {story:#?}");
    lines[0]
}

/// Three pods on the first machine, of which one may be missing.
fn three(keys: &str) -> String {
    web(
        3,
        &format!("starts_on = [\"w-1\"]\nbudget = {{ max_unavailable = 1 }}\n{keys}"),
    )
}

/// One pod on the first machine that nothing may take.
fn held() -> String {
    web(
        1,
        "termination = \"2s\"\nstarts_on = [\"w-1\"]\nbudget = { min_available = 1 }",
    )
}

#[test]
fn the_pods_of_a_machine_end_in_parallel() {
    let rest = web(30, "starts_on = [\"w-1\"]") + &drain("w-1");
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "evicted on w-1"), [0; 30]);
    assert_eq!(times(&story, "w-1: drain done"), [10]);
}

#[test]
fn an_end_is_seen_at_whole_seconds_from_the_eviction() {
    let rest = web(1, "starts_on = [\"w-1\"]\ntermination = \"9100ms\"")
        + &step("+500ms", "drain", "machine = \"w-1\"");
    let story = story(&pool(2, "", &rest));
    assert!(line(&story, "w-1: drain done").contains("after 10s"));
}

#[test]
fn a_machine_cordoned_by_hand_stays_so_and_uses_a_slot_until_it_is_uncordoned() {
    let rest = web(1, "starts_on = [\"w-2\"]")
        + &step("+0s", "cordon", "machine = \"w-2\"")
        + &apply()
        + &step("+200s", "uncordon", "machine = \"w-2\"");
    let story = story(&pool(3, "", &rest));
    // It holds the only slot, so it goes first, and nobody after it.
    assert_eq!(times(&story, "w-2: updated"), [10 + REBOOT]);
    assert_eq!(times(&story, "w-2: uncordon done"), [] as [u32; 0]);
    assert_eq!(times(&story, "w-1: updated"), [200 + 10 + REBOOT]);
}

#[test]
fn a_retry_does_not_drain_twice() {
    let rest = web(2, "starts_on = [\"w-1\"]") + &fault("w-1", "stop", "do = \"fail\"") + &apply();
    let story = story(&pool(2, "retries = 1\nbackoff = \"1m\"", &rest));
    assert_eq!(times(&story, "evicted on w-1"), [0, 0]);
    assert_eq!(times(&story, "w-1: drain done"), [10]);
    assert_eq!(times(&story, "w-1: updated"), [10 + 5 + 60 + REBOOT]);
}

#[test]
fn a_retry_of_a_drain_asks_only_for_what_is_left() {
    let rest = three("") + &apply();
    let policy = "retries = 1\nbackoff = \"25s\"\ndrain_timeout = \"58s\"";
    let story = story(&pool(2, policy, &rest));
    assert_eq!(times(&story, "w-1: drain timed-out"), [60]);
    assert_eq!(times(&story, "evicted on w-1"), [0, 40, 60 + 25]);
    assert_eq!(times(&story, "w-1: drain done"), [95]);
}

#[test]
fn a_drain_waits_for_volumes_where_it_is_told_to() {
    let keys = "starts_on = [\"w-1\"]\nkind = \"stateful-set\"\nvolume_detach = \"25s\"";
    let rest = web(1, keys) + &drain("w-1");
    assert_eq!(times(&story(&pool(2, "", &rest)), "drain done"), [10]);
    assert_eq!(
        times(
            &story(&pool(2, "wait_for_volumes = true", &rest)),
            "drain done"
        ),
        [35]
    );
}

/// The first machine's pod is held; the rule decides what comes of it.
fn given_up(policy: &str, rest: &str) -> Vec<String> {
    let policy = format!("drain_timeout = \"12s\"\n{policy}");
    story(&pool(2, &policy, &(held() + &apply() + rest)))
}

#[test]
fn a_time_out_is_told_at_the_next_attempt_and_fails_the_machine() {
    let story = given_up("", "");
    assert_eq!(times(&story, "w-1: drain timed-out after 15s"), [15]);
    assert_eq!(times(&story, "w-1: FAILED in drain"), [15]);
    assert!(line(&story, "refused").contains("refused 3 times from 00:00:00 to 00:00:10"));
    assert_eq!(story.last().unwrap(), "halted, failed machines: 1");
}

#[test]
fn a_drain_given_up_may_proceed_with_what_is_left() {
    let story = given_up("on_drain_timeout = \"proceed\"", "");
    assert_eq!(times(&story, "drain given up: proceed"), [15]);
    // It dies when the machine stops, and nobody knows of that before the machine is back.
    assert_eq!(times(&story, "w-1: down"), [20]);
    assert_eq!(
        times(&story, "web-1-1: down with its machine"),
        [15 + REBOOT]
    );
    assert_eq!(times(&story, "w-1: updated"), [15 + REBOOT]);
    assert_eq!(times(&story, "web-1-1: ready on w-1"), [15 + REBOOT + 40]);
}

#[test]
fn a_drain_given_up_may_delete_what_is_left() {
    let story = given_up("on_drain_timeout = \"force\"", "");
    assert_eq!(times(&story, "w-1: drain given up: force"), [15]);
    assert_eq!(times(&story, "web-1-1: deleted on w-1 by force"), [15]);
    assert_eq!(times(&story, "w-1: drain done"), [17]);
    assert_eq!(times(&story, "w-1: updated"), [17 + REBOOT]);
}

#[test]
fn a_drain_given_up_may_begin_again_after_a_pause() {
    let open = step("+72s", "set-budget", "budget = \"web\"\nmin_available = 0");
    let story = given_up("on_drain_timeout = \"retry\"\ndrain_retry = \"20s\"", &open);
    assert_eq!(times(&story, "drain given up: retry"), [15, 15 + 20 + 15]);
    // The third attempt began at 70 s.
    assert_eq!(times(&story, "evicted on w-1"), [75]);
    assert_eq!(times(&story, "w-1: updated"), [77 + REBOOT]);
}

#[test]
fn a_drain_given_up_may_release_the_machine() {
    let policy = "on_drain_timeout = \"release\"\ndrain_retry = \"20s\"";
    let open = step("+72s", "set-budget", "budget = \"web\"\nmin_available = 0");
    let story = given_up(policy, &open);
    // The second machine has the slot when the first would try again.
    assert_eq!(
        times(&story, "drain given up: release"),
        [15, 15 + REBOOT + 15]
    );
    assert_eq!(times(&story, "w-2: updated"), [15 + REBOOT]);
    assert_eq!(times(&story, "evicted on w-1"), [70 + 20]);
    assert_eq!(times(&story, "w-1: updated"), [70 + 20 + 2 + REBOOT]);
}

#[test]
fn a_drain_given_up_may_set_the_machine_aside() {
    let story = given_up("on_drain_timeout = \"quarantine\"", "");
    assert_eq!(times(&story, "drain given up: quarantine"), [15]);
    assert_eq!(times(&story, "w-1: FAILED in drain"), [15]);
    assert_eq!(times(&story, "w-2: updated"), [15 + REBOOT]);
    assert_eq!(
        story.last().unwrap(),
        "finished after 55s, failed machines: 1"
    );
}

#[test]
fn only_so_many_machines_are_set_aside() {
    let keys = "spread = \"machine\"\nbudget = { min_available = 3 }";
    let policy = "drain_timeout = \"12s\"\non_drain_timeout = \"quarantine\"\nmax_quarantined = 2";
    let story = story(&pool(3, policy, &(web(3, keys) + &apply())));
    assert_eq!(times(&story, "FAILED in drain"), [15, 30, 45]);
    assert_eq!(
        story.last().unwrap(),
        "finished after 45s, failed machines: 3"
    );
}

#[test]
fn a_dead_machine_loses_its_slot_only_after_its_time_to_live() {
    let hangs = fault("w-1", "os", "do = \"hang\"") + &apply();
    let never = story(&pool(2, "", &hangs));
    assert_eq!(times(&never, "w-2: updated"), [] as [u32; 0]);
    let expires = story(&pool(2, "slot_ttl = \"60s\"", &hangs));
    assert_eq!(times(&expires, "w-1: down for too long"), [65]);
    assert_eq!(times(&expires, "w-2: updated"), [65 + REBOOT]);
}

#[test]
fn a_spare_machine_joins_first_and_leaves_last() {
    let rest = web(2, "spread = \"machine\"\nbudget = { max_unavailable = 1 }") + &apply();
    let story = story(&pool(2, "surge = 1\nmax_unavailable = 0", &rest));
    let spare = line(&story, "spare machine joins on revision 2");
    let name = spare.split_whitespace().nth(1).unwrap();
    assert_eq!(times(&story, &format!("{name} up")), [35]);
    assert_eq!(times(&story, "evicted on w-1"), [35]);
    assert_eq!(times(&story, "w-1: updated"), [35 + 10 + REBOOT]);
    assert_eq!(times(&story, "w-2: updated"), [35 + 2 * (10 + REBOOT)]);
    // It leaves when both are done: drained, and stopped within 5 seconds.
    let drained = times(&story, &format!("{name} drain done"))[0];
    assert!(drained >= 135, "{story:#?}");
    assert_eq!(times(&story, "spare machine leaves"), [drained + 5]);
    assert_eq!(times(&story, "succeeded"), [drained + 5]);
}

#[test]
fn a_power_loss_ends_a_drain_and_what_was_ending() {
    let rest = three("")
        + &apply()
        + &step("+5s", "power-loss", "machine = \"w-1\"")
        + &step("+60s", "power-on", "machine = \"w-1\"");
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "w-1: drain interrupted"), [5]);
    // The one that was ending is there until its kubelet can say that it is gone.
    assert_eq!(times(&story, "gone from w-1"), [60 + 35]);
    let missed = times(&story, "w-1: not heard from")[0];
    assert!((45..=55).contains(&missed), "{missed}");
    assert_eq!(
        times(&story, "down with its machine on w-1"),
        [missed, missed]
    );
    assert_eq!(times(&story, "w-1: updated"), [60 + 35]);
    assert_eq!(times(&story, "web-2-1: ready on w-1"), [60 + 35 + 40]);
    assert_eq!(times(&story, "web-3-1: ready on w-1"), [60 + 35 + 40]);
}

#[test]
fn a_class_of_one_phase_is_cordoned_and_drained_before_it() {
    let text = pool(2, "", &(web(1, "starts_on = [\"w-1\"]") + &apply()));
    let story = story(&text.replace(HARDWARE, "[hardware.h]\nupdate = \"5m\"\n"));
    assert_eq!(times(&story, "evicted on w-1"), [0]);
    assert_eq!(times(&story, "w-1: updated"), [10 + 300]);
}

#[test]
fn machines_cordoned_at_one_instant_get_no_pods_of_each_other() {
    let on = |name: &str, machine: &str| {
        let keys = format!("starts_on = [\"{machine}\"]\ntermination = \"5s\"");
        workload(name, 2, &keys)
    };
    // The second machine is the emptiest.
    let rest = on("a", "w-1") + &on("b", "w-3") + &on("c", "w-4") + &apply();
    for cordon in ["0s", "1s"] {
        let text = pool(4, "max_unavailable = 2\nmode = \"lock-step\"", &rest);
        let before = "cordon = \"0s\"\n    stop";
        let text = text.replace(before, &format!("cordon = \"{cordon}\"\n    stop"));
        let story = story(&text);
        assert_eq!(times(&story, "evicted on w-1").len(), 2, "{story:#?}");
        assert!(times(&story, "evicted on w-2").is_empty(), "{story:#?}");
    }
}

#[test]
fn a_drain_that_pauses_asks_for_nothing_until_its_pause_is_over() {
    let policy = "on_drain_timeout = \"retry\"\ndrain_retry = \"20s\"";
    let open = step("+22s", "set-budget", "budget = \"web\"\nmin_available = 0");
    let opened = given_up(policy, &open);
    assert_eq!(times(&opened, "evicted on w-1"), [15 + 20]);
    let lost = step("+20s", "power-loss", "machine = \"w-1\"")
        + &step("+100s", "power-on", "machine = \"w-1\"");
    let lost = given_up(policy, &lost);
    assert_eq!(times(&lost, "w-1: drain interrupted"), [20]);
    assert_eq!(times(&lost, "w-1: updated"), [100 + 35]);
}

#[test]
fn a_rollout_goes_on_with_a_machine_that_is_being_drained_by_hand() {
    let rest =
        web(1, "starts_on = [\"w-1\"]") + &drain("w-1") + &step("+5s", "apply", "pool = \"w\"");
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "w-1: drain done"), [10]);
    assert_eq!(times(&story, "w-1: updated"), [10 + REBOOT]);
    assert_eq!(times(&story, "w-2: updated"), [] as [u32; 0]);
}

#[test]
fn a_refused_pod_that_its_owner_deletes_holds_the_drain_no_longer() {
    for (takes, done) in [("2s", 15), ("4500ms", 17)] {
        let keys = format!(
            "termination = \"{takes}\"\nstarts_on = [\"w-1\"]\nbudget = {{ min_available = 1 }}"
        );
        let rest = web(1, &keys)
            + &drain("w-1")
            + &step("+12s", "scale", "workload = \"web\"\nreplicas = 0");
        let story = story(&pool(2, "", &rest));
        assert_eq!(times(&story, "deleted on w-1"), [12]);
        // The next attempt, at 15 s, finds it gone or ending; from then on its end is looked for every second.
        assert_eq!(times(&story, "w-1: drain done"), [done], "{story:#?}");
    }
}

#[test]
fn a_machine_released_while_the_rollout_stops_is_left_alone() {
    let cancel = step("+20s", "cancel", "pool = \"w\"");
    let policy = "on_drain_timeout = \"release\"\ndrain_retry = \"20s\"";
    let story = given_up(policy, &cancel);
    assert_eq!(times(&story, "drain given up: release"), [15]);
    assert_eq!(times(&story, "cancelled (cancelled)"), [15 + REBOOT]);
    assert_eq!(story.last().unwrap(), "halted, failed machines: 0");
}

#[test]
fn a_pause_of_the_rollout_holds_a_released_machine_too() {
    let rest = step("+20s", "pause", "pool = \"w\"")
        + &step("+200s", "resume", "pool = \"w\"")
        + &step("+200s", "set-budget", "budget = \"web\"\nmin_available = 0");
    let policy = "on_drain_timeout = \"release\"\ndrain_retry = \"20s\"";
    let story = given_up(policy, &rest);
    assert_eq!(times(&story, "drain given up: release"), [15]);
    assert_eq!(times(&story, "w-1: updated"), [200 + 2 + REBOOT]);
}

#[test]
fn a_released_machine_that_loses_its_power_is_updated_by_its_next_boot() {
    let rest = step("+16s", "power-loss", "machine = \"w-1\"")
        + &step("+100s", "power-on", "machine = \"w-1\"");
    let policy = "on_drain_timeout = \"release\"\ndrain_retry = \"20s\"\nmax_unavailable = 2";
    let story = given_up(policy, &rest);
    assert_eq!(times(&story, "drain given up: release"), [15]);
    // Its boot brings the revision that its update asked for.
    assert_eq!(times(&story, "w-1: updated, runs revision 2"), [100 + 35]);
}

#[test]
fn a_forced_drain_waits_without_power_for_as_long_as_it_takes() {
    let keys = "termination = \"30s\"\nstarts_on = [\"w-1\"]\nbudget = { min_available = 1 }";
    let rest = web(1, keys)
        + &apply()
        + &step("+20s", "power-loss", "machine = \"w-1\"")
        + &step("+100s", "power-on", "machine = \"w-1\"");
    let policy = "drain_timeout = \"12s\"\non_drain_timeout = \"force\"";
    let story = story(&pool(2, policy, &rest));
    assert_eq!(times(&story, "gone from w-1"), [100 + 35]);
    assert_eq!(times(&story, "w-1: updated"), [100 + 35]);
}

#[test]
fn a_spare_machine_that_cannot_be_drained_stays() {
    let rest = web(2, "spread = \"machine\"")
        + &apply()
        + &step("+60s", "scale", "workload = \"web\"\nreplicas = 2")
        + "[[budgets]]\nname = \"b\"\nworkloads = [\"web\"]\nmax_unavailable = 1\n"
        + &step("+80s", "set-budget", "budget = \"b\"\nmax_unavailable = 0");
    let policy =
        "surge = 1\nmax_unavailable = 0\ndrain_timeout = \"12s\"\non_drain_timeout = \"proceed\"";
    let story = story(&pool(2, policy, &rest));
    assert_eq!(times(&story, "spare machine leaves"), [] as [u32; 0]);
    assert_eq!(times(&story, "succeeded").len(), 1, "{story:#?}");
}

#[test]
fn a_stateful_pod_scaled_away_and_back_is_made_once() {
    let keys = "starts_on = [\"w-1\"]\nkind = \"stateful-set\"\nvolume_detach = \"20s\"";
    let rest = web(1, keys)
        + &step("+0s", "scale", "workload = \"web\"\nreplicas = 0")
        + &step("+5s", "scale", "workload = \"web\"\nreplicas = 1")
        + &step("+15s", "scale", "workload = \"web\"\nreplicas = 0")
        + &step("+20s", "scale", "workload = \"web\"\nreplicas = 1");
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "ready"), [10 + 20 + 40]);
}
