//! The project's own scenarios: each is loaded, run and summarised.

use serde_json::Value;
use tests::{Said, meltdeck, scenarios};

fn rehearse(file: &std::path::Path, options: &[&str]) -> Said {
    let args = ["rehearse".into(), file.as_os_str().to_owned()];
    meltdeck(args.into_iter().chain(options.iter().map(Into::into)))
}

fn forecast(name: &str, options: &[&str]) -> Value {
    let file = tests::root().join("scenarios").join(name);
    let said = rehearse(&file, &[&["-o", "json"], options].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn every_scenario_tells_its_story_first() {
    for file in scenarios() {
        let text = std::fs::read_to_string(&file).unwrap();
        let comment = text
            .lines()
            .take_while(|line| line.starts_with('#'))
            .count();
        assert!(comment >= 2, "{}", file.display());
    }
}

#[test]
fn every_scenario_has_the_summary_that_was_accepted() {
    for file in scenarios() {
        let said = rehearse(&file, &["--runs", "200"]);
        assert_eq!(
            (said.code, said.err.as_str()),
            (0, ""),
            "{}",
            file.display()
        );
        // Each pool beyond the second may add its own few lines to a screen.
        let pools = said.out.matches("\npool ").count();
        let screen = 24 + 4 * pools.saturating_sub(2);
        assert!(
            said.out.lines().count() <= screen,
            "{} is no screen",
            file.display()
        );
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        insta::assert_snapshot!(format!("summary__{name}"), said.out);
    }
}

#[test]
fn openshifts_documented_estimates_are_met_to_the_second() {
    for (name, seconds) in [
        ("openshift-estimate.toml", 5400),
        ("openshift-estimate-two-at-once.toml", 4500),
    ] {
        let forecast = forecast(name, &[]);
        for statistic in ["p50", "p90", "p99", "mean", "min", "max"] {
            assert_eq!(
                forecast["duration_s"][statistic], seconds,
                "{name} {statistic}"
            );
        }
        assert_eq!(forecast["finished"]["share"], 1.0);
    }
}

/// 95,888 ± 14 s is the mean on which nine engines agree. The standard deviation of a run is about 1,150 s, so that of
/// the mean of 1,000 runs is 36 s.
#[test]
fn the_reference_pool_has_its_known_mean() {
    let forecast = forecast("reference-pool.toml", &["--runs", "1000"]);
    let mean = forecast["duration_s"]["mean"].as_f64().unwrap();
    assert!((mean - 95_888.0).abs() < 3.0 * 36.0 + 14.0, "{mean}");
}
