//! What the console shows of pods and disruption budgets: on a machine, in their own view, in an operation, in the
//! question before an apply.

use std::time::Duration;

use appliance::{MachineHistory, Reply, Request};
use tests::Console;
use tui::console::message::{Effect, Message};
use tui::console::model::{RowId, Scope, View};

/// The line of the screen that holds `text`.
fn line(console: &Console, text: &str) -> String {
    let screen = console.screen();
    let found = screen.lines().find(|line| line.contains(text));
    found
        .unwrap_or_else(|| panic!("no {text} on\n{screen}"))
        .to_owned()
}

/// A budget that allows nothing holds the drain of the second machine, another one allows one.
const BLOCKED: &str = r#"
[[pools]]
name = "p"
machines = 3
saved_revision = 3
drain_timeout = "10m"
[[workloads]]
name = "web"
replicas = 3
spread = "machine"
termination = "10s"
startup = "20s"
budget = { max_unavailable = 1 }
[[workloads]]
name = "licence"
namespace = "billing"
replicas = 2
starts_on = ["p-2"]
termination = "10s"
budget = { min_available = 2 }
[[workloads]]
name = "agent"
starts_on = ["p-3"]
budget = { min_available = 1 }
[[steps]]
at = "+0s"
do = "apply"
pool = "p"
revision = 2
"#;

/// When the second machine's drain is refused.
const HELD_MS: u64 = 400_000;

fn blocked() -> Console {
    Console::new(BLOCKED, HELD_MS, (100, 30))
}

#[test]
fn the_demo_fleet_shows_a_drain_held_by_a_budget() {
    let mut console = Console::on_demo_fleet((80, 24));
    console.press("4<enter>");
    console.assert_shows("1 budget shop/db");
    console.press("jjjjjjjjjjjjjjjjj");
    assert!(line(&console, "workers-18  ").ends_with("↻ drain: budget shop/db"));
    console.press("3/workers-18<enter>");
    assert!(line(&console, "  workers-18 ").contains("budget shop/db"));
    console.press("<enter>");
    assert!(line(&console, "reason").ends_with("budget shop/db for 1m 22s"));
    assert!(line(&console, "held by").ends_with("held by     ✗ shop/db"));
    console.assert_shows("2 healthy, 2 desired, 0 allowed; it refuses db-1");
    let pod = line(&console, "shop/db-1");
    assert!(pod.contains("✓ ready") && pod.contains("✗ refused: shop/db 2/2, 0"));
    // It lasts for minutes, not for ever.
    console.press(" ").wait(Duration::from_secs(5));
    assert!(!console.screen().contains("held by"));
}

#[test]
fn one_goes_from_a_pod_to_its_budget_and_from_there_to_the_machines_that_it_holds() {
    let mut console = blocked();
    console.press("3j<enter>");
    assert!(matches!(console.model.place.cursor, Some(RowId::Pod(_))));
    let first = line(&console, "refused: billing/licence 2/2, 0");
    assert!(first.starts_with("billing/licence"), "{first}");
    let pods = console.model.fleet.machine.as_ref().unwrap().pods.clone();
    assert!(pods.len() > 1, "{pods:?}");
    console.press("<enter>");
    assert_eq!(console.model.place.view, View::Budgets);
    let listing = &console.model.listing;
    let id = listing.id(&console.model.fleet, View::Budgets, listing.cursor);
    let meant = pods.iter().find_map(|pod| pod.refused_by).unwrap();
    assert_eq!(id, Some(RowId::Budget(meant)));
    console.press("<enter>");
    assert_eq!(
        console.model.place.view,
        View::Machines(Scope::Budget(meant))
    );
    assert!(line(&console, "fleet › ").contains("held by billing/licence"));
    assert!(line(&console, "  p-2 ").contains("budget b"));
    assert_eq!(console.model.listing.rows.len(), 1);
    console.press("<esc><esc>");
    assert!(line(&console, "fleet › ").ends_with("p-2"));
}

