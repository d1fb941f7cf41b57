//! Machines fetch a machine image before their update, while everything on them still runs.
//!
//! Those of a cluster that fetch at the same time share its site's line: each gets the same, but none more than its
//! hardware can write, and what one cannot use the others share. When one begins or ends, what is left of each is
//! brought up to date and its end is moved.
//!
//! A machine boots the revision that it has. So until the image is written, its next boot brings the one before, after
//! which it fetches anew.

use super::lifecycle::Prospect;
use super::machine::Membership;
use super::world::World;
use super::{Blueprint, MachineIndex, PoolIndex};
use crate::engine::{Span, Time};
use crate::phase::Phase;

/// The line of one cluster's site.
#[derive(Clone, Debug, Default)]
pub(super) struct Link {
    fetching: Vec<Transfer>,
    /// Up to when their bytes are counted.
    since: Time,
}

/// One machine's fetch.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Transfer {
    machine: MachineIndex,
    /// Bytes that are missing.
    left: f64,
    /// Bytes a millisecond that its hardware can write.
    most: f64,
    /// Bytes a millisecond that it gets.
    rate: f64,
}

impl Link {
    /// A line for each cluster; none where images have no size.
    pub(super) fn of_clusters(blueprint: &Blueprint) -> Vec<Self> {
        let scenario = blueprint.scenario();
        let is_used = scenario
            .images
            .as_ref()
            .is_some_and(|images| images.size > 0);
        let clusters = if is_used { scenario.clusters.len() } else { 0 };
        vec![Self::default(); clusters]
    }

    fn advance(&mut self, now: Time) {
        let elapsed = now.since(self.since).as_millis_f64();
        self.since = now;
        for transfer in &mut self.fetching {
            transfer.left = (transfer.left - transfer.rate * elapsed).max(0.0);
        }
    }

    /// Shares so many bytes a millisecond: in turn, those who can use the least first, each gets at most an equal part
    /// of what is left.
    fn share(&mut self, capacity: f64) {
        let mut order: Vec<&mut Transfer> = self.fetching.iter_mut().collect();
        order.sort_by(|a, b| a.most.total_cmp(&b.most));
        let mut parts = f64::from(u32::try_from(order.len()).unwrap_or(u32::MAX));
        let mut left = capacity;
        for transfer in order {
            transfer.rate = transfer.most.min(left / parts);
            left -= transfer.rate;
            parts -= 1.0;
        }
    }
}

impl Transfer {
    /// How long it takes if nothing changes.
    fn takes(&self) -> Span {
        span(self.left / self.rate)
    }
}

/// A length of time, rounded up to a millisecond. What the arithmetic of fractions adds to a whole number is far below
/// the microsecond that is taken off.
fn span(millis: f64) -> Span {
    const TOLERANCE: f64 = 1e-3;
    Span::nearest((millis - TOLERANCE).ceil())
}

/// Bytes a millisecond.
#[expect(
    clippy::cast_precision_loss,
    reason = "bandwidths and sizes of a scenario lie far below 2^53"
)]
fn a_millisecond(bytes_a_second: u64) -> f64 {
    bytes_a_second as f64 / 1000.0
}

impl World {
    /// Whether the revision is an image that machines must have fetched before they can boot it.
    fn is_fetched(&self, pool: PoolIndex, revision: u32) -> bool {
        let images = self.blueprint.scenario().images.as_ref();
        images
            .is_some_and(|images| images.size > 0 && images.release(pool.at(), revision).is_some())
    }

    /// The revision that a machine's next boot brings when its turn comes in a rollout of `revision`.
    pub(super) fn bootable(&self, index: MachineIndex, revision: u32) -> u32 {
        let machine = self.machine(index);
        let has_it = machine.revision == revision || machine.desired == revision;
        if has_it || !self.is_fetched(machine.pool, revision) {
            revision
        } else {
            machine.desired
        }
    }

    /// The revision that the operation of a machine in flight moves it to.
    pub fn target(&self, index: MachineIndex) -> Option<u32> {
        let machine = self.machine(index);
        let operation = self.pools[machine.pool.at()].going_on?;
        (machine.membership == Membership::InFlight).then(|| self.operation(operation).revision)
    }

    /// Whether a machine whose update is under way has still to fetch its image.
    pub(super) fn has_to_fetch(&self, index: MachineIndex) -> bool {
        self.target(index)
            .is_some_and(|target| target != self.machine(index).desired)
    }

