//! Clusters, pools and machines as a scenario has them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use appliance::{
    ClusterId, Label, Machine, MachineId, MachinePool, MachinePoolId, MachineStatus, Scheduling,
};
use simulator::scenario::{is_label, is_name, is_uuid, is_version};
use toml_writer::ToTomlValue;

use super::names::Names;
use super::{Known, Notes, Told, listed};

/// The label that says where a machine is (<https://kubernetes.io/docs/reference/labels-annotations-taints/>).
const ZONE: &str = "topology.kubernetes.io/zone";
/// The largest number of a revision in a scenario.
const HIGHEST_REVISION: u32 = 1_000_000;

/// A fleet with the names of a scenario.
pub(super) struct Fleet<'t> {
    pub(super) clusters: BTreeMap<ClusterId, (String, Option<String>)>,
    pub(super) pools: Vec<Pool<'t>>,
    /// Machines in no pool, or not in it yet, with the pool that they are prepared for.
    idle: Vec<(Member<'t>, Option<MachinePoolId>)>,
}

/// A pool with machines.
pub(super) struct Pool<'t> {
    pub(super) told: &'t MachinePool,
    pub(super) name: String,
    version: Option<String>,
    revision: Option<u32>,
    pub(super) saved: Option<u32>,
    pub(super) machines: Vec<Member<'t>>,
}

/// A machine.
pub(super) struct Member<'t> {
    pub(super) told: &'t Machine,
    pub(super) name: String,
}

impl<'t> Fleet<'t> {
    pub(super) fn of(told: &'t Told, notes: &mut Notes) -> Self {
        let mut names = Names::default();
        let clusters = clusters(told, notes);
        let mut members: BTreeMap<MachinePoolId, Vec<&Machine>> = BTreeMap::new();
        let mut idle = Vec::new();
        for machine in &told.machines {
            match machine.machine_pool_id {
                Some(pool) if machine.status != MachineStatus::Preregistered => {
                    members.entry(pool).or_default().push(machine);
                }
                pool => idle.push((machine, pool)),
            }
        }
        let mut pools = Vec::new();
        let mut empty = Vec::new();
        for pool in &told.pools {
            if !clusters.contains_key(&pool.cluster_id) {
                notes.left_out(format!("pool {}, whose cluster is not told", pool.name));
                continue;
            }
            match members.remove(&pool.id) {
                None => empty.push(pool.name.as_str()),
                Some(machines) => pools.push((pool, machines)),
            }
        }
        if !empty.is_empty() {
            notes.left_out(format!("pools without machines: {}", listed(empty)));
        }
        for machines in members.values() {
            let names = machines.iter().map(|machine| machine.name.as_str());
            notes.left_out(format!(
                "machines whose pool is not told: {}",
                listed(names)
            ));
        }
        // Names of pools first: they are what a model calls by its name.
        let pools: Vec<_> = pools
            .into_iter()
            .map(|(pool, machines)| {
                let name = pool_name(pool, told, &clusters, &mut names, notes);
                (pool, name, machines)
            })
            .collect();
        let pools = pools
            .into_iter()
            .map(|(pool, name, machines)| Pool {
                version: version(&pool.patch_version, &pool.user_version, &name, notes),
                revision: revision(pool, &name, notes),
                saved: saved(pool, told),
                machines: named(machines, &mut names, notes),
                told: pool,
                name,
            })
            .collect();
        let idle = idle.into_iter().map(|(machine, pool)| {
            let name = machine_name(machine, &mut names, notes);
            let member = Member {
                told: machine,
                name,
            };
            (member, pool)
        });
        let idle = idle.collect();
        let fleet = Self {
            clusters,
            pools,
            idle,
        };
        fleet.note_states(notes);
        fleet
    }

    /// Says what of the machines' states a scenario cannot begin with.
    fn note_states(&self, notes: &mut Notes) {
        let mut unusual: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let mut behind = Vec::new();
        for pool in &self.pools {
            for machine in &pool.machines {
                let status = &machine.told.status;
                let is_usual = matches!(status, MachineStatus::Ready | MachineStatus::Unreachable);
                if !is_usual {
                    unusual
                        .entry(status.to_string())
                        .or_default()
                        .push(&machine.name);
                }
                if machine.told.scheduling == Some(Scheduling::Quarantined) {
                    unusual
                        .entry("quarantined".to_owned())
                        .or_default()
                        .push(&machine.name);
                }
                let runs = machine.told.machine_revision;
                if machine.told.desired_machine_revision.is_some()
                    || runs.is_some_and(|runs| pool.revision.is_some_and(|pool| pool != runs))
                {
                    behind.push(machine.name.as_str());
                }
            }
        }
        for (state, machines) in unusual {
            let machines = listed(machines);
            notes.assume(format!(
                "machines that are {state} begin as ready ones: {machines}"
            ));
        }
        if !behind.is_empty() {
            let machines = listed(behind);
            notes.assume(format!(
                "machines on another revision than their pool begin on its: {machines}"
            ));
        }
    }

