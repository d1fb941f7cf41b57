//! The routes of meltcloud's public API.
//!
//! The source of each is the Terraform provider's client
//! (<https://github.com/meltcloud/terraform-provider-meltcloud>, `internal/client`). It lists machines, clusters and
//! enrollment images and nothing else.

use super::http::Method::{Delete, Get, Post, Put};
use super::route::{Body, Row, Wraps};
use super::table::rows;
use crate::public::Request;

const fn bare(field: &'static str, key: &'static str) -> Body {
    Body::Of {
        field,
        key,
        wraps: Wraps::Never,
    }
}

/// The released provider writes profiles bare, with `links`; the newer one wrapped, with `uplinks`.
const fn profile(field: &'static str) -> Body {
    Body::Of {
        field,
        key: "network_profile",
        wraps: Wraps::With("uplinks"),
    }
}

rows! { Request;
    ListMachines: Get "machines" [] Body::None => &["machines"];
    CreateMachine: Post "machines" [] bare("new", "machine") => &["machine"];
    GetMachine: Get "machines/{machine}" [] Body::None => &["machine"];
    UpdateMachine: Put "machines/{machine}" [] bare("changes", "machine") => &["machine"];
    DeleteMachine: Delete "machines/{machine}" [] Body::None => &[];
    ListClusters: Get "clusters" [] Body::None => &["clusters"];
    CreateCluster: Post "clusters" [] bare("new", "cluster") => &["cluster"];
    GetCluster: Get "clusters/{cluster:name}" [] Body::None => &["cluster"];
    UpdateCluster: Put "clusters/{cluster}" [] bare("changes", "cluster") => &["cluster"];
    DeleteCluster: Delete "clusters/{cluster}" [] Body::None => &[];
    CreateMachinePool: Post "clusters/{cluster}/machine_pools" [] bare("new", "machine_pool") => &["machine_pool"];
    GetMachinePool: Get "clusters/{cluster}/machine_pools/{pool:name}" [] Body::None => &["machine_pool"];
    UpdateMachinePool: Put "clusters/{cluster}/machine_pools/{pool}" [] bare("changes", "machine_pool") => &["machine_pool"];
    DeleteMachinePool: Delete "clusters/{cluster}/machine_pools/{pool}" [] Body::None => &[];
    GetOperation: Get "operations/{operation}" [] Body::None => &["operation"];
    CreateNetworkProfile: Post "network_profiles" [] profile("new") => &["network_profile"];
    GetNetworkProfile: Get "network_profiles/{network_profile:name}" [] Body::None => &["network_profile"];
    UpdateNetworkProfile: Put "network_profiles/{network_profile}" [] profile("changes") => &["network_profile"];
    DeleteNetworkProfile: Delete "network_profiles/{network_profile}" [] Body::None => &[];
    ListEnrollmentImages: Get "enrollment_images" [] Body::None => &["enrollment_images"];
    CreateEnrollmentImage: Post "enrollment_images" [] bare("new", "enrollment_image") => &["enrollment_image"];
    GetEnrollmentImage: Get "enrollment_images/{enrollment_image}" [] Body::None => &["enrollment_image"];
    DeleteEnrollmentImage: Delete "enrollment_images/{enrollment_image}" [] Body::None => &[];
    CreateStored: Post "{stored}" [] bare("new", "") => &[];
    GetStored: Get "{stored}/{object:name}" [] Body::None => &[];
    UpdateStored: Put "{stored}/{object}" [] bare("changes", "") => &[];
    DeleteStored: Delete "{stored}/{object}" [] Body::None => &[];
}
