//! What a long look ahead asks: how old the revisions are that machines run, and how often they boot.

use serde::Serialize;

use super::{Share, workloads};
use crate::fleet::{Blueprint, OLD_DAYS, PoolIndex, PoolRow};

/// The part of all machines' time, from the start to the horizon, on a revision older than so many days.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OldRevisions {
    /// 30 days.
    pub over_30_days: Share,
    /// 60 days.
    pub over_60_days: Share,
    /// 90 days.
    pub over_90_days: Share,
}

/// How much of their time the pool's machines spend on old revisions.
pub(super) fn old_revisions(
    blueprint: &Blueprint,
    pool: PoolIndex,
    rows: &[&PoolRow],
) -> OldRevisions {
    let machines = blueprint.machines_of(pool).count() as u128;
    let horizon = u128::from(blueprint.horizon().as_millis());
    let whole = machines * horizon * rows.len() as u128;
    let [over_30_days, over_60_days, over_90_days] =
        std::array::from_fn::<_, { OLD_DAYS.len() }, _>(|age| {
            let old = rows.iter().map(|row| u128::from(row.old[age].as_millis()));
            Share {
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
pub(super) fn boots(blueprint: &Blueprint, pool: PoolIndex, rows: &[&PoolRow]) -> f64 {
    let machines = blueprint.machines_of(pool).count() as u128;
    let boots = rows.iter().map(|row| u128::from(row.boots)).sum();
    workloads::quotient(boots, machines * rows.len() as u128)
}
