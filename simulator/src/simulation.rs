//! One run that answers an appliance's requests, and moves only when told to.
//!
//! | file | holds |
//! |---|---|
//! | `resources` | clusters, pools, machines, revisions and operations as the appliance tells them |
//! | `changes` | orders that change machines, pools and control planes |
//! | `public` | what meltcloud's public API shows of all that |
//! | `store` | what an appliance only keeps |
//! | `outages` | when it does not answer as it should |
//! | `growth` | what was asked of it, and what is added to the fleet |
//! | `workload` | pods, budgets, and what a rollout would meet |
//! | `revisions` | the revisions that a machine came to run |
//! | `windows` | when pools are open, and instants as dates |
//! | `remarks` | what else is to say of why a machine is where it is |
//! | `rehearsal` | rehearsing a fleet from where it stands |
//! | `journal` | what happened, as far back as is kept |
//! | `history` | the log, and the histories of machines and operations, made from it |

mod changes;
mod growth;
mod history;
mod journal;
mod outages;
mod public;
pub mod rehearsal;
mod remarks;
mod resources;
mod revisions;
mod store;
mod windows;
mod workload;

use std::sync::Arc;

use appliance::{
    Capabilities, Clock, Error, ErrorKind, MachineId, MachinePoolId, OperationId, Reply, Request,
    Text,
};

use crate::engine::{Seed, Time};
use crate::fleet::{Blueprint, MachineIndex, OperationIndex, PoolIndex, Refusal, World};
use crate::scenario::Deed;
use growth::Growth;
pub use growth::Order;
use journal::Journal;
use store::{Numbered, Store};

/// A simulated appliance: one run of a scenario, at one instant. To clone it is to keep that instant.
#[derive(Clone, Debug)]
pub struct Simulation {
    world: World,
    journal: Journal,
    /// Every machine as it was told last; those that changed since are told anew.
    told: Vec<appliance::Machine>,
    store: Store,
    growth: Growth,
}

impl Simulation {
    /// Run `run` of the rehearsal with `seed`, at its start.
    pub fn new(blueprint: &Arc<Blueprint>, seed: Seed, run: u32) -> Self {
        let mut simulation = Self {
            world: World::new(blueprint, seed.of_run(u64::from(run))),
            journal: Journal::new(blueprint),
            told: Vec::new(),
            store: Store::default(),
            growth: Growth::new(blueprint, seed, run),
        };
        let machines = blueprint.machines();
        simulation.told = machines
            .map(|machine| simulation.machine(machine))
            .collect();
        simulation.know_profiles();
        simulation
    }

    /// What does not change in it.
    pub fn blueprint(&self) -> &Arc<Blueprint> {
        self.world.blueprint()
    }

    /// The clock.
    pub fn now(&self) -> Time {
        self.world.now()
    }

    /// How many events have been told so far: as long as this stays the same, so do all answers.
    pub fn events_told(&self) -> u64 {
        self.journal.last()
    }

    /// How many operations have ended, machines failed and images come so far: what one may want to run to.
    pub fn milestones(&self) -> u64 {
        self.journal.milestones()
    }

    /// When the next event happens; `None` when nothing is pending. The scenario's horizon ends a rehearsal, not a
    /// fleet that somebody plays with.
    pub fn next_at(&mut self) -> Option<Time> {
        self.world.next_at()
    }

    /// Takes the next event, unless it lies beyond `limit`; whether there was one.
    pub fn step(&mut self, limit: Time) -> bool {
        let is_taken = self.world.step(limit, &mut self.journal);
        self.growth.events += u64::from(is_taken);
        self.note_adoptions();
        is_taken
    }

    /// Takes every event up to `until` and moves the clock there.
    pub fn run_until(&mut self, until: Time) {
        while self.step(until) {}
        self.world.wait_until(until);
    }

    /// Answers a request, and carries it out if it is an order.
    ///
    /// # Errors
    /// When what it names does not exist, or cannot be done now. Nothing has changed then.
    pub fn answer(&mut self, request: &Request) -> Result<Reply, Error> {
        if request.is_order() && !request.is_about_clock() {
            return self.carry_out_wholly(request);
        }
        self.do_as_asked(request)
    }

