//! The arithmetic of disruption budgets, and what an eviction request is answered.
//!
//! As Kubernetes' disruption controller and eviction subresource do it
//! (<https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/disruption/disruption.go>,
//! <https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/storage/eviction.go>): percentages are
//! rounded up in both fields.

use super::plan::BudgetIndex;
use super::pod::PodState;
use crate::scenario::{Limit, Quantity, UnhealthyPods};

/// What changes of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BudgetState {
    /// What it limits.
    pub(crate) limit: Limit,
    /// What an eviction of a pod that is not Ready needs.
    pub(crate) unhealthy: UnhealthyPods,
    /// Pods of its controllers' replicas.
    pub(crate) replicas: u32,
    /// Pods that it covers, those that are ending included.
    pub(crate) pods: u32,
    /// Covered pods that are Ready and not ending.
    pub(crate) healthy: u32,
    /// Covered pods for which there is no room.
    pub(crate) pending: u32,
    /// Pods that a rollout took away although it allowed none.
    pub(crate) violations: u32,
}

/// A budget's counts at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pods that should be there.
    pub expected: u32,
    /// Pods that must be healthy.
    pub desired: u32,
    /// Pods that are.
    pub healthy: u32,
    /// Pods that may be disrupted now.
    pub allowed: u32,
}

/// What an eviction request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The pod is deleted, and no budget was asked or used.
    Free,
    /// The pod is deleted at the expense of this budget.
    Allowed(BudgetIndex),
    /// Not now: this budget allows no disruption (429).
    Refused(BudgetIndex),
    /// Never: the pod has more than one budget (500).
    Failed,
}

impl BudgetState {
    /// Its counts now.
    pub(crate) fn counts(&self) -> Counts {
        let expected = match self.limit {
            Limit::MinAvailable(Quantity::Count(_)) => self.pods,
            _ => self.replicas,
        };
        let desired = desired(self.limit, expected);
        let allowed = if expected == 0 {
            0
        } else {
            self.healthy.saturating_sub(desired)
        };
        Counts {
            expected,
            desired,
            healthy: self.healthy,
            allowed,
        }
    }
}

/// How many of `expected` pods must be healthy.
pub fn desired(limit: Limit, expected: u32) -> u32 {
    match limit {
        Limit::MinAvailable(Quantity::Count(count)) => count,
        Limit::MinAvailable(Quantity::Share(share)) => rounded_up(share, expected),
        Limit::MaxUnavailable(Quantity::Count(count)) => expected.saturating_sub(count),
        Limit::MaxUnavailable(Quantity::Share(share)) => {
            expected.saturating_sub(rounded_up(share, expected))
        }
    }
}

/// A share in parts per million of a number of pods, rounded up.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a share of a u32 is at most that u32"
)]
fn rounded_up(share: u32, of: u32) -> u32 {
    (u64::from(of) * u64::from(share)).div_ceil(1_000_000) as u32
}

