//! `meltdeck get` and `watch` as processes, asking a fleet that is served by another one: with this project's extension,
//! and with meltcloud's public API alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use appliance::client::{Endpoint, Settings, blocking::Client};
use appliance::{MachineId, Operation, Organization, Reply, Request, Secret};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tui::live::{Appliance, Telling};

const ORGANIZATION: &str = "0b9a7c1e-0000-4000-8000-00000000000f";
const KEY: &str = "eyJhbGciOiJub25lIn0";

const FLEET: &str = r#"
    [hardware.h]
    update = "1m"
    [hardware.broken]
    update = "1m"
    fails = { update = "100%" }
    [[clusters]]
    name = "prod"
    [[clusters]]
    name = "edge"
    [[pools]]
    name = "w"
    cluster = "prod"
    machines = 2
    hardware = "h"
    saved_revision = 2
    [[pools]]
    name = "e"
    cluster = "edge"
    machines = 1
    hardware = "broken"
    [[machines]]
    name = "spare"
    status = "ready_unassigned"
    [[workloads]]
    name = "web"
    cluster = "prod"
    replicas = 2
    budget = { max_unavailable = 1 }
    [[windows]]
    pool = "w"
    opens = "00:00"
    for = "6h"
"#;

/// A fleet that is served, and a folder for the state of who asks it.
struct Served {
    process: Child,
    endpoint: String,
    folder: PathBuf,
}

impl Served {
    fn new(name: &str, args: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("get-{name}"));
        // Of an earlier time, if there is one.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let (file, key) = (folder.join("fleet.toml"), folder.join("key"));
        std::fs::write(&file, FLEET).unwrap();
        std::fs::write(&key, KEY).unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_meltdeck"))
            .arg("serve")
            .arg(file)
            .args(["--listen", "127.0.0.1:0", "--api-key-file"])
            .arg(key)
            .args(args)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(process.stderr.take().unwrap()).lines();
        let first = told.next().unwrap().unwrap();
        let endpoint = first.rsplit_once(' ').unwrap().1.to_owned();
        Self {
            process,
            endpoint,
            folder,
        }
    }

    fn meltdeck(&self, args: &[&str]) -> Said {
        self.meltdeck_with(KEY, args)
    }

    fn meltdeck_with(&self, key: &str, args: &[&str]) -> Said {
        Said::from(self.command(key, args).output().unwrap())
    }

    fn command(&self, key: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meltdeck"));
        command
            .args(args)
            .env("MELTCLOUD_ENDPOINT", &self.endpoint)
            .env("MELTCLOUD_ORGANIZATION", ORGANIZATION)
            .env("MELTCLOUD_API_KEY", key)
            .env("XDG_STATE_HOME", &self.folder)
            .stdin(Stdio::null());
        command
    }

    /// The same fleet, asked by this process, which has the same journal.
    fn appliance(&self) -> Appliance {
        let endpoint = Endpoint::parse(&self.endpoint).unwrap();
        let mut settings = Settings::new(endpoint, Organization::parse(ORGANIZATION).unwrap());
        settings.api_key = Some(Secret::new(KEY));
        let folder = self.folder.join("meltdeck");
        Appliance::with_journal_in(Some(&folder), Client::new(settings).unwrap())
    }

    fn renamed(&self, machine: MachineId, hostname: &str) -> Operation {
        let hostname = hostname.into();
        let reply = self.appliance().ask(&Request::SetHostname {
            machine,
            hostname,
            apply: true,
        });
        match reply {
            Ok(Reply::Operation(operation)) => operation,
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // One that has ended already cannot be ended again.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let said = Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(
            !said.out.contains(KEY) && !said.err.contains(KEY),
            "{said:?}"
        );
        said
    }
}

impl Said {
    /// The items of an answer for programs.
    fn items(&self) -> Vec<Value> {
        let document: Value = serde_json::from_str(&self.out).unwrap();
        assert_eq!(document["schema_version"], 1);
        document["items"].as_array().unwrap().clone()
    }

    /// The words of each row of a table.
    fn rows(&self) -> Vec<Vec<&str>> {
        let lines = self.out.lines().skip(1);
        lines
            .map(|line| {
                line.split("  ")
                    .map(str::trim)
                    .filter(|cell| !cell.is_empty())
                    .collect()
            })
            .collect()
    }
}

