//! Orders to a live fleet, as its capture takes them: a capture has numbers of its own, and names that both know.

use std::collections::BTreeMap;

use appliance::{Error, ErrorKind, MachineId, MachinePoolId, Reply, Request, Text};
use simulator::scenario::is_version;
use simulator::simulation::Simulation;

use super::{Known, Notes, Rollouts};

/// Orders to a live fleet.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    /// What is to be rolled out: a capture that is made for it takes revisions that the appliance does not tell.
    pub(crate) rollouts: Rollouts,
    /// All others.
    rest: Vec<Request>,
}

/// Why an operation of the appliance is in no capture.
const NO_OPERATION: &str = "machines of a capture begin at rest, so that it has no operation that could be retried, cancelled, paused or resumed";

impl Orders {
    /// These; of none the capture is what it always is.
    pub(crate) fn new(orders: Vec<Request>) -> Self {
        if orders.is_empty() {
            return Self {
                rollouts: Rollouts::Usual,
                rest: orders,
            };
        }
        let mut rollouts = Vec::new();
        let mut rest = Vec::new();
        for order in orders {
            match order {
                Request::ApplyRevision { pool, revision, .. } => rollouts.push((pool, revision)),
                other => rest.push(other),
            }
        }
        Self {
            rollouts: Rollouts::These(rollouts),
            rest,
        }
    }

    /// Those that are still to be given to the simulation of a capture, in its own numbers. Who is down is down before that.
    ///
    /// # Errors
    /// When one is about something that the capture does not hold: why.
    pub(crate) fn given_to(
        self,
        simulation: &mut Simulation,
        known: &Known,
        notes: &mut Notes,
    ) -> Result<Vec<Request>, String> {
        if self.rest.is_empty() {
            return Ok(Vec::new());
        }
        let start = simulation.now();
        simulation.run_until(start);
        let numbers = Numbers::of(simulation).map_err(|error| error.to_string())?;
        let given = self.rest.into_iter().map(|order| {
            let order = numbers.translated(order, known)?;
            Ok(with_patch(order, notes))
        });
        given.collect()
    }
}

/// Said of a pool that is not in the capture.
pub(super) fn no_pool(pool: MachinePoolId) -> String {
    let id = pool.0;
    format!("the capture has no pool {id}: it holds the pools that have machines and a cluster")
}

/// The numbers of a simulation, by name.
struct Numbers {
    pools: BTreeMap<String, MachinePoolId>,
    machines: BTreeMap<String, MachineId>,
}

impl Numbers {
    fn of(simulation: &mut Simulation) -> Result<Self, Error> {
        let replies = [Request::ListMachinePools, Request::ListMachines]
            .map(|question| simulation.answer(&question));
        let [pools, machines] = replies;
        let (Reply::MachinePools(pools), Reply::Machines(machines)) = (pools?, machines?) else {
            let why = "the simulation answers another question";
            return Err(Error::new(ErrorKind::Failed, why));
        };
        let pools = pools.into_iter();
        let machines = machines.into_iter();
        Ok(Self {
            pools: pools.map(|pool| (pool.name.to_string(), pool.id)).collect(),
            machines: machines
                .map(|machine| (machine.name.to_string(), machine.id))
                .collect(),
        })
    }

    fn pool(&self, id: &mut MachinePoolId, known: &Known) -> Result<(), String> {
        let name = known.pools.get(id);
        let number = name.and_then(|name| self.pools.get(name));
        *id = *number.ok_or_else(|| no_pool(*id))?;
        Ok(())
    }

    fn machine(&self, id: &mut MachineId, known: &Known) -> Result<(), String> {
        let name = known.machines.get(id);
        let number = name.and_then(|name| self.machines.get(name));
        *id = *number.ok_or_else(|| {
            let id = id.0;
            format!("the capture has no machine {id}: it was not told, or its pool was not")
        })?;
        Ok(())
    }

