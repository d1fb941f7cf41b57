//! `meltdeck windows` and what `validate` says about windows, as their users meet them.

use serde_json::{Value, json};
use tests::{Said, ScenarioFile, meltdeck, root};

const THREE_POOLS: &str = r#"
starts = "2026-03-27 00:00 Europe/Zurich"
horizon = "30d"
[[pools]]
name = "nightly"
machines = 2
[[pools]]
name = "weekly"
machines = 2
[[pools]]
name = "free"
machines = 2
[[windows]]
name = "small hours"
pool = "nightly"
opens = "daily 01:30"
for = "1h"
rule = "wall-clock"
[[windows]]
pool = "weekly"
opens = "Sat 22:00"
for = "8h"
except = ["2026-04-05"]
timezone = "Asia/Kathmandu"
[[windows]]
name = "early"
pool = "weekly"
opens = "Sat 20:00"
for = "3h"
timezone = "Asia/Kathmandu"
"#;

fn windows(name: &str, text: &str, options: &[&str]) -> Said {
    let file = ScenarioFile::new(name, text);
    let args = ["windows".into(), file.path().as_os_str().to_owned()];
    meltdeck(args.into_iter().chain(options.iter().map(Into::into)))
}

#[test]
fn the_openings_are_a_table_for_each_pool() {
    let said = windows("table", THREE_POOLS, &["--count", "3"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!("windows__text", said.out);
    let elsewhere = ["--count", "3", "--timezone", "America/New_York"];
    let said = windows("table", THREE_POOLS, &elsewhere);
    insta::assert_snapshot!("windows__text_elsewhere", said.out);
}

#[test]
fn programs_get_a_list_with_utc_and_local_times() {
    let options = ["--from", "2026-03-29", "--count", "2", "-o", "json"];
    let said = windows("json", THREE_POOLS, &options);
    let list: Value = serde_json::from_str(&said.out).unwrap();
    let pools: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["pool"])
        .collect();
    assert_eq!(pools, ["nightly", "nightly", "weekly", "weekly"]);
    assert_eq!(
        list[0],
        json!({
            "pool": "nightly",
            "start": "2026-03-29T00:30:00Z",
            "end": "2026-03-29T01:00:00Z",
            "minutes": 30,
            "local_start": "2026-03-29T01:30:00+01:00",
            "local_end": "2026-03-29T03:00:00+02:00",
            "timezone": "Europe/Zurich",
            "rule": "wall-clock",
        })
    );
    // Saturday's is told whole although it began before; the next is cut at the midnight of an excluded Sunday.
    assert_eq!(list[2]["local_start"], "2026-03-28T20:00:00+05:45");
    assert_eq!(list[2]["minutes"], 600);
    assert_eq!(list[3]["local_start"], "2026-04-04T20:00:00+05:45");
    assert_eq!(list[3]["local_end"], "2026-04-05T00:00:00+05:45");
    assert_eq!(list[3]["rule"], "elapsed");
    let elsewhere = [&options[..], &["--timezone", "America/New_York"]].concat();
    assert_eq!(windows("json", THREE_POOLS, &elsewhere).out, said.out);
}

#[test]
fn fractions_of_a_minute_are_told_and_no_piece_is_empty() {
    let text = "[[pools]]\nname = \"p\"\nmachines = 1\n[[windows]]\ncron = \"*/30 * * * *\"\nfor = \"90s\"\n";
    let said = windows("fraction", text, &["-o", "json", "--count", "100"]);
    let list: Value = serde_json::from_str(&said.out).unwrap();
    let minutes = list
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["minutes"]);
    assert!(minutes.clone().count() == 100);
    assert!(minutes.into_iter().all(|minutes| *minutes == 1.5));
}