    fn do_as_asked(&mut self, request: &Request) -> Result<Reply, Error> {
        match *request {
            Request::ListClusters => Ok(Reply::Clusters(self.clusters())),
            Request::ListMachinePools => Ok(Reply::MachinePools(self.pools())),
            Request::ListMachines => Ok(Reply::Machines(self.machines())),
            Request::ListRevisions => {
                let pools = self.pools_there().into_iter();
                let revisions = pools.flat_map(|pool| self.revisions(pool));
                Ok(Reply::Revisions(revisions.collect()))
            }
            Request::ListOperations => Ok(Reply::Operations(self.operations())),
            Request::ListBudgets => Ok(Reply::Budgets(self.budgets())),
            Request::ListWindows { ref timezone, most } => {
                Ok(Reply::Windows(self.windows(timezone, most)?))
            }
            Request::ListEvents { after, most } => Ok(Reply::Events(self.events(after, most))),
            Request::GetMachine { machine } => {
                let machine = self.machine_of(machine)?;
                Ok(Reply::Machine(Box::new(self.machine_history(machine))))
            }
            Request::GetOperation { operation } => {
                let operation = self.operation_of(operation)?;
                Ok(Reply::OperationHistory(Box::new(
                    self.operation_history(operation),
                )))
            }
            Request::Preflight { ref pools } => Ok(Reply::Findings(self.findings(pools)?)),
            Request::ApplyRevision { .. }
            | Request::RetryOperation { .. }
            | Request::CancelOperation { .. }
            | Request::PauseOperation { .. }
            | Request::ResumeOperation { .. }
            | Request::HoldMachine { .. }
            | Request::UnholdMachine { .. }
            | Request::ExcludeMachine { .. }
            | Request::IncludeMachine { .. } => self.order_rollout(request),
            Request::SetHostname { .. }
            | Request::SetLabels { .. }
            | Request::SetMachineNetworkProfile { .. }
            | Request::ApplyToMachine { .. }
            | Request::SetPoolVersion { .. }
            | Request::SetPoolNetworkProfile { .. }
            | Request::SetPoolImage { .. }
            | Request::SetControlPlaneVersion { .. }
            | Request::AssignMachine { .. }
            | Request::UnassignMachine { .. }
            | Request::ForceRemoveMachine { .. }
            | Request::DecommissionMachine { .. }
            | Request::DeleteMachine { .. }
            | Request::RegisterMachine { .. }
            | Request::EnrollMachine { .. } => self.change(request),
            Request::GetCapabilities => Ok(Reply::Capabilities(capabilities())),
            Request::GetClock
            | Request::StepClock
            | Request::PauseClock
            | Request::ResumeClock
            | Request::SetClockSpeed { .. } => self.drive(request),
            Request::ListNetworkProfiles => Ok(Reply::NetworkProfiles(self.profiles())),
            Request::ListStored { kind, parent } => {
                let objects = self.store.objects.iter();
                let of_kind = objects.filter(|object| object.is_of(kind, parent));
                Ok(Reply::Stored(of_kind.cloned().collect()))
            }
            Request::Public(ref request) => self.answer_public(request).map(Reply::from),
        }
    }

    fn pools(&self) -> Vec<appliance::MachinePool> {
        let pools = self.pools_there().into_iter();
        pools.map(|pool| self.pool(pool)).collect()
    }

    fn operations(&self) -> Vec<appliance::Operation> {
        let count = u32::try_from(self.world.operations().len()).unwrap_or(u32::MAX);
        let operations = (0..count).map(|index| self.operation(OperationIndex(index)));
        operations.collect()
    }

    /// Carries out an order to a rollout, or about a machine's part in it.
    fn order_rollout(&mut self, request: &Request) -> Result<Reply, Error> {
        match *request {
            Request::ApplyRevision {
                pool,
                revision,
                from,
            } => self.apply(pool, revision, from),
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
            Request::HoldMachine { machine } => self.order_machine(machine, World::hold),
            Request::UnholdMachine { machine } => self.order_machine(machine, World::unhold),
            Request::ExcludeMachine { machine } => self.order_machine(machine, World::exclude),
            Request::IncludeMachine { machine } => self.order_machine(machine, World::include),
            _ => Err(Error::new(
                ErrorKind::Rejected,
                "this is no order to a rollout",
            )),
        }
    }

    /// Moves the clock, as far as a request can.
    fn drive(&mut self, request: &Request) -> Result<Reply, Error> {
        match request {
            Request::GetClock => {}
            Request::StepClock => {
                if let Some(next) = self.next_at() {
                    self.step(next);
                }
            }
            _ => {
                let why = "this run moves only by steps";
                return Err(Error::new(ErrorKind::Unsupported, why));
            }
        }
        Ok(self.clock())
    }

    /// The clock, which moves only when this run is told to.
    fn clock(&self) -> Reply {
        Reply::Clock(Clock {
            now_ms: self.now().as_millis(),
            is_paused: true,
            speed: None,
        })
    }

