//! A comparison for people, in 80 columns.

use std::fmt::{self, Write};

use super::quantiles::rough;
use super::{WIDTH, of_share, shortened, wrapped};
use crate::forecast::{Comparison, End, Interval, Lag, Side};

/// What is said where an interval covers zero.
const SAME: &str = "no difference at this sample size";

/// Writes the comparison. Ends with a line break.
pub fn write(comparison: &Comparison, out: &mut impl Write) -> fmt::Result {
    let name = |side: &Side| shortened(side.scenario.as_str(), WIDTH - 4);
    writeln!(out, "A: {}", name(&comparison.scenario))?;
    writeln!(out, "B: {}", name(&comparison.against))?;
    writeln!(
        out,
        "{} runs of each, pair by pair on the same luck · seed {} · 95 % intervals",
        comparison.runs, comparison.seed
    )?;
    super::interrupted(comparison.runs, comparison.interrupted_of, out)?;
    for (letter, side) in [("A", &comparison.scenario), ("B", &comparison.against)] {
        writeln!(out, "\n{letter} finished {}", of_share(side.finished))?;
        let of = &side.duration_s;
        let median = rough("P50", (of.p50, of.interval.p50));
        let ninth = rough("P90", (of.p90, of.interval.p90));
        writeln!(out, "  {}", wrapped(&format!("{median}, {ninth}"), "  "))?;
    }
    writeln!(out)?;
    shares(comparison, out)?;
    lengths(comparison, out)
}

fn shares(comparison: &Comparison, out: &mut impl Write) -> fmt::Result {
    let of = comparison.finished;
    let points = |share: f64| format!("{:+.1}", share * 100.0);
    writeln!(
        out,
        "share finished, B less A: {} points ({} to {}){}",
        points(of.difference),
        points(of.low),
        points(of.high),
        told(of.differs)
    )?;
    writeln!(
        out,
        "  of the pairs both finished in {}, only A in {}, only B in {}, neither in {}",
        of.both, of.only_scenario, of.only_against, of.neither
    )
}

fn lengths(comparison: &Comparison, out: &mut impl Write) -> fmt::Result {
    let of = &comparison.later_s;
    let (Some(median), pairs) = (of.median, of.pairs) else {
        return writeln!(out, "finish: there is no pair of which both finished");
    };
    writeln!(
        out,
        "finish of B, of {pairs} pairs: {} {}{}",
        signed(median),
        between(of.interval),
        told(of.differs)
    )?;
    if let Some(mean) = of.mean {
        let interval = between(of.mean_interval);
        writeln!(out, "  the median; the mean is {} {interval}", signed(mean))?;
    }
    let same = pairs - of.sooner - of.later;
    writeln!(
        out,
        "  B was sooner in {}, later in {}, the same in {same}",
        of.sooner, of.later
    )
}

fn told(differs: bool) -> String {
    if differs {
        String::new()
    } else {
        format!(":\n  {SAME}")
    }
}

fn signed(lag: Lag) -> String {
    let sign = if lag.0 < 0 { "−" } else { "+" };
    format!("{sign}{}", lag.length())
}

fn between(interval: Interval<Lag>) -> String {
    let end = |end: End<Lag>| match end {
        End::At(lag) => signed(lag),
        End::Never | End::Open => "open".to_owned(),
    };
    format!("({} to {})", end(interval.low), end(interval.high))
}
