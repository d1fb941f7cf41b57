//! What an observer of a run is told.

use super::absence::{FailureZone, PaceEvent};
use super::drain::Filter;
use super::machine::{Reason, Setback};
use super::operation::{Failure, Refusal, Status};
use super::people::{GateIndex, HandsIndex};
use super::pods::budget::Counts;
use super::pods::plan::BudgetIndex;
use super::pods::pod::PodId;
use super::pods::schedule::Unplaced;
use super::task::Task;
use super::windows::WindowEvent;
use super::{Blueprint, MachineIndex, OperationIndex, PoolIndex};
use std::sync::Arc;

use crate::engine::{Span, Time};
use crate::phase::Phase;
use crate::scenario::{ChangeIndex, Deed, OnDrainTimeOut};

/// Something that happened in the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A step of the timeline was taken, or refused.
    Step {
        /// What it was to do.
        deed: Deed,
        /// Why it did nothing, if so.
        refused: Option<Refusal>,
    },
    /// An operation's status changed.
    Operation {
        /// Which.
        operation: OperationIndex,
        /// The pool that it rolls out.
        pool: PoolIndex,
        /// The revision that it moves the pool to.
        revision: u32,
        /// What it does to one machine; `None`: it is a rollout to the pool.
        task: Option<Task>,
        /// What it is now.
        status: Status,
        /// Why it did not succeed, once it has ended so.
        failure: Option<Failure>,
    },
    /// An operation was paused or resumed.
    Paused {
        /// Which.
        operation: OperationIndex,
        /// The pool that it rolls out.
        pool: PoolIndex,
        /// Whether it is paused now.
        is_paused: bool,
    },
    /// A change made a revision of a pool.
    RevisionSaved {
        /// The pool.
        pool: PoolIndex,
        /// The revision's number.
        revision: u32,
        /// The change.
        change: ChangeIndex,
    },
    /// A control plane was moved to another version.
    ControlPlane {
        /// Its cluster's place in the scenario.
        cluster: usize,
    },
    /// A pool's canaries are well: the other machines go.
    CanariesPassed {
        /// The pool.
        pool: PoolIndex,
    },
    /// Something happened to a machine image.
    Image {
        /// Which release, from 1.
        release: u32,
        /// What.
        what: ImageEvent,
    },
    /// A pool's maintenance windows did something to its rollout.
    Window {
        /// The pool.
        pool: PoolIndex,
        /// What.
        what: WindowEvent,
    },
    /// The nodes of a zone are tainted at another pace.
    Pace {
        /// The zone.
        zone: FailureZone,
        /// What it is now.
        what: PaceEvent,
    },
    /// A health gate turned red, or was when a rollout began.
    GateRed {
        /// Which.
        gate: GateIndex,
        /// Since when.
        since: Time,
    },
    /// A health gate turned green.
    GateGreen {
        /// Which.
        gate: GateIndex,
        /// How long it had been red.
        after: Span,
    },
    /// The owner of an operation that failed retries it.
    OwnerRetries {
        /// Which.
        operation: OperationIndex,
        /// The pool that it rolls out.
        pool: PoolIndex,
        /// For which time, from 1.
        retry: u32,
    },
    /// Something happened to a machine.
    Machine {
        /// Which.
        machine: MachineIndex,
        /// What.
        what: MachineEvent,
    },
    /// Something happened to a pod.
    Pod {
        /// Which.
        pod: PodId,
        /// The machine that it is or was on; `None` while there is none.
        machine: Option<MachineIndex>,
        /// What.
        what: PodEvent,
    },
}

/// Something that happened to one machine image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageEvent {
    /// It was released, and is a revision of every pool that gets images.
    Released {
        /// What becomes of it.
        fate: ImageFate,
    },
    /// Its canaries have succeeded: the other pools get it.
    Promoted,
    /// It does not go on: a newer one is applied, or waits in its place.
    Superseded {
        /// The release of that one.
        by: u32,
    },
    /// A pool's operation did not succeed, and other pools wait for it.
    Stopped {
        /// The pool.
        pool: PoolIndex,
    },
}

