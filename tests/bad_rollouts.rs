//! What the console shows of a rollout that goes wrong: what is the matter, why, and what to do.

use std::time::Duration;

use tests::Console;
use tui::console::model::{RowId, View};

/// Pools in each of which something else is the matter two hours after the start.
const FLEET: &str = r#"
[hardware.exact]
cordon = "1s"
drain = "20s"
stop = "30s"
firmware = "1m"
os = "1m"
join = "30s"
uncordon = "1s"
soak = "2m"
timeouts = { boot = "15m", drain = "none" }

[[pools]]
name = "calm"
machines = 20
hardware = "exact"
saved_revision = 2

[[pools]]
name = "halts"
machines = 8
hardware = "exact"

[[pools]]
name = "held"
machines = 3
hardware = "exact"

[[pools]]
name = "paused"
machines = 4
hardware = "exact"

[[pools]]
name = "office"
machines = 4
hardware = "exact"
drain_timeout = "5m"
on_drain_timeout = "quarantine"
max_quarantined = 4

[[pools]]
name = "lab"
machines = ["lab-1", { name = "lab-2", cordoned = true }, "lab-3"]
hardware = "exact"

[[workloads]]
name = "db"
namespace = "shop"
kind = "stateful-set"
replicas = 3
pools = ["held"]
anti_affinity = "machine"
budget = { min_available = 3 }

[[workloads]]
name = "once"
replicas = 1
pools = ["office"]
starts_on = ["office-1"]
budget = { min_available = 1 }

[[steps]]
at = "+1m"
do = "apply"
pool = "halts"

[[steps]]
at = "+1h"
do = "apply"
pool = "held"

[[steps]]
at = "+1m"
do = "apply"
pool = "paused"

[[steps]]
at = "+10m"
do = "pause"
pool = "paused"

[[steps]]
at = "+1m"
do = "apply"
pool = "office"

[[steps]]
at = "+30m"
do = "crash"
machine = "lab-1"

[[steps]]
at = "+40m"
do = "power-loss"
machine = "lab-3"

[[steps]]
at = "+90m"
do = "apply"
pool = "calm"

[[faults]]
machine = "halts-3"
phase = "os"
do = "hang"
"#;

const HOUR: u64 = 3_600_000;

fn fleet(size: (u16, u16)) -> Console {
    Console::new(FLEET, 2 * HOUR, size)
}

/// The line of the screen that holds `text`.
fn line(console: &Console, text: &str) -> String {
    let screen = console.screen();
    let found = screen.lines().find(|line| line.contains(text));
    found
        .unwrap_or_else(|| panic!("no {text} on\n{screen}"))
        .to_owned()
}

/// The line above the footer.
fn way_out(console: &Console) -> String {
    let screen = console.screen();
    screen.lines().nth_back(1).unwrap_or_default().to_owned()
}

const VIEWS: [(&str, &str); 7] = [
    ("overview", ""),
    ("overview_details", "i"),
    ("failed_operation", "<enter>"),
    ("failed_machine", "3/halts-3<enter><enter>"),
    ("stuck_operation", "4/held<enter><enter>"),
    ("machines_in_trouble", "jj<enter>"),
    ("machines", "3/a<enter>"),
];

#[test]
fn a_bad_rollout_at_80_by_24() {
    for (name, keys) in VIEWS {
        let mut console = fleet((80, 24));
        insta::assert_snapshot!(format!("80x24__{name}"), console.press(keys).screen());
    }
}

#[test]
fn a_bad_rollout_at_120_by_40() {
    for (name, keys) in [VIEWS[0], VIEWS[2], VIEWS[6]] {
        let mut console = fleet((120, 40));
        insta::assert_snapshot!(format!("120x40__{name}"), console.press(keys).screen());
    }
}

#[test]
fn the_overview_begins_with_what_is_most_urgent_and_says_what_to_do() {
    let mut console = fleet((80, 24));
    let rows: Vec<String> = console
        .screen()
        .lines()
        .skip(3)
        .map(str::to_owned)
        .collect();
    let begins = [
        [
            "halts to revision 2",
            "failed (halted)",
            "halts-3: os timed-out; 5 wait",
        ],
        [
            "office to revision 2",
            "failed",
            "office-1: drain timed-out",
        ],
        ["2 of lab", "unreachable", "lab-1, …: crashed"],
        ["held to revision 2", "stuck 59m", "budget shop/db"],
        ["paused to revision 2", "paused", "2 wait"],
        ["calm to revision 2", "running", "updated, 1 in flight"],
        ["lab-2", "cordoned", "cordoned by hand"],
        ["cluster", "ready", "ready"],
    ];
    for (row, told) in rows.iter().zip(begins) {
        for text in told {
            assert!(row.contains(text), "{text} in {row}\n{}", console.screen());
        }
    }
    assert_eq!(
        way_out(&console),
        "way out  r retries with what is left; enter shows what failed"
    );
    console.press("jjj");
    assert!(
        way_out(&console).contains("a looser shop/db"),
        "{}",
        way_out(&console)
    );
    console.press("j");
    assert_eq!(way_out(&console), "way out  p resumes it; c cancels it");
}

