//! Workloads and budgets with every name resolved: what does not change in a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::EntityKey;
use crate::fleet::PoolIndex;
use crate::scenario::{Budget, Capacity, Kind, MachineRef, Scenario, Workload};

/// A workload's number, its place in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WorkloadIndex(pub u32);

/// A budget's number: by namespace and name, cluster by cluster, so that the lowest is the first in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BudgetIndex(pub u32);

impl WorkloadIndex {
    /// Its place in the scenario's workloads.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

impl BudgetIndex {
    /// Its place among the budgets in order.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

/// What the rules need to know of what runs on the machines.
#[derive(Debug, Default)]
pub(crate) struct PodPlan {
    pub(crate) workloads: Vec<WorkloadPlan>,
    pub(crate) budgets: Vec<BudgetPlan>,
    /// What each machine has for pods, without what those that are on every machine ask.
    pub(crate) allocatable: Vec<Capacity>,
    /// The zone of each machine, as a number within the fleet.
    pub(crate) zones: Vec<u32>,
    /// The zone of each machine, as a number within all zones of all clusters.
    pub(crate) failure_zones: Vec<u32>,
    /// The cluster of each of these.
    pub(crate) zone_clusters: Vec<usize>,
    /// The cluster and the zone within the fleet of each of these.
    known_zones: Vec<(u32, u32)>,
    /// The cluster of each machine.
    pub(crate) clusters: Vec<u32>,
    /// The machines of each cluster.
    pub(crate) cluster_machines: Vec<Vec<u32>>,
    /// The place of each machine among those of its cluster.
    pub(crate) places: Vec<u32>,
    /// Whether pods that a drain has to evict may be on the machines of a pool.
    hosts: Vec<bool>,
}

/// A workload, resolved.
#[derive(Debug)]
pub(crate) struct WorkloadPlan {
    pub(crate) spec: Workload,
    /// The machines that it may run on.
    pub(crate) machines: Vec<u32>,
    /// The same, by machine.
    pub(crate) suits: Vec<bool>,
    /// The budgets that cover it.
    pub(crate) budgets: Vec<BudgetIndex>,
    /// The machines that its pods are on at the start, in turn; may be empty.
    pub(crate) starts_on: Vec<u32>,
    /// The keys of its pods' draws begin with this.
    pub(crate) key: EntityKey,
}

/// A budget, resolved.
#[derive(Debug)]
pub(crate) struct BudgetPlan {
    pub(crate) spec: Budget,
    /// Its place in the scenario.
    pub(crate) place: usize,
    /// The workloads that it covers.
    pub(crate) workloads: Vec<WorkloadIndex>,
}

/// Where the machines of a scenario stand in the fleet.
pub(crate) struct Places<'s> {
    pub(crate) scenario: &'s Scenario,
    /// Every machine, in order.
    pub(crate) machines: Vec<Standing>,
    /// The first machine from each home.
    pub(crate) firsts: Vec<u32>,
}

/// Where one machine stands.
pub(crate) struct Standing {
    /// The place of what it is from, among the scenario's homes.
    pub(crate) home: usize,
    /// Its position there.
    pub(crate) position: u32,
    /// The pool that it is in.
    pub(crate) pool: Option<usize>,
    /// Labels of its own.
    pub(crate) labels: Arc<BTreeMap<String, String>>,
}

impl Standing {
    /// Whether it has all of these labels: its own, or else those of its pool.
    fn has_labels(&self, scenario: &Scenario, labels: &BTreeMap<String, String>) -> bool {
        let of_pool = |key| {
            self.pool
                .and_then(|pool| scenario.pools[pool].labels.get(key))
        };
        let mut wanted = labels.iter();
        wanted.all(|(key, value)| self.labels.get(key).or_else(|| of_pool(key)) == Some(value))
    }
}

impl Places<'_> {
    fn machine(&self, machine: MachineRef) -> u32 {
        self.firsts[machine.pool] + machine.position
    }

    /// The number that stands for the cluster of machines in none: behind all others.
    fn no_cluster(&self) -> usize {
        self.scenario.clusters.len()
    }
}

impl PodPlan {
    /// What runs on machines that stand so; zones keep the numbers that they had `before`.
    pub(crate) fn new(places: &Places<'_>, before: &Self) -> Self {
        let scenario = places.scenario;
        if scenario.workloads.is_empty() {
            return Self::default();
        }
        let mut order: Vec<usize> = (0..scenario.budgets.len()).collect();
        order.sort_by_key(|place| {
            let budget = &scenario.budgets[*place];
            (budget.cluster, &budget.namespace, &budget.name)
        });
        let budgets: Vec<_> = order
            .into_iter()
            .map(|place| BudgetPlan {
                spec: scenario.budgets[place].clone(),
                place,
                workloads: scenario.budgets[place]
                    .workloads
                    .iter()
                    .map(|at| WorkloadIndex(number(*at)))
                    .collect(),
            })
            .collect();
        let workloads: Vec<_> = scenario
            .workloads
            .iter()
            .enumerate()
            .map(|(at, spec)| WorkloadPlan::new(places, &budgets, at, spec))
            .collect();
        let cluster_of = |machine: &Standing| match machine.pool {
            Some(pool) => scenario.pools[pool].cluster,
            None => places.no_cluster(),
        };
        let clusters: Vec<u32> = places
            .machines
            .iter()
            .map(|machine| number(cluster_of(machine)))
            .collect();
        let mut cluster_machines = vec![Vec::new(); scenario.clusters.len() + 1];
        let mut place_of = Vec::with_capacity(clusters.len());
        for (machine, cluster) in (0..).zip(&clusters) {
            let own = &mut cluster_machines[*cluster as usize];
            place_of.push(number(own.len()));
            own.push(machine);
        }
        let zones = zones(places);
        let mut known = before.known_zones.clone();
        let failure_zones = failure_zones(&zones, &clusters, &mut known);
        let mut plan = Self {
            failure_zones,
            zone_clusters: known.iter().map(|(cluster, _)| *cluster as usize).collect(),
            known_zones: known,
            hosts: hosts(&workloads, places),
            places: place_of,
            cluster_machines,
            clusters,
            allocatable: places
                .machines
                .iter()
                .map(|machine| scenario.home(machine.home).capacity)
                .collect(),
            zones,
            workloads,
            budgets,
        };
        plan.take_per_machine_pods();
        plan
    }

