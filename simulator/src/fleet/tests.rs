//! The rules of the model, each seen in the story of one small run.

mod absence;
mod bad_revisions;
mod boots;
mod canaries;
mod churn;
mod crashes;
mod drains;
mod draws;
mod fetch;
mod found;
mod gates;
mod hands;
mod hazard;
mod hold;
mod images;
mod owners;
mod polling;
mod progress;
mod windows;

use super::{Blueprint, Reason, RunRow};
use crate::engine::Seed;
use crate::replay::{Style, replay};
use crate::scenario::Scenario;

/// Machines whose phases take 1, 10, 5, 20, 10, 5, 1 and 0 seconds: 52 in all.
const HARDWARE: &str = r#"
    [hardware.h]
    cordon = "1s"
    drain = "10s"
    stop = "5s"
    firmware = "20s"
    os = "10s"
    join = "5s"
    uncordon = "1s"
"#;

/// The pool `w` of such machines with this policy, and `apply` at the start; then whatever else `rest` says.
fn pool(machines: u32, policy: &str, rest: &str) -> String {
    format!(
        r#"{HARDWARE}
        [[pools]]
        name = "w"
        machines = {machines}
        hardware = "h"
        {policy}
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "w"
        {rest}"#
    )
}

fn step(at: &str, deed: &str, target: &str) -> String {
    format!("[[steps]]\nat = \"{at}\"\ndo = \"{deed}\"\n{target}\n")
}

fn fault(machine: &str, phase: &str, rest: &str) -> String {
    format!("[[faults]]\nmachine = \"{machine}\"\nphase = \"{phase}\"\n{rest}\n")
}

/// How run 0 ended.
fn row(text: &str) -> RunRow {
    let blueprint = Blueprint::new(Scenario::parse(text, "test", "test").unwrap());
    RunRow::of_run(&blueprint, Seed(1).of_run(0))
}

/// How long the machines of the first pool had a reason, all together, in seconds.
fn waited(row: &RunRow, of: Reason) -> u64 {
    let mut reasons = row.pools[0].reasons.iter();
    let found = reasons.find(|(reason, _)| *reason == of);
    found.map_or(0, |(_, span)| span.as_millis() / 1000)
}

/// The story of run 0, without its opening.
fn story(text: &str) -> Vec<String> {
    let scenario = Scenario::parse(text, "test", "test").unwrap();
    let mut told = Vec::new();
    replay(
        &Blueprint::new(scenario),
        Seed(1),
        0,
        Style::Story,
        &mut told,
    )
    .unwrap();
    let told = String::from_utf8(told).unwrap();
    told.lines().skip(2).map(str::to_owned).collect()
}

/// The times of the lines that say `what`, in seconds.
fn times(story: &[String], what: &str) -> Vec<u32> {
    let lines = story.iter().filter(|line| line.contains(what));
    lines
        .map(|line| {
            let (day, clock) = match line.split_once("d ") {
                Some((days, rest)) if days.len() < 4 => (days.parse().unwrap(), rest),
                _ => (0_u32, &line[..]),
            };
            let clock = clock.split_whitespace().next().unwrap();
            let parts = clock.split(':').map(|part| part.parse::<u32>().unwrap());
            day * 86_400 + parts.fold(0, |seconds, part| seconds * 60 + part)
        })
        .collect()
}

