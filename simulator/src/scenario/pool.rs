//! Clusters and pools: who is in the fleet, and by which policy a pool is rolled out.

use std::collections::{BTreeMap, BTreeSet};

use super::hardware::Hardware;
use super::policy::{Policy, policy};
use super::problem::{Problems, did_you_mean};
use super::section::{Item, Section};
use super::values::{bounded, count, duration, is_name, name, quoted};
use crate::engine::Span;

/// A cluster of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name, unique in the scenario.
    pub name: String,
    /// The Kubernetes version of its control plane, as `1.33.4`.
    pub version: String,
}

/// A machine pool of the scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Its name, unique in the scenario.
    pub name: String,
    /// Its cluster's place in [`super::Scenario::clusters`].
    pub cluster: usize,
    /// Its machines.
    pub machines: Machines,
    /// The name of its hardware class.
    pub hardware: String,
    /// The Kubernetes version of its machines, as `1.33.4`.
    pub version: String,
    /// The revision that its machines run at the start.
    pub revision: u32,
    /// A revision that was saved and not applied; `None` when there is none.
    pub saved_revision: Option<u32>,
    /// How it is rolled out.
    pub policy: Policy,
}

/// The machines of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Machines {
    /// So many, named `POOL-1`, `POOL-2`, …, without padding: a name is the key of a machine's draws and must not
    /// change when there are more of them.
    Count {
        /// How many.
        count: u32,
        /// Zones that they are dealt out to in turn; may be empty.
        zones: Vec<String>,
    },
    /// These, in natural order of their names.
    Listed(Vec<Machine>),
}

/// A machine that the scenario names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its name, unique in the scenario.
    pub name: String,
    /// Its zone, if it has one.
    pub zone: Option<String>,
    /// How long it had been in the fleet when the scenario starts.
    pub age: Span,
}

impl Machines {
    /// Stands for machines with a problem, so that what refers to their pool is not called a problem too.
    const UNREADABLE: Self = Self::Count {
        count: 0,
        zones: Vec::new(),
    };

    /// How many.
    pub fn count(&self) -> u32 {
        match self {
            Self::Count { count, .. } => *count,
            Self::Listed(list) => u32::try_from(list.len()).unwrap_or(u32::MAX),
        }
    }

    /// The name of the machine at `position`, from 0, in natural order.
    pub fn name(&self, pool: &str, position: u32) -> String {
        match self {
            Self::Count { .. } => format!("{pool}-{}", position + 1),
            Self::Listed(list) => list[position as usize].name.clone(),
        }
    }

    /// The zone of the machine at `position`, if it has one.
    pub fn zone(&self, position: u32) -> Option<&str> {
        match self {
            Self::Count { zones, .. } if zones.is_empty() => None,
            Self::Count { zones, .. } => Some(&zones[position as usize % zones.len()]),
            Self::Listed(list) => list[position as usize].zone.as_deref(),
        }
    }

    /// How long the machine at `position` had been in the fleet at the start; of generated machines, `POOL-1` is the
    /// oldest.
    pub fn age(&self, position: u32) -> Span {
        match self {
            Self::Count { count, .. } => Span::from_millis(u64::from(count - position)),
            Self::Listed(list) => list[position as usize].age,
        }
    }

    /// The position of the machine of this name; `None` when the pool has none.
    pub fn position(&self, pool: &str, machine: &str) -> Option<u32> {
        match self {
            Self::Count { count, .. } => {
                let number = machine.strip_prefix(pool)?.strip_prefix('-')?;
                let position = number.parse::<u32>().ok()?.checked_sub(1)?;
                (position < *count && self.name(pool, position) == machine).then_some(position)
            }
            Self::Listed(list) => {
                let position = list.iter().position(|listed| listed.name == machine)?;
                u32::try_from(position).ok()
            }
        }
    }
}

/// The version of a cluster or pool that the scenario gives none.
const DEFAULT_VERSION: &str = "1.33.4";

