//! What is asked, and when.

use std::time::Duration;

use appliance::{ErrorKind, Request};
use tui::console::message::{Effect, Message};
use tui::console::model::polling::Connection;
use tui::console::model::resource::Resource;
use tui::console::update::update;

use super::{Script, TICK, Watched};

fn gaps(times: &[Duration]) -> Vec<Duration> {
    times
        .windows(2)
        .map(|pair| pair[1].saturating_sub(pair[0]))
        .collect()
}

/// Lets the demo fleet's operations end, so that nothing runs any more.
fn idle() -> Watched {
    let mut console = Watched::new(false);
    console.let_fleet_run(5 * 24 * 3600);
    console.wait(60);
    console.asked.clear();
    console
}

#[test]
fn what_changes_is_asked_every_five_seconds_while_something_runs() {
    let mut console = Watched::new(false);
    console.wait(120);
    let gaps = gaps(&console.times(Resource::Machines));
    assert!(gaps.len() >= 20, "{gaps:?}");
    let usual = Duration::from_millis(4500)..=Duration::from_secs(6);
    assert!(gaps.iter().all(|gap| usual.contains(gap)), "{gaps:?}");
}

#[test]
fn it_is_asked_more_rarely_where_nothing_runs_and_what_is_shown_more_often() {
    let mut console = idle();
    assert!(
        console
            .model
            .fleet
            .operations
            .iter()
            .all(|known| known.status.is_final())
    );
    console.wait(300);
    let count = |console: &Watched, resource| console.times(resource).len();
    // The overview shows machines, and no budgets.
    assert!((26..=33).contains(&count(&console, Resource::Machines)));
    assert!((8..=11).contains(&count(&console, Resource::Budgets)));
    console.asked.clear();
    console.press("7").wait(300);
    assert!((17..=22).contains(&count(&console, Resource::Budgets)));
    assert!((17..=22).contains(&count(&console, Resource::Machines)));
}

#[test]
fn a_view_that_is_opened_asks_at_once_for_what_is_old() {
    let mut console = idle();
    console.wait(300);
    let last = *console.times(Resource::Budgets).last().unwrap();
    while console.now < last + Duration::from_secs(20) {
        console.wait(1);
    }
    console.asked.clear();
    console.press("7");
    assert_eq!(console.times(Resource::Budgets), [console.now]);
}

#[test]
fn no_more_is_asked_in_a_second_than_may_be() {
    let mut console = Watched::new(false);
    console.wait(10);
    for _ in 0..200 {
        console.press("<ctrl-r>");
        console.wait(1);
    }
    for start in 0..200 {
        let from = Duration::from_secs(start);
        let within = console
            .asked
            .iter()
            .filter(|(at, _)| *at >= from && *at < from + Duration::from_secs(1));
        // What was saved up, and what came since.
        assert!(within.count() <= 20, "second {start}");
    }
    let rate = console.asked.len() / 200;
    assert!(rate <= 11, "{rate} a second");
}

#[test]
fn two_consoles_do_not_ask_in_step_and_one_seed_always_asks_the_same() {
    let asked = |seed| {
        let mut console = Watched::with_seed(false, seed, Script::Answers);
        console.wait(300);
        console.asked
    };
    assert_eq!(asked(7), asked(7));
    assert_ne!(asked(7), asked(8));
}

#[test]
fn nothing_is_asked_twice_before_it_is_answered() {
    let mut console = Watched::with_seed(false, 1, Script::Hangs);
    console.wait(600).press("<ctrl-r><ctrl-r>2345678").wait(60);
    let mut asked: Vec<_> = console
        .asked
        .iter()
        .map(|(_, request)| Resource::of(request))
        .collect();
    let all = asked.len();
    asked.sort();
    asked.dedup();
    assert_eq!(all, asked.len());
}

#[test]
fn an_appliance_that_is_away_is_asked_one_light_question_at_growing_intervals() {
    let mut console = Watched::new(false);
    console.wait(30);
    console.script = Script::Fails(ErrorKind::Unreachable);
    console.wait(30);
    console.asked.clear();
    console.wait(600);
    let tries = &console.asked;
    let is_in_turns = |pair: &[(Duration, Request)]| pair[0].1 != pair[1].1;
    assert!(tries.windows(2).all(is_in_turns), "{tries:?}");
    let is_light =
        |request: &Request| matches!(request, Request::ListClusters | Request::ListMachines);
    assert!(
        tries.iter().all(|(_, request)| is_light(request)),
        "{tries:?}"
    );
    let gaps = gaps(&tries.iter().map(|(at, _)| *at).collect::<Vec<_>>());
    let usual = Duration::from_secs(15)..=Duration::from_secs(31);
    assert!(gaps.iter().all(|gap| usual.contains(gap)), "{gaps:?}");
    console.asked.clear();
    console.script = Script::Answers;
    console.wait(31);
    for resource in [Resource::Machines, Resource::Log, Resource::Budgets] {
        assert!(!console.times(resource).is_empty(), "{resource:?}");
    }
}

