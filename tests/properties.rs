//! What holds in every run, over random scenarios, checked on nothing but the event log of `replay -o json`.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use serde_json::Value;
use tests::{ScenarioFile, meltdeck};

/// A random scenario: one or two pools with a random policy, phases that fail and hang, and random steps.
pub(crate) fn scenario() -> impl Strategy<Value = String> {
    let policy = (
        1..=5_u32,
        any::<bool>(),
        0..4_usize,
        0..4_u32,
        0..3_u32,
        0..3_u32,
    );
    let pool = (1..=9_u32, policy);
    let step = (0..8_usize, 0..7200_u32, 1..=9_u32, 0..2_usize);
    let chances = (0..20_u32, 0..10_u32, any::<bool>());
    (
        prop::collection::vec(pool, 1..3),
        prop::collection::vec(step, 0..8),
        chances,
    )
        .prop_map(|(pools, steps, chances)| {
            let mut text = hardware(chances);
            for (number, (machines, policy)) in pools.iter().enumerate() {
                text += &pool_text(number, *machines, *policy);
            }
            for (deed, at, machine, pool) in steps {
                text += &step_text(
                    deed,
                    at,
                    machine.min(pools[pool.min(pools.len() - 1)].0),
                    pool.min(pools.len() - 1),
                );
            }
            text
        })
}

fn hardware((fails, hangs, one_phase): (u32, u32, bool)) -> String {
    if one_phase {
        return format!(
            "[hardware.h]\nupdate = {{ exponential = {{ mean = \"5m\" }} }}\nfails.update = \"{fails}%\"\nhangs.update = \"{hangs}%\"\ntimeouts.update = \"30m\"\n"
        );
    }
    format!(
        r#"[hardware.h]
        like = "vm"
        soak = "90s"
        fails = {{ drain = "{fails}%", os = "{hangs}%", soak = "{hangs}%" }}
        hangs = {{ os = "{hangs}%", stop = "1%" }}
        rolls_back = "{hangs}%"
        loops = "{hangs}%"
        not_ready = "{hangs}%"
        "#
    )
}

fn pool_text(number: usize, machines: u32, policy: (u32, bool, usize, u32, u32, u32)) -> String {
    let (slots, lock_step, order, halt, retries, cycles) = policy;
    let order = ["name", "oldest", "zone", "random"][order];
    let mode = if lock_step { "lock-step" } else { "rolling" };
    let mut text = format!(
        r#"
        [[pools]]
        name = "p{number}"
        machines = {machines}
        zones = ["a", "b"]
        hardware = "h"
        max_unavailable = {slots}
        mode = "{mode}"
        order = "{order}"
        retries = {retries}
        "#
    );
    match halt {
        0 => text += "halt_after = \"never\"\n",
        halt => writeln!(text, "halt_after = {halt}").unwrap(),
    }
    if cycles > 0 {
        writeln!(
            text,
            "on_boot_timeout = \"power-cycle\"\npower_cycles = {cycles}"
        )
        .unwrap();
    }
    text + &format!("[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = \"p{number}\"\n")
}

fn step_text(deed: usize, at: u32, machine: u32, pool: usize) -> String {
    let deeds = [
        "retry",
        "pause",
        "resume",
        "cancel",
        "power-loss",
        "power-on",
        "crash",
        "repair",
    ];
    let target = if deed < 4 {
        format!("pool = \"p{pool}\"")
    } else {
        format!("machine = \"p{pool}-{machine}\"")
    };
    format!(
        "[[steps]]\nat = \"+{at}s\"\ndo = \"{}\"\n{target}\n",
        deeds[deed]
    )
}

/// Images with a size, applied by a random policy, for the pools of a random scenario.
fn with_images(
    text: &str,
    (rule, one_by_one, has_canary, hours): (usize, bool, bool, u32),
) -> String {
    let rule = ["cancel", "finish", "skip"][rule];
    let mode = ["parallel", "pool-after-pool"][usize::from(one_by_one)];
    let is_several = text.contains("name = \"p1\"");
    let canary = if has_canary && is_several {
        "canary = \"p1\"\npromotion_delay = \"10m\"\n"
    } else {
        ""
    };
    format!(
        r#"
        horizon = "5d"
        {text}
        [[clusters]]
        name = "c"
        link = "20MB/s"
        [images]
        every = "{hours}h"
        first = "+0s"
        jitter = "20m"
        size = "1GB"
        apply = "autonomous"
        mode = "{mode}"
        supersede = "{rule}"
        {canary}"#
    )
}

/// What a checker knows of a machine from the log alone.
#[derive(Clone, Debug, Default)]
struct Seen {
    is_down: bool,
    is_cordoned: bool,
    in_phase: Option<String>,
    /// It crashed, and was not repaired.
    is_dead: bool,
    part: Part,
    /// Until when it waits before a retry.
    waits_until: Option<u64>,
    reason: Option<String>,
}

/// What part a machine has in its pool's operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    None,
    Waiting,
    InFlight,
    Updated,
    Failed,
}

