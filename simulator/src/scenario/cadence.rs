//! When machine images are released: at a fixed distance, on the same day of each month, or on given dates.

use jiff::ToSpan;

use super::Scenario;
use super::calendar::{Calendar, instant};
use super::problem::Problems;
use super::section::{Item, Section};
use super::timeline::instant_of_step;
use super::values::{duration, positive_duration};
use crate::engine::{Span, Time};

/// When images are released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// Again and again.
    Recurring {
        /// When the first is due.
        first: Time,
        /// How far apart they are due; `None`: at the same day and time of each month.
        every: Option<Span>,
        /// Each comes up to so much later than it is due.
        jitter: Span,
    },
    /// At these instants and never again.
    Dates(Vec<Time>),
}

/// The most that a monthly release may be late: no month is shorter than 28 days, an hour less where a clock is put
/// forward.
const MOST_MONTHLY_JITTER: Span = Span::from_secs(27 * 86_400);

impl Cadence {
    /// When release `number`, from 1, is due; `None` when there is none, or none before the end of the calendar.
    pub fn due(&self, number: u32, calendar: &Calendar) -> Option<Time> {
        let before = number.checked_sub(1)?;
        match self {
            Self::Recurring {
                first,
                every: Some(every),
                ..
            } => {
                let after = every.as_millis().checked_mul(u64::from(before))?;
                Some(*first + Span::from_millis(after))
            }
            Self::Recurring { first, .. } => months_after(calendar, *first, before),
            Self::Dates(dates) => dates.get(before as usize).copied(),
        }
    }

    /// How much later than it is due a release may come.
    pub fn jitter(&self) -> Span {
        match self {
            Self::Recurring { jitter, .. } => *jitter,
            Self::Dates(_) => Span::ZERO,
        }
    }
}

/// The same day and time so many months later, in the scenario's zone; the last day of a month that has no such day.
fn months_after(calendar: &Calendar, first: Time, months: u32) -> Option<Time> {
    let starts = calendar.starts();
    let first = i64::try_from(first.as_millis()).ok()?;
    let first = starts.checked_add(first.milliseconds()).ok()?;
    let months = i32::try_from(months).ok()?;
    let due = first
        .checked_add(jiff::Span::new().try_months(months).ok()?)
        .ok()?;
    let millis = due.timestamp().as_millisecond() - starts.timestamp().as_millisecond();
    u64::try_from(millis).ok().map(Time::from_millis)
}

/// `every`, `first` and `jitter`; `None` when they cannot be, which is noted.
pub(super) fn recurring(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Cadence> {
    let every = table.need("every", problems, interval);
    let first = table.item("first");
    let given = match &first {
        Some(item) => Some(instant_of_step(item, problems, scenario)?),
        None => None,
    };
    let jitter = table.item("jitter");
    let late = match &jitter {
        Some(item) => duration(item, problems)?,
        None => Span::ZERO,
    };
    let every = every?;
    let is_too_late = every.map_or(late > MOST_MONTHLY_JITTER, |every| late >= every);
    if let Some(item) = jitter.filter(|_| is_too_late) {
        item.refuse(
            problems,
            "a duration shorter than the interval (27 days where that is a month)",
        );
        return None;
    }
    let cadence = Cadence::Recurring {
        first: match (given, every) {
            (Some(first), _) => first,
            (None, Some(every)) => Time::START + every,
            (None, None) => months_after(&scenario.calendar, Time::START, 1)?,
        },
        every,
        jitter: late,
    };
    check_first(table, problems, scenario, &cadence);
    Some(cadence)
}

/// Notes that the first image would come after the horizon, or that nothing says how far to look.
fn check_first(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    cadence: &Cadence,
) {
    let first = cadence.due(1, &scenario.calendar);
    let (Some(first), Some(item)) = (first, table.item("every")) else {
        return;
    };
    match scenario.horizon {
        None => item.object(
            problems,
            "which goes on for ever: it needs a horizon beside it",
        ),
        Some(horizon) if first.since_start() > horizon && table.item("first").is_none() => {
            item.object(
                problems,
                &format!("with which the first image comes after the horizon of {horizon}"),
            );
        }
        Some(_) => {}
    }
}

/// A duration, or `"month"`, which is none.
#[expect(
    clippy::option_option,
    reason = "the outer one says that it cannot be read, as everywhere here"
)]
fn interval(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Option<Span>> {
    if item.as_str() == Some("month") {
        return Some(None);
    }
    let before = problems.len();
    let every = positive_duration(item, problems);
    if every.is_some_and(|every| every < Span::from_secs(3600)) {
        item.refuse(problems, "at least an hour, or \"month\"");
    }
    every.filter(|_| problems.len() == before).map(Some)
}

/// An instant of a list of dates, which must be later than the one before it.
pub(super) fn date(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    before: Option<Time>,
) -> Option<Time> {
    let at = match scenario.horizon {
        Some(_) => instant_of_step(item, problems, scenario)?,
        None => instant(&scenario.calendar)(item, problems)?,
    };
    if before.is_some_and(|before| at <= before) {
        item.object(problems, "which is not later than the one before it");
        return None;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When images are due in a scenario that starts then, in its zone; `head` and `images` complete it.
    fn due(starts: &str, images: &str, count: u32) -> Vec<String> {
        let text = format!(
            "starts = \"{starts}\"\nhorizon = \"400d\"\n[[pools]]\nname = \"p\"\nmachines = 1\n[images]\n{images}\n"
        );
        let scenario = Scenario::parse(&text, "f", "f").unwrap();
        let cadence = &scenario.images.as_ref().unwrap().cadence;
        (1..=count)
            .map_while(|number| cadence.due(number, &scenario.calendar))
            .map(|at| scenario.calendar.rfc3339(at))
            .collect()
    }

    #[test]
    fn a_month_later_is_the_same_day_and_time_or_the_months_last_day() {
        let images = "every = \"month\"\nfirst = \"2026-01-31 09:00\"";
        assert_eq!(
            due("2026-01-05 00:00 Europe/Zurich", images, 5),
            [
                "2026-01-31T09:00:00+01:00",
                "2026-02-28T09:00:00+01:00",
                "2026-03-31T09:00:00+02:00",
                "2026-04-30T09:00:00+02:00",
                "2026-05-31T09:00:00+02:00",
            ]
        );
    }

    #[test]
    fn the_first_comes_one_interval_after_the_start() {
        let start = "2026-01-05 00:00 Europe/Zurich";
        assert_eq!(
            due(start, "every = \"month\"", 1),
            ["2026-02-05T00:00:00+01:00"]
        );
        // Thirty days are 720 hours, whatever the clocks do.
        assert_eq!(
            due(start, "every = \"30d\"", 3),
            [
                "2026-02-04T00:00:00+01:00",
                "2026-03-06T00:00:00+01:00",
                "2026-04-05T01:00:00+02:00",
            ]
        );
    }

    #[test]
    fn given_dates_are_all() {
        let images = "dates = [\"2026-01-20 09:00\", { at = \"2026-02-17 09:00\" }]";
        assert_eq!(
            due("2026-01-05T00:00Z", images, 9),
            ["2026-01-20T09:00:00+00:00", "2026-02-17T09:00:00+00:00"]
        );
    }
}