/// A proxy that breaks the path of one list hides neither the others nor that the appliance is there.
#[test]
fn an_appliance_of_which_one_path_is_broken_is_not_away() {
    let mut console = Watched::new(false);
    console.wait(30);
    for broken in Resource::ALL {
        for kind in [
            ErrorKind::Failed,
            ErrorKind::Forbidden,
            ErrorKind::Unauthorized,
            ErrorKind::Unanswered,
            ErrorKind::Unavailable,
        ] {
            console.script = Script::Breaks(broken, kind);
            console.asked.clear();
            for _ in 0..300 {
                console.wait(1);
                let connection = &console.model.live.as_ref().unwrap().polling.connection;
                assert_eq!(*connection, Connection::Up, "{broken:?} {kind:?}");
            }
            let machines = console.times(Resource::Machines).len();
            assert!(
                machines < 120,
                "{broken:?} {kind:?}: {machines} in five minutes"
            );
        }
    }
    console.script = Script::Breaks(Resource::Machines, ErrorKind::Unavailable);
    console.press("2").wait(40);
    console.assert_shows("machines failed (try");
}

#[test]
fn an_appliance_that_asks_to_be_left_alone_is() {
    let mut console = Watched::new(false);
    console.wait(20);
    console.script = Script::Rests(Duration::from_secs(25));
    console.wait(30);
    console.asked.clear();
    console.wait(250);
    // Once in 25 to 30 seconds.
    assert!(
        (8..=10).contains(&console.asked.len()),
        "{:?}",
        console.asked
    );
    console.script = Script::Breaks(Resource::Budgets, ErrorKind::Failed);
    console.wait_for("budgets failed 3 times: no luck", 120);
}

/// None known is not none.
#[test]
fn machines_that_were_never_told_are_not_counted() {
    let script = Script::Breaks(Resource::Machines, ErrorKind::Failed);
    let mut console = Watched::with_seed(false, 1, script);
    console.wait(60);
    console.assert_shows("its machines are not known yet");
    assert!(!console.screen().contains("0 of 0"), "{}", console.screen());
    assert!(
        !console.screen().contains("0 would"),
        "{}",
        console.screen()
    );
    console.press("2");
    console.assert_shows("ingress       ✓ ready              ?       ?         ?      ?");
}

#[test]
fn a_refused_key_is_tried_slowly() {
    let mut console = Watched::with_seed(false, 1, Script::Fails(ErrorKind::Unauthorized));
    console.wait(60);
    console.asked.clear();
    console.wait(600);
    assert!(
        (10..=20).contains(&console.asked.len()),
        "{}",
        console.asked.len()
    );
    console.assert_shows("KEY REFUSED");
    console.assert_shows("no answer yet: no luck");
}

#[test]
fn one_list_that_fails_hides_no_other() {
    let mut console = Watched::new(false);
    console.wait(10);
    let failing = |request: &Request| Resource::of(request) == Some(Resource::Budgets);
    for _ in 0..120 {
        console.now += TICK;
        for effect in update(&mut console.model, Message::Tick(TICK)) {
            let Effect::Ask(request) = effect else {
                continue;
            };
            let reply = if failing(&request) {
                Err(appliance::Error::new(ErrorKind::Failed, "no luck"))
            } else {
                console.answer(&request).unwrap()
            };
            let more = update(&mut console.model, Message::Replied(request, reply));
            assert!(
                more.iter()
                    .all(|effect| !matches!(effect, Effect::Ask(request) if failing(request)))
            );
            console.carry_out(more);
        }
    }
    console.assert_shows("LIVE");
    console.press("7");
    console.assert_shows("budgets failed (try");
}

#[test]
fn what_an_appliance_does_not_tell_is_not_asked_again() {
    let kept = [Resource::Budgets, Resource::Log].into();
    let mut console = Watched::with_seed(false, 1, Script::Keeps(kept));
    console.wait(600).press("<ctrl-r>").wait(60);
    assert_eq!(console.times(Resource::Budgets).len(), 1);
    assert_eq!(console.times(Resource::Log).len(), 1);
    // Another one may answer after it was away.
    console.script = Script::Fails(ErrorKind::Unreachable);
    console.wait(60);
    console.script = Script::Answers;
    console.wait(60);
    assert!(console.times(Resource::Budgets).len() > 1);
}
