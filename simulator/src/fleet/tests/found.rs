//! What an independent oracle over random scenarios found, each as the smallest scenario that shows it.

use serde_json::Value;

use super::{fault, pool, step};
use crate::engine::Seed;
use crate::fleet::Blueprint;
use crate::replay::{Style, replay};
use crate::scenario::Scenario;

/// The events of run 0; the last one is the outcome.
fn events(text: &str) -> Vec<Value> {
    let scenario = Scenario::parse(text, "test", "test").unwrap();
    let mut told = Vec::new();
    replay(
        &Blueprint::new(scenario),
        Seed(1),
        0,
        Style::JsonLines,
        &mut told,
    )
    .unwrap();
    let told = String::from_utf8(told).unwrap();
    let lines = told.lines().skip(1);
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A workload whose pods end after `ends`, start after a minute and are on these machines at the start.
fn workload(name: &str, ends: &str, starts_on: &[&str], rest: &str) -> String {
    format!(
        r#"
        [[workloads]]
        name = "{name}"
        replicas = {}
        termination = "{ends}"
        startup = "1m"
        starts_on = {starts_on:?}
        {rest}
        "#,
        starts_on.len()
    )
}

/// For how many seconds the machines of the pool had each reason, by the outcome.
fn reasons(events: &[Value]) -> Vec<(&str, f64)> {
    let reasons = events.last().unwrap()["pools"]["w"]["reasons"].as_array();
    reasons
        .unwrap()
        .iter()
        .map(|reason| {
            let word = reason["reason"].as_str().unwrap();
            (word, reason["machine_s"].as_f64().unwrap())
        })
        .collect()
}

/// Instants and values of `key` in the events of a kind that say `about`.
fn told<'e>(events: &'e [Value], kind: &str, about: &str, key: &str) -> Vec<(f64, &'e Value)> {
    let those = events
        .iter()
        .filter(|event| event["kind"] == kind && event.to_string().contains(about));
    those
        .map(|event| (event["t_s"].as_f64().unwrap(), &event[key]))
        .collect()
}

#[test]
fn a_drain_that_a_budget_still_blocks_is_counted_for_the_budget() {
    let blocked = workload("web", "5s", &["w-1"], "budget = { max_unavailable = 0 }");
    let later = step("+10m", "cordon", "machine = \"w-2\"");
    let events = events(&pool(2, "drain_timeout = \"none\"", &(blocked + &later)));
    assert_eq!(
        reasons(&events),
        [("slot", 600.0), ("budget", 599.0), ("cordon", 1.0)]
    );
}

#[test]
fn a_phase_that_still_hangs_is_counted() {
    let hangs = fault("w-1", "stop", "do = \"hang\"");
    let later = step("+10m", "cordon", "machine = \"w-2\"");
    let events = events(&pool(2, "", &(hangs + &later)));
    let stop = reasons(&events)
        .into_iter()
        .find(|(word, _)| *word == "stop");
    assert_eq!(stop, Some(("stop", 589.0)));
}

#[test]
fn the_outcome_is_told_at_the_instant_up_to_which_time_is_counted() {
    let blocked = workload("web", "5s", &["w-1"], "budget = { max_unavailable = 0 }");
    let policy = "drain_timeout = \"10s\"\non_drain_timeout = \"release\"\ndrain_retry = \"1m\"";
    let pause = step("+15s", "pause", "pool = \"w\"");
    let events = events(&pool(1, policy, &(blocked + &pause)));
    let all: f64 = reasons(&events).iter().map(|(_, seconds)| seconds).sum();
    assert_eq!(events.last().unwrap()["t_s"], all);
}

#[test]
fn a_machine_that_waits_and_is_drained_by_hand_has_one_reason_in_log_and_outcome() {
    let web = workload("web", "20s", &["w-2"], "");
    let drain = step("+2s", "drain", "machine = \"w-2\"");
    let events = events(&pool(2, "", &(web + &drain)));
    let by_log = told(&events, "reason", "w-2", "reason");
    assert_eq!(by_log[1], (2.0, &Value::from("drain")));
    assert_eq!(by_log[2], (22.0, &Value::from("slot")));
    assert!(reasons(&events).contains(&("drain", 30.0)));
    assert!(!reasons(&events).iter().any(|(word, _)| *word == "power"));
}

