//! The report for people, in 80 columns.

pub(super) mod blast;
pub mod comparison;
mod quantiles;
mod shares;
mod waits;
mod windows;

use std::fmt::{self, Write};

use super::{Forecast, PoolForecast};
use quantiles::{bound, finish, joined, rollout_quantiles};
pub(super) use shares::of_share;

/// Width of the report.
const WIDTH: usize = 80;

/// How much of the report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What matters most, on a screen.
    Screen,
    /// Every rollout, quantile, wait, workload and finding.
    Full,
}

impl Detail {
    /// How many of `count` lines are written where a screen has room for `most`; a last one takes no more room than the
    /// word that it is missing.
    fn listed(self, count: usize, most: usize) -> usize {
        if self == Self::Full || count == most + 1 {
            count
        } else {
            most
        }
    }
}

/// Writes the report. Ends with a line break.
pub fn write(forecast: &Forecast, detail: Detail, out: &mut impl Write) -> fmt::Result {
    let whole = &forecast.whole;
    writeln!(
        out,
        "{} · {} runs · seed {} · dates in {}",
        forecast.scenario, forecast.runs, forecast.seed, forecast.timezone
    )?;
    interrupted(forecast.runs, forecast.interrupted_of, out)?;
    precision(forecast, out)?;
    writeln!(
        out,
        "finished {}, without a failed machine {}",
        of_share(whole.finished),
        of_share(whole.succeeded)
    )?;
    let unfinished = whole.unfinished;
    let causes = [
        (unfinished.halted, "halted with machines left"),
        (unfinished.stalled, "stalled: nothing could happen any more"),
        (unfinished.horizon, "reached the horizon"),
    ];
    for (share, cause) in causes {
        if share.share > 0.0 {
            writeln!(out, "  {} {cause}", of_share(share))?;
        }
    }
    if forecast.refused_steps.share > 0.0 {
        let share = of_share(forecast.refused_steps);
        writeln!(
            out,
            "in {share} of runs a step was refused: replay one to see why"
        )?;
    }
    if forecast.pools.iter().any(|(_, pool)| pool.is_busy()) {
        // Machines may join where no rollout ends.
        if whole.finished.share < 1.0 || whole.duration_s.quantiles.p50.is_some() {
            finish(forecast, detail, out)?;
            bound(forecast, detail, out)?;
        }
    } else {
        writeln!(
            out,
            "no step of the scenario applies a revision: there is no rollout to forecast"
        )?;
    }
    pools(forecast, detail, out)?;
    waits::workloads(forecast, detail, out)?;
    writeln!(out)?;
    waits::preflight(&forecast.preflight, detail, out)?;
    notable(forecast, out)?;
    assumptions(forecast, out)
}

/// A line where the report is of fewer runs than were asked for.
fn interrupted(runs: usize, of: Option<u32>, out: &mut impl Write) -> fmt::Result {
    match of {
        Some(of) => {
            let line = format!(
                "PARTIAL: interrupted after {runs} of {of} runs; --runs {runs} says the same"
            );
            writeln!(out, "{}", wrapped(&line, "  "))
        }
        None => Ok(()),
    }
}

/// Whether the intervals are as narrow as was asked for, and how narrow they are.
fn precision(forecast: &Forecast, out: &mut impl Write) -> fmt::Result {
    let Some(of) = forecast.precision else {
        return Ok(());
    };
    let said = |half: f64| format!("{:.2} %", half * 100.0);
    let half =
        |half: Option<f64>| half.map_or("unknown".to_owned(), |half| format!("±{}", said(half)));
    let line = format!(
        "precision {} {} {} runs: P50 {}, P90 {}, finished ±{}",
        said(of.asked),
        if of.reached {
            "reached in"
        } else {
            "NOT reached in"
        },
        forecast.runs,
        half(of.p50),
        half(of.p90),
        said(of.finished)
    );
    writeln!(out, "{}", wrapped(&line, "  "))
}

/// Rollouts of one pool that are told on a screen, which has no room for those of a year.
const MOST_LISTED: usize = 2;

fn pools(forecast: &Forecast, detail: Detail, out: &mut impl Write) -> fmt::Result {
    for (name, pool) in forecast.pools.iter().filter(|(_, pool)| pool.is_busy()) {
        let share = of_share(pool.summary.finished);
        let left = left_behind(pool);
        let name = shortened(name.as_str(), WIDTH - 38 - left.chars().count());
        writeln!(out, "\npool {name}: finished {share}{left}")?;
        let all = pool.rollouts.len();
        let listed = match detail.listed(all, MOST_LISTED) {
            MOST_LISTED if all > MOST_LISTED => 1,
            listed => listed,
        };
        for rollout in pool.rollouts.iter().take(listed) {
            rollout_quantiles(rollout, detail, out)?;
            windows::rollout(rollout, out)?;
        }
        if let Some(joins) = &pool.joins {
            joined(joins, detail, out)?;
        }
        if all > listed {
            let more = all - listed;
            writeln!(out, "  … and {more} rollouts more, which --full tells")?;
        }
        stalls(pool, out)?;
        blast::write(pool.blast_radius.as_ref(), out)?;
        windows::pool(pool, forecast.horizon_s, detail, out)?;
        waits::blockers(pool, detail, out)?;
    }
    Ok(())
}

/// Machines that are cordoned or set aside at the end.
fn left_behind(pool: &PoolForecast) -> String {
    if pool.left_cordoned == 0.0 {
        return String::new();
    }
    let quarantined = if pool.quarantined > 0.0 {
        format!(", {:.1} quarantined", pool.quarantined)
    } else {
        String::new()
    };
    format!(", leaves {:.1} cordoned{quarantined}", pool.left_cordoned)
}

/// A line for each want of people in which it stalled.
fn stalls(pool: &PoolForecast, out: &mut impl Write) -> fmt::Result {
    let causes = [
        (
            pool.stalls.unrepaired,
            "machines are down, and nobody repairs them ([[hands]])",
        ),
        (
            pool.stalls.held,
            "machines are held, and nobody unholds them",
        ),
    ];
    for (share, cause) in causes {
        if share.share > 0.0 {
            let line = format!("  stalls {} {cause}", of_share(share));
            writeln!(out, "{}", wrapped(&line, "    "))?;
        }
    }
    Ok(())
}

fn notable(forecast: &Forecast, out: &mut impl Write) -> fmt::Result {
    let runs = forecast.notable_runs;
    let number = |run: Option<usize>| run.map_or("none".to_owned(), |run| run.to_string());
    writeln!(
        out,
        "runs to replay: median {}, longest {}, first unfinished {}",
        runs.median,
        number(runs.worst),
        number(runs.first_unfinished)
    )
}

/// The assumptions as one paragraph.
fn assumptions(forecast: &Forecast, out: &mut impl Write) -> fmt::Result {
    if forecast.assumptions.is_empty() {
        return Ok(());
    }
    let text = format!("assumed: {}", forecast.assumptions.join("; "));
    writeln!(out, "{}", wrapped(&text, "         "))
}

/// A text in lines of the report's width, those after the first begin with `indent`.
fn wrapped(text: &str, indent: &str) -> String {
    let layout = textwrap::Options::new(WIDTH).subsequent_indent(indent);
    textwrap::fill(text, layout)
}

/// A text of at most `most` characters, the last being an ellipsis where some are missing.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
