//! Follows a run from its log alone and panics where it breaks a rule of drains.

mod budgets;
mod log;
mod machines;
mod pods;
mod reasons;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::scenario::Rules;
use budgets::{Counts, counts};
use log::{list, millis, number, word};
use machines::Machine;
use pods::Pod;

struct Workload {
    kind: String,
    replicas: u64,
    grace: u64,
    budgets: Vec<String>,
    is_apart: bool,
}

/// What a checker knows of a fleet from the log alone.
pub(super) struct Checker<'r> {
    rules: &'r [Rules],
    now: u64,
    machines: BTreeMap<String, Machine>,
    pods: BTreeMap<String, Pod>,
    workloads: BTreeMap<String, Workload>,
    budgets: BTreeMap<String, Value>,
    /// The counts that each budget had, since when.
    history: BTreeMap<String, Vec<(u64, Counts)>>,
    reasons: BTreeMap<(String, String), u64>,
    /// The pools whose operation goes on.
    going_on: BTreeSet<String>,
}

impl<'r> Checker<'r> {
    pub(super) fn new(state: &Value, rules: &'r [Rules]) -> Self {
        let mut checker = Self {
            rules,
            now: 0,
            machines: BTreeMap::new(),
            pods: BTreeMap::new(),
            workloads: BTreeMap::new(),
            budgets: BTreeMap::new(),
            history: BTreeMap::new(),
            reasons: BTreeMap::new(),
            going_on: BTreeSet::new(),
        };
        for machine in list(&state["machines"]) {
            checker.add_machine(machine, &word(&machine["name"]), false);
        }
        for workload in list(&state["workloads"]) {
            let about = Workload {
                kind: word(&workload["type"]),
                replicas: number(&workload["replicas"]),
                grace: millis(&workload["grace_s"]),
                budgets: list(&workload["budgets"]).iter().map(word).collect(),
                is_apart: workload["anti_affinity"] == "machine",
            };
            checker.workloads.insert(word(&workload["workload"]), about);
        }
        for pod in list(&state["pods"]) {
            let about = Pod {
                workload: word(&pod["workload"]),
                machine: pod["machine"].as_str().map(str::to_owned),
                is_ready: pod["state"] == "ready",
                ends_since: None,
                is_shut_down: false,
            };
            checker.pods.insert(word(&pod["pod"]), about);
        }
        for budget in list(&state["budgets"]) {
            let name = word(&budget["budget"]);
            checker.budgets.insert(name.clone(), budget.clone());
            assert_eq!(checker.counts(&name), counts(budget), "{budget}");
        }
        checker.note_counts();
        checker
    }

    /// Takes one event; panics where it breaks a rule.
    pub(super) fn follow(&mut self, event: &Value) {
        self.now = millis(&event["t_s"]);
        let kind = event["kind"].as_str().unwrap();
        if kind == "step" && event["do"] == "scale" && event["refused"].is_null() {
            let workload = self.workloads.get_mut(&word(&event["workload"])).unwrap();
            workload.replicas = number(&event["replicas"]);
        } else if kind == "step" && event["do"] == "drain" && event["refused"].is_null() {
            // Who drains by hand does so again, whatever an update has done.
            let machine = self.machines.get_mut(&word(&event["machine"])).unwrap();
            machine.is_drained = false;
        } else if kind == "operation" {
            self.follow_operation(event);
        } else if event["pod"].is_string() && kind != "drain-refused" {
            self.follow_pod(kind, event);
        } else if event["machine"].is_string() {
            self.follow_machine(kind, event);
        }
        self.note_counts();
    }

    /// What holds whenever nothing more happens at an instant.
    pub(super) fn check_instant(&self) {
        self.check_pods();
        self.check_reasons();
    }
}
