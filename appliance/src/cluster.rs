//! A cluster: one Kubernetes control plane that the appliance runs.

use serde::{Deserialize, Serialize};

use crate::{ControlPlaneStatus, Text};

/// A cluster's number, assigned by the appliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct ClusterId(pub i64);

/// One Kubernetes cluster. Its admin kubeconfig is a secret and not part of this value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Cluster {
    /// Its number.
    pub id: ClusterId,
    /// Its name, unique in the organization.
    pub name: Text,
    /// What its control plane is doing.
    pub control_plane_status: ControlPlaneStatus,
    /// The Kubernetes minor version that its owner chose, as `1.33`.
    pub user_version: Text,
    /// The patch version that the platform chose, as `1.33.4`.
    pub patch_version: Text,
}
