//! What maintenance windows mean for rollouts: whether they fit, when they may start at the latest, how they stand when
//! a window closes, and how far windows were overrun.

use schemars::JsonSchema;
use serde::Serialize;

use super::clock::{Clock, Date};
use super::quantiles::{Durations, End, Interval, Quantiles, Sorted};
use super::shares::Share;
use super::workloads::mean;
use crate::engine::{Span, Time};
use crate::ensemble::Ensemble;
use crate::fleet::{Blueprint, PoolIndex, PoolRow, RolloutRow, RunRow, Stand, WindowUse};
use crate::statistics::effective_size;

/// Chance with which something must fit that is called the latest.
const FITS: u8 = 95;

/// What became of a pool's windows.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WindowsForecast {
    /// Windows in which a machine started, a run on average.
    pub used: f64,
    /// Windows in which machines waited and none started, a run on average.
    pub missed: f64,
    /// The part of the used windows at whose end machines were still in flight.
    pub overrun: Share,
    /// Seconds that the used windows were overrun by, over all of them: zero where nothing was in flight at the close.
    pub overrun_s: Durations,
}

/// What a rollout's first window means for it. Shares are of the runs in which it starts in the same window as in most.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WindowFit {
    /// When the window opens in which it starts in most runs.
    pub opens: Date,
    /// When that closes.
    pub closes: Date,
    /// The part of all runs in which it starts in that window.
    pub starts: Share,
    /// Runs in which it ended in the window in which it started.
    pub fits: Share,
    /// The latest start of the whole rollout that still fits 95 runs in a hundred; `None`: no start does.
    pub latest_start: Option<Date>,
    /// How sure that is.
    pub latest_start_interval: Interval<Date>,
    /// The latest start of a machine after which, in 95 runs in a hundred, nothing is in flight at the close: pause or
    /// cancel it by then. `None`: not even a start at the opening.
    pub stop_by: Option<Date>,
    /// How sure that is.
    pub stop_by_interval: Interval<Date>,
    /// When half of the window has passed.
    pub half: Date,
    /// With fewer machines updated by then, give it up: the number that tells the runs that fitted from the others best.
    /// `None` where none tells.
    pub abort_below: Option<u32>,
    /// How it stands when the window closes, on average.
    pub at_close: StandForecast,
    /// How many windows it starts machines in; `None` where it does not finish.
    pub windows: Quantiles<u32>,
    /// In how many of all runs that have the rollout it needs so many, those first that need the fewest.
    pub windows_needed: Vec<WindowCount>,
}

/// Runs in which a rollout starts machines in so many windows until it has finished.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WindowCount {
    /// How many windows; `None`: it does not finish.
    pub windows: Option<u32>,
    /// The part of the runs.
    pub runs: Share,
}

/// How many machines of a rollout stand where, a run on average.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StandForecast {
    /// Machines that run the revision.
    pub updated: f64,
    /// Machines in flight.
    pub in_flight: f64,
    /// Machines whose turn has not come.
    pub waiting: f64,
    /// Machines that failed.
    pub failed: f64,
}

/// What became of the pool's windows; `None` where it has none.
pub(super) fn of_pool(
    blueprint: &Blueprint,
    pool: PoolIndex,
    rows: &[&PoolRow],
) -> Option<WindowsForecast> {
    if !blueprint.has_windows(pool) {
        return None;
    }
    let of_runs: Vec<Vec<WindowUse>> = rows.iter().map(|row| windows_of(row)).collect();
    let used_in = |of_run: &Vec<WindowUse>| of_run.iter().filter(|met| met.starts > 0).count();
    let effective = effective_size(of_runs.iter().map(used_in));
    let over: Vec<&WindowUse> = of_runs.iter().flatten().collect();
    let used = || over.iter().filter(|met| met.starts > 0);
    let missed = over.iter().filter(|met| met.starts == 0 && met.wanted > 0);
    let overrun = used().filter(|met| met.overrun != Some(Span::ZERO)).count();
    Some(WindowsForecast {
        used: ratio(used().count(), rows.len()),
        missed: ratio(missed.count(), rows.len()),
        overrun: Share::of_clustered(overrun, used().count(), effective),
        overrun_s: Durations::of_sorted(
            &Sorted::new(used().map(|met| met.overrun)).counted_as(effective),
        ),
    })
}

/// The windows that the rollouts of a run met and that are over: one in which several rollouts were is one.
fn windows_of(row: &PoolRow) -> Vec<WindowUse> {
    let mut windows: Vec<WindowUse> = Vec::new();
    for met in row.windows.iter().filter(|met| met.is_over) {
        match windows.last_mut().filter(|last| last.opens == met.opens) {
            Some(last) => {
                last.starts += met.starts;
                last.wanted = last.wanted.max(met.wanted);
                last.overrun = last
                    .overrun
                    .zip(met.overrun)
                    .map(|(one, other)| one.max(other));
            }
            None => windows.push(*met),
        }
    }
    windows
}

