//! One machine's state, and the one reason why it is where it is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::PoolIndex;
use super::errand::Errand;
use super::fate::Fate;
use super::own_settings::Numbers;
use super::people::{GateIndex, HandsIndex};
use super::pods::plan::{BudgetIndex, WorkloadIndex};
use crate::engine::{Span, Time};
use crate::phase::{PerPhase, Phase};
use crate::scenario::Enrolment;

/// One machine, as far as it changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Machine {
    /// Its pool; for a machine in none, a number behind those of all pools.
    pub pool: PoolIndex,
    /// The revision of its pool that it runs; 0: none, since it is in no pool or has not joined it yet.
    pub revision: u32,
    /// The revision that its next boot brings.
    pub desired: u32,
    /// How it takes part in its pool's operation.
    pub membership: Membership,
    pub(super) activity: Activity,
    pub(super) condition: Condition,
    /// When the activity began.
    pub(super) since: Time,
    /// When the boot began that is under way.
    pub(super) booting_since: Time,
    /// When it last began to take part in the operation.
    pub(super) in_flight_since: Time,
    /// When its turn came last: its update may have been tried again since.
    pub(super) turn_since: Time,
    /// When it last began, or went on with, its update: not while it waits for a retry.
    pub(super) flying_since: Time,
    /// How long it has been in flight in the operation, up to `in_flight_since`.
    pub(super) work: Span,
    /// How often it began, or went on with, its update in this operation.
    pub(super) attempt: u32,
    /// How often it entered each phase in this operation, or in boots outside one. Part of the key of its draws.
    pub(super) entered: PerPhase<u16>,
    /// How often its update was tried again by itself since its turn came.
    pub(super) retries: u32,
    /// How often it was power-cycled since its turn came, or its power came back.
    pub(super) power_cycles: u32,
    /// The phase in which its update failed, while it is failed or waits for another turn.
    pub(super) failed_in: Option<Phase>,
    /// Whether the phase that is under way fails when its time is over.
    pub(super) fails: bool,
    /// How far it has come as a spare machine; `None` for one of the pool's own.
    pub(super) spare: Option<Spare>,
    /// Whether its drain was given up and it is set aside.
    pub(super) is_quarantined: bool,
    /// Whether it was down for so long that it lost its slot.
    pub(super) slot_expired: bool,
    /// When it went down last.
    pub(super) down_since: Time,
    /// What the boot that began last comes to.
    pub(super) fate: Fate,
    /// What its last update came to besides failing in a phase.
    pub(super) setback: Option<Setback>,
    /// How often it has booted again by itself in that boot.
    pub(super) boots_again: u16,
    /// The revision that it ran before the present one.
    pub(super) previous: u32,
    /// When the revision that it runs was or is marked as good: if it dies before, it boots the previous one.
    pub(super) good_from: Time,
    /// What it is to the appliance.
    pub enrolment: Enrolment,
    /// What it boots for, outside every pool's queue.
    pub(super) errand: Option<Errand>,
    /// The numbers of its own revisions.
    pub numbers: Numbers,
}

/// What went wrong with a boot that did not fail in a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// The machine is back on the revision that it ran before.
    RolledBack,
    /// The machine boots again and again.
    RebootLoop,
    /// The machine runs the revision, and its node does not become Ready.
    NotReady,
}

impl Setback {
    /// The word in logs and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RolledBack => "rolled-back",
            Self::RebootLoop => "reboot-loop",
            Self::NotReady => "not-ready",
        }
    }
}

/// How a machine takes part in its pool's operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// Not at all: it runs the revision already, or there is no operation.
    Outside,
    /// Its turn has not come.
    Waiting,
    /// Its update is under way and holds a slot.
    InFlight,
    /// It runs the revision and takes workload.
    Updated,
    /// Its update failed.
    Failed,
}

