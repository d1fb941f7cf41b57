//! The overview of a fleet as text, and what can be done next.

use appliance::{
    Cluster, Error, ErrorKind, Machine, MachinePool, MachineStatus, Operation, OperationStatus,
    Reply, Request, Revision,
};
use jiff::tz::TimeZone;
use simulator::engine::Seed;
use simulator::simulation::Simulation;

use super::table::table;
use crate::console::model::windows::{OPENINGS, Windows};
use crate::live::Appliance;
use crate::streams::{Answer, Failure, Streams};

const NEXT: &str = "\
What next:
  meltdeck rehearse FILE    when do a scenario's rollouts finish, and do they?
  meltdeck replay FILE      one run of a rehearsal, event by event
  meltdeck validate FILE    every problem of a scenario file, at once
  meltdeck selftest         this program against cases with known answers
  meltdeck help             everything else
Scenario files to start from are in the folder scenarios/ of the project.";

/// What the overview shows of a fleet.
struct Fleet {
    clusters: Vec<Cluster>,
    pools: Vec<MachinePool>,
    machines: Vec<Machine>,
    operations: Vec<Operation>,
    saved: Vec<Revision>,
    windows: Windows,
}

pub(super) fn run(
    mut simulation: Simulation,
    seed: Seed,
    (zone, timezone): &(TimeZone, String),
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let mut fleet = Fleet::unknown();
    fleet.windows.tell_time(simulation.now().as_millis());
    fleet
        .ask(timezone, |request| simulation.answer(request))
        .map_err(|error| Failure::Question(format!("meltdeck: cannot read the fleet: {error}")))?;
    writeln!(
        streams.out,
        "meltdeck {} · {}, simulated · SIM {} · seed {}\n",
        env!("CARGO_PKG_VERSION"),
        simulation.blueprint().scenario().name,
        simulation.now(),
        seed.0
    )?;
    writeln!(streams.out, "{}\n", table(&fleet.pool_rows()))?;
    writeln!(streams.out, "Operations")?;
    writeln!(streams.out, "{}\n", table(&fleet.operation_rows()))?;
    let windows = fleet.windows_told();
    if !windows.is_empty() {
        let date = simulation.date(simulation.now(), zone);
        writeln!(streams.out, "{date}, {timezone}")?;
        writeln!(streams.out, "{}\n", windows.join("\n"))?;
    }
    for revision in &fleet.saved {
        let pool = fleet.pool_name(revision.machine_pool_id);
        let number = revision.number;
        writeln!(
            streams.out,
            "Revision {number} of {pool} is saved and waits to be applied.\n"
        )?;
    }
    writeln!(streams.out, "{NEXT}")?;
    Ok(Answer::Done)
}

/// The overview of a live appliance, with what it does not tell said in words; its windows have dates of this zone.
pub(super) fn run_live(
    appliance: &Appliance,
    context: &str,
    timezone: &str,
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let mut fleet = Fleet::unknown();
    let mut not_told = Vec::new();
    let mut ask = |request: &Request| match appliance.ask(request) {
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            not_told.push(error.to_string());
            Ok(Reply::Events(Vec::new()))
        }
        reply => reply,
    };
    let asked = fleet.ask(timezone, &mut ask).and_then(|()| {
        // Without windows nothing is read by the clock.
        let clock = fleet.windows.are_known().then(|| ask(&Request::GetClock));
        clock.transpose()
    });
    let clock =
        asked.map_err(|error| Failure::Appliance(format!("meltdeck: {context}: {error}")))?;
    writeln!(
        streams.out,
        "meltdeck {} · {context}, live\n",
        env!("CARGO_PKG_VERSION")
    )?;
    writeln!(streams.out, "{}\n", table(&fleet.pool_rows()))?;
    if !fleet.operations.is_empty() {
        writeln!(streams.out, "Operations")?;
        writeln!(streams.out, "{}\n", table(&fleet.operation_rows()))?;
    }
    if let Some(Reply::Clock(clock)) = clock {
        fleet.windows.tell_time(clock.now_ms);
        let windows = fleet.windows_told();
        if !windows.is_empty() {
            writeln!(streams.out, "Windows, in {timezone} time")?;
            writeln!(streams.out, "{}\n", windows.join("\n"))?;
        }
    }
    for why in not_told {
        writeln!(streams.out, "Not told: {why}.")?;
    }
    Ok(Answer::Done)
}

impl Fleet {
    fn unknown() -> Self {
        Self {
            clusters: Vec::new(),
            pools: Vec::new(),
            machines: Vec::new(),
            operations: Vec::new(),
            saved: Vec::new(),
            windows: Windows::default(),
        }
    }

