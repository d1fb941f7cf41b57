//! What the console says of maintenance windows and dates: in their own view, beside rollouts, and before an order.

use std::time::Duration;

use appliance::{LocalDate, Reply, Request};
use tests::{Console, ScenarioFile, meltdeck};
use tui::console::message::{Drive, Effect, Message, Speed};
use tui::console::model::{RowId, Scope, View};

/// Three pools from a Friday noon on: one with a window in the night from Saturday, one without, and one whose window
/// is left out for ever.
const FLEET: &str = r#"
starts = "2026-01-16 12:00 Europe/Zurich"
horizon = "30d"

[hardware.exact]
update = "22m"

[[pools]]
name = "workers"
machines = 30
hardware = "exact"
saved_revision = 2

[[pools]]
name = "edge"
machines = 2
hardware = "exact"
saved_revision = 2

[[pools]]
name = "frozen"
machines = 2
hardware = "exact"
saved_revision = 2

[[windows]]
name = "saturday-night"
pool = "workers"
opens = "Sat 22:00"
for = "8h"
end = "reserve"
reserve = "15m"

[[windows]]
pool = "frozen"
opens = "Sun 02:00"
for = "2h"

[[exclusions]]
pool = "frozen"
dates = ["01-01..12-31"]

[[steps]]
at = "+1h"
do = "apply"
pool = "workers"
"#;

const HOUR: u64 = 3_600_000;
/// From Friday noon to the opening of the window on Saturday at 22:00.
const OPENS: u64 = 34 * HOUR;
/// From when on nothing new starts: a quarter of an hour before six on Sunday.
const SHUTS: u64 = 42 * HOUR - 900_000;

fn at(at_ms: u64) -> Console {
    Console::new(FLEET, at_ms, (80, 24))
}

/// The line of the screen that holds `text`.
fn line(console: &Console, text: &str) -> String {
    let screen = console.screen();
    let found = screen.lines().find(|line| line.contains(text));
    found
        .unwrap_or_else(|| panic!("no {text} on\n{screen}"))
        .to_owned()
}

/// The question, as if it had one line.
fn unbroken(console: &Console) -> String {
    console.question().replace('\n', " ")
}

/// Whether the console asks for windows.
fn asks_for_windows(effects: &[Effect]) -> bool {
    let is_asked = |effect: &Effect| matches!(effect, Effect::Ask(Request::ListWindows { .. }));
    effects.iter().any(is_asked)
}

/// Views of windows, when, and the keys that lead to them.
const VIEWS: [(&str, u64, &str); 9] = [
    ("windows", 10 * HOUR, "8"),
    ("windows_open", 36 * HOUR, "8"),
    ("windows_shut", SHUTS, "8"),
    ("window_details", 10 * HOUR, "8jji"),
    ("overview", 10 * HOUR, "1"),
    ("overview_open", 36 * HOUR, "1"),
    ("pool_details", 10 * HOUR, "2/work<enter>i"),
    ("operation", 10 * HOUR, "4<enter>"),
    ("apply", 10 * HOUR, "2/frozen<enter>a"),
];

#[test]
fn windows_at_80_by_24() {
    for (name, at_ms, keys) in VIEWS {
        let mut console = at(at_ms);
        insta::assert_snapshot!(format!("80x24__{name}"), console.press(keys).screen());
    }
}

#[test]
fn windows_at_120_by_40() {
    for (name, at_ms, keys) in [VIEWS[1], VIEWS[3], VIEWS[5], VIEWS[6]] {
        let mut console = Console::new(FLEET, at_ms, (120, 40));
        insta::assert_snapshot!(format!("120x40__{name}"), console.press(keys).screen());
    }
}

