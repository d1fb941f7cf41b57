//! What many runs say of a fleet from where it stands: a forecast that a console shows and keeps.

use appliance::Text;
use serde::{Deserialize, Serialize};

use super::blockers::{self, Blocker};
use super::clock::Clock;
use super::quantiles::{End, Quantiles, Sorted};
use super::{Share, windows};
use crate::engine::{Span, Time};
use crate::fleet::{Blueprint, Ending, OperationIndex, PoolRow, RolloutRow, RunRow};

/// The forecast of the rollouts that go on at an instant, and of those to come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// Milliseconds from the scenario's start to the instant from which it is.
    pub from_ms: u64,
    /// The seed of every draw.
    pub seed: u64,
    /// How many runs there are.
    pub runs: u32,
    /// How many were asked for.
    pub of: u32,
    /// Runs in which every rollout settles all of its machines.
    pub finished: Chance,
    /// The others, by how they ended: halted, stalled, or not at their end when nothing further was looked at.
    pub unfinished: [u32; 3],
    /// When the last rollout ends: P50, P90 and P99.
    pub finish: [Moment; 3],
    /// When it does, run by run, in equal parts of time; none where none does.
    pub bars: Vec<Bar>,
    /// Runs in which every rollout of a pool with windows ends in the window in which it started; `None` where none has.
    pub fits_window: Option<Chance>,
    /// What machines wait for, the longest of each pool first.
    pub waits: Vec<Wait>,
    /// The run at the median, the last to finish, the first that does not.
    pub notable: [Option<NotableRun>; 3],
}

/// A share of runs and its 95 % interval, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chance {
    /// The share.
    pub share: f64,
    /// Where its interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

/// A quantile of the finish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds from the instant of the forecast on; `None`: among unfinished runs.
    pub after_ms: Option<u64>,
    /// The date.
    pub date: Option<Text>,
    /// Where its 95 % interval begins.
    pub low: Bound,
    /// Where it ends.
    pub high: Bound,
}

/// An end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Milliseconds from the instant of the forecast on.
    After(u64),
    /// Among unfinished runs.
    Never,
    /// There are too few runs to tell.
    Open,
}

/// Runs that finish in one part of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// Milliseconds from the instant of the forecast to the beginning of the part.
    pub after_ms: u64,
    /// How many finish in it.
    pub runs: u32,
}

/// Something that machines of a pool wait for from then on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wait {
    /// The pool.
    pub pool: Text,
    /// What for, as `budget shop/web`.
    pub what: Text,
    /// The part of all waiting of the pool.
    pub share: f64,
    /// Milliseconds of all machines together, a run on average.
    pub machine_ms: u64,
    /// The part of the runs in which a machine still waits for it at the end.
    pub for_ever: f64,
    /// The smallest change against it.
    pub change: Text,
}

/// A run worth opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotableRun {
    /// Its number.
    pub run: u32,
    /// Milliseconds from the instant of the forecast to its end; `None`: it does not finish.
    pub after_ms: Option<u64>,
}

/// Which rollouts it is about, and from when on.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    /// The instant.
    pub(crate) from: Time,
    /// Those that go on then.
    pub(crate) open: Vec<OperationIndex>,
    /// Those from this one on come later.
    pub(crate) known: u32,
}

/// One run, as far as it is about that.
#[derive(Clone, Copy)]
struct Sample {
    ending: Ending,
    end: Option<Span>,
}

/// Parts of time that are told at most.
const BARS: u64 = 8;
/// Lengths of such a part, in milliseconds.
const WIDTHS: [u64; 20] = [
    1_000,
    5_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    900_000,
    1_800_000,
    3_600_000,
    7_200_000,
    14_400_000,
    21_600_000,
    43_200_000,
    86_400_000,
    172_800_000,
    604_800_000,
    1_209_600_000,
    2_592_000_000,
];
/// Waits of a pool that are told.
const WAITS: usize = 4;

impl Scope {
    fn is_about(&self, rollout: &RolloutRow) -> bool {
        rollout.operation.0 >= self.known || self.open.contains(&rollout.operation)
    }

    /// The rollouts of a pool that it is about.
    fn rollouts<'r>(&'r self, row: &'r PoolRow) -> impl Iterator<Item = &'r RolloutRow> {
        row.rollouts.iter().filter(|rollout| self.is_about(rollout))
    }