/// The rollout in one run: what it came to, and the windows that it met.
struct Sample<'r> {
    row: &'r RolloutRow,
    uses: Vec<&'r WindowUse>,
}

impl<'r> Sample<'r> {
    fn new(row: &'r PoolRow, rollout: &'r RolloutRow) -> Self {
        let own = |met: &&WindowUse| met.operation == rollout.operation;
        Self {
            row: rollout,
            uses: row.windows.iter().filter(own).collect(),
        }
    }

    /// Whether it ended in the window in which it started; one that had nothing to start did.
    fn fits(&self) -> bool {
        let (Some(_), Some(ended)) = (self.row.duration, self.row.ended) else {
            return false;
        };
        self.first()
            .map_or(self.row.first_start.is_none(), |first| {
                ended <= first.closes
            })
    }

    /// How many windows it starts machines in; `None` where it does not finish.
    fn windows(&self) -> Option<u32> {
        self.row.duration?;
        let used = self.uses.iter().filter(|met| met.starts > 0);
        u32::try_from(used.count()).ok()
    }

    /// The window in which it started.
    fn first(&self) -> Option<&WindowUse> {
        self.uses.iter().copied().find(|met| met.starts > 0)
    }

    /// How much of a window it took from when it could begin, if it ended in the window in which it started: up to its
    /// end, and where the window lets nothing start for a while before it closes, at least up to its last start and that
    /// while.
    fn fitting(&self) -> Option<Span> {
        let (first, ended) = (self.first()?, self.row.ended?);
        // Before its first machine starts, spare ones join, or a machine is waited for that asks.
        let start = self.row.started?.max(first.opens);
        let last = self.row.last_start?.since(start);
        // What starts when the door shuts has come too late.
        let shut = first.closes.since(first.shuts) + Span::from_millis(1);
        self.fits().then(|| ended.since(start).max(last + shut))
    }
}

/// Whether a rollout ended in the window in which it started.
pub(super) fn fits_its_window(row: &PoolRow, rollout: &RolloutRow) -> bool {
    Sample::new(row, rollout).fits()
}

/// Runs in which every rollout ends in the window in which it started, of the pools that have windows; `None` where none
/// has, or nothing is rolled out to them.
pub(super) fn fits(blueprint: &Blueprint, ensemble: &Ensemble) -> Option<Share> {
    let with_windows = || {
        blueprint
            .pools()
            .filter(|pool| blueprint.has_windows(*pool))
    };
    let rows = &ensemble.rows;
    let of_run = |row: &RunRow| {
        let samples = with_windows().flat_map(|pool| {
            let row = &row.pools[pool.at()];
            row.rollouts
                .iter()
                .map(move |rollout| Sample::new(row, rollout).fits())
        });
        samples.collect::<Vec<_>>()
    };
    let of_runs: Vec<Vec<bool>> = rows.iter().map(of_run).collect();
    let fitted = of_runs.iter().filter(|fits| fits.iter().all(|fits| *fits));
    let is_asked = of_runs.iter().any(|fits| !fits.is_empty());
    is_asked.then(|| Share::new(fitted.count(), rows.len()))
}

/// What its first window means for a rollout, in the runs that have it, out of `runs`; `None` where it never starts in a
/// window.
pub(super) fn of_rollout(
    clock: &Clock,
    same: &[(&PoolRow, &RolloutRow)],
    runs: usize,
) -> Option<WindowFit> {
    let samples: Vec<Sample<'_>> = same
        .iter()
        .map(|(row, rollout)| Sample::new(row, rollout))
        .collect();
    let window = most_frequent(&samples)?;
    let same: Vec<&Sample<'_>> = samples
        .iter()
        .filter(|sample| {
            let first = sample.first();
            first.is_some_and(|first| (first.opens, first.closes) == window)
        })
        .collect();
    let (opens, closes) = window;
    let firsts: Vec<&WindowUse> = same.iter().filter_map(|sample| sample.first()).collect();
    let fitting = Sorted::new(same.iter().map(|sample| sample.fitting()));
    let longest = Sorted::new(same.iter().map(|sample| Some(sample.row.longest_flight)));
    let before = |length: Option<Span>| before(closes, length).filter(|at| *at >= opens);
    let end = |length| before(Some(length)).map_or(End::Never, |at| End::At(clock.date(at)));
    let fitted = same.iter().filter(|sample| sample.fitting().is_some());
    let half = firsts.first().map_or(opens, |first| first.half());
    Some(WindowFit {
        opens: clock.date(opens),
        closes: clock.date(closes),
        starts: Share::new(same.len(), runs),
        fits: Share::new(fitted.count(), same.len()),
        latest_start: before(fitting.quantile(FITS)).map(|at| clock.date(at)),
        latest_start_interval: fitting.interval(FITS).turned(end),
        stop_by: before(longest.quantile(FITS)).map(|at| clock.date(at)),
        stop_by_interval: longest.interval(FITS).turned(end),
        half: clock.date(half),
        abort_below: abort_below(&same),
        at_close: StandForecast::new(&firsts),
        windows: Sorted::new(samples.iter().map(Sample::windows)).quantiles(),
        windows_needed: windows_needed(&samples),
    })
}

