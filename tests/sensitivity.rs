//! Which input moves the finish most, as it is printed.

use serde_json::Value;
use tests::{ScenarioFile, meltdeck, root};

fn told(args: &[&str]) -> String {
    let said = meltdeck(args);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{args:?}");
    for line in said.out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    said.out
}

#[test]
fn it_fits_a_screen_and_full_tells_all() {
    let file = root().join("scenarios/stateful-databases.toml");
    let args = [
        "rehearse",
        file.to_str().unwrap(),
        "--sensitivity",
        "--runs",
        "40",
    ];
    let screen = told(&args);
    assert!(screen.lines().count() <= 24, "{screen}");
    insta::assert_snapshot!("screen", screen);
    let full = told(&[&args[..], &["--full"]].concat());
    insta::assert_snapshot!("full", full);
}

/// Twenty workloads, each with a time of its own: more inputs than fit.
#[test]
fn many_inputs_fit_a_screen_too() {
    let mut text = "[[pools]]\nname = \"p\"\nmachines = 4\ncapacity = { pods = 30 }\nretries = 1\nhalt_after = \"never\"\n[hardware.vm]\nhangs = { os = \"1%\" }\ntimeouts = { boot = \"none\" }\n[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = \"p\"\n".to_owned();
    text.extend((1..=20).map(|number| {
        format!(
            "[[workloads]]\nname = \"service-with-a-long-name-{number}\"\nreplicas = 4\nbudget = {{ max_unavailable = 1 }}\nresync = {{ uniform = {{ min = \"1s\", max = \"{number}m\" }} }}\n"
        )
    }));
    let file = ScenarioFile::new("many", &text);
    let screen = told(&[
        "rehearse",
        file.path().to_str().unwrap(),
        "--sensitivity",
        "--runs",
        "20",
    ]);
    assert!(screen.lines().count() <= 24, "{screen}");
    // The first line has the name of the file, which is another one each time.
    insta::assert_snapshot!("many", screen.split_once('\n').unwrap().1);
}

#[test]
fn what_is_certain_and_what_rolls_nothing_out_are_told_as_such() {
    let certain = root().join("scenarios/openshift-estimate.toml");
    let said = told(&["rehearse", certain.to_str().unwrap(), "--sensitivity"]);
    assert!(said.contains("nothing in it is uncertain"), "{said}");
    let idle = ScenarioFile::new("idle", "[[pools]]\nname = \"p\"\nmachines = 1\n");
    let said = told(&["rehearse", idle.path().to_str().unwrap(), "--sensitivity"]);
    assert!(said.contains("there is no rollout to forecast"), "{said}");
}

#[test]
fn its_base_is_the_forecast_and_threads_change_nothing() {
    let file = root().join("scenarios/monthly-image.toml");
    let path = file.to_str().unwrap();
    let args = [
        "rehearse", path, "--runs", "24", "--seed", "5", "-o", "json",
    ];
    let json = |more: &[&str]| told_json(&[&args[..], more].concat());
    let one = json(&["--sensitivity", "--threads", "1"]);
    assert_eq!(one, json(&["--sensitivity", "--threads", "2"]));
    let forecast = json(&[]);
    assert_eq!(one["base"]["p90_s"], forecast["duration_s"]["p90"]);
    assert_eq!(one["base"]["finish"], forecast["finish"]["p90"]);
    assert_eq!(one["base"]["finished"], forecast["finished"]);
    let elsewhere = json(&["--sensitivity", "--timezone", "Asia/Tokyo"]);
    assert_eq!(elsewhere["timezone"], "Asia/Tokyo");
    assert!(
        elsewhere["base"]["finish"]
            .as_str()
            .unwrap()
            .ends_with("+09:00")
    );
}

fn told_json(args: &[&str]) -> Value {
    let said = meltdeck(args);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{args:?}");
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn it_goes_with_no_other_way_to_make_runs() {
    let file = ScenarioFile::new("alone", "[[pools]]\nname = \"p\"\nmachines = 1\n");
    let path = file.path().to_str().unwrap();
    for other in [
        &["--shard", "1/2"][..],
        &["--merge", path],
        &["--against", path],
        &["--precision", "2%"],
    ] {
        let said = meltdeck([&["rehearse", path, "--sensitivity"], other].concat());
        assert_eq!(said.code, 2, "{other:?}");
        assert!(said.err.contains("cannot be used with"), "{}", said.err);
    }
}
