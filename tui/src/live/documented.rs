//! An appliance that has meltcloud's public API alone, asked in the console's own questions.

use std::sync::{Mutex, PoisonError};

use appliance::public::{self, Lookup, NetworkProfile, NetworkProfileId};
use appliance::{
    Cluster, Error, ErrorKind, Machine, MachineHistory, Operation, OperationHistory, OperationId,
    Reply, Request, Text,
};
use jiff::Timestamp;

use super::crew;
use super::journal::{Journal, Order, Target};
use super::orders;
use super::pools::Pools;
use super::public::{self as api, Ask};
use super::telling::{Telling, telling};

/// What is remembered of such an appliance.
#[derive(Debug)]
pub(super) struct Documented {
    pub(super) pools: Pools,
    journal: Journal,
    now: fn() -> Timestamp,
    troubles: Mutex<Vec<String>>,
}

impl Documented {
    /// One of which nothing is known but what its journal says. `now` is the time of the orders to come.
    pub(super) fn new(journal: Journal, now: fn() -> Timestamp) -> Self {
        Self {
            pools: Pools::default(),
            journal,
            now,
            troubles: Mutex::default(),
        }
    }

    /// Answers a request by what the public API tells.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for what it does not tell or do; what the appliance answers instead of a reply.
    pub(super) fn answer(&self, asking: &dyn Ask, request: &Request) -> Result<Reply, Error> {
        if let Telling::Not(why) = telling(None, request) {
            return Err(Error::new(ErrorKind::Unsupported, why));
        }
        match request {
            Request::ListClusters => {
                let clusters = api::clusters(asking)?.into_iter().map(cluster);
                Ok(Reply::Clusters(clusters.collect()))
            }
            Request::ListMachines => {
                let machines = api::machines(asking)?.into_iter().map(Machine::from);
                Ok(Reply::Machines(machines.collect()))
            }
            Request::ListMachinePools => Ok(Reply::MachinePools(self.pools.list(asking)?)),
            Request::ListOperations => Ok(Reply::Operations(self.operations(asking)?)),
            Request::ListNetworkProfiles => {
                Ok(Reply::NetworkProfiles(self.network_profiles(asking)?))
            }
            Request::GetMachine { machine: id } => {
                let machine = Machine::from(api::machine(asking, *id)?);
                Ok(Reply::Machine(Box::new(only(machine))))
            }
            Request::GetOperation { operation } => {
                let operation = self.operation(asking, *operation)?;
                Ok(Reply::OperationHistory(Box::new(standing(operation))))
            }
            request => orders::answer(self, asking, request),
        }
    }

    /// What was ordered from here, the newest last.
    ///
    /// # Errors
    /// [`ErrorKind::Failed`], where the journal cannot be read.
    pub(super) fn orders(&self) -> Result<Vec<Order>, Error> {
        self.journal.orders().map_err(|error| {
            let why = format!("cannot read the journal {}: {error}", self.place());
            Error::new(ErrorKind::Failed, why)
        })
    }

