//! A machine pool: machines of one cluster that share their configuration.

use serde::{Deserialize, Serialize};

use crate::{ClusterId, MachinePoolStatus, Text};

/// A machine pool's number, assigned by the appliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct MachinePoolId(pub i64);

/// Machines that share one configuration and are rolled out together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct MachinePool {
    /// Its number.
    pub id: MachinePoolId,
    /// Its name, which can be changed.
    pub name: Text,
    /// The Kubernetes minor version that its owner chose, as `1.33`.
    pub user_version: Text,
    /// The patch version that the platform chose, as `1.33.4`.
    pub patch_version: Text,
    /// What it is doing.
    pub status: MachinePoolStatus,
    /// The cluster it belongs to; on the wire this stands in the path, not in the body.
    pub cluster_id: ClusterId,
    /// The revision that its machines are meant to run; `None` where the appliance does not tell.
    pub revision: Option<u32>,
}
