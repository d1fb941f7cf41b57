//! What an appliance only keeps: network profiles, enrollment images, and objects without a behaviour of their own.
//!
//! Making or deleting such a thing takes no simulated time. Where meltcloud answers with an operation, there is one that
//! has succeeded when it is asked for next.

use std::collections::{BTreeMap, BTreeSet};

use appliance::public::{EnrollmentImage, NetworkProfileId, Stored, StoredKind};
use appliance::{ClusterId, Label, MachineId, OperationId, OperationStatus, Text, public};

use super::public::channels::Channel;
use super::public::made::ClusterSettings;
use super::public::profiles::KnownProfile;
use super::resources::ZONE;
use crate::fleet::{OperationIndex, PoolIndex};

/// Everything that is only kept, each kind in the order in which it was made.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    pub(super) profiles: Vec<KnownProfile>,
    pub(super) images: Vec<EnrollmentImage>,
    pub(super) objects: Vec<Stored>,
    /// How many profiles and images were ever made, and objects of each kind: numbers are not given twice.
    pub(super) made: [i64; 2 + StoredKind::ALL.len()],
    /// The keys of machines' labels in the order in which they were given: the provider takes another one for a change.
    label_orders: BTreeMap<MachineId, Vec<Text>>,
    /// The profiles of machines in no pool, and in recovery.
    pub(super) depot_profiles: BTreeMap<MachineId, NetworkProfileId>,
    pub(super) cluster_settings: BTreeMap<ClusterId, ClusterSettings>,
    pub(super) cluster_channels: BTreeMap<ClusterId, Channel>,
    pub(super) pool_channels: BTreeMap<PoolIndex, Channel>,
    pub(super) deleted_clusters: BTreeSet<ClusterId>,
    pub(super) deleted_pools: BTreeSet<PoolIndex>,
    /// Operations that carry out nothing in the fleet.
    clerical: Vec<&'static str>,
}

/// The number before the first operation that carries out nothing in the fleet. Those of the fleet are numbered from 1, as
/// its log has them, and never come so far.
const CLERICAL: i64 = 1_000_000_000;

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

    pub(super) fn know_label_order(&mut self, machine: MachineId, labels: &[Label]) {
        let keys = labels.iter().map(|label| label.key.clone());
        self.label_orders.insert(machine, keys.collect());
    }

    /// They were given in no order that anybody will look for.
    pub(super) fn forget_label_order(&mut self, machine: MachineId) {
        self.label_orders.remove(&machine);
    }

    /// A machine's labels in the order in which they were given, where they were; what was not given comes first. Whoever
    /// gave all of them and not the zone is not told that: to them it would be a label that somebody else has set.
    pub(super) fn in_order(&self, machine: MachineId, mut labels: Vec<Label>) -> Vec<Label> {
        if let Some(order) = self.label_orders.get(&machine) {
            labels.retain(|label| label.key.as_str() != ZONE || order.contains(&label.key));
            labels.sort_by_key(|label| order.iter().position(|key| *key == label.key));
        }
        labels
    }

    /// Notes the profile of a machine in no pool, or that it has none.
    pub(super) fn know_depot_profile(
        &mut self,
        machine: MachineId,
        profile: Option<NetworkProfileId>,
    ) {
        match profile {
            Some(profile) => self.depot_profiles.insert(machine, profile),
            None => self.depot_profiles.remove(&machine),
        };
    }

    /// Whether there is an object of a kind that is part of what has this number.
    pub(super) fn has_part_of(&self, kind: StoredKind, parent: i64) -> bool {
        let mut objects = self.objects.iter();
        objects.any(|object| object.is_of(kind, Some(parent)))
    }

    /// Notes an operation that carries out nothing in the fleet. It is told as one that is still to come.
    pub(super) fn operate(&mut self, action: &'static str) -> public::Operation {
        self.clerical.push(action);
        public::Operation {
            status: OperationStatus::Pending,
            ..self.clerical(self.clerical.len() - 1)
        }
    }

    /// One that carries out nothing in the fleet.
    pub(super) fn clerical(&self, place: usize) -> public::Operation {
        let number = i64::try_from(place).unwrap_or(i64::MAX).saturating_add(1);
        public::Operation {
            id: OperationId(CLERICAL.saturating_add(number)),
            status: OperationStatus::Succeeded,
            action: Text::from(self.clerical[place]),
        }
    }

    /// What a number stands for, where the fleet has so many operations.
    pub(super) fn numbered(&self, id: OperationId, fleet: usize) -> Option<Numbered> {
        let place = |number: i64, count: usize| {
            let place = usize::try_from(number.checked_sub(1)?).ok()?;
            (place < count).then_some(place)
        };
        if id.0 > CLERICAL {
            return place(id.0 - CLERICAL, self.clerical.len()).map(Numbered::Clerical);
        }
        let index = u32::try_from(place(id.0, fleet)?).ok()?;
        Some(Numbered::Fleet(OperationIndex(index)))
    }
}

/// The number of an operation of the fleet.
pub(super) fn operation_id(index: OperationIndex) -> OperationId {
    OperationId(i64::from(index.0) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_for_one_operation_whatever_it_is_of() {
        let mut store = Store::default();
        let made = store.operate("a");
        assert_eq!(made.status, OperationStatus::Pending);
        store.operate("b");
        let numbered = |id: i64| store.numbered(OperationId(id), 2);
        assert_eq!(numbered(0), None);
        assert_eq!(numbered(2), Some(Numbered::Fleet(OperationIndex(1))));
        assert_eq!(numbered(3), None);
        assert_eq!(numbered(made.id.0), Some(Numbered::Clerical(0)));
        assert_eq!(numbered(made.id.0 + 1), Some(Numbered::Clerical(1)));
        assert_eq!(numbered(made.id.0 + 2), None);
        assert_eq!(numbered(CLERICAL), None);
        assert_eq!(numbered(i64::MIN), None);
        assert_eq!(store.clerical(1).action.as_str(), "b");
    }
}
