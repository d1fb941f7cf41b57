//! A whole console without a terminal, a thread or a clock: keys go in, pictures come out.

use std::time::Duration;

use appliance::{Error, Reply, Request};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use simulator::engine::{Seed, Time};
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;
use tui::console::driver::pace::Pace;
use tui::console::driver::stage::Stage;
use tui::console::key::Key;
use tui::console::message::{Drive, Effect, Message, Rehearsed};
use tui::console::model::{Glyphs, Model};
use tui::console::update::{begin, update};
use tui::console::view::Picture;

/// A console on a simulated fleet.
#[derive(Debug)]
pub struct Console {
    /// Its state.
    pub model: Model,
    /// Effects that nobody carries out here: to quit, to suspend, to redraw.
    pub effects: Vec<Effect>,
    /// Every message that it was told, the oldest first.
    pub recorded: Vec<Message>,
    stage: Stage,
}

impl Console {
    /// The console on run 0 of a scenario at an instant of its story, on a screen of this size.
    pub fn new(text: &str, at_ms: u64, size: (u16, u16)) -> Self {
        let scenario =
            Scenario::parse(text, "test", "test-fleet").expect("the test's scenario is valid");
        let seed = scenario.seed;
        let mut simulation = Simulation::new(&Blueprint::new(scenario), seed, 0);
        simulation.run_until(Time::from_millis(at_ms));
        Self::on(simulation, seed, size)
    }

    /// The console on the demo fleet, as the program shows it.
    pub fn on_demo_fleet(size: (u16, u16)) -> Self {
        let file = crate::root().join("scenarios/demo-fleet.toml");
        let text = std::fs::read_to_string(file).expect("the demo fleet is a scenario");
        Self::new(&text, (2 * 3600 + 13 * 60 + 7) * 1000, size)
    }

    fn on(simulation: Simulation, seed: Seed, size: (u16, u16)) -> Self {
        let context = simulation.blueprint().scenario().name.clone();
        let timezone = simulation.blueprint().scenario().calendar.zone_name();
        let calendar = &simulation.blueprint().scenario().calendar;
        let zone = (calendar.starts().time_zone().clone(), timezone.clone());
        let model = Model::new(context, seed.0, timezone.into(), Glyphs::Unicode, size);
        let pace = Pace::new(simulation, model.clock.speed);
        let mut console = Self {
            stage: Stage::new(pace, seed, zone),
            effects: Vec::new(),
            recorded: Vec::new(),
            model,
        };
        let clock = Message::Clock(console.stage.pace().report());
        let mut effects = begin(&mut console.model);
        effects.extend(console.take(clock));
        console.carry_out(effects);
        console.settle();
        console
    }

    /// Presses the keys of a script, such as `3jj<enter>`, and waits until every answer has come.
    pub fn press(&mut self, script: &str) -> &mut Self {
        for key in Key::script(script).expect("the test's keys are keys") {
            self.send(Message::Key(key));
        }
        self
    }

    /// Lets real time go by.
    pub fn wait(&mut self, real: Duration) -> &mut Self {
        self.stage.pace_mut().advance(real, || true);
        self.send(Message::Tick(real))
    }

    /// Tells the console something, and waits until every answer has come.
    pub fn send(&mut self, message: Message) -> &mut Self {
        let effects = self.take(message);
        self.carry_out(effects);
        self.settle();
        self
    }

    /// Tells the console something of which nobody sees the effects. Returns them.
    pub fn take(&mut self, message: Message) -> Vec<Effect> {
        self.recorded.push(message.clone());
        update(&mut self.model, message)
    }

    /// The console that a recording leads to, from the same start, without anybody who answers.
    #[must_use]
    pub fn replay(&self, start: Model, recording: Vec<Message>) -> Self {
        let mut console = Self {
            model: start,
            effects: Vec::new(),
            recorded: Vec::new(),
            stage: self.stage.clone(),
        };
        begin(&mut console.model);
        for message in recording {
            console.take(message);
        }
        console
    }

    /// Presses one key, and carries out nothing of what it asks for. Returns that.
    pub fn tap(&mut self, key: &str) -> Vec<Effect> {
        let key = Key::parse(key).expect("the test's keys are keys");
        self.take(Message::Key(key))
    }

