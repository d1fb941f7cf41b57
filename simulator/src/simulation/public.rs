//! What meltcloud's public API shows of the simulated fleet: less than the fleet's own resources. It only reads.

use appliance::public::{
    Cluster, Lookup, Machine, MachinePool, MachineRevision, Operation, Reply, Request,
};
use appliance::{Error, ErrorKind, MachineId, Text};

use super::{Simulation, not_found};

impl Simulation {
    /// Answers a request of the public API.
    pub(super) fn answer_public(&mut self, request: &Request) -> Result<Reply, Error> {
        match request {
            Request::ListMachines => {
                let machines = self.machines().into_iter();
                Ok(Reply::Machines(machines.map(machine).collect()))
            }
            Request::GetMachine { machine } => self.public_machine(*machine),
            Request::ListClusters => {
                let clusters = self.clusters().into_iter();
                Ok(Reply::Clusters(clusters.map(cluster).collect()))
            }
            Request::GetCluster { cluster: asked } => {
                let found = self
                    .clusters()
                    .into_iter()
                    .find(|known| is_asked(asked, known.id, &known.name));
                let found = found.ok_or_else(|| missing("cluster", asked, |id| id.0))?;
                Ok(Reply::Cluster(Box::new(cluster(found).into())))
            }
            Request::GetMachinePool {
                cluster,
                pool: asked,
            } => {
                let pools = self.world.blueprint().pools().map(|pool| self.pool(pool));
                let mut of_cluster = pools.filter(|pool| pool.cluster_id == *cluster);
                let found = of_cluster.find(|known| is_asked(asked, known.id, &known.name));
                let found = found.ok_or_else(|| missing("machine pool", asked, |id| id.0))?;
                Ok(Reply::MachinePool(pool(found).into()))
            }
            Request::GetOperation { operation: id } => {
                let found = self.operation_of(*id)?;
                Ok(Reply::Operation(operation(self.operation(found))))
            }
            Request::ListEnrollmentImages
            | Request::GetEnrollmentImage { .. }
            | Request::GetNetworkProfile { .. }
            | Request::GetStored { .. } => Err(not_kept()),
            Request::CreateMachine { .. }
            | Request::UpdateMachine { .. }
            | Request::DeleteMachine { .. }
            | Request::CreateCluster { .. }
            | Request::UpdateCluster { .. }
            | Request::DeleteCluster { .. }
            | Request::CreateMachinePool { .. }
            | Request::UpdateMachinePool { .. }
            | Request::DeleteMachinePool { .. }
            | Request::CreateNetworkProfile { .. }
            | Request::UpdateNetworkProfile { .. }
            | Request::DeleteNetworkProfile { .. }
            | Request::CreateEnrollmentImage { .. }
            | Request::DeleteEnrollmentImage { .. }
            | Request::CreateStored { .. }
            | Request::UpdateStored { .. }
            | Request::DeleteStored { .. } => {
                let why = "a simulated appliance cannot be changed over the public API yet";
                Err(Error::new(ErrorKind::Unsupported, why))
            }
        }
    }

    fn public_machine(&mut self, id: MachineId) -> Result<Reply, Error> {
        let found = self.machines().into_iter().find(|machine| machine.id == id);
        let found = found.ok_or_else(|| not_found("machine", id.0))?;
        Ok(Reply::Machine(machine(found).into()))
    }
}

/// A scenario has none of these.
pub(super) fn not_kept() -> Error {
    let why = "a simulated appliance does not keep objects of this kind yet";
    Error::new(ErrorKind::Unsupported, why)
}

fn is_asked<Id: PartialEq>(asked: &Lookup<Id>, id: Id, name: &Text) -> bool {
    match asked {
        Lookup::Id(asked) => *asked == id,
        Lookup::Name(asked) => asked == name,
    }
}

fn missing<Id: Copy>(what: &str, asked: &Lookup<Id>, number: fn(Id) -> i64) -> Error {
    match asked {
        Lookup::Id(id) => not_found(what, number(*id)),
        Lookup::Name(name) => Error::new(ErrorKind::NotFound, format!("there is no {what} {name}")),
    }
}

fn machine(machine: appliance::Machine) -> Machine {
    let revision = |number: Option<u32>| {
        number.map(|number| MachineRevision {
            id: i64::from(number),
            network_profile_id: None,
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

/// A cluster without kubeconfigs, of which a simulated one has none.
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

fn pool(pool: appliance::MachinePool) -> MachinePool {
    MachinePool {
        id: pool.id,
        name: pool.name,
        user_version: pool.user_version,
        patch_version: pool.patch_version,
        status: pool.status,
        network_profile_id: None,
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