    /// Writes it as a scenario has it.
    pub(super) fn write(&self, text: &mut String) {
        for (name, version) in self.clusters.values() {
            let _ = writeln!(text, "[[clusters]]\nname = {}", name.to_toml_value());
            line(text, "version", version.as_ref());
        }
        for pool in &self.pools {
            let (cluster, _) = &self.clusters[&pool.told.cluster_id];
            let _ = writeln!(text, "[[pools]]\nname = {}", pool.name.to_toml_value());
            line(text, "cluster", Some(cluster));
            line(text, "version", pool.version.as_ref());
            for (key, number) in [("revision", pool.revision), ("saved_revision", pool.saved)] {
                if let Some(number) = number {
                    let _ = writeln!(text, "{key} = {number}");
                }
            }
            let machines: Vec<_> = pool.machines.iter().map(Member::inline).collect();
            let _ = writeln!(text, "machines = [{}]", machines.join(", "));
        }
        let mut uuids = BTreeSet::new();
        for (machine, pool) in &self.idle {
            let prepared = self.pools.iter().find(|known| Some(known.told.id) == *pool);
            machine.write_idle(text, prepared, &mut uuids);
        }
    }

    /// What everybody in it is called.
    pub(super) fn known(&self) -> Known {
        let idle = self.idle.iter().map(|(machine, _)| machine);
        let machines = self.pools.iter().flat_map(|pool| &pool.machines);
        let machines = machines.chain(idle);
        Known {
            pools: self
                .pools
                .iter()
                .map(|pool| (pool.told.id, pool.name.clone()))
                .collect(),
            machines: machines
                .map(|machine| (machine.told.id, machine.name.clone()))
                .collect(),
        }
    }

    /// The machine of a number, among those in a pool, with the pool.
    pub(super) fn find(&self, machine: MachineId) -> Option<(&Pool<'t>, &Member<'t>)> {
        self.pools.iter().find_map(|pool| {
            let found = pool.machines.iter().find(|one| one.told.id == machine)?;
            Some((pool, found))
        })
    }
}

impl Member<'_> {
    /// A name, or a table where there is more to say.
    fn inline(&self) -> String {
        let name = self.name.to_toml_value();
        let mut more = Vec::new();
        let labels = usable(&self.told.labels);
        if let Some(zone) = labels.get(ZONE).filter(|zone| is_name(zone)) {
            more.push(format!("zone = {}", zone.to_toml_value()));
        }
        if !labels.is_empty() {
            more.push(format!("labels = {}", table(&labels)));
        }
        let flags = [
            ("cordoned", self.told.scheduling == Some(Scheduling::ByHand)),
            ("held", self.told.held == Some(true)),
            ("excluded", self.told.excluded == Some(true)),
        ];
        let set = flags.into_iter().filter(|(_, is_set)| *is_set);
        more.extend(set.map(|(key, _)| format!("{key} = true")));
        if more.is_empty() {
            name
        } else {
            format!("{{ name = {name}, {} }}", more.join(", "))
        }
    }

    fn write_idle(&self, text: &mut String, pool: Option<&Pool<'_>>, uuids: &mut BTreeSet<String>) {
        let is_prepared = self.told.status == MachineStatus::Preregistered;
        let status = if is_prepared {
            "preregistered"
        } else {
            "ready_unassigned"
        };
        let _ = writeln!(text, "[[machines]]\nname = {}", self.name.to_toml_value());
        let _ = writeln!(text, "status = \"{status}\"");
        let uuid = self.told.uuid.as_str().to_ascii_lowercase();
        if is_uuid(&uuid) && uuids.insert(uuid.clone()) {
            line(text, "uuid", Some(&uuid));
        }
        if is_prepared {
            line(text, "pool", pool.map(|pool| &pool.name));
        }
        let labels = usable(&self.told.labels);
        if !labels.is_empty() {
            let _ = writeln!(text, "labels = {}", table(&labels));
        }
    }
}

