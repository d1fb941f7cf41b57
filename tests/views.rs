//! What one operation, one machine and the log show, and how one moves in them.

use std::time::Duration;

use appliance::MachineId;
use tests::Console;
use tui::console::model::log::LogLine;
use tui::console::model::{RowId, View};

fn demo() -> Console {
    Console::on_demo_fleet((80, 24))
}

/// The line of the screen that holds `text`.
fn line(console: &Console, text: &str) -> String {
    let screen = console.screen();
    let found = screen.lines().find(|line| line.contains(text));
    found
        .unwrap_or_else(|| panic!("no {text} on\n{screen}"))
        .to_owned()
}

/// A pool whose rollout begins after a second.
fn rollout(machines: u32) -> String {
    format!(
        "[[pools]]\nname = \"p\"\nmachines = {machines}\nmax_unavailable = \"10%\"\n[[steps]]\nat = \"+1s\"\ndo = \"apply\"\npool = \"p\"\n"
    )
}

#[test]
fn a_step_of_an_operation_is_opened_and_back_is_the_same_step() {
    let mut console = demo();
    console.press("4j<enter>jjjj");
    let inside = console.screen();
    assert_eq!(
        console.model.place.cursor,
        console.model.fleet.machines.iter().find_map(|machine| {
            (machine.name == "boards-4").then_some(RowId::Machine(machine.id))
        })
    );
    console.press("<enter>");
    assert!(line(&console, "› boards-4").contains("boards › machines"));
    console.press("<esc>");
    assert_eq!(console.screen(), inside);
    console.press("<enter>[");
    assert_eq!(console.screen(), inside);
}

#[test]
fn the_selection_in_an_operation_stays_on_its_machine_while_steps_are_added() {
    let mut console = demo();
    console.press("4<enter>jj");
    let cursor = console.model.place.cursor;
    assert!(matches!(cursor, Some(RowId::Machine(_))));
    let steps = console.model.listing.rows.len();
    console.press(" ").wait(Duration::from_secs(10));
    assert!(console.model.listing.rows.len() > steps);
    assert_eq!(console.model.place.cursor, cursor);
    assert_eq!(console.model.row_under_cursor(), cursor);
}

#[test]
fn an_operations_log_is_followed_at_its_end_and_only_there() {
    let mut console = demo();
    console.press("4<enter>");
    assert!(!console.screen().contains("FOLLOW"));
    console.press("G");
    assert!(line(&console, "operations › 3").ends_with("FOLLOW"));
    let last = |console: &Console| {
        let history = console.model.fleet.operation.as_ref().unwrap();
        history.log.last().unwrap().text.to_string()
    };
    let before = last(&console);
    console.press(" ").wait(Duration::from_secs(5));
    assert_ne!(last(&console), before);
    assert!(console.screen().contains(&last(&console)));
    console.press("k");
    assert!(!console.screen().contains("FOLLOW"));
    let cursor = console.model.place.cursor;
    let log = console.model.fleet.operation.as_ref().unwrap().log.len();
    console.wait(Duration::from_secs(10));
    let new = console.model.fleet.operation.as_ref().unwrap().log.len() - log;
    assert!(line(&console, "operations › 3").ends_with(&format!("{new} new below")));
    assert_eq!(console.model.place.cursor, cursor);
    console.press("G");
    assert!(line(&console, "operations › 3").ends_with("FOLLOW"));
}

#[test]
fn the_fleets_log_is_followed_at_its_end_and_only_there() {
    let mut console = demo();
    console.press("6");
    assert!(line(&console, "fleet › log").contains("FOLLOW"));
    console.press("kkk");
    let cursor = console.model.place.cursor;
    let before = console.model.listing.rows.len();
    console.press(" ").wait(Duration::from_secs(5));
    let new = console.model.listing.rows.len() - before;
    assert!(line(&console, "fleet › log").contains(&format!("{new} new below")));
    assert_eq!(console.model.place.cursor, cursor);
    // A log in another order has no end that grows.
    console.press("Gs");
    assert!(!line(&console, "fleet › log").contains("FOLLOW"));
}

#[test]
fn a_line_of_an_operations_log_leads_to_its_machine_and_one_of_a_machines_to_its_operation() {
    let mut console = demo();
    console.press("4j<enter>G<ctrl-u>");
    assert!(matches!(console.model.place.cursor, Some(RowId::Event(_))));
    console.press("<enter>");
    assert!(matches!(console.model.place.view, View::Machine(_)));
    console.press("G<enter>");
    assert!(line(&console, "operations ›").ends_with('2'));
}

#[test]
fn a_machine_lists_the_revisions_of_its_pool_and_when_it_came_to_run_them() {
    let mut console = demo();
    console.press("3/workers-1<enter><enter>");
    let newer = line(&console, "✓ runs, desired");
    assert!(newer.starts_with("13 ") && newer.contains("operation 3"));
    let history = console.model.fleet.machine.as_ref().unwrap();
    let os = history
        .phases
        .iter()
        .find(|phase| phase.phase == "os")
        .unwrap();
    assert_eq!(Some(history.revisions[1].at_ms), os.ended_ms);
    let older = line(&console, "ran before");
    assert!(older.starts_with("12 ") && older.contains("00:00:00  the start"));
    console.press("<esc><esc>3/storage-2<enter><enter>");
    assert!(line(&console, "saved, not applied").starts_with("6 "));
    assert!(line(&console, "✓ runs, desired").starts_with("5 "));
    console.press("<esc><esc>3/workers-24<enter><enter>");
    assert!(line(&console, "! desired").starts_with("13 "));
    assert!(line(&console, "✓ runs").starts_with("12 "));
}

