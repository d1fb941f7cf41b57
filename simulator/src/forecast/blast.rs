//! How many machines a bad revision reaches before its rollout ends or halts, the blast radius; and what stopped it.

use schemars::JsonSchema;
use serde::Serialize;

use super::quantiles::{Quantiles, Sorted};
use super::shares::Share;
use crate::fleet::{BlastEnd, Blueprint, PoolRow};

/// What bad revisions did to a pool's machines.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BlastRadius {
    /// Runs in which a machine began to boot a bad revision. Of these alone are the numbers.
    #[serde(flatten)]
    pub share: Share,
    /// How many such machines these runs had; `None` where there was no such run.
    #[serde(flatten)]
    pub machines: Quantiles<u32>,
    /// The most that one had.
    pub max: u32,
    /// Runs in which its rollout halted while its canaries were out.
    pub caught_by_canaries: RunCount,
    /// Runs in which it halted later, with machines left.
    pub halted: RunCount,
    /// Runs in which nothing stopped it before its last machine had started.
    pub not_stopped: RunCount,
    /// Runs in which it ended otherwise with machines left, or had not ended: cancelled, out of time, stalled.
    pub otherwise: RunCount,
}

/// How many runs of all, and which share that is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RunCount {
    /// The share.
    #[serde(flatten)]
    pub share: Share,
    /// The runs.
    pub runs: u32,
}

/// `None` where no revision of the scenario may be bad.
pub(super) fn blast_radius(blueprint: &Blueprint, rows: &[&PoolRow]) -> Option<BlastRadius> {
    if blueprint.scenario().bad_revisions.is_empty() {
        return None;
    }
    let met = rows.iter().filter(|row| row.met_bad > 0);
    let machines = Sorted::new(met.clone().map(|row| Some(row.met_bad)));
    let ended = |end| {
        let runs = rows.iter().filter(|row| row.blast_end == Some(end)).count();
        RunCount {
            share: Share::new(runs, rows.len()),
            runs: u32::try_from(runs).unwrap_or(u32::MAX),
        }
    };
    Some(BlastRadius {
        share: Share::new(met.count(), rows.len()),
        machines: machines.quantiles(),
        max: machines.last().unwrap_or(0),
        caught_by_canaries: ended(BlastEnd::CaughtByCanaries),
        halted: ended(BlastEnd::Halted),
        not_stopped: ended(BlastEnd::NotStopped),
        otherwise: ended(BlastEnd::Otherwise),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Seed;
    use crate::ensemble::Ensemble;
    use crate::forecast::{Clock, Forecast, text};
    use crate::scenario::Scenario;

    /// Twenty runs of ten machines, five minutes each, on a revision that crashes them half an hour after they are back;
    /// then what is told of the blast.
    fn blast(policy: &str, rest: &str) -> (BlastRadius, String) {
        let text = format!(
            "[hardware.h]\nupdate = \"5m\"\n[[pools]]\nname = \"w\"\nmachines = 10\nhardware = \"h\"\n{policy}\n[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = \"w\"\n[[bad_revisions]]\ndo = \"crash\"\nshows_after = \"30m\"\n{rest}\n"
        );
        let scenario = Scenario::parse(&text, "f", "f").unwrap();
        let clock = Clock::new(&scenario.calendar, None);
        let blueprint = Blueprint::new(scenario);
        let ensemble = Ensemble::run(&blueprint, Seed(1), 20, None).unwrap();
        let forecast = Forecast::new(&blueprint, &ensemble, &clock);
        let blast = forecast.pools[0].1.blast_radius.clone().unwrap();
        let mut told = String::new();
        text::blast::write(Some(&blast), &mut told).unwrap();
        (blast, told)
    }

    const CANARIES: &str = "canaries = 2\nmax_unavailable = 2\ncanary_soak";

    #[test]
    fn canaries_that_are_watched_for_long_enough_catch_it_in_every_run() {
        let (found, told) = blast(&format!("{CANARIES} = \"1h\""), "");
        let count = |runs: u32| RunCount {
            share: Share::new(runs as usize, 20),
            runs,
        };
        let (none, all) = (count(0), count(20));
        assert_eq!((found.max, found.caught_by_canaries), (2, all));
        assert_eq!(
            [found.halted, found.not_stopped, found.otherwise],
            [none; 3]
        );
        assert_eq!(
            told,
            "  bad revisions in 100.0 % (83.8–100.0): P50 2 (2–2), P90 2 (2–open), max 2\n    100.0 % (83.8–100.0) caught by the canaries (20 runs)\n"
        );
    }

    #[test]
    fn it_is_halted_later_where_it_shows_after_the_canaries_were_watched() {
        // Both canaries are back after 5 minutes and crash after 35. Others start in pairs at 10, 15, … 35.
        let (found, told) = blast(&format!("{CANARIES} = \"20m\""), "");
        assert_eq!((found.machines.p50, found.halted.runs), (Some(6), 20));
        assert_eq!(
            (found.caught_by_canaries.runs, found.not_stopped.runs),
            (0, 0)
        );
        assert!(
            told.ends_with("    100.0 % (83.8–100.0) halted later, with machines left (20 runs)\n")
        );
    }

    #[test]
    fn it_is_not_stopped_where_it_shows_after_the_last_machine_has_started() {
        let (found, told) = blast("max_unavailable = 5", "");
        assert_eq!((found.machines.p50, found.not_stopped.runs), (Some(10), 20));
        assert_eq!((found.caught_by_canaries.runs, found.halted.runs), (0, 0));
        assert!(
            told.ends_with(
                "    100.0 % (83.8–100.0) not stopped: every machine started (20 runs)\n"
            )
        );
    }

    #[test]
    fn a_rollout_that_is_cancelled_has_ended_otherwise() {
        let cancel = "[[steps]]\nat = \"+12m\"\ndo = \"cancel\"\npool = \"w\"";
        let (found, told) = blast("", cancel);
        assert_eq!((found.machines.p50, found.otherwise.runs), (Some(3), 20));
        assert!(
            told.ends_with(
                "    100.0 % (83.8–100.0) ended otherwise, with machines left (20 runs)\n"
            )
        );
    }

    #[test]
    fn the_parts_are_shares_of_all_runs_and_sum_up_to_those_that_it_reached() {
        let (found, _) = blast(&format!("{CANARIES} = \"1h\""), "chance = \"40%\"");
        let runs = found.caught_by_canaries.runs;
        assert!((1..20).contains(&runs), "{runs}");
        assert_eq!(found.caught_by_canaries.share, found.share);
        assert_eq!(found.share, Share::new(runs as usize, 20));
    }
}
