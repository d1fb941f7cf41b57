//! The fleet model: machines that go through the phases of an update, pools that are rolled out, power that fails.
//!
//! | file | holds |
//! |---|---|
//! | `blueprint` | what does not change in a run, made once from the scenario |
//! | `actors` | whom each entity of the agenda stands for |
//! | `layout`, `members` | who is where and is called how, from the scenario or since a change |
//! | `world` | everything that does change, and the loop that takes one event after the other |
//! | `machine` | one machine's state, and why it waits |
//! | `lifecycle` | a machine's way through the phases: durations, failures, time-outs, retries |
//! | `boot` | what a boot time-out and a power-cycle do |
//! | `fate` | what a boot comes to: rolled back, a reboot loop, not Ready |
//! | `hazard` | machines that fail by themselves, and are repaired |
//! | `relapse` | machines that counted as updated, and turn out not to be |
//! | `pods` | what runs on the machines: pods, their budgets, who replaces them |
//! | `drain` | the drain of a machine that pods run on |
//! | `cordon` | cordoning and draining by hand |
//! | `slots` | slots that expire |
//! | `surge` | spare machines that join first and leave last |
//! | `spells` | how long something was so that is so from time to time |
//! | `tally` | how long machines had which reason |
//! | `progress` | when each tenth of a rollout's machines was settled, and how long updates took |
//! | `ages` | how old the revisions are that machines run |
//! | `waits` | what the machines of a rollout wait for now, and how long they have |
//! | `images` | machine images that are released, and the campaign that brings one to the pools |
//! | `fetch` | fetching an image, over a line that machines share |
//! | `fork` | a run that goes on from an instant on other luck |
//! | `absence` | what becomes of the pods of a machine that is away |
//! | `power` | losing power and getting it back |
//! | `operation` | one rollout: its state, requests, halting, end |
//! | `doors`, `windows` | when machines may start: maintenance windows, what was made of each |
//! | `polling` | machines that ask for their turns themselves |
//! | `gates` | health gates: while one is red, nothing new starts |
//! | `people`, `hours` | hands, owners and gates as they do not change; working hours on the clock of a run |
//! | `hands` | who repairs machines that do not come back by themselves |
//! | `owners` | who retries operations that failed |
//! | `hold` | machines whose turn is held, or that no rollout targets |
//! | `blast` | how far bad revisions got, and what stopped them |
//! | `rollout` | who starts when: slots, order, batches |
//! | `task` | operations that do one thing to one machine |
//! | `changes`, `errand` | changes of machines, and what machines do on their way into a pool or out of one |
//! | `own_settings`, `pool_revisions` | what is set on machines and pools, and the revisions that this makes |
//! | `event` | what an observer is told |
//! | `states` | the states of machines and pools, and whether they are in one that a scenario asks for |
//! | `outcome`, `stuck` | how a run ended, and what is left of a rollout that stopped |

mod absence;
mod actors;
mod ages;
pub mod bad_revisions;
mod blast;
mod blueprint;
mod boot;
mod canaries;
mod changes;
mod cordon;
pub mod doors;
mod drain;
mod errand;
pub mod event;
mod fate;
mod fetch;
mod fork;
mod gates;
mod hands;
mod hazard;
mod hold;
mod hours;
mod images;
mod layout;
mod lifecycle;
pub mod machine;
mod members;
pub mod operation;
pub mod outcome;
mod own_settings;
mod owners;
mod people;
pub(crate) mod pods;
mod polling;
mod pool_revisions;
mod power;
mod progress;
mod relapse;
mod rollout;
mod slots;
mod spells;
mod states;
mod stuck;
mod surge;
mod tally;
mod task;
mod waits;
mod windows;
pub mod world;

#[cfg(test)]
mod tests;

pub use absence::{FailureZone, Pace, PaceEvent};
pub use ages::OLD_DAYS;
pub use blast::BlastEnd;
pub use blueprint::{Blueprint, MachineIndex, OperationIndex, PoolIndex};
pub use changes::Done;
pub use doors::Door;
pub use drain::Filter;
pub use event::{
    ChangeEvent, Event, ImageEvent, ImageFate, MachineEvent, Observer, PhaseEnd, PodEvent,
    Unobserved,
};
pub use hands::Help;
pub use machine::{Machine, Membership, Reason, Setback};
pub use members::Members;
pub use operation::{Failure, Operation, Refusal, Status};
pub use outcome::{Ending, PoolRow, RolloutRow, RunRow};
pub use own_settings::{Dossier, Numbers, Settings};
pub use people::{GateIndex, HandsIndex};
pub use pods::Figures;
pub use pods::budget::{Counts, desired};
pub use pods::plan::{BudgetIndex, WorkloadIndex};
pub use pods::pod::{PodId, PodState};
pub use pods::room::Room;
pub use pods::schedule::Unplaced;
pub use pods::what_if::Trial;
pub use pool_revisions::Made;
pub use progress::{DECILES, Deciles};
pub use states::scheduling;
pub use stuck::Stuck;
pub use task::{Action, Task};
pub use waits::Waiters;
pub use windows::{Stand, WindowEvent, WindowUse};
pub use world::World;

/// The pool at a place of the scenario.
fn pool_at(place: usize) -> PoolIndex {
    PoolIndex(u32::try_from(place).unwrap_or(u32::MAX))
}
