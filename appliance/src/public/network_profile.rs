//! A network profile as the public API shows it: how a machine's network is set up.

use serde::{Deserialize, Serialize};

use super::optional::null_as_empty;
use crate::Text;

/// A network profile's number, assigned by the appliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct NetworkProfileId(pub i64);

/// One network profile. It has `links` for the released provider, `uplinks` for the newer one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct NetworkProfile {
    /// Its number.
    pub id: NetworkProfileId,
    /// Its name, unique in the organization.
    pub name: Text,
    /// What it is doing. No word for it is publicly known.
    #[serde(default)]
    pub status: Text,
    /// Its links.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub links: Vec<Link>,
    /// Its uplinks.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub uplinks: Vec<Uplink>,
}

/// A network profile to be made, or what takes its place. With `uplinks` it is written in the newer, wrapped form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct NewNetworkProfile {
    /// Its name.
    #[cfg_attr(feature = "server", schemars(extend("pattern" = crate::patterns::NAME)))]
    pub name: Text,
    /// Its links. Released provider only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<Vec<Link>>,
    /// Its uplinks. Newer providers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uplinks: Option<Vec<Uplink>>,
}

/// A VLAN-aware bridge over one interface, or a bond of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Link {
    /// Its name, which the bridge has too.
    pub name: Text,
    /// Its interfaces; several make a bond.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub interfaces: Vec<Text>,
    /// The VLANs on which it asks for an address, from 1 to 4094.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub vlans: Vec<i64>,
    /// Whether the machine reaches its appliance over it.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub host_networking: bool,
    /// Whether the bond is negotiated (IEEE 802.1AX).
    #[serde(default, deserialize_with = "null_as_empty")]
    pub lacp: bool,
    /// Whether it asks for an address without a VLAN.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub native_vlan: bool,
}

impl NewNetworkProfile {
    /// One of which only the name is known.
    pub fn named(name: Text) -> Self {
        Self {
            name,
            links: None,
            uplinks: None,
        }
    }
}

/// An interface or a bond of several, and the networks of the host on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Uplink {
    /// Its name: at most 10 lower-case letters and digits.
    pub name: Text,
    /// `auto`, `single` or `bond`.
    pub mode: Text,
    /// What interfaces are told by: `kernel_name` or `mac_address`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Text>,
    /// Its interfaces: none with `auto`, one with `single`, several with `bond`.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub interfaces: Vec<Text>,
    /// Whether the bond is negotiated (IEEE 802.1AX).
    #[serde(default, deserialize_with = "null_as_empty")]
    pub lacp: bool,
    /// The networks of the host on it.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub host_networks: Vec<HostNetwork>,
}

/// A subnet in which a machine has an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct HostNetwork {
    /// The subnet.
    pub subnet_id: i64,
    /// Whether its frames carry the VLAN's tag.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub vlan_tagged: bool,
    /// Whether it gives the default route, name servers and time servers: exactly one of a profile does.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub primary: bool,
}