    /// Every order that was answered.
    pub fn orders(&self) -> Vec<&Request> {
        let orders = self.recorded.iter().filter_map(|message| match message {
            Message::Replied(request, _) if request.is_order() => Some(request),
            _ => None,
        });
        orders.collect()
    }

    /// The text of the open dialog, wherever it is scrolled to.
    pub fn question(&self) -> String {
        let dialog = self.model.dialog.as_ref();
        let dialog = dialog.unwrap_or_else(|| panic!("no dialog on\n{}", self.screen()));
        dialog.layout(self.model.size).lines.join("\n")
    }

    /// The last line of the screen.
    pub fn footer(&self) -> String {
        self.screen().lines().last().unwrap_or_default().to_owned()
    }

    /// Fails unless the screen shows a text.
    pub fn assert_shows(&self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "no {text} on\n{screen}");
    }

    /// Answers a request of somebody else, of which the console is not told.
    ///
    /// # Errors
    /// As the simulation does.
    pub fn answer(&mut self, request: &Request) -> Result<Reply, Error> {
        self.stage.answer(request)
    }

    /// Lets simulated time go by until an operation is in some status.
    pub fn run_until(&mut self, operation: i64, status: &str) -> &mut Self {
        for _ in 0..1000 {
            let operations = self.model.fleet.operations.iter();
            let is_there = operations
                .filter(|known| known.id.0 == operation)
                .any(|known| known.status.as_str() == status);
            if is_there {
                return self;
            }
            self.carry_out(vec![Effect::Drive(Drive::RunToMilestone)]);
            self.wait(Duration::from_secs(1));
        }
        panic!("operation {operation} is never {status}");
    }

    /// The picture.
    pub fn buffer(&self) -> Buffer {
        buffer_of(&self.model)
    }

    /// The picture's characters, line by line.
    pub fn screen(&self) -> String {
        screen_of(&self.model)
    }

    /// Carries effects out, and what the answers to them lead to.
    pub fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut effects = std::collections::VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            let message = match effect {
                Effect::Ask(request) => {
                    let reply = self.stage.answer(&request);
                    Message::Replied(request, reply)
                }
                Effect::Drive(drive) => match self.stage.pace_mut().drive(drive) {
                    Some(why) => Message::Impossible(why.into()),
                    None => Message::Clock(self.stage.pace().report()),
                },
                Effect::Rehearse(number, with) => self.rehearse(number, with),
                Effect::Watch(run) => match self.stage.watch(run) {
                    Ok(()) => Message::Watching(Some(run)),
                    Err(why) => Message::Impossible(why),
                },
                Effect::Leave => {
                    self.stage.leave();
                    Message::Watching(None)
                }
                other => {
                    self.effects.push(other);
                    continue;
                }
            };
            effects.extend(self.take(message));
        }
    }

    /// Makes every run of a rehearsal, of which the console is told when all are made.
    fn rehearse(&mut self, number: u32, with: Vec<Request>) -> Message {
        let work = match self.stage.rehearse(number, with) {
            Ok(work) => work,
            Err(error) => {
                return Message::Rehearsed(Rehearsed::none(number, error.to_string()));
            }
        };
        let told = std::cell::RefCell::new(None);
        let tell = |rehearsed| drop(told.replace(Some(rehearsed)));
        work.carry_out(None, &|| false, &|| false, &tell)
            .expect("the system gives threads");
        Message::Rehearsed(told.into_inner().expect("the end is told"))
    }

    /// Tells the clock, and carries out what the console asks because of it.
    fn settle(&mut self) {
        let clock = Message::Clock(self.stage.pace().report());
        let effects = self.take(clock);
        self.carry_out(effects);
    }
}

/// Whether an effect asks for a change of the fleet.
pub fn is_order(effect: &Effect) -> bool {
    matches!(effect, Effect::Ask(request) if request.is_order())
}

/// What a screen would show.
fn buffer_of(picture: &impl Picture) -> Buffer {
    let (columns, rows) = picture.size();
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    picture.paint(&mut buffer);
    buffer
}

/// Its characters, line by line.
pub fn screen_of(picture: &impl Picture) -> String {
    let buffer = buffer_of(picture);
    let columns = usize::from(buffer.area().width).max(1);
    let lines = buffer.content().chunks(columns);
    let line = |cells: &[Cell]| {
        let text: String = cells.iter().map(Cell::symbol).collect();
        text.trim_end().to_owned()
    };
    lines.map(line).collect::<Vec<_>>().join("\n")
}