#[test]
fn a_machine_goes_through_every_phase_in_order() {
    let story = story(&pool(1, "", ""));
    insta::assert_snapshot!(story.join("\n"), @r"
    00:00:00  step: apply revision 2 to w
    00:00:00  operation 1, w to revision 2: pending
    00:00:00  operation 1, w to revision 2: running
    00:00:01  w-1: cordon done after 1s
    00:00:11  w-1: drain done after 10s
    00:00:16  w-1: stop done after 5s
    00:00:16  w-1: down
    00:00:36  w-1: firmware done after 20s
    00:00:46  w-1: os done after 10s
    00:00:51  w-1: join done after 5s
    00:00:51  w-1: up
    00:00:52  w-1: uncordon done after 1s
    00:00:52  w-1: updated, runs revision 2
    00:00:52  operation 1, w to revision 2: succeeded

    finished after 52s, failed machines: 0
    ");
}

#[test]
fn a_free_slot_takes_the_next_machine_by_natural_order() {
    let story = story(&pool(11, "max_unavailable = 3", ""));
    assert_eq!(
        times(&story, ": cordon done"),
        [1, 1, 1, 53, 53, 53, 105, 105, 105, 157, 157]
    );
    let first = story
        .iter()
        .find(|line| line.starts_with("00:02:37"))
        .unwrap();
    assert!(first.contains("w-10:"), "{first}");
}

#[test]
fn lock_step_waits_for_the_slowest_of_a_batch() {
    let slow = fault("w-1", "drain", "takes = \"40s\"");
    let rolling = story(&pool(4, "max_unavailable = 2", &slow));
    assert_eq!(times(&rolling, "updated"), [52, 82, 104, 134]);
    let batches = story(&pool(4, "max_unavailable = 2\nmode = \"lock-step\"", &slow));
    assert_eq!(times(&batches, "updated"), [52, 82, 134, 134]);
}

#[test]
fn a_halt_lets_what_is_in_flight_end_and_starts_nothing() {
    let fails = fault("w-1", "drain", "do = \"fail\"");
    let story = story(&pool(5, "max_unavailable = 2", &fails));
    assert_eq!(times(&story, "FAILED in drain"), [11]);
    assert_eq!(times(&story, "updated"), [52]);
    assert_eq!(times(&story, "failed (halted)"), [52]);
    assert_eq!(story.last().unwrap(), "halted, failed machines: 1");
}

#[test]
fn a_failed_machine_keeps_its_slot_when_it_is_down_or_cordoned() {
    let fails = fault("w-1", "os", "do = \"fail\"");
    let stuck = story(&pool(3, "halt_after = \"never\"", &fails));
    let nobody = "w: 1 machine is down and nobody repairs it ([[hands]])";
    assert!(stuck.ends_with(&["stalled, failed machines: 1".to_owned(), nobody.to_owned()]));
    assert!(times(&stuck, "updated").is_empty());
    let two = story(&pool(
        3,
        "halt_after = \"never\"\nmax_unavailable = 2",
        &fails,
    ));
    assert_eq!(times(&two, "updated"), [52, 104]);
    assert_eq!(
        two.last().unwrap(),
        "finished after 1m 44s, failed machines: 1"
    );
}

#[test]
fn a_machine_that_fails_its_soak_is_up_and_frees_its_slot() {
    let fails = fault("w-1", "soak", "do = \"fail\"");
    let story = story(&pool(2, "halt_after = \"never\"", &fails));
    assert_eq!(times(&story, "FAILED in soak, runs revision 2"), [52]);
    assert_eq!(times(&story, "updated"), [104]);
}

#[test]
fn a_phase_that_ends_at_its_time_out_has_ended_in_time() {
    let limits = |drain: &str| format!("[hardware.h.timeouts]\ndrain = \"{drain}\"");
    assert_eq!(times(&story(&pool(1, "", &limits("10s"))), "updated"), [52]);
    let late = story(&pool(1, "", &limits("9999ms")));
    assert_eq!(
        late.iter()
            .filter(|line| line.contains("drain timed-out"))
            .count(),
        1
    );
}

#[test]
fn a_boot_time_out_fails_the_machine_or_power_cycles_it_so_many_times() {
    let hangs = format!(
        "{}\n[hardware.h.timeouts]\nboot = \"60s\"",
        fault("w-1", "os", "do = \"hang\"\noccurrence = \"every\"")
    );
    let fails = story(&pool(1, "", &hangs));
    assert_eq!(times(&fails, "FAILED in os"), [16 + 60]);
    let cycles = story(&pool(
        1,
        "on_boot_timeout = \"power-cycle\"\npower_cycles = 2",
        &hangs,
    ));
    assert_eq!(times(&cycles, "power-cycled"), [76, 136]);
    assert_eq!(times(&cycles, "FAILED in os"), [196]);
    let once = hangs.replace("occurrence = \"every\"", "");
    let comes_back = story(&pool(1, "on_boot_timeout = \"power-cycle\"", &once));
    assert_eq!(times(&comes_back, "updated"), [76 + 36]);
}

#[test]
fn a_retry_goes_on_where_the_machine_is() {
    let drain = fault("w-1", "drain", "do = \"fail\"");
    let drained = story(&pool(1, "retries = 1\nbackoff = \"30s\"", &drain));
    assert_eq!(times(&drained, "retry 1 in 30s"), [11]);
    assert_eq!(times(&drained, ": cordon done"), [1]);
    assert_eq!(times(&drained, "drain done"), [51]);
    let stop = fault("w-1", "stop", "do = \"fail\"");
    let stopped = story(&pool(1, "retries = 1\nbackoff = \"30s\"", &stop));
    assert_eq!(times(&stopped, "drain done"), [11]);
    assert_eq!(times(&stopped, "stop done"), [16 + 30 + 5]);
    let join = fault("w-1", "join", "do = \"fail\"");
    let joined = story(&pool(1, "retries = 1\nbackoff = \"0s\"", &join));
    assert_eq!(times(&joined, "firmware done"), [36, 71]);
}

#[test]
fn waits_before_retries_double() {
    let fails = fault("w-1", "drain", "do = \"fail\"\noccurrence = \"every\"");
    let story = story(&pool(1, "retries = 3\nbackoff = \"10s\"", &fails));
    assert_eq!(times(&story, "drain failed, retry"), [11, 31, 61]);
    assert_eq!(times(&story, "FAILED"), [111]);
}

#[test]
fn an_operators_retry_resumes_with_what_is_left() {
    let rest = fault("w-2", "os", "do = \"fail\"") + &step("+10m", "retry", "pool = \"w\"");
    let story = story(&pool(3, "", &rest));
    assert_eq!(times(&story, "failed (halted)"), [52 + 46]);
    assert_eq!(times(&story, "w-1: cordon done"), [1]);
    assert_eq!(times(&story, "w-2: updated"), [600 + 36]);
    assert_eq!(times(&story, "w-3: updated"), [600 + 36 + 52]);
    assert_eq!(
        story.last().unwrap(),
        "finished after 11m 28s, failed machines: 0"
    );
}

#[test]
fn a_retry_of_what_did_not_fail_is_refused_and_told() {
    let story = story(&pool(
        1,
        "",
        &(step("+30s", "retry", "pool = \"w\"") + &step("+5m", "retry", "pool = \"w\"")),
    ));
    assert_eq!(
        times(
            &story,
            "refused: an operation of the pool is still going on"
        ),
        [30]
    );
    assert_eq!(
        times(&story, "refused: the pool has no failed operation"),
        [300]
    );
}

#[test]
fn a_pause_holds_the_next_start_and_not_what_is_in_flight() {
    let rest = step("+10s", "pause", "pool = \"w\"") + &step("+200s", "resume", "pool = \"w\"");
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "updated"), [52, 252]);
}

