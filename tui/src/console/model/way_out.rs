//! What to do about something: the way out of each state, in one place.
//!
//! What an order mends names its key. What no order of the console mends says who has to do what: somebody at the
//! machine, or whoever owns the workload.

use std::fmt;

use appliance::{
    Machine, MachinePoolId, MachineStatus, Operation, OperationStatus, Scheduling, Text,
};

use super::changes::change_of;
use super::cut::width;
use super::entry::budget_name;
use super::windows::Door;
use super::{Fleet, RowId};
use crate::console::command::Verb;
use crate::console::keys::{Action, Destination, key_of};

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayOut {
    /// The first thing, in a few words.
    pub first: String,
    /// What else there is to say; may be empty.
    pub then: String,
}

impl WayOut {
    /// All of it, or the first thing where there is no room for more.
    pub fn within(&self, room: u16) -> String {
        let all = self.to_string();
        if width(&all) <= room {
            all
        } else {
            self.first.clone()
        }
    }
}

impl fmt::Display for WayOut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.first)?;
        if !self.then.is_empty() {
            write!(formatter, "; {}", self.then)?;
        }
        Ok(())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "whoever asks may get none")]
fn out(first: impl Into<String>, then: impl Into<String>) -> Option<WayOut> {
    Some(WayOut {
        first: first.into(),
        then: then.into(),
    })
}

impl Fleet {
    /// What to do about a row; `None` where nothing is the matter.
    pub fn way_out(&self, row: RowId) -> Option<WayOut> {
        match row {
            RowId::Operation(operation) => self.out_of_operation(self.operation(operation)?),
            RowId::Machine(machine) => self.out_of_machine(self.machine(machine)?),
            RowId::Trouble(pool, trouble) => {
                let group = self.troubled(pool, trouble)?;
                self.out_of_machine(self.machine(group.first)?)
            }
            RowId::Pool(pool) => {
                let latest = self
                    .open_operation(pool)
                    .or_else(|| self.latest_operation(pool));
                self.out_of_operation(latest?)
            }
            RowId::Revision(pool, revision) => {
                let mut saved = self.revisions.iter().filter(|known| known.is_pending);
                saved.find(|known| known.machine_pool_id == pool && known.number == revision)?;
                let apply = key_of(Action::Apply);
                out(
                    format!("{apply} applies it"),
                    "it asks first, and says what would block it",
                )
            }
            RowId::Window(pool, _) => self.out_of_window(pool),
            RowId::Budget(budget) => {
                let budget = self.budget(budget)?;
                (!budget.refuses.is_empty())
                    .then(|| of_budget(budget_name(budget).as_str()))
                    .flatten()
            }
            RowId::Unassigned
            | RowId::Cluster(_)
            | RowId::Event(_)
            | RowId::Gap(_)
            | RowId::Phase(_)
            | RowId::Pod(_)
            | RowId::Run(..)
            | RowId::Wait(_)
            | RowId::Note(_) => None,
        }
    }

    fn out_of_operation(&self, operation: &Operation) -> Option<WayOut> {
        let rollout = operation.rollout.as_ref()?;
        let pool = rollout.machine_pool_id;
        let is_latest = self
            .latest_operation(pool)
            .is_some_and(|latest| latest.id == operation.id);
        match operation.status {
            OperationStatus::Failed if is_latest => self.out_of_failed(operation),
            OperationStatus::Cancelling => out("wait: what is in flight still ends", ""),
            OperationStatus::Running if rollout.failure.is_some() => out(
                "wait: what is in flight still ends",
                format!("then {} retries", key_of(Action::Retry)),
            ),
            OperationStatus::Running if rollout.is_paused => out(
                format!("{} resumes it", key_of(Action::PauseOrResume)),
                format!("{} cancels it", key_of(Action::Cancel)),
            ),
            OperationStatus::Running => {
                let sight = self.sight_of(operation)?;
                if let Some(held) = self.stuck(pool) {
                    return self.out_of_machine(self.machine(held.machine)?);
                }
                let most = sight.waits_most().filter(|_| rollout.in_flight == 0)?;
                self.out_of_reason(most.reason.as_str(), most.object.as_ref(), Some(pool))
            }
            _ => None,
        }
    }

    fn out_of_failed(&self, operation: &Operation) -> Option<WayOut> {
        let (retry, open) = (key_of(Action::Retry), key_of(Action::Open));
        let rollout = operation.rollout.as_ref()?;
        if rollout.failure.as_ref().is_some_and(|why| *why == "unfit") {
            return out(
                format!("clear what blocks it, then {retry}"),
                format!("{} shows what that is", key_of(Action::Apply)),
            );
        }
        let failed = self.sight_of(operation).and_then(|sight| sight.failed);
        let dead = failed.and_then(|failed| {
            let machine = self.machine(failed.first)?;
            is_dead(machine).then_some(machine)
        });
        if let Some(machine) = dead {
            return out(
                format!("a hand at {}, then {retry} retries", machine.name),
                "no order of this console mends it",
            );
        }
        let then = match failed {
            Some(_) => format!("{open} shows what failed"),
            None => format!("{open} shows its log"),
        };
        out(format!("{retry} retries with what is left"), then)
    }

