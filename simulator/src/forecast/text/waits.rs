//! What machines waited for and what became of pods, in 80 columns.

use std::fmt::{self, Write};

use super::{percent, shortened};
use crate::forecast::{Blocker, Forecast, PoolForecast};
use crate::preflight::{Finding, Severity};

/// Lines of one kind; what is behind them is in the JSON.
const LISTED: usize = 3;
/// A smaller part of all waiting is not worth a line.
const LEAST: f64 = 0.01;
/// Width of the name of what was waited for.
const NAME: usize = 34;

/// What the machines of a pool waited for, the longest first: its part of all waiting, the time of all machines a run,
/// and the smallest change against it.
pub(super) fn blockers(pool: &PoolForecast, out: &mut impl Write) -> fmt::Result {
    let matters = |blocker: &&Blocker| blocker.share_of_waiting >= LEAST || blocker.for_ever > 0.0;
    let blockers: Vec<_> = pool.blockers.iter().filter(matters).collect();
    for blocker in blockers.iter().take(listed(blockers.len())) {
        let object = blocker.object.as_deref().unwrap_or_default();
        let name = format!("{} {object}", blocker.reason);
        let for_ever = if blocker.for_ever > 0.0 {
            format!(", for ever in {} of runs", percent(blocker.for_ever))
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
    more(blockers.len(), out)
}

/// What became of the pods of each workload that was evicted, lost or without a machine.
pub(super) fn workloads(forecast: &Forecast, out: &mut impl Write) -> fmt::Result {
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
    for (name, workload) in touched.iter().take(listed(touched.len())) {
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
    more(touched.len(), out)?;
    for (name, broken) in forecast
        .broken_budgets
        .iter()
        .take(listed(forecast.broken_budgets.len()))
    {
        let share = percent(broken.share);
        writeln!(
            out,
            "  budget {} was broken in {share} of runs",
            shortened(name.as_str(), 40)
        )?;
    }
    more(forecast.broken_budgets.len(), out)
}

/// What would block a drain at the start, and how much else may hold one up.
pub(super) fn preflight(findings: &[Finding], out: &mut impl Write) -> fmt::Result {
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
    for finding in blocking.iter().take(listed(blocking.len())) {
        let line = format!("blocks {}: {}", finding.object, finding.says);
        writeln!(out, "  {}", shortened(&line, super::WIDTH - 2))?;
    }
    more(blocking.len(), out)
}

/// How many of `count` lines are written: a last one takes no more room than the word that it is missing.
fn listed(count: usize) -> usize {
    if count == LISTED + 1 { count } else { LISTED }
}

fn more(count: usize, out: &mut impl Write) -> fmt::Result {
    match count.saturating_sub(listed(count)) {
        0 => Ok(()),
        more => writeln!(out, "    … and {more} more, see -o json"),
    }
}
