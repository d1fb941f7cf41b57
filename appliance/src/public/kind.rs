//! The kinds of objects that an appliance only keeps: what each is called, where it stands, which fields it has.

use serde::{Deserialize, Serialize};

/// A kind of object that has no behaviour of its own here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StoredKind {
    /// A fleet of virtual machines on a cluster's machines.
    ElasticFleet,
    /// A part of such a fleet, for an organization.
    ElasticQuota,
    /// Virtual machines of a quota that are nodes of a cluster.
    ElasticNodePool,
    /// A network.
    Network,
    /// A subnet of a network.
    Subnet,
    /// A range of addresses.
    IpPool,
}

/// What there is to know about a kind.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The key around one object, as `ip_pool`.
    pub singular: &'static str,
    /// The key around several.
    pub plural: &'static str,
    /// The path of all of them, below the organization; `{parent}` stands for the number of what they belong to.
    pub path: &'static str,
    /// The field that holds the number of what they belong to, as `cluster_id`.
    pub parent: Option<&'static str>,
    /// Whether one can be asked for by its name.
    pub has_lookup_by_name: bool,
    /// Whether only the newer provider knows it. Its bodies are then wrapped in the singular key.
    pub is_newer: bool,
    /// Its fields besides `id`.
    pub fields: &'static [Field],
}

/// A field of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What it holds.
    pub form: Form,
    /// Who gives it.
    pub given: Given,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A whole number.
    Integer,
    /// Text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of objects with these fields.
    Objects(&'static [Field]),
}

/// Who gives a field its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Whoever makes the object has to.
    AtFirst,
    /// Whoever makes the object has to, and can change it later.
    AtFirstOrLater,
    /// Whoever makes the object may.
    MayBeAtFirst,
    /// Whoever makes or changes the object may.
    MayBeLater,
    /// The appliance.
    ByAppliance,
}

impl Given {
    /// Whether an object cannot be made without it.
    pub fn is_required(self) -> bool {
        matches!(self, Self::AtFirst | Self::AtFirstOrLater)
    }

    /// Whether it can be changed.
    pub fn is_changeable(self) -> bool {
        matches!(self, Self::AtFirstOrLater | Self::MayBeLater)
    }
}

impl Kind {
    /// Whether anything about it can be changed.
    pub fn is_changeable(&self) -> bool {
        self.fields.iter().any(|field| field.given.is_changeable())
    }
}

const fn field(name: &'static str, form: Form, given: Given) -> Field {
    Field { name, form, given }
}

const ELASTIC_FLEET: Kind = Kind {
    singular: "elastic_fleet",
    plural: "elastic_fleets",
    path: "elastic_fleets",
    parent: None,
    has_lookup_by_name: true,
    is_newer: false,
    fields: &[
        field("name", Form::Text, Given::AtFirst),
        field("cluster_id", Form::Integer, Given::AtFirst),
        field("status", Form::Text, Given::ByAppliance),
    ],
};

const ELASTIC_QUOTA: Kind = Kind {
    singular: "elastic_quota",
    plural: "elastic_quotas",
    path: "elastic_quotas",
    parent: None,
    has_lookup_by_name: false,
    is_newer: false,
    fields: &[
        field("name", Form::Text, Given::AtFirstOrLater),
        field("vcpus", Form::Integer, Given::AtFirstOrLater),
        field("disk_gib", Form::Integer, Given::AtFirstOrLater),
        field("memory_mib", Form::Integer, Given::AtFirstOrLater),
        field("elastic_fleet_id", Form::Integer, Given::AtFirst),
        field("consuming_organization_uuid", Form::Text, Given::AtFirst),
    ],
};

const ELASTIC_NODE_POOL: Kind = Kind {
    singular: "elastic_node_pool",
    plural: "elastic_node_pools",
    path: "clusters/{parent}/elastic_node_pools",
    parent: Some("cluster_id"),
    has_lookup_by_name: true,
    is_newer: false,
    fields: &[
        field("name", Form::Text, Given::AtFirst),
        field("elastic_quota_id", Form::Integer, Given::AtFirst),
        field("node_count", Form::Integer, Given::AtFirstOrLater),
        field("node_vcpus", Form::Integer, Given::AtFirstOrLater),
        field("node_memory_mib", Form::Integer, Given::AtFirstOrLater),
        field("node_disk_gib", Form::Integer, Given::AtFirstOrLater),
        // The released provider requires it, the newer one takes a release channel in its place.
        field("version", Form::Text, Given::MayBeLater),
        field("release_channel", Form::Text, Given::MayBeLater),
        field("manual_version", Form::Text, Given::MayBeLater),
        field("cluster_id", Form::Integer, Given::ByAppliance),
        field("status", Form::Text, Given::ByAppliance),
        field("patch_version", Form::Text, Given::ByAppliance),
        field("kubernetes_bundle", Form::Text, Given::ByAppliance),
    ],
};

