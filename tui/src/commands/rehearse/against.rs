//! `meltdeck rehearse A --against B`: the same luck for both, and what differs.

use std::sync::Arc;

use simulator::ensemble::{Course, Ensemble, EnsembleError};
use simulator::fleet::Blueprint;
use simulator::forecast::{Comparison, text};

use crate::args::{Output, Rehearse};
use crate::streams::{Answer, Failure, Streams};

/// Makes as many runs of the other scenario as of the first, of the first one's seed, and compares them.
pub(super) fn run(
    args: &Rehearse,
    first: &Arc<Blueprint>,
    other: &Arc<Blueprint>,
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let runs = args.runs.unwrap_or(first.scenario().runs);
    let progress = super::progress_bar(runs.saturating_mul(2), streams.err_is_terminal);
    let seed = super::seed(args, first);
    let course = Course {
        threads: args.threads,
        made: &|made| progress.inc(u64::from(made)),
        is_stopped: &|| false,
    };
    let ensemble = |of| {
        let mut ensemble = Ensemble::empty(seed);
        ensemble.grow(of, runs, &course)?;
        Ok(ensemble)
    };
    let ensembles = ensemble(first).and_then(|one| Ok((one, ensemble(other)?)));
    progress.finish_and_clear();
    let (one, two) = ensembles
        .map_err(|error: EnsembleError| Failure::Question(format!("meltdeck: {error}")))?;
    let comparison = Comparison::new((first, &one), (other, &two));
    match args.output {
        Output::Text => {
            let mut report = String::new();
            text::comparison::write(&comparison, &mut report).map_err(std::io::Error::other)?;
            streams.out.write_all(report.as_bytes())?;
        }
        Output::Json => streams.write_json(&comparison)?,
    }
    Ok(Answer::Done)
}
