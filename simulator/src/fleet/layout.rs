//! Who is where, and what is called how: as the scenario has it until a change says otherwise.
//!
//! It is part of the [`Blueprint`], which all runs of an ensemble share. A run in which something changes goes on with a
//! blueprint of its own, and whoever looks at the run is told so: so that names and places have one source.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event::Observer;
use super::members::Members;
use super::pods::plan::{Places, PodPlan, Standing, number};
use super::pool_revisions::Made;
use super::world::World;
use super::{Blueprint, MachineIndex, PoolIndex};
use crate::scenario::{Change, ChangeIndex, Depot, MachineRef, Pool};

/// What is no longer as the scenario has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// The pools of machines that moved.
    pools: BTreeMap<u32, PoolIndex>,
    /// The names of pools that were renamed.
    pool_names: BTreeMap<PoolIndex, Arc<str>>,
    /// Host names.
    names: BTreeMap<u32, Arc<str>>,
    /// The names before those.
    former_names: BTreeMap<u32, String>,
    /// Labels of machines themselves.
    labels: BTreeMap<u32, Arc<BTreeMap<String, String>>>,
    /// The UUIDs under which machines were registered.
    uuids: BTreeMap<u32, Arc<str>>,
    /// Network profiles.
    profiles: BTreeMap<u32, Arc<str>>,
    /// The versions of control planes that were moved, by the cluster's place.
    pub(super) control_planes: BTreeMap<usize, Arc<str>>,
    /// The revisions of pools that changes made.
    pub(super) made: BTreeMap<PoolIndex, Vec<Made>>,
    /// The changes that were asked for beside those of the scenario.
    changes: Vec<Arc<Change>>,
}

impl Blueprint {
    /// Where machines in no pool are.
    pub(super) fn depot(&self) -> PoolIndex {
        PoolIndex(self.home_count() - 1)
    }

    /// Whether there is such a pool for people, and not only a place for machines in none.
    pub fn is_pool(&self, pool: PoolIndex) -> bool {
        pool.at() < self.scenario().pools.len()
    }

    /// What the scenario says of a pool, or of those in none.
    pub(super) fn about(&self, pool: PoolIndex) -> &Pool {
        self.scenario().home(pool.at())
    }

    /// The machines that are in no pool at the start.
    pub(super) fn machines_from_depots(&self) -> impl Iterator<Item = MachineIndex> + use<> {
        let first = self
            .plan(PoolIndex(number(self.scenario().pools.len())))
            .first;
        (first..self.machine_count()).map(MachineIndex)
    }

    /// What the scenario says of a machine that is in no pool at the start.
    pub(super) fn depot_of(&self, machine: MachineIndex) -> Option<&Depot> {
        let pools = self.scenario().pools.len();
        let place = self.home_of(machine).at().checked_sub(pools)?;
        self.scenario().depots.get(place)
    }

    /// Where a machine is: its pool, or the depot.
    pub(super) fn place_of(&self, machine: MachineIndex) -> PoolIndex {
        let moved = self.layout.pools.get(&machine.0);
        moved.copied().unwrap_or_else(|| {
            let home = self.home_of(machine);
            if self.is_pool(home) {
                home
            } else {
                self.depot()
            }
        })
    }

    /// The pool that a machine is in, or on its way into; `None` while it is in none.
    pub fn pool_of(&self, machine: MachineIndex) -> Option<PoolIndex> {
        let place = self.place_of(machine);
        self.is_pool(place).then_some(place)
    }

    /// The name of a machine.
    pub fn machine_name(&self, machine: MachineIndex) -> String {
        if let Some(name) = self.layout.names.get(&machine.0) {
            return name.to_string();
        }
        self.first_name(machine)
    }

    /// The name of a machine before its last one.
    pub(crate) fn former_name(&self, machine: MachineIndex) -> String {
        let former = self.layout.former_names.get(&machine.0);
        former.cloned().unwrap_or_else(|| self.first_name(machine))
    }

    /// The name of a pool.
    pub fn pool_name(&self, pool: PoolIndex) -> &str {
        let renamed = self.layout.pool_names.get(&pool);
        renamed.map_or(&self.about(pool).name, |name| name)
    }

    /// Labels of a machine itself, not those of its pool.
    pub fn own_labels(&self, machine: MachineIndex) -> Arc<BTreeMap<String, String>> {
        if let Some(labels) = self.layout.labels.get(&machine.0) {
            return Arc::clone(labels);
        }
        self.first_labels(machine)
    }

