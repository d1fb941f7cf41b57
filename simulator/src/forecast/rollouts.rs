//! One rollout in all runs that asked for it.

use std::collections::BTreeMap;

use appliance::Text;
use schemars::JsonSchema;
use serde::Serialize;

use super::Durations;
use super::clock::Clock;
use super::windows::{self, WindowFit};
use crate::engine::Time;
use crate::fleet::{Blueprint, PoolIndex, PoolRow, RolloutRow};

/// One rollout's part of the forecast.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RolloutForecast {
    /// The revision.
    pub revision: u32,
    /// What it does to one machine, as `set-labels w-3`; `None`: it is a rollout to the pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub task: Option<Text>,
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
                task: same[0].1.task.map(|task| {
                    let machine = blueprint.machine_name(task.machine);
                    Text::from(format!("{} {machine}", task.action.as_str()))
                }),
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

/// What tells a rollout from others: its revision, or what it does to which machine.
fn kind(row: &RolloutRow) -> (u32, Option<(&'static str, u32)>) {
    let task = row.task.map(|task| (task.action.as_str(), task.machine.0));
    (row.revision, task)
}

/// The rollouts of a pool, each in all runs that asked for it: of one revision, for the same time. In the order in which
/// the first run asked for them; then what it did not ask for.
pub(super) fn same_rollouts<'r>(rows: &[&'r PoolRow]) -> Vec<Vec<(&'r PoolRow, &'r RolloutRow)>> {
    let mut same: Vec<Vec<(&PoolRow, &RolloutRow)>> = Vec::new();
    let mut places = BTreeMap::new();
    for row in rows {
        let mut times = BTreeMap::new();
        for rollout in &row.rollouts {
            let time: &mut u32 = times.entry(kind(rollout)).or_default();
            *time += 1;
            let place = *places.entry((kind(rollout), *time)).or_insert_with(|| {
                same.push(Vec::new());
                same.len() - 1
            });
            same[place].push((*row, rollout));
        }
    }
    same
}
