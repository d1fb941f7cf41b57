//! Maintenance windows: `[[windows]]` and `[[exclusions]]`.

mod opens;
pub(super) mod whose;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Scenario;
use super::calendar::text;
use super::pool::unique_name;
use super::presets;
use super::problem::{Problems, did_you_mean};
use super::section::{Item, Section};
use super::values::{list, positive_duration, probability, word};
use crate::engine::Span;
use crate::windows::{
    Dates, DatesError, DstRule, EndRule, Exclusion, MustFit, Openings, Window, zone, zone_names,
};

/// The longest opening of a window: 31 days.
const LONGEST: Span = Span::from_secs(31 * 86_400);
/// The share of updates that a machine's time is taken not to exceed, where the scenario names none.
const DEFAULT_QUANTILE: f64 = 0.99;

impl Scenario {
    /// The pieces in which a pool's windows are open, those that end after `from`; `None`: it has no windows and is
    /// always open.
    pub fn openings(&self, pool: usize, from: Timestamp) -> Option<Openings<'_>> {
        let windows = self.windows_of(pool);
        let has_windows = windows.clone().next().is_some();
        has_windows.then(|| Openings::new(windows, self.exclusions_of(pool), from))
    }

    /// Whether an instant is on a date that one of a pool's windows leaves out, or that the pool's exclusions do.
    pub fn is_left_out(&self, pool: usize, window: &Window, at: Timestamp) -> bool {
        let own = window.except.iter().map(|dates| (dates, &window.zone));
        let general = self.exclusions_of(pool);
        let general = general
            .flat_map(|exclusion| exclusion.dates.iter().map(|dates| (dates, &exclusion.zone)));
        own.chain(general)
            .any(|(dates, zone)| dates.contains(zone, at))
    }

    fn exclusions_of(&self, pool: usize) -> impl Iterator<Item = &Exclusion> {
        let exclusions = self.exclusions.iter();
        exclusions.filter(move |exclusion| exclusion.pools.contains(&pool))
    }

    /// A pool's windows with their places.
    pub fn windows_of(&self, pool: usize) -> impl Iterator<Item = (usize, &Window)> + Clone {
        let windows = self.windows.iter().enumerate();
        windows.filter(move |(_, window)| window.pools.contains(&pool))
    }
}

