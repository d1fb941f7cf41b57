//! When a window opens: `opens` with its weeks, or `cron`.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::Scenario;
use super::super::calendar::text;
use super::super::problem::Problems;
use super::super::section::{Item, Section};
use super::super::values::{bounded, list};
use crate::windows::{Opens, Schedule, Weeks};

/// The most weeks from one opening to the next.
const MOST_WEEKS: u32 = 520;

/// The schedule of a window.
pub(super) fn schedule(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    zone: &TimeZone,
) -> Option<Schedule> {
    let cron = table.item("cron");
    let Some(opens) = table.item("opens") else {
        only_beside_days(table, problems);
        let Some(cron) = cron else {
            let missing = format!(
                "{}: missing; allowed: opens or cron",
                table.path_of("opens")
            );
            problems.add(table.offset(), missing);
            return None;
        };
        return by_cron(&cron, problems);
    };
    if let Some(cron) = cron {
        cron.object(problems, "beside opens: one of the two decides");
        return None;
    }
    let opens = all_opens(&opens, problems);
    if opens.iter().flatten().any(|opens| opens.is_monthly()) {
        only_beside_days(table, problems);
        return opens.map(|opens| Schedule::Days {
            opens,
            weeks: Weeks::All,
        });
    }
    let weeks = weeks(table, problems, scenario, zone);
    Some(Schedule::Days {
        opens: opens?,
        weeks: weeks?,
    })
}

/// Notes keys that say in which weeks a window opens, where weeks are not what decides.
fn only_beside_days(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) {
    for key in ["every", "from"] {
        if let Some(item) = table.item(key) {
            item.object(problems, "which is only for windows that open on weekdays");
        }
    }
}

fn by_cron(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Schedule> {
    let Some(pattern) = item.as_str() else {
        item.refuse(problems, "a cron pattern of five fields, as \"0 22 * * 6\"");
        return None;
    };
    match Schedule::cron(pattern) {
        Ok(schedule) => Some(schedule),
        Err(why) => {
            let allowed = "a cron pattern of five fields, as \"0 22 * * 6\"";
            item.object(problems, &format!("{why}; allowed: {allowed}"));
            None
        }
    }
}

/// One time, or a list of them.
fn all_opens(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Vec<Opens>> {
    if item.elements().is_some() {
        return list(item, problems, "weekday and time", opens);
    }
    opens(item, problems).map(|opens| vec![opens])
}

fn opens(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Opens> {
    let opens = item.as_str().and_then(Opens::parse);
    if opens.is_none() {
        let allowed = "days and a time, as \"Sat 22:00\", \"Mon-Fri 22:00\", \"daily 22:00\", \"2nd Tue 22:00\" or \"last Fri 22:00\"";
        item.refuse(problems, allowed);
    }
    opens
}

fn weeks(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    zone: &TimeZone,
) -> Option<Weeks> {
    let from = table.item("from");
    let Some(every) = table.item("every") else {
        if let Some(from) = from {
            from.object(problems, "without every, whose first week it names");
            return None;
        }
        return Some(Weeks::All);
    };
    let every = bounded(1, MOST_WEEKS)(&every, problems);
    let first = match from {
        Some(item) => date(&item, problems)?,
        None => scenario
            .calendar
            .starts()
            .with_time_zone(zone.clone())
            .date(),
    };
    Some(Weeks::From {
        first,
        every: every?,
    })
}

fn date(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Date> {
    let date = text(item).and_then(|text| text.parse().ok());
    if date.is_none() {
        item.refuse(problems, "a date, as \"2026-01-05\"");
    }
    date
}
