//! When pools are open, as an appliance tells it, and instants as dates of a zone.

use std::collections::BTreeMap;

use appliance::{Error, ErrorKind, LocalDate, Opening, PoolWindows, Text};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Simulation;
use super::resources::pool_id;
use crate::engine::{Span, Time};
use crate::fleet::PoolIndex;
use crate::windows::{self, EndRule, MustFit};

/// The most openings of a pool that are told at once.
const MOST: u32 = 1000;

impl Simulation {
    /// An instant as a date of a zone.
    pub fn date(&self, at: Time, zone: &TimeZone) -> LocalDate {
        let calendar = &self.world.blueprint().scenario().calendar;
        local(calendar.timestamp(at), zone)
    }

    /// The windows of every pool from now on.
    pub(super) fn windows(&self, timezone: &Text, most: u32) -> Result<Vec<PoolWindows>, Error> {
        let zone = self.zone(timezone)?;
        let pools = self.pools_there();
        Ok(pools
            .into_iter()
            .map(|pool| PoolWindows {
                machine_pool_id: pool_id(pool),
                openings: self.openings(pool, &zone, most.min(MOST)),
            })
            .collect())
    }

    /// The zone of this name, which may be that of the scenario.
    fn zone(&self, name: &Text) -> Result<TimeZone, Error> {
        let calendar = &self.world.blueprint().scenario().calendar;
        if calendar.zone_name() == name.as_str() {
            return Ok(calendar.starts().time_zone().clone());
        }
        let found = windows::zone(name.as_str()).map(|(zone, _)| zone);
        found.ok_or_else(|| {
            let why = format!("there is no time zone {name}");
            Error::new(ErrorKind::NotFound, why)
        })
    }

    /// The next openings of a pool; `None`: it is always open.
    fn openings(&self, pool: PoolIndex, zone: &TimeZone, most: u32) -> Option<Vec<Opening>> {
        let scenario = self.world.blueprint().scenario();
        let now = scenario.calendar.timestamp(self.now());
        let openings = scenario.openings(pool.at(), now)?.listed(most as usize);
        let mut held_back = BTreeMap::new();
        let told = openings.iter().map(|opening| {
            let known = held_back.get(&opening.closed_by).copied();
            let told = self.opening(pool, opening, zone, known);
            if told.shuts_ms > told.opens_ms {
                held_back.insert(opening.closed_by, told.closes_ms - told.shuts_ms);
            }
            told
        });
        Some(told.collect())
    }

    /// An opening, of which so much is `held_back` as of others that the same window closes; where that is not known,
    /// it is worked out anew.
    fn opening(
        &self,
        pool: PoolIndex,
        opening: &windows::Opening,
        zone: &TimeZone,
        held_back: Option<u64>,
    ) -> Opening {
        let blueprint = self.world.blueprint();
        let scenario = blueprint.scenario();
        let instant = |at| scenario.calendar.time(at).unwrap_or(Time::START);
        let (opens, closes) = (instant(opening.start), instant(opening.end));
        let before_close = |millis| Time::from_millis(closes.as_millis().saturating_sub(millis));
        let shuts = if let Some(held_back) = held_back {
            before_close(held_back).max(opens)
        } else {
            // A long opening is several doors, of which the last tells how it ends.
            let door = blueprint.door(pool, before_close(1));
            door.map_or(closes, |door| door.shuts)
        };
        let opened_by = &scenario.windows[opening.opened_by];
        Opening {
            window: opened_by.name.as_deref().map(Text::from),
            opens_ms: opens.as_millis(),
            closes_ms: closes.as_millis(),
            shuts_ms: shuts.as_millis(),
            length_ms: opening.length().as_millis(),
            opens: local(opening.start, zone),
            closes: local(opening.end, zone),
            shuts: local(scenario.calendar.timestamp(shuts), zone),
            end: end(scenario.windows[opening.closed_by].end),
            rule: opened_by.rule.as_str().into(),
        }
    }
}

/// An end rule in words.
fn end(rule: EndRule) -> Text {
    let word = rule.as_str();
    let length = |span: Span| format!("{word} {span}");
    Text::from(match rule {
        EndRule::Door | EndRule::Pause => word.to_owned(),
        EndRule::Reserve(reserve) => length(reserve),
        EndRule::MustFit(MustFit::Runtime(runtime)) => length(runtime),
        EndRule::MustFit(MustFit::Quantile(share)) => {
            // As the scenario has it, without what binary fractions add.
            let percent = format!("{:.6}", share * 100.0);
            let percent = percent.trim_end_matches('0').trim_end_matches('.');
            format!("{word} {percent}%")
        }
    })
}

fn local(at: Timestamp, zone: &TimeZone) -> LocalDate {
    let zoned = at.to_zoned(zone.clone());
    let part = |format: &str| Text::from(zoned.strftime(format).to_string());
    LocalDate {
        weekday: part("%a"),
        day: part("%Y-%m-%d"),
        time: part("%H:%M"),
        offset: part("%:z"),
    }
}
