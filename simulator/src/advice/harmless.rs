//! Bad revisions of a zone or a hardware class that no machine is in.

use std::collections::BTreeSet;

use crate::scenario::{BadRevision, Scenario};

/// The bad revisions that cannot harm a machine, wherever they are rolled out.
pub(super) fn warnings(scenario: &Scenario) -> Vec<String> {
    let bad = scenario.bad_revisions.iter().enumerate();
    bad.filter_map(|(place, bad)| harmless(scenario, place, bad))
        .collect()
}

fn harmless(scenario: &Scenario, place: usize, bad: &BadRevision) -> Option<String> {
    let own = || bad.pools.iter().map(|pool| &scenario.pools[*pool]);
    // Machines in no pool may come to any.
    let others = || scenario.depots.iter().map(|depot| &depot.about);
    let pools = || own().chain(others().filter(|home| home.machines.count() > 0));
    let classes: BTreeSet<&str> = pools().map(|pool| pool.hardware.as_str()).collect();
    let says = |what: String| Some(format!("bad_revisions[{place}] harms no machine: {what}"));
    if let Some(class) = bad.hardware.as_deref()
        && !classes.contains(class)
    {
        let are = listed(&classes, "hardware");
        return says(format!(
            "none of its pools is of hardware \"{class}\", {are}"
        ));
    }
    let zone = bad.zone.as_deref()?;
    let is_class = |of: &str| bad.hardware.as_deref().is_none_or(|class| class == of);
    let zones: BTreeSet<&str> = pools()
        .filter(|pool| is_class(&pool.hardware))
        .flat_map(|pool| (0..pool.machines.count()).filter_map(|place| pool.machines.zone(place)))
        .collect();
    if zones.contains(zone) {
        return None;
    }
    let are = listed(&zones, "zones");
    says(format!("none is in zone \"{zone}\", {are}"))
}

fn listed(known: &BTreeSet<&str>, what: &str) -> String {
    if known.is_empty() {
        return format!("they have no {what}");
    }
    let known: Vec<_> = known.iter().map(|name| format!("\"{name}\"")).collect();
    format!("theirs are {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warned(keys: &str) -> Vec<String> {
        let text = format!(
            "[[pools]]\nname = \"p\"\nmachines = [\"a\", {{ name = \"b\", zone = \"west\" }}]\nhardware = \"vm\"\n[[pools]]\nname = \"q\"\nmachines = 2\nzones = [\"east\", \"north\"]\nhardware = \"server\"\n[[bad_revisions]]\ndo = \"loop\"\n{keys}\n"
        );
        warnings(&Scenario::parse(&text, "f", "f").unwrap())
    }

    #[test]
    fn a_zone_or_class_without_machines_is_told_with_those_that_have_some() {
        let rows = [
            (
                "zone = \"wst\"",
                "none is in zone \"wst\", theirs are \"east\", \"north\", \"west\"",
            ),
            (
                "pool = \"p\"\nzone = \"east\"",
                "none is in zone \"east\", theirs are \"west\"",
            ),
            (
                "hardware = \"server\"\nzone = \"west\"",
                "none is in zone \"west\", theirs are \"east\", \"north\"",
            ),
            (
                "pool = \"p\"\nhardware = \"server\"",
                "none of its pools is of hardware \"server\", theirs are \"vm\"",
            ),
        ];
        for (keys, what) in rows {
            let said = format!("bad_revisions[0] harms no machine: {what}");
            assert_eq!(warned(keys), [said], "{keys}");
        }
    }

    #[test]
    fn one_that_may_harm_a_machine_is_no_reason_to_warn() {
        for keys in ["", "zone = \"north\"", "hardware = \"vm\"\nzone = \"west\""] {
            assert!(warned(keys).is_empty(), "{keys}");
        }
    }
}
