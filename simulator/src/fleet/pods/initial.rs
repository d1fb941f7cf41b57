//! Which pods are where when a run starts.
//!
//! Each workload's pods are put where the least is asked, or on the machines that the scenario names. They are Ready
//! and their images are there. It is the same in every run, so it is worked out once.

use super::budget::BudgetState;
use super::load::LoadTree;
use super::plan::{PodPlan, WorkloadIndex, number};
use super::pod::{NONE, PodId, PodState};
use super::room::Rooms;
use super::schedule::Unplaced;
use super::{Figures, Pods, Used, WorkloadState};
use crate::engine::Time;
use crate::fleet::absence::Absences;
use crate::fleet::spells::Spells;
use crate::fleet::world::World;

impl Pods {
    /// No pods yet, on machines of which none is in its tree.
    fn empty(plan: &PodPlan, pools: usize) -> Self {
        let machines = plan.allocatable.len();
        Self {
            on: vec![Vec::new(); machines],
            used: vec![Used::default(); machines],
            images: vec![Vec::new(); machines],
            pulls_until: vec![Time::START; machines],
            workloads: plan
                .workloads
                .iter()
                .map(|workload| WorkloadState::of(workload.spec.replicas))
                .collect(),
            homes: plan
                .workloads
                .iter()
                .map(|workload| {
                    let is_bound = workload.spec.local_volume;
                    vec![
                        NONE;
                        if is_bound {
                            workload.spec.replicas as usize
                        } else {
                            0
                        }
                    ]
                })
                .collect(),
            budgets: plan
                .budgets
                .iter()
                .map(|budget| BudgetState {
                    limit: budget.spec.limit,
                    unhealthy: budget.spec.unhealthy,
                    replicas: budget
                        .workloads
                        .iter()
                        .map(|workload| plan.workload(*workload))
                        .filter(|workload| workload.has_controller())
                        .map(|workload| workload.spec.replicas)
                        .sum(),
                    pods: 0,
                    healthy: 0,
                    pending: 0,
                    violations: 0,
                })
                .collect(),
            exhausted: vec![Spells::default(); plan.budgets.len()],
            rooms: Rooms::new(machines, pools),
            loads: plan
                .cluster_machines
                .iter()
                .map(|machines| LoadTree::new(machines.len()))
                .collect(),
            absences: Absences::new(machines, plan.zone_clusters.len()),
            ..Self::default()
        }
    }
}

impl WorkloadState {
    fn of(replicas: u32) -> Self {
        Self {
            replicas,
            live: vec![NONE; replicas as usize],
            generation: vec![0; replicas as usize],
            figures: Figures {
                replicas,
                ..Figures::default()
            },
            ..Self::default()
        }
    }
}

impl World {
    /// Puts the pods of the scenario on the machines as they are at the start of every run.
    pub(in crate::fleet) fn populate(&mut self) {
        let blueprint = std::sync::Arc::clone(&self.blueprint);
        let plan = blueprint.pods();
        if plan.is_empty() {
            return;
        }
        self.pods = Pods::empty(plan, self.pools.len());
        for machine in 0..number(plan.allocatable.len()) {
            self.reload(machine);
        }
        for (at, workload) in plan.workloads.iter().enumerate() {
            for ordinal in 0..workload.spec.replicas {
                let named = workload
                    .starts_on
                    .get(ordinal as usize % workload.starts_on.len().max(1));
                let id = PodId {
                    workload: WorkloadIndex(number(at)),
                    ordinal,
                    generation: 0,
                };
                self.place_at_start(id, named.copied());
            }
        }
        self.begin_to_count();
    }

    fn place_at_start(&mut self, id: PodId, named: Option<u32>) {
        let pod = self.add_pod(id);
        let named = named.filter(|machine| self.has_place(id.workload, *machine));
        let Some(machine) = named.or_else(|| self.least_loaded(id.workload)) else {
            let why = self.why_unplaced(id.workload, NONE);
            self.pend_at_start(pod, why);
            return;
        };
        self.assign(pod, machine);
        self.pods.list[pod as usize].state = PodState::Ready;
        let images = &mut self.pods.images[machine as usize];
        if !images
            .iter()
            .any(|(workload, _)| *workload == id.workload.0)
        {
            images.push((id.workload.0, Time::START));
        }
        self.pods.workloads[id.workload.at()].healthy += 1;
        for budget in &self.blueprint.pods().workload(id.workload).budgets {
            self.pods.budgets[budget.at()].healthy += 1;
        }
    }

    fn pend_at_start(&mut self, pod: u32, why: Unplaced) {
        self.wait_for_machine(pod, why, &mut crate::fleet::Unobserved);
    }
}
