//! The last rehearsal of the fleet, as the console knows it.

use std::time::Duration;

use appliance::Text;
use simulator::forecast::Outlook;
use simulator::forecast::outlook::Moment;

use super::captured::{Captured, Changes, STALE_AFTER};
use super::live::age;
use super::{Model, RowId, View};
use crate::clock::soon;
use crate::console::command::Command;
use crate::console::message::Rehearsed;

/// A rehearsal: how far it is, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Rehearsal {
    /// Which of the console's it is.
    pub number: u32,
    /// What was supposed to be ordered first; `None`: nothing.
    pub supposed: Option<Command>,
    /// How many runs were made.
    pub made: u32,
    /// How many were asked for; 0 as long as that is not known.
    pub of: u32,
    /// Whether no more are made.
    pub is_over: bool,
    /// What the runs say so far.
    pub outlook: Option<Outlook>,
    /// Why there is none.
    pub why_not: Option<Text>,
    /// Orders that the fleet took since.
    pub orders: u32,
    /// What a live appliance is asked before any run is made.
    pub asks: Option<Text>,
    /// What it rests on, where the fleet is a live one.
    pub live: Option<OfLive>,
}

/// What a rehearsal of a live fleet rests on, and how that has grown old.
#[derive(Clone, Debug, PartialEq)]
pub struct OfLive {
    /// The fleet as it was captured.
    pub captured: Captured,
    /// How long ago.
    pub age: Duration,
    /// What is otherwise by now.
    pub changes: Changes,
    /// Operations that were under way, of which a capture has none.
    pub under_way: usize,
}

impl OfLive {
    /// Why it is no longer of the fleet as it is now, in words; none where it still is.
    pub fn stale(&self) -> Vec<String> {
        let is_old = self.age >= STALE_AFTER;
        let old = is_old.then(|| format!("{} old", age(self.age)));
        old.into_iter().chain(self.changes.told()).collect()
    }
}

impl Rehearsal {
    /// One that begins.
    pub fn new(number: u32, supposed: Option<Command>) -> Self {
        Self {
            number,
            supposed,
            made: 0,
            of: 0,
            is_over: false,
            outlook: None,
            why_not: None,
            orders: 0,
            asks: None,
            live: None,
        }
    }

    /// Takes how far it is, unless that is of another one. `under_way`: operations of a live fleet that are not over.
    pub fn take(&mut self, told: Rehearsed, under_way: usize) {
        if told.number != self.number {
            return;
        }
        self.made = told.made;
        self.of = told.of;
        self.is_over = told.is_over;
        self.why_not = told.why_not;
        self.asks = told.asks;
        self.outlook = told.outlook.map(|outlook| *outlook);
        if let Some(captured) = told.captured {
            self.live = Some(OfLive {
                captured: *captured,
                age: Duration::ZERO,
                changes: Changes::default(),
                under_way,
            });
        }
    }
}

impl Model {
    /// Whether a rehearsal goes on.
    pub fn is_rehearsing(&self) -> bool {
        let rehearsal = self.fleet.rehearsal.as_ref();
        rehearsal.is_some_and(|rehearsal| !rehearsal.is_over)
    }

    /// Whether a live appliance is asked for its fleet, to rehearse it.
    pub(in crate::console) fn is_capturing(&self) -> bool {
        let rehearsal = self.fleet.rehearsal.as_ref();
        let is_capture = |rehearsal: &Rehearsal| rehearsal.live.is_none() && !rehearsal.is_over;
        self.live.is_some() && rehearsal.is_some_and(is_capture)
    }

    /// Whether the last rehearsal is of the fleet as it is now, with nothing supposed but this.
    pub fn is_rehearsed(&self, supposed: Option<&Command>) -> bool {
        let Some(rehearsal) = &self.fleet.rehearsal else {
            return false;
        };
        let from = rehearsal.outlook.as_ref().map(|outlook| outlook.from_ms);
        let is_current = rehearsal.live.as_ref().map_or_else(
            || from == Some(self.clock.now_ms),
            |live| live.stale().is_empty() && rehearsal.why_not.is_none(),
        );
        is_current && rehearsal.orders == 0 && rehearsal.supposed.as_ref() == supposed
    }

    /// The saved revisions that are chosen among all, which a rehearsal is to suppose applied; `None` where others are chosen.
    pub(in crate::console) fn chosen_saved(&self) -> Option<Vec<RowId>> {
        if !matches!(self.place.view, View::Revisions(_)) {
            return None;
        }
        let rows = self.chosen();
        let is_saved = |row: &RowId| match row {
            RowId::Revision(pool, number) => self.fleet.revisions.iter().any(|known| {
                known.machine_pool_id == *pool && known.number == *number && known.is_pending
            }),
            _ => false,
        };
        let are_saved = !rows.is_empty() && rows.iter().all(is_saved);
        are_saved.then_some(rows)
    }

    /// What the last rehearsal says of an order, if that was what it was of, and no order was given since.
    pub(super) fn forecast_of(&self, command: &Command) -> Option<String> {
        let rehearsal = self.fleet.rehearsal.as_ref()?;
        let supposed = rehearsal.supposed.as_ref()?;
        if rehearsal.orders > 0 || supposed != command {
            return None;
        }
        let outlook = rehearsal.outlook.as_ref()?;
        let [median, ninth, _] = &outlook.finish;
        let told = |name: &str, moment: &Moment| match moment.after_ms {
            Some(after) => format!("{name} {}", soon(after)),
            None => format!("{name} does not finish without help"),
        };
        let since = self.since(rehearsal, outlook);
        Some(format!(
            "forecast {}, {}; finishes in {:.1} % of {} runs{since}",
            told("P50", median),
            told("P90", ninth),
            outlook.finished.share * 100.0,
            outlook.runs
        ))
    }

    /// What is to be said of a forecast's age beside it.
    fn since(&self, rehearsal: &Rehearsal, outlook: &Outlook) -> String {
        if let Some(live) = &rehearsal.live {
            let stale = live.stale();
            let assumed = live.captured.assumed.len();
            let told = format!(", {} ago, {assumed} values assumed", age(live.age));
            return if stale.is_empty() {
                told
            } else {
                format!("{told}; STALE: {}", stale.join(", "))
            };
        }
        let ago = self.clock.now_ms.saturating_sub(outlook.from_ms);
        if ago > 0 {
            format!(", {} ago", soon(ago))
        } else {
            String::new()
        }
    }

    /// Whether the forecast is on the screen.
    pub(crate) fn shows_forecast(&self) -> bool {
        self.place.view == View::Forecast
    }
}
