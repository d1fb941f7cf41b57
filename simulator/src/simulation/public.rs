//! meltcloud's public API on the simulated fleet: less than the fleet's own resources.
//!
//! | file | holds |
//! |---|---|
//! | `changes` | changes of machines, pools and clusters |
//! | `made` | clusters, pools and machines that are made, clusters and pools that are deleted |
//! | `channels` | where versions come from |
//! | `profiles` | network profiles |
//! | `kept` | enrollment images, objects that are only kept |
//! | `kubeconfig` | kubeconfigs of clusters that do not exist |

mod changes;
pub(super) mod channels;
mod kept;
mod kubeconfig;
pub(super) mod made;
pub(super) mod profiles;

use appliance::public::{
    Cluster, Lookup, Machine, MachinePool, MachineRevision, Operation, Reply, Request,
};
use appliance::{
    ClusterId, Error, ErrorKind, MachineId, MachinePoolId, OperationId, OperationStatus, Text,
};

use super::store::Numbered;
use super::{Simulation, not_found};
use crate::fleet::{Action, MachineIndex, OperationIndex, PoolIndex, Status};
use channels::Channel;

impl Simulation {
    /// Answers a request of the public API.
    pub(super) fn answer_public(&mut self, request: &Request) -> Result<Reply, Error> {
        match request {
            Request::ListMachines => {
                let told = self.machines();
                let all = self.world.blueprint().machines();
                let present = all.filter(|index| self.world.machine(*index).is_present());
                let shown = present
                    .zip(told)
                    .map(|(index, machine)| self.shown_machine(index, machine));
                Ok(Reply::Machines(shown.collect()))
            }
            Request::GetMachine { machine } => self.public_machine(*machine),
            Request::ListClusters => {
                let clusters = self.clusters().into_iter();
                let shown = clusters.map(|cluster| self.shown_cluster(cluster));
                Ok(Reply::Clusters(shown.collect()))
            }
            Request::GetCluster { cluster } => self.public_cluster(cluster),
            Request::GetMachinePool { cluster, pool } => self.public_pool(*cluster, pool),
            Request::GetOperation { operation } => self.public_operation(*operation),
            Request::CreateMachine { new } => self.create_machine(new),
            Request::UpdateMachine { machine, changes } => self.update_machine(*machine, changes),
            Request::DeleteMachine { machine } => {
                let machine = *machine;
                self.change(&appliance::Request::DeleteMachine { machine })?;
                Ok(Reply::Deleted(None))
            }
            Request::UpdateCluster { cluster, changes } => self.update_cluster(*cluster, changes),
            Request::UpdateMachinePool {
                cluster,
                pool,
                changes,
            } => self.update_pool((*cluster, *pool), changes),
            Request::CreateCluster { new } => self.create_cluster(new),
            Request::DeleteCluster { cluster } => self.delete_cluster(*cluster),
            Request::CreateMachinePool { cluster, new } => self.create_pool(*cluster, new),
            Request::DeleteMachinePool { cluster, pool } => self.delete_pool(*cluster, *pool),
            Request::GetNetworkProfile { .. }
            | Request::CreateNetworkProfile { .. }
            | Request::UpdateNetworkProfile { .. }
            | Request::DeleteNetworkProfile { .. }
            | Request::ListEnrollmentImages
            | Request::GetEnrollmentImage { .. }
            | Request::CreateEnrollmentImage { .. }
            | Request::DeleteEnrollmentImage { .. }
            | Request::GetStored { .. }
            | Request::CreateStored { .. }
            | Request::UpdateStored { .. }
            | Request::DeleteStored { .. } => self.answer_kept(request),
        }
    }

    fn public_cluster(&self, asked: &Lookup<ClusterId>) -> Result<Reply, Error> {
        let mut known = self.clusters().into_iter();
        let found = known.find(|known| is_asked(asked, &known.id, &known.name));
        let found = found.ok_or_else(|| missing("cluster", asked, |id| id.0))?;
        let shown = with_kubeconfigs(self.shown_cluster(found));
        Ok(Reply::Cluster(Box::new(shown.into())))
    }