    /// The UUID that a machine was registered under, or that the scenario gives it.
    pub fn machine_uuid(&self, machine: MachineIndex) -> Option<&str> {
        let registered = self.layout.uuids.get(&machine.0).map(|uuid| &**uuid);
        registered.or_else(|| self.depot_of(machine)?.uuid.as_deref())
    }

    /// Whether some revision changes firmware.
    pub(super) fn has_firmware_changes(&self) -> bool {
        let mut made = self.layout.made.values().flatten();
        !self.scenario().firmware_changes.is_empty() || made.any(|made| made.changes_firmware)
    }

    /// How a scenario would name a machine.
    pub(crate) fn reference(&self, machine: MachineIndex) -> MachineRef {
        let home = self.home_of(machine);
        MachineRef {
            pool: home.at(),
            position: machine.0 - self.plan(home).first,
        }
    }

    /// The names that tell a machine from every other, whatever becomes of it: of what it is from, and its first.
    pub(crate) fn identity(&self, machine: MachineIndex) -> (&str, String) {
        (
            &self.about(self.home_of(machine)).name,
            self.first_name(machine),
        )
    }

    /// The name that the scenario gives a machine.
    pub(super) fn first_name(&self, machine: MachineIndex) -> String {
        let home = self.home_of(machine);
        let about = self.about(home);
        let position = machine.0 - self.plan(home).first;
        about.machines.name(&about.name, position)
    }

    /// The labels that the scenario gives a machine itself.
    pub(super) fn first_labels(&self, machine: MachineIndex) -> Arc<BTreeMap<String, String>> {
        let home = self.home_of(machine);
        let position = machine.0 - self.plan(home).first;
        let own = self.about(home).machines.labels(position);
        if self.is_pool(home) {
            return Arc::new(own.clone());
        }
        // Those of a [[machines]] table are its machines' own.
        let mut all = self.about(home).labels.clone();
        all.extend(own.iter().map(|(key, value)| (key.clone(), value.clone())));
        Arc::new(all)
    }

    /// The network profile that is set on a machine itself.
    pub fn network_profile(&self, machine: MachineIndex) -> Option<&str> {
        self.layout
            .profiles
            .get(&machine.0)
            .map(|profile| &**profile)
    }

    /// The Kubernetes version of a cluster's control plane.
    pub fn control_plane(&self, cluster: usize) -> &str {
        let moved = self.layout.control_planes.get(&cluster);
        moved.map_or(&self.scenario().clusters[cluster].version, |version| {
            version
        })
    }

    /// What a change is.
    pub fn change(&self, index: ChangeIndex) -> &Change {
        let of_scenario = &self.scenario().changes;
        let place = index.0 as usize;
        match place.checked_sub(of_scenario.len()) {
            None => &of_scenario[place],
            Some(own) => &self.layout.changes[own],
        }
    }

    /// Which machines the machines of a pool are now that one of them came or went.
    fn list_members(&mut self, pool: PoolIndex, machine: MachineIndex, is_in: bool) {
        let mut list = self.plan(pool).machines.numbers();
        if is_in {
            let name = self.machine_name(machine);
            let is_before = |other: &u32| {
                let other = self.machine_name(MachineIndex(*other));
                alphanumeric_sort::compare_str(other, &name).is_lt()
            };
            let place = list.partition_point(is_before);
            list.insert(place, machine.0);
        } else {
            list.retain(|other| *other != machine.0);
        }
        self.set_members(pool, Members::listed(list));
    }

    /// Where each machine is, for what runs on them.
    fn standings(&self) -> Vec<Standing> {
        self.machines()
            .map(|machine| {
                let home = self.home_of(machine);
                Standing {
                    home: home.at(),
                    position: machine.0 - self.plan(home).first,
                    pool: self.pool_of(machine).map(PoolIndex::at),
                    labels: self.own_labels(machine),
                }
            })
            .collect()
    }

    /// What runs on the machines, as they are now.
    pub(super) fn new_pod_plan(&self, before: &PodPlan) -> PodPlan {
        let places = Places {
            scenario: self.scenario(),
            machines: self.standings(),
            firsts: self.firsts(),
        };
        PodPlan::new(&places, before)
    }
}

