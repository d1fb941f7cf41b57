//! Everything that can be asked of an appliance, and everything that it can answer, as values.
//!
//! A request is a value, so that it can be logged, recorded, compared and answered by anything: an appliance over HTTP
//! or a simulated fleet in memory. meltcloud's public API is one variant, [`Request::Public`]; all others are this project's
//! extension, which a simulated appliance answers.

use serde::{Deserialize, Serialize};

#[cfg(feature = "server")]
use crate::patterns;
use crate::{
    Budget, Capabilities, Clock, Cluster, ClusterId, Finding, FleetEvent, Label, Machine,
    MachineHistory, MachineId, MachinePool, MachinePoolId, Operation, OperationHistory,
    OperationId, PoolWindows, Revision, Text, public,
};

/// One question or one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// Every cluster.
    ListClusters,
    /// Every machine pool of every cluster.
    ListMachinePools,
    /// Every machine.
    ListMachines,
    /// Every revision of every pool, the oldest of each pool first.
    ListRevisions,
    /// Every operation, the oldest first.
    ListOperations,
    /// Every disruption budget of every cluster.
    ListBudgets,
    /// When the machines of every pool may start, from now on.
    ListWindows {
        /// The zone of the dates, by its name in the IANA database, or as the appliance calls its own.
        timezone: Text,
        /// How many openings of each pool to tell at most.
        most: u32,
    },
    /// The fleet's log from the event after `after` on.
    ListEvents {
        /// The number of the last event that is known already; 0 for none.
        after: u64,
        /// How many events to tell at most; the newest ones, where there are more.
        most: u32,
    },
    /// One machine and what it went through.
    GetMachine {
        /// The machine.
        machine: MachineId,
    },
    /// One operation and what it did.
    GetOperation {
        /// The operation.
        operation: OperationId,
    },
    /// What a rollout of each of these pools would meet if it started now. Changes nothing.
    Preflight {
        /// The pools.
        pools: Vec<MachinePoolId>,
    },
    /// Roll a revision out to a pool. While another rollout of the pool goes on, the new one is pending.
    ApplyRevision {
        /// The pool.
        pool: MachinePoolId,
        /// The revision's number.
        revision: u32,
        /// The revision that the pool is on, as far as the asker knows: where it is on another one, the order is
        /// refused. `None`: whatever it is on.
        from: Option<u32>,
    },
    /// Try a failed operation again with what is left.
    RetryOperation {
        /// The operation.
        operation: OperationId,
    },
    /// Start nothing new and end the operation when what is in flight has ended.
    CancelOperation {
        /// The operation.
        operation: OperationId,
    },
    /// Start nothing new until the operation is resumed.
    PauseOperation {
        /// The operation.
        operation: OperationId,
    },
    /// Go on with a paused operation.
    ResumeOperation {
        /// The operation.
        operation: OperationId,
    },
    /// Let a machine's turn wait until it is unheld. An update that is under way is finished.
    HoldMachine {
        /// The machine.
        machine: MachineId,
    },
    /// Let a machine have its turn again.
    UnholdMachine {
        /// The machine.
        machine: MachineId,
    },
    /// Let no rollout target a machine. An update that is under way is finished.
    ExcludeMachine {
        /// The machine.
        machine: MachineId,
    },
    /// Let the next rollout target a machine again.
    IncludeMachine {
        /// The machine.
        machine: MachineId,
    },
    /// Give a machine another host name. Makes a revision of the machine, which it boots into when it is applied.
    SetHostname {
        /// The machine.
        machine: MachineId,
        /// The name: lower-case letters, digits, `-` and `.`, unique among machines.
        #[cfg_attr(feature = "server", schemars(extend("pattern" = patterns::HOSTNAME)))]
        hostname: Text,
        /// Whether the revision is applied at once; else it is saved.
        apply: bool,
    },
    /// Give a machine other labels of its own: all of them. As [`Request::SetHostname`].
    SetLabels {
        /// The machine.
        machine: MachineId,
        /// All of its own labels from then on; none to take them away.
        labels: Vec<Label>,
        /// Whether the revision is applied at once; else it is saved.
        apply: bool,
    },
    /// Give a machine a network profile of its own. As [`Request::SetHostname`].
    SetMachineNetworkProfile {
        /// The machine.
        machine: MachineId,
        /// The profile's name.
        #[cfg_attr(feature = "server", schemars(extend("pattern" = patterns::NAME)))]
        network_profile: Text,
        /// Whether the revision is applied at once; else it is saved.
        apply: bool,
    },
    /// Roll a revision out to one machine only: one of its pool's, or what was saved for the machine itself.
    ApplyToMachine {
        /// The machine.
        machine: MachineId,
        /// The pool's revision; `None`: what was saved for the machine, or else for its pool.
        revision: Option<u32>,
    },
    /// Give a pool another Kubernetes version. Makes a revision of the pool.
    SetPoolVersion {
        /// The pool.
        pool: MachinePoolId,
        /// The version, as `1.33.5`; not newer than that of the cluster's control plane.
        #[cfg_attr(feature = "server", schemars(extend("pattern" = patterns::VERSION)))]
        version: Text,
        /// Whether the revision is applied at once; else it is saved.
        apply: bool,
    },
    /// Give a pool another network profile. As [`Request::SetPoolVersion`].
    SetPoolNetworkProfile {
        /// The pool.
        pool: MachinePoolId,
        /// The profile's name; `None`: none from then on, and its machines use DHCP on every interface.
        #[cfg_attr(feature = "server", schemars(extend("pattern" = patterns::NAME)))]
        network_profile: Option<Text>,
        /// Whether the revision is applied at once; else it is saved.
        apply: bool,
    },
    /// Give a pool another machine image. As [`Request::SetPoolVersion`].
    SetPoolImage {
        /// The pool.
        pool: MachinePoolId,
        /// The bundle's name, as `1.33.5-melt.30`.
        #[cfg_attr(feature = "server", schemars(extend("pattern" = patterns::NAME)))]
        image: Text,
        /// Whether the revision is applied at once; else it is saved.
        apply: bool,
    },
    /// Move a cluster's control plane to a newer Kubernetes version. Reboots no machine.
    SetControlPlaneVersion {
        /// The cluster.
        cluster: ClusterId,
        /// The version, as `1.33.5`.
        #[cfg_attr(feature = "server", schemars(extend("pattern" = patterns::VERSION)))]
        version: Text,
    },
    /// Put a machine into a pool, also one of another cluster. It is drained where it was in a pool, and reboots.
    AssignMachine {
        /// The machine.
        machine: MachineId,
        /// The pool.
        pool: MachinePoolId,
    },
    /// Take a machine out of its pool: it is drained and reboots.
    UnassignMachine {
        /// The machine.
        machine: MachineId,
    },
    /// Take a machine out of its pool at once, without a drain.
    ForceRemoveMachine {
        /// The machine.
        machine: MachineId,
    },
    /// Take a machine out of its pool as by [`Request::UnassignMachine`], then delete it.
    DecommissionMachine {
        /// The machine.
        machine: MachineId,
    },
    /// Forget a machine that is in no pool.
    DeleteMachine {
        /// The machine.
        machine: MachineId,
    },
    /// Make a machine known before it boots.
    RegisterMachine {
        /// Its BIOS UUID.
        #[cfg_attr(feature = "server", schemars(extend("pattern" = patterns::UUID)))]
        uuid: Text,
        /// Its host name; `None`: the appliance chooses.
        #[cfg_attr(feature = "server", schemars(extend("pattern" = patterns::HOSTNAME)))]
        hostname: Option<Text>,
        /// The pool that it goes to when it boots an enrollment image; `None`: none.
        pool: Option<MachinePoolId>,
        /// Labels of its own; `None`: the appliance chooses.
        labels: Option<Vec<Label>>,
    },
    /// Boot an enrollment image on the machine with a BIOS UUID. No appliance can: only a simulated site does it.
    EnrollMachine {
        /// The UUID.
        #[cfg_attr(feature = "server", schemars(extend("pattern" = patterns::UUID)))]
        uuid: Text,
    },
    /// Every network profile. The public API has no such list.
    ListNetworkProfiles,
    /// Every stored object of a kind. The public API has no such lists.
    ListStored {
        /// The kind.
        kind: public::StoredKind,
        /// The object that they belong to, of a kind that belongs to something.
        parent: Option<i64>,
    },
    /// What the appliance says of itself.
    GetCapabilities,
    /// Where the clock of a simulated appliance stands.
    GetClock,
    /// Let the clock stand still.
    PauseClock,
    /// Let the clock go on.
    ResumeClock,
    /// Move the clock to the next event and let that happen.
    StepClock,
    /// Let the clock go faster or slower.
    SetClockSpeed {
        /// Simulated seconds in one real second, from 1 to [`Clock::FASTEST`].
        #[cfg_attr(feature = "server", schemars(range(min = 1, max = 86_400)))]
        speed: u32,
    },
    /// What meltcloud's public API can be asked.
    #[cfg_attr(feature = "server", schemars(skip))]
    Public(Box<public::Request>),
}