    /// An order in the numbers of the simulation.
    fn translated(&self, mut order: Request, known: &Known) -> Result<Request, String> {
        match &mut order {
            Request::SetPoolVersion { pool, .. }
            | Request::SetPoolNetworkProfile { pool, .. }
            | Request::SetPoolImage { pool, .. } => self.pool(pool, known)?,
            Request::AssignMachine { machine, pool } => {
                self.pool(pool, known)?;
                self.machine(machine, known)?;
            }
            Request::SetHostname { machine, .. }
            | Request::SetLabels { machine, .. }
            | Request::SetMachineNetworkProfile { machine, .. }
            | Request::ApplyToMachine { machine, .. }
            | Request::HoldMachine { machine }
            | Request::UnholdMachine { machine }
            | Request::ExcludeMachine { machine }
            | Request::IncludeMachine { machine }
            | Request::UnassignMachine { machine }
            | Request::ForceRemoveMachine { machine }
            | Request::DecommissionMachine { machine }
            | Request::DeleteMachine { machine } => self.machine(machine, known)?,
            // A UUID is the same everywhere.
            Request::EnrollMachine { .. } => {}
            Request::RetryOperation { .. }
            | Request::CancelOperation { .. }
            | Request::PauseOperation { .. }
            | Request::ResumeOperation { .. } => return Err(NO_OPERATION.to_owned()),
            _ => return Err("a capture takes no such order".to_owned()),
        }
        Ok(order)
    }
}

/// The order with a whole version, where the platform is to choose the patch.
fn with_patch(order: Request, notes: &mut Notes) -> Request {
    let Request::SetPoolVersion {
        pool,
        version,
        apply,
    } = order
    else {
        return order;
    };
    let first = format!("{version}.0");
    let version = if !is_version(version.as_str()) && is_version(&first) {
        notes.assume(format!("version {version} is {first}"));
        Text::from(first)
    } else {
        version
    };
    Request::SetPoolVersion {
        pool,
        version,
        apply,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance::OperationId;
    use simulator::engine::Seed;
    use simulator::fleet::Blueprint;
    use simulator::scenario::Scenario;

    const FLEET: &str = r#"
        [[pools]]
        name = "a"
        machines = ["a-1", "a-2"]
        [[pools]]
        name = "b"
        machines = ["b-1"]
        [[steps]]
        at = "+0s"
        do = "power-loss"
        machine = "b-1"
    "#;

    /// Two pools and three machines, whose numbers at the appliance are others.
    fn given(orders: Vec<Request>) -> Result<Vec<Request>, String> {
        let known = Known {
            pools: [(70, "b"), (71, "a")]
                .map(|(id, name)| (MachinePoolId(id), name.to_owned()))
                .into(),
            machines: [(7, "b-1"), (8, "a-1"), (9, "a-2")]
                .map(|(id, name)| (MachineId(id), name.to_owned()))
                .into(),
        };
        let scenario = Scenario::parse(FLEET, "test", "test").unwrap();
        let mut simulation = Simulation::new(&Blueprint::new(scenario), Seed(1), 0);
        let mut notes = Notes::default();
        let given = Orders::new(orders).given_to(&mut simulation, &known, &mut notes)?;
        // Who is down is down before an order is carried out.
        if !given.is_empty() {
            assert!(simulation.events_told() > 0);
        }
        Ok(given)
    }

    #[test]
    fn who_is_meant_is_found_by_name() {
        let (machine, pool) = (MachineId(9), MachinePoolId(70));
        let orders = vec![
            Request::UnassignMachine { machine },
            Request::AssignMachine { machine, pool },
        ];
        let (machine, pool) = (MachineId(2), MachinePoolId(2));
        let expected = vec![
            Request::UnassignMachine { machine },
            Request::AssignMachine { machine, pool },
        ];
        assert_eq!(given(orders), Ok(expected));
    }

    #[test]
    fn what_a_capture_does_not_hold_is_said() {
        let hold = Request::HoldMachine {
            machine: MachineId(2),
        };
        let why = given(vec![hold]).unwrap_err();
        assert!(why.starts_with("the capture has no machine 2"), "{why}");
        let image = Request::SetPoolImage {
            pool: MachinePoolId(1),
            image: "x".into(),
            apply: true,
        };
        let why = given(vec![image]).unwrap_err();
        assert!(why.starts_with("the capture has no pool 1"), "{why}");
        let retry = Request::RetryOperation {
            operation: OperationId(1),
        };
        let why = given(vec![retry]).unwrap_err();
        assert!(why.contains("no operation"), "{why}");
    }

    #[test]
    fn a_revision_is_applied_by_the_capture_itself() {
        let apply = Request::ApplyRevision {
            pool: MachinePoolId(70),
            revision: 4,
            from: Some(3),
        };
        let orders = Orders::new(vec![apply.clone()]);
        let these = vec![(MachinePoolId(70), 4)];
        assert_eq!(orders.rollouts, Rollouts::These(these));
        assert_eq!(given(vec![apply]), Ok(Vec::new()));
        assert_eq!(Orders::new(Vec::new()).rollouts, Rollouts::Usual);
    }
}
