//! Where a capture comes from, and what in it is assumed: comments at its top, one line each.

use std::fmt::Write as _;

use appliance::text::visible;
use simulator::fleet::Blueprint;
use simulator::forecast;
use simulator::scenario::Scenario;
use simulator::scenario::model::Model;

use super::{About, Notes, Told};

/// Says what the scenario takes that neither the appliance nor the model says.
pub(super) fn assume(scenario: &Scenario, model: &Model, notes: &mut Notes) {
    for pool in &scenario.pools {
        notes.assume(format!(
            "pool {}: hardware {}, at most {} of its {} machines out at once{}",
            pool.name,
            pool.hardware,
            pool.policy.max_unavailable.of(pool.machines.count(), false),
            pool.machines.count(),
            if model.is_empty() {
                ""
            } else {
                " (with the model)"
            },
        ));
    }
    if scenario.workloads.is_empty() {
        notes.assume("workloads: none, so that no drain waits for a budget");
    }
    if scenario.windows.is_empty() {
        notes.assume("maintenance windows: none, every pool is always open");
    }
    let blueprint = Blueprint::new(scenario.clone());
    notes.assumed.extend(forecast::assumptions(&blueprint));
}

/// The comments.
pub(super) fn write(told: &Told, about: &About, notes: &Notes) -> String {
    let at = about.at.strftime("%Y-%m-%d %H:%M %:z");
    let mut text = String::new();
    let mut say = |line: &str| {
        // Lines and marks of other writing directions would end the comment, or hide it.
        let line = visible(line);
        let _ = writeln!(text, "# {line}");
    };
    say(&format!(
        "The fleet of {}, organization {},",
        about.endpoint, about.organization
    ));
    say(&format!(
        "context {}, captured on {at} by meltdeck {}.",
        about.context,
        env!("CARGO_PKG_VERSION")
    ));
    match &about.model {
        Some(model) => say(&format!(
            "What the appliance does not tell is from the model {model}."
        )),
        None => say("What the appliance does not tell is assumed: there is no model."),
    }
    say("");
    let (clusters, pools, machines) = (told.clusters.len(), told.pools.len(), told.machines.len());
    say(&format!(
        "Told: {clusters} clusters, {pools} pools, {machines} machines, their versions and labels"
    ));
    for (what, is_told) in [
        ("revisions", told.revisions.is_some()),
        ("disruption budgets", told.budgets.is_some()),
        ("pods", told.pods.is_some()),
    ] {
        let is_told = if is_told { "told" } else { "not told" };
        say(&format!("  {what}: {is_told}"));
    }
    for (heading, lines) in [
        ("ASSUMED:", &notes.assumed),
        ("Left out:", &notes.left_out),
        ("Renamed:", &notes.renamed),
    ] {
        if !lines.is_empty() {
            say("");
            say(heading);
            for line in lines {
                say(&format!("- {line}"));
            }
        }
    }
    text.replace("# \n", "#\n")
}
