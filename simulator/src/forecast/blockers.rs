//! What a rollout's machines spent their time with, and what of it was waiting for something that could be changed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::workloads::quotient as part;
use super::{Share, shared};
use crate::engine::Span;
use crate::fleet::{Blueprint, PoolIndex, PoolRow, Reason};
use crate::remedy::remedy;

/// One reason's part of the time of a pool's machines, over all runs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReasonShare {
    /// The reason's word.
    pub reason: &'static str,
    /// The budget or workload that it is about; `None` where the word says it all.
    pub object: Option<String>,
    /// Seconds of all machines together, a run on average.
    pub machine_s: Span,
    /// The part of all machines' time from the start of their rollouts until each was settled. All parts sum to 1.
    pub share: f64,
}

/// Something that machines waited for.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Blocker {
    /// The reason's word.
    pub reason: &'static str,
    /// The budget or workload that it is about; `None` where the word says it all.
    pub object: Option<String>,
    /// Seconds of all machines together, a run on average.
    pub machine_s: Span,
    /// The part of all machines' waiting time. All parts sum to 1.
    pub share_of_waiting: f64,
    /// Machines that waited for it, a run on average: of what drains wait for every one that ever did, of the rest the most at
    /// once.
    pub machines: f64,
    /// Runs in which a machine waited for it.
    pub runs: Share,
    /// Runs that did not finish and in which a machine still waited for it at the end.
    pub for_ever: Share,
    /// The smallest change that would end or shorten the wait.
    pub change: String,
}

/// What runs had of one reason.
#[derive(Clone, Copy, Default)]
struct Sum {
    time: u128,
    runs: usize,
    machines: u128,
    for_ever: usize,
}

/// The time of a pool's machines by its reasons, and what they waited for: each the longest first.
pub(super) fn of_pool(
    blueprint: &Blueprint,
    pool: PoolIndex,
    rows: &[&PoolRow],
) -> (Vec<ReasonShare>, Vec<Blocker>) {
    let mut sums: BTreeMap<Reason, Sum> = BTreeMap::new();
    for row in rows {
        for (reason, span) in &row.reasons {
            let sum = sums.entry(*reason).or_default();
            sum.time += u128::from(span.as_millis());
            sum.runs += 1;
        }
        for (reason, machines) in &row.waiters {
            sums.entry(*reason).or_default().machines += u128::from(*machines);
        }
        for reason in &row.held_at_end {
            sums.entry(*reason).or_default().for_ever += 1;
        }
    }
    let whole: u128 = sums.values().map(|sum| sum.time).sum();
    let is_wait = |reason: &Reason| !matches!(reason, Reason::Phase(_));
    let waiting: u128 = sums
        .iter()
        .filter(|(reason, _)| is_wait(reason))
        .map(|(_, sum)| sum.time)
        .sum();
    let mut order: Vec<_> = sums.into_iter().collect();
    order.sort_by_key(|(reason, sum)| (std::cmp::Reverse((sum.time, sum.for_ever)), *reason));
    let shares = order.iter().map(|(reason, sum)| ReasonShare {
        reason: reason.as_str(),
        object: blueprint.reason_object(*reason),
        machine_s: shared(sum.time, rows.len()),
        share: part(sum.time, whole),
    });
    let blockers = order
        .iter()
        .filter(|(reason, _)| is_wait(reason))
        .map(|(reason, sum)| Blocker {
            reason: reason.as_str(),
            object: blueprint.reason_object(*reason),
            machine_s: shared(sum.time, rows.len()),
            share_of_waiting: part(sum.time, waiting),
            machines: part(sum.machines, rows.len() as u128),
            runs: Share::new(sum.runs, rows.len()),
            for_ever: Share::new(sum.for_ever, rows.len()),
            change: remedy(blueprint, pool, *reason),
        });
    (shares.collect(), blockers.collect())
}
