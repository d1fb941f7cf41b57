//! A live fleet as a scenario: what the appliance tells, and for what it does not a model or an assumption.
//!
//! | file | holds |
//! |---|---|
//! | `source` | of which appliance one is made, and with which model |
//! | `told` | what is asked of an appliance, and told |
//! | `names` | names that a scenario can have |
//! | `fleet` | clusters, pools and machines as a scenario has them |
//! | `pods` | workloads and budgets, where the appliance tells pods |
//! | `steps` | what happens to the fleet: its rollouts, and who is down |
//! | `header` | where all of it comes from, as comments |
//! | `orders` | orders to the live fleet, as its capture takes them |

mod fleet;
mod header;
mod names;
mod orders;
mod pods;
mod source;
mod steps;
#[cfg(test)]
mod tests;
mod told;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use appliance::{MachineId, MachinePoolId};
use jiff::Zoned;
use simulator::scenario::model::Model;
use simulator::scenario::{Scenario, ScenarioError};
use toml_writer::ToTomlValue;

pub(crate) use orders::Orders;
pub use source::Source;
pub(crate) use told::Told;

/// Where a capture comes from.
#[derive(Clone, Debug)]
pub(crate) struct About {
    /// The context's name.
    pub(crate) context: String,
    /// The appliance's address.
    pub(crate) endpoint: String,
    /// Whose fleet it is.
    pub(crate) organization: String,
    /// The model's file, if there is one.
    pub(crate) model: Option<String>,
    /// When the appliance was asked.
    pub(crate) at: Zoned,
}

/// A fleet that was captured.
#[derive(Clone, Debug)]
pub(crate) struct Captured {
    /// The scenario, which is valid.
    pub(crate) scenario: Scenario,
    /// Its text.
    pub(crate) text: String,
    /// What is to be said of it.
    pub(crate) notes: Notes,
    /// What is rolled out in it, in words.
    pub(crate) rolls_out: String,
    /// Who is who in it.
    pub(crate) known: Known,
}

/// What pools and machines of the appliance are called in a capture, by their numbers there. Each name is there once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) pools: BTreeMap<MachinePoolId, String>,
    pub(crate) machines: BTreeMap<MachineId, String>,
}

/// What is rolled out in a capture, at its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rollouts {
    /// What the model's steps say, or else the newest saved revision of every pool, or else a new one.
    Usual,
    /// These revisions to these pools, and no steps of the model.
    These(Vec<(MachinePoolId, u32)>),
}

/// Why a fleet cannot be captured.
#[derive(Debug)]
pub(crate) enum Uncaptured {
    /// No pool has a machine.
    Empty,
    /// What is to be rolled out cannot be: why.
    Rollout(String),
    /// The model is wrong, or does not fit the fleet.
    Model(ScenarioError),
}

/// The scenario of a fleet.
///
/// # Errors
/// Where there is nothing to rehearse, or the model is wrong.
pub(crate) fn capture(
    told: &Told,
    model: &Model,
    about: &About,
    rollouts: &Rollouts,
) -> Result<Captured, Uncaptured> {
    let mut notes = Notes::default();
    let fleet = fleet::Fleet::of(told, &mut notes);
    if fleet.pools.is_empty() {
        return Err(Uncaptured::Empty);
    }
    let starts = starts(&about.at);
    let mut text = format!("starts = {}\n", starts.to_toml_value());
    fleet.write(&mut text);
    let mut model = Cow::Borrowed(model);
    if let Rollouts::These(_) = rollouts {
        model = Cow::Owned(model.into_owned().without_steps());
    }
    let steps = steps::of(&fleet, (rollouts, model.says("steps")), &mut notes);
    let steps = steps.map_err(Uncaptured::Rollout)?;
    text.push_str(&steps.text);
    if !model.says("workloads") && !model.says("budgets") {
        let pods = pods::of(told, &fleet, &mut notes);
        // What pods are called and where they are may be more than a scenario can say.
        match Model::default().join(&format!("{text}{pods}")) {
            Ok(_) => text.push_str(&pods),
            Err(error) => notes.left_out(format!(
                "workloads and budgets, which no scenario can say as they are: {}",
                first_line(&error)
            )),
        }
    }
    let joined = model.join(&text).map_err(Uncaptured::Model)?;
    header::assume(&joined.scenario, &model, &mut notes);
    let text = format!("{}\n{}", header::write(told, about, &notes), joined.text);
    let scenario = Scenario::parse(&text, "capture", "capture").map_err(Uncaptured::Model)?;
    let images = scenario.images.as_ref();
    let images = images.map_or("", |_| ", and the images of the model as they come");
    Ok(Captured {
        rolls_out: format!("{}{images}", steps.said),
        scenario,
        text,
        known: fleet.known(),
        notes,
    })
}

/// A start as scenarios have it, to the minute.
fn starts(at: &Zoned) -> String {
    match at.time_zone().iana_name() {
        Some(zone) => format!("{} {zone}", at.strftime("%Y-%m-%d %H:%M")),
        None => format!("{}", at.timestamp().strftime("%Y-%m-%dT%H:%MZ")),
    }
}

fn first_line(error: &ScenarioError) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    let why = line.splitn(4, ':').nth(3).unwrap_or(line);
    why.trim().to_owned()
}

/// What is to be said of a capture beside the scenario.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// What the appliance does not tell, with the value that is taken.
    pub(crate) assumed: Vec<String>,
    /// Those of them that move a forecast most, in a few words each.
    pub(crate) above_all: Vec<String>,
    /// What the appliance tells and the scenario does not hold.
    pub(crate) left_out: Vec<String>,
    /// Who is called otherwise than the appliance says.
    pub(crate) renamed: Vec<String>,
}

impl Notes {
    pub(crate) fn assume(&mut self, what: impl Into<String>) {
        self.assumed.push(what.into());
    }

    fn left_out(&mut self, what: impl Into<String>) {
        self.left_out.push(what.into());
    }

    fn renamed(&mut self, what: impl Into<String>) {
        self.renamed.push(what.into());
    }
}

/// The first few of several names, and how many there are.
fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    const LISTED: usize = 8;
    let names: Vec<&str> = names.into_iter().collect();
    let mut list = names
        .iter()
        .take(LISTED)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > LISTED {
        let _ = write!(list, " and {} more", names.len() - LISTED);
    }
    list
}
