//! Every key in one table, from which the footer, the help and the handling of keys derive.

use super::key::Key;
use super::model::View;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Moves the cursor by so many rows.
    Move(isize),
    /// Moves the cursor by so many half pages.
    HalfPages(isize),
    /// Moves the cursor to the first row.
    Top,
    /// Moves the cursor to the last row.
    Bottom,
    /// Moves the cursor to the first row of the next section.
    NextSection,
    /// Goes into what the cursor is on.
    Open,
    /// Leaves the filter, the marks or the view, whatever is innermost.
    Back,
    /// As [`Action::Back`]; leaves the program where nothing is left to leave.
    Close,
    /// Goes back to the place before.
    HistoryBack,
    /// Goes forward again.
    HistoryForward,
    /// Shows a view of the whole fleet.
    Go(Destination),
    /// Shows all contexts in one table; there, the contexts themselves.
    Contexts,
    /// Types a filter.
    Filter,
    /// Sorts by the next column.
    SortNext,
    /// Sorts the other way round.
    SortReverse,
    /// Shows or hides the details of the row.
    Details,
    /// Marks the row, or takes the mark away.
    Mark,
    /// Marks every row from the last marked one on.
    MarkRange,
    /// Lets the clock run or stand.
    PauseOrRun,
    /// Takes the next event.
    Step,
    /// Lets the clock run faster.
    Faster,
    /// Lets the clock run slower.
    Slower,
    /// Runs to the next end of an operation, or failure.
    RunToMilestone,
    /// Applies a revision.
    Apply,
    /// Retries a failed operation.
    Retry,
    /// Cancels an operation.
    Cancel,
    /// Pauses or resumes an operation.
    PauseOrResume,
    /// Opens the menu of what can be changed about a machine or a pool.
    Change,
    /// Shows the forecast, rehearsing the fleet unless that was done; there, rehearses again or stops.
    Rehearse,
    /// Goes back from a run of a rehearsal to the fleet.
    LeaveRun,
    /// Asks the appliance for everything anew.
    Refresh,
    /// Shows the keys.
    Help,
    /// Gives the terminal back to the shell for a while.
    Suspend,
    /// Draws everything anew.
    Redraw,
    /// Leaves the program.
    Quit,
}

/// A view of the whole fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// What needs attention.
    Overview,
    /// Every pool.
    Pools,
    /// Every machine.
    Machines,
    /// Every operation.
    Operations,
    /// Every revision.
    Revisions,
    /// The fleet's log.
    Log,
    /// Every disruption budget.
    Budgets,
    /// The next openings of every pool's maintenance windows.
    Windows,
    /// What the last rehearsal says.
    Forecast,
}

impl Destination {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Pools => "pools",
            Self::Machines => "machines",
            Self::Operations => "operations",
            Self::Revisions => "revisions",
            Self::Log => "log",
            Self::Budgets => "budgets",
            Self::Windows => "windows",
            Self::Forecast => "forecast",
        }
    }
}

/// Where a key means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// In every view.
    Everywhere,
    /// In views that are tables.
    Tables,
    /// In views that are text with sections.
    Sections,
    /// In views with rows that the cursor can be on.
    Rows,
    /// In views in which a pool, a revision or an operation is at hand.
    Orders,
    /// In views in which a machine or a pool is at hand.
    Changes,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The keys, the one to show first.
    pub keys: &'static [&'static str],
    /// What they do.
    pub action: Action,
    /// Where they do it.
    pub where_: Where,
    /// A word for the footer; empty for what is left to the help.
    pub hint: &'static str,
    /// A line for the help.
    pub help: &'static str,
}

const fn binding(
    keys: &'static [&'static str],
    action: Action,
    where_: Where,
    hint: &'static str,
    help: &'static str,
) -> Binding {
    Binding {
        keys,
        action,
        where_,
        hint,
        help,
    }
}

