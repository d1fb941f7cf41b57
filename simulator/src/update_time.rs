//! How long the whole update of one machine takes, from its start to the end of its soak, where nothing fails and no
//! budget refuses.

use crate::distribution::Distribution;
use crate::engine::{Concern, EntityKey, Seed, Span};
use crate::phase::Phase;
use crate::scenario::{Scenario, Workload};

/// How many sums are drawn for the quantile of a sum.
const SUMS: u32 = 8192;
/// What a deletion waits at most to be seen.
const SEEN_AFTER: Span = Span::from_secs(1);

/// The length that a share `q` of all updates of the pool's machines does not exceed, 0 < q < 1.
///
/// Exact where at most one phase is random; else from stratified sums of independent draws (Latin hypercube: `McKay`,
/// Beckman and Conover, *Technometrics* 21, 1979), always the same ones. Where pods run, a drain is taken to last as
/// long as the longest grace of a workload that may be there.
pub fn update_time(scenario: &Scenario, pool: usize, q: f64) -> Span {
    let (fixed, random) = parts(scenario, pool, q);
    let of_random = match &random[..] {
        [] => Span::ZERO,
        [one] => one.quantile(q),
        several => quantile_of_sum(several, q),
    };
    fixed + of_random
}

/// The shortest that an update of one of the pool's machines can take, as good as: one in a million is shorter.
pub fn shortest_update(scenario: &Scenario, pool: usize) -> Span {
    const RARE: f64 = 1e-6;
    let hardware = scenario.hardware_of(pool);
    let phases = Phase::ALL
        .into_iter()
        .filter(|phase| hardware.updates_by(*phase));
    let is_drain_of_pods =
        |phase: &Phase| *phase == Phase::Drain && grace(scenario, pool).is_some();
    phases
        .filter(|phase| !is_drain_of_pods(phase))
        .map(|phase| hardware.phases[phase].takes.quantile(RARE))
        .fold(Span::ZERO, |sum, takes| sum + takes)
}

/// The phases of an update: what is certain of them, and what is not.
fn parts(scenario: &Scenario, pool: usize, q: f64) -> (Span, Vec<Distribution>) {
    let hardware = scenario.hardware_of(pool);
    let about = &scenario.pools[pool];
    // An image is taken to be fetched by as many as may go at once.
    let at_once = about.policy.slots(about.machines.count());
    let mut fixed = scenario.fetch_time(pool, at_once);
    let mut random = Vec::new();
    let grace = grace(scenario, pool);
    if let Some(grace) = grace {
        let own = &hardware.phases[Phase::Drain].takes;
        let at_least = if hardware.drain_is_assumed {
            Span::ZERO
        } else {
            own.quantile(q)
        };
        fixed += (grace + SEEN_AFTER).max(at_least);
    }
    let phases = Phase::ALL
        .into_iter()
        .filter(|phase| hardware.updates_by(*phase));
    for phase in phases.filter(|phase| grace.is_none() || *phase != Phase::Drain) {
        let takes = &hardware.phases[phase].takes;
        match takes.as_fixed() {
            Some(span) => fixed += span,
            None => random.push(takes.clone()),
        }
    }
    (fixed, random)
}

/// The longest grace of a workload that a drain evicts from the pool's machines; `None` where none may be there.
fn grace(scenario: &Scenario, pool: usize) -> Option<Span> {
    let is_there = |workload: &&Workload| {
        !workload.kind.is_per_machine() && workload.may_run_in(&scenario.pools, pool)
    };
    let workloads = scenario.workloads.iter().filter(is_there);
    workloads.map(|workload| workload.grace).max()
}

fn quantile_of_sum(parts: &[Distribution], q: f64) -> Span {
    let seed = Seed(0).of_run(0);
    let mut sums = vec![Span::ZERO; SUMS as usize];
    for (number, part) in (0..).zip(parts) {
        let key = EntityKey::of(&["update time"]);
        let draw = |place| seed.draw(key, Concern(number), place);
        let mut order: Vec<u32> = (0..SUMS).collect();
        order.sort_by(|a, b| draw(*a).second.total_cmp(&draw(*b).second));
        for (sum, stratum) in sums.iter_mut().zip(order) {
            let within = f64::from(stratum) + draw(stratum).first;
            *sum += part.quantile(within / f64::from(SUMS));
        }
    }
    sums.sort_unstable();
    sums[rank(q)]
}

/// The place of a quantile among the sums: the ⌈qN⌉-th.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a few thousand"
)]
fn rank(q: f64) -> usize {
    let rank = (q * f64::from(SUMS)).ceil() as usize;
    rank.clamp(1, SUMS as usize) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(hardware: &str) -> Scenario {
        let text = format!(
            "[hardware.h]\n{hardware}\n[[pools]]\nname = \"p\"\nmachines = 1\nhardware = \"h\"\n"
        );
        Scenario::parse(&text, "test", "test").unwrap()
    }

    #[test]
    fn a_fetch_is_one_of_as_many_as_may_go_at_once() {
        let text = "horizon = \"60d\"\n[hardware.h]\nstop = \"10s\"\n[[clusters]]\nname = \"c\"\nlink = \"100MB/s\"\n[[pools]]\nname = \"p\"\nmachines = 9\nhardware = \"h\"\nmax_unavailable = 3\n[images]\nevery = \"30d\"\nsize = \"700MB\"\n";
        let scenario = Scenario::parse(text, "test", "test").unwrap();
        assert_eq!(update_time(&scenario, 0, 0.99), Span::from_secs(31));
    }

    #[test]
    fn certain_phases_are_added_and_one_random_phase_is_exact() {
        let fixed = scenario("stop = \"10s\"\nos = \"20s\"\nsoak = \"2m\"");
        assert_eq!(update_time(&fixed, 0, 0.99), Span::from_secs(150));
        assert_eq!(shortest_update(&fixed, 0), Span::from_secs(150));
        let one = scenario("stop = \"10s\"\nos = { uniform = { min = \"0s\", max = \"100s\" } }");
        assert_eq!(update_time(&one, 0, 0.9), Span::from_secs(100));
    }

    /// The sum of two uniform variates is triangular: its 90 % quantile is 2 − √0.2.
    #[test]
    fn a_sum_of_random_phases_is_near_its_exact_quantile() {
        let uniform = "{ uniform = { min = \"0s\", max = \"1000s\" } }";
        let two = scenario(&format!("stop = {uniform}\nos = {uniform}"));
        let exact = 1000.0 * (2.0 - 0.2_f64.sqrt());
        let got = update_time(&two, 0, 0.9).as_millis_f64() / 1000.0;
        assert!((got - exact).abs() < 0.005 * exact, "{got} {exact}");
    }
}
