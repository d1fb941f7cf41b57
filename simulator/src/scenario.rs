//! Scenario files: a fleet, the policy of its rollouts, and what happens to it.
//!
//! A scenario is a TOML file. It is parsed, then read section by section, so that every problem is found at once.
//!
//! | file | reads |
//! |---|---|
//! | `load` | the file itself |
//! | `pool`, `machines` | `[[clusters]]`, `[[pools]]`: who is in the fleet |
//! | `depot` | `[[machines]]`: machines that are in no pool |
//! | `policy`, `poll`, `drain` | how a pool is rolled out, who asks for a turn, how machines are drained |
//! | `hardware`, `durations` | `[hardware.NAME]`: how long phases take, how they fail |
//! | `absence` | of clusters and pools: how long one waits for a machine that is away, or that stops |
//! | `hazard` | of hardware: how it fails by itself |
//! | `boots` | of the same: slow modes, what a boot of a new revision can come to |
//! | `workloads`, `feasible` | `[[workloads]]`: what runs on the machines, and whether it can |
//! | `pod_times`, `starts_on` | how long its pods take, and where they are at the start |
//! | `budgets` | `[[budgets]]`: how much of it may be missing |
//! | `windows` | `[[windows]]`, `[[exclusions]]`: when the pools may be rolled out |
//! | `gates` | `[[gates]]`: health signals that hold rollouts |
//! | `hands`, `owners`, `hours` | `[[hands]]`, `[[owners]]`: who repairs machines and retries operations, and when |
//! | `images`, `cadence` | `[images]`: machine images that are released by themselves, and when |
//! | `canaries` | of pools: which of its machines go first |
//! | `timeline`, `numbering`, `faults` | `[[steps]]`, the revisions that they mean, `[[faults]]` |
//! | `outages` | steps that go wrong with the appliance itself, where it is served |
//! | `bad_revisions` | `[[bad_revisions]]`: revisions that do harm to many machines at once |
//! | `change`, `change_steps` | changes of machines, pools and control planes, and the steps that ask for them |
//! | `growth` | nothing of the file: what is added to the fleet while it is simulated |
//! | `model` | scenarios without a fleet, for one that an appliance tells |
//! | `inputs` | nothing of the file: what of it is left to chance, and the scenario with one of that set |
//! | `expect`, `state_at` | `[[expect]]`: what a forecast must say, also of one instant |
//! | `quantities`, `labels`, `objects` | what Kubernetes writes: CPU and memory, labels, names with a namespace |
//! | `bytes` | sizes and bandwidths |
//! | `calendar`, `values` | civil times; durations, counts, percentages, names |
//! | `section`, `problem` | the walk through the document, and what is wrong with it |
//! | `reader` | these, for other files that are read the same way |

mod absence;
mod bad_revisions;
mod boots;
mod budgets;
mod bytes;
mod cadence;
mod calendar;
mod canaries;
mod change;
mod change_steps;
mod depot;
mod drain;
mod durations;
mod expect;
mod faults;
mod feasible;
mod gates;
mod growth;
mod hands;
mod hardware;
mod hazard;
mod hours;
mod images;
mod inputs;
mod labels;
mod load;
mod machines;
pub mod model;
mod numbering;
mod objects;
mod outages;
mod own_phases;
mod owners;
mod pod_times;
mod policy;
mod poll;
mod pool;
mod presets;
mod problem;
mod quantities;
pub mod reader;
mod section;
mod starts_on;
mod state_at;
mod timeline;
mod values;
mod windows;
mod workload;
mod workloads;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use appliance::{Organization, Text};
use sha2::{Digest, Sha256};
use toml::de::DeTable;

pub use absence::{HEARTBEAT, Patience, Shutdown};
pub use bad_revisions::{BadRevision, Harm, Which};
pub use boots::{Boots, Slow};
pub use cadence::Cadence;
pub use calendar::{Calendar, civil, rfc3339};
pub use canaries::Canaries;
pub use change::{Change, MachineSetting, PoolSetting, is_hostname};
pub use depot::{Depot, Enrolment, is_uuid};
pub use expect::{Expect, Relation};
pub use faults::{Fault, FaultTarget, Misfortune};
pub use gates::{Gate, Spells};
pub use growth::Addition;
pub use hands::Hands;
pub use hardware::{Hardware, PhaseRule};
pub use hazard::Hazard;
pub use images::{Campaign, Images, Supersede, Versions};
pub use inputs::{Extreme, Input, Setting};
pub use labels::is_label;
pub use machines::{Machine, MachineRef, Machines};
pub use outages::{Outage, Trouble};
pub use own_phases::{OwnPhases, Soak};
pub use owners::Owner;
pub use policy::{Backoff, Mode, Order, Policy};
pub use poll::Poll;
pub use pool::{Cluster, Pool, is_version};
pub use presets::Preset;
pub use problem::{ScenarioError, did_you_mean};
pub use state_at::{Object, State, StateAt, WAITS};
pub use timeline::{ChangeIndex, Deed, Step};
pub use values::{Amount, is_name};
pub use workload::{
    BarePods, Budget, Capacity, DrainPolicy, DrainTimeOut, Kind, Limit, OnDrainTimeOut, Placement,
    Quantity, Requests, Topology, UnhealthyPods, Workload,
};