/// What a machine is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activity {
    /// Nothing.
    Idle,
    /// A phase.
    Phase(Phase),
    /// The wait before an automatic retry of what failed in this phase.
    Backoff(Phase),
    /// It lost its power or crashed in this phase of an update, which goes on with a boot when it can run again.
    Powerless(Phase),
}

/// How far a spare machine has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spare {
    /// There is no such machine now.
    Absent,
    /// It boots to join.
    Joining,
    /// It takes workload.
    Present,
    /// It is drained and stopped.
    Leaving,
    /// It could not be drained, and stays.
    Staying,
}

/// What is true of a machine apart from what it does.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of a machine, any combination of which occurs"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    /// It has power.
    pub(super) powered: bool,
    /// It crashed, or failed to come up where there are hands; it boots again only when somebody has repaired it.
    pub(super) dead: bool,
    /// Its node is Ready.
    pub(super) up: bool,
    /// Its node is marked unschedulable.
    pub(super) cordoned: bool,
    /// Somebody did so by hand, so no rollout takes it back.
    pub(super) by_hand: bool,
    /// Everything on it was evicted.
    pub(super) drained: bool,
    /// It boots again by itself at this instant.
    pub(super) boots_by_itself: bool,
    /// It was repaired, and it has not come up since.
    pub(super) mended: bool,
    /// Its turn waits until it is unheld.
    pub(super) held: bool,
    /// No rollout targets it.
    pub(super) excluded: bool,
}

/// Why a machine of a running operation is where it is: exactly one at any instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reason {
    /// It waits: the operation is paused.
    Paused,
    /// It waits, and will not start: the operation is being stopped.
    Halted,
    /// It waits for a maintenance window in which it may start.
    Window,
    /// It waits: this health gate is red.
    Gate(GateIndex),
    /// It waits until somebody unholds it.
    Hold,
    /// It waits for the retry of what failed.
    Backoff,
    /// It waits until the canaries have passed.
    Canary,
    /// It waits for a slot.
    Slot,
    /// It waits for its own next tick, at which it asks for its turn.
    Poll,
    /// It has no power, or boots by itself after it was off.
    Power,
    /// It is dead, and waits for these hands or is repaired by them; `None`: it has none.
    Repair(Option<HandsIndex>),
    /// Its drain waits: this budget refuses an eviction, and a replacement of its pods finds no machine.
    Capacity(BudgetIndex),
    /// Its drain waits: this budget refuses an eviction.
    Budget(BudgetIndex),
    /// Its drain waits for volumes of pods that are gone.
    Volume,
    /// Its drain waits for pods to end; the last will be one of this workload.
    PodGrace(WorkloadIndex),
    /// It is in this phase.
    Phase(Phase),
}

impl Machine {
    /// A spare machine that is not there yet.
    pub(super) fn spare(pool: PoolIndex, revision: u32) -> Self {
        let mut machine = Self::new(pool, revision);
        machine.spare = Some(Spare::Absent);
        machine.condition.up = false;
        machine
    }

    /// A machine in no pool.
    pub(super) fn in_none(depot: PoolIndex, enrolment: Enrolment) -> Self {
        let mut machine = Self::new(depot, 0);
        machine.enrolment = enrolment;
        machine.condition.up = false;
        machine
    }

    pub(super) fn new(pool: PoolIndex, revision: u32) -> Self {
        Self {
            pool,
            revision,
            desired: revision,
            membership: Membership::Outside,
            activity: Activity::Idle,
            condition: Condition {
                powered: true,
                dead: false,
                up: true,
                cordoned: false,
                by_hand: false,
                drained: false,
                boots_by_itself: false,
                mended: false,
                held: false,
                excluded: false,
            },
            since: Time::START,
            booting_since: Time::START,
            in_flight_since: Time::START,
            turn_since: Time::START,
            flying_since: Time::START,
            work: Span::ZERO,
            attempt: 0,
            entered: PerPhase::filled(&0),
            retries: 0,
            power_cycles: 0,
            failed_in: None,
            fails: false,
            spare: None,
            is_quarantined: false,
            slot_expired: false,
            down_since: Time::START,
            fate: Fate::Well,
            setback: None,
            boots_again: 0,
            previous: revision,
            good_from: Time::START,
            enrolment: Enrolment::Assigned,
            errand: None,
            numbers: Numbers::first(),
        }
    }

