//! Scenario files: a fleet, the policy of its rollouts, and what happens to it.
//!
//! A scenario is a TOML file. It is parsed, then read section by section, so that every problem is found at once.
//!
//! | file | reads |
//! |---|---|
//! | `load` | the file itself |
//! | `pool`, `policy` | `[[clusters]]`, `[[pools]]`: machines, and how they are rolled out |
//! | `hardware`, `durations` | `[hardware.NAME]`: how long phases take, how they fail |
//! | `timeline` | `[[steps]]`, `[[faults]]` |
//! | `calendar`, `values` | civil times; durations, counts, percentages, names |
//! | `section`, `problem` | the walk through the document, and what is wrong with it |

mod calendar;
mod durations;
mod hardware;
mod load;
mod policy;
mod pool;
mod problem;
mod section;
mod timeline;
mod values;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use appliance::Text;
use sha2::{Digest, Sha256};
use toml::de::DeTable;

pub use calendar::Calendar;
pub use hardware::{Hardware, PhaseRule};
pub use policy::{Backoff, Mode, Order, Policy};
pub use pool::{Cluster, Machine, Machines, Pool};
pub use problem::ScenarioError;
pub use timeline::{Deed, Fault, FaultTarget, MachineRef, Misfortune, Step};
pub use values::Amount;

use crate::engine::{Seed, Span, Time};
use pool::Surroundings;
use problem::Problems;
use section::Section;

/// A scenario: valid, with every name resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name: that of its file, without folder and extension.
    pub name: Text,
    /// SHA-256 of its text, in hexadecimal digits.
    pub hash: String,
    /// When it starts, and in which zone.
    pub calendar: Calendar,
    /// How long it goes on; `None`: seven days after the last step.
    horizon: Option<Span>,
    /// How many runs a rehearsal makes unless told otherwise.
    pub runs: u32,
    /// The seed of its draws unless told otherwise.
    pub seed: Seed,
    /// Its clusters.
    pub clusters: Vec<Cluster>,
    /// Its pools, in the order of the file.
    pub pools: Vec<Pool>,
    /// Every hardware class by name, the built-in ones among them.
    pub hardware: BTreeMap<String, Hardware>,
    /// Its timeline, in order.
    pub steps: Vec<Step>,
    /// What goes wrong in it.
    pub faults: Vec<Fault>,
}

/// The horizon after the last step of a scenario that names none.
const DEFAULT_HORIZON: Span = Span::from_secs(7 * 86_400);
/// Runs of a rehearsal of a scenario that names none.
const DEFAULT_RUNS: u32 = 1000;
/// The most runs of one rehearsal.
pub const MOST_RUNS: u32 = 10_000_000;

impl Scenario {
    /// Reads a scenario from its text. `file` stands in front of every problem; `name` is the scenario's.
    ///
    /// # Errors
    /// When anything in it is wrong: every problem at once.
    pub fn parse(text: &str, file: &str, name: &str) -> Result<Self, ScenarioError> {
        let mut problems = Problems::new(text);
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let offset = error.span().map_or(0, |span| span.start);
            problems.add(offset, error.message());
        }
        // A key that stands twice leaves a document that can be read on; other mistakes of syntax leave a torn one.
        let is_torn = errors
            .iter()
            .any(|error| !error.message().contains("duplicate key"));
        if is_torn {
            return Err(problems.into_error(file));
        }
        let mut section = Section::new(String::new(), 0, document.get_ref());
        let mut scenario = Self {
            name: name.into(),
            hash: hash(text),
            calendar: Calendar::default(),
            horizon: None,
            runs: DEFAULT_RUNS,
            seed: Seed(1),
            clusters: Vec::new(),
            pools: Vec::new(),
            hardware: BTreeMap::new(),
            steps: Vec::new(),
            faults: Vec::new(),
        };
        scenario.read(&mut section, &mut problems);
        section.finish(&mut problems);
        if problems.is_empty() {
            Ok(scenario)
        } else {
            Err(problems.into_error(file))
        }
    }

    fn read(&mut self, section: &mut Section<'_, '_>, problems: &mut Problems<'_>) {
        if let Some(calendar) = section.get("starts", problems, calendar::starts) {
            self.calendar = calendar;
        }
        self.horizon = section.get("horizon", problems, values::positive_duration);
        if let Some(runs) = section.get("runs", problems, values::bounded(1, MOST_RUNS)) {
            self.runs = runs;
        }
        if let Some(seed) = section.get("seed", problems, values::seed) {
            self.seed = Seed(seed);
        }
        self.clusters = pool::clusters(section, problems);
        self.hardware = hardware::classes(section, problems);
        let around = Surroundings {
            clusters: &self.clusters,
            classes: &self.hardware,
        };
        self.pools = pool::pools(section, problems, &around);
        self.steps = timeline::steps(section, problems, self);
        self.faults = timeline::faults(section, problems, self);
    }

    /// The instant after which nothing is looked at.
    pub fn horizon(&self) -> Time {
        let last = self.steps.last().map_or(Time::START, |step| step.at);
        self.horizon
            .map_or(last + DEFAULT_HORIZON, |horizon| Time::START + horizon)
    }

    /// How many machines it has.
    pub fn machine_count(&self) -> u32 {
        self.pools.iter().map(|pool| pool.machines.count()).sum()
    }

    /// The names of its machines, pool by pool.
    pub fn machine_names(&self) -> impl Iterator<Item = String> {
        self.pools.iter().flat_map(|pool| {
            let positions = 0..pool.machines.count();
            positions.map(|position| pool.machines.name(&pool.name, position))
        })
    }
}

fn hash(text: &str) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