impl World {
    /// Keeps a change that the scenario does not have, so that operations can name it.
    pub fn know_change<O: Observer>(&mut self, change: Change, observer: &mut O) -> ChangeIndex {
        let known = self.blueprint.scenario().changes.len() + self.blueprint.layout.changes.len();
        self.lay_out(observer, |blueprint| {
            blueprint.layout.changes.push(Arc::new(change));
        });
        ChangeIndex(number(known))
    }

    /// Gives a pool another name, which changes nothing else.
    pub fn rename_pool<O: Observer>(&mut self, pool: PoolIndex, name: &str, observer: &mut O) {
        let name = Arc::from(name);
        self.lay_out(observer, |blueprint| {
            blueprint.layout.pool_names.insert(pool, name);
        });
    }

    /// Changes who is where, for this run only.
    pub(super) fn lay_out<O: Observer>(
        &mut self,
        observer: &mut O,
        change: impl FnOnce(&mut Blueprint),
    ) {
        change(Arc::make_mut(&mut self.blueprint));
        observer.laid_out(&self.blueprint);
    }

    /// Puts a machine into another place.
    pub(super) fn lay_into<O: Observer>(
        &mut self,
        machine: MachineIndex,
        to: PoolIndex,
        observer: &mut O,
    ) {
        let from = self.blueprint.place_of(machine);
        self.lay_out(observer, |blueprint| {
            if blueprint.is_pool(from) {
                blueprint.list_members(from, machine, false);
            }
            blueprint.layout.pools.insert(machine.0, to);
            if blueprint.is_pool(to) {
                blueprint.list_members(to, machine, true);
            }
        });
        self.order_anew(from);
        self.order_anew(to);
        self.lay_pods_out(observer);
    }

    /// Gives a machine another host name.
    pub(super) fn lay_name<O: Observer>(
        &mut self,
        machine: MachineIndex,
        name: Arc<str>,
        observer: &mut O,
    ) {
        self.lay_out(observer, |blueprint| {
            let before = blueprint.machine_name(machine);
            blueprint.layout.former_names.insert(machine.0, before);
            blueprint.layout.names.insert(machine.0, name);
            let place = blueprint.place_of(machine);
            if blueprint.is_pool(place) {
                blueprint.list_members(place, machine, false);
                blueprint.list_members(place, machine, true);
            }
        });
    }

    /// Gives a machine other labels.
    pub(super) fn lay_labels<O: Observer>(
        &mut self,
        machine: MachineIndex,
        labels: Arc<BTreeMap<String, String>>,
        observer: &mut O,
    ) {
        self.lay_out(observer, |blueprint| {
            blueprint.layout.labels.insert(machine.0, labels);
        });
        self.lay_pods_out(observer);
    }

    /// Gives a machine a network profile of its own, or none.
    pub(super) fn lay_profile<O: Observer>(
        &mut self,
        machine: MachineIndex,
        profile: Option<Arc<str>>,
        observer: &mut O,
    ) {
        self.lay_out(observer, |blueprint| {
            let profiles = &mut blueprint.layout.profiles;
            match profile {
                Some(profile) => profiles.insert(machine.0, profile),
                None => profiles.remove(&machine.0),
            };
        });
    }

    /// Gives a machine its UUID.
    pub(super) fn lay_uuid<O: Observer>(
        &mut self,
        machine: MachineIndex,
        uuid: Arc<str>,
        observer: &mut O,
    ) {
        self.lay_out(observer, |blueprint| {
            blueprint.layout.uuids.insert(machine.0, uuid);
        });
    }

    /// Forgets what was set on a machine.
    pub(super) fn lay_nothing<O: Observer>(&mut self, machine: MachineIndex, observer: &mut O) {
        self.lay_out(observer, |blueprint| {
            blueprint.layout.names.remove(&machine.0);
            blueprint.layout.labels.remove(&machine.0);
            blueprint.layout.uuids.remove(&machine.0);
            blueprint.layout.profiles.remove(&machine.0);
        });
        self.lay_pods_out(observer);
    }

    /// Works out anew which pods may run where.
    fn lay_pods_out<O: Observer>(&mut self, observer: &mut O) {
        if self.blueprint.pods().is_empty() {
            return;
        }
        self.lay_out(observer, |blueprint| {
            let plan = blueprint.new_pod_plan(blueprint.pods());
            blueprint.set_pod_plan(plan);
        });
        self.stand_pods_anew();
    }
}
