//! What an ensemble says: when the rollouts finish, and whether they do.
//!
//! A run that did not finish counts as later than every run that did, so no quantile hides it; averages are of finished
//! runs only and stand beside the share that did not. The report is one value with several printers: JSON is this
//! module's serialisation, [`text`] is for people.

mod blast;
mod blockers;
mod budgets;
pub mod clock;
mod comparison;
mod excess;
mod expect;
mod joins;
pub mod outlook;
mod precision;
mod progress;
mod quantiles;
mod rollouts;
pub mod schema;
mod sensitivity;
mod shares;
mod spare;
mod stalls;
mod states;
mod stuck;
pub mod text;
mod windows;
mod workloads;
mod year;

use std::collections::BTreeMap;
use std::sync::Arc;

use appliance::Text;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::engine::{Span, Time};
use crate::ensemble::Ensemble;
use crate::fleet::{Blueprint, Ending, PoolIndex, PoolRow, World};
use crate::preflight::{self, Finding};
use crate::scenario::{Preset, Scenario, Workload};
use quantiles::Sorted;

pub use blast::{BlastRadius, RunCount};
pub use blockers::{Blocker, ReasonShare};
pub use budgets::BudgetForecast;
pub use clock::{Clock, Date};
pub use comparison::{Comparison, Difference, Lag, PairedShare, Side};
pub use excess::Excess;
pub use expect::{Judged, judge};
pub use joins::Joins;
pub use outlook::Outlook;
pub use precision::Precision;
pub use progress::{Band, Progress, UpdateTimes};
pub use quantiles::{Durations, End, Interval, Intervals, Lowest, LowestIntervals, Quantiles};
pub use rollouts::RolloutForecast;
pub use sensitivity::{AtExtreme, InputSwing, LateFinish, Sensitivity, Trials};
pub use shares::{Part, Share};
pub use spare::SpareCapacity;
pub use stalls::Stalls;
pub use states::StateShare;
pub use stuck::Stuck;
pub use windows::{StandForecast, WindowCount, WindowFit, WindowsForecast};
pub use workloads::WorkloadForecast;
pub use year::OldRevisions;

/// The version of the report's fields.
pub const SCHEMA_VERSION: u32 = 1;

/// The report of one rehearsal.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Forecast {
    /// The version of the report's fields.
    #[schemars(extend("const" = SCHEMA_VERSION))]
    pub schema_version: u32,
    /// The scenario's name.
    #[schemars(with = "String")]
    pub scenario: Text,
    /// SHA-256 of the scenario's text.
    pub scenario_hash: String,
    /// The seed of every draw.
    pub seed: u64,
    /// How many runs were made.
    pub runs: usize,
    /// How many runs were asked for, where somebody interrupted before: the report is then that of so many as there are.
    pub interrupted_of: Option<u32>,
    /// How narrow the intervals are, where that decided how many runs were made.
    pub precision: Option<Precision>,
    /// Seconds from the scenario's start to the instant after which nothing was looked at.
    pub horizon_s: Time,
    /// The time zone of its dates.
    pub timezone: String,
    /// The whole scenario.
    #[serde(flatten)]
    pub whole: Summary,
    /// Runs in which every rollout of a pool that has windows ends in the window in which it started; `None` where none has.
    pub fits_window: Option<Share>,
    /// When its last rollout ends.
    pub finish: Quantiles<Date>,
    /// Why it takes much longer than its lower bound; `None` where it does not take twice as long.
    pub excess: Option<Excess>,
    /// Each pool by its name, in the order of the scenario.
    #[serde(serialize_with = "as_object")]
    #[schemars(with = "BTreeMap<String, PoolForecast>")]
    pub pools: Vec<(Text, PoolForecast)>,
    /// What the rollouts did to each workload, by its namespace and name, in the order of the scenario.
    #[serde(serialize_with = "as_object")]
    #[schemars(with = "BTreeMap<String, WorkloadForecast>")]
    pub workloads: Vec<(Text, WorkloadForecast)>,
    /// How much each budget is pressed, by namespace and name, in the order of the scenario.
    #[serde(serialize_with = "as_object")]
    #[schemars(with = "BTreeMap<String, BudgetForecast>")]
    pub budgets: Vec<(Text, BudgetForecast)>,
    /// Budgets that a rollout broke, by namespace and name, with the share of runs in which it did.
    #[serde(serialize_with = "as_object")]
    #[schemars(with = "BTreeMap<String, Share>")]
    pub broken_budgets: Vec<(Text, Share)>,
    /// Runs in which a step of the timeline was refused, as a pause before there is anything to pause.
    pub refused_steps: Share,
    /// In how many runs something is in a state at an instant, for each that the scenario asks about.
    pub states: Vec<StateShare>,
    /// What a rollout would meet at the scenario's start.
    pub preflight: Vec<Finding>,
    /// Runs worth opening with `replay`.
    pub notable_runs: NotableRuns,
    /// What rests on this project's assumptions and not on the scenario.
    pub assumptions: Vec<String>,
}

/// Shares and durations over all runs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
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
    pub lower_bound_s: Quantiles<Span>,
}