#[test]
fn a_cancel_ends_the_operation_when_what_is_in_flight_has_ended() {
    let story = story(&pool(3, "", &step("+10s", "cancel", "pool = \"w\"")));
    assert_eq!(times(&story, "cancelling"), [10]);
    assert_eq!(times(&story, "updated"), [52]);
    assert_eq!(times(&story, "cancelled (cancelled)"), [52]);
    assert_eq!(story.last().unwrap(), "halted, failed machines: 0");
}

#[test]
fn an_operation_that_takes_too_long_fails_and_leaves_machines() {
    let story = story(&pool(3, "operation_timeout = \"60s\"", ""));
    assert_eq!(times(&story, "updated"), [52, 104]);
    assert_eq!(times(&story, "failed (timed-out)"), [104]);
    assert_eq!(story.last().unwrap(), "halted, failed machines: 0");
}

#[test]
fn a_second_rollout_waits_for_the_first_and_takes_what_it_left() {
    let again = step("+20s", "apply", "pool = \"w\"");
    let queued = story(&pool(2, "", &again));
    assert_eq!(
        times(&queued, "operation 2, w to revision 3: pending"),
        [20]
    );
    assert_eq!(
        times(&queued, "operation 2, w to revision 3: running"),
        [104]
    );
    assert_eq!(
        queued.last().unwrap(),
        "finished after 3m 28s, failed machines: 0"
    );
    let fails = fault("w-1", "drain", "do = \"fail\"");
    let taken_over = story(&pool(2, "", &(again + &fails)));
    assert_eq!(
        times(&taken_over, "w-1: updated, runs revision 3"),
        [20 + 51]
    );
    assert_eq!(
        times(&taken_over, "w-2: updated, runs revision 3"),
        [20 + 51 + 52]
    );
    assert_eq!(
        taken_over.last().unwrap(),
        "finished after 2m 03s, failed machines: 1"
    );
}

#[test]
fn a_machine_without_power_uses_a_slot_and_boots_when_it_is_back() {
    let rest = step("+5s", "power-loss", "machine = \"w-2\"")
        + &step("+300s", "power-on", "machine = \"w-2\"");
    let story = story(&pool(2, "", &rest));
    assert_eq!(times(&story, "w-1: updated"), [52]);
    assert_eq!(times(&story, "w-2: up"), [335, 386, 387]);
    assert_eq!(times(&story, "w-2: cordon done"), [336]);
}

