//! Which machines are in which pool: those of the scenario as long as nothing moved, and from then on a list of each
//! pool that changed.

use std::ops::Range;
use std::sync::Arc;

use super::MachineIndex;
use super::pods::plan::number;

/// The machines of a pool, in natural order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members {
    which: Which,
    /// How many of them an iteration has given.
    given: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Which {
    /// Those that the scenario gave it.
    Own(Range<u32>),
    /// These.
    Listed(Arc<[u32]>),
}

impl Members {
    /// Those with numbers of a range.
    pub(super) fn own(range: Range<u32>) -> Self {
        Self {
            which: Which::Own(range),
            given: 0,
        }
    }

    pub(super) fn listed(list: Vec<u32>) -> Self {
        Self {
            which: Which::Listed(list.into()),
            given: 0,
        }
    }

    /// How many there are.
    pub(super) fn size(&self) -> u32 {
        match &self.which {
            Which::Own(range) => range.end - range.start,
            Which::Listed(list) => number(list.len()),
        }
    }

    /// The one at a place, which is below [`Members::size`].
    pub(super) fn at(&self, place: u32) -> MachineIndex {
        match &self.which {
            Which::Own(range) => MachineIndex(range.start + place),
            Which::Listed(list) => MachineIndex(list[place as usize]),
        }
    }

    /// The numbers of all.
    pub(super) fn numbers(&self) -> Vec<u32> {
        (0..self.size()).map(|place| self.at(place).0).collect()
    }
}

impl Iterator for Members {
    type Item = MachineIndex;

    #[inline]
    fn next(&mut self) -> Option<MachineIndex> {
        if self.given >= self.size() {
            return None;
        }
        let machine = self.at(self.given);
        self.given += 1;
        Some(machine)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.size() - self.given) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Members {}
