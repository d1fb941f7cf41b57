//! `meltdeck config`, `meltdeck capture` and `meltdeck get` of all contexts as processes, with an environment of their own and a fleet that is served.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "contexts/all.rs"]
mod all;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const ORGANIZATION: &str = "0b9a7c1e-0000-4000-8000-00000000000f";
const KEY: &str = "s3cret-of-this-test";

/// A fleet that is served, on any free port.
struct Served {
    process: Child,
    address: String,
}

impl Served {
    fn new(home: &Home) -> Self {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/demo-fleet.toml");
        Self::of(home, &demo, &[])
    }

    fn of(home: &Home, scenario: &Path, args: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_meltdeck"))
            .arg("serve")
            .arg(scenario)
            .args(args)
            .args(["--listen", "127.0.0.1:0", "--api-key-file"])
            .arg(home.path("key"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(process.stderr.take().unwrap()).lines();
        let first = told.next().unwrap().unwrap();
        let address = first.rsplit_once("at ").unwrap().1.to_owned();
        Self { process, address }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // One that has ended already cannot be ended again.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A home folder with a key in it, and no other environment.
struct Home(tempfile::TempDir);

/// What a command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::write(home.path("key"), format!("{KEY}\n")).unwrap();
        home.allow("key", 0o600);
        home
    }

    fn allow(&self, name: &str, mode: u32) {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.path(name), mode).unwrap();
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// Writes the file of contexts, where it is looked for.
    fn configure(&self, text: &str) {
        fs::create_dir_all(self.path(".config/meltdeck")).unwrap();
        fs::write(self.path(".config/meltdeck/config.toml"), text).unwrap();
    }

    fn run(&self, args: &[&str]) -> Said {
        self.run_with(args, &[])
    }

    fn run_with(&self, args: &[&str], set: &[(&str, &str)]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_meltdeck"))
            .args(args)
            .env_clear()
            .env("HOME", self.0.path())
            .env("PATH", std::env::var_os("PATH").unwrap())
            .envs(set.iter().copied())
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(
            !said.out.contains(KEY) && !said.err.contains(KEY),
            "{args:?}"
        );
        said
    }
}

/// A context without the appliance that it names.
fn context(name: &str, more: &str) -> String {
    format!("[contexts.{name}]\norganization = \"{ORGANIZATION}\"\n{more}\n")
}

#[test]
fn a_file_of_contexts_is_written_once_and_for_its_owner_alone() {
    let home = Home::new();
    let path = home.path(".config/meltdeck/config.toml");
    assert_eq!(
        home.run(&["config", "path"]).out.trim(),
        path.to_str().unwrap()
    );
    assert_eq!(home.run(&["config", "check"]).code, 2);
    assert_eq!(home.run(&["config", "init"]).code, 0);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    fs::write(&path, "# mine\n").unwrap();
    let again = home.run(&["config", "init"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("it is there already"), "{}", again.err);
    assert_eq!(fs::read_to_string(&path).unwrap(), "# mine\n");
}

#[test]
fn print_says_where_everything_comes_from() {
    let home = Home::new();
    home.configure(
        &(context("west", "api_key_file = \"~/key\"") + &context("east", "api_key_env = \"EAST\"")),
    );
    let said = home.run_with(
        &["config", "print"],
        &[("MELTDECK_CONTEXT", "west"), ("EAST", "x y")],
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for line in [
        "# chosen: west",
        "[contexts.west]",
        "endpoint = \"https://app.meltcloud.io\"  # default",
        "organization = \"0b9a7c1e-0000-4000-8000-00000000000f\"  # line 2",
        "# API key: variable EAST, line 6: EAST holds no API key: one line of visible ASCII characters is needed",
    ] {
        assert!(
            said.out.lines().any(|found| found == line),
            "{line}\n{}",
            said.out
        );
    }
    assert!(
        said.out.contains("key, line 3: there is one\n"),
        "{}",
        said.out
    );
    let of_environment = home.run_with(
        &["config", "print"],
        &[
            ("MELTCLOUD_ORGANIZATION", ORGANIZATION),
            ("MELTCLOUD_API_KEY", KEY),
        ],
    );
    let key = "# API key: variable MELTCLOUD_API_KEY: there is one";
    assert!(of_environment.out.contains(key), "{}", of_environment.out);
}

#[test]
fn a_variable_that_names_no_context_is_a_problem_of_its_own() {
    let home = Home::new();
    home.configure(&context("west", "api_key_file = \"~/key\""));
    let said = home.run_with(&["config", "check"], &[("MELTDECK_CONTEXT", "wset")]);
    assert_eq!((said.code, said.out.as_str()), (2, "west: right\n"));
    assert!(
        said.err.contains("MELTDECK_CONTEXT: found \"wset\""),
        "{}",
        said.err
    );
    assert!(said.err.contains("did you mean \"west\""), "{}", said.err);
    let said = home.run_with(&["config", "check"], &[("MELTDECK_CONTEXT", "west")]);
    assert_eq!(said.code, 0, "{}", said.err);
}

#[test]
fn a_name_that_is_none_hides_no_other_context() {
    let home = Home::new();
    let bad = "[contexts.\"bad\\u001b[31m \"]\norganization = \"0\"\n";
    let locked = context("locked", "api_key_command = [\"false\"]");
    home.configure(&(bad.to_owned() + &locked + &context("west", "")));
    let said = home.run(&["config", "check"]);
    assert_eq!((said.code, said.out.as_str()), (2, "west: right\n"));
    for part in [
        "a name without blanks around it",
        "organization",
        "false failed",
    ] {
        assert!(said.err.contains(part), "{part}\n{}", said.err);
    }
    for said in [
        said,
        home.run(&["config", "print"]),
        home.run(&["get", "pools", "-A"]),
    ] {
        assert!(
            !said.err.contains('\u{1b}') && !said.out.contains('\u{1b}'),
            "{}",
            said.err
        );
    }
}

#[test]
fn check_says_everything_that_is_wrong_with_what_contexts_name() {
    let home = Home::new();
    fs::write(home.path(".pem"), "no certificate").unwrap();
    fs::write(home.path("model.toml"), "[pool_defaults]\nhardwar = 1\n").unwrap();
    home.allow("key", 0o644);
    home.configure(
        &[
            context(
                "open-key",
                "api_key_file = \"~/key\"\nmodel = \"~/model.toml\"",
            ),
            context("certificates", "ca_file = \"~/.pem\""),
            context(
                "command",
                "api_key_command = [\"sh\", \"-c\", \"echo locked >&2; exit 1\"]",
            ),
            context(
                "right",
                "endpoint = \"http://nest.example\"\napi_key_command = [\"echo\", \"k\"]",
            ),
        ]
        .concat(),
    );
    let said = home.run(&["config", "check"]);
    assert_eq!(said.code, 2);
    assert_eq!(said.out, "right: right\n");
    for part in [
        "mode 0644",
        "model.toml:2:1: pools[0].hardwar: unknown key",
        "context \"certificates\": ",
        "sh failed, exit status: 1\n  locked\n",
        "warning: context \"right\": its endpoint is http://",
    ] {
        assert!(said.err.contains(part), "{part}\n{}", said.err);
    }
}

#[test]
fn a_served_fleet_is_checked_captured_validated_and_rehearsed() {
    let home = Home::new();
    let served = Served::new(&home);
    let sim = format!(
        "endpoint = \"{}\"\napi_key_file = \"~/key\"\nmost_requests_per_second = 1000",
        served.address
    );
    let wrong = format!(
        "endpoint = \"{}\"\napi_key_command = [\"echo\", \"k\"]",
        served.address
    );
    home.configure(&(context("sim", &sim) + &context("wrong", &wrong)));
    let said = home.run(&["config", "check", "--online", "--context", "sim"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(
        said.out
            .contains("3 clusters, with this program's extension"),
        "{}",
        said.out
    );
    let said = home.run(&["config", "check", "--online"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("context \"wrong\""), "{}", said.err);
    assert_eq!(home.run(&["capture", "--context", "wrong"]).code, 3);
    let said = home.run(&["capture", "--context", "sim", "-o", "fleet.toml"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
    let again = home.run(&["capture", "--context", "sim", "-o", "fleet.toml"]);
    assert!(
        again.code == 2 && again.err.contains("--overwrite"),
        "{}",
        again.err
    );
    let text = fs::read_to_string(home.path("fleet.toml")).unwrap();
    for part in [
        "# - rollout: the saved revision 6 to pool storage",
        "name = \"osd\"",
        "min_available = 2",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(!text.contains(KEY), "{text}");
    let said = home.run(&["validate", "fleet.toml"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.out.contains("91 machines in 5 pools, 5 steps"),
        "{}",
        said.out
    );
    let said = home.run(&["rehearse", "fleet.toml", "--runs", "40", "-o", "json"]);
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    // Forty machines of the slowest pool, one after another, about three minutes each.
    let p50 = report["duration_s"]["p50"].as_f64();
    assert!(
        p50.is_some_and(|p50| (5_000.0..12_000.0).contains(&p50)),
        "{}",
        report["duration_s"]
    );
}

#[test]
fn the_examples_of_the_readme_are_right() {
    let home = Home::new();
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let block = |part: &str| {
        let blocks: Vec<_> = readme
            .split("```")
            .filter(|block| block.contains(part))
            .collect();
        blocks.first().copied().unwrap().to_owned()
    };
    let model = block("[pool_defaults]   ");
    fs::create_dir_all(home.path(".config/meltdeck")).unwrap();
    fs::write(home.path(".config/meltdeck/production-model.toml"), model).unwrap();
    let contexts = block("[contexts.production]\n");
    let contexts = contexts
        .replace("ca_file", "# ca_file")
        .replace("\"pass\", \"show\"", "\"echo\"");
    home.configure(&contexts);
    let said = home.run(&["config", "check"]);
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (0, "production: right\n", "")
    );
}

#[test]
fn the_overview_of_all_contexts_is_one_after_the_other() {
    let home = Home::new();
    let served = Served::new(&home);
    let answers = format!(
        "endpoint = \"{}\"\napi_key_file = \"~/key\"",
        served.address
    );
    // A port that was free a moment ago, and that nobody listens at.
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let away = format!("endpoint = \"http://{}\"", free.local_addr().unwrap());
    drop(free);
    let dead = context("dead", &away);
    home.configure(&(dead.clone() + &context("west", &answers) + &context("east", &answers)));
    let said = home.run(&["console", "--all-contexts"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("meltdeck: dead: "), "{}", said.err);
    let heads: Vec<_> = said
        .out
        .lines()
        .filter(|line| line.contains(", live"))
        .collect();
    assert_eq!(heads.len(), 2, "{}", said.out);
    assert!(
        heads[0].contains("west") && heads[1].contains("east"),
        "{heads:?}"
    );
    let locked = context("locked", "api_key_command = [\"false\"]");
    home.configure(&(dead + &locked));
    let said = home.run(&["console", "--all-contexts"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(
        said.err.contains("locked") && said.err.contains("dead"),
        "{}",
        said.err
    );
    let both = home.run(&["console", "--all-contexts", "--context", "dead"]);
    assert_eq!(both.code, 2);
}