    /// Whether its node is Ready.
    pub fn is_up(&self) -> bool {
        self.condition.up
    }

    /// Whether its node is marked unschedulable.
    pub fn is_cordoned(&self) -> bool {
        self.condition.cordoned
    }

    /// Whether it has power.
    pub fn has_power(&self) -> bool {
        self.condition.powered
    }

    /// Whether it crashed, or failed to come up where there are hands, and has not been repaired.
    pub fn is_dead(&self) -> bool {
        self.condition.dead
    }

    /// Whether it runs a revision, and its node does not become Ready.
    pub fn is_not_ready(&self) -> bool {
        let is_booting = matches!(self.activity, Activity::Phase(phase) if phase.is_boot());
        self.fate == Fate::NotReady && !self.condition.up && self.can_run() && !is_booting
    }

    /// What went wrong with its boot, if that is so now, or its update failed by it.
    pub fn setback(&self) -> Option<Setback> {
        match self.fate {
            Fate::Loops if self.boots_again > 0 && !self.condition.up => Some(Setback::RebootLoop),
            _ if self.is_not_ready() => Some(Setback::NotReady),
            _ => self.setback,
        }
    }

    /// Whether it can run: it has power and is not dead.
    pub(super) fn can_run(&self) -> bool {
        self.condition.powered && !self.condition.dead
    }

    /// Whether it uses a slot of its pool: it is in flight, not Ready, or cordoned, whether or not it takes part in a
    /// rollout. `OpenShift` counts the same way
    /// (<https://github.com/openshift/machine-config-operator/blob/main/pkg/controller/node/node_controller.go>).
    pub fn uses_slot(&self) -> bool {
        let is_out = self.membership == Membership::InFlight
            || !self.condition.up
            || self.condition.cordoned;
        let is_of_pool = self.enrolment == Enrolment::Assigned && self.errand.is_none();
        is_out && is_of_pool && !self.keeps_no_slot() && self.spare.is_none()
    }

    /// Whether there is such a machine now: spare ones come and go.
    pub fn is_present(&self) -> bool {
        self.spare != Some(Spare::Absent) && self.enrolment != Enrolment::Unknown
    }

    /// Whether it takes workload: it is there, its node is Ready and not cordoned.
    pub fn is_open(&self) -> bool {
        self.condition.up && !self.condition.cordoned && self.is_present()
    }

    /// Whether its update is under way, and does not wait for a retry.
    pub(super) fn is_flying(&self) -> bool {
        self.membership == Membership::InFlight && !matches!(self.activity, Activity::Backoff(_))
    }

    /// Whether it is a spare machine that has still to leave.
    pub(super) fn has_to_leave(&self) -> bool {
        matches!(
            self.spare,
            Some(Spare::Joining | Spare::Present | Spare::Leaving)
        )
    }

    /// Whether it boots to join a pool, to be enrolled, or to come back from a pool that it was taken out of.
    pub fn is_on_its_way(&self) -> bool {
        self.errand.is_some()
    }

    /// Whether its next boot brings something else than it runs.
    pub(super) fn is_to_change(&self) -> bool {
        self.revision != self.desired || self.numbers.is_new()
    }

    /// Whether it is a spare machine that joins or leaves.
    pub fn is_moving(&self) -> bool {
        matches!(self.spare, Some(Spare::Joining | Spare::Leaving))
    }

    /// Whether it is a spare machine that takes workload, so that another may be out.
    pub(super) fn stands_in(&self) -> bool {
        self.spare == Some(Spare::Present) && self.condition.up && !self.condition.cordoned
    }