/// How many machines updated at half-time tell the runs that fitted from the others best: the number with which the fewest
/// runs are called wrongly, the smallest of several. `None` where calling all of them alike is as good.
fn abort_below(same: &[&Sample<'_>]) -> Option<u32> {
    let mut counts = std::collections::BTreeMap::<u32, (usize, usize)>::new();
    for sample in same {
        let count = counts.entry(sample.first()?.updated_by_half).or_default();
        match sample.fitting() {
            Some(_) => count.0 += 1,
            None => count.1 += 1,
        }
    }
    let fitted: usize = counts.values().map(|count| count.0).sum();
    // Calling all of them fitting is wrong about the others, and the other way round.
    let mut wrong = same.len() - fitted;
    let mut fewest = wrong.min(fitted);
    let mut below = None;
    for (updated, (fitted, others)) in counts {
        wrong = wrong + fitted - others;
        if wrong < fewest {
            fewest = wrong;
            below = Some(updated + 1);
        }
    }
    below
}

/// Why a rollout asked for at `requested` starts in no run, where that is for want of a window.
pub(super) fn why_never(
    blueprint: &Blueprint,
    clock: &Clock,
    pool: PoolIndex,
    requested: Time,
) -> Option<String> {
    if !blueprint.has_windows(pool) {
        return None;
    }
    let horizon = blueprint.horizon();
    let Some(mut door) = blueprint.door(pool, requested) else {
        return Some("no window opens any more".to_owned());
    };
    if door.opens > horizon {
        let (opens, horizon) = (clock.date(door.opens), clock.date(horizon));
        return Some(format!(
            "no window opens before the horizon, {}; the next does {}",
            horizon.short(),
            opens.short()
        ));
    }
    while door.shuts <= door.opens {
        match blueprint.door(pool, door.closes) {
            Some(next) if next.opens <= horizon => door = next,
            _ => return Some("not one machine fits any of its windows".to_owned()),
        }
    }
    None
}

/// The window in which most runs start the rollout; the earlier of equals.
fn most_frequent(samples: &[Sample<'_>]) -> Option<(Time, Time)> {
    let mut counts = std::collections::BTreeMap::new();
    for first in samples.iter().filter_map(Sample::first) {
        *counts.entry((first.opens, first.closes)).or_insert(0_usize) += 1;
    }
    let most = counts
        .into_iter()
        .max_by_key(|(window, count)| (*count, std::cmp::Reverse(*window)));
    most.map(|(window, _)| window)
}

/// The instant so long before another; `None` where that is before the start.
fn before(at: Time, length: Option<Span>) -> Option<Time> {
    let earlier = at.as_millis().checked_sub(length?.as_millis())?;
    Some(Time::from_millis(earlier))
}

impl StandForecast {
    fn new(firsts: &[&WindowUse]) -> Self {
        let of = |count: fn(&Stand) -> u32| {
            let closed = firsts.iter().filter(|first| first.is_over);
            let counts: Vec<u32> = closed.map(|first| count(&first.at_close)).collect();
            let runs = counts.len();
            mean(counts.into_iter(), runs)
        };
        Self {
            updated: of(|stand| stand.updated),
            in_flight: of(|stand| stand.in_flight),
            waiting: of(|stand| stand.waiting),
            failed: of(|stand| stand.failed),
        }
    }
}

/// In how many runs the rollout needs how many windows; those in which it does not finish last.
fn windows_needed(samples: &[Sample<'_>]) -> Vec<WindowCount> {
    let mut counts = std::collections::BTreeMap::<_, usize>::new();
    for sample in samples {
        let windows = sample.windows();
        *counts.entry((windows.is_none(), windows)).or_default() += 1;
    }
    let count = |((_, windows), runs)| WindowCount {
        windows,
        runs: Share::new(runs, samples.len()),
    };
    counts.into_iter().map(count).collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of windows lie far below 2^53"
)]
fn ratio(part: usize, runs: usize) -> f64 {
    part as f64 / runs.max(1) as f64
}

#[cfg(test)]
mod tests;
