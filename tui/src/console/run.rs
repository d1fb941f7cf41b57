//! The loop: messages in, effects out, a picture after each batch.

use std::sync::Arc;
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
use super::model::deck::Deck;
use super::model::live::Access;
use super::model::{Glyphs, Model};
use super::screen::Screen;
use super::teller::Teller;
use super::terminal::{self, Guard, Output};
use super::update::deck::{Deed, Event, begin, update};
use crate::capture::Source;
use crate::live::Appliance;

/// How often notices and what an appliance told grow older. Without them nothing wakes the loop but messages.
const TICK: Duration = Duration::from_millis(500);
/// How long a question of the console may take.
const ATTEMPT: Duration = Duration::from_secs(20);
/// How long the connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// Messages that are taken before the next picture.
const BATCH: usize = 64;

/// How an appliance is made ready to be asked, which may take as long as getting its key does; with it comes how its fleet is
/// captured to be rehearsed.
pub type Opener = Box<dyn Fn() -> Result<(Appliance, Source), Text> + Send + Sync>;

/// What the loop holds besides the deck.
struct Console {
    deck: Deck,
    screen: Screen<Output>,
    events: Receiver<Event>,
    teller: Teller,
    /// Who answers each context.
    drivers: Vec<Driver>,
    /// Whether the terminal was retaken after a stop whose SIGCONT has not been told yet.
    has_retaken: bool,
}

/// Who answers a context.
struct Driver {
    /// Where it takes orders; `None` before it was opened.
    orders: Option<Sender<Order>>,
    /// How it is opened; `None` of one that need not be.
    opener: Option<Arc<Opener>>,
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
    let (teller, events, size) = listen()?;
    let mut model = Model::new(context, seed, timezone.into(), glyphs, size);
    let pace = Pace::new(simulation, model.clock.speed);
    let zone = (zone, model.timezone.as_str().to_owned());
    let stage = Stage::new(pace, Seed(seed), zone);
    model.clock = stage.pace().report();
    let driver = Driver {
        orders: Some(driver::start(stage, teller.of_context(0))),
        opener: None,
    };
    Console::open(Deck::of_one(model), (teller, events), vec![driver])
}

/// Shows the console of live appliances, of which nothing is known yet, until the operator leaves. Returns the exit code.
/// Each context of the deck has an opener.
///
/// # Errors
/// When the terminal cannot be used.
pub fn run_live(mut deck: Deck, openers: Vec<Opener>) -> anyhow::Result<u8> {
    let (teller, events, size) = listen()?;
    for model in &mut deck.contexts {
        model.size = size;
    }
    let drivers = openers.into_iter().map(|opener| Driver {
        orders: None,
        opener: Some(Arc::new(opener)),
    });
    let drivers = drivers.collect();
    Console::open(deck, (teller, events), drivers)
}

/// Listens to the terminal and the process, and asks for the size: first who listens, then what may change or must be undone
/// meanwhile.
fn listen() -> anyhow::Result<(Teller, Receiver<Event>, (u16, u16))> {
    let (sender, events) = channel();
    let teller = Teller::of_terminal(sender);
    input::listen(&teller).context("cannot listen to signals")?;
    let size = crossterm::terminal::size().context("cannot ask the terminal for its size")?;
    Ok((teller, events, size))
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
        deck: Deck,
        (teller, events): (Teller, Receiver<Event>),
        drivers: Vec<Driver>,
    ) -> anyhow::Result<u8> {
        let guard = Guard::take().context("cannot take the terminal")?;
        let mut console = Self {
            deck,
            screen: Screen::new(terminal::output()?),
            events,
            teller,
            drivers,
            has_retaken: false,
        };
        let code = console.run();
        drop(guard);
        code
    }

    fn run(&mut self) -> anyhow::Result<u8> {
        for context in 0..self.deck.contexts.len() {
            let live = self.deck.contexts[context].live.as_ref();
            if live.is_some_and(|live| live.access == Access::Open) {
                self.open_context(context);
            }
        }
        let deeds = begin(&mut self.deck);
        let mut leaves_with = self.carry_out(deeds)?;
        let mut ticked = Instant::now();
        while leaves_with.is_none() {
            if self.screen.draw(&self.deck).is_err() {
                // Who cannot be written to cannot be asked to wait either.
                return Ok(129);
            }
            let event = if self.deck.is_timeless() {
                ticked = Instant::now();
                self.events.recv().map_err(RecvTimeoutError::from)
            } else {
                self.events.recv_timeout(TICK)
            };
            let mut batch = match event {
                Ok(event) => vec![event],
                Err(RecvTimeoutError::Timeout) => Vec::new(),
                Err(RecvTimeoutError::Disconnected) => return Ok(1),
            };
            batch.extend(self.events.try_iter().take(BATCH));
            if ticked.elapsed() >= TICK {
                batch.push(Event::Shared(Message::Tick(ticked.elapsed())));
                ticked = Instant::now();
            }
            for event in batch {
                let deeds = update(&mut self.deck, event);
                leaves_with = leaves_with.or(self.carry_out(deeds)?);
            }
        }
        Ok(leaves_with.unwrap_or(0))
    }

    /// Returns the exit code if one of the effects is to leave.
    fn carry_out(&mut self, deeds: Vec<Deed>) -> anyhow::Result<Option<u8>> {
        let mut leaves_with = None;
        for (context, effect) in deeds {
            match effect {
                Effect::Open => self.open_context(context),
                Effect::Ask(request) => self.order(context, Order::Ask(request))?,
                Effect::Drive(drive) => self.order(context, Order::Drive(drive))?,
                Effect::Rehearse(number, with) => {
                    self.order(context, Order::Rehearse(number, with))?;
                }
                Effect::StopRehearsal => self.order(context, Order::StopRehearsal)?,
                Effect::Watch(run) => self.order(context, Order::Watch(run))?,
                Effect::Leave => self.order(context, Order::Leave)?,
                Effect::Quit(code) => leaves_with = Some(code),
                Effect::Suspend => self.suspend()?,
                Effect::Redraw => self.screen.forget(),
                Effect::Retake if std::mem::take(&mut self.has_retaken) => {}
                Effect::Retake => self.retake(),
            }
        }
        Ok(leaves_with)
    }

    fn open_context(&mut self, context: usize) {
        let teller = self.teller.of_context(context);
        let driver = &mut self.drivers[context];
        if let Some(opener) = &driver.opener {
            driver.orders = Some(driver::live::open(Arc::clone(opener), teller));
        }
    }

    fn order(&self, context: usize, order: Order) -> anyhow::Result<()> {
        let orders = self.drivers[context].orders.as_ref();
        let orders = orders.context("who answers was not started")?;
        orders.send(order).context("who answers has ended")
    }

    fn suspend(&mut self) -> anyhow::Result<()> {
        if terminal::suspend().context("cannot give the terminal back")? {
            // Before anything is drawn; and the SIGCONT that ended the stop is still to be told.
            self.retake();
            self.has_retaken = true;
        } else {
            let why = Message::Impossible("there is no shell to go back to".into());
            // The receiver is this console's own.
            let _ = self.teller.send(why);
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
        let _ = self.teller.send(message);
    }
}
