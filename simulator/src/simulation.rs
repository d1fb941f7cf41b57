//! One run that answers an appliance's requests, and moves only when told to.

use std::sync::Arc;

use appliance::{
    Cluster, ClusterId, ControlPlaneStatus, Error, ErrorKind, Label, Machine, MachineId,
    MachinePool, MachinePoolId, MachinePoolStatus, MachineStatus, Operation, OperationId,
    OperationStatus, Reply, Request, Revision, Rollout, Text,
};

use crate::engine::{EntityKey, Seed, Time};
use crate::fleet::{
    Blueprint, MachineIndex, Membership, OperationIndex, PoolIndex, Refusal, Status, Unobserved,
    World,
};
use crate::scenario::Deed;

/// A simulated appliance: one run of a scenario, at one instant. To clone it is to keep that instant.
#[derive(Clone, Debug)]
pub struct Simulation {
    world: World,
}

impl Simulation {
    /// Run `run` of the rehearsal with `seed`, at its start.
    pub fn new(blueprint: &Arc<Blueprint>, seed: Seed, run: u32) -> Self {
        Self {
            world: World::new(blueprint, seed.of_run(u64::from(run))),
        }
    }

    /// The clock.
    pub fn now(&self) -> Time {
        self.world.now()
    }

    /// Takes the next event, unless the horizon comes first; whether there was one.
    pub fn step(&mut self) -> bool {
        let horizon = self.world.blueprint().horizon();
        self.world.step(horizon, &mut Unobserved)
    }

    /// Takes every event up to `until` and moves the clock there.
    pub fn run_until(&mut self, until: Time) {
        self.world.run_until(until, &mut Unobserved);
    }

    /// Answers a request, and carries it out if it is an order.
    ///
    /// # Errors
    /// When what it names does not exist, or cannot be done now.
    pub fn answer(&mut self, request: &Request) -> Result<Reply, Error> {
        match *request {
            Request::ListClusters => Ok(Reply::Clusters(self.clusters())),
            Request::ListMachinePools => {
                let pools = self.world.blueprint().pools();
                Ok(Reply::MachinePools(
                    pools.map(|pool| self.pool(pool)).collect(),
                ))
            }
            Request::ListMachines => {
                let machines = self.world.blueprint().machines();
                Ok(Reply::Machines(
                    machines.map(|machine| self.machine(machine)).collect(),
                ))
            }
            Request::ListRevisions { pool } => {
                Ok(Reply::Revisions(self.revisions(self.pool_of(pool)?)))
            }
            Request::ListOperations => {
                let count = u32::try_from(self.world.operations().len()).unwrap_or(u32::MAX);
                let operations = (0..count).map(|index| self.operation(OperationIndex(index)));
                Ok(Reply::Operations(operations.collect()))
            }
            Request::ApplyRevision { pool, revision } => self.apply(pool, revision),
            Request::RetryOperation { operation } => {
                self.order(operation, |pool| Deed::Retry { pool })
            }
            Request::CancelOperation { operation } => {
                self.order(operation, |pool| Deed::Cancel { pool })
            }
            Request::PauseOperation { operation } => {
                self.order(operation, |pool| Deed::Pause { pool })
            }
            Request::ResumeOperation { operation } => {
                self.order(operation, |pool| Deed::Resume { pool })
            }
        }
    }

    fn apply(&mut self, pool: MachinePoolId, revision: u32) -> Result<Reply, Error> {
        let pool = self.pool_of(pool)?;
        if !self
            .revisions(pool)
            .iter()
            .any(|known| known.number == revision)
        {
            let name = self.world.blueprint().pool_name(pool);
            let why = format!("pool {name} has no revision {revision}");
            return Err(Error::new(ErrorKind::NotFound, why));
        }
        let operation = self.world.apply(pool, revision, &mut Unobserved);
        Ok(Reply::Operation(self.operation(operation)))
    }

    /// Carries out what is asked of an operation, if it is the one of its pool that such a thing can be asked of.
    fn order(&mut self, id: OperationId, deed: fn(usize) -> Deed) -> Result<Reply, Error> {
        let index = u32::try_from(id.0 - 1)
            .ok()
            .filter(|index| (*index as usize) < self.world.operations().len());
        let Some(index) = index.map(OperationIndex) else {
            let why = format!("there is no operation {}", id.0);
            return Err(Error::new(ErrorKind::NotFound, why));
        };
        let pool = self.world.operation(index).pool;
        if self.world.latest_operation(pool) != Some(index) {
            let status = self.world.operation(index).status;
            let why = format!("operation {} is {status} and not the pool's latest", id.0);
            return Err(Error::new(ErrorKind::Conflict, why));
        }
        let done = self.world.carry_out(deed(pool.at()), &mut Unobserved);
        done.map_err(|refusal: Refusal| Error::new(ErrorKind::Conflict, refusal.to_string()))?;
        Ok(Reply::Operation(self.operation(index)))
    }

