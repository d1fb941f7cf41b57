//! How old the console says its facts are.

use appliance::ErrorKind;
use tui::console::message::{Effect, Message};
use tui::console::screen::Screen;
use tui::console::update::update;

use super::{Script, TICK, Watched};

fn title(console: &Watched) -> String {
    console.screen().lines().next().unwrap().to_owned()
}

#[test]
fn an_appliance_that_was_away_for_ten_minutes_is_found_again() {
    let mut console = Watched::new(false);
    console.press("3").wait(20);
    assert!(title(&console).contains("LIVE"), "{}", title(&console));
    console.assert_shows("✓ ready");
    console.script = Script::Fails(ErrorKind::Unreachable);
    console.wait(600);
    assert!(!console.has_quit);
    assert!(
        title(&console).contains("RECONNECTING"),
        "{}",
        title(&console)
    );
    let screen = console.screen();
    assert!(
        !screen.contains('✓') && screen.contains("ready?"),
        "{screen}"
    );
    console.script = Script::Answers;
    // One step of the back-off.
    console.wait_for("the appliance answers again, after 10m", 31);
    assert!(title(&console).contains("LIVE"), "{}", title(&console));
    console.assert_shows("✓ ready");
}

#[test]
fn an_answer_that_does_not_come_grows_late_and_then_stale() {
    let mut console = Watched::new(false);
    console.press("3").wait(20);
    console.script = Script::Hangs;
    for (after, told, is_healthy) in [
        (20, "LIVE", true),
        (20, "DELAYED", false),
        (120, "STALE", false),
        (7200, "STALE  2h", false),
    ] {
        console.wait(after);
        assert!(
            title(&console).contains(told),
            "{told}: {}",
            title(&console)
        );
        let screen = console.screen();
        assert_eq!(screen.contains('✓'), is_healthy, "{screen}");
    }
}

#[test]
fn an_age_that_grows_takes_forty_bytes_at_most() {
    let mut console = Watched::new(false);
    console.press("3").wait(30);
    let mut screen = Screen::new(Vec::new());
    screen.draw(&console.model).unwrap();
    let mut most = 0;
    for _ in 0..7200 {
        // Answers come, and change nothing.
        for effect in update(&mut console.model, Message::Tick(TICK)) {
            if let Effect::Ask(request) = effect {
                let reply = console.answer(&request).unwrap();
                let more = update(&mut console.model, Message::Replied(request, reply));
                console.carry_out(more);
            }
        }
        most = most.max(screen.draw(&console.model).unwrap());
    }
    assert!((1..=40).contains(&most), "{most}");
}
