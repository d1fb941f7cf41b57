//! Changes of machines, pools and clusters over the public API: each is one or several orders, of which the last one is
//! applied, since this API cannot save without applying.

use std::collections::BTreeMap;

use appliance::public::{
    self, ClusterChanges, Lookup, MachineChanges, MachinePoolChanges, Patch, Reply, WithOperation,
};
use appliance::{ClusterId, Error, Label, MachineId, MachinePoolId, Text};

use super::super::resources::ZONE;
use super::channels::Channel;
use super::{Simulation, kept, made, operation, with_kubeconfigs};
use crate::fleet::{MachineIndex, PoolIndex};
use crate::scenario::Enrolment;

/// An order that is made, given whether it is applied or only saved.
type Order = Box<dyn Fn(bool) -> appliance::Request>;

impl Simulation {
    /// Changes a machine. What is absent or the same already is left alone; `null` takes a machine out of its pool.
    pub(super) fn update_machine(
        &mut self,
        machine: MachineId,
        changes: &MachineChanges,
    ) -> Result<Reply, Error> {
        let index = self.known_machine(machine)?;
        let now = self.machine(index);
        let mut orders: Vec<Order> = Vec::new();
        if let Patch::Set(hostname) = changes.name.clone().differing(&now.name) {
            self.check_hostname(Some(index), Some(&hostname))?;
            orders.push(Box::new(move |apply| appliance::Request::SetHostname {
                machine,
                hostname: hostname.clone(),
                apply,
            }));
        }
        if let Patch::Set(labels) = &changes.labels
            && !self.is_labelled(index, labels)
        {
            let labels = labels.clone();
            orders.push(Box::new(move |apply| appliance::Request::SetLabels {
                machine,
                labels: labels.clone(),
                apply,
            }));
        }
        if let Patch::Set(profile) = changes.network_profile_id {
            let network_profile = self.profile_given(profile)?;
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
        self.note_other_changes(machine, changes)?;
        let moves = match changes.machine_pool_id {
            Patch::Keep => None,
            Patch::Set(pool) if now.machine_pool_id == Some(pool) => None,
            Patch::Set(pool) => Some(appliance::Request::AssignMachine { machine, pool }),
            Patch::Clear if now.machine_pool_id.is_none() => None,
            Patch::Clear => Some(appliance::Request::UnassignMachine { machine }),
        };
        let last = match moves {
            Some(order) => Some(order),
            None => orders.pop().map(|order| order(true)),
        };
        if !orders.is_empty() {
            // One boot brings all of it.
            self.carry_out(&orders, false)?;
            self.world.bring_saved(index);
        }
        let operation = match last {
            Some(order) => self.carry_out_one(&order)?,
            None => None,
        };
        if let Patch::Set(labels) = &changes.labels {
            self.store.know_label_order(machine, labels);
        }
        Ok(Reply::Machine(WithOperation {
            resource: self.shown_machine(index, self.machine(index)),
            operation,
        }))
    }

    /// Whether a machine has these labels and no others. Its zone, which is where it stands, may be among them.
    fn is_labelled(&self, index: MachineIndex, labels: &[Label]) -> bool {
        let blueprint = self.world.blueprint();
        let zone = blueprint.machine_zone(index);
        let is_own = |key: &str, value: &str| key != ZONE || Some(value) != zone;
        let given = labels
            .iter()
            .map(|label| (label.key.as_str(), label.value.as_str()));
        let own = blueprint.own_labels(index);
        let own = own
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        let given: BTreeMap<_, _> = given.filter(|(key, value)| is_own(key, value)).collect();
        let own: BTreeMap<_, _> = own.filter(|(key, value)| is_own(key, value)).collect();
        given == own
    }

    /// Notes what is changed about a machine without an order, and refuses what cannot be.
    fn note_other_changes(
        &mut self,
        machine: MachineId,
        changes: &MachineChanges,
    ) -> Result<(), Error> {
        if let Patch::Set(pool) = changes.machine_pool_id {
            self.pool_given(pool)?;
        }
        if changes.network_profile_id == Patch::Clear {
            let why = "cannot be taken away: a machine has the profile of its pool or its own";
            return Err(kept::invalid("network_profile_id", why));
        }
        match changes.depot_network_profile_id {
            Patch::Keep => {}
            Patch::Clear => self.store.know_depot_profile(machine, None),
            Patch::Set(profile) => {
                self.profile_given(profile)?;
                self.store.know_depot_profile(machine, Some(profile));
            }
        }
        Ok(())
    }

    /// Changes a pool.
    pub(super) fn update_pool(
        &mut self,
        (cluster, pool): (ClusterId, MachinePoolId),
        changes: &MachinePoolChanges,
    ) -> Result<Reply, Error> {
        let index = self.pool_under(cluster, &Lookup::Id(pool))?;
        let now = self.pool(index);
        if let Some(name) = changes.name.as_ref().filter(|name| **name != now.name) {
            self.check_pool_name(cluster, Some(index), name)?;
            let name = name.as_str();
            self.world.rename_pool(index, name, &mut self.journal);
        }
        let mut orders: Vec<Order> = Vec::new();
        if let Some(change) = self.new_version(index, &now, changes)? {
            orders.push(change);
        }
        let profile = match changes.network_profile_id {
            Patch::Keep => None,
            Patch::Clear => Some(None),
            Patch::Set(profile) => Some(Some(self.profile_given(profile)?)),
        };
        if let Some(network_profile) = profile.filter(|to| self.profile_of_pool(index) != *to) {
            orders.push(Box::new(move |apply| {
                appliance::Request::SetPoolNetworkProfile {
                    pool,
                    network_profile: network_profile.clone(),
                    apply,
                }
            }));
        }
        let operation = self.carry_out(&orders, true)?;
        Ok(Reply::MachinePool(WithOperation {
            resource: self.shown_pool(index),
            operation,
        }))
    }

    /// The order that brings a pool to the version or bundle that is asked for, unless that is there. Notes its channel.
    fn new_version(
        &mut self,
        index: PoolIndex,
        now: &appliance::MachinePool,
        changes: &MachinePoolChanges,
    ) -> Result<Option<Order>, Error> {
        let pool = now.id;
        let channel = self.channel_of_pool(index, now.cluster_id);
        let next = channel.changed(changes.release_channel.as_ref(), &changes.manual_version)?;
        let minor = changes.user_version.as_ref();
        let version = self.version_after(minor, &now.user_version, &next)?;
        if let Some(version) = &version {
            let cluster = self.cluster(now.cluster_id)?;
            made::check_skew(version, &cluster.patch_version)?;
        }
        self.store.pool_channels.insert(index, next.clone());
        let image = next
            .pinned
            .filter(|image| Some(image) != channel.pinned.as_ref());
        Ok(match (image, version) {
            (Some(image), _) => Some(Box::new(move |apply| appliance::Request::SetPoolImage {
                pool,
                image: image.clone(),
                apply,
            })),
            (None, Some(version)) if version != now.patch_version => {
                Some(Box::new(move |apply| appliance::Request::SetPoolVersion {
                    pool,
                    version: version.clone(),
                    apply,
                }))
            }
            _ => None,
        })
    }

    /// The version after a change to a minor version and a channel; `None`: that which is there.
    fn version_after(
        &self,
        asked: Option<&Text>,
        now: &Text,
        channel: &Channel,
    ) -> Result<Option<Text>, Error> {
        let pinned = channel.version();
        match asked.filter(|minor| pinned.is_some() || *minor != now) {
            Some(minor) => self.version_of(minor, pinned).map(Some),
            None => Ok(pinned),
        }
    }

    /// Changes a cluster: its control plane's version, which reboots no machine.
    pub(super) fn update_cluster(
        &mut self,
        cluster: ClusterId,
        changes: &ClusterChanges,
    ) -> Result<Reply, Error> {
        let now = self.cluster(cluster)?;
        let channel = self.channel_of_cluster(cluster);
        let next = channel.changed(changes.release_channel.as_ref(), &changes.manual_version)?;
        let minor = changes.user_version.as_ref();
        let version = self.version_after(minor, &now.user_version, &next)?;
        let is_upgrade = minor.is_some_and(|minor| *minor != now.user_version);
        if next.is_manual() && !channel.is_manual() && !is_upgrade {
            let why = "can become manual only together with a minor upgrade";
            return Err(kept::invalid("release_channel", why));
        }
        self.store.cluster_channels.insert(cluster, next);
        let mut operation = None;
        if let Some(version) = version.filter(|version| *version != now.patch_version) {
            self.change(&appliance::Request::SetControlPlaneVersion { cluster, version })?;
            operation = Some(self.store.operate("update-cluster"));
        }
        let now = self.cluster(cluster)?;
        let resource = with_kubeconfigs(self.shown_cluster(now));
        Ok(Reply::Cluster(Box::new(WithOperation {
            resource,
            operation,
        })))
    }

    /// That no other machine has a host name.
    pub(super) fn check_hostname(
        &self,
        own: Option<MachineIndex>,
        name: Option<&Text>,
    ) -> Result<(), Error> {
        let blueprint = self.world.blueprint();
        let is_other = |index: &MachineIndex| {
            let is_known = self.world.machine(*index).enrolment != Enrolment::Unknown;
            is_known && Some(*index) != own
        };
        let others = blueprint.machines().filter(is_other);
        let names: Vec<Text> = others
            .map(|index| Text::from(blueprint.machine_name(index)))
            .collect();
        name.map_or(Ok(()), |name| kept::unique(name, names.iter()))
    }

    /// The pool that a body names.
    pub(super) fn pool_given(&self, pool: MachinePoolId) -> Result<PoolIndex, Error> {
        let found = self.pool_of(pool);
        found.map_err(|_| kept::invalid("machine_pool_id", "does not exist"))
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
    pub(super) fn patch_of(&self, minor: &Text) -> Text {
        let clusters = self.clusters().into_iter().map(|known| known.patch_version);
        let pools = self.pools_there().into_iter();
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
