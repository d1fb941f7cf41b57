//! What an ensemble says: when the rollouts finish, and whether they do.
//!
//! A run that did not finish counts as later than every run that did, so no quantile hides it; averages are of finished
//! runs only and stand beside the share that did not. The report is one value with several printers: JSON is this
//! module's serialisation, [`text`] is for people.

mod blast;
mod blockers;
pub mod clock;
mod expect;
mod joins;
mod rollouts;
mod stalls;
pub mod text;
mod windows;
mod workloads;
mod year;

use std::sync::Arc;

use appliance::Text;
use serde::{Serialize, Serializer};

use crate::engine::{Span, Time};
use crate::ensemble::Ensemble;
use crate::fleet::{Blueprint, Ending, PoolIndex, PoolRow, World};
use crate::preflight::{self, Finding};
use crate::scenario::{Preset, Scenario, Workload};

pub use blast::{BlastRadius, RunCount};
pub use blockers::{Blocker, ReasonShare};
pub use clock::{Clock, Date};
pub use expect::{Judged, judge};
pub use joins::Joins;
pub use rollouts::RolloutForecast;
pub use stalls::Stalls;
pub use windows::{StandForecast, WindowCounts, WindowFit, WindowsForecast};
pub use workloads::WorkloadForecast;
pub use year::OldRevisions;

/// The version of the report's fields.
pub const SCHEMA_VERSION: u32 = 1;

/// The report of one rehearsal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The scenario's name.
    pub scenario: Text,
    /// SHA-256 of the scenario's text.
    pub scenario_hash: String,
    /// The seed of every draw.
    pub seed: u64,
    /// How many runs were made.
    pub runs: usize,
    /// Seconds from the scenario's start to the instant after which nothing was looked at.
    pub horizon_s: Time,
    /// The time zone of its dates.
    pub timezone: String,
    /// The whole scenario.
    #[serde(flatten)]
    pub whole: Summary,
    /// When its last rollout ends.
    pub finish: Dates,
    /// Each pool by its name, in the order of the scenario.
    #[serde(serialize_with = "as_object")]
    pub pools: Vec<(Text, PoolForecast)>,
    /// What the rollouts did to each workload, by its namespace and name, in the order of the scenario.
    #[serde(serialize_with = "as_object")]
    pub workloads: Vec<(Text, WorkloadForecast)>,
    /// Budgets that a rollout broke, by namespace and name, with the share of runs in which it did.
    #[serde(serialize_with = "as_object")]
    pub broken_budgets: Vec<(Text, Share)>,
    /// Runs in which a step of the timeline was refused, as a pause before there is anything to pause.
    pub refused_steps: Share,
    /// What a rollout would meet at the scenario's start.
    pub preflight: Vec<Finding>,
    /// Runs worth opening with `replay`.
    pub notable_runs: NotableRuns,
    /// What rests on this project's assumptions and not on the scenario.
    pub assumptions: Vec<String>,
}

/// Shares and durations over all runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Runs in which every targeted machine was settled: on the revision, or failed.
    pub finished: Share,
    /// Runs that finished and in which no machine failed.
    pub succeeded: Share,
    /// The other runs, by how they ended.
    pub unfinished: Unfinished,
    /// Seconds from the scenario's start to the end of its last rollout.
    pub duration_s: Durations,
    /// Seconds to the earliest end that any schedule could have reached, run by run.
    pub lower_bound_s: Quantiles,
}

/// A share of all runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// From 0 to 1.
    pub share: f64,
}

/// Shares of all runs that did not finish.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Unfinished {
    /// A rollout was stopped with machines left.
    pub halted: f64,
    /// Nothing could happen any more.
    pub stalled: f64,
    /// The horizon came first.
    pub horizon: f64,
}

/// Quantiles over all runs: the ⌈qN⌉-th value, no interpolation; `None` where it falls among unfinished runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quantiles {
    /// The median.
    pub p50: Option<Span>,
    /// What nine runs in ten do not exceed.
    pub p90: Option<Span>,
    /// What 99 runs in a hundred do not exceed.
    pub p99: Option<Span>,
}