/// The clusters of the scenario; one named `cluster` where it names none.
pub(super) fn clusters(section: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> Vec<Cluster> {
    let mut clusters = Vec::new();
    let mut names = BTreeSet::new();
    for mut table in section.tables("clusters", problems) {
        let name = table.need("name", problems, |item, problems| {
            unique_name(&mut names, item, problems)
        });
        let version = table.get("version", problems, version);
        table.finish(problems);
        if let Some(name) = name {
            clusters.push(Cluster {
                name,
                version: version.unwrap_or_else(|| DEFAULT_VERSION.to_owned()),
            });
        }
    }
    if clusters.is_empty() {
        clusters.push(Cluster {
            name: "cluster".to_owned(),
            version: DEFAULT_VERSION.to_owned(),
        });
    }
    clusters
}

/// What the pools of a scenario refer to.
pub(super) struct Surroundings<'s> {
    pub(super) clusters: &'s [Cluster],
    pub(super) classes: &'s BTreeMap<String, Hardware>,
}

/// The pools of the scenario; there must be one at least.
pub(super) fn pools(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    around: &Surroundings<'_>,
) -> Vec<Pool> {
    let mut pools = Vec::new();
    let mut pool_names = BTreeSet::new();
    let tables = section.tables("pools", problems);
    if tables.is_empty() && section.item("pools").is_none() {
        problems.add(0, "pools: missing; allowed: at least one [[pools]]");
    }
    for mut table in tables {
        let offset = table.offset();
        let pool = pool(&mut table, problems, around, &mut pool_names);
        table.finish(problems);
        pools.extend(pool.map(|pool| (pool, offset)));
    }
    check_machine_names(&pools, problems);
    pools.into_iter().map(|(pool, _)| pool).collect()
}

fn pool(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    around: &Surroundings<'_>,
    pool_names: &mut BTreeSet<String>,
) -> Option<Pool> {
    let pool_name = table.need("name", problems, |item, problems| {
        unique_name(pool_names, item, problems)
    });
    let cluster = cluster(table, problems, around.clusters);
    let zones = table.get("zones", problems, names);
    let machines = table.need("machines", problems, |item, problems| {
        machines(item, problems, zones.clone())
    });
    let hardware = table.get("hardware", problems, |item, problems| {
        let known = || around.classes.keys().map(String::as_str);
        one_of(known, item, problems)
    });
    let version = table.get("version", problems, version);
    let revision = table.get("revision", problems, revision).unwrap_or(1);
    let saved_revision = table.get("saved_revision", problems, |item, problems| {
        let saved = self::revision(item, problems)?;
        if saved <= revision {
            item.refuse(
                problems,
                &format!("a revision newer than {revision}, which the pool runs"),
            );
        }
        Some(saved)
    });
    let policy = policy(table, problems);
    Some(Pool {
        name: pool_name?,
        cluster: cluster.unwrap_or_default(),
        machines: machines.unwrap_or(Machines::UNREADABLE),
        hardware: hardware.unwrap_or_else(|| "vm".to_owned()),
        version: version.unwrap_or_else(|| DEFAULT_VERSION.to_owned()),
        revision,
        saved_revision,
        policy,
    })
}

/// The pool's cluster: the one that it names, or the only one.
fn cluster(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    clusters: &[Cluster],
) -> Option<usize> {
    let known = || clusters.iter().map(|cluster| cluster.name.as_str());
    if let Some(item) = table.item("cluster") {
        let named = one_of(known, &item, problems)?;
        return clusters.iter().position(|cluster| cluster.name == named);
    }
    if clusters.len() > 1 {
        let allowed = quoted(known());
        problems.add(
            table.offset(),
            format!("{}: missing; allowed: {allowed}", table.path_of("cluster")),
        );
        return None;
    }
    Some(0)
}

