//! The fleet that is served: a simulation whose clock goes with real time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use appliance::server::{Answerer, Newest};
use appliance::{Clock, Error, ErrorKind, Reply, Request};
use simulator::simulation::Simulation;

use crate::args::{FASTEST, ServeSpeed};
use crate::console::driver::pace::Pace;
use crate::console::message::{Drive, Speed};

/// How often the clock moves on.
const BEAT: Duration = Duration::from_millis(50);
/// The longest time spent on events before somebody else may ask.
const SLICE: Duration = Duration::from_millis(20);

/// A simulated fleet, asked by several at once.
pub(super) struct Fleet {
    state: Mutex<State>,
    newest: Newest,
}

struct State {
    pace: Pace,
    /// Whether somebody has let the clock stand.
    is_paused: bool,
}

impl Fleet {
    /// Starts the clock, which goes as long as there is somebody to answer.
    pub(super) fn start(simulation: Simulation, speed: ServeSpeed) -> Arc<Self> {
        let speed = match speed {
            ServeSpeed::Times(times) => Speed::Times(times),
            ServeSpeed::Max => Speed::Max,
        };
        let fleet = Arc::new(Self {
            state: Mutex::new(State {
                pace: Pace::new(simulation, speed),
                is_paused: false,
            }),
            newest: Newest::default(),
        });
        let clock = Arc::downgrade(&fleet);
        std::thread::spawn(move || go(&clock));
        fleet
    }

    /// The fleet. One whose thread panicked while it changed something is still answered for: what it was asked is lost.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, elapsed: Duration) {
        let mut state = self.state();
        if state.is_paused {
            return;
        }
        if state.pace.is_paused() {
            // As fast as it goes it stands while nothing is to happen; then there is nothing to be told.
            let _ = state.pace.drive(Drive::Run);
        }
        let started = Instant::now();
        state.pace.advance(elapsed, || started.elapsed() < SLICE);
        self.newest.tell(state.pace.report().events);
    }
}

/// Moves the clock on as long as somebody holds the fleet.
fn go(fleet: &Weak<Fleet>) {
    let mut beat = Instant::now();
    loop {
        std::thread::sleep(BEAT);
        let Some(fleet) = fleet.upgrade() else {
            return;
        };
        let now = Instant::now();
        fleet.advance(now - beat);
        beat = now;
    }
}

impl State {
    fn clock(&self) -> Reply {
        let report = self.pace.report();
        Reply::Clock(Clock {
            now_ms: report.now_ms,
            is_paused: self.is_paused,
            speed: match report.speed {
                Speed::Times(times) => Some(times),
                Speed::Max => None,
            },
        })
    }

    fn answer(&mut self, request: &Request) -> Result<Reply, Error> {
        match request {
            Request::GetClock => {}
            Request::PauseClock => {
                self.is_paused = true;
                self.pace.stand();
            }
            Request::ResumeClock => self.is_paused = false,
            Request::StepClock => {
                self.is_paused = true;
                if let Some(why) = self.pace.drive(Drive::Step) {
                    return Err(Error::new(ErrorKind::Conflict, why));
                }
            }
            Request::SetClockSpeed { speed } => {
                if !(1..=FASTEST).contains(speed) {
                    let why = format!("speed {speed}: allowed is 1 to {FASTEST}");
                    return Err(Error::new(ErrorKind::Rejected, why));
                }
                self.pace.drive(Drive::SetSpeed(Speed::Times(*speed)));
            }
            Request::GetCapabilities => {
                return match self.pace.answer(request)? {
                    Reply::Capabilities(mut told) => {
                        told.has_running_clock = true;
                        Ok(Reply::Capabilities(told))
                    }
                    other => Ok(other),
                };
            }
            _ => return self.pace.answer(request),
        }
        Ok(self.clock())
    }
}

impl Answerer for Fleet {
    fn answer(&self, request: &Request) -> Result<Reply, Error> {
        let mut state = self.state();
        let answer = state.answer(request);
        self.newest.tell(state.pace.report().events);
        answer
    }

    fn newest_event(&self) -> appliance::server::NewestReceiver {
        self.newest.receiver()
    }
}
