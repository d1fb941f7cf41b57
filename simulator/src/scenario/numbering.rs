//! The numbers of the revisions that steps apply or make.

use std::collections::BTreeSet;

use super::timeline::Step;
use super::{Change, Deed, Scenario};

/// The revision that an `apply` without one means, until the steps are in order.
pub(super) const NEXT: u32 = 0;

/// An `apply` without a revision means the saved one, or else the next after those before it; in a pool that gets
/// images, the newest of these. A change of a pool makes the next.
pub(super) fn number_revisions(steps: &mut [Step], changes: &mut [Change], scenario: &Scenario) {
    let pools = &scenario.pools;
    let mut newest: Vec<u32> = pools.iter().map(|pool| pool.revision).collect();
    let mut known: Vec<u32> = pools
        .iter()
        .map(|pool| pool.revision.max(pool.saved_revision.unwrap_or_default()))
        .collect();
    let mut saved: Vec<_> = pools.iter().map(|pool| pool.saved_revision).collect();
    for step in steps {
        match &mut step.what {
            Deed::Apply { pool, revision } => {
                if *revision == NEXT {
                    let saved = saved[*pool].filter(|saved| *saved > newest[*pool]);
                    let images = scenario.images.as_ref();
                    if saved.is_none() && images.is_some_and(|images| images.pools.contains(pool)) {
                        step.what = Deed::ApplyNewest { pool: *pool };
                        continue;
                    }
                    *revision = saved.unwrap_or(newest[*pool] + 1);
                }
                newest[*pool] = newest[*pool].max(*revision);
                known[*pool] = known[*pool].max(*revision);
            }
            Deed::Change { change, .. } => {
                let change = &mut changes[change.0 as usize];
                if let Change::Pool {
                    pool,
                    revision,
                    apply,
                    ..
                } = change
                {
                    known[*pool] += 1;
                    *revision = known[*pool];
                    if *apply {
                        newest[*pool] = *revision;
                    } else {
                        saved[*pool] = Some(*revision);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Pools and revisions of them that change the firmware.
pub(super) fn firmware_changes(steps: &[Step]) -> BTreeSet<(usize, u32)> {
    let changing = steps.iter().filter(|step| step.changes_firmware);
    changing
        .filter_map(|step| match step.what {
            Deed::Apply { pool, revision } => Some((pool, revision)),
            _ => None,
        })
        .collect()
}