    /// `None` where nothing is rolled out in the run.
    fn sample(&self, row: &RunRow) -> Option<Sample> {
        let mut sample: Option<Sample> = None;
        for pool in &row.pools {
            let rollouts = || self.rollouts(pool);
            if rollouts().next().is_none() {
                continue;
            }
            let is_settled = rollouts().all(|rollout| rollout.duration.is_some());
            let ending = match pool.ending {
                _ if is_settled => Ending::Finished,
                // What a later one took over.
                Ending::Finished => Ending::Halted,
                ending => ending,
            };
            let ended = rollouts().filter_map(|rollout| rollout.ended).max();
            let end = ended.filter(|_| is_settled).map(|at| at.since(self.from));
            sample = Some(match sample {
                None => Sample { ending, end },
                Some(other) => Sample {
                    ending: ending.max(other.ending),
                    end: end.zip(other.end).map(|(one, other)| one.max(other)),
                },
            });
        }
        sample
    }
}

impl Outlook {
    /// What these runs say, of which the first is run 0. `None` where in none of them anything is rolled out.
    pub(crate) fn new(
        blueprint: &Blueprint,
        scope: &Scope,
        (seed, of): (u64, u32),
        rows: &[RunRow],
        clock: &Clock,
    ) -> Option<Self> {
        let samples: Vec<Option<Sample>> = rows.iter().map(|row| scope.sample(row)).collect();
        let known: Vec<Sample> = samples.iter().copied().flatten().collect();
        if known.is_empty() {
            return None;
        }
        let ended = |ending| {
            count(
                known
                    .iter()
                    .filter(|sample| sample.ending == ending)
                    .count(),
            )
        };
        let ends = Sorted::new(known.iter().map(|sample| sample.end));
        Some(Self {
            from_ms: scope.from.as_millis(),
            seed,
            runs: count(rows.len()),
            of,
            finished: Chance::of(Share::new(
                known.iter().filter(|sample| sample.end.is_some()).count(),
                known.len(),
            )),
            unfinished: [Ending::Halted, Ending::Stalled, Ending::Horizon].map(ended),
            finish: moments(&ends.quantiles(), scope.from, clock),
            bars: bars(&known),
            fits_window: fits(blueprint, scope, rows),
            waits: waits(blueprint, rows),
            notable: notable(&samples),
        })
    }
}

