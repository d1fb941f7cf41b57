//! What becomes of the pods of a machine that is away, or stops with pods on it.

use super::{step, story, times};

/// A pool of machines that take no time, with one Deployment, one stateful set and one bare pod on the first.
fn fleet(machines: u32, more: &str) -> String {
    format!(
        r#"
        [hardware.h]
        firmware = "20s"
        os = "10s"
        [[clusters]]
        name = "c"
        version = "1.31.0"
        [[pools]]
        name = "w"
        version = "1.31.0"
        machines = {machines}
        hardware = "h"
        {more}
        [[workloads]]
        name = "web"
        startup = "5s"
        starts_on = ["w-1"]
        [[workloads]]
        name = "db"
        kind = "stateful-set"
        startup = "5s"
        starts_on = ["w-1"]
        budget = {{ min_available = 1 }}
        [[workloads]]
        name = "job"
        kind = "bare"
        startup = "5s"
        starts_on = ["w-1"]
        "#
    )
}

fn away(from: u32, until: u32) -> String {
    step(&format!("+{from}s"), "power-loss", "machine = \"w-1\"")
        + &step(&format!("+{until}s"), "power-on", "machine = \"w-1\"")
}

#[test]
fn a_machine_that_is_back_soon_keeps_its_pods_and_they_start_again() {
    let story = story(&(fleet(3, "") + &away(100, 110)));
    insta::assert_snapshot!(story.join("\n"), @r"
    00:01:40  step: power-loss w-1
    00:01:40  w-1: down
    00:01:50  step: power-on w-1
    00:02:10  w-1: firmware done after 20s
    00:02:10  w-1: not heard from for 40s: its node is Unknown
    00:02:10  default/web-1-1: down with its machine on w-1
    00:02:10  default/db-0: down with its machine on w-1
    00:02:10  default/job-1: down with its machine on w-1
    00:02:10  w-1: tainted unreachable: its pods are deleted in 5m 00s
    00:02:20  w-1: os done after 10s
    00:02:20  w-1: up
    00:02:25  default/web-1-1: ready on w-1
    00:02:25  default/db-0: ready on w-1
    00:02:25  default/job-1: ready on w-1

    finished, failed machines: 0
    ");
}

#[test]
fn a_machine_that_is_away_for_long_loses_its_pods_each_kind_in_its_own_way() {
    let story = story(&(fleet(3, "") + &away(100, 1000)));
    insta::assert_snapshot!(story.join("\n"), @r"
    00:01:40  step: power-loss w-1
    00:01:40  w-1: down
    00:02:10  w-1: not heard from for 40s: its node is Unknown
    00:02:10  default/web-1-1: down with its machine on w-1
    00:02:10  default/db-0: down with its machine on w-1
    00:02:10  default/job-1: down with its machine on w-1
    00:02:10  w-1: tainted unreachable: its pods are deleted in 5m 00s
    00:07:10  w-1: away for too long, pods deleted: 3
    00:07:10  default/web-1-1: deleted from w-1, which is away
    00:07:10  default/db-0: deleted from w-1, which is away
    00:07:10  default/job-1: deleted from w-1, which is away
    00:07:15  default/web-1-2: ready on w-2
    00:16:40  step: power-on w-1
    00:17:00  w-1: firmware done after 20s
    00:17:10  w-1: os done after 10s
    00:17:10  w-1: up
    00:17:10  default/web-1-1: gone from w-1
    00:17:10  default/db-0: gone from w-1
    00:17:10  default/job-1: gone from w-1
    00:17:15  default/db-0: ready on w-3

    finished, failed machines: 0
    ");
}

#[test]
fn a_budget_counts_a_lost_pod_from_when_it_is_missed() {
    // While w-1 is silent the control plane takes its pod for healthy, and lets the other one go.
    let text =
        fleet(3, "evict_unmanaged = true").replace("min_available = 1", "max_unavailable = 1");
    let text = text.replace(
        "kind = \"stateful-set\"\n        startup = \"5s\"\n        starts_on = [\"w-1\"]",
        "kind = \"stateful-set\"\n        replicas = 2\n        startup = \"5s\"\n        termination = \"1s\"\n        starts_on = [\"w-1\", \"w-2\"]",
    );
    let lost = |drained: u32| {
        let steps = step("+100s", "power-loss", "machine = \"w-1\"")
            + &step(&format!("+{drained}s"), "drain", "machine = \"w-2\"");
        story(&(text.clone() + &steps))
    };
    assert_eq!(times(&lost(125), "default/db-1: evicted"), [125]);
    assert_eq!(times(&lost(145), "default/db-1: evicted"), [0_u32; 0]);
}

#[test]
fn a_stop_without_a_graceful_shutdown_is_missed_like_any_other_silence() {
    let policy = "drain_timeout = \"5s\"\non_drain_timeout = \"proceed\"\nevict_unmanaged = true";
    let text = fleet(2, policy) + &step("+0s", "apply", "pool = \"w\"");
    let story = story(&text);
    // db has a budget that allows nothing, so it is on w-1 when that stops at 5 s and is back at 35 s.
    assert_eq!(times(&story, "w-1: down"), [5]);
    assert_eq!(
        times(&story, "default/db-0: down with its machine on w-1"),
        [35]
    );
    assert_eq!(times(&story, "default/db-0: ready on w-1"), [40]);
    assert_eq!(times(&story, "Unknown"), [0_u32; 0]);
}

#[test]
fn a_drained_machine_that_reboots_for_long_changes_nothing() {
    let text = fleet(3, "evict_unmanaged = true")
        .replace("budget = { min_available = 1 }", "")
        .replace("os = \"10s\"", "os = \"20m\"")
        + &step("+0s", "apply", "pool = \"w\"");
    let story = story(&text);
    for what in ["Unknown", "tainted", "deleted"] {
        assert_eq!(times(&story, what), [0_u32; 0], "{what}");
    }
}

#[test]
fn a_graceful_shutdown_ends_regular_pods_first_and_the_stop_waits_for_it() {
    let policy = "drain_timeout = \"5s\"\non_drain_timeout = \"proceed\"\nshutdown_grace = \"30s\"\nshutdown_grace_critical = \"10s\"\nevict_retry = \"5s\"\ndelete_emptydir_data = false";
    let text = fleet(2, policy)
        .replace("name = \"web\"", "name = \"web\"\ncritical = true\ntermination = \"1m\"\ngrace = \"1m\"\nbudget = { max_unavailable = 0 }")
        .replace("kind = \"stateful-set\"", "kind = \"stateful-set\"\ntermination = \"1m\"\ngrace = \"1m\"")
        .replace("kind = \"bare\"\n        startup = \"5s\"\n        starts_on = [\"w-1\"]", "kind = \"bare\"\n        replicas = 0")
        + &step("+0s", "apply", "pool = \"w\"");
    let story = story(&text);
    assert_eq!(
        times(&story, "w-1: stops: its kubelet ends the pods on it"),
        [5]
    );
    assert_eq!(times(&story, "default/db-0: gone from w-1"), [25]);
    assert_eq!(times(&story, "default/web-1-1: gone from w-1"), [35]);
    assert_eq!(times(&story, "w-1: stop done after 30s"), [35]);
    // Both are replaced when they have ended, on the other machine.
    assert_eq!(times(&story, "default/db-0: ready on w-2"), [30]);
    assert_eq!(times(&story, "default/web-1-2: ready on w-2"), [40]);
}

#[test]
fn a_machine_that_dies_while_it_ends_its_pods_has_them_still_when_it_is_back() {
    let policy = "drain_timeout = \"5s\"\non_drain_timeout = \"proceed\"\nshutdown_grace = \"30s\"";
    let text = fleet(2, policy)
        .replace(
            "name = \"web\"",
            "name = \"web\"\ntermination = \"1m\"\ngrace = \"1m\"\nbudget = { max_unavailable = 0 }",
        )
        .replace("kind = \"bare\"\n        startup = \"5s\"\n        starts_on = [\"w-1\"]", "kind = \"bare\"\n        replicas = 0")
        + &step("+0s", "apply", "pool = \"w\"")
        + &away(10, 20);
    let story = story(&text);
    assert_eq!(times(&story, "default/web-1-1: ends with its machine"), [5]);
    assert_eq!(
        times(&story, "default/web-1-1: down with its machine"),
        [10]
    );
    // Its boot takes 30 s, its start 5 s.
    assert_eq!(times(&story, "default/web-1-1: ready on w-1"), [55]);
    assert_eq!(times(&story, "default/web-1-2"), [0_u32; 0]);
}

#[test]
fn a_spare_machine_that_leaves_takes_nothing_with_it() {
    let policy = "surge = 1\nmax_unavailable = 1\nevict_unmanaged = true";
    let text = fleet(2, policy).replace("budget = { min_available = 1 }", "")
        + &step("+0s", "apply", "pool = \"w\"");
    let story = story(&text);
    assert_eq!(times(&story, "w-surge-1: spare machine leaves").len(), 1);
    assert_eq!(times(&story, "Unknown"), [0_u32; 0]);
}

#[test]
fn most_of_a_small_zone_keeps_its_pods_and_the_log_says_so() {
    let mut text = fleet(5, "zones = [\"a\"]");
    for machine in ["w-1", "w-2", "w-3"] {
        text += &step("+100s", "power-loss", &format!("machine = \"{machine}\""));
    }
    text += &step("+1000s", "power-on", "machine = \"w-2\"");
    text += &step("+1000s", "power-on", "machine = \"w-3\"");
    text = text
        .replace("name = \"web\"", "name = \"web\"\nreplicas = 5")
        .replace(
            "starts_on = [\"w-1\"]\n        [[workloads]]\n        name = \"db\"",
            "spread = \"machine\"\n        [[workloads]]\n        name = \"db\"",
        );
    let story = story(&text);
    assert_eq!(
        times(
            &story,
            "c, zone a: 3 of 5 nodes not Ready: no further machine loses its pods"
        )
        .len(),
        1
    );
    // One was missed, and tainted, before the others were. Two machines are back at 1030 s: then it is the turn of w-1.
    let tainted = times(&story, "tainted unreachable");
    assert_eq!((tainted.len(), tainted[1]), (2, 1030), "{story:#?}");
    assert_eq!(times(&story, "lost machines lose their pods again"), [1030]);
}
