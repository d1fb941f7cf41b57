//! What a request for an eviction is answered, and when it is repeated.

use super::*;

#[test]
fn a_refused_eviction_is_tried_again_on_the_drains_grid() {
    let rest = three("") + &drain("w-1");
    let five = story(&pool(2, "", &rest));
    assert_eq!(times(&five, "evicted on w-1"), [0, 40, 80]);
    assert_eq!(times(&five, "w-1: drain done"), [90]);
    let seven = story(&pool(2, "evict_retry = \"7s\"", &rest));
    assert_eq!(times(&seven, "evicted on w-1"), [0, 42, 84]);
}

#[test]
fn a_run_of_refusals_is_one_line_with_the_budgets_counts() {
    let told = story(&pool(2, "", &(three("") + &drain("w-1"))));
    for (pod, says) in [
        ("web-2-1", "refused 8 times from 00:00:00 to 00:00:35"),
        ("web-3-1", "refused 16 times from 00:00:00 to 00:01:15"),
    ] {
        let refused = line(&told, &format!("{pod}: eviction on w-1 refused"));
        let says = format!("{says} by default/web: 2 healthy, 2 needed");
        assert!(refused.ends_with(&says), "{refused}");
    }
}

#[test]
fn pods_that_have_not_run_go_without_their_budget() {
    let keys = "starts_on = [\"w-1\", \"w-2\", \"w-3\"]\nimage_pull = \"60s\"\nselector = { at = \"x\" }\nbudget = { max_unavailable = 1 }";
    let machines = "[\"w-1\", \"w-2\", \"w-3\", { name = \"w-4\", labels = { at = \"x\" } }]";
    let rest = web(3, &keys.replace("selector = { at = \"x\" }\n", ""))
        + &step("+0s", "cordon", "machine = \"w-2\"")
        + &step("+0s", "cordon", "machine = \"w-3\"")
        + &drain("w-1")
        + &step("+10s", "drain", "machine = \"w-4\"");
    let text = pool(1, "", &rest).replace("machines = 1", &format!("machines = {machines}"));
    let story = story(&text);
    assert!(line(&story, "evicted on w-1").contains("1 of 3 allowed"));
    // Its replacement still pulls its image, and goes at once although the budget allows nothing.
    assert!(line(&story, "evicted on w-4").ends_with("web-1-2: evicted on w-4"));
    assert_eq!(times(&story, "evicted on w-4"), [10]);
}

#[test]
fn a_pod_that_is_not_ready_goes_while_the_others_suffice_or_its_budget_says_so() {
    let rest = |policy: &str, more: &str| {
        let budget = format!("budget = {{ min_available = 2{policy} }}");
        web(
            3,
            &format!("starts_on = [\"w-1\", \"w-2\", \"w-3\"]\n{budget}"),
        ) + &step("+0s", "cordon", "machine = \"w-2\"")
            + &step("+0s", "cordon", "machine = \"w-3\"")
            + &drain("w-1")
            + more
            + &step("+15s", "drain", "machine = \"w-4\"")
            + "[[clusters]]\nname = \"c\"\nnode_monitor_grace = \"11s\"\n"
    };
    let enough = story(&pool(4, "", &rest("", "")));
    assert_eq!(times(&enough, "web-1-2: evicted on w-4"), [15]);
    // It is missed after 11 s at the latest, and its pod is not healthy then.
    let lost = step("+0s", "power-loss", "machine = \"w-3\"");
    let too_few = story(&pool(4, "", &rest("", &lost)));
    assert_eq!(times(&too_few, "web-1-2: evicted on w-4"), [] as [u32; 0]);
    let always = ", unhealthy_pod_eviction_policy = \"AlwaysAllow\"";
    let allowed = story(&pool(4, "", &rest(always, &lost)));
    assert_eq!(times(&allowed, "web-1-2: evicted on w-4"), [15]);
}

#[test]
fn two_budgets_on_one_pod_fail_it_and_only_it() {
    let rest = web(1, "starts_on = [\"w-1\"]\nbudget = { max_unavailable = 1 }")
        + &workload("api", 1, "starts_on = [\"w-1\"]")
        + "[[budgets]]\nname = \"all\"\nworkloads = [\"web\"]\nmax_unavailable = 1\n"
        + &apply();
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "web-1-1: eviction on w-1 failed"), [0]);
    assert_eq!(times(&story, "api-1-1: evicted on w-1"), [0]);
    assert_eq!(times(&story, "evicted"), [0]);
    assert_eq!(times(&story, "w-1: FAILED in drain"), [10]);
}

#[test]
fn what_the_filters_refuse_ends_the_drain_before_the_first_eviction() {
    for (keys, allows) in [
        ("kind = \"bare\"", "evict_unmanaged = true"),
        ("empty_dir = true", "delete_emptydir_data = true"),
    ] {
        let rest = web(2, "starts_on = [\"w-1\"]")
            + &workload("job", 1, &format!("starts_on = [\"w-1\"]\n{keys}"))
            + &apply();
        let refused = story(&pool(2, "", &rest));
        assert_eq!(times(&refused, "w-1: drain refused: "), [0]);
        assert_eq!(times(&refused, "w-1: FAILED in drain"), [0]);
        assert_eq!(times(&refused, "evicted"), [] as [u32; 0]);
        let evicted = story(&pool(2, allows, &rest));
        assert_eq!(times(&evicted, "evicted on w-1"), [0; 3]);
        assert_eq!(times(&evicted, "w-1: updated"), [10 + REBOOT]);
    }
}

#[test]
fn a_bare_pod_is_not_replaced() {
    let rest = workload("job", 1, "starts_on = [\"w-1\"]\nkind = \"bare\"") + &drain("w-1");
    let story = story(&pool(2, "evict_unmanaged = true", &rest));
    assert_eq!(times(&story, "job-1: gone"), [10]);
    assert_eq!(times(&story, "ready"), [] as [u32; 0]);
}

#[test]
fn pods_of_daemon_sets_and_static_ones_are_left_alone() {
    let rest = workload("agent", 1, "kind = \"daemon-set\"")
        + &workload("proxy", 1, "kind = \"static\"")
        + &web(1, "starts_on = [\"w-1\"]")
        + &apply();
    let rest = rest.replacen("replicas = 1\n", "", 2);
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "w-1: drain done"), [10]);
    assert_eq!(times(&story, "w-2: updated"), [10 + REBOOT + 10 + REBOOT]);
    assert!(
        story
            .iter()
            .all(|line| !line.contains("agent") && !line.contains("proxy"))
    );
}

#[test]
fn more_pods_or_a_wider_budget_let_a_blocked_drain_go_on() {
    let rest = web(3, "starts_on = [\"w-1\"]\nbudget = { min_available = 3 }") + &drain("w-1");
    let scaled = rest.clone() + &step("+12s", "scale", "workload = \"web\"\nreplicas = 4");
    // The fourth is Ready at 52 s; then one goes at a time.
    let scaled = story(&pool(2, "", &scaled));
    assert_eq!(times(&scaled, "evicted on w-1"), [55, 95, 135]);
    let wider = rest
        + &step(
            "+12s",
            "set-budget",
            "budget = \"web\"\nmax_unavailable = \"50%\"",
        );
    let wider = story(&pool(2, "", &wider));
    assert_eq!(times(&wider, "evicted on w-1"), [15, 15, 55]);
}
