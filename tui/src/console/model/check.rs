//! Whether an order still fits the fleet, and the requests that carry it out.

use appliance::{MachinePool, Request, Text};

use super::{Fleet, Model, RowId};
use crate::console::command::{Command, RolloutTarget, Subject, Target, Verb};
use crate::console::keys::Action;
use crate::live::{Telling, telling};

impl Model {
    /// The requests that carry an order out, one for each target.
    ///
    /// # Errors
    /// When the fleet is no longer as it was when the order was made: what changed, line by line. Then not even what
    /// still fits is to be done.
    pub fn requests(&self, command: &Command) -> Result<Vec<Request>, Vec<String>> {
        if command.context != self.context {
            let why = format!("it is for {}, this is {}", command.context, self.context);
            return Err(vec![why]);
        }
        if let Some(why) = self.refusal() {
            return Err(vec![why]);
        }
        self.fitting(command)
    }

    /// The requests that an order would come to, to rehearse it: nobody needs leave for that.
    ///
    /// # Errors
    /// As [`Model::requests`]; and where a rehearsal cannot say what the order leads to: why.
    pub fn requests_to_rehearse(&self, command: &Command) -> Result<Vec<Request>, Vec<String>> {
        if command.saves {
            let why = "what is only saved is rolled out to nobody: there is nothing to rehearse";
            return Err(vec![why.to_owned()]);
        }
        let is_of_operation = matches!(
            command.verb,
            Verb::Retry | Verb::Cancel | Verb::Pause | Verb::Resume
        );
        if is_of_operation && self.live.is_some() {
            let word = command.verb.word();
            let why = format!(
                "a live fleet is rehearsed with its machines at rest: it has no operation there to {word}"
            );
            return Err(vec![why]);
        }
        self.fitting(command)
    }

    /// The requests of an order, if it still fits the fleet.
    fn fitting(&self, command: &Command) -> Result<Vec<Request>, Vec<String>> {
        let (mut requests, mut changes) = (Vec::new(), Vec::new());
        let machines = self.fleet.machines_of(command);
        for (target, machine) in command.targets.iter().zip(machines) {
            let request = match target {
                Target::Rollout(target) => self.fleet.request(command.verb, target),
                Target::Machine(target) => self.fleet.request_of_machine(command, target, machine),
                Target::Pool(target) => self.fleet.request_of_pool(command, target),
            };
            match request.and_then(|request| self.done_by_appliance(request)) {
                Ok(request) => requests.push(request),
                // What an appliance does not do it does for none of them.
                Err(why) if changes.contains(&why) => {}
                Err(why) => changes.push(why),
            }
        }
        if changes.is_empty() {
            Ok(requests)
        } else {
            Err(changes)
        }
    }

    /// The order, where the appliance is one that carries it out.
    ///
    /// # Errors
    /// Why it does not.
    pub(super) fn done_by_appliance(&self, order: Request) -> Result<Request, String> {
        match telling(None, &order) {
            Telling::Not(why) if self.applies_at_once() => Err(why.to_owned()),
            _ => Ok(order),
        }
    }
}

impl Fleet {
    /// The pool that a target names; `None` where there is none, or more than one.
    pub fn pool_of_target(&self, target: &RolloutTarget) -> Option<&MachinePool> {
        self.pool_named(&target.cluster, &target.pool)
    }

    /// The pool of a name; `None` where there is none, or more than one.
    pub(super) fn pool_named(&self, cluster: &Text, pool: &Text) -> Option<&MachinePool> {
        let mut pools = self.pools.iter().filter(|known| {
            known.name == *pool
                && self
                    .cluster(known.cluster_id)
                    .is_some_and(|known| known.name == *cluster)
        });
        pools.next().filter(|_| pools.next().is_none())
    }

    fn request(&self, verb: Verb, target: &RolloutTarget) -> Result<Request, String> {
        let RolloutTarget {
            cluster,
            pool: name,
            revision,
            ..
        } = target;
        let Some(pool) = self.pool_of_target(target) else {
            return Err(format!("there is no one pool {name} in {cluster}"));
        };
        let (from, newest) = match target.subject {
            Subject::Pool { from, newest } => (from, newest),
            Subject::Operation { .. } => return self.request_of_operation(verb, target, pool),
        };
        if let (Some(from), Some(is_on)) = (from, pool.revision)
            && from != is_on
        {
            return Err(format!(
                "pool {name} is on revision {is_on} by now, not on {from}"
            ));
        }
        if let Some(known) = self.newest_revision(pool.id)
            && known != newest
        {
            return Err(format!(
                "the newest revision of pool {name} is {known} by now, not {newest}"
            ));
        }
        Ok(Request::ApplyRevision {
            pool: pool.id,
            revision: *revision,
            from,
        })
    }

    fn request_of_operation(
        &self,
        verb: Verb,
        target: &RolloutTarget,
        pool: &MachinePool,
    ) -> Result<Request, String> {
        let Subject::Operation { operation } = target.subject else {
            return Err(format!("{} needs an operation", verb.word()));
        };
        let rollout = self
            .operation(operation)
            .and_then(|operation| operation.rollout.as_ref());
        let is_meant = rollout.is_some_and(|rollout| {
            rollout.machine_pool_id == pool.id && rollout.revision == target.revision
        });
        if !is_meant {
            return Err(format!(
                "operation {} does not roll out revision {} to {}",
                operation.0, target.revision, target.pool
            ));
        }
        let (offered, _) = self.offer(action(verb), RowId::Operation(operation))?;
        match verb {
            _ if offered != verb => Err(already(verb, target)),
            Verb::Retry => Ok(Request::RetryOperation { operation }),
            Verb::Cancel => Ok(Request::CancelOperation { operation }),
            Verb::Pause => Ok(Request::PauseOperation { operation }),
            Verb::Resume => Ok(Request::ResumeOperation { operation }),
            _ => Err(format!("{target}: {} takes no operation", verb.word())),
        }
    }
}

/// That what a verb would do is done already.
pub(super) fn already(verb: Verb, target: &RolloutTarget) -> String {
    match verb {
        Verb::Pause => format!("{target} is paused already"),
        _ => format!("{target} goes on already"),
    }
}

fn action(verb: Verb) -> Action {
    match verb {
        Verb::Retry => Action::Retry,
        Verb::Cancel => Action::Cancel,
        Verb::Pause | Verb::Resume => Action::PauseOrResume,
        _ => Action::Apply,
    }
}
