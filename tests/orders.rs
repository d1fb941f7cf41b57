//! Orders from the chosen rows to the outcome: for several rows, and on a fleet that moves on meanwhile.

use appliance::{Error, ErrorKind, Reply, Request};
use tests::Console;
use tui::console::command::{Command, Verb};
use tui::console::message::{Effect, Message};
use tui::console::model::dialog::Stage;

fn demo() -> Console {
    Console::on_demo_fleet((100, 30))
}

/// Five pools in two clusters: two roll out, one is paused, one waits to be applied, one has nothing.
const FLEET: &str = r#"
[[clusters]]
name = "east"
[[clusters]]
name = "west"
[hardware.h]
update = "10m"
[[pools]]
name = "a"
cluster = "east"
machines = 3
hardware = "h"
saved_revision = 2
[[pools]]
name = "b"
cluster = "east"
machines = 3
hardware = "h"
saved_revision = 2
[[pools]]
name = "c"
cluster = "west"
machines = 3
hardware = "h"
saved_revision = 2
[[pools]]
name = "d"
cluster = "west"
machines = 8
hardware = "h"
saved_revision = 7
[[pools]]
name = "e"
cluster = "west"
machines = 3
hardware = "h"
[[steps]]
at = "+0s"
do = "apply"
pool = "a"
[[steps]]
at = "+0s"
do = "apply"
pool = "b"
[[steps]]
at = "+0s"
do = "apply"
pool = "c"
[[steps]]
at = "+1s"
do = "pause"
pool = "c"
"#;

fn fleet() -> Console {
    Console::new(FLEET, 60_000, (100, 30))
}

#[test]
fn marked_rows_are_paused_and_resumed_together() {
    let mut console = fleet();
    console.press("2gxxxxxp");
    let told = console.question();
    for text in [
        "cluster east, pool a",
        "operation 1, to revision 2",
        "cluster east, pool b",
        "left out (3):",
        "- cluster west: operation 3 of c is paused already",
        "- cluster west: d has no operation",
        "- cluster west: e has no operation",
        "meltdeck pause --context test-fleet --cluster east --pool a --revision 2 --operation 1 --pool b",
    ] {
        assert!(
            told.replace("\n  ", " ").contains(text),
            "{text} in\n{told}"
        );
    }
    console.press("<enter>");
    assert!(console.model.dialog.is_none(), "Enter alone leaves it");
    console.press("p<tab><enter>");
    console.assert_shows("operations 1, 2 are paused: p resumes them");
    console.press("p");
    let dialog = console.model.dialog.as_ref().unwrap();
    assert_eq!(dialog.command.verb, Verb::Resume);
    assert_eq!(dialog.command.targets.len(), 3);
    console.press("<tab><enter>");
    console.assert_shows("operations 1, 2, 3 go on");
}

#[test]
fn marked_machines_stand_for_their_pools_and_a_range_is_marked() {
    let mut console = fleet();
    console.press("3gxGvc");
    let dialog = console.model.dialog.as_ref().unwrap();
    let pools: Vec<_> = dialog
        .command
        .rollouts()
        .map(|target| target.pool.as_str())
        .collect();
    assert_eq!(pools, ["a", "b", "c"]);
    console.press("<tab><enter>");
    let cancelled = |console: &Console| {
        let operations = console.model.fleet.operations.iter();
        operations
            .filter(|operation| operation.status.as_str().starts_with("cancel"))
            .count()
    };
    assert_eq!(cancelled(&console), 3);
    console.assert_shows("operations 1, 2, 3 are cancelled");
}

#[test]
fn of_two_marked_revisions_of_a_pool_the_newest_is_applied() {
    let mut console = fleet();
    console.press("5G").press("kxkkva");
    let told = console.question();
    assert!(told.contains("revision 7, now on 1"), "{told}");
    assert!(
        told.contains("revision 1 to d: revision 7 is applied instead"),
        "{told}"
    );
    console.press("<tab><enter>");
    console.assert_shows("rolls out revision 7");
}

#[test]
fn where_no_marked_row_fits_it_is_said_why() {
    let mut console = fleet();
    console.press("2gxxr");
    assert!(console.model.dialog.is_none());
    console.assert_shows("none of 2: cluster east: operation 1 of a is running");
}

#[test]
fn marks_in_the_overview_leave_clusters_out() {
    let mut console = fleet();
    console.press("gxGva");
    let told = console.question();
    assert!(told.contains("cluster east: choose a pool"), "{told}");
}

