//! One console on one fleet: what may happen to it, in any order.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use appliance::Request;
use jiff::tz::TimeZone;
use rand::RngExt;
use simulator::engine::{Seed, Time};
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;
use tui::console::driver::Order;
use tui::console::driver::pace::Pace;
use tui::console::driver::stage::Stage;
use tui::console::key::Key;
use tui::console::keys::BINDINGS;
use tui::console::message::{Effect, Message, Rehearsed};
use tui::console::model::{Glyphs, Model};
use tui::console::screen::Screen;
use tui::console::update::{begin, update};

use crate::{Random, invariants, mangle};

/// A console, its fleet, and what the fleet was asked and has not answered.
pub(crate) struct Episode {
    random: Random,
    model: Model,
    stage: Stage,
    orders: VecDeque<Order>,
    screen: Screen<Vec<u8>>,
    keys: Vec<Key>,
    /// How often answers are not what the fleet said: of 100.
    lies: u32,
}

impl Episode {
    pub(crate) fn new(mut random: Random) -> Self {
        let scenario = scenario(&mut random);
        let seed = Seed(random.random());
        let mut simulation = Simulation::new(&Blueprint::new(scenario), seed, 0);
        simulation.run_until(Time::from_millis(random.random_range(0..10_000_000)));
        let glyphs = if random.random_bool(0.2) {
            Glyphs::Ascii
        } else {
            Glyphs::Unicode
        };
        let model = Model::new("random".into(), seed.0, "UTC".into(), glyphs, (80, 24));
        let bound = BINDINGS
            .iter()
            .flat_map(|binding| binding.keys)
            .filter_map(|key| Key::parse(key));
        // What leaves or stops the program does nothing here; the rest of the world does other things with it.
        let others = [
            "tab",
            "backspace",
            "e",
            "Z",
            "ü",
            "東",
            "\u{202e}",
            "9",
            "-",
            "w",
        ];
        let mut episode = Self {
            keys: bound
                .chain(others.into_iter().filter_map(Key::parse))
                .collect(),
            stage: Stage::new(
                Pace::new(simulation, model.clock.speed),
                seed,
                (TimeZone::UTC, "UTC".to_owned()),
            ),
            orders: VecDeque::new(),
            screen: Screen::new(Vec::new()),
            lies: [0, 0, 5, 40][random.random_range(0..4)],
            random,
            model,
        };
        let effects = begin(&mut episode.model);
        episode.take(effects);
        episode
    }

    /// Lets one thing happen, and looks at everything.
    pub(crate) fn step(&mut self) {
        let before = invariants::Before::of(&self.model);
        let message = match self.random.random_range(0..100) {
            0..55 => {
                let key = self.keys[self.random.random_range(0..self.keys.len())];
                Message::Key(key)
            }
            55..57 => self.resized(),
            57..67 => {
                let millis = self.random.random_range(0..5_000);
                let mut budget = self.random.random_range(1..4_000);
                self.stage
                    .pace_mut()
                    .advance(Duration::from_millis(millis), || {
                        budget -= 1;
                        budget > 0
                    });
                Message::Clock(self.stage.pace().report())
            }
            67..69 => Message::Tick(Duration::from_millis(500)),
            69 => Message::Continued,
            _ => match self.answer() {
                Some(message) => message,
                None => Message::Clock(self.stage.pace().report()),
            },
        };
        let effects = update(&mut self.model, message.clone());
        before.assert_kept(&message, &self.model);
        self.take(effects);
        let is_looked_at_closely = self.random.random_bool(0.1);
        invariants::assert_hold(&self.model);
        invariants::assert_picture(&self.model, &mut self.screen, is_looked_at_closely);
    }

    fn resized(&mut self) -> Message {
        let common = [(80, 24), (120, 40), (60, 20), (300, 100), (1, 1)];
        let (columns, rows) = if self.random.random_bool(0.5) {
            common[self.random.random_range(0..common.len())]
        } else {
            (
                self.random.random_range(0..=300),
                self.random.random_range(0..=100),
            )
        };
        Message::Resized(columns, rows)
    }

    /// Carries out the oldest order, as the simulation's thread does.
    fn answer(&mut self) -> Option<Message> {
        Some(match self.orders.pop_front()? {
            Order::Ask(request) => {
                let reply = self.stage.answer(&request);
                let is_lie = self.random.random_ratio(self.lies, 100) && !request.is_order();
                let reply = if is_lie {
                    mangle::reply(reply, &mut self.random)
                } else {
                    reply
                };
                Message::Replied(request, reply)
            }
            Order::Drive(drive) => match self.stage.pace_mut().drive(drive) {
                Some(why) => Message::Impossible(why.into()),
                None => Message::Clock(self.stage.pace().report()),
            },
            Order::Rehearse(number, with) => self.rehearse(number, with),
            // One that goes on is over as soon as it is asked for here.
            Order::StopRehearsal => return None,
            Order::Watch(run) => match self.stage.watch(run) {
                Ok(()) => Message::Watching(Some(run)),
                Err(why) => Message::Impossible(why),
            },
            Order::Leave => {
                self.stage.leave();
                Message::Watching(None)
            }
        })
    }