#[test]
fn a_pod_whose_peer_leaves_another_machine_of_its_zone_goes_home() {
    let peers = r#"
        [[workloads]]
        name = "db"
        replicas = 3
        termination = "2s"
        startup = "1s"
        local_volume = true
        anti_affinity = "zone"
    "#;
    let events = events(&pool(3, "zones = [\"a\", \"a\", \"b\"]", peers));
    let placed = |pod: &str| told(&events, "pod-placed", pod, "machine");
    let gone = told(&events, "pod-gone", "db-3-1", "machine");
    assert_eq!(placed("db-3-1")[0].1, "w-2");
    assert_eq!(gone[0].1, "w-2");
    assert_eq!(placed("db-1-2"), [(gone[0].0, &Value::from("w-1"))]);
}

#[test]
fn the_last_pod_to_go_names_the_grace() {
    let first = workload("a", "20.4s", &["w-1"], "");
    let last = workload("b", "20.9s", &["w-1"], "");
    let events = events(&pool(2, "", &(first + &last)));
    let objects = told(&events, "reason", "pod-grace", "object");
    assert_eq!(objects[0], (1.0, &Value::from("default/b")));
}

#[test]
fn refusals_that_count_other_pods_are_told_apart() {
    let web = workload(
        "web",
        "10s",
        &["w-1", "w-1", "w-1"],
        "budget = { min_available = 2 }",
    );
    let web = web.replace("[\"w-1\", \"w-1\", \"w-1\"]", "[\"w-1\"]");
    let events = events(&pool(2, "", &web));
    let expected = told(&events, "eviction-refused", "web-2-1", "expected");
    let counts: Vec<_> = expected.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [4, 3]);
}

#[test]
fn a_pod_that_somebody_deletes_between_two_attempts_is_not_evicted_when_it_is_gone() {
    let web = workload(
        "web",
        "1s",
        &["w-1", "w-1"],
        "budget = { max_unavailable = 0 }",
    );
    let web = web.replace("[\"w-1\", \"w-1\"]", "[\"w-1\"]");
    let scale = step("+2s", "scale", "workload = \"web\"\nreplicas = 0");
    let events = events(&pool(2, "", &(web + &scale)));
    let gone = told(&events, "pod-gone", "web", "pod");
    assert_eq!(
        gone.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
        [3.0, 3.0]
    );
    assert!(told(&events, "pod-evicted", "web", "pod").is_empty());
    // The attempt at 6 s finds out, and the class's own time of a drain is over later.
    let drained = told(&events, "phase-ended", "\"drain\"", "after_s");
    assert_eq!(drained[0], (11.0, &Value::from(10)));
}

#[test]
fn a_machine_that_an_operation_left_waits_for_nothing_until_the_next_one() {
    let cancel = step("+10s", "cancel", "pool = \"w\"");
    let again = step("+1000s", "apply", "pool = \"w\"");
    let events = events(&pool(2, "", &(cancel + &again)));
    // Ten seconds of w-2 before the cancel, 42 while w-1 ended; then, in the second rollout, 52 while w-1 had its turn.
    let waits: Vec<_> = reasons(&events)
        .into_iter()
        .filter(|(word, _)| matches!(*word, "slot" | "halted"))
        .collect();
    assert_eq!(waits, [("halted", 42.0), ("slot", 62.0)]);
}

/// Quarantined, without power, and then uncordoned: only that it is down counts, and that uses the slot.
#[test]
fn a_machine_that_is_no_longer_set_aside_uses_a_slot_while_it_is_down() {
    let blocked = workload("web", "5s", &["w-1"], "budget = { max_unavailable = 0 }");
    let timeline = step("+20s", "power-loss", "machine = \"w-1\"")
        + &step("+21s", "uncordon", "machine = \"w-1\"");
    let policy = "drain_timeout = \"10s\"\non_drain_timeout = \"quarantine\"";
    let events = events(&pool(3, policy, &(blocked + &timeline)));
    let starts = told(&events, "phase-started", "\"phase\":\"cordon\"", "machine");
    let starts: Vec<_> = starts
        .iter()
        .map(|(at, machine)| (*at, machine.as_str().unwrap()))
        .collect();
    // w-2 starts when w-1 is set aside, and w-3 never: the one slot is that of w-1 again.
    assert_eq!(starts, [(0.0, "w-1"), (11.0, "w-2")]);
}

#[test]
fn between_two_tries_a_drain_waits_for_no_pod() {
    let two = workload("web", "5s", &["w-1"], "budget = { max_unavailable = 1 }")
        + "[[budgets]]\nname = \"other\"\nworkloads = [\"web\"]\nmax_unavailable = 1\n"
        + &workload("slow", "30s", &["w-1"], "");
    let events = events(&pool(
        2,
        "on_drain_timeout = \"retry\"\nhalt_after = 1",
        &two,
    ));
    let why: Vec<_> = told(&events, "reason", "\"w-1\"", "reason")
        .into_iter()
        .filter(|(at, _)| (1.0..90.0).contains(at))
        .map(|(at, reason)| (at, reason.as_str().unwrap()))
        .collect();
    assert_eq!(why, [(1.0, "drain"), (1.0, "pod-grace"), (31.0, "drain")]);
}

