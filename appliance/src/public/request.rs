//! What meltcloud's public API can be asked.

use serde::{Deserialize, Serialize};

use super::{
    ClusterChanges, EnrollmentImageId, Fields, Lookup, MachineChanges, MachinePoolChanges,
    NetworkProfileId, NewCluster, NewEnrollmentImage, NewMachine, NewMachinePool,
    NewNetworkProfile, StoredKind,
};
use crate::{ClusterId, MachineId, MachinePoolId, OperationId};

/// One call of the public API. Every accepted change is applied at once: this API cannot save without applying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Request {
    /// Every machine.
    ListMachines,
    /// One machine.
    GetMachine {
        /// The machine.
        machine: MachineId,
    },
    /// Make a machine known before it boots.
    CreateMachine {
        /// The machine.
        new: NewMachine,
    },
    /// Change a machine. A change that needs a reboot is rolled out at once.
    UpdateMachine {
        /// The machine.
        machine: MachineId,
        /// What changes.
        changes: MachineChanges,
    },
    /// Forget a machine that is in no pool.
    DeleteMachine {
        /// The machine.
        machine: MachineId,
    },
    /// Every cluster, without kubeconfigs.
    ListClusters,
    /// One cluster, with its kubeconfigs.
    GetCluster {
        /// The cluster.
        cluster: Lookup<ClusterId>,
    },
    /// Make a cluster. An operation carries it out.
    CreateCluster {
        /// The cluster.
        new: NewCluster,
    },
    /// Change a cluster.
    UpdateCluster {
        /// The cluster.
        cluster: ClusterId,
        /// What changes.
        changes: ClusterChanges,
    },
    /// Delete a cluster.
    DeleteCluster {
        /// The cluster.
        cluster: ClusterId,
    },
    /// One machine pool.
    GetMachinePool {
        /// Its cluster: under another one it is not found.
        cluster: ClusterId,
        /// The pool.
        pool: Lookup<MachinePoolId>,
    },
    /// Make a machine pool.
    CreateMachinePool {
        /// Its cluster.
        cluster: ClusterId,
        /// The pool.
        new: NewMachinePool,
    },
    /// Change a machine pool. A change that needs reboots is rolled out at once.
    UpdateMachinePool {
        /// Its cluster.
        cluster: ClusterId,
        /// The pool.
        pool: MachinePoolId,
        /// What changes.
        changes: MachinePoolChanges,
    },
    /// Delete a machine pool.
    DeleteMachinePool {
        /// Its cluster.
        cluster: ClusterId,
        /// The pool.
        pool: MachinePoolId,
    },
    /// One operation.
    GetOperation {
        /// The operation.
        operation: OperationId,
    },
    /// One network profile.
    GetNetworkProfile {
        /// The profile.
        network_profile: Lookup<NetworkProfileId>,
    },
    /// Make a network profile.
    CreateNetworkProfile {
        /// The profile.
        new: NewNetworkProfile,
    },
    /// Put something else in the place of a network profile. Released provider only; the newer one makes another profile.
    UpdateNetworkProfile {
        /// The profile.
        network_profile: NetworkProfileId,
        /// What takes its place.
        changes: NewNetworkProfile,
    },
    /// Delete a network profile.
    DeleteNetworkProfile {
        /// The profile.
        network_profile: NetworkProfileId,
    },
    /// Every enrollment image.
    ListEnrollmentImages,
    /// One enrollment image.
    GetEnrollmentImage {
        /// The image.
        enrollment_image: EnrollmentImageId,
    },
    /// Make an enrollment image. An operation carries it out.
    CreateEnrollmentImage {
        /// The image.
        new: NewEnrollmentImage,
    },
    /// Delete an enrollment image.
    DeleteEnrollmentImage {
        /// The image.
        enrollment_image: EnrollmentImageId,
    },
    /// One stored object.
    GetStored {
        /// Its kind.
        kind: StoredKind,
        /// What it belongs to, of a kind that belongs to something.
        parent: Option<i64>,
        /// The object.
        object: Lookup<i64>,
    },
    /// Make a stored object.
    CreateStored {
        /// Its kind.
        kind: StoredKind,
        /// What it belongs to, of a kind that belongs to something.
        parent: Option<i64>,
        /// The object.
        new: Fields,
    },
    /// Change a stored object, of a kind that can be changed.
    UpdateStored {
        /// Its kind.
        kind: StoredKind,
        /// What it belongs to, of a kind that belongs to something.
        parent: Option<i64>,
        /// The object.
        object: i64,
        /// What changes: fields that are not there stay as they are.
        changes: Fields,
    },
    /// Delete a stored object.
    DeleteStored {
        /// Its kind.
        kind: StoredKind,
        /// What it belongs to, of a kind that belongs to something.
        parent: Option<i64>,
        /// The object.
        object: i64,
    },
}

impl Request {
    /// Whether it is an order, which may change something, and not a question.
    pub fn is_order(&self) -> bool {
        !matches!(
            self,
            Self::ListMachines
                | Self::GetMachine { .. }
                | Self::ListClusters
                | Self::GetCluster { .. }
                | Self::GetMachinePool { .. }
                | Self::GetOperation { .. }
                | Self::GetNetworkProfile { .. }
                | Self::ListEnrollmentImages
                | Self::GetEnrollmentImage { .. }
                | Self::GetStored { .. }
        )
    }
}
