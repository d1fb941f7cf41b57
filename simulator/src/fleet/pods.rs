//! What runs on the machines: pods, who replaces them, and how many may be missing.
//!
//! | file | holds |
//! |---|---|
//! | `plan` | workloads and budgets with every name resolved: what does not change in a run |
//! | `pod` | one pod's state, its name, the keys of its draws |
//! | `budget` | the arithmetic of disruption budgets, and what an eviction request is answered |
//! | `initial` | which pods are where when a run starts |
//! | `evict` | evictions: accepted, refused, failed; how long a pod takes to end |
//! | `life` | a pod's way from created to Ready and from its signal to gone; who replaces it |
//! | `schedule` | which machine a pod is put on, and pods for which there is none |
//! | `load` | the machines by how much is asked of them, as a tree |
//! | `machine` | what a machine's coming and going does to the pods on it |
//! | `shutdown` | the pods of a machine that stops, ended by its kubelet |
//! | `what_if` | where the pods of a machine would go |
//! | `counts` | what budgets and the figures of a run count |
//! | `room` | how much room is left for pods |
//! | `deeds` | scaling, and changing a budget |
//!
//! How long a drain lasts and what its time-out leads to is for `drain` to say, one room up.

pub(super) mod budget;
mod counts;
mod deeds;
mod evict;
mod initial;
mod life;
mod load;
mod machine;
pub(super) mod plan;
pub(super) mod pod;
pub(super) mod room;
pub(super) mod schedule;
mod shutdown;
pub(super) mod what_if;

use budget::{BudgetState, Counts};
use load::LoadTree;
use plan::{BudgetIndex, WorkloadIndex};
use pod::{Pod, PodId, PodState};
use room::Rooms;
use schedule::Unplaced;

use serde::{Deserialize, Serialize};

use super::MachineIndex;
use super::absence::Absences;
use super::spells::Spells;
use super::world::World;
use crate::engine::{Span, Time};
use crate::scenario::Limit;

/// Everything that changes of the pods of a fleet.
#[derive(Clone, Debug, Default)]
pub(super) struct Pods {
    /// Every pod, and places of pods that are no more.
    pub(super) list: Vec<Pod>,
    /// Places of `list` that can be used again.
    free: Vec<u32>,
    /// The pods on each machine, in the order in which they came.
    pub(super) on: Vec<Vec<u32>>,
    /// What is asked of each machine.
    pub(super) used: Vec<Used>,
    /// Images on each machine, or on their way to it: the workload, and when it is there.
    images: Vec<Vec<(u32, Time)>>,
    /// When each machine has pulled everything that it was asked to pull.
    pulls_until: Vec<Time>,
    pub(super) workloads: Vec<WorkloadState>,
    pub(super) budgets: Vec<BudgetState>,
    /// How long each budget allowed no disruption.
    pub(super) exhausted: Vec<Spells>,
    /// The machine that holds the data of each ordinal, of workloads with local volumes.
    homes: Vec<Vec<u32>>,
    /// The machines by how much is asked of them, cluster by cluster.
    loads: Vec<LoadTree>,
    /// What is left of the machines' room.
    rooms: Rooms,
    /// The machines that are away.
    pub(super) absences: Absences,
    /// Pods for which there is no machine, in the order in which they were found to have none.
    pub(super) pending: Vec<u32>,
}

impl Pods {
    /// How many places for pods there are.
    pub(super) fn count(&self) -> usize {
        self.list.len()
    }
}

impl World {
    /// A budget's counts now.
    pub fn budget_counts(&self, budget: BudgetIndex) -> Counts {
        self.pods.budgets[budget.at()].counts()
    }

    /// How many of a budget's pods there is no machine for now.
    pub fn budget_pending(&self, budget: BudgetIndex) -> u32 {
        self.pods.budgets[budget.at()].pending
    }

    /// What a budget limits now.
    pub fn budget_limit(&self, budget: BudgetIndex) -> Limit {
        self.pods.budgets[budget.at()].limit
    }

