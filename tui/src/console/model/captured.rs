//! What a rehearsal of a live appliance rests on: its fleet as it was captured, and what has changed since.

use std::time::Duration;

use appliance::{Machine, MachinePool, Revision, Text};
use serde::{Deserialize, Serialize};

use super::Fleet;

/// The age from which a forecast of a live fleet is stale, whatever is known of changes.
pub const STALE_AFTER: Duration = Duration::from_secs(600);

/// A capture, as far as its forecast is told with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Captured {
    /// Of which context.
    pub context: Text,
    /// When the appliance was asked, in the context's zone.
    pub at: Text,
    /// What is rolled out in it, in words.
    pub rolls_out: Text,
    /// What is assumed that moves the forecast most, in a few words each.
    pub above_all: Vec<Text>,
    /// Every value that is assumed, since the appliance does not tell it.
    pub assumed: Vec<Text>,
    /// What the appliance tells and the capture does not hold.
    pub left_out: Vec<Text>,
    /// Who is called otherwise in it.
    pub renamed: Vec<Text>,
    /// The machines that were told.
    pub machines: Vec<Machine>,
    /// The pools that were told.
    pub pools: Vec<MachinePool>,
    /// The revisions, where they are told.
    pub revisions: Option<Vec<Revision>>,
}

/// How much of the fleet is no longer as it was captured, as far as that would make another capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Machines that are there no more, or new, or in another state.
    pub machines: usize,
    /// Pools that are there no more, or new, or on another revision.
    pub pools: usize,
    /// Revisions that are saved no more, or were saved since.
    pub saved: usize,
}

impl Changes {
    /// Each kind of change there is, in words.
    pub fn told(self) -> Vec<String> {
        let counts = [
            (self.machines, "machine"),
            (self.pools, "pool"),
            (self.saved, "saved revision"),
        ];
        let told = counts.into_iter().filter(|(count, _)| *count > 0);
        told.map(|(count, what)| match count {
            1 => format!("1 {what} changed"),
            _ => format!("{count} {what}s changed"),
        })
        .collect()
    }
}

impl Captured {
    /// How many machines are no longer as they were captured.
    pub fn changed_machines(&self, fleet: &Fleet) -> usize {
        let is_alike = |before: &Machine, now: &Machine| {
            before.name == now.name
                && before.status == now.status
                && before.machine_pool_id == now.machine_pool_id
                && before.machine_revision == now.machine_revision
                && before.desired_machine_revision == now.desired_machine_revision
                && before.labels == now.labels
                && before.scheduling == now.scheduling
                && before.held == now.held
                && before.excluded == now.excluded
        };
        changed(
            &self.machines,
            &fleet.machines,
            |machine| machine.id,
            is_alike,
        )
    }

    /// How many pools are no longer as they were captured.
    pub fn changed_pools(&self, fleet: &Fleet) -> usize {
        let is_alike = |before: &MachinePool, now: &MachinePool| {
            before.name == now.name
                && before.cluster_id == now.cluster_id
                && before.patch_version == now.patch_version
                && before.revision == now.revision
        };
        changed(&self.pools, &fleet.pools, |pool| pool.id, is_alike)
    }

    /// How many revisions are saved that were not, or the other way round.
    pub fn changed_saved(&self, fleet: &Fleet) -> usize {
        let Some(before) = &self.revisions else {
            return 0;
        };
        let is_saved = |revision: &&Revision| revision.is_pending;
        let before: Vec<&Revision> = before.iter().filter(is_saved).collect();
        let now: Vec<&Revision> = fleet.revisions.iter().filter(is_saved).collect();
        let who = |revision: &&Revision| (revision.machine_pool_id, revision.number);
        changed(&before, &now, who, |_, _| true)
    }
}

/// How many of those in either list are not in the other, or not alike.
fn changed<T, I: Ord>(
    before: &[T],
    now: &[T],
    who: impl Fn(&T) -> I,
    is_alike: impl Fn(&T, &T) -> bool,
) -> usize {
    let sorted = |list: &'_ [T]| {
        let mut places: Vec<usize> = (0..list.len()).collect();
        places.sort_by_key(|place| who(&list[*place]));
        places
    };
    let (ours, theirs) = (sorted(before), sorted(now));
    let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
    let mut count = 0;
    while let (Some(our), Some(their)) = (ours.peek(), theirs.peek()) {
        let (our, their) = (&before[**our], &now[**their]);
        let order = who(our).cmp(&who(their));
        count += usize::from(order.is_ne() || !is_alike(our, their));
        if order.is_le() {
            ours.next();
        }
        if order.is_ge() {
            theirs.next();
        }
    }
    count + ours.count() + theirs.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_new_gone_or_otherwise_has_changed() {
        let before = [(1, 'a'), (3, 'c'), (2, 'b'), (5, 'e')];
        let count = |now: &[(u32, char)]| {
            changed(&before, now, |one| one.0, |before, now| before.1 == now.1)
        };
        assert_eq!(count(&[(5, 'e'), (1, 'a'), (2, 'b'), (3, 'c')]), 0);
        assert_eq!(count(&[(1, 'x'), (2, 'b'), (4, 'd'), (5, 'e')]), 3);
        assert_eq!(count(&[]), 4);
    }
}
