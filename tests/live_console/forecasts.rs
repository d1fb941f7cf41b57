//! A live fleet is rehearsed: over HTTP, by the threads of the console itself.

use std::net::TcpListener;
use std::time::Duration;

use appliance::client::{self, Endpoint, blocking};
use appliance::{MachineId, Organization, Reply, Request};
use simulator::engine::{Seed, Time};
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;
use tests::ScenarioFile;
use tests::served::{KEY, ORGANIZATION, Served};
use tui::capture::Source;
use tui::console::message::Message;
use tui::console::model::View;

use super::driven::{Driven, source};

/// Pools, of which the second has a saved revision. The only machine of the first is taken out of it, so that numbers
/// differ in a capture. It is shown an hour later.
const FLEET: &str = r#"
    [[clusters]]
    name = "west"
    version = "1.35.0"
    [[pools]]
    name = "none"
    cluster = "west"
    machines = 1
    [[pools]]
    name = "edge"
    cluster = "west"
    machines = 4
    revision = 3
    saved_revision = 5
    [[pools]]
    name = "workers"
    cluster = "west"
    machines = 6
    revision = 2
    [[steps]]
    at = "+61m"
    do = "apply"
    pool = "workers"
"#;

/// What an update takes: as long as it says, so that every finish is known beforehand.
const MODEL: &str = r#"
    runs = 40
    [pool_defaults]
    hardware = "h"
    [hardware.h]
    update = "5m"
"#;

fn fleet(minutes: u64) -> Simulation {
    let scenario = Scenario::parse(FLEET, "test", "test").unwrap();
    let mut fleet = Simulation::new(&Blueprint::new(scenario), Seed(1), 0);
    let unassign = Request::UnassignMachine {
        machine: MachineId(1),
    };
    fleet.answer(&unassign).unwrap();
    fleet.run_until(Time::from_millis((60 + minutes) * 60_000));
    fleet
}

/// Milliseconds of so many updates one after the other.
fn updates(count: u64) -> u64 {
    count * 5 * 60_000
}

#[test]
fn a_live_fleet_is_rehearsed_as_it_is_now() {
    let model = ScenarioFile::new("live-forecast", MODEL);
    let served = Served::new(fleet(0), false);
    let mut console = Driven::on(&served, &model, false);
    console.press("f").until_rehearsed();
    // Both pools at once, and of six machines one after the other.
    assert_eq!(console.median(), updates(6));
    // How long it took to come is left out: that is not the same every time.
    let last = console.model.fleet.rehearsal.as_mut().unwrap();
    last.live.as_mut().unwrap().age = Duration::from_secs(4);
    let picture = |console: &Driven| {
        let screen = console.screen();
        screen.split_once('\n').unwrap().1.to_owned()
    };
    insta::assert_snapshot!("80x24__forecast", picture(&console));
    console.press("G");
    insta::assert_snapshot!("80x24__forecast_end", picture(&console));
    console.model.size = (120, 40);
    console.press("g");
    insta::assert_snapshot!("120x40__forecast", picture(&console));
    assert_eq!(console.orders_given(), 0);
    // The same seed, fleet and model: the same forecast, whoever asks.
    let first = console.model.fleet.rehearsal.clone().unwrap().outlook;
    let mut other = Driven::on(&served, &model, false);
    other.press("f").until_rehearsed();
    assert_eq!(other.model.fleet.rehearsal.unwrap().outlook, first);
}

#[test]
fn what_a_saved_revision_would_lead_to_is_one_key_away_and_needs_no_leave() {
    let model = ScenarioFile::new("live-revision", MODEL);
    let served = Served::new(fleet(0), false);
    let mut console = Driven::on(&served, &model, false);
    console.press("5/edge<enter>j").until("saved");
    console.press("f").until_rehearsed();
    assert_eq!(console.median(), updates(4));
    console.until("supposed    meltdeck apply");
    console.until("rolls out   that alone");
    // Again, it is still that.
    console.press("f").until_rehearsed();
    assert_eq!(console.median(), updates(4));
    // Elsewhere it is the fleet.
    console.press("1f").until_rehearsed();
    assert_eq!(console.median(), updates(6));
    console.until("rolls out   the saved revision 5 of edge, and a new one in the other pool");
    console.press("1f").until("captured");
    assert_eq!(console.model.place.view, View::Forecast);
    assert_eq!(console.model.fleet.rehearsal.as_ref().unwrap().number, 3);
}