/// Quantiles over all runs as dates; `None` where one falls among unfinished runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dates {
    /// The median.
    pub p50: Option<Date>,
    /// What nine runs in ten do not exceed.
    pub p90: Option<Date>,
    /// What 99 runs in a hundred do not exceed.
    pub p99: Option<Date>,
}

/// Quantiles over all runs, and mean and extremes over the finished ones, `None` when none finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Durations {
    /// Over all runs.
    #[serde(flatten)]
    pub quantiles: Quantiles,
    /// Over finished runs, to the millisecond.
    pub mean: Option<Span>,
    /// Over finished runs.
    pub min: Option<Span>,
    /// Over finished runs.
    pub max: Option<Span>,
}

/// One pool's part of the forecast.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PoolForecast {
    /// As for the whole scenario, of this pool's rollouts only.
    #[serde(flatten)]
    pub summary: Summary,
    /// Its rollouts, in the order of the requests.
    pub rollouts: Vec<RolloutForecast>,
    /// Machines that join it from elsewhere; `None` where none does.
    pub joins: Option<Joins>,
    /// What its machines spent their time with, the longest first.
    pub reasons: Vec<ReasonShare>,
    /// What of it was waiting, the longest first, and how to wait less.
    pub blockers: Vec<Blocker>,
    /// Runs in which it stalled for want of people.
    pub stalls: Stalls,
    /// How many machines bad revisions reached; `None` where none may be bad.
    pub blast_radius: Option<BlastRadius>,
    /// What became of its maintenance windows; `None` where it has none.
    pub windows: Option<WindowsForecast>,
    /// How much of their time its machines spend on old revisions.
    pub revision_age: OldRevisions,
    /// Boots that an update or a returning power began, a machine and run on average.
    pub boots_per_machine: f64,
    /// Machines that were set aside because their drain was given up, a run on average.
    pub quarantined: f64,
    /// Machines that are cordoned at the end, a run on average.
    pub left_cordoned: f64,
}

/// Runs worth opening, by their numbers. Among equals it is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NotableRuns {
    /// The run at the median, unfinished runs being the latest.
    pub median: usize,
    /// The run that finished last; `None` when none finished.
    pub worst: Option<usize>,
    /// The first run that did not finish; `None` when all did.
    pub first_unfinished: Option<usize>,
}

/// What a summary is made of: one run's ending, for the whole scenario or for one pool.
#[derive(Clone, Copy)]
struct Sample {
    ending: Ending,
    succeeded: bool,
    end: Option<Time>,
    bound: Option<Time>,
}

impl Forecast {
    /// The report of an ensemble of this scenario's runs, with dates as `clock` has them.
    ///
    /// # Panics
    /// When the ensemble is empty.
    pub fn new(blueprint: &Arc<Blueprint>, ensemble: &Ensemble, clock: &Clock) -> Self {
        let rows = &ensemble.rows;
        let scenario = blueprint.scenario();
        let whole = rows.iter().map(|row| Sample {
            ending: row.ending,
            succeeded: row.succeeded,
            end: row.end,
            bound: row.bound,
        });
        let pools = blueprint.pools().map(|pool| {
            let name = Text::from(blueprint.pool_name(pool));
            (name, PoolForecast::new(blueprint, ensemble, clock, pool))
        });
        let whole = Summary::new(&whole.collect::<Vec<_>>());
        Self {
            schema_version: SCHEMA_VERSION,
            scenario: scenario.name.clone(),
            scenario_hash: scenario.hash.clone(),
            seed: ensemble.seed.0,
            runs: rows.len(),
            horizon_s: blueprint.horizon(),
            timezone: clock.zone_name().to_owned(),
            finish: Dates::new(clock, &whole.duration_s.quantiles),
            whole,
            pools: pools.collect(),
            workloads: workloads::of(blueprint, ensemble),
            broken_budgets: workloads::broken_budgets(blueprint, ensemble),
            refused_steps: Share {
                share: share(
                    rows.iter().filter(|row| row.refused_steps > 0).count(),
                    rows.len(),
                ),
            },
            preflight: preflight::of_scenario(&World::new(blueprint, ensemble.seed.of_run(0))),
            notable_runs: NotableRuns::new(ensemble),
            assumptions: assumptions(blueprint),
        }
    }
}

