//! What `state_at` of an `[[expect]]` asks: whether a machine or a pool is in a state at an instant.

use appliance::{MachinePoolStatus, MachineStatus, Scheduling};

use super::Scenario;
use super::machines::{MachineRef, machine_named};
use super::pool::pool_named;
use super::problem::{Problems, did_you_mean};
use super::section::{Item, Section};
use super::timeline::instant_of_step;
use super::values::quoted;
use crate::engine::Time;
use crate::phase::Phase;

/// A question about one instant of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateAt {
    /// When; everything of that instant has happened.
    pub at: Time,
    /// Of what.
    pub of: Object,
    /// The state.
    pub state: State,
}

/// What has a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// A machine.
    Machine(MachineRef),
    /// A pool, by its place in [`Scenario::pools`].
    Pool(usize),
}

/// A state, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A word: of a machine its status, whether its node takes pods, its phase or what it waits for; of a pool its
    /// status.
    Word(String),
    /// It runs this revision; of a pool: all of its machines do.
    Revision(u32),
}

/// What a machine may wait for, by the words of the reports.
pub const WAITS: [&str; 15] = [
    "paused",
    "halted",
    "window",
    "gate",
    "hold",
    "back-off",
    "canary",
    "slot",
    "poll",
    "power",
    "repair",
    "capacity",
    "budget",
    "volume",
    "pod-grace",
];

/// The question of a statement about `state_at`.
pub(super) fn state_at(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<StateAt> {
    let at = table.need("at", problems, |item, problems| {
        instant_of_step(item, problems, scenario)
    });
    let of = object(table, problems, scenario);
    let is_machine = table.item("machine").is_some();
    let state = table.need("state", problems, |item, problems| {
        state(item, problems, is_machine)
    });
    Some(StateAt {
        at: at?,
        of: of?,
        state: state?,
    })
}

/// The machine or the pool; exactly one of the two.
fn object(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Object> {
    let pool = table.item("pool");
    match (table.item("machine"), pool) {
        (Some(machine), None) => machine_named(&machine, problems, scenario).map(Object::Machine),
        (None, Some(pool)) => pool_named(&pool, problems, scenario).map(Object::Pool),
        (Some(_), Some(pool)) => {
            pool.object(problems, "beside \"machine\": allowed is one of the two");
            None
        }
        (None, None) => {
            let path = table.path_of("machine");
            problems.add(table.offset(), format!("{path}: missing, or \"pool\""));
            None
        }
    }
}

fn state(item: &Item<'_, '_>, problems: &mut Problems<'_>, is_machine: bool) -> Option<State> {
    let found = item.as_str().unwrap_or_default();
    let revision = found.strip_prefix("revision ");
    if let Some(number) = revision.and_then(|number| number.parse().ok()) {
        return Some(State::Revision(number));
    }
    let words = || words(is_machine);
    if words().any(|word| word == found) {
        return Some(State::Word(found.to_owned()));
    }
    let allowed = format!("{}, or as \"revision 2\"", quoted(words()));
    item.refuse_with_hint(problems, &allowed, &did_you_mean(found, words()));
    None
}

/// The words for a machine, or for a pool.
fn words(is_machine: bool) -> Box<dyn Iterator<Item = &'static str>> {
    if !is_machine {
        return Box::new(MachinePoolStatus::KNOWN.iter().copied());
    }
    let told = MachineStatus::KNOWN.iter().chain(Scheduling::KNOWN);
    let phases = Phase::ALL.into_iter().map(Phase::as_str);
    Box::new(told.copied().chain(phases).chain(WAITS))
}
