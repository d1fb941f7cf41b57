//! What the appliance told, as it told it last.

use std::collections::BTreeMap;

use appliance::{
    Budget, BudgetId, Cluster, ClusterId, Machine, MachineHistory, MachineId, MachinePool,
    MachinePoolId, MachineStatus, Operation, OperationHistory, OperationId, PoolWindows, Revision,
    Text,
};

use super::attention::{Attention, Urgency};
use super::entry::urgency;
use super::findings::Findings;
use super::log::Log;
use super::rehearsal::Rehearsal;
use super::sight::Sight;
use super::windows::Windows;

/// The fleet, as it was told last.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// Clusters.
    pub clusters: Vec<Cluster>,
    /// Pools.
    pub pools: Vec<MachinePool>,
    /// Machines.
    pub machines: Vec<Machine>,
    /// Operations, the oldest first.
    pub operations: Vec<Operation>,
    /// Whether they were told at all.
    pub(super) knows_operations: bool,
    /// Whether pools and machines were told at all: none known is not none.
    knows_pools: bool,
    knows_machines: bool,
    /// Revisions.
    pub revisions: Vec<Revision>,
    /// Disruption budgets, those that need looking at first.
    pub budgets: Vec<Budget>,
    /// When pools are open.
    pub windows: Windows,
    /// What a rollout of a pool would meet, of those that were asked about for the open question.
    pub findings: BTreeMap<MachinePoolId, Findings>,
    /// The log, as far back as is kept.
    pub log: Log,
    /// The machine that was asked for last.
    pub machine: Option<MachineHistory>,
    /// The operation that was asked for last.
    pub operation: Option<OperationHistory>,
    /// The last rehearsal of it.
    pub rehearsal: Option<Rehearsal>,
    /// What the overview lists, made from the above.
    pub attention: Vec<Attention>,
    /// How urgent each line of it is.
    pub urgencies: Vec<Urgency>,
    /// What is the matter in each pool, and with the machines that are in none.
    pub(super) sights: BTreeMap<Option<MachinePoolId>, Sight>,
    /// Machines that are in no pool.
    pub unassigned: Counts,
    counts: BTreeMap<MachinePoolId, Counts>,
    /// Where each pool stands in the list.
    places: BTreeMap<MachinePoolId, usize>,
    /// Where each budget stands in the list.
    budget_places: BTreeMap<BudgetId, usize>,
}

/// How many machines of a pool do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub all: u32,
    /// In their pool and working.
    pub ready: u32,
    /// A revision is being applied to them.
    pub updating: u32,
    /// Neither.
    pub other: u32,
}

impl Fleet {
    /// Takes the clusters.
    pub fn take_clusters(&mut self, clusters: Vec<Cluster>) {
        self.clusters = clusters;
        self.attend();
    }

    /// Takes the pools.
    pub fn take_pools(&mut self, pools: Vec<MachinePool>) {
        self.places = (0..)
            .zip(&pools)
            .map(|(place, pool)| (pool.id, place))
            .collect();
        self.pools = pools;
        self.knows_pools = true;
        self.attend();
    }

    /// Takes the machines and counts them.
    pub fn take_machines(&mut self, machines: Vec<Machine>) {
        self.counts.clear();
        self.knows_machines = true;
        self.unassigned = Counts::default();
        for machine in &machines {
            let counts = match machine.machine_pool_id {
                Some(pool) => self.counts.entry(pool).or_default(),
                None => &mut self.unassigned,
            };
            counts.all += 1;
            match machine.status {
                MachineStatus::Ready | MachineStatus::ReadyUnassigned => counts.ready += 1,
                MachineStatus::Updating => counts.updating += 1,
                _ => counts.other += 1,
            }
        }
        self.sights = Sight::of(&machines);
        self.machines = machines;
        self.attend();
    }

    /// Takes the time. Returns whether a window has opened, closed, or lets nothing new start since the time before; and
    /// whether the overview has another order.
    pub fn tell_time(&mut self, now_ms: u64) -> (bool, bool) {
        let before = self.windows.now_ms();
        let windows_changed = self.windows.tell_time(now_ms);
        let attention_changes = self.attention_changes(before, now_ms);
        if attention_changes {
            self.attend();
        }
        (windows_changed, attention_changes)
    }

    /// Takes the operations.
    pub fn take_operations(&mut self, operations: Vec<Operation>) {
        self.operations = operations;
        self.knows_operations = true;
        self.attend();
    }

    /// Takes the revisions.
    pub fn take_revisions(&mut self, revisions: Vec<Revision>) {
        self.revisions = revisions;
        self.attend();
    }

