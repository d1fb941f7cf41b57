//! The machines of a cluster by how much is asked of them: a tree of minima, so that the least loaded one that suits
//! is found without a look at every machine.

use super::Used;
use crate::scenario::Capacity;

/// Of a machine that takes no pods.
pub(super) const CLOSED: u64 = u64::MAX;
/// Set in the load of a machine that the scheduler is to avoid.
pub(super) const AVOIDED: u64 = 1 << 63;

/// The loads of one cluster's machines, by their place in the cluster.
#[derive(Clone, Debug, Default)]
pub(super) struct LoadTree {
    /// Minima; the children of `i` are `2i` and `2i + 1`, and the leaves are the second half.
    minima: Vec<u64>,
}

/// The best machine that a search has found: how many of the same workload are there, its load, its place.
type Found = (u32, u64, u32);

impl LoadTree {
    pub(super) fn new(machines: usize) -> Self {
        Self {
            minima: vec![CLOSED; 2 * machines.next_power_of_two()],
        }
    }

    pub(super) fn set(&mut self, place: u32, load: u64) {
        let mut node = self.minima.len() / 2 + place as usize;
        self.minima[node] = load;
        while node > 1 {
            node /= 2;
            let minimum = self.minima[2 * node].min(self.minima[2 * node + 1]);
            if self.minima[node] == minimum {
                return;
            }
            self.minima[node] = minimum;
        }
    }

    /// The place of the machine with the lowest rank, of those the one with the lowest load, of those the first.
    /// `rank` is `None` for a machine that does not suit.
    pub(super) fn best(&self, mut rank: impl FnMut(u32) -> Option<u32>) -> Option<u32> {
        let mut best = None;
        if self.minima.len() > 1 {
            self.search(1, 0, self.minima.len() / 2, &mut best, &mut rank);
        }
        best.map(|(_, _, place)| place)
    }

    fn search(
        &self,
        node: usize,
        first: usize,
        width: usize,
        best: &mut Option<Found>,
        rank: &mut impl FnMut(u32) -> Option<u32>,
    ) {
        let load = self.minima[node];
        let cannot_win = best.is_some_and(|(rank, least, place)| {
            rank == 0 && (load > least || load == least && first > place as usize)
        });
        if load == CLOSED || cannot_win {
            return;
        }
        if width == 1 {
            let place = u32::try_from(first).unwrap_or(u32::MAX);
            let found = rank(place).map(|rank| (rank, load, place));
            *best = best.iter().copied().chain(found).min();
            return;
        }
        let half = width / 2;
        let left = (2 * node, first);
        let right = (2 * node + 1, first + half);
        let sooner_right = self.minima[right.0] < self.minima[left.0];
        let order = if sooner_right {
            [right, left]
        } else {
            [left, right]
        };
        for (child, first) in order {
            self.search(child, first, half, best, rank);
        }
    }
}

/// How much is asked of a machine: the mean share of processor and memory, as far as the machine has limits, and where
/// that is equal the share of pods. In millionths.
pub(super) fn load(used: Used, has: Capacity) -> u64 {
    const WHOLE: u64 = 1_000_000;
    let share = |used: u64, of: Option<u64>| {
        let part = |of: u64| u128::from(used) * u128::from(WHOLE) / u128::from(of.max(1));
        of.map(|of| u64::try_from(part(of)).unwrap_or(WHOLE).min(WHOLE))
    };
    let asked = [share(used.cpu, has.cpu), share(used.memory, has.memory)];
    let known: u64 = asked.iter().flatten().sum();
    let count = asked.iter().flatten().count() as u64;
    let pods = share(u64::from(used.pods), Some(u64::from(has.pods))).unwrap_or(WHOLE);
    let mean = known.checked_div(count).unwrap_or(0);
    mean << 20 | pods.min((1 << 20) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: proptest::test_runner::RngSeed::Fixed(3), failure_persistence: None, ..ProptestConfig::default() })]

        /// Against a look at every machine.
        #[test]
        fn the_best_machine_is_the_least_of_all(loads in prop::collection::vec((0_u64..6, prop::option::of(0_u32..3)), 1..40)) {
            let mut tree = LoadTree::new(loads.len());
            for (place, (load, _)) in (0..).zip(&loads) {
                tree.set(place, if *load == 5 { CLOSED } else { *load });
            }
            let open = (0_u32..).zip(&loads).filter(|(_, (load, _))| *load < 5);
            let expected = open.filter_map(|(place, (load, rank))| Some(((*rank)?, *load, place))).min();
            let best = tree.best(|place| loads[place as usize].1);
            prop_assert_eq!(best, expected.map(|(_, _, place)| place));
        }
    }

    #[test]
    fn a_machine_without_limits_is_loaded_by_its_pods() {
        let used = |pods| Used {
            pods,
            ..Used::default()
        };
        let has = Capacity::default();
        assert!(load(used(2), has) > load(used(1), has));
        let half = Capacity {
            cpu: Some(1000),
            ..has
        };
        let asked = Used {
            cpu: 500,
            ..Used::default()
        };
        assert_eq!(load(asked, half) >> 20, 500_000);
    }
}