/// Every binding, in the order of the help.
pub const BINDINGS: &[Binding] = &[
    binding(&["?"], Action::Help, Where::Everywhere, "help", "this page"),
    binding(
        &["q"],
        Action::Close,
        Where::Everywhere,
        "",
        "leave the view; on the overview: quit",
    ),
    binding(
        &["esc", "left", "h"],
        Action::Back,
        Where::Everywhere,
        "back",
        "leave the filter, the marks or the view",
    ),
    binding(&["ctrl-c"], Action::Quit, Where::Everywhere, "", "quit"),
    binding(
        &["enter", "right", "l"],
        Action::Open,
        Where::Rows,
        "open",
        "go into the row",
    ),
    binding(
        &["j", "down"],
        Action::Move(1),
        Where::Everywhere,
        "",
        "down",
    ),
    binding(&["k", "up"], Action::Move(-1), Where::Everywhere, "", "up"),
    binding(
        &["ctrl-d", "pgdn"],
        Action::HalfPages(1),
        Where::Everywhere,
        "",
        "half a page down",
    ),
    binding(
        &["ctrl-u", "pgup"],
        Action::HalfPages(-1),
        Where::Everywhere,
        "",
        "half a page up",
    ),
    binding(
        &["g", "home"],
        Action::Top,
        Where::Everywhere,
        "",
        "first row",
    ),
    binding(
        &["G", "end"],
        Action::Bottom,
        Where::Everywhere,
        "",
        "last row; there a log is followed",
    ),
    binding(
        &["tab"],
        Action::NextSection,
        Where::Sections,
        "next part",
        "to the next part of a machine or an operation",
    ),
    binding(
        &["["],
        Action::HistoryBack,
        Where::Everywhere,
        "",
        "back to the place before",
    ),
    binding(
        &["]"],
        Action::HistoryForward,
        Where::Everywhere,
        "",
        "forward again",
    ),
    binding(
        &["1"],
        Action::Go(Destination::Overview),
        Where::Everywhere,
        "to 9 views",
        "overview",
    ),
    binding(
        &["2"],
        Action::Go(Destination::Pools),
        Where::Everywhere,
        "",
        "pools",
    ),
    binding(
        &["3"],
        Action::Go(Destination::Machines),
        Where::Everywhere,
        "",
        "machines",
    ),
    binding(
        &["4"],
        Action::Go(Destination::Operations),
        Where::Everywhere,
        "",
        "operations",
    ),
    binding(
        &["5"],
        Action::Go(Destination::Revisions),
        Where::Everywhere,
        "",
        "revisions",
    ),
    binding(
        &["6"],
        Action::Go(Destination::Log),
        Where::Everywhere,
        "",
        "fleet log",
    ),
    binding(
        &["7"],
        Action::Go(Destination::Budgets),
        Where::Everywhere,
        "",
        "disruption budgets",
    ),
    binding(
        &["8"],
        Action::Go(Destination::Windows),
        Where::Everywhere,
        "",
        "maintenance windows",
    ),
    binding(
        &["9"],
        Action::Go(Destination::Forecast),
        Where::Everywhere,
        "",
        "forecast of the last rehearsal",
    ),
    binding(
        &["0"],
        Action::Contexts,
        Where::Everywhere,
        "contexts",
        "all contexts in one table; there: the contexts themselves",
    ),
    binding(
        &["/"],
        Action::Filter,
        Where::Tables,
        "filter",
        "show only rows with this text",
    ),
    binding(
        &["s"],
        Action::SortNext,
        Where::Tables,
        "sort",
        "sort by the next column",
    ),
    binding(
        &["S"],
        Action::SortReverse,
        Where::Tables,
        "",
        "sort the other way round",
    ),
    binding(
        &["i"],
        Action::Details,
        Where::Tables,
        "info",
        "details of the row",
    ),
    binding(
        &["x"],
        Action::Mark,
        Where::Tables,
        "mark",
        "mark the row for an order, or take the mark away",
    ),
    binding(
        &["v"],
        Action::MarkRange,
        Where::Tables,
        "",
        "mark every row from the last marked one on",
    ),
    binding(
        &["space"],
        Action::PauseOrRun,
        Where::Everywhere,
        "run",
        "let the clock run or stand",
    ),
    binding(
        &["."],
        Action::Step,
        Where::Everywhere,
        "step",
        "take the next event",
    ),
    binding(
        &["+", "="],
        Action::Faster,
        Where::Everywhere,
        "faster",
        "let the clock run faster",
    ),
    binding(
        &["-"],
        Action::Slower,
        Where::Everywhere,
        "",
        "let the clock run slower",
    ),
    binding(
        &["}"],
        Action::RunToMilestone,
        Where::Everywhere,
        "next end",
        "run to the next end of an operation, or failure",
    ),
    binding(
        &["f"],
        Action::Rehearse,
        Where::Everywhere,
        "forecast",
        "rehearse the fleet, or a saved revision; there: again, or stop",
    ),
    binding(
        &["$"],
        Action::LeaveRun,
        Where::Everywhere,
        "",
        "from a run of a rehearsal back to the fleet",
    ),
    binding(
        &["a"],
        Action::Apply,
        Where::Orders,
        "apply",
        "apply the saved or chosen revision, of all marked rows",
    ),
    binding(
        &["r"],
        Action::Retry,
        Where::Orders,
        "retry",
        "retry the failed operation, of all marked rows",
    ),
    binding(
        &["c"],
        Action::Cancel,
        Where::Orders,
        "cancel",
        "cancel the operation, of all marked rows",
    ),
    binding(
        &["p"],
        Action::PauseOrResume,
        Where::Orders,
        "pause",
        "pause or resume the operation, of all marked rows",
    ),
    binding(
        &["m"],
        Action::Change,
        Where::Changes,
        "change",
        "change the machine or the pool, or all marked ones",
    ),
    binding(
        &["ctrl-z"],
        Action::Suspend,
        Where::Everywhere,
        "",
        "back to the shell; fg returns",
    ),
    binding(
        &["ctrl-r"],
        Action::Refresh,
        Where::Everywhere,
        "",
        "ask the appliance for everything anew, at once",
    ),
    binding(
        &["ctrl-l"],
        Action::Redraw,
        Where::Everywhere,
        "",
        "draw everything anew",
    ),
];

