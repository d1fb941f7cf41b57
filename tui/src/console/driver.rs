//! The simulation on its own thread, and the pace of its clock.
//!
//! The console never waits for it: orders go in by one channel, answers and the clock come back as messages. However
//! fast the clock runs, the thread looks for orders between short slices of work.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use appliance::Request;
use simulator::engine::{Span, Time};
use simulator::simulation::Simulation;

use super::message::{ClockReport, ClockState, Drive, Message, Speed};

/// Something for the simulation's thread to do.
#[derive(Clone, Debug)]
pub enum Order {
    /// Answer this request.
    Ask(Request),
    /// Drive the clock.
    Drive(Drive),
}

/// How often the clock moves on while it runs.
const BEAT: Duration = Duration::from_millis(50);
/// The longest time spent on events before looking for orders again.
const SLICE: Duration = Duration::from_millis(20);
/// How often the clock is told while it runs.
const REPORT_EVERY: Duration = Duration::from_millis(200);
/// The end of simulated time: a hundred years, as far as the clock of the simulator goes.
const END: Time = Time::from_millis(Span::LONGEST.as_millis());

const NOTHING_PENDING: &str = "nothing is pending: no operation goes on and no step is to come";

struct Driver {
    simulation: Simulation,
    state: ClockState,
    speed: Speed,
    /// The number of milestones beyond which the clock stands again.
    milestones: u64,
    console: Sender<Message>,
    reported: Instant,
}

/// Starts the thread. It ends when the console no longer listens, or no longer sends.
pub fn start(simulation: Simulation, speed: Speed, console: Sender<Message>) -> Sender<Order> {
    let (sender, orders) = channel();
    let mut driver = Driver {
        simulation,
        state: ClockState::Paused,
        speed,
        milestones: 0,
        console,
        reported: Instant::now(),
    };
    std::thread::spawn(move || driver.run(&orders));
    sender
}

impl Driver {
    fn run(&mut self, orders: &Receiver<Order>) {
        let mut beat = Instant::now();
        if !self.report() {
            return;
        }
        loop {
            let order = if self.state == ClockState::Paused {
                orders.recv().map_err(RecvTimeoutError::from)
            } else {
                orders.recv_timeout(if self.is_in_haste() {
                    Duration::ZERO
                } else {
                    BEAT
                })
            };
            let goes_on = match order {
                Ok(order) => {
                    let stood = self.state == ClockState::Paused;
                    let goes_on = self.obey(order);
                    if stood {
                        beat = Instant::now();
                    }
                    goes_on
                }
                Err(RecvTimeoutError::Timeout) => true,
                Err(RecvTimeoutError::Disconnected) => false,
            };
            let now = Instant::now();
            self.advance(now - beat);
            beat = now;
            let is_due = self.state != ClockState::Paused && now - self.reported >= REPORT_EVERY;
            if !goes_on || (is_due && !self.report()) {
                return;
            }
        }
    }

    /// Whether the clock waits for nothing but the processor.
    fn is_in_haste(&self) -> bool {
        match self.state {
            ClockState::Paused => false,
            ClockState::Running => self.speed == Speed::Max,
            ClockState::RunningToMilestone => true,
        }
    }

    /// Does what it is told. Returns whether the console still listens.
    fn obey(&mut self, order: Order) -> bool {
        match order {
            Order::Ask(request) => {
                let reply = self.simulation.answer(&request);
                self.tell(Message::Replied(request, reply)) && self.report()
            }
            Order::Drive(drive) => {
                let impossible = self.drive(drive);
                let heard = impossible.is_none_or(|why| self.tell(Message::Impossible(why)));
                heard && self.report()
            }
        }
    }

    /// Returns why it cannot be done, if so.
    fn drive(&mut self, drive: Drive) -> Option<&'static str> {
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

    /// Moves the simulation on by what `elapsed` of real time means at its speed, or as far as a slice allows.
    fn advance(&mut self, elapsed: Duration) {
        let until = match (self.state, self.speed) {
            (ClockState::Paused, _) => return,
            (ClockState::Running, Speed::Times(times)) => {
                let millis = elapsed.as_millis().saturating_mul(u128::from(times));
                let span = Span::from_millis(u64::try_from(millis).unwrap_or(u64::MAX));
                (self.simulation.now() + span).min(END)
            }
            _ => END,
        };
        let started = Instant::now();
        while started.elapsed() < SLICE {
            let is_at_milestone = self.state == ClockState::RunningToMilestone
                && self.simulation.milestones() > self.milestones;
            if is_at_milestone {
                self.stand();
                return;
            }
            if !self.simulation.step(until) {
                if until < END {
                    self.simulation.run_until(until);
                } else {
                    self.stand();
                }
                return;
            }
        }
    }

    fn stand(&mut self) {
        self.state = ClockState::Paused;
        self.report();
    }

    /// Tells the clock. Returns whether the console still listens.
    fn report(&mut self) -> bool {
        self.reported = Instant::now();
        self.tell(Message::Clock(ClockReport {
            now_ms: self.simulation.now().as_millis(),
            state: self.state,
            speed: self.speed,
            events: self.simulation.events_told(),
        }))
    }

    fn tell(&self, message: Message) -> bool {
        self.console.send(message).is_ok()
    }
}
