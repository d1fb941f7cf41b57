//! A finding of a pre-flight: something that a rollout of a pool would meet if it started now. Known only from an
//! appliance that tells; the public API does not.

use serde::{Deserialize, Serialize};

use crate::{MachinePoolId, Text};

/// Something that a rollout would meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The pool.
    pub machine_pool_id: MachinePoolId,
    /// Whether it would block a drain or the whole rollout, or only might cost something.
    pub is_blocking: bool,
    /// What it is about: a budget, a workload, the pool.
    pub object: Text,
    /// What is the matter.
    pub says: Text,
    /// How many machines of the pool it meets.
    pub machines: u32,
    /// The smallest change against it.
    pub change: Text,
}