/// What becomes of an image that is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFate {
    /// It is applied at once.
    Applied,
    /// It is applied when the one before it is everywhere.
    Waits,
    /// It waits for somebody to apply it.
    Saved,
}

impl ImageFate {
    /// The word in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Waits => "waits",
            Self::Saved => "saved",
        }
    }
}

/// Something that happened to one pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodEvent {
    /// It was made.
    Created,
    /// There is no machine for it.
    Pending {
        /// Why.
        why: Unplaced,
    },
    /// It was put on a machine.
    Placed,
    /// It is Ready.
    Ready,
    /// Its machine is not Ready any more, or was away for a while.
    Unready,
    /// It was deleted, since its machine is away.
    TaintEvicted,
    /// The kubelet of its machine ends it, since the machine stops.
    ShutDown,
    /// Its eviction was accepted: it ends.
    Evicted {
        /// The budget that allowed it; `None` where none was asked.
        budget: Option<BudgetIndex>,
        /// What that counted before.
        counts: Counts,
    },
    /// Its eviction was refused, several times with the same answer.
    Refused {
        /// The budget that refused it.
        budget: BudgetIndex,
        /// What that counted.
        counts: Counts,
        /// When it was refused first.
        first: Time,
        /// When it was refused last.
        last: Time,
        /// How often.
        count: u64,
    },
    /// Its eviction failed for good: more than one budget covers it.
    EvictionFailed,
    /// It was deleted: it ends.
    Deleted {
        /// Whether a drain did so, and not its workload's owner.
        is_forced: bool,
    },
    /// It is gone.
    Gone,
}

/// Something that happened to one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineEvent {
    /// A phase began.
    PhaseStarted {
        /// Which phase.
        phase: Phase,
        /// At which attempt of the machine in this operation, from 1.
        attempt: u32,
    },
    /// A phase ended.
    PhaseEnded {
        /// Which phase.
        phase: Phase,
        /// How.
        how: PhaseEnd,
        /// How long it had lasted.
        after: Span,
    },
    /// The reason why it is where it is changed.
    Reason {
        /// Why, now; `None` when it is no longer part of an operation.
        reason: Option<Reason>,
    },
    /// Its node was marked unschedulable.
    Cordoned {
        /// Whether by hand: then no rollout takes it back.
        by_hand: bool,
    },
    /// Its node was marked schedulable.
    Uncordoned,
    /// A pod on it refuses its drain.
    DrainRefused {
        /// Which.
        pod: PodId,
        /// Why.
        filter: Filter,
    },
    /// Its drain took too long, or an eviction failed, and the pool's rule decides what follows.
    DrainGivenUp {
        /// The rule.
        rule: OnDrainTimeOut,
    },
    /// Its drain was tried again and again for so long that somebody should look.
    DrainFailing {
        /// How long it has gone on.
        after: Span,
    },
    /// It was down for so long that its slot is free for another.
    SlotExpired,
    /// It is a spare machine, and begins to join on this revision.
    Added {
        /// The revision.
        revision: u32,
    },
    /// It was a spare machine, and is no longer there.
    Removed,
    /// Its node is no longer Ready.
    Down,
    /// Its node is Ready again.
    Up,
    /// Its kubelet ends the pods on it, since it stops: its node is not Ready.
    NodeShutdown,
    /// It has been silent for so long that its node is Unknown.
    NodeUnknown {
        /// For how long, counted from the last heartbeat.
        silent: Span,
    },
    /// Its node is tainted: what does not tolerate it for longer than this is deleted then.
    NodeTainted {
        /// How long pods tolerate it.
        toleration: Span,
    },
    /// Pods were deleted because it has been away for too long.
    PodsEvicted {
        /// How many.
        pods: u32,
    },
    /// It crashed, and is dead until it is repaired.
    Crashed,
    /// It does not come back by itself, and hands are called.
    HandsCalled {
        /// Whose.
        hands: HandsIndex,
        /// When somebody comes; `None`: nobody will be there.
        comes: Option<Time>,
    },
    /// Hands begin to repair it.
    RepairBegan {
        /// Whose.
        hands: HandsIndex,
        /// Until when; `None`: nobody will be there to end it.
        until: Option<Time>,
    },
    /// It was dead and is repaired: it boots if it has power.
    Repaired,
    /// What it booted did not come up, and it boots again by itself.
    BootsAgain {
        /// Why.
        why: Setback,
        /// For which time in this boot, the first one counted.
        boot: u32,
    },
    /// It is back on the revision that it ran before.
    RolledBack {
        /// That revision.
        revision: u32,
    },
    /// Its turn waits until it is unheld, or no longer does.
    Held {
        /// Whether it does now.
        held: bool,
    },
    /// No rollout targets it, or the next one does again.
    Excluded {
        /// Whether none does now.
        excluded: bool,
    },
    /// It was changed, came or went.
    Change(ChangeEvent),
    /// Its boot timed out, and it is switched off and on.
    PowerCycled {
        /// For which time in this update, from 1.
        time: u32,
    },
    /// Its update failed and is tried again later.
    RetryPlanned {
        /// The phase in which it failed.
        phase: Phase,
        /// For which time, from 1.
        retry: u32,
        /// After how long.
        after: Span,
    },
    /// Its part in an operation is over.
    Settled {
        /// The revision that it runs; 0: none, since it leaves its pool.
        revision: u32,
        /// The phase in which its update failed; `None` when it succeeded.
        failed_in: Option<Phase>,
        /// What its boot came to, where it was not just the phase that failed.
        by: Option<Setback>,
    },
}

