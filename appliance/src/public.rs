//! meltcloud's public API as values: what its Terraform provider asks and is answered.
//!
//! | file | holds |
//! |---|---|
//! | `machine`, `pool`, `cluster`, `operation` | resources as this API shows them, and what creates and changes them |
//! | `network_profile`, `enrollment_image` | two more |
//! | `stored`, `kind` | elastic fleets, quotas, node pools, networks, subnets, IP pools: one shape for all |
//! | `optional` | keys that are absent, null or there, and names in the place of numbers |
//! | `request`, `reply` | what can be asked, what is answered |
//!
//! There is no public reference of this API: the only public definition is the source of the Terraform provider
//! (<https://github.com/meltcloud/terraform-provider-meltcloud>, `internal/client`). It exists in two forms. In the
//! released one (v3.2.0) pools have a `network_profile_id` and profiles have `links`; in a newer one machines have
//! revisions, pools a release channel, profiles `uplinks`. These values hold both. What rests on neither is marked as a
//! guess where it stands.

pub mod cluster;
pub mod enrollment_image;
pub mod kind;
pub mod machine;
pub mod network_profile;
pub mod operation;
pub mod optional;
pub mod pool;
pub mod reply;
pub mod request;
pub mod stored;

pub use cluster::{Cluster, ClusterChanges, NewCluster};
pub use enrollment_image::{EnrollmentImage, EnrollmentImageId, NewEnrollmentImage};
pub use kind::{Field, Form, Given, Kind, StoredKind};
pub use machine::{Machine, MachineChanges, MachineRevision, NewMachine};
pub use network_profile::{
    HostNetwork, Link, NetworkProfile, NetworkProfileId, NewNetworkProfile, Uplink,
};
pub use operation::Operation;
pub use optional::{Lookup, Patch};
pub use pool::{MachinePool, MachinePoolChanges, NewMachinePool};
pub use reply::{Reply, WithOperation};
pub use request::Request;
pub use stored::{Fields, Stored};