    /// What went wrong beside the answers since this was last asked, each in a sentence.
    pub(super) fn troubles(&self) -> Vec<String> {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut troubles)
    }

    /// Writes an operation down that an order was answered with, and tells it as the console has it. Where it cannot be
    /// written down, that is a trouble and no error: the order was carried out.
    pub(super) fn started(
        &self,
        operation: public::Operation,
        verb: &str,
        target: Target,
    ) -> Operation {
        let order = Order {
            operation: operation.id,
            verb: verb.into(),
            target,
            at: (self.now)().to_string().into(),
            status: operation.status.clone(),
        };
        let told = told(operation, Some(&order));
        let number = told.id.0;
        if let Err(error) = self.journal.start(order) {
            self.trouble(format!(
                "operation {number} was started, and cannot be written down in {}: {error}",
                self.place()
            ));
        }
        told
    }

    fn trouble(&self, trouble: String) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.push(trouble);
    }

    fn place(&self) -> String {
        let path = self.journal.path();
        path.map_or_else(
            || "memory".to_owned(),
            |path| Text::from(path.display().to_string()).to_string(),
        )
    }

    /// The operations of the journal, of which those are asked about that had not ended.
    fn operations(&self, asking: &dyn Ask) -> Result<Vec<Operation>, Error> {
        let orders = self.orders()?;
        let going_on: Vec<&Order> = orders
            .iter()
            .filter(|order| !order.status.is_final())
            .collect();
        let asked = crew::each(&going_on, |order| api::operation(asking, order.operation));
        for (order, asked) in going_on.iter().zip(asked) {
            self.saw(order.operation, asked?.as_ref());
        }
        let orders = self.orders()?;
        Ok(orders.iter().map(remembered).collect())
    }

    fn operation(&self, asking: &dyn Ask, id: OperationId) -> Result<Operation, Error> {
        let asked = api::operation(asking, id)?;
        let orders = self.orders()?;
        let order = orders.iter().find(|order| order.operation == id);
        if order.is_some_and(|order| !order.status.is_final()) {
            self.saw(id, asked.as_ref());
        }
        let asked = asked.ok_or_else(|| {
            let why = format!("there is no operation {}", id.0);
            Error::new(ErrorKind::NotFound, why)
        })?;
        Ok(told(asked, order))
    }

    fn saw(&self, id: OperationId, operation: Option<&public::Operation>) {
        let noted = match operation {
            Some(operation) => self.journal.see(id, &operation.status),
            None => self.journal.lose(id),
        };
        if let Err(error) = noted {
            self.trouble(format!(
                "where operation {} stands cannot be written down in {}: {error}",
                id.0,
                self.place()
            ));
        }
    }

    /// The network profiles that pools or machines refer to.
    pub(super) fn network_profiles(&self, asking: &dyn Ask) -> Result<Vec<NetworkProfile>, Error> {
        let machines = api::machines(asking)?;
        let of_machines = machines.iter().flat_map(|machine| {
            let revisions = [&machine.machine_revision, &machine.desired_machine_revision];
            revisions.into_iter().flatten().flat_map(|revision| {
                [
                    revision.network_profile_id,
                    revision.depot_network_profile_id,
                ]
            })
        });
        let mut used: Vec<NetworkProfileId> = of_machines.flatten().collect();
        used.extend(self.pools.network_profiles(asking)?);
        used.sort_unstable();
        used.dedup();
        let found = crew::each(&used, |profile| {
            network_profile(asking, Lookup::Id(*profile))
        });
        let found: Result<Vec<_>, _> = found.into_iter().collect();
        Ok(found?.into_iter().flatten().collect())
    }
}

/// A network profile, where there is one.
pub(super) fn network_profile(
    asking: &dyn Ask,
    network_profile: Lookup<NetworkProfileId>,
) -> Result<Option<NetworkProfile>, Error> {
    match asking.ask(public::Request::GetNetworkProfile { network_profile }) {
        Ok(public::Reply::NetworkProfile(profile)) => Ok(Some(profile.resource)),
        Ok(_) => Err(Error::other_answer()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn cluster(cluster: public::Cluster) -> Cluster {
    Cluster {
        id: cluster.id,
        name: cluster.name,
        control_plane_status: cluster.control_plane_status,
        user_version: cluster.user_version,
        patch_version: cluster.patch_version,
    }
}

/// A machine of which only the present is known.
fn only(machine: Machine) -> MachineHistory {
    MachineHistory {
        machine,
        reason_since_ms: None,
        setback: None,
        absence: None,
        remarks: Vec::new(),
        pods: Vec::new(),
        budgets: Vec::new(),
        revisions: Vec::new(),
        own_revisions: Vec::new(),
        phases: Vec::new(),
        log: Vec::new(),
        log_missing: 0,
    }
}

/// An operation of which only the status is known.
fn standing(operation: Operation) -> OperationHistory {
    OperationHistory {
        operation,
        told_ms: 0,
        waits: Vec::new(),
        steps: Vec::new(),
        log: Vec::new(),
        log_missing: 0,
    }
}

fn remembered(order: &Order) -> Operation {
    Operation {
        id: order.operation,
        status: order.status.clone(),
        action: order.verb.clone(),
        machine_id: order.target.machine(),
        machine_pool_id: order.target.pool(),
        rollout: None,
    }
}

/// An operation as it is told, with what is known of its order.
fn told(operation: public::Operation, order: Option<&Order>) -> Operation {
    let (id, status) = (operation.id, operation.status);
    match order.map(remembered) {
        Some(remembered) => Operation {
            id,
            status,
            ..remembered
        },
        None => Operation {
            id,
            status,
            action: operation.action,
            machine_id: None,
            machine_pool_id: None,
            rollout: None,
        },
    }
}
