//! The openings for people: a table for each pool, with a word where one is not as long as its window says.

use jiff::Zoned;
use jiff::tz::TimeZone;
use simulator::engine::Span;
use simulator::scenario::Scenario;
use simulator::windows::{DstRule, Opening, Window};

use super::Pool;
use crate::streams::{Failure, Streams};

/// Width of the text.
const WIDTH: usize = 80;

/// Writes the openings pool by pool, in each window's zone or in the one that is asked for.
pub(super) fn write(
    scenario: &Scenario,
    pools: &[Pool<'_>],
    shown_in: Option<&TimeZone>,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    for (index, pool) in pools.iter().enumerate() {
        if index > 0 {
            writeln!(streams.out)?;
        }
        let title = format!("pool {}", pool.name);
        let layout = textwrap::Options::new(WIDTH).subsequent_indent("  ");
        writeln!(streams.out, "{}", textwrap::fill(&title, &layout))?;
        match pool.openings.as_deref() {
            None => writeln!(streams.out, "  no windows: always open")?,
            Some([]) => writeln!(streams.out, "  never opens from then on")?,
            Some(openings) => table(scenario, pool, openings, shown_in, streams)?,
        }
    }
    Ok(())
}

fn table(
    scenario: &Scenario,
    pool: &Pool<'_>,
    openings: &[Opening],
    shown_in: Option<&TimeZone>,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let rows: Vec<_> = openings
        .iter()
        .map(|opening| {
            let own = &scenario.windows[opening.opened_by].zone;
            let zone = shown_in.unwrap_or(own);
            let local = |at: jiff::Timestamp| told(&at.to_zoned(zone.clone()));
            (local(opening.start), local(opening.end), opening)
        })
        .collect();
    let width = rows.iter().map(|(start, ..)| start.len()).max();
    let width = width.unwrap_or_default();
    writeln!(streams.out, "  {:width$}  {:11}  closes", "opens", "lasts")?;
    for (start, end, opening) in rows {
        let lasts = opening.length().to_string();
        writeln!(streams.out, "  {start:width$}  {lasts:11}  {end}")?;
        if let Some(remark) = remark(scenario, pool, opening) {
            let indent = format!("  {:width$}  ", "");
            let layout = textwrap::Options::new(WIDTH)
                .initial_indent(&indent)
                .subsequent_indent(&indent);
            writeln!(streams.out, "{}", textwrap::fill(&remark, &layout))?;
        }
    }
    Ok(())
}

/// Weekday, date, time and zone: `Sat 2026-03-28 22:00 CET`, with seconds only where there are any.
fn told(at: &Zoned) -> String {
    let format = if at.second() == 0 {
        "%a %Y-%m-%d %H:%M %Z"
    } else {
        "%a %Y-%m-%d %H:%M:%S %Z"
    };
    at.strftime(format).to_string()
}

/// Why an opening is not as long as its window says.
fn remark(scenario: &Scenario, pool: &Pool<'_>, opening: &Opening) -> Option<String> {
    /// Nobody wants to know by how much this is longer.
    const FOR_EVER: Span = Span::from_secs(2 * 366 * 86_400);
    let window = &scenario.windows[opening.opened_by];
    if opening.opened_by != opening.closed_by {
        let closing = scenario.windows[opening.closed_by].title(opening.closed_by);
        return Some(format!(
            "opened by {}, closed by {closing}",
            window.title(opening.opened_by)
        ));
    }
    let length = opening.length();
    if length > FOR_EVER {
        return Some("open for years without a break".to_owned());
    }
    if length > window.lasts {
        let longer = length - window.lasts;
        let why = if window.rule == DstRule::WallClock && longer == set_back(opening, &window.zone)
        {
            "clock change"
        } else {
            "it opens again before it is over"
        };
        return Some(format!("{longer} longer: {why}"));
    }
    if length == window.lasts {
        return drift(window, opening);
    }
    let just_before = opening.start.as_millisecond().saturating_sub(1);
    let just_before = jiff::Timestamp::from_millisecond(just_before).ok();
    let is_left_out = |at| scenario.is_left_out(pool.place, window, at);
    let is_cut = is_left_out(opening.end) || just_before.is_some_and(is_left_out);
    let why = if is_cut {
        "excluded dates"
    } else {
        "clock change"
    };
    Some(format!("{} shorter: {why}", window.lasts - length))
}

/// How a clock change moves the end of an opening that is as long as ever.
fn drift(window: &Window, opening: &Opening) -> Option<String> {
    let offset = |at| window.zone.to_offset(at).seconds();
    let seconds = offset(opening.end) - offset(opening.start);
    if window.rule == DstRule::WallClock || seconds == 0 {
        return None;
    }
    let by = Span::from_secs(u64::from(seconds.unsigned_abs()));
    let whither = if seconds > 0 { "later" } else { "earlier" };
    // The times beside it may be those of another zone.
    Some(format!("closes {by} {whither} in its zone: clock change"))
}

/// By how much clocks are further back at the end of an opening than at its start.
fn set_back(opening: &Opening, zone: &TimeZone) -> Span {
    let offset = |at| zone.to_offset(at).seconds();
    let seconds = offset(opening.start) - offset(opening.end);
    Span::from_secs(u64::try_from(seconds).unwrap_or(0))
}
