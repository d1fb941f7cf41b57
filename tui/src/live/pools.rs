//! Machine pools of an appliance that has no list of them: a machine tells the number of its pool and not its cluster, so
//! each pool is looked for in one cluster after the other. Where it is found is remembered, and for a while that it is nowhere.
//!
//! Pools in which no machine is stay unknown, unless a machine was in them before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use appliance::public::{self, NetworkProfileId};
use appliance::{ClusterId, Error, ErrorKind, MachinePool, MachinePoolId};

use super::crew;
use super::public::{self as api, Ask};

/// In how many clusters is looked for pools in one question at most. The next one goes on from there.
const LOOKS: usize = 200;

/// Where pools are, as far as that is known.
#[derive(Debug, Default)]
pub(super) struct Pools(Mutex<Places>);

#[derive(Clone, Debug, Default)]
struct Places {
    /// Every cluster, as of the last question.
    clusters: Vec<ClusterId>,
    found: BTreeMap<MachinePoolId, ClusterId>,
    /// Of each pool that was looked for in vain, how far that is.
    sought: BTreeMap<MachinePoolId, Sought>,
}

/// How far the search for a pool is that was not found yet.
#[derive(Clone, Copy, Debug, Default)]
struct Sought {
    /// In how many of the clusters it is not.
    tried: usize,
    /// How often it was in none of them.
    in_vain: u32,
    /// How many questions pass before it is looked for anew: it may only have been missing for a while.
    rests: u32,
}

/// The most questions that pass before a pool that was in no cluster is looked for anew.
const LONGEST_REST: u32 = 16;

impl Pools {
    /// Every pool that can be found, as it is now: those that are known, and those of the machines.
    ///
    /// # Errors
    /// The first of the appliance's that does not say that a pool is elsewhere; and where it has none of the pools that its
    /// machines are in. What was found before is remembered.
    pub(super) fn list(&self, asking: &dyn Ask) -> Result<Vec<MachinePool>, Error> {
        let pools = self.all(asking)?.into_iter();
        Ok(pools.map(Found::into_pool).collect())
    }

    /// The network profiles of these pools, where the appliance's pools have some.
    ///
    /// # Errors
    /// As [`Pools::list`].
    pub(super) fn network_profiles(
        &self,
        asking: &dyn Ask,
    ) -> Result<Vec<NetworkProfileId>, Error> {
        let pools = self.all(asking)?.into_iter();
        Ok(pools
            .filter_map(|found| found.pool.network_profile_id)
            .collect())
    }

    fn all(&self, asking: &dyn Ask) -> Result<Vec<Found>, Error> {
        let clusters = api::clusters(asking)?;
        let machines = api::machines(asking)?;
        let wanted: BTreeSet<MachinePoolId> = machines
            .iter()
            .filter_map(|machine| machine.machine_pool_id)
            .collect();
        let mut places = self.known();
        places.meet(&clusters);
        places.sought.retain(|pool, _| wanted.contains(pool));
        places.rest();
        let read = places.read_again(asking);
        let all = read.and_then(|mut pools| {
            pools.extend(places.seek(asking, &wanted)?);
            Ok(pools)
        });
        let are_nowhere = places.are_nowhere(&wanted);
        self.know(places);
        let mut pools = all?;
        if are_nowhere && pools.is_empty() {
            let count = wanted.len();
            let why = format!("machines are in {count} pools, and no cluster has any of these");
            return Err(Error::new(ErrorKind::Failed, why));
        }
        pools.sort_by_key(|found| (found.cluster, found.pool.id));
        Ok(pools)
    }

    /// How many pools were not looked for in every cluster yet: the next question goes on with them.
    pub(super) fn left(&self) -> usize {
        let places = self.known();
        let clusters = places.clusters.len();
        let left = places.sought.values();
        left.filter(|sought| sought.tried < clusters).count()
    }

    /// The cluster of one pool, which is looked for everywhere where it is not known.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where it is nowhere; what the appliance answers instead.
    pub(super) fn cluster_of(
        &self,
        asking: &dyn Ask,
        pool: MachinePoolId,
    ) -> Result<ClusterId, Error> {
        if let Some(cluster) = self.known().found.get(&pool) {
            return Ok(*cluster);
        }
        for cluster in api::clusters(asking)? {
            if api::pool(asking, cluster.id, pool)?.is_some() {
                let mut places = self.known();
                places.found.insert(pool, cluster.id);
                self.know(places);
                return Ok(cluster.id);
            }
        }
        let why = format!("there is no machine pool {}", pool.0);
        Err(Error::new(ErrorKind::NotFound, why))
    }

    /// Forgets where a pool is.
    pub(super) fn forget(&self, pool: MachinePoolId) {
        let mut places = self.known();
        places.found.remove(&pool);
        self.know(places);
    }

    fn known(&self) -> Places {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.clone()
    }

    /// Of two questions at once the later one stands: what it does not know is only looked for again.
    fn know(&self, places: Places) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = places;
    }
}

