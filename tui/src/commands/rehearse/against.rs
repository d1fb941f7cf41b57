//! `meltdeck rehearse A --against B`: the same luck for both, and what differs.

use std::sync::Arc;

use simulator::ensemble::Ensemble;
use simulator::fleet::Blueprint;
use simulator::forecast::{Comparison, text};

use crate::args::{Output, Rehearse};
use crate::streams::{Answer, Failure, Streams};

/// Runs that one scenario makes before it is the other's turn: so that who interrupts has pairs.
const TURN: u32 = 128;

/// Makes as many runs of the other scenario as of the first, of the first one's seed, and compares them.
pub(super) fn run(
    args: &Rehearse,
    first: &Arc<Blueprint>,
    other: &Arc<Blueprint>,
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let runs = args.runs.unwrap_or(first.scenario().runs);
    let seed = super::seed(args, first);
    let (mut one, mut two) = (Ensemble::empty(seed), Ensemble::empty(seed));
    let is_whole = super::watched(args, runs.saturating_mul(2), streams, |course| {
        while two.count() < runs {
            let up_to = runs.min(two.count().saturating_add(TURN));
            let is_whole = one.grow(first, up_to, course)? && two.grow(other, up_to, course)?;
            if !is_whole {
                return Ok(false);
            }
        }
        Ok(true)
    })?;
    // Runs without a partner are no pair.
    one.rows.truncate(two.rows.len());
    if one.rows.is_empty() {
        return super::nothing_known(streams);
    }
    let mut comparison = Comparison::new((first, &one), (other, &two));
    comparison.interrupted_of = (!is_whole).then_some(runs);
    match args.output {
        Output::Text => {
            let mut report = String::new();
            text::comparison::write(&comparison, &mut report).map_err(std::io::Error::other)?;
            streams.out.write_all(report.as_bytes())?;
        }
        Output::Json => streams.write_json(&comparison)?,
    }
    Ok(super::answer(is_whole))
}