    fn clusters(&self) -> Vec<Cluster> {
        let clusters = &self.world.blueprint().scenario().clusters;
        (1..)
            .zip(clusters)
            .map(|(id, cluster)| Cluster {
                id: ClusterId(id),
                name: Text::from(cluster.name.as_str()),
                control_plane_status: ControlPlaneStatus::Ready,
                user_version: minor(&cluster.version),
                patch_version: Text::from(cluster.version.as_str()),
            })
            .collect()
    }

    fn pool(&self, index: PoolIndex) -> MachinePool {
        let pool = &self.world.blueprint().scenario().pools[index.at()];
        let latest = self.world.latest_operation(index);
        let latest = latest.map(|operation| self.world.operation(operation));
        let status = match latest.map(|operation| operation.status) {
            Some(Status::Running | Status::Cancelling) => MachinePoolStatus::Updating,
            Some(Status::Failed) => MachinePoolStatus::Failed,
            _ => MachinePoolStatus::Ready,
        };
        MachinePool {
            id: pool_id(index),
            name: Text::from(pool.name.as_str()),
            user_version: minor(&pool.version),
            patch_version: Text::from(pool.version.as_str()),
            status,
            cluster_id: ClusterId(i64::try_from(pool.cluster).unwrap_or(i64::MAX) + 1),
            revision: Some(latest.map_or(pool.revision, |operation| operation.revision)),
        }
    }

    fn machine(&self, index: MachineIndex) -> Machine {
        let blueprint = self.world.blueprint();
        let machine = self.world.machine(index);
        let status = match machine.membership {
            Membership::InFlight => MachineStatus::Updating,
            _ if machine.is_up() => MachineStatus::Ready,
            _ => MachineStatus::Unreachable,
        };
        let zone = blueprint.machine_zone(index).map(|zone| Label {
            key: Text::from("topology.kubernetes.io/zone"),
            value: Text::from(zone),
        });
        let is_pending = machine.membership == Membership::InFlight;
        let name = blueprint.machine_name(index);
        Machine {
            id: MachineId(i64::from(index.0) + 1),
            uuid: uuid(blueprint.pool_name(machine.pool), &name),
            name: Text::from(name),
            status,
            machine_pool_id: Some(pool_id(machine.pool)),
            labels: zone.into_iter().collect(),
            machine_revision: Some(machine.revision),
            desired_machine_revision: is_pending.then_some(machine.desired),
            reason: self
                .world
                .reason(index)
                .map(|reason| Text::from(reason.as_str())),
        }
    }

    /// The pool's first revision, every one that was applied, and the saved one.
    fn revisions(&self, index: PoolIndex) -> Vec<Revision> {
        let blueprint = self.world.blueprint();
        let pool = &blueprint.scenario().pools[index.at()];
        let operations = self.world.operations().iter();
        let applied: Vec<u32> = operations
            .filter(|operation| operation.pool == index)
            .map(|operation| operation.revision)
            .collect();
        let mut numbers: Vec<u32> = applied
            .iter()
            .copied()
            .chain([pool.revision])
            .chain(pool.saved_revision)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let machines_on = |number| {
            let machines = blueprint.machines_of(index);
            machines
                .filter(|machine| self.world.machine(*machine).revision == number)
                .count()
        };
        numbers
            .into_iter()
            .map(|number| Revision {
                machine_pool_id: pool_id(index),
                number,
                machines: u32::try_from(machines_on(number)).unwrap_or(u32::MAX),
                is_pending: number != pool.revision && !applied.contains(&number),
            })
            .collect()
    }

    fn operation(&self, index: OperationIndex) -> Operation {
        let operation = self.world.operation(index);
        let failure = operation
            .stop
            .filter(|_| operation.status == Status::Failed);
        Operation {
            id: OperationId(i64::from(index.0) + 1),
            status: OperationStatus::from(Text::from(operation.status.as_str())),
            action: Text::from("rollout"),
            rollout: Some(Rollout {
                machine_pool_id: pool_id(operation.pool),
                revision: operation.revision,
                targeted: operation.targeted,
                updated: operation.updated,
                failed: operation.failed,
                in_flight: operation.in_flight,
                is_paused: operation.is_paused,
                requested_ms: operation.requested.as_millis(),
                ended_ms: operation.ended.map(Time::as_millis),
                failure: failure.map(|failure| Text::from(failure.as_str())),
            }),
        }
    }

    fn pool_of(&self, id: MachinePoolId) -> Result<PoolIndex, Error> {
        let mut pools = self.world.blueprint().pools();
        pools.find(|pool| pool_id(*pool) == id).ok_or_else(|| {
            let why = format!("there is no machine pool {}", id.0);
            Error::new(ErrorKind::NotFound, why)
        })
    }
}

fn pool_id(index: PoolIndex) -> MachinePoolId {
    MachinePoolId(i64::from(index.0) + 1)
}

/// `1.33` of `1.33.4`.
fn minor(version: &str) -> Text {
    Text::from(version.rsplit_once('.').map_or(version, |(minor, _)| minor))
}

/// A UUID of version 8 (RFC 9562) made of the machine's names, the same in every run.
fn uuid(pool: &str, machine: &str) -> Text {
    let [high, low] =
        ["uuid-high", "uuid-low"].map(|half| EntityKey::of(&[half, pool, machine]).number());
    Text::from(format!(
        "{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    ))
}