#[test]
fn a_machine_that_loses_power_in_its_update_boots_into_the_revision() {
    let rest = step("+5s", "power-loss", "machine = \"w-1\"")
        + &step("+60s", "power-on", "machine = \"w-1\"");
    let story = story(&pool(1, "", &rest));
    assert_eq!(times(&story, "drain interrupted"), [5]);
    assert_eq!(times(&story, "w-1: updated, runs revision 2"), [60 + 36]);
}

#[test]
fn a_machine_that_hangs_without_a_limit_stalls_the_rollout() {
    let story = story(&pool(2, "", &fault("w-1", "os", "do = \"hang\"")));
    let nobody = "w: 1 machine is down and nobody repairs it ([[hands]])";
    assert!(story.ends_with(&["stalled, failed machines: 0".to_owned(), nobody.to_owned()]));
}

#[test]
fn what_is_still_to_come_at_the_horizon_is_not_called_stalled() {
    let story = story(&format!("horizon = \"60s\"\n{}", pool(2, "", "")));
    assert_eq!(story.last().unwrap(), "horizon, failed machines: 0");
}

#[test]
fn zones_and_ages_decide_the_order() {
    let list = r#"[
        { name = "m1", zone = "b", age = "1d" },
        { name = "m2", zone = "a", age = "2d" },
        { name = "m3" },
        { name = "m4", zone = "a", age = "9d" },
    ]"#;
    let order = |order: &str| {
        let text = pool(1, &format!("order = \"{order}\""), "")
            .replace("machines = 1", &format!("machines = {list}"));
        let story = story(&text);
        let updated = story.iter().filter(|line| line.contains("updated"));
        updated
            .map(|line| line[10..12].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(order("name"), ["m1", "m2", "m3", "m4"]);
    assert_eq!(order("oldest"), ["m4", "m2", "m1", "m3"]);
    assert_eq!(order("zone"), ["m4", "m2", "m1", "m3"]);
    assert_ne!(order("random"), order("name"));
}

#[test]
fn a_revision_is_not_reached_by_a_machine_that_will_boot_another() {
    let fails = fault("w-1", "drain", "do = \"fail\"");
    let left_cordoned = step("+200s", "retry", "pool = \"w\"")
        + &step("+200s", "cancel", "pool = \"w\"")
        + &step("+500s", "apply", "pool = \"w\"\nrevision = 1");
    let story = story(&pool(1, "", &(fails + &left_cordoned)));
    assert_eq!(
        times(&story, "operation 1, w to revision 2: cancelled"),
        [200]
    );
    assert_eq!(times(&story, "w-1: uncordon done"), [501]);
    assert_eq!(
        times(&story, "operation 2, w to revision 1: succeeded"),
        [501]
    );
}

#[test]
fn a_failed_uncordon_is_uncordoned_again_and_soaks() {
    let rest = step("+500ms", "power-loss", "machine = \"w-1\"")
        + &step("+1s", "power-on", "machine = \"w-1\"")
        + &fault("w-1", "uncordon", "do = \"fail\"")
        + "[[faults]]\nmachine = \"w-1\"\nphase = \"soak\"\ntakes = \"1h\"\n";
    let story = story(&pool(1, "retries = 1\nbackoff = \"4s\"", &rest));
    assert_eq!(times(&story, "uncordon failed"), [37, 37]);
    assert_eq!(times(&story, "uncordon done"), [42]);
    assert_eq!(times(&story, "updated"), [42 + 3600]);
}

#[test]
fn an_operators_retry_of_a_failed_soak_soaks_again() {
    let rest = fault("w-1", "soak", "do = \"fail\"\ntakes = \"10s\"")
        + "[[faults]]\nmachine = \"w-1\"\nphase = \"soak\"\noccurrence = 2\ntakes = \"20s\"\n"
        + &step("+100s", "retry", "pool = \"w\"");
    let story = story(&pool(1, "", &rest));
    assert_eq!(times(&story, "FAILED in soak"), [62]);
    assert_eq!(times(&story, "updated"), [120]);
}

#[test]
fn boots_outside_a_rollout_do_not_use_up_its_power_cycles() {
    let limit = "[hardware.h.timeouts]\nboot = \"60s\"\n";
    let hangs = |occurrence: u32| {
        fault(
            "w-2",
            "os",
            &format!("do = \"hang\"\noccurrence = {occurrence}"),
        )
    };
    let rest = limit.to_owned()
        + &fault("w-1", "drain", "takes = \"1h\"")
        + &step("+10s", "power-loss", "machine = \"w-2\"")
        + &step("+20s", "power-on", "machine = \"w-2\"")
        + &[1, 2, 3].map(hangs).concat();
    let policy = "halt_after = \"never\"\non_boot_timeout = \"power-cycle\"";
    let story = story(&pool(2, policy, &rest));
    assert_eq!(times(&story, "w-2: power-cycled"), [80, 3642 + 60]);
    assert_eq!(times(&story, "w-2: updated"), [3642 + 60 + 36]);
}

#[test]
fn a_retry_that_waits_fails_when_the_operation_stops() {
    let fails = fault("w-1", "drain", "do = \"fail\"");
    let policy = "retries = 1\nbackoff = \"1h\"";
    let cancelled = story(&pool(
        2,
        policy,
        &(fails + &step("+30s", "cancel", "pool = \"w\"")),
    ));
    assert_eq!(times(&cancelled, "w-1: FAILED in drain"), [30]);
    assert_eq!(times(&cancelled, "cancelled (cancelled)"), [30]);
    let both = fault("w-1", "drain", "do = \"fail\"")
        + &fault("w-2", "stop", "do = \"fail\"\noccurrence = \"every\"");
    let policy = "retries = 0\nmax_unavailable = 2";
    let halted = story(&pool(3, policy, &both));
    assert_eq!(times(&halted, "FAILED"), [11, 16]);
    let late = fault("w-1", "drain", "do = \"fail\"") + &fault("w-2", "stop", "do = \"fail\"");
    let stopping = story(&pool(
        2,
        "retries = 1\nmax_unavailable = 2\noperation_timeout = \"15s\"",
        &late,
    ));
    assert_eq!(times(&stopping, "w-1: FAILED in drain"), [15]);
    assert_eq!(times(&stopping, "w-2: FAILED in stop"), [16]);
}

#[test]
fn a_retry_waits_for_the_end_of_a_pause_too() {
    let rest = fault("w-1", "drain", "do = \"fail\"")
        + &step("+12s", "pause", "pool = \"w\"")
        + &step("+100s", "resume", "pool = \"w\"");
    let story = story(&pool(1, "retries = 1\nbackoff = \"10s\"", &rest));
    assert_eq!(times(&story, "drain done"), [110]);
}

#[test]
fn a_power_outage_does_not_stop_the_time_limit_of_a_phase() {
    let rest = "[hardware.h.timeouts]\ndrain = \"20s\"\n".to_owned()
        + &step("+5s", "power-loss", "machine = \"w-1\"");
    let story = story(&pool(1, "", &rest));
    assert_eq!(times(&story, "w-1: FAILED in drain"), [21]);
}

#[test]
fn a_machine_that_waits_for_its_retry_boots_when_its_power_is_back() {
    let rest = fault("w-1", "drain", "do = \"fail\"")
        + &step("+20s", "power-loss", "machine = \"w-1\"")
        + &step("+30s", "power-on", "machine = \"w-1\"");
    let story = story(&pool(1, "retries = 1\nbackoff = \"1h\"", &rest));
    assert_eq!(times(&story, "w-1: updated, runs revision 2"), [30 + 36]);
}

#[test]
fn the_time_limit_of_an_operation_ends_with_it() {
    let rest = step("+60s", "apply", "pool = \"w\"");
    let story = story(&pool(2, "operation_timeout = \"105s\"", &rest));
    assert_eq!(
        times(&story, "operation 1, w to revision 2: succeeded"),
        [104]
    );
    assert_eq!(
        times(&story, "operation 2, w to revision 3: succeeded"),
        [208]
    );
}

#[test]
fn what_comes_too_late_to_stop_an_operation_does_not_fail_it() {
    for rest in [step("+10s", "cancel", "pool = \"w\""), String::new()] {
        let policy = if rest.is_empty() {
            "operation_timeout = \"10s\""
        } else {
            ""
        };
        let story = story(&pool(1, policy, &rest));
        assert_eq!(
            times(&story, "operation 1, w to revision 2: succeeded"),
            [52]
        );
    }
}

#[test]
fn one_duration_for_everything_can_time_out_and_be_power_cycled() {
    let text = r#"
        [hardware.h]
        update = "5m"
        timeouts = { boot = "10m" }
        [[pools]]
        name = "w"
        machines = 1
        hardware = "h"
        on_boot_timeout = "power-cycle"
        [[faults]]
        machine = "w-1"
        phase = "update"
        do = "hang"
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "w"
    "#;
    let story = story(text);
    assert_eq!(times(&story, "power-cycled"), [600]);
    assert_eq!(times(&story, "w-1: updated"), [900]);
}
