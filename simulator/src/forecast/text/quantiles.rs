//! Quantiles and their intervals as text.

use std::fmt::{self, Write};

use super::{Detail, WIDTH, shortened};
use crate::engine::Span;
use crate::forecast::{
    Date, Durations, End, Forecast, Interval, Joins, Quantiles, RolloutForecast,
};

/// What a quantile or an end among unfinished runs says.
const NEVER: &str = "does not finish without help";
/// The names of the quantiles.
const NAMES: [&str; 3] = ["P50", "P90", "P99"];
/// Where the values of the finish begin.
const LABEL: usize = 12;

/// When the last rollout ends: since the start, and as a date.
pub(super) fn finish(forecast: &Forecast, detail: Detail, out: &mut impl Write) -> fmt::Result {
    let of = &forecast.whole.duration_s;
    let dates = &forecast.finish;
    let dates = [&dates.p50, &dates.p90, &dates.p99].map(|date| date.as_ref().map(Date::short));
    for ((name, (value, interval)), date) in NAMES.iter().zip(each(&of.quantiles)).zip(dates) {
        let title = if *name == "P50" { "finish" } else { "" };
        let line = format!("{title:8}{name} {}", exact(value, interval));
        match date {
            Some(date) if line.chars().count() + 2 + date.len() <= WIDTH => {
                writeln!(out, "{line}  {date}")?;
            }
            Some(date) => writeln!(out, "{line}\n{:LABEL$}on {date}", "")?,
            None => writeln!(out, "{line}")?,
        }
        // Where the median does not finish, neither does a later quantile.
        if value.is_none() && detail == Detail::Screen {
            break;
        }
    }
    if detail == Detail::Full {
        extremes(of, out)?;
    }
    Ok(())
}

/// The lower bound, where it is known of half of the runs.
pub(super) fn bound(forecast: &Forecast, detail: Detail, out: &mut impl Write) -> fmt::Result {
    let of = &forecast.whole.lower_bound_s;
    if of.p50.is_none() {
        return Ok(());
    }
    let listed = if detail == Detail::Full { 3 } else { 1 };
    for (name, (value, interval)) in NAMES.iter().zip(each(of)).take(listed) {
        let line = exact(value, interval);
        if *name == "P50" {
            writeln!(out, "{:8}{name} {line}  no schedule beats it", "bound")?;
        } else {
            writeln!(out, "{:8}{name} {line}", "")?;
        }
    }
    Ok(())
}

/// How long one rollout takes from its request: in short on a line, or whole.
pub(super) fn rollout_quantiles(
    rollout: &RolloutForecast,
    detail: Detail,
    out: &mut impl Write,
) -> fmt::Result {
    let label = match &rollout.task {
        Some(task) => format!("  {}", shortened(task.as_str(), WIDTH - 4)),
        None => format!("  rev {} at {}", rollout.revision, rollout.requested_s),
    };
    lengths(&label, &rollout.duration_s, detail, out)
}

/// When the last of the machines has joined that come from elsewhere.
pub(super) fn joined(joins: &Joins, detail: Detail, out: &mut impl Write) -> fmt::Result {
    let label = format!("  {} joined by", joins.machines);
    lengths(&label, &joins.last_joined_s, detail, out)
}

fn lengths(label: &str, of: &Durations, detail: Detail, out: &mut impl Write) -> fmt::Result {
    if detail == Detail::Full {
        writeln!(out, "{label}")?;
        for (name, (value, interval)) in NAMES.iter().zip(each(&of.quantiles)) {
            writeln!(out, "{:8}{name} {}", "", exact(value, interval))?;
        }
        return extremes(of, out);
    }
    let [median, ninth, _] = each(&of.quantiles);
    let mut line = rough("P50", median);
    // Where the median does not finish, neither does a later quantile.
    if median.0.is_some() {
        write!(line, ", {}", rough("P90", ninth))?;
    }
    if label.chars().count() + 1 + line.chars().count() > WIDTH {
        writeln!(out, "{label}\n  {line}")
    } else {
        writeln!(out, "{label} {line}")
    }
}

/// Mean and extremes, where a run finished.
fn extremes(of: &Durations, out: &mut impl Write) -> fmt::Result {
    if let (Some(mean), Some(min), Some(max)) = (of.mean, of.min, of.max) {
        let line = format!("finished: mean {mean}, shortest {min}, longest {max}");
        writeln!(out, "{:LABEL$}{line}", "")?;
    }
    Ok(())
}

type Quantile = (Option<Span>, Interval<Span>);