    fn public_pool(
        &self,
        cluster: ClusterId,
        asked: &Lookup<MachinePoolId>,
    ) -> Result<Reply, Error> {
        let found = self.pool_under(cluster, asked)?;
        Ok(Reply::MachinePool(self.shown_pool(found).into()))
    }

    /// The pool of a cluster; under another one it is not found.
    fn pool_under(
        &self,
        cluster: ClusterId,
        asked: &Lookup<MachinePoolId>,
    ) -> Result<PoolIndex, Error> {
        let mut pools = self.pools_there().into_iter();
        let found = pools.find(|index| {
            let pool = self.pool(*index);
            pool.cluster_id == cluster && is_asked(asked, &pool.id, &pool.name)
        });
        found.ok_or_else(|| missing("machine pool", asked, |id| id.0))
    }

    fn public_operation(&self, id: OperationId) -> Result<Reply, Error> {
        let fleet = self.world.operations().len();
        match self.store.numbered(id, fleet) {
            Some(Numbered::Fleet(index)) => Ok(Reply::Operation(self.shown_operation(index))),
            Some(Numbered::Clerical(place)) => Ok(Reply::Operation(self.store.clerical(place))),
            None => Err(not_found("operation", id.0)),
        }
    }

    /// An operation, as the public API shows it. A move is over there when the machine has arrived: whoever asked for it
    /// was given no number of the operation that follows in the other pool.
    fn shown_operation(&self, index: OperationIndex) -> Operation {
        let own = operation(self.operation(index));
        let about = self.world.operation(index);
        let Some(moved) = about.task.filter(|task| task.action == Action::Move) else {
            return own;
        };
        let mut others = self.world.operations().iter();
        let arrival = others.rfind(|other| {
            let task = other.task.filter(|task| task.action == Action::Assign);
            task.is_some_and(|task| task.change == moved.change)
        });
        match arrival {
            Some(arrival) if about.status == Status::Succeeded => Operation {
                status: OperationStatus::from(Text::from(arrival.status.as_str())),
                ..own
            },
            _ => own,
        }
    }

    fn public_machine(&self, id: MachineId) -> Result<Reply, Error> {
        let index = self.machine_of(id)?;
        if !self.world.machine(index).is_present() {
            return Err(not_found("machine", id.0));
        }
        let shown = self.shown_machine(index, self.machine(index));
        Ok(Reply::Machine(shown.into()))
    }

    /// A machine, as the public API shows it.
    fn shown_machine(&self, index: MachineIndex, machine: appliance::Machine) -> Machine {
        let depot = self.store.depot_profiles.get(&machine.id).copied();
        let revision = |number: u32, profile: Option<&str>| MachineRevision {
            id: revision_id(machine.id, number),
            network_profile_id: profile.and_then(|name| self.profile_named(&Text::from(name))),
            depot_network_profile_id: depot,
        };
        let runs = self.world.machine(index).numbers.running;
        let runs_profile = machine.network_profile.as_ref().map(Text::as_str);
        let asked_for = self.world.asked_for(index);
        let desired =
            asked_for.map(|(number, set)| revision(number, set.network_profile.as_deref()));
        // One that nobody gave a name has its UUID in the place of one.
        let is_named = machine.name != machine.uuid;
        Machine {
            id: machine.id,
            uuid: machine.uuid,
            name: is_named.then_some(machine.name),
            status: machine.status,
            machine_pool_id: machine.machine_pool_id,
            labels: self.store.in_order(machine.id, machine.labels),
            machine_revision: Some(revision(runs, runs_profile)),
            desired_machine_revision: desired,
        }
    }

