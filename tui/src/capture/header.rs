//! Where a capture comes from, and what in it is assumed: comments at its top, one line each.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use appliance::text::visible;
use simulator::fleet::Blueprint;
use simulator::forecast;
use simulator::scenario::model::Model;
use simulator::scenario::{Pool, Scenario};

use super::{About, Notes, Told, listed};

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
    notes.above_all.extend(above_all(scenario));
}

/// What moves a forecast most, in a few words each: how long machines take, how many go at once, what they wait for.
fn above_all(scenario: &Scenario) -> Vec<String> {
    let mut told = Vec::new();
    let is_assumed = |class: &&str| scenario.hardware[*class].is_assumed;
    let classes = scenario.pools.iter().map(|pool| pool.hardware.as_str());
    let classes: BTreeSet<&str> = classes.filter(is_assumed).collect();
    if !classes.is_empty() {
        let classes = listed(classes);
        told.push(format!("built-in times of {classes}"));
    }
    let mut assumed = scenario.pools.iter().filter(|pool| pool.policy.is_assumed);
    let goes_alone = |pool: &Pool| {
        let at_once = &pool.policy.max_unavailable;
        at_once.of(pool.machines.count(), false) == 1
    };
    if assumed.clone().any(goes_alone) {
        told.push("one machine at a time".to_owned());
    } else if assumed.next().is_some() {
        told.push("order, halting and retries".to_owned());
    }
    if scenario.workloads.is_empty() {
        told.push("no workloads".to_owned());
    }
    if scenario.windows.is_empty() {
        told.push("no windows".to_owned());
    }
    told
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
