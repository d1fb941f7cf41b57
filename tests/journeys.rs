//! What operators do, key by key.

use std::time::Duration;

use tests::Console;
use tui::console::message::{ClockState, Effect, Message};

fn demo() -> Console {
    Console::on_demo_fleet((100, 30))
}

/// The line of the screen that holds `text`.
fn line(console: &Console, text: &str) -> String {
    let screen = console.screen();
    let found = screen.lines().find(|line| line.contains(text));
    found
        .unwrap_or_else(|| panic!("no {text} on\n{screen}"))
        .to_owned()
}

#[test]
fn a_saved_revision_is_applied_and_watched_to_its_end() {
    let mut console = demo();
    console.press("5/storage<enter>ja");
    let dialog = console.screen();
    for told in [
        "Apply revision 6 to storage",
        "cluster  zurich",
        "9 machines will be drained and rebooted",
        "storage-1",
        "and 4 more",
    ] {
        assert!(dialog.contains(told), "{told} on\n{dialog}");
    }
    // Enter alone does nothing: the button that cancels has the focus.
    console.press("<enter>");
    assert!(console.model.dialog.is_none());
    assert_eq!(console.model.fleet.operations.len(), 3);
    console.press("a<tab><enter>");
    assert!(line(&console, "operation 4").contains("rolls out revision 6"));
    console.press("4<enter>");
    assert!(line(&console, "status").contains("running"));
    console.press("}").wait(Duration::from_secs(1));
    console.press("}").wait(Duration::from_secs(1));
    assert_eq!(console.model.clock.state, ClockState::Paused);
    assert!(
        line(&console, "status").contains("succeeded"),
        "{}",
        console.screen()
    );
    assert!(line(&console, "machines").contains("9 updated"));
}

#[test]
fn a_failed_operation_tells_why_and_is_retried() {
    let mut console = demo();
    console.press("4j");
    assert!(line(&console, "boards").contains("failed (halted)"));
    console.press("<enter>");
    assert!(line(&console, "boards-5  ").contains("failed in os"));
    console.press("r");
    assert!(
        console
            .screen()
            .contains("8 machines are left to be rebooted")
    );
    console.press("<tab><enter>");
    assert!(line(&console, "goes on with what is left").contains("operation 2"));
    assert!(line(&console, "status").contains("running"));
    for _ in 0..4 {
        console.press("}").wait(Duration::from_secs(1));
    }
    assert!(
        line(&console, "status").contains("succeeded"),
        "{}",
        console.screen()
    );
}

#[test]
fn an_operation_is_paused_resumed_and_cancelled() {
    let mut console = demo();
    console.press("4p");
    assert!(line(&console, "is paused").contains("operation 3"));
    assert!(line(&console, "workers").contains("paused"));
    console.press("p");
    assert!(line(&console, "workers").contains("running"));
    console.press("c<tab><enter>");
    assert!(line(&console, "workers").contains("cancelling"));
    console.press("}").wait(Duration::from_secs(1));
    assert!(line(&console, "workers").contains("cancelled"));
    console.press("p");
    assert!(console.screen().contains("is cancelled and over"));
}

#[test]
fn a_refused_order_says_why_and_changes_nothing() {
    let mut console = demo();
    console.press("4r");
    assert!(
        console
            .screen()
            .contains("only a failed one can be retried")
    );
    console.press("1Ga");
    assert!(console.screen().contains("choose a pool"));
    console.press("2a");
    assert!(
        console
            .screen()
            .contains("ingress has no saved revision: 5 shows")
    );
    assert!(console.model.dialog.is_none());
}

#[test]
fn one_goes_in_and_out_and_back_and_forward() {
    let mut console = demo();
    // Below what needs attention stand the clusters.
    let start = console.press("jjj").screen();
    console.press("<enter>");
    assert!(line(&console, "zurich › pools").contains("fleet"));
    console.press("j<enter>j<enter>");
    assert!(line(&console, "workers › machines › workers-2").contains("zurich"));
    let inside = console.screen();
    console.press("[[[");
    assert_eq!(console.screen(), start);
    console.press("]]]");
    assert_eq!(console.screen(), inside);
    console.press("<esc><esc><esc>");
    assert_eq!(console.screen(), start);
    console.press("<esc><esc>");
    assert_eq!(console.screen(), start, "Esc never leaves the program");
    console.press("q");
    assert!(console.effects.contains(&Effect::Quit(0)));
}

#[test]
fn the_cursor_stays_on_its_row_whatever_happens_around_it() {
    let mut console = demo();
    console.press("3/workers<enter>jjjj");
    let cursor = console.model.place.cursor;
    for keys in ["s", "S", "ss", "/-<enter>", "}"] {
        console.press(keys).wait(Duration::from_secs(1));
        assert_eq!(console.model.place.cursor, cursor, "{keys}");
        let row = &console.model.listing.rows[console.model.listing.cursor];
        assert_eq!(
            console.model.fleet.machines[*row as usize].name, "workers-5",
            "{keys}"
        );
    }
}

