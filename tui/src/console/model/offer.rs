//! What can be ordered of a row, and why not.

use appliance::{MachinePoolId, Operation, OperationId, OperationStatus};

use super::{Fleet, RowId};
use crate::console::command::{RolloutTarget, Subject, Verb};
use crate::console::keys::Action;

/// Said where nothing is at hand that could be ordered about.
pub const CHOOSE: &str = "choose a pool, a revision or an operation first";

/// An order for one target; or why there is none, in words that name the pool.
type Offer = Result<(Verb, RolloutTarget), String>;

impl Fleet {
    /// What an action would order of a row.
    ///
    /// # Errors
    /// When there is nothing of the kind to order: why, in words.
    pub fn offer(&self, action: Action, row: RowId) -> Offer {
        let (pool, named) = match row {
            RowId::Pool(pool) | RowId::Revision(pool, _) | RowId::Window(pool, _) => {
                (Some(pool), None)
            }
            RowId::Operation(id) => (self.pool_of_operation(id), self.operation(id)),
            RowId::Machine(machine) => {
                let machine = self.machine(machine);
                (machine.and_then(|machine| machine.machine_pool_id), None)
            }
            RowId::Cluster(_)
            | RowId::Trouble(..)
            | RowId::Unassigned
            | RowId::Event(_)
            | RowId::Gap(_)
            | RowId::Phase(_)
            | RowId::Budget(_)
            | RowId::Pod(_)
            | RowId::Run(..)
            | RowId::Wait(_)
            | RowId::Note(_) => (None, None),
        };
        let Some(pool) = pool else {
            return Err(match row {
                RowId::Machine(_) => "the machine belongs to no pool".to_owned(),
                _ => CHOOSE.to_owned(),
            });
        };
        if action == Action::Apply {
            let chosen = match row {
                RowId::Revision(_, revision) => Some(revision),
                _ => self.pending_revision(pool),
            };
            return self.offer_apply(pool, chosen);
        }
        // The one that was chosen; else the one that goes on, where others wait for it; else the newest.
        let at_hand = named
            .or_else(|| self.open_operation(pool))
            .or_else(|| self.latest_operation(pool));
        match at_hand {
            Some(operation) => self.offer_operation(action, pool, operation),
            None => Err(format!("{} has no operation", self.pool_name(pool))),
        }
    }

    /// The pool that an operation rolls out.
    pub fn pool_of_operation(&self, id: OperationId) -> Option<MachinePoolId> {
        let rollout = self.operation(id)?.rollout.as_ref();
        rollout.map(|rollout| rollout.machine_pool_id)
    }

    fn offer_apply(&self, pool: MachinePoolId, revision: Option<u32>) -> Offer {
        let Some(revision) = revision else {
            let name = self.pool_name(pool);
            return Err(format!("{name} has no saved revision"));
        };
        let subject = Subject::Pool {
            from: self.pool(pool).and_then(|pool| pool.revision),
            newest: self.newest_revision(pool).unwrap_or(revision),
        };
        Ok((Verb::Apply, self.target(pool, revision, subject)))
    }

    fn offer_operation(&self, action: Action, pool: MachinePoolId, operation: &Operation) -> Offer {
        let name = self.pool_name(pool);
        let (id, status) = (operation.id, &operation.status);
        let rollout = operation.rollout.as_ref();
        let is_paused = rollout.is_some_and(|rollout| rollout.is_paused);
        let latest = self.latest_operation(pool).map(|latest| latest.id);
        let verb = match action {
            Action::Retry if *status != OperationStatus::Failed => Err(format!(
                "operation {} of {name} is {status}: only a failed one can be retried",
                id.0
            )),
            Action::Retry if latest != Some(id) => Err(format!(
                "a later operation took over what operation {} of {name} left",
                id.0
            )),
            Action::Retry => Ok(Verb::Retry),
            _ if status.is_final() => {
                Err(format!("operation {} of {name} is {status} and over", id.0))
            }
            _ if *status == OperationStatus::Cancelling => Err(format!(
                "operation {} of {name} is cancelling: what is in flight still ends",
                id.0
            )),
            Action::Cancel => Ok(Verb::Cancel),
            _ if *status == OperationStatus::Pending => Err(format!(
                "operation {} of {name} is pending: it waits for the one before it",
                id.0
            )),
            _ if is_paused => Ok(Verb::Resume),
            _ => Ok(Verb::Pause),
        }?;
        let revision = rollout.map_or(0, |rollout| rollout.revision);
        let subject = Subject::Operation { operation: id };
        Ok((verb, self.target(pool, revision, subject)))
    }

    fn target(&self, pool: MachinePoolId, revision: u32, subject: Subject) -> RolloutTarget {
        RolloutTarget {
            cluster: self.cluster_name(pool),
            pool: self.pool_name(pool),
            revision,
            subject,
        }
    }
}
