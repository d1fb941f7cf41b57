//! A cluster as the public API shows it.

use serde::{Deserialize, Serialize};

use super::optional::Patch;
use crate::{ClusterId, ControlPlaneStatus, Secret, Text};

/// One Kubernetes cluster.
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
    /// The administrator's kubeconfig; only where one cluster was asked for, never in a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<Secret>,
    /// The kubeconfig of people who log in; as [`Cluster::kubeconfig`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig_user: Option<Secret>,
    /// The addresses of its pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_cidr: Option<Text>,
    /// The addresses of its services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_cidr: Option<Text>,
    /// The address of its name server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_service_ip: Option<Text>,
    /// Whether the platform installs kube-proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_kube_proxy: Option<bool>,
    /// Whether the platform installs `CoreDNS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_core_dns: Option<bool>,
    /// The channel that its versions come from, as `stable`, or `manual`. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_channel: Option<Text>,
    /// The bundle that it is pinned to, with the channel `manual`. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual_version: Option<Text>,
    /// The bundle that it runs. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubernetes_bundle: Option<Text>,
}

/// A cluster to be made. What is left out the appliance chooses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct NewCluster {
    /// Its name: lower-case letters, digits, `-` and `.`.
    #[cfg_attr(feature = "server", schemars(extend("pattern" = crate::patterns::CLUSTER)))]
    pub name: Text,
    /// Its Kubernetes minor version. The newer provider may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schemars(extend("pattern" = crate::patterns::MINOR)))]
    pub user_version: Option<Text>,
    /// The addresses of its pods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_cidr: Option<Text>,
    /// The addresses of its services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_cidr: Option<Text>,
    /// The address of its name server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_service_ip: Option<Text>,
    /// Whether the platform installs kube-proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_kube_proxy: Option<bool>,
    /// Whether the platform installs `CoreDNS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addon_core_dns: Option<bool>,
    /// The channel that its versions come from. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_channel: Option<Text>,
    /// The bundle that it is pinned to. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual_version: Option<Text>,
}

impl NewCluster {
    /// One of which only the name is known, and the minor version where it is not left to the appliance.
    pub fn named(name: Text, user_version: Option<Text>) -> Self {
        Self {
            name,
            user_version,
            pod_cidr: None,
            service_cidr: None,
            dns_service_ip: None,
            addon_kube_proxy: None,
            addon_core_dns: None,
            release_channel: None,
            manual_version: None,
        }
    }
}

/// What to change about a cluster: nothing else can be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ClusterChanges {
    /// Its Kubernetes minor version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schemars(extend("pattern" = crate::patterns::MINOR)))]
    pub user_version: Option<Text>,
    /// The channel that its versions come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_channel: Option<Text>,
    /// The bundle that it is pinned to.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub manual_version: Patch<Text>,
}