    /// Asks for everything that the overview shows.
    fn ask(
        &mut self,
        timezone: &str,
        mut answer: impl FnMut(&Request) -> Result<Reply, Error>,
    ) -> Result<(), Error> {
        let requests = [
            Request::ListClusters,
            Request::ListMachinePools,
            Request::ListMachines,
            Request::ListOperations,
            Request::ListRevisions,
            Request::ListWindows {
                timezone: timezone.into(),
                most: OPENINGS,
            },
        ];
        for request in requests {
            self.take(answer(&request)?);
        }
        Ok(())
    }

    fn take(&mut self, reply: Reply) {
        match reply {
            Reply::Clusters(clusters) => self.clusters = clusters,
            Reply::MachinePools(pools) => self.pools = pools,
            Reply::Machines(machines) => self.machines = machines,
            Reply::Operations(operations) => self.operations = operations,
            Reply::Revisions(revisions) => {
                let saved = revisions.into_iter().filter(|revision| revision.is_pending);
                self.saved.extend(saved);
            }
            Reply::Windows(pools) => self.windows.take(pools),
            // Nothing that the overview asks is answered with these.
            Reply::Operation(_)
            | Reply::ChangedMachine(_)
            | Reply::ChangedCluster(_)
            | Reply::SavedRevision(_)
            | Reply::Events(_)
            | Reply::Machine(_)
            | Reply::OperationHistory(_)
            | Reply::Budgets(_)
            | Reply::Findings(_)
            | Reply::NetworkProfiles(_)
            | Reply::Stored(_)
            | Reply::Capabilities(_)
            | Reply::Clock(_)
            | Reply::Public(_) => {}
        }
    }

    /// Of each pool with windows, until when it stays open or closed.
    fn windows_told(&self) -> Vec<String> {
        let pools = self.pools.iter();
        let told = pools.filter_map(|pool| {
            let told = self.windows.told(pool.id)?;
            Some(format!("Window of {}: {}.", pool.name, told.text))
        });
        told.collect()
    }

    fn pool_name(&self, id: appliance::MachinePoolId) -> &str {
        let pool = self.pools.iter().find(|pool| pool.id == id);
        pool.map_or("?", |pool| pool.name.as_str())
    }

    /// A header and one row for each pool.
    fn pool_rows(&self) -> Vec<Vec<String>> {
        let header = [
            "CLUSTER",
            "POOL",
            "STATUS",
            "MACHINES",
            "READY",
            "UPDATING",
            "UNREACHABLE",
            "REVISION",
        ];
        let mut rows = vec![header.map(str::to_owned).into()];
        for pool in &self.pools {
            let machines = || {
                self.machines
                    .iter()
                    .filter(|machine| machine.machine_pool_id == Some(pool.id))
            };
            let count = |status| {
                machines()
                    .filter(|machine| machine.status == status)
                    .count()
                    .to_string()
            };
            let cluster = self
                .clusters
                .iter()
                .find(|cluster| cluster.id == pool.cluster_id);
            rows.push(vec![
                cluster
                    .map_or("?", |cluster| cluster.name.as_str())
                    .to_owned(),
                pool.name.to_string(),
                pool.status.to_string(),
                machines().count().to_string(),
                count(MachineStatus::Ready),
                count(MachineStatus::Updating),
                count(MachineStatus::Unreachable),
                pool.revision
                    .map_or("?".to_owned(), |revision| revision.to_string()),
            ]);
        }
        rows
    }

    /// A header and one row for each operation, the newest first.
    fn operation_rows(&self) -> Vec<Vec<String>> {
        let header = [
            "OPERATION",
            "POOL",
            "TO REVISION",
            "STATUS",
            "UPDATED",
            "IN FLIGHT",
            "FAILED",
        ];
        let mut rows = vec![header.map(str::to_owned).into()];
        for operation in self.operations.iter().rev() {
            let Some(rollout) = &operation.rollout else {
                continue;
            };
            let why = match (&operation.status, &rollout.failure) {
                (OperationStatus::Failed, Some(why)) => format!(" ({why})"),
                _ => String::new(),
            };
            rows.push(vec![
                operation.id.0.to_string(),
                self.pool_name(rollout.machine_pool_id).to_owned(),
                rollout.revision.to_string(),
                format!("{}{why}", operation.status),
                format!("{} of {}", rollout.updated, rollout.targeted),
                rollout.in_flight.to_string(),
                rollout.failed.to_string(),
            ]);
        }
        rows
    }
}
