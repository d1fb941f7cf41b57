//! `meltdeck get` of all contexts: what each tells is one list, and none hides another. And of which zone dates are.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

use super::{Home, ORGANIZATION, Said, Served, context};

const FLEET: &str = r#"
    [hardware.h]
    update = "1m"
    [[clusters]]
    name = "prod"
    [[pools]]
    name = "workers"
    cluster = "prod"
    machines = 2
    hardware = "h"
    [[windows]]
    pool = "workers"
    opens = "00:00"
    for = "6h"
"#;

/// Two fleets that are served, one of them by the public API alone; and a home in which both are contexts.
struct Two {
    home: Home,
    served: [Served; 2],
    contexts: String,
}

impl Two {
    fn new() -> Self {
        let home = Home::new();
        let whole = home.path("whole.toml");
        let other = home.path("other.toml");
        fs::write(&whole, FLEET).unwrap();
        fs::write(&other, FLEET.replace("workers", "gpu")).unwrap();
        let served = [
            Served::of(&home, &whole, &[]),
            Served::of(&home, &other, &["--documented-only"]),
        ];
        let contexts = [("whole", &served[0]), ("public", &served[1])].map(|(name, served)| {
            let endpoint = format!("endpoint = \"{}\"\n", served.address);
            context(name, &(endpoint + "api_key_file = \"~/key\""))
        });
        let two = Self {
            home,
            served,
            contexts: contexts.concat(),
        };
        two.with("");
        two
    }

    /// Puts further contexts behind the two.
    fn with(&self, more: &str) {
        self.home.configure(&format!("{}{more}", self.contexts));
    }

    fn get(&self, args: &[&str]) -> Said {
        self.home
            .run(&[&["get"], args, &["--all-contexts"]].concat())
    }
}

