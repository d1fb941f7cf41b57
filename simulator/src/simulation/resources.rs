//! The fleet as an appliance's resources.

use std::collections::{BTreeMap, BTreeSet};

use appliance::{
    Cluster, ClusterId, Component, ControlPlaneStatus, Error, Label, Machine, MachineId,
    MachinePool, MachinePoolId, Operation, OperationStatus, Revision, Rollout, Text,
};

use super::history::machine_id;
use super::store::operation_id;
use super::{Simulation, not_found};
use crate::engine::{EntityKey, Time};
use crate::fleet::{self, MachineIndex, Made, OperationIndex, PoolIndex, Status};
use crate::scenario::Versions;

/// The label that says where a machine stands.
pub(super) const ZONE: &str = "topology.kubernetes.io/zone";

impl Simulation {
    pub(super) fn clusters(&self) -> Vec<Cluster> {
        let clusters = &self.world.blueprint().scenario().clusters;
        (1..)
            .map(ClusterId)
            .zip(clusters.iter().take(self.growth.clusters()))
            .filter(|(id, _)| !self.store.deleted_clusters.contains(id))
            .map(|(id, cluster)| {
                let version = self.world.blueprint().control_plane(place_of(id));
                (id, cluster, version)
            })
            .map(|(id, cluster, version)| Cluster {
                id,
                name: Text::from(cluster.name.as_str()),
                control_plane_status: ControlPlaneStatus::Ready,
                user_version: minor(version),
                patch_version: Text::from(version),
            })
            .collect()
    }

    /// The cluster of this number.
    pub(super) fn cluster(&self, id: ClusterId) -> Result<Cluster, Error> {
        let mut known = self.clusters().into_iter();
        let found = known.find(|known| known.id == id);
        found.ok_or_else(|| not_found("cluster", id.0))
    }

    pub(super) fn pool(&self, index: PoolIndex) -> MachinePool {
        let pool = &self.world.blueprint().scenario().pools[index.at()];
        let version = self
            .world
            .kubelet(index, self.world.present_revision(index));
        MachinePool {
            id: pool_id(index),
            name: Text::from(self.world.blueprint().pool_name(index)),
            user_version: minor(&version),
            patch_version: Text::from(version),
            status: self.world.pool_status(index),
            cluster_id: ClusterId(i64::try_from(pool.cluster).unwrap_or(i64::MAX) + 1),
            revision: Some(self.world.present_revision(index)),
        }
    }

    pub(super) fn machine(&self, index: MachineIndex) -> Machine {
        let blueprint = self.world.blueprint();
        let machine = self.world.machine(index);
        let own = blueprint.own_labels(index);
        let zone = blueprint.machine_zone(index);
        let zone = zone.filter(|_| !own.contains_key(ZONE)).map(|zone| Label {
            key: Text::from(ZONE),
            value: Text::from(zone),
        });
        let own = own.iter().map(|(key, value)| Label {
            key: Text::from(key.as_str()),
            value: Text::from(value.as_str()),
        });
        let reason = self.world.reason(index);
        let name = blueprint.machine_name(index);
        Machine {
            id: MachineId(i64::from(index.0) + 1),
            uuid: self.uuid_of(index),
            name: Text::from(name),
            status: self.world.machine_status(index),
            machine_pool_id: self.world.pool_or_prepared(index).map(pool_id),
            labels: zone.into_iter().chain(own).collect(),
            machine_revision: Some(machine.revision).filter(|revision| *revision > 0),
            network_profile: blueprint.network_profile(index).map(Text::from),
            desired_machine_revision: self.world.target(index),
            reason: reason.map(|reason| Text::from(reason.as_str())),
            reason_object: reason
                .and_then(|reason| blueprint.reason_object(reason))
                .map(Text::from),
            reason_since_ms: self.world.reason_since(index).map(Time::as_millis),
            failure: self.failure_of(index),
            scheduling: Some(fleet::scheduling(machine)),
            held: Some(machine.is_held()),
            excluded: Some(machine.is_excluded()),
        }
    }

    /// What went wrong with a machine, unless that was made good.
    fn failure_of(&self, index: MachineIndex) -> Option<Text> {
        let machine = self.world.machine(index);
        match self.journal.of_machine(index).failure {
            _ if !machine.has_power() => Some(Text::from("no power")),
            // One that people were called for is dead too, however it came to that.
            None if machine.is_dead() => Some(Text::from("crashed")),
            Some(failure) => Some(match machine.setback() {
                Some(setback) => Text::from(setback.as_str()),
                None => Text::from(failure),
            }),
            None => None,
        }
    }

