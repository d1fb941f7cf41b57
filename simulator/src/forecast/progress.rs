//! Bands over time: when each tenth of a rollout's machines is settled, and how long one machine's update takes.

use schemars::JsonSchema;
use serde::Serialize;

use super::quantiles::Sorted;
use super::rollouts::same_rollouts;
use crate::engine::{Span, Time};
use crate::fleet::{DECILES, PoolRow};
use crate::statistics::Sketch;

/// How a rollout goes on, over all runs that asked for it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Progress {
    /// The revision.
    pub revision: u32,
    /// Seconds from the scenario's start to the request, in the first run that has it.
    pub requested_s: Time,
    /// When each tenth of its machines is settled: on the revision, or failed.
    pub deciles: Vec<Band>,
}

/// Between which times a part of the machines is settled, in seconds from the request. A run in which they are not
/// counts as later than all others; `None` where the quantile is of such a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Band {
    /// The part of the rollout's machines, from 0.1 to 1.
    pub settled: f64,
    /// What one run in twenty does not exceed.
    pub p5: Option<Span>,
    /// The median.
    pub p50: Option<Span>,
    /// What 19 runs in twenty do not exceed.
    pub p95: Option<Span>,
}

/// How long updates of single machines took, from the start of the machine's turn until it was settled: on the revision,
/// or failed. All machines of all runs together, from a sketch: quantiles are off by at most 0.8 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct UpdateTimes {
    /// How many updates that were, in all runs.
    pub count: u64,
    /// The median.
    pub p50: Span,
    /// What nine updates in ten do not exceed.
    pub p90: Span,
    /// What 99 updates in a hundred do not exceed.
    pub p99: Span,
    /// The longest, exactly.
    pub max: Span,
}

/// Every rollout to a pool, but not what is done to single machines of it.
pub(super) fn of_pool(rows: &[&PoolRow]) -> Vec<Progress> {
    let all = same_rollouts(rows);
    let to_the_pool = all.iter().filter(|same| same[0].1.task.is_none());
    let progress = to_the_pool.map(|same| {
        let band = |decile: usize| {
            let reached = same.iter().map(|(_, rollout)| {
                let at = rollout.deciles[decile];
                at.map(|at| at.since(rollout.requested))
            });
            let reached = Sorted::new(reached);
            let tenths = u32::try_from(decile + 1).unwrap_or(u32::MAX);
            Band {
                settled: f64::from(tenths) / 10.0,
                p5: reached.quantile(5),
                p50: reached.quantile(50),
                p95: reached.quantile(95),
            }
        };
        Progress {
            revision: same[0].1.revision,
            requested_s: same[0].1.requested,
            deciles: (0..DECILES).map(band).collect(),
        }
    });
    progress.collect()
}

/// How long its machines' updates took; `None` where none came to its end.
pub(super) fn update_times(rows: &[&PoolRow]) -> Option<UpdateTimes> {
    let mut all = Sketch::default();
    for row in rows {
        all.merge(&row.updates);
    }
    let quantile = |percent| all.quantile(percent).map(Span::from_millis);
    Some(UpdateTimes {
        count: all.count(),
        p50: quantile(50)?,
        p90: quantile(90)?,
        p99: quantile(99)?,
        max: all.largest().map(Span::from_millis)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Seed;
    use crate::ensemble::Ensemble;
    use crate::fleet::Blueprint;
    use crate::forecast::{Clock, Forecast, PoolForecast};
    use crate::scenario::Scenario;

    fn forecast(hardware: &str, runs: u32) -> PoolForecast {
        let text = format!(
            "[hardware.h]\n{hardware}\n[[pools]]\nname = \"p\"\nmachines = 20\nhardware = \"h\"\n[[steps]]\nat = \"+1m\"\ndo = \"apply\"\npool = \"p\"\n"
        );
        let scenario = Scenario::parse(&text, "test", "test").unwrap();
        let clock = Clock::new(&scenario.calendar, None);
        let blueprint = Blueprint::new(scenario);
        let ensemble = Ensemble::run(&blueprint, Seed(1), runs, None).unwrap();
        Forecast::new(&blueprint, &ensemble, &clock).pools[0]
            .1
            .clone()
    }

    #[test]
    fn without_chance_every_band_is_a_line() {
        let of = forecast("update = \"5m\"", 3);
        let times = of.update_s.unwrap();
        assert_eq!((times.count, times.max), (60, Span::from_secs(300)));
        // The middle of a bucket, but no more than the largest.
        let off = times.p50.as_millis_f64() / 300_000.0;
        assert!((1.0 - 1.0 / 128.0..=1.0).contains(&off), "{off}");
        let [rollout] = &of.progress[..] else {
            panic!("{of:?}")
        };
        for (band, two) in rollout.deciles.iter().zip(1..) {
            let at = Some(Span::from_secs(600 * two));
            assert_eq!([band.p5, band.p50, band.p95], [at; 3], "{band:?}");
        }
        let settled: Vec<_> = rollout.deciles.iter().map(|band| band.settled).collect();
        assert_eq!(settled, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]);
    }

    /// The update of a machine is exponential: its quantiles are known.
    #[test]
    fn the_times_of_updates_are_those_of_the_distribution() {
        let of = forecast("update = { exponential = { mean = \"5m\" } }", 500);
        let times = of.update_s.unwrap();
        let mean = 300_000.0;
        for (told, share) in [(times.p50, 0.5_f64), (times.p90, 0.9), (times.p99, 0.99)] {
            let exact = -mean * libm::log(1.0 - share);
            // 10,000 updates: the error of the sample is a few parts in a hundred at most, that of the sketch below one.
            assert!((told.as_millis_f64() / exact - 1.0).abs() < 0.04, "{share}");
        }
        let last = of.progress[0].deciles[9];
        assert_eq!(last.p50, of.rollouts[0].duration_s.quantiles.p50);
        assert!(last.p5 < last.p50 && last.p50 < last.p95);
    }

    #[test]
    fn a_part_that_is_not_settled_is_later_than_everything() {
        let of = forecast("update = \"5m\"\nfails = { update = \"1%\" }", 200);
        let deciles = &of.progress[0].deciles;
        assert_eq!(
            deciles[9].p95, None,
            "one that failed keeps the slot, in 18 runs of 100"
        );
        assert!(deciles[0].p95.is_some());
        assert!(deciles[9].p50.is_some(), "it does not in most");
    }
}
