//! What `rehearse` says of maintenance windows, in the operator's zone.

use serde_json::Value;
use tests::{Said, ScenarioFile, meltdeck, root};

fn rehearse(path: &std::path::Path, options: &[&str]) -> Said {
    let mut args = vec!["rehearse", path.to_str().unwrap(), "--runs", "20"];
    args.extend(options);
    meltdeck(args)
}

#[test]
fn dates_are_in_the_zone_that_is_asked_for() {
    let file = root().join("scenarios/dst-weekend.toml");
    let finish = |options: &[&str]| {
        let said = rehearse(&file, &[&["-o", "json"], options].concat());
        let forecast: Value = serde_json::from_str(&said.out).unwrap();
        let zone = forecast["timezone"].as_str().unwrap().to_owned();
        let at = forecast["finish"]["p50"].as_str().unwrap().to_owned();
        (zone, at)
    };
    let told = |zone: &str, at: &str| (zone.to_owned(), at.to_owned());
    assert_eq!(
        finish(&[]),
        told("Europe/Zurich", "2026-04-04T22:22:00+02:00")
    );
    assert_eq!(
        finish(&["--timezone", "Asia/Kathmandu"]),
        told("Asia/Kathmandu", "2026-04-05T02:07:00+05:45")
    );
    let text = rehearse(&file, &["--timezone", "UTC"]).out;
    assert!(text.contains("· dates in UTC · 95 % intervals\n"), "{text}");
    let full = rehearse(&file, &["--timezone", "UTC", "--full"]).out;
    assert!(full.contains("window Sat 2026-03-28 21:00–Sun 2026-03-29 05:00: fits"));
    let wrong = rehearse(&file, &["--timezone", "Europe/Zurych"]);
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    assert!(
        wrong.err.contains("did you mean \"Europe/Zurich\""),
        "{}",
        wrong.err
    );
}

/// The two pools of the scenario have the same window by two rules, of eight hours and of seven.
#[test]
fn a_window_that_a_clock_change_shortens_does_not_fit_what_the_other_fits() {
    let file = root().join("scenarios/dst-weekend.toml");
    let said = rehearse(&file, &["-o", "json"]);
    let forecast: Value = serde_json::from_str(&said.out).unwrap();
    let fit = |pool: &str| {
        let window = &forecast["pools"][pool]["rollouts"][0]["window"];
        let updated = window["at_close"]["updated"].as_f64().unwrap();
        (window["fits"]["share"].as_f64().unwrap(), updated)
    };
    assert_eq!(fit("elapsed"), (1.0, 20.0));
    assert_eq!(fit("wall-clock"), (0.0, 19.0));
}

#[test]
fn a_rollout_without_a_window_never_starts_and_says_why() {
    let pool = |name: &str, window: &str| {
        format!(
            "[[pools]]\nname = \"{name}\"\nmachines = 3\n[[windows]]\npool = \"{name}\"\n{window}\n[[steps]]\nat = \"+1h\"\ndo = \"apply\"\npool = \"{name}\"\n"
        )
    };
    let text = [
        pool("late", "opens = \"last Fri 22:00\"\nfor = \"4h\""),
        pool("none", "cron = \"0 0 30 2 *\"\nfor = \"4h\""),
        pool(
            "short",
            "opens = \"22:00\"\nfor = \"2m\"\nend = \"must-fit\"",
        ),
    ]
    .concat();
    let file = ScenarioFile::new("never", &text);
    let said = rehearse(file.path(), &["--full"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let reasons: Vec<_> = said.out.split("never starts: ").skip(1).collect();
    assert_eq!(reasons.len(), 3, "{}", said.out);
    assert!(reasons[0].starts_with("no window opens before the horizon"));
    assert!(reasons[1].starts_with("no window opens any more"));
    assert!(reasons[2].starts_with("not one machine fits any of its windows"));
    for line in said.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let warned = meltdeck(["validate".as_ref(), file.path().as_os_str()]);
    assert_eq!(warned.code, 0);
    let too_short = "pool short: its windows, the longest of 2m 00s, are too short";
    assert!(warned.out.contains(too_short), "{}", warned.out);
}
