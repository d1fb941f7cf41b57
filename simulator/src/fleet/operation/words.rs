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
