//! A revision: one immutable, numbered configuration.

use serde::{Deserialize, Serialize};

use crate::{MachinePoolId, Text};

/// One configuration of a pool. Known only from an appliance that lists revisions; the public API does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Revision {
    /// The pool that it configures.
    pub machine_pool_id: MachinePoolId,
    /// Its number within the pool, from 1.
    pub number: u32,
    /// How many of the pool's machines run it.
    pub machines: u32,
    /// Whether it was saved and never applied.
    pub is_pending: bool,
    /// What it brings, where it is a machine image and the appliance tells: the kernel, systemd, containerd, the kubelet.
    pub components: Vec<Component>,
}

/// One configuration of one machine. It references the revision of its pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct MachineRevision {
    /// Its number among those of the machine, from 1.
    pub number: u32,
    /// The revision of the pool that it references; `None` in no pool.
    pub revision: Option<u32>,
    /// What is set on the machine itself: host name, labels, network profile.
    pub settings: Vec<Component>,
    /// Whether it was saved and not applied yet.
    pub is_pending: bool,
    /// When the machine came to run it, or it was saved, in milliseconds since the start of the simulated time.
    pub at_ms: u64,
}

/// A part of a machine image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Component {
    /// Its name, as `containerd`.
    pub name: Text,
    /// Its version.
    pub version: Text,
}
