//! Orders from the question to the outcome: for several rows, on any screen, on a fleet that moves on meanwhile.

use std::fmt::Write;
use std::time::Duration;

use appliance::{Error, ErrorKind, Reply, Request};
use proptest::prelude::*;
use tests::Console;
use tui::console::command::{Command, Verb};
use tui::console::key::Key;
use tui::console::keys::BINDINGS;
use tui::console::message::{Effect, Message};
use tui::console::model::dialog::Stage;

fn demo() -> Console {
    Console::on_demo_fleet((100, 30))
}

fn key(name: &str) -> Message {
    Message::Key(Key::parse(name).unwrap())
}

/// The text of the open dialog, wherever it is scrolled to.
fn question(console: &Console) -> String {
    let dialog = console.model.dialog.as_ref();
    let dialog = dialog.unwrap_or_else(|| panic!("no dialog on\n{}", console.screen()));
    dialog.layout(console.model.size).lines.join("\n")
}

fn has(console: &Console, text: &str) {
    assert!(
        console.screen().contains(text),
        "no {text} on\n{}",
        console.screen()
    );
}

/// Whether an effect asks for a change.
fn is_order(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Ask(
            Request::ApplyRevision { .. }
                | Request::RetryOperation { .. }
                | Request::CancelOperation { .. }
                | Request::PauseOperation { .. }
                | Request::ResumeOperation { .. }
        )
    )
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
    let told = question(&console);
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
    has(&console, "operations 1, 2 are paused: p resumes them");
    console.press("p");
    let dialog = console.model.dialog.as_ref().unwrap();
    assert_eq!(dialog.command.verb, Verb::Resume);
    assert_eq!(dialog.command.targets.len(), 3);
    console.press("<tab><enter>");
    has(&console, "operations 1, 2, 3 go on");
}

#[test]
fn marked_machines_stand_for_their_pools_and_a_range_is_marked() {
    let mut console = fleet();
    console.press("3gxGvc");
    let dialog = console.model.dialog.as_ref().unwrap();
    let pools: Vec<_> = dialog
        .command
        .targets
        .iter()
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
    has(&console, "operations 1, 2, 3 are cancelled");
}

#[test]
fn of_two_marked_revisions_of_a_pool_the_newest_is_applied() {
    let mut console = fleet();
    console.press("5G").press("kxkkva");
    let told = question(&console);
    assert!(told.contains("revision 7, now on 1"), "{told}");
    assert!(
        told.contains("revision 1 to d: revision 7 is applied instead"),
        "{told}"
    );
    console.press("<tab><enter>");
    has(&console, "rolls out revision 7");
}

#[test]
fn where_no_marked_row_fits_it_is_said_why() {
    let mut console = fleet();
    console.press("2gxxr");
    assert!(console.model.dialog.is_none());
    has(
        &console,
        "none of 2: cluster east: operation 1 of a is running",
    );
}

#[test]
fn marks_in_the_overview_leave_clusters_out() {
    let mut console = fleet();
    console.press("gxGva");
    let told = question(&console);
    assert!(told.contains("cluster east: choose a pool"), "{told}");
}

