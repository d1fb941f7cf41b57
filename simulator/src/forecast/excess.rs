//! Why rollouts take much longer than any schedule had to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{PoolForecast, Summary};
use crate::engine::{Span, Time};
use crate::fleet::Reason;

/// From so many times the lower bound on it is explained.
const MUCH: f64 = 2.0;

/// How much longer than its lower bound the median takes, and what most of the time is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Excess {
    /// How many times the lower bound, both from the first request on, at their medians.
    pub ratio: f64,
    /// The word of what is waited for the most, turns left out, since these are what the bound shares out; `None` where
    /// nothing else is waited for: it is retries, failures, or one rollout after the other.
    pub reason: Option<&'static str>,
    /// The budget or workload that it is about; `None` where the word says it all.
    pub object: Option<String>,
    /// Seconds that are waited for it, of all machines together, a run on average.
    pub machine_s: Span,
}

impl Excess {
    /// `None` where it does not take twice as long.
    pub(super) fn new<'p>(
        whole: &Summary,
        pools: impl Iterator<Item = &'p PoolForecast> + Clone,
    ) -> Option<Self> {
        let rollouts = pools.clone().flat_map(|pool| &pool.rollouts);
        let first = rollouts.map(|rollout| rollout.requested_s).min()?;
        let from_request = |at: Option<Span>| {
            let at = Time::START + at?;
            (at > first).then(|| at.since(first).as_millis_f64())
        };
        let ratio =
            from_request(whole.duration_s.quantiles.p50)? / from_request(whole.lower_bound_s.p50)?;
        if ratio <= MUCH {
            return None;
        }
        let mut waits = BTreeMap::<(&'static str, Option<&str>), u64>::new();
        for wait in pools.flat_map(|pool| &pool.blockers) {
            if wait.reason != Reason::Slot.as_str() {
                let of = (wait.reason, wait.object.as_deref());
                *waits.entry(of).or_default() += wait.machine_s.as_millis();
            }
        }
        let most = waits.into_iter().max_by_key(|(_, time)| *time);
        Some(Self {
            ratio,
            reason: most.map(|((reason, _), _)| reason),
            object: most.and_then(|((_, object), _)| object.map(str::to_owned)),
            machine_s: Span::from_millis(most.map_or(0, |(_, time)| time)),
        })
    }
}
