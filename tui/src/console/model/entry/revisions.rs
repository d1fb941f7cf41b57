//! The table of revisions.

use std::borrow::Cow;

use appliance::Revision;

use super::{Cell, Column, Entry, Tone, column, is_pool_in, natural, number, plain, toned};
use crate::console::model::fleet::Fleet;
use crate::console::model::place::{RowId, Scope};

impl Entry for Revision {
    const COLUMNS: &'static [Column<Self>] = &[
        column!(
            "CLUSTER",
            9..32,
            3,
            |fleet, revision| plain(fleet.cluster_name(revision.machine_pool_id)),
            |fleet, a, b| {
                natural(
                    &fleet.cluster_name(a.machine_pool_id),
                    &fleet.cluster_name(b.machine_pool_id),
                )
            }
        ),
        column!(
            "POOL",
            10..40,
            0,
            |fleet, revision| plain(fleet.pool_name(revision.machine_pool_id)),
            |fleet, a, b| {
                natural(
                    &fleet.pool_name(a.machine_pool_id),
                    &fleet.pool_name(b.machine_pool_id),
                )
            }
        ),
        column!(number "REVISION", 8, 0, |_, revision| number(revision.number), |_, a, b| a.number.cmp(&b.number)),
        column!(number "MACHINES", 8, 1, |_, revision| number(revision.machines), |_, a, b| a.machines.cmp(&b.machines)),
        column!(
            "STATE",
            22..32,
            0,
            |fleet, revision| revision_state(fleet, revision),
            |_, a, b| a.is_pending.cmp(&b.is_pending)
        ),
    ];

    fn all(fleet: &Fleet) -> &[Self] {
        &fleet.revisions
    }

    fn id(&self) -> RowId {
        RowId::Revision(self.machine_pool_id, self.number)
    }

    fn is_in(&self, fleet: &Fleet, scope: Scope) -> bool {
        is_pool_in(fleet, self.machine_pool_id, scope)
    }

    fn more(&self, _: &Fleet) -> Vec<(&'static str, Cell)> {
        let titles = std::iter::once("IMAGE").chain(std::iter::repeat(""));
        let told = self.components.iter().zip(titles);
        told.map(|(component, title)| {
            let told = format!("{} {}", component.name, component.version);
            (title, plain(told))
        })
        .collect()
    }

    fn texts<'e>(&'e self, fleet: &'e Fleet) -> [Cow<'e, str>; 3] {
        let [pool, state] = [
            fleet.pool_name(self.machine_pool_id),
            revision_state(fleet, self).text,
        ]
        .map(String::from);
        [pool.into(), state.into(), "".into()]
    }
}

fn revision_state(fleet: &Fleet, revision: &Revision) -> Cell {
    let current = fleet
        .pool(revision.machine_pool_id)
        .and_then(|pool| pool.revision);
    if revision.is_pending {
        toned("saved, not applied", Tone::Warning)
    } else if current == Some(revision.number) {
        let all = fleet.counts(revision.machine_pool_id).all;
        if revision.machines == all {
            toned("current", Tone::Good)
        } else {
            toned(
                format!("target, {} of {all}", revision.machines),
                Tone::Busy,
            )
        }
    } else {
        toned("older", Tone::Faint)
    }
}