use crate::engine::{Seed, Span, Time};
use crate::windows::{Exclusion, Window};
use pool::Surroundings;
use problem::Problems;
use section::Section;

/// A scenario: valid, with every name resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name: that of its file, without folder and extension.
    pub name: Text,
    /// Its text.
    pub text: Arc<str>,
    /// The preset that was asked for beside the text: what pools behave like which name none.
    pub forced_preset: Option<Preset>,
    /// SHA-256 of its text and of that preset, in hexadecimal digits.
    pub hash: String,
    /// When it starts, and in which zone.
    pub calendar: Calendar,
    /// How long it goes on; `None`: seven days after the last step, or the last date of an image.
    horizon: Option<Span>,
    /// How many runs a rehearsal makes unless told otherwise.
    pub runs: u32,
    /// The organization whose fleet it is; `None`: any, where it is served.
    pub organization: Option<Organization>,
    /// The seed of its draws unless told otherwise.
    pub seed: Seed,
    /// Its clusters.
    pub clusters: Vec<Cluster>,
    /// Its pools, in the order of the file.
    pub pools: Vec<Pool>,
    /// Every hardware class by name, the built-in ones among them.
    pub hardware: BTreeMap<String, Hardware>,
    /// How the schedulers of its clusters choose.
    pub placement: Placement,
    /// What runs on its machines, in the order of the file.
    pub workloads: Vec<Workload>,
    /// The disruption budgets of its workloads.
    pub budgets: Vec<Budget>,
    /// The maintenance windows of its pools, in the order of the file.
    pub windows: Vec<Window>,
    /// The dates on which pools have none.
    pub exclusions: Vec<Exclusion>,
    /// The health gates of its pools, in the order of the file.
    pub gates: Vec<Gate>,
    /// Who repairs its machines, in the order of the file.
    pub hands: Vec<Hands>,
    /// Who retries its operations, in the order of the file.
    pub owners: Vec<Owner>,
    /// The machine images that are released by themselves, if there are any.
    pub images: Option<Images>,
    /// Machines in no pool; the last holds none at the start, and is where those are that leave their pool.
    pub depots: Vec<Depot>,
    /// Its timeline, in order.
    pub steps: Vec<Step>,
    /// The changes that its timeline asks for.
    pub changes: Vec<Change>,
    /// When it does not answer as it should, where it is served.
    pub outages: Vec<Outage>,
    /// What goes wrong in it.
    pub faults: Vec<Fault>,
    /// What its forecast must say.
    pub expects: Vec<Expect>,
    /// Revisions that do harm.
    pub bad_revisions: Vec<BadRevision>,
    /// Pools, by their place, and revisions of them that change the firmware of machines.
    pub firmware_changes: BTreeSet<(usize, u32)>,
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
        Self::parse_as(text, file, name, None)
    }

    /// As [`Scenario::parse`], with pools that name no preset behaving like this one, whatever the top level says.
    ///
    /// # Errors
    /// As [`Scenario::parse`].
    pub fn parse_as(
        text: &str,
        file: &str,
        name: &str,
        preset: Option<Preset>,
    ) -> Result<Self, ScenarioError> {
        let mut problems = Problems::new(text);
        let Some(document) = reader::document(text, &mut problems) else {
            return Err(problems.into_error(file));
        };
        let scenario = Self::of_document((text, &document), &mut problems, (name, preset), &[]);
        if problems.is_empty() {
            Ok(scenario)
        } else {
            Err(problems.into_error(file))
        }
    }

    /// The scenario of a document, as far as it can be read. The text is what the scenario keeps and is known by. `others` are
    /// keys that may stand in the document's file and were taken out of it.
    fn of_document(
        (text, document): (&str, &DeTable<'_>),
        problems: &mut Problems<'_>,
        (name, preset): (&str, Option<Preset>),
        others: &[&'static str],
    ) -> Self {
        let mut section = Section::new(String::new(), 0, document);
        for key in others {
            section.item(key);
        }
        let mut scenario = Self {
            name: name.into(),
            text: text.into(),
            forced_preset: preset,
            hash: hash(text, preset),
            calendar: Calendar::default(),
            horizon: None,
            runs: DEFAULT_RUNS,
            organization: None,
            seed: Seed(1),
            clusters: Vec::new(),
            pools: Vec::new(),
            hardware: BTreeMap::new(),
            placement: Placement::default(),
            workloads: Vec::new(),
            budgets: Vec::new(),
            windows: Vec::new(),
            exclusions: Vec::new(),
            gates: Vec::new(),
            hands: Vec::new(),
            owners: Vec::new(),
            images: None,
            depots: Vec::new(),
            steps: Vec::new(),
            changes: Vec::new(),
            outages: Vec::new(),
            faults: Vec::new(),
            expects: Vec::new(),
            bad_revisions: Vec::new(),
            firmware_changes: BTreeSet::new(),
        };
        scenario.read(&mut section, problems, preset);
        section.finish(problems);
        scenario
    }

    fn read(
        &mut self,
        section: &mut Section<'_, '_>,
        problems: &mut Problems<'_>,
        preset: Option<Preset>,
    ) {
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
        self.organization = section.get("organization", problems, depot::organization);
        self.clusters = pool::clusters(section, problems);
        self.hardware = hardware::classes(section, problems);
        let default = (Preset::default(), 0..0);
        let named = presets::behaves_like(section, problems, &default);
        let around = Surroundings {
            clusters: &self.clusters,
            classes: &self.hardware,
            preset: preset.map_or(named, |preset| (preset, 0..0)),
        };
        let before = problems.len();
        self.pools = pool::pools(section, problems, &around);
        let are_pools_clean = problems.len() == before;
        if let Some(placement) = section.get("placement", problems, workloads::placement) {
            self.placement = placement;
        }
        let (workloads, budgets) = workloads::workloads(section, problems, self, are_pools_clean);
        self.workloads = workloads;
        self.budgets = budgets;
        let budgets = budgets::budgets(section, problems, self);
        self.budgets.extend(budgets);
        self.windows = windows::windows(section, problems, self);
        self.exclusions = windows::exclusions(section, problems, self);
        self.gates = gates::gates(section, problems, self);
        self.hands = hands::hands(section, problems, self);
        self.owners = owners::owners(section, problems, self);
        self.images = images::images(section, problems, self);
        self.depots = depot::depots(section, problems, self);
        self.depots.push(Depot::empty());
        let timeline = timeline::steps(section, problems, self);
        (self.steps, self.changes) = (timeline.steps, timeline.changes);
        self.outages = timeline.outages;
        self.firmware_changes = numbering::firmware_changes(&self.steps);
        if let Some(images) = &mut self.images {
            images.number(&self.pools, &self.steps, &self.changes);
        }
        self.faults = faults::faults(section, problems, self);
        self.expects = expect::expects(section, problems, self);
        self.bad_revisions = bad_revisions::bad_revisions(section, problems, self);
    }

    /// The instant after which nothing is looked at.
    pub fn horizon(&self) -> Time {
        let last = self.steps.last().map_or(Time::START, |step| step.at);
        let image = self.images.as_ref().map(Images::last_date);
        let last = last.max(image.unwrap_or(Time::START));
        self.horizon
            .map_or(last + DEFAULT_HORIZON, |horizon| Time::START + horizon)
    }

    /// The hardware class of the machines of one of its homes, as that has it.
    pub fn hardware_of(&self, home: usize) -> Hardware {
        let home = self.home(home);
        home.own_phases.over(&self.hardware[&home.hardware])
    }

    /// Where its machines are from: every pool, then those in none.
    pub fn homes(&self) -> impl Iterator<Item = &Pool> {
        let depots = self.depots.iter().map(|depot| &depot.about);
        self.pools.iter().chain(depots)
    }

    /// What a place among [`Scenario::homes`] is.
    pub fn home(&self, place: usize) -> &Pool {
        match place.checked_sub(self.pools.len()) {
            None => &self.pools[place],
            Some(depot) => &self.depots[depot].about,
        }
    }

    /// What its expectations ask about instants, in the order of the file.
    pub fn states(&self) -> impl Iterator<Item = &StateAt> {
        self.expects.iter().filter_map(|one| one.state.as_ref())
    }

    /// How many machines it has.
    pub fn machine_count(&self) -> u32 {
        self.homes().map(|home| home.machines.count()).sum()
    }

    /// The names of its machines, pool by pool.
    pub fn machine_names(&self) -> impl Iterator<Item = String> {
        self.homes().flat_map(|pool| {
            let positions = 0..pool.machines.count();
            positions.map(|position| pool.machines.name(&pool.name, position))
        })
    }
}

/// Of the text, and of the preset that stands over it where one does.
fn hash(text: &str, preset: Option<Preset>) -> String {
    let mut hasher = Sha256::new_with_prefix(text.as_bytes());
    if let Some(preset) = preset {
        hasher.update(format!("\nbehaves_like = \"{}\"\n", preset.name()));
    }
    hex(&hasher.finalize())
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