/// What a checker knows of a pool's operation from the log alone.
#[derive(Clone, Debug, Default)]
struct Operation {
    number: u64,
    goes_on: bool,
    is_stopping: bool,
    is_paused: bool,
}

impl Seen {
    fn uses_slot(&self) -> bool {
        self.is_down || self.is_cordoned || self.part == Part::InFlight
    }

    /// The one reason that the machine must have, by the rules of README.
    fn expected_reason(&self, operation: &Operation) -> Option<&str> {
        if !operation.goes_on {
            return None;
        }
        let held = match operation {
            Operation {
                is_stopping: true, ..
            } => Some("halted"),
            Operation {
                is_paused: true, ..
            } => Some("paused"),
            _ => None,
        };
        match (self.part, &self.in_phase) {
            (Part::InFlight, Some(phase)) => Some(phase),
            (Part::InFlight, None) if self.waits_until.is_some() => held.or(Some("back-off")),
            (Part::Waiting, _) if held.is_some() => held,
            (Part::InFlight, None) if self.is_dead => Some("repair"),
            // Without power; or in a boot of its own.
            (Part::InFlight, None) | (Part::Waiting, Some(_)) => Some("power"),
            _ => None,
        }
    }
}

/// Follows a run from its log.
struct Checker {
    machines: BTreeMap<String, Seen>,
    operations: BTreeMap<String, Operation>,
    slots: BTreeMap<String, u64>,
}

impl Checker {
    fn new(state: &Value) -> Self {
        let pools = || state["pools"].as_array().unwrap().iter();
        let named = |value: &Value| value["name"].as_str().unwrap().to_owned();
        let machines = state["machines"].as_array().unwrap().iter();
        Self {
            machines: machines
                .map(|machine| (named(machine), Seen::default()))
                .collect(),
            operations: pools()
                .map(|pool| (named(pool), Operation::default()))
                .collect(),
            slots: pools()
                .map(|pool| (named(pool), pool["slots"].as_u64().unwrap()))
                .collect(),
        }
    }

    fn used(&self, pool: &str) -> u64 {
        let prefix = format!("{pool}-");
        let own = self
            .machines
            .iter()
            .filter(|(name, _)| name.starts_with(&prefix));
        own.filter(|(_, seen)| seen.uses_slot()).count() as u64
    }

    /// Takes one event; panics where it breaks a rule.
    fn follow(&mut self, event: &Value) {
        match event["kind"].as_str().unwrap() {
            "operation" => self.follow_operation(event),
            "operation-paused" => {
                let operation = self
                    .operations
                    .get_mut(event["pool"].as_str().unwrap())
                    .unwrap();
                operation.is_paused = event["is_paused"].as_bool().unwrap();
            }
            "step" | "outcome" | "image-released" | "image-promoted" | "image-superseded"
            | "image-stopped" => {}
            kind => self.follow_machine(kind, event),
        }
    }

    fn follow_operation(&mut self, event: &Value) {
        let pool = event["pool"].as_str().unwrap();
        let operation = self.operations.get_mut(pool).unwrap();
        let status = event["status"].as_str().unwrap();
        let number = event["operation"].as_u64().unwrap();
        let goes_on = matches!(status, "running" | "cancelling");
        if !goes_on && number != operation.number {
            // It waits for another one, or no longer does.
            return;
        }
        let was_going_on = operation.goes_on;
        operation.goes_on = goes_on;
        operation.is_stopping = operation.goes_on && !event["failure"].is_null();
        if operation.goes_on && !was_going_on {
            operation.is_paused = false;
            let is_new = operation.number != number;
            operation.number = number;
            let prefix = format!("{pool}-");
            for (_, seen) in self
                .machines
                .iter_mut()
                .filter(|(name, _)| name.starts_with(&prefix))
            {
                // Another revision is for all of them.
                if is_new || matches!(seen.part, Part::None | Part::Failed) {
                    seen.part = Part::Waiting;
                }
            }
        }
    }

