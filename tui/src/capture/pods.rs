//! Workloads and budgets, where the appliance tells the pods on its machines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use appliance::ClusterId;
use toml_writer::ToTomlValue;

use super::fleet::Fleet;
use super::{Notes, Told};

/// Cluster, namespace, name.
type Known<'t> = (ClusterId, &'t str, &'t str);

/// Every workload that has pods, with a pod where the appliance says that one is; and the budgets that cover them.
pub(super) fn of(told: &Told, fleet: &Fleet<'_>, notes: &mut Notes) -> String {
    let mut workloads: BTreeMap<Known<'_>, Vec<&str>> = BTreeMap::new();
    for (machine, pods) in told.pods.iter().flatten() {
        let Some((pool, member)) = fleet.find(*machine) else {
            continue;
        };
        for pod in pods {
            let known = (
                pool.told.cluster_id,
                pod.namespace.as_str(),
                pod.workload.as_str(),
            );
            workloads.entry(known).or_default().push(&member.name);
        }
    }
    let mut text = String::new();
    for ((cluster, namespace, name), machines) in &workloads {
        let (cluster, _) = &fleet.clusters[cluster];
        let places: Vec<_> = machines.iter().map(ToTomlValue::to_toml_value).collect();
        let _ = writeln!(
            text,
            "[[workloads]]\nname = {}\nnamespace = {}\ncluster = {}\nreplicas = {}\nstarts_on = [{}]",
            name.to_toml_value(),
            namespace.to_toml_value(),
            cluster.to_toml_value(),
            machines.len(),
            places.join(", ")
        );
    }
    if !workloads.is_empty() {
        notes.assume("workloads: deployments whose pods may run on any machine of their cluster, ask for no CPU and no memory, and take the default times");
    }
    for budget in told.budgets.iter().flatten() {
        let covered = |name: &&appliance::Text| {
            let known = (budget.cluster_id, budget.namespace.as_str(), name.as_str());
            workloads.contains_key(&known)
        };
        let names: Vec<_> = budget.workloads.iter().filter(covered).collect();
        let (Some(limit), false) = (limit(budget.limit.as_str()), names.is_empty()) else {
            let (namespace, name) = (&budget.namespace, &budget.name);
            notes.left_out(format!(
                "budget {namespace}/{name}, which covers no pod that is told"
            ));
            continue;
        };
        let names: Vec<_> = names
            .iter()
            .map(|name| name.as_str().to_toml_value())
            .collect();
        let (cluster, _) = &fleet.clusters[&budget.cluster_id];
        let _ = writeln!(
            text,
            "[[budgets]]\nname = {}\nnamespace = {}\ncluster = {}\nworkloads = [{}]\n{limit}",
            budget.name.as_str().to_toml_value(),
            budget.namespace.as_str().to_toml_value(),
            cluster.to_toml_value(),
            names.join(", ")
        );
    }
    text
}

/// What a budget limits, as a scenario has it: of `max_unavailable = 25%` the percentage is a word.
fn limit(told: &str) -> Option<String> {
    let (key, value) = told.split_once(" = ")?;
    let is_key = matches!(key, "min_available" | "max_unavailable");
    let number = value.strip_suffix('%').unwrap_or(value);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let value = if value.ends_with('%') {
        format!("\"{value}\"")
    } else {
        value.to_owned()
    };
    (is_key && is_number).then(|| format!("{key} = {value}"))
}
