//! The table of pools.

use std::borrow::Cow;

use appliance::MachinePool;

use super::{
    Cell, Column, Entry, Tone, column, is_pool_in, natural, number, plain, revision_cell, toned,
};
use crate::console::model::fleet::{Counts, Fleet};
use crate::console::model::place::{RowId, Scope};

impl Entry for MachinePool {
    const COLUMNS: &'static [Column<Self>] = &[
        column!(
            "CLUSTER",
            9..32,
            3,
            |fleet, pool| plain(fleet.cluster_name(pool.id)),
            |fleet, a, b| { natural(&fleet.cluster_name(a.id), &fleet.cluster_name(b.id)) }
        ),
        column!(
            "POOL",
            10..40,
            0,
            |_, pool| plain(pool.name.clone()),
            |_, a, b| natural(&a.name, &b.name)
        ),
        column!(
            "STATUS",
            12,
            0,
            |_, pool| toned(pool.status.as_str(), pool_tone(pool)),
            |_, a, b| a.status.cmp(&b.status)
        ),
        // What the numbers do not say stands before them, so that the details have room for it.
        column!(
            "WINDOW",
            23..24,
            5,
            |fleet, pool| {
                let told = fleet.windows.told_in_short(pool.id);
                told.unwrap_or_else(|| plain(""))
            },
            |fleet, a, b| {
                let told = |pool: &Self| fleet.windows.told_in_short(pool.id).map(|cell| cell.text);
                told(a).cmp(&told(b))
            }
        ),
        column!(number "SAVED", 5, 4, |fleet, pool| revision_cell(fleet.pending_revision(pool.id)), |fleet, a, b| {
            fleet.pending_revision(a.id).cmp(&fleet.pending_revision(b.id))
        }),
        column!(number "MACHINES", 8, 1, |fleet, pool| count(fleet, pool, |counts| counts.all), |fleet, a, b| {
            fleet.counts(a.id).all.cmp(&fleet.counts(b.id).all)
        }),
        column!(number "READY", 6, 1, |fleet, pool| count(fleet, pool, |counts| counts.ready), |fleet, a, b| {
            fleet.counts(a.id).ready.cmp(&fleet.counts(b.id).ready)
        }),
        column!(number "UPDATING", 8, 2, |fleet, pool| count(fleet, pool, |counts| counts.updating), |fleet, a, b| {
            fleet.counts(a.id).updating.cmp(&fleet.counts(b.id).updating)
        }),
        column!(number "OTHER", 5, 2, |fleet, pool| count(fleet, pool, |counts| counts.other), |fleet, a, b| {
            fleet.counts(a.id).other.cmp(&fleet.counts(b.id).other)
        }),
        column!(number "REV", 4, 2, |_, pool| revision_cell(pool.revision), |_, a, b| a.revision.cmp(&b.revision)),
    ];

    fn all(fleet: &Fleet) -> &[Self] {
        &fleet.pools
    }

    fn id(&self) -> RowId {
        RowId::Pool(self.id)
    }

    fn is_in(&self, fleet: &Fleet, scope: Scope) -> bool {
        is_pool_in(fleet, self.id, scope)
    }

    fn more(&self, fleet: &Fleet) -> Vec<(&'static str, Cell)> {
        let told = fleet.windows.told(self.id);
        told.map(|told| ("WINDOW", told)).into_iter().collect()
    }

    fn texts<'e>(&'e self, fleet: &'e Fleet) -> [Cow<'e, str>; 3] {
        let cluster = String::from(fleet.cluster_name(self.id));
        [
            self.name.as_str().into(),
            self.status.as_str().into(),
            cluster.into(),
        ]
    }
}

/// A number of its machines, where these are known.
fn count(fleet: &Fleet, pool: &MachinePool, of: fn(Counts) -> u32) -> Cell {
    let counts = fleet.known_counts(pool.id);
    counts.map_or_else(|| toned("?", Tone::Faint), |counts| number(of(counts)))
}

fn pool_tone(pool: &MachinePool) -> Tone {
    match pool.status.as_str() {
        "ready" => Tone::Good,
        "updating" => Tone::Busy,
        "failed" => Tone::Bad,
        _ => Tone::Warning,
    }
}
