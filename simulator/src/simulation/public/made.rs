//! Clusters, pools and machines that are made over the public API, and clusters and pools that are deleted over it.

use core::net::IpAddr;

use appliance::public::{
    Lookup, NewCluster, NewMachine, NewMachinePool, Patch, Reply, StoredKind, WithOperation,
};
use appliance::{ClusterId, Error, ErrorKind, MachinePoolId, Text};

use super::channels::Channel;
use super::kept::{invalid, unique};
use super::{Simulation, with_kubeconfigs};
use crate::fleet::PoolIndex;
use crate::scenario::{Addition, Enrolment, is_name, is_uuid};
use crate::simulation::resources::{self, pool_id};

/// What of a cluster is chosen when it is made, and never changes.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct ClusterSettings {
    pub(super) pod_cidr: Text,
    pub(super) service_cidr: Text,
    pub(super) dns_service_ip: Text,
    pub(super) addon_kube_proxy: bool,
    pub(super) addon_core_dns: bool,
}

impl Default for ClusterSettings {
    /// What an appliance chooses that is asked for nothing. Which addresses meltcloud chooses is not public: these are
    /// kubeadm's for services, and Flannel's for pods.
    fn default() -> Self {
        Self {
            pod_cidr: Text::from("10.244.0.0/16"),
            service_cidr: Text::from("10.96.0.0/12"),
            dns_service_ip: Text::from("10.96.0.10"),
            addon_kube_proxy: true,
            addon_core_dns: true,
        }
    }
}

impl ClusterSettings {
    fn new(new: &NewCluster) -> Result<Self, Error> {
        let default = Self::default();
        if let Some(cidr) = &new.pod_cidr {
            network("pod_cidr", cidr)?;
        }
        let services = new.service_cidr.as_ref().unwrap_or(&default.service_cidr);
        let first = network("service_cidr", services)?;
        let dns = match &new.dns_service_ip {
            Some(address) if address.as_str().parse::<IpAddr>().is_err() => {
                return Err(invalid("dns_service_ip", "is no address, as 10.96.0.10"));
            }
            Some(address) => address.clone(),
            // The tenth address of the services, as kubeadm takes it.
            None => Text::from(tenth_after(first).to_string()),
        };
        Ok(Self {
            pod_cidr: new.pod_cidr.clone().unwrap_or(default.pod_cidr),
            service_cidr: services.clone(),
            dns_service_ip: dns,
            addon_kube_proxy: new.addon_kube_proxy.unwrap_or(true),
            addon_core_dns: new.addon_core_dns.unwrap_or(true),
        })
    }
}

/// The first address of a network.
fn network(field: &str, cidr: &Text) -> Result<IpAddr, Error> {
    let read = || {
        let (address, length) = cidr.as_str().split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let length: u8 = length.parse().ok()?;
        (length <= longest).then_some(address)
    };
    read().ok_or_else(|| invalid(field, "is no network, as 10.96.0.0/12"))
}

fn tenth_after(first: IpAddr) -> IpAddr {
    match first {
        IpAddr::V4(first) => IpAddr::V4(first.to_bits().wrapping_add(10).into()),
        IpAddr::V6(first) => IpAddr::V6(first.to_bits().wrapping_add(10).into()),
    }
}

impl Simulation {
    /// Makes a cluster.
    pub(super) fn create_cluster(&mut self, new: &NewCluster) -> Result<Reply, Error> {
        let known = self.clusters();
        if !is_cluster_name(new.name.as_str()) {
            let why = "has to be of lower-case letters, digits, - and ., with a letter or digit at both ends";
            return Err(invalid("name", why));
        }
        unique(&new.name, known.iter().map(|cluster| &cluster.name))?;
        let settings = ClusterSettings::new(new)?;
        let pinned = new.manual_version.clone().map_or(Patch::Keep, Patch::Set);
        let channel = Channel::default().changed(new.release_channel.as_ref(), &pinned)?;
        let version = match (&new.user_version, channel.version()) {
            (Some(minor), pinned) => self.version_of(minor, pinned)?,
            (None, Some(pinned)) => pinned,
            (None, None) => self.newest_version(),
        };
        self.make_known(Addition::Cluster {
            name: new.name.as_str().to_owned(),
            version: version.as_str().to_owned(),
        })?;
        let id = ClusterId(i64::try_from(self.growth.clusters()).unwrap_or(i64::MAX));
        self.store.cluster_settings.insert(id, settings);
        self.store.cluster_channels.insert(id, channel);
        let operation = self.store.operate("create-cluster");
        Ok(Reply::Cluster(Box::new(WithOperation {
            resource: with_kubeconfigs(self.shown_cluster(self.cluster(id)?)),
            operation: Some(operation),
        })))
    }