#[test]
fn every_pool_has_a_row_whether_it_has_windows_or_not() {
    let mut console = at(10 * HOUR);
    console.press("8");
    assert!(line(&console, "edge").contains("✓ always open"));
    assert!(line(&console, "frozen").contains("✗ never opens"));
    let rows = console.screen();
    let openings = rows.lines().filter(|line| line.contains("workers"));
    assert_eq!(openings.count(), 5, "{rows}");
    let next = line(&console, "Sat 2026-01-17 22:00");
    assert!(next.contains("closed") && next.contains("1d 0h"), "{next}");
    assert!(next.contains("Sun 2026-01-18 06:00"), "{next}");
    assert!(line(&console, "Sat 2026-01-24 22:00").contains("later"));
}

#[test]
fn enter_goes_to_the_pool_and_back_to_the_row() {
    let mut console = at(10 * HOUR);
    console.press("8j");
    let before = console.screen();
    console.press("<enter>");
    let pool = console.model.fleet.pools[0].id;
    assert_eq!(console.model.place.view, View::Machines(Scope::Pool(pool)));
    console.press("<esc>");
    assert_eq!(console.screen(), before);
    // From the overview one comes to the pool's next opening first.
    console.press("1").press("/window<enter>G<enter>");
    assert_eq!(console.model.place.view, View::Windows);
    let cursor = console.model.place.cursor;
    assert_eq!(cursor, Some(RowId::Window(pool, Some(OPENS))));
}

#[test]
fn a_row_changes_as_the_clock_goes_by_without_an_event() {
    let text = FLEET.replace("at = \"+1h\"", "at = \"+20d\"");
    let mut console = Console::new(&text, OPENS - 30_000, (80, 24));
    console.press("8");
    assert!(line(&console, "Sat 2026-01-17 22:00").contains("closed"));
    assert!(line(&console, "Sat 2026-01-17 22:00").contains("30s"));
    console.press(" ").wait(Duration::from_secs(1));
    assert!(line(&console, "Sat 2026-01-17 22:00").contains("✓ open"));
    let asked = |console: &Console| {
        let is_told = |message: &&Message| {
            matches!(message, Message::Replied(Request::ListWindows { .. }, _))
        };
        console.recorded.iter().filter(is_told).count()
    };
    assert_eq!(
        asked(&console),
        1,
        "while none has closed, none is asked for"
    );
    console.carry_out(vec![Effect::Drive(Drive::SetSpeed(Speed::Times(3600)))]);
    console.wait(Duration::from_secs(9));
    assert_eq!(asked(&console), 2);
    let screen = console.screen();
    assert!(!screen.contains("2026-01-17"), "{screen}");
    assert!(line(&console, "Sat 2026-01-24 22:00").contains("closed"));
    assert!(screen.contains("Sat 2026-02-21 22:00"), "{screen}");
}

#[test]
fn who_does_not_answer_is_asked_again_when_the_time_has_moved_on() {
    let mut console = at(OPENS);
    let mut report = console.model.clock.clone();
    report.now_ms += 8 * HOUR;
    let asked = console.take(Message::Clock(report.clone()));
    assert!(asks_for_windows(&asked), "the opening is over");
    let request = Request::ListWindows {
        timezone: console.model.timezone.clone(),
        most: 5,
    };
    let nothing = Message::Replied(request.clone(), Ok(Reply::Windows(Vec::new())));
    console.take(nothing);
    assert!(!asks_for_windows(
        &console.take(Message::Clock(report.clone()))
    ));
    let old = console.answer(&request).unwrap();
    console.take(Message::Replied(request, Ok(old)));
    assert!(!asks_for_windows(
        &console.take(Message::Clock(report.clone()))
    ));
    report.now_ms += 1;
    assert!(asks_for_windows(&console.take(Message::Clock(report))));
}