fn each(of: &Quantiles<Span>) -> [Quantile; 3] {
    [
        (of.p50, of.interval.p50),
        (of.p90, of.interval.p90),
        (of.p99, of.interval.p99),
    ]
}

/// A quantile and its interval to the second.
fn exact(value: Option<Span>, interval: Interval<Span>) -> String {
    let Some(value) = value else {
        return match interval.low {
            End::At(low) => format!("{NEVER}  ({low} at the earliest)"),
            End::Never => NEVER.to_owned(),
            End::Open => format!("{NEVER}  (too few runs to tell)"),
        };
    };
    let end = |end: End<Span>| match end {
        End::At(span) => span.to_string(),
        End::Never => NEVER.to_owned(),
        End::Open => "open".to_owned(),
    };
    format!(
        "{:11} ({} to {})",
        value.to_string(),
        end(interval.low),
        end(interval.high)
    )
}

/// A quantile and its interval in few units, the ends rounded outwards.
pub(super) fn rough(name: &str, (value, interval): Quantile) -> String {
    let Some(value) = value else {
        return format!("{name} {NEVER}");
    };
    let end = |end: End<Span>, to: Rounding| match end {
        End::At(span) => few_units(span, to),
        End::Never => "never".to_owned(),
        End::Open => "open".to_owned(),
    };
    format!(
        "{name} {} ({}–{})",
        few_units(value, Rounding::Nearest),
        end(interval.low, Rounding::Down),
        end(interval.high, Rounding::Up)
    )
}

/// A quantile of a number of things.
pub(super) fn count(name: &str, value: Option<u32>, interval: Interval<u32>) -> String {
    let end = |end: End<u32>| match end {
        End::At(count) => count.to_string(),
        End::Never => "never".to_owned(),
        End::Open => "open".to_owned(),
    };
    let value = value.map_or("never".to_owned(), |count| count.to_string());
    format!(
        "{name} {value} ({}–{})",
        end(interval.low),
        end(interval.high)
    )
}

/// To which side a length is rounded.
#[derive(Clone, Copy)]
pub(super) enum Rounding {
    Down,
    Nearest,
    Up,
}

/// As many units as a column has room for.
pub(super) fn few_units(span: Span, to: Rounding) -> String {
    const TEN_DAYS: u64 = 864_000_000;
    let millis = span.as_millis();
    let unit = match millis {
        TEN_DAYS.. => 3_600_000,
        3_600_000.. => 60_000,
        60_000.. => 1000,
        _ => 100,
    };
    let units = match to {
        Rounding::Down => millis / unit,
        Rounding::Nearest => (millis + unit / 2) / unit,
        Rounding::Up => millis.div_ceil(unit),
    };
    let rounded = units * unit;
    let kept = match rounded {
        TEN_DAYS.. => 2,
        86_400_000.. => 3,
        _ => 2,
    };
    let said = Span::from_millis(rounded).to_string();
    let words: Vec<&str> = said.split(' ').take(kept).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_units_are_rounded_as_asked() {
        let said = |seconds: u64, to| few_units(Span::from_secs(seconds), to);
        assert_eq!(said(3 * 3600 + 14 * 60 + 30, Rounding::Down), "3h 14m");
        assert_eq!(said(3 * 3600 + 14 * 60 + 30, Rounding::Nearest), "3h 15m");
        assert_eq!(said(3 * 3600 + 14 * 60 + 1, Rounding::Up), "3h 15m");
        assert_eq!(said(86_400 - 1, Rounding::Up), "1d 00h 00m");
        assert_eq!(said(864_000 - 1, Rounding::Up), "10d 00h");
        assert_eq!(said(356 * 86_400 + 1, Rounding::Up), "356d 01h");
        assert_eq!(said(0, Rounding::Up), "0s");
    }

    #[test]
    fn a_quantile_among_unfinished_runs_says_so() {
        let interval = |low, high| Interval { low, high };
        let at = |seconds| End::At(Span::from_secs(seconds));
        assert_eq!(
            exact(Some(Span::from_secs(90)), interval(at(60), End::Never)),
            "1m 30s      (1m 00s to does not finish without help)"
        );
        assert_eq!(
            exact(None, interval(at(60), End::Open)),
            "does not finish without help  (1m 00s at the earliest)"
        );
        assert_eq!(exact(None, interval(End::Never, End::Never)), NEVER);
        assert_eq!(
            rough(
                "P90",
                (Some(Span::from_secs(90)), interval(End::Open, End::Never))
            ),
            "P90 1m 30s (open–never)"
        );
    }
}
