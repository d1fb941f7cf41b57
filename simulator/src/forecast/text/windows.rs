//! Windows and dates, in 80 columns.

use std::fmt::{self, Write};

use super::page::{Page, Rank};
use super::quantiles::rough;
use super::shares::{of_share, percent};
use super::{Detail, wrapped};
use crate::engine::{Span, Time};
use crate::forecast::{
    Date, End, Interval, PoolForecast, RolloutForecast, WindowCount, WindowFit, WindowsForecast,
};

/// A look ahead of at least so long asks how old revisions become.
const LONG: Span = Span::from_secs(30 * 86_400);

/// What its first window means for a rollout.
pub(super) fn rollout(rollout: &RolloutForecast, page: &mut Page) -> fmt::Result {
    if let Some(why) = &rollout.never_starts {
        let line = format!("    never starts: {why}");
        page.line(Rank::Cause, wrapped(&line, "      "));
    }
    match &rollout.window {
        Some(fit) if rollout.never_starts.is_none() => window(fit, page),
        _ => Ok(()),
    }
}

fn window(fit: &WindowFit, page: &mut Page) -> fmt::Result {
    let (opens, closes) = (fit.opens.short(), fit.closes.short());
    let fits = of_share(fit.fits);
    let line = format!("    window {opens}–{closes}: fits {fits}");
    page.line(Rank::Fit, wrapped(&line, "      "));
    let latest = dated(fit.latest_start.as_ref(), &fit.latest_start_interval);
    page.line(
        Rank::Fit,
        format_args!("    latest start {latest}, to fit 95 %"),
    );
    if fit.windows_needed.len() > 1 || fit.windows.p50 != Some(1) {
        page.line(Rank::Fit, wrapped(&needed(fit), "      "));
    }
    let stop = dated(fit.stop_by.as_ref(), &fit.stop_by_interval);
    page.line(
        Rank::Plan,
        format_args!("    stop by {stop}, to be done in 95 %"),
    );
    page.block(Rank::Plan, |out| at_close(fit, out))?;
    if let Some(least) = fit.abort_below {
        let half = fit.half.short();
        let line = format!("    abort if fewer than {least} are updated on {half}");
        page.line(Rank::Plan, line);
    }
    Ok(())
}

/// How it stands when the window closes.
fn at_close(fit: &WindowFit, out: &mut String) -> fmt::Result {
    let stand = fit.at_close;
    write!(
        out,
        "    at its close {:.1} updated, {:.1} in flight, {:.1} waiting",
        stand.updated, stand.in_flight, stand.waiting
    )?;
    if stand.failed > 0.0 {
        write!(out, ", {:.1} failed", stand.failed)?;
    }
    writeln!(out)
}

/// In how many runs it needs how many windows.
fn needed(fit: &WindowFit) -> String {
    let said = |count: &WindowCount| {
        let windows = match count.windows {
            Some(1) => "1 window".to_owned(),
            Some(windows) => format!("{windows} windows"),
            None => "does not finish".to_owned(),
        };
        format!("{windows} in {}", of_share(count.runs))
    };
    let all: Vec<String> = fit.windows_needed.iter().map(said).collect();
    format!("    needs {}", all.join(", "))
}

/// A date and its interval, whose ends name their day only where it is another one.
fn dated(date: Option<&Date>, interval: &Interval<Date>) -> String {
    let Some(date) = date else {
        return match &interval.high {
            End::At(high) => format!("none (at best {})", high.short()),
            _ => "none".to_owned(),
        };
    };
    let day = |date: &Date| date.short().rsplit_once(' ').map(|(day, _)| day.to_owned());
    let end = |end: &End<Date>| match end {
        End::At(at) if day(at) == day(date) => {
            let time = at.short().rsplit_once(' ');
            time.map_or_else(String::new, |(_, time)| time.to_owned())
        }
        End::At(at) => at.without_weekday().to_owned(),
        End::Never => "none".to_owned(),
        End::Open => "open".to_owned(),
    };
    let (low, high) = (end(&interval.low), end(&interval.high));
    format!("{} ({low}–{high})", date.short())
}

/// What became of the pool's windows, and on a long look ahead how old its revisions became.
pub(super) fn pool(
    pool: &PoolForecast,
    horizon: Time,
    detail: Detail,
    page: &mut Page,
) -> fmt::Result {
    if let Some(windows) = &pool.windows {
        page.block(Rank::Plan, |out| used(windows, detail, out))?;
    }
    if horizon.since_start() >= LONG {
        let age = pool.revision_age;
        let line = format!(
            "  revisions over 30/60/90 days old {}, {}, {}; {:.1} boots a machine",
            percent(age.over_30_days.share),
            percent(age.over_60_days.share),
            percent(age.over_90_days.share),
            pool.boots_per_machine
        );
        page.line(Rank::Aside, line);
    }
    Ok(())
}

fn used(windows: &WindowsForecast, detail: Detail, out: &mut String) -> fmt::Result {
    let mut line = format!(
        "  windows {:.1} used, {:.1} missed",
        windows.used, windows.missed
    );
    if windows.used > 0.0 {
        write!(line, "; {} overrun", of_share(windows.overrun))?;
    }
    let by = &windows.overrun_s.quantiles;
    if windows.overrun.share > 0.0 {
        if detail == Detail::Full {
            let median = rough("P50", (by.p50, by.interval.p50));
            let ninth = rough("P90", (by.p90, by.interval.p90));
            write!(line, ", {median}, {ninth}")?;
        }
        let last = rough("P99", (by.p99, by.interval.p99));
        write!(line, ", {last}")?;
    }
    writeln!(out, "{}", wrapped(&line, "    "))
}
