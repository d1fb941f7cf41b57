//! Appliances in memory that know meltcloud's public API and nothing else.

mod orders;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use appliance::public::{Reply, Request};
use appliance::{Error, ErrorKind};
use jiff::Timestamp;
use simulator::engine::{Seed, Time};
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;

use super::documented::Documented;
use super::journal::Journal;
use super::public::Ask;

/// A simulated fleet, and what it was asked.
pub(super) struct Fleet {
    simulation: Mutex<Simulation>,
    asked: Mutex<Vec<Request>>,
    /// What the next questions are answered with instead.
    pub(super) trouble: Mutex<Option<ErrorKind>>,
}

impl Fleet {
    pub(super) fn new(scenario: &str) -> Self {
        let scenario = Scenario::parse(scenario, "fleet.toml", "fleet").unwrap();
        let blueprint = Blueprint::new(scenario);
        Self {
            simulation: Mutex::new(Simulation::new(&blueprint, Seed(1), 0)),
            asked: Mutex::default(),
            trouble: Mutex::default(),
        }
    }

    /// What it was asked since this was last told.
    pub(super) fn asked(&self) -> Vec<Request> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// How many single pools it was asked for.
    pub(super) fn looks(&self) -> usize {
        let asked = self.asked();
        let looks = asked
            .iter()
            .filter(|request| matches!(request, Request::GetMachinePool { .. }));
        looks.count()
    }

    /// Lets all that was started come to its end.
    pub(super) fn finish(&self) {
        let hour = Time::from_millis(self.simulation.lock().unwrap().now().as_millis() + 3_600_000);
        self.simulation.lock().unwrap().run_until(hour);
    }
}

impl Ask for Fleet {
    fn ask(&self, request: Request) -> Result<Reply, Error> {
        self.asked.lock().unwrap().push(request.clone());
        if let Some(kind) = *self.trouble.lock().unwrap() {
            return Err(Error::new(kind, "trouble"));
        }
        let reply = self.simulation.lock().unwrap().answer(&request.into())?;
        match reply {
            appliance::Reply::Public(reply) => Ok(*reply),
            other => panic!("{other:?}"),
        }
    }
}

/// Always the same instant.
pub(super) fn noon() -> Timestamp {
    "2026-11-26T12:00:00Z".parse().unwrap()
}

/// A console that keeps its journal in memory.
pub(super) fn console() -> Documented {
    Documented::new(Journal::in_memory(), noon)
}

/// A new folder for files of one test, which is removed when the value is dropped.
pub(super) struct Folder(pub(super) std::path::PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("meltdeck-live-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that was never made, or is left behind, is no test's failure.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