/// What the eviction of a pod in `state` is answered, whose budgets are these, in the order of Kubernetes' checks.
pub(crate) fn verdict(state: PodState, budgets: &[BudgetIndex], all: &[BudgetState]) -> Verdict {
    if state.has_not_run() || state == PodState::Terminating {
        return Verdict::Free;
    }
    let budget = match budgets {
        [] => return Verdict::Free,
        [one] => *one,
        _ => return Verdict::Failed,
    };
    let about = &all[budget.at()];
    let counts = about.counts();
    if state != PodState::Ready {
        let is_free = match about.unhealthy {
            UnhealthyPods::AlwaysAllow => true,
            UnhealthyPods::IfHealthyBudget => {
                counts.healthy >= counts.desired && counts.desired > 0
            }
        };
        if is_free {
            return Verdict::Free;
        }
    }
    if counts.allowed == 0 {
        Verdict::Refused(budget)
    } else {
        Verdict::Allowed(budget)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(limit: Limit, replicas: u32, healthy: u32) -> BudgetState {
        BudgetState {
            limit,
            unhealthy: UnhealthyPods::IfHealthyBudget,
            replicas,
            pods: replicas,
            healthy,
            pending: 0,
            violations: 0,
        }
    }

    const fn min(quantity: Quantity) -> Limit {
        Limit::MinAvailable(quantity)
    }

    const fn max(quantity: Quantity) -> Limit {
        Limit::MaxUnavailable(quantity)
    }

    const fn percent(percent: u32) -> Quantity {
        Quantity::Share(percent * 10_000)
    }

    type Row = (u32, [(u32, u32); 8]);
    #[rustfmt::skip]
    const TABLE: [Row; 7] = [
        (1, [(1, 0), (1, 0), (1, 0), (1, 0), (0, 1), (0, 1), (0, 1), (0, 1)]),
        (2, [(1, 1), (1, 1), (2, 0), (2, 0), (1, 1), (1, 1), (1, 1), (1, 1)]),
        (3, [(1, 2), (2, 1), (3, 0), (3, 0), (2, 1), (2, 1), (2, 1), (1, 2)]),
        (4, [(1, 3), (2, 2), (4, 0), (4, 0), (3, 1), (3, 1), (2, 2), (2, 2)]),
        (5, [(1, 4), (3, 2), (5, 0), (5, 0), (4, 1), (4, 1), (3, 2), (2, 3)]),
        (7, [(1, 6), (4, 3), (7, 0), (7, 0), (6, 1), (6, 1), (4, 3), (3, 4)]),
        (10, [(1, 9), (5, 5), (9, 1), (10, 0), (9, 1), (9, 1), (7, 3), (5, 5)]),
    ];

    /// (desired, allowed) with every pod healthy, by Kubernetes' formulas, for `minAvailable` 1, 50 %, 90 %, 100 % and
    /// `maxUnavailable` 1, 10 %, 30 %, 50 %.
    #[test]
    fn shares_are_rounded_up_in_both_fields() {
        let limits = [
            min(Quantity::Count(1)),
            min(percent(50)),
            min(percent(90)),
            min(percent(100)),
            max(Quantity::Count(1)),
            max(percent(10)),
            max(percent(30)),
            max(percent(50)),
        ];
        for (pods, row) in TABLE {
            for (limit, expected) in limits.into_iter().zip(row) {
                let counts = state(limit, pods, pods).counts();
                assert_eq!(
                    (counts.desired, counts.allowed),
                    expected,
                    "{pods} pods, {limit:?}"
                );
            }
        }
    }

    #[test]
    fn a_budget_of_nothing_allows_nothing() {
        assert_eq!(state(max(Quantity::Count(1)), 0, 0).counts().allowed, 0);
    }

    #[test]
    fn the_checks_come_in_kubernetes_order() {
        let full = state(min(Quantity::Count(2)), 3, 3);
        let tight = state(min(Quantity::Count(3)), 3, 3);
        let broken = state(min(Quantity::Count(3)), 3, 2);
        let always = BudgetState {
            unhealthy: UnhealthyPods::AlwaysAllow,
            ..broken
        };
        let none_needed = state(min(Quantity::Count(0)), 3, 0);
        let all = [full, tight, broken, always, none_needed];
        let [full, tight, broken, always, none_needed] = [0, 1, 2, 3, 4].map(BudgetIndex);
        let cases: [(PodState, &[BudgetIndex], Verdict); 11] = [
            (PodState::Pulling, &[full, tight], Verdict::Free),
            (PodState::Terminating, &[tight], Verdict::Free),
            (PodState::Ready, &[], Verdict::Free),
            (PodState::Ready, &[full, tight], Verdict::Failed),
            (PodState::Ready, &[full], Verdict::Allowed(full)),
            (PodState::Ready, &[tight], Verdict::Refused(tight)),
            (PodState::Starting, &[full], Verdict::Free),
            (PodState::Starting, &[broken], Verdict::Refused(broken)),
            (PodState::Starting, &[always], Verdict::Free),
            (PodState::Starting, &[tight], Verdict::Free),
            (
                PodState::Starting,
                &[none_needed],
                Verdict::Refused(none_needed),
            ),
        ];
        for (state, budgets, expected) in cases {
            assert_eq!(
                verdict(state, budgets, &all),
                expected,
                "{state:?} {budgets:?}"
            );
        }
    }
}