/// A question that was opened before somebody else acted.
#[test]
fn an_order_for_a_fleet_that_moved_on_is_refused_and_planned_again() {
    let mut console = demo();
    console.press("5/storage<enter>ja");
    assert!(console.question().contains("--revision 6 --from 5"));
    let mut revisions = console.model.fleet.revisions.clone();
    let mut newer = revisions
        .iter()
        .rfind(|revision| revision.is_pending)
        .unwrap()
        .clone();
    newer.number = 7;
    revisions.push(newer);
    let taken = Message::Replied(Request::ListRevisions, Ok(Reply::Revisions(revisions)));
    console.take(taken);
    console.assert_shows("Not sent:");
    console.assert_shows("the newest revision of pool storage is 7 by now, not 6");
    console.assert_shows("[ Plan again ]");
    let effects = console.tap("enter");
    assert!(effects.is_empty() && console.model.dialog.is_none());
    console.tap("k");
    console.tap("a");
    assert!(
        console.question().contains("--newest 7"),
        "{}",
        console.question()
    );
}

/// The fleet moved on, and the console was not told yet: the appliance itself compares.
#[test]
fn an_order_that_somebody_else_gave_meanwhile_is_refused_by_the_appliance() {
    let mut console = demo();
    console.press("5/storage<enter>ja");
    let before = console.model.fleet.clone();
    // The same order by somebody else, of which this console hears nothing.
    let command = console.model.dialog.as_ref().unwrap().command.clone();
    let request = console.model.requests(&command).unwrap().remove(0);
    console.answer(&request).unwrap();
    console.model.fleet = before;
    console.tap("tab");
    let effects = console.tap("enter");
    console.carry_out(effects);
    console.assert_shows("pool storage is on revision 6 by now, not on 5");
    assert_eq!(console.model.fleet.operations.len(), 4);
    console.press("<tab><enter>");
    let dialog = console.model.dialog.as_ref().unwrap();
    assert!(!dialog.does_it && dialog.stage == Stage::Prompting);
}

#[test]
fn an_operation_that_ended_meanwhile_is_not_cancelled() {
    let mut console = demo();
    console.press("4c<tab>");
    console.run_until(3, "succeeded");
    console.assert_shows("Not sent:");
    console.assert_shows("operation 3 of workers is succeeded and over");
    let effects = console.tap("enter");
    assert!(!effects.iter().any(tests::console::is_order));
    // To plan it again says why that cannot be.
    console.press("c");
    console.assert_shows("operation 3 of workers is succeeded and over");
}

#[test]
fn an_order_for_another_fleet_is_refused() {
    let console = demo();
    let line =
        "meltdeck apply --context elsewhere --cluster zurich --pool storage --revision 6 --from 5";
    let command: Command = line.parse().unwrap();
    assert!(console.model.requests(&command).is_err());
    let line = line.replace("elsewhere", "test-fleet");
    let command: Command = line.parse().unwrap();
    assert_eq!(console.model.requests(&command).unwrap().len(), 1);
    for (part, other) in [
        ("--from 5", "--from 4"),
        ("storage", "stores"),
        ("zurich", "lab"),
    ] {
        let command: Command = line.replace(part, other).parse().unwrap();
        assert!(console.model.requests(&command).is_err(), "{other}");
    }
}

/// An order that is refused after the question was left is told all the same.
#[test]
fn every_outcome_is_told_whoever_still_looks() {
    let mut console = Console::on_demo_fleet((60, 20));
    console.press("4c<tab>");
    let effects = console.tap("enter");
    let orders: Vec<_> = effects
        .iter()
        .filter(|effect| tests::console::is_order(effect))
        .collect();
    assert_eq!(orders.len(), 1);
    console.assert_shows("sent, waiting for the appliance");
    console.tap("enter");
    assert!(console.model.dialog.is_some(), "it was sent once");
    console.tap("esc");
    assert!(console.model.dialog.is_none());
    let Effect::Ask(request) = orders[0].clone() else {
        panic!("it is a request");
    };
    let why = "the appliance is being upgraded to another version and takes no orders until that has ended";
    let error = Error::new(ErrorKind::Conflict, why);
    console.take(Message::Replied(request, Err(error)));
    let screen = console.screen().replace('\n', " ");
    let words: Vec<_> = screen.split_whitespace().collect();
    assert!(
        words.join(" ").contains(why),
        "the whole reason at 60 columns\n{}",
        console.screen()
    );
}

#[test]
fn of_several_answers_those_that_refuse_are_told_one_by_one() {
    let mut console = fleet();
    console.press("2gxxp<tab>");
    let effects = console.tap("enter");
    let requests: Vec<_> = effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Ask(request) => Some(request),
            _ => None,
        })
        .collect();
    assert_eq!(requests.len(), 2);
    let done = console.model.fleet.operations[0].clone();
    console.take(Message::Replied(
        requests[0].clone(),
        Ok(Reply::Operation(done)),
    ));
    console.assert_shows("sent, waiting");
    let error = Error::new(ErrorKind::Conflict, "it sleeps");
    console.take(Message::Replied(requests[1].clone(), Err(error)));
    console.assert_shows("- operation 2 of b: it sleeps");
    console.assert_shows("Done:");
    console.assert_shows("[ Close ]");
}
