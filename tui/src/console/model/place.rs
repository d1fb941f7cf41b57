//! Views, and where one is in them.

use std::collections::BTreeSet;

use appliance::{BudgetId, ClusterId, MachineId, MachinePoolId, OperationId, PodId};

use super::sight::Trouble;
use crate::console::keys::Destination;

/// What the screen shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Clusters, and what needs attention.
    Overview,
    /// Pools.
    Pools(Scope),
    /// Machines.
    Machines(Scope),
    /// Revisions.
    Revisions(Scope),
    /// Operations.
    Operations(Scope),
    /// The fleet's log.
    Log,
    /// Disruption budgets.
    Budgets,
    /// Maintenance windows.
    Windows,
    /// One machine.
    Machine(MachineId),
    /// One operation.
    Operation(OperationId),
    /// What the last rehearsal says.
    Forecast,
    /// The keys.
    Help,
}

/// Of which part of the fleet a view shows things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    Fleet,
    /// One cluster.
    Cluster(ClusterId),
    /// One pool.
    Pool(MachinePoolId),
    /// The machines whose drains a budget refuses now.
    Budget(BudgetId),
    /// The machines of a pool, or in none, with which something is wrong.
    Trouble(Option<MachinePoolId>, Trouble),
    /// The machines that are in no pool.
    Unassigned,
}

/// Who a row is, whatever stands around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowId {
    /// A cluster.
    Cluster(ClusterId),
    /// A pool.
    Pool(MachinePoolId),
    /// A machine.
    Machine(MachineId),
    /// A revision of a pool.
    Revision(MachinePoolId, u32),
    /// An operation.
    Operation(OperationId),
    /// An entry of the log.
    Event(u64),
    /// Entries of the log that are missing, by the number of the first.
    Gap(u64),
    /// A phase of a machine, by its number; 0 stands for those that are missing.
    Phase(u32),
    /// A disruption budget.
    Budget(BudgetId),
    /// A pod of a machine.
    Pod(PodId),
    /// Machines of a pool, or in none, with which the same is wrong.
    Trouble(Option<MachinePoolId>, Trouble),
    /// The machines that are in no pool.
    Unassigned,
    /// A run of the last rehearsal: the one at the median, the last to finish, the first that does not, or any.
    Run(u32, u8),
    /// Something that machines wait for in the last rehearsal.
    Wait(u32),
    /// A line of what the last rehearsal of a live fleet rests on.
    Note(u32),
    /// An opening of a pool's windows, by the instant at which it opens; `None` stands for all of them.
    Window(MachinePoolId, Option<u64>),
}

/// A view, and where one is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The view.
    pub view: View,
    /// The row that the cursor is on; `None` before there were rows.
    pub cursor: Option<RowId>,
    /// Where that row stood last, for when it is gone.
    pub position: usize,
    /// The first row or line of the window.
    pub offset: usize,
    /// Rows are shown only if they hold this text.
    pub filter: String,
    /// The column to sort by; `None`: the appliance's order.
    pub sort: Option<Sort>,
    /// Rows that are marked.
    pub marks: BTreeSet<RowId>,
    /// The row that was marked last.
    pub marked_last: Option<RowId>,
    /// Whether the details of the row are shown.
    pub shows_details: bool,
    /// Whether the cursor was moved to the last row, where a log is followed.
    pub is_at_end: bool,
    /// Whether the cursor has not been moved, so that it stays on what is most urgent.
    pub is_untouched: bool,
    /// The number of the newest line of the log when the operator last was at its end, or came to it.
    pub seen: Option<u64>,
}

/// How a table is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By which column.
    pub column: usize,
    /// Whether the other way round.
    pub is_reversed: bool,
}

impl Sort {
    /// By the next of so many columns, after the last one by none; or the other way round.
    pub fn next(now: Option<Self>, turns_round: bool, columns: usize) -> Option<Self> {
        match (now, turns_round) {
            _ if columns == 0 => None,
            (None, is_reversed) => Some(Self {
                column: 0,
                is_reversed,
            }),
            (Some(sort), true) => Some(Self {
                is_reversed: !sort.is_reversed,
                ..sort
            }),
            (Some(sort), false) if sort.column + 1 < columns => Some(Self {
                column: sort.column + 1,
                is_reversed: false,
            }),
            (Some(_), false) => None,
        }
    }
}

impl View {
    /// Whether the view is a table.
    pub fn is_table(&self) -> bool {
        !matches!(
            self,
            Self::Machine(_) | Self::Operation(_) | Self::Forecast | Self::Help
        )
    }

    /// Whether the view has rows that the cursor can be on.
    pub fn has_rows(&self) -> bool {
        !matches!(self, Self::Help)
    }

    /// Whether the view ends in a log, which can be followed.
    pub fn has_log(&self) -> bool {
        matches!(self, Self::Log | Self::Machine(_) | Self::Operation(_))
    }

    /// Whether a pool, a revision or an operation is at hand in it, to which orders can be given.
    pub fn has_orders(&self) -> bool {
        !matches!(
            self,
            Self::Help | Self::Log | Self::Budgets | Self::Forecast
        )
    }

    /// Whether a machine or a pool is at hand in it, which can be changed.
    pub fn has_changes(&self) -> bool {
        matches!(
            self,
            Self::Overview | Self::Machines(_) | Self::Machine(_) | Self::Pools(_)
        )
    }

    /// The view of the whole fleet that a key goes to.
    pub fn of(destination: Destination) -> Self {
        match destination {
            Destination::Overview => Self::Overview,
            Destination::Pools => Self::Pools(Scope::Fleet),
            Destination::Machines => Self::Machines(Scope::Fleet),
            Destination::Operations => Self::Operations(Scope::Fleet),
            Destination::Revisions => Self::Revisions(Scope::Fleet),
            Destination::Log => Self::Log,
            Destination::Budgets => Self::Budgets,
            Destination::Windows => Self::Windows,
            Destination::Forecast => Self::Forecast,
        }
    }
}

impl Place {
    /// Whether nothing is left to take away: the overview, with neither a filter nor marks.
    pub fn is_outermost(&self) -> bool {
        self.view == View::Overview && self.filter.is_empty() && self.marks.is_empty()
    }

    /// A view, with nothing filtered, sorted or marked.
    pub fn new(view: View) -> Self {
        Self {
            view,
            cursor: None,
            position: 0,
            offset: 0,
            filter: String::new(),
            sort: None,
            marks: BTreeSet::new(),
            marked_last: None,
            shows_details: false,
            is_at_end: view == View::Log,
            is_untouched: view == View::Overview,
            seen: None,
        }
    }
}