const NETWORK: Kind = Kind {
    singular: "network",
    plural: "networks",
    path: "networks",
    parent: None,
    has_lookup_by_name: true,
    is_newer: true,
    fields: &[field("name", Form::Text, Given::AtFirst)],
};

const SUBNET: Kind = Kind {
    singular: "subnet",
    plural: "subnets",
    path: "networks/{parent}/subnets",
    parent: Some("network_id"),
    has_lookup_by_name: true,
    is_newer: true,
    fields: &[
        field("name", Form::Text, Given::AtFirst),
        field("addressing", Form::Text, Given::AtFirst),
        field("vlan", Form::Integer, Given::MayBeAtFirst),
        field("ip_pool_id", Form::Integer, Given::MayBeAtFirst),
        field("gateway", Form::Text, Given::MayBeAtFirst),
        field("dns", Form::Texts, Given::MayBeAtFirst),
        field("ntp", Form::Texts, Given::MayBeAtFirst),
        field("domains", Form::Texts, Given::MayBeAtFirst),
        field("mtu", Form::Integer, Given::MayBeAtFirst),
        field("routes", Form::Objects(ROUTE), Given::MayBeAtFirst),
        field("network_id", Form::Integer, Given::ByAppliance),
    ],
};

const ROUTE: &[Field] = &[
    field("destination", Form::Text, Given::AtFirst),
    field("via", Form::Text, Given::AtFirst),
    field("metric", Form::Integer, Given::MayBeAtFirst),
];

const IP_POOL: Kind = Kind {
    singular: "ip_pool",
    plural: "ip_pools",
    path: "ip_pools",
    parent: None,
    has_lookup_by_name: true,
    is_newer: true,
    fields: &[
        field("name", Form::Text, Given::AtFirstOrLater),
        field("cidr", Form::Text, Given::AtFirst),
        field("description", Form::Text, Given::MayBeLater),
        field("ranges", Form::Objects(RANGE), Given::MayBeLater),
    ],
};

const RANGE: &[Field] = &[
    field("kind", Form::Text, Given::AtFirst),
    field("start_address", Form::Text, Given::AtFirst),
    field("end_address", Form::Text, Given::AtFirst),
    field("description", Form::Text, Given::MayBeAtFirst),
];

impl StoredKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::ElasticFleet,
        Self::ElasticQuota,
        Self::ElasticNodePool,
        Self::Network,
        Self::Subnet,
        Self::IpPool,
    ];

    /// What there is to know about it.
    pub const fn about(self) -> &'static Kind {
        match self {
            Self::ElasticFleet => &ELASTIC_FLEET,
            Self::ElasticQuota => &ELASTIC_QUOTA,
            Self::ElasticNodePool => &ELASTIC_NODE_POOL,
            Self::Network => &NETWORK,
            Self::Subnet => &SUBNET,
            Self::IpPool => &IP_POOL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_that_belongs_to_something_has_it_in_its_path_and_among_its_fields() {
        for kind in StoredKind::ALL.map(StoredKind::about) {
            assert_eq!(
                kind.path.contains("{parent}"),
                kind.parent.is_some(),
                "{kind:?}"
            );
            assert!(kind.path.ends_with(kind.plural), "{kind:?}");
            if let Some(parent) = kind.parent {
                let field = kind.fields.iter().find(|field| field.name == parent);
                assert_eq!(field.unwrap().given, Given::ByAppliance, "{kind:?}");
            }
        }
    }

    #[test]
    fn quotas_node_pools_and_ip_pools_can_be_changed_and_nothing_else() {
        let changeable: Vec<_> = StoredKind::ALL
            .map(StoredKind::about)
            .into_iter()
            .filter(|kind| kind.is_changeable())
            .map(|kind| kind.singular)
            .collect();
        assert_eq!(
            changeable,
            ["elastic_quota", "elastic_node_pool", "ip_pool"]
        );
    }
}
