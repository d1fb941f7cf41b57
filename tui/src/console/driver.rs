//! The simulation on its own thread.
//!
//! The console never waits for it: orders go in by one channel, answers and the clock come back as messages. However
//! fast the clock runs, the thread looks for orders between short slices of work.

pub mod pace;

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use appliance::Request;

use super::message::{Drive, Message};
use pace::Pace;

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
/// How often the clock is told while it runs: pictures a second, which a slow line must carry.
const REPORT_EVERY: Duration = Duration::from_millis(250);

/// Tells the console when the thread that holds it panics, so that no console stays behind on a terminal that was given
/// back.
pub(super) struct Alarm(pub(super) Sender<Message>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Where nobody listens any more, nobody is left behind.
            let _ = self.0.send(Message::Died);
        }
    }
}

struct Driver {
    pace: Pace,
    console: Sender<Message>,
    reported: Instant,
}

/// Starts the thread. It ends when the console no longer listens, or no longer sends.
pub fn start(pace: Pace, console: Sender<Message>) -> Sender<Order> {
    let (sender, orders) = channel();
    let alarm = Alarm(console.clone());
    let mut driver = Driver {
        pace,
        console,
        reported: Instant::now(),
    };
    std::thread::spawn(move || {
        let _alarm = alarm;
        driver.run(&orders);
    });
    sender
}

impl Driver {
    fn run(&mut self, orders: &Receiver<Order>) {
        let mut beat = Instant::now();
        let mut is_heard = self.report();
        while is_heard {
            let was_paused = self.pace.is_paused();
            let order = if was_paused {
                orders.recv().map_err(RecvTimeoutError::from)
            } else {
                let wait = if self.pace.is_in_haste() {
                    Duration::ZERO
                } else {
                    BEAT
                };
                orders.recv_timeout(wait)
            };
            is_heard = match order {
                Ok(order) => self.obey(order),
                Err(RecvTimeoutError::Timeout) => true,
                Err(RecvTimeoutError::Disconnected) => false,
            };
            let now = Instant::now();
            // A clock that stood has no time to make up for.
            let elapsed = if was_paused {
                Duration::ZERO
            } else {
                now - beat
            };
            beat = now;
            is_heard = is_heard && self.advance(elapsed);
        }
    }

    /// Does what it is told. Returns whether the console still listens.
    fn obey(&mut self, order: Order) -> bool {
        let heard = match order {
            Order::Ask(request) => {
                let reply = self.pace.answer(&request);
                self.tell(Message::Replied(request, reply))
            }
            Order::Drive(drive) => match self.pace.drive(drive) {
                Some(why) => self.tell(Message::Impossible(why.into())),
                None => true,
            },
        };
        heard && self.report()
    }

    /// Moves the clock on, and tells of it when that is due. Returns whether the console still listens.
    fn advance(&mut self, elapsed: Duration) -> bool {
        if self.pace.is_paused() {
            return true;
        }
        let started = Instant::now();
        self.pace.advance(elapsed, || started.elapsed() < SLICE);
        let is_due = self.pace.is_paused() || self.reported.elapsed() >= REPORT_EVERY;
        !is_due || self.report()
    }

    /// Tells the clock. Returns whether the console still listens.
    fn report(&mut self) -> bool {
        self.reported = Instant::now();
        self.tell(Message::Clock(self.pace.report()))
    }

    fn tell(&self, message: Message) -> bool {
        self.console.send(message).is_ok()
    }
}
