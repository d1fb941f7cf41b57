//! What became of pods and their budgets, in 80 columns.

use std::fmt::{self, Write};

use appliance::Text;

use super::page::{Page, Rank};
use super::quantiles::{Rounding, few_units, rough};
use super::shares::of_share;
use super::waits::{LISTED, number};
use super::{Detail, shortened, wrapped};
use crate::forecast::{BudgetForecast, Forecast, WorkloadForecast};

/// Width of a workload's name.
const NAME: usize = 25;

/// Every workload that rollouts did something to, and every budget that they pressed.
pub(super) fn write(forecast: &Forecast, detail: Detail, page: &mut Page) -> fmt::Result {
    let touched: Vec<_> = forecast
        .workloads
        .iter()
        .filter(|(_, workload)| is_touched(workload))
        .collect();
    if !touched.is_empty() {
        page.gap();
        page.block(Rank::Fit, |out| table(&touched, detail, out))?;
        if detail == Detail::Full {
            page.block(Rank::Aside, |out| lengths(&touched, out))?;
        }
    }
    for (name, broken) in &forecast.broken_budgets {
        let name = shortened(name.as_str(), 32);
        let line = format!(
            "  budget {name} was broken in {} of runs",
            of_share(*broken)
        );
        page.line(Rank::Cause, line);
    }
    let pressed = forecast.budgets.iter();
    for (name, budget) in pressed.filter(|(_, budget)| budget.waited.share > 0.0) {
        page.line(Rank::Plan, wrapped(&pressure(name, budget, detail), "    "));
    }
    Ok(())
}

fn is_touched(workload: &WorkloadForecast) -> bool {
    workload.evictions_per_pod > 0.0 || workload.pods_lost > 0.0 || workload.most_pending > 0
}

/// Means of a run, but for the fewest that were Ready and the most that had no machine, which are of all runs.
fn table(touched: &[&(Text, WorkloadForecast)], detail: Detail, out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "{:NAME$} {:>9} {:>6} {:>8} {:>10} {:>8} {:>8}",
        "workload", "evictions", "lost", "broken", "least up", "short", "pending"
    )?;
    let listed = detail.listed(touched.len(), LISTED);
    for (name, workload) in touched.iter().take(listed) {
        let least = workload.least_ready.min.unwrap_or(0);
        let short = workload.short_s.mean.unwrap_or_default();
        writeln!(
            out,
            "  {:width$} {:>9} {:>6} {:>8} {:>10} {:>8} {:>8}",
            shortened(name.as_str(), NAME - 2),
            format!("{:.2}/pod", workload.evictions_per_pod),
            number(workload.pods_lost),
            number(workload.budget_violations),
            format!("{least} of {}", workload.replicas),
            few_units(short, Rounding::Nearest),
            match workload.most_pending {
                0 => "–".to_owned(),
                most => most.to_string(),
            },
            width = NAME - 2,
        )?;
    }
    match touched.len().saturating_sub(listed) {
        0 => Ok(()),
        more => writeln!(out, "    … and {more} more, see --full"),
    }
}

/// How long pods were missing, or had no machine.
fn lengths(touched: &[&(Text, WorkloadForecast)], out: &mut String) -> fmt::Result {
    for (name, workload) in touched {
        let of = [
            ("fewer Ready than wanted", &workload.short_s.quantiles),
            ("a pod without a machine", &workload.pending_s.quantiles),
            ("at once", &workload.pending_longest_s.quantiles),
        ];
        for (what, of) in of {
            let [median, ninth] = [
                ("P50", of.p50, of.interval.p50),
                ("P90", of.p90, of.interval.p90),
            ]
            .map(|(name, value, interval)| rough(name, (value, interval)));
            let line = format!("  {name}: {what} for {median}, {ninth}");
            writeln!(out, "{}", wrapped(&line, "    "))?;
        }
    }
    Ok(())
}

/// How much drains waited for a budget, and how long it had nothing to give.
fn pressure(name: &Text, budget: &BudgetForecast, detail: Detail) -> String {
    let of = &budget.exhausted_s.quantiles;
    let mut line = format!(
        "  budget {}: {} machines waited for it, in {} of runs",
        shortened(name.as_str(), 32),
        number(budget.machines),
        of_share(budget.waited)
    );
    if detail == Detail::Full {
        let median = rough("P50", (of.p50, of.interval.p50));
        let together = budget.machine_s;
        // Writing to a string cannot fail.
        let _ = write!(
            line,
            ", {together} together; it allowed nothing for {median}"
        );
    }
    line
}
