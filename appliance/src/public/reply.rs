//! What meltcloud's public API answers.

use serde::{Deserialize, Serialize};

use super::{Cluster, EnrollmentImage, Machine, MachinePool, NetworkProfile, Operation, Stored};

/// A resource, and the operation that was started to make or change it, where one was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithOperation<T> {
    /// The resource. While an operation goes on it may still be as it was before.
    pub resource: T,
    /// The operation.
    pub operation: Option<Operation>,
}

impl<T> From<T> for WithOperation<T> {
    fn from(resource: T) -> Self {
        Self {
            resource,
            operation: None,
        }
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Every machine.
    Machines(Vec<Machine>),
    /// One machine.
    Machine(WithOperation<Machine>),
    /// Every cluster.
    Clusters(Vec<Cluster>),
    /// One cluster.
    Cluster(Box<WithOperation<Cluster>>),
    /// One machine pool.
    MachinePool(WithOperation<MachinePool>),
    /// One operation.
    Operation(Operation),
    /// One network profile.
    NetworkProfile(WithOperation<NetworkProfile>),
    /// Every enrollment image.
    EnrollmentImages(Vec<EnrollmentImage>),
    /// One enrollment image.
    EnrollmentImage(Box<WithOperation<EnrollmentImage>>),
    /// One stored object.
    Stored(WithOperation<Stored>),
    /// It is deleted, or an operation deletes it.
    Deleted(Option<Operation>),
}
