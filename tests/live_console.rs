//! The console on a live appliance: what it asks and when, how old it says its facts are, and what it never does.
//!
//! The appliance is scripted and time is ticks, so that hours of it go by at once.

mod ages;
mod documented;
mod driven;
mod faults;
mod forecasts;
mod orders;
mod polling;
mod secrets;

use std::collections::BTreeSet;
use std::time::Duration;

use appliance::{Capabilities, Error, ErrorKind, Reply, Request};
use simulator::engine::{Seed, Time};
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;
use tui::console::key::Key;
use tui::console::message::{Effect, Message};
use tui::console::model::polling::Polling;
use tui::console::model::resource::Resource;
use tui::console::model::{Glyphs, Live, Model};
use tui::console::update::{begin, update};
use tui::live::Appliance;

/// How often the clock ticks here.
const TICK: Duration = Duration::from_millis(500);

/// What an appliance does with what it is asked.
enum Script {
    /// It answers as a simulated fleet does.
    Answers,
    /// Every request comes to this.
    Fails(ErrorKind),
    /// It answers, but for these, which it does not tell.
    Keeps(BTreeSet<Resource>),
    /// It answers, but for this one, which comes to an error.
    Breaks(Resource, ErrorKind),
    /// It wants to be left alone for so long, whatever it is asked.
    Rests(Duration),
    /// It has meltcloud's public API only.
    DocumentedOnly,
    /// It takes what it is asked, and says nothing.
    Hangs,
    /// This one is asked, whatever it does.
    Asks(Box<Appliance>),
}

/// A console whose appliance is scripted.
struct Watched {
    model: Model,
    simulation: Simulation,
    script: Script,
    /// How much time went by.
    now: Duration,
    /// Every request, and when.
    asked: Vec<(Duration, Request)>,
    has_quit: bool,
}

impl Watched {
    fn new(is_writable: bool) -> Self {
        Self::with_seed(is_writable, 1, Script::Answers)
    }

    fn with_seed(is_writable: bool, seed: u64, script: Script) -> Self {
        let file = tests::root().join("scenarios/demo-fleet.toml");
        let text = std::fs::read_to_string(file).unwrap();
        let scenario = Scenario::parse(&text, "test", "test").unwrap();
        let mut simulation = Simulation::new(&Blueprint::new(scenario), Seed(42), 0);
        simulation.run_until(Time::from_millis((2 * 3600 + 13 * 60 + 7) * 1000));
        let address = "https://nest.example/ui/orgs/0b9a7c1e-0000-4000-8000-00000000000f";
        let live = Live::new(is_writable, address, Polling::new(seed, 10.0));
        let model = Model::new("prod".into(), 0, "UTC".into(), Glyphs::Unicode, (80, 24));
        let mut console = Self {
            model: model.of_appliance(live),
            simulation,
            script,
            now: Duration::ZERO,
            asked: Vec::new(),
            has_quit: false,
        };
        let effects = begin(&mut console.model);
        console.carry_out(effects);
        console
    }

    fn answer(&mut self, request: &Request) -> Option<Result<Reply, Error>> {
        let unsupported = || {
            Err(Error::new(
                ErrorKind::Unsupported,
                "the public API has no such list",
            ))
        };
        let is_kept = match (&self.script, Resource::of(request)) {
            (Script::Hangs, _) => return None,
            (Script::Asks(appliance), _) => return Some(appliance.ask(request)),
            (Script::Fails(kind), _) => return Some(Err(Error::new(*kind, "no luck"))),
            (Script::Rests(rest), _) => {
                let error = Error::new(ErrorKind::TooManyRequests, "no luck");
                return Some(Err(error.with_retry_after(Some(*rest))));
            }
            (Script::Breaks(broken, kind), Some(resource)) if *broken == resource => {
                return Some(Err(Error::new(*kind, "no luck")));
            }
            (Script::Keeps(kept), Some(resource)) => kept.contains(&resource),
            (Script::DocumentedOnly, Some(resource)) => matches!(
                resource,
                Resource::Abilities
                    | Resource::Clock
                    | Resource::Revisions
                    | Resource::Budgets
                    | Resource::Windows
                    | Resource::Log
            ),
            _ => false,
        };
        if is_kept {
            return Some(unsupported());
        }
        if *request == Request::GetCapabilities {
            return Some(Ok(Reply::Capabilities(Capabilities {
                software: "test".into(),
                version: "1".into(),
                is_simulated: false,
                has_running_clock: false,
            })));
        }
        Some(self.simulation.answer(request))
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut effects = std::collections::VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Ask(request) => {
                    self.asked.push((self.now, request.clone()));
                    if let Some(reply) = self.answer(&request) {
                        effects.extend(update(&mut self.model, Message::Replied(request, reply)));
                    }
                }
                Effect::Quit(_) => self.has_quit = true,
                _ => {}
            }
        }
    }

    fn wait(&mut self, seconds: u64) -> &mut Self {
        let until = self.now + Duration::from_secs(seconds);
        while self.now < until {
            self.now += TICK;
            let effects = update(&mut self.model, Message::Tick(TICK));
            self.carry_out(effects);
        }
        self
    }

    fn press(&mut self, script: &str) -> &mut Self {
        for key in Key::script(script).unwrap() {
            let effects = update(&mut self.model, Message::Key(key));
            self.carry_out(effects);
        }
        self
    }

    /// Lets time go by until the screen shows a text.
    #[track_caller]
    fn wait_for(&mut self, text: &str, seconds: u64) -> &mut Self {
        for _ in 0..seconds {
            if self.wait(1).screen().contains(text) {
                return self;
            }
        }
        self.assert_shows(text);
        self
    }

    /// Lets the fleet's own time go by.
    fn let_fleet_run(&mut self, seconds: u64) {
        let until = self.simulation.now().as_millis() + seconds * 1000;
        self.simulation.run_until(Time::from_millis(until));
    }

    /// When a resource was asked for.
    fn times(&self, resource: Resource) -> Vec<Duration> {
        let asked = self.asked.iter();
        asked
            .filter(|(_, request)| Resource::of(request) == Some(resource))
            .map(|(at, _)| *at)
            .collect()
    }

    fn screen(&self) -> String {
        tests::screen_of(&self.model)
    }

    #[track_caller]
    fn assert_shows(&self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "no {text} on\n{screen}");
    }
}

#[test]
fn states_at_80_by_24() {
    let mut console = Watched::new(false);
    console.press("2").wait(20);
    insta::assert_snapshot!("80x24__live", console.screen());
    console.script = Script::Hangs;
    console.wait(300);
    insta::assert_snapshot!("80x24__stale", console.screen());
    let mut console = Watched::new(true);
    console.press("2").wait(20);
    console.script = Script::Fails(ErrorKind::Unreachable);
    console.wait(10);
    insta::assert_snapshot!("80x24__reconnecting", console.screen());
    let mut console = Watched::with_seed(false, 1, Script::DocumentedOnly);
    console.wait(20).press("7");
    insta::assert_snapshot!("80x24__not_told", console.screen());
    console.press("2");
    console.assert_shows("only pools with machines");
    let mut console = Watched::with_seed(false, 1, Script::Hangs);
    console.wait(2);
    console.assert_shows("CONNECTING");
    console.assert_shows("asking the appliance");
}
