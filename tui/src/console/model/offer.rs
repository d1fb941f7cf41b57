//! What can be ordered here and now: of the pool at hand, and why not.

use appliance::{MachineId, MachinePoolId, Operation, OperationId, OperationStatus};

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
            Some(RowId::Machine(machine)) => self.pool_of_machine(machine),
            Some(RowId::Cluster(_) | RowId::Event(_) | RowId::Gap(_) | RowId::Phase(_)) | None => {
                None
            }
        };
        let of_view = match self.place.view {
            View::Machines(Scope::Pool(pool)) | View::Revisions(Scope::Pool(pool)) => Some(pool),
            View::Operation(operation) => self.pool_of(operation),
            View::Machine(machine) => self.pool_of_machine(machine),
            _ => None,
        };
        of_row.or(of_view)
    }

    fn pool_of_machine(&self, machine: MachineId) -> Option<MachinePoolId> {
        self.fleet.machine(machine)?.machine_pool_id
    }

    fn pool_of(&self, operation: OperationId) -> Option<MachinePoolId> {
        let operation = self.fleet.operation(operation)?;
        operation
            .rollout
            .as_ref()
            .map(|rollout| rollout.machine_pool_id)
    }

    /// The operation that is at hand: that of the row, or of the view; else the pool's that goes on, or its newest.
    fn operation_at_hand(&self, pool: MachinePoolId) -> Option<&Operation> {
        let row = self
            .listing
            .id(&self.fleet, self.place.view, self.listing.cursor);
        let named = match (row, self.place.view) {
            (Some(RowId::Operation(id)), _) | (_, View::Operation(id)) => Some(id),
            _ => None,
        };
        match named {
            Some(id) => self.fleet.operation(id),
            None => self
                .fleet
                .open_operation(pool)
                .or_else(|| self.fleet.latest_operation(pool)),
        }
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
        let at_hand = self.operation_at_hand(pool);
        let operation = at_hand.ok_or_else(|| format!("{name} has no operation"))?;
        let (id, status) = (operation.id, &operation.status);
        let is_paused = operation
            .rollout
            .as_ref()
            .is_some_and(|rollout| rollout.is_paused);
        let is_newest = self
            .fleet
            .latest_operation(pool)
            .is_some_and(|latest| latest.id == id);
        match action {
            Action::Retry if *status == OperationStatus::Failed && is_newest => {
                Ok(Verb::Retry { operation: id })
            }
            Action::Retry if *status == OperationStatus::Failed => Err(format!(
                "a later operation took over what operation {} of {name} left",
                id.0
            )),
            Action::Retry => Err(format!(
                "operation {} of {name} is {status}: only a failed one can be retried",
                id.0
            )),
            _ if status.is_final() => {
                Err(format!("operation {} of {name} is {status} and over", id.0))
            }
            Action::Cancel => Ok(Verb::Cancel { operation: id }),
            _ if *status == OperationStatus::Pending => Err(format!(
                "operation {} of {name} is pending: it waits for the one before it",
                id.0
            )),
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