#[test]
fn a_date_may_have_a_time_and_a_zone() {
    let start = |from: &str| {
        let options = ["--from", from, "--count", "1", "-o", "json"];
        let said = windows("from", THREE_POOLS, &options);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{from}");
        let list: Value = serde_json::from_str(&said.out).unwrap();
        list[0]["start"].as_str().unwrap().to_owned()
    };
    let today = "2026-03-28T00:30:00Z";
    let tomorrow = "2026-03-29T00:30:00Z";
    assert_eq!(start("2026-03-28"), today);
    assert_eq!(start("2026-03-28T02:29"), today);
    assert_eq!(start("2026-03-28T02:30"), tomorrow);
    assert_eq!(start("2026-03-28 02:30"), tomorrow);
    assert_eq!(start("2026-03-28T01:29Z"), today);
    assert_eq!(start("2026-03-28T02:30+01:00"), tomorrow);
    assert_eq!(start("2026-03-28 07:14 Asia/Kathmandu"), today);
    assert_eq!(start("2026-03-28 Europe/Zurich"), today);
    assert_eq!(start("2025-12-31"), "2025-12-31T00:30:00Z");
}

#[test]
fn a_wrong_question_exits_2() {
    let questions: [&[&str]; 7] = [
        &["--from", "yesterday"],
        &["--from", "2026-02-30"],
        &["--from", "2026-03-28 12:00 Europe/Zurch"],
        &["--count", "0"],
        &["--count", "10001"],
        &["--timezone", "Europe/Zurch"],
        &["-o", "yaml"],
    ];
    for question in questions {
        let said = windows("question", THREE_POOLS, question);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{question:?}");
        assert!(!said.err.is_empty(), "{question:?}");
    }
    let said = windows("question", THREE_POOLS, &["--timezone", "Europe/Zurch"]);
    assert!(
        said.err.contains("did you mean \"Europe/Zurich\"?"),
        "{}",
        said.err
    );
}

#[test]
fn what_never_opens_says_so() {
    let text =
        "[[pools]]\nname = \"p\"\nmachines = 1\n[[windows]]\ncron = \"0 0 30 2 *\"\nfor = \"1h\"\n";
    let said = windows("never", text, &[]);
    assert_eq!(
        (said.code, said.out.as_str()),
        (0, "pool p\n  never opens from then on\n")
    );
    assert_eq!(windows("never", text, &["-o", "json"]).out, "[]\n");
}

#[test]
fn the_tables_fit_eighty_columns() {
    let name =
        "a-name-that-is-longer-than-any-column-of-the-table-and-goes-on-and-on-and-on-and-on";
    let text = format!(
        "[[pools]]\nname = \"{name}\"\nmachines = 1\n[[windows]]\nname = \"{name}\"\nopens = \"Sat 22:00:10\"\nfor = \"31d\"\ntimezone = \"Asia/Kathmandu\"\n[[windows]]\nname = \"{name}-2\"\nopens = \"last Fri 22:00\"\nfor = \"31d\"\n"
    );
    let said = windows("wide", &text, &["--count", "20"]);
    assert_eq!(said.code, 0);
    for line in said.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn validate_warns_and_still_says_yes() {
    let text = format!(
        "{THREE_POOLS}[[windows]]\npool = \"free\"\nopens = \"daily 02:00\"\nfor = \"1h\"\nrule = \"wall-clock\"\n"
    );
    let file = ScenarioFile::new("warned", &text);
    let said = meltdeck(["validate".as_ref(), file.path().as_os_str()]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let lines: Vec<_> = said.out.lines().collect();
    assert_eq!(
        lines[0],
        "warning: window 4 does not open on Sun 2026-03-29 02:00: a clock change skips the whole of it"
    );
    assert!(lines[1].contains(": valid: 6 machines"), "{}", lines[1]);
}

#[test]
fn the_version_names_the_zone_database() {
    let said = meltdeck(["--version"]);
    let version = said.out.trim_end();
    assert!(
        version.starts_with("meltdeck 0.1.0 (time zones: IANA 20"),
        "{version}"
    );
    assert!(version.ends_with(", bundled)"), "{version}");
}

#[test]
fn the_scenarios_about_windows_have_theirs() {
    let file = root().join("scenarios/dst-weekend.toml");
    let said = meltdeck(["windows".as_ref(), file.as_os_str()]);
    let lengths: Vec<_> = said
        .out
        .lines()
        .filter(|line| line.contains("2026-03-28"))
        .map(|line| if line.contains("8h 00m") { 8 } else { 7 })
        .collect();
    assert_eq!(lengths, [8, 7]);
    for remark in [
        "closes 1h 00m 00s later in its zone: clock change",
        "1h 00m 00s shorter: clock change",
    ] {
        assert_eq!(said.out.matches(remark).count(), 1, "{remark}");
    }
}
