//! One rollout in all runs that asked for it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Durations;
use super::clock::Clock;
use super::windows::{self, WindowFit};
use crate::engine::Time;
use crate::fleet::{Blueprint, PoolIndex, PoolRow, RolloutRow};

/// One rollout's part of the forecast.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RolloutForecast {
    /// The revision.
    pub revision: u32,
    /// Seconds from the scenario's start to the request, in the first run that has it.
    pub requested_s: Time,
    /// Seconds from the request to the rollout's end.
    pub duration_s: Durations,
    /// What the window means for it in which it starts; `None` where it starts in none.
    pub window: Option<WindowFit>,
    /// Why it starts in no run; `None` where it does in some.
    pub never_starts: Option<String>,
}

impl RolloutForecast {
    /// The rollouts of a pool.
    pub(super) fn of_pool(
        blueprint: &Blueprint,
        clock: &Clock,
        pool: PoolIndex,
        rows: &[&PoolRow],
    ) -> Vec<Self> {
        let of_one = |same: &Vec<(&PoolRow, &RolloutRow)>| {
            let each = || same.iter().map(|(_, rollout)| *rollout);
            let requested = same[0].1.requested;
            let starts = each().any(|row| row.first_start.is_some() || row.duration.is_some());
            Self {
                revision: same[0].1.revision,
                requested_s: requested,
                duration_s: Durations::new(each().map(|row| row.duration)),
                window: windows::of_rollout(clock, same, rows.len()),
                never_starts: if starts {
                    None
                } else {
                    windows::why_never(blueprint, clock, pool, requested)
                },
            }
        };
        same_rollouts(rows).iter().map(of_one).collect()
    }
}

/// The rollouts of a pool, each in all runs that asked for it: of one revision, for the same time. In the order in which
/// the first run asked for them; then what it did not ask for.
fn same_rollouts<'r>(rows: &[&'r PoolRow]) -> Vec<Vec<(&'r PoolRow, &'r RolloutRow)>> {
    let mut same: Vec<Vec<(&PoolRow, &RolloutRow)>> = Vec::new();
    let mut places = BTreeMap::new();
    for row in rows {
        let mut times = BTreeMap::new();
        for rollout in &row.rollouts {
            let time: &mut u32 = times.entry(rollout.revision).or_default();
            *time += 1;
            let place = *places.entry((rollout.revision, *time)).or_insert_with(|| {
                same.push(Vec::new());
                same.len() - 1
            });
            same[place].push((*row, rollout));
        }
    }
    same
}