#[test]
fn a_phase_leads_to_its_operation() {
    let mut console = demo();
    console.press("3/workers-1<enter><enter><tab><tab>");
    assert_eq!(console.model.place.cursor, Some(RowId::Phase(1)));
    console.press("<enter>");
    assert!(line(&console, "operations ›").ends_with('3'));
    console.press("<tab>");
    assert!(matches!(console.model.place.cursor, Some(RowId::Event(_))));
    console.press("<tab>");
    let first = RowId::Machine(MachineId(7));
    assert_eq!(console.model.place.cursor, Some(first));
}

#[test]
fn no_entry_of_the_log_is_missing_where_none_was_skipped() {
    let console = demo();
    let lines = console.model.fleet.log.lines();
    assert!(lines.iter().all(|line| line.event().is_some()));
    assert_eq!(
        console.model.fleet.log.last_number(),
        u64::try_from(lines.len()).unwrap()
    );
}

#[test]
fn entries_that_were_skipped_leave_a_line_that_counts_them() {
    let mut console = Console::new(&rollout(2000), 0, (80, 24));
    console.press("6......");
    let known = console.model.fleet.log.last_number();
    // As fast as it goes, to the end: many times what is taken at once.
    console
        .press("++++")
        .press(" ")
        .wait(Duration::from_secs(60));
    let log = &console.model.fleet.log;
    let LogLine::Gap { first, last } = log.lines()[usize::try_from(known).unwrap()] else {
        panic!("no gap after {known}");
    };
    assert_eq!(first, known + 1);
    assert_eq!(log.last_number() - last, 5000);
    let told = format!("{} entries missing", last - first + 1);
    console.press("g");
    assert!(console.screen().contains(&told), "{}", console.screen());
    // Whatever is filtered: among what is missing may be what is looked for.
    console.press("/no such text");
    assert!(console.screen().contains(&told), "{}", console.screen());
}

#[test]
fn an_operations_log_says_how_much_of_it_is_missing() {
    let mut console = Console::new(&rollout(200), 7_200_000, (80, 24));
    console.press("4<enter><tab>");
    let history = console.model.fleet.operation.as_ref().unwrap();
    assert_eq!(history.log.len(), 500);
    // Everything but the step itself belongs to the one operation.
    let all = console.model.fleet.log.last_number() - 1;
    assert_eq!(history.log_missing, all - 500);
    let told = format!("{} older entries are not kept", history.log_missing);
    assert!(console.screen().contains(&told), "{}", console.screen());
}

/// Two machines whose names differ at their ends.
const LONG: &str = r#"
[[pools]]
name = "production-frankfurt-gpu-workers"
machines = ["production-frankfurt-gpu-workers-rack-17-node-08", "production-frankfurt-gpu-workers-rack-17-node-09"]
[[steps]]
at = "+1m"
do = "apply"
pool = "production-frankfurt-gpu-workers"
"#;

#[test]
fn long_names_can_be_told_apart_and_are_told_in_full_in_the_details() {
    let mut console = Console::new(LONG, 0, (80, 24));
    console.press("3");
    let screen = console.screen();
    assert!(
        screen.contains("node-08 ") && screen.contains("node-09 "),
        "{screen}"
    );
    assert!(!screen.contains("gpu-workers-rack"), "{screen}");
    // What the filter found is marked although it is where the name was cut.
    console.press("/frankfurt-gpu");
    assert!(line(&console, "2 of 2").contains("/frankfurt-gpu"));
    console.press("<enter>i");
    let name = "production-frankfurt-gpu-workers-rack-17-node-08";
    assert!(line(&console, "machine   production").contains(name));
    console.press("<enter>");
    assert!(line(&console, "fleet › ").ends_with("node-08"));
}

#[test]
fn a_line_of_a_text_that_has_no_room_keeps_its_end() {
    let mut console = Console::new(LONG, 600_000, (80, 24));
    console.press("4<enter>");
    assert!(line(&console, "node-08 ").ends_with("✓ updated"));
    console.press("G");
    let last = line(&console, "09: updated, runs");
    assert!(
        last.contains("✓ production") && last.ends_with("runs revision 2"),
        "{last}"
    );
}

#[test]
fn a_wide_terminal_leaves_the_table_together_and_gives_the_rest_to_the_details() {
    let mut console = Console::on_demo_fleet((300, 50));
    console.press("3");
    let header = line(&console, "MACHINE");
    assert!(header.chars().count() < 200, "{header}");
    console.press("i");
    assert_eq!(
        line(&console, "MACHINE").split_whitespace().count(),
        8 + 1,
        "the table is whole"
    );
    assert!(line(&console, "machine   ").contains("ingress-1"));
}

#[test]
fn phases_that_are_no_longer_kept_are_counted() {
    use appliance::{Reply, Request};
    use tui::console::message::Message;
    let mut console = demo();
    console.press("3/workers-1<enter><enter><tab><tab>");
    let mut history = console.model.fleet.machine.clone().unwrap();
    history.phases.drain(..3);
    let request = Request::GetMachine {
        machine: history.machine.id,
    };
    let answer = Message::Replied(request, Ok(Reply::Machine(Box::new(history))));
    tui::console::update::update(&mut console.model, answer);
    assert!(line(&console, "3 older entries").contains("not kept"));
    // The phase that the cursor was on is gone; the row in its place has it.
    assert_eq!(console.model.place.cursor, Some(RowId::Phase(0)));
}