fn line(text: &mut String, key: &str, value: Option<&String>) {
    if let Some(value) = value {
        let _ = writeln!(text, "{key} = {}", value.to_toml_value());
    }
}

fn table(labels: &BTreeMap<&str, &str>) -> String {
    let entries = labels
        .iter()
        .map(|(key, value)| format!("{} = {}", key.to_toml_value(), value.to_toml_value()));
    format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
}

/// The labels that Kubernetes takes; of a key that is there twice the last.
fn usable(labels: &[Label]) -> BTreeMap<&str, &str> {
    let labels = labels
        .iter()
        .map(|label| (label.key.as_str(), label.value.as_str()));
    labels.filter(|(key, value)| is_label(key, value)).collect()
}

fn clusters(told: &Told, notes: &mut Notes) -> BTreeMap<ClusterId, (String, Option<String>)> {
    let mut names = Names::default();
    let clusters = told.clusters.iter().map(|cluster| {
        let id = cluster.id.0;
        let (otherwise, what) = (format!("cluster-{id}"), format!("cluster {id}"));
        let name = names.give(cluster.name.as_str(), &otherwise, &what, notes);
        let version = version(&cluster.patch_version, &cluster.user_version, &name, notes);
        (cluster.id, (name, version))
    });
    clusters.collect()
}

/// The pool's name, with that of its cluster where another pool has the same.
fn pool_name(
    pool: &MachinePool,
    told: &Told,
    clusters: &BTreeMap<ClusterId, (String, Option<String>)>,
    names: &mut Names,
    notes: &mut Notes,
) -> String {
    let alike = told.pools.iter().filter(|other| other.name == pool.name);
    let id = pool.id.0;
    let (otherwise, what) = (format!("pool-{id}"), format!("pool {id}"));
    if alike.count() == 1 {
        return names.give(pool.name.as_str(), &otherwise, &what, notes);
    }
    let (cluster, _) = &clusters[&pool.cluster_id];
    let name = names.give(
        &format!("{cluster}.{}", pool.name),
        &otherwise,
        &what,
        notes,
    );
    notes.renamed(format!(
        "{what} \"{}\" is called {name} here: another has its name",
        pool.name
    ));
    name
}

fn named<'t>(machines: Vec<&'t Machine>, names: &mut Names, notes: &mut Notes) -> Vec<Member<'t>> {
    let members = machines.into_iter().map(|told| Member {
        name: machine_name(told, names, notes),
        told,
    });
    members.collect()
}

fn machine_name(machine: &Machine, names: &mut Names, notes: &mut Notes) -> String {
    let id = machine.id.0;
    let dropped = machine.labels.len() - usable(&machine.labels).len();
    if dropped > 0 {
        notes.left_out(format!(
            "labels of machine {id} that Kubernetes does not take: {dropped}"
        ));
    }
    let otherwise = format!("machine-{id}");
    names.give(
        machine.name.as_str(),
        &otherwise,
        &format!("machine {id}"),
        notes,
    )
}

/// A version with three numbers, as a scenario has it; `None`: the scenario's default is taken.
fn version(
    patch: &appliance::Text,
    minor: &appliance::Text,
    whose: &str,
    notes: &mut Notes,
) -> Option<String> {
    if is_version(patch.as_str()) {
        return Some(patch.to_string());
    }
    let first = format!("{minor}.0");
    if is_version(&first) {
        notes.assume(format!("version of {whose}: {first}"));
        return Some(first);
    }
    notes.assume(format!("version of {whose}: the default of scenarios"));
    None
}

fn revision(pool: &MachinePool, name: &str, notes: &mut Notes) -> Option<u32> {
    // One more must be possible.
    let usable = pool
        .revision
        .filter(|number| (1..HIGHEST_REVISION).contains(number));
    if usable.is_none() {
        notes.assume(format!("revision of pool {name}: 1"));
    }
    usable
}

/// The newest revision that was saved and not applied.
fn saved(pool: &MachinePool, told: &Told) -> Option<u32> {
    let current = pool.revision.filter(|number| *number < HIGHEST_REVISION)?;
    let revisions = told.revisions.iter().flatten();
    let saved = revisions.filter(|one| one.machine_pool_id == pool.id && one.is_pending);
    let newest = saved.map(|one| one.number).max()?;
    (current.max(1) < newest && newest < HIGHEST_REVISION).then_some(newest)
}
