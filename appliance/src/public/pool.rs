//! A machine pool as the public API shows it. Its cluster stands in the path, not in the body.

use serde::{Deserialize, Serialize};

use super::network_profile::NetworkProfileId;
use super::optional::Patch;
use crate::{MachinePoolId, MachinePoolStatus, Text};

/// Machines that share one configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct MachinePool {
    /// Its number.
    pub id: MachinePoolId,
    /// Its name.
    pub name: Text,
    /// The Kubernetes minor version that its owner chose, as `1.33`.
    pub user_version: Text,
    /// The patch version that the platform chose, as `1.33.4`.
    pub patch_version: Text,
    /// What it is doing.
    pub status: MachinePoolStatus,
    /// Its network profile; `null`: DHCP on every interface. Released provider only.
    #[serde(default)]
    pub network_profile_id: Option<NetworkProfileId>,
    /// The channel that its versions come from, as `stable`, or `manual`. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_channel: Option<Text>,
    /// The bundle that it is pinned to, as `1.35.5-melt.30`, with the channel `manual`. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual_version: Option<Text>,
    /// The bundle that it runs. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubernetes_bundle: Option<Text>,
}

/// A pool to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct NewMachinePool {
    /// Its name.
    #[cfg_attr(feature = "server", schemars(extend("pattern" = crate::patterns::NAME)))]
    pub name: Text,
    /// Its Kubernetes minor version. The newer provider may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schemars(extend("pattern" = crate::patterns::MINOR)))]
    pub user_version: Option<Text>,
    /// Its network profile. Released provider only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_profile_id: Option<NetworkProfileId>,
    /// The channel that its versions come from. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_channel: Option<Text>,
    /// The bundle that it is pinned to. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual_version: Option<Text>,
}

impl NewMachinePool {
    /// One of which only the name is known, and the minor version where it is not left to the appliance.
    pub fn named(name: Text, user_version: Option<Text>) -> Self {
        Self {
            name,
            user_version,
            network_profile_id: None,
            release_channel: None,
            manual_version: None,
        }
    }
}

/// What to change about a pool. Every change but that of the name reboots its machines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct MachinePoolChanges {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schemars(extend("pattern" = crate::patterns::NAME)))]
    pub name: Option<Text>,
    /// Its Kubernetes minor version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schemars(extend("pattern" = crate::patterns::MINOR)))]
    pub user_version: Option<Text>,
    /// Its network profile.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub network_profile_id: Patch<NetworkProfileId>,
    /// The channel that its versions come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_channel: Option<Text>,
    /// The bundle that it is pinned to.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub manual_version: Patch<Text>,
}
