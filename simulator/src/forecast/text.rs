//! The report for people, in 80 columns.

mod waits;
mod windows;

use std::fmt::{self, Write};

use super::{Durations, Forecast, PoolForecast, Quantiles, blast, stalls};
use crate::engine::Span;

/// Width of the report.
const WIDTH: usize = 80;
/// Width of a duration's column.
const COLUMN: usize = 12;
/// Width of the first column.
const LABEL: usize = 20;

/// Writes the report. Ends with a line break.
pub fn write(forecast: &Forecast, out: &mut impl Write) -> fmt::Result {
    let whole = &forecast.whole;
    writeln!(
        out,
        "{} · {} runs · seed {} · dates in {}",
        forecast.scenario, forecast.runs, forecast.seed, forecast.timezone
    )?;
    writeln!(
        out,
        "finished {} of runs, without a failed machine {}",
        percent(whole.finished.share),
        percent(whole.succeeded.share)
    )?;
    let unfinished = whole.unfinished;
    let causes = [
        (unfinished.halted, "halted with machines left"),
        (unfinished.stalled, "stalled: nothing could happen any more"),
        (unfinished.horizon, "reached the horizon"),
    ];
    for (share, cause) in causes {
        if share > 0.0 {
            writeln!(out, "  {:>7} {cause}", percent(share))?;
        }
    }
    if whole.duration_s.quantiles.p50.is_none()
        && forecast
            .pools
            .iter()
            .all(|(_, pool)| pool.rollouts.is_empty() && pool.joins.is_none())
    {
        writeln!(
            out,
            "no step of the scenario applies a revision: there is no rollout to forecast"
        )?;
    }
    if forecast.refused_steps.share > 0.0 {
        let share = percent(forecast.refused_steps.share);
        writeln!(
            out,
            "in {share} of runs a step was refused: replay one to see why"
        )?;
    }
    write!(out, "\n{:LABEL$}", "")?;
    for title in ["P50", "P90", "P99", "mean", "longest"] {
        write!(out, "{title:>COLUMN$}")?;
    }
    writeln!(out)?;
    durations(out, "finish", &whole.duration_s)?;
    windows::finish(forecast, out)?;
    if whole.lower_bound_s.p50.is_some() {
        quantiles(out, "lower bound", &whole.lower_bound_s)?;
    }
    pools(forecast, out)?;
    waits::workloads(forecast, out)?;
    writeln!(out)?;
    waits::preflight(&forecast.preflight, out)?;
    notable(forecast, out)?;
    assumptions(forecast, out)
}

/// Rollouts of one pool that are told; a screen has no room for those of a year.
const MOST_LISTED: usize = 3;

fn pools(forecast: &Forecast, out: &mut impl Write) -> fmt::Result {
    for (name, pool) in &forecast.pools {
        if pool.rollouts.is_empty() && pool.joins.is_none() {
            continue;
        }
        let share = percent(pool.summary.finished.share);
        let left = left_behind(pool);
        let name = shortened(name.as_str(), WIDTH - 32 - left.chars().count());
        writeln!(out, "\npool {name}: finished {share} of runs{left}")?;
        let all = pool.rollouts.len();
        let listed = if all > MOST_LISTED { 2 } else { all };
        for rollout in pool.rollouts.iter().take(listed) {
            let label = match &rollout.task {
                Some(task) => format!("  {}", shortened(task.as_str(), WIDTH - 4)),
                None if all > MOST_LISTED => format!("  rev {}", rollout.revision),
                None => format!("  rev {} at {}", rollout.revision, rollout.requested_s),
            };
            durations(out, &label, &rollout.duration_s)?;
            windows::rollout(rollout, out)?;
        }
        if let Some(joins) = &pool.joins {
            let label = format!("  {} joined by", joins.machines);
            durations(out, &label, &joins.last_joined_s)?;
        }
        let more = all - listed;
        if more > 0 {
            writeln!(out, "  … and {more} rollouts more, which -o json tells")?;
        }
        stalls::write(&pool.stalls, percent, out)?;
        blast::write(pool.blast_radius, percent, out)?;
        windows::pool(pool, forecast.horizon_s, out)?;
        waits::blockers(pool, out)?;
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
    let layout = textwrap::Options::new(WIDTH).subsequent_indent("         ");
    writeln!(out, "{}", textwrap::fill(&text, layout))
}

/// A text of at most `most` characters, the last being an ellipsis where some are missing.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// The label of a row; one that is too long stands on a line of its own.
fn label(out: &mut impl Write, label: &str) -> fmt::Result {
    if label.chars().count() > LABEL {
        writeln!(out, "{label}")?;
        return write!(out, "{:LABEL$}", "");
    }
    write!(out, "{label:LABEL$}")
}

fn durations(out: &mut impl Write, title: &str, durations: &Durations) -> fmt::Result {
    let of = durations.quantiles;
    label(out, title)?;
    for span in [of.p50, of.p90, of.p99, durations.mean, durations.max] {
        write!(out, "{:>COLUMN$}", said(span))?;
    }
    writeln!(out)
}

fn quantiles(out: &mut impl Write, title: &str, of: &Quantiles) -> fmt::Result {
    label(out, title)?;
    for span in [of.p50, of.p90, of.p99] {
        write!(out, "{:>COLUMN$}", said(span))?;
    }
    writeln!(out)
}

/// A dash where the value falls among the runs that did not finish.
fn said(span: Option<Span>) -> String {
    span.map_or("–".to_owned(), |span| span.to_string())
}

/// One decimal, and never "100.0 %" or "0.0 %" for a share that is not all or nothing.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.1 {
        "<0.1 %".to_owned()
    } else if percent < 100.0 && percent > 99.9 {
        ">99.9 %".to_owned()
    } else {
        format!("{percent:.1} %")
    }
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_share_is_not_rounded_to_all_or_nothing() {
        let said = [0.0, 0.0001, 0.366, 0.9999, 1.0].map(percent);
        assert_eq!(said, ["0.0 %", "<0.1 %", "36.6 %", ">99.9 %", "100.0 %"]);
    }
}
