//! Random requests of the public API, of each variant.

use proptest::prelude::*;

use super::examples::{any_name, any_text, labels, operation, pool};
use super::stored_examples;
use crate::public::{
    ClusterChanges, EnrollmentImageId, HostNetwork, Link, Lookup, MachineChanges,
    MachinePoolChanges, NetworkProfileId, NewCluster, NewEnrollmentImage, NewMachine,
    NewMachinePool, NewNetworkProfile, Patch, Request, Uplink,
};
use crate::{ClusterId, MachineId, Text};

fn maybe() -> impl Strategy<Value = Option<Text>> + Clone {
    prop::option::of(any_text())
}

fn patch<T: std::fmt::Debug + Clone + 'static>(
    value: impl Strategy<Value = T> + Clone + 'static,
) -> BoxedStrategy<Patch<T>> {
    prop_oneof![
        Just(Patch::Keep),
        Just(Patch::Clear),
        value.prop_map(Patch::Set)
    ]
    .boxed()
}

pub(super) fn lookup<Id: std::fmt::Debug + Clone + 'static>(
    make: fn(i64) -> Id,
) -> BoxedStrategy<Lookup<Id>> {
    prop_oneof![
        any::<i64>().prop_map(move |id| Lookup::Id(make(id))),
        any_name().prop_map(Lookup::Name),
        // A name of digits is no number.
        Just(Lookup::Name("7".into())),
    ]
    .boxed()
}

fn cluster() -> impl Strategy<Value = ClusterId> + Clone {
    any::<i64>().prop_map(ClusterId)
}

fn machine() -> impl Strategy<Value = MachineId> + Clone {
    any::<i64>().prop_map(MachineId)
}

fn profile_id() -> impl Strategy<Value = NetworkProfileId> + Clone {
    any::<i64>().prop_map(NetworkProfileId)
}

fn image_id() -> impl Strategy<Value = EnrollmentImageId> + Clone {
    any::<i64>().prop_map(EnrollmentImageId)
}

/// A strategy for each variant.
pub(super) fn requests() -> Vec<BoxedStrategy<Request>> {
    let mut all = of_machines();
    all.extend(of_clusters());
    all.extend(of_pools());
    all.extend(of_profiles_and_images());
    all.extend(stored_examples::requests());
    all
}

fn of_machines() -> Vec<BoxedStrategy<Request>> {
    let new = (
        any_text(),
        maybe(),
        prop::option::of(pool()),
        prop::option::of(labels()),
        prop::option::of(profile_id()),
        prop::option::of(profile_id()),
    );
    let changes = (
        patch(any_text()),
        patch(pool()),
        patch(labels()),
        patch(profile_id()),
        patch(profile_id()),
    );
    vec![
        Just(Request::ListMachines).boxed(),
        machine()
            .prop_map(|machine| Request::GetMachine { machine })
            .boxed(),
        machine()
            .prop_map(|machine| Request::DeleteMachine { machine })
            .boxed(),
        new.prop_map(
            |(
                uuid,
                name,
                machine_pool_id,
                labels,
                network_profile_id,
                depot_network_profile_id,
            )| {
                Request::CreateMachine {
                    new: NewMachine {
                        uuid,
                        name,
                        machine_pool_id,
                        labels,
                        network_profile_id,
                        depot_network_profile_id,
                    },
                }
            },
        )
        .boxed(),
        (machine(), changes)
            .prop_map(|(machine, changes)| Request::UpdateMachine {
                machine,
                changes: MachineChanges {
                    name: changes.0,
                    machine_pool_id: changes.1,
                    labels: changes.2,
                    network_profile_id: changes.3,
                    depot_network_profile_id: changes.4,
                },
            })
            .boxed(),
    ]
}

fn of_clusters() -> Vec<BoxedStrategy<Request>> {
    let new = (
        any_text(),
        prop::array::uniform6(maybe()),
        prop::array::uniform2(any::<Option<bool>>()),
    );
    vec![
        Just(Request::ListClusters).boxed(),
        lookup(ClusterId)
            .prop_map(|cluster| Request::GetCluster { cluster })
            .boxed(),
        cluster()
            .prop_map(|cluster| Request::DeleteCluster { cluster })
            .boxed(),
        new.prop_map(|(name, texts, [addon_kube_proxy, addon_core_dns])| {
            let [
                user_version,
                pod_cidr,
                service_cidr,
                dns_service_ip,
                release_channel,
                manual_version,
            ] = texts;
            Request::CreateCluster {
                new: NewCluster {
                    name,
                    user_version,
                    pod_cidr,
                    service_cidr,
                    dns_service_ip,
                    addon_kube_proxy,
                    addon_core_dns,
                    release_channel,
                    manual_version,
                },
            }
        })
        .boxed(),
        (cluster(), maybe(), maybe(), patch(any_text()))
            .prop_map(|(cluster, user_version, release_channel, manual_version)| {
                Request::UpdateCluster {
                    cluster,
                    changes: ClusterChanges {
                        user_version,
                        release_channel,
                        manual_version,
                    },
                }
            })
            .boxed(),
        operation()
            .prop_map(|operation| Request::GetOperation { operation })
            .boxed(),
    ]
}

