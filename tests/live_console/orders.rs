//! Orders to a live appliance: none without leave, none on what is old, none twice, and each followed to its end.

use appliance::ErrorKind;
use proptest::prelude::*;
use tui::console::message::{Effect, Message};
use tui::console::update::update;

use super::{Script, Watched};

const APPLY: &str = "5/storage<enter>ja<tab><enter>";

fn ordered(console: &Watched) -> usize {
    let asked = console.asked.iter();
    asked.filter(|(_, request)| request.is_order()).count()
}

#[test]
fn a_read_only_console_says_why_it_gives_no_order() {
    let mut console = Watched::new(false);
    console.wait(10).press(APPLY);
    console.assert_shows("RO");
    console.assert_shows("read-only: meltdeck console --write gives orders");
    console.press("m");
    assert!(console.model.menu.is_none() && console.model.dialog.is_none());
    assert_eq!(ordered(&console), 0);
}

#[test]
fn an_order_is_given_once_and_its_operation_followed_to_its_end() {
    let mut console = Watched::new(true);
    console.wait(10).press("5/storage<enter>ja");
    console.assert_shows("context  prod");
    console.press("<tab><enter>").wait(10);
    assert_eq!(ordered(&console), 1);
    console.let_fleet_run(2 * 24 * 3600);
    console.wait_for("operation 4 succeeded", 10);
    console.press("4G<enter>").wait(2);
    console.assert_shows("nest.example/ui/orgs/0b9a7c1e-0000-4000-8000-00000000000f");
}

#[test]
fn what_cannot_be_saved_only_offers_no_button_for_it() {
    for (script, is_offered) in [(Script::Answers, true), (Script::DocumentedOnly, false)] {
        let mut console = Watched::with_seed(true, 1, script);
        console.wait(10).press("2mv1.33<enter>");
        console.assert_shows("to       1.33");
        assert_eq!(console.screen().contains("[ Save ]"), is_offered);
        // Neither does the way to the button that does it go over one that is not there.
        if !is_offered {
            console.press("<tab><enter>");
            assert_eq!(ordered(&console), 1);
        }
    }
}

#[test]
fn the_public_api_is_told_a_minor_version_and_what_it_does_not_do_is_no_offer() {
    let mut console = Watched::new(true);
    console.wait(10).press("2mv");
    console.assert_shows("the Kubernetes version, as 1.33.5");
    let mut console = Watched::with_seed(true, 1, Script::DocumentedOnly);
    console.wait(10).press("2mv");
    console.assert_shows("the minor version, as 1.34: the platform chooses the patch");
    console.press("1.34.2<enter>");
    console.assert_shows("takes a minor version");
    assert!(console.model.dialog.is_none());
    console.press("<ctrl-u>1.34<enter>");
    console.assert_shows("to       1.34");
    console.press("<esc><esc>");
    let line = |console: &Watched, letter: &str| {
        let menu = console.model.menu.as_ref().unwrap();
        let mut lines = console.model.lines_of(menu).into_iter();
        let line = lines.find(|line| line.text.starts_with(letter)).unwrap();
        (line.is_faint, line.text)
    };
    console.press("3m");
    for (letter, why) in [
        ("h", "no: meltcloud's public API cannot hold a machine back"),
        ("r", "no: meltcloud's public API cannot take a machine out"),
        ("b", "no: no appliance boots a machine"),
    ] {
        let (is_faint, text) = line(&console, letter);
        assert!(is_faint && text.contains(why), "{text}");
    }
    for letter in ["n", "l", "p", "a"] {
        assert!(!line(&console, letter).0, "{letter}");
    }
    console.press("r");
    console.assert_shows("out of its pool: its web console");
    console.press("<esc>2m");
    let (is_faint, text) = line(&console, "i");
    assert!(
        is_faint && text.contains("chooses no machine image"),
        "{text}"
    );
    assert_eq!(ordered(&console), 0);
}

#[test]
fn an_order_that_got_no_answer_is_not_repeated_and_says_what_may_have_become_of_it() {
    let mut console = Watched::new(true);
    console.wait(10).press("5/storage<enter>ja");
    console.script = Script::Fails(ErrorKind::Unanswered);
    console.press("<tab><enter>").wait(600);
    assert_eq!(ordered(&console), 1);
    console.assert_shows("may have been carried out");
}

#[test]
fn an_order_made_from_what_is_old_is_not_sent() {
    let mut console = Watched::new(true);
    console.wait(10).press("5/storage<enter>ja");
    console.script = Script::Hangs;
    console.wait(200).press("<tab>");
    console.assert_shows("is 3m old");
    console.press("<tab><enter>");
    assert_eq!(ordered(&console), 0);
    console.press("<esc>");
    console.script = Script::Fails(ErrorKind::Unreachable);
    for request in console.model.asked.clone() {
        let reply = Err(appliance::Error::new(ErrorKind::Unreachable, "no luck"));
        let effects = update(&mut console.model, Message::Replied(request, reply));
        console.carry_out(effects);
    }
    console.press("a<tab><enter>");
    assert_eq!(ordered(&console), 0);
    console.assert_shows("the appliance does not answer");
}

#[test]
fn what_only_a_simulated_fleet_has_says_why() {
    let mut console = Watched::new(true);
    console.wait(10);
    for (key, why) in [
        ("<space>", "nobody's to drive"),
        (".", "nobody's to drive"),
        ("+", "nobody's to drive"),
        ("}", "nobody's to drive"),
        ("$", "no run of a rehearsal"),
    ] {
        console.press(key);
        console.assert_shows(why);
        console.wait(20);
    }
    console.model.size = (80, 60);
    console.press("?");
    console.assert_shows("no: a live appliance's clock is nobody's to drive");
}

proptest! {
    #![proptest_config(tests::same_cases(60))]

    #[test]
    fn no_keys_order_anything_on_a_read_only_console(
        keys in prop::collection::vec("[a-zA-Z0-9$/?.+{}\\[\\]=-]|<enter>|<tab>|<esc>|<space>|<down>|<up>|<ctrl-r>|<ctrl-d>", 1..120),
        starts in "[2-7]",
    ) {
        let mut console = Watched::new(false);
        console.wait(5).press(&starts).press(&keys.concat());
        prop_assert_eq!(ordered(&console), 0);
        let effects = update(&mut console.model, Message::Tick(super::TICK));
        let is_question = |effect: &Effect| !matches!(effect, Effect::Ask(request) if request.is_order());
        prop_assert!(effects.iter().all(is_question));
    }
}
