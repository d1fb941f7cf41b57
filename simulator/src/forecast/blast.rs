//! How many machines a bad revision reaches before its rollout ends or halts: the blast radius.

use std::fmt::{self, Write};

use serde::Serialize;

use super::share;
use crate::fleet::{Blueprint, PoolRow};

/// What bad revisions did to a pool's machines.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BlastRadius {
    /// Share of all runs in which a machine began to boot a bad revision. Of these runs alone are the numbers.
    pub share: f64,
    /// Half of these runs had at most so many such machines.
    pub p50: u32,
    /// Nine of ten had.
    pub p90: u32,
    /// The most that one had.
    pub max: u32,
}

/// `None` where no revision of the scenario may be bad.
pub(super) fn blast_radius(blueprint: &Blueprint, rows: &[&PoolRow]) -> Option<BlastRadius> {
    if blueprint.scenario().bad_revisions.is_empty() {
        return None;
    }
    let mut met: Vec<u32> = rows.iter().map(|row| row.met_bad).collect();
    met.retain(|met| *met > 0);
    met.sort_unstable();
    // The ⌈qN⌉-th value, as of all quantiles here.
    let quantile = |tenths: usize| {
        let rank = (met.len() * tenths).div_ceil(10);
        rank.checked_sub(1).map_or(0, |at| met[at])
    };
    Some(BlastRadius {
        share: share(met.len(), rows.len()),
        p50: quantile(5),
        p90: quantile(9),
        max: met.last().copied().unwrap_or(0),
    })
}

/// A line, where a bad revision reached machines.
pub(super) fn write(
    blast: Option<BlastRadius>,
    percent: impl Fn(f64) -> String,
    out: &mut impl Write,
) -> fmt::Result {
    let Some(BlastRadius {
        share,
        p50,
        p90,
        max,
    }) = blast
    else {
        return Ok(());
    };
    if max == 0 {
        return Ok(());
    }
    let share = percent(share);
    writeln!(
        out,
        "  a bad revision reaches machines in {share} of runs: P50 {p50}, P90 {p90}, at most {max}"
    )
}
