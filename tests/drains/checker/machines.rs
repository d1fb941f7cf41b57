//! Machines: which of them take pods, use a slot, and have been drained.

use serde_json::Value;

use super::Checker;
use super::log::{millis, position, word};

#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of a machine"
)]
pub(super) struct Machine {
    pub(super) pool: String,
    pub(super) most_pods: usize,
    pub(super) is_up: bool,
    pub(super) is_cordoned: bool,
    /// Since when its node is Unknown, if it is.
    pub(super) unknown_since: Option<u64>,
    /// Since when its drain makes attempts.
    pub(super) drained_since: Option<u64>,
    /// Since when it is in its phase.
    phase_since: u64,
    /// Why it is where it is, since when.
    pub(super) reason: Option<(String, u64)>,
    pub(super) is_spare: bool,
    /// It has no pods to drain any more, in this update.
    pub(super) is_drained: bool,
    /// It is set aside, or down for too long: it uses no slot.
    keeps_no_slot: bool,
    /// Whether its pool's operation has brought it to the revision, or given it up.
    pub(super) settled: Option<bool>,
}

impl Machine {
    fn new(event: &Value, most_pods: usize, is_spare: bool) -> Self {
        Self {
            pool: word(&event["pool"]),
            most_pods,
            is_up: !is_spare,
            is_cordoned: event["is_cordoned"] == true,
            unknown_since: None,
            drained_since: None,
            phase_since: 0,
            reason: None,
            is_spare,
            is_drained: false,
            keeps_no_slot: false,
            settled: None,
        }
    }

    /// At least who is unavailable by what the log says; a machine that waits has not been given a slot.
    fn uses_slot(&self) -> bool {
        let is_worked_on = self.reason.as_ref().is_some_and(|(why, _)| is_work(why));
        !self.is_spare && !self.keeps_no_slot && (!self.is_up || self.is_cordoned || is_worked_on)
    }
}

fn is_work(reason: &str) -> bool {
    !matches!(reason, "slot" | "paused" | "halted" | "back-off" | "power")
}

impl Checker<'_> {
    pub(super) fn add_machine(&mut self, event: &Value, name: &str, is_spare: bool) {
        let most_pods = self.rules[position(&word(&event["pool"]))].pods as usize;
        let machine = Machine::new(event, most_pods, is_spare);
        self.machines.insert(name.to_owned(), machine);
    }

    pub(super) fn follow_operation(&mut self, event: &Value) {
        let pool = word(&event["pool"]);
        if matches!(event["status"].as_str(), Some("running" | "cancelling")) {
            if self.going_on.insert(pool.clone()) {
                // A retry goes on with what is left.
                let own = self.machines.values_mut();
                for machine in own.filter(|machine| machine.pool == pool) {
                    machine.settled = machine.settled.filter(|is_updated| *is_updated);
                }
            }
        } else {
            self.going_on.remove(&pool);
        }
    }

    pub(super) fn follow_machine(&mut self, kind: &str, event: &Value) {
        let name = word(&event["machine"]);
        match kind {
            "machine-added" => self.add_machine(event, &name, true),
            "reason" => self.follow_reason(&name, event),
            "phase-started" | "phase-ended" if event["phase"] == "drain" => {
                self.follow_drain(kind, &name, event);
            }
            _ => {}
        }
        let now = self.now;
        let Some(machine) = self.machines.get_mut(&name) else {
            return;
        };
        match kind {
            "machine-up" => {
                machine.is_up = true;
                machine.unknown_since = None;
                machine.keeps_no_slot &= machine.is_cordoned;
            }
            "machine-down" | "machine-removed" => machine.is_up = false,
            "node-unknown" => machine.unknown_since = Some(now),
            "machine-cordoned" => machine.is_cordoned = true,
            "machine-uncordoned" => {
                machine.is_cordoned = false;
                machine.is_drained = false;
                machine.keeps_no_slot = false;
            }
            "slot-expired" => machine.keeps_no_slot = true,
            "drain-given-up" if event["rule"] == "quarantine" => machine.keeps_no_slot = true,
            "drain-given-up" if event["rule"] == "retry" => {
                // The attempts of the next try are counted from its start: the default pause is a minute.
                machine.drained_since = Some(now + 60_000);
            }
            "machine-settled" => machine.settled = Some(event["failed_in"].is_null()),
            _ => {}
        }
    }

    /// A drain follows a cordon, and a machine that is drained is not drained again in the same update.
    fn follow_drain(&mut self, kind: &str, name: &str, event: &Value) {
        let now = self.now;
        let machine = self.machines.get_mut(name).unwrap();
        if kind == "phase-started" {
            assert!(machine.is_cordoned, "{event}");
            assert!(!machine.is_drained, "{event}");
            machine.drained_since = Some(now);
            machine.phase_since = now;
            return;
        }
        machine.drained_since = None;
        assert_eq!(
            now - machine.phase_since,
            millis(&event["after_s"]),
            "{event}"
        );
        // What a step drains by hand is not part of an update.
        let is_in_update = machine.reason.as_ref().is_some_and(|(why, _)| is_work(why));
        machine.is_drained = event["how"] == "done" && is_in_update;
    }

    /// A machine that needs a slot starts only when its pool has one; spare machines that take pods add theirs.
    fn follow_reason(&mut self, name: &str, event: &Value) {
        let machine = &self.machines[name];
        let reason = event["reason"].as_str();
        if machine.is_spare {
            return;
        }
        if reason.is_some_and(is_work) && !machine.uses_slot() && !machine.keeps_no_slot {
            let own = || {
                self.machines
                    .values()
                    .filter(|other| other.pool == machine.pool)
            };
            let used = own().filter(|other| other.uses_slot()).count();
            let spare = own().filter(|other| other.is_spare && other.is_up && !other.is_cordoned);
            let slots = self.rules[position(&machine.pool)].slots as usize;
            assert!(used < slots + spare.count(), "{event}: {used} of {slots}");
        }
        self.close_reason(name, reason);
    }
}
