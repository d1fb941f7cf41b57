//! What operators do, key by key.

use std::time::Duration;

use tests::Console;
use tui::console::message::{ClockState, Effect};

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
            .contains("8 machines will be drained and rebooted")
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
    console.press("1a");
    assert!(console.screen().contains("choose a pool"));
    console.press("2a");
    assert!(console.screen().contains("has no revision that waits"));
    assert!(console.model.dialog.is_none());
}

#[test]
fn one_goes_in_and_out_and_back_and_forward() {
    let mut console = demo();
    let start = console.screen();
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