#[test]
fn a_rollout_that_waits_for_its_window_says_until_when() {
    let mut console = at(10 * HOUR);
    let row = line(&console, "window of workers");
    assert!(row.contains("opens in 1d 0h"), "{row}");
    assert!(row.contains("Sat 2026-01-17 22:00"), "{row}");
    console.press("4<enter>");
    let told = "opens Sat 2026-01-17 22:00 (in 1d 0h)";
    assert!(line(&console, told).starts_with("window "));
    console.press("3/workers-1<enter><enter>");
    assert!(line(&console, told).starts_with("window "));
    assert!(line(&console, "reason").contains("window"));
    let console = at(36 * HOUR);
    let row = line(&console, "window of workers");
    assert!(row.contains("✓ closes in 6h 00m"), "{row}");
    let console = at(SHUTS);
    let row = line(&console, "window of workers");
    assert!(row.contains("! shut, 15m 00s left"), "{row}");
    // A pool whose rollout goes on although it has no windows has nothing to tell.
    let mut console = at(10 * HOUR);
    console.press("2/edge<enter>a<tab><enter>1");
    let screen = console.screen();
    assert!(screen.contains("edge to revision 2") && !screen.contains("window of edge"));
}

#[test]
fn the_question_says_when_a_rollout_would_start() {
    let question = |at_ms: u64, pool: &str| {
        let mut console = Console::new(FLEET, at_ms, (120, 40));
        unbroken(console.press(&format!("2/{pool}<enter>a")))
    };
    let told = question(10 * HOUR, "frozen");
    assert!(
        told.contains("No window opens any more: it would never start."),
        "{told}"
    );
    assert!(!question(10 * HOUR, "edge").contains("window"));
    let text = FLEET.replace("at = \"+1h\"", "at = \"+20d\"");
    let mut console = Console::new(&text, OPENS - 30_000, (120, 40));
    console.press("2/work<enter>a");
    let told = console.question();
    assert!(
        told.contains("It starts when its window opens: Sat 2026-01-17 22:00."),
        "{told}"
    );
    // The clock goes on below the question, and nothing happens but that the window opens.
    console.carry_out(vec![Effect::Drive(Drive::Run)]);
    console.wait(Duration::from_secs(1));
    let told = console.question();
    assert!(
        told.contains("Its window is open until Sun 2026-01-18 06:00."),
        "{told}"
    );
    let mut console = Console::new(&text, SHUTS, (120, 40));
    let told = unbroken(console.press("2/work<enter>a"));
    assert!(
        told.contains(
            "but nothing new starts in it: it starts when the next opens: Sat 2026-01-24 22:00."
        ),
        "{told}"
    );
}

#[test]
fn an_order_for_a_window_is_one_for_its_pool() {
    let mut console = at(10 * HOUR);
    console.press("8/edge<enter>a<tab><enter>");
    let orders = console.orders();
    assert!(
        matches!(&*orders, [Request::ApplyRevision { revision: 2, .. }]),
        "{orders:?}"
    );
}

#[test]
fn the_frame_has_the_date_as_far_as_there_is_room() {
    for (columns, has, has_not) in [
        (60, "PAUSED  SIM 10:00:00", "Fri"),
        (80, "PAUSED  Fri 22:00  SIM 10:00:00", "2026"),
        (100, "PAUSED  Fri 2026-01-16 22:00  SIM 10:00:00", "Europe"),
    ] {
        let console = Console::new(FLEET, 10 * HOUR, (columns, 24));
        let title = console.screen().lines().next().unwrap().to_owned();
        assert!(title.contains(has) && !title.contains(has_not), "{title}");
    }
}

#[test]
fn dates_are_those_of_the_zone_that_was_asked_for() {
    let mut console = at(10 * HOUR);
    let mut ask = |timezone: &str| {
        let timezone = timezone.into();
        let answer = console.answer(&Request::ListWindows { timezone, most: 1 });
        let Ok(Reply::Windows(pools)) = answer else {
            return None;
        };
        pools[0].openings.clone()?.pop()
    };
    let (own, nepal) = (
        ask("Europe/Zurich").unwrap(),
        ask("Asia/Kathmandu").unwrap(),
    );
    assert_eq!(own.opens.to_string(), "Sat 2026-01-17 22:00");
    assert_eq!(nepal.opens.to_string(), "Sun 2026-01-18 02:45");
    assert_eq!(nepal.opens.offset, "+05:45");
    assert_eq!(own.opens_ms, nepal.opens_ms);
    assert!(ask("Europe/Zuerich").is_none());
}