    /// Takes the budgets, and puts those first that refuse a drain or allow nothing.
    pub fn take_budgets(&mut self, mut budgets: Vec<Budget>) {
        budgets.sort_by_key(urgency);
        let places = (0..).zip(&budgets);
        self.budget_places = places.map(|(place, budget)| (budget.id, place)).collect();
        self.budgets = budgets;
    }

    /// Takes the windows.
    pub fn take_windows(&mut self, pools: Vec<PoolWindows>) {
        self.windows.take(pools);
        self.attend();
    }

    /// The budget of this number.
    pub fn budget(&self, id: BudgetId) -> Option<&Budget> {
        self.budgets.get(*self.budget_places.get(&id)?)
    }

    /// The cluster of this number.
    pub fn cluster(&self, id: ClusterId) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.id == id)
    }

    /// The pool of this number.
    pub fn pool(&self, id: MachinePoolId) -> Option<&MachinePool> {
        self.pools.get(*self.places.get(&id)?)
    }

    /// The operation of this number.
    pub fn operation(&self, id: OperationId) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The machine of this number. Machines are told in the order of their numbers.
    pub fn machine(&self, id: MachineId) -> Option<&Machine> {
        let place = self
            .machines
            .binary_search_by_key(&id, |machine| machine.id);
        place.ok().and_then(|place| self.machines.get(place))
    }

    /// The name of a pool, or its number where it is unknown.
    pub fn pool_name(&self, id: MachinePoolId) -> Text {
        let unknown = || Text::from(format!("pool {}", id.0));
        self.pool(id).map_or_else(unknown, |pool| pool.name.clone())
    }

    /// The name of a pool's cluster.
    pub fn cluster_name(&self, pool: MachinePoolId) -> Text {
        let cluster = self
            .pool(pool)
            .and_then(|pool| self.cluster(pool.cluster_id));
        cluster.map_or_else(|| Text::from("?"), |cluster| cluster.name.clone())
    }

    /// How many machines of a pool do what.
    pub fn counts(&self, pool: MachinePoolId) -> Counts {
        self.counts.get(&pool).copied().unwrap_or_default()
    }

    /// How many machines of a pool do what; `None` where its machines are not known.
    pub fn known_counts(&self, pool: MachinePoolId) -> Option<Counts> {
        self.knows_machines.then(|| self.counts(pool))
    }

    /// As [`Fleet::counts_of`]; `None` where machines, or the pools that they are in, are not known.
    pub fn known_counts_of(&self, cluster: Option<ClusterId>) -> Option<Counts> {
        let is_known = self.knows_machines && self.knows_pools;
        is_known.then(|| self.counts_of(cluster))
    }

    /// How many machines of a cluster, or of the whole fleet, do what.
    pub fn counts_of(&self, cluster: Option<ClusterId>) -> Counts {
        let pools = self
            .pools
            .iter()
            .filter(|pool| cluster.is_none_or(|id| pool.cluster_id == id));
        pools.fold(Counts::default(), |sum, pool| {
            let own = self.counts(pool.id);
            Counts {
                all: sum.all + own.all,
                ready: sum.ready + own.ready,
                updating: sum.updating + own.updating,
                other: sum.other + own.other,
            }
        })
    }

    /// The pool's newest operation.
    pub fn latest_operation(&self, pool: MachinePoolId) -> Option<&Operation> {
        self.operations_of(pool).next_back()
    }

    /// The pool's oldest operation that is not over: the one that goes on, where others wait for it.
    pub fn open_operation(&self, pool: MachinePoolId) -> Option<&Operation> {
        self.operations_of(pool)
            .find(|operation| !operation.status.is_final())
    }

    pub(super) fn operations_of(
        &self,
        pool: MachinePoolId,
    ) -> impl DoubleEndedIterator<Item = &Operation> {
        self.operations.iter().filter(move |operation| {
            let rollout = operation.rollout.as_ref();
            rollout.is_some_and(|rollout| rollout.machine_pool_id == pool)
        })
    }

    /// The pool's newest revision that was saved and not applied.
    pub fn pending_revision(&self, pool: MachinePoolId) -> Option<u32> {
        let pending = self
            .revisions
            .iter()
            .filter(|revision| revision.is_pending && revision.machine_pool_id == pool);
        pending.map(|revision| revision.number).max()
    }

    /// The pool's newest revision, applied or not; `None` where the appliance does not tell.
    pub fn newest_revision(&self, pool: MachinePoolId) -> Option<u32> {
        let own = self
            .revisions
            .iter()
            .filter(|revision| revision.machine_pool_id == pool);
        own.map(|revision| revision.number).max()
    }
}
