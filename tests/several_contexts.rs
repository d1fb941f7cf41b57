//! Several contexts in one console: each with an age and an appliance of its own, and a table over all of them.
//!
//! The appliances are scripted and time is ticks.

use std::collections::VecDeque;
use std::time::Duration;

use appliance::{Error, ErrorKind, Reply, Request};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use simulator::engine::{Seed, Time};
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;
use tui::console::key::Key;
use tui::console::message::{Effect, Message};
use tui::console::model::deck::Deck;
use tui::console::model::live::Access;
use tui::console::model::polling::Polling;
use tui::console::model::{Glyphs, Live, Model};
use tui::console::update::deck::{Deed, Event, begin, update};
use tui::console::view::Picture;

const TICK: Duration = Duration::from_millis(500);

/// What stands behind a context.
enum Script {
    Answers,
    /// Every request comes to this.
    Fails(ErrorKind),
    /// Its key cannot be got.
    Locked,
    /// Getting its key takes longer than anybody waits here.
    Slow,
    /// Lists that only the extension tells are not told.
    DocumentedOnly,
}

/// A console of several contexts.
struct Watched {
    deck: Deck,
    appliances: Vec<(Simulation, Script)>,
    /// Every request and order, by the context that it went to.
    asked: Vec<(usize, Request)>,
    /// Contexts that were opened, in this order.
    opened: Vec<usize>,
    exit_code: Option<u8>,
}

fn simulation(file: &str) -> Simulation {
    let text = std::fs::read_to_string(tests::root().join("scenarios").join(file)).unwrap();
    let scenario = Scenario::parse(&text, "test", "test").unwrap();
    let mut simulation = Simulation::new(&Blueprint::new(scenario), Seed(42), 0);
    simulation.run_until(Time::from_millis((2 * 3600 + 13 * 60 + 7) * 1000));
    simulation
}

impl Watched {
    /// The contexts `zurich`, which is in front, `edge`, `lab` and `vault`.
    fn new(scripts: [Script; 4]) -> Self {
        let mut console = Self::unbegun(scripts);
        if let Some(live) = &mut console.deck.contexts[0].live {
            live.access = Access::Open;
        }
        console.begin();
        console
    }

    fn unbegun(scripts: [Script; 4]) -> Self {
        let names = ["zurich", "edge", "lab", "vault"];
        let files = ["demo-fleet", "monthly-image", "demo-fleet", "demo-fleet"];
        let contexts = names.into_iter().zip(1..).map(|(name, seed)| {
            let address = format!("https://{name}.example/ui/orgs/0");
            let live = Live::new(name == "zurich", address, Polling::new(seed, 10.0));
            let live = live.with_access(Access::Unwanted);
            let size = (80, 24);
            let model = Model::new(name.into(), 0, "UTC".into(), Glyphs::Unicode, size);
            model.of_appliance(live)
        });
        let fleets = files.map(|file| simulation(&format!("{file}.toml")));
        Self {
            deck: Deck::new(contexts.collect(), 0),
            appliances: fleets.into_iter().zip(scripts).collect(),
            asked: Vec::new(),
            opened: Vec::new(),
            exit_code: None,
        }
    }

    fn begin(&mut self) {
        let deeds = begin(&mut self.deck);
        self.carry_out(deeds);
    }

    fn answer(&mut self, context: usize, request: &Request) -> Result<Reply, Error> {
        let (simulation, script) = &mut self.appliances[context];
        let of_extension = matches!(
            request,
            Request::GetCapabilities
                | Request::GetClock
                | Request::ListRevisions
                | Request::ListBudgets
                | Request::ListWindows { .. }
                | Request::ListEvents { .. }
        );
        match script {
            Script::Fails(kind) => Err(Error::new(*kind, "no luck")),
            Script::DocumentedOnly if of_extension => {
                let why = "the public API has no such list";
                Err(Error::new(ErrorKind::Unsupported, why))
            }
            _ => simulation.answer(request),
        }
    }

    fn carry_out(&mut self, deeds: Vec<Deed>) {
        let mut deeds = VecDeque::from(deeds);
        while let Some((context, effect)) = deeds.pop_front() {
            let message = match effect {
                Effect::Open => {
                    self.opened.push(context);
                    match self.appliances[context].1 {
                        Script::Slow => continue,
                        Script::Locked => Message::Opened(Err("the vault is locked".into())),
                        _ => Message::Opened(Ok(())),
                    }
                }
                Effect::Ask(request) => {
                    self.asked.push((context, request.clone()));
                    let reply = self.answer(context, &request);
                    Message::Replied(request, reply)
                }
                Effect::Quit(code) => {
                    self.exit_code = Some(code);
                    continue;
                }
                _ => continue,
            };
            deeds.extend(update(&mut self.deck, Event::Of(context, message)));
        }
    }

