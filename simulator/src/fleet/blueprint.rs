//! What does not change in a run: made once from the scenario, shared by all runs of an ensemble.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::FailureZone;
use super::doors::{Door, doors};
use super::machine::Reason;
use super::people::{GateIndex, HandsIndex, People};
use super::pods;
use super::pods::Pods;
use super::pods::plan::{BudgetIndex, Places, PodPlan, WorkloadIndex, number};
use super::pods::pod::PodId;
use crate::engine::{Entity, EntityKey, Span, Time};
use crate::phase::Phase;
use crate::scenario::{
    DrainPolicy, Fault, FaultTarget, Hardware, MachineRef, Order, Policy, Scenario,
};

/// A machine's number, over all pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MachineIndex(pub u32);

/// A pool's number, its place in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PoolIndex(pub u32);

/// An operation's number, in the order of the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperationIndex(pub u32);

/// Entities of each pool: its starter and its clocks.
const PER_POOL: u32 = 5;

/// A scenario made ready to run.
#[derive(Debug)]
pub struct Blueprint {
    scenario: Scenario,
    horizon: Time,
    pools: Vec<PoolPlan>,
    /// The key of each machine's draws.
    keys: Vec<EntityKey>,
    /// The hardware class of each pool's machines.
    classes: Vec<Hardware>,
    /// The place of each machine's class among them.
    class_of: Vec<u32>,
    /// Whether some of them fail by themselves.
    has_hazards: bool,
    /// What runs on the machines.
    pods: PodPlan,
    /// Who watches over the fleet.
    people: People,
    /// Which pods are where when a run starts: the same in every run, so worked out once.
    pub(super) first_pods: OnceLock<Pods>,
}

/// What the rules need to know of a pool.
#[derive(Debug)]
pub(super) struct PoolPlan {
    /// Its machines.
    pub(super) machines: Range<u32>,
    /// Its spare machines, behind them.
    pub(super) spares: Range<u32>,
    pub(super) policy: Policy,
    pub(super) drain: DrainPolicy,
    /// How many machines may be unavailable at once.
    pub(super) slots: u32,
    /// Its machines in the order of the rollout; `None` when that is the order of their numbers.
    pub(super) order: Option<Arc<[u32]>>,
    /// The faults that may meet one of its machines.
    pub(super) faults: Vec<Fault>,
    /// Its maintenance windows, in order; `None` where its machines may start at any time.
    pub(super) doors: Option<Vec<Door>>,
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

/// Whom an entity number of the agenda stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Actor {
    Machine(MachineIndex),
    /// A pool that tries to start machines.
    Starter(PoolIndex),
    /// The time limit of a pool's operation.
    OperationClock(PoolIndex),
    /// The time after which a pool's machines that are down lose their slots.
    SlotClock(PoolIndex),
    /// The openings and closings of a pool's maintenance windows.
    WindowClock(PoolIndex),
    /// The time for which a pool's canaries are watched.
    CanaryClock(PoolIndex),
    /// The eviction attempts of a machine's drain, and what is done about a machine that is away.
    Evictor(MachineIndex),
    /// The next release of a machine image.
    ReleaseClock,
    /// The image that is on its way to the pools.
    CourseClock,
    /// People who repair machines.
    Hands(HandsIndex),
    /// The next change of a health gate.
    Gate(GateIndex),
    /// Who retries the pool's operation that failed.
    Owner(PoolIndex),
    /// The next failure of a machine that fails by itself, or its repair.
    Hazard(MachineIndex),
    /// The crash of a machine whose revision shows its harm late.
    Harm(MachineIndex),
    /// A pod, by its place.
    Pod(u32),
}

impl Blueprint {
    /// Makes a scenario ready to run.
    pub fn new(scenario: Scenario) -> Arc<Self> {
        let mut first = 0;
        let mut pools = Vec::with_capacity(scenario.pools.len());
        for (index, pool) in scenario.pools.iter().enumerate() {
            let count = pool.machines.count();
            pools.push(PoolPlan {
                machines: first..first + count,
                spares: first + count..first + count + pool.policy.surge,
                policy: pool.policy.clone(),
                drain: pool.drain,
                slots: pool.policy.slots(count),
                order: order(&scenario, index, first),
                faults: faults(&scenario, index),
                doors: doors(&scenario, index, scenario.horizon()),
            });
            first += count + pool.policy.surge;
        }
        let keys = scenario
            .pools
            .iter()
            .flat_map(|pool| {
                let all = pool.machines.count() + pool.policy.surge;
                (0..all).map(|position| {
                    EntityKey::of(&[&pool.name, &pool.machines.name(&pool.name, position)])
                })
            })
            .collect();
        let plan = PodPlan::new(&Places {
            scenario: &scenario,
            ranges: pools
                .iter()
                .map(|pool| pool.machines.start..pool.spares.end)
                .collect(),
        });
        Arc::new(Self {
            horizon: scenario.horizon(),
            has_hazards: {
                let mut pools = scenario.pools.iter();
                pools.any(|pool| scenario.hardware[&pool.hardware].hazard.is_some())
            },
            pods: plan,
            people: People::new(&scenario, scenario.horizon()),
            first_pods: OnceLock::new(),
            classes: (0..scenario.pools.len())
                .map(|pool| scenario.hardware_of(pool))
                .collect(),
            class_of: (0..)
                .zip(&pools)
                .flat_map(|(class, pool)| {
                    (pool.machines.start..pool.spares.end).map(move |_| class)
                })
                .collect(),
            scenario,
            pools,
            keys,
        })
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
        (0..u32::try_from(self.pools.len()).unwrap_or(u32::MAX)).map(PoolIndex)
    }

