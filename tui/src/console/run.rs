//! The loop: messages in, effects out, a picture after each batch.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::Context;
use appliance::Text;
use jiff::tz::TimeZone;
use simulator::engine::Seed;
use simulator::simulation::Simulation;

use super::driver::pace::Pace;
use super::driver::stage::Stage;
use super::driver::{self, Order};
use super::input;
use super::message::{Effect, Message};
use super::model::{Glyphs, Model};
use super::screen::Screen;
use super::terminal::{self, Guard, Output};
use super::update::{begin, update};

/// How often notices grow older. Without notices nothing wakes the loop but messages.
const TICK: Duration = Duration::from_millis(500);
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
    let guard = Guard::take().context("cannot take the terminal")?;
    let mut console = Console {
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

impl Console {
    fn run(&mut self) -> anyhow::Result<u8> {
        let effects = begin(&mut self.model);
        let mut leaves_with = self.carry_out(effects)?;
        let mut ticked = Instant::now();
        while leaves_with.is_none() {
            if self.screen.draw(&self.model).is_err() {
                // Who cannot be written to cannot be asked to wait either.
                return Ok(129);
            }
            let message = if self.model.notices.is_empty() {
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