#[test]
fn the_question_before_an_order_carries_its_forecast_until_the_fleet_changes() {
    let model = ScenarioFile::new("live-question", MODEL);
    let served = Served::new(fleet(0), false);
    let mut console = Driven::on(&served, &model, true);
    console.press("5/edge<enter>ja").until("[ Apply ]");
    console.press("f").until_rehearsed();
    assert_eq!(console.median(), updates(4));
    assert_eq!(console.orders_given(), 0);
    console.model.size = (120, 40);
    console.press("5/edge<enter>ja");
    console.until("forecast P50 20m 00s, P90 20m 00s; finishes in 100.0 % of 40 runs, ");
    console.until("values assumed");
    // Somebody else holds a machine.
    let hold = Request::HoldMachine {
        machine: MachineId(2),
    };
    served.fleet().answer(&hold).unwrap();
    // The question says it as soon as it is told.
    console.press("<esc><ctrl-r>a");
    console.until("STALE: 1 machine changed");
    console
        .press("<tab><enter>")
        .until_so("ordered", |console| {
            console.orders_given() == 1 && console.model.sent.is_empty()
        });
    console.press("<ctrl-r>9");
    console.until("saved revision changed");
    console.until("1 order ago: f rehearses again");
}

#[test]
fn a_forecast_grows_stale_and_is_made_anew_of_the_fleet_as_it_is_then() {
    let model = ScenarioFile::new("live-stale", MODEL);
    let served = Served::new(fleet(0), false);
    let mut console = Driven::on(&served, &model, false);
    console.press("f").until_rehearsed().pass(60);
    assert!(!console.screen().contains("STALE"), "{}", console.screen());
    console.pass(600).until("STALE       ! 1");
    console.until("m old: f rehearses again");
    // Now a rollout goes on.
    let next = Time::from_millis(63 * 60_000);
    served.fleet().run_until(next);
    console.press("<ctrl-r>");
    console.until("1 machine changed, 1 pool changed");
    // It is read from its beginning, wherever one was in the one before.
    console.press("Gf").until("rehearsal   ").until_rehearsed();
    console.until("machines begin at rest: 1 operation under way is left out");
    let screen = console.screen();
    assert!(!screen.contains("STALE"), "{screen}");
}

#[test]
fn a_run_is_shown_in_place_of_the_live_fleet_and_nothing_of_both_is_mixed() {
    let model = ScenarioFile::new("live-run", MODEL);
    let served = Served::new(fleet(0), false);
    let mut console = Driven::on(&served, &model, true);
    let pools = console.model.fleet.pools.clone();
    assert_eq!(pools.len(), 3);
    console.press("f").until_rehearsed();
    // What is asked of the appliance just before, and answered later, comes to nobody.
    let (silent, before) = (served.fleet(), served.asked());
    console.press("<ctrl-r>");
    console.until_so("asked", |_| served.asked() >= before + 6);
    console.press("<enter>").until("REHEARSAL run ");
    drop(silent);
    let run = console.model.watching.unwrap();
    console.until_so("the run's", |console| console.model.fleet.pools.len() == 2);
    console.press("3").pass(20);
    // Its clock is driven as that of any simulated fleet.
    console.press("}4").until("succeeded");
    let of_appliance = |message: &Message| matches!(message, Message::Replied(_, Ok(Reply::MachinePools(pools))) if pools.len() == 3);
    let shown = |run| move |message: &Message| *message == Message::Watching(run);
    let since = console.told.iter().position(shown(Some(run))).unwrap();
    assert!(!console.told[since..].iter().any(of_appliance));
    console.press("1");
    console.until(&format!("REHEARSAL run {run}"));
    // It would be counted among the contexts.
    console.press("0").until("$ leads back to the context");
    console.press("2jma").until("takes no orders");
    console
        .press("f")
        .until("this is a run of a rehearsal: $ leads");
    assert_eq!(console.orders_given(), 0);
    // From one run to another, and from that to the fleet.
    console.press("9gj<enter>").until("REHEARSAL run 0 ");
    assert_ne!(run, 0);
    console.press("$");
    console.until("LIVE");
    assert_eq!(console.model.place.view, View::Forecast);
    assert_eq!(console.model.watching, None);
    console.pass(20);
    console.until_so("told anew", |console| console.model.fleet.pools == pools);
    let since = console.told.iter().position(shown(None)).unwrap();
    let of_run = |message: &Message| {
        matches!(message, Message::Clock(_))
            || matches!(message, Message::Replied(_, Ok(Reply::MachinePools(pools))) if pools.len() == 2)
    };
    assert!(!console.told[since..].iter().any(of_run));
    console.press("3").until("✓ ready");
}