    /// A pool, as the public API shows it.
    fn shown_pool(&self, index: PoolIndex) -> MachinePool {
        let pool = self.pool(index);
        let profile = self.profile_of_pool(index);
        let channel = self.channel_of_pool(index, pool.cluster_id);
        let bundle = channel.bundle(&pool.patch_version);
        MachinePool {
            id: pool.id,
            name: pool.name,
            user_version: pool.user_version,
            patch_version: pool.patch_version,
            status: pool.status,
            network_profile_id: profile.and_then(|name| self.profile_named(&name)),
            release_channel: Some(channel.name),
            manual_version: channel.pinned,
            kubernetes_bundle: Some(bundle),
        }
    }

    fn channel_of_cluster(&self, cluster: ClusterId) -> Channel {
        let known = self.store.cluster_channels.get(&cluster);
        known.cloned().unwrap_or_default()
    }

    fn channel_of_pool(&self, pool: PoolIndex, cluster: ClusterId) -> Channel {
        let known = self.store.pool_channels.get(&pool);
        let of_cluster = || self.channel_of_cluster(cluster).for_pools();
        known.cloned().unwrap_or_else(of_cluster)
    }

    /// A cluster without kubeconfigs, which only its own answer has.
    fn shown_cluster(&self, cluster: appliance::Cluster) -> Cluster {
        let settings = self.store.cluster_settings.get(&cluster.id);
        let settings = settings.cloned().unwrap_or_default();
        let channel = self.channel_of_cluster(cluster.id);
        let bundle = channel.bundle(&cluster.patch_version);
        Cluster {
            id: cluster.id,
            name: cluster.name,
            control_plane_status: cluster.control_plane_status,
            user_version: cluster.user_version,
            patch_version: cluster.patch_version,
            kubeconfig: None,
            kubeconfig_user: None,
            pod_cidr: Some(settings.pod_cidr),
            service_cidr: Some(settings.service_cidr),
            dns_service_ip: Some(settings.dns_service_ip),
            addon_kube_proxy: Some(settings.addon_kube_proxy),
            addon_core_dns: Some(settings.addon_core_dns),
            release_channel: Some(channel.name),
            manual_version: channel.pinned,
            kubernetes_bundle: Some(bundle),
        }
    }

    /// The network profile that a pool's newest revision brings.
    fn profile_of_pool(&self, pool: PoolIndex) -> Option<Text> {
        let made = self.world.made_revisions(pool).iter();
        let newest = made.max_by_key(|made| made.number)?;
        newest.network_profile.as_deref().map(Text::from)
    }
}

/// The number of a machine's own revision. Numbers are those of a kind, not of a machine: that of the machine stands in it.
fn revision_id(machine: MachineId, number: u32) -> i64 {
    /// More revisions than a machine ever has.
    const MOST: i64 = 1_000_000;
    machine.0.saturating_mul(MOST).saturating_add(number.into())
}

fn is_asked<Id: PartialEq>(asked: &Lookup<Id>, id: &Id, name: &Text) -> bool {
    match asked {
        Lookup::Id(asked) => asked == id,
        // Names are unique without regard to case.
        Lookup::Name(asked) => asked.as_str().eq_ignore_ascii_case(name.as_str()),
    }
}

fn missing<Id: Copy>(what: &str, asked: &Lookup<Id>, number: fn(Id) -> i64) -> Error {
    match asked {
        Lookup::Id(id) => not_found(what, number(*id)),
        Lookup::Name(name) => Error::new(ErrorKind::NotFound, format!("there is no {what} {name}")),
    }
}

/// A cluster as its own answer has it.
fn with_kubeconfigs(mut cluster: Cluster) -> Cluster {
    let name = cluster.name.as_str();
    let kubeconfigs = (kubeconfig::of_admin(name), kubeconfig::of_users(name));
    cluster.kubeconfig = Some(kubeconfigs.0);
    cluster.kubeconfig_user = Some(kubeconfigs.1);
    cluster
}

fn operation(operation: appliance::Operation) -> Operation {
    Operation {
        id: operation.id,
        status: operation.status,
        action: operation.action,
    }
}
