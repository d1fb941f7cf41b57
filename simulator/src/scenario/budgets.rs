//! Disruption budgets: `[[budgets]]`, the `budget` of a workload's own, and what a step changes of one.

use std::collections::BTreeSet;

use super::Scenario;
use super::objects::{Taken, namespace, unique_name};
use super::pool::{cluster, one_of};
use super::problem::Problems;
use super::section::{Item, Section};
use super::values::{LARGEST_COUNT, list, whole_number, whole_percentage, word};
use super::workload::{Budget, Kind, Limit, Quantity, UnhealthyPods, Workload};

/// What a budget says about the pods that it covers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) limit: Limit,
    pub(super) unhealthy: UnhealthyPods,
}

/// The budgets of the scenario that have tables of their own; those of workloads are in it already.
pub(super) fn budgets(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Budget> {
    let of_workloads = scenario.budgets.iter();
    let mut taken = of_workloads
        .map(|budget| {
            (
                Some(budget.cluster),
                budget.namespace.clone(),
                budget.name.clone(),
            )
        })
        .collect();
    let mut budgets = Vec::new();
    for mut table in section.tables("budgets", problems) {
        let budget = budget(&mut table, problems, scenario, &mut taken);
        table.finish(problems);
        budgets.extend(budget);
    }
    budgets
}

fn budget(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    taken: &mut Taken,
) -> Option<Budget> {
    let namespace = namespace(table, problems);
    let cluster = cluster_of(table, problems, scenario, &namespace);
    let name = table.need("name", problems, |item, problems| {
        let place = (cluster, namespace.as_str());
        unique_name(item, problems, place, taken)
    });
    let covered = table.need("workloads", problems, |item, problems| {
        // Which ones there are depends on the cluster; without it nothing can be said.
        let place = (cluster?, namespace.as_str());
        let mut named = BTreeSet::new();
        list(item, problems, "name of a workload", |item, problems| {
            covered_workload(item, problems, scenario, place, &mut named)
        })
    });
    let is_bare = covered
        .as_ref()
        .is_some_and(|covered| are_bare(&scenario.workloads, covered));
    let terms = terms(table, problems, is_bare);
    let (cluster, workloads, terms) = (cluster?, covered?, terms?);
    Some(Budget {
        namespace,
        name: name?,
        cluster,
        workloads,
        limit: terms.limit,
        unhealthy: terms.unhealthy,
    })
}

/// The cluster that it names, or else the only one that has all of its workloads.
fn cluster_of(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    namespace: &str,
) -> Option<usize> {
    if table.item("cluster").is_none() {
        let elements = table.item("workloads").and_then(|item| item.elements());
        let names: Vec<&str> = elements.iter().flatten().filter_map(Item::as_str).collect();
        let has_all = |cluster: &usize| {
            names.iter().all(|name| {
                scenario.workloads.iter().any(|workload| {
                    workload.cluster == *cluster
                        && workload.namespace == namespace
                        && workload.name == **name
                })
            })
        };
        let having: Vec<usize> = (0..scenario.clusters.len()).filter(has_all).collect();
        if let [cluster] = having[..] {
            return Some(cluster);
        }
    }
    cluster(table, problems, &scenario.clusters)
}

/// The place of a workload that a budget may cover.
fn covered_workload(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    (cluster, namespace): (usize, &str),
    named: &mut BTreeSet<String>,
) -> Option<usize> {
    let near = || {
        (0..)
            .zip(&scenario.workloads)
            .filter(|(_, workload)| workload.cluster == cluster && workload.namespace == namespace)
    };
    let known = || near().map(|(_, workload)| workload.name.as_str());
    let name = one_of(known, item, problems)?;
    let (place, workload) = near().find(|(_, workload)| workload.name == name)?;
    if workload.kind.is_per_machine() {
        let kind = workload.kind.as_str();
        item.object(
            problems,
            &format!(
                "which is a {kind}: a drain leaves its pods alone, so that no budget holds them"
            ),
        );
        return None;
    }
    if !named.insert(name) {
        item.object(problems, "which is named twice");
        return None;
    }
    Some(place)
}

/// Whether nobody replaces the pods of any of these.
pub(super) fn are_bare(workloads: &[Workload], covered: &[usize]) -> bool {
    covered
        .iter()
        .all(|place| workloads[*place].kind == Kind::Bare)
}

/// What the table says about pods that are covered. `is_bare`: nobody replaces any of these.
pub(super) fn terms(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    is_bare: bool,
) -> Option<Terms> {
    let words = [
        ("IfHealthyBudget", UnhealthyPods::IfHealthyBudget),
        ("AlwaysAllow", UnhealthyPods::AlwaysAllow),
    ];
    let limit = limit(table, problems, is_bare);
    let unhealthy = table.get("unhealthy_pod_eviction_policy", problems, word(&words));
    Some(Terms {
        limit: limit?,
        unhealthy: unhealthy.unwrap_or_default(),
    })
}

/// The one limit that the table names. `is_bare`: nobody replaces any of the pods that it counts.
pub(super) fn limit(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    is_bare: bool,
) -> Option<Limit> {
    let (item, limit) = match (table.item("min_available"), table.item("max_unavailable")) {
        (Some(item), None) => {
            let quantity = quantity(&item, problems)?;
            (item, Limit::MinAvailable(quantity))
        }
        (None, Some(item)) => {
            let quantity = quantity(&item, problems)?;
            (item, Limit::MaxUnavailable(quantity))
        }
        (Some(_), Some(item)) => {
            item.object(
                problems,
                "beside min_available: a budget has one of the two",
            );
            return None;
        }
        (None, None) => {
            let path = table.path_of("min_available");
            let allowed = "min_available or max_unavailable";
            problems.add(
                table.offset(),
                format!("{path}: missing; allowed: {allowed}"),
            );
            return None;
        }
    };
    if is_bare && !matches!(limit, Limit::MinAvailable(Quantity::Count(_))) {
        let why = "which Kubernetes cannot reckon for bare pods, since nobody says how many there should be: their \
                   budget takes min_available as a count";
        item.object(problems, why);
        return None;
    }
    Some(limit)
}

/// A count of pods, or a whole percentage of them, as Kubernetes has it.
fn quantity(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Quantity> {
    let count = whole_number(item).filter(|count| *count <= LARGEST_COUNT);
    let share = item.as_str().and_then(whole_percentage);
    let quantity = count.map(Quantity::Count).or(share.map(Quantity::Share));
    if quantity.is_none() {
        item.refuse(
            problems,
            "a count of pods, 0 included, or a whole percentage from \"0%\" to \"100%\"",
        );
    }
    quantity
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scenario of two clusters with some workloads, and of one budget.
    fn read(budget: &str) -> Result<Scenario, String> {
        let clusters = ["west", "east"].map(|cluster| {
            format!(
                "[[clusters]]\nname = \"{cluster}\"\n[[pools]]\nname = \"{cluster}\"\ncluster = \"{cluster}\"\nmachines = 3\n"
            )
        });
        let workloads = [
            ("web", "west", "deployment"),
            ("api", "west", "deployment"),
            ("web", "east", "deployment"),
            ("job", "east", "bare"),
            ("task", "east", "bare"),
        ]
        .map(|(name, pool, kind)| {
            format!("[[workloads]]\nname = \"{name}\"\nkind = \"{kind}\"\npools = [\"{pool}\"]\n")
        });
        let budget = format!("[[budgets]]\nname = \"b\"\n{budget}");
        let text = clusters.concat() + &workloads.concat() + &budget;
        Scenario::parse(&text, "f", "f").map_err(|error| error.to_string())
    }

    #[test]
    fn a_budget_is_of_the_cluster_that_has_its_workloads() {
        let of = |budget: &str| {
            let scenario = read(&format!("{budget}\nmin_available = 0")).unwrap();
            let budget = &scenario.budgets[0];
            (budget.cluster, budget.workloads.clone())
        };
        assert_eq!(of("workloads = [\"web\", \"api\"]"), (0, vec![0, 1]));
        assert_eq!(of("workloads = [\"job\", \"web\"]"), (1, vec![3, 2]));
        assert_eq!(
            of("workloads = [\"web\"]\ncluster = \"east\""),
            (1, vec![2])
        );
        let said = read("workloads = [\"web\"]\nmin_available = 0").unwrap_err();
        assert!(
            said.ends_with("budgets[0].cluster: missing; allowed: \"west\" or \"east\""),
            "{said}"
        );
    }

    #[test]
    fn limits_are_counts_or_whole_percentages() {
        let of = |limit: &str| {
            let scenario = read(&format!("workloads = [\"api\"]\n{limit}"));
            scenario.map(|scenario| scenario.budgets[0].limit)
        };
        let read = [
            ("min_available = 2", Limit::MinAvailable(Quantity::Count(2))),
            (
                "min_available = \"0%\"",
                Limit::MinAvailable(Quantity::Share(0)),
            ),
            (
                "max_unavailable = 0",
                Limit::MaxUnavailable(Quantity::Count(0)),
            ),
            (
                "max_unavailable = \"29%\"",
                Limit::MaxUnavailable(Quantity::Share(290_000)),
            ),
            (
                "max_unavailable = \"100%\"",
                Limit::MaxUnavailable(Quantity::Share(1_000_000)),
            ),
        ];
        for (text, expected) in read {
            assert_eq!(of(text), Ok(expected), "{text}");
        }
        for text in [
            "-1", "1.5", "\"101%\"", "\"+1%\"", "\"1.5%\"", "\"2\"", "\"%\"",
        ] {
            assert!(of(&format!("min_available = {text}")).is_err(), "{text}");
        }
    }

    #[test]
    fn a_budget_of_bare_pods_alone_takes_a_count_of_healthy_ones() {
        let is_right = |budget: &str| read(budget).is_ok();
        let bare = "workloads = [\"job\", \"task\"]\n";
        assert!(is_right(&format!("{bare}min_available = 1")));
        assert!(!is_right(&format!("{bare}min_available = \"50%\"")));
        assert!(!is_right(&format!("{bare}max_unavailable = 1")));
        let mixed = "workloads = [\"job\", \"web\"]\n";
        assert!(is_right(&format!("{mixed}max_unavailable = 1")));
    }
}