/// The windows of the scenario.
pub(super) fn windows(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Window> {
    let mut windows = Vec::new();
    let mut names = BTreeSet::new();
    for mut table in section.tables("windows", problems) {
        let window = window(&mut table, problems, scenario, &mut names);
        table.finish(problems);
        windows.extend(window);
    }
    windows
}

fn window(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    names: &mut BTreeSet<String>,
) -> Option<Window> {
    let name = table.get("name", problems, |item, problems| {
        unique_name(names, item, problems)
    });
    let pools = whose::pools(table, problems, scenario);
    if let Some(preset) = pools
        .as_ref()
        .and_then(|pools| presets::common(scenario, pools))
    {
        let place = table.offset()..table.offset();
        preset.put_under("window", table, place);
    }
    let (zone, zone_name) = time_zone(table, problems, scenario);
    let schedule = opens::schedule(table, problems, scenario, &zone);
    let lasts = table.need("for", problems, lasts);
    let words = [DstRule::Elapsed, DstRule::WallClock].map(|rule| (rule.as_str(), rule));
    let rule = table.get("rule", problems, word(&words));
    let except = table.get("except", problems, dates);
    let end = end_rule(table, problems, lasts);
    Some(Window {
        name,
        pools: pools?,
        schedule: schedule?,
        lasts: lasts?,
        zone,
        zone_name,
        rule: rule.unwrap_or(DstRule::Elapsed),
        except: except.unwrap_or_default(),
        end: end?,
    })
}

/// The exclusions of the scenario.
pub(super) fn exclusions(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Exclusion> {
    let mut exclusions = Vec::new();
    let mut names = BTreeSet::new();
    for mut table in section.tables("exclusions", problems) {
        let name = table.get("name", problems, |item, problems| {
            unique_name(&mut names, item, problems)
        });
        let pools = whose::pools(&mut table, problems, scenario);
        let dates = table.need("dates", problems, dates);
        let (zone, zone_name) = time_zone(&mut table, problems, scenario);
        table.finish(problems);
        if let Some((pools, dates)) = pools.zip(dates) {
            exclusions.push(Exclusion {
                name,
                pools,
                dates,
                zone,
                zone_name,
            });
        }
    }
    exclusions
}

/// When people are there: the openings of a window that is nobody's.
pub(super) fn working_hours(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Window> {
    let (zone, zone_name) = time_zone(table, problems, scenario);
    let schedule = opens::schedule(table, problems, scenario, &zone);
    let lasts = table.need("for", problems, lasts);
    let except = table.get("except", problems, dates);
    Some(Window {
        name: None,
        pools: Vec::new(),
        schedule: schedule?,
        lasts: lasts?,
        zone,
        zone_name,
        rule: DstRule::Elapsed,
        except: except.unwrap_or_default(),
        end: EndRule::Door,
    })
}

/// The zone that a table names, or else the scenario's.
fn time_zone(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> (TimeZone, String) {
    let named = table.get("timezone", problems, |item, problems| {
        let found = item.as_str().unwrap_or_default();
        let known = zone(found);
        if known.is_none() {
            let names = zone_names();
            let hint = did_you_mean(found, names.iter().map(String::as_str));
            let allowed = "a zone of the IANA database, as \"Europe/Zurich\"";
            item.refuse_with_hint(problems, allowed, &hint);
        }
        known
    });
    named.unwrap_or_else(|| {
        let calendar = &scenario.calendar;
        let zone = calendar.starts().time_zone().clone();
        (zone, calendar.zone_name())
    })
}

/// How long a window is open.
fn lasts(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Span> {
    let lasts = positive_duration(item, problems)?;
    if lasts > LONGEST {
        item.refuse(problems, "a duration longer than zero, at most 31 days");
        return None;
    }
    Some(lasts)
}

/// An array of dates and ranges of dates.
fn dates(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Vec<Dates>> {
    list(
        item,
        problems,
        "date or range of dates",
        |item, problems| {
            let read = text(item)
                .ok_or(DatesError::Unreadable)
                .and_then(|text| Dates::parse(&text));
            match read {
            Ok(dates) => return Some(dates),
            Err(DatesError::Backwards) => item.object(problems, "which ends before it begins"),
            Err(DatesError::Unreadable) => item.refuse(
                problems,
                "a date or a range of dates, as \"2026-12-25\" or \"2026-12-24..2027-01-02\", of every year as \"12-24..01-02\"",
            ),
        }
            None
        },
    )
}

/// The words of the end rules.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Door,
    MustFit,
    Reserve,
    Pause,
}

/// What the end of the window means, with the keys that belong to that.
fn end_rule(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    lasts: Option<Span>,
) -> Option<EndRule> {
    let words = [
        ("door", End::Door),
        ("must-fit", End::MustFit),
        ("reserve", End::Reserve),
        ("pause", End::Pause),
    ];
    let end = match table.item("end") {
        Some(item) => word(&words)(&item, problems),
        None => Some(End::Door),
    };
    for (key, owner, says) in [
        ("reserve", End::Reserve, "without end = \"reserve\""),
        ("quantile", End::MustFit, "without end = \"must-fit\""),
        ("runtime", End::MustFit, "without end = \"must-fit\""),
    ] {
        if let Some(item) = table.own_item(key)
            && end.is_some_and(|end| end != owner)
        {
            item.object(problems, says);
        }
    }
    match end? {
        End::Door => Some(EndRule::Door),
        End::Pause => Some(EndRule::Pause),
        End::Reserve => {
            let reserve = table.need("reserve", problems, positive_duration)?;
            if let Some(item) = table.item("reserve")
                && lasts.is_some_and(|lasts| reserve >= lasts)
            {
                item.object(problems, "which leaves nothing of the window");
            }
            Some(EndRule::Reserve(reserve))
        }
        End::MustFit => must_fit(table, problems).map(EndRule::MustFit),
    }
}

fn must_fit(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> Option<MustFit> {
    if let Some(item) = table.item("runtime") {
        if table.item("quantile").is_some() {
            item.object(problems, "beside a quantile: one of the two decides");
        }
        return positive_duration(&item, problems).map(MustFit::Runtime);
    }
    let Some(item) = table.item("quantile") else {
        return Some(MustFit::Quantile(DEFAULT_QUANTILE));
    };
    let share = probability(&item, problems)?;
    if share <= 0.0 || share >= 1.0 {
        item.refuse(problems, "a share above 0% and below 100%, as \"99%\"");
        return None;
    }
    Some(MustFit::Quantile(share))
}
