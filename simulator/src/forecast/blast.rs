//! How many machines a bad revision reaches before its rollout ends or halts, the blast radius; and what stopped it.

use std::fmt::{self, Write};

use serde::Serialize;

use super::share;
use crate::fleet::{BlastEnd, Blueprint, PoolRow};

/// What bad revisions did to a pool's machines.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BlastRadius {
    /// Share of all runs in which a machine began to boot a bad revision. Of these runs alone are the numbers.
    pub share: f64,
    /// Half of these runs had at most so many such machines.
    pub p50: u32,
    /// Nine of ten had.
    pub p90: u32,
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
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RunCount {
    /// From 0 to 1.
    pub share: f64,
    /// The runs.
    pub runs: u32,
}

/// `None` where no revision of the scenario may be bad.
pub(super) fn blast_radius(blueprint: &Blueprint, rows: &[&PoolRow]) -> Option<BlastRadius> {
    if blueprint.scenario().bad_revisions.is_empty() {
        return None;
    }
    let mut met: Vec<u32> = rows.iter().map(|row| row.met_bad).collect();
    met.retain(|met| *met > 0);
    met.sort_unstable();
    // The ⌈qN⌉-th value, as of all quantiles here.
    let quantile = |tenths: usize| {
        let rank = (met.len() * tenths).div_ceil(10);
        rank.checked_sub(1).map_or(0, |at| met[at])
    };
    let ended = |end| {
        let runs = rows.iter().filter(|row| row.blast_end == Some(end)).count();
        RunCount {
            share: share(runs, rows.len()),
            runs: u32::try_from(runs).unwrap_or(u32::MAX),
        }
    };
    Some(BlastRadius {
        share: share(met.len(), rows.len()),
        p50: quantile(5),
        p90: quantile(9),
        max: met.last().copied().unwrap_or(0),
        caught_by_canaries: ended(BlastEnd::CaughtByCanaries),
        halted: ended(BlastEnd::Halted),
        not_stopped: ended(BlastEnd::NotStopped),
        otherwise: ended(BlastEnd::Otherwise),
    })
}

/// Lines, where a bad revision reached machines.
pub(super) fn write(
    blast: Option<BlastRadius>,
    percent: impl Fn(f64) -> String,
    out: &mut impl Write,
) -> fmt::Result {
    let Some(blast) = blast.filter(|blast| blast.max > 0) else {
        return Ok(());
    };
    let share = percent(blast.share);
    let BlastRadius { p50, p90, max, .. } = blast;
    writeln!(
        out,
        "  a bad revision reaches machines in {share} of runs: P50 {p50}, P90 {p90}, at most {max}"
    )?;
    let ends = [
        (blast.caught_by_canaries, "caught by the canaries"),
        (blast.halted, "halted later, with machines left"),
        (blast.not_stopped, "not stopped: every machine started"),
        (blast.otherwise, "ended otherwise, with machines left"),
    ];
    for (count, end) in ends.into_iter().filter(|(count, _)| count.runs > 0) {
        let runs = if count.runs == 1 { "run" } else { "runs" };
        let share = percent(count.share);
        writeln!(out, "    {share:>7} {end} ({} {runs})", count.runs)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Seed;
    use crate::ensemble::Ensemble;
    use crate::forecast::{Clock, Forecast};
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
        let ensemble = Ensemble::run(&blueprint, Seed(1), 20, None, &|_| {}).unwrap();
        let forecast = Forecast::new(&blueprint, &ensemble, &clock);
        let blast = forecast.pools[0].1.blast_radius.unwrap();
        let mut told = String::new();
        write(
            Some(blast),
            |share| format!("{:.1} %", share * 100.0),
            &mut told,
        )
        .unwrap();
        (blast, told)
    }

    const CANARIES: &str = "canaries = 2\nmax_unavailable = 2\ncanary_soak";

    #[test]
    fn canaries_that_are_watched_for_long_enough_catch_it_in_every_run() {
        let (found, told) = blast(&format!("{CANARIES} = \"1h\""), "");
        let none = RunCount {
            share: 0.0,
            runs: 0,
        };
        let all = RunCount {
            share: 1.0,
            runs: 20,
        };
        assert_eq!((found.max, found.caught_by_canaries), (2, all));
        assert_eq!(
            [found.halted, found.not_stopped, found.otherwise],
            [none; 3]
        );
        assert_eq!(
            told,
            "  a bad revision reaches machines in 100.0 % of runs: P50 2, P90 2, at most 2\n    100.0 % caught by the canaries (20 runs)\n"
        );
    }

    #[test]
    fn it_is_halted_later_where_it_shows_after_the_canaries_were_watched() {
        // Both canaries are back after 5 minutes and crash after 35. Others start in pairs at 10, 15, … 35.
        let (found, told) = blast(&format!("{CANARIES} = \"20m\""), "");
        assert_eq!((found.p50, found.halted.runs), (6, 20));
        assert_eq!(
            (found.caught_by_canaries.runs, found.not_stopped.runs),
            (0, 0)
        );
        assert!(told.ends_with("    100.0 % halted later, with machines left (20 runs)\n"));
    }

    #[test]
    fn it_is_not_stopped_where_it_shows_after_the_last_machine_has_started() {
        let (found, told) = blast("max_unavailable = 5", "");
        assert_eq!((found.p50, found.not_stopped.runs), (10, 20));
        assert_eq!((found.caught_by_canaries.runs, found.halted.runs), (0, 0));
        assert!(told.ends_with("    100.0 % not stopped: every machine started (20 runs)\n"));
    }

    #[test]
    fn a_rollout_that_is_cancelled_has_ended_otherwise() {
        let cancel = "[[steps]]\nat = \"+12m\"\ndo = \"cancel\"\npool = \"w\"";
        let (found, told) = blast("", cancel);
        assert_eq!((found.p50, found.otherwise.runs), (3, 20));
        assert!(told.ends_with("    100.0 % ended otherwise, with machines left (20 runs)\n"));
    }

    #[test]
    fn the_parts_are_shares_of_all_runs_and_sum_up_to_those_that_it_reached() {
        let (found, _) = blast(&format!("{CANARIES} = \"1h\""), "chance = \"40%\"");
        let runs = found.caught_by_canaries.runs;
        assert!((1..20).contains(&runs), "{runs}");
        assert_eq!(
            found.caught_by_canaries.share.to_bits(),
            found.share.to_bits()
        );
        assert_eq!(found.share.to_bits(), (f64::from(runs) / 20.0).to_bits());
    }
}