#[test]
fn budgets_that_refuse_a_drain_come_first_then_those_that_allow_nothing() {
    let mut console = blocked();
    console.press("7");
    let screen = console.screen();
    let rows: Vec<&str> = screen.lines().skip(3).take(3).collect();
    assert!(rows[0].contains("billing/licence") && rows[0].contains("✗ refuses"));
    assert!(rows[1].contains("default/agent") && rows[1].contains("! allows none"));
    assert!(rows[2].contains("default/web") && rows[2].contains("✓ allows"));
    console.press("j<enter>");
    console.assert_shows("it refuses no drain now");
    console.press("<esc>/licence<enter>i");
    assert!(line(&console, "workloads").ends_with("licence"));
    assert!(line(&console, "limit").ends_with("min_available = 2"));
}

#[test]
fn a_fleet_without_workloads_says_so() {
    let mut console = Console::new("[[pools]]\nname = \"p\"\nmachines = 1\n", 0, (80, 24));
    console.press("7");
    console.assert_shows("no disruption budget: no workload of this fleet has one");
    console.press("3<enter>");
    console.assert_shows("PODS  none that a drain would have to evict");
}

#[test]
fn an_operation_says_what_its_machines_wait_for_as_time_goes_by() {
    let mut console = blocked();
    console.press("4<enter>");
    let waits = console
        .model
        .fleet
        .operation
        .as_ref()
        .unwrap()
        .waits
        .clone();
    let reasons: Vec<_> = waits.iter().map(|wait| wait.reason.as_str()).collect();
    assert_eq!(reasons, ["slot", "budget"]);
    let of_operation = console.model.fleet.machines.iter();
    let with_reason = of_operation.filter(|machine| machine.reason.is_some());
    let told: u32 = waits.iter().map(|wait| wait.machines).sum();
    assert_eq!(with_reason.count(), told as usize);
    // A budget held nobody else: its time is that of this machine.
    let history = console.model.fleet.operation.clone().unwrap();
    let Ok(Reply::Machine(machine)) = console.answer(&Request::GetMachine {
        machine: appliance::MachineId(2),
    }) else {
        panic!("the second machine is there");
    };
    let since = machine.reason_since_ms.unwrap();
    assert_eq!(waits[1].so_far_ms, history.told_ms - since);
    let before = line(&console, "budget billing/licence");
    assert!(before.contains("1 budget billing/licence"), "{before}");
    // Its time goes on although nothing happens.
    console.model.clock.now_ms += 1000;
    assert_ne!(line(&console, "budget billing/licence"), before);
    assert!(line(&console, "p-2 ").ends_with("drain: budget billing/licence"));
    console.press("}").wait(Duration::from_secs(1));
    assert!(
        console
            .model
            .fleet
            .operation
            .as_ref()
            .unwrap()
            .waits
            .is_empty()
    );
}

/// What is asked for the open question.
fn asked(effects: &[Effect]) -> Vec<&Request> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Ask(request @ Request::Preflight { .. }) => Some(request),
        _ => None,
    });
    asked.collect()
}

#[test]
fn the_question_before_an_apply_says_what_would_block_it() {
    let mut console = blocked();
    console.press("2");
    let effects = console.tap("a");
    assert_eq!(asked(&effects).len(), 1);
    assert!(console.question().contains("pre-flight: checking…"));
    console.carry_out(effects);
    let told = console.question().replace('\n', " ");
    for said in [
        "pre-flight: 3 blocking",
        "- blocks billing/licence (1 machine):",
        "To change: min_available = 1",
    ] {
        assert!(told.contains(said), "{said} in {told}");
    }
}

#[test]
fn what_would_block_an_apply_is_looked_at_again_while_the_question_is_open() {
    let mut console = blocked();
    console.press("2a");
    assert!(console.question().contains("blocks billing/licence"));
    console.carry_out(vec![Effect::Drive(tui::console::message::Drive::Run)]);
    console.wait(Duration::from_secs(15));
    let asked = console
        .recorded
        .iter()
        .filter(|message| matches!(message, Message::Replied(Request::Preflight { .. }, Ok(_))));
    assert!(asked.count() > 1);
    console.press("<esc>3");
    let before = console.recorded.len();
    console.press(".");
    let later = &console.recorded[before..];
    assert!(
        !later
            .iter()
            .any(|message| matches!(message, Message::Replied(Request::Preflight { .. }, _))),
        "nobody asks for a question that is closed"
    );
}