    /// Begins to fetch: on the line, unless a fault says how long it takes.
    pub(super) fn begin_fetch(&mut self, index: MachineIndex, prospect: Prospect) {
        if prospect.ends_after == Some(Span::ZERO) {
            self.join_link(index);
        } else {
            self.wait_for_end(index, Phase::Fetch, prospect);
        }
    }

    /// The image is written: the machine's next boot brings it.
    pub(super) fn image_written(&mut self, index: MachineIndex) {
        if let Some(target) = self.target(index) {
            self.change(index, |machine| machine.desired = target);
        }
    }

    fn join_link(&mut self, index: MachineIndex) {
        let now = self.now();
        let (left, most) = (self.image_size(), self.most(index));
        let cluster = self.cluster_of(index);
        let link = &mut self.links[cluster];
        link.advance(now);
        link.fetching.push(Transfer {
            machine: index,
            left,
            most,
            rate: 0.0,
        });
        self.share_link(cluster);
    }

    /// A machine no longer fetches, whatever became of it. What it took longer than alone on the line depends on who
    /// goes when: it is not part of what every schedule needs.
    pub(super) fn leave_link(&mut self, index: MachineIndex) {
        let now = self.now();
        let cluster = self.cluster_of(index);
        let pool = self.machine(index).pool.at();
        let alone = self.blueprint.scenario().fetch_time(pool, 1);
        let Some(link) = self.links.get_mut(cluster) else {
            return;
        };
        let place = link
            .fetching
            .iter()
            .position(|transfer| transfer.machine == index);
        let Some(place) = place else {
            return;
        };
        link.advance(now);
        link.fetching.remove(place);
        let machine = &mut self.machines[index.at()];
        let waited = now.since(machine.since) - alone;
        machine.in_flight_since = machine.in_flight_since + waited;
        self.share_link(cluster);
    }

    /// Shares a cluster's line anew among the machines that fetch.
    fn share_link(&mut self, cluster: usize) {
        let capacity = self.capacity(cluster);
        let link = &mut self.links[cluster];
        link.share(capacity);
        for transfer in link.fetching.clone() {
            let prospect = Prospect {
                ends_after: Some(transfer.takes()),
                fails: false,
            };
            self.wait_for_end(transfer.machine, Phase::Fetch, prospect);
        }
    }

    fn cluster_of(&self, index: MachineIndex) -> usize {
        let pool = self.machine(index).pool;
        self.blueprint.about(pool).cluster
    }

    /// Bytes a millisecond that a cluster's line carries.
    fn capacity(&self, cluster: usize) -> f64 {
        let link = self.blueprint.scenario().clusters[cluster].link;
        link.map_or(f64::INFINITY, a_millisecond)
    }

    /// Bytes a millisecond that a machine can write.
    fn most(&self, index: MachineIndex) -> f64 {
        let written = self.blueprint.hardware(index).image_write;
        written.map_or(f64::INFINITY, a_millisecond)
    }

    /// Bytes of an image.
    fn image_size(&self) -> f64 {
        let images = self.blueprint.scenario().images.as_ref();
        images.map_or(0.0, |images| a_millisecond(images.size) * 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(capacity: f64, most: &[f64]) -> Vec<f64> {
        let transfer = |most: &f64| Transfer {
            machine: MachineIndex(0),
            left: 1.0,
            most: *most,
            rate: 0.0,
        };
        let mut link = Link {
            fetching: most.iter().map(transfer).collect(),
            since: Time::START,
        };
        link.share(capacity);
        link.fetching.iter().map(|transfer| transfer.rate).collect()
    }

    #[test]
    fn what_a_slow_disk_cannot_use_the_others_share() {
        assert_eq!(rates(90.0, &[100.0, 100.0, 100.0]), [30.0, 30.0, 30.0]);
        assert_eq!(rates(90.0, &[100.0, 10.0, 100.0]), [40.0, 10.0, 40.0]);
        assert_eq!(rates(90.0, &[20.0, 10.0, 30.0]), [20.0, 10.0, 30.0]);
        assert_eq!(rates(90.0, &[f64::INFINITY]), [90.0]);
    }

    #[test]
    fn an_end_is_rounded_up_and_a_whole_number_is_itself() {
        assert_eq!(span(21_000.000_000_1), Span::from_millis(21_000));
        assert_eq!(span(20_999.999_999_9), Span::from_millis(21_000));
        assert_eq!(span(21_000.4), Span::from_millis(21_001));
    }
}
