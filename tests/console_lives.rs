//! Orders of the console that change what a machine or a pool is, from the menu to the outcome.

use tests::Console;
use tui::console::command::Command;

/// Two pools in two clusters, a machine in none, and one that is known and was never booted.
const FLEET: &str = r#"
[hardware.h]
update = "10m"
install = "1m"
[[clusters]]
name = "east"
version = "1.34.1"
[[clusters]]
name = "west"
version = "1.34.1"
[[pools]]
name = "w"
cluster = "east"
version = "1.33.4"
machines = 3
hardware = "h"
[[pools]]
name = "v"
cluster = "west"
version = "1.33.4"
machines = 2
hardware = "h"
[[machines]]
name = "m-1"
hardware = "h"
[[machines]]
name = "m-2"
hardware = "h"
[[steps]]
at = "+1s"
do = "enroll"
machine = "m-1"
[[steps]]
at = "+1s"
do = "register"
machine = "m-2"
"#;

fn fleet() -> Console {
    Console::new(FLEET, 3_600_000, (100, 30))
}

/// The console with the cursor on a machine.
fn on(name: &str) -> Console {
    let mut console = fleet();
    console.press(&format!("3/{name}<enter>"));
    console
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
fn a_value_is_typed_and_applied_or_saved_only() {
    let mut console = on("w-2");
    console.press("mn");
    console.assert_shows("Set host name: w-2");
    console.press("edge<enter>");
    let told = console.question();
    for text in [
        "to       edge",
        "applied at once",
        "meltdeck set-hostname --context test-fleet --to edge w-2",
    ] {
        assert!(told.contains(text), "{text} in\n{told}");
    }
    console.press("<tab>");
    let told = console.question();
    assert!(told.contains("saved for later"), "{told}");
    assert!(told.contains("--to edge --save w-2"), "{told}");
    console.press("<enter>");
    console.assert_shows("w-2 has another host name saved");
    assert_eq!(
        console.model.fleet.operations.len(),
        1,
        "to enrol m-1 was one"
    );
    // What was saved is rolled out to the machine alone.
    console.press("mo<tab><enter>");
    assert_eq!(console.model.fleet.operations.len(), 2);
    console.run_until(2, "succeeded");
    console.press("3/<esc>/edge<enter>");
    assert!(line(&console, "  edge").contains("ready"));
}

#[test]
fn a_change_that_is_applied_is_an_operation_with_its_machine_in_every_view() {
    let mut console = on("w-2");
    console.press("mldisk=ssd<enter><tab><tab><enter>");
    console.assert_shows("operation 2: Set labels of w-2");
    console.press("4");
    assert!(line(&console, "set-labels w-2").contains("running"));
    console.press("<enter>");
    assert!(line(&console, "operation  ").contains("2: set-labels w-2"));
    console.press("1");
    assert!(line(&console, "set-labels w-2").contains("running"));
}

#[test]
fn what_is_no_label_is_said_before_the_question() {
    let mut console = on("w-2");
    console.press("mldisk<enter>");
    console.assert_shows("disk is no label, as disk=ssd");
    assert!(console.model.menu.is_some() && console.model.dialog.is_none());
    console.press("<esc><esc>");
    assert!(console.model.menu.is_none());
}

#[test]
fn a_machine_in_no_pool_is_assigned_to_one_that_is_chosen() {
    let mut console = on("m-1");
    assert!(line(&console, "  m-1").contains("ready_unassigned"));
    assert!(
        line(&console, "  m-1").contains(" - "),
        "no pool has a mark"
    );
    console.assert_shows("m a assigns it to a pool");
    console.press("ma");
    console.assert_shows("east/w");
    console.assert_shows("west/v");
    console.press("j<enter>");
    let told = console.question();
    assert!(
        told.contains("meltdeck assign --context test-fleet --to west/v m-1"),
        "{told}"
    );
    console.press("<tab><enter>");
    console.assert_shows("Assign m-1");
    console.run_until(2, "succeeded");
    assert!(
        line(&console, "  m-1").contains("west"),
        "{}",
        console.screen()
    );
}

#[test]
fn a_known_machine_boots_an_enrollment_image() {
    let mut console = on("m-2");
    assert!(line(&console, "  m-2").contains("preregistered"));
    console.press("mb<tab><enter>");
    assert_eq!(console.orders().len(), 1);
    console.press("}}").wait(std::time::Duration::from_secs(1));
}

#[test]
fn a_machine_is_unassigned() {
    let mut console = on("w-3");
    console.press("mx");
    console.assert_shows("w-3 is in a pool: it has to be unassigned first");
    console.press("r<tab><enter>");
    console.run_until(2, "succeeded");
    assert!(line(&console, "  w-3").contains("ready_unassigned"));
    console.press("1");
    console.assert_shows("machines in no pool");
}

#[test]
fn what_takes_away_is_confirmed_by_its_name() {
    for (keys, title) in [("mf", "Force-remove w-3"), ("md", "Decommission w-3")] {
        let mut console = on("w-3");
        console.press(keys);
        console.assert_shows(title);
        console.assert_shows("To confirm, type w-3: _");
        console.press("<tab><enter>");
        console.assert_shows("type w-3 first");
        assert!(console.orders().is_empty(), "{title}");
        console.press("q-3");
        assert!(console.model.dialog.is_some(), "letters are typed");
        console.press("<backspace><backspace><backspace>w-3<enter>");
        assert_eq!(console.orders().len(), 1, "{title}");
    }
}

#[test]
fn several_are_confirmed_by_their_number() {
    let mut console = on("w-");
    console.press("xxxmd");
    console.assert_shows("To confirm, type 3: _");
    console.press("3<tab><enter>");
    assert_eq!(console.orders().len(), 3);
    console.assert_shows("Decommission: 3 machines");
}

#[test]
fn a_machine_in_no_pool_is_forgotten() {
    let mut console = on("m-1");
    console.press("mxm-1<tab><enter>");
    console.assert_shows("m-1 is deleted");
    assert!(
        console
            .model
            .fleet
            .machines
            .iter()
            .all(|machine| machine.name != "m-1")
    );
    // Nor does any view break where it was.
    for view in ["1", "2", "3", "4", "5", "6", "7", "8"] {
        console.press(view).press("i").screen();
    }
}

#[test]
fn a_pools_settings_are_changed_from_the_pools() {
    let mut console = fleet();
    console.press("2gm");
    console.assert_shows("Change: w");
    console.press("v1.34.1<enter><tab><enter>");
    console.assert_shows("is saved");
    console.press("mpblue<enter>");
    let line = console.model.dialog.as_ref().unwrap().command.to_string();
    assert_eq!(
        line,
        "meltdeck set-pool-network-profile --context test-fleet --to blue --cluster east --pool w"
    );
    assert_eq!(
        line.parse::<Command>().as_ref(),
        Ok(&console.model.dialog.as_ref().unwrap().command)
    );
    console.press("<tab><tab><enter>");
    assert_eq!(console.model.fleet.operations.len(), 2);
}

#[test]
fn machines_and_pools_are_not_changed_together() {
    let mut console = fleet();
    console.press("2xxm");
    console.assert_shows("Change: 2 pools");
}

#[test]
fn machines_in_no_pool_in_every_view() {
    for (name, size) in [("80x24", (80, 24)), ("120x40", (120, 40))] {
        let mut console = Console::new(FLEET, 3_600_000, size);
        for (view, keys) in [
            ("overview", "1"),
            ("machines", "3/<esc>"),
            ("machine", "3/m-1<enter><enter>"),
            ("menu", "3/m-1<enter>m"),
            ("pool_menu", "<esc>2m"),
            ("value", "v1.3"),
            ("force_remove", "<esc><esc>3/w-1<enter>mf"),
        ] {
            console.press(keys);
            insta::assert_snapshot!(format!("{name}__{view}"), console.screen());
        }
    }
}
