//! What machines waited for and what became of pods, in 80 columns.

use std::fmt::{self, Write};

use super::shares::{of_share, percent};
use super::{Detail, shortened};
use crate::forecast::{Blocker, Forecast, PoolForecast};
use crate::preflight::{Finding, Severity};

/// Lines of one kind on a screen.
const LISTED: usize = 3;
/// A smaller part of all waiting is not worth a line.
const LEAST: f64 = 0.01;
/// Width of the name of what was waited for.
const NAME: usize = 34;

/// What the machines of a pool waited for, the longest first: its part of all waiting, the time of all machines a run,
/// and the smallest change against it.
pub(super) fn blockers(pool: &PoolForecast, detail: Detail, out: &mut impl Write) -> fmt::Result {
    let matters = |blocker: &&Blocker| {
        detail == Detail::Full || blocker.share_of_waiting >= LEAST || blocker.for_ever.share > 0.0
    };
    let blockers: Vec<_> = pool.blockers.iter().filter(matters).collect();
    for blocker in blockers.iter().take(detail.listed(blockers.len(), LISTED)) {
        let object = blocker.object.as_deref().unwrap_or_default();
        let name = format!("{} {object}", blocker.reason);
        let for_ever = if blocker.for_ever.share > 0.0 {
            format!(", for ever in {} of runs", of_share(blocker.for_ever))
        } else {
            String::new()
        };
        let line = format!(
            "  waits {:>7} {:28}{:>12}  {}{for_ever}",
            percent(blocker.share_of_waiting),
            shortened(name.trim_end(), 27),
            blocker.machine_s.to_string(),
            blocker.change,
        );
        let layout = textwrap::Options::new(super::WIDTH).subsequent_indent("                ");
        writeln!(out, "{}", textwrap::fill(&line, layout))?;
    }
    more(blockers.len(), detail, out)
}

/// What became of the pods of each workload that was evicted, lost or without a machine.
pub(super) fn workloads(forecast: &Forecast, detail: Detail, out: &mut impl Write) -> fmt::Result {
    let touched: Vec<_> = forecast
        .workloads
        .iter()
        .filter(|(_, workload)| {
            workload.evictions_per_pod > 0.0
                || workload.pods_lost > 0.0
                || workload.most_pending > 0
        })
        .collect();
    if touched.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n{:NAME$}{:>12}{:>10}{:>12}{:>12}",
        "workload", "evictions", "lost", "over budget", "pending"
    )?;
    for (name, workload) in touched.iter().take(detail.listed(touched.len(), LISTED)) {
        writeln!(
            out,
            "  {:width$}{:>12}{:>10}{:>12}{:>12}",
            shortened(name.as_str(), NAME - 3),
            format!("{:.2} a pod", workload.evictions_per_pod),
            format!("{:.1}", workload.pods_lost),
            format!("{:.1}", workload.budget_violations),
            match workload.most_pending {
                0 => "–".to_owned(),
                most => format!("at most {most}"),
            },
            width = NAME - 2,
        )?;
    }
    more(touched.len(), detail, out)?;
    for (name, broken) in forecast
        .broken_budgets
        .iter()
        .take(detail.listed(forecast.broken_budgets.len(), LISTED))
    {
        let share = of_share(*broken);
        writeln!(
            out,
            "  budget {} was broken in {share} of runs",
            shortened(name.as_str(), 32)
        )?;
    }
    more(forecast.broken_budgets.len(), detail, out)
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

fn more(count: usize, detail: Detail, out: &mut impl Write) -> fmt::Result {
    match count.saturating_sub(detail.listed(count, LISTED)) {
        0 => Ok(()),
        more => writeln!(out, "    … and {more} more, see --full"),
    }
}