    /// Makes some runs of a rehearsal, as if it was stopped then.
    fn rehearse(&mut self, number: u32, with: Vec<Request>) -> Message {
        let work = match self.stage.rehearse(number, with) {
            Ok(work) => work,
            Err(error) => {
                return Message::Rehearsed(Rehearsed::none(number, error.to_string()));
            }
        };
        let told = RefCell::new(None);
        let asks = AtomicU32::new(self.random.random_range(0..8));
        let is_stopped = || {
            asks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .is_err()
        };
        let tell = |rehearsed| drop(told.replace(Some(rehearsed)));
        work.carry_out(NonZeroUsize::new(1), &is_stopped, &|| true, &tell)
            .expect("the system gives threads");
        Message::Rehearsed(told.into_inner().expect("the end is told"))
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(request) => self.orders.push_back(Order::Ask(request)),
                Effect::Drive(drive) => self.orders.push_back(Order::Drive(drive)),
                Effect::Rehearse(number, with) => {
                    self.orders.push_back(Order::Rehearse(number, with));
                }
                Effect::StopRehearsal => self.orders.push_back(Order::StopRehearsal),
                Effect::Watch(run) => self.orders.push_back(Order::Watch(run)),
                Effect::Leave => self.orders.push_back(Order::Leave),
                Effect::Redraw | Effect::Retake => self.screen.forget(),
                // A simulated fleet needs no key.
                Effect::Quit(_) | Effect::Suspend | Effect::Open => {}
            }
        }
    }
}

/// The demo fleet, or one of some pools with rollouts, failures and names of any length.
fn scenario(random: &mut Random) -> Scenario {
    let text = if random.random_bool(0.3) {
        let file = tests::root().join("scenarios/demo-fleet.toml");
        std::fs::read_to_string(file).expect("the demo fleet is a scenario")
    } else {
        let hardware = "[hardware.h]\nlike = \"vm\"\nfails = { os = \"5%\" }\n".to_owned();
        let pools = (0..random.random_range(1..6)).map(|number| pool(number, random));
        let pools = pools.collect::<String>();
        format!(
            "horizon = \"60d\"\n{hardware}{pools}{}{}",
            images(random),
            windows(random)
        )
    };
    Scenario::parse(&text, "random.toml", "random").expect("the scenario is valid")
}

/// Maintenance windows of every pool, if there are any, and whether they ever end.
fn windows(random: &mut Random) -> String {
    let opens = ["22:00", "Mon-Fri 08:00", "last Sun 01:30"][random.random_range(0..3)];
    let lasts = ["20m", "4h", "24h"][random.random_range(0..3)];
    let end = match random.random_range(0..5) {
        0 | 1 => return String::new(),
        2 => "reserve\"\nreserve = \"10m",
        3 => "must-fit",
        _ => "pause",
    };
    let frozen = ["", "[[exclusions]]\ndates = [\"01-07..12-31\"]\n"][random.random_range(0..2)];
    format!("[[windows]]\nopens = \"{opens}\"\nfor = \"{lasts}\"\nend = \"{end}\"\n{frozen}")
}

/// Images that come every hour, if there are any.
fn images(random: &mut Random) -> String {
    let policy = match random.random_range(0..4) {
        0 => return String::new(),
        1 => "apply = \"save\"",
        2 => "apply = \"autonomous\"",
        _ => "apply = \"autonomous\"\nmode = \"pool-after-pool\"\nsupersede = \"finish\"",
    };
    format!(
        "[[clusters]]\nname = \"c\"\nlink = \"1Gbit/s\"\n\
         [images]\nevery = \"1h\"\njitter = \"40m\"\nsize = \"700MB\"\nkernel = \"6.12.40\"\nkubelet = \"1.33.4\"\n{policy}\n"
    )
}

fn pool(number: u32, random: &mut Random) -> String {
    let name = format!("{}{number}", "n".repeat(random.random_range(1..50)));
    let machines = [1, 3, 40, 900][random.random_range(0..4)];
    let replicas = random.random_range(1..40);
    let least = random.random_range(0..=replicas);
    let (slots, minute) = (random.random_range(1..20), random.random_range(0..200));
    format!(
        "[[pools]]\nname = \"{name}\"\nmachines = {machines}\nhardware = \"h\"\nmax_unavailable = {slots}\nsaved_revision = 7\n\
         [[steps]]\nat = \"+{minute}m\"\ndo = \"apply\"\npool = \"{name}\"\nrevision = 2\n\
         [[workloads]]\nname = \"w{number}\"\npools = [\"{name}\"]\nreplicas = {replicas}\nresync = \"5m\"\n\
         budget = {{ min_available = {least} }}\n"
    )
}
