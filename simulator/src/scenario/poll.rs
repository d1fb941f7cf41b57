//! Machines that ask for their turn at ticks of their own, as the agents of kured and Zincati do.

use super::durations::distribution;
use super::policy::Mode;
use super::problem::Problems;
use super::section::Section;
use super::values::{Switched, probability, time_out};
use crate::distribution::{Distribution, Shape};
use crate::engine::Span;

/// How a machine's agent asks for its turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Poll {
    /// The time from one tick to the next.
    pub period: Span,
    /// Each of those times is longer by up to this share of the period, uniformly; from 0 to 1. Zincati adds up to a
    /// tenth (<https://coreos.github.io/zincati/usage/updates-strategy/>).
    pub jitter: f64,
    /// The time from the start of the rollout, or from the agent's own, to the first tick. kured draws it uniformly from
    /// half a period to one and a half (<https://github.com/kubereboot/kured/blob/main/pkg/delaytick/delaytick.go>).
    pub first: Distribution,
}

/// The longest period: what a machine asks once in a year for, it does not ask for.
const LONGEST: Span = Span::from_secs(366 * 86_400);

/// The agents of a pool's table; `None` where its machines are given their turns.
pub(super) fn poll(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    mode: Option<Mode>,
) -> Option<Poll> {
    let period = table.get("poll", problems, |item, problems| {
        let Switched::On(period) = time_out(item, problems)? else {
            return Some(None);
        };
        if period > LONGEST {
            item.refuse(problems, "a duration of at most 366 days");
            return None;
        }
        if mode == Some(Mode::LockStep) {
            let why = "which goes with mode = \"rolling\" only: agents know no batches";
            item.object(problems, why);
        }
        Some(Some(period))
    });
    let is_polled = table.item("poll").is_some() && period != Some(None);
    let jitter = table.item("poll_jitter");
    let first = table.item("poll_first");
    for item in [&jitter, &first].into_iter().flatten() {
        if !is_polled && item.is_own() {
            item.object(problems, "which needs poll beside it");
        }
    }
    let jitter = jitter.and_then(|item| probability(&item, problems));
    let first = first.and_then(|item| distribution(&item, problems));
    let period = period.flatten()?;
    Some(Poll {
        period,
        jitter: jitter.unwrap_or(0.0),
        first: first.unwrap_or_else(|| {
            let half = Span::from_millis(period.as_millis() / 2);
            let shape = Shape::Uniform {
                min: half,
                max: half + period,
            };
            Distribution::new(shape, None)
        }),
    })
}
