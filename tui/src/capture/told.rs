//! What is asked of an appliance, and told.

use appliance::{
    Budget, Cluster, Error, ErrorKind, Machine, MachineId, MachinePool, Pod, Reply, Request,
    Revision,
};

/// A machine, and the pods on it.
pub(crate) type OnMachine = (MachineId, Vec<Pod>);

/// A fleet as an appliance tells it. `None`: it does not tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) pools: Vec<MachinePool>,
    pub(crate) machines: Vec<Machine>,
    pub(crate) revisions: Option<Vec<Revision>>,
    pub(crate) budgets: Option<Vec<Budget>>,
    /// The pods on each machine of a pool.
    pub(crate) pods: Option<Vec<OnMachine>>,
}

impl Told {
    /// Asks for everything. `ask` asks one question.
    ///
    /// # Errors
    /// The first that the appliance gives, except that it does not tell something that a scenario can do without.
    pub(crate) fn ask(
        mut ask: impl FnMut(&Request) -> Result<Reply, Error>,
    ) -> Result<Self, Error> {
        let mut told = Self {
            clusters: list(ask(&Request::ListClusters)?, |reply| match reply {
                Reply::Clusters(list) => Some(list),
                _ => None,
            })?,
            pools: list(ask(&Request::ListMachinePools)?, |reply| match reply {
                Reply::MachinePools(list) => Some(list),
                _ => None,
            })?,
            machines: list(ask(&Request::ListMachines)?, |reply| match reply {
                Reply::Machines(list) => Some(list),
                _ => None,
            })?,
            ..Self::default()
        };
        let revisions = if_told(ask(&Request::ListRevisions))?;
        told.revisions = revisions
            .map(|reply| {
                list(reply, |reply| match reply {
                    Reply::Revisions(list) => Some(list),
                    _ => None,
                })
            })
            .transpose()?;
        let budgets = if_told(ask(&Request::ListBudgets))?;
        told.budgets = budgets
            .map(|reply| {
                list(reply, |reply| match reply {
                    Reply::Budgets(list) => Some(list),
                    _ => None,
                })
            })
            .transpose()?;
        // Who does not tell budgets does not tell pods, and there may be many machines to ask about.
        if told.budgets.is_some() {
            told.pods = told.ask_pods(&mut ask)?;
        }
        Ok(told)
    }

    fn ask_pods(
        &self,
        ask: &mut impl FnMut(&Request) -> Result<Reply, Error>,
    ) -> Result<Option<Vec<OnMachine>>, Error> {
        let mut pods = Vec::new();
        for machine in self
            .machines
            .iter()
            .filter(|one| one.machine_pool_id.is_some())
        {
            let question = Request::GetMachine {
                machine: machine.id,
            };
            match ask(&question) {
                Ok(Reply::Machine(history)) => pods.push((machine.id, history.pods)),
                Ok(_) => return Err(astray()),
                // It was deleted since the list was told.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(Some(pods))
    }
}

fn list<T>(reply: Reply, read: impl FnOnce(Reply) -> Option<T>) -> Result<T, Error> {
    read(reply).ok_or_else(astray)
}

fn astray() -> Error {
    Error::new(ErrorKind::Failed, "the appliance answers another question")
}

/// A reply, unless the appliance does not tell.
fn if_told(reply: Result<Reply, Error>) -> Result<Option<Reply>, Error> {
    match reply {
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
        other => other.map(Some),
    }
}
