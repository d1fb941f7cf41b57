//! What can be ordered here and now: of the pool at hand, and why not.

use appliance::{MachinePoolId, OperationId, OperationStatus};

use super::{Model, RowId, Scope, View};
use crate::console::command::Verb;
use crate::console::keys::Action;

impl Model {
    /// The pool that is at hand: that of the row, or of the view.
    pub fn pool_at_hand(&self) -> Option<MachinePoolId> {
        let row = self
            .listing
            .id(&self.fleet, self.place.view, self.listing.cursor);
        let of_row = match row {
            Some(RowId::Pool(pool) | RowId::Revision(pool, _)) => Some(pool),
            Some(RowId::Operation(operation)) => self.pool_of(operation),
            Some(RowId::Machine(machine)) => {
                let machine = self.fleet.machine(machine);
                machine.and_then(|machine| machine.machine_pool_id)
            }
            Some(RowId::Cluster(_) | RowId::Event(_)) | None => None,
        };
        let of_view = match self.place.view {
            View::Machines(Scope::Pool(pool)) | View::Revisions(Scope::Pool(pool)) => Some(pool),
            View::Operation(operation) => self.pool_of(operation),
            _ => None,
        };
        of_row.or(of_view)
    }

    fn pool_of(&self, operation: OperationId) -> Option<MachinePoolId> {
        let operation = self.fleet.operation(operation)?;
        operation
            .rollout
            .as_ref()
            .map(|rollout| rollout.machine_pool_id)
    }

    /// What an action would order of a pool.
    ///
    /// # Errors
    /// When there is nothing of the kind to order: why, in words.
    pub fn offer(&self, action: Action, pool: MachinePoolId) -> Result<Verb, String> {
        let name = self.fleet.pool_name(pool);
        if action == Action::Apply {
            let row = self
                .listing
                .id(&self.fleet, self.place.view, self.listing.cursor);
            let chosen = match row {
                Some(RowId::Revision(_, revision)) => Some(revision),
                _ => self.fleet.pending_revision(pool),
            };
            return chosen.map(|revision| Verb::Apply { pool, revision }).ok_or_else(|| {
                format!("{name} has no revision that waits to be applied; choose one in the revisions (5)")
            });
        }
        let latest = self.fleet.latest_operation(pool);
        let operation = latest.ok_or_else(|| format!("{name} has no operation"))?;
        let id = operation.id;
        let goes_on = !operation.status.is_final();
        let is_paused = operation
            .rollout
            .as_ref()
            .is_some_and(|rollout| rollout.is_paused);
        match action {
            Action::Retry if operation.status == OperationStatus::Failed => {
                Ok(Verb::Retry { operation: id })
            }
            Action::Retry => Err(format!(
                "operation {} of {name} is {}: only a failed one can be retried",
                id.0, operation.status
            )),
            _ if !goes_on => Err(format!(
                "operation {} of {name} is {} and over",
                id.0, operation.status
            )),
            Action::Cancel => Ok(Verb::Cancel { operation: id }),
            _ if is_paused => Ok(Verb::Resume { operation: id }),
            _ => Ok(Verb::Pause { operation: id }),
        }
    }

    /// Whether an action can be taken here and now.
    pub fn offers(&self, action: Action) -> bool {
        let is_order = matches!(
            action,
            Action::Apply | Action::Retry | Action::Cancel | Action::PauseOrResume
        );
        !is_order
            || self
                .pool_at_hand()
                .is_some_and(|pool| self.offer(action, pool).is_ok())
    }
}