    /// The pool's first revision, every one that was applied, the saved one, and every image that was released.
    pub(super) fn revisions(&self, index: PoolIndex) -> Vec<Revision> {
        let blueprint = self.world.blueprint();
        let pool = &blueprint.scenario().pools[index.at()];
        let operations = self.world.operations().iter();
        let is_rollout = |operation: &&fleet::Operation| operation.task.is_none();
        let applied: BTreeSet<u32> = operations
            .filter(is_rollout)
            .filter(|operation| operation.pool == index)
            .map(|operation| operation.revision)
            .collect();
        let known = applied
            .iter()
            .copied()
            .chain(self.world.released_revisions(index))
            .chain(
                self.world
                    .made_revisions(index)
                    .iter()
                    .map(|made| made.number),
            )
            .chain([pool.revision])
            .chain(pool.saved_revision);
        let mut machines: BTreeMap<u32, u32> = known.map(|number| (number, 0)).collect();
        for machine in blueprint.machines_of(index) {
            *machines
                .entry(self.world.machine(machine).revision)
                .or_default() += 1;
        }
        // Of machines that have not joined yet.
        machines.remove(&0);
        machines
            .into_iter()
            .map(|(number, machines)| Revision {
                machine_pool_id: pool_id(index),
                number,
                machines,
                components: self.components(index, number),
                is_pending: number != pool.revision && !applied.contains(&number),
            })
            .collect()
    }

    /// What an image brings, as far as the scenario tells it.
    fn components(&self, pool: PoolIndex, revision: u32) -> Vec<Component> {
        let versions = self.world.versions(pool, revision);
        let told = versions.iter().flat_map(Versions::told);
        let mut made = self.world.made_revisions(pool).iter();
        let made = made.find(|made| made.number == revision);
        let made = made.into_iter().flat_map(Made::told);
        told.chain(made)
            .map(|(name, version)| Component {
                name: Text::from(name),
                version: Text::from(version),
            })
            .collect()
    }

    pub(super) fn operation(&self, index: OperationIndex) -> Operation {
        let operation = self.world.operation(index);
        let is_queued = operation.is_queued() && self.world.blueprint().is_pool(operation.pool);
        let failure = operation
            .stop
            .filter(|_| matches!(operation.status, Status::Failed | Status::Running));
        Operation {
            id: operation_id(index),
            status: OperationStatus::from(Text::from(operation.status.as_str())),
            action: Text::from(
                operation
                    .task
                    .map_or("rollout", |task| task.action.as_str()),
            ),
            machine_id: operation.task.map(|task| machine_id(task.machine)),
            machine_pool_id: operation.task.is_none().then(|| pool_id(operation.pool)),
            rollout: is_queued.then(|| Rollout {
                machine_pool_id: pool_id(operation.pool),
                revision: operation.revision,
                targeted: operation.targeted,
                updated: operation.updated,
                failed: operation.failed,
                in_flight: operation.in_flight,
                is_paused: operation.is_paused,
                requested_ms: operation.requested.as_millis(),
                ended_ms: operation.ended.map(Time::as_millis),
                failure: failure.map(|failure| Text::from(failure.as_str())),
            }),
        }
    }
}

impl Simulation {
    /// The UUID of a machine, which stays the same whatever becomes of it.
    pub(super) fn uuid_of(&self, index: MachineIndex) -> Text {
        let blueprint = self.world.blueprint();
        if let Some(own) = blueprint.machine_uuid(index) {
            return Text::from(own);
        }
        let (home, name) = blueprint.identity(index);
        uuid(home, &name)
    }
}

/// The place of a cluster among those of the scenario.
pub(super) fn place_of(cluster: ClusterId) -> usize {
    usize::try_from(cluster.0 - 1).unwrap_or_default()
}

pub(super) fn pool_id(index: PoolIndex) -> MachinePoolId {
    MachinePoolId(i64::from(index.0) + 1)
}

/// `1.33` of `1.33.4`.
fn minor(version: &str) -> Text {
    Text::from(version.rsplit_once('.').map_or(version, |(minor, _)| minor))
}

/// A UUID of version 8 (RFC 9562) made of the machine's names, the same in every run.
fn uuid(pool: &str, machine: &str) -> Text {
    let [high, low] =
        ["uuid-high", "uuid-low"].map(|half| EntityKey::of(&[half, pool, machine]).number());
    Text::from(format!(
        "{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    ))
}
