//! What the rules go by: made once from the scenario, shared by all runs of an ensemble until a change makes one go on
//! with its own.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::FailureZone;
use super::doors::{Door, doors};
use super::layout::Layout;
use super::machine::Reason;
use super::members::Members;
use super::people::People;
use super::pods;
use super::pods::Pods;
use super::pods::plan::{BudgetIndex, PodPlan, WorkloadIndex, number};
use super::pods::pod::PodId;
use crate::engine::{Entity, EntityKey, Span, Time};
use crate::phase::Phase;
use crate::scenario::{
    DrainPolicy, Fault, FaultTarget, Hardware, MachineRef, Order, Policy, Scenario,
};

/// A machine's number, over all pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MachineIndex(pub u32);

/// A pool's number, its place in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PoolIndex(pub u32);

/// An operation's number, in the order of the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OperationIndex(pub u32);

/// A scenario made ready to run.
#[derive(Clone, Debug)]
pub struct Blueprint {
    scenario: Arc<Scenario>,
    horizon: Time,
    pools: Vec<PoolPlan>,
    /// The key of each machine's draws.
    keys: Arc<[EntityKey]>,
    /// The hardware class of the machines of each home.
    classes: Arc<[Hardware]>,
    /// The home of each machine: the place of its class among them.
    class_of: Arc<[u32]>,
    /// Whether some of them fail by themselves.
    has_hazards: bool,
    /// What runs on the machines.
    pods: Arc<PodPlan>,
    /// Who watches over the fleet.
    people: Arc<People>,
    /// Who is where, and is called how.
    pub(super) layout: Layout,
    /// Which pods are where when a run starts: the same in every run, so worked out once.
    pub(super) first_pods: Arc<OnceLock<Pods>>,
}

/// What the rules need to know of a pool.
#[derive(Clone, Debug)]
pub(super) struct PoolPlan {
    /// The number of the first machine that is from it.
    pub(super) first: u32,
    /// Its machines.
    pub(super) machines: Members,
    /// Its spare machines, behind those that are from it.
    pub(super) spares: Range<u32>,
    pub(super) policy: Policy,
    pub(super) drain: DrainPolicy,
    /// How many machines may be unavailable at once.
    pub(super) slots: u32,
    /// Its machines in the order of the rollout; `None` when that is the order of their numbers.
    pub(super) order: Option<Arc<[u32]>>,
    /// The faults that may meet one of its machines.
    pub(super) faults: Arc<[Fault]>,
    /// Its maintenance windows, in order; `None` where its machines may start at any time.
    pub(super) doors: Option<Arc<[Door]>>,
}

impl MachineIndex {
    pub(super) fn entity(self) -> Entity {
        Entity(self.0)
    }

    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

impl PoolIndex {
    /// Its place in the scenario's pools.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

impl OperationIndex {
    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

impl Blueprint {
    /// Makes a scenario ready to run.
    pub fn new(scenario: Scenario) -> Arc<Self> {
        let mut first = 0;
        let mut pools = Vec::new();
        for (index, pool) in scenario.homes().enumerate() {
            let count = pool.machines.count();
            let is_pool = index < scenario.pools.len();
            pools.push(PoolPlan {
                first,
                machines: Members::own(first..first + count),
                spares: first + count..first + count + pool.policy.surge,
                policy: pool.policy.clone(),
                drain: pool.drain,
                slots: pool.policy.slots(count),
                order: None,
                faults: faults(&scenario, index).into(),
                doors: is_pool
                    .then(|| doors(&scenario, index, scenario.horizon()))
                    .flatten()
                    .map(Into::into),
            });
            first += count + pool.policy.surge;
        }
        let keys = scenario
            .homes()
            .flat_map(|pool| {
                let all = pool.machines.count() + pool.policy.surge;
                (0..all).map(|position| {
                    EntityKey::of(&[&pool.name, &pool.machines.name(&pool.name, position)])
                })
            })
            .collect();
        let mut blueprint = Self {
            horizon: scenario.horizon(),
            has_hazards: {
                let mut homes = scenario.homes();
                homes.any(|pool| scenario.hardware[&pool.hardware].hazard.is_some())
            },
            pods: Arc::default(),
            people: Arc::new(People::new(&scenario, scenario.horizon())),
            layout: Layout::default(),
            first_pods: Arc::default(),
            classes: (0..pools.len())
                .map(|pool| scenario.hardware_of(pool))
                .collect(),
            class_of: (0..)
                .zip(&pools)
                .flat_map(|(class, pool)| (pool.first..pool.spares.end).map(move |_| class))
                .collect(),
            scenario: Arc::new(scenario),
            pools,
            keys,
        };
        for pool in blueprint.pools() {
            blueprint.pools[pool.at()].order = blueprint.order(pool);
        }
        blueprint.pods = Arc::new(blueprint.new_pod_plan(&PodPlan::default()));
        Arc::new(blueprint)
    }

    /// The scenario that this was made from.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The instant after which nothing is looked at.
    pub fn horizon(&self) -> Time {
        self.horizon
    }