impl Chance {
    fn of(share: Share) -> Self {
        Self {
            share: share.share,
            low: share.low,
            high: share.high,
        }
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

fn moments(of: &Quantiles<Span>, from: Time, clock: &Clock) -> [Moment; 3] {
    let bound = |end: End<Span>| match end {
        End::At(span) => Bound::After(span.as_millis()),
        End::Never => Bound::Never,
        End::Open => Bound::Open,
    };
    let each = [
        (of.p50, of.interval.p50),
        (of.p90, of.interval.p90),
        (of.p99, of.interval.p99),
    ];
    each.map(|(after, interval)| Moment {
        after_ms: after.map(Span::as_millis),
        date: after.map(|after| Text::from(clock.date(from + after).short())),
        low: bound(interval.low),
        high: bound(interval.high),
    })
}

/// How many runs finish when.
fn bars(samples: &[Sample]) -> Vec<Bar> {
    let ends: Vec<u64> = samples
        .iter()
        .filter_map(|sample| sample.end.map(Span::as_millis))
        .collect();
    let (Some(first), Some(last)) = (ends.iter().min(), ends.iter().max()) else {
        return Vec::new();
    };
    let needed = |width: u64| last / width - first / width + 1;
    let longest = WIDTHS[WIDTHS.len() - 1];
    let width = WIDTHS.into_iter().find(|width| needed(*width) <= BARS);
    let width = width.unwrap_or(longest * (needed(longest) / BARS + 1));
    let start = first / width;
    let mut bars: Vec<Bar> = (0..needed(width))
        .map(|place| Bar {
            after_ms: (start + place) * width,
            runs: 0,
        })
        .collect();
    for end in ends {
        let place = usize::try_from(end / width - start).unwrap_or(0);
        bars[place].runs += 1;
    }
    bars
}

fn fits(blueprint: &Blueprint, scope: &Scope, rows: &[RunRow]) -> Option<Chance> {
    let with_windows: Vec<_> = blueprint
        .pools()
        .filter(|pool| blueprint.has_windows(*pool))
        .collect();
    let of_run = |row: &RunRow| -> Vec<bool> {
        let pools = with_windows.iter().map(|pool| &row.pools[pool.at()]);
        let each = pools.flat_map(|pool| {
            let rollouts = scope.rollouts(pool);
            rollouts.map(move |rollout| windows::fits_its_window(pool, rollout))
        });
        each.collect()
    };
    let of_runs: Vec<Vec<bool>> = rows.iter().map(of_run).collect();
    let of_runs: Vec<_> = of_runs.iter().filter(|fits| !fits.is_empty()).collect();
    let fitted = of_runs.iter().filter(|fits| fits.iter().all(|fits| *fits));
    (!of_runs.is_empty()).then(|| Chance::of(Share::new(fitted.count(), of_runs.len())))
}

fn waits(blueprint: &Blueprint, rows: &[RunRow]) -> Vec<Wait> {
    let mut all = Vec::new();
    for pool in blueprint.pools() {
        let own: Vec<&PoolRow> = rows.iter().map(|row| &row.pools[pool.at()]).collect();
        let (_, blockers) = blockers::of_pool(blueprint, pool, &own);
        let told = |blocker: &Blocker| Wait {
            pool: Text::from(blueprint.pool_name(pool)),
            what: Text::from(match &blocker.object {
                Some(object) => format!("{} {object}", blocker.reason),
                None => blocker.reason.to_owned(),
            }),
            share: blocker.share_of_waiting,
            machine_ms: blocker.machine_s.as_millis(),
            for_ever: blocker.for_ever.share,
            change: Text::from(blocker.change.as_str()),
        };
        let matter =
            |blocker: &&Blocker| !blocker.machine_s.is_zero() || blocker.for_ever.share > 0.0;
        all.extend(blockers.iter().filter(matter).take(WAITS).map(told));
    }
    all
}

/// The run at the median, unfinished ones being the latest, the last to finish, and the first that does not. Among equals
/// it is the first.
fn notable(samples: &[Option<Sample>]) -> [Option<NotableRun>; 3] {
    let mut order: Vec<(bool, Option<Span>, usize)> = samples
        .iter()
        .enumerate()
        .filter_map(|(run, sample)| {
            let end = (*sample)?.end;
            Some((end.is_none(), end, run))
        })
        .collect();
    order.sort_unstable();
    let told = |(_, end, run): &(bool, Option<Span>, usize)| NotableRun {
        run: count(*run),
        after_ms: end.map(Span::as_millis),
    };
    let finished = order.iter().filter(|(is_unfinished, ..)| !is_unfinished);
    let last = finished.max_by_key(|(_, end, run)| (*end, std::cmp::Reverse(*run)));
    let never = order.iter().find(|(is_unfinished, ..)| *is_unfinished);
    [
        order.get(order.len().div_ceil(2).max(1) - 1).map(told),
        last.map(told),
        never.map(told),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(seconds: Option<u64>) -> Sample {
        Sample {
            ending: if seconds.is_some() {
                Ending::Finished
            } else {
                Ending::Stalled
            },
            end: seconds.map(Span::from_secs),
        }
    }

    #[test]
    fn bars_are_of_a_round_width_and_hold_every_finished_run() {
        let ends = [Some(61), Some(62), None, Some(100), Some(500), Some(481)];
        let samples: Vec<Sample> = ends.into_iter().map(sample).collect();
        let bars = bars(&samples);
        let told: Vec<_> = bars
            .iter()
            .map(|bar| (bar.after_ms / 1000, bar.runs))
            .collect();
        let expected = [
            (60, 3),
            (120, 0),
            (180, 0),
            (240, 0),
            (300, 0),
            (360, 0),
            (420, 0),
            (480, 2),
        ];
        assert_eq!(told, expected);
        assert!(super::bars(&[sample(None)]).is_empty());
        let year = [sample(Some(1)), sample(Some(400 * 86_400))];
        let year = super::bars(&year);
        assert!(year.len() <= 8, "{year:?}");
        assert_eq!(year.iter().map(|bar| bar.runs).sum::<u32>(), 2);
    }

    #[test]
    fn unfinished_runs_are_the_latest() {
        let samples = [Some(30), None, Some(10), None, Some(30)].map(|end| Some(sample(end)));
        let [median, last, never] = notable(&samples).map(Option::unwrap);
        assert_eq!((median.run, median.after_ms), (4, Some(30_000)));
        assert_eq!((last.run, never.run, never.after_ms), (0, 1, None));
    }
}
