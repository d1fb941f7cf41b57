//! `meltdeck validate`: checks a scenario and runs nothing.

use simulator::advice;
use simulator::scenario::Preset;

use crate::args::Validate;
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(args: &Validate, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let file = &args.file;
    let blueprint = super::load_as(file, args.behaves_like)?;
    let scenario = blueprint.scenario();
    for warning in advice::warnings(scenario) {
        writeln!(streams.out, "warning: {warning}")?;
    }
    for pool in &scenario.pools {
        if pool.preset != Preset::default() {
            let preset = pool.preset.name();
            writeln!(
                streams.out,
                "pool \"{}\" behaves like {preset} where it says nothing else",
                pool.name
            )?;
        }
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
