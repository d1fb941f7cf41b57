//! A disruption budget: how many pods of some workloads may be missing before evictions are refused. Known only from an
//! appliance that tells; the public API does not.

use serde::{Deserialize, Serialize};

use crate::{ClusterId, MachineId, Text};

/// A budget's number, assigned by the appliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct BudgetId(pub i64);

/// One disruption budget, with its counts as Kubernetes' `PodDisruptionBudgetStatus` has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Budget {
    /// Its number.
    pub id: BudgetId,
    /// The cluster that it is in.
    pub cluster_id: ClusterId,
    /// Its namespace.
    pub namespace: Text,
    /// Its name within the namespace.
    pub name: Text,
    /// What it limits, as `min_available = 2`.
    pub limit: Text,
    /// The names of the workloads that it covers, in the same namespace.
    pub workloads: Vec<Text>,
    /// Pods that should be there.
    pub expected: u32,
    /// Pods that must be healthy.
    pub desired: u32,
    /// Pods that are.
    pub healthy: u32,
    /// Pods that may be disrupted now.
    pub allowed: u32,
    /// Pods for which there is no machine.
    pub pending: u32,
    /// The machines whose drains it refuses a pod now, in the order of their numbers.
    pub refuses: Vec<MachineId>,
}
