//! A fleet to check a model on, where none is told: every cluster, pool and machine that the model names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use toml::de::{DeTable, DeValue};
use toml_writer::ToTomlValue;

/// How many machines each pool has besides those that are named, so that no policy asks for too many.
const MACHINES: u32 = 100;
/// What there is where the model names none.
const ONLY: &str = "stand-in";

/// What a model names.
#[derive(Default)]
struct Names {
    clusters: BTreeSet<String>,
    /// Pools, and their clusters where a table names both.
    pools: BTreeMap<String, Option<String>>,
    /// Machines, and their pools where a table names both.
    machines: BTreeMap<String, Option<String>>,
}

/// The text of such a fleet.
pub(super) fn fleet(model: &DeTable<'_>) -> String {
    let mut names = Names::default();
    names.of_table(model);
    let machines = std::mem::take(&mut names.machines).into_iter();
    // Some keys take pools and machines alike.
    let machines: Vec<_> = machines
        .filter(|(name, _)| !names.pools.contains_key(name))
        .collect();
    if names.pools.is_empty() {
        names.pools.insert(ONLY.to_owned(), None);
    }
    if names.clusters.is_empty() {
        names.clusters.insert(ONLY.to_owned());
    }
    let mut text = String::new();
    for cluster in &names.clusters {
        let _ = writeln!(text, "[[clusters]]\nname = {}", cluster.to_toml_value());
    }
    let first = names.clusters.first().cloned().unwrap_or_default();
    let home = |name: &str, told: &Option<String>| {
        let alike = names
            .pools
            .keys()
            .rfind(|pool| name.starts_with(pool.as_str()));
        let told = told.as_ref().or(alike).or(names.pools.keys().next());
        told.cloned().unwrap_or_default()
    };
    for (pool, cluster) in &names.pools {
        let own = machines
            .iter()
            .filter(|(machine, told)| home(machine, told) == *pool)
            .map(|(machine, _)| machine.clone());
        let others = (1..=MACHINES).map(|number| format!("{pool}/stand-in-{number}"));
        let all: Vec<_> = own
            .chain(others)
            .map(|machine| machine.to_toml_value())
            .collect();
        let _ = writeln!(
            text,
            "[[pools]]\nname = {}\ncluster = {}\nmachines = [{}]",
            pool.to_toml_value(),
            cluster.as_ref().unwrap_or(&first).to_toml_value(),
            all.join(", ")
        );
    }
    text
}

impl Names {
    fn of_table(&mut self, table: &DeTable<'_>) {
        let said = |keys: &[&str]| -> Vec<String> {
            let values = keys.iter().filter_map(|key| table.get(*key));
            values.flat_map(|value| words(value.get_ref())).collect()
        };
        let clusters = said(&["cluster", "clusters"]);
        let pools = said(&["pool", "pools"]);
        for pool in &pools {
            let cluster = self.pools.entry(pool.clone()).or_default();
            *cluster = cluster.take().or_else(|| clusters.first().cloned());
        }
        for machine in said(&["machine", "machines", "starts_on"]) {
            let pool = self.machines.entry(machine).or_default();
            *pool = pool.take().or_else(|| pools.first().cloned());
        }
        self.clusters.extend(clusters);
        for value in table.values() {
            self.of_value(value.get_ref());
        }
    }

    fn of_value(&mut self, value: &DeValue<'_>) {
        match value {
            DeValue::Table(table) => self.of_table(table),
            DeValue::Array(array) => {
                for element in array {
                    self.of_value(element.get_ref());
                }
            }
            _ => {}
        }
    }
}

/// A word, or several.
fn words(value: &DeValue<'_>) -> Vec<String> {
    match value {
        DeValue::String(word) => vec![word.to_string()],
        DeValue::Array(array) => {
            let words = array.iter().filter_map(|one| one.get_ref().as_str());
            words.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