    fn happens(&mut self, message: Message) -> &mut Self {
        let deeds = update(&mut self.deck, Event::Shared(message));
        self.carry_out(deeds);
        self
    }

    fn wait(&mut self, seconds: u32) -> &mut Self {
        for _ in 0..2 * seconds {
            self.happens(Message::Tick(TICK));
        }
        self
    }

    fn press(&mut self, script: &str) -> &mut Self {
        for key in Key::script(script).unwrap() {
            self.happens(Message::Key(key));
        }
        self
    }

    fn screen(&self) -> String {
        tests::screen_of(&self.deck)
    }

    #[track_caller]
    fn assert_shows(&self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "no {text} on\n{screen}");
    }

    #[track_caller]
    fn assert_hides(&self, text: &str) {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text} on\n{screen}");
    }

    /// How often a context was asked for its machines.
    fn looks(&self, context: usize) -> usize {
        let asked = self.asked.iter();
        let looks = asked
            .filter(|(of, request)| *of == context && matches!(request, Request::ListMachines));
        looks.count()
    }
}

fn mixed() -> [Script; 4] {
    [
        Script::Answers,
        Script::DocumentedOnly,
        Script::Fails(ErrorKind::Unreachable),
        Script::Locked,
    ]
}

#[test]
fn screens_of_all_contexts() {
    let mut console = Watched::new(mixed());
    console.wait(5).press("0").wait(20);
    insta::assert_snapshot!("80x24__contexts", console.screen());
    console.press("1");
    insta::assert_snapshot!("80x24__overview", console.screen());
    console.press("2");
    insta::assert_snapshot!("80x24__pools", console.screen());
    console.press("5");
    insta::assert_snapshot!("80x24__revisions", console.screen());
    console.press("0").happens(Message::Resized(120, 40));
    insta::assert_snapshot!("120x40__contexts", console.screen());
}

#[test]
fn no_other_context_is_opened_before_it_is_wanted() {
    let mut console = Watched::new(mixed());
    console.wait(60);
    assert_eq!(console.opened, [0; 0]);
    assert!(console.asked.iter().all(|(context, _)| *context == 0));
    console.press("0");
    assert_eq!(console.opened, [1, 2, 3]);
    // Once is enough, however often one comes back.
    console.press("<esc>0<esc>0").wait(60);
    assert_eq!(console.opened, [1, 2, 3]);
    console.press("<ctrl-r>");
    assert_eq!(console.opened, [1, 2, 3, 3], "what failed is tried again");
}

#[test]
fn a_context_that_is_away_or_slow_hides_no_other() {
    let away = Script::Fails(ErrorKind::Unreachable);
    let mut console = Watched::unbegun([away, Script::Slow, Script::Answers, Script::Locked]);
    console.deck = console.deck.clone().with_all_in_front();
    console.begin();
    console.wait(20);
    for text in [
        "1 of 4 answer",
        "zurich        ✗ RECONNECTING in",
        "edge          OPENING",
        "lab           ✓ LIVE",
        "vault         ✗ CANNOT BE ASKED",
        "why  no luck",
    ] {
        console.assert_shows(text);
    }
    console.press("2");
    console.assert_shows("edge        getting its API key …");
    console.assert_shows("lab         ingress");
    // What comes back is there again.
    console.appliances[0].1 = Script::Answers;
    console.wait(31);
    console.assert_shows("2 of 4 answer");
    console.assert_shows("zurich      ingress");
    console.appliances[2].1 = Script::Fails(ErrorKind::Unreachable);
    console.wait(30);
    console.assert_shows("lab         ingress      ready?");
    console.assert_shows("zurich      ingress      ✓ ready");
}

#[test]
fn all_machines_are_one_table_that_is_filtered_and_sorted() {
    let scripts = [
        Script::Answers,
        Script::Answers,
        Script::Answers,
        Script::Locked,
    ];
    let mut console = Watched::new(scripts);
    console.press("0").wait(5).press("3");
    let of_each = console.deck.contexts.iter();
    let all: usize = of_each.map(|model| model.fleet.machines.len()).sum();
    console.assert_shows(&format!(" {all}"));
    console.press("/edge<enter>");
    let of_edge = console.deck.contexts[1].fleet.machines.len();
    console.assert_shows(&format!("/edge  {of_edge} of {all}"));
    console.assert_hides("zurich ");
    console.press("<esc>/boards<enter>ssgg").wait(20);
    console.assert_shows("by machine");
    // Natural order over all of them: boards-2 of both before boards-10 of either.
    let screen = console.screen();
    let place = |text: &str| {
        screen
            .find(text)
            .unwrap_or_else(|| panic!("{text} on\n{screen}"))
    };
    assert!(place("lab         boards-2 ") < place("zurich      boards-10 "));
    assert!(place("zurich      boards-2 ") < place("lab         boards-9 "));
}