#[test]
fn a_pre_flight_that_is_not_answered_says_why() {
    let mut console = blocked();
    console.press("2");
    let effects = console.tap("a");
    let request = asked(&effects)[0].clone();
    let why = appliance::Error::new(appliance::ErrorKind::Rejected, "too busy");
    console.take(Message::Replied(request, Err(why)));
    assert!(console.question().contains("pre-flight: not known"));
    assert!(console.question().contains("too busy"));
}

/// A machine's reason in the list is that of the machine itself, whatever was told last.
#[test]
fn machines_whose_reason_changed_are_told_anew() {
    let mut console = Console::new(BLOCKED, 0, (80, 24));
    for _ in 0..400 {
        console.press(".");
        for machine in console.model.fleet.machines.clone() {
            let id = machine.id;
            let Ok(Reply::Machine(fresh)) = console.answer(&Request::GetMachine { machine: id })
            else {
                panic!("{id:?} is there");
            };
            assert_eq!(fresh.machine, machine);
        }
    }
}

/// Names from outside cannot steer the terminal, wherever they stand.
#[test]
fn nothing_in_the_names_of_pods_and_budgets_reaches_the_terminal() {
    let evil = || appliance::Text::from("\u{1b}[31mred\u{7}\u{202e}\u{9b}2J");
    let mut console = blocked();
    console.press("3j<enter>");
    let mut history: MachineHistory = console.model.fleet.machine.clone().unwrap();
    history.machine.reason_object = Some(evil());
    for pod in &mut history.pods {
        (pod.name, pod.namespace, pod.workload) = (evil(), evil(), evil());
        pod.status = evil().into();
    }
    for budget in &mut history.budgets {
        (budget.name, budget.namespace) = (evil(), evil());
    }
    let request = Request::GetMachine {
        machine: history.machine.id,
    };
    let mut budgets = console.model.fleet.budgets.clone();
    for budget in &mut budgets {
        (budget.name, budget.limit) = (evil(), evil());
        budget.workloads = vec![evil()];
    }
    console.take(Message::Replied(
        request,
        Ok(Reply::Machine(Box::new(history))),
    ));
    assert_clean(&console);
    let answer = Ok(Reply::Budgets(budgets));
    console.tap("7");
    console.take(Message::Replied(Request::ListBudgets, answer));
    console.tap("i");
    assert_clean(&console);
}

fn assert_clean(console: &Console) {
    let screen = console.screen();
    assert!(screen.contains("\\u{1b}"), "{screen}");
    assert!(
        screen
            .chars()
            .all(|character| !character.is_control() || character == '\n')
    );
}

/// Spare machines are there for their rollout only: before and after it the pool has three machines, none unreachable.
#[test]
fn spare_machines_are_listed_while_they_are_there() {
    let text = r#"
        [hardware.h]
        os = "1m"
        [[pools]]
        name = "w"
        machines = 3
        hardware = "h"
        surge = 2
        [[steps]]
        at = "+1m"
        do = "apply"
        pool = "w"
    "#;
    let told = |at_s: u64| {
        let console = Console::new(text, at_s * 1000, (80, 24));
        let machines = console.model.fleet.machines.iter();
        let told = machines.map(|machine| format!("{} {}", machine.name, machine.status));
        told.collect::<Vec<_>>()
    };
    let usual = ["w-1 ready", "w-2 ready", "w-3 ready"];
    assert_eq!(told(0), usual);
    let joining = ["w-surge-1 updating", "w-surge-2 updating"];
    assert_eq!(told(90), [&usual[..], &joining].concat());
    let there = ["w-surge-1 ready", "w-surge-2 ready"];
    let updating = ["w-1 updating", "w-2 updating", "w-3 updating"];
    assert_eq!(told(150), [&updating[..], &there].concat());
    assert_eq!(told(3600), usual);
}
