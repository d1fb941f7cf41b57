//! What machines waited for, and what would block them, in 80 columns.

use std::fmt::{self, Write};

use super::page::{Page, Rank};
use super::quantiles::{Rounding, few_units};
use super::shares::{of_share, percent};
use super::{Detail, shortened, wrapped};
use crate::forecast::{Blocker, PoolForecast};
use crate::preflight::{Finding, Severity};

/// Lines of one kind on a screen.
pub(super) const LISTED: usize = 3;
/// A smaller part of all waiting is not worth a line.
const LEAST: f64 = 0.01;
/// Width of what was waited for.
const NAME: usize = 20;
/// What the machines of a pool waited for, the longest first: its part of all waiting, how many machines and for how long
/// all together, a run, and the smallest change against it.
pub(super) fn blockers(pool: &PoolForecast, cause: Rank, detail: Detail, page: &mut Page) {
    let matters = |blocker: &&Blocker| {
        detail == Detail::Full || blocker.share_of_waiting >= LEAST || blocker.for_ever.share > 0.0
    };
    let blockers: Vec<_> = pool.blockers.iter().filter(matters).collect();
    let listed = detail.listed(blockers.len(), LISTED);
    for (place, blocker) in blockers.iter().take(listed).enumerate() {
        let rank = if place == 0 { cause } else { Rank::Plan };
        page.line(rank, waits(blocker, detail));
    }
    if blockers.len() > listed {
        let more = blockers.len() - listed;
        page.line(
            Rank::Aside,
            format_args!("    … and {more} more, see --full"),
        );
    }
}

fn waits(blocker: &Blocker, detail: Detail) -> String {
    let object = blocker.object.as_deref().unwrap_or_default();
    let name = format!("{} {object}", blocker.reason);
    let for_ever = if blocker.for_ever.share > 0.0 {
        format!(", for ever in {} of runs", of_share(blocker.for_ever))
    } else {
        String::new()
    };
    let line = format!(
        "  waits {:>7} {:NAME$} {:>4} machines {:>8}  {}{for_ever}",
        percent(blocker.share_of_waiting),
        shortened(
            name.trim_end(),
            if detail == Detail::Full { 60 } else { NAME }
        ),
        number(blocker.machines),
        few_units(blocker.machine_s, Rounding::Nearest),
        blocker.change,
    );
    wrapped(&line, "                ")
}

/// What would block a drain at the start, and how much else may hold one up.
pub(super) fn preflight(findings: &[Finding], detail: Detail, out: &mut impl Write) -> fmt::Result {
    if findings.is_empty() {
        return Ok(());
    }
    let blocks = |finding: &&Finding| finding.severity == Severity::Blocks;
    let blocking: Vec<_> = findings.iter().filter(blocks).collect();
    let risks = findings.len() - blocking.len();
    writeln!(
        out,
        "pre-flight: {} would block, {risks} may cost time; see meltdeck preflight",
        blocking.len()
    )?;
    for finding in blocking.iter().take(detail.listed(blocking.len(), LISTED)) {
        let line = format!("blocks {}: {}", finding.object, finding.says);
        writeln!(out, "  {}", shortened(&line, super::WIDTH - 2))?;
    }
    more(blocking.len(), detail, out)
}

/// A mean number of things: whole from ten on.
pub(super) fn number(mean: f64) -> String {
    if mean >= 9.95 {
        format!("{mean:.0}")
    } else {
        format!("{mean:.1}")
    }
}

fn more(count: usize, detail: Detail, out: &mut impl Write) -> fmt::Result {
    match count.saturating_sub(detail.listed(count, LISTED)) {
        0 => Ok(()),
        more => writeln!(out, "    … and {more} more, see --full"),
    }
}
