//! `meltdeck rehearse FILE --sensitivity`: which of what a scenario leaves to chance moves its finish most.

use std::sync::Arc;

use simulator::fleet::Blueprint;
use simulator::forecast::{Sensitivity, Trials, text};

use super::detail;
use crate::args::{Output, Rehearse};
use crate::streams::{Answer, Failure, Streams};

/// Makes the runs of the scenario as it is, then those with each input at either end, and reports what they say.
pub(super) fn run(
    args: &Rehearse,
    blueprint: &Arc<Blueprint>,
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let runs = args.runs.unwrap_or(blueprint.scenario().runs);
    let seed = super::seed(args, blueprint);
    let clock = super::clock(args, blueprint)?;
    let mut trials = None;
    let is_whole = super::watched_growing(args, runs.into(), streams, |course, set_total| {
        let mut begun = Trials::begin(blueprint, seed, runs, course)?;
        set_total(begun.total());
        let is_whole = begun.runs_of_base() == runs && begun.grow(blueprint, course)?;
        trials = Some(begun);
        Ok(is_whole)
    })?;
    let mut trials = match trials {
        Some(trials) if trials.runs_of_base() == runs && trials.runs() > 0 => trials,
        // Of fewer runs of the scenario as it is there is nothing to compare with them.
        _ => return super::nothing_known(streams),
    };
    trials.trim(blueprint);
    let mut sensitivity = Sensitivity::new(blueprint, &trials, &clock);
    sensitivity.interrupted_of = (!is_whole).then_some(runs);
    match args.output {
        Output::Text => {
            let mut report = String::new();
            let written = text::sensitivity::write(&sensitivity, detail(args), &mut report);
            written.map_err(std::io::Error::other)?;
            streams.out.write_all(report.as_bytes())?;
        }
        Output::Json => streams.write_json(&sensitivity)?,
    }
    Ok(super::answer(is_whole))
}
