//! The console of the real program on a real terminal, of an appliance that another process of the program serves.
//!
//! Nothing here sleeps: a test waits until the screen is as expected, and fails when that takes longer than anything on a
//! loaded machine would.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::num::NonZeroU16;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

/// The longest that a test waits for anything.
const LIMIT: Duration = Duration::from_secs(60);
const ORGANIZATION: &str = "0b9a7c1e-0000-4000-8000-00000000000f";
const KEY: &str = "k123456789abcdef0123456789abcdef";

/// A fleet that is served at a port, until this is dropped.
struct Served(std::process::Child);

impl Served {
    fn at(port: u16) -> Self {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/demo-fleet.toml");
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{port}.key"));
        std::fs::write(&file, KEY).unwrap();
        std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        let mut process = std::process::Command::new(env!("CARGO_BIN_EXE_meltdeck"))
            .arg("serve")
            .arg(demo)
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .args(["--organization", ORGANIZATION])
            .arg("--api-key-file")
            .arg(&file)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let told = BufReader::new(process.stderr.take().unwrap());
        let first = told.lines().next().unwrap().unwrap();
        assert!(first.contains("serving"), "{first}");
        Self(process)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // One that has ended already cannot be ended again.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The console on a terminal of 80 by 24.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    bytes: Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

impl Terminal {
    fn console(port: u16, key: &str) -> Self {
        Self::with(&[
            ("MELTCLOUD_ENDPOINT", &format!("http://127.0.0.1:{port}")),
            ("MELTCLOUD_ORGANIZATION", ORGANIZATION),
            ("MELTCLOUD_API_KEY", key),
        ])
    }

    fn with(environment: &[(&str, &str)]) -> Self {
        let size = PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_meltdeck"));
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env_remove("LC_ALL");
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().unwrap();
        let keys = pty.master.take_writer().unwrap();
        let (sender, bytes) = channel();
        let master = pty.master;
        std::thread::spawn(move || {
            // Held as long as it is read from.
            let _master = master;
            let mut chunk = vec![0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut chunk) {
                if sender.send(chunk[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let cells = |count| NonZeroU16::new(count).unwrap();
        Self {
            child,
            keys,
            bytes,
            screen: vt100::Parser::new(cells(24), cells(80), 0),
        }
    }

    /// Takes what the program writes until the screen holds `text`.
    #[track_caller]
    fn until(&mut self, text: &str) {
        let waited = Instant::now();
        loop {
            let contents = self.screen.screen().contents();
            if contents.contains(text) {
                return;
            }
            assert!(waited.elapsed() < LIMIT, "no {text} on\n{contents}");
            if let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(50)) {
                self.screen.process(&bytes);
            }
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Quits, and returns the exit code and how long that took.
    fn quit(mut self) -> (u32, Duration) {
        self.press("\u{3}");
        let asked = Instant::now();
        let status = self.child.wait().unwrap();
        (status.exit_code(), asked.elapsed())
    }
}

/// A port that nobody listens at.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn a_console_outlives_its_appliance_and_finds_it_again() {
    let port = free_port();
    let served = Served::at(port);
    let mut terminal = Terminal::console(port, KEY);
    terminal.until("LIVE");
    terminal.until("cluster zurich");
    terminal.until("RO");
    drop(served);
    terminal.until("RECONNECTING");
    terminal.until("ready?");
    let _served = Served::at(port);
    terminal.until("the appliance answers again");
    terminal.until("✓ ready");
    terminal.press("5");
    terminal.until("saved, not applied");
    assert_eq!(terminal.quit().0, 130);
}

#[test]
fn a_refused_key_is_told_and_never_shown() {
    let port = free_port();
    let _served = Served::at(port);
    let mut terminal = Terminal::console(port, "wrong-key-that-is-a-secret");
    terminal.until("KEY REFUSED");
    assert!(!terminal.screen.screen().contents().contains("wrong-key"));
    assert_eq!(terminal.quit().0, 130);
}

#[test]
fn an_appliance_that_says_nothing_keeps_nobody_waiting() {
    // It takes connections, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut terminal = Terminal::console(port, KEY);
    terminal.until("CONNECTING");
    terminal.press("3");
    terminal.until("machines");
    let (code, took) = terminal.quit();
    assert_eq!(code, 130);
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn contexts_that_are_away_or_locked_stand_beside_one_that_answers() {
    let (port, other) = (free_port(), free_port());
    let _served = Served::at(port);
    let config = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{port}.toml"));
    let context = |name: &str, port: u16, key: &str| {
        format!(
            "[contexts.{name}]\nendpoint = \"http://127.0.0.1:{port}\"\n\
             organization = \"{ORGANIZATION}\"\n{key}\n"
        )
    };
    let of_file = format!("api_key_file = \"{port}.key\"");
    let contexts = [
        "default_context = \"zurich\"\n".to_owned(),
        context("zurich", port, &of_file),
        context("edge", other, &of_file),
        context("vault", other, "api_key_command = [\"false\"]"),
    ];
    std::fs::write(&config, contexts.concat()).unwrap();
    let mut terminal = Terminal::with(&[("MELTDECK_CONFIG", config.to_str().unwrap())]);
    terminal.until("LIVE");
    terminal.press("0");
    terminal.until("1 of 3 answer");
    terminal.until("RECONNECTING in");
    terminal.until("CANNOT BE ASKED");
    let _other = Served::at(other);
    terminal.until("2 of 3 answer");
    // Of both fleets at once.
    terminal.press("3");
    terminal.until("zurich      ingress-1");
    terminal.press("/edge\r");
    terminal.until("edge        ingress-1");
    terminal.press("\r");
    terminal.until("meltdeck  edge");
    assert_eq!(terminal.quit().0, 130);
}
