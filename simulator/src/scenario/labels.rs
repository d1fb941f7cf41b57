//! Labels: of machines, and those that a workload selects machines by.

use std::collections::BTreeMap;

use super::problem::Problems;
use super::section::Item;

/// The longest name and value of a label; Kubernetes' own limit.
const LONGEST: usize = 63;

/// A table of labels, as `{ disk = "ssd" }`.
pub(super) fn labels(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<BTreeMap<String, String>> {
    let table = item.section(problems)?;
    let mut labels = BTreeMap::new();
    for (key, offset, value) in table.entries() {
        if !is_key(key) {
            let allowed = "a label's name, as \"disk\" or \"example.com/disk\"";
            problems.add(offset, format!("{}: allowed: {allowed}", value.path));
        }
        let text = value.as_str().filter(|text| is_value(text));
        if text.is_none() {
            let allowed = "a label's value of at most 63 letters, digits, \"-\", \"_\" and \".\"";
            value.refuse(problems, allowed);
        }
        labels.extend(text.map(|text| (key.to_owned(), text.to_owned())));
    }
    Some(labels)
}

/// Whether a label can have this name and this value.
pub fn is_label(key: &str, value: &str) -> bool {
    is_key(key) && is_value(value)
}

/// Letters, digits, `-`, `_` and `.`, with a letter or digit at both ends; or nothing.
fn is_value(text: &str) -> bool {
    let is_end = |letter: Option<char>| letter.is_none_or(|letter| letter.is_ascii_alphanumeric());
    text.len() <= LONGEST
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
        && is_end(text.chars().next())
        && is_end(text.chars().last())
}

/// A name as [`is_value`] has it, with or without the name of who gave it and a slash in front.
fn is_key(text: &str) -> bool {
    let (prefix, name) = text.split_once('/').unwrap_or(("kubernetes.io", text));
    let is_prefix = prefix
        .split('.')
        .all(|part| !part.is_empty() && is_value(part));
    is_prefix && !name.is_empty() && is_value(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_those_of_kubernetes() {
        for key in [
            "disk",
            "example.com/disk",
            "node-role.kubernetes.io/worker",
            "a_b.c-d",
        ] {
            assert!(is_key(key), "{key}");
        }
        for key in [
            "",
            "/disk",
            "a/b/c",
            "-disk",
            "disk ",
            "a..b/c",
            "example.com/",
        ] {
            assert!(!is_key(key), "{key}");
        }
        for value in ["", "ssd", "a.b_c-d", "1"] {
            assert!(is_value(value), "{value}");
        }
        for value in ["-ssd", "ssd.", "a b", "ä", &"x".repeat(64)] {
            assert!(!is_value(value), "{value}");
        }
    }
}
