//! Workloads, budgets and pods, told to programs.

use serde::Serialize;

use crate::engine::{Span, Time};
use crate::fleet::{
    Blueprint, BudgetIndex, Counts, MachineIndex, PodEvent, PodId, PodState, Unplaced,
    WorkloadIndex, World,
};
use crate::scenario::{Capacity, Limit, Quantity, UnhealthyPods};

/// A workload at the start.
#[derive(Serialize)]
pub(super) struct WorkloadLine {
    workload: String,
    cluster: String,
    #[serde(rename = "type")]
    kind: &'static str,
    replicas: u32,
    cpu_millicores: u64,
    memory_bytes: u64,
    grace_s: Span,
    budgets: Vec<String>,
    local_volume: bool,
    anti_affinity: Option<&'static str>,
    /// The machines that its pods may run on; of daemon sets and static pods: on which there is one.
    machines: Vec<String>,
}

/// A budget at the start.
#[derive(Serialize)]
pub(super) struct BudgetLine {
    budget: String,
    workloads: Vec<String>,
    #[serde(flatten)]
    limit: LimitFields,
    unhealthy_pod_eviction_policy: &'static str,
    #[serde(flatten)]
    counts: CountFields,
}

/// A limit: one of the two keys of a scenario.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LimitFields {
    MinAvailable(Amount),
    MaxUnavailable(Amount),
}

/// A count, or a percentage as a text.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Amount {
    Count(u32),
    Percent(String),
}

/// A budget's counts.
#[derive(Serialize)]
pub(super) struct CountFields {
    expected: u32,
    desired: u32,
    healthy: u32,
    allowed: u32,
}

/// A pod at the start.
#[derive(Serialize)]
pub(super) struct PodLine {
    pod: String,
    workload: String,
    machine: Option<String>,
    state: &'static str,
    /// Why there is no machine for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

/// What a machine has for pods, those that are on every machine included.
#[derive(Serialize)]
pub(super) struct CapacityFields {
    cpu_millicores: Option<u64>,
    memory_bytes: Option<u64>,
    pods: u32,
}

/// The pod that a line is about.
#[derive(Serialize)]
pub(super) struct Whose {
    pod: String,
    workload: String,
    machine: Option<String>,
}

/// What a line tells of a pod, by its `kind`.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum PodLineWhat {
    PodCreated {
        #[serde(flatten)]
        whose: Whose,
    },
    PodPending {
        #[serde(flatten)]
        whose: Whose,
        why: &'static str,
    },
    PodPlaced {
        #[serde(flatten)]
        whose: Whose,
    },
    PodReady {
        #[serde(flatten)]
        whose: Whose,
    },
    PodUnready {
        #[serde(flatten)]
        whose: Whose,
    },
    PodTaintEvicted {
        #[serde(flatten)]
        whose: Whose,
    },
    PodShutDown {
        #[serde(flatten)]
        whose: Whose,
    },
    PodEvicted {
        #[serde(flatten)]
        whose: Whose,
        budget: Option<String>,
        #[serde(flatten)]
        counts: Option<CountFields>,
    },
    EvictionRefused {
        #[serde(flatten)]
        whose: Whose,
        budget: String,
        #[serde(flatten)]
        counts: CountFields,
        first_s: Time,
        last_s: Time,
        count: u64,
    },
    EvictionFailed {
        #[serde(flatten)]
        whose: Whose,
        budgets: Vec<String>,
    },
    PodDeleted {
        #[serde(flatten)]
        whose: Whose,
        is_forced: bool,
    },
    PodGone {
        #[serde(flatten)]
        whose: Whose,
    },
}

pub(super) fn workloads(blueprint: &Blueprint) -> Vec<WorkloadLine> {
    let scenario = blueprint.scenario();
    let plans = blueprint.pods().workloads.iter();
    let line = plans.map(|plan| WorkloadLine {
        workload: format!("{}/{}", plan.spec.namespace, plan.spec.name),
        cluster: scenario.clusters[plan.spec.cluster].name.clone(),
        kind: plan.spec.kind.as_str(),
        replicas: plan.spec.replicas,
        cpu_millicores: plan.spec.requests.cpu,
        memory_bytes: plan.spec.requests.memory,
        grace_s: plan.spec.grace,
        budgets: plan
            .budgets
            .iter()
            .map(|budget| blueprint.budget_name(*budget))
            .collect(),
        local_volume: plan.spec.local_volume,
        anti_affinity: plan
            .spec
            .anti_affinity
            .map(crate::scenario::Topology::as_str),
        machines: plan
            .machines
            .iter()
            .map(|machine| blueprint.machine_name(MachineIndex(*machine)))
            .collect(),
    });
    line.collect()
}