impl Binding {
    /// Whether the binding means something in a view.
    pub fn is_valid_in(&self, view: &View) -> bool {
        match self.where_ {
            Where::Everywhere => true,
            Where::Tables => view.is_table(),
            Where::Sections => view.has_rows() && !view.is_table(),
            Where::Rows => view.has_rows(),
            Where::Orders => view.has_orders(),
            Where::Changes => view.has_changes(),
        }
    }
}

/// The key to show for an action; empty for one that has none.
pub fn key_of(action: Action) -> &'static str {
    let mut bindings = BINDINGS.iter();
    bindings
        .find(|binding| binding.action == action)
        .map_or("", |binding| binding.keys[0])
}

/// What a key does in a view; `None` when nothing.
pub fn action(key: Key, view: &View) -> Option<Action> {
    let name = key.to_string();
    BINDINGS
        .iter()
        .filter(|binding| binding.is_valid_in(view))
        .find(|binding| binding.keys.contains(&name.as_str()))
        .map(|binding| binding.action)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_key_is_one_and_stands_once() {
        let mut seen = BTreeSet::new();
        for binding in BINDINGS {
            for key in binding.keys {
                assert_eq!(
                    Key::parse(key).map(|key| key.to_string()).as_deref(),
                    Some(*key)
                );
                assert!(seen.insert(key), "{key} is bound twice");
            }
        }
    }

    /// Terminals, multiplexers and shells keep these for themselves.
    #[test]
    fn keys_that_belong_to_others_stay_free() {
        for key in [
            "ctrl-s",
            "ctrl-q",
            "ctrl-a",
            "ctrl-b",
            "ctrl-\\",
            "ctrl-h",
            "ctrl-j",
            "ctrl-k",
            "ctrl-space",
        ] {
            assert!(
                BINDINGS.iter().all(|binding| !binding.keys.contains(&key)),
                "{key}"
            );
        }
    }
}