    /// What pods that are on every machine ask, none of which a drain touches, is not there for others.
    fn take_per_machine_pods(&mut self) {
        for workload in self
            .workloads
            .iter()
            .filter(|workload| workload.spec.kind.is_per_machine())
        {
            for machine in &workload.machines {
                let has = &mut self.allocatable[*machine as usize];
                has.cpu = has
                    .cpu
                    .map(|cpu| cpu.saturating_sub(workload.spec.requests.cpu));
                has.memory = has
                    .memory
                    .map(|memory| memory.saturating_sub(workload.spec.requests.memory));
                has.pods = has.pods.saturating_sub(1);
            }
        }
    }

    /// Whether nothing runs on any machine that a drain would have to evict.
    pub(crate) fn is_empty(&self) -> bool {
        self.workloads.is_empty()
    }

    pub(crate) fn workload(&self, workload: WorkloadIndex) -> &WorkloadPlan {
        &self.workloads[workload.at()]
    }

    pub(crate) fn budget(&self, budget: BudgetIndex) -> &BudgetPlan {
        &self.budgets[budget.at()]
    }

    /// The budget at a place of the scenario.
    pub(crate) fn budget_at(&self, place: usize) -> BudgetIndex {
        let at = self.budgets.iter().position(|budget| budget.place == place);
        BudgetIndex(number(at.unwrap_or(usize::MAX)))
    }

    /// Whether pods that a drain has to evict may be on the machines of a pool.
    pub(crate) fn hosts(&self, pool: PoolIndex) -> bool {
        self.hosts.get(pool.at()).copied().unwrap_or(false)
    }
}

impl WorkloadPlan {
    fn new(places: &Places<'_>, budgets: &[BudgetPlan], at: usize, spec: &Workload) -> Self {
        let scenario = places.scenario;
        let mut suits = Vec::new();
        for machine in &places.machines {
            let is_there = |pool: usize| {
                let pools = spec.pools.as_ref();
                let of_cluster = scenario.pools[pool].cluster == spec.cluster;
                of_cluster && pools.is_none_or(|pools| pools.contains(&pool))
            };
            let is_there = machine.pool.is_some_and(is_there);
            suits.push(is_there && machine.has_labels(scenario, &spec.selector));
        }
        let machines = (0..)
            .zip(&suits)
            .filter(|(_, suits)| **suits)
            .map(|(machine, _)| machine);
        let covers = (0..)
            .zip(budgets)
            .filter(|(_, budget)| budget.workloads.iter().any(|covered| covered.at() == at))
            .map(|(number, _)| BudgetIndex(number));
        let cluster = &scenario.clusters[spec.cluster].name;
        Self {
            machines: machines.collect(),
            budgets: covers.collect(),
            starts_on: spec
                .starts_on
                .iter()
                .map(|machine| places.machine(*machine))
                .collect(),
            key: EntityKey::of(&["workload", cluster, &spec.namespace, &spec.name]),
            spec: spec.clone(),
            suits,
        }
    }

    /// Whether a controller makes its pods, so that its replicas count as expected.
    pub(crate) fn has_controller(&self) -> bool {
        matches!(self.spec.kind, Kind::Deployment | Kind::StatefulSet)
    }
}

/// Whether pods that a drain has to evict may be on the machines of each pool.
fn hosts(workloads: &[WorkloadPlan], places: &Places<'_>) -> Vec<bool> {
    let mut hosts = vec![false; places.scenario.pools.len()];
    let evictable = |workload: &&WorkloadPlan| !workload.spec.kind.is_per_machine();
    for workload in workloads.iter().filter(evictable) {
        for machine in &workload.machines {
            if let Some(pool) = places.machines[*machine as usize].pool {
                hosts[pool] = true;
            }
        }
    }
    hosts
}

/// The zone of each machine as a number, where no two clusters share a zone. Those that are `known` keep their numbers.
fn failure_zones(zones: &[u32], clusters: &[u32], known: &mut Vec<(u32, u32)>) -> Vec<u32> {
    let mut of_machine = |own: (u32, u32)| {
        let found = known.iter().position(|one| *one == own);
        number(found.unwrap_or_else(|| {
            known.push(own);
            known.len() - 1
        }))
    };
    let pairs = clusters.iter().copied().zip(zones.iter().copied());
    pairs.map(&mut of_machine).collect()
}

/// The zone of each machine as a number; machines without one share a number.
fn zones(places: &Places<'_>) -> Vec<u32> {
    let scenario = places.scenario;
    let mut names: Vec<Option<&str>> = Vec::new();
    places
        .machines
        .iter()
        .map(|machine| {
            let home = scenario.home(machine.home);
            let zone = home.machines.zone(machine.position);
            let known = names.iter().position(|name| *name == zone);
            number(known.unwrap_or_else(|| {
                names.push(zone);
                names.len() - 1
            }))
        })
        .collect()
}

/// A place as a number; scenarios have far fewer of anything than fit.
pub(crate) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