#[test]
fn the_overview_of_an_appliance_has_windows_of_the_wanted_zone_or_says_that_none_are_told() {
    let two = Two::new();
    let zone = "timezone = \"Europe/Zurich\"\napi_key_file";
    two.home
        .configure(&two.contexts.replacen("api_key_file", zone, 1));
    let overview = |more: &[&str]| two.home.run(&[&["console"], more].concat());
    let said = overview(&["--context", "whole"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let told =
        "Windows, in Europe/Zurich time\nWindow of workers: closes Mon 2026-01-05 07:00 (in ";
    assert!(said.out.contains(told), "{}", said.out);
    let said = overview(&["--context", "whole", "--timezone", "asia/tokyo"]);
    let told = "Windows, in Asia/Tokyo time\nWindow of workers: closes Mon 2026-01-05 15:00 (in ";
    assert!(said.out.contains(told), "{}", said.out);
    let said = overview(&["--context", "public"]);
    let told = "Not told: this appliance does not tell its maintenance windows.\n";
    assert!(said.out.ends_with(told), "{}", said.out);
    assert!(!said.out.contains("clock"), "{}", said.out);
}

#[test]
fn a_zone_that_nobody_knows_is_refused_before_anything_is_asked() {
    let home = Home::new();
    let command = "api_key_command = [\"sh\", \"-c\", \"touch ~/asked; echo k\"]";
    home.configure(&context("one", command));
    for args in [
        &["console"][..],
        &["console", "--context", "one"],
        &["get", "windows"],
        &["get", "windows", "-A"],
    ] {
        let said = home.run(&[args, &["--timezone", "Nowhere"]].concat());
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{args:?}");
        assert!(
            said.err.contains("--timezone: found \"Nowhere\""),
            "{}",
            said.err
        );
        assert!(!home.path("asked").exists(), "{args:?}");
    }
}

/// A context whose appliance is not there.
fn dead() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    context("dead", &format!("endpoint = \"http://{address}\""))
}

/// A context whose key nobody gets.
fn locked() -> String {
    let command = "api_key_command = [\"sh\", \"-c\", \"echo locked >&2; echo twice >&2; exit 1\"]";
    context("locked", command)
}

#[test]
fn all_contexts_are_one_list_in_the_order_of_the_file() {
    let two = Two::new();
    let said = two.get(&["machines", "-o", "csv"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(
        said.out,
        "context,machine,id,pool,status,revision,next,reason\n\
         whole,workers-1,1,workers,ready,1,,\n\
         whole,workers-2,2,workers,ready,1,,\n\
         public,gpu-1,1,gpu,ready,1000001,,\n\
         public,gpu-2,2,gpu,ready,2000001,,\n"
    );
    assert_eq!(
        said.err,
        "context \"public\" does not tell all: no reasons, failures, cordons and holds of machines\n"
    );
    let table = two.get(&["pools"]);
    let widest = table.out.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{}", table.out);
    let rows: Vec<&str> = table.out.lines().collect();
    assert!(rows[0].starts_with("CONTEXT  POOL"), "{}", table.out);
    assert!(rows[1].starts_with("whole    workers  "), "{}", table.out);
    assert!(rows[2].starts_with("public   gpu      "), "{}", table.out);
    let windows = two.get(&["windows"]);
    assert_eq!(windows.code, 3, "one does not tell them");
    let widest = windows.out.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{}", windows.out);
}

#[test]
fn windows_have_dates_of_the_contexts_zone_and_of_one_where_they_stand_below_each_other() {
    let two = Two::new();
    let file = two.contexts.replacen(
        "api_key_file",
        "timezone = \"Europe/Zurich\"\napi_key_file",
        1,
    );
    two.home.configure(&file);
    let opens = |said: Said| {
        let first = said.out.lines().nth(1).unwrap();
        let found = first.split("Mon 2026-01-05 ").nth(1).unwrap();
        found.split_once(' ').unwrap().0.to_owned()
    };
    let get = ["get", "windows", "--context", "whole"];
    assert_eq!(opens(two.home.run(&get)), "01:00");
    let zone = [&get[..], &["--timezone", "asia/tokyo"]].concat();
    assert_eq!(opens(two.home.run(&zone)), "09:00");
    assert_eq!(opens(two.get(&["windows"])), "00:00");
}

#[test]
fn the_list_is_narrowed_over_all_contexts() {
    let two = Two::new();
    let names = |args: &[&str]| {
        let said = two.get(&[args, &["-o", "csv"]].concat());
        assert_eq!(said.code, 0, "{args:?}: {}", said.err);
        let rows = said.out.lines().skip(1);
        rows.map(|row| row.split(',').nth(1).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&["machines", "gpu-1"]), ["gpu-1"]);
    assert_eq!(names(&["machines", "1"]), ["workers-1", "gpu-1"]);
    assert_eq!(names(&["machines", "--pool", "gpu"]), ["gpu-1", "gpu-2"]);
    assert_eq!(names(&["pools", "--cluster", "prod"]), ["workers", "gpu"]);
    for (args, code, why) in [
        (&["machines", "x"][..], 1, "there is no machine \"x\"\n"),
        (
            &["machines", "--pool", "x"],
            2,
            "--pool: there is no pool \"x\"\n",
        ),
        (
            &["pools", "--cluster", "x"],
            2,
            "there is no cluster \"x\"\n",
        ),
        (&["pools", "--context", "whole"], 2, "cannot be used with"),
        (&["windows", "--timezone", "Nowhere"], 2, "--timezone: "),
    ] {
        let said = two.get(args);
        assert_eq!((said.code, said.out.as_str()), (code, ""), "{args:?}");
        assert!(said.err.contains(why), "{args:?}: {}", said.err);
    }
}

#[test]
fn a_context_that_tells_nothing_hides_no_other() {
    let two = Two::new();
    two.with(&dead());
    let said = two.get(&["pools"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert_eq!(said.out.lines().count(), 3, "{}", said.out);
    let unknown = two.get(&["machines", "x"]);
    assert_eq!(unknown.code, 3, "nobody knows whether the third has it");
    let told = "meltdeck: there is no machine \"x\" in the contexts that answered\n";
    assert!(unknown.err.starts_with(told), "{}", unknown.err);

    two.with(&(context("wrong", "writes = true\nskip_verify = 1") + &dead() + &locked()));
    let said = two.get(&["pools"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert_eq!(said.out.lines().count(), 3, "{}", said.out);
    let lines: Vec<&str> = said.err.lines().collect();
    let [partly, wrong, dead, locked] = lines[..] else {
        panic!("{}", said.err);
    };
    assert!(partly.starts_with("context \"public\" does not tell all: only pools"));
    assert!(
        wrong.starts_with("meltdeck: context \"wrong\": "),
        "{wrong}"
    );
    assert!(
        wrong.contains("contexts.wrong.writes: unknown key"),
        "{wrong}"
    );
    assert!(wrong.contains("; ") && wrong.contains("contexts.wrong.skip_verify"));
    assert!(dead.starts_with("meltdeck: context \"dead\": cannot list pools: "));
    assert_eq!(
        locked,
        "meltdeck: context \"locked\": its API key: sh failed, exit status: 1; locked; twice"
    );
}

#[test]
fn programs_are_told_who_told_what() {
    let two = Two::new();
    two.with(&dead());
    let said = two.get(&["revisions", "-o", "json"]);
    assert_eq!(said.code, 3, "{}", said.err);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["partly"], "nothing of public, nothing of dead");
    let contexts = document["contexts"].as_array().unwrap();
    let of = |index: usize| [&contexts[index]["name"], &contexts[index]["error"]];
    assert_eq!(of(0), [&Value::from("whole"), &Value::Null]);
    let why = "this appliance does not tell its revisions";
    assert_eq!(of(1), [&Value::from("public"), &Value::from(why)]);
    assert!(of(2)[1].as_str().unwrap().contains("cannot list revisions"));
    assert_eq!(document["items"][0]["context"], "whole");
    two.with("");
    let said = two.get(&["pools", "-o", "json"]);
    let document: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(document["partly"], "a part of public");
    assert_eq!(document["contexts"][0]["partly"], Value::Null);
    assert_eq!(
        document["contexts"][1]["partly"],
        "only pools with machines"
    );
    let one = two
        .home
        .run(&["get", "pools", "--context", "whole", "-o", "json"]);
    let document: Value = serde_json::from_str(&one.out).unwrap();
    assert_eq!(document["partly"], Value::Null);
    assert_eq!(document.get("contexts"), None);
    assert_eq!(document["items"][0].get("context"), None);
}

/// Each key is printed once the other one's command runs: in turns, both would be given up after a minute.
#[test]
fn no_context_waits_for_the_key_of_another() {
    let two = Two::new();
    let pipes = ["there", "back"].map(|name| two.home.path(name).display().to_string());
    assert!(
        Command::new("mkfifo")
            .args(&pipes)
            .status()
            .unwrap()
            .success()
    );
    let [there, back] = &pipes;
    let [whole, public] = [
        format!("echo > '{there}'; read -r line < '{back}'; cat ~/key"),
        format!("read -r line < '{there}'; echo > '{back}'; cat ~/key"),
    ]
    .map(|script| format!("api_key_command = [\"sh\", \"-c\", \"{script}\"]"));
    let file = "api_key_file = \"~/key\"";
    let text = two.contexts.replacen(file, &whole, 1);
    let text = text.replacen(file, &public, 1);
    two.home.configure(&text);
    let said = two.get(&["clusters"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(said.out.lines().count(), 3, "{}", said.out);
}

#[test]
fn the_environments_context_is_the_first_and_without_any_nothing_is_asked() {
    let two = Two::new();
    let endpoint = two.served[0].address.clone();
    let set = [
        ("MELTCLOUD_ENDPOINT", endpoint.as_str()),
        ("MELTCLOUD_ORGANIZATION", ORGANIZATION),
        ("MELTCLOUD_API_KEY", super::KEY),
    ];
    let said = two
        .home
        .run_with(&["get", "clusters", "-A", "-o", "csv"], &set);
    let of: Vec<_> = said
        .out
        .lines()
        .map(|row| row.split(',').next().unwrap())
        .collect();
    assert_eq!(of, ["context", "127.0.0.1", "whole", "public"]);
    let said = Home::new().run(&["get", "machines", "-A"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(
        said.err.contains("no appliance is configured"),
        "{}",
        said.err
    );
}
