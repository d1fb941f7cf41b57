//! One pool after the other, in 80 columns.

use std::fmt;

use super::page::{Page, Rank};
use super::quantiles::{count, joined, rollout_quantiles, rough};
use super::{Detail, WIDTH, blast, of_share, progress, shortened, waits, windows, wrapped};
use crate::forecast::{End, Forecast, Lowest, PoolForecast, SpareCapacity, Stuck};

/// Rollouts of one pool that are told on a screen, which has no room for those of a year.
const MOST_LISTED: usize = 2;

/// Every pool that has a rollout, or that machines join.
pub(super) fn write(forecast: &Forecast, detail: Detail, page: &mut Page) -> fmt::Result {
    for (name, pool) in forecast.pools.iter().filter(|(_, pool)| pool.is_busy()) {
        let is_unfinished = pool.summary.finished.share < 1.0;
        // Why one does not finish is missed more than how long another takes.
        let cause = if is_unfinished {
            Rank::Unfinished
        } else {
            Rank::Cause
        };
        heading(name.as_str(), pool, page);
        rollouts(pool, detail, page)?;
        if let Some(joins) = &pool.joins {
            page.block(Rank::Length, |out| joined(joins, detail, out))?;
        }
        if detail == Detail::Full {
            page.block(Rank::Aside, |out| progress::write(pool, out))?;
        }
        stalls(pool, page);
        if let Some(stuck) = &pool.stuck {
            page.line(cause, wrapped(&left(stuck), "    "));
        }
        page.block(cause, |out| blast::write(pool.blast_radius.as_ref(), out))?;
        waits::blockers(pool, cause, detail, page);
        page.line(Rank::Plan, wrapped(&spare(&pool.spare), "    "));
        if let Some(room) = room(&pool.spare) {
            page.line(Rank::Aside, wrapped(&room, "    "));
        }
        windows::pool(pool, forecast.horizon_s, detail, page)?;
    }
    Ok(())
}

fn heading(name: &str, pool: &PoolForecast, page: &mut Page) {
    let share = of_share(pool.summary.finished);
    let left = left_behind(pool);
    let name = shortened(name, WIDTH - 38 - left.chars().count());
    let rank = if pool.summary.finished.share < 1.0 {
        Rank::Unfinished
    } else {
        Rank::Heading
    };
    page.gap();
    page.line(rank, format_args!("pool {name}: finished {share}{left}"));
}

fn rollouts(pool: &PoolForecast, detail: Detail, page: &mut Page) -> fmt::Result {
    let all = pool.rollouts.len();
    let listed = match detail.listed(all, MOST_LISTED) {
        MOST_LISTED if all > MOST_LISTED => 1,
        listed => listed,
    };
    for rollout in pool.rollouts.iter().take(listed) {
        page.block(Rank::Length, |out| rollout_quantiles(rollout, detail, out))?;
        windows::rollout(rollout, page)?;
    }
    if all > listed {
        let more = all - listed;
        let line = format!("  … and {more} rollouts more, which --full tells");
        page.line(Rank::Aside, line);
    }
    Ok(())
}

/// Machines that are cordoned or set aside at the end.
fn left_behind(pool: &PoolForecast) -> String {
    if pool.left_cordoned == 0.0 {
        return String::new();
    }
    let quarantined = if pool.quarantined > 0.0 {
        format!(", {:.1} quarantined", pool.quarantined)
    } else {
        String::new()
    };
    format!(", leaves {:.1} cordoned{quarantined}", pool.left_cordoned)
}

/// A line for each want of people in which it stalled.
fn stalls(pool: &PoolForecast, page: &mut Page) {
    let causes = [
        (
            pool.stalls.unrepaired,
            "machines are down, and nobody repairs them ([[hands]])",
        ),
        (
            pool.stalls.held,
            "machines are held, and nobody unholds them",
        ),
    ];
    for (share, cause) in causes {
        if share.share > 0.0 {
            let line = format!("  stalls {} {cause}", of_share(share));
            page.line(Rank::Cause, wrapped(&line, "    "));
        }
    }
}

/// What is left until somebody acts.
fn left(stuck: &Stuck) -> String {
    let since = &stuck.since_s.quantiles;
    let (left, out) = (&stuck.machines_left, &stuck.out_of_service);
    format!(
        "  stuck in {} of runs, from {} on: {} machines left, {} out of service",
        of_share(stuck.runs),
        rough("P50", (since.p50, since.interval.p50)),
        count("P50", left.p50, left.interval.p50),
        count("P50", out.p50, out.interval.p50),
    )
}

/// The least capacity that it had at once.
fn spare(of: &SpareCapacity) -> String {
    let machines = &of.machines;
    format!(
        "  in service at the least {} of {} machines, {} in the worst run",
        count("P50", machines.p50, machines.interval.p50),
        of.of_machines,
        machines.min.unwrap_or(0),
    )
}

/// The least room that was left at once on machines in service; `None` where nothing runs on them.
fn room(of: &SpareCapacity) -> Option<String> {
    let cores = |thousandths: u64| format!("{}.{}", thousandths / 1000, thousandths % 1000 / 100);
    let gibibytes = |bytes: u64| {
        let tenths = (u128::from(bytes) * 10) >> 30;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    let parts = [
        of.cpu_m.as_ref().map(|cpu| median(cpu, cores, "cores")),
        of.memory_bytes
            .as_ref()
            .map(|memory| median(memory, gibibytes, "GiB")),
        of.pods
            .as_ref()
            .map(|pods| median(pods, |pods| pods.to_string(), "pods")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("  free at the least P50 {}", parts.join(", ")))
}

/// The median and its interval.
fn median(of: &Lowest<u64>, said: impl Fn(u64) -> String, unit: &str) -> String {
    let end = |end: End<u64>| match end {
        End::At(value) => said(value),
        End::Never | End::Open => "open".to_owned(),
    };
    let interval = of.interval.p50;
    let value = of.p50.map_or_else(String::new, &said);
    format!(
        "{value} ({}–{}) {unit}",
        end(interval.low),
        end(interval.high)
    )
}
