//! meltcloud's public API on the simulated fleet: less than the fleet's own resources.
//!
//! | file | holds |
//! |---|---|
//! | `changes` | changes of machines, pools and clusters |
//! | `kept` | network profiles, enrollment images, objects that are only kept |
//! | `kubeconfig` | kubeconfigs of clusters that do not exist |

mod changes;
mod kept;
mod kubeconfig;

use appliance::public::{
    Cluster, Lookup, Machine, MachinePool, MachineRevision, Operation, Reply, Request,
};
use appliance::{ClusterId, Error, ErrorKind, MachineId, MachinePoolId, OperationId, Text};

use super::store::Numbered;
use super::{Simulation, not_found};
use crate::fleet::PoolIndex;

impl Simulation {
    /// Answers a request of the public API.
    pub(super) fn answer_public(&mut self, request: &Request) -> Result<Reply, Error> {
        match request {
            Request::ListMachines => {
                let machines = self.machines();
                let shown = machines
                    .into_iter()
                    .map(|machine| self.shown_machine(machine));
                Ok(Reply::Machines(shown.collect()))
            }
            Request::GetMachine { machine } => self.public_machine(*machine),
            Request::ListClusters => {
                let clusters = self.clusters().into_iter();
                Ok(Reply::Clusters(clusters.map(cluster).collect()))
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
            Request::CreateCluster { .. }
            | Request::DeleteCluster { .. }
            | Request::CreateMachinePool { .. }
            | Request::DeleteMachinePool { .. } => {
                let why = "a simulated appliance has the clusters and pools of its scenario";
                Err(Error::new(ErrorKind::Unsupported, why))
            }
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
        Ok(Reply::Cluster(Box::new(with_kubeconfigs(found).into())))
    }

    fn public_pool(
        &mut self,
        cluster: ClusterId,
        asked: &Lookup<MachinePoolId>,
    ) -> Result<Reply, Error> {
        let pools = self.world.blueprint().pools().map(|pool| self.pool(pool));
        let mut of_cluster = pools.filter(|pool| pool.cluster_id == cluster);
        let found = of_cluster.find(|known| is_asked(asked, &known.id, &known.name));
        let found = found.ok_or_else(|| missing("machine pool", asked, |id| id.0))?;
        Ok(Reply::MachinePool(self.shown_pool(found).into()))
    }

    fn public_operation(&self, id: OperationId) -> Result<Reply, Error> {
        let fleet = self.world.operations().len();
        match self.store.numbered(id, fleet) {
            Some(Numbered::Fleet(index)) => Ok(Reply::Operation(operation(self.operation(index)))),
            Some(Numbered::Clerical(place)) => Ok(Reply::Operation(self.store.clerical(place))),
            None => Err(not_found("operation", id.0)),
        }
    }

    fn public_machine(&mut self, id: MachineId) -> Result<Reply, Error> {
        let found = self.machines().into_iter().find(|machine| machine.id == id);
        let found = found.ok_or_else(|| not_found("machine", id.0))?;
        Ok(Reply::Machine(self.shown_machine(found).into()))
    }

    /// A machine, as the public API shows it. A profile that the fleet uses and nobody made is made known.
    fn shown_machine(&mut self, machine: appliance::Machine) -> Machine {
        let profile = machine.network_profile.clone();
        let profile = profile.map(|name| self.profile_named(name.as_str()));
        let revision = |number: Option<u32>| {
            number.map(|number| MachineRevision {
                id: i64::from(number),
                network_profile_id: profile,
                depot_network_profile_id: None,
            })
        };
        Machine {
            id: machine.id,
            uuid: machine.uuid,
            name: Some(machine.name),
            status: machine.status,
            machine_pool_id: machine.machine_pool_id,
            labels: machine.labels,
            machine_revision: revision(machine.machine_revision),
            desired_machine_revision: revision(machine.desired_machine_revision),
        }
    }

    /// A pool, as the public API shows it.
    fn shown_pool(&mut self, pool: appliance::MachinePool) -> MachinePool {
        let index = self.pool_of(pool.id).ok();
        let profile = index.and_then(|index| self.profile_of_pool(index));
        MachinePool {
            id: pool.id,
            name: pool.name,
            user_version: pool.user_version,
            patch_version: pool.patch_version,
            status: pool.status,
            network_profile_id: profile.map(|name| self.profile_named(name.as_str())),
            release_channel: None,
            manual_version: None,
            kubernetes_bundle: None,
        }
    }

    /// The network profile that a pool's newest revision brings, if one of its revisions brings any.
    fn profile_of_pool(&self, pool: PoolIndex) -> Option<Text> {
        let revisions = self.revisions(pool).into_iter().rev();
        let mut components = revisions.flat_map(|revision| revision.components);
        let profile = components.find(|component| component.name.as_str() == "network profile");
        profile.map(|profile| profile.version)
    }
}

fn is_asked<Id: PartialEq>(asked: &Lookup<Id>, id: &Id, name: &Text) -> bool {
    match asked {
        Lookup::Id(asked) => asked == id,
        Lookup::Name(asked) => asked == name,
    }
}

fn missing<Id: Copy>(what: &str, asked: &Lookup<Id>, number: fn(Id) -> i64) -> Error {
    match asked {
        Lookup::Id(id) => not_found(what, number(*id)),
        Lookup::Name(name) => Error::new(ErrorKind::NotFound, format!("there is no {what} {name}")),
    }
}

/// A cluster as its own answer has it.
fn with_kubeconfigs(known: appliance::Cluster) -> Cluster {
    let name = known.name.clone();
    Cluster {
        kubeconfig: Some(kubeconfig::of_admin(name.as_str())),
        kubeconfig_user: Some(kubeconfig::of_users(name.as_str())),
        ..cluster(known)
    }
}

/// A cluster without kubeconfigs, which only its own answer has.
fn cluster(cluster: appliance::Cluster) -> Cluster {
    Cluster {
        id: cluster.id,
        name: cluster.name,
        control_plane_status: cluster.control_plane_status,
        user_version: cluster.user_version,
        patch_version: cluster.patch_version,
        kubeconfig: None,
        kubeconfig_user: None,
        pod_cidr: None,
        service_cidr: None,
        dns_service_ip: None,
        addon_kube_proxy: None,
        addon_core_dns: None,
        release_channel: None,
        manual_version: None,
        kubernetes_bundle: None,
    }
}

fn operation(operation: appliance::Operation) -> Operation {
    Operation {
        id: operation.id,
        status: operation.status,
        action: operation.action,
    }
}
