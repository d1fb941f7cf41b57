//! What somebody adds to a fleet while it is simulated: of all that no scenario can know before.

use super::Scenario;
use super::absence::Patience;
use super::depot::{self, Depot, Enrolment};
use super::machines::{Machine, Machines};
use super::pool::{Cluster, Pool};

/// Something that is added to a fleet.
///
/// By itself it changes nothing: a cluster has no pools, a pool no machines, windows, gates or images, and the appliance
/// does not know a machine before somebody registers it. So a run in which it was there from the start is the same run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addition {
    /// A cluster.
    Cluster {
        /// Its name.
        name: String,
        /// The Kubernetes version of its control plane, as `1.33.4`.
        version: String,
    },
    /// A pool without machines, which is rolled out by the default policy.
    Pool {
        /// Its name.
        name: String,
        /// Its cluster's place in [`Scenario::clusters`].
        cluster: usize,
        /// The Kubernetes version of its machines, as `1.33.4`.
        version: String,
    },
    /// A machine of the hardware class of the scenario's first pool.
    Machine {
        /// Its BIOS UUID in lower case, which also is its first name.
        uuid: String,
    },
}

impl Scenario {
    /// The scenario with something more in its fleet. Its text and its hash stay those of the file.
    #[must_use]
    pub fn with(&self, additions: &[Addition]) -> Self {
        let mut grown = self.clone();
        for addition in additions {
            grown.add(addition);
        }
        grown
    }

    fn add(&mut self, addition: &Addition) {
        match addition {
            Addition::Cluster { name, version } => self.clusters.push(Cluster {
                name: name.clone(),
                version: version.clone(),
                link: None,
                patience: Patience::of_version(version),
            }),
            Addition::Pool {
                name,
                cluster,
                version,
            } => self.pools.push(Pool {
                cluster: *cluster,
                version: version.clone(),
                revision: 1,
                ..depot::about(name, Machines::NONE, self.hardware_of_additions())
            }),
            Addition::Machine { uuid } => {
                let machines = Machines::Listed(vec![Machine::named(uuid.clone())]);
                let mut about = depot::about(uuid, machines, self.hardware_of_additions());
                about.capacity = self.pools[0].capacity;
                let added = Depot {
                    about,
                    enrolment: Enrolment::Unknown,
                    prepared_pool: None,
                    uuid: Some(uuid.clone()),
                };
                // The last is where machines are that leave their pool.
                let last = self.depots.len().saturating_sub(1);
                self.depots.insert(last, added);
            }
        }
    }

    fn hardware_of_additions(&self) -> String {
        self.pools[0].hardware.clone()
    }
}
