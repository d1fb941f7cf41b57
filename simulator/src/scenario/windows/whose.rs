//! Whose a window, an exclusion, a gate or somebody's work is: pools, a pool, the pools of a cluster, or every pool.

use super::super::Scenario;
use super::super::pool::{one_of, pool_named};
use super::super::problem::Problems;
use super::super::section::Section;
use super::super::values::list;

/// The places of the pools that a table names, ascending.
pub(in crate::scenario) fn pools(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Vec<usize>> {
    let named = ["pools", "pool", "cluster"].map(|key| table.item(key));
    let mut there = named.iter().flatten();
    if let (Some(first), Some(second)) = (there.next(), there.next()) {
        let why = format!("beside {}: one of pools, pool and cluster", first.path);
        second.object(problems, &why);
        return None;
    }
    let [pools, pool, cluster] = named;
    if let Some(item) = pools {
        let mut pools = list(&item, problems, "pool", |item, problems| {
            pool_named(item, problems, scenario)
        })?;
        pools.sort_unstable();
        pools.dedup();
        return Some(pools);
    }
    if let Some(item) = pool {
        return pool_named(&item, problems, scenario).map(|pool| vec![pool]);
    }
    let all = 0..scenario.pools.len();
    let Some(item) = cluster else {
        return Some(all.collect());
    };
    let known = || {
        scenario
            .clusters
            .iter()
            .map(|cluster| cluster.name.as_str())
    };
    let named = one_of(known, &item, problems)?;
    let is_of = |pool: &usize| scenario.clusters[scenario.pools[*pool].cluster].name == named;
    Some(all.filter(is_of).collect())
}
