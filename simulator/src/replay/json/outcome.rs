//! How a run ended, told to programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::{Span, Time};
use crate::fleet::{Blueprint, Ending, Figures, PoolRow, Reason, RunRow};

/// How a run ended.
#[derive(Serialize)]
pub(super) struct Outcome<'b> {
    ending: Ending,
    succeeded: bool,
    duration_s: Option<Time>,
    lower_bound_s: Option<Time>,
    pools: BTreeMap<&'b str, PoolOutcome>,
    workloads: BTreeMap<String, WorkloadOutcome>,
    broken_budgets: Vec<String>,
}

#[derive(Serialize)]
struct PoolOutcome {
    ending: Ending,
    succeeded: bool,
    rollouts: Vec<RolloutOutcome>,
    reasons: Vec<ReasonOutcome>,
    left_cordoned: Vec<String>,
}

/// How long the pool's machines had one reason, all together.
#[derive(Serialize)]
struct ReasonOutcome {
    reason: &'static str,
    object: Option<String>,
    machine_s: Span,
}

/// What a run did to a workload.
#[derive(Serialize)]
struct WorkloadOutcome {
    evictions: u32,
    pods_lost: u32,
    pods_deleted_as_unreachable: u32,
    budget_violations: u32,
    most_pending: u32,
    pending: u32,
}

#[derive(Serialize)]
struct RolloutOutcome {
    revision: u32,
    requested_s: Time,
    duration_s: Option<Span>,
    updated: u32,
    failed: u32,
    quarantined: u32,
}

impl<'b> Outcome<'b> {
    pub(super) fn new(blueprint: &'b Blueprint, row: &RunRow) -> Self {
        let pools = blueprint.pools().zip(&row.pools);
        Self {
            ending: row.ending,
            succeeded: row.succeeded,
            duration_s: row.end,
            lower_bound_s: row.bound,
            pools: pools
                .map(|(index, pool)| {
                    (
                        blueprint.pool_name(index),
                        PoolOutcome::new(blueprint, pool),
                    )
                })
                .collect(),
            workloads: workload_outcomes(blueprint, row),
            broken_budgets: row
                .broken_budgets
                .iter()
                .map(|budget| blueprint.budget_name(*budget))
                .collect(),
        }
    }
}

impl PoolOutcome {
    fn new(blueprint: &Blueprint, pool: &PoolRow) -> Self {
        let rollouts = pool.rollouts.iter().map(|rollout| RolloutOutcome {
            revision: rollout.revision,
            requested_s: rollout.requested,
            duration_s: rollout.duration,
            updated: rollout.updated,
            failed: rollout.failed,
            quarantined: rollout.quarantined,
        });
        let reasons = pool.reasons.iter();
        Self {
            ending: pool.ending,
            succeeded: pool.succeeded,
            rollouts: rollouts.collect(),
            reasons: reasons
                .map(|(reason, span)| reason_outcome(blueprint, *reason, *span))
                .collect(),
            left_cordoned: pool
                .left_cordoned
                .iter()
                .map(|machine| blueprint.machine_name(*machine))
                .collect(),
        }
    }
}

fn reason_outcome(blueprint: &Blueprint, reason: Reason, span: Span) -> ReasonOutcome {
    ReasonOutcome {
        reason: reason.as_str(),
        object: blueprint.reason_object(reason),
        machine_s: span,
    }
}

fn workload_outcomes(blueprint: &Blueprint, row: &RunRow) -> BTreeMap<String, WorkloadOutcome> {
    let outcome = |figures: &Figures| WorkloadOutcome {
        evictions: figures.evictions,
        pods_lost: figures.lost,
        pods_deleted_as_unreachable: figures.evictions_by_taint,
        budget_violations: figures.violations,
        most_pending: figures.most_pending,
        pending: figures.pending,
    };
    let workloads = blueprint.workloads().zip(&row.workloads);
    workloads
        .map(|(workload, figures)| (blueprint.workload_name(workload), outcome(figures)))
        .collect()
}
