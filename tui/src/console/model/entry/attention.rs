//! The table of the overview: clusters, and what needs attention.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write as _;

use super::operations::{operation_pool, operation_state, rollout, updated};
use super::{Cell, Column, Entry, Tone, column, plain, toned};
use crate::console::model::fleet::{Attention, Fleet};
use crate::console::model::place::{RowId, Scope};

impl Entry for Attention {
    const COLUMNS: &'static [Column<Self>] = &[
        column!(
            "WHAT",
            24..64,
            0,
            |fleet, attention| plain(attention.what(fleet)),
            |_, _, _| Ordering::Equal
        ),
        column!(
            "STATE",
            24..40,
            0,
            |fleet, attention| attention.state(fleet),
            |_, _, _| Ordering::Equal
        ),
        column!(
            "DETAIL",
            26..40,
            1,
            |fleet, attention| plain(attention.detail(fleet)),
            |_, _, _| Ordering::Equal
        ),
    ];

    fn all(fleet: &Fleet) -> &[Self] {
        &fleet.attention
    }

    fn id(&self) -> RowId {
        match *self {
            Self::Cluster(cluster) => RowId::Cluster(cluster),
            Self::Operation(operation) => RowId::Operation(operation),
            Self::Window(pool) => RowId::Window(pool, None),
            Self::Pending(pool, revision) => RowId::Revision(pool, revision),
        }
    }

    fn is_in(&self, _: &Fleet, _: Scope) -> bool {
        true
    }

    fn texts<'e>(&'e self, fleet: &'e Fleet) -> [Cow<'e, str>; 3] {
        [
            self.what(fleet).into(),
            String::from(self.state(fleet).text).into(),
            "".into(),
        ]
    }
}

impl Attention {
    fn what(&self, fleet: &Fleet) -> String {
        match *self {
            Self::Cluster(id) => {
                let name = fleet
                    .cluster(id)
                    .map(|cluster| cluster.name.clone())
                    .unwrap_or_default();
                format!("cluster {name}")
            }
            Self::Operation(id) => {
                let Some(operation) = fleet.operation(id) else {
                    return format!("operation {}", id.0);
                };
                let revision = rollout(operation, |rollout| rollout.revision);
                format!(
                    "{} to revision {revision}",
                    operation_pool(fleet, operation)
                )
            }
            Self::Window(pool) => format!("window of {}", fleet.pool_name(pool)),
            Self::Pending(pool, revision) => {
                format!("{} has revision {revision}", fleet.pool_name(pool))
            }
        }
    }

    fn state(&self, fleet: &Fleet) -> Cell {
        match *self {
            Self::Cluster(id) => {
                let status = fleet
                    .cluster(id)
                    .map(|cluster| cluster.control_plane_status.to_string());
                let status = status.unwrap_or_default();
                let tone = if status == "ready" {
                    Tone::Good
                } else {
                    Tone::Warning
                };
                toned(status, tone)
            }
            Self::Operation(id) => fleet
                .operation(id)
                .map_or_else(|| plain(""), operation_state),
            Self::Window(pool) => {
                let told = fleet.windows.told_in_short(pool);
                told.unwrap_or_else(|| plain(""))
            }
            Self::Pending(..) => toned("saved, not applied", Tone::Warning),
        }
    }

    fn detail(&self, fleet: &Fleet) -> String {
        match *self {
            Self::Cluster(id) => {
                let counts = fleet.counts_of(Some(id));
                format!("{} of {} ready", counts.ready, counts.all)
            }
            Self::Operation(id) => {
                let Some(operation) = fleet.operation(id) else {
                    return String::new();
                };
                let failed = rollout(operation, |rollout| rollout.failed);
                let in_flight = rollout(operation, |rollout| rollout.in_flight);
                let mut told = format!("{} updated", updated(operation));
                if in_flight > 0 {
                    let _ = write!(told, ", {in_flight} in flight");
                }
                if failed > 0 {
                    let _ = write!(told, ", {failed} failed");
                }
                told
            }
            Self::Window(pool) => {
                let date = fleet.windows.date_of_change(pool);
                date.map_or_else(String::new, String::from)
            }
            Self::Pending(pool, _) => format!("{} would reboot", fleet.counts(pool).all),
        }
    }
}
