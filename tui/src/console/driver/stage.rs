//! What the console is shown: the fleet, or a run of its last rehearsal while the fleet stands.

use std::num::NonZeroUsize;

use appliance::{Error, ErrorKind, Reply, Request, Text};
use jiff::tz::TimeZone;
use simulator::engine::Seed;
use simulator::ensemble::{Course, EnsembleError};
use simulator::forecast::Clock;
use simulator::simulation::Simulation;
use simulator::simulation::rehearsal::Rehearsal;

use super::pace::Pace;
use crate::console::message::Rehearsed;

/// Runs of a rehearsal, at most: more are for the command line.
const MOST_RUNS: u32 = 1000;
/// Runs after which it is looked whether somebody is to be told.
const TURN: u32 = 20;

/// The fleet, and a run of its rehearsal if one is shown.
#[derive(Clone, Debug)]
pub struct Stage {
    shown: Pace,
    /// The fleet, while a run of a rehearsal is shown.
    fleet: Option<Pace>,
    /// What the last rehearsal was of.
    rehearsed: Option<(Simulation, Vec<Request>)>,
    seed: Seed,
    /// The zone of dates and its name.
    zone: (TimeZone, String),
}

/// A rehearsal to be made, on any thread.
#[derive(Debug)]
pub struct Work {
    number: u32,
    rehearsal: Rehearsal,
    seed: Seed,
    runs: u32,
    clock: Clock,
}

impl Stage {
    /// Shows a fleet, whose rehearsals have this seed, with dates in a zone.
    pub fn new(pace: Pace, seed: Seed, zone: (TimeZone, String)) -> Self {
        Self {
            shown: pace.in_zone(zone.0.clone()),
            fleet: None,
            rehearsed: None,
            seed,
            zone,
        }
    }

    /// What is shown.
    pub fn pace(&self) -> &Pace {
        &self.shown
    }

    /// What is shown, to drive it.
    pub fn pace_mut(&mut self) -> &mut Pace {
        &mut self.shown
    }

    /// Answers a request of what is shown.
    ///
    /// # Errors
    /// As the simulation does; and a run of a rehearsal takes no orders.
    pub fn answer(&mut self, request: &Request) -> Result<Reply, Error> {
        if self.fleet.is_some() && request.is_order() {
            let why = "this is a run of a rehearsal, which takes no orders";
            return Err(Error::new(ErrorKind::Conflict, why));
        }
        self.shown.answer(request)
    }

    /// The rehearsal of the fleet from now on, after these orders.
    ///
    /// # Errors
    /// When one of the orders cannot be carried out.
    pub fn rehearse(&mut self, number: u32, with: Vec<Request>) -> Result<Work, Error> {
        let simulation = self.fleet.as_ref().unwrap_or(&self.shown).simulation();
        let scenario = simulation.blueprint().scenario();
        let work = Work {
            number,
            rehearsal: simulation.rehearsal(&with)?,
            seed: self.seed,
            runs: scenario.runs.clamp(1, MOST_RUNS),
            clock: Clock::new(&scenario.calendar, Some(self.zone.clone())),
        };
        self.rehearsed = Some((simulation.clone(), with));
        Ok(work)
    }

    /// Shows a run of the last rehearsal, from the instant of which that was. The fleet stands.
    ///
    /// # Errors
    /// When there was no rehearsal.
    pub fn watch(&mut self, run: u32) -> Result<(), Text> {
        let Some((simulation, with)) = &self.rehearsed else {
            return Err(Text::from("there was no rehearsal"));
        };
        let goes_on = simulation.goes_on_as(with, self.seed, run);
        let simulation = goes_on.map_err(|error| Text::from(error.to_string()))?;
        let pace = Pace::new(simulation, self.shown.report().speed).in_zone(self.zone.0.clone());
        let before = std::mem::replace(&mut self.shown, pace);
        self.fleet.get_or_insert(before);
        Ok(())
    }

    /// Shows the fleet again, which stands.
    pub fn leave(&mut self) {
        if let Some(mut fleet) = self.fleet.take() {
            // It has not moved, and must not make up for it.
            fleet.stand();
            self.shown = fleet;
        }
    }
}

impl Work {
    /// That it begins.
    pub fn begun(&self) -> Rehearsed {
        Rehearsed::begun(self.number, self.runs)
    }

    /// Makes the runs, and tells how far it is: always at the end, and between when `is_due` says so.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn carry_out(
        &self,
        threads: Option<NonZeroUsize>,
        is_stopped: &(dyn Fn() -> bool + Sync),
        is_due: &dyn Fn() -> bool,
        tell: &dyn Fn(Rehearsed),
    ) -> Result<(), EnsembleError> {
        let course = Course {
            is_stopped,
            ..Course::unwatched(threads)
        };
        let mut rows = Vec::new();
        let mut made = 0;
        while made < self.runs && !is_stopped() {
            let until = self.runs.min(made + TURN);
            rows.extend(course.runs(made..until, |run| self.rehearsal.run(self.seed, run))?);
            made = u32::try_from(rows.len()).unwrap_or(self.runs);
            if made < self.runs && is_due() {
                tell(self.report(&rows, false));
            }
        }
        tell(self.report(&rows, true));
        Ok(())
    }

    fn report(&self, rows: &[simulator::fleet::RunRow], is_over: bool) -> Rehearsed {
        let outlook = self
            .rehearsal
            .outlook(self.seed, rows, self.runs, &self.clock);
        Rehearsed {
            made: u32::try_from(rows.len()).unwrap_or(self.runs),
            is_over,
            outlook: outlook.map(Box::new),
            ..self.begun()
        }
    }
}