impl PoolForecast {
    fn new(blueprint: &Blueprint, ensemble: &Ensemble, clock: &Clock, pool: PoolIndex) -> Self {
        let rows = || ensemble.rows.iter().map(move |row| &row.pools[pool.at()]);
        let samples: Vec<_> = rows()
            .map(|row| Sample {
                ending: row.ending,
                succeeded: row.succeeded,
                end: row.end,
                bound: row.bound,
            })
            .collect();
        let all: Vec<&PoolRow> = rows().collect();
        let (reasons, blockers) = blockers::of_pool(blueprint, pool, &all);
        let quarantined =
            |row: &PoolRow| row.rollouts.iter().map(|rollout| rollout.quarantined).sum();
        let cordoned = |row: &PoolRow| u32::try_from(row.left_cordoned.len()).unwrap_or(u32::MAX);
        Self {
            summary: Summary::new(&samples),
            rollouts: RolloutForecast::of_pool(blueprint, clock, pool, &all),
            joins: Joins::new(&all),
            reasons,
            blockers,
            stalls: Stalls::new(&all),
            blast_radius: blast::blast_radius(blueprint, &all),
            windows: windows::of_pool(blueprint, pool, &all),
            revision_age: year::old_revisions(&all),
            boots_per_machine: year::boots(blueprint, &all),
            quarantined: workloads::mean(rows().map(quarantined), all.len()),
            left_cordoned: workloads::mean(rows().map(cordoned), all.len()),
        }
    }
}

impl Dates {
    fn new(clock: &Clock, of: &Quantiles) -> Self {
        Self {
            p50: clock.after(of.p50),
            p90: clock.after(of.p90),
            p99: clock.after(of.p99),
        }
    }
}

impl Summary {
    fn new(samples: &[Sample]) -> Self {
        let share = |is: &dyn Fn(&Sample) -> bool| {
            share(
                samples.iter().filter(|sample| is(sample)).count(),
                samples.len(),
            )
        };
        let ended = |ending| share(&|sample| sample.ending == ending);
        let lengths = |of: fn(&Sample) -> Option<Time>| {
            samples
                .iter()
                .map(move |sample| of(sample).map(Time::since_start))
        };
        Self {
            finished: Share {
                share: ended(Ending::Finished),
            },
            succeeded: Share {
                share: share(&|sample| sample.succeeded),
            },
            unfinished: Unfinished {
                halted: ended(Ending::Halted),
                stalled: ended(Ending::Stalled),
                horizon: ended(Ending::Horizon),
            },
            duration_s: Durations::new(lengths(|sample| sample.end)),
            lower_bound_s: Quantiles::new(lengths(|sample| sample.bound)),
        }
    }
}

impl Quantiles {
    /// The quantiles of lengths of which some, being unfinished, are later than all others.
    fn new(lengths: impl Iterator<Item = Option<Span>>) -> Self {
        let (mut finished, count) = finished_and_count(lengths);
        finished.sort_unstable();
        Self::of_sorted(&finished, count)
    }

    fn of_sorted(finished: &[Span], count: usize) -> Self {
        let at = |percent: usize| {
            let rank = (percent * count).div_ceil(100);
            finished.get(rank.max(1) - 1).copied()
        };
        Self {
            p50: at(50),
            p90: at(90),
            p99: at(99),
        }
    }
}

impl Durations {
    fn new(lengths: impl Iterator<Item = Option<Span>>) -> Self {
        let (mut finished, count) = finished_and_count(lengths);
        finished.sort_unstable();
        Self {
            quantiles: Quantiles::of_sorted(&finished, count),
            mean: mean(&finished),
            min: finished.first().copied(),
            max: finished.last().copied(),
        }
    }
}

impl NotableRuns {
    fn new(ensemble: &Ensemble) -> Self {
        let rows = &ensemble.rows;
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|run| (rows[*run].ending != Ending::Finished, rows[*run].end));
        let latest = rows
            .iter()
            .enumerate()
            .filter_map(|(run, row)| Some((row.end?, std::cmp::Reverse(run))))
            .max();
        Self {
            median: order[(rows.len()).div_ceil(2).max(1) - 1],
            worst: latest.map(|(_, std::cmp::Reverse(run))| run),
            first_unfinished: rows.iter().position(|row| row.ending != Ending::Finished),
        }
    }
}