pub(super) fn budgets(blueprint: &Blueprint, world: &World) -> Vec<BudgetLine> {
    let line = |budget: BudgetIndex| {
        let plan = blueprint.pods().budget(budget);
        BudgetLine {
            budget: blueprint.budget_name(budget),
            workloads: plan
                .workloads
                .iter()
                .map(|workload| blueprint.workload_name(*workload))
                .collect(),
            limit: plan.spec.limit.into(),
            unhealthy_pod_eviction_policy: match plan.spec.unhealthy {
                UnhealthyPods::IfHealthyBudget => "IfHealthyBudget",
                UnhealthyPods::AlwaysAllow => "AlwaysAllow",
            },
            counts: world.budget_counts(budget).into(),
        }
    };
    blueprint.budgets().map(line).collect()
}

pub(super) fn pods(blueprint: &Blueprint, world: &World) -> Vec<PodLine> {
    let line = |(pod, machine, state): (PodId, Option<MachineIndex>, PodState)| PodLine {
        pod: blueprint.pod_name(pod),
        workload: blueprint.workload_name(pod.workload),
        machine: machine.map(|machine| blueprint.machine_name(machine)),
        state: state.as_str(),
        why: world.why_pending(pod).map(Unplaced::as_str),
    };
    world.all_pods().map(line).collect()
}

pub(super) fn what(
    blueprint: &Blueprint,
    pod: PodId,
    machine: Option<MachineIndex>,
    what: PodEvent,
) -> PodLineWhat {
    let whose = Whose {
        pod: blueprint.pod_name(pod),
        workload: blueprint.workload_name(pod.workload),
        machine: machine.map(|machine| blueprint.machine_name(machine)),
    };
    let name = |budget| blueprint.budget_name(budget);
    match what {
        PodEvent::Created => PodLineWhat::PodCreated { whose },
        PodEvent::Pending { why } => PodLineWhat::PodPending {
            whose,
            why: why.as_str(),
        },
        PodEvent::Placed => PodLineWhat::PodPlaced { whose },
        PodEvent::Ready => PodLineWhat::PodReady { whose },
        PodEvent::Unready => PodLineWhat::PodUnready { whose },
        PodEvent::TaintEvicted => PodLineWhat::PodTaintEvicted { whose },
        PodEvent::ShutDown => PodLineWhat::PodShutDown { whose },
        PodEvent::Evicted { budget, counts } => PodLineWhat::PodEvicted {
            whose,
            budget: budget.map(name),
            counts: budget.map(|_| counts.into()),
        },
        PodEvent::Refused {
            budget,
            counts,
            first,
            last,
            count,
        } => PodLineWhat::EvictionRefused {
            whose,
            budget: name(budget),
            counts: counts.into(),
            first_s: first,
            last_s: last,
            count,
        },
        PodEvent::EvictionFailed => PodLineWhat::EvictionFailed {
            whose,
            budgets: budgets_of(blueprint, pod.workload),
        },
        PodEvent::Deleted { is_forced } => PodLineWhat::PodDeleted { whose, is_forced },
        PodEvent::Gone => PodLineWhat::PodGone { whose },
    }
}

fn budgets_of(blueprint: &Blueprint, workload: WorkloadIndex) -> Vec<String> {
    let budgets = &blueprint.pods().workload(workload).budgets;
    budgets
        .iter()
        .map(|budget| blueprint.budget_name(*budget))
        .collect()
}

impl From<Counts> for CountFields {
    fn from(counts: Counts) -> Self {
        Self {
            expected: counts.expected,
            desired: counts.desired,
            healthy: counts.healthy,
            allowed: counts.allowed,
        }
    }
}

impl From<Capacity> for CapacityFields {
    fn from(capacity: Capacity) -> Self {
        Self {
            cpu_millicores: capacity.cpu,
            memory_bytes: capacity.memory,
            pods: capacity.pods,
        }
    }
}

impl From<Limit> for LimitFields {
    fn from(limit: Limit) -> Self {
        match limit {
            Limit::MinAvailable(quantity) => Self::MinAvailable(quantity.into()),
            Limit::MaxUnavailable(quantity) => Self::MaxUnavailable(quantity.into()),
        }
    }
}

impl From<Quantity> for Amount {
    fn from(quantity: Quantity) -> Self {
        match quantity {
            Quantity::Count(count) => Self::Count(count),
            Quantity::Share(_) => Self::Percent(quantity.to_string()),
        }
    }
}
