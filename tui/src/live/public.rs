//! meltcloud's public API, as what is translated to it asks it.

use appliance::client::blocking::Client;
use appliance::public::{Cluster, Lookup, Machine, MachinePool, Operation, Reply, Request};
use appliance::{ClusterId, Error, ErrorKind, MachineId, MachinePoolId, OperationId};

/// Whoever answers the public API, to several threads at once: a client, or in tests a fleet in memory.
pub(super) trait Ask: Sync {
    /// Asks one call.
    ///
    /// # Errors
    /// What is answered instead of a reply, or that nothing is.
    fn ask(&self, request: Request) -> Result<Reply, Error>;
}

impl Ask for Client {
    fn ask(&self, request: Request) -> Result<Reply, Error> {
        match Client::ask(self, &request.into())? {
            appliance::Reply::Public(reply) => Ok(*reply),
            _ => Err(Error::other_answer()),
        }
    }
}

pub(super) fn machines(asking: &dyn Ask) -> Result<Vec<Machine>, Error> {
    match asking.ask(Request::ListMachines)? {
        Reply::Machines(machines) => Ok(machines),
        _ => Err(Error::other_answer()),
    }
}

pub(super) fn machine(asking: &dyn Ask, machine: MachineId) -> Result<Machine, Error> {
    match asking.ask(Request::GetMachine { machine })? {
        Reply::Machine(machine) => Ok(machine.resource),
        _ => Err(Error::other_answer()),
    }
}

pub(super) fn clusters(asking: &dyn Ask) -> Result<Vec<Cluster>, Error> {
    match asking.ask(Request::ListClusters)? {
        Reply::Clusters(clusters) => Ok(clusters),
        _ => Err(Error::other_answer()),
    }
}

/// The pool, where it is in this cluster.
pub(super) fn pool(
    asking: &dyn Ask,
    cluster: ClusterId,
    pool: MachinePoolId,
) -> Result<Option<MachinePool>, Error> {
    let pool = Lookup::Id(pool);
    match asking.ask(Request::GetMachinePool { cluster, pool }) {
        Ok(Reply::MachinePool(pool)) => Ok(Some(pool.resource)),
        Ok(_) => Err(Error::other_answer()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The operation, where the appliance still knows it.
pub(super) fn operation(
    asking: &dyn Ask,
    operation: OperationId,
) -> Result<Option<Operation>, Error> {
    match asking.ask(Request::GetOperation { operation }) {
        Ok(Reply::Operation(operation)) => Ok(Some(operation)),
        Ok(_) => Err(Error::other_answer()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
