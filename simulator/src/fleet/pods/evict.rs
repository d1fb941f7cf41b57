//! Evictions: what a request for one is answered, and what an accepted one leads to.

use super::budget::{Counts, Verdict, verdict};
use super::plan::BudgetIndex;
use super::pod::{PodConcern, PodState};
use crate::engine::{Span, Time};
use crate::fleet::event::{Observer, PodEvent};
use crate::fleet::world::World;

impl World {
    /// What a request for the eviction of a pod is answered now.
    pub(in crate::fleet) fn judge_eviction(&self, pod: u32) -> Verdict {
        let about = &self.pods.list[pod as usize];
        let budgets = &self.blueprint.pods().workload(about.id.workload).budgets;
        verdict(about.state, budgets, &self.pods.budgets)
    }

    /// Evicts a pod at the expense of its budget, or of none, with this grace or its own. One that is ending already goes on doing so.
    pub(in crate::fleet) fn evict<O: Observer>(
        &mut self,
        pod: u32,
        budget: Option<BudgetIndex>,
        grace: Option<Span>,
        observer: &mut O,
    ) {
        let about = self.pods.list[pod as usize];
        if about.state == PodState::Terminating {
            return;
        }
        let counts = budget.map_or(Counts::default(), |budget| self.budget_counts(budget));
        self.pods.workloads[about.id.workload.at()]
            .figures
            .evictions += 1;
        self.tell_of_pod(pod, observer, || PodEvent::Evicted { budget, counts });
        self.terminate_within(pod, grace, observer);
    }

    /// Deletes a pod with this grace or its own, whatever its budgets say.
    pub(in crate::fleet) fn delete_by_force<O: Observer>(
        &mut self,
        pod: u32,
        grace: Option<Span>,
        observer: &mut O,
    ) {
        if self.pods.list[pod as usize].state == PodState::Terminating {
            return;
        }
        self.note_violation(pod);
        self.tell_of_pod(pod, observer, || PodEvent::Deleted { is_forced: true });
        self.terminate_within(pod, grace, observer);
    }

    /// When a pod that is ending is gone, and when its volume is free.
    pub(in crate::fleet) fn end_of_pod(&self, pod: u32) -> (Time, Time) {
        let gone = self.pods.list[pod as usize].until;
        (gone, gone + self.drawn(pod, PodConcern::Detach))
    }

    /// Notes that a pod goes although its budgets do not allow it, if they do not.
    pub(super) fn note_violation(&mut self, pod: u32) {
        let about = self.pods.list[pod as usize];
        if about.state != PodState::Ready {
            return;
        }
        let budgets = &self.blueprint.pods().workload(about.id.workload).budgets;
        let is_forbidden = |budget: &BudgetIndex| self.budget_counts(*budget).allowed == 0;
        let broken: Vec<_> = budgets.iter().copied().filter(is_forbidden).collect();
        if broken.is_empty() {
            return;
        }
        self.pods.workloads[about.id.workload.at()]
            .figures
            .violations += 1;
        for budget in broken {
            self.pods.budgets[budget.at()].violations += 1;
        }
    }
}
