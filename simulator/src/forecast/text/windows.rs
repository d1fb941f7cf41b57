//! Windows and dates, in 80 columns.

use std::fmt::{self, Write};

use super::percent;
use crate::engine::{Span, Time};
use crate::forecast::{Forecast, PoolForecast, RolloutForecast, WindowFit};

/// A look ahead of at least so long asks how old revisions become.
const LONG: Span = Span::from_secs(30 * 86_400);

/// When the last rollout ends, in the operator's zone.
pub(super) fn finish(forecast: &Forecast, out: &mut impl Write) -> fmt::Result {
    let finish = &forecast.finish;
    if finish.p50.is_none() {
        return Ok(());
    }
    write!(out, "  on")?;
    for (name, date) in [
        ("P50", &finish.p50),
        ("P90", &finish.p90),
        ("P99", &finish.p99),
    ] {
        let date = date.as_ref().map_or("–", |date| date.without_weekday());
        write!(out, "   {name} {date}")?;
    }
    writeln!(out)
}

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
    let date = |date: &Option<crate::forecast::Date>| {
        date.as_ref().map_or("none", |date| date.short()).to_owned()
    };
    writeln!(
        out,
        "    window {} to {}, fits {} of runs",
        fit.opens.short(),
        fit.closes.short(),
        percent(fit.fits.share)
    )?;
    writeln!(
        out,
        "    latest start (95 %) {}, stop by {}",
        date(&fit.latest_start),
        date(&fit.stop_by)
    )?;
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

/// What became of the pool's windows, and on a long look ahead how old its revisions became.
pub(super) fn pool(pool: &PoolForecast, horizon: Time, out: &mut impl Write) -> fmt::Result {
    if let Some(windows) = &pool.windows {
        let said = |span: Option<Span>| span.map_or("–".to_owned(), |span| span.to_string());
        let by = windows.overrun_s.quantiles;
        let mut line = format!(
            "  windows {:.1} used, {:.1} missed",
            windows.used, windows.missed
        );
        if windows.used > 0.0 {
            let overrun = percent(windows.overrun.share);
            let [p50, p90, p99] = [by.p50, by.p90, by.p99].map(said);
            write!(line, "; {overrun} overrun, P50 {p50}, P90 {p90}, P99 {p99}")?;
        }
        let layout = textwrap::Options::new(super::WIDTH).subsequent_indent("    ");
        writeln!(out, "{}", textwrap::fill(&line, layout))?;
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
