//! The fleet that is served: a simulation whose clock goes with real time.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use appliance::server::{Answerer, Fault, Newest, Outcome};
use appliance::{Clock, Error, ErrorKind, Reply, Request};
use simulator::scenario::Trouble;
use simulator::simulation::Simulation;

use super::state::{ClockLine, State};
use crate::args::ServeSpeed;
use crate::console::driver::pace::Pace;
use crate::console::message::{Drive, Speed};

/// How often the clock moves on.
const BEAT: Duration = Duration::from_millis(50);
/// The longest time spent on events before somebody else may ask.
const SLICE: Duration = Duration::from_millis(20);
/// How often it is kept where the clock stands.
const KEEP: Duration = Duration::from_secs(10);

/// A simulated fleet, asked by several at once.
pub(super) struct Fleet {
    state: Mutex<Paced>,
    newest: Newest,
    /// How many requests came, where it makes a difference.
    asked: AtomicU64,
    has_outages: bool,
}

struct Paced {
    pace: Pace,
    /// Whether somebody has let the clock stand.
    is_paused: bool,
    /// Where its state is kept, if it is.
    kept: Option<State>,
}

impl Fleet {
    /// Starts the clock, which goes as long as there is somebody to answer: at this speed, or as it went before.
    pub(super) fn start(
        simulation: Simulation,
        kept: Option<State>,
        speed: Option<ServeSpeed>,
        before: Option<ClockLine>,
    ) -> Arc<Self> {
        let speed = match (speed, before.map(|before| before.speed)) {
            (Some(ServeSpeed::Times(times)), _) | (None, Some(Some(times))) => Speed::Times(times),
            (Some(ServeSpeed::Max), _) | (None, Some(None)) => Speed::Max,
            (None, None) => Speed::Times(1),
        };
        let fleet = Arc::new(Self {
            asked: AtomicU64::new(0),
            has_outages: simulation.has_outages(),
            state: Mutex::new(Paced {
                pace: Pace::new(simulation, speed),
                is_paused: before.is_some_and(|before| before.is_paused),
                kept,
            }),
            newest: Newest::default(),
        });
        let clock = Arc::downgrade(&fleet);
        std::thread::spawn(move || go(&clock));
        fleet
    }

    /// The fleet. One whose thread panicked while it changed something is still answered for: what it was asked is lost.
    fn state(&self) -> MutexGuard<'_, Paced> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps where the clock stands.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn keep_clock(&self) -> io::Result<()> {
        self.state().keep_clock()
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

/// A fault and one trouble more. Of two that decide what comes of the request, the first does.
fn with(fault: Fault, trouble: Trouble) -> Fault {
    let outcome = match trouble {
        Trouble::Late(by) => {
            return Fault {
                latency: fault.latency + Duration::from_millis(by.as_millis()),
                ..fault
            };
        }
        Trouble::Dropped => Outcome::Drop,
        Trouble::AnswerLost => Outcome::Lose,
        Trouble::AnswerTorn => Outcome::Half,
        Trouble::Error(status) => Outcome::Status(status),
        Trouble::Page(status) => Outcome::Html(status),
    };
    match fault.outcome {
        Outcome::Answer => Fault { outcome, ..fault },
        _ => fault,
    }
}

/// Moves the clock on as long as somebody holds the fleet.
fn go(fleet: &Weak<Fleet>) {
    let mut beat = Instant::now();
    let mut kept = beat;
    loop {
        std::thread::sleep(BEAT);
        let Some(fleet) = fleet.upgrade() else {
            return;
        };
        let now = Instant::now();
        fleet.advance(now - beat);
        beat = now;
        if now - kept > KEEP {
            kept = now;
            // What cannot be kept now is kept with the next order, or that fails.
            let _ = fleet.keep_clock();
        }
    }
}

impl Paced {
    fn keep_clock(&mut self) -> io::Result<()> {
        let Some(kept) = &mut self.kept else {
            return Ok(());
        };
        let (events, at) = self.pace.simulation().position();
        kept.keep_clock(ClockLine {
            events,
            at_ms: at.as_millis(),
            is_paused: self.is_paused,
            speed: match self.pace.report().speed {
                Speed::Times(times) => Some(times),
                Speed::Max => None,
            },
        })
    }

    /// Answers a request; an order is kept before it is answered, and is not carried out where it cannot be kept.
    fn answer_and_keep(&mut self, request: &Request) -> Result<Reply, Error> {
        if self.kept.is_none() || !request.is_order() {
            return self.answer(request);
        }
        let before = (self.pace.clone(), self.is_paused);
        let known = self.pace.simulation().orders().len();
        let reply = self.answer(request)?;
        let kept = if request.is_about_clock() {
            self.keep_clock()
        } else {
            let orders = &self.pace.simulation().orders()[known..];
            self.kept.as_mut().map_or(Ok(()), |kept| kept.keep(orders))
        };
        kept.map(|()| reply).map_err(|error| {
            (self.pace, self.is_paused) = before;
            let why = format!("the order cannot be kept, and was not carried out: {error}");
            Error::new(ErrorKind::Unavailable, why)
        })
    }

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
                if !(1..=Clock::FASTEST).contains(speed) {
                    let why = format!("speed {speed}: allowed is 1 to {}", Clock::FASTEST);
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
        let answer = state.answer_and_keep(request);
        self.newest.tell(state.pace.report().events);
        answer
    }

    fn fault(&self) -> Fault {
        if !self.has_outages {
            return Fault::default();
        }
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let troubles = self.state().pace.simulation().troubles(number);
        troubles.into_iter().fold(Fault::default(), with)
    }

    fn newest_event(&self) -> appliance::server::NewestReceiver {
        self.newest.receiver()
    }
}
