//! What budgets count of pods, and what the figures of a run do.

use std::sync::Arc;

use super::plan::{BudgetIndex, WorkloadIndex};
use crate::fleet::event::Observer;
use crate::fleet::world::World;

impl World {
    /// Changes how many pods the budgets of a workload cover; one that counts them gives other answers then.
    pub(super) fn count_pods(&mut self, workload: WorkloadIndex, change: i32) {
        let plan = Arc::clone(&self.blueprint);
        for budget in &plan.pods().workload(workload).budgets {
            let state = &mut self.pods.budgets[budget.at()];
            let before = state.counts();
            state.pods = state.pods.saturating_add_signed(change);
            if state.counts() != before {
                self.budget_changes(*budget);
            }
        }
    }

    /// Changes how many pods of a workload, and of its budgets, are healthy, and lets blocked evictions try again.
    pub(super) fn count_healthy(&mut self, workload: WorkloadIndex, change: i32) {
        let state = &mut self.pods.workloads[workload.at()];
        state.healthy = state.healthy.saturating_add_signed(change);
        state.figures.least_ready = state.figures.least_ready.min(state.healthy);
        self.note_shortage(workload);
        let plan = Arc::clone(&self.blueprint);
        for budget in &plan.pods().workload(workload).budgets {
            let state = &mut self.pods.budgets[budget.at()];
            state.healthy = state.healthy.saturating_add_signed(change);
            self.budget_changes(*budget);
        }
    }

    /// Changes how many pods that wait for capacity the budgets of a workload have.
    pub(super) fn count_pending<O: Observer>(
        &mut self,
        workload: WorkloadIndex,
        change: i32,
        observer: &mut O,
    ) {
        let plan = Arc::clone(&self.blueprint);
        for budget in &plan.pods().workload(workload).budgets {
            let state = &mut self.pods.budgets[budget.at()];
            state.pending = state.pending.saturating_add_signed(change);
            self.budget_notices(*budget, observer);
        }
    }

    /// Fewer pods of a workload may be Ready than it is to have, or no longer.
    pub(super) fn note_shortage(&mut self, workload: WorkloadIndex) {
        let now = self.now();
        let state = &mut self.pods.workloads[workload.at()];
        state.short.set(now, state.healthy < state.replicas);
    }

    /// There may be no machine for some pod of a workload, or for every pod again.
    pub(super) fn note_waiting(&mut self, workload: WorkloadIndex) {
        let now = self.now();
        let state = &mut self.pods.workloads[workload.at()];
        state.waiting.set(now, state.figures.pending > 0);
    }

    /// A budget may answer otherwise from now on.
    pub(super) fn budget_changes(&mut self, budget: BudgetIndex) {
        self.note_exhaustion(budget);
        self.wake_evictors(budget);
    }

    /// A budget may allow no disruption from now on, or some again.
    pub(super) fn note_exhaustion(&mut self, budget: BudgetIndex) {
        let now = self.now();
        let counts = self.pods.budgets[budget.at()].counts();
        let is_exhausted = counts.expected > 0 && counts.allowed == 0;
        self.pods.exhausted[budget.at()].set(now, is_exhausted);
    }

    /// From now on it is counted how far the pods of the start, which are in their places, become fewer.
    pub(super) fn begin_to_count(&mut self) {
        for place in 0..self.pods.workloads.len() {
            let state = &mut self.pods.workloads[place];
            state.figures.least_ready = state.healthy;
            self.note_shortage(WorkloadIndex(super::plan::number(place)));
        }
        for place in 0..self.pods.budgets.len() {
            self.note_exhaustion(BudgetIndex(super::plan::number(place)));
        }
        self.pods.rooms.begin();
    }
}
