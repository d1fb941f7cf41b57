//! One pod: its state, its name, the keys of its draws.

use super::plan::{WorkloadIndex, WorkloadPlan};
use super::schedule::Unplaced;
use crate::engine::{Concern, Draw, EntityKey, RunSeed, Time};
use crate::scenario::Kind;

/// No pod, or no machine.
pub(crate) const NONE: u32 = u32::MAX;

/// One pod, as far as it changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pod {
    /// Which it is.
    pub(crate) id: PodId,
    /// The machine that it is on; [`NONE`] while there is none.
    pub(crate) machine: u32,
    /// How far it has come.
    pub(crate) state: PodState,
    /// How often it was started again on its machine.
    pub(crate) restarts: u32,
    /// When its state ends, where that is known.
    pub(crate) until: Time,
    /// Whether the control plane takes it for Ready although its machine is down, since nobody has missed that yet.
    pub(crate) seems_ready: bool,
    /// Whether its kubelet ends it because its machine stops, and nobody has deleted it.
    pub(crate) is_shut_down: bool,
    /// Why there is no machine for it; only while it is pending.
    pub(crate) why: Unplaced,
}

/// Which pod: neither its workload nor its number changes in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PodId {
    /// Its workload.
    pub workload: WorkloadIndex,
    /// Its number among the workload's replicas, from 0.
    pub ordinal: u32,
    /// How often the replica was replaced before, from 0.
    pub generation: u32,
}

/// How far a pod has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodState {
    /// There is no machine for it.
    Pending,
    /// Its machine is pulling its image.
    Pulling,
    /// Its containers are starting.
    Starting,
    /// It has started and catches up with its peers.
    Resyncing,
    /// It is Ready.
    Ready,
    /// Its machine is down.
    Down,
    /// It was told to end.
    Terminating,
    /// It is gone, and its volume is not free yet.
    Detaching,
    /// There is no such pod any more.
    Gone,
}

/// What the draws of a pod are for: numbers that no phase has.
#[derive(Clone, Copy)]
pub(super) enum PodConcern {
    Place = 0x1_00,
    Pull,
    Start,
    Resync,
    Terminate,
    Detach,
}

impl PodState {
    /// The word in logs and the console.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Pulling => "pulling",
            Self::Starting => "starting",
            Self::Resyncing => "resyncing",
            Self::Ready => "ready",
            Self::Down => "down",
            Self::Terminating => "terminating",
            Self::Detaching => "detaching",
            Self::Gone => "gone",
        }
    }

    /// Whether Kubernetes calls the pod Pending: none of its containers has run.
    pub(super) const fn has_not_run(self) -> bool {
        matches!(self, Self::Pending | Self::Pulling)
    }
}

impl Pod {
    /// A pod that is on no machine.
    pub(super) fn new(id: PodId) -> Self {
        Self {
            id,
            machine: NONE,
            state: PodState::Pending,
            restarts: 0,
            until: Time::START,
            seems_ready: false,
            is_shut_down: false,
            why: Unplaced::NoMachine,
        }
    }

    /// A draw for one of the pod's concerns.
    pub(super) fn draw(&self, plan: &WorkloadPlan, seed: RunSeed, concern: PodConcern) -> Draw {
        self.draw_for(plan, seed, Concern(concern as u32))
    }

    pub(super) fn draw_for(&self, plan: &WorkloadPlan, seed: RunSeed, concern: Concern) -> Draw {
        let key = EntityKey::numbered(plan.key, self.id.ordinal);
        let occurrence = self.id.generation << 8 | self.restarts & 0xff;
        seed.draw(key, concern, occurrence)
    }
}

/// A pod's name within its namespace. That of a stateful set keeps its name; another gets a new one each time that it
/// is replaced.
pub(crate) fn name(plan: &WorkloadPlan, id: PodId) -> String {
    let name = &plan.spec.name;
    match plan.spec.kind {
        Kind::StatefulSet => format!("{name}-{}", id.ordinal),
        Kind::Bare if id.generation == 0 => format!("{name}-{}", id.ordinal + 1),
        _ => format!("{name}-{}-{}", id.ordinal + 1, id.generation + 1),
    }
}