    /// Every pool.
    pub fn pools(&self) -> impl Iterator<Item = PoolIndex> + use<> {
        (0..number(self.scenario.pools.len())).map(PoolIndex)
    }

    /// Every machine, spare ones included.
    pub fn machines(&self) -> impl Iterator<Item = MachineIndex> + use<> {
        (0..self.machine_count()).map(MachineIndex)
    }

    /// The machines of a pool.
    pub fn machines_of(&self, pool: PoolIndex) -> Members {
        self.pools[pool.at()].machines.clone()
    }

    /// The spare machines of a pool, present or not.
    pub fn spares_of(&self, pool: PoolIndex) -> impl Iterator<Item = MachineIndex> + use<> {
        self.pools[pool.at()].spares.clone().map(MachineIndex)
    }

    /// Whether a machine is a spare one.
    pub(super) fn is_spare(&self, machine: MachineIndex) -> bool {
        self.plan(self.home_of(machine)).spares.contains(&machine.0)
    }

    /// How many machines of a pool may be unavailable at once, without spare machines.
    pub fn slots(&self, pool: PoolIndex) -> u32 {
        self.pools[pool.at()].slots
    }

    /// How many spare machines a rollout of the pool gets.
    pub fn surge(&self, pool: PoolIndex) -> u32 {
        self.pools[pool.at()].policy.surge
    }

    /// How long a drain of the pool's machines may last; `None`: for ever.
    pub fn drain_time_out(&self, pool: PoolIndex) -> Option<Span> {
        let plan = &self.pools[pool.at()];
        plan.drain
            .time_out
            .or(self.classes[pool.at()].phases[Phase::Drain].time_out)
    }

    /// Whether drains of the pool's machines leave the pods of a namespace alone.
    pub(super) fn ignores(&self, pool: PoolIndex, namespace: &str) -> bool {
        let ignored = &self.about(pool).ignored_namespaces;
        ignored.iter().any(|ignored| ignored == namespace)
    }

    /// The pool that a machine is from, or the place of its `[[machines]]` behind all pools.
    pub(super) fn home_of(&self, machine: MachineIndex) -> PoolIndex {
        PoolIndex(self.class_of[machine.at()])
    }

    /// The zone of a machine, if it has one.
    pub fn machine_zone(&self, machine: MachineIndex) -> Option<&str> {
        let home = self.home_of(machine);
        let position = machine.0 - self.plan(home).first;
        self.about(home).machines.zone(position)
    }

    /// How long a machine had been in the fleet at the start.
    pub fn machine_age(&self, machine: MachineIndex) -> Span {
        let home = self.home_of(machine);
        let position = machine.0 - self.plan(home).first;
        self.about(home).machines.age(position)
    }

    /// Every disruption budget, by namespace and name.
    pub fn budgets(&self) -> impl Iterator<Item = BudgetIndex> + use<> {
        (0..number(self.pods.budgets.len())).map(BudgetIndex)
    }

    /// Every workload, in the order of the scenario.
    pub fn workloads(&self) -> impl Iterator<Item = WorkloadIndex> + use<> {
        (0..number(self.pods.workloads.len())).map(WorkloadIndex)
    }

    /// `NAMESPACE/NAME` of a budget.
    pub fn budget_name(&self, budget: BudgetIndex) -> String {
        let spec = &self.pods.budget(budget).spec;
        format!("{}/{}", spec.namespace, spec.name)
    }

    /// Whether every machine of a pool has a limit of processor, and of memory.
    pub fn has_limits(&self, pool: PoolIndex) -> (bool, bool) {
        let mut limits = (true, true);
        for machine in self.machines_of(pool) {
            if let Some(has) = self.pods.allocatable.get(machine.at()) {
                limits.0 &= has.cpu.is_some();
                limits.1 &= has.memory.is_some();
            }
        }
        limits
    }

    /// `NAMESPACE/NAME` of a workload.
    pub fn workload_name(&self, workload: WorkloadIndex) -> String {
        let spec = &self.pods.workload(workload).spec;
        format!("{}/{}", spec.namespace, spec.name)
    }

    /// The cluster and the name of a zone; `None` for the machines without one.
    pub fn failure_zone(&self, zone: FailureZone) -> (&str, Option<&str>) {
        let cluster = self.pods.zone_clusters[zone.0 as usize];
        let mut machines = (0..).map(MachineIndex).zip(&self.pods.failure_zones);
        let one = machines.find(|(_, own)| **own == zone.0);
        (
            &self.scenario.clusters[cluster].name,
            one.and_then(|(machine, _)| self.machine_zone(machine)),
        )
    }

    /// `NAMESPACE/NAME` of a pod.
    pub fn pod_name(&self, pod: PodId) -> String {
        let plan = self.pods.workload(pod.workload);
        format!("{}/{}", plan.spec.namespace, pods::pod::name(plan, pod))
    }