/// Something that a change made of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeEvent {
    /// A revision of its own was saved for it.
    RevisionSaved {
        /// The revision's number.
        number: u32,
    },
    /// It has another host name.
    Renamed,
    /// It has other labels.
    Labelled,
    /// It has another network profile.
    NetworkProfileSet,
    /// It was made known before it boots.
    Registered {
        /// The pool that it goes to then; `None`: none.
        pool: Option<PoolIndex>,
    },
    /// It has never booted, and will go to this pool when it does.
    Prepared {
        /// The pool.
        pool: PoolIndex,
    },
    /// It has installed the machine image.
    Enrolled,
    /// It belongs to this pool from now on, and boots to join it.
    Assigned {
        /// The pool.
        pool: PoolIndex,
    },
    /// It has joined its pool.
    Joined {
        /// The pool.
        pool: PoolIndex,
    },
    /// It is in no pool from now on.
    Unassigned {
        /// Whether it was taken out without its help, and has still to come back.
        is_forced: bool,
    },
    /// The appliance has forgotten it.
    Deleted,
}

/// How a phase ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseEnd {
    /// Well.
    Done,
    /// It failed.
    Failed,
    /// It reached its time limit.
    TimedOut,
    /// The machine lost its power, or was found to hang.
    Interrupted,
}

impl PhaseEnd {
    /// The word in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::TimedOut => "timed-out",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Someone who is told what happens, in the order in which it happens.
pub trait Observer {
    /// Whether anybody listens. An ensemble's runs do without, and then nothing is even put together.
    const LISTENS: bool = true;

    /// Told of one event.
    fn observe(&mut self, at: Time, event: Event);

    /// Told that machines are elsewhere, or are called otherwise, from now on: what follows is to be read by this.
    fn laid_out(&mut self, _: &Arc<Blueprint>) {}
}

/// Nobody listens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    const LISTENS: bool = false;

    fn observe(&mut self, _: Time, _: Event) {}
}

/// Collects every event.
impl Observer for Vec<(Time, Event)> {
    fn observe(&mut self, at: Time, event: Event) {
        self.push((at, event));
    }
}
