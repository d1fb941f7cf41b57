//! Every view as a picture, at 80×24 and at 120×40.

use tests::Console;

/// Views, and the keys that lead to them.
const VIEWS: [(&str, &str); 15] = [
    ("overview", ""),
    ("pools", "2"),
    ("machines", "3/work<enter>"),
    ("machine", "3/workers-17<enter><enter>"),
    ("held_machine", "3/workers-18<enter><enter>"),
    ("revisions", "5"),
    ("operations", "4"),
    ("operation", "4j<enter>"),
    ("running_operation", "4<enter>"),
    ("log", "6"),
    ("budgets", "7"),
    ("budget_details", "7i"),
    ("help", "?"),
    ("details_and_marks", "2xxji"),
    ("apply_dialog", "5/storage<enter>ja"),
];

#[test]
fn every_view_at_80_by_24() {
    for (name, keys) in VIEWS {
        let mut console = Console::on_demo_fleet((80, 24));
        insta::assert_snapshot!(format!("80x24__{name}"), console.press(keys).screen());
    }
}

#[test]
fn every_view_at_120_by_40() {
    for (name, keys) in VIEWS {
        let mut console = Console::on_demo_fleet((120, 40));
        insta::assert_snapshot!(format!("120x40__{name}"), console.press(keys).screen());
    }
}

#[test]
fn what_is_selected_is_in_reverse_video_and_a_state_has_its_colour() {
    let mut console = Console::on_demo_fleet((60, 20));
    insta::assert_snapshot!(
        "styles__pools",
        format!("{:?}", console.press("2j").buffer())
    );
}

#[test]
fn ascii_is_ascii() {
    let mut console = Console::on_demo_fleet((80, 24));
    console.model.glyphs = tui::console::model::Glyphs::Ascii;
    for (name, keys) in VIEWS {
        let screen = console.press("1").press(keys).screen();
        assert!(screen.is_ascii(), "{name}\n{screen}");
        console.press("<esc><esc><esc>");
    }
}

#[test]
fn sixty_by_twenty_still_says_what_matters() {
    let mut console = Console::on_demo_fleet((60, 20));
    let screen = console.press("3/boards-5<enter>").screen();
    assert!(
        screen.contains("boards-5") && screen.contains("unreachable"),
        "{screen}"
    );
}