    /// Whether it uses no slot although it is out: it is set aside, or was down for too long.
    pub(super) fn keeps_no_slot(&self) -> bool {
        self.is_quarantined || self.slot_expired
    }

    /// Whether its drain was given up and it is set aside.
    pub fn is_quarantined(&self) -> bool {
        self.is_quarantined
    }

    /// Whether somebody cordoned it by hand.
    pub fn is_cordoned_by_hand(&self) -> bool {
        self.condition.by_hand
    }

    /// Whether its turn waits until it is unheld.
    pub fn is_held(&self) -> bool {
        self.condition.held
    }

    /// Whether no rollout targets it.
    pub fn is_excluded(&self) -> bool {
        self.condition.excluded
    }

    /// The phase that is under way on it, if one is.
    pub fn phase(&self) -> Option<Phase> {
        match self.activity {
            Activity::Phase(phase) => Some(phase),
            _ => None,
        }
    }

    /// When its present activity began.
    pub fn since(&self) -> Time {
        self.since
    }

    /// Whether an operation to `revision` has nothing to do on it: it runs the revision, its next boot will bring no
    /// other, it takes workload, and no update of it failed.
    pub(super) fn is_settled_on(&self, revision: u32) -> bool {
        self.revision == revision
            && self.desired == revision
            && (!self.condition.cordoned || self.condition.by_hand)
            && self.membership != Membership::Failed
    }

    /// Whether its turn can be taken now.
    pub(super) fn can_start(&self) -> bool {
        self.membership == Membership::Waiting
            && self.activity == Activity::Idle
            && self.can_run()
            && !self.condition.held
    }

    /// Why it is where it is on its way into a pool or out of one.
    pub(super) fn reason_on_errand(&self) -> Option<Reason> {
        match self.activity {
            Activity::Phase(phase) => Some(Reason::Phase(phase)),
            _ if self.condition.dead => Some(Reason::Repair(None)),
            _ if !self.condition.powered => Some(Reason::Power),
            _ => None,
        }
    }

    /// Why it is where it is in an operation of which `held` tells why it starts no machine, if so.
    pub(super) fn reason(&self, held: Option<Reason>) -> Option<Reason> {
        match (self.membership, self.activity) {
            (Membership::InFlight, Activity::Phase(phase)) => Some(Reason::Phase(phase)),
            (Membership::InFlight, Activity::Backoff(_)) => held.or(Some(Reason::Backoff)),
            (Membership::InFlight, Activity::Powerless(_)) if self.condition.dead => {
                Some(Reason::Repair(None))
            }
            (Membership::Waiting, _) if held.is_some() => held,
            (Membership::Waiting, _) if self.condition.held => Some(Reason::Hold),
            (Membership::Waiting, Activity::Backoff(_)) => Some(Reason::Backoff),
            (Membership::Waiting, Activity::Phase(Phase::Drain)) => {
                Some(Reason::Phase(Phase::Drain))
            }
            (Membership::Waiting, _) if self.condition.dead => Some(Reason::Repair(None)),
            (Membership::Waiting, _) if self.can_start() => Some(Reason::Slot),
            (Membership::Waiting | Membership::InFlight, _) => Some(Reason::Power),
            _ => None,
        }
    }
}

impl Reason {
    /// The word in logs and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Halted => "halted",
            Self::Backoff => "back-off",
            Self::Window => "window",
            Self::Gate(_) => "gate",
            Self::Hold => "hold",
            Self::Canary => "canary",
            Self::Slot => "slot",
            Self::Poll => "poll",
            Self::Power => "power",
            Self::Repair(_) => "repair",
            Self::Capacity(_) => "capacity",
            Self::Budget(_) => "budget",
            Self::Volume => "volume",
            Self::PodGrace(_) => "pod-grace",
            Self::Phase(phase) => phase.as_str(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