    fn out_of_machine(&self, machine: &Machine) -> Option<WayOut> {
        let pool = machine.machine_pool_id;
        if let Some(reason) = &machine.reason {
            let object = machine.reason_object.as_ref();
            return self.out_of_reason(reason.as_str(), object, pool);
        }
        match &machine.status {
            MachineStatus::Unreachable if is_dead(machine) => out(
                "a hand: repair it, or give it power",
                "then it boots by itself",
            ),
            MachineStatus::ForceUnassigned if is_dead(machine) => out(
                "a hand: repair it, or give it power",
                "then it reboots and is ready_unassigned",
            ),
            MachineStatus::ForceUnassigned => {
                out("wait: it reboots and is then ready_unassigned", "")
            }
            MachineStatus::Preregistered => out(
                "boot an enrollment image on it",
                format!("in a simulation {} does it", change_key(Verb::Enroll)),
            ),
            MachineStatus::ReadyUnassigned => out(
                format!("{} assigns it to a pool", change_key(Verb::Assign)),
                "",
            ),
            MachineStatus::Unreachable => self.retried(pool, "a hand: see why it does not answer"),
            MachineStatus::NotReady => self.retried(pool, "a hand: see why its node is not Ready"),
            _ => match machine.scheduling {
                Some(Scheduling::Quarantined) => {
                    self.retried(pool, "clear what its drain met, and uncordon it")
                }
                Some(Scheduling::Cordoned) => self.retried(pool, "uncordon it"),
                Some(Scheduling::ByHand) => out("uncordon it, if that was not meant", ""),
                _ if machine.failure.is_some() => self.retried(pool, "apply the revision again"),
                _ => None,
            },
        }
    }

    /// What a retry of its pool's operation mends, or else this.
    fn retried(&self, pool: Option<MachinePoolId>, otherwise: &str) -> Option<WayOut> {
        let latest = pool.and_then(|pool| self.latest_operation(pool));
        let retry = key_of(Action::Retry);
        match latest.map(|latest| &latest.status) {
            Some(OperationStatus::Failed) => out(
                format!("{retry} retries its update"),
                format!("or {otherwise}"),
            ),
            Some(status) if !status.is_final() => out(
                otherwise,
                format!("or {retry} retries it when its operation has failed"),
            ),
            _ => out(otherwise, ""),
        }
    }

    /// The way out of a wait; none out of a phase, which ends.
    fn out_of_reason(
        &self,
        reason: &str,
        object: Option<&Text>,
        pool: Option<MachinePoolId>,
    ) -> Option<WayOut> {
        let about = object.map_or("", Text::as_str);
        let cancel = format!("{} cancels the rollout", key_of(Action::Cancel));
        match reason {
            "paused" => out(
                format!("{} resumes it", key_of(Action::PauseOrResume)),
                cancel,
            ),
            "halted" => out(
                "wait: the operation ends",
                format!("then {} retries it", key_of(Action::Retry)),
            ),
            "window" => pool.and_then(|pool| self.out_of_window(pool)),
            "back-off" => out("wait: it is tried again by itself", cancel),
            "poll" => out("wait: it asks for its turn by itself", ""),
            "power" => out(
                "a hand: repair it, or give it power",
                "then it boots by itself",
            ),
            "budget" => of_budget(about),
            "capacity" => out("room: a machine more, or smaller requests", cancel),
            "volume" => out("wait until its volumes are free", cancel),
            "pod-grace" => out("wait: its pods end with their grace", ""),
            "repair" if about.is_empty() => out("a hand: nobody repairs machines here", cancel),
            "repair" => out(format!("wait: {about} repairs it"), cancel),
            "hold" => out(
                format!(
                    "{} unholds it: until then its turn waits",
                    change_key(Verb::Unhold)
                ),
                cancel,
            ),
            "gate" => out(format!("wait until {about} is green"), cancel),
            "canary" => out("wait: the canaries go first", cancel),
            _ => None,
        }
    }

    fn out_of_window(&self, pool: MachinePoolId) -> Option<WayOut> {
        let windows = key_of(Action::Go(Destination::Windows));
        match self.windows.door(pool)? {
            Door::Never => out(
                "a window that opens: none does any more",
                format!("{} cancels the rollout", key_of(Action::Cancel)),
            ),
            Door::Closed(next) | Door::Shut(_, Some(next)) => out(
                format!("wait: it opens {}", next.opens),
                format!("{windows} shows them all"),
            ),
            Door::Shut(_, None) | Door::Always | Door::Open(_) => None,
        }
    }
}

/// The keys of a change, one after the other.
fn change_key(verb: Verb) -> String {
    let letter = change_of(verb).map_or(' ', |change| change.letter);
    format!("{} {letter}", key_of(Action::Change))
}

fn of_budget(name: &str) -> Option<WayOut> {
    let budgets = key_of(Action::Go(Destination::Budgets));
    out(
        format!("more replicas, or a looser {name}"),
        format!("{budgets} shows it, {} cancels", key_of(Action::Cancel)),
    )
}

/// Whether it boots again only when somebody has been there.
fn is_dead(machine: &Machine) -> bool {
    let failure = machine.failure.as_ref().map(Text::as_str);
    matches!(failure, Some("crashed" | "no power"))
}
