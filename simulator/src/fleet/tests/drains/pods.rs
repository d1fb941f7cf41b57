//! How pods end, and where and when they are replaced.

use super::*;

#[test]
fn a_machine_pulls_one_image_at_a_time_and_keeps_it() {
    let pulled = |name: &str| {
        workload(
            name,
            1,
            "starts_on = [\"w-1\"]\nimage_pull = \"20s\"\nstartup = \"5s\"",
        )
    };
    let cached = workload(
        "cached",
        2,
        "starts_on = [\"w-1\", \"w-2\"]\nimage_pull = \"20s\"\nstartup = \"5s\"",
    );
    let story = story(&pool(
        2,
        "",
        &(pulled("a") + &pulled("b") + &cached + &drain("w-1")),
    ));
    assert_eq!(times(&story, "cached-1-2: ready on w-2"), [5]);
    assert_eq!(times(&story, "a-1-2: ready on w-2"), [25]);
    assert_eq!(times(&story, "b-1-2: ready on w-2"), [45]);
}

#[test]
fn a_pod_counts_as_healthy_only_after_its_resync() {
    let story = story(&pool(2, "", &(three("resync = \"1m\"") + &drain("w-1"))));
    assert_eq!(times(&story, "evicted on w-1"), [0, 100, 200]);
}

#[test]
fn a_pod_that_ignores_its_signal_ends_at_its_grace() {
    let keys = "starts_on = [\"w-1\"]\nignores_sigterm = \"100%\"";
    let ignores = story(&pool(2, "", &(web(1, keys) + &drain("w-1"))));
    assert_eq!(times(&ignores, "gone from w-1"), [30]);
    let keys = "starts_on = [\"w-1\"]\ntermination = \"1h\"\ngrace = \"45s\"";
    let slow = story(&pool(2, "", &(web(1, keys) + &drain("w-1"))));
    assert_eq!(times(&slow, "gone from w-1"), [45]);
}

#[test]
fn who_replaces_a_pod_decides_when() {
    let ready = |machines: u32, keys: &str, deed: &str| {
        let keys = format!("starts_on = [\"w-1\"]\n{keys}");
        times(
            &story(&pool(machines, "", &(web(1, &keys) + deed))),
            "ready",
        )
    };
    let elsewhere = |keys: &str| ready(2, keys, &drain("w-1"));
    assert_eq!(elsewhere(""), [40]);
    assert_eq!(elsewhere("kind = \"stateful-set\""), [10 + 40]);
    let volume = "kind = \"stateful-set\"\nvolume_detach = \"25s\"";
    assert_eq!(elsewhere(volume), [10 + 25 + 40]);
    // Back on the machine that holds its data, once that takes pods again.
    for kind in ["deployment", "stateful-set"] {
        let local = format!("local_volume = true\nkind = \"{kind}\"");
        assert_eq!(ready(2, &local, &apply()), [10 + REBOOT + 40]);
        assert_eq!(elsewhere(&local), [] as [u32; 0]);
    }
}

#[test]
fn peers_that_must_be_apart_wait_for_a_machine_of_their_own() {
    let keys = "anti_affinity = \"machine\"\nbudget = { max_unavailable = 1 }";
    let rest = web(3, keys)
        + &drain("w-1")
        + &step("+0s", "drain", "machine = \"w-2\"")
        + &step("+62s", "uncordon", "machine = \"w-1\"");
    let story = story(&pool(3, "", &rest));
    assert!(line(&story, "web-1-2: pending").ends_with("pending: anti-affinity"));
    assert_eq!(times(&story, "web-1-2: ready on w-1"), [102]);
    assert_eq!(times(&story, "evicted on w-2"), [105]);
}

#[test]
fn a_pod_without_room_is_pending_until_there_is_some() {
    let rest = web(5, "spread = \"machine\"")
        + &drain("w-1")
        + &step("+1m", "uncordon", "machine = \"w-1\"");
    let story = story(&pool(3, "capacity = { pods = 2 }", &rest));
    assert_eq!(times(&story, "pending: no-room"), [0]);
    assert_eq!(times(&story, "ready on w-1"), [60 + 40]);
}

#[test]
fn fewer_pods_are_deleted_whatever_their_budget_says() {
    let rest = web(3, "starts_on = [\"w-1\"]\nbudget = { max_unavailable = 0 }")
        + &step("+12s", "scale", "workload = \"web\"\nreplicas = 1");
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "deleted on w-1"), [12, 12]);
    assert_eq!(times(&story, "gone from w-1"), [22, 22]);
    assert_eq!(times(&story, "ready"), [] as [u32; 0]);
}
