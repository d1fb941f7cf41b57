//! What runs on the machines, as an appliance's resources: pods, disruption budgets, and what a rollout would meet.

use std::collections::{BTreeMap, BTreeSet};

use appliance::{
    Budget, BudgetId, ClusterId, Error, Finding, MachinePoolId, Pod, PodId, PodStatus, Text,
};

use super::Simulation;
use super::history::machine_id;
use super::resources::pool_id;
use crate::engine::EntityKey;
use crate::fleet::{self, BudgetIndex, MachineIndex, PodState};
use crate::preflight::{Severity, preflight};

/// The drains that each budget refuses.
type Refused = BTreeMap<BudgetIndex, BTreeSet<MachineIndex>>;

impl Simulation {
    /// Every budget, cluster by cluster.
    pub(super) fn budgets(&self) -> Vec<Budget> {
        let refused = self.world.refused_drains();
        let budgets = self.world.blueprint().budgets();
        budgets
            .map(|budget| self.budget(budget, &refused))
            .collect()
    }

    fn budget(&self, index: BudgetIndex, refused: &Refused) -> Budget {
        let blueprint = self.world.blueprint();
        let plan = blueprint.pods().budget(index);
        let counts = self.world.budget_counts(index);
        let workloads = plan.workloads.iter();
        let held = refused.get(&index).into_iter().flatten();
        Budget {
            id: budget_id(index),
            cluster_id: ClusterId(i64::try_from(plan.spec.cluster).unwrap_or(i64::MAX) + 1),
            namespace: Text::from(plan.spec.namespace.as_str()),
            name: Text::from(plan.spec.name.as_str()),
            limit: Text::from(self.world.budget_limit(index).to_string()),
            workloads: workloads
                .map(|workload| {
                    blueprint
                        .pods()
                        .workload(*workload)
                        .spec
                        .name
                        .as_str()
                        .into()
                })
                .collect(),
            expected: counts.expected,
            desired: counts.desired,
            healthy: counts.healthy,
            allowed: counts.allowed,
            pending: self.world.budget_pending(index),
            refuses: held.map(|machine| machine_id(*machine)).collect(),
        }
    }

    /// The budgets that cover some pods.
    pub(super) fn budgets_of(&self, pods: &[Pod]) -> Vec<Budget> {
        let meant: BTreeSet<BudgetId> = pods.iter().flat_map(|pod| pod.budgets.clone()).collect();
        if meant.is_empty() {
            return Vec::new();
        }
        let refused = self.world.refused_drains();
        let budgets = self.world.blueprint().budgets();
        budgets
            .filter(|budget| meant.contains(&budget_id(*budget)))
            .map(|budget| self.budget(budget, &refused))
            .collect()
    }

    /// The pods on a machine, by workload and number.
    pub(super) fn pods(&self, machine: MachineIndex) -> Vec<Pod> {
        let refused: BTreeMap<fleet::PodId, BudgetIndex> =
            self.world.refused_pods(machine).into_iter().collect();
        let blueprint = self.world.blueprint();
        let on = self.world.pods_on(machine).into_iter();
        let there = on.filter(|(_, state)| !matches!(state, PodState::Detaching | PodState::Gone));
        let told = there.map(|(pod, state)| {
            let plan = blueprint.pods().workload(pod.workload);
            let name = blueprint.pod_name(pod);
            let cluster = &blueprint.scenario().clusters[plan.spec.cluster].name;
            Pod {
                id: PodId(EntityKey::of(&["pod", cluster, &name]).number()),
                namespace: Text::from(plan.spec.namespace.as_str()),
                name: Text::from(name.split_once('/').map_or(&*name, |(_, name)| name)),
                workload: Text::from(plan.spec.name.as_str()),
                status: PodStatus::from(Text::from(state.as_str())),
                budgets: plan
                    .budgets
                    .iter()
                    .map(|budget| budget_id(*budget))
                    .collect(),
                refused_by: refused.get(&pod).map(|budget| budget_id(*budget)),
            }
        });
        told.collect()
    }

    /// What rollouts of these pools would meet.
    pub(super) fn findings(&self, pools: &[MachinePoolId]) -> Result<Vec<Finding>, Error> {
        let mut findings = Vec::new();
        for id in pools {
            let pool = self.pool_of(*id)?;
            let found = preflight(&self.world, pool)
                .into_iter()
                .map(|finding| Finding {
                    machine_pool_id: pool_id(pool),
                    is_blocking: finding.severity == Severity::Blocks,
                    object: finding.object,
                    says: finding.says.into(),
                    machines: u32::try_from(finding.machines.len()).unwrap_or(u32::MAX),
                    change: finding.change.into(),
                });
            findings.extend(found);
        }
        Ok(findings)
    }
}

fn budget_id(index: BudgetIndex) -> BudgetId {
    BudgetId(i64::from(index.0) + 1)
}
