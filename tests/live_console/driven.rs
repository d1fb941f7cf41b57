//! A console that the threads of the program itself answer, over HTTP.
//!
//! Nothing here sleeps: it waits for a message, and lets time go by where none comes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use appliance::client::blocking;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tests::ScenarioFile;
use tests::served::{ORGANIZATION, Served};
use tui::capture::Source;
use tui::console::driver::{self, Order};
use tui::console::key::Key;
use tui::console::message::{Effect, Message};
use tui::console::model::polling::Polling;
use tui::console::model::{Glyphs, Live, Model};
use tui::console::run::Opener;
use tui::console::teller::Teller;
use tui::console::update::deck::Event;
use tui::console::update::{begin, update};
use tui::live::Appliance;

/// The longest that a test waits for anything.
const LIMIT: Duration = Duration::from_secs(60);
/// Real time without a message after which the console's time goes by.
const QUIET: Duration = Duration::from_millis(5);
/// How much of it then does while something is waited for: little, so that a loaded machine lets nothing grow old.
const BEAT: Duration = Duration::from_millis(10);

/// Ticks of a time that goes by.
const STEPS: u32 = 20;

fn now() -> Timestamp {
    "2026-11-27T20:00:30Z".parse().unwrap()
}

pub(super) fn source(model: Option<PathBuf>) -> Source {
    let zone = (TimeZone::UTC, "UTC".to_owned());
    Source {
        context: "prod".to_owned(),
        endpoint: "https://nest.example".to_owned(),
        organization: ORGANIZATION.to_owned(),
        model,
        dates: zone.clone(),
        zone,
        apart: Duration::ZERO,
        now,
    }
}

/// A console, and the threads that answer it.
pub(super) struct Driven {
    pub(super) model: Model,
    orders: Sender<Order>,
    events: Receiver<Event>,
    pub(super) told: Vec<Message>,
}

impl Driven {
    pub(super) fn new(client: blocking::Client, source: Source, is_writable: bool) -> Self {
        let appliance = Appliance::with_journal_in(None, client);
        let opener = move || Ok((appliance.clone(), source.clone()));
        Self::opened(Box::new(opener), is_writable)
    }

    pub(super) fn opened(opener: Opener, is_writable: bool) -> Self {
        let (sender, events) = channel();
        let polling = Polling::new(1, 100.0);
        let live = Live::new(is_writable, "https://nest.example/ui", polling);
        let model = Model::new("prod".into(), 0, "UTC".into(), Glyphs::Unicode, (80, 24));
        let teller = Teller::of_terminal(sender).of_context(0);
        let mut console = Self {
            model: model.of_appliance(live),
            orders: driver::live::open(Arc::new(opener), teller),
            events,
            told: Vec::new(),
        };
        let effects = begin(&mut console.model);
        console.carry_out(effects);
        console
    }

    /// On a fleet that is served, with the model, once the appliance has told everything.
    pub(super) fn on(served: &Served, model: &ScenarioFile, is_writable: bool) -> Self {
        let model = Some(model.path().to_owned());
        let mut console = Self::new(served.client(), source(model), is_writable);
        console.until_so("told", |console| {
            let (fleet, live) = (&console.model.fleet, console.model.live.as_ref());
            let is_known = live.is_some_and(|live| live.has_extension.is_some());
            is_known && !fleet.pools.is_empty() && !fleet.machines.is_empty()
        });
        console.pass(30);
        console
    }

    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let order = match effect {
                Effect::Ask(request) => Order::Ask(request),
                Effect::Drive(drive) => Order::Drive(drive),
                Effect::Rehearse(number, orders) => Order::Rehearse(number, orders),
                Effect::StopRehearsal => Order::StopRehearsal,
                Effect::Watch(run) => Order::Watch(run),
                Effect::Leave => Order::Leave,
                _ => continue,
            };
            // Nobody takes them of an appliance that could not be opened.
            let _ = self.orders.send(order);
        }
    }

    pub(super) fn take(&mut self, message: Message) {
        self.told.push(message.clone());
        let effects = update(&mut self.model, message);
        self.carry_out(effects);
    }

    fn next(&self) -> Option<Message> {
        match self.events.recv_timeout(QUIET).ok()? {
            Event::Of(0, message) => Some(message),
            other => panic!("it is of no context: {other:?}"),
        }
    }

    /// Takes the next message, or lets time go by where none comes.
    fn go_on(&mut self) {
        let message = self.next();
        self.take(message.unwrap_or(Message::Tick(BEAT)));
    }

    /// Lets so much time go by, and takes whatever is told meanwhile.
    pub(super) fn pass(&mut self, seconds: u64) -> &mut Self {
        for _ in 0..STEPS {
            self.take(Message::Tick(Duration::from_secs(seconds) / STEPS));
            while let Some(message) = self.next() {
                self.take(message);
            }
        }
        self
    }

    #[track_caller]
    pub(super) fn until_so(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) -> &mut Self {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(begun.elapsed() < LIMIT, "not {what}\n{}", self.screen());
            self.go_on();
        }
        self
    }

    #[track_caller]
    pub(super) fn until(&mut self, text: &str) -> &mut Self {
        self.until_so(text, |console| console.screen().contains(text))
    }

    pub(super) fn press(&mut self, script: &str) -> &mut Self {
        for key in Key::script(script).unwrap() {
            self.take(Message::Key(key));
        }
        self
    }

    pub(super) fn screen(&self) -> String {
        tests::screen_of(&self.model)
    }

    /// Where the forecast says how many runs there are: they are all made.
    #[track_caller]
    pub(super) fn until_rehearsed(&mut self) -> &mut Self {
        self.until_so("rehearsed", |console| {
            let last = console.model.fleet.rehearsal.as_ref();
            last.is_some_and(|last| last.is_over)
        })
    }

    #[track_caller]
    pub(super) fn median(&self) -> u64 {
        let last = self.model.fleet.rehearsal.as_ref().unwrap();
        let outlook = last.outlook.as_ref();
        let outlook = outlook.unwrap_or_else(|| panic!("no forecast\n{}", self.screen()));
        outlook.finish[0].after_ms.unwrap()
    }

    pub(super) fn orders_given(&self) -> usize {
        let told = self.told.iter();
        told.filter(|message| matches!(message, Message::Replied(request, _) if request.is_order()))
            .count()
    }
}