    /// How many pods a workload is to have now.
    pub fn replicas(&self, workload: WorkloadIndex) -> u32 {
        self.pods.workloads[workload.at()].replicas
    }

    /// What the run has counted of a workload so far.
    pub fn figures(&self, workload: WorkloadIndex) -> Figures {
        let now = self.now();
        let state = &self.pods.workloads[workload.at()];
        let (pending_for, pending_longest) = state.waiting.up_to(now);
        Figures {
            short_for: state.short.up_to(now).0,
            pending_for,
            pending_longest,
            ..state.figures
        }
    }

    /// How long a budget allowed no disruption of its pods up to now.
    pub fn exhausted_for(&self, budget: BudgetIndex) -> Span {
        self.pods.exhausted[budget.at()].up_to(self.now()).0
    }

    /// Every pod, with its machine and its state, by workload and number.
    pub fn all_pods(&self) -> impl Iterator<Item = (PodId, Option<MachineIndex>, PodState)> {
        let exists = |pod: &&Pod| pod.state != PodState::Gone;
        let mut pods: Vec<&Pod> = self.pods.list.iter().filter(exists).collect();
        pods.sort_by_key(|pod| pod.id);
        pods.into_iter().map(told)
    }

    /// Why there is no machine for a pod; `None` for one that has one, or needs none any more.
    pub fn why_pending(&self, id: PodId) -> Option<Unplaced> {
        let live = self.pods.workloads[id.workload.at()]
            .live
            .get(id.ordinal as usize)?;
        let pod = self.pods.list.get(*live as usize)?;
        (pod.id == id && pod.state == PodState::Pending).then_some(pod.why)
    }

    /// The pods on a machine, by workload and number.
    pub fn pods_on(&self, machine: MachineIndex) -> Vec<(PodId, PodState)> {
        let on = self.pods.on.get(machine.at());
        let mut pods: Vec<_> = on
            .into_iter()
            .flatten()
            .map(|pod| &self.pods.list[*pod as usize])
            .map(|pod| (pod.id, pod.state))
            .collect();
        pods.sort_by_key(|(id, _)| *id);
        pods
    }
}

fn told(pod: &Pod) -> (PodId, Option<MachineIndex>, PodState) {
    let machine = (pod.machine != pod::NONE).then_some(MachineIndex(pod.machine));
    (pod.id, machine, pod.state)
}

/// What is asked of a machine, by pods that are not gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Used {
    /// Thousandths of a core.
    pub(super) cpu: u64,
    /// Bytes.
    pub(super) memory: u64,
    /// Pods.
    pub(super) pods: u32,
}

/// What changes of a workload.
#[derive(Clone, Debug, Default)]
pub(super) struct WorkloadState {
    /// How many pods it is to have.
    pub(super) replicas: u32,
    /// The pod of each ordinal that is not ending, by its place; [`pod::NONE`] where there is none.
    pub(super) live: Vec<u32>,
    /// How often each ordinal's pod was replaced.
    pub(super) generation: Vec<u32>,
    /// Pods that count as Ready.
    healthy: u32,
    /// When fewer than it is to have were Ready.
    short: Spells,
    /// When there was no machine for some pod.
    waiting: Spells,
    /// Its figures of the run, but for lengths of time.
    pub(super) figures: Figures,
}

/// What a run counts of a workload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// The most pods that it was to have.
    pub replicas: u32,
    /// Pods that were evicted.
    pub evictions: u32,
    /// Pods that died with their machine, or were deleted, without their budget's leave.
    pub violations: u32,
    /// Pods that died with their machine.
    pub lost: u32,
    /// Pods that were deleted because their machine was away for too long.
    pub evictions_by_taint: u32,
    /// The most pods at once for which there was no machine.
    pub most_pending: u32,
    /// Pods for which there is no machine now.
    pub pending: u32,
    /// The fewest pods at once that were Ready.
    pub least_ready: u32,
    /// How long fewer pods were Ready than it was to have.
    pub short_for: Span,
    /// How long there was no machine for some pod.
    pub pending_for: Span,
    /// How long at once there was no machine for some pod, at the longest.
    pub pending_longest: Span,
}
