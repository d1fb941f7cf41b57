//! The table of the overview: clusters, and what needs attention.

use std::borrow::Cow;
use std::cmp::Ordering;

use appliance::Operation;

use super::operations::{operation_pool, operation_state, operation_task, rollout};
use super::{Cell, Column, Entry, Tone, column, plain, toned};
use crate::clock::in_minutes;
use crate::console::model::attention::Attention;
use crate::console::model::fleet::{Counts, Fleet};
use crate::console::model::place::{RowId, Scope};
use crate::console::model::sight::Trouble;

impl Entry for Attention {
    const COLUMNS: &'static [Column<Self>] = &[
        column!(
            "WHAT",
            22..48,
            0,
            |fleet, attention| plain(attention.what(fleet)),
            |_, _, _| Ordering::Equal
        ),
        column!(
            "STATE",
            20..24,
            0,
            |fleet, attention| attention.state(fleet),
            |_, _, _| Ordering::Equal
        ),
        column!(
            "DETAIL",
            32..48,
            1,
            |fleet, attention| plain(attention.detail(fleet)),
            |_, _, _| Ordering::Equal
        ),
        column!(
            "WAY OUT",
            36..48,
            2,
            |fleet, attention| {
                let way_out = fleet.way_out(attention.id());
                way_out.map_or_else(|| plain(""), |way_out| plain(way_out.first))
            },
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
            Self::Trouble(pool, trouble) => RowId::Trouble(pool, trouble),
            Self::Updating(pool, _) => RowId::Pool(pool),
            Self::Unassigned => RowId::Unassigned,
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
            self.detail(fleet).into(),
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
                match operation_task(fleet, operation) {
                    Some(task) => task,
                    None => format!(
                        "{} to revision {}",
                        operation_pool(fleet, operation),
                        rollout(operation, |rollout| rollout.revision)
                    ),
                }
            }
            Self::Trouble(pool, trouble) => fleet.troubled_told(pool, trouble),
            Self::Updating(pool, _) => format!("updates in {}", fleet.pool_name(pool)),
            Self::Unassigned => "machines in no pool".to_owned(),
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
                .map_or_else(|| plain(""), |operation| state_of(fleet, operation)),
            Self::Trouble(_, trouble) => toned(trouble.word(), trouble_tone(trouble)),
            Self::Updating(pool, count) => {
                let all = fleet.counts(pool).all;
                toned(format!("{count} of {all} updating"), Tone::Busy)
            }
            Self::Unassigned => {
                let ready = fleet.unassigned.ready;
                toned(format!("{ready} ready_unassigned"), Tone::Plain)
            }
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
                let counts = fleet.known_counts_of(Some(id));
                let told = |counts: Counts| format!("{} of {} ready", counts.ready, counts.all);
                counts.map_or_else(|| "its machines are not known yet".to_owned(), told)
            }
            Self::Operation(id) => fleet
                .operation(id)
                .map_or_else(String::new, |operation| fleet.cause_of_operation(operation)),
            Self::Trouble(pool, trouble) => fleet.cause_of_trouble(pool, trouble),
            Self::Updating(..) => "who ordered it is not told".to_owned(),
            Self::Unassigned => {
                let others = fleet.unassigned.all - fleet.unassigned.ready;
                match others {
                    0 => String::new(),
                    others => format!("{others} others"),
                }
            }
            Self::Window(pool) => {
                let date = fleet.windows.date_of_change(pool);
                date.map_or_else(String::new, String::from)
            }
            Self::Pending(pool, _) => match fleet.known_counts(pool) {
                Some(counts) => format!("{} would reboot", counts.all),
                None => "its machines are not known yet".to_owned(),
            },
        }
    }
}

/// The status of an operation, and for how long it has been stuck.
fn state_of(fleet: &Fleet, operation: &Operation) -> Cell {
    let state = operation_state(operation);
    let pool = operation
        .rollout
        .as_ref()
        .map(|rollout| rollout.machine_pool_id);
    let stuck = pool.and_then(|pool| fleet.stuck(pool));
    match stuck.filter(|_| state.text == "running") {
        Some(held) => {
            let since = held.since_ms;
            let length =
                since.map(|since| in_minutes(fleet.windows.now_ms().saturating_sub(since)));
            toned(
                format!("stuck {}", length.unwrap_or_default()),
                Tone::Warning,
            )
        }
        // Which machines failed is told beside it.
        None if state.text == "failed (machines-failed)" => toned("failed", state.tone),
        None => state,
    }
}

fn trouble_tone(trouble: Trouble) -> Tone {
    match trouble {
        Trouble::Down | Trouble::NotReady | Trouble::TakenOut => Tone::Bad,
        Trouble::Quarantined | Trouble::LeftCordoned | Trouble::CordonedByHand => Tone::Warning,
    }
}
