//! The console rehearses the fleet from where it stands, and shows what that says.

use appliance::Request;
use tests::Console;
use tui::console::message::{Effect, Message, Rehearsed};
use tui::console::model::View;

/// Rollouts of which some runs do not finish, and one that is saved.
const FLEET: &str = r#"
    seed = 7
    runs = 200
    [hardware.h]
    update = { lognormal = { p50 = "5m", p90 = "10m" } }
    fails = { update = "1%" }
    [[pools]]
    name = "workers"
    machines = 20
    hardware = "h"
    max_unavailable = 2
    [[pools]]
    name = "edge"
    machines = 5
    hardware = "h"
    saved_revision = 4
    [[steps]]
    at = "+10m"
    do = "apply"
    pool = "workers"
    revision = 2
"#;

fn console(at_minutes: u64, size: (u16, u16)) -> Console {
    Console::new(FLEET, at_minutes * 60_000, size)
}

#[test]
fn a_forecast_at_every_size() {
    for size in [(80, 24), (120, 40)] {
        let mut console = console(25, size);
        let name = format!("{}x{}__forecast", size.0, size.1);
        insta::assert_snapshot!(name, console.press("f").screen());
    }
    let mut console = console(25, (80, 24));
    insta::assert_snapshot!("80x24__forecast_end", console.press("fG").screen());
    insta::assert_snapshot!(
        "80x24__run_of_a_rehearsal",
        console.press("g<enter>").screen()
    );
}

#[test]
fn nothing_is_forecast_where_nothing_is_rolled_out() {
    let mut console = Console::new("[[pools]]\nname = \"p\"\nmachines = 2\n", 0, (80, 24));
    console
        .press("9")
        .assert_shows("nothing is rehearsed yet: f");
    console
        .press("f")
        .assert_shows("there is nothing to forecast");
}

#[test]
fn a_run_is_opened_and_left_and_the_fleet_has_not_moved() {
    let mut console = console(25, (120, 40));
    let before = console.press("3").screen();
    console.press("f<enter>");
    let run = console.model.watching.expect("a run is shown");
    console.assert_shows(&format!("REHEARSAL run {run} 00:25:00"));
    assert_eq!(
        console.press("3").screen().lines().nth(4),
        before.lines().nth(4)
    );
    // It ends as the forecast says.
    let outlook = console
        .model
        .fleet
        .rehearsal
        .as_ref()
        .unwrap()
        .outlook
        .as_ref();
    let ends = outlook.unwrap().notable[0].unwrap().after_ms.unwrap();
    console.press("1}");
    console.run_until(1, "succeeded");
    let ended = console.model.fleet.operations[0]
        .rollout
        .as_ref()
        .unwrap()
        .ended_ms;
    assert_eq!(ended, Some(25 * 60_000 + ends));
    // It takes no orders, and cannot be rehearsed.
    for (keys, says) in [
        ("2jja", "takes no orders"),
        ("2jm", "takes no orders"),
        ("f", "which can be rehearsed"),
    ] {
        console.press("1").press(keys).assert_shows(says);
    }
    assert!(console.orders().is_empty());
    console.press("$");
    assert_eq!(console.model.watching, None);
    assert_eq!(console.model.place.view, View::Forecast);
    console.press("3").assert_shows("SIM 00:25:00");
    assert_eq!(console.screen().lines().nth(4), before.lines().nth(4));
}

#[test]
fn a_forecast_of_the_past_is_called_stale_and_an_order_makes_it_so_too() {
    let mut console = console(25, (80, 24));
    console.press("f");
    assert!(!console.screen().contains("STALE"));
    console.press(".").assert_shows("STALE");
    console.press("f");
    assert!(!console.screen().contains("STALE"), "{}", console.screen());
    console.press("2j").press("a<tab><enter>");
    assert_eq!(console.orders().len(), 1);
    console
        .press("9")
        .assert_shows("1 order ago: f rehearses again");
}

#[test]
fn an_order_is_rehearsed_before_it_is_given_and_its_question_carries_the_forecast() {
    let mut console = console(0, (120, 40));
    console.press("2jaf");
    assert!(console.orders().is_empty());
    console.assert_shows("supposed    meltdeck apply");
    console.assert_shows("from        00:00:00");
    console.press("2ja");
    let question = console.question();
    assert!(question.contains("forecast P50 "), "{question}");
    assert!(question.contains("of 200 runs"), "{question}");
    console.press("<esc>.");
    let question = console.press("2ja").question();
    assert!(question.contains("ago"), "{question}");
}

#[test]
fn it_can_be_stopped_and_what_is_known_by_then_is_called_partial() {
    let mut console = console(25, (80, 24));
    let begun = console.tap("f");
    assert!(matches!(begun[0], Effect::Rehearse(1, ref orders) if orders.is_empty()));
    console.assert_shows("begins");
    let stops = console.tap("f");
    assert_eq!(stops, [Effect::StopRehearsal]);
    // Elsewhere the key only shows how far it is.
    console.tap("1");
    assert!(console.tap("f").is_empty());
    let told = |number, outlook| {
        Message::Rehearsed(Rehearsed {
            made: 40,
            is_over: true,
            outlook,
            ..Rehearsed::begun(number, 200)
        })
    };
    console.send(told(0, None));
    console.assert_shows("begins");
    console.send(told(1, None));
    console.assert_shows("PARTIAL: stopped after 40 of 200 runs");
}

#[test]
fn what_cannot_be_rehearsed_says_why() {
    let mut console = console(25, (80, 24));
    console.tap("f");
    console.send(Message::Rehearsed(Rehearsed::none(1, "no such operation")));
    console.assert_shows("impossible: no such operation");
}

/// Another run's answers, and those of before, are of something else.
#[test]
fn what_was_known_of_the_fleet_is_forgotten_when_something_else_is_shown() {
    let mut console = console(25, (80, 24));
    console.press("f");
    console.tap("<enter>".trim_matches(['<', '>']));
    let asked = console.take(Message::Watching(Some(3)));
    assert!(console.model.fleet.machines.is_empty());
    assert!(asked.contains(&Effect::Ask(Request::ListMachines)));
    assert!(console.model.fleet.rehearsal.is_some());
}
