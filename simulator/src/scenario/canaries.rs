//! `canaries` of a pool: which of its machines go first, and how long they are watched.

use super::machines::Machines;
use super::pool::one_of;
use super::problem::Problems;
use super::section::{Item, Section};
use super::values::{amount, duration, list};
use crate::engine::Span;

/// The machines of a pool that go first in a rollout, and the others only when these are well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Canaries {
    /// So many, the first in the rollout's order.
    Count(u32),
    /// Those at these positions in the pool, ascending.
    Named(Vec<u32>),
}

/// The canaries that a pool's table asks for. `pool` is its name, if that can be read.
pub(super) fn canaries(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    pool: Option<&str>,
    machines: &Machines,
) -> Option<Canaries> {
    let item = table.item("canaries")?;
    if item.elements().is_some() {
        return named(&item, problems, pool?, machines).map(Canaries::Named);
    }
    if item.as_integer().is_none() && item.as_str().is_none_or(|text| !text.contains('%')) {
        let allowed =
            "a count of at least 1, a percentage as \"10%\", or an array of the pool's machines";
        item.refuse(problems, allowed);
        return None;
    }
    let amount = amount(&item, problems)?;
    Some(Canaries::Count(amount.of(machines.count(), true)))
}

/// How long the canaries are watched, where there are any.
pub(super) fn canary_soak(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<Span> {
    let soak = table.get("canary_soak", problems, duration);
    if table.item("canaries").is_none()
        && let Some(item) = table.item("canary_soak")
    {
        item.object(problems, "which needs canaries beside it");
    }
    soak
}

fn named(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    pool: &str,
    machines: &Machines,
) -> Option<Vec<u32>> {
    let names: Vec<_> = (0..machines.count())
        .map(|position| machines.name(pool, position))
        .collect();
    // Machines that cannot be read are a problem of their own.
    if names.is_empty() {
        return None;
    }
    let mut taken: Vec<u32> = Vec::new();
    list(item, problems, "machine of the pool", |item, problems| {
        let found = one_of(|| names.iter().map(String::as_str), item, problems)?;
        let (position, _) = (0..).zip(&names).find(|(_, name)| **name == found)?;
        if taken.contains(&position) {
            item.object(problems, "which is named twice");
            return None;
        }
        taken.push(position);
        Some(position)
    })?;
    taken.sort_unstable();
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn read(keys: &str) -> Result<Canaries, String> {
        let text = format!("[[pools]]\nname = \"w\"\n{keys}\n");
        let scenario = Scenario::parse(&text, "f", "f").map_err(|error| error.to_string())?;
        Ok(scenario.pools[0].policy.canaries.clone())
    }

    #[test]
    fn canaries_are_counted_or_named() {
        let ten = |canaries: &str| read(&format!("machines = 10\ncanaries = {canaries}"));
        assert_eq!(ten("2"), Ok(Canaries::Count(2)));
        assert_eq!(ten("\"15%\""), Ok(Canaries::Count(2)));
        let named = ten("[\"w-10\", \"w-2\"]");
        assert_eq!(named, Ok(Canaries::Named(vec![1, 9])));
        let listed = read("machines = [\"b\", \"a\"]\ncanaries = [\"b\"]");
        assert_eq!(listed, Ok(Canaries::Named(vec![1])));
        assert_eq!(read("machines = 1"), Ok(Canaries::Count(0)));
    }

    #[test]
    fn what_is_wrong_with_canaries_is_told_with_its_place() {
        let rows = [
            (
                "\"w-1\"",
                "f:4:12: pools[0].canaries: found \"w-1\", allowed: a count of at least 1, a percentage as \"10%\", or an array of the pool's machines",
            ),
            (
                "[\"w-1\", \"w-11\"]",
                "f:4:20: pools[0].canaries[1]: found \"w-11\", allowed: \"w-1\", \"w-2\" or \"w-3\"; did you mean \"w-1\"?",
            ),
            (
                "[\"w-1\", \"w-1\"]",
                "f:4:20: pools[0].canaries[1]: found \"w-1\", which is named twice",
            ),
            (
                "[]",
                "f:4:12: pools[0].canaries: found [], allowed: an array of at least one machine of the pool",
            ),
        ];
        for (canaries, told) in rows {
            let said = read(&format!("machines = 3\ncanaries = {canaries}"));
            assert_eq!(said, Err(told.to_owned()), "{canaries}");
        }
    }
}
