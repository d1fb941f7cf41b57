//! When a pool's machines may start: its maintenance windows on the clock of a run.

use std::collections::BTreeMap;

use super::PoolIndex;
use super::blueprint::Blueprint;
use crate::engine::{Span, Time};
use crate::scenario::Scenario;
use crate::update_time::update_time;
use crate::windows::{EndRule, MustFit};

/// One uninterrupted time in which machines of a pool may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// When the window opens.
    pub opens: Time,
    /// When the window closes.
    pub closes: Time,
    /// From when on nothing new starts: when it closes, or before that by its end rule. At `opens` where not one machine
    /// fits.
    pub shuts: Time,
    /// Whether the time limit of a rollout stands still from the close to the next opening.
    pub pauses: bool,
}

impl Door {
    /// Whether a machine may start at `now`.
    pub fn is_open(&self, now: Time) -> bool {
        self.opens <= now && now < self.shuts
    }

    /// Whether its window is open at `now`, although nothing new may start any more.
    pub fn is_inside(&self, now: Time) -> bool {
        self.opens <= now && now < self.closes
    }

    /// When something changes at it next, after `now`.
    pub(super) fn next_edge(&self, now: Time) -> Time {
        let edges = [self.opens, self.shuts, self.closes];
        edges
            .into_iter()
            .find(|edge| *edge > now)
            .unwrap_or(self.closes)
    }
}

/// The most doors that are worked out beforehand; what lies behind them is when it is asked for.
const KNOWN: usize = 1_000_000;

/// The windows of a pool up to the first that opens after `horizon`, in order; `None` where its machines may start at
/// any time.
pub(crate) fn doors(scenario: &Scenario, pool: usize, horizon: Time) -> Option<Vec<Door>> {
    let mut doors = Vec::new();
    for door in from(scenario, pool, Time::START)?.take(KNOWN) {
        doors.push(door);
        if door.opens > horizon {
            break;
        }
    }
    Some(doors)
}

/// The windows of a pool that close after `now`, in order.
fn from(scenario: &Scenario, pool: usize, now: Time) -> Option<impl Iterator<Item = Door>> {
    let openings = scenario.openings(pool, scenario.calendar.timestamp(now))?;
    let mut needs = BTreeMap::new();
    Some(openings.map(move |opening| {
        let instant = |at| scenario.calendar.time(at).unwrap_or(Time::START);
        let rule = scenario.windows[opening.closed_by].end;
        let held_back = match rule {
            EndRule::Door | EndRule::Pause => Span::ZERO,
            EndRule::Reserve(reserve) => reserve,
            EndRule::MustFit(MustFit::Runtime(runtime)) => runtime,
            EndRule::MustFit(MustFit::Quantile(q)) => *needs
                .entry(opening.closed_by)
                .or_insert_with(|| update_time(scenario, pool, q)),
        };
        door(
            instant(opening.start),
            instant(opening.end),
            rule,
            held_back,
        )
    }))
}

/// A door whose end is so long that nothing new starts in it. What must fit may start at the last instant from which it
/// does.
fn door(opens: Time, closes: Time, rule: EndRule, held_back: Span) -> Door {
    let length = closes.since(opens);
    let shuts = match rule {
        _ if held_back > length => opens,
        EndRule::MustFit(_) if !held_back.is_zero() => {
            opens + (length - held_back) + Span::from_millis(1)
        }
        _ => opens + (length - held_back),
    };
    Door {
        opens,
        closes,
        shuts,
        pauses: rule == EndRule::Pause,
    }
}

impl Blueprint {
    /// Whether the machines of a pool start in windows only.
    pub fn has_windows(&self, pool: PoolIndex) -> bool {
        self.plan(pool).doors.is_some()
    }

    /// The window of a pool that is open at `now`, or else the next; `None` where none opens any more.
    pub fn door(&self, pool: PoolIndex, now: Time) -> Option<Door> {
        let doors = self.plan(pool).doors.as_ref()?;
        let next = doors.partition_point(|door| door.closes <= now);
        let known = doors.get(next).copied();
        known.or_else(|| from(self.scenario(), pool.at(), now)?.next())
    }
}
