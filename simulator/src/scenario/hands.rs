//! `[[hands]]`: people who repair machines that do not come back by themselves.

use std::collections::BTreeSet;

use super::Scenario;
use super::durations::distribution;
use super::hours::hours;
use super::pool::unique_name;
use super::problem::Problems;
use super::section::Section;
use super::values::{count, positive_duration};
use super::windows::whose;
use crate::distribution::Distribution;
use crate::engine::Span;
use crate::windows::Window;

/// People who repair dead machines.
#[derive(Clone, Debug, PartialEq)]
pub struct Hands {
    /// Their name; `None`: they have none.
    pub name: Option<String>,
    /// Whose machines they repair: places in [`Scenario::pools`], ascending.
    pub pools: Vec<usize>,
    /// The time from the instant at which a machine is known to be dead until somebody comes.
    pub reacts: Distribution,
    /// How long a repair takes.
    pub takes: Distribution,
    /// How many machines they repair at once; `None`: any number.
    pub people: Option<u32>,
    /// After how long of being down a machine is noticed whose phase hangs without a time-out.
    pub notices: Span,
    /// When they are there; `None`: always.
    pub hours: Option<Window>,
}

/// After how long it is noticed that a machine hangs for which no time-out speaks.
const DEFAULT_NOTICES: Span = Span::from_secs(3600);

/// The hands of the scenario. Those of a pool are the first in the file that name it.
pub(super) fn hands(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Hands> {
    let mut all = Vec::new();
    let mut names = BTreeSet::new();
    for mut table in section.tables("hands", problems) {
        let name = table.get("name", problems, |item, problems| {
            unique_name(&mut names, item, problems)
        });
        let pools = whose::pools(&mut table, problems, scenario);
        let reacts = table.need("reacts", problems, distribution);
        let takes = table.need("takes", problems, distribution);
        let people = table.get("people", problems, count);
        let notices = table.get("notices", problems, positive_duration);
        let hours = table.get("hours", problems, |item, problems| {
            hours(item, problems, scenario)
        });
        table.finish(problems);
        if let (Some(pools), Some(reacts), Some(takes)) = (pools, reacts, takes) {
            all.push(Hands {
                name,
                pools,
                reacts,
                takes,
                people,
                notices: notices.unwrap_or(DEFAULT_NOTICES),
                hours,
            });
        }
    }
    all
}
