//! What changes a draw, and what does not.

use std::sync::Arc;

use super::{fault, pool, step, story};
use crate::engine::{Seed, Time};
use crate::fleet::{Blueprint, RunRow, Unobserved, World};
use crate::scenario::Scenario;

/// The phases that machines of the pool `p` of servers went through in its rollouts, with their durations.
fn durations(policy: &str, rest: &str) -> Vec<String> {
    let text = format!(
        r#"
        [hardware.server]
        fails = {{ drain = "20%" }}
        [[pools]]
        name = "p"
        machines = 20
        hardware = "server"
        retries = 5
        halt_after = "never"
        {policy}
        [[steps]]
        at = "+5d"
        do = "apply"
        pool = "p"
        revision = 7
        {rest}"#
    );
    let lines = story(&text)
        .into_iter()
        .filter(|line| line.contains(" done after "));
    let mut lines: Vec<_> = lines
        .map(|line| line.split_once("  ").unwrap().1.to_owned())
        .collect();
    lines.sort();
    lines
}

#[test]
fn no_policy_changes_a_draw() {
    let usual = durations("max_unavailable = 3", "");
    assert!(usual.len() > 150);
    for policy in [
        "max_unavailable = 9",
        "max_unavailable = 3\nmode = \"lock-step\"",
        "max_unavailable = 3\norder = \"random\"",
        "max_unavailable = 3\nbackoff = \"7m\"",
    ] {
        assert_eq!(durations(policy, ""), usual, "{policy}");
    }
    let paused =
        step("+7210m", "pause", "pool = \"p\"") + &step("+7240m", "resume", "pool = \"p\"");
    assert_eq!(durations("max_unavailable = 3", &paused), usual);
}

#[test]
fn an_earlier_rollout_changes_no_draw_of_a_later_one() {
    let alone = durations("max_unavailable = 3", "");
    let before = durations(
        "max_unavailable = 3",
        "[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = \"p\"\nrevision = 9\n",
    );
    for line in &alone {
        assert!(before.contains(line), "{line}");
    }
    assert_eq!(before.len(), 2 * alone.len());
}

#[test]
fn one_more_machine_changes_no_other_machines_draws() {
    let text = |machines: u32| {
        format!(
            "[[pools]]\nname = \"p\"\nmachines = {machines}\nhardware = \"server\"\nmax_unavailable = 50\n{}",
            step("+0s", "apply", "pool = \"p\"")
        )
    };
    let of_machines = |machines: u32| {
        let story = story(&text(machines));
        let mut lines: Vec<_> = story
            .into_iter()
            .filter(|line| line.contains("done") && !line.contains("p-21:"))
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(of_machines(20), of_machines(21));
}

#[test]
fn to_clone_a_world_is_to_keep_that_instant() {
    let text = pool(
        20,
        "max_unavailable = 3\norder = \"random\"",
        &fault("w-4", "join", "do = \"fail\""),
    );
    let blueprint = Blueprint::new(Scenario::parse(&text, "test", "test").unwrap());
    let play = |mut world: World| {
        let mut events = Vec::new();
        let row = RunRow::of_observed_run(&mut world, &mut events);
        (row, events)
    };
    let mut world = World::new(&blueprint, Seed(3).of_run(5));
    let (whole, _) = play(world.clone());
    world.run_until(Time::from_millis(100_000), &mut Unobserved);
    assert_eq!(play(world.clone()), play(world.clone()));
    assert_eq!(play(world).0, whole);
    assert_eq!(Arc::strong_count(&blueprint), 1);
}

/// Where pods run, they go elsewhere when there is another machine; what the machines themselves take stays.
#[test]
fn one_more_machine_changes_no_draw_of_another_where_pods_run() {
    let boots = |machines: u32| {
        let text = format!(
            r#"
            [[pools]]
            name = "p"
            machines = {machines}
            hardware = "server"
            max_unavailable = 2
            drain_timeout = "none"
            [[workloads]]
            name = "web"
            replicas = 30
            budget = {{ max_unavailable = "20%" }}
            {}"#,
            step("+0s", "apply", "pool = \"p\"")
        );
        let own = |line: &String| {
            let of_boot = ["stop", "firmware", "os", "join"];
            of_boot
                .iter()
                .any(|phase| line.contains(&format!(": {phase} done after")))
                && !line.contains("p-9:")
        };
        let mut lines: Vec<_> = story(&text)
            .into_iter()
            .filter(own)
            .map(|line| line.split_once("  ").unwrap().1.to_owned())
            .collect();
        lines.sort();
        lines
    };
    let usual = boots(8);
    assert_eq!(usual.len(), 32);
    assert_eq!(boots(9), usual);
}