    /// Deletes a cluster that nothing is in any more.
    pub(super) fn delete_cluster(&mut self, id: ClusterId) -> Result<Reply, Error> {
        let name = self.cluster(id)?.name;
        let pools = self.pools_there();
        let is_used = pools.iter().any(|pool| self.pool(*pool).cluster_id == id)
            || self.store.has_part_of(StoredKind::ElasticNodePool, id.0);
        if is_used {
            let why = format!("there are pools in cluster {name}");
            return Err(Error::new(ErrorKind::Conflict, why));
        }
        self.store.deleted_clusters.insert(id);
        let operation = self.store.operate("delete-cluster");
        Ok(Reply::Deleted(Some(operation)))
    }

    /// Makes a pool without machines.
    pub(super) fn create_pool(
        &mut self,
        cluster: ClusterId,
        new: &NewMachinePool,
    ) -> Result<Reply, Error> {
        let of = self.cluster(cluster)?;
        self.check_pool_name(cluster, None, &new.name)?;
        let profile = new.network_profile_id;
        let profile = profile.map(|id| self.profile_given(id)).transpose()?;
        let pinned = new.manual_version.clone().map_or(Patch::Keep, Patch::Set);
        let channel = self.channel_of_cluster(cluster).for_pools();
        let channel = channel.changed(new.release_channel.as_ref(), &pinned)?;
        let version = match (&new.user_version, channel.version()) {
            (Some(minor), pinned) => self.version_of(minor, pinned)?,
            (None, Some(pinned)) => pinned,
            (None, None) => of.patch_version.clone(),
        };
        check_skew(&version, &of.patch_version)?;
        let place = self.growth.pools();
        let first_name = self.first_name_for(&new.name, place);
        self.make_known(Addition::Pool {
            name: first_name,
            cluster: resources::place_of(cluster),
            version: version.as_str().to_owned(),
        })?;
        let pool = PoolIndex(u32::try_from(place).unwrap_or(u32::MAX));
        let name = new.name.as_str();
        self.world.rename_pool(pool, name, &mut self.journal);
        self.store.pool_channels.insert(pool, channel);
        if profile.is_some() {
            self.change(&appliance::Request::SetPoolNetworkProfile {
                pool: pool_id(pool),
                network_profile: profile,
                apply: true,
            })?;
        }
        Ok(Reply::MachinePool(self.shown_pool(pool).into()))
    }

    /// A name that no pool was made with. It is the key of the pool's draws, so it stays that pool's, whatever it is called.
    fn first_name_for(&self, name: &Text, place: usize) -> String {
        let mut names = self.world.blueprint().scenario().homes();
        if names.any(|home| home.name == name.as_str()) {
            return format!("{name} {}", place + 1);
        }
        name.as_str().to_owned()
    }

    /// Deletes a pool that no machine is in, or goes to.
    pub(super) fn delete_pool(
        &mut self,
        cluster: ClusterId,
        pool: MachinePoolId,
    ) -> Result<Reply, Error> {
        let index = self.pool_under(cluster, &Lookup::Id(pool))?;
        let mut machines = self.world.blueprint().machines();
        if machines.any(|machine| self.world.pool_or_prepared(machine) == Some(index)) {
            let name = self.world.blueprint().pool_name(index);
            let why = format!("there are machines in pool {name}");
            return Err(Error::new(ErrorKind::Conflict, why));
        }
        self.store.deleted_pools.insert(index);
        Ok(Reply::Deleted(None))
    }

