//! What the console shows of machines that come back otherwise than asked, and of those that are away.

use tests::Console;

/// The line of the screen that holds `text`.
fn line(console: &Console, text: &str) -> String {
    let screen = console.screen();
    let found = screen.lines().find(|line| line.contains(text));
    found
        .unwrap_or_else(|| panic!("no {text} on\n{screen}"))
        .to_owned()
}

/// Three machines whose boots come to something else each, and one that crashes.
const FLEET: &str = r#"
[hardware.h]
firmware = "20s"
os = "10s"
join = "5s"
timeouts = { boot = "10m", join = "1m" }
[[pools]]
name = "p"
machines = 3
hardware = "h"
max_unavailable = 3
halt_after = "never"
[[pools]]
name = "q"
machines = 9
hardware = "h"
[[workloads]]
name = "web"
pools = ["q"]
starts_on = ["q-1"]
[[faults]]
machine = "p-1"
do = "roll-back"
[[faults]]
machine = "p-2"
do = "loop"
[[faults]]
machine = "p-3"
do = "not-ready"
[[steps]]
at = "+0s"
do = "apply"
pool = "p"
[[steps]]
at = "+3m"
do = "crash"
machine = "q-1"
"#;

fn machine(name: &str, at_s: u64) -> Console {
    let mut console = Console::new(FLEET, at_s * 1000, (110, 30));
    console.press(&format!("3/{name}<enter><enter>"));
    console
}

#[test]
fn a_machine_that_was_rolled_back_says_so_and_what_to_do() {
    let console = machine("p-1", 120);
    assert!(line(&console, "status").contains("ready"));
    assert!(line(&console, "reason").contains(
        "its update failed: back on its old revision and well; a retry asks for the new one"
    ));
}

#[test]
fn a_reboot_loop_is_told_while_it_goes_on_and_when_it_has_failed() {
    let console = machine("p-2", 120);
    assert!(line(&console, "status").contains("updating"));
    assert!(line(&console, "boot").contains("a reboot loop"));
    let console = machine("p-2", 700);
    assert!(line(&console, "status").contains("unreachable"));
    assert!(line(&console, "reason").contains("its update failed: a reboot loop"));
}

#[test]
fn a_node_that_never_is_ready_has_a_status_of_its_own() {
    let console = machine("p-3", 180);
    assert!(line(&console, "status").contains("not_ready"));
    assert!(line(&console, "reason").contains("joined, and its node is not Ready"));
}

#[test]
fn a_machine_that_is_away_says_when_its_pods_go() {
    let told = |at_s| line(&machine("q-1", at_s), "node ");
    assert!(
        told(190).contains("silent, not missed yet, Unknown at 00:03:"),
        "{}",
        told(190)
    );
    assert!(
        told(240).contains("Unknown, its pods are deleted at 00:08:"),
        "{}",
        told(240)
    );
    // Where most of a zone is down, nobody's pods are deleted.
    let few = FLEET.replace("machines = 9", "machines = 2");
    let mut console = Console::new(&few, 240_000, (110, 30));
    console.press("3/q-1<enter><enter>");
    assert!(line(&console, "node ").contains("its pods stay while most of its zone is down"));
    assert!(told(600).contains("its pods were deleted, and go when it is back"));
}
