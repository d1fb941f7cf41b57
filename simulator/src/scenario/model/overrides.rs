//! What a model says of the clusters and pools that are told: of all of them, and of some.

use std::collections::BTreeSet;

use toml::de::{DeArray, DeTable, DeValue};

use super::super::problem::{Problems, did_you_mean};
use super::super::section::{Item, Section};
use super::placeless_key;

/// A model's own keys.
pub(super) const KEYS: [&str; 4] = [
    "cluster_defaults",
    "cluster_overrides",
    "pool_defaults",
    "pool_overrides",
];

/// What an appliance tells of a pool.
const TOLD_OF_POOL: [&str; 6] = [
    "name",
    "cluster",
    "machines",
    "version",
    "revision",
    "saved_revision",
];
/// What it tells of a cluster.
const TOLD_OF_CLUSTER: [&str; 2] = ["name", "version"];

/// Takes the model's own keys out of it, and lays what they hold over the fleet.
pub(super) fn lay_over<'i>(
    model: &mut DeTable<'i>,
    fleet: &mut DeTable<'i>,
    problems: &mut Problems<'_>,
) {
    let mut own = DeTable::new();
    for key in KEYS {
        own.extend(model.remove_entry(key));
    }
    let mut section = Section::new(String::new(), 0, &own);
    let known = Known::of(fleet);
    for (key, kind) in [("cluster", Kind::Cluster), ("pool", Kind::Pool)] {
        let (defaults, overrides) = match kind {
            Kind::Cluster => ("cluster_defaults", "cluster_overrides"),
            Kind::Pool => ("pool_defaults", "pool_overrides"),
        };
        if let Some(item) = section.item(defaults)
            && item.section(problems).is_some()
        {
            lay(&item, fleet, kind, &|_| true, &[], problems);
        }
        let Some(all) = section.item(overrides) else {
            continue;
        };
        let Some(elements) = all.elements() else {
            all.refuse(problems, &format!("an array of tables, [[{overrides}]]"));
            continue;
        };
        for item in elements {
            if let Some(whom) = Whom::of(&item, key, &known, problems) {
                let is_meant = |table: &DeTable<'_>| whom.is(table, kind);
                lay(
                    &item,
                    fleet,
                    kind,
                    &is_meant,
                    &["pool", "cluster"],
                    problems,
                );
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cluster,
    Pool,
}

/// The names that are told.
struct Known {
    clusters: BTreeSet<String>,
    pools: BTreeSet<String>,
}

impl Known {
    fn of(fleet: &DeTable<'_>) -> Self {
        let names = |key| {
            let tables = fleet.get(key).and_then(|value| value.get_ref().as_array());
            let tables = tables.into_iter().flat_map(|array| array.iter());
            let names = tables.filter_map(|table| word(table.get_ref().as_table()?, "name"));
            names.map(str::to_owned).collect()
        };
        Self {
            clusters: names("clusters"),
            pools: names("pools"),
        }
    }
}

/// Whom an override means.
struct Whom {
    pool: Option<String>,
    cluster: Option<String>,
}

impl Whom {
    fn of(
        item: &Item<'_, '_>,
        needed: &'static str,
        known: &Known,
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let mut table = item.section(problems)?;
        let pool = table.item("pool").filter(|_| needed == "pool");
        let cluster = table.item("cluster");
        if pool.is_none() && cluster.is_none() {
            let allowed = if needed == "pool" {
                "pool, cluster, or both"
            } else {
                "the name of a cluster"
            };
            let path = table.path_of(needed);
            problems.add(
                table.offset(),
                format!("{path}: missing; allowed: {allowed}"),
            );
            return None;
        }
        let before = problems.len();
        let pool = pool.and_then(|item| told(&item, &known.pools, "pool", problems));
        let cluster = cluster.and_then(|item| told(&item, &known.clusters, "cluster", problems));
        (problems.len() == before).then_some(Self { pool, cluster })
    }

    fn is(&self, table: &DeTable<'_>, kind: Kind) -> bool {
        let says = |key, wanted: &Option<String>| {
            wanted
                .as_deref()
                .is_none_or(|wanted| word(table, key) == Some(wanted))
        };
        match kind {
            Kind::Cluster => says("name", &self.cluster),
            Kind::Pool => says("name", &self.pool) && says("cluster", &self.cluster),
        }
    }
}

fn word<'t>(table: &'t DeTable<'_>, key: &str) -> Option<&'t str> {
    table.get(key)?.get_ref().as_str()
}

/// A name that the appliance tells.
fn told(
    item: &Item<'_, '_>,
    known: &BTreeSet<String>,
    what: &str,
    problems: &mut Problems<'_>,
) -> Option<String> {
    let found = item.as_str().unwrap_or_default();
    if known.contains(found) {
        return Some(found.to_owned());
    }
    let hint = did_you_mean(found, known.iter().map(String::as_str));
    let allowed = format!("the name of a {what} that the appliance tells");
    item.refuse_with_hint(problems, &allowed, &hint);
    None
}

/// Puts the keys of a table into the clusters or pools that are meant, in the place of those that they have.
fn lay<'i>(
    item: &Item<'_, 'i>,
    fleet: &mut DeTable<'i>,
    kind: Kind,
    is_meant: &dyn Fn(&DeTable<'_>) -> bool,
    own: &[&str],
    problems: &mut Problems<'_>,
) {
    let Some(says) = item.value.get_ref().as_table() else {
        return;
    };
    let (array, told) = match kind {
        Kind::Cluster => ("clusters", &TOLD_OF_CLUSTER[..]),
        Kind::Pool => ("pools", &TOLD_OF_POOL[..]),
    };
    let mut laid = Vec::new();
    for (key, value) in says {
        let name = key.get_ref().as_ref();
        if own.contains(&name) {
            continue;
        }
        if told.contains(&name) {
            let why = "the appliance tells it, so that it stands in no model";
            problems.add(key.span().start, format!("{}.{name}: {why}", item.path));
        } else {
            laid.push((key.clone(), value.clone()));
        }
    }
    let tables = fleet.entry(placeless_key(array));
    let tables = tables.or_insert_with(|| super::placeless(DeValue::Array(DeArray::default())));
    let DeValue::Array(tables) = tables.as_mut() else {
        return;
    };
    for table in tables.iter_mut() {
        if let DeValue::Table(table) = table.as_mut()
            && is_meant(table)
        {
            for (key, value) in &laid {
                table.remove(key.get_ref().as_ref());
                table.insert(key.clone(), value.clone());
            }
        }
    }
}
