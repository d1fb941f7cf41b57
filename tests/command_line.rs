//! The command line as its users meet it: answers, refusals, exit codes.

use serde_json::Value;
use tests::{ScenarioFile, meltdeck, root};

const SMALL: &str = r#"
[hardware.h]
update = { exponential = { mean = "5m" } }
fails = { update = "2%" }
[[pools]]
name = "p"
machines = 12
hardware = "h"
max_unavailable = 3
[[steps]]
at = "+1m"
do = "apply"
pool = "p"
"#;

#[test]
fn without_a_command_it_shows_the_demo_fleet_and_what_to_do_next() {
    let said = meltdeck::<&str>([]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    insta::assert_snapshot!("overview", said.out);
    assert!(
        said.out.lines().all(|line| line.chars().count() <= 80),
        "80 columns"
    );
    assert!(said.out.lines().count() <= 24, "24 lines");
}

#[test]
fn help_names_every_command_and_exits_0() {
    let said = meltdeck(["--help"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for command in ["rehearse", "replay", "validate", "selftest"] {
        assert!(said.out.contains(command), "{command}");
    }
}

#[test]
fn a_wrong_question_exits_2_and_leaves_the_output_empty() {
    let file = ScenarioFile::new("wrong-question", SMALL);
    let path = file.path().to_str().unwrap();
    let questions: [&[&str]; 11] = [
        &["rehearse", path, "--precision", "0.01%"],
        &["rehearse", path, "--precision", "2"],
        &["rehears"],
        &["rehearse"],
        &["rehearse", "/nowhere/to/be/found.toml"],
        &["rehearse", path, "--runs", "0"],
        &["rehearse", path, "--runs", "-3"],
        &["rehearse", path, "--threads", "0"],
        &["rehearse", path, "--seed", "x"],
        &["rehearse", path, "-o", "yaml"],
        &["replay", path, "--run", "-1"],
    ];
    for question in questions {
        let said = meltdeck(question);
        assert_eq!(said.code, 2, "{question:?}");
        assert_eq!(said.out, "", "{question:?}");
        assert!(!said.err.is_empty(), "{question:?}");
    }
}

#[test]
fn the_forecasts_fields_are_the_documented_ones() {
    let file = ScenarioFile::new("fields", SMALL);
    let path = file.path().to_str().unwrap();
    let said = meltdeck([
        "rehearse", path, "--runs", "400", "--seed", "9", "-o", "json",
    ]);
    let forecast: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(forecast["seed"], 9);
    assert_eq!(forecast["runs"], 400);
    let share = |of: &Value| of.as_f64().unwrap();
    let unfinished = &forecast["unfinished"];
    let all = share(&forecast["finished"]["share"])
        + share(&unfinished["halted"]["share"])
        + share(&unfinished["stalled"]["share"])
        + share(&unfinished["horizon"]["share"]);
    assert!((all - 1.0).abs() < 1e-12);
    assert!(share(&unfinished["halted"]["share"]) > 0.1);
    assert_eq!(forecast["duration_s"]["p99"], Value::Null);
    assert_eq!(forecast["lower_bound_s"]["p99"], Value::Null);
    let interval = &forecast["duration_s"]["interval"];
    assert_eq!(interval["p99"]["high"], "never");
    let p50 = forecast["duration_s"]["p50"].as_f64();
    assert!(interval["p50"]["low"].as_f64() < p50 && p50 < interval["p50"]["high"].as_f64());
    let finished = &forecast["finished"];
    assert!(share(&finished["low"]) < share(&finished["share"]));
    assert!(share(&finished["share"]) < share(&finished["high"]));
    assert!(forecast["duration_s"]["max"].as_f64() > forecast["duration_s"]["min"].as_f64());
    let pool = &forecast["pools"]["p"];
    assert_eq!(pool["finished"], forecast["finished"]);
    assert_eq!(pool["rollouts"][0]["requested_s"], 60);
    assert_eq!(pool["rollouts"][0]["revision"], 2);
    let from_request = pool["rollouts"][0]["duration_s"]["p50"].as_f64().unwrap();
    assert!((forecast["duration_s"]["p50"].as_f64().unwrap() - from_request - 60.0).abs() < 1e-9);
}

#[test]
fn the_notable_runs_are_what_their_replays_tell() {
    let file = ScenarioFile::new("notable", SMALL);
    let path = file.path().to_str().unwrap();
    let said = meltdeck(["rehearse", path, "--runs", "100", "-o", "json"]);
    let forecast: Value = serde_json::from_str(&said.out).unwrap();
    let outcome = |run: &Value| -> Value {
        let said = meltdeck(["replay", path, "-o", "json", "--run", &run.to_string()]);
        serde_json::from_str(said.out.lines().last().unwrap()).unwrap()
    };
    let notable = &forecast["notable_runs"];
    assert_eq!(
        outcome(&notable["median"])["duration_s"],
        forecast["duration_s"]["p50"]
    );
    assert_eq!(
        outcome(&notable["worst"])["duration_s"],
        forecast["duration_s"]["max"]
    );
    assert_eq!(outcome(&notable["first_unfinished"])["ending"], "halted");
}

#[test]
fn a_replay_begins_with_the_whole_state_and_ends_with_the_outcome() {
    let file = ScenarioFile::new("replay", SMALL);
    let path = file.path().to_str().unwrap();
    let said = meltdeck(["replay", path, "-o", "json", "--seed", "4", "--run", "3"]);
    let lines: Vec<Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let first = &lines[0];
    assert_eq!(first["schema_version"], 1);
    assert_eq!(
        (&first["seed"], &first["run"]),
        (&Value::from(4), &Value::from(3))
    );
    assert_eq!(first["scenario_hash"].as_str().unwrap().len(), 64);
    assert_eq!(
        first["initial_state"]["machines"].as_array().unwrap().len(),
        12
    );
    assert_eq!(lines.last().unwrap()["kind"], "outcome");
    let times: Vec<f64> = lines[1..]
        .iter()
        .map(|line| line["t_s"].as_f64().unwrap())
        .collect();
    assert!(times.is_sorted());
    assert_eq!(lines[1]["at"], "2026-01-05T00:01:00+00:00");
}

#[test]
fn the_self_test_exits_0_and_prints_every_case() {
    let said = meltdeck(["selftest", "-o", "json"]);
    assert_eq!(said.code, 0);
    let cases: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    let fields = [
        "case",
        "title",
        "source",
        "settings",
        "expected",
        "got",
        "tolerance",
        "samples",
        "passed",
    ];
    for case in &cases {
        assert!(fields.iter().all(|field| !case[field].is_null()), "{case}");
        assert_eq!(case["passed"], true, "{case}");
    }
    assert!(cases.iter().any(|case| case["case"] == "V-17 n=100 p=1%"));
}

#[test]
fn every_text_fits_eighty_columns() {
    let long = "a-pool-with-a-name-that-is-longer-than-any-column-of-the-report-and-goes-on-and-on";
    let text = format!(
        "horizon = \"300d\"\n[hardware.h]\nupdate = \"146d\"\n[[pools]]\nname = \"{long}\"\nmachines = 1\nhardware = \"h\"\n[[steps]]\nat = \"+100d\"\ndo = \"apply\"\npool = \"{long}\"\n"
    );
    let file = ScenarioFile::new("wide", &text);
    let path = file.path().to_str().unwrap();
    let demo = root().join("scenarios/demo-fleet.toml");
    let questions: [&[&str]; 6] = [
        &["selftest"],
        &["--help"],
        &["rehearse", "--help"],
        &["rehearse", path, "--runs", "3"],
        &["rehearse", demo.to_str().unwrap(), "--runs", "3"],
        &["console", "--scenario", demo.to_str().unwrap()],
    ];
    for question in questions {
        let said = meltdeck(question);
        assert_eq!(said.code, 0, "{question:?}");
        for line in said.out.lines() {
            assert!(line.chars().count() <= 100, "{question:?}: {line}");
            let is_help = question.contains(&"--help");
            assert!(
                is_help || line.chars().count() <= 80,
                "{question:?}: {line}"
            );
        }
    }
}

#[test]
fn the_demo_fleet_is_one_of_the_scenarios() {
    let file = root().join("scenarios/demo-fleet.toml");
    assert_eq!(meltdeck(["validate".as_ref(), file.as_os_str()]).code, 0);
}
