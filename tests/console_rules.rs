//! What holds in the console for every fleet, size and key.

use std::fmt::Write;

use proptest::prelude::*;
use tests::Console;
use tui::console::key::Key;
use tui::console::keys::BINDINGS;
use tui::console::message::{Effect, Message};
use tui::console::screen::Screen;

/// A pool of so many machines, at the start of a rollout.
fn fleet(machines: u32) -> String {
    format!(
        "[[pools]]\nname = \"p\"\nmachines = {machines}\nzones = [\"a\", \"b\"]\nsaved_revision = 2\n[[steps]]\nat = \"+1s\"\ndo = \"apply\"\npool = \"p\"\n"
    )
}

/// Every key of the table, and some that are in none.
fn key() -> impl Strategy<Value = Key> {
    let bound = BINDINGS
        .iter()
        .flat_map(|binding| binding.keys)
        .filter_map(|key| Key::parse(key));
    let others = ["tab", "backspace", "e", "Z", "ü", "9"]
        .into_iter()
        .filter_map(Key::parse);
    prop::sample::select(bound.chain(others).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(tests::same_cases(48))]

    #[test]
    fn no_keys_and_no_size_break_it(keys in prop::collection::vec(key(), 0..60), sizes in prop::collection::vec((0_u16..=300, 0_u16..=100), 1..6)) {
        let mut console = Console::on_demo_fleet((80, 24));
        let part = keys.len() / sizes.len() + 1;
        for (size, keys) in sizes.iter().zip(keys.chunks(part).chain(std::iter::repeat(&[][..]))) {
            console.send(Message::Resized(size.0, size.1));
            console.buffer();
            for key in keys {
                console.send(Message::Key(*key));
                console.buffer();
            }
        }
    }

    #[test]
    fn to_go_back_as_often_as_forward_is_to_be_where_one_was(keys in prop::collection::vec(prop::sample::select(vec!["1", "2", "3", "4", "5", "6", "7", "8", "?", "<enter>", "j", "G", "s", "i"]), 0..40)) {
        let mut console = Console::on_demo_fleet((80, 24));
        console.press(&keys.concat());
        let before = console.screen();
        let depth = console.model.back.len();
        console.press(&"[".repeat(depth)).press(&"]".repeat(depth));
        prop_assert_eq!(console.screen(), before);
    }
}

#[test]
fn enter_alone_orders_nothing() {
    let mut console = Console::on_demo_fleet((80, 24));
    for place in ["1", "2", "3", "4", "5", "8"] {
        for order in ["a", "r", "c"] {
            console
                .press(place)
                .press("G")
                .press(order)
                .press("<enter><enter><enter>");
        }
    }
    assert_eq!(console.model.fleet.operations.len(), 3);
    assert!(
        console
            .model
            .fleet
            .operations
            .iter()
            .all(|operation| operation.status.as_str() != "cancelling")
    );
}

/// Names from outside cannot steer the terminal: they are made visible where they enter.
#[test]
fn nothing_that_steers_a_terminal_reaches_the_screen() {
    use appliance::{Reply, Request};
    let mut console = Console::on_demo_fleet((120, 40));
    let mut machines = console.model.fleet.machines.clone();
    machines[0].name = "\u{1b}[31mred\u{7}\u{202e}\u{200b}".into();
    machines[0].status = appliance::Text::from("\u{9b}2J").into();
    console.model.asked.clear();
    console.press("3");
    let taken = Message::Replied(Request::ListMachines, Ok(Reply::Machines(machines)));
    tui::console::update::update(&mut console.model, taken);
    console.model.relist();
    let screen = console.screen();
    assert!(screen.contains("\\u{1b}[31"), "{screen}");
    assert!(
        screen
            .chars()
            .all(|character| !character.is_control() || character == '\n')
    );
    let mut bytes = Vec::new();
    Screen::new(&mut bytes).draw(&console.model).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        !text.contains("\u{1b}[31mred") && !text.contains('\u{202e}') && !text.contains('\u{9b}')
    );
}

/// How many bytes a change costs.
fn bytes_of(
    console: &mut Console,
    screen: &mut Screen<Vec<u8>>,
    change: impl FnOnce(&mut Console),
) -> usize {
    change(console);
    screen.draw(&console.model).unwrap()
}

#[test]
fn a_picture_costs_few_bytes_and_no_change_costs_none() {
    let mut console = Console::on_demo_fleet((80, 24));
    let mut screen = Screen::new(Vec::new());
    console.press("3");
    let whole = screen.draw(&console.model).unwrap();
    assert!(whole <= 4608, "a whole picture: {whole}");
    assert_eq!(screen.draw(&console.model).unwrap(), 0, "nothing changed");
    let cursor = bytes_of(&mut console, &mut screen, |console| {
        console.press("j");
    });
    assert!(cursor <= 300, "the cursor moved: {cursor}");
    let clock = bytes_of(&mut console, &mut screen, |console| {
        console.model.clock.now_ms += 1000;
    });
    assert!((1..=40).contains(&clock), "a second went by: {clock}");
}

#[test]
fn a_picture_of_a_large_fleet_has_as_many_rows_as_one_of_a_small_one() {
    for machines in [100, 100_000] {
        let mut console = Console::new(&fleet(machines), 0, (80, 24));
        console.press("3");
        assert_eq!(console.model.listing.rows.len(), machines as usize);
        let screen = console.press("G").screen();
        let rows = screen.lines().filter(|line| line.contains("p-")).count();
        assert_eq!(rows, 19, "{screen}");
        let mut last = String::new();
        write!(last, "p-{machines} ").unwrap();
        assert!(screen.contains(&last), "{screen}");
    }
}

#[test]
fn a_signal_leaves_with_its_exit_code() {
    for (signal, code) in [(1, 129), (2, 130), (3, 131), (15, 143)] {
        let mut console = Console::on_demo_fleet((80, 24));
        console.send(Message::Signal(signal));
        assert!(console.effects.contains(&Effect::Quit(code)));
    }
}
