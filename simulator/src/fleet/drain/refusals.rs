//! Runs of equal answers to one pod's eviction, told as one: since when, until when, how often.

use std::collections::{BTreeMap, BTreeSet};

use super::{Drain, Manner};
use crate::engine::Time;
use crate::fleet::MachineIndex;
use crate::fleet::event::{Observer, PodEvent};
use crate::fleet::pods::budget::Counts;
use crate::fleet::pods::plan::BudgetIndex;
use crate::fleet::pods::pod::PodId;
use crate::fleet::world::World;

/// A pod whose eviction is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fleet) struct Blocked {
    /// Its place among the pods.
    pub(in crate::fleet) pod: u32,
    /// The budget that refuses it.
    pub(in crate::fleet) budget: BudgetIndex,
    /// What that counted.
    pub(super) counts: Counts,
    /// When it gave this answer first.
    first: Time,
}

impl World {
    /// The pods on a machine whose eviction its drain is refused now, each with the budget that refuses it.
    pub fn refused_pods(&self, machine: MachineIndex) -> Vec<(PodId, BudgetIndex)> {
        let drain = self.drains.get(&machine.0);
        let blocked = drain.into_iter().flat_map(|drain| &drain.blocked);
        blocked
            .map(|blocked| (self.pods.list[blocked.pod as usize].id, blocked.budget))
            .collect()
    }

    /// The machines whose drains are refused a pod now, by the budgets that refuse it.
    pub fn refused_drains(&self) -> BTreeMap<BudgetIndex, BTreeSet<MachineIndex>> {
        let mut refused: BTreeMap<BudgetIndex, BTreeSet<MachineIndex>> = BTreeMap::new();
        for (machine, drain) in &self.drains {
            for blocked in &drain.blocked {
                let of_budget = refused.entry(blocked.budget).or_default();
                of_budget.insert(MachineIndex(*machine));
            }
        }
        refused
    }

    pub(super) fn note_refusal<O: Observer>(
        &mut self,
        index: MachineIndex,
        pod: u32,
        budget: BudgetIndex,
        counts: Counts,
        observer: &mut O,
    ) {
        let known = self.drains[&index.0]
            .blocked
            .iter()
            .find(|blocked| blocked.pod == pod);
        if known.is_some_and(|known| known.budget == budget && known.counts == counts) {
            return;
        }
        self.end_refusals(index, pod, observer);
        let first = self.now();
        let blocked = &mut self.drain_mut(index).blocked;
        blocked.push(Blocked {
            pod,
            budget,
            counts,
            first,
        });
    }

    /// A pod is no longer refused, or for another reason: tells the refusals that there were.
    pub(super) fn end_refusals<O: Observer>(
        &mut self,
        index: MachineIndex,
        pod: u32,
        observer: &mut O,
    ) {
        let drain = self.drain_mut(index);
        let place = drain.blocked.iter().position(|blocked| blocked.pod == pod);
        if let Some(place) = place {
            let blocked = drain.blocked.remove(place);
            self.tell_refusals(index, blocked, self.now(), observer);
        }
    }

    /// A pod is gone. Where it was refused, somebody else made it go, and the drain finds that out at its next attempt.
    pub(in crate::fleet) fn refused_is_gone<O: Observer>(
        &mut self,
        index: MachineIndex,
        pod: u32,
        observer: &mut O,
    ) {
        let is_refused = |drain: &Drain| drain.blocked.iter().any(|blocked| blocked.pod == pod);
        if self.drains.get(&index.0).is_some_and(is_refused) {
            self.end_refusals(index, pod, observer);
            self.wake_evictor(index);
        }
    }

    pub(super) fn end_all_refusals<O: Observer>(&mut self, index: MachineIndex, observer: &mut O) {
        for blocked in std::mem::take(&mut self.drain_mut(index).blocked) {
            self.tell_refusals(index, blocked, self.now(), observer);
        }
    }

    /// No attempts are made until `again`: tells the refusals up to now, and goes on from then.
    pub(super) fn interrupt_refusals<O: Observer>(
        &mut self,
        index: MachineIndex,
        again: Time,
        observer: &mut O,
    ) {
        let now = self.now();
        for blocked in self.drains[&index.0].blocked.clone() {
            self.tell_refusals(index, blocked, now, observer);
        }
        for blocked in &mut self.drain_mut(index).blocked {
            blocked.first = again;
        }
    }

    /// Tells the refusals of every drain that the end of the run finds, its last instant included.
    pub(in crate::fleet) fn tell_open_refusals<O: Observer>(&self, observer: &mut O) {
        let behind = self.now() + crate::engine::Span::from_millis(1);
        for (machine, drain) in &self.drains {
            for blocked in &drain.blocked {
                self.tell_refusals(MachineIndex(*machine), *blocked, behind, observer);
            }
        }
    }

    /// Tells the attempts that were refused before `until`.
    fn tell_refusals<O: Observer>(
        &self,
        index: MachineIndex,
        blocked: Blocked,
        until: Time,
        observer: &mut O,
    ) {
        let retry = self
            .blueprint
            .plan(self.machine(index).pool)
            .drain
            .evict_retry;
        let drain = &self.drains[&index.0];
        let limit = drain.limit.filter(|_| drain.manner == Manner::Expired);
        let until = limit.map_or(until, |limit| limit.min(until));
        if until <= blocked.first {
            return;
        }
        let (last, count) = Drain::attempts_before(blocked.first, until, retry);
        self.tell_of_pod(blocked.pod, observer, || PodEvent::Refused {
            budget: blocked.budget,
            counts: blocked.counts,
            first: blocked.first,
            last,
            count,
        });
    }
}