#[test]
fn everything_is_listed_where_the_appliance_tells_everything() {
    let served = Served::new("full", &[]);
    let said = served.meltdeck(&["get", "pools"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert!(said.out.starts_with("POOL  ID  CLUSTER  STATUS  VERSION"));
    let pools = said.rows();
    assert_eq!(pools[0][..4], ["w", "1", "prod", "ready"]);
    assert_eq!(pools[0][5..], ["1", "2", "2"], "revision, machines, ready");
    for (resource, expected) in [
        ("clusters", 2),
        ("machines", 4),
        ("revisions", 3),
        ("windows", 6),
        ("budgets", 1),
    ] {
        let said = served.meltdeck(&["get", resource, "-o", "json"]);
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{resource}");
        assert_eq!(said.items().len(), expected, "{resource}");
        let table = served.meltdeck(&["get", resource]);
        assert_eq!(table.rows().len(), expected, "{resource}");
        let widest = table.out.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{}", table.out);
    }
    for (resource, told) in [
        ("operations", "no operations\n"),
        ("network-profiles", "no network-profiles\n"),
        ("enrollment-images", "no enrollment-images\n"),
    ] {
        let said = served.meltdeck(&["get", resource]);
        assert_eq!((said.code, said.out.as_str()), (Some(0), ""), "{resource}");
        assert_eq!(said.err, told);
    }
}

#[test]
fn a_list_can_be_narrowed_and_printed_for_programs() {
    let served = Served::new("narrowed", &[]);
    let names = |args: &[&str]| {
        let said = served.meltdeck(&[args, &["-o", "json"]].concat());
        assert_eq!(said.code, Some(0), "{said:?}");
        let items = said.items().into_iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&["get", "machine", "spare"]), ["spare"]);
    assert_eq!(names(&["get", "m", "1"]), ["w-1"]);
    assert_eq!(names(&["get", "m", "--pool", "w"]), ["w-1", "w-2"]);
    assert_eq!(names(&["get", "m", "--cluster", "edge"]), ["e-1"]);
    assert_eq!(names(&["get", "pool", "--cluster", "1"]), ["w"]);
    let csv = served.meltdeck(&["get", "machines", "--pool", "w", "-o", "csv"]);
    assert_eq!(
        csv.out,
        "machine,id,pool,status,revision,next,reason\nw-1,1,w,ready,1,,\nw-2,2,w,ready,1,,\n"
    );
    let yaml = served.meltdeck(&["get", "cluster", "edge", "-o", "yaml"]);
    assert!(
        yaml.out
            .starts_with("schema_version: 1\nresource: clusters\npartly: null\nitems:\n- "),
        "{}",
        yaml.out
    );
    assert!(yaml.out.contains("name: edge"), "{}", yaml.out);
    let nobody = served.meltdeck(&["get", "machines", "w-77"]);
    assert_eq!((nobody.code, nobody.out.as_str()), (Some(1), ""));
    assert_eq!(nobody.err, "meltdeck: there is no machine \"w-77\"\n");
}

#[test]
fn the_public_api_alone_is_told_from_silence() {
    let served = Served::new("documented", &["--documented-only"]);
    let said = served.meltdeck(&["get", "pools"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(
        said.err,
        "context \"127.0.0.1\" does not tell all: only pools with machines\n"
    );
    let pools = said.rows();
    assert_eq!(pools[0][..4], ["w", "1", "prod", "ready"]);
    assert_eq!(pools[1][..4], ["e", "2", "edge", "ready"]);
    assert_eq!(pools[0][5], "?", "no revision is told");
    let said = served.meltdeck(&["get", "machines", "w-1"]);
    assert_eq!(
        said.rows()[0],
        ["w-1", "1", "w", "ready", "1000001", "-", "?"]
    );
    for (resource, why) in [
        ("revisions", "its revisions"),
        ("windows", "its maintenance windows"),
        ("budgets", "disruption budgets"),
    ] {
        let said = served.meltdeck(&["get", resource]);
        assert_eq!((said.code, said.out.as_str()), (Some(3), ""), "{resource}");
        assert_eq!(
            said.err,
            format!("meltdeck: context \"127.0.0.1\": this appliance does not tell {why}\n")
        );
    }
    let said = served.meltdeck(&["get", "operations", "-o", "json"]);
    assert_eq!(said.items().len(), 0);
    assert!(
        said.err
            .contains("only operations started from this account")
    );
    let telling = served.appliance().tells(&Request::ListRevisions);
    assert!(matches!(telling, Ok(Telling::Not(_))), "{telling:?}");
}

#[test]
fn an_order_is_in_the_journal_and_followed_to_its_end() {
    let served = Served::new("journal", &["--documented-only", "--speed", "max"]);
    let good = served.renamed(MachineId(1), "renamed");
    let bad = served.renamed(MachineId(3), "never");
    let watch = |operation: &Operation| {
        let id = operation.id.0.to_string();
        served.meltdeck(&["watch", "operation", &id, "--timeout", "1m"])
    };
    let said = watch(&good);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    let last = said.out.lines().last().unwrap();
    assert!(
        last.ends_with("operation 1 (set-hostname): succeeded"),
        "{said:?}"
    );
    let said = watch(&bad);
    assert_eq!(said.code, Some(1), "{said:?}");
    let link = format!("{}/ui/orgs/{ORGANIZATION}/operations/2\n", served.endpoint);
    assert!(said.err.ends_with(&link), "{said:?}");
    let said = served.meltdeck(&["get", "operations"]);
    assert_eq!(
        said.rows(),
        [
            ["1", "succeeded", "set-hostname", "machine w-1", "?", "?"],
            ["2", "failed", "set-hostname", "machine e-1", "?", "?"],
        ]
    );
    // It can be known from the journal alone.
    let folder = served.folder.join("meltdeck");
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert_eq!(files.len(), 1);
    let journal = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
    assert_eq!(
        journal.lines().count(),
        4,
        "two starts, two ends: {journal}"
    );
    assert!(!journal.contains(KEY));
    let unknown = served.meltdeck(&["watch", "operation", "99"]);
    assert_eq!(unknown.code, Some(1));
    assert_eq!(unknown.err, "meltdeck: there is no operation 99\n");
}

#[test]
fn an_operation_of_an_appliance_that_tells_everything_is_followed_too() {
    let served = Served::new("watched", &["--speed", "max"]);
    let operation = served.renamed(MachineId(2), "renamed");
    let id = operation.id.0.to_string();
    let said = served.meltdeck(&["watch", "operation", &id]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let said = served.meltdeck(&["get", "operation", &id]);
    assert_eq!(said.err, "");
    let row = &said.rows()[0];
    assert_eq!(
        row[..4],
        [&id, "succeeded", "set-hostname", "machine renamed"]
    );
    assert!(
        !served.folder.join("meltdeck").exists(),
        "it tells its operations itself"
    );
}

#[test]
fn ctrl_c_ends_a_watch_and_leaves_the_operation_alone() {
    let served = Served::new("interrupted", &["--documented-only"]);
    let operation = served.renamed(MachineId(1), "renamed");
    let mut watch = served.command(KEY, &["watch", "operation", &operation.id.0.to_string()]);
    let mut watch = watch
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(watch.stdout.take().unwrap()).lines();
    let first = out.next().unwrap().unwrap();
    assert!(
        first.starts_with("00:00:00  operation 1 (set-hostname): "),
        "{first}"
    );
    let id = i32::try_from(watch.id()).unwrap();
    kill_process(Pid::from_raw(id).unwrap(), Signal::INT).unwrap();
    let said = Said::from(watch.wait_with_output().unwrap());
    assert_eq!(
        (said.code, said.err.as_str()),
        (Some(130), "meltdeck: operation 1 goes on\n")
    );
}

/// A proxy that shows a page for every path but those of the public API, whose lists are empty.
fn answer_as_proxy(mut stream: TcpStream) {
    let mut head = BufReader::new(stream.try_clone().unwrap()).lines();
    let first = head.next().unwrap().unwrap();
    // The whole head is read, or the connection is reset before the answer is.
    while head.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    let is_public = first.contains("/api/v1/");
    let list = if first.contains("/machines ") {
        "machines"
    } else {
        "clusters"
    };
    let (content_type, body) = if is_public {
        ("application/json", format!("{{\"{list}\":[]}}"))
    } else {
        ("text/html", "<html>Log in</html>".to_owned())
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
}

#[test]
fn a_proxy_that_knows_no_extension_hides_no_appliance() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer_as_proxy(stream.unwrap());
        }
    });
    let said = Command::new(env!("CARGO_BIN_EXE_meltdeck"))
        .args(["get", "machines"])
        .env("MELTCLOUD_ENDPOINT", endpoint)
        .env("MELTCLOUD_ORGANIZATION", ORGANIZATION)
        .env("MELTCLOUD_API_KEY", KEY)
        .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .output();
    let said = Said::from(said.unwrap());
    assert_eq!((said.code, said.out.as_str()), (Some(0), ""), "{said:?}");
    assert!(said.err.starts_with("no machines\n"), "{said:?}");
}

#[test]
fn a_wrong_question_and_an_appliance_that_refuses_are_told_apart() {
    let served = Served::new("wrong", &[]);
    for (args, why) in [
        (&["get", "machine", "--pool", "x"][..], "no pool \"x\""),
        (
            &["get", "clusters", "--pool", "w"],
            "means nothing for clusters",
        ),
        (&["get", "machines", "--timezone", "UTC"], "means nothing"),
        (&["get", "windows", "--timezone", "Nowhere"], "--timezone: "),
        (&["get", "machines", "--context", "x"], "x"),
        (&["get", "planets"], "invalid value"),
        (&["watch", "operation", "0"], "invalid value"),
        (&["watch", "operation", "1", "--timeout", "30"], "duration"),
    ] {
        let said = served.meltdeck(args);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(said.err.contains(why), "{said:?}");
    }
    let refused = served.meltdeck_with("another", &["get", "machines"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(3), ""));
    assert!(
        refused
            .err
            .starts_with("meltdeck: context \"127.0.0.1\": cannot list machines: "),
        "{refused:?}"
    );
    let unset = Command::new(env!("CARGO_BIN_EXE_meltdeck"))
        .args(["get", "machines"])
        .env_remove("MELTCLOUD_ORGANIZATION")
        .env("HOME", &served.folder)
        .env_remove("XDG_CONFIG_HOME")
        .output()
        .unwrap();
    assert_eq!(unset.status.code(), Some(2));
}
