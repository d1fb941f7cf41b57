//! `meltdeck serve` as a process: asked over loopback, and stopped by a signal.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

const ORGANIZATION: &str = "0b9a7c1e-0000-4000-8000-00000000000f";

/// A fleet that is served, on any free port.
struct Served {
    process: Child,
    address: String,
    key: String,
}

fn serve(args: &[&str]) -> Command {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/demo-fleet.toml");
    serve_file(&demo, args)
}

fn serve_file(scenario: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meltdeck"));
    command
        .arg("serve")
        .arg(scenario)
        .args(["--listen", "127.0.0.1:0"])
        .args(args);
    command
}

/// What a server that does not start says, which is the question's fault.
fn refused(args: &[&str]) -> String {
    let output = serve(args).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}

impl Served {
    fn new(args: &[&str]) -> Self {
        Self::started(serve(args))
    }

    fn started(mut command: Command) -> Self {
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(process.stderr.take().unwrap()).lines();
        let first = told.next().unwrap().unwrap();
        let address = first.rsplit_once("http://").unwrap().1.to_owned();
        let second = told.next().unwrap().unwrap();
        let key = second.rsplit_once(' ').unwrap().1.to_owned();
        Self {
            process,
            address,
            key,
        }
    }

    /// An answer as it comes; nothing where the connection ends without one.
    fn raw(&self, method: &str, path: &str, key: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nX-Meltcloud-API-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The status and the body of an answer.
    fn ask(&self, method: &str, path: &str, key: &str, body: &str) -> (u16, Value) {
        let answer = self.raw(method, path, key, body);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            head.to_lowercase()
                .contains("content-type: application/json"),
            "{head}"
        );
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap())
    }

    /// As [`Served::ask`], of the public API with its doubled slash, with the key.
    fn public(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let path = format!("/api/v1//orgs/{ORGANIZATION}/{path}");
        self.ask(method, &path, &self.key, body)
    }

    /// Gives it no chance to put anything in order.
    fn stop_at_once(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn stop(mut self, signal: Signal) -> i32 {
        let id = i32::try_from(self.process.id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
        self.process.wait().unwrap().code().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // One that has ended already cannot be ended again.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_fleet_is_asked_and_changed_over_loopback_and_a_signal_ends_it() {
    let served = Served::new(&["--speed", "max"]);
    let path = format!("/api/v1/orgs/{ORGANIZATION}/machines");
    for wrong in ["", "x", &served.key[1..]] {
        let (status, error) = served.ask("GET", &path, wrong, "");
        assert_eq!((status, &error["status"]), (401, &json!(401)), "{wrong}");
    }
    let (status, machines) = served.public("GET", "machines", "");
    assert_eq!(status, 200);
    let machine = &machines["machines"][0];
    let path = format!("machines/{}", machine["id"]);
    // Nothing changes by what is there already.
    let same = json!({ "name": machine["name"] }).to_string();
    let (status, unchanged) = served.public("PUT", &path, &same);
    assert_eq!(
        (status, unchanged.get("operation")),
        (200, None),
        "{unchanged}"
    );
    let (status, changed) = served.public("PUT", &path, r#"{"name":"renamed-1"}"#);
    assert_eq!(status, 200, "{changed}");
    assert!(changed["operation"]["id"].is_i64(), "{changed}");
    let (status, clusters) = served.public("GET", "clusters", "");
    assert_eq!(status, 200);
    let cluster = &clusters["clusters"][0];
    assert!(cluster.get("kubeconfig").is_none_or(Value::is_null));
    let (_, one) = served.public("GET", &format!("clusters/{}", cluster["id"]), "");
    let kubeconfig = one["cluster"]["kubeconfig"].as_str().unwrap();
    assert!(kubeconfig.contains("kind: Config"), "{kubeconfig}");
    let (status, _) = served.public("GET", "clusters/999", "");
    assert_eq!(status, 404);
    assert_eq!(served.stop(Signal::TERM), 143);
}

#[test]
fn what_is_only_kept_is_made_read_and_deleted() {
    let served = Served::new(&[]);
    let new = r#"{"name":"i","expires_at":"2026-11-10T11:49:07Z","install_disk_device":"/dev/vda","install_disk_force_overwrite":null,"vlan":null,"enable_http":null}"#;
    let (status, made) = served.public("POST", "enrollment_images", new);
    assert!((200..300).contains(&status), "{made}");
    let operation = format!("operations/{}", made["operation"]["id"]);
    let (_, polled) = served.public("GET", &operation, "");
    assert_eq!(polled["operation"]["status"], "succeeded");
    let (status, again) = served.public("POST", "enrollment_images", new);
    assert_eq!(again["code"], "value_already_exist", "{again}");
    assert_eq!(again["status"], json!(status));
    let id = &made["enrollment_image"]["id"];
    let image = format!("enrollment_images/{id}");
    assert_eq!(served.public("GET", &image, "").0, 200);
    let fleet = r#"{"name":"f","cluster_id":1}"#;
    let (status, fleet) = served.public("POST", "elastic_fleets", fleet);
    assert!((200..300).contains(&status), "{fleet}");
    assert_eq!(fleet["elastic_fleet"]["id"], 1);
    assert_eq!(served.stop(Signal::INT), 130);
}

#[test]
fn only_the_public_api_is_served_where_that_is_asked_for() {
    let path = format!("/meltdeck/v1/orgs/{ORGANIZATION}/capabilities");
    let served = Served::new(&[]);
    let (status, told) = served.ask("GET", &path, &served.key, "");
    assert_eq!(status, 200, "{told}");
    assert!(told.to_string().contains("meltdeck"), "{told}");
    let documented = Served::new(&["--documented-only", "--organization", ORGANIZATION]);
    assert_eq!(documented.ask("GET", &path, &documented.key, "").0, 404);
    let other = "/api/v1/orgs/0b9a7c1e-0000-4000-8000-000000000010/machines";
    assert_eq!(documented.ask("GET", other, &documented.key, "").0, 404);
}

#[test]
fn what_was_answered_for_survives_a_server_that_is_killed() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("killed.state");
    // Of an earlier time, if there is one.
    let _ = std::fs::remove_file(&file);
    let state = ["--state", file.to_str().unwrap(), "--speed", "60"];
    let served = Served::new(&state);
    let new = r#"{"name":"second","user_version":"1.33"}"#;
    let (status, made) = served.public("POST", "clusters", new);
    assert_eq!(status, 201, "{made}");
    let (_, machines) = served.public("GET", "machines", "");
    let machine = format!("machines/{}", machines["machines"][0]["id"]);
    let (_, changed) = served.public("PUT", &machine, r#"{"name":"renamed-1"}"#);
    let operation = format!("operations/{}", changed["operation"]["id"]);
    let speed = format!("/meltdeck/v1/orgs/{ORGANIZATION}/clock/speed");
    let (status, clock) = served.ask("POST", &speed, &served.key, r#"{"speed":7}"#);
    assert_eq!(
        (status, &clock["clock"]["speed"]),
        (200, &json!(7)),
        "{clock}"
    );
    // Nobody else may write into it meanwhile.
    assert!(refused(&state).contains("another program uses it"));
    served.stop_at_once();
    // As if it had been killed in the middle of a line.
    let mut kept = std::fs::OpenOptions::new()
        .append(true)
        .open(&file)
        .unwrap();
    kept.write_all(br#"{"order":{"events":9,"at_"#).unwrap();
    drop(kept);
    let served = Served::new(&state[..2]);
    let (_, clusters) = served.public("GET", "clusters", "");
    let clusters = clusters["clusters"].as_array().unwrap();
    assert_eq!(clusters.last().unwrap()["name"], "second");
    let (status, _) = served.public("GET", &operation, "");
    assert_eq!(status, 200);
    let clock = format!("/meltdeck/v1/orgs/{ORGANIZATION}/clock");
    let (_, told) = served.ask("GET", &clock, &served.key, "");
    assert_eq!(told["clock"]["speed"], json!(7), "{told}");
    assert_eq!(served.stop(Signal::TERM), 143);
    let other = [state[0], state[1], "--seed", "999"];
    assert!(refused(&other).contains("is the state of seed 42, not 999"));
    std::fs::write(&file, "something else\n").unwrap();
    let told = refused(&state);
    assert!(told.contains(":1: no line of a state file"), "{told}");
}

#[test]
fn an_appliance_goes_wrong_as_its_scenario_says() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outages.toml");
    let scenario = format!(
        r#"
        organization = "{ORGANIZATION}"
        [[pools]]
        name = "w"
        machines = 1
        [[steps]]
        at = "+1h"
        do = "appliance-html-errors"
        for = "1h"
        [[steps]]
        at = "+1h"
        do = "apply"
        pool = "w"
        [[steps]]
        at = "+3h"
        do = "appliance-outage"
        for = "1h"
        [[steps]]
        at = "+3h"
        do = "apply"
        pool = "w"
        "#
    );
    std::fs::write(&file, scenario).unwrap();
    // It stands at its start, and moves by steps only.
    let served = Served::started(serve_file(&file, &[]));
    let clock = |what: &str| {
        let path = format!("/meltdeck/v1/orgs/{ORGANIZATION}/clock{what}");
        let method = if what.is_empty() { "GET" } else { "POST" };
        let (status, told) = served.ask(method, &path, &served.key, "");
        assert_eq!(status, 200, "{told}");
        told["clock"]["now_ms"].as_u64().unwrap()
    };
    clock("/pause");
    let elsewhere = "/api/v1/orgs/0b9a7c1e-0000-4000-8000-000000000010/machines";
    assert_eq!(served.ask("GET", elsewhere, &served.key, "").0, 404);
    let list = format!("/api/v1//orgs/{ORGANIZATION}/machines");
    let machines = || served.raw("GET", &list, &served.key, "");
    assert!(machines().starts_with("HTTP/1.1 200"));
    while clock("/step") < 3_600_000 {}
    let page = machines();
    assert!(page.starts_with("HTTP/1.1 502 Bad Gateway"), "{page}");
    assert!(
        page.contains("content-type: text/html") && page.contains("<h1>502"),
        "{page}"
    );
    while clock("/step") < 3 * 3_600_000 {}
    assert_eq!(machines(), "");
    assert_eq!(clock(""), 3 * 3_600_000);
}
