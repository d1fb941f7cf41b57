//! A pod: one running copy of a workload, on one machine. Known only from an appliance that tells; the public API does
//! not.

use serde::{Deserialize, Serialize};

use crate::{BudgetId, PodStatus, Text};

/// A pod's number: of the pods that there are at one time no two have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct PodId(pub u64);

/// One pod on a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Pod {
    /// Its number.
    pub id: PodId,
    /// Its namespace.
    pub namespace: Text,
    /// Its name within the namespace.
    pub name: Text,
    /// The name of its workload, in the same namespace.
    pub workload: Text,
    /// How far it has come.
    pub status: PodStatus,
    /// The disruption budgets that cover it. Where there is more than one, its eviction fails.
    pub budgets: Vec<BudgetId>,
    /// The budget that refuses its eviction now; `None` unless its machine is drained and it is refused.
    pub refused_by: Option<BudgetId>,
}