    /// Every machine, spare ones included.
    pub fn machines(&self) -> impl Iterator<Item = MachineIndex> + use<> {
        (0..self.machine_count()).map(MachineIndex)
    }

    /// The machines of a pool.
    pub fn machines_of(&self, pool: PoolIndex) -> impl Iterator<Item = MachineIndex> + use<> {
        self.pools[pool.at()].machines.clone().map(MachineIndex)
    }

    /// The spare machines of a pool, present or not.
    pub fn spares_of(&self, pool: PoolIndex) -> impl Iterator<Item = MachineIndex> + use<> {
        self.pools[pool.at()].spares.clone().map(MachineIndex)
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
        let ignored = &self.scenario.pools[pool.at()].ignored_namespaces;
        ignored.iter().any(|ignored| ignored == namespace)
    }

    /// The name of a pool.
    pub fn pool_name(&self, pool: PoolIndex) -> &str {
        &self.scenario.pools[pool.at()].name
    }

    /// The pool that a machine belongs to.
    pub fn pool_of(&self, machine: MachineIndex) -> PoolIndex {
        let after = self
            .pools
            .partition_point(|pool| pool.spares.end <= machine.0);
        PoolIndex(u32::try_from(after).unwrap_or(u32::MAX))
    }

    /// The name of a machine.
    pub fn machine_name(&self, machine: MachineIndex) -> String {
        let pool = self.pool_of(machine);
        let about = &self.scenario.pools[pool.at()];
        let position = machine.0 - self.pools[pool.at()].machines.start;
        about.machines.name(&about.name, position)
    }

    /// The zone of a machine, if it has one.
    pub fn machine_zone(&self, machine: MachineIndex) -> Option<&str> {
        let pool = self.pool_of(machine);
        let position = machine.0 - self.pools[pool.at()].machines.start;
        self.scenario.pools[pool.at()].machines.zone(position)
    }

