//! Fetching an image: how machines share a line, and what an interruption costs.

use std::sync::Arc;

use proptest::prelude::*;

use super::{HARDWARE, fault, step, story, times};
use crate::engine::{Seed, Time};
use crate::fleet::{Blueprint, Event, MachineEvent, RunRow, Unobserved, World};
use crate::phase::Phase;
use crate::scenario::Scenario;

/// An image of 700 MB that is there from the start and waits to be applied, a line of 100 MB/s, and these pools.
fn fleet(pools: &str) -> String {
    format!(
        r#"{HARDWARE}
        [[clusters]]
        name = "c"
        link = "800Mbit/s"
        [images]
        dates = ["+0s"]
        size = "700MB"
        {pools}"#
    )
}

/// A pool of such machines to which the image is applied at an instant.
fn pool(name: &str, machines: u32, at: &str, policy: &str) -> String {
    let apply = step(at, "apply", &format!("pool = \"{name}\""));
    format!(
        "[[pools]]\nname = \"{name}\"\ncluster = \"c\"\nhardware = \"h\"\nmachines = {machines}\n{policy}\n{apply}"
    )
}

/// How a machine's fetches ended: when, how and after how long, in milliseconds.
fn fetches(text: &str, name: &str) -> Vec<(u64, &'static str, u64)> {
    let blueprint = Blueprint::new(Scenario::parse(text, "f", "f").unwrap());
    let mut events = Vec::new();
    World::new(&blueprint, Seed(1).of_run(0)).run(blueprint.horizon(), &mut events);
    let of_fetch = |(at, event): (Time, Event)| match event {
        Event::Machine {
            machine,
            what:
                MachineEvent::PhaseEnded {
                    phase: Phase::Fetch,
                    how,
                    after,
                },
        } if blueprint.machine_name(machine) == name => {
            Some((at.as_millis(), how.as_str(), after.as_millis()))
        }
        _ => None,
    };
    events.into_iter().filter_map(of_fetch).collect()
}