    /// Makes a machine known, which the simulated site need not have had.
    pub(super) fn create_machine(&mut self, new: &NewMachine) -> Result<Reply, Error> {
        if !is_uuid(new.uuid.as_str()) {
            let why = "is no UUID, as 4c4c4544-0042-3510-8051-b4c04f4e3332";
            return Err(invalid("uuid", why));
        }
        if let Some(pool) = new.machine_pool_id {
            self.pool_given(pool)?;
        }
        let profile = new.network_profile_id;
        let profile = profile.map(|id| self.profile_given(id)).transpose()?;
        if let Some(id) = new.depot_network_profile_id {
            self.profile_given(id)?;
        }
        let uuid = new.uuid.as_str().to_ascii_lowercase();
        match self.by_uuid(&new.uuid) {
            Ok(known) if self.world.machine(known).enrolment != Enrolment::Unknown => {
                let error = invalid("uuid", "has already been taken");
                return Err(error.with_code("value_already_exist"));
            }
            Ok(known) => self.check_hostname(Some(known), new.name.as_ref())?,
            Err(_) => {
                self.check_hostname(None, new.name.as_ref())?;
                self.make_known(Addition::Machine { uuid })?;
            }
        }
        let registered = self.change(&appliance::Request::RegisterMachine {
            uuid: new.uuid.clone(),
            hostname: new.name.clone(),
            pool: new.machine_pool_id,
            labels: new.labels.clone(),
        })?;
        let appliance::Reply::ChangedMachine(machine) = registered else {
            let why = "the fleet did not answer with the machine";
            return Err(Error::new(ErrorKind::Failed, why));
        };
        let id = machine.id;
        if let Some(network_profile) = profile {
            self.change(&appliance::Request::SetMachineNetworkProfile {
                machine: id,
                network_profile,
                apply: true,
            })?;
        }
        if let Some(labels) = &new.labels {
            self.store.know_label_order(id, labels);
        }
        self.store
            .know_depot_profile(id, new.depot_network_profile_id);
        self.public_machine(id)
    }

    /// That a pool of a cluster can have a name.
    pub(super) fn check_pool_name(
        &self,
        cluster: ClusterId,
        pool: Option<PoolIndex>,
        name: &Text,
    ) -> Result<(), Error> {
        if !is_name(name.as_str()) {
            return Err(invalid("name", "is no name of a pool"));
        }
        let others = self.pools_there().into_iter();
        let others = others.filter(|other| Some(*other) != pool);
        let others = others.map(|other| self.pool(other));
        let names: Vec<Text> = others
            .filter(|other| other.cluster_id == cluster)
            .map(|other| other.name)
            .collect();
        unique(name, names.iter())
    }

    /// The version that a minor one stands for, which has to be that of a bundle where there is one.
    pub(super) fn version_of(&self, minor: &Text, pinned: Option<Text>) -> Result<Text, Error> {
        let numbers: Vec<&str> = minor.as_str().split('.').collect();
        let is_number = |text: &&str| {
            let is_short = (1..=4).contains(&text.len());
            is_short && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if numbers.len() != 2 || !numbers.iter().all(is_number) {
            return Err(invalid("user_version", "is no minor version, as 1.33"));
        }
        match pinned {
            Some(pinned) if minor_of(&pinned) != minor.as_str() => Err(invalid(
                "user_version",
                "is not the minor version of manual_version",
            )),
            Some(pinned) => Ok(pinned),
            None => Ok(self.patch_of(minor)),
        }
    }

    /// The newest version of any control plane.
    fn newest_version(&self) -> Text {
        let mut versions: Vec<Text> = self
            .clusters()
            .into_iter()
            .map(|known| known.patch_version)
            .collect();
        versions.sort_by(|a, b| alphanumeric_sort::compare_str(a.as_str(), b.as_str()));
        let first = &self.world.blueprint().scenario().clusters[0].version;
        versions.pop().unwrap_or_else(|| Text::from(first.as_str()))
    }
}

/// That a pool of this version can be in a cluster of that one (Kubernetes' version skew policy:
/// <https://kubernetes.io/releases/version-skew-policy/#kubelet>).
pub(super) fn check_skew(pool: &Text, cluster: &Text) -> Result<(), Error> {
    if alphanumeric_sort::compare_str(pool.as_str(), cluster.as_str()).is_gt() {
        return Err(invalid(
            "user_version",
            &format!("is newer than the control plane, which runs {cluster}"),
        ));
    }
    Ok(())
}

pub(super) fn minor_of(version: &Text) -> &str {
    let split = version.as_str().rsplit_once('.');
    split.map_or(version.as_str(), |(minor, _)| minor)
}

/// Whether a cluster can be called so (<https://registry.terraform.io/providers/meltcloud/meltcloud/latest/docs/resources/cluster>).
fn is_cluster_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [name.bytes().next(), name.bytes().next_back()];
    name.len() <= 253
        && ends.into_iter().all(|end| end.is_some_and(is_plain))
        && name
            .bytes()
            .all(|byte| is_plain(byte) || byte == b'-' || byte == b'.')
}
