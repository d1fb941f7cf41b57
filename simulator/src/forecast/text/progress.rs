//! Bands over time as text: only the whole report has room for them.

use std::fmt::{self, Write};

use super::quantiles::{Rounding, few_units};
use crate::engine::Span;
use crate::forecast::{PoolForecast, Progress};

/// When each tenth of the machines of each rollout is settled, and how long one machine's update takes.
pub(super) fn write(pool: &PoolForecast, out: &mut impl Write) -> fmt::Result {
    for rollout in &pool.progress {
        band(rollout, out)?;
    }
    let Some(of) = pool.update_s else {
        return Ok(());
    };
    let [p50, p90, p99, max] = [of.p50, of.p90, of.p99, of.max].map(said);
    writeln!(
        out,
        "  one update P50 {p50}, P90 {p90}, P99 {p99}, longest {max}"
    )
}

fn band(rollout: &Progress, out: &mut impl Write) -> fmt::Result {
    let Progress {
        revision,
        requested_s,
        deciles,
    } = rollout;
    writeln!(
        out,
        "  rev {revision} at {requested_s}, machines settled   {:>10} {:>10} {:>10}",
        "P5", "P50", "P95"
    )?;
    for band in deciles {
        let [low, middle, high] =
            [band.p5, band.p50, band.p95].map(|at| at.map_or("never".to_owned(), said));
        let settled = band.settled * 100.0;
        writeln!(out, "  {settled:>35.0} % {low:>10} {middle:>10} {high:>10}")?;
    }
    Ok(())
}

fn said(span: Span) -> String {
    few_units(span, Rounding::Nearest)
}