#[test]
fn an_appliance_with_the_public_api_alone_is_rehearsed_and_so_are_its_orders() {
    let model = ScenarioFile::new("live-documented", MODEL);
    let served = Served::new(fleet(0), true);
    let mut console = Driven::on(&served, &model, true);
    console.press("f").until_rehearsed();
    assert_eq!(console.median(), updates(6));
    console.until("rolls out   a new revision in every pool");
    console
        .press("G")
        .until("- workloads: none, so that no drain waits");
    console
        .press("2/edge<enter>mv1.34<enter>")
        .until("to       1.34");
    console.press("<tab>f").until_rehearsed();
    console.until("supposed    meltdeck set-version");
    assert_eq!(console.median(), updates(4));
    console.press("G").until("- version 1.34 is 1.34.0");
    assert_eq!(console.orders_given(), 0);
}

#[test]
fn what_cannot_be_rehearsed_of_a_live_fleet_is_said() {
    let model = ScenarioFile::new("live-cannot", MODEL);
    let served = Served::new(fleet(3), false);
    let mut console = Driven::on(&served, &model, true);
    console.press("4c").until("[ Back ]");
    console.press("f").until("with its machines at rest");
    // The question is still there.
    assert!(console.model.dialog.is_some());
    console
        .press("<esc>2/edge<enter>mv1.35.0<enter>")
        .until("[ Save ]");
    console
        .press("<tab>f")
        .until("only saved is rolled out to nobody");
    drop(model);
    console.press("<esc>f").until("impossible: ");
    console.until("live-cannot.toml");
    let broken = ScenarioFile::new("live-cannot", "runs = \"many\"\nrun = 1\n");
    console.press("f").until("(meltdeck");
    drop(broken);
}

#[test]
fn an_appliance_that_does_not_answer_is_not_rehearsed_and_says_why() {
    // A port that was free a moment ago, and that nobody listens on.
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let endpoint = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let organization = Organization::parse(ORGANIZATION).unwrap();
    let settings = client::Settings::new(Endpoint::parse(&endpoint).unwrap(), organization);
    let settings = client::Settings {
        retries: client::Retries {
            most: 0,
            ..settings.retries
        },
        ..settings
    };
    let client = blocking::Client::new(settings).unwrap();
    let mut console = Driven::new(client, source(None), false);
    console.press("f");
    console.until("impossible: the appliance does not tell its fleet: no connection");
    console.until("Connection refused");
    // Where the forecast is not on the screen, it is told all the same.
    console
        .press("f1")
        .until("nothing is rehearsed: the appliance");
}

#[test]
fn an_appliance_whose_key_is_not_there_is_not_rehearsed_and_says_why() {
    let mut console = Driven::opened(Box::new(|| Err("the safe is locked".into())), false);
    console.until_so("told", |console| {
        let told = console.told.iter();
        let mut told = told.filter(|message| matches!(message, Message::Opened(_)));
        told.next().is_some()
    });
    console
        .press("f")
        .until("cannot be asked: the safe is locked");
    assert!(console.model.fleet.rehearsal.is_none());
}

#[test]
fn a_capture_that_takes_long_tells_how_far_it_is_and_can_be_stopped() {
    let served = Served::new(fleet(0), false);
    let slow = Source {
        apart: Duration::from_secs(3600),
        ..source(None)
    };
    let mut console = Driven::new(served.client(), slow, false);
    console.press("f");
    console.until("the appliance is asked for its fleet; f stops it");
    console
        .press("f")
        .until("stopped before the fleet was told");
    // And it can be begun anew.
    console
        .press("f")
        .until("the appliance is asked for its fleet");
}

#[test]
fn no_key_gets_into_a_forecast() {
    let model = ScenarioFile::new("live-key", MODEL);
    let served = Served::new(fleet(0), false);
    let mut console = Driven::on(&served, &model, false);
    console.press("f").until_rehearsed();
    console.press("G").press("g<enter>").until("REHEARSAL run");
    console.press("$").until("LIVE");
    assert!(!console.screen().contains(KEY));
    let told = serde_json::to_string(&console.told).unwrap();
    assert!(told.contains("assumed") && !told.contains(KEY));
}
