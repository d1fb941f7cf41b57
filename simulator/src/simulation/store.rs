//! What an appliance only keeps: network profiles, enrollment images, and objects without a behaviour of their own.
//!
//! Making or deleting such a thing takes no simulated time. Where meltcloud answers with an operation, there is one that
//! has succeeded when it is asked for next.

use appliance::public::{EnrollmentImage, NetworkProfile, Stored, StoredKind};
use appliance::{OperationId, OperationStatus, Text, public};

use crate::fleet::OperationIndex;

/// Everything that is only kept, each kind in the order in which it was made.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    pub(super) profiles: Vec<NetworkProfile>,
    pub(super) images: Vec<EnrollmentImage>,
    pub(super) objects: Vec<Stored>,
    /// How many profiles and images were ever made, and objects of each kind: numbers are not given twice.
    pub(super) made: [i64; 2 + StoredKind::ALL.len()],
    /// Operations that carry out nothing in the fleet.
    clerical: Vec<Clerical>,
}

/// An operation that carries out nothing in the fleet.
#[derive(Clone, Debug)]
struct Clerical {
    /// How many operations of the fleet there were before it.
    before: u32,
    action: &'static str,
}

/// What an operation's number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbered {
    /// One of the fleet.
    Fleet(OperationIndex),
    /// One that carries out nothing in the fleet.
    Clerical(usize),
}

impl Store {
    /// The next number of a kind: 0 stands for profiles, 1 for images, the others for objects.
    pub(super) fn next(&mut self, kind: usize) -> i64 {
        self.made[kind] += 1;
        self.made[kind]
    }

    /// The place of a kind of objects among the numbers.
    pub(super) fn place(kind: StoredKind) -> usize {
        let place = StoredKind::ALL.iter().position(|known| *known == kind);
        2 + place.unwrap_or_default()
    }

    /// Notes an operation that carries out nothing in a fleet that has so many. It is told as one that is still to come.
    pub(super) fn operate(&mut self, fleet: usize, action: &'static str) -> public::Operation {
        self.clerical.push(Clerical {
            before: u32::try_from(fleet).unwrap_or(u32::MAX),
            action,
        });
        public::Operation {
            status: OperationStatus::Pending,
            ..self.clerical(self.clerical.len() - 1)
        }
    }

    /// One that carries out nothing in the fleet.
    pub(super) fn clerical(&self, place: usize) -> public::Operation {
        let of = &self.clerical[place];
        public::Operation {
            id: OperationId(1 + i64::from(of.before) + i64::try_from(place).unwrap_or(i64::MAX)),
            status: OperationStatus::Succeeded,
            action: Text::from(of.action),
        }
    }

    /// The number of an operation of the fleet. Numbers are given in the order in which operations are made, whatever they
    /// are, and stay.
    pub(super) fn operation_id(&self, index: OperationIndex) -> OperationId {
        let earlier = self.clerical.partition_point(|of| of.before <= index.0);
        OperationId(1 + i64::from(index.0) + i64::try_from(earlier).unwrap_or(i64::MAX))
    }

    /// What a number stands for, where the fleet has so many operations.
    pub(super) fn numbered(&self, id: OperationId, fleet: usize) -> Option<Numbered> {
        let is_before = |place: usize| self.clerical(place).id < id;
        let mut places = 0..self.clerical.len();
        let earlier = places.find(|place| !is_before(*place));
        let earlier = earlier.unwrap_or(self.clerical.len());
        if earlier < self.clerical.len() && self.clerical(earlier).id == id {
            return Some(Numbered::Clerical(earlier));
        }
        let index = id.0.checked_sub(1 + i64::try_from(earlier).ok()?)?;
        let index = u32::try_from(index).ok()?;
        ((index as usize) < fleet).then_some(Numbered::Fleet(OperationIndex(index)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_numbered_in_the_order_in_which_they_are_made_and_keep_their_numbers() {
        let mut store = Store::default();
        let fleet = |store: &Store, count: u32| {
            (0..count)
                .map(|index| store.operation_id(OperationIndex(index)).0)
                .collect::<Vec<_>>()
        };
        assert_eq!(store.operate(0, "a").id.0, 1);
        assert_eq!(fleet(&store, 2), [2, 3]);
        assert_eq!(store.operate(2, "b").id.0, 4);
        assert_eq!(store.operate(2, "c").id.0, 5);
        assert_eq!(fleet(&store, 3), [2, 3, 6]);
        let numbered = |id: i64| store.numbered(OperationId(id), 3);
        let expected = [
            None,
            Some(Numbered::Clerical(0)),
            Some(Numbered::Fleet(OperationIndex(0))),
            Some(Numbered::Fleet(OperationIndex(1))),
            Some(Numbered::Clerical(1)),
            Some(Numbered::Clerical(2)),
            Some(Numbered::Fleet(OperationIndex(2))),
            None,
        ];
        assert_eq!((0..8).map(numbered).collect::<Vec<_>>(), expected);
        assert_eq!(store.clerical(1).action.as_str(), "b");
    }
}