#[test]
fn the_cursor_stays_on_who_it_was_on() {
    let scripts = [
        Script::Answers,
        Script::Slow,
        Script::Answers,
        Script::Locked,
    ];
    let mut console = Watched::new(scripts);
    console.press("0").wait(5).press("3/workers-7<enter>jj");
    let row = console.deck.across.row_under_cursor().unwrap();
    let who = console.deck.across.id(&console.deck.contexts, row);
    assert!(who.is_some());
    console.press("<esc>").wait(3);
    let now = console.deck.across.row_under_cursor().unwrap();
    assert_eq!(now.context, row.context);
    assert_eq!(console.deck.across.id(&console.deck.contexts, now), who);
}

#[test]
fn a_row_leads_into_its_context_and_orders_stay_there() {
    let scripts = [
        Script::Answers,
        Script::Answers,
        Script::Answers,
        Script::Locked,
    ];
    let mut console = Watched::new(scripts);
    console.press("0").wait(5).press("2");
    console.assert_shows("contexts › pools");
    for key in ["a", "m", "x", "i", "f"] {
        console.press(key);
        console.assert_shows("that is of one context: enter goes into it");
    }
    console.press("/storage<enter>jj<enter>");
    console.assert_shows("meltdeck  lab");
    console.assert_shows("storage › machines");
    console.press("<esc>");
    console.assert_shows("fleet › pools");
    // It is read-only, whatever another context is.
    console.press("a");
    console.assert_shows("read-only");
    console.press("0").assert_shows("contexts › pools");
    console
        .press("gg<enter><esc>")
        .assert_shows("meltdeck  zurich");
    console.press("2/storage<enter>a");
    console.assert_shows("context  zurich");
    console.press("<tab><enter>");
    let orders = console
        .asked
        .iter()
        .filter(|(_, request)| request.is_order());
    let of: Vec<_> = orders.map(|(context, _)| *context).collect();
    assert_eq!(of, [0]);
}

#[test]
fn what_a_context_that_is_not_shown_has_to_tell_is_told_with_its_name() {
    let scripts = [
        Script::Answers,
        Script::Answers,
        Script::Answers,
        Script::Locked,
    ];
    let mut console = Watched::new(scripts);
    console.press("0").wait(5).press("<esc>").wait(20);
    console.appliances[2].1 = Script::Fails(ErrorKind::Unreachable);
    console.wait(8);
    console.assert_shows("meltdeck  zurich");
    console.assert_shows("lab: the appliance does not answer: no luck");
}

#[test]
fn a_context_that_is_not_shown_is_asked_more_rarely() {
    let scripts = [
        Script::Answers,
        Script::Answers,
        Script::Answers,
        Script::Locked,
    ];
    let mut console = Watched::new(scripts);
    for (simulation, _) in &mut console.appliances {
        simulation.run_until(Time::from_millis(6 * 24 * 3_600_000));
    }
    console.press("0").wait(30).press("<esc>");
    console.asked.clear();
    console.wait(300);
    let (shown, hidden) = (console.looks(0), console.looks(2));
    assert!((26..=33).contains(&shown), "{shown}");
    assert!((17..=22).contains(&hidden), "{hidden}");
    let budgets = console
        .asked
        .iter()
        .filter(|(of, request)| *of == 2 && matches!(request, Request::ListBudgets));
    assert!(budgets.count() <= 12);
}

#[test]
fn the_table_of_contexts_is_left_as_any_other() {
    let mut console = Watched::new(mixed());
    console.press("0").wait(2).press("3<esc>");
    console.assert_shows("contexts  ");
    // A context whose key cannot be got is not gone into.
    console.press("G<enter>");
    console.assert_shows("vault cannot be asked: the vault is locked; ctrl-r tries again");
    console.press("<esc>").assert_shows("meltdeck  zurich");
    console.press("0?").assert_shows("contexts › help");
    console.press("<esc>q");
    assert_eq!(console.exit_code, Some(0));
}

#[test]
fn any_key_and_any_size_at_any_time_harms_nothing() {
    let keys = "0123456789?/sSjkGg<enter><esc>q<ctrl-r><ctrl-d><tab>amx";
    let keys = Key::script(keys).unwrap();
    let mut console = Watched::new(mixed());
    // A sequence that comes to every pair of keys.
    for (first, second) in (0..keys.len() * keys.len()).map(|n| (n / keys.len(), n % keys.len())) {
        for place in [first, second] {
            console.happens(Message::Key(keys[place]));
        }
        let (columns, rows) = (first * 7 % 90, second * 5 % 30);
        let size = (
            u16::try_from(columns).unwrap(),
            u16::try_from(rows).unwrap(),
        );
        console.happens(Message::Resized(size.0, size.1));
        let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
        console.deck.paint(&mut buffer);
        console.wait(1);
    }
}