impl Places {
    /// Takes note of the clusters there are. With other ones than before, what was sought in vain may be there.
    fn meet(&mut self, clusters: &[public::Cluster]) {
        let mut clusters: Vec<ClusterId> = clusters.iter().map(|cluster| cluster.id).collect();
        clusters.sort_unstable();
        if clusters == self.clusters {
            return;
        }
        self.found
            .retain(|_, cluster| clusters.binary_search(cluster).is_ok());
        self.sought.clear();
        self.clusters = clusters;
    }

    /// The pools whose place is known, as they are now. One that is not there any more has none.
    fn read_again(&mut self, asking: &dyn Ask) -> Result<Vec<Found>, Error> {
        let known: Vec<(MachinePoolId, ClusterId)> = self
            .found
            .iter()
            .map(|(pool, cluster)| (*pool, *cluster))
            .collect();
        let read = crew::each(&known, |(pool, cluster)| api::pool(asking, *cluster, *pool));
        let mut pools = Vec::with_capacity(known.len());
        for ((pool, cluster), read) in known.into_iter().zip(read) {
            if let Some(read) = read? {
                pools.push(Found {
                    cluster,
                    pool: read,
                });
            } else {
                self.found.remove(&pool);
            }
        }
        Ok(pools)
    }

    /// Looks for those of the wanted pools whose place is not known.
    fn seek(
        &mut self,
        asking: &dyn Ask,
        wanted: &BTreeSet<MachinePoolId>,
    ) -> Result<Vec<Found>, Error> {
        let unknown = wanted.iter().filter(|pool| !self.found.contains_key(pool));
        let unknown = unknown.map(|pool| Search {
            pool: *pool,
            tried: AtomicUsize::new(self.sought.get(pool).map_or(0, |sought| sought.tried)),
        });
        let searches: Vec<Search> = unknown.collect();
        let looks = AtomicUsize::new(LOOKS);
        let results = crew::each(&searches, |search| {
            search.go_on(asking, &self.clusters, &looks)
        });
        let mut pools = Vec::new();
        let mut trouble = None;
        for result in results {
            match result {
                Ok(Some(found)) => {
                    self.found.insert(found.pool.id, found.cluster);
                    pools.push(found);
                }
                Ok(None) => {}
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
        for search in searches {
            if self.found.contains_key(&search.pool) {
                self.sought.remove(&search.pool);
            } else {
                let sought = self.sought.entry(search.pool).or_default();
                sought.go_on_to(search.tried.into_inner(), self.clusters.len());
            }
        }
        trouble.map_or(Ok(pools), Err)
    }

    /// Whether pools are wanted, and all of them were looked for in vain everywhere.
    fn are_nowhere(&self, wanted: &BTreeSet<MachinePoolId>) -> bool {
        let clusters = self.clusters.len();
        let is_nowhere = |pool| {
            let sought: Option<&Sought> = self.sought.get(pool);
            sought.is_some_and(|sought| sought.tried >= clusters)
        };
        !wanted.is_empty() && wanted.iter().all(is_nowhere)
    }

    /// Lets another question pass for the pools that are in no cluster.
    fn rest(&mut self) {
        let clusters = self.clusters.len();
        for sought in self.sought.values_mut() {
            if sought.tried < clusters {
                continue;
            }
            match sought.rests.checked_sub(1) {
                Some(left) => sought.rests = left,
                None => sought.tried = 0,
            }
        }
    }
}

impl Sought {
    /// It is not in the first so many of the clusters.
    fn go_on_to(&mut self, tried: usize, clusters: usize) {
        if tried >= clusters && self.tried < clusters {
            self.rests = 1_u32
                .checked_shl(self.in_vain)
                .map_or(LONGEST_REST, |rests| rests.min(LONGEST_REST));
            self.in_vain += 1;
        }
        self.tried = tried;
    }
}

/// The search for one pool.
struct Search {
    pool: MachinePoolId,
    /// In how many clusters it is not.
    tried: AtomicUsize,
}

impl Search {
    /// Looks in the next clusters, as long as there are looks left.
    fn go_on(
        &self,
        asking: &dyn Ask,
        clusters: &[ClusterId],
        looks: &AtomicUsize,
    ) -> Result<Option<Found>, Error> {
        while let Some(&cluster) = clusters.get(self.tried.load(Ordering::Relaxed)) {
            let left = looks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
            if left.is_err() {
                return Ok(None);
            }
            if let Some(pool) = api::pool(asking, cluster, self.pool)? {
                return Ok(Some(Found { cluster, pool }));
            }
            self.tried.fetch_add(1, Ordering::Relaxed);
        }
        Ok(None)
    }
}

/// A pool, and where it was found.
struct Found {
    cluster: ClusterId,
    pool: public::MachinePool,
}

impl Found {
    /// The pool as the console has it. The revision that its machines are meant to run is not public.
    fn into_pool(self) -> MachinePool {
        MachinePool {
            id: self.pool.id,
            name: self.pool.name,
            user_version: self.pool.user_version,
            patch_version: self.pool.patch_version,
            status: self.pool.status,
            cluster_id: self.cluster,
            revision: None,
        }
    }
}

#[cfg(test)]
mod tests;
