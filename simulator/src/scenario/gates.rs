//! `[[gates]]`: health signals that let nothing new start while they are red.

use std::collections::BTreeSet;

use super::Scenario;
use super::calendar::instant;
use super::durations::distribution;
use super::pool::unique_name;
use super::problem::Problems;
use super::section::{Item, Section};
use super::values::{list, positive_duration};
use super::windows::whose;
use crate::distribution::Distribution;
use crate::engine::{Span, Time};

/// A health gate: while it is red, nothing new starts in its pools.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Its name, unique in the scenario.
    pub name: String,
    /// Whose rollouts it holds: places in [`Scenario::pools`], ascending.
    pub pools: Vec<usize>,
    /// The spells in which it is red by the scenario's word, from when until when, in the order of their beginnings.
    pub red: Vec<(Time, Time)>,
    /// Spells that come by themselves; `None`: none do.
    pub spells: Option<Spells>,
}

/// Red spells that come by themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Spells {
    /// The time from the end of one, or from the scenario's start, to the next.
    pub every: Distribution,
    /// How long one lasts.
    pub lasts: Distribution,
}

/// The gates of the scenario.
pub(super) fn gates(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Gate> {
    let mut gates = Vec::new();
    let mut names = BTreeSet::new();
    for mut table in section.tables("gates", problems) {
        let gate = gate(&mut table, problems, scenario, &mut names);
        table.finish(problems);
        gates.extend(gate);
    }
    gates
}

fn gate(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    names: &mut BTreeSet<String>,
) -> Option<Gate> {
    let name = table.need("name", problems, |item, problems| {
        unique_name(names, item, problems)
    });
    let pools = whose::pools(table, problems, scenario);
    let given = table.item("red");
    let every = table.item("every");
    let lasts = table.item("for");
    if given.is_none() && every.is_none() && lasts.is_none() {
        let missing = format!(
            "{}: missing; allowed: red, or every and for",
            table.path_of("red")
        );
        problems.add(table.offset(), missing);
        return None;
    }
    for (one, other, missing) in [(&every, &lasts, "for"), (&lasts, &every, "every")] {
        if let (Some(item), None) = (one, other) {
            item.object(problems, &format!("which needs {missing} beside it"));
        }
    }
    let red = match given {
        Some(item) => list(
            &item,
            problems,
            "table with from and for",
            |item, problems| spell(item, problems, scenario),
        ),
        None => Some(Vec::new()),
    };
    let every = every.and_then(|item| distribution(&item, problems));
    let lasts = lasts.and_then(|item| distribution(&item, problems));
    let mut red = red?;
    red.sort_unstable();
    Some(Gate {
        name: name?,
        pools: pools?,
        red,
        spells: every
            .zip(lasts)
            .map(|(every, lasts)| Spells { every, lasts }),
    })
}

/// A spell that the scenario gives.
fn spell(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<(Time, Time)> {
    let mut table = item.section(problems)?;
    let from: Option<Time> = table.need("from", problems, instant(&scenario.calendar));
    let lasts: Option<Span> = table.need("for", problems, positive_duration);
    table.finish(problems);
    from.zip(lasts).map(|(from, lasts)| (from, from + lasts))
}