#[test]
fn a_machine_that_is_drained_by_hand_is_not_uncordoned_meanwhile() {
    let slow = workload("web", "30s", &["w-1"], "");
    let timeline = step("+0s", "drain", "machine = \"w-1\"")
        + &step("+5s", "uncordon", "machine = \"w-1\"")
        + &step("+40s", "uncordon", "machine = \"w-1\"");
    let text = pool(2, "", &(slow + &timeline)).replace("do = \"apply\"", "do = \"cancel\"");
    let events = events(&text);
    let uncordons = told(&events, "step", "\"do\":\"uncordon\"", "refused");
    let refused: Vec<_> = uncordons
        .iter()
        .map(|(at, refused)| (*at, refused.is_null()))
        .collect();
    assert_eq!(refused, [(5.0, false), (40.0, true)]);
}

/// w-1 is emptied and updated; the three pods of w-2 then go there, although w-3, whose turn is still to come, is empty.
#[test]
fn a_machine_whose_turn_is_to_come_is_avoided_whether_or_not_a_pod_has_come_to_it() {
    let text = pool(3, "", &workload("web", "5s", &["w-2", "w-2", "w-2"], ""));
    let events = events(&format!("placement = \"prefer-updated\"\n{text}"));
    let placed = told(&events, "pod-placed", "default/web", "machine");
    let first: Vec<_> = placed
        .iter()
        .take(3)
        .map(|(_, machine)| machine.as_str().unwrap())
        .collect();
    assert_eq!(first, ["w-1", "w-1", "w-1"]);
}

/// The boot of w-1 hangs, its slot expires; when its turn comes again, it has a slot for a whole time to live.
#[test]
fn a_machine_that_starts_while_it_is_down_has_its_slot_for_a_whole_time_to_live() {
    let hangs = fault("w-1", "os", "do = \"fail\"\noccurrence = 1")
        + &fault("w-1", "os", "do = \"hang\"\noccurrence = 2");
    let retry = step("+500s", "retry", "pool = \"w\"");
    let events = events(&pool(1, "slot_ttl = \"100s\"", &(hangs + &retry)));
    let expired = told(&events, "slot-expired", "w-1", "machine");
    let expired: Vec<_> = expired.iter().map(|(at, _)| *at).collect();
    assert_eq!(expired, [116.0, 600.0]);
}

#[test]
fn a_bare_pod_that_is_made_again_has_another_name_than_the_one_that_ends() {
    let bare = workload("web", "30s", &["w-1", "w-2"], "kind = \"bare\"");
    let down = "workload = \"web\"\nreplicas = 1";
    let up = "workload = \"web\"\nreplicas = 2";
    let timeline = step("+10s", "scale", down) + &step("+10s", "scale", up);
    let text = pool(2, "", &(bare + &timeline)).replace("do = \"apply\"", "do = \"cancel\"");
    let events = events(&text);
    let created = told(&events, "pod-created", "default/web", "pod");
    let gone = told(&events, "pod-gone", "default/web", "pod");
    assert_eq!(created[0].1, "default/web-2-2");
    assert_eq!(gone[0].1, "default/web-2");
}

/// The pod's volume is on w-1, which is full when it is back: the reason changes, and so what a budget waits for.
#[test]
fn why_a_pod_waits_is_told_again_when_its_own_machine_is_back() {
    let bound = workload(
        "db",
        "5s",
        &["w-1"],
        "kind = \"stateful-set\"\nlocal_volume = true",
    );
    let other = workload("web", "5s", &["w-2"], "");
    let timeline = step("+2s", "cordon", "machine = \"w-2\"")
        + &step("+3s", "scale", "workload = \"web\"\nreplicas = 2")
        + &step("+10s", "drain", "machine = \"w-1\"")
        + &step("+60s", "scale", "workload = \"web\"\nreplicas = 3")
        + &step("+70s", "uncordon", "machine = \"w-1\"");
    let text = pool(2, "capacity = { pods = 1 }", &(bound + &other + &timeline))
        .replace("do = \"apply\"", "do = \"cancel\"");
    let events = events(&text);
    let why: Vec<_> = told(&events, "pod-pending", "default/db", "why")
        .into_iter()
        .map(|(at, why)| (at, why.as_str().unwrap()))
        .collect();
    assert_eq!(why, [(15.0, "volume-elsewhere"), (70.0, "no-room")]);
}
