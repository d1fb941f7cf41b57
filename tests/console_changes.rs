//! What can be changed about machines in the console: the menu, the question, the outcome.

use appliance::{Error, ErrorKind, Reply, Request};
use tests::Console;
use tui::console::command::{Command, Verb};
use tui::console::message::{Effect, Message};

/// Three machines that take ten minutes each, one after the other, of which the last is held; the rollout begins.
const FLEET: &str = r#"
[hardware.h]
update = "10m"
[[pools]]
name = "w"
hardware = "h"
saved_revision = 2
machines = ["w-1", "w-2", { name = "w-3", held = true }]
[[steps]]
at = "+0s"
do = "apply"
pool = "w"
"#;

fn fleet() -> Console {
    Console::new(FLEET, 60_000, (100, 30))
}

fn machine(console: &Console, name: &str) -> appliance::Machine {
    let machines = console.model.fleet.machines.iter();
    let mut machines = machines.filter(|machine| machine.name == name);
    machines.next().expect("the fleet has it").clone()
}

#[test]
fn a_machine_is_held_by_its_letter_and_unheld_by_the_menu() {
    let mut console = fleet();
    console.press("3gjm");
    console.assert_shows("Change: w-2");
    console.assert_shows("no: w-2 is not held");
    console.press("h");
    let told = console.question();
    for text in [
        "machine  w-2, ready",
        "its turn in a rollout waits until it is unheld",
        "meltdeck hold --context test-fleet w-2",
    ] {
        assert!(told.contains(text), "{text} in\n{told}");
    }
    console.press("<enter>");
    assert!(console.orders().is_empty(), "Enter alone orders nothing");
    console.press("mh<tab><enter>");
    console.assert_shows("w-2 is held");
    assert_eq!(machine(&console, "w-2").held, Some(true));
    // The cursor of the menu is on the first change that can be made.
    console.press("m<enter><tab><enter>");
    console.assert_shows("w-2 is unheld");
    assert_eq!(machine(&console, "w-2").held, Some(false));
}

#[test]
fn the_update_that_is_under_way_is_said_to_be_finished() {
    let mut console = fleet();
    console.press("3gme");
    assert!(
        console
            .question()
            .contains("Its update is under way, and is finished."),
        "{}",
        console.question()
    );
    console.press("<esc>xxxme");
    let told = console.question();
    assert!(told.contains("3 machines: w-1, w-2, w-3"), "{told}");
    assert!(told.contains("The update of one is under way"), "{told}");
    assert!(
        told.contains("meltdeck exclude --context test-fleet w-1 w-2 w-3"),
        "{told}"
    );
}

#[test]
fn marked_machines_are_changed_together_and_those_that_do_not_fit_are_left_out() {
    let mut console = fleet();
    console.press("3gxxxm");
    console.assert_shows("Change: 3 machines");
    console.press("h");
    let told = console.question();
    assert!(
        told.contains("left out (1):\n- w-3 is held already"),
        "{told}"
    );
    console.press("<tab><enter>");
    console.assert_shows("Hold: 2 machines");
    assert_eq!(console.orders().len(), 2, "a request for each");
    console.press("mh");
    console
        .assert_shows("none of 3: w-1 is held already; w-2 is held already; w-3 is held already");
    assert!(console.model.menu.is_some(), "another can be chosen");
}

#[test]
fn what_was_refused_is_told_of_each_machine() {
    let mut console = fleet();
    console.press("3gxxme<tab>");
    let effects = console.tap("enter");
    let requests: Vec<_> = effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Ask(request) => Some(request),
            _ => None,
        })
        .collect();
    assert_eq!(requests.len(), 2);
    let done = Reply::ChangedMachine(Box::new(machine(&console, "w-1")));
    console.take(Message::Replied(requests[0].clone(), Ok(done)));
    console.assert_shows("sent, waiting");
    let error = Error::new(ErrorKind::Conflict, "it sleeps");
    console.take(Message::Replied(requests[1].clone(), Err(error)));
    console.assert_shows("- w-2: it sleeps");
    console.assert_shows("Done: w-1 is excluded");
}

#[test]
fn the_way_out_of_a_held_machine_names_its_keys() {
    let mut console = fleet();
    console.press("3G");
    console.assert_shows("way out  m u unholds it");
    console.press("<enter>");
    console.assert_shows("m u unholds it");
    console.press("mu<tab><enter>");
    console.assert_shows("w-3 is unheld");
    console.press("<esc>me<tab><enter>");
    console.assert_shows("w-3 is excluded");
    assert_eq!(machine(&console, "w-3").excluded, Some(true));
    console.press("mi<tab><enter>");
    console.assert_shows("w-3 is included again");
}

#[test]
fn where_no_machine_is_at_hand_there_is_no_menu() {
    let mut console = fleet();
    console.press("1Gm");
    console.assert_shows("choose a machine or a pool first");
    assert!(console.model.menu.is_none());
    for view in ["4", "6", "7", "?"] {
        console.press(view).press("m");
        assert!(console.model.menu.is_none(), "{view}");
    }
}

#[test]
fn the_menu_is_left_without_a_change() {
    for leave in ["<esc>", "q", "m", "<left>"] {
        let mut console = fleet();
        let before = console.press("3").screen();
        console.press("m").press(leave);
        assert_eq!(console.screen(), before, "{leave}");
    }
}

#[test]
fn a_machine_that_was_held_meanwhile_is_not_held_again() {
    let mut console = fleet();
    console.press("3gjmh");
    let machine = machine(&console, "w-2").id;
    console.answer(&Request::HoldMachine { machine }).unwrap();
    console.tap("tab");
    let effects = console.tap("enter");
    console.carry_out(effects);
    console.assert_shows("Refused:");
    let command = console.model.dialog.as_ref().unwrap().command.clone();
    assert_eq!(command.verb, Verb::Hold);
    assert_eq!(
        console.model.requests(&command),
        Err(vec!["w-2 is held already".to_owned()]),
        "the fleet is known anew"
    );
}

#[test]
fn an_order_for_machines_is_for_machines_that_are_there() {
    let console = fleet();
    for (line, fits) in [
        ("meltdeck hold --context test-fleet w-1 w-2", true),
        ("meltdeck hold --context test-fleet w-1 w-9", false),
        ("meltdeck hold --context elsewhere w-1", false),
        ("meltdeck unhold --context test-fleet w-1", false),
    ] {
        let command: Command = line.parse().unwrap();
        assert_eq!(console.model.requests(&command).is_ok(), fits, "{line}");
    }
}

#[test]
fn the_menu_on_every_screen() {
    for (name, size) in [
        ("80x24", (80, 24)),
        ("120x40", (120, 40)),
        ("60x20", (60, 20)),
        ("20x6", (20, 6)),
    ] {
        let mut console = Console::on_demo_fleet(size);
        console.press("3/workers-18<enter>m");
        insta::assert_snapshot!(format!("menu_{name}"), console.screen());
    }
    let mut console = Console::on_demo_fleet((80, 24));
    console.press("3/workers-1<enter>xxxmh");
    insta::assert_snapshot!("hold_80x24", console.screen());
}
