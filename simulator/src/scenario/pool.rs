//! Clusters and pools: who is in the fleet, and by which policy a pool is rolled out.

use std::collections::{BTreeMap, BTreeSet};

use super::Scenario;
use super::absence::{Patience, Shutdown, patience, shutdown};
use super::bytes::bandwidth;
use super::drain::drain;
use super::hardware::Hardware;
use super::labels::labels;
use super::machines::{Machines, check_names, machines};
use super::own_phases::{OwnPhases, own_phases};
use super::policy::{Policy, policy};
use super::presets::{Named, Preset, behaves_like};
use super::problem::{Problems, did_you_mean};
use super::quantities::capacity;
use super::section::{Item, Section};
use super::values::{bounded, duration, list, name, quoted};
use super::workload::{Capacity, DrainPolicy};
use crate::engine::Span;

/// A cluster of the scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// Its name, unique in the scenario.
    pub name: String,
    /// The Kubernetes version of its control plane, as `1.33.4`.
    pub version: String,
    /// How many bytes a second its site's line carries; `None`: the scenario does not say.
    pub link: Option<u64>,
    /// How long it waits for a machine that is away.
    pub patience: Patience,
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
    /// How old that revision is at the start.
    pub revision_age: Span,
    /// A revision that was saved and not applied; `None` when there is none.
    pub saved_revision: Option<u32>,
    /// The engine that it behaves like where it does not say itself how it is rolled out.
    pub preset: Preset,
    /// How it is rolled out.
    pub policy: Policy,
    /// How its machines are drained.
    pub drain: DrainPolicy,
    /// Namespaces whose pods a drain leaves alone.
    pub ignored_namespaces: Vec<String>,
    /// What it says of phases, over what its hardware class says.
    pub own_phases: OwnPhases,
    /// How long its machines let their pods end when they stop.
    pub shutdown: Shutdown,
    /// What each of its machines has for pods, those of daemon sets included.
    pub capacity: Capacity,
    /// Labels of its machines.
    pub labels: BTreeMap<String, String>,
}

impl Pool {
    /// Whether its machine at `position` has all of these labels: its own, or else those of the pool.
    pub fn has_labels(&self, position: u32, labels: &BTreeMap<String, String>) -> bool {
        let own = self.machines.labels(position);
        labels
            .iter()
            .all(|(key, value)| own.get(key).or_else(|| self.labels.get(key)) == Some(value))
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
        let link = table.get("link", problems, bandwidth);
        let version = version.unwrap_or_else(|| DEFAULT_VERSION.to_owned());
        let patience = patience(&mut table, problems, &version);
        table.finish(problems);
        if let Some(name) = name {
            clusters.push(Cluster {
                name,
                version,
                link,
                patience,
            });
        }
    }
    if clusters.is_empty() {
        clusters.push(Cluster {
            name: "cluster".to_owned(),
            version: DEFAULT_VERSION.to_owned(),
            link: None,
            patience: Patience::of_version(DEFAULT_VERSION),
        });
    }
    clusters
}

/// What the pools of a scenario refer to.
pub(super) struct Surroundings<'s> {
    pub(super) clusters: &'s [Cluster],
    pub(super) classes: &'s BTreeMap<String, Hardware>,
    /// The preset of pools that name none.
    pub(super) preset: Named,
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
    check_names(&pools, problems);
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
    let (preset, named) = behaves_like(table, problems, &around.preset);
    preset.put_under("pool", table, named);
    let cluster = cluster(table, problems, around.clusters);
    let zones = table.get("zones", problems, |item, problems| {
        list(item, problems, "name", name)
    });
    let machines = table.need("machines", problems, |item, problems| {
        machines(item, problems, zones.clone())
    });
    let hardware = table.get("hardware", problems, |item, problems| {
        let known = || around.classes.keys().map(String::as_str);
        one_of(known, item, problems)
    });
    let version = table.get("version", problems, version);
    let revision = table.get("revision", problems, revision).unwrap_or(1);
    let revision_age = table.get("revision_age", problems, duration);
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
    let machines = machines.unwrap_or(Machines::UNREADABLE);
    let policy = policy(
        table,
        problems,
        pool_name.as_deref(),
        &machines,
        preset.is_assumed(),
    );
    let drain = drain(table, problems, machines.count());
    let ignored_namespaces = table.get("ignore_namespaces", problems, |item, problems| {
        list(item, problems, "namespace", name)
    });
    let own_phases = own_phases(table, problems);
    let class = hardware.as_ref().and_then(|name| around.classes.get(name));
    let is_one_phase = class.is_some_and(|class| class.is_one_phase);
    let shutdown = shutdown(table, problems, is_one_phase);
    let capacity = table.get("capacity", problems, capacity);
    let labels = table.get("labels", problems, labels);
    Some(Pool {
        name: pool_name?,
        cluster: cluster.unwrap_or_default(),
        machines,
        hardware: hardware.unwrap_or_else(|| "vm".to_owned()),
        version: version.unwrap_or_else(|| DEFAULT_VERSION.to_owned()),
        revision,
        revision_age: revision_age.unwrap_or(Span::ZERO),
        saved_revision,
        preset,
        policy,
        drain,
        ignored_namespaces: ignored_namespaces.unwrap_or_default(),
        own_phases,
        shutdown,
        capacity: capacity.unwrap_or_default(),
        labels: labels.unwrap_or_default(),
    })
}

/// The cluster that a table names, or the only one.
pub(super) fn cluster(
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
    let allowed = match known().count() {
        0 => "a name of this file, which has none".to_owned(),
        1..=LISTED => quoted(known()),
        count => format!("one of the {count} names of this file"),
    };
    item.refuse_with_hint(problems, &allowed, &did_you_mean(found, known()));
    None
}

/// A name that is not among those `taken`, which it then joins.
pub(super) fn unique_name(
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

/// A Kubernetes version, as `1.33.4`.
pub(super) fn version(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<String> {
    let version = item.as_str().filter(|version| is_version(version));
    if version.is_none() {
        item.refuse(problems, "a version, as \"1.33.4\"");
    }
    version.map(str::to_owned)
}

/// Whether a text is a Kubernetes version, as `1.33.4`.
pub fn is_version(text: &str) -> bool {
    let numbers: Vec<_> = text.split('.').collect();
    let is_number =
        |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers.len() == 3 && numbers.iter().all(is_number)
}

/// A revision's number.
pub(super) fn revision(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<u32> {
    bounded(1, 1_000_000)(item, problems)
}

/// The place of the pool that a name of the scenario means.
pub(super) fn pool_named(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<usize> {
    let known = || scenario.pools.iter().map(|pool| pool.name.as_str());
    let named = one_of(known, item, problems)?;
    scenario.pools.iter().position(|pool| pool.name == named)
}
