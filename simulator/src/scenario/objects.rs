//! The names of workloads and budgets: unique in their cluster and namespace, and what a step calls them by.

use std::collections::BTreeSet;

use super::pool::{Cluster, one_of};
use super::problem::{Problems, did_you_mean};
use super::section::{Item, Section};
use super::values::quoted;

/// The namespace of what names none.
const DEFAULT_NAMESPACE: &str = "default";
/// The longest name, and the longest namespace; Kubernetes' own limits.
const LONGEST: [usize; 2] = [253, 63];

/// What one is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named<'s> {
    pub(super) cluster: usize,
    pub(super) namespace: &'s str,
    pub(super) name: &'s str,
}

/// Clusters, namespaces and names that are taken; those of clusters that cannot be told only stand for themselves.
pub(super) type Taken = BTreeSet<(Option<usize>, String, String)>;

/// The namespace that a table names.
pub(super) fn namespace(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> String {
    let named = table.get("namespace", problems, |item, problems| {
        let named = item.as_str().filter(|name| is_namespace(name));
        if named.is_none() {
            item.refuse(
                problems,
                "a namespace of 1 to 63 lower-case letters, digits and \"-\", as \"shop\"",
            );
        }
        named.map(str::to_owned)
    });
    named.unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned())
}

/// A name that nothing else of its cluster and namespace has.
pub(super) fn unique_name(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    (cluster, namespace): (Option<usize>, &str),
    taken: &mut Taken,
) -> Option<String> {
    let Some(name) = item.as_str().filter(|name| is_name(name)) else {
        item.refuse(
            problems,
            "a name of 1 to 253 lower-case letters, digits, \"-\" and \".\", as \"web-2\"",
        );
        return None;
    };
    if !taken.insert((cluster, namespace.to_owned(), name.to_owned())) {
        let why = "which is taken already: names are unique in a cluster and namespace";
        item.object(problems, why);
        return None;
    }
    Some(name.to_owned())
}

/// The one of `known` that a step means by `key`: `"NAMESPACE/NAME"`, or only the name where one has it.
pub(super) fn object(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    key: &'static str,
    clusters: &[Cluster],
    known: &[Named<'_>],
) -> Option<usize> {
    let is_cluster_named = table.item("cluster").is_some();
    let cluster = table.get("cluster", problems, |item, problems| {
        let known = || clusters.iter().map(|cluster| cluster.name.as_str());
        let named = one_of(known, item, problems)?;
        known().position(|name| name == named)
    });
    let item = table.need(key, problems, |item, _| Some(item.clone()))?;
    if is_cluster_named && cluster.is_none() {
        return None;
    }
    let found = item.as_str().unwrap_or_default();
    let (namespace, name) = match found.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, found),
    };
    let is_in_cluster = |one: &Named<'_>| cluster.is_none_or(|cluster| cluster == one.cluster);
    let is_meant = |one: &Named<'_>| {
        one.name == name
            && namespace.is_none_or(|namespace| namespace == one.namespace)
            && is_in_cluster(one)
    };
    let meant: Vec<usize> = (0..known.len())
        .filter(|place| is_meant(&known[*place]))
        .collect();
    match &meant[..] {
        [place] => return Some(*place),
        [] => {
            let all: BTreeSet<String> = known
                .iter()
                .filter(|one| is_in_cluster(one))
                .map(full)
                .collect();
            refuse(&item, problems, found, &all);
        }
        several => {
            let names: BTreeSet<String> =
                several.iter().map(|place| full(&known[*place])).collect();
            let why = if names.len() > 1 {
                format!("which may be {}", quoted(names.iter().map(String::as_str)))
            } else {
                "which several clusters have: it needs a cluster beside it".to_owned()
            };
            item.object(problems, &why);
        }
    }
    None
}

/// Notes that nothing has the name.
fn refuse(item: &Item<'_, '_>, problems: &mut Problems<'_>, found: &str, all: &BTreeSet<String>) {
    // Whoever leaves the namespace out is shown what the name could be.
    let names = || all.iter().map(String::as_str);
    let bare = || {
        names()
            .filter_map(|name| name.split_once('/'))
            .map(|(_, name)| name)
    };
    let known: Vec<&str> = if found.contains('/') {
        names().collect()
    } else {
        bare().collect()
    };
    let hint = did_you_mean(found, known);
    let allowed = match all.len() {
        0 => "a name of this file, which has none".to_owned(),
        1..=12 => quoted(names()),
        count => format!("one of the {count} names of this file"),
    };
    item.refuse_with_hint(problems, &allowed, &hint);
}

fn full(one: &Named<'_>) -> String {
    format!("{}/{}", one.namespace, one.name)
}

fn is_namespace(name: &str) -> bool {
    name.len() <= LONGEST[1] && is_part(name)
}

fn is_name(name: &str) -> bool {
    name.len() <= LONGEST[0] && name.split('.').all(is_part)
}

/// Lower-case letters, digits and `-`, with a letter or digit at both ends.
fn is_part(text: &str) -> bool {
    let is_plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes
        .iter()
        .all(|letter| is_plain(*letter) || *letter == b'-')
        && bytes.first().is_some_and(|first| is_plain(*first))
        && bytes.last().is_some_and(|last| is_plain(*last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_kubernetes() {
        for name in ["web", "web-2", "a.b-c.d", "0"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "Web",
            "web-",
            "-web",
            "a..b",
            "a/b",
            "a_b",
            "ä",
            &"x".repeat(254),
        ] {
            assert!(!is_name(name), "{name}");
        }
        assert!(is_namespace("kube-system"));
        assert!(!is_namespace("a.b"));
        assert!(!is_namespace(&"x".repeat(64)));
    }
}