/// A name that is among the known ones.
pub(super) fn one_of<'k, K: Iterator<Item = &'k str>>(
    known: impl Fn() -> K,
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<String> {
    /// More names than this are not listed.
    const LISTED: usize = 12;
    let found = item.as_str().unwrap_or_default();
    if known().any(|name| name == found) {
        return Some(found.to_owned());
    }
    let allowed = if known().count() <= LISTED {
        quoted(known())
    } else {
        format!("one of the {} names of this file", known().count())
    };
    item.refuse_with_hint(problems, &allowed, &did_you_mean(found, known()));
    None
}

/// A name that is not among those `taken`, which it then joins.
fn unique_name(
    taken: &mut BTreeSet<String>,
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<String> {
    let name = name(item, problems)?;
    if !taken.insert(name.clone()) {
        item.object(
            problems,
            "which is taken already: names are unique in a scenario",
        );
        return None;
    }
    Some(name)
}

fn names(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Vec<String>> {
    let elements = item.elements().filter(|elements| !elements.is_empty());
    let Some(elements) = elements else {
        item.refuse(problems, "an array of at least one name");
        return None;
    };
    elements
        .iter()
        .map(|element| name(element, problems))
        .collect()
}

/// A Kubernetes version, as `1.33.4`.
fn version(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<String> {
    let version = item.as_str().filter(|version| {
        let numbers: Vec<_> = version.split('.').collect();
        let is_number =
            |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        numbers.len() == 3 && numbers.iter().all(is_number)
    });
    if version.is_none() {
        item.refuse(problems, "a version, as \"1.33.4\"");
    }
    version.map(str::to_owned)
}

/// A revision's number.
pub(super) fn revision(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<u32> {
    bounded(1, 1_000_000)(item, problems)
}

/// A count, or a list of names and tables.
fn machines(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    zones: Option<Vec<String>>,
) -> Option<Machines> {
    let Some(elements) = item.elements() else {
        if item.as_integer().is_none() {
            item.refuse(problems, "a count of at least 1, or a list of names");
            return None;
        }
        let zones = zones.unwrap_or_default();
        return count(item, problems).map(|count| Machines::Count { count, zones });
    };
    if zones.is_some() {
        item.object(
            problems,
            "so each machine says its own zone: \"zones\" goes with a count",
        );
    }
    if elements.is_empty() {
        item.refuse(
            problems,
            "a count of at least 1, or a list of at least one name",
        );
        return None;
    }
    let read: Vec<_> = elements
        .iter()
        .filter_map(|element| machine(element, problems))
        .collect();
    if read.len() < elements.len() {
        return None;
    }
    let mut listed = read;
    listed.sort_by(|a, b| alphanumeric_sort::compare_str(&a.name, &b.name));
    Some(Machines::Listed(listed))
}

/// A machine: its name, or a table with name, zone and age.
fn machine(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Machine> {
    if item.as_str().is_some() {
        return name(item, problems).map(|name| Machine {
            name,
            zone: None,
            age: Span::ZERO,
        });
    }
    if item.value.get_ref().as_table().is_none() {
        item.refuse(problems, "a name, or a table with name, zone and age");
        return None;
    }
    let mut table = item.section(problems)?;
    let name = table.need("name", problems, name);
    let zone = table.get("zone", problems, self::name);
    let age = table.get("age", problems, duration);
    table.finish(problems);
    Some(Machine {
        name: name?,
        zone,
        age: age.unwrap_or_default(),
    })
}

/// Notes machine names that two machines have. Generated names of two pools differ, since the pools' names do; so
/// only listed ones have to be compared with all others.
fn check_machine_names(pools: &[(Pool, usize)], problems: &mut Problems<'_>) {
    let mut listed = BTreeSet::new();
    for (pool, offset) in pools {
        let longest = pool.machines.count().saturating_sub(1);
        if pool.machines.count() > 0 && !is_name(&pool.machines.name(&pool.name, longest)) {
            problems.add(
                *offset,
                format!("machines of the pool \"{}\" get too long a name", pool.name),
            );
        }
        let Machines::Listed(machines) = &pool.machines else {
            continue;
        };
        for machine in machines {
            let is_generated = pools.iter().any(|(other, _)| {
                matches!(other.machines, Machines::Count { .. })
                    && other
                        .machines
                        .position(&other.name, &machine.name)
                        .is_some()
            });
            if is_generated || !listed.insert(&machine.name) {
                let why = "is named twice: machine names are unique in a scenario";
                problems.add(
                    *offset,
                    format!("the pool's machine \"{}\" {why}", machine.name),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_machines_are_found_by_their_names() {
        let machines = Machines::Count {
            count: 12,
            zones: vec!["a".to_owned(), "b".to_owned()],
        };
        assert_eq!(machines.name("w", 9), "w-10");
        assert_eq!(machines.position("w", "w-10"), Some(9));
        for stranger in ["w-0", "w-13", "w-01", "w-+1", "x-1", "w"] {
            assert_eq!(machines.position("w", stranger), None, "{stranger}");
        }
        assert_eq!(machines.zone(3), Some("b"));
    }
}