#[test]
fn the_overview_as_text_has_dates_in_the_zone_of_the_operator() {
    let file = ScenarioFile::new("overview-windows", FLEET);
    let said = |zone: &str| {
        let file = file.path().to_str().unwrap();
        meltdeck(["console", "--scenario", file, "--timezone", zone])
    };
    let told = said("asia/kathmandu");
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(
        told.out.contains("Fri 2026-01-16 16:45, Asia/Kathmandu"),
        "{}",
        told.out
    );
    let next = "Window of workers: opens Sun 2026-01-18 02:45 (in 1d 10h).";
    assert!(told.out.contains(next), "{}", told.out);
    assert!(told.out.contains("Window of frozen: opens no more."));
    assert!(!told.out.contains("Window of edge"));
    let told = said("Europe/Zuerich");
    assert_eq!(told.code, 2);
    assert!(told.err.contains("--timezone"), "{}", told.err);
}

/// The time that a clock change takes or gives is seen in the length, and the offsets say why.
#[test]
fn a_clock_change_shows_in_the_length() {
    let file = tests::root().join("scenarios/dst-weekend.toml");
    let text = std::fs::read_to_string(file).unwrap();
    let mut console = Console::new(&text, 0, (200, 40));
    console.press("8");
    assert!(line(&console, "must-fit 22m 00s, elapsed").contains("8h 00m 00s"));
    assert!(line(&console, "must-fit 22m 00s, wall-clock").contains("7h 00m 00s"));
    console
        .press("i")
        .assert_shows("+01:00 when it opens, +02:00");
}

#[test]
fn a_date_that_nobody_told_is_left_out() {
    let mut console = at(10 * HOUR);
    let mut report = console.model.clock.clone();
    report.date = None;
    console.take(Message::Clock(report.clone()));
    assert!(console.screen().starts_with("meltdeck  test-fleet"));
    report.date = Some(LocalDate::default());
    console.take(Message::Clock(report));
    console.buffer();
}

/// When a window closes, all is asked anew, and the row is there before the next opening is known.
#[test]
fn the_overview_keeps_its_row_while_the_next_opening_is_asked_for() {
    let mut console = at(42 * HOUR - 1000);
    console.press("1jjj");
    let cursor = console.model.place.cursor;
    assert!(matches!(cursor, Some(RowId::Window(..))), "{cursor:?}");
    let mut report = console.model.clock.clone();
    report.now_ms += 1000;
    report.events += 1;
    assert!(asks_for_windows(&console.take(Message::Clock(report))));
    let clusters = console.model.fleet.clusters.clone();
    console.take(Message::Replied(
        Request::ListClusters,
        Ok(Reply::Clusters(clusters)),
    ));
    assert_eq!(console.model.place.cursor, cursor);
    console.assert_shows("window of workers");
}

/// What is held back at the end of a window is so of each of its openings, also of one that a date cuts short.
#[test]
fn an_opening_that_is_too_short_for_its_end_rule_lets_nothing_start() {
    let text = FLEET
        .replace("reserve = \"15m\"", "reserve = \"7h\"")
        .replace(
            "pool = \"frozen\"\ndates = [\"01-01..12-31\"]",
            "dates = [\"02-01\"]",
        );
    let mut console = Console::new(&text, 0, (130, 40));
    console.press("8/work<enter>");
    let shuts = |day: &str| line(&console, &format!("Sat {day} 22:00"));
    assert!(shuts("2026-01-24").contains("Sat 2026-01-24 23:00"));
    let cut = shuts("2026-01-31");
    assert!(cut.contains("! no machine fits"), "{cut}");
    assert!(cut.contains("2h 00m 00s"), "{cut}");
    assert!(shuts("2026-02-07").contains("Sat 2026-02-07 23:00"));
}
