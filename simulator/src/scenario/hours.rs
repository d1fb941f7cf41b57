//! Working hours: when people are there, as `hours` of `[[hands]]` and `[[owners]]`.

use super::Scenario;
use super::problem::Problems;
use super::section::Item;
use super::windows::working_hours;
use crate::windows::Window;

/// When people are there: a table with the keys that say when a maintenance window opens, and for how long.
pub(super) fn hours(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Window> {
    let mut table = item.section(problems)?;
    let hours = working_hours(&mut table, problems, scenario);
    table.finish(problems);
    hours
}
