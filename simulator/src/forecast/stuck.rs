//! What is left in runs in which a rollout goes on only when somebody acts.

use schemars::JsonSchema;
use serde::Serialize;

use super::quantiles::{Quantiles, Sorted};
use super::{Durations, Share};
use crate::engine::Time;
use crate::fleet::{self, PoolRow};

/// A pool's rollouts that stopped with machines left, or could come to nothing more.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Stuck {
    /// Runs in which that is so. All else is of these.
    pub runs: Share,
    /// Seconds from the scenario's start to the instant from which on somebody must act.
    pub since_s: Durations,
    /// Machines that the last rollout was to move and did not, those that failed included.
    pub machines_left: Quantiles<u32>,
    /// Machines that take no workload: capacity that is lost until somebody acts.
    pub out_of_service: Quantiles<u32>,
}

impl Stuck {
    /// `None` where it is so in no run.
    pub(super) fn new(rows: &[&PoolRow]) -> Option<Self> {
        let stuck: Vec<fleet::Stuck> = rows.iter().filter_map(|row| row.stuck).collect();
        let counts = |of: fn(&fleet::Stuck) -> u32| {
            Sorted::new(stuck.iter().map(|stuck| Some(of(stuck)))).quantiles()
        };
        let since = stuck
            .iter()
            .map(|stuck| Some(Time::since_start(stuck.since)));
        (!stuck.is_empty()).then(|| Self {
            runs: Share::new(stuck.len(), rows.len()),
            since_s: Durations::new(since),
            machines_left: counts(|stuck| stuck.machines_left),
            out_of_service: counts(|stuck| stuck.out_of_service),
        })
    }
}
