//! What a live appliance is asked for again and again, and how often.

use std::time::Duration;

use appliance::{Reply, Request};

use super::place::{Scope, View};

/// Something that is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Every cluster: the lightest question, by which an appliance that was away is known to be back.
    Clusters,
    /// What the appliance can do besides meltcloud's public API.
    Abilities,
    /// Every operation.
    Operations,
    /// Every machine.
    Machines,
    /// Every pool.
    Pools,
    /// The clock of a simulated appliance.
    Clock,
    /// Every revision.
    Revisions,
    /// The next openings of every pool's windows.
    Windows,
    /// Every disruption budget.
    Budgets,
    /// The fleet's log.
    Log,
    /// The machine that is looked at.
    Machine,
    /// The operation that is looked at.
    Operation,
}

impl Resource {
    /// Every one, the one that is asked for first where not all can be asked for at once.
    pub const ALL: [Self; 12] = [
        Self::Clusters,
        Self::Abilities,
        Self::Operations,
        Self::Machines,
        Self::Pools,
        Self::Clock,
        Self::Revisions,
        Self::Windows,
        Self::Budgets,
        Self::Log,
        Self::Machine,
        Self::Operation,
    ];

    /// What is counted of an appliance in the table of contexts.
    pub const COUNTED: &'static [Self] = &[
        Self::Clusters,
        Self::Machines,
        Self::Operations,
        Self::Pools,
    ];

    /// What a request asks for; `None` for an order, and for what is asked only once.
    pub fn of(request: &Request) -> Option<Self> {
        Some(match request {
            Request::ListClusters => Self::Clusters,
            Request::GetCapabilities => Self::Abilities,
            Request::ListOperations => Self::Operations,
            Request::ListMachines => Self::Machines,
            Request::ListMachinePools => Self::Pools,
            Request::GetClock => Self::Clock,
            Request::ListRevisions => Self::Revisions,
            Request::ListWindows { .. } => Self::Windows,
            Request::ListBudgets => Self::Budgets,
            Request::ListEvents { .. } => Self::Log,
            Request::GetMachine { .. } => Self::Machine,
            Request::GetOperation { .. } => Self::Operation,
            _ => return None,
        })
    }

    /// What of a capture an answer tells anew; `None`: nothing.
    pub fn told_in(reply: &Reply) -> Option<Self> {
        match reply {
            Reply::Machines(_) => Some(Self::Machines),
            Reply::MachinePools(_) => Some(Self::Pools),
            Reply::Revisions(_) => Some(Self::Revisions),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Abilities => "abilities",
            Self::Operations => "operations",
            Self::Machines => "machines",
            Self::Pools => "pools",
            Self::Clock => "clock",
            Self::Revisions => "revisions",
            Self::Windows => "windows",
            Self::Budgets => "budgets",
            Self::Log => "log",
            Self::Machine => "machine",
            Self::Operation => "operation",
        }
    }

    /// Whether it changes from second to second while something runs.
    fn is_quick(self) -> bool {
        matches!(
            self,
            Self::Operations
                | Self::Machines
                | Self::Log
                | Self::Clock
                | Self::Machine
                | Self::Operation
        )
    }

    /// The time from one question to the next: shorter while something runs, and for what the present view shows.
    pub fn cadence(self, is_running: bool, is_shown: bool) -> Duration {
        let seconds = match (self, is_running, is_shown) {
            // What it can do changes with its software.
            (Self::Abilities, ..) => 600,
            (_, true, _) if self.is_quick() => 5,
            (_, true, true) => 10,
            (_, false, true) if self.is_quick() => 10,
            (_, false, false) if !self.is_quick() => 30,
            _ => 15,
        };
        Duration::from_secs(seconds)
    }

    /// Whether it is asked for one row alone, that of the operator's place.
    pub fn is_of_place(self) -> bool {
        matches!(self, Self::Machine | Self::Operation)
    }

    /// The age from which an answer is late: two questions came to nothing.
    pub fn late(self) -> Duration {
        self.cadence(false, false) * 2
    }

    /// The age from which an answer says nothing of the present any more.
    pub fn stale(self) -> Duration {
        self.cadence(false, false) * 8
    }

    /// What a view is made of.
    pub fn shown_in(view: View) -> &'static [Self] {
        match view {
            View::Overview => &[
                Self::Clusters,
                Self::Machines,
                Self::Operations,
                Self::Pools,
                Self::Revisions,
                Self::Windows,
            ],
            View::Pools(_) => &[Self::Pools, Self::Machines, Self::Operations],
            View::Machines(Scope::Budget(_)) => &[Self::Machines, Self::Budgets],
            View::Machines(_) => &[Self::Machines, Self::Pools],
            View::Revisions(_) => &[Self::Revisions, Self::Pools],
            View::Operations(_) => &[Self::Operations, Self::Pools],
            View::Log => &[Self::Log],
            View::Budgets => &[Self::Budgets],
            View::Windows => &[Self::Windows, Self::Pools],
            View::Machine(_) => &[Self::Machine, Self::Machines],
            View::Operation(_) => &[Self::Operation, Self::Operations],
            View::Forecast | View::Help => &[],
        }
    }
}