#[test]
fn a_machine_alone_takes_size_over_bandwidth_before_everything_else() {
    let story = story(&fleet(&pool("w", 1, "+0s", "")));
    insta::assert_snapshot!(story.join("\n"), @r"
    00:00:00  image 1 released, saved
    00:00:00  step: apply the newest image to w
    00:00:00  operation 1, w to revision 2: pending
    00:00:00  operation 1, w to revision 2: running
    00:00:07  w-1: fetch done after 7s
    00:00:08  w-1: cordon done after 1s
    00:00:18  w-1: drain done after 10s
    00:00:23  w-1: stop done after 5s
    00:00:23  w-1: down
    00:00:43  w-1: firmware done after 20s
    00:00:53  w-1: os done after 10s
    00:00:58  w-1: join done after 5s
    00:00:58  w-1: up
    00:00:59  w-1: uncordon done after 1s
    00:00:59  w-1: updated, runs revision 2
    00:00:59  operation 1, w to revision 2: succeeded

    finished after 59s, failed machines: 0
    ");
}

#[test]
fn a_slow_disk_is_the_limit_where_the_line_is_faster() {
    let slow = fleet(&pool("w", 1, "+0s", ""))
        .replace("[hardware.h]", "[hardware.h]\nimage_write = \"50MB/s\"");
    assert_eq!(fetches(&slow, "w-1"), [(14_000, "done", 14_000)]);
}

#[test]
fn machines_that_fetch_at_once_share_the_line() {
    let four = story(&fleet(&pool("w", 4, "+0s", "max_unavailable = 4")));
    assert_eq!(times(&four, "fetch done after 28s"), [28; 4]);
    let three = story(&fleet(&pool("w", 3, "+0s", "max_unavailable = 3")));
    assert_eq!(times(&three, "fetch done after 21s"), [21; 3]);
}

/// a has 400 MB left when b joins, and both get 50 MB/s: a ends 8 s later, when b has 300 MB left, for 3 s alone.
#[test]
fn one_that_joins_later_slows_the_others_down_until_they_have_ended() {
    let pools = pool("a", 1, "+10s", "") + &pool("b", 1, "+13s", "");
    let text = fleet(&pools);
    assert_eq!(fetches(&text, "a-1"), [(21_000, "done", 11_000)]);
    assert_eq!(fetches(&text, "b-1"), [(24_000, "done", 11_000)]);
}

/// The slow one takes 20 of the 100 MB/s, which leaves 80 to the other: 700 / 20 = 35 s and 700 / 80 = 8.75 s.
#[test]
fn what_one_cannot_write_the_others_get() {
    let pools = pool("a", 1, "+0s", "").replace("\"h\"", "\"slow\"") + &pool("b", 1, "+0s", "");
    let slow = "[hardware.slow]\nimage_write = \"20MB/s\"\nstop = \"1s\"\n";
    let text = fleet(&(pools + slow));
    assert_eq!(fetches(&text, "a-1"), [(35_000, "done", 35_000)]);
    assert_eq!(fetches(&text, "b-1"), [(8750, "done", 8750)]);
}

#[test]
fn each_cluster_has_its_own_line() {
    let other = "[[clusters]]\nname = \"d\"\nlink = \"100MB/s\"\n";
    let pools = pool("a", 1, "+0s", "") + &pool("b", 1, "+0s", "").replace("\"c\"", "\"d\"");
    let story = story(&fleet(&(pools + other)));
    assert_eq!(times(&story, "fetch done after 7s"), [7, 7]);
}

#[test]
fn a_machine_that_fetches_holds_its_slot() {
    let story = story(&fleet(&pool("w", 2, "+0s", "")));
    assert_eq!(times(&story, "fetch done"), [7, 66]);
    assert_eq!(times(&story, "updated"), [59, 118]);
}

/// It is back on its old revision at 45 s, 35 s after its power, and begins anew.
#[test]
fn one_that_loses_its_power_boots_what_it_had_and_fetches_again() {
    let power = step("+3s", "power-loss", "machine = \"w-1\"")
        + &step("+10s", "power-on", "machine = \"w-1\"");
    let text = fleet(&(pool("w", 1, "+0s", "") + &power));
    let told = story(&text);
    assert_eq!(
        fetches(&text, "w-1"),
        [(3000, "interrupted", 3000), (52_000, "done", 7000)]
    );
    assert_eq!(times(&told, "updated, runs revision 2"), [104]);
    let blueprint = Blueprint::new(Scenario::parse(&text, "f", "f").unwrap());
    let mut world = World::new(&blueprint, Seed(1).of_run(0));
    let revision_at = |world: &mut World, seconds: u64| {
        world.run_until(Time::from_millis(seconds * 1000), &mut Unobserved);
        let machine = blueprint.machines().next().unwrap();
        (
            world.machine(machine).revision,
            world.machine(machine).desired,
        )
    };
    assert_eq!(revision_at(&mut world, 46), (1, 1));
    assert_eq!(revision_at(&mut world, 53), (1, 2));
    assert_eq!(revision_at(&mut world, 104), (2, 2));
}

/// With the other's line to itself from 3 s on: 150 of 700 MB are there then, the rest takes 5.5 s.
#[test]
fn the_others_get_the_line_of_one_that_drops_out() {
    let pools = pool("a", 1, "+0s", "") + &pool("b", 1, "+0s", "");
    let power = step("+3s", "power-loss", "machine = \"a-1\"");
    let text = fleet(&(pools + &power));
    assert_eq!(fetches(&text, "b-1"), [(8500, "done", 8500)]);
}

#[test]
fn what_fails_later_does_not_fetch_again() {
    let retries = "retries = 1\nbackoff = \"1m\"";
    for phase in ["drain", "os"] {
        let fails = fault("w-1", phase, "do = \"fail\"");
        let story = story(&fleet(&(pool("w", 1, "+0s", retries) + &fails)));
        assert_eq!(times(&story, "fetch done"), [7], "{phase}");
        assert_eq!(
            times(&story, "updated, runs revision 2").len(),
            1,
            "{phase}"
        );
    }
}

#[test]
fn a_fetch_that_fails_or_hangs_is_tried_again_as_any_other_phase() {
    let retries = "retries = 1\nbackoff = \"1m\"";
    let fails = fault("w-1", "fetch", "do = \"fail\"");
    let failed = fleet(&(pool("w", 1, "+0s", retries) + &fails));
    assert_eq!(
        fetches(&failed, "w-1"),
        [(7000, "failed", 7000), (74_000, "done", 7000)]
    );
    let hangs = fault("w-1", "fetch", "do = \"hang\"");
    let limit = fleet(&(pool("w", 1, "+0s", retries) + &hangs)).replace(
        "[hardware.h]",
        "[hardware.h]\ntimeouts = { fetch = \"5m\" }",
    );
    let hung = story(&limit);
    assert_eq!(times(&hung, "fetch timed-out after 5m 00s"), [300]);
    assert_eq!(times(&hung, "fetch done after 7s"), [367]);
    let slow = fault("w-1", "fetch", "takes = \"40s\"");
    let slow = story(&fleet(&(pool("w", 1, "+0s", "") + &slow)));
    assert_eq!(times(&slow, "fetch done after 40s"), [40]);
}

/// Its os failed on the first image, so it is down. It boots that one, is up after 35 s, and fetches the second.
#[test]
fn a_machine_that_is_down_boots_what_it_has_and_then_fetches_the_newer_image() {
    let fails = fault("w-1", "os", "do = \"fail\"");
    let text = fleet(&(pool("w", 1, "+0s", "") + &fails))
        .replace("dates = [\"+0s\"]", "dates = [\"+0s\", \"+1h\"]")
        + &step("+1h", "apply", "pool = \"w\"");
    let story = story(&text);
    assert_eq!(times(&story, "FAILED in os"), [53]);
    assert_eq!(times(&story, "fetch done"), [7, 3600 + 35 + 7]);
    // It is drained already: stop, boot, join and uncordon are left.
    assert_eq!(times(&story, "updated, runs revision 3"), [3600 + 42 + 41]);
}

#[test]
fn hardware_of_one_phase_fetches_before_it() {
    let hardware = "[hardware.one]\nupdate = \"5m\"\n";
    let pool = pool("w", 2, "+0s", "max_unavailable = 2").replace("\"h\"", "\"one\"");
    let told = story(&fleet(&(pool.clone() + hardware)));
    assert_eq!(times(&told, "fetch done after 14s"), [14, 14]);
    assert_eq!(times(&told, "update done after 5m 00s"), [314, 314]);
    let power = step("+3s", "power-loss", "machine = \"w-1\"")
        + &step("+10s", "power-on", "machine = \"w-1\"");
    let interrupted = story(&fleet(&(pool + hardware + &power)));
    assert_eq!(
        times(&interrupted, "w-1: update done"),
        [310, 310 + 7 + 300]
    );
    assert_eq!(times(&interrupted, "w-1: updated"), [617]);
}

#[test]
fn what_is_no_image_or_has_no_size_is_not_fetched() {
    let given = pool("w", 1, "+0s", "") + "revision = 5\n";
    assert!(fetches(&fleet(&given), "w-1").is_empty());
    let without = fleet(&pool("w", 1, "+0s", "")).replace("size = \"700MB\"", "");
    assert!(fetches(&without, "w-1").is_empty());
    assert_eq!(times(&story(&without), "updated, runs revision 2"), [52]);
}

/// Alone a machine would need 59 s, and no schedule can be sure to be slower.
#[test]
fn what_machines_lose_by_sharing_is_no_part_of_the_lower_bound() {
    let text = fleet(&pool("w", 4, "+0s", "max_unavailable = 4"));
    let blueprint = Blueprint::new(Scenario::parse(&text, "f", "f").unwrap());
    let row = RunRow::of_run(&Arc::clone(&blueprint), Seed(1).of_run(0));
    assert_eq!(row.end, Some(Time::from_millis(80_000)));
    assert_eq!(row.bound, Some(Time::from_millis(59_000)));
}

/// The pod's image was on the machine before its update, and still is.
#[test]
fn the_cache_of_container_images_survives_an_update() {
    let workload = r#"
        [[workloads]]
        name = "db"
        kind = "stateful-set"
        local_volume = true
        termination = "1s"
        startup = "1s"
        image_pull = "10m"
    "#;
    let story = story(&fleet(&(pool("w", 1, "+0s", "") + workload)));
    let uncordoned = times(&story, "uncordon done");
    assert_eq!(uncordoned.len(), 1);
    assert_eq!(times(&story, "default/db-0: ready"), [uncordoned[0] + 1]);
}

/// When fetches of so many bytes end that begin at these milliseconds and can write so many bytes a millisecond, on a
/// line of so many: millisecond by millisecond, with the level found by halving.
fn ends_step_by_step(size: f64, capacity: f64, fetches: &[(u32, f64)]) -> Vec<u32> {
    let mut left: Vec<f64> = fetches.iter().map(|_| size).collect();
    let mut ends = vec![0; fetches.len()];
    let mut now = 0;
    while left.iter().any(|left| *left > 0.0) {
        let is_active = |at: usize, left: &[f64]| fetches[at].0 <= now && left[at] > 0.0;
        let active: Vec<usize> = (0..fetches.len())
            .filter(|at| is_active(*at, &left))
            .collect();
        let used = |level: f64| -> f64 { active.iter().map(|at| fetches[*at].1.min(level)).sum() };
        let (mut low, mut high) = (0.0, capacity);
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if used(middle) > capacity {
                high = middle;
            } else {
                low = middle;
            }
        }
        now += 1;
        for at in active {
            left[at] -= fetches[at].1.min(high);
            // What is left of a byte is arithmetic.
            if left[at] < 1.0 {
                left[at] = 0.0;
                ends[at] = now;
            }
        }
    }
    ends
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_shared_line_ends_every_fetch_when_small_steps_do(
        fetches in prop::collection::vec((0..40_000_u32, prop::sample::select(vec![5_u32, 20, 45, 1000])), 1..7),
    ) {
        let mut text = fleet("");
        for (number, (at, most)) in fetches.iter().enumerate() {
            let own = pool(&format!("p{number}"), 1, &format!("{at}ms"), "");
            text += &own.replace("\"h\"", &format!("\"h{number}\""));
            let hardware = format!("[hardware.h{number}]\nstop = \"1s\"\nimage_write = \"{most}MB/s\"\n");
            text += &hardware;
        }
        let steps: Vec<_> = fetches.iter().map(|(at, most)| (*at, f64::from(*most) * 1000.0)).collect();
        let expected = ends_step_by_step(700e6, 100_000.0, &steps);
        for (number, expected) in expected.into_iter().enumerate() {
            let ended = self::fetches(&text, &format!("p{number}-1"))[0].0;
            // Each of the others may have been rounded up by one.
            let apart = ended.abs_diff(u64::from(expected));
            prop_assert!(apart <= fetches.len() as u64, "p{}: {} and {}\n{}", number, ended, expected, text);
        }
    }
}