    /// What a reason is about: a budget, the workload of the last pod to end, a gate, or hands; `None` where the word says it all.
    pub fn reason_object(&self, reason: Reason) -> Option<String> {
        match reason {
            Reason::Budget(budget) | Reason::Capacity(budget) => Some(self.budget_name(budget)),
            Reason::PodGrace(workload) => Some(self.workload_name(workload)),
            Reason::Gate(gate) => Some(self.gate_name(gate).to_owned()),
            Reason::Repair(Some(hands)) => self.hands_name(hands).map(str::to_owned),
            _ => None,
        }
    }

    /// The machines that are cordoned by hand at the start.
    pub(super) fn cordoned_at_start(&self) -> impl Iterator<Item = MachineIndex> {
        let pools = self.pools.iter().zip(&self.scenario.pools);
        pools.flat_map(|(plan, about)| {
            let cordoned = about.machines.cordoned();
            cordoned.map(|position| MachineIndex(plan.first + position))
        })
    }

    /// The machine that a scenario names.
    pub fn machine(&self, machine: MachineRef) -> MachineIndex {
        MachineIndex(self.pools[machine.pool].first + machine.position)
    }

    /// Who watches over the fleet.
    pub(super) fn people(&self) -> &People {
        &self.people
    }

    /// How many homes of machines there are: pools, then what machines in none are from.
    pub(super) fn home_count(&self) -> u32 {
        number(self.pools.len())
    }

    pub(super) fn machine_count(&self) -> u32 {
        self.pools.last().map_or(0, |pool| pool.spares.end)
    }

    /// The number of the first machine from each home.
    pub(super) fn firsts(&self) -> Vec<u32> {
        self.pools.iter().map(|pool| pool.first).collect()
    }

    /// From now on these are the machines of a pool: how many may be unavailable follows their number.
    pub(super) fn set_members(&mut self, pool: PoolIndex, members: Members) {
        let plan = &mut self.pools[pool.at()];
        plan.slots = plan.policy.slots(members.size());
        plan.machines = members;
        let order = self.order(pool);
        self.pools[pool.at()].order = order;
    }

    /// The order in which a pool's machines are rolled out, where it is neither that of their names nor random.
    fn order(&self, pool: PoolIndex) -> Option<Arc<[u32]>> {
        let oldest_first = |machine: &MachineIndex| std::cmp::Reverse(self.machine_age(*machine));
        let zone = |machine: &MachineIndex| self.machine_zone(*machine);
        let mut machines: Vec<_> = self.machines_of(pool).collect();
        match self.plan(pool).policy.order {
            Order::Name | Order::Random => return None,
            Order::Oldest => machines.sort_by_key(oldest_first),
            Order::Zone => machines.sort_by(|a, b| {
                by_zone(zone(a), zone(b)).then_with(|| oldest_first(a).cmp(&oldest_first(b)))
            }),
        }
        Some(machines.into_iter().map(|machine| machine.0).collect())
    }

    pub(super) fn set_pod_plan(&mut self, plan: PodPlan) {
        self.pods = Arc::new(plan);
    }

    pub(super) fn plan(&self, pool: PoolIndex) -> &PoolPlan {
        &self.pools[pool.at()]
    }

    /// The hardware class of a machine.
    pub(super) fn hardware(&self, machine: MachineIndex) -> &Hardware {
        &self.classes[self.class_of[machine.at()] as usize]
    }

    pub(super) fn key(&self, machine: MachineIndex) -> EntityKey {
        self.keys[machine.at()]
    }

    /// The key of the draws of a pool as a whole.
    pub(super) fn pool_key(&self, pool: PoolIndex) -> EntityKey {
        EntityKey::of(&["pool", &self.about(pool).name])
    }

    pub(super) fn has_faults(&self) -> bool {
        !self.scenario.faults.is_empty()
    }

    pub(super) fn has_hazards(&self) -> bool {
        self.has_hazards
    }

    /// What runs on the machines.
    pub(crate) fn pods(&self) -> &PodPlan {
        &self.pods
    }
}

/// Zones in natural order, machines without one last, as `OpenShift`'s machine-config operator sorts
/// (<https://github.com/openshift/machine-config-operator/blob/main/pkg/controller/node/node_controller.go>).
fn by_zone(a: Option<&str>, b: Option<&str>) -> std::cmp::Ordering {
    match (a, b) {
        (Some(a), Some(b)) => alphanumeric_sort::compare_str(a, b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

/// The faults that may meet a machine of this pool.
fn faults(scenario: &Scenario, index: usize) -> Vec<Fault> {
    let of_pool = |fault: &&Fault| match fault.target {
        FaultTarget::Machine(machine) => machine.pool == index,
        FaultTarget::Pool(pool) => pool == index,
    };
    scenario.faults.iter().filter(of_pool).cloned().collect()
}

/// How long a phase may go on from `since`, for the rule that has a limit.
pub(super) fn deadline(since: Time, limit: Option<Span>) -> Option<Time> {
    limit.map(|limit| since + limit)
}
