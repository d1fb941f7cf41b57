//! Scaling a workload, and changing a budget.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::plan::{BudgetIndex, WorkloadIndex};
use super::pod::{NONE, PodId, PodState};
use crate::fleet::event::{Observer, PodEvent};
use crate::fleet::world::World;
use crate::scenario::{Kind, Limit};

impl World {
    /// Changes how many pods a workload is to have. Fewer: those with the highest numbers are deleted, which no budget
    /// prevents and every one counts.
    pub(in crate::fleet) fn scale<O: Observer>(
        &mut self,
        workload: WorkloadIndex,
        replicas: u32,
        observer: &mut O,
    ) {
        let before = self.pods.workloads[workload.at()].replicas;
        self.set_replicas(workload, replicas);
        for ordinal in replicas..before {
            let pod = self.pods.workloads[workload.at()].live[ordinal as usize];
            if pod != NONE {
                self.tell_of_pod(pod, observer, || PodEvent::Deleted { is_forced: false });
                self.terminate(pod, observer);
            }
        }
        let ending = self.ordinals_still_there(workload, before);
        for ordinal in before..replicas {
            if !ending.contains(&ordinal) {
                self.create_again(workload, ordinal, observer);
            }
        }
    }

    /// The ordinals from `first` on whose pods have not gone yet, of a workload whose pods keep their names: the next
    /// one is made when it is gone.
    fn ordinals_still_there(&self, workload: WorkloadIndex, first: u32) -> BTreeSet<u32> {
        if self.blueprint.pods().workload(workload).spec.kind != Kind::StatefulSet {
            return BTreeSet::new();
        }
        let pods = self.pods.list.iter().filter(|pod| {
            let is_there = pod.state != PodState::Gone;
            is_there && pod.id.workload == workload && pod.id.ordinal >= first
        });
        pods.map(|pod| pod.id.ordinal).collect()
    }

    fn set_replicas(&mut self, workload: WorkloadIndex, replicas: u32) {
        let blueprint = Arc::clone(&self.blueprint);
        let plan = blueprint.pods().workload(workload);
        let state = &mut self.pods.workloads[workload.at()];
        let before = std::mem::replace(&mut state.replicas, replicas);
        state.figures.replicas = state.figures.replicas.max(replicas);
        let room = state.live.len().max(replicas as usize);
        state.live.resize(room, NONE);
        state.generation.resize(room, u32::MAX);
        if plan.spec.local_volume {
            self.pods.homes[workload.at()].resize(room, NONE);
        }
        self.note_shortage(workload);
        for budget in &plan.budgets {
            if plan.has_controller() {
                let counted = &mut self.pods.budgets[budget.at()].replicas;
                *counted = *counted - before + replicas;
            }
            self.budget_changes(*budget);
        }
    }

    /// Makes the pod of an ordinal that the workload is to have again.
    fn create_again<O: Observer>(
        &mut self,
        workload: WorkloadIndex,
        ordinal: u32,
        observer: &mut O,
    ) {
        let state = &self.pods.workloads[workload.at()];
        if state.live[ordinal as usize] != NONE {
            return;
        }
        let id = PodId {
            workload,
            ordinal,
            generation: state.generation[ordinal as usize].wrapping_add(1),
        };
        self.create(id, observer);
    }

    /// Changes what a budget allows.
    pub(in crate::fleet) fn set_budget(&mut self, budget: BudgetIndex, limit: Limit) {
        self.pods.budgets[budget.at()].limit = limit;
        self.budget_changes(budget);
    }
}
