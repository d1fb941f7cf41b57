//! `[[owners]]`: people who retry an operation of theirs that failed.

use super::Scenario;
use super::durations::distribution;
use super::hours::hours;
use super::problem::Problems;
use super::section::Section;
use super::values::count;
use super::windows::whose;
use crate::distribution::Distribution;
use crate::windows::Window;

/// Somebody who retries failed operations.
#[derive(Clone, Debug, PartialEq)]
pub struct Owner {
    /// Whose operations they retry: places in [`Scenario::pools`], ascending.
    pub pools: Vec<usize>,
    /// The time from the failure to the retry.
    pub reacts: Distribution,
    /// How often they retry one operation at most.
    pub retries: u32,
    /// When they are there; `None`: always.
    pub hours: Option<Window>,
}

/// The owners of the scenario. That of a pool is the first in the file that names it.
pub(super) fn owners(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Owner> {
    let mut owners = Vec::new();
    for mut table in section.tables("owners", problems) {
        let pools = whose::pools(&mut table, problems, scenario);
        let reacts = table.need("reacts", problems, distribution);
        let retries = table.get("retries", problems, count);
        let hours = table.get("hours", problems, |item, problems| {
            hours(item, problems, scenario)
        });
        table.finish(problems);
        if let Some((pools, reacts)) = pools.zip(reacts) {
            owners.push(Owner {
                pools,
                reacts,
                retries: retries.unwrap_or(1),
                hours,
            });
        }
    }
    owners
}
