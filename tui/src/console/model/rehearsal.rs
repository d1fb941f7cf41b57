//! The last rehearsal of the fleet, as the console knows it.

use appliance::Text;
use simulator::forecast::Outlook;
use simulator::forecast::outlook::Moment;

use super::{Model, View};
use crate::clock::soon;
use crate::console::command::Command;
use crate::console::message::Rehearsed;

/// A rehearsal: how far it is, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Rehearsal {
    /// Which of the console's it is.
    pub number: u32,
    /// What was supposed to be ordered first, in words; `None`: nothing.
    pub supposed: Option<Text>,
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
}

impl Rehearsal {
    /// One that begins.
    pub fn new(number: u32, supposed: Option<Text>) -> Self {
        Self {
            number,
            supposed,
            made: 0,
            of: 0,
            is_over: false,
            outlook: None,
            why_not: None,
            orders: 0,
        }
    }

    /// Takes how far it is, unless that is of another one.
    pub fn take(&mut self, told: Rehearsed) {
        if told.number == self.number {
            self.made = told.made;
            self.of = told.of;
            self.is_over = told.is_over;
            self.why_not = told.why_not;
            self.outlook = told.outlook.map(|outlook| *outlook);
        }
    }
}

impl Model {
    /// Whether a rehearsal goes on.
    pub fn is_rehearsing(&self) -> bool {
        let rehearsal = self.fleet.rehearsal.as_ref();
        rehearsal.is_some_and(|rehearsal| !rehearsal.is_over)
    }

    /// Whether the last rehearsal is of the fleet as it is now.
    pub fn is_rehearsed(&self) -> bool {
        let Some(rehearsal) = &self.fleet.rehearsal else {
            return false;
        };
        let from = rehearsal.outlook.as_ref().map(|outlook| outlook.from_ms);
        rehearsal.orders == 0 && from == Some(self.clock.now_ms)
    }

    /// What the last rehearsal says of an order, if that was what it was of, and no order was given since.
    pub(super) fn forecast_of(&self, command: &Command) -> Option<String> {
        let rehearsal = self.fleet.rehearsal.as_ref()?;
        let supposed = rehearsal.supposed.as_ref()?;
        if rehearsal.orders > 0 || supposed.as_str() != command.to_string() {
            return None;
        }
        let outlook = rehearsal.outlook.as_ref()?;
        let [median, ninth, _] = &outlook.finish;
        let told = |name: &str, moment: &Moment| match moment.after_ms {
            Some(after) => format!("{name} {}", soon(after)),
            None => format!("{name} does not finish without help"),
        };
        let ago = self.clock.now_ms.saturating_sub(outlook.from_ms);
        let age = if ago > 0 {
            format!(", {} ago", soon(ago))
        } else {
            String::new()
        };
        Some(format!(
            "forecast {}, {}; finishes in {:.1} % of {} runs{age}",
            told("P50", median),
            told("P90", ninth),
            outlook.finished.share * 100.0,
            outlook.runs
        ))
    }

    /// Whether the forecast is on the screen.
    pub(crate) fn shows_forecast(&self) -> bool {
        self.place.view == View::Forecast
    }
}
