//! Changes of machines, pools and clusters over the public API: each is one or several orders, of which the last one is
//! applied, since this API cannot save without applying.

use appliance::public::{
    self, ClusterChanges, MachineChanges, MachinePoolChanges, NewMachine, Patch, Reply,
    WithOperation,
};
use appliance::{ClusterId, Error, ErrorKind, MachineId, MachinePoolId, Text};

use super::{Simulation, kept, not_found, operation, with_kubeconfigs};

/// An order that is made, given whether it is applied or only saved.
type Order = Box<dyn Fn(bool) -> appliance::Request>;

impl Simulation {
    /// Makes a machine known.
    pub(super) fn create_machine(&mut self, new: &NewMachine) -> Result<Reply, Error> {
        let order = appliance::Request::RegisterMachine {
            uuid: new.uuid.clone(),
            hostname: new.name.clone(),
            pool: new.machine_pool_id,
            labels: new.labels.clone(),
        };
        match self.change(&order)? {
            appliance::Reply::ChangedMachine(machine) => {
                let machine = self.shown_machine(*machine);
                Ok(Reply::Machine(machine.into()))
            }
            reply => Err(unexpected(&reply)),
        }
    }

    /// Changes a machine. What is absent or the same already is left alone; `null` takes a machine out of its pool.
    pub(super) fn update_machine(
        &mut self,
        machine: MachineId,
        changes: &MachineChanges,
    ) -> Result<Reply, Error> {
        let index = self.machine_of(machine)?;
        let now = self.machine(index);
        let mut orders: Vec<Order> = Vec::new();
        if let Patch::Set(hostname) = changes.name.clone().differing(&now.name) {
            orders.push(Box::new(move |apply| appliance::Request::SetHostname {
                machine,
                hostname: hostname.clone(),
                apply,
            }));
        }
        if let Patch::Set(labels) = &changes.labels
            && *labels != now.labels
        {
            let labels = labels.clone();
            orders.push(Box::new(move |apply| appliance::Request::SetLabels {
                machine,
                labels: labels.clone(),
                apply,
            }));
        }
        if let Patch::Set(profile) = changes.network_profile_id {
            let network_profile = self.profile_name(profile)?;
            if now.network_profile.as_ref() != Some(&network_profile) {
                orders.push(Box::new(move |apply| {
                    appliance::Request::SetMachineNetworkProfile {
                        machine,
                        network_profile: network_profile.clone(),
                        apply,
                    }
                }));
            }
        }
        let moves = match changes.machine_pool_id {
            Patch::Keep => None,
            Patch::Set(pool) if now.machine_pool_id == Some(pool) => None,
            Patch::Set(pool) => Some(appliance::Request::AssignMachine { machine, pool }),
            Patch::Clear if now.machine_pool_id.is_none() => None,
            Patch::Clear => Some(appliance::Request::UnassignMachine { machine }),
        };
        // It boots into what was saved when it moves.
        let mut operation = self.carry_out(&orders, moves.is_none())?;
        if let Some(order) = moves {
            operation = self.carry_out_one(&order)?;
        }
        let machine = self.machine(index);
        Ok(Reply::Machine(WithOperation {
            resource: self.shown_machine(machine),
            operation,
        }))
    }