/// A question that was opened before somebody else acted.
#[test]
fn an_order_for_a_fleet_that_moved_on_is_refused_and_planned_again() {
    let mut console = demo();
    console.press("5/storage<enter>ja");
    assert!(question(&console).contains("--revision 6 --from 5"));
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
    has(&console, "Refused:");
    has(
        &console,
        "the newest revision of pool storage is 7 by now, not 6",
    );
    has(&console, "[ Plan again ]");
    let effects = console.take(key("enter"));
    assert!(effects.is_empty() && console.model.dialog.is_none());
    console.take(key("k"));
    console.take(key("a"));
    assert!(
        question(&console).contains("--newest 7"),
        "{}",
        question(&console)
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
    console.take(key("tab"));
    let effects = console.take(key("enter"));
    console.carry_out(effects);
    has(&console, "pool storage is on revision 6 by now, not on 5");
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
    has(&console, "Refused:");
    has(&console, "operation 3 of workers is succeeded and over");
    let effects = console.take(key("enter"));
    assert!(!effects.iter().any(is_order));
    // To plan it again says why that cannot be.
    console.press("c");
    has(&console, "operation 3 of workers is succeeded and over");
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

#[test]
fn a_question_is_renewed_while_it_is_open() {
    let mut console = demo();
    console.press("4j<enter>r");
    assert!(question(&console).contains("8 machines will be drained"));
    let mut machines = console.model.fleet.machines.clone();
    for machine in &mut machines {
        if machine.name == "boards-12" || machine.name == "boards-6" {
            machine.machine_revision = Some(3);
        }
    }
    console.take(Message::Replied(
        Request::ListMachines,
        Ok(Reply::Machines(machines)),
    ));
    let told = question(&console);
    assert!(told.contains("6 machines will be drained"), "{told}");
    assert!(told.contains("boards-5, boards-7"), "{told}");
}

/// An order that is refused after the question was left is told all the same.
#[test]
fn every_outcome_is_told_whoever_still_looks() {
    let mut console = Console::on_demo_fleet((60, 20));
    console.press("4c<tab>");
    let effects = console.take(key("enter"));
    let orders: Vec<_> = effects.iter().filter(|effect| is_order(effect)).collect();
    assert_eq!(orders.len(), 1);
    has(&console, "sent, waiting for the appliance");
    console.take(key("enter"));
    assert!(console.model.dialog.is_some(), "it was sent once");
    console.take(key("esc"));
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
    let effects = console.take(key("enter"));
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
    has(&console, "sent, waiting");
    let error = Error::new(ErrorKind::Conflict, "it sleeps");
    console.take(Message::Replied(requests[1].clone(), Err(error)));
    has(&console, "- operation 2 of b: it sleeps");
    has(&console, "Done:");
    has(&console, "[ Close ]");
}

#[test]
fn notices_stand_above_each_other() {
    let mut console = demo();
    console.press("1a").press("2jr").press("4p");
    for told in [
        "choose a pool",
        "only a failed one can be retried",
        "operation 3 is paused",
    ] {
        has(&console, told);
    }
    console.wait(Duration::from_secs(20));
    assert!(console.model.notices.is_empty());
}

/// What the last line says.
fn footer(console: &Console) -> String {
    console
        .screen()
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn the_footer_says_what_a_key_does_now() {
    let mut console = Console::on_demo_fleet((80, 24));
    assert!(footer(&console).contains("q quit"), "{}", footer(&console));
    console.press("4");
    for (keys, hint) in [
        ("", "p pause"),
        ("p", "p resume"),
        (" ", "space stop"),
        (" ", "space run"),
        ("x", "esc unmark"),
        ("", "p pause"),
        ("/work<enter>", "esc unfilter"),
        ("<esc>", "esc unmark"),
        ("<esc>", "esc back"),
    ] {
        console.press(keys);
        assert!(
            footer(&console).contains(hint),
            "{hint} on {}",
            footer(&console)
        );
    }
}

#[test]
fn a_step_tells_its_event_and_the_ends_of_speed_are_told() {
    let mut console = demo();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let events = console.model.fleet.log.last_number();
        console.press(".");
        if console.model.fleet.log.last_number() > events {
            let told: Vec<_> = console.model.notices.newest_first().collect();
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(seen.insert(told[0].text.to_string()), "{told:?}");
        }
    }
    assert!(seen.len() >= 3, "{seen:?}");
    console.press("+++++++");
    has(&console, "this is the fastest");
    console.press("--------");
    has(&console, "this is the slowest");
}

#[test]
fn a_command_line_is_broken_between_its_options() {
    let mut console = Console::on_demo_fleet((80, 24));
    console.press("4xjxc");
    for columns in [44, 60, 80] {
        console.send(Message::Resized(columns, 30));
        let told = question(&console);
        let lines = told
            .lines()
            .skip_while(|line| !line.starts_with("meltdeck"));
        for line in lines {
            let begins = line.starts_with("meltdeck ") || line.starts_with("  --");
            assert!(begins, "{line} in\n{told}");
        }
    }
}

/// Names longer than the screen is wide.
fn long_names() -> String {
    let cluster = "c".repeat(150);
    let pool = format!("{}-end-of-the-name", "p".repeat(150));
    format!(
        "[[clusters]]\nname = \"{cluster}\"\n[[pools]]\nname = \"{pool}\"\ncluster = \"{cluster}\"\nmachines = 3\nsaved_revision = 2\n"
    )
}

#[test]
fn a_long_name_can_be_read_to_its_end_on_any_screen() {
    for size in [(20, 6), (30, 9), (43, 17), (60, 20), (80, 24), (300, 100)] {
        let mut console = Console::new(&long_names(), 0, (80, 24));
        console.press("2a").send(Message::Resized(size.0, size.1));
        let mut seen = String::new();
        for _ in 0..80 {
            seen.extend(
                console
                    .screen()
                    .chars()
                    .filter(|c| c.is_alphanumeric() || *c == '-'),
            );
            console.press("j");
        }
        assert!(
            seen.contains("name") && seen.contains("rebooted"),
            "{size:?}"
        );
        assert!(seen.matches('p').count() >= 150, "{size:?}");
        console.press("<tab><enter>");
        assert_eq!(console.model.fleet.operations.len(), 1, "{size:?}");
    }
}

#[test]
fn the_questions_of_every_order_at_60_by_20_and_20_by_6() {
    for (name, keys) in [
        ("apply", "5/storage<enter>ja"),
        ("retry", "4j<enter>r"),
        ("cancel", "4c"),
        ("pause_marked", "2xxxxp"),
    ] {
        let mut told = String::new();
        for size in [(60, 20), (20, 6)] {
            let mut console = Console::on_demo_fleet((80, 24));
            console.press(keys).send(Message::Resized(size.0, size.1));
            writeln!(told, "{}x{}\n{}\n", size.0, size.1, console.screen()).unwrap();
        }
        insta::assert_snapshot!(name, told);
    }
}

/// Every key but those that put the focus on the button that does it, and those that order without a question.
fn harmless_key() -> impl Strategy<Value = Key> {
    let names = BINDINGS.iter().flat_map(|binding| binding.keys);
    let others = [
        "n",
        "y",
        "backspace",
        "enter",
        "enter",
        "a",
        "r",
        "c",
        "x",
        "v",
    ];
    let left_out = ["p", "left", "right", "h", "l", "tab", "backtab"];
    let keys: Vec<Key> = names
        .copied()
        .chain(others)
        .filter(|name| !left_out.contains(name))
        .filter_map(Key::parse)
        .collect();
    prop::sample::select(keys)
}

proptest! {
    #![proptest_config(tests::same_cases(64))]

    #[test]
    fn who_only_mashes_enter_orders_nothing(keys in prop::collection::vec(harmless_key(), 0..80)) {
        let mut console = Console::on_demo_fleet((80, 24));
        let orders = |console: &Console| {
            console.recorded.iter().filter(|message| matches!(message, Message::Replied(request, _) if is_order(&Effect::Ask(request.clone())))).count()
        };
        for key in keys {
            console.send(Message::Key(key));
            if let Some(dialog) = &console.model.dialog {
                prop_assert!(!dialog.does_it);
            }
        }
        prop_assert_eq!(orders(&console), 0);
    }

    #[test]
    fn a_question_takes_any_size(columns in 0_u16..=300, rows in 0_u16..=100, keys in "[jkgGxa]{0,12}") {
        let mut console = fleet();
        console.press("2gxxxxp").send(Message::Resized(columns, rows));
        console.buffer();
        for name in keys.chars() {
            console.press(&name.to_string());
            console.buffer();
        }
        if let Some(dialog) = &console.model.dialog {
            let layout = dialog.layout(console.model.size);
            prop_assert!(layout.x + layout.columns <= columns && layout.y + layout.rows <= rows);
            prop_assert!(layout.page >= 1, "a line of the text is seen");
        }
    }
}
