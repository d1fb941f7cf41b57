//! Budgets: their counts from the pods alone, and what evictions may do with them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Checker;
use super::log::{list, millis, number, position, word};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) expected: u64,
    pub(super) desired: u64,
    pub(super) healthy: u64,
    pub(super) allowed: u64,
}

impl Checker<'_> {
    /// An eviction is accepted on the grid of its drain, before its time-out, and at the expense of a budget that
    /// allows it.
    pub(super) fn check_eviction(&mut self, name: &str, event: &Value) {
        let machine = &self.machines[&word(&event["machine"])];
        let rules = &self.rules[position(&machine.pool)];
        let since = machine.drained_since.expect("a drain evicts");
        assert_eq!((self.now - since) % rules.retry(), 0, "{event}");
        assert!(
            rules
                .time_out()
                .is_none_or(|limit| self.now - since < limit),
            "{event}"
        );
        let pod = &self.pods[name];
        if let Some(budget) = event["budget"].as_str() {
            let own = self.counts(budget);
            assert_eq!(own, counts(event), "{event}");
            assert!(own.allowed > 0, "{event}");
        } else if pod.is_ready {
            assert!(self.workloads[&pod.workload].budgets.is_empty(), "{event}");
        } else if let [budget] = &self.workloads[&pod.workload].budgets[..] {
            let own = self.counts(budget);
            assert!(own.healthy >= own.desired && own.desired > 0, "{event}");
        }
        self.end(name, event);
    }

    /// Each of a run of refusals is on the grid, and was given by a budget that had these counts then and allowed none.
    pub(super) fn check_refusal(&self, event: &Value) {
        let retry = self.rules[position(&self.machines[&word(&event["machine"])].pool)].retry();
        let (first, last) = (millis(&event["first_s"]), millis(&event["last_s"]));
        let told = counts(event);
        assert_eq!(told.allowed, 0, "{event}");
        assert_eq!(
            first + (number(&event["count"]) - 1) * retry,
            last,
            "{event}"
        );
        assert!(last <= self.now, "{event}");
        let history = &self.history[&word(&event["budget"])];
        let mut at = first;
        while at <= last {
            let from = history.partition_point(|(since, _)| *since < at).max(1) - 1;
            let then = history[from..].iter().take_while(|(since, _)| *since <= at);
            assert!(
                then.clone().any(|(_, counts)| *counts == told),
                "{event} at {at}"
            );
            at += retry;
        }
    }

    pub(super) fn note_counts(&mut self) {
        let names: Vec<String> = self.budgets.keys().cloned().collect();
        for name in names {
            let counts = self.counts(&name);
            let history = self.history.entry(name).or_default();
            if history.last().is_none_or(|(_, last)| *last != counts) {
                history.push((self.now, counts));
            }
        }
    }

    /// The arithmetic of Kubernetes' disruption controller.
    pub(super) fn counts(&self, budget: &str) -> Counts {
        let budget = &self.budgets[budget];
        let covered: BTreeSet<String> = list(&budget["workloads"]).iter().map(word).collect();
        let pods = || {
            self.pods
                .values()
                .filter(|pod| covered.contains(&pod.workload))
        };
        let controlled = covered.iter().map(|name| &self.workloads[name]);
        let replicas = controlled
            .filter(|workload| workload.kind != "bare")
            .map(|workload| workload.replicas)
            .sum();
        let (minimum, maximum) = (&budget["min_available"], &budget["max_unavailable"]);
        let (expected, desired) = if let Some(count) = minimum.as_u64() {
            (pods().count() as u64, count)
        } else if let Some(share) = minimum.as_str() {
            (replicas, rounded_up(replicas, share))
        } else {
            let share = maximum.as_str().map(|share| rounded_up(replicas, share));
            let missing = share.or(maximum.as_u64()).unwrap();
            (replicas, replicas.saturating_sub(missing))
        };
        let healthy = pods().filter(|pod| pod.is_ready && pod.ends_since.is_none());
        let healthy = healthy.count() as u64;
        let allowed = if expected == 0 {
            0
        } else {
            healthy.saturating_sub(desired)
        };
        Counts {
            expected,
            desired,
            healthy,
            allowed,
        }
    }
}

pub(super) fn counts(event: &Value) -> Counts {
    Counts {
        expected: number(&event["expected"]),
        desired: number(&event["desired"]),
        healthy: number(&event["healthy"]),
        allowed: number(&event["allowed"]),
    }
}

pub(super) fn rounded_up(of: u64, share: &str) -> u64 {
    let percent: u64 = share.trim_end_matches('%').parse().unwrap();
    (of * percent).div_ceil(100)
}
