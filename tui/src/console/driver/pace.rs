//! A simulation whose clock is paced: by how much it moves on when real time goes by. Reads no clock itself.

use std::time::Duration;

use appliance::{Error, Reply, Request};
use jiff::tz::TimeZone;
use simulator::engine::{Span, Time};
use simulator::simulation::Simulation;

use crate::console::message::{ClockReport, ClockState, Drive, Speed};

/// The end of simulated time: a hundred years, as far as the clock of the simulator goes.
const END: Time = Time::from_millis(Span::LONGEST.as_millis());

const NOTHING_PENDING: &str = "nothing is pending: no operation goes on and no step is to come";

/// A simulation and the pace of its clock.
#[derive(Clone, Debug)]
pub struct Pace {
    simulation: Simulation,
    state: ClockState,
    speed: Speed,
    /// The number of milestones beyond which the clock stands again.
    milestones: u64,
    /// The zone of dates.
    zone: TimeZone,
}

impl Pace {
    /// A simulation whose clock stands, with dates in its own zone.
    pub fn new(simulation: Simulation, speed: Speed) -> Self {
        let calendar = &simulation.blueprint().scenario().calendar;
        Self {
            zone: calendar.starts().time_zone().clone(),
            simulation,
            state: ClockState::Paused,
            speed,
            milestones: 0,
        }
    }

    /// With dates in this zone.
    #[must_use]
    pub fn in_zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// What is paced.
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// Lets the clock stand.
    pub fn stand(&mut self) {
        self.state = ClockState::Paused;
    }

    /// Whether the clock stands.
    pub fn is_paused(&self) -> bool {
        self.state == ClockState::Paused
    }

    /// Whether the clock waits for nothing but the processor.
    pub fn is_in_haste(&self) -> bool {
        match self.state {
            ClockState::Paused => false,
            ClockState::Running => self.speed == Speed::Max,
            ClockState::RunningToMilestone => true,
        }
    }

    /// Where the clock stands.
    pub fn report(&self) -> ClockReport {
        let now = self.simulation.now();
        ClockReport {
            now_ms: now.as_millis(),
            date: Some(self.simulation.date(now, &self.zone)),
            state: self.state,
            speed: self.speed,
            events: self.simulation.events_told(),
        }
    }

    /// Answers a request.
    ///
    /// # Errors
    /// As the simulation does.
    pub fn answer(&mut self, request: &Request) -> Result<Reply, Error> {
        self.simulation.answer(request)
    }

    /// Does with the clock what it is told. Returns why that cannot be done, if so.
    pub fn drive(&mut self, drive: Drive) -> Option<&'static str> {
        let is_pending = self.simulation.next_at().is_some();
        match drive {
            Drive::Pause => self.state = ClockState::Paused,
            Drive::SetSpeed(speed) => self.speed = speed,
            Drive::Run if self.speed == Speed::Max && !is_pending => return Some(NOTHING_PENDING),
            Drive::Run => self.state = ClockState::Running,
            Drive::Step | Drive::RunToMilestone if !is_pending => return Some(NOTHING_PENDING),
            Drive::Step => {
                self.state = ClockState::Paused;
                self.simulation.step(END);
            }
            Drive::RunToMilestone => {
                self.state = ClockState::RunningToMilestone;
                self.milestones = self.simulation.milestones();
            }
        }
        None
    }

    /// Moves the simulation on by what `elapsed` of real time means at its speed, or as far as it comes while
    /// `goes_on` says so. Where it cannot come as far, it does not try to catch up later.
    pub fn advance(&mut self, elapsed: Duration, mut goes_on: impl FnMut() -> bool) {
        let until = match (self.state, self.speed) {
            (ClockState::Paused, _) => return,
            (ClockState::Running, Speed::Times(times)) => {
                let millis = elapsed.as_millis().saturating_mul(u128::from(times));
                let span = Span::from_millis(u64::try_from(millis).unwrap_or(u64::MAX));
                (self.simulation.now() + span).min(END)
            }
            _ => END,
        };
        while goes_on() {
            let is_at_milestone = self.state == ClockState::RunningToMilestone
                && self.simulation.milestones() > self.milestones;
            if is_at_milestone {
                self.state = ClockState::Paused;
                return;
            }
            if self.simulation.step(until) {
                continue;
            }
            if until < END {
                self.simulation.run_until(until);
            } else {
                self.state = ClockState::Paused;
            }
            return;
        }
    }
}