fn of_pools() -> Vec<BoxedStrategy<Request>> {
    let new = (
        any_text(),
        prop::array::uniform3(maybe()),
        prop::option::of(profile_id()),
    );
    let changes = (
        prop::array::uniform3(maybe()),
        patch(profile_id()),
        patch(any_text()),
    );
    vec![
        (cluster(), lookup(crate::MachinePoolId))
            .prop_map(|(cluster, pool)| Request::GetMachinePool { cluster, pool })
            .boxed(),
        (cluster(), pool())
            .prop_map(|(cluster, pool)| Request::DeleteMachinePool { cluster, pool })
            .boxed(),
        (cluster(), new)
            .prop_map(|(cluster, (name, texts, network_profile_id))| {
                let [user_version, release_channel, manual_version] = texts;
                Request::CreateMachinePool {
                    cluster,
                    new: NewMachinePool {
                        name,
                        user_version,
                        network_profile_id,
                        release_channel,
                        manual_version,
                    },
                }
            })
            .boxed(),
        (cluster(), pool(), changes)
            .prop_map(
                |(cluster, pool, (texts, network_profile_id, manual_version))| {
                    let [name, user_version, release_channel] = texts;
                    Request::UpdateMachinePool {
                        cluster,
                        pool,
                        changes: MachinePoolChanges {
                            name,
                            user_version,
                            network_profile_id,
                            release_channel,
                            manual_version,
                        },
                    }
                },
            )
            .boxed(),
    ]
}

pub(super) fn texts() -> impl Strategy<Value = Vec<Text>> + Clone {
    prop::collection::vec(any_text(), 0..3)
}

fn new_profile() -> BoxedStrategy<NewNetworkProfile> {
    let link = (
        any_text(),
        texts(),
        prop::collection::vec(1..4095_i64, 0..3),
        any::<[bool; 3]>(),
    )
        .prop_map(|(name, interfaces, vlans, [host, lacp, native])| Link {
            name,
            interfaces,
            vlans,
            host_networking: host,
            lacp,
            native_vlan: native,
        });
    let network =
        (any::<i64>(), any::<[bool; 2]>()).prop_map(|(subnet_id, [tagged, primary])| HostNetwork {
            subnet_id,
            vlan_tagged: tagged,
            primary,
        });
    let uplink = (
        (any_text(), any_text(), maybe(), texts()),
        any::<bool>(),
        prop::collection::vec(network, 0..3),
    )
        .prop_map(
            |((name, mode, identifier, interfaces), lacp, host_networks)| Uplink {
                name,
                mode,
                identifier,
                interfaces,
                lacp,
                host_networks,
            },
        );
    let links = prop::option::of(prop::collection::vec(link, 0..3));
    let uplinks = prop::option::of(prop::collection::vec(uplink, 0..3));
    (any_text(), links, uplinks)
        .prop_map(|(name, links, uplinks)| NewNetworkProfile {
            name,
            links,
            uplinks,
        })
        .boxed()
}

fn of_profiles_and_images() -> Vec<BoxedStrategy<Request>> {
    let new_image = (
        [any_text().boxed(), any_text().boxed()],
        [maybe().boxed(), maybe().boxed()],
        any::<[Option<bool>; 3]>(),
        any::<Option<i64>>(),
    );
    vec![
        lookup(NetworkProfileId)
            .prop_map(|network_profile| Request::GetNetworkProfile { network_profile })
            .boxed(),
        new_profile()
            .prop_map(|new| Request::CreateNetworkProfile { new })
            .boxed(),
        (profile_id(), new_profile())
            .prop_map(|(network_profile, changes)| Request::UpdateNetworkProfile {
                network_profile,
                changes,
            })
            .boxed(),
        profile_id()
            .prop_map(|network_profile| Request::DeleteNetworkProfile { network_profile })
            .boxed(),
        Just(Request::ListEnrollmentImages).boxed(),
        image_id()
            .prop_map(|enrollment_image| Request::GetEnrollmentImage { enrollment_image })
            .boxed(),
        image_id()
            .prop_map(|enrollment_image| Request::DeleteEnrollmentImage { enrollment_image })
            .boxed(),
        new_image
            .prop_map(
                |([name, expires_at], devices, [force, http, mirror], vlan)| {
                    let [install_disk_device, install_disk_mirror_device] = devices;
                    Request::CreateEnrollmentImage {
                        new: NewEnrollmentImage {
                            name,
                            expires_at,
                            install_disk_device,
                            install_disk_force_overwrite: force,
                            vlan,
                            enable_http: http,
                            install_disk_mirror: mirror,
                            install_disk_mirror_device,
                            network_profile_id: vlan.map(NetworkProfileId),
                        },
                    }
                },
            )
            .boxed(),
    ]
}
