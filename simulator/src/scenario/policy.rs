//! How a pool is rolled out: slots, order, halting, retries, time-outs.

use super::canaries::{Canaries, canaries, canary_soak};
use super::machines::Machines;
use super::poll::{Poll, poll};
use super::problem::Problems;
use super::section::{Item, Section};
use super::values::{
    Amount, Switched, amount, amount_from, amount_unless, bounded, duration, positive_duration,
    positive_number, time_out, word,
};
use crate::engine::Span;

/// How a pool is rolled out. The defaults are assumptions, since meltcloud publishes none but "one after another".
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// How many machines may be unavailable at once.
    pub max_unavailable: Amount,
    /// Whether a percentage of the pool is rounded up instead of down; it is at least one machine either way.
    pub rounds_up: bool,
    /// Whether a machine starts when a slot is free or when the whole batch before it has ended.
    pub mode: Mode,
    /// Who goes first.
    pub order: Order,
    /// How many machines may fail before nothing new starts; `None`: any number.
    pub halt_after: Option<u32>,
    /// Which machines go first, and the others only when these are well.
    pub canaries: Canaries,
    /// How long these are watched before the others go.
    pub canary_soak: Span,
    /// How often an update that failed on a machine is tried again by itself.
    pub retries: u32,
    /// The waits before those tries.
    pub backoff: Backoff,
    /// How often a machine whose boot timed out is power-cycled before its update has failed.
    pub power_cycles: u32,
    /// How long the whole operation may take; `None`: for ever.
    pub operation_time_out: Option<Span>,
    /// How many spare machines join on the new revision first and leave last.
    pub surge: u32,
    /// After how long without it a machine that is down loses its slot; `None`: never.
    pub slot_ttl: Option<Span>,
    /// Whether what will block a rollout refuses it, instead of only being reported.
    pub refuses_unfit: bool,
    /// How its machines ask for their turns; `None`: they are given them.
    pub poll: Option<Poll>,
    /// Whether some of what decides how a rollout runs is this project's default and not the scenario's word.
    pub is_assumed: bool,
}

/// When the next machine may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As soon as a slot is free.
    Rolling,
    /// When every machine of the batch before has ended.
    LockStep,
}

/// Who goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Natural order of names: `w-2` before `w-10`.
    Name,
    /// The longest in the fleet first.
    Oldest,
    /// Zone by zone in natural order, machines without a zone last, the oldest first within each.
    Zone,
    /// Another order for every seed and run.
    Random,
}

/// Waits before automatic retries: the first, multiplied each time, up to a cap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// The wait before the first retry.
    pub first: Span,
    /// What each wait is multiplied by for the next.
    pub factor: f64,
    /// The longest wait.
    pub cap: Span,
}

impl Backoff {
    /// The wait before the `retry`-th retry, counted from 1.
    pub fn wait(&self, retry: u32) -> Span {
        let growth = (1..retry).fold(1.0, |growth, _| growth * self.factor);
        Span::nearest(self.first.as_millis_f64() * growth).min(self.cap)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_unavailable: Amount::Count(1),
            rounds_up: false,
            mode: Mode::Rolling,
            order: Order::Name,
            halt_after: Some(1),
            canaries: Canaries::Count(0),
            canary_soak: Span::ZERO,
            retries: 0,
            backoff: Backoff {
                first: Span::from_secs(60),
                factor: 2.0,
                cap: Span::from_secs(3600),
            },
            power_cycles: 0,
            operation_time_out: None,
            surge: 0,
            slot_ttl: None,
            refuses_unfit: false,
            poll: None,
            is_assumed: true,
        }
    }
}

impl Policy {
    /// How many of `machines` machines may be unavailable at once.
    pub fn slots(&self, machines: u32) -> u32 {
        self.max_unavailable.of(machines, self.rounds_up)
    }
}

