//! The runs behind a sensitivity: those of the scenario as it is, and those with each input at either end.

use std::sync::Arc;

use crate::engine::{Seed, Time};
use crate::ensemble::{Course, EnsembleError};
use crate::fleet::{Blueprint, Ending, RunRow};
use crate::scenario::{Extreme, Input, Scenario};

/// The first turn of each setting, and the longest: whoever interrupts has the same runs of all of them.
const TURNS: [u32; 2] = [8, 128];

/// What became of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) has_finished: bool,
    /// When its last rollout ended; `None` unless it finished, and where it had none.
    pub(super) end: Option<Time>,
}

/// Runs of a scenario as it is, and with each of its inputs at either end, all on the same luck.
#[derive(Clone, Debug, PartialEq)]
pub struct Trials {
    pub(super) seed: Seed,
    /// The scenario as it is.
    pub(super) base: Vec<Outcome>,
    /// Of each pool the first run in which something was rolled out to it, or joined it.
    busy_from: Vec<Option<u32>>,
    pub(super) inputs: Vec<Tried>,
}

/// One input, and the runs with it at either end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tried {
    /// Its place among [`Scenario::inputs`].
    place: usize,
    pub(super) input: Input,
    pub(super) low: Vec<Outcome>,
    pub(super) high: Vec<Outcome>,
}

impl Outcome {
    fn of(row: &RunRow) -> Self {
        Self {
            has_finished: row.ending == Ending::Finished,
            end: row.end,
        }
    }
}

impl Trials {
    /// Makes so many runs of the scenario as it is, and finds the inputs that matter to the pools to which something is
    /// rolled out. Where it is stopped, there are fewer runs.
    ///
    /// # Errors
    /// When the system cannot start the threads.
    pub fn begin(
        blueprint: &Arc<Blueprint>,
        seed: Seed,
        runs: u32,
        course: &Course<'_>,
    ) -> Result<Self, EnsembleError> {
        let rows = course.runs(0..runs, |run| {
            let row = RunRow::of_run(blueprint, seed.of_run(u64::from(run)));
            let pools = row.pools.iter();
            let busy: Vec<bool> = pools
                .map(|pool| !pool.rollouts.is_empty() || pool.joining > 0)
                .collect();
            (Outcome::of(&row), busy)
        })?;
        let mut busy_from = vec![None; blueprint.scenario().pools.len()];
        for (run, (_, busy)) in (0..).zip(&rows) {
            for (from, _) in busy_from.iter_mut().zip(busy).filter(|(_, busy)| **busy) {
                from.get_or_insert(run);
            }
        }
        let mut trials = Self {
            seed,
            base: rows.into_iter().map(|(outcome, _)| outcome).collect(),
            busy_from,
            inputs: Vec::new(),
        };
        let scenario = blueprint.scenario();
        let inputs = scenario.inputs().into_iter().enumerate();
        trials.inputs = inputs
            .map(|(place, input)| Tried {
                place,
                input,
                low: Vec::new(),
                high: Vec::new(),
            })
            .filter(|tried| trials.matters(scenario, &tried.input))
            .collect();
        Ok(trials)
    }

    /// How many runs there will be when those of each setting are as many as those of the scenario as it is.
    pub fn total(&self) -> u64 {
        self.base.len() as u64 * (2 * self.inputs.len() as u64 + 1)
    }

    /// How many runs of the scenario as it is there are.
    pub fn runs_of_base(&self) -> u32 {
        u32::try_from(self.base.len()).unwrap_or(u32::MAX)
    }

    /// How many runs of each setting there are.
    pub fn runs(&self) -> usize {
        let settings = self
            .inputs
            .iter()
            .flat_map(|tried| [&tried.low, &tried.high]);
        let fewest = settings.map(Vec::len).min();
        fewest.unwrap_or(self.base.len())
    }

    /// Makes the runs of each setting that are missing, in turns. Whether they are all there now, and nobody has stopped it.
    ///
    /// # Errors
    /// When the system cannot start the threads.
    pub fn grow(
        &mut self,
        blueprint: &Arc<Blueprint>,
        course: &Course<'_>,
    ) -> Result<bool, EnsembleError> {
        let (runs, seed) = (self.runs_of_base(), self.seed);
        let mut made = 0;
        while made < runs {
            let up_to = runs.min(made + made.clamp(TURNS[0], TURNS[1]));
            for tried in &mut self.inputs {
                let settings = [
                    (Extreme::Low, &mut tried.low),
                    (Extreme::High, &mut tried.high),
                ];
                for (at, outcomes) in settings {
                    // Made anew for each turn: all of them at once would need as much memory as there are settings.
                    let changed = blueprint.scenario().with_input(tried.place, at);
                    let changed = Blueprint::new(changed);
                    let of_run =
                        |run| Outcome::of(&RunRow::of_run(&changed, seed.of_run(u64::from(run))));
                    outcomes.append(&mut course.runs(made..up_to, of_run)?);
                    if outcomes.len() < up_to as usize {
                        return Ok(false);
                    }
                }
            }
            made = up_to;
        }
        Ok(true)
    }

    /// Forgets the runs that there are not of all settings, and the inputs that do not matter to those that are left.
    pub fn trim(&mut self, blueprint: &Blueprint) {
        let runs = self.runs();
        self.base.truncate(runs);
        for from in &mut self.busy_from {
            *from = from.filter(|from| (*from as usize) < runs);
        }
        let mut inputs = std::mem::take(&mut self.inputs);
        inputs.retain(|tried| self.matters(blueprint.scenario(), &tried.input));
        for tried in &mut inputs {
            tried.low.truncate(runs);
            tried.high.truncate(runs);
        }
        self.inputs = inputs;
    }

    /// Whether something is rolled out, or joins.
    pub(super) fn is_busy(&self) -> bool {
        self.busy_from.iter().any(Option::is_some)
    }

    /// Whether an input acts where something is rolled out; or, where pods run, in another pool of the same cluster, whose
    /// pods stand under the same budgets.
    fn matters(&self, scenario: &Scenario, input: &Input) -> bool {
        let is_busy = |pool: usize| self.busy_from[pool].is_some();
        let cluster = |pool: usize| scenario.pools[pool].cluster;
        let has_pods = !scenario.workloads.is_empty();
        input.pools.iter().any(|pool| {
            let mut pools = 0..scenario.pools.len();
            is_busy(*pool)
                || has_pods && pools.any(|other| is_busy(other) && cluster(other) == cluster(*pool))
        })
    }
}
