//! Pods: none is lost or made from nothing, and each runs where there is room.

use serde_json::Value;

use super::Checker;
use super::log::word;

/// Pods tolerate a node that is Unknown for so long, in milliseconds.
const TOLERATION: u64 = 300_000;

pub(super) struct Pod {
    pub(super) workload: String,
    pub(super) machine: Option<String>,
    pub(super) is_ready: bool,
    pub(super) ends_since: Option<u64>,
    /// It ends because its machine stops: it is replaced when it is gone.
    pub(super) is_shut_down: bool,
}

impl Checker<'_> {
    pub(super) fn follow_pod(&mut self, kind: &str, event: &Value) {
        let name = word(&event["pod"]);
        match kind {
            "pod-created" => {
                let pod = Pod {
                    workload: word(&event["workload"]),
                    machine: None,
                    is_ready: false,
                    ends_since: None,
                    is_shut_down: false,
                };
                assert!(self.pods.insert(name, pod).is_none(), "{event}");
            }
            "pod-placed" => self.check_place(&name, event),
            "pod-ready" | "pod-unready" => {
                let pod = self.pods.get_mut(&name).unwrap();
                pod.is_ready = kind == "pod-ready";
                if std::mem::take(&mut pod.is_shut_down) {
                    // Its machine died before it had ended.
                    pod.ends_since = None;
                }
            }
            "pod-evicted" => self.check_eviction(&name, event),
            "eviction-refused" => self.check_refusal(event),
            "eviction-failed" => {
                assert!(self.workloads[&word(&event["workload"])].budgets.len() > 1);
            }
            "pod-deleted" => self.end(&name, event),
            "pod-shut-down" => {
                self.end(&name, event);
                self.pods.get_mut(&name).unwrap().is_shut_down = true;
            }
            "pod-taint-evicted" => {
                // Only of a machine that has been silent for long enough.
                let machine = &self.machines[&word(&event["machine"])];
                let unknown = machine.unknown_since.expect("the node is Unknown");
                assert!(
                    !machine.is_up && self.now - unknown >= TOLERATION,
                    "{event}"
                );
                self.end(&name, event);
            }
            "pod-gone" => {
                let pod = self.pods.remove(&name).unwrap();
                assert!(pod.ends_since.is_some(), "{event}");
            }
            _ => {}
        }
    }

    pub(super) fn end(&mut self, name: &str, event: &Value) {
        let pod = self.pods.get_mut(name).unwrap();
        assert_eq!(pod.ends_since.replace(self.now), None, "{event}");
    }

    /// A pod lands only where there is room, on a machine that takes pods, away from its peers.
    pub(super) fn check_place(&mut self, name: &str, event: &Value) {
        let machine = word(&event["machine"]);
        let workload = word(&event["workload"]);
        let about = &self.machines[&machine];
        assert!(about.is_up && !about.is_cordoned, "{event}");
        let there = self
            .pods
            .values()
            .filter(|pod| pod.machine.as_ref() == Some(&machine));
        assert!(there.clone().count() < about.most_pods, "{event}");
        let mut peers = there.filter(|pod| pod.workload == workload);
        assert!(
            !self.workloads[&workload].is_apart || peers.next().is_none(),
            "{event}"
        );
        let pod = self.pods.get_mut(name).unwrap();
        assert_eq!(pod.machine.replace(machine), None, "{event}");
    }

    /// At the end of an instant every Deployment has its pods, no pod outlives its grace, and none is Ready on a
    /// machine whose node is Unknown.
    pub(super) fn check_pods(&self) {
        for (name, workload) in &self.workloads {
            let pods = self.pods.values().filter(|pod| pod.workload == *name);
            let lasting = pods.clone().filter(|pod| pod.ends_since.is_none()).count() as u64;
            let shut_down = pods.filter(|pod| pod.is_shut_down).count() as u64;
            assert!(lasting <= workload.replicas, "{name} at {}", self.now);
            assert!(
                workload.kind != "deployment" || lasting + shut_down >= workload.replicas,
                "{name} at {}",
                self.now
            );
        }
        for (name, pod) in &self.pods {
            let is_up = |machine: &String| self.machines[machine].is_up;
            let is_known = |machine: &String| self.machines[machine].unknown_since.is_none();
            if !pod.machine.as_ref().is_some_and(is_known) {
                assert!(
                    !pod.is_ready || pod.ends_since.is_some(),
                    "{name} at {}",
                    self.now
                );
            }
            if !pod.machine.as_ref().is_some_and(is_up) {
                continue;
            }
            if let Some(since) = pod.ends_since {
                let grace = self.workloads[&pod.workload].grace;
                assert!(self.now - since <= grace, "{name} at {}", self.now);
            }
        }
    }
}
