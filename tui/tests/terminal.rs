//! The program on a real terminal: how it starts, what it does with the terminal, and every way in which it ends.
//!
//! A pseudo-terminal with an emulator behind it. Nothing here sleeps: a test waits until the screen, or the process, is
//! as expected, and fails when that takes longer than anything on a loaded machine would.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// The longest that a test waits for anything.
const LIMIT: Duration = Duration::from_secs(20);

/// The program on a terminal.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    bytes: Receiver<Vec<u8>>,
    /// While somebody else holds it, nothing is read.
    gate: Arc<Mutex<()>>,
    screen: vt100::Parser,
    written: Vec<u8>,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

impl Terminal {
    fn start(program: &[&str]) -> Self {
        let pty = native_pty_system().openpty(size(80, 24)).unwrap();
        let mut command = CommandBuilder::new(program[0]);
        command.args(&program[1..]);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env_remove("LC_ALL");
        command.env_remove("NO_COLOR");
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().unwrap();
        let (sender, bytes) = channel();
        let gate = Arc::new(Mutex::new(()));
        let opened = gate.clone();
        std::thread::spawn(move || {
            let mut chunk = vec![0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut chunk) {
                drop(opened.lock());
                if sender.send(chunk[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            keys: Some(pty.master.take_writer().unwrap()),
            master: Some(pty.master),
            bytes,
            gate,
            screen: vt100::Parser::new(cells(24), cells(80), 0),
            written: Vec::new(),
        }
    }

    fn console() -> Self {
        let mut terminal = Self::start(&[env!("CARGO_BIN_EXE_meltdeck")]);
        terminal.until("fleet › overview");
        terminal.until("boards to revision 3");
        terminal
    }

    /// Takes what the program writes until the screen holds `text`.
    fn until(&mut self, text: &str) {
        self.until_that(text, |terminal| {
            terminal.screen.screen().contents().contains(text)
        });
    }

    fn until_that(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        while !is_so(self) {
            let left = LIMIT.saturating_sub(started.elapsed());
            let contents = self.screen.screen().contents();
            assert!(!left.is_zero(), "no {what} on\n{contents}");
            if let Ok(bytes) = self.bytes.recv_timeout(left.min(Duration::from_millis(50))) {
                self.screen.process(&bytes);
                self.written.extend(bytes);
            }
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys
            .as_mut()
            .unwrap()
            .write_all(keys.as_bytes())
            .unwrap();
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        let master = self.master.as_ref().unwrap();
        master.resize(size(columns, rows)).unwrap();
        let screen = self.screen.screen_mut();
        screen.set_size(cells(rows), cells(columns));
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.process_id().unwrap()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Waits for the end, and takes everything that was written up to it. Returns the exit code.
    fn end(&mut self) -> u32 {
        let started = Instant::now();
        let status = loop {
            while let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(20)) {
                self.screen.process(&bytes);
                self.written.extend(bytes);
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(started.elapsed() < LIMIT, "the program does not end");
        };
        while let Ok(bytes) = self.bytes.recv_timeout(Duration::from_millis(100)) {
            self.screen.process(&bytes);
            self.written.extend(bytes);
        }
        status.exit_code()
    }

    /// What was turned on is off, the last first.
    fn assert_restored(&self) {
        let screen = self.screen.screen();
        assert!(
            !screen.alternate_screen(),
            "the alternate screen was left on"
        );
        assert!(!screen.hide_cursor(), "the cursor was left hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste was left on");
        let written = String::from_utf8_lossy(&self.written).into_owned();
        let at = |sequence: &str| {
            written
                .rfind(sequence)
                .unwrap_or_else(|| panic!("no {sequence:?}"))
        };
        assert!(at("\u{1b}[?25h") < at("\u{1b}[?2004l"));
        assert!(at("\u{1b}[?2004l") < at("\u{1b}[?1049l"));
        let flags = self.master.as_ref().unwrap().get_termios().unwrap();
        let flags = format!("{:?}", flags.local_flags);
        assert!(
            flags.contains("ECHO") && flags.contains("ICANON"),
            "raw mode was left on: {flags}"
        );
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Most tests have ended it already.
        let _ = self.child.kill();
    }
}

#[test]
fn q_leaves_and_gives_the_terminal_back() {
    let mut terminal = Terminal::console();
    assert!(terminal.screen.screen().alternate_screen());
    terminal.press("2");
    terminal.until("fleet › pools");
    terminal.press("q");
    terminal.until("fleet › overview");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    terminal.assert_restored();
}

#[test]
fn ctrl_c_leaves_too() {
    let mut terminal = Terminal::console();
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 130);
    terminal.assert_restored();
}

#[test]
fn every_signal_gives_the_terminal_back_and_tells_its_number() {
    for (signal, code) in [
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
        (Signal::TERM, 143),
    ] {
        let mut terminal = Terminal::console();
        terminal.signal(signal);
        assert_eq!(terminal.end(), code, "{signal:?}");
        terminal.assert_restored();
    }
}

#[test]
fn a_resized_terminal_is_drawn_anew() {
    let mut terminal = Terminal::console();
    terminal.resize(120, 30);
    terminal.until_that("footer in the last row", |terminal| {
        let last = terminal.screen.screen().contents_between(29, 0, 29, 120);
        last.starts_with("? help") && last.contains("} next end")
    });
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_size_that_comes_together_with_a_key_is_not_lost() {
    let mut terminal = Terminal::console();
    for (columns, rows) in [(120, 40), (90, 30), (300, 100)] {
        terminal.resize(columns, rows);
        terminal.press("3");
        terminal.until_that("footer in the last row", |terminal| {
            let screen = terminal.screen.screen();
            let last = screen.contents_between(rows - 1, 0, rows - 1, columns);
            last.starts_with("? help")
        });
    }
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 130);
}

/// The size that the first picture has may be an old one by the time that somebody listens to new ones.
#[test]
fn a_size_that_changes_while_it_starts_is_not_lost() {
    for _ in 0..8 {
        let mut terminal = Terminal::start(&[env!("CARGO_BIN_EXE_meltdeck")]);
        terminal.until_that("first picture", |terminal| !terminal.written.is_empty());
        terminal.resize(120, 40);
        terminal.until_that("footer in the last row", |terminal| {
            let last = terminal.screen.screen().contents_between(39, 0, 39, 120);
            last.starts_with("? help")
        });
        terminal.press("\u{3}");
        assert_eq!(terminal.end(), 130);
    }
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    let mut terminal = Terminal::start(&[example("panic").to_str().unwrap()]);
    assert_eq!(terminal.end(), 101);
    terminal.assert_restored();
    assert!(
        terminal
            .screen
            .screen()
            .contents()
            .contains("planted to see")
    );
}

/// A paused console writes nothing, however long it stands.
#[test]
fn an_idle_console_is_silent() {
    let mut terminal = Terminal::console();
    // The picture is whole; whatever comes now would come without a reason.
    while let Ok(bytes) = terminal.bytes.recv_timeout(Duration::from_millis(300)) {
        terminal.screen.process(&bytes);
    }
    let silence = terminal.bytes.recv_timeout(Duration::from_millis(1500));
    assert!(
        silence.is_err(),
        "{:?}",
        silence.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    );
}

/// A vanished terminal ends the program, even where nobody sends SIGHUP.
#[test]
fn a_hang_up_ends_it_even_if_sighup_is_ignored() {
    let program = env!("CARGO_BIN_EXE_meltdeck");
    let script = format!("trap '' HUP; exec {program}");
    let mut terminal = Terminal::start(&["sh", "-c", &script]);
    terminal.until("fleet › overview");
    terminal.keys = None;
    terminal.master = None;
    // The reader holds the terminal open as long as it listens.
    drop(std::mem::replace(&mut terminal.bytes, channel().1));
    // The system lets a stopped group go on when its terminal goes.
    terminal.signal(Signal::CONT);
    terminal.signal(Signal::WINCH);
    let started = Instant::now();
    let status = loop {
        if let Some(status) = terminal.child.try_wait().unwrap() {
            break status;
        }
        assert!(started.elapsed() < LIMIT, "it goes on without a terminal");
        std::thread::yield_now();
    };
    assert_eq!(status.exit_code(), 129);
}

/// The program of an example of this package.
fn example(name: &str) -> std::path::PathBuf {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_meltdeck"));
    program.parent().unwrap().join("examples").join(name)
}

/// A terminal that takes no bytes holds nobody: a signal ends the program all the same.
#[test]
fn a_signal_ends_it_although_nobody_reads_what_it_writes() {
    a_signal_ends_although_nobody_reads(env!("CARGO_BIN_EXE_meltdeck").as_ref());
}

/// Nor does one that does not even block.
#[test]
fn a_signal_ends_it_although_it_waits_for_room() {
    a_signal_ends_although_nobody_reads(&example("nonblocking"));
}

fn a_signal_ends_although_nobody_reads(program: &std::path::Path) {
    let pty = native_pty_system().openpty(size(80, 24)).unwrap();
    let mut command = CommandBuilder::new(program);
    command.env("TERM", "xterm-256color");
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut keys = pty.master.take_writer().unwrap();
    let mut reader = pty.master.try_clone_reader().unwrap();
    let (mut seen, mut chunk) = (Vec::new(), vec![0; 4096]);
    while !String::from_utf8_lossy(&seen).contains("overview") {
        let count = reader.read(&mut chunk).unwrap();
        seen.extend(&chunk[..count]);
    }
    // Whole pictures, until the terminal's buffer is full; keys that find no room are not needed any more.
    let redraws = std::thread::spawn(move || {
        for _ in 0..200 {
            if keys.write_all(b"\x0c3\x0c2").is_err() {
                break;
            }
        }
        keys
    });
    let keys = redraws.join().unwrap();
    let id = Pid::from_raw(i32::try_from(child.process_id().unwrap()).unwrap()).unwrap();
    kill_process(id, Signal::TERM).unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < LIMIT, "it waits for a reader");
        std::thread::yield_now();
    }
    drop(keys);
}

/// A terminal that does not block and is full for a while: the rest of the picture follows when there is room.
#[test]
fn a_terminal_that_does_not_block_gets_all_of_the_picture() {
    let mut terminal = Terminal::start(&[example("nonblocking").to_str().unwrap()]);
    terminal.until("boards to revision 3");
    terminal.resize(300, 100);
    terminal.press("3");
    terminal.until("workers-24 ");
    let gate = terminal.gate.clone();
    let closed = gate.lock().unwrap();
    // Some of these pictures, each larger than what a terminal holds, are drawn while nobody reads.
    for _ in 0..20 {
        terminal.press("\u{c}");
        std::thread::yield_now();
    }
    drop(closed);
    terminal.press("2");
    terminal.until("fleet › pools");
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 130);
    terminal.assert_restored();
}

/// Under a shell with job control: Ctrl-Z gives the terminal back, `fg` takes it again.
#[test]
fn ctrl_z_stops_and_fg_goes_on() {
    let mut terminal = Terminal::start(&["env", "PS1=shell> ", "bash", "--norc", "-i"]);
    terminal.until("shell> ");
    terminal.press(&format!("{}\n", env!("CARGO_BIN_EXE_meltdeck")));
    terminal.until("fleet › overview");
    terminal.press("\u{1a}");
    terminal.until("Stopped");
    assert!(!terminal.screen.screen().alternate_screen());
    assert!(!terminal.screen.screen().hide_cursor());
    terminal.press("fg\n");
    terminal.until_that("console again", |terminal| {
        let screen = terminal.screen.screen();
        screen.alternate_screen() && screen.contents().contains("boards to revision 3")
    });
    terminal.press("q");
    // What is typed before the shell is back may still be read by the program.
    terminal.until_that("prompt", |terminal| {
        let screen = terminal.screen.screen();
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("shell>")
    });
    terminal.press("echo left with $?\n");
    terminal.until("left with 0");
    terminal.press("exit\n");
    terminal.end();
}

#[test]
fn a_stop_from_outside_does_not_confuse_it() {
    let mut terminal = Terminal::console();
    terminal.signal(Signal::STOP);
    terminal.signal(Signal::CONT);
    terminal.press("2");
    terminal.until("fleet › pools");
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 130);
    terminal.assert_restored();
}

#[test]
fn no_color_means_no_colour() {
    let mut terminal = Terminal::start(&["env", "NO_COLOR=1", env!("CARGO_BIN_EXE_meltdeck")]);
    terminal.until("boards to revision 3");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    let written = String::from_utf8_lossy(&terminal.written).into_owned();
    for colour in [
        "\u{1b}[38;5;",
        "\u{1b}[31m",
        "\u{1b}[32m",
        "\u{1b}[33m",
        "\u{1b}[36m",
    ] {
        assert!(!written.contains(colour), "{colour:?}");
    }
    assert!(
        written.contains("\u{1b}[7m"),
        "what is selected is in reverse video"
    );
}

#[test]
fn a_terminal_that_knows_only_lines_gets_the_overview() {
    let mut terminal = Terminal::start(&["env", "TERM=dumb", env!("CARGO_BIN_EXE_meltdeck")]);
    assert_eq!(terminal.end(), 0);
    assert!(!String::from_utf8_lossy(&terminal.written).contains('\u{1b}'));
}

/// The report of the runs that there are, marked as such; a shard of a part is none.
#[test]
fn ctrl_c_prints_what_a_rehearsal_knows_so_far() {
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/new-rack.toml");
    let program = env!("CARGO_BIN_EXE_meltdeck");
    let mut terminal = Terminal::start(&[program, "rehearse", scenario, "--runs", "9999999"]);
    terminal.until("/9999999 runs");
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), 130);
    let written = terminal.screen.screen().contents();
    assert!(written.contains("PARTIAL: interrupted after"), "{written}");
    assert!(written.contains("runs to replay: median"), "{written}");

    let mut terminal = Terminal::start(&[
        program, "rehearse", scenario, "--runs", "9999999", "--shard", "1/2",
    ]);
    terminal.until("/4999999 runs");
    terminal.signal(Signal::INT);
    assert_eq!(terminal.end(), 130);
    let written = terminal.screen.screen().contents();
    assert!(written.contains("shard 1/2 was not written"), "{written}");
    assert!(!written.contains("meltdeck_shard"), "{written}");
}
