//! What a long look ahead asks: how old the revisions are that machines run, and how often they boot.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Part, workloads};
use crate::fleet::{Blueprint, OLD_DAYS, PoolRow};

/// The part of all machines' time, from the start to the horizon, on a revision older than so many days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OldRevisions {
    /// 30 days.
    pub over_30_days: Part,
    /// 60 days.
    pub over_60_days: Part,
    /// 90 days.
    pub over_90_days: Part,
}

/// How much of their time the pool's machines spend on old revisions.
pub(super) fn old_revisions(rows: &[&PoolRow]) -> OldRevisions {
    let whole = machine_time(rows);
    let [over_30_days, over_60_days, over_90_days] =
        std::array::from_fn::<_, { OLD_DAYS.len() }, _>(|age| {
            let old = rows.iter().map(|row| u128::from(row.old[age].as_millis()));
            Part {
                share: workloads::quotient(old.sum(), whole),
            }
        });
    OldRevisions {
        over_30_days,
        over_60_days,
        over_90_days,
    }
}

/// Boots that an update or a returning power began, a machine and run on average.
pub(super) fn boots(blueprint: &Blueprint, rows: &[&PoolRow]) -> f64 {
    let horizon = u128::from(blueprint.horizon().as_millis());
    let boots: u128 = rows.iter().map(|row| u128::from(row.boots)).sum();
    workloads::quotient(boots * horizon, machine_time(rows))
}

/// The time that machines were in the pool, all together, in milliseconds.
fn machine_time(rows: &[&PoolRow]) -> u128 {
    rows.iter()
        .map(|row| u128::from(row.machine_time.as_millis()))
        .sum()
}
