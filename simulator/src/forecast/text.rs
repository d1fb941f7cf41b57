//! The report for people, in 80 columns.

pub(super) mod blast;
pub mod comparison;
mod page;
mod pools;
mod progress;
mod quantiles;
pub mod sensitivity;
mod shares;
mod waits;
mod windows;
mod workloads;

use std::fmt::{self, Write};

use super::{End, Excess, Forecast, Interval};
use crate::engine::Span;
use page::{Page, Rank};
use quantiles::{Rounding, bound, few_units, finish};
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
    let mut page = Page::default();
    head(forecast, &mut page)?;
    if forecast.pools.iter().any(|(_, pool)| pool.is_busy()) {
        lengths(forecast, detail, &mut page)?;
    } else {
        let none = "no step of the scenario applies a revision: there is no rollout to forecast";
        page.line(Rank::Always, none);
    }
    pools::write(forecast, detail, &mut page)?;
    workloads::write(forecast, detail, &mut page)?;
    if detail == Detail::Full {
        states(forecast, &mut page);
    }
    page.gap();
    page.block(Rank::Fit, |out| {
        waits::preflight(&forecast.preflight, detail, out)
    })?;
    page.block(Rank::Always, |out| notable(forecast, out))?;
    page.block(Rank::Always, |out| assumptions(forecast, out))?;
    page.write(detail, out)
}

/// Of what the report is, and how many runs finished.
fn head(forecast: &Forecast, page: &mut Page) -> fmt::Result {
    let whole = &forecast.whole;
    let title = format!(
        "{} · {} runs · seed {} · dates in {}",
        forecast.scenario, forecast.runs, forecast.seed, forecast.timezone
    );
    let intervals = "95 % intervals";
    if title.chars().count() + 3 + intervals.len() <= WIDTH {
        page.line(Rank::Always, format_args!("{title} · {intervals}"));
    } else {
        page.line(Rank::Always, wrapped(&title, "  "));
        page.line(Rank::Always, format_args!("  {intervals}"));
    }
    page.block(Rank::Always, |out| {
        interrupted(forecast.runs, forecast.interrupted_of, out)
    })?;
    page.block(Rank::Always, |out| precision(forecast, out))?;
    let (finished, succeeded) = (of_share(whole.finished), of_share(whole.succeeded));
    page.line(
        Rank::Always,
        format_args!("finished {finished}, without a failed machine {succeeded}"),
    );
    let unfinished = whole.unfinished;
    let causes = [
        (unfinished.halted, "halted with machines left"),
        (unfinished.stalled, "stalled: nothing could happen any more"),
        (unfinished.horizon, "reached the horizon"),
    ];
    for (share, cause) in causes {
        if share.share > 0.0 {
            page.line(Rank::Always, format_args!("  {} {cause}", of_share(share)));
        }
    }
    if forecast.refused_steps.share > 0.0 {
        let share = of_share(forecast.refused_steps);
        let line = format!("in {share} of runs a step was refused: replay one to see why");
        page.line(Rank::Always, line);
    }
    Ok(())
}

/// When it ends, when it could at the earliest, and why it takes so much longer.
fn lengths(forecast: &Forecast, detail: Detail, page: &mut Page) -> fmt::Result {
    let whole = &forecast.whole;
    // Machines may join where no rollout ends.
    if whole.finished.share >= 1.0 && whole.duration_s.quantiles.p50.is_none() {
        return Ok(());
    }
    page.block(Rank::Always, |out| finish(forecast, detail, out))?;
    page.block(Rank::Always, |out| bound(forecast, detail, out))?;
    if let Some(excess) = &forecast.excess {
        page.line(Rank::Always, wrapped(&explained(excess), "        "));
    }
    if let Some(fits) = forecast.fits_window {
        let share = of_share(fits);
        let line = format!("windows every rollout ends in its own in {share} of runs");
        page.line(Rank::Fit, line);
    }
    Ok(())
}

/// Why it takes much longer than its lower bound.
fn explained(excess: &Excess) -> String {
    let times = format!("        {:.1} times that", excess.ratio);
    let Some(reason) = excess.reason else {
        return format!("{times}: retries, failures, or one rollout after the other");
    };
    let object = excess.object.as_deref().unwrap_or_default();
    let what = format!("{reason} {object}");
    let waited = few_units(excess.machine_s, Rounding::Nearest);
    format!("{times}: {waited} a run are waited for {}", what.trim_end())
}

/// In how many runs something is in a state at an instant.
fn states(forecast: &Forecast, page: &mut Page) {
    if !forecast.states.is_empty() {
        page.gap();
    }
    for about in &forecast.states {
        let share = of_share(about.runs);
        let line = format!(
            "{} {}: {} in {share} of runs",
            about.at.short(),
            about.of,
            about.state
        );
        page.line(Rank::Aside, wrapped(&line, "  "));
    }
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
    let intervals = &forecast.whole.duration_s.quantiles.interval;
    let half = |half: Option<f64>, interval: Interval<Span>| match half {
        // A width of nothing: no number of runs makes it finish.
        Some(_) if interval.low == End::Never => "certain".to_owned(),
        Some(half) => format!("±{}", said(half)),
        None => "unknown".to_owned(),
    };
    let line = format!(
        "precision {} {} {} runs: P50 {}, P90 {}, finished ±{}",
        said(of.asked),
        if of.reached {
            "reached in"
        } else {
            "NOT reached in"
        },
        forecast.runs,
        half(of.p50, intervals.p50),
        half(of.p90, intervals.p90),
        said(of.finished)
    );
    writeln!(out, "{}", wrapped(&line, "  "))
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