    fn follow_machine(&mut self, kind: &str, event: &Value) {
        let pool = event["pool"].as_str().unwrap();
        let name = event["machine"].as_str().unwrap();
        let (used, slots) = (self.used(pool), self.slots[pool]);
        let seen = self.machines.get_mut(name).unwrap();
        match kind {
            "phase-started" => {
                assert_eq!(seen.in_phase, None, "{event}");
                seen.in_phase = word(&event["phase"]);
                seen.waits_until = None;
            }
            "phase-ended" => {
                assert_eq!(seen.in_phase, word(&event["phase"]), "{event}");
                seen.in_phase = None;
            }
            "machine-crashed" => seen.is_dead = true,
            "repaired" => seen.is_dead = false,
            "machine-cordoned" => seen.is_cordoned = true,
            "machine-uncordoned" => seen.is_cordoned = false,
            "reason" => {
                seen.reason = word(&event["reason"]);
                let is_over = seen
                    .waits_until
                    .is_some_and(|until| millis(&event["t_s"]) >= until);
                let is_cut_off = matches!(seen.reason.as_deref(), Some("power" | "repair"));
                if is_cut_off && seen.is_down && is_over {
                    seen.waits_until = None;
                }
                let is_phase = seen.in_phase.is_some() && seen.reason == seen.in_phase;
                let starts = seen.part == Part::Waiting
                    && (is_phase
                        || seen.reason.as_deref() == Some("power")
                            && seen.in_phase.is_none()
                            && !seen.is_down);
                if starts {
                    // A machine that uses a slot already needs no other one.
                    assert!(seen.uses_slot() || used < slots, "{event}");
                    seen.part = Part::InFlight;
                }
            }
            "machine-down" => {
                assert!(!seen.is_down, "{event}");
                seen.is_down = true;
            }
            "machine-up" => {
                assert!(seen.is_down, "{event}");
                seen.is_down = false;
            }
            "retry-planned" => {
                seen.waits_until = Some(millis(&event["t_s"]) + millis(&event["after_s"]));
            }
            "machine-settled" => {
                assert_eq!(seen.in_phase, None, "{event}");
                seen.waits_until = None;
                seen.part = if event["failed_in"].is_null() {
                    Part::Updated
                } else {
                    Part::Failed
                };
            }
            _ => {}
        }
    }

    /// At the end of an instant every machine has the reason that the rest of the log gives it, and a machine that
    /// waits for nothing else waits for a slot, for power or to be repaired.
    fn check_reasons(&self, text: &str, at: &Value) {
        for (name, seen) in &self.machines {
            let pool = name.rsplit_once('-').unwrap().0;
            let operation = &self.operations[pool];
            let expected = seen.expected_reason(operation);
            let is_free_to_wait =
                operation.goes_on && seen.part == Part::Waiting && expected.is_none();
            if is_free_to_wait {
                let reason = seen.reason.as_deref();
                assert!(
                    matches!(reason, Some("slot" | "power" | "repair")),
                    "{text}\n{name} at {at}: {seen:?}"
                );
            } else {
                assert_eq!(
                    seen.reason.as_deref(),
                    expected,
                    "{text}\n{name} at {at}: {seen:?} {operation:?}"
                );
            }
        }
    }
}

fn events(name: &str, text: &str, run: u32) -> Vec<Value> {
    let file = ScenarioFile::new(name, text);
    let said = meltdeck([
        "replay",
        file.path().to_str().unwrap(),
        "-o",
        "json",
        "--run",
        &run.to_string(),
    ]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{text}");
    said.out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Seconds as whole milliseconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times of a log are positive and small"
)]
pub(crate) fn millis(seconds: &Value) -> u64 {
    (seconds.as_f64().unwrap() * 1000.0).round() as u64
}

fn word(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

proptest! {
    #![proptest_config(tests::same_cases(256))]

    #[test]
    fn every_run_keeps_the_rules(text in scenario(), run in 0..50_u32) {
        let events = events("property", &text, run);
        let mut checker = Checker::new(&events[0]["initial_state"]);
        for (event, next) in events[1..].iter().zip(&events[2..]) {
            checker.follow(event);
            if next["t_s"] != event["t_s"] {
                checker.check_reasons(&text, &event["t_s"]);
            }
        }
        let outcome = events.last().unwrap();
        for pool in events[0]["initial_state"]["pools"].as_array().unwrap() {
            let name = pool["name"].as_str().unwrap();
            let own = &outcome["pools"][name];
            let rollout = &own["rollouts"][0];
            let settled = rollout["updated"].as_u64().unwrap() + rollout["failed"].as_u64().unwrap();
            let is_finished = own["ending"] == "finished";
            prop_assert_eq!(is_finished, settled == pool["machines"].as_u64().unwrap(), "{}", text);
            prop_assert_eq!(own["succeeded"] == true, is_finished && rollout["failed"] == 0, "{}", text);
        }
    }

    #[test]
    fn images_keep_the_rules_too(
        text in scenario(),
        images in (0..3_usize, any::<bool>(), any::<bool>(), 1..40_u32),
        run in 0..50_u32,
    ) {
        let text = with_images(&text, images);
        let events = events("property-images", &text, run);
        let mut checker = Checker::new(&events[0]["initial_state"]);
        for (event, next) in events[1..].iter().zip(&events[2..]) {
            checker.follow(event);
            if next["t_s"] != event["t_s"] {
                checker.check_reasons(&text, &event["t_s"]);
            }
        }
        let released = events.iter().filter(|event| event["kind"] == "image-released").count();
        prop_assert_eq!(released, 120_usize.div_ceil(images.3 as usize), "{}", text);
    }

    #[test]
    fn a_run_is_the_same_at_any_number_of_threads(text in scenario()) {
        let file = ScenarioFile::new("threads", &text);
        let path = file.path().to_str().unwrap();
        let with = |threads: &str| meltdeck(["rehearse", path, "--runs", "40", "-o", "json", "--threads", threads]);
        prop_assert_eq!(with("1"), with("3"));
    }
}
