//! How many machines a bad revision reaches, and what stopped it, in 80 columns.

use std::fmt::{self, Write};

use super::quantiles::count;
use super::{of_share, wrapped};
use crate::forecast::BlastRadius;

/// Lines, where a bad revision reached machines.
pub(in crate::forecast) fn write(blast: Option<&BlastRadius>, out: &mut impl Write) -> fmt::Result {
    let Some(blast) = blast.filter(|blast| blast.max > 0) else {
        return Ok(());
    };
    let of = &blast.machines;
    let line = format!(
        "  bad revisions in {}: {}, {}, max {}",
        of_share(blast.share),
        count("P50", of.p50, of.interval.p50),
        count("P90", of.p90, of.interval.p90),
        blast.max
    );
    writeln!(out, "{}", wrapped(&line, "    "))?;
    let ends = [
        (blast.caught_by_canaries, "caught by the canaries"),
        (blast.halted, "halted later, with machines left"),
        (blast.not_stopped, "not stopped: every machine started"),
        (blast.otherwise, "ended otherwise, with machines left"),
    ];
    for (count, end) in ends.into_iter().filter(|(count, _)| count.runs > 0) {
        let runs = if count.runs == 1 { "run" } else { "runs" };
        let share = of_share(count.share);
        writeln!(out, "    {share} {end} ({} {runs})", count.runs)?;
    }
    Ok(())
}
