//! What the console says around orders, on any screen: questions, notices, the footer.

use std::fmt::Write;
use std::time::Duration;

use appliance::{Reply, Request};
use proptest::prelude::*;
use tests::Console;
use tui::console::command::Command;
use tui::console::key::Key;
use tui::console::keys::BINDINGS;
use tui::console::message::Message;

fn demo() -> Console {
    Console::on_demo_fleet((100, 30))
}

#[test]
fn a_question_is_renewed_while_it_is_open() {
    let mut console = demo();
    console.press("4j<enter>r");
    assert!(console.question().contains("8 machines are left"));
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
    let told = console.question();
    assert!(told.contains("6 machines are left"), "{told}");
    assert!(told.contains("boards-5, boards-7"), "{told}");
}

#[test]
fn notices_stand_above_each_other() {
    let mut console = demo();
    console.press("1Ga").press("2jr").press("4p");
    for told in [
        "choose a pool",
        "only a failed one can be retried",
        "operation 3 is paused",
    ] {
        console.assert_shows(told);
    }
    console.wait(Duration::from_secs(20));
    assert!(console.model.notices.is_empty());
}

#[test]
fn the_footer_says_what_a_key_does_now() {
    let mut console = Console::on_demo_fleet((80, 24));
    assert!(console.footer().contains("q quit"), "{}", console.footer());
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
            console.footer().contains(hint),
            "{hint} on {}",
            console.footer()
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
    console.assert_shows("this is the fastest");
    console.press("--------");
    console.assert_shows("this is the slowest");
}

#[test]
fn a_command_line_is_broken_between_its_options() {
    let mut console = Console::on_demo_fleet((80, 24));
    console.press("4xjxc");
    for columns in [44, 60, 80] {
        console.send(Message::Resized(columns, 30));
        let told = console.question();
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
        ("resume_marked", "4pxp"),
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

#[test]
fn an_outdated_question_at_80_by_24() {
    let mut console = Console::on_demo_fleet((80, 24));
    console.press("4c").run_until(3, "succeeded");
    insta::assert_snapshot!("outdated", console.screen());
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
        for key in keys {
            console.send(Message::Key(key));
            if let Some(dialog) = &console.model.dialog {
                prop_assert!(!dialog.does_it);
                let line = dialog.command.to_string();
                prop_assert_eq!(line.parse::<Command>(), Ok(dialog.command.clone()));
            }
        }
        prop_assert!(console.orders().is_empty());
    }

    #[test]
    fn a_question_takes_any_size(columns in 0_u16..=300, rows in 0_u16..=100, keys in "[jkgGxa]{0,12}") {
        let mut console = Console::on_demo_fleet((80, 24));
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
