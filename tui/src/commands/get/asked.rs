//! What has to be known of a fleet for one list, with the names of what it refers to.

use appliance::{
    Budget, Cluster, ClusterId, Error, Machine, MachinePool, MachinePoolId, Operation, PoolWindows,
    Reply, Request, Revision, Text, public,
};

use crate::args::Resource;
use crate::live::{Appliance, Order};

/// How often pools are looked for, in a fleet of so many clusters that once is not enough.
const ROUNDS: usize = 100;

/// The answers.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    pub(super) clusters: Vec<Cluster>,
    pub(super) pools: Vec<MachinePool>,
    pub(super) machines: Vec<Machine>,
    pub(super) operations: Vec<Operation>,
    pub(super) revisions: Vec<Revision>,
    pub(super) windows: Vec<PoolWindows>,
    pub(super) budgets: Vec<Budget>,
    pub(super) network_profiles: Vec<public::NetworkProfile>,
    pub(super) enrollment_images: Vec<public::EnrollmentImage>,
    /// What was ordered from here, where the appliance does not tell of orders.
    pub(super) orders: Vec<Order>,
    /// Whether the appliance tells more than meltcloud's public API does.
    pub(super) tells_all: bool,
}

impl Fleet {
    /// Asks the request, and what its answer refers to.
    pub(super) fn ask(
        appliance: &Appliance,
        resource: Resource,
        request: &Request,
    ) -> Result<Self, Error> {
        use Resource::{Budgets, Machines, Operations, Pools, Revisions, Windows};
        let mut fleet = Self {
            tells_all: appliance.capabilities()?.is_some(),
            ..Self::default()
        };
        let needs_pools = matches!(
            resource,
            Pools | Machines | Operations | Revisions | Windows
        );
        let needs_machines =
            matches!(resource, Pools) || matches!(resource, Operations) && fleet.tells_all;
        if needs_pools || resource == Budgets {
            fleet.take(appliance.ask(&Request::ListClusters)?)?;
        }
        if needs_pools {
            fleet.ask_pools(appliance)?;
        }
        if needs_machines {
            fleet.take(appliance.ask(&Request::ListMachines)?)?;
        }
        if resource != Pools {
            fleet.take(appliance.ask(request)?)?;
        }
        if resource == Operations && !fleet.tells_all {
            fleet.orders = appliance.orders()?;
        }
        Ok(fleet)
    }

    fn ask_pools(&mut self, appliance: &Appliance) -> Result<(), Error> {
        for _ in 0..ROUNDS {
            self.take(appliance.ask(&Request::ListMachinePools)?)?;
            if appliance.pools_left() == 0 {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, reply: Reply) -> Result<(), Error> {
        match reply {
            Reply::Clusters(clusters) => self.clusters = clusters,
            Reply::MachinePools(pools) => self.pools = pools,
            Reply::Machines(machines) => self.machines = machines,
            Reply::Operations(operations) => self.operations = operations,
            Reply::Revisions(revisions) => self.revisions = revisions,
            Reply::Windows(windows) => self.windows = windows,
            Reply::Budgets(budgets) => self.budgets = budgets,
            Reply::NetworkProfiles(profiles) => self.network_profiles = profiles,
            Reply::Public(reply) => {
                if let public::Reply::EnrollmentImages(images) = *reply {
                    self.enrollment_images = images;
                }
            }
            _ => return Err(Error::other_answer()),
        }
        Ok(())
    }

    /// The pools of this name or number.
    pub(super) fn pools_called(&self, asked: &str) -> Vec<MachinePoolId> {
        let pools = self.pools.iter();
        let called = pools.filter(|pool| is_called(asked, &pool.name, pool.id.0));
        called.map(|pool| pool.id).collect()
    }

    /// The clusters of this name or number.
    pub(super) fn clusters_called(&self, asked: &str) -> Vec<ClusterId> {
        let clusters = self.clusters.iter();
        let called = clusters.filter(|cluster| is_called(asked, &cluster.name, cluster.id.0));
        called.map(|cluster| cluster.id).collect()
    }

    pub(super) fn pool(&self, id: MachinePoolId) -> Option<&MachinePool> {
        self.pools.iter().find(|pool| pool.id == id)
    }

    /// The name of a pool, or its number where it could not be found.
    pub(super) fn pool_name(&self, id: MachinePoolId) -> String {
        let pool = self.pool(id);
        pool.map_or_else(|| id.0.to_string(), |pool| pool.name.to_string())
    }

    /// As [`Fleet::pool_name`].
    pub(super) fn cluster_name(&self, id: ClusterId) -> String {
        let cluster = self.clusters.iter().find(|cluster| cluster.id == id);
        cluster.map_or_else(|| id.0.to_string(), |cluster| cluster.name.to_string())
    }
}

fn is_called(asked: &str, name: &Text, id: i64) -> bool {
    *name == *asked || id.to_string() == asked
}
