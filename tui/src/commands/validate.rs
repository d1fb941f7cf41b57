//! `meltdeck validate`: checks a scenario and runs nothing.

use std::path::Path;

use simulator::advice;

use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(file: &Path, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let blueprint = super::load(file)?;
    let scenario = blueprint.scenario();
    for warning in advice::warnings(scenario) {
        writeln!(streams.out, "warning: {warning}")?;
    }
    writeln!(
        streams.out,
        "{}: valid: {} in {}, {}",
        file.display(),
        counted(scenario.machine_count() as usize, "machine"),
        counted(scenario.pools.len(), "pool"),
        counted(scenario.steps.len(), "step"),
    )?;
    Ok(Answer::Done)
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
