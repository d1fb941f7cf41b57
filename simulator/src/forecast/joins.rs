//! Machines that join a pool, or are enrolled for it, outside its queue.

use schemars::JsonSchema;
use serde::Serialize;

use super::Durations;
use crate::engine::Time;
use crate::fleet::PoolRow;

/// How machines come to a pool that were in none.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Joins {
    /// Machines that are on their way to it, in the run that has most of them.
    pub machines: u32,
    /// Seconds from the scenario's start until the last of them has joined.
    pub last_joined_s: Durations,
}

impl Joins {
    /// `None` where none comes.
    pub(super) fn new(rows: &[&PoolRow]) -> Option<Self> {
        let machines = rows.iter().map(|row| row.joining).max().unwrap_or(0);
        let last = rows
            .iter()
            .map(|row| row.last_joined.map(Time::since_start));
        (machines > 0).then(|| Self {
            machines,
            last_joined_s: Durations::new(last),
        })
    }
}
