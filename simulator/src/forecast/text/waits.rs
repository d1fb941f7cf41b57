//! What machines waited for and what became of pods, in 80 columns.

use std::fmt::{self, Write};

use super::{percent, shortened};
use crate::forecast::{Forecast, PoolForecast};

/// Lines of one kind; what is behind them is in the JSON.
const LISTED: usize = 5;
/// Width of the name of what was waited for.
const NAME: usize = 34;

/// What the machines of a pool waited for, the longest first, and the smallest change against it.
pub(super) fn blockers(pool: &PoolForecast, out: &mut impl Write) -> fmt::Result {
    let waiting: f64 = pool
        .reasons
        .iter()
        .filter(|part| {
            pool.blockers
                .iter()
                .any(|blocker| blocker.reason == part.reason)
        })
        .map(|part| part.share)
        .sum();
    if waiting == 0.0 {
        return Ok(());
    }
    writeln!(
        out,
        "  {:NAME$}{:>8}{:>12}  to wait less",
        format!("waiting {} of its time", percent(waiting)),
        "share",
        "a run"
    )?;
    for blocker in pool.blockers.iter().take(LISTED) {
        let object = blocker.object.as_deref().unwrap_or_default();
        let name = format!("{} {object}", blocker.reason);
        let for_ever = if blocker.for_ever > 0.0 {
            format!(", for ever in {}", percent(blocker.for_ever))
        } else {
            String::new()
        };
        let change = shortened(&blocker.change, 80 - NAME - 26);
        writeln!(
            out,
            "    {:width$}{:>8}{:>12}  {change}",
            shortened(name.trim_end(), NAME - 3),
            percent(blocker.share_of_waiting),
            blocker.machine_s.to_string(),
            width = NAME - 2,
        )?;
        if !for_ever.is_empty() {
            writeln!(out, "      {}", &for_ever[2..])?;
        }
    }
    more(pool.blockers.len(), out)
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
    for (name, workload) in touched.iter().take(LISTED) {
        writeln!(
            out,
            "  {:width$}{:>12}{:>10}{:>12}{:>12}",
            shortened(name.as_str(), NAME - 3),
            format!("{:.2} a pod", workload.evictions_per_pod),
            format!("{:.1}", workload.pods_lost),
            format!("{:.1}", workload.budget_violations),
            format!("at most {}", workload.most_pending),
            width = NAME - 2,
        )?;
    }
    more(touched.len(), out)?;
    for (name, broken) in forecast.broken_budgets.iter().take(LISTED) {
        let share = percent(broken.share);
        writeln!(
            out,
            "  budget {} was broken in {share} of runs",
            shortened(name.as_str(), 40)
        )?;
    }
    more(forecast.broken_budgets.len(), out)
}

fn more(count: usize, out: &mut impl Write) -> fmt::Result {
    match count.checked_sub(LISTED) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(out, "    … and {more} more, see -o json"),
    }
}