impl From<public::Request> for Request {
    fn from(request: public::Request) -> Self {
        Self::Public(Box::new(request))
    }
}

impl Request {
    /// Whether it is about the clock, and changes nothing in the fleet but its time.
    pub fn is_about_clock(&self) -> bool {
        matches!(
            self,
            Self::GetClock
                | Self::PauseClock
                | Self::ResumeClock
                | Self::StepClock
                | Self::SetClockSpeed { .. }
        )
    }

    /// Whether it is an order, which may change something, and not a question.
    pub fn is_order(&self) -> bool {
        !matches!(
            self,
            Self::ListClusters
                | Self::ListMachinePools
                | Self::ListMachines
                | Self::ListRevisions
                | Self::ListOperations
                | Self::ListBudgets
                | Self::ListWindows { .. }
                | Self::ListEvents { .. }
                | Self::GetMachine { .. }
                | Self::GetOperation { .. }
                | Self::Preflight { .. }
                | Self::ListNetworkProfiles
                | Self::ListStored { .. }
                | Self::GetCapabilities
                | Self::GetClock
        ) && !matches!(self, Self::Public(request) if !request.is_order())
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Answers [`Request::ListClusters`].
    Clusters(Vec<Cluster>),
    /// Answers [`Request::ListMachinePools`].
    MachinePools(Vec<MachinePool>),
    /// Answers [`Request::ListMachines`].
    Machines(Vec<Machine>),
    /// Answers [`Request::ListRevisions`].
    Revisions(Vec<Revision>),
    /// Answers [`Request::ListOperations`].
    Operations(Vec<Operation>),
    /// Answers [`Request::ListBudgets`].
    Budgets(Vec<Budget>),
    /// Answers [`Request::ListWindows`], pool by pool.
    Windows(Vec<PoolWindows>),
    /// Answers [`Request::ListEvents`], the oldest first.
    Events(Vec<FleetEvent>),
    /// Answers [`Request::GetMachine`].
    Machine(Box<MachineHistory>),
    /// Answers [`Request::GetOperation`].
    OperationHistory(Box<OperationHistory>),
    /// Answers [`Request::Preflight`], pool by pool, what blocks first.
    Findings(Vec<Finding>),
    /// Answers every order to a pool or an operation: the operation that carries it out, as it stands now.
    Operation(Operation),
    /// Answers an order that made a revision of a pool and rolls nothing out: the revision.
    SavedRevision(Revision),
    /// Answers an order to a cluster: the cluster as it is now.
    ChangedCluster(Cluster),
    /// Answers an order to a machine that no operation has to carry out: the machine as it is now; deleted, as it was.
    ChangedMachine(Box<Machine>),
    /// Answers [`Request::ListNetworkProfiles`].
    NetworkProfiles(Vec<public::NetworkProfile>),
    /// Answers [`Request::ListStored`].
    Stored(Vec<public::Stored>),
    /// Answers [`Request::GetCapabilities`].
    Capabilities(Capabilities),
    /// Answers [`Request::GetClock`] and every order to the clock: the clock as it is now.
    Clock(Clock),
    /// Answers [`Request::Public`].
    #[cfg_attr(feature = "server", schemars(skip))]
    Public(Box<public::Reply>),
}

impl From<public::Reply> for Reply {
    fn from(reply: public::Reply) -> Self {
        Self::Public(Box::new(reply))
    }
}
