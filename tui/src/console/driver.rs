//! Who answers the console: the simulation on its own thread; a live appliance in `live`.
//!
//! The console never waits for it: orders go in by one channel, answers and the clock come back as messages. However
//! fast the clock runs, the thread looks for orders between short slices of work.

pub mod live;
pub mod pace;
pub mod stage;

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use appliance::Request;

use super::message::{Drive, Message, Rehearsed};
use super::teller::Teller;
use stage::{Stage, Work};

/// Something for whoever answers to do.
#[derive(Clone, Debug)]
pub enum Order {
    /// Answer this request.
    Ask(Request),
    /// Drive the clock.
    Drive(Drive),
    /// Rehearse the fleet from now on, after these orders.
    Rehearse(u32, Vec<Request>),
    /// Make no more runs of the rehearsal.
    StopRehearsal,
    /// Show this run of the last rehearsal.
    Watch(u32),
    /// Show the fleet again.
    Leave,
}

/// How often the clock moves on while it runs.
const BEAT: Duration = Duration::from_millis(50);
/// The longest time spent on events before looking for orders again.
const SLICE: Duration = Duration::from_millis(20);
/// How often the clock is told while it runs: pictures a second, which a slow line must carry.
const REPORT_EVERY: Duration = Duration::from_millis(250);

/// Tells the console when the thread that holds it panics, so that no console stays behind on a terminal that was given
/// back.
pub(super) struct Alarm(pub(super) Teller);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Where nobody listens any more, nobody is left behind.
            let _ = self.0.send(Message::Died);
        }
    }
}

/// Makes the runs of a rehearsal on all cores but one, which is for the fleet and the screen, and tells how far it is.
fn make_runs(work: &Work, stop: &AtomicBool, console: &Teller, number: u32) {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let told = Cell::new(Instant::now());
    let is_due = || {
        let is_due = told.get().elapsed() >= REPORT_EVERY;
        if is_due {
            told.set(Instant::now());
        }
        is_due
    };
    let tell = |rehearsed| {
        // Where nobody listens any more the driver's end stops it.
        let _ = console.send(Message::Rehearsed(rehearsed));
    };
    let is_stopped = || stop.load(Ordering::Relaxed);
    let made = work.carry_out(NonZeroUsize::new(cores - 1), &is_stopped, &is_due, &tell);
    if let Err(error) = made {
        tell(Rehearsed::none(number, error.to_string()));
    }
}

struct Driver {
    stage: Stage,
    /// Set to make no more runs of the rehearsal that goes on.
    stop: Arc<AtomicBool>,
    console: Teller,
    reported: Instant,
    /// Whether what is shown is shown in place of something else, and left for that.
    is_guest: bool,
}

/// Starts the thread. It ends when the console no longer listens, or no longer sends.
pub fn start(stage: Stage, console: Teller) -> Sender<Order> {
    let (sender, orders) = channel();
    let alarm = Alarm(console.clone());
    let mut driver = Driver::new(stage, console);
    std::thread::spawn(move || {
        let _alarm = alarm;
        driver.run(&orders);
        // Nobody listens any more.
        driver.stop.store(true, Ordering::Relaxed);
    });
    sender
}

impl Driver {
    fn new(stage: Stage, console: Teller) -> Self {
        Self {
            stage,
            stop: Arc::default(),
            console,
            reported: Instant::now(),
            is_guest: false,
        }
    }

    /// Drives a run that is shown in place of a live fleet, until it is left. Returns whether it was: else nobody listens any
    /// more.
    fn run_until_left(stage: Stage, orders: &Receiver<Order>, console: &Teller) -> bool {
        let mut driver = Self::new(stage, console.clone());
        driver.is_guest = true;
        driver.run(orders)
    }

    /// Returns whether a guest was left: else nobody listens any more.
    fn run(&mut self, orders: &Receiver<Order>) -> bool {
        let mut beat = Instant::now();
        let mut is_heard = self.report();
        while is_heard {
            let was_paused = self.stage.pace().is_paused();
            let order = if was_paused {
                orders.recv().map_err(RecvTimeoutError::from)
            } else {
                let wait = if self.stage.pace().is_in_haste() {
                    Duration::ZERO
                } else {
                    BEAT
                };
                orders.recv_timeout(wait)
            };
            is_heard = match order {
                Ok(Order::Leave) if self.is_guest => return true,
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
        false
    }

    /// Does what it is told. Returns whether the console still listens.
    fn obey(&mut self, order: Order) -> bool {
        let heard = match order {
            Order::Ask(request) => {
                let reply = self.stage.answer(&request);
                self.tell(Message::Replied(request, reply))
            }
            Order::Drive(drive) => match self.stage.pace_mut().drive(drive) {
                Some(why) => self.tell(Message::Impossible(why.into())),
                None => true,
            },
            Order::Rehearse(number, with) => self.rehearse(number, with),
            Order::StopRehearsal => {
                self.stop.store(true, Ordering::Relaxed);
                true
            }
            Order::Watch(run) => match self.stage.watch(run) {
                Ok(()) => self.tell(Message::Watching(Some(run))),
                Err(why) => self.tell(Message::Impossible(why)),
            },
            Order::Leave => {
                self.stage.leave();
                self.tell(Message::Watching(None))
            }
        };
        heard && self.report()
    }

    /// Begins a rehearsal in place of the one that goes on. Returns whether the console still listens.
    fn rehearse(&mut self, number: u32, with: Vec<Request>) -> bool {
        self.stop.store(true, Ordering::Relaxed);
        self.stop = Arc::default();
        match self.stage.rehearse(number, with) {
            Ok(work) => {
                let (stop, console) = (Arc::clone(&self.stop), self.console.clone());
                std::thread::spawn(move || {
                    let _alarm = Alarm(console.clone());
                    make_runs(&work, &stop, &console, number);
                });
                true
            }
            Err(error) => self.tell(Message::Rehearsed(Rehearsed::none(
                number,
                error.to_string(),
            ))),
        }
    }

    /// Moves the clock on, and tells of it when that is due. Returns whether the console still listens.
    fn advance(&mut self, elapsed: Duration) -> bool {
        if self.stage.pace().is_paused() {
            return true;
        }
        let started = Instant::now();
        self.stage
            .pace_mut()
            .advance(elapsed, || started.elapsed() < SLICE);
        let is_due = self.stage.pace().is_paused() || self.reported.elapsed() >= REPORT_EVERY;
        !is_due || self.report()
    }

    /// Tells the clock. Returns whether the console still listens.
    fn report(&mut self) -> bool {
        self.reported = Instant::now();
        self.tell(Message::Clock(self.stage.pace().report()))
    }

    fn tell(&self, message: Message) -> bool {
        self.console.send(message).is_ok()
    }
}