/// Shares of all runs that did not finish.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Unfinished {
    /// A rollout was stopped with machines left.
    pub halted: Share,
    /// Nothing could happen any more.
    pub stalled: Share,
    /// The horizon came first.
    pub horizon: Share,
}

/// One pool's part of the forecast.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PoolForecast {
    /// As for the whole scenario, of this pool's rollouts only.
    #[serde(flatten)]
    pub summary: Summary,
    /// Its rollouts, in the order of the requests.
    pub rollouts: Vec<RolloutForecast>,
    /// How each rollout to it goes on: when each tenth of its machines is settled.
    pub progress: Vec<Progress>,
    /// How many seconds one machine's update takes; `None` where none came to its end.
    pub update_s: Option<UpdateTimes>,
    /// Machines that join it from elsewhere; `None` where none does.
    pub joins: Option<Joins>,
    /// What its machines spent their time with, the longest first.
    pub reasons: Vec<ReasonShare>,
    /// What of it was waiting, the longest first, and how to wait less.
    pub blockers: Vec<Blocker>,
    /// Runs in which it stalled for want of people.
    pub stalls: Stalls,
    /// What is left in runs in which its rollouts go on only when somebody acts; `None` where that is so in none.
    pub stuck: Option<Stuck>,
    /// The least capacity that it had to spare.
    pub spare: SpareCapacity,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
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
        let pools: Vec<_> = pools.collect();
        Self {
            schema_version: SCHEMA_VERSION,
            scenario: scenario.name.clone(),
            scenario_hash: scenario.hash.clone(),
            seed: ensemble.seed.0,
            runs: rows.len(),
            interrupted_of: None,
            precision: None,
            horizon_s: blueprint.horizon(),
            timezone: clock.zone_name().to_owned(),
            fits_window: windows::fits(blueprint, ensemble),
            finish: whole.duration_s.quantiles.map(|end| clock.after(end)),
            excess: Excess::new(&whole, pools.iter().map(|(_, pool)| pool)),
            whole,
            pools,
            budgets: budgets::of(blueprint, ensemble),
            workloads: workloads::of(blueprint, ensemble),
            broken_budgets: workloads::broken_budgets(blueprint, ensemble),
            refused_steps: Share::new(
                rows.iter().filter(|row| row.refused_steps > 0).count(),
                rows.len(),
            ),
            states: states::of(blueprint, ensemble, clock),
            preflight: preflight::of_scenario(&World::new(blueprint, ensemble.seed.of_run(0))),
            notable_runs: NotableRuns::new(ensemble),
            assumptions: assumptions(blueprint),
        }
    }
}

impl PoolForecast {
    /// Whether it has a rollout in some run, or machines join it.
    pub const fn is_busy(&self) -> bool {
        !self.rollouts.is_empty() || self.joins.is_some()
    }

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
            progress: progress::of_pool(&all),
            update_s: progress::update_times(&all),
            joins: Joins::new(&all),
            reasons,
            blockers,
            stalls: Stalls::new(&all),
            stuck: Stuck::new(&all),
            spare: SpareCapacity::new(blueprint, pool, &all),
            blast_radius: blast::blast_radius(blueprint, &all),
            windows: windows::of_pool(blueprint, pool, &all),
            revision_age: year::old_revisions(&all),
            boots_per_machine: year::boots(blueprint, &all),
            quarantined: workloads::mean(rows().map(quarantined), all.len()),
            left_cordoned: workloads::mean(rows().map(cordoned), all.len()),
        }
    }
}

impl Summary {
    fn new(samples: &[Sample]) -> Self {
        let share = |is: &dyn Fn(&Sample) -> bool| {
            Share::new(
                samples.iter().filter(|sample| is(sample)).count(),
                samples.len(),
            )
        };
        let ended = |ending| share(&|sample| sample.ending == ending);
        // What had nothing to roll out was no sooner there than the others.
        let rolled_out =
            |sample: &&Sample| sample.ending != Ending::Finished || sample.end.is_some();
        let lengths = |of: fn(&Sample) -> Option<Time>| {
            let samples = samples.iter().filter(rolled_out);
            Sorted::new(samples.map(move |sample| of(sample).map(Time::since_start)))
        };
        Self {
            finished: ended(Ending::Finished),
            succeeded: share(&|sample| sample.succeeded),
            unfinished: Unfinished {
                halted: ended(Ending::Halted),
                stalled: ended(Ending::Stalled),
                horizon: ended(Ending::Horizon),
            },
            duration_s: Durations::of_sorted(&lengths(|sample| sample.end)),
            lower_bound_s: lengths(|sample| sample.bound).quantiles(),
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

/// A sum of milliseconds shared by so many, to the nearest millisecond.
fn shared(sum: u128, by: usize) -> Span {
    let by = (by as u128).max(1);
    Span::from_millis(u64::try_from((sum + by / 2) / by).unwrap_or(u64::MAX))
}

/// What the pools' hardware takes from the built-in classes, and what their policy takes from the defaults.
pub fn assumptions(blueprint: &Blueprint) -> Vec<String> {
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
