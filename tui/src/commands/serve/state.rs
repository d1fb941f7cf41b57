//! The state of a served fleet in a file: the orders that it was given, and where its clock stands.
//!
//! One line of JSON each. An order is on the disk before it is answered for, so a program that is killed at any instant
//! loses nothing that somebody relies on; the end of a line that was being written then is nothing that was answered.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use simulator::engine::Time;
use simulator::simulation::{Order, Simulation};

/// The form of the file, raised when older programs could no longer read it.
const FORM: u32 = 1;

/// A state file that is open, and nobody else's.
#[derive(Debug)]
pub(super) struct State {
    file: File,
    /// How much of it is whole.
    length: u64,
    /// What stands in its last line about the clock.
    clock: Option<ClockLine>,
    /// The file that was there before, locked as long as this one is.
    _before: File,
}

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// The first: whose state it is.
    Meltdeck(Head),
    /// An order that was carried out.
    Order(Order),
    /// Where the clock stood.
    Clock(ClockLine),
}

/// Whose state it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    form: u32,
    scenario: String,
    sha256: String,
    seed: u64,
}

/// Where the clock stood, and how it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ClockLine {
    /// How many events had happened.
    pub(super) events: u64,
    pub(super) at_ms: u64,
    pub(super) is_paused: bool,
    /// Simulated seconds in a real one; `None`: as fast as it goes.
    pub(super) speed: Option<u32>,
}

impl Head {
    pub(super) fn of(simulation: &Simulation, seed: u64) -> Self {
        let scenario = simulation.blueprint().scenario();
        Self {
            form: FORM,
            scenario: scenario.name.as_str().to_owned(),
            sha256: scenario.hash.clone(),
            seed,
        }
    }
}

impl State {
    /// Opens the file, which need not be there, and brings the simulation to where the one stood that it is of. How the
    /// clock went then, if that is known.
    ///
    /// # Errors
    /// A sentence that says why not: it cannot be read or written, another program has it, it is of another fleet, or it is
    /// none.
    pub(super) fn resume(
        path: &Path,
        head: &Head,
        simulation: &mut Simulation,
    ) -> Result<(Self, Option<ClockLine>), String> {
        let told =
            |error: &io::Error| format!("cannot use the state file {}: {error}", path.display());
        let mut before = open(path).map_err(|error| told(&error))?;
        let mut text = String::new();
        before
            .read_to_string(&mut text)
            .map_err(|error| told(&error))?;
        let lines = whole_lines(path, &text)?;
        let (orders, clock) = replayed(path, head, lines, simulation)?;
        let mut state =
            Self::rewritten(path, before, head, &orders).map_err(|error| told(&error))?;
        if let Some(clock) = clock {
            state.keep_clock(clock).map_err(|error| told(&error))?;
        }
        Ok((state, clock))
    }

    /// Keeps orders, and is sure of it.
    ///
    /// # Errors
    /// When they cannot be written; the file is as before then.
    pub(super) fn keep(&mut self, orders: &[Order]) -> io::Result<()> {
        let lines: Vec<Line> = orders.iter().cloned().map(Line::Order).collect();
        self.append(&lines)?;
        self.clock = None;
        Ok(())
    }

    /// Keeps where the clock stands, unless that is known.
    ///
    /// # Errors
    /// As [`State::keep`].
    pub(super) fn keep_clock(&mut self, clock: ClockLine) -> io::Result<()> {
        if self.clock != Some(clock) {
            self.append(&[Line::Clock(clock)])?;
            self.clock = Some(clock);
        }
        Ok(())
    }

    /// The same state in a new file that takes the place of the one before, without what is not needed any more.
    fn rewritten(path: &Path, before: File, head: &Head, orders: &[Order]) -> io::Result<Self> {
        let beside = beside(path);
        let file = options().truncate(true).open(&beside)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        let mut state = Self {
            file,
            length: 0,
            clock: None,
            _before: before,
        };
        state.append(&[Line::Meltdeck(head.clone())])?;
        state.keep(orders)?;
        fs::rename(&beside, path)?;
        // Where a folder cannot be written through, the name is there all the same unless the machine fails at once.
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
        Ok(state)
    }

    fn append(&mut self, lines: &[Line]) -> io::Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        let written = self.write(&text);
        if written.is_err() {
            // What is not whole must not stand before what comes later.
            self.file.set_len(self.length)?;
        }
        written
    }

    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.write_all(text)?;
        self.file.sync_data()?;
        self.length += text.len() as u64;
        Ok(())
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).mode(0o600);
    options
}

/// Opens the file for this program alone.
fn open(path: &Path) -> io::Result<File> {
    let file = options().truncate(false).open(path)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| io::Error::other("another program uses it"))?;
    Ok(file)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// The lines, each with its number. What stands behind the last line break was being written when the program was killed.
fn whole_lines(path: &Path, text: &str) -> Result<Vec<(usize, Line)>, String> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(whole.lines()) {
        let read = serde_json::from_str(line).map_err(|error| {
            let place = path.display();
            format!("{place}:{number}: no line of a state file: {error}")
        })?;
        lines.push((number, read));
    }
    if lines.is_empty() && !text.is_empty() {
        return Err(format!("{} is no state file", path.display()));
    }
    Ok(lines)
}

/// Gives the simulation the orders again, and moves its clock to where it stood.
fn replayed(
    path: &Path,
    head: &Head,
    lines: Vec<(usize, Line)>,
    simulation: &mut Simulation,
) -> Result<(Vec<Order>, Option<ClockLine>), String> {
    let place = path.display();
    let mut orders = Vec::new();
    let mut clock = None;
    for (number, line) in lines {
        let differs = |why: &dyn std::fmt::Display| {
            format!("{place}:{number}: this version of meltdeck makes another run of it: {why}")
        };
        match line {
            Line::Meltdeck(of) if number == 1 && of == *head => {}
            Line::Meltdeck(of) if number == 1 => return Err(mismatch(path, &of, head)),
            Line::Meltdeck(_) => return Err(format!("{place}:{number}: a second first line")),
            _ if number == 1 => return Err(format!("{place} is no state file")),
            Line::Order(order) => {
                simulation.repeat(&order).map_err(|error| differs(&error))?;
                orders.push(order);
                clock = None;
            }
            Line::Clock(line) => {
                let to = (line.events, Time::from_millis(line.at_ms));
                simulation.go_on_to(to).map_err(|error| differs(&error))?;
                clock = Some(line);
            }
        }
    }
    Ok((orders, clock))
}

fn mismatch(path: &Path, found: &Head, wanted: &Head) -> String {
    let place = path.display();
    if found.form != wanted.form {
        return format!(
            "{place} has form {}, and this version reads {FORM}",
            found.form
        );
    }
    if found.sha256 != wanted.sha256 {
        let (found, wanted) = (&found.scenario, &wanted.scenario);
        let of = if found == wanted {
            format!("scenario {found} as it was before it was changed")
        } else {
            format!("scenario {found}, not {wanted}")
        };
        return format!("{place} is the state of {of}: name another file, or delete it");
    }
    format!(
        "{place} is the state of seed {}, not {}: name another file, or that seed",
        found.seed, wanted.seed
    )
}