    /// Every machine that is there; only those that changed since the last time are put together anew.
    fn machines(&mut self) -> Vec<appliance::Machine> {
        for index in self.journal.take_changed() {
            self.told[index as usize] = self.machine(MachineIndex(index));
        }
        let there = self.told.iter().zip(self.world.machines());
        there
            .filter(|(_, machine)| machine.is_present())
            .map(|(told, _)| told.clone())
            .collect()
    }

    fn apply(
        &mut self,
        pool: MachinePoolId,
        revision: u32,
        from: Option<u32>,
    ) -> Result<Reply, Error> {
        let pool = self.pool_of(pool)?;
        let is_on = self.pool(pool).revision;
        if let (Some(from), Some(is_on)) = (from, is_on)
            && from != is_on
        {
            let name = self.world.blueprint().pool_name(pool);
            let why = format!("pool {name} is on revision {is_on} by now, not on {from}");
            return Err(Error::new(ErrorKind::Conflict, why));
        }
        if !self
            .revisions(pool)
            .iter()
            .any(|known| known.number == revision)
        {
            let name = self.world.blueprint().pool_name(pool);
            let why = format!("pool {name} has no revision {revision}");
            return Err(Error::new(ErrorKind::NotFound, why));
        }
        let operation = self.world.apply(pool, revision, &mut self.journal);
        Ok(Reply::Operation(self.operation(operation)))
    }

    /// Carries out what is asked of an operation.
    fn order(&mut self, id: OperationId, deed: fn(usize) -> Deed) -> Result<Reply, Error> {
        let index = self.operation_of(id)?;
        let pool = self.world.operation(index).pool;
        let is_errand = !self.world.operation(index).is_queued();
        let done = if is_errand && matches!(deed(0), Deed::Retry { .. }) {
            self.world.retry_errand(index, &mut self.journal)
        } else if matches!(deed(0), Deed::Cancel { .. }) {
            self.world.cancel_operation(index, &mut self.journal)
        } else if self.world.latest_operation(pool) == Some(index) {
            self.world.carry_out(deed(pool.at()), &mut self.journal)
        } else {
            let status = self.world.operation(index).status;
            let why = format!(
                "operation {} is {status}: nothing of the kind can be asked of it",
                id.0
            );
            return Err(Error::new(ErrorKind::Conflict, why));
        };
        done.map_err(|refusal: Refusal| Error::new(ErrorKind::Conflict, refusal.to_string()))?;
        Ok(Reply::Operation(self.operation(index)))
    }

    /// Carries out what is asked of a machine.
    fn order_machine(
        &mut self,
        id: MachineId,
        deed: fn(&mut World, MachineIndex, &mut Journal) -> Result<(), Refusal>,
    ) -> Result<Reply, Error> {
        let machine = self.machine_of(id)?;
        let done = deed(&mut self.world, machine, &mut self.journal);
        done.map_err(|refusal: Refusal| Error::new(ErrorKind::Conflict, refusal.to_string()))?;
        Ok(Reply::ChangedMachine(Box::new(self.machine(machine))))
    }

    fn pool_of(&self, id: MachinePoolId) -> Result<PoolIndex, Error> {
        let mut pools = self.pools_there().into_iter();
        let found = pools.find(|pool| resources::pool_id(*pool) == id);
        found.ok_or_else(|| not_found("machine pool", id.0))
    }

    fn machine_of(&self, id: MachineId) -> Result<MachineIndex, Error> {
        let index = place(id.0, self.told.len());
        index
            .map(MachineIndex)
            .ok_or_else(|| not_found("machine", id.0))
    }

    fn operation_of(&self, id: OperationId) -> Result<OperationIndex, Error> {
        match self.store.numbered(id, self.world.operations().len()) {
            Some(Numbered::Fleet(index)) => Ok(index),
            // It carries out nothing in the fleet, and has no history.
            Some(Numbered::Clerical(_)) | None => Err(not_found("operation", id.0)),
        }
    }
}

fn capabilities() -> Capabilities {
    Capabilities {
        software: Text::from("meltdeck"),
        version: Text::from(env!("CARGO_PKG_VERSION")),
        is_simulated: true,
        has_running_clock: false,
    }
}

/// The place of an id, which counts from 1, among `count` things.
fn place(id: i64, count: usize) -> Option<u32> {
    let index = u32::try_from(id.checked_sub(1)?).ok()?;
    ((index as usize) < count).then_some(index)
}

fn not_found(what: &str, id: i64) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no {what} {id}"))
}