#[test]
fn the_clock_runs_at_its_speed_and_stands_when_told() {
    let mut console = demo();
    let start = console.model.clock.now_ms;
    console.press(" ").wait(Duration::from_millis(500));
    assert_eq!(console.model.clock.now_ms - start, 30_000);
    console.press("+").wait(Duration::from_millis(100));
    assert_eq!(console.model.clock.now_ms - start, 60_000);
    console.press(" ").wait(Duration::from_secs(9));
    assert_eq!(console.model.clock.now_ms - start, 60_000);
    assert!(console.screen().contains("PAUSED"));
    console.press(".");
    assert!(console.model.clock.now_ms - start > 60_000);
}

#[test]
fn where_nothing_is_pending_that_is_said() {
    let mut console = Console::new("[[pools]]\nname = \"p\"\nmachines = 1\n", 0, (80, 24));
    console.press(".");
    assert!(console.screen().contains("nothing is pending"));
}

#[test]
fn a_filter_shows_its_matches_and_how_many_there_are() {
    let mut console = demo();
    console.press("3/WORKERS-1");
    assert!(line(&console, "filter: ").contains("WORKERS-1"));
    assert!(line(&console, "11 of 91").contains("/WORKERS-1"));
    console.press("<esc>");
    assert!(line(&console, "fleet › machines").contains("91"));
}

/// Two rollouts of one pool, of which the second waits for the first.
const QUEUED: &str = r#"
[hardware.h]
update = "10m"
[[pools]]
name = "p"
machines = 3
hardware = "h"
saved_revision = 3
[[steps]]
at = "+0s"
do = "apply"
pool = "p"
revision = 2
[[steps]]
at = "+1m"
do = "apply"
pool = "p"
revision = 3
"#;

#[test]
fn an_order_is_for_the_operation_on_the_screen() {
    let mut console = Console::new(QUEUED, 120_000, (100, 30));
    let overview = console.screen();
    assert!(
        overview.contains("p to revision 2") && overview.contains("p to revision 3"),
        "{overview}"
    );
    console.press("2p");
    assert!(
        console.screen().contains("operation 1 is paused"),
        "the one that goes on\n{}",
        console.screen()
    );
    console.press("4p");
    assert!(
        console.screen().contains("operation 2 of p is pending"),
        "the one under the cursor\n{}",
        console.screen()
    );
    console.press("c<tab><enter>");
    assert!(line(&console, "  2  p").contains("cancelled"));
    assert!(line(&console, "  1  p").contains("paused"));
    let mut later = Console::new(QUEUED, 3_000_000, (100, 30));
    later.press("4j<enter>p");
    assert!(
        later
            .screen()
            .contains("operation 1 of p is succeeded and over"),
        "{}",
        later.screen()
    );
}

#[test]
fn a_row_that_goes_leaves_the_cursor_where_it_was() {
    let mut console = demo();
    console.press("Ga<tab><enter>");
    let last = console.model.listing.rows.len() - 1;
    assert_eq!(console.model.listing.cursor, last);
}

#[test]
fn a_row_keeps_its_identity_between_two_answers() {
    use appliance::{Reply, Request};
    let mut console = demo();
    console.press("jjjj");
    let before = console.model.place.cursor;
    let mut operations = console.model.fleet.operations.clone();
    operations.retain(|operation| operation.id.0 != 3);
    console.model.asked = vec![Request::ListOperations, Request::ListMachines];
    let answer = Message::Replied(Request::ListOperations, Ok(Reply::Operations(operations)));
    tui::console::update::update(&mut console.model, answer);
    assert_eq!(console.model.row_under_cursor(), before);
}

#[test]
fn fast_keys_mean_what_they_say() {
    use tui::console::message::Speed;
    let mut console = demo();
    let key = |name: &str| Message::Key(tui::console::key::Key::parse(name).unwrap());
    for name in ["+", "+", "space", "space"] {
        tui::console::update::update(&mut console.model, key(name));
    }
    assert_eq!(console.model.clock.speed, Speed::Times(1200));
    assert_eq!(console.model.clock.state, ClockState::Paused);
}

#[test]
fn the_terminal_can_be_given_back_whatever_is_open() {
    for open in ["4c", "3/work", "?"] {
        let mut console = demo();
        console.press(open).press("<ctrl-z>");
        assert!(console.effects.contains(&Effect::Suspend), "{open}");
    }
}

#[test]
fn what_the_clock_ran_to_is_told() {
    let mut console = demo();
    console.press("}").wait(Duration::from_secs(1));
    assert!(
        line(&console, "operation 3, workers to revision 13: succeeded").contains("02:47:14: "),
        "{}",
        console.screen()
    );
}

#[test]
fn a_question_that_cannot_be_read_is_not_asked() {
    let mut console = Console::on_demo_fleet((19, 9));
    console.press("4c");
    assert!(console.model.dialog.is_none());
    console.send(Message::Resized(20, 9));
    assert!(
        console.screen().contains("too small"),
        "{}",
        console.screen()
    );
    console.press("c");
    assert!(console.model.dialog.is_some());
    console.send(Message::Resized(19, 9));
    assert!(
        console.model.dialog.is_none(),
        "nobody confirms what cannot be read"
    );
}

#[test]
fn a_machine_that_did_not_come_back_says_why() {
    let mut console = demo();
    console.press("3/boards-5<enter><enter>");
    assert!(line(&console, "reason").contains("its update failed: os timed-out at 01:09:45"));
    console.press("r<tab><enter>");
    assert!(
        console
            .screen()
            .contains("operation 2 goes on with what is left")
    );
}
