//! The loop: messages in, effects out, a picture after each batch.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::Context;
use appliance::{Text, client};
use jiff::tz::TimeZone;
use simulator::engine::Seed;
use simulator::simulation::Simulation;

use super::driver::pace::Pace;
use super::driver::stage::Stage;
use super::driver::{self, Order};
use super::input;
use super::message::{Effect, Message};
use super::model::{Glyphs, Live, Model};
use super::screen::Screen;
use super::terminal::{self, Guard, Output};
use super::update::{begin, update};
use crate::live::Appliance;

/// How often notices and what an appliance told grow older. Without them nothing wakes the loop but messages.
const TICK: Duration = Duration::from_millis(500);
/// How long a question of the console may take.
const ATTEMPT: Duration = Duration::from_secs(20);
/// How long the connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// Messages that are taken before the next picture.
const BATCH: usize = 64;

/// What the loop holds besides the model.
struct Console {
    model: Model,
    screen: Screen<Output>,
    messages: Receiver<Message>,
    sender: Sender<Message>,
    orders: Sender<Order>,
    /// Whether the terminal was retaken after a stop whose SIGCONT has not been told yet.
    has_retaken: bool,
}

/// Shows the console of a simulated fleet, with dates in a zone, until the operator leaves. Returns the exit code.
///
/// # Errors
/// When the terminal cannot be used.
pub fn run(
    simulation: Simulation,
    context: Text,
    seed: u64,
    (zone, timezone): (TimeZone, String),
    glyphs: Glyphs,
) -> anyhow::Result<u8> {
    let (sender, messages) = channel();
    // First who listens, then what may change or must be undone meanwhile.
    input::listen(&sender).context("cannot listen to signals")?;
    let size = crossterm::terminal::size().context("cannot ask the terminal for its size")?;
    let mut model = Model::new(context, seed, timezone.into(), glyphs, size);
    let pace = Pace::new(simulation, model.clock.speed);
    let zone = (zone, model.timezone.as_str().to_owned());
    let stage = Stage::new(pace, Seed(seed), zone);
    model.clock = stage.pace().report();
    let orders = driver::start(stage, sender.clone());
    Console::open(model, (sender, messages), orders)
}

/// Shows the console of a live appliance, of which nothing is known yet, until the operator leaves. Returns the exit code.
///
/// # Errors
/// When the terminal cannot be used.
pub fn run_live(
    appliance: &Appliance,
    live: Live,
    context: Text,
    timezone: Text,
    glyphs: Glyphs,
) -> anyhow::Result<u8> {
    let (sender, messages) = channel();
    input::listen(&sender).context("cannot listen to signals")?;
    let size = crossterm::terminal::size().context("cannot ask the terminal for its size")?;
    let model = Model::new(context, 0, timezone, glyphs, size).of_appliance(live);
    let orders = driver::live::start(appliance, &sender);
    Console::open(model, (sender, messages), orders)
}

/// The settings of a client whose failures the console itself tells and tries again.
pub fn impatient(settings: client::Settings) -> client::Settings {
    client::Settings {
        retries: client::Retries {
            most: 0,
            ..settings.retries
        },
        limits: client::Limits {
            connect_time: settings.limits.connect_time.min(CONNECT),
            attempt_time: settings.limits.attempt_time.min(ATTEMPT),
            ..settings.limits
        },
        ..settings
    }
}

impl Console {
    fn open(
        model: Model,
        (sender, messages): (Sender<Message>, Receiver<Message>),
        orders: Sender<Order>,
    ) -> anyhow::Result<u8> {
        let guard = Guard::take().context("cannot take the terminal")?;
        let mut console = Self {
            model,
            screen: Screen::new(terminal::output()?),
            messages,
            sender,
            orders,
            has_retaken: false,
        };
        let code = console.run();
        drop(guard);
        code
    }

    fn run(&mut self) -> anyhow::Result<u8> {
        let effects = begin(&mut self.model);
        let mut leaves_with = self.carry_out(effects)?;
        let mut ticked = Instant::now();
        while leaves_with.is_none() {
            if self.screen.draw(&self.model).is_err() {
                // Who cannot be written to cannot be asked to wait either.
                return Ok(129);
            }
            let is_timeless = self.model.live.is_none() && self.model.notices.is_empty();
            let message = if is_timeless {
                ticked = Instant::now();
                self.messages.recv().map_err(RecvTimeoutError::from)
            } else {
                self.messages.recv_timeout(TICK)
            };
            let mut batch = match message {
                Ok(message) => vec![message],
                Err(RecvTimeoutError::Timeout) => Vec::new(),
                Err(RecvTimeoutError::Disconnected) => return Ok(1),
            };
            batch.extend(self.messages.try_iter().take(BATCH));
            if ticked.elapsed() >= TICK {
                batch.push(Message::Tick(ticked.elapsed()));
                ticked = Instant::now();
            }
            for message in batch {
                let effects = update(&mut self.model, message);
                leaves_with = leaves_with.or(self.carry_out(effects)?);
            }
        }
        Ok(leaves_with.unwrap_or(0))
    }

    /// Returns the exit code if one of the effects is to leave.
    fn carry_out(&mut self, effects: Vec<Effect>) -> anyhow::Result<Option<u8>> {
        let mut leaves_with = None;
        for effect in effects {
            match effect {
                Effect::Ask(request) => self.order(Order::Ask(request))?,
                Effect::Drive(drive) => self.order(Order::Drive(drive))?,
                Effect::Rehearse(number, with) => self.order(Order::Rehearse(number, with))?,
                Effect::StopRehearsal => self.order(Order::StopRehearsal)?,
                Effect::Watch(run) => self.order(Order::Watch(run))?,
                Effect::Leave => self.order(Order::Leave)?,
                Effect::Quit(code) => leaves_with = Some(code),
                Effect::Suspend => self.suspend()?,
                Effect::Redraw => self.screen.forget(),
                Effect::Retake if std::mem::take(&mut self.has_retaken) => {}
                Effect::Retake => self.retake(),
            }
        }
        Ok(leaves_with)
    }

    fn order(&self, order: Order) -> anyhow::Result<()> {
        self.orders.send(order).context("the simulation has ended")
    }

    fn suspend(&mut self) -> anyhow::Result<()> {
        if terminal::suspend().context("cannot give the terminal back")? {
            // Before anything is drawn; and the SIGCONT that ended the stop is still to be told.
            self.retake();
            self.has_retaken = true;
        } else {
            let why = Message::Impossible("there is no shell to go back to".into());
            // The receiver is this console's own.
            let _ = self.sender.send(why);
        }
        Ok(())
    }

    /// Takes the terminal again, which may have another size by now, or be gone.
    fn retake(&mut self) {
        self.screen.forget();
        let taken = terminal::retake().and_then(|()| crossterm::terminal::size());
        let message = match taken {
            Ok((columns, rows)) => Message::Resized(columns, rows),
            Err(_) => Message::HungUp,
        };
        // The receiver is this console's own.
        let _ = self.sender.send(message);
    }
}
