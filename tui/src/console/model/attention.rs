//! What the overview lists, the most urgent first.

use std::collections::{BTreeMap, BTreeSet};

use appliance::{ClusterId, MachinePoolId, Operation, OperationId, OperationStatus};

use super::Fleet;
use super::sight::{Group, Trouble};

/// A line of the overview.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// An operation that goes on, or failed and was not followed by another.
    Operation(OperationId),
    /// Machines of a pool, or in none, with which the same is wrong.
    Trouble(Option<MachinePoolId>, Trouble),
    /// So many machines of a pool are updating, by the order of nobody who is known.
    Updating(MachinePoolId, usize),
    /// A revision that was saved and not applied.
    Pending(MachinePoolId, u32),
    /// The windows of a pool, of which a rollout goes on.
    Window(MachinePoolId),
    /// Machines that are in no pool.
    Unassigned,
    /// A cluster.
    Cluster(ClusterId),
}

/// How soon somebody should look at a line; the first is the most urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Nothing goes on before somebody does something.
    Failed,
    /// A machine is lost.
    Lost,
    /// Something should go on, and does not.
    Stuck,
    /// A machine takes no pods.
    Aside,
    /// Something goes on.
    Running,
    /// Somebody took a machine out on purpose.
    OnPurpose,
    /// Something can be done.
    Saved,
    /// When something can be done.
    Window,
    /// What there is.
    Rest,
}

impl Fleet {
    /// Puts the overview together.
    pub(super) fn attend(&mut self) {
        let mut rows = Vec::new();
        for pool in &self.pools {
            let latest = self.latest_operation(pool.id).map(|operation| operation.id);
            for operation in self.operations_of(pool.id) {
                let failed_last =
                    operation.status == OperationStatus::Failed && Some(operation.id) == latest;
                if failed_last || !operation.status.is_final() {
                    let urgency = self.urgency_of(operation, pool.id);
                    rows.push((urgency, Attention::Operation(operation.id)));
                }
            }
            if self.open_operation(pool.id).is_some() && self.windows.are_of(pool.id) {
                rows.push((Urgency::Window, Attention::Window(pool.id)));
            }
        }
        rows.extend(self.operations_without_rollout());
        rows.extend(self.troubles());
        rows.extend(self.updates_of_nobody());
        let pending = self.revisions.iter().filter(|revision| revision.is_pending);
        rows.extend(pending.map(|revision| {
            let saved = Attention::Pending(revision.machine_pool_id, revision.number);
            (Urgency::Saved, saved)
        }));
        if self.unassigned.all > 0 {
            rows.push((Urgency::Rest, Attention::Unassigned));
        }
        let clusters = self.clusters.iter();
        rows.extend(clusters.map(|cluster| (Urgency::Rest, Attention::Cluster(cluster.id))));
        rows.sort_by_key(|(urgency, _)| *urgency);
        (self.urgencies, self.attention) = rows.into_iter().unzip();
    }

    /// Whether what the overview lists has another order at this time than at an earlier one, although nothing happened.
    pub(super) fn attention_changes(&self, from: u64, to: u64) -> bool {
        let mut held = self.sights.values().filter_map(|sight| sight.held);
        held.any(|held| from < held.long_from() && held.long_from() <= to)
    }

    fn urgency_of(&self, operation: &Operation, pool: MachinePoolId) -> Urgency {
        let is_paused = operation
            .rollout
            .as_ref()
            .is_some_and(|rollout| rollout.is_paused);
        let has_stopped = operation
            .rollout
            .as_ref()
            .is_some_and(|rollout| rollout.failure.is_some());
        match operation.status {
            OperationStatus::Failed => Urgency::Failed,
            OperationStatus::Running if has_stopped => Urgency::Failed,
            OperationStatus::Running if is_paused || self.stuck(pool).is_some() => Urgency::Stuck,
            _ => Urgency::Running,
        }
    }

    /// Pools whose machines are updating although no operation is known that does it: an appliance with meltcloud's public
    /// API alone tells neither of operations that were ordered elsewhere nor why a machine is updating.
    fn updates_of_nobody(&self) -> Vec<(Urgency, Attention)> {
        if !self.knows_operations {
            return Vec::new();
        }
        let open = self.operations.iter();
        let open = open.filter(|operation| !operation.status.is_final());
        let (mut pools, mut machines) = (BTreeSet::new(), BTreeSet::new());
        for operation in open {
            pools.extend(operation.machine_pool_id);
            machines.extend(operation.machine_id);
        }
        let of_nobody = self.sights.iter().filter_map(|(pool, sight)| {
            let pool = (*pool).filter(|pool| !pools.contains(pool))?;
            let updating = sight.untold.iter();
            let count = updating
                .filter(|machine| !machines.contains(machine))
                .count();
            (count > 0).then_some((Urgency::Running, Attention::Updating(pool, count)))
        });
        of_nobody.collect()
    }

    /// Operations that are no rollouts of pools and go on, and the last of each machine or pool where it failed.
    fn operations_without_rollout(&self) -> Vec<(Urgency, Attention)> {
        let mut last = BTreeMap::new();
        let own = self
            .operations
            .iter()
            .filter(|operation| operation.rollout.is_none());
        for operation in own.clone() {
            last.insert(
                (operation.machine_id, operation.machine_pool_id),
                operation.id,
            );
        }
        own.filter_map(|operation| {
            let about = (operation.machine_id, operation.machine_pool_id);
            let is_last = last.get(&about) == Some(&operation.id);
            let urgency = match operation.status {
                OperationStatus::Failed if is_last => Urgency::Failed,
                ref status if !status.is_final() => Urgency::Running,
                _ => return None,
            };
            Some((urgency, Attention::Operation(operation.id)))
        })
        .collect()
    }

    /// What is wrong with machines, pool by pool. Where the last operation of a pool failed, its line tells of those that
    /// failed in it.
    fn troubles(&self) -> Vec<(Urgency, Attention)> {
        let of_sights = self.sights.iter().flat_map(|(pool, sight)| {
            let troubles = sight.troubles.iter();
            troubles.map(|(trouble, group)| (*pool, *trouble, *group))
        });
        let told = of_sights.filter(|(pool, _, group)| !self.is_told_by_operation(*pool, *group));
        told.map(|(pool, trouble, _)| {
            let urgency = match trouble {
                Trouble::Down | Trouble::NotReady | Trouble::TakenOut => Urgency::Lost,
                Trouble::Quarantined | Trouble::LeftCordoned => Urgency::Aside,
                Trouble::CordonedByHand => Urgency::OnPurpose,
            };
            (urgency, Attention::Trouble(pool, trouble))
        })
        .collect()
    }

    /// Whether the line of a pool's failed operation tells of these machines already.
    fn is_told_by_operation(&self, pool: Option<MachinePoolId>, group: Group) -> bool {
        let named = self.sight(pool).and_then(|sight| sight.failed);
        let latest = pool.and_then(|pool| self.latest_operation(pool));
        let has_failed = latest.is_some_and(|latest| {
            let failed = latest.rollout.as_ref().map_or(0, |rollout| rollout.failed);
            latest.status == OperationStatus::Failed && failed > 0
        });
        has_failed && group.count == 1 && named.is_some_and(|named| named.first == group.first)
    }
}
