//! Where an operation stands, why it did not succeed, why something that was asked for was not done.

use std::fmt;

/// Where an operation stands: meltcloud's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Another operation of the pool goes on.
    Pending,
    /// Under way.
    Running,
    /// Asked to stop; what is in flight still ends.
    Cancelling,
    /// Every machine runs the revision.
    Succeeded,
    /// Stopped, or ended with failed machines.
    Failed,
    /// Stopped on request.
    Cancelled,
}

/// Why an operation did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// As many machines failed as the policy allows.
    Halted,
    /// Its time limit was reached.
    TimedOut,
    /// Somebody cancelled it.
    Cancelled,
    /// All machines had their turn, and some failed.
    MachinesFailed,
    /// The fleet was not fit for it, and its policy refuses to start then.
    Unfit,
}

/// Why something that was asked for was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A retry where nothing failed.
    #[error("the pool has no failed operation")]
    NothingFailed,
    /// A retry while something goes on.
    #[error("an operation of the pool is still going on")]
    StillGoingOn,
    /// A cancel, pause or resume without an operation.
    #[error("no operation of the pool is going on")]
    NothingGoingOn,
    /// A pause of what is paused.
    #[error("the operation is paused already")]
    PausedAlready,
    /// A resume of what is not paused.
    #[error("the operation is not paused")]
    NotPaused,
    /// An apply of the newest image before there is one.
    #[error("no image has been released yet")]
    NoImageYet,
    /// A cordon of what is cordoned by hand.
    #[error("the machine is cordoned by hand already")]
    CordonedAlready,
    /// An uncordon of what is not cordoned.
    #[error("the machine is not cordoned")]
    NotCordoned,
    /// A drain of, or a word against the cordon of, a machine that is being worked on or is down.
    #[error("the machine is down, or something is under way on it")]
    UnderWay,
    /// A hold of what is held.
    #[error("the machine is held already")]
    HeldAlready,
    /// An unhold of what is not held.
    #[error("the machine is not held")]
    NotHeld,
    /// An exclusion of what is excluded.
    #[error("the machine is excluded already")]
    ExcludedAlready,
    /// An inclusion of what is not excluded.
    #[error("the machine is not excluded")]
    NotExcluded,
    /// A hold or an exclusion of a spare machine.
    #[error("the machine is a spare one")]
    IsSpare,
    /// A cancel of what is being cancelled.
    #[error("the operation is being cancelled already")]
    CancellingAlready,
    /// A power loss without power.
    #[error("the machine has no power")]
    HasNoPower,
    /// A power-on with power.
    #[error("the machine has power")]
    HasPower,
    /// A crash of what is dead.
    #[error("the machine is dead already")]
    DeadAlready,
    /// A repair of what is not dead.
    #[error("the machine is not dead")]
    NotDead,
    /// Something of a machine that the appliance does not know.
    #[error("the appliance does not know the machine: it is registered or enrolled first")]
    NotKnown,
    /// A registration of what is known.
    #[error("the appliance knows the machine already")]
    KnownAlready,
    /// An enrolment of what is enrolled.
    #[error("the machine is enrolled already")]
    EnrolledAlready,
    /// Something of a machine in a pool.
    #[error("the machine is in no pool")]
    InNoPool,
    /// An assignment to the pool that the machine is in.
    #[error("the machine is in that pool already")]
    InThatPool,
    /// A deletion of a machine in a pool.
    #[error("the machine is in a pool: only what is unassigned can be deleted")]
    StillInPool,
    /// A deletion or an assignment of what was taken out of its pool without its help.
    #[error(
        "the machine has not come back since it was removed by force: it is ready_unassigned first"
    )]
    NotBackYet,
    /// An enrolment of what cannot boot.
    #[error("the machine has no power or is dead")]
    CannotRun,
    /// A host name that another machine has, or is to get.
    #[error("another machine has that host name, or is to get it")]
    NameTaken,
    /// A UUID that another machine has.
    #[error("another machine has that UUID")]
    UuidTaken,
    /// An apply to a machine where nothing was saved.
    #[error("no revision was saved for the machine or its pool")]
    NothingSaved,
    /// A Kubernetes version newer than the control plane's.
    #[error("the version is newer than that of the control plane: a kubelet must not be")]
    NewerThanControlPlane,
    /// A control plane's version older than before.
    #[error("the control plane runs a newer version: it does not go back")]
    OlderControlPlane,
    /// A cancel of a boot outside a pool's queue.
    #[error("what brings a machine into a pool cannot be cancelled")]
    NotCancellable,
}

impl Status {
    /// meltcloud's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Failure {
    /// The word in logs and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Halted => "halted",
            Self::TimedOut => "timed-out",
            Self::Cancelled => "cancelled",
            Self::MachinesFailed => "machines-failed",
            Self::Unfit => "unfit",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