/// The policy of a pool's table; what it does not say is the default. `pool_name` is its name, if that can be read.
pub(super) fn policy(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    pool_name: Option<&str>,
    machines: &Machines,
    preset_is_assumed: bool,
) -> Policy {
    let default = Policy::default();
    let surge = table.get("surge", problems, amount_from(0));
    let max_unavailable = max_unavailable(table, problems, surge);
    let rounds_up = table.get("rounding", problems, word(&[("down", false), ("up", true)]));
    let modes = [("rolling", Mode::Rolling), ("lock-step", Mode::LockStep)];
    let mode = table.get("mode", problems, word(&modes));
    let orders = [
        ("name", Order::Name),
        ("oldest", Order::Oldest),
        ("zone", Order::Zone),
        ("random", Order::Random),
    ];
    let order = table.get("order", problems, word(&orders));
    let halt_after = table.get("halt_after", problems, amount_unless("never"));
    let canaries = canaries(table, problems, pool_name, machines);
    let canary_soak = canary_soak(table, problems);
    let machines = machines.count();
    let retries = table.get("retries", problems, bounded(0, 1000));
    let backoff = Backoff {
        first: table
            .get("backoff", problems, duration)
            .unwrap_or(default.backoff.first),
        factor: table
            .get("backoff_factor", problems, backoff_factor)
            .unwrap_or(default.backoff.factor),
        cap: table
            .get("backoff_cap", problems, positive_duration)
            .unwrap_or(default.backoff.cap),
    };
    let power_cycles = power_cycles(table, problems).unwrap_or(default.power_cycles);
    let operation_time_out = table.get("operation_timeout", problems, time_out);
    let slot_ttl = table.get("slot_ttl", problems, time_out);
    let preflight = [("warn", false), ("refuse", true)];
    let refuses_unfit = table.get("preflight", problems, word(&preflight));
    let poll = poll(table, problems, mode);
    let mut is_own = |key| table.own_item(key).is_some();
    let is_all_own = ["max_unavailable", "order", "halt_after", "retries"]
        .into_iter()
        .all(&mut is_own);
    let is_assumed = preset_is_assumed && !is_all_own;
    Policy {
        max_unavailable: max_unavailable.unwrap_or(default.max_unavailable),
        rounds_up: rounds_up.unwrap_or(default.rounds_up),
        mode: mode.unwrap_or(default.mode),
        order: order.unwrap_or(default.order),
        halt_after: halt_after.map_or(default.halt_after, |after| {
            after.on().map(|amount| amount.of(machines, false))
        }),
        canaries: canaries.unwrap_or(default.canaries),
        canary_soak: canary_soak.unwrap_or(default.canary_soak),
        retries: retries.unwrap_or(default.retries),
        backoff,
        power_cycles,
        operation_time_out: operation_time_out.map_or(default.operation_time_out, Switched::on),
        surge: surge.map_or(default.surge, |surge| surge.of(machines, true)),
        slot_ttl: slot_ttl.map_or(default.slot_ttl, Switched::on),
        refuses_unfit: refuses_unfit.unwrap_or(default.refuses_unfit),
        poll,
        is_assumed,
    }
}

/// How many machines may be unavailable; none only where spare ones stand in for them.
fn max_unavailable(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    surge: Option<Amount>,
) -> Option<Amount> {
    let item = table.item("max_unavailable")?;
    if item.as_integer() != Some(0) {
        return amount(&item, problems);
    }
    // A surge that cannot be read is a problem of its own.
    let has_surge = surge.map_or(table.item("surge").is_some(), |surge| {
        surge != Amount::Count(0)
    });
    if has_surge {
        return Some(Amount::Count(0));
    }
    let allowed =
        "a count of at least 1, or a percentage above 0%; 0 only beside a surge of at least 1";
    item.refuse(problems, allowed);
    None
}

/// What a boot time-out leads to: `on_boot_timeout = "fail"`, or `"power-cycle"` at most `power_cycles` times.
fn power_cycles(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> Option<u32> {
    let words = [("fail", false), ("power-cycle", true)];
    let cycles_power = table.get("on_boot_timeout", problems, word(&words));
    let item = table.item("power_cycles");
    let times = item
        .as_ref()
        .and_then(|item| bounded(1, 10_000)(item, problems));
    match (cycles_power, item) {
        (Some(true), _) => Some(times.unwrap_or(1)),
        (_, Some(item)) if times.is_some() => {
            item.object(problems, "which needs on_boot_timeout = \"power-cycle\"");
            None
        }
        _ => None,
    }
}

fn backoff_factor(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<f64> {
    let factor = positive_number(item, problems)?;
    if factor < 1.0 {
        item.refuse(problems, "a factor from 1 to 100");
        return None;
    }
    Some(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_their_cap() {
        let backoff = Policy::default().backoff;
        let waits = [1, 2, 3, 7, 8].map(|retry| backoff.wait(retry).as_millis() / 1000);
        assert_eq!(waits, [60, 120, 240, 3600, 3600]);
    }
}
