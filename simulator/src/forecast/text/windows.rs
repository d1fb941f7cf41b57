//! Windows and dates, in 80 columns.

use std::fmt::{self, Write};

use super::quantiles::rough;
use super::shares::{of_share, percent};
use super::{Detail, wrapped};
use crate::engine::{Span, Time};
use crate::forecast::{Date, End, Interval, PoolForecast, RolloutForecast, WindowFit};

/// A look ahead of at least so long asks how old revisions become.
const LONG: Span = Span::from_secs(30 * 86_400);

/// What its first window means for a rollout.
pub(super) fn rollout(rollout: &RolloutForecast, out: &mut impl Write) -> fmt::Result {
    if let Some(why) = &rollout.never_starts {
        let layout = textwrap::Options::new(super::WIDTH)
            .initial_indent("    ")
            .subsequent_indent("      ");
        let line = format!("never starts: {why}");
        return writeln!(out, "{}", textwrap::fill(&line, layout));
    }
    rollout
        .window
        .as_ref()
        .map_or(Ok(()), |fit| window(fit, out))
}

fn window(fit: &WindowFit, out: &mut impl Write) -> fmt::Result {
    let (opens, closes) = (fit.opens.short(), fit.closes.short());
    writeln!(out, "    window {opens} to {closes}")?;
    writeln!(out, "    fits {} of runs", of_share(fit.fits))?;
    let latest = dated(fit.latest_start.as_ref(), &fit.latest_start_interval);
    writeln!(out, "    latest start {latest}, to fit 95 %")?;
    let stop = dated(fit.stop_by.as_ref(), &fit.stop_by_interval);
    writeln!(out, "    stop by {stop}, to be done in 95 %")?;
    let stand = fit.at_close;
    write!(
        out,
        "    at its close {:.1} updated, {:.1} in flight, {:.1} waiting",
        stand.updated, stand.in_flight, stand.waiting
    )?;
    if stand.failed > 0.0 {
        write!(out, ", {:.1} failed", stand.failed)?;
    }
    writeln!(out)?;
    if let Some(least) = fit.abort_below {
        writeln!(
            out,
            "    abort if fewer than {least} are updated on {}",
            fit.half.short()
        )?;
    }
    Ok(())
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
    out: &mut impl Write,
) -> fmt::Result {
    if let Some(windows) = &pool.windows {
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
        writeln!(out, "{}", wrapped(&line, "    "))?;
    }
    if horizon.since_start() >= LONG {
        let age = pool.revision_age;
        writeln!(
            out,
            "  revisions over 30/60/90 days old {}, {}, {}; {:.1} boots a machine",
            percent(age.over_30_days.share),
            percent(age.over_60_days.share),
            percent(age.over_90_days.share),
            pool.boots_per_machine
        )?;
    }
    Ok(())
}
