//! A machine as the public API shows it.

use serde::{Deserialize, Deserializer, Serialize};

use super::network_profile::NetworkProfileId;
use super::optional::{Patch, null_as_empty};
use crate::{Label, MachineId, MachinePoolId, MachineStatus, Text};

/// One worker machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Machine {
    /// Its number.
    pub id: MachineId,
    /// Its BIOS UUID, which never changes. The provider fails where it is none.
    pub uuid: Text,
    /// Its host name, where it has one.
    #[serde(default)]
    pub name: Option<Text>,
    /// What it is doing.
    pub status: MachineStatus,
    /// The pool that it is assigned to; `null` while unassigned.
    #[serde(default)]
    pub machine_pool_id: Option<MachinePoolId>,
    /// Its node labels, in the appliance's order.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub labels: Vec<Label>,
    /// The revision that it runs. Newer providers only.
    #[serde(
        default,
        deserialize_with = "revision",
        skip_serializing_if = "Option::is_none"
    )]
    pub machine_revision: Option<MachineRevision>,
    /// The revision that it was last asked for; absent unless a rollout to it is pending. Newer providers only.
    #[serde(
        default,
        deserialize_with = "revision",
        skip_serializing_if = "Option::is_none"
    )]
    pub desired_machine_revision: Option<MachineRevision>,
}

/// The machine as the extension has it, with nothing told that is not public. One without a name is called by its UUID.
impl From<Machine> for crate::Machine {
    fn from(machine: Machine) -> Self {
        let number = |revision: Option<MachineRevision>| u32::try_from(revision?.id).ok();
        let name = machine.name.filter(|name| !name.as_str().is_empty());
        Self {
            id: machine.id,
            name: name.unwrap_or_else(|| machine.uuid.clone()),
            uuid: machine.uuid,
            status: machine.status,
            machine_pool_id: machine.machine_pool_id,
            labels: machine.labels,
            machine_revision: number(machine.machine_revision),
            desired_machine_revision: number(machine.desired_machine_revision),
            reason: None,
            reason_object: None,
            reason_since_ms: None,
            failure: None,
            scheduling: None,
            network_profile: None,
            held: None,
            excluded: None,
        }
    }
}

/// What a machine carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct MachineRevision {
    /// Its number.
    pub id: i64,
    /// The network profile of the machine in its pool.
    #[serde(default)]
    pub network_profile_id: Option<NetworkProfileId>,
    /// The network profile of the machine in no pool, and in recovery.
    #[serde(default)]
    pub depot_network_profile_id: Option<NetworkProfileId>,
}

/// A revision with the number 0 is none: the provider reads it as such.
fn revision<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<MachineRevision>, D::Error> {
    let read = Option::<MachineRevision>::deserialize(deserializer)?;
    Ok(read.filter(|revision| revision.id != 0))
}

/// A machine to be made known before it boots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct NewMachine {
    /// Its BIOS UUID.
    #[cfg_attr(feature = "server", schemars(extend("pattern" = crate::patterns::UUID)))]
    pub uuid: Text,
    /// Its host name; `None`: the appliance chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schemars(extend("pattern" = crate::patterns::HOSTNAME)))]
    pub name: Option<Text>,
    /// The pool that it goes to when it has booted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_pool_id: Option<MachinePoolId>,
    /// Its node labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<Label>>,
    /// Its network profile in its pool. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_profile_id: Option<NetworkProfileId>,
    /// Its network profile in no pool. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depot_network_profile_id: Option<NetworkProfileId>,
}

/// What to change about a machine. The released provider can set each of these and clear none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct MachineChanges {
    /// Its host name. Reboots it.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub name: Patch<Text>,
    /// The pool that it is assigned to.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub machine_pool_id: Patch<MachinePoolId>,
    /// All of its node labels.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub labels: Patch<Vec<Label>>,
    /// Its network profile in its pool. Newer providers only.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub network_profile_id: Patch<NetworkProfileId>,
    /// Its network profile in no pool. Newer providers only.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub depot_network_profile_id: Patch<NetworkProfileId>,
}
