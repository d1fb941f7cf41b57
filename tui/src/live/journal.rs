//! The operations that were started from this account, in a file: meltcloud's public API answers an order with its
//! operation's number, and lists none.
//!
//! One line of JSON each, appended in one write, so that several programs may append at once. A line that was not written
//! to its end is passed over by whoever reads, and the next one begins on a line of its own. What was ordered stands in it
//! by verb, numbers and names; no key, address or other secret does.

mod file;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use appliance::client::Settings;
use appliance::{MachineId, MachinePoolId, OperationId, OperationStatus, Text};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use file::File;

/// How many operations are told at most: the newest.
const NEWEST: usize = 200;

/// The journal of one appliance and organization.
#[derive(Debug)]
pub(super) struct Journal {
    /// `None`: there is no folder for it, so it lives as long as this program.
    path: Option<PathBuf>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    file: File,
    /// In the order in which they were started.
    orders: Vec<Order>,
}

/// What was ordered, and the operation that carries it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The operation.
    pub operation: OperationId,
    /// What was ordered, as the command line has it: `set-version`.
    pub verb: Text,
    /// What it is for.
    pub target: Target,
    /// When it was ordered (RFC 3339), by the clock of this machine.
    pub at: Text,
    /// Where the operation stood when it was last asked about.
    pub status: OperationStatus,
}

/// What an order is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What it is: `machine`, `pool`, `cluster`, or another word of the public API.
    pub kind: Text,
    /// Its number, where it has one.
    pub id: Option<i64>,
    /// Its name, where that is known.
    pub name: Option<Text>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// An operation was started.
    Started(Order),
    /// It came to its end.
    Ended {
        operation: OperationId,
        status: OperationStatus,
    },
    /// The appliance does not know it any more.
    Gone { operation: OperationId },
}

impl Journal {
    /// The journal of an appliance and organization in a folder, which need not be there yet.
    pub(super) fn new(folder: Option<&Path>, settings: &Settings) -> Self {
        Self {
            path: folder.map(|folder| folder.join(file_name(settings))),
            known: Mutex::default(),
        }
    }

    /// One that lives as long as the program.
    #[cfg(test)]
    pub(super) fn in_memory() -> Self {
        Self {
            path: None,
            known: Mutex::default(),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Notes an operation that was started. It is known from then on, also where it cannot be written down.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(super) fn start(&self, order: Order) -> io::Result<()> {
        self.note(Line::Started(order))
    }

    /// Notes where an operation was seen to stand, for good where that is its end.
    ///
    /// # Errors
    /// As [`Journal::start`].
    pub(super) fn see(&self, operation: OperationId, status: &OperationStatus) -> io::Result<()> {
        if status.is_final() {
            let status = status.clone();
            return self.note(Line::Ended { operation, status });
        }
        let mut known = self.known();
        if let Some(order) = known.order(operation) {
            order.status = status.clone();
        }
        Ok(())
    }

    /// Notes that the appliance does not know an operation any more.
    ///
    /// # Errors
    /// As [`Journal::start`].
    pub(super) fn lose(&self, operation: OperationId) -> io::Result<()> {
        self.note(Line::Gone { operation })
    }

    /// The newest orders, the oldest first, with those of other programs.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(super) fn orders(&self) -> io::Result<Vec<Order>> {
        let mut known = self.known();
        self.read_on(&mut known)?;
        Ok(known.orders.clone())
    }

    fn note(&self, line: Line) -> io::Result<()> {
        let mut known = self.known();
        // In the order of the file, if that can be read: what is written next comes after it.
        let read = self.read_on(&mut known);
        let written = match &self.path {
            Some(path) => read.and_then(|()| file::append(path, &line)),
            None => Ok(()),
        };
        known.take(line);
        written
    }

    fn read_on(&self, known: &mut Known) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        for line in known.file.read_on(path)? {
            known.take(line);
        }
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn order(&mut self, operation: OperationId) -> Option<&mut Order> {
        let mut orders = self.orders.iter_mut();
        orders.find(|order| order.operation == operation)
    }

    /// Takes note of a line. The own ones are met again in the file, which changes nothing.
    fn take(&mut self, line: Line) {
        match line {
            Line::Started(order) => self.start(order),
            Line::Ended { operation, status } => {
                if let Some(order) = self.order(operation) {
                    order.status = status;
                }
            }
            Line::Gone { operation } => self.orders.retain(|order| order.operation != operation),
        }
    }

    fn start(&mut self, order: Order) {
        if let Some(known) = self.order(order.operation) {
            if known.at == order.at {
                return;
            }
            // An appliance that was set up anew counts from 1 again.
            let operation = order.operation;
            self.orders.retain(|order| order.operation != operation);
        }
        self.orders.push(order);
        if self.orders.len() > NEWEST {
            self.orders.remove(0);
        }
    }
}

impl Target {
    /// One that has a number and a name.
    pub(super) fn new(kind: &str, id: i64, name: Option<Text>) -> Self {
        Self {
            kind: kind.into(),
            id: Some(id),
            name,
        }
    }

    /// The machine, where it is one.
    pub fn machine(&self) -> Option<MachineId> {
        let id = self.id.filter(|_| self.kind == "machine");
        id.map(MachineId)
    }

    /// The pool, where it is one.
    pub fn pool(&self) -> Option<MachinePoolId> {
        let id = self.id.filter(|_| self.kind == "pool");
        id.map(MachinePoolId)
    }
}

/// `pool workers`, or with its number where it has no name.
impl std::fmt::Display for Target {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let told = match (&self.name, self.id) {
            (Some(name), _) => format!("{} {name}", self.kind),
            (None, Some(id)) => format!("{} {id}", self.kind),
            (None, None) => self.kind.to_string(),
        };
        formatter.pad(&told)
    }
}

/// A name that says whose journal it is to people, and is another one for each endpoint and organization.
fn file_name(settings: &Settings) -> String {
    const LONGEST: usize = 60;
    let endpoint = settings.endpoint.to_string();
    let digest = Sha256::digest(endpoint.as_bytes());
    let digest = digest[..4].iter().fold(String::new(), |mut hex, byte| {
        use std::fmt::Write;
        // A string takes everything.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let host = endpoint.split_once("://").map_or("", |(_, rest)| rest);
    let host = host.chars().take(LONGEST).map(|letter| {
        let is_plain = letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
        if is_plain { letter } else { '_' }
    });
    let host: String = host.collect();
    format!("{host}_{digest}_{}.jsonl", settings.organization)
}

/// The folder of the journals, from the variables of the XDG base directories
/// (<https://specifications.freedesktop.org/basedir-spec/latest/>), which has a path that is not absolute count as none.
pub(super) fn folder(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name| variable(name).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME");
    let state = state.or_else(|| Some(absolute("HOME")?.join(".local/state")));
    Some(state?.join("meltdeck"))
}

#[cfg(test)]
mod tests;