    /// How long a machine had been in the fleet at the start.
    pub fn machine_age(&self, machine: MachineIndex) -> Span {
        let pool = self.pool_of(machine);
        let position = machine.0 - self.pools[pool.at()].machines.start;
        self.scenario.pools[pool.at()].machines.age(position)
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
            cordoned.map(|position| MachineIndex(plan.machines.start + position))
        })
    }

    /// The machine that a scenario names.
    pub fn machine(&self, machine: MachineRef) -> MachineIndex {
        MachineIndex(self.pools[machine.pool].machines.start + machine.position)
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
        EntityKey::of(&["pool", self.pool_name(pool)])
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

    /// How many entities the agenda needs before pods are made: machines, their evictors where pods run, then five
    /// for each pool, then two for images where there are any, then those of people, then one for each machine where some
    /// fail by themselves, and where some revision does harm. Pods come behind them. So at one instant evictions come before starts.
    pub(super) fn entities(&self) -> usize {
        self.first_pod() as usize
    }

    pub(super) fn actor(&self, entity: Entity) -> Actor {
        let machines = self.machine_count();
        if entity.0 < machines {
            return Actor::Machine(MachineIndex(entity.0));
        }
        if entity.0 < self.first_starter() {
            return Actor::Evictor(MachineIndex(entity.0 - machines));
        }
        if entity.0 >= self.first_pod() {
            return Actor::Pod(entity.0 - self.first_pod());
        }
        if entity.0 >= self.first_harm() {
            return Actor::Harm(MachineIndex(entity.0 - self.first_harm()));
        }
        if entity.0 >= self.first_hazard() {
            return Actor::Hazard(MachineIndex(entity.0 - self.first_hazard()));
        }
        if entity.0 >= self.first_of_people() {
            return self.people.actor(entity.0 - self.first_of_people());
        }
        if entity.0 >= self.first_of_images() {
            return if entity == self.release_clock() {
                Actor::ReleaseClock
            } else {
                Actor::CourseClock
            };
        }
        let beyond = entity.0 - self.first_starter();
        let pool = PoolIndex(beyond / PER_POOL);
        match beyond % PER_POOL {
            0 => Actor::Starter(pool),
            1 => Actor::OperationClock(pool),
            2 => Actor::SlotClock(pool),
            3 => Actor::WindowClock(pool),
            _ => Actor::CanaryClock(pool),
        }
    }

    pub(super) fn starter(&self, pool: PoolIndex) -> Entity {
        Entity(self.first_starter() + PER_POOL * pool.0)
    }

    pub(super) fn operation_clock(&self, pool: PoolIndex) -> Entity {
        Entity(self.first_starter() + PER_POOL * pool.0 + 1)
    }

    pub(super) fn slot_clock(&self, pool: PoolIndex) -> Entity {
        Entity(self.first_starter() + PER_POOL * pool.0 + 2)
    }

    pub(super) fn window_clock(&self, pool: PoolIndex) -> Entity {
        Entity(self.first_starter() + PER_POOL * pool.0 + 3)
    }

    pub(super) fn canary_clock(&self, pool: PoolIndex) -> Entity {
        Entity(self.first_starter() + PER_POOL * pool.0 + 4)
    }

    /// The crash of a machine whose revision shows its harm late.
    pub(super) fn harm_clock(&self, machine: MachineIndex) -> Entity {
        Entity(self.first_harm() + machine.0)
    }

    pub(super) fn release_clock(&self) -> Entity {
        Entity(self.first_of_images())
    }

    pub(super) fn course_clock(&self) -> Entity {
        Entity(self.first_of_images() + 1)
    }

    pub(super) fn hands_clock(&self, hands: HandsIndex) -> Entity {
        self.of_people(Actor::Hands(hands))
    }

    pub(super) fn gate_clock(&self, gate: GateIndex) -> Entity {
        self.of_people(Actor::Gate(gate))
    }

    pub(super) fn owner_clock(&self, pool: PoolIndex) -> Entity {
        self.of_people(Actor::Owner(pool))
    }

    fn of_people(&self, actor: Actor) -> Entity {
        Entity(self.first_of_people() + self.people.place_of(actor))
    }

    /// Who watches over the fleet.
    pub(super) fn people(&self) -> &People {
        &self.people
    }

    pub(super) fn evictor(&self, machine: MachineIndex) -> Entity {
        Entity(self.machine_count() + machine.0)
    }

    pub(super) fn pod_entity(&self, pod: u32) -> Entity {
        Entity(self.first_pod() + pod)
    }

    fn first_starter(&self) -> u32 {
        let machines = self.machine_count();
        if self.pods.is_empty() {
            machines
        } else {
            2 * machines
        }
    }

    pub(super) fn hazard_clock(&self, machine: MachineIndex) -> Entity {
        Entity(self.first_hazard() + machine.0)
    }

    fn first_pod(&self) -> u32 {
        let of_harm = if self.has_bad_revisions() {
            self.machine_count()
        } else {
            0
        };
        self.first_harm() + of_harm
    }

    fn first_harm(&self) -> u32 {
        let of_hazards = if self.has_hazards {
            self.machine_count()
        } else {
            0
        };
        self.first_hazard() + of_hazards
    }

    fn first_hazard(&self) -> u32 {
        self.first_of_people() + self.people.entities()
    }

    fn first_of_people(&self) -> u32 {
        let of_images = if self.scenario.images.is_some() { 2 } else { 0 };
        self.first_of_images() + of_images
    }

    fn first_of_images(&self) -> u32 {
        self.first_starter() + PER_POOL * u32::try_from(self.pools.len()).unwrap_or(u32::MAX)
    }

    fn machine_count(&self) -> u32 {
        self.pools.last().map_or(0, |pool| pool.spares.end)
    }
}

/// The order in which a pool's machines are rolled out, where it is neither that of their numbers nor random.
fn order(scenario: &Scenario, index: usize, first: u32) -> Option<Arc<[u32]>> {
    let pool = &scenario.pools[index];
    let machines = &pool.machines;
    let oldest_first = |position: u32| std::cmp::Reverse(machines.age(position));
    let mut positions: Vec<u32> = (0..machines.count()).collect();
    match pool.policy.order {
        Order::Name | Order::Random => return None,
        Order::Oldest => positions.sort_by_key(|position| oldest_first(*position)),
        Order::Zone => positions.sort_by(|a, b| {
            by_zone(machines.zone(*a), machines.zone(*b))
                .then_with(|| oldest_first(*a).cmp(&oldest_first(*b)))
        }),
    }
    Some(
        positions
            .into_iter()
            .map(|position| first + position)
            .collect(),
    )
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