/// The finished ones among the lengths, and how many there are in all.
fn finished_and_count(lengths: impl Iterator<Item = Option<Span>>) -> (Vec<Span>, usize) {
    let mut count = 0;
    let finished = lengths.inspect(|_| count += 1).flatten().collect();
    (finished, count)
}

/// The mean in whole milliseconds; a sum of integers does not depend on its order.
fn mean(lengths: &[Span]) -> Option<Span> {
    let sum = lengths
        .iter()
        .map(|length| u128::from(length.as_millis()))
        .sum();
    (!lengths.is_empty()).then(|| shared(sum, lengths.len()))
}

/// A sum of milliseconds shared by so many, to the nearest millisecond.
fn shared(sum: u128, by: usize) -> Span {
    let by = (by as u128).max(1);
    Span::from_millis(u64::try_from((sum + by / 2) / by).unwrap_or(u64::MAX))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of runs lie far below 2^53"
)]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// What the pools' hardware takes from the built-in classes, and what their policy takes from the defaults.
fn assumptions(blueprint: &Blueprint) -> Vec<String> {
    let scenario = blueprint.scenario();
    let mut names: Vec<&str> = scenario
        .pools
        .iter()
        .map(|pool| pool.hardware.as_str())
        .filter(|name| scenario.hardware[*name].is_assumed)
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut assumptions = Vec::new();
    if !names.is_empty() {
        let classes = names.join(", ");
        assumptions.push(format!(
            "built-in durations and time-outs of hardware {classes}, where the scenario gives none"
        ));
    }
    assumptions.extend(engines(scenario));
    let is_assumed = |workload: &Workload| workload.is_assumed && !workload.kind.is_per_machine();
    if scenario.workloads.iter().any(is_assumed) {
        let times = "how long pods take to end and to start, where a workload does not say";
        assumptions.push(times.to_owned());
    }
    if scenario.pools.iter().any(|pool| pool.policy.is_assumed) {
        let default = "one machine at a time, by name, halting at the first failure, without retries, where a pool says nothing else";
        assumptions.push(default.to_owned());
    }
    assumptions
}

/// Which pools behave like another rollout engine.
fn engines(scenario: &Scenario) -> Vec<String> {
    let behaving = Preset::all().skip(1).filter_map(|preset| {
        let pools = scenario.pools.iter().filter(|pool| pool.preset == preset);
        let pools: Vec<&str> = pools.map(|pool| pool.name.as_str()).collect();
        let (name, about) = (preset.name(), preset.about());
        (!pools.is_empty()).then(|| {
            format!(
                "{} behaves like {name} ({about}), on machines that reboot in place, where it says nothing else",
                pools.join(", ")
            )
        })
    });
    behaving.collect()
}

fn as_object<S: Serializer, T: Serialize>(
    entries: &[(Text, T)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(entries.iter().map(|(name, entry)| (name, entry)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: u64) -> Span {
        Span::from_secs(seconds)
    }

    #[test]
    fn a_quantile_is_the_value_at_its_rank_and_unfinished_runs_are_the_latest() {
        let lengths = (1..=10).map(|second| (second <= 9).then(|| secs(second)));
        let durations = Durations::new(lengths);
        assert_eq!(durations.quantiles.p50, Some(secs(5)));
        assert_eq!(durations.quantiles.p90, Some(secs(9)));
        assert_eq!(durations.quantiles.p99, None);
        assert_eq!(durations.mean, Some(secs(5)));
        assert_eq!(durations.min, Some(secs(1)));
        assert_eq!(durations.max, Some(secs(9)));
    }

    #[test]
    fn one_run_is_every_quantile_of_itself() {
        let durations = Durations::new([Some(secs(7))].into_iter());
        assert_eq!(durations.quantiles.p50, Some(secs(7)));
        assert_eq!(durations.quantiles.p99, Some(secs(7)));
    }

    #[test]
    fn no_finished_run_means_no_duration() {
        let durations = Durations::new([None, None].into_iter());
        assert_eq!(durations.quantiles.p50, None);
        assert_eq!(
            (durations.mean, durations.min, durations.max),
            (None, None, None)
        );
    }
}