#[test]
fn what_the_way_out_names_is_what_mends_it() {
    let mut console = fleet((80, 24));
    console.press("r<tab><enter>");
    console.assert_shows("goes on with what is left");
    console.run_until(1, "succeeded");
    let screen = console.press("1").screen();
    assert!(!screen.contains("halts-3: os"), "{screen}");
    let mut console = fleet((80, 24));
    console.press("jjjjp");
    console.assert_shows("goes on");
}

#[test]
fn the_machines_with_which_something_is_wrong_are_listed() {
    let mut console = fleet((80, 24));
    console.press("jj<enter>");
    let screen = console.screen();
    assert!(line(&console, "fleet › lab").contains("machines, unreachable"));
    assert!(line(&console, "lab-1").contains("crashed"));
    assert!(line(&console, "lab-3").contains("no power"));
    assert!(!screen.contains("lab-2"), "{screen}");
    console.press("<enter>");
    assert!(matches!(console.model.place.view, View::Machine(_)));
    assert!(line(&console, "way out").contains("a hand: repair it, or give it power"));
    // One alone is opened at once.
    console.press("1").press("/lab-2<enter><enter>");
    assert!(matches!(console.model.place.view, View::Machine(_)));
}

#[test]
fn an_operation_lists_first_what_failed_and_why() {
    let mut console = fleet((80, 24));
    console.press("<enter>");
    let screen = console.screen();
    let steps: Vec<_> = screen
        .lines()
        .skip_while(|line| !line.starts_with("MACHINE"))
        .collect();
    assert!(
        steps[1].contains("halts-3") && steps[1].contains("failed in os: timed-out"),
        "{screen}"
    );
    assert!(
        steps[2].contains("halts-1") && steps[2].contains("updated"),
        "{screen}"
    );
    assert!(line(&console, "way out").contains("r retries"));
}

/// The clock alone makes a drain one that has lasted for too long.
#[test]
fn what_is_held_is_stuck_after_a_while_although_nothing_happens() {
    let mut console = Console::new(FLEET, HOUR + 9 * 60_000, (80, 24));
    assert!(line(&console, "held to revision").contains("running"));
    console.press("jjjj");
    let cursor = console.model.place.cursor;
    let mut report = console.model.clock.clone();
    report.now_ms += 120_000;
    console.take(tui::console::message::Message::Clock(report));
    assert!(line(&console, "held to revision").contains("stuck 10m"));
    assert_eq!(
        console.model.place.cursor, cursor,
        "the cursor stays on its row"
    );
}

#[test]
fn the_cursor_stays_on_what_is_most_urgent_until_it_is_moved() {
    let mut console = Console::new(FLEET, 60_000, (80, 24));
    console.run_until(1, "failed");
    assert!(matches!(console.model.place.cursor, Some(RowId::Operation(id)) if id.0 == 1));
    assert_eq!(console.model.listing.cursor, 0);
}

#[test]
fn keys_of_time_leave_the_cursor_on_what_is_most_urgent() {
    let mut console = Console::new(FLEET, 0, (80, 24));
    for _ in 0..3 {
        console.press("}").wait(Duration::from_secs(5));
    }
    assert_eq!(console.model.listing.cursor, 0, "{}", console.screen());
    assert!(matches!(
        console.model.place.cursor,
        Some(RowId::Operation(_))
    ));
    console.press("j");
    assert!(!console.model.place.is_untouched);
}

#[test]
fn a_rollout_that_halts_says_so_before_what_is_in_flight_has_ended() {
    let two = FLEET.replace(
        "name = \"halts\"\nmachines = 8",
        "name = \"halts\"\nmachines = 8\nmax_unavailable = 2",
    );
    let mut console = Console::new(&two, 60_000, (80, 24));
    for _ in 0..20 {
        if !console.screen().contains("(halted)") {
            console.press("}").wait(Duration::from_secs(5));
        }
    }
    let screen = console.screen();
    assert!(screen.contains("running (halted)"), "{screen}");
    assert!(
        screen.contains("wait: what is in flight still ends"),
        "{screen}"
    );
}