    /// Changes a pool.
    pub(super) fn update_pool(
        &mut self,
        (cluster, pool): (ClusterId, MachinePoolId),
        changes: &MachinePoolChanges,
    ) -> Result<Reply, Error> {
        let index = self.pool_of(pool)?;
        let now = self.pool(index);
        if now.cluster_id != cluster {
            return Err(not_found("machine pool", pool.0));
        }
        if changes.name.as_ref().is_some_and(|name| *name != now.name) {
            return Err(kept::invalid(
                "name",
                "of a simulated pool cannot be changed",
            ));
        }
        let mut orders: Vec<Order> = Vec::new();
        if let Some(minor) = changes
            .user_version
            .as_ref()
            .filter(|minor| **minor != now.user_version)
        {
            let version = self.patch_of(minor);
            orders.push(Box::new(move |apply| appliance::Request::SetPoolVersion {
                pool,
                version: version.clone(),
                apply,
            }));
        }
        if let Patch::Set(profile) = changes.network_profile_id {
            let network_profile = self.profile_name(profile)?;
            if self.profile_of_pool(index).as_ref() != Some(&network_profile) {
                orders.push(Box::new(move |apply| {
                    appliance::Request::SetPoolNetworkProfile {
                        pool,
                        network_profile: network_profile.clone(),
                        apply,
                    }
                }));
            }
        }
        if let Patch::Set(image) = changes.manual_version.clone() {
            orders.push(Box::new(move |apply| appliance::Request::SetPoolImage {
                pool,
                image: image.clone(),
                apply,
            }));
        }
        let operation = self.carry_out(&orders, true)?;
        let pool = self.pool(index);
        Ok(Reply::MachinePool(WithOperation {
            resource: self.shown_pool(pool),
            operation,
        }))
    }

    /// Changes a cluster: its control plane's version, which reboots no machine.
    pub(super) fn update_cluster(
        &mut self,
        cluster: ClusterId,
        changes: &ClusterChanges,
    ) -> Result<Reply, Error> {
        let known = |simulation: &Self| {
            let mut known = simulation.clusters().into_iter();
            known.find(|known| known.id == cluster)
        };
        let now = known(self).ok_or_else(|| not_found("cluster", cluster.0))?;
        let minor = changes.user_version.as_ref();
        let mut operation = None;
        if let Some(minor) = minor.filter(|minor| **minor != now.user_version) {
            let version = self.patch_of(minor);
            self.change(&appliance::Request::SetControlPlaneVersion { cluster, version })?;
            let fleet = self.world.operations().len();
            operation = Some(self.store.operate(fleet, "update-cluster"));
        }
        let now = known(self).ok_or_else(|| not_found("cluster", cluster.0))?;
        let resource = with_kubeconfigs(now);
        Ok(Reply::Cluster(Box::new(WithOperation {
            resource,
            operation,
        })))
    }

    /// Carries orders out one after the other. Where `applies`, the last one is applied; all others are saved.
    fn carry_out(
        &mut self,
        orders: &[Order],
        applies: bool,
    ) -> Result<Option<public::Operation>, Error> {
        let mut last = None;
        for (place, order) in orders.iter().enumerate() {
            let order = order(applies && place + 1 == orders.len());
            last = self.carry_out_one(&order)?;
        }
        Ok(last)
    }

    /// Carries out an order. The operation that does it, where one has to.
    fn carry_out_one(
        &mut self,
        order: &appliance::Request,
    ) -> Result<Option<public::Operation>, Error> {
        match self.change(order)? {
            appliance::Reply::Operation(made) => Ok(Some(operation(made))),
            _ => Ok(None),
        }
    }

    /// The patch version that stands for a minor one: the newest that some part of the fleet runs, or the first.
    fn patch_of(&self, minor: &Text) -> Text {
        let clusters = self.clusters().into_iter().map(|known| known.patch_version);
        let pools = self.world.blueprint().pools();
        let pools = pools.map(|pool| self.pool(pool).patch_version);
        let is_of = |patch: &Text| {
            let patch = patch.as_str().rsplit_once('.');
            patch.is_some_and(|(of, _)| of == minor.as_str())
        };
        let mut known: Vec<Text> = clusters.chain(pools).filter(is_of).collect();
        known.sort_by(|a, b| alphanumeric_sort::compare_str(a.as_str(), b.as_str()));
        known
            .pop()
            .unwrap_or_else(|| Text::from(format!("{minor}.0")))
    }
}

fn unexpected(reply: &appliance::Reply) -> Error {
    let what = match reply {
        appliance::Reply::Operation(_) => "an operation",
        _ => "something else",
    };
    Error::new(ErrorKind::Failed, format!("the fleet answered with {what}"))
}
