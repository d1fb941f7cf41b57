//! V-17 to V-20: what machines that fail do to a rollout.

use super::{Case, Measured, Title, rehearse};
use crate::ensemble::Ensemble;
use crate::fleet::{Ending, RolloutRow};

const ALL_WELL: Title = Title {
    id: "V-17",
    says: "a rollout that halts at the first failure: the chance that none fails is (1−p)^n",
    source: "independent Bernoulli trials; p = 10.09%: 22 of 218 machines, Netflix, \"A State of Xen – Chaos Monkey & Cassandra\" (2014)",
};
const COMPLETED: Title = Title {
    id: "V-17",
    says: "a rollout that halts at the first failure: machines completed before it, (1−p)(1−(1−p)^n)/p on average",
    source: "mean of a truncated geometric distribution; Feller, vol. 1, ch. VI",
};
const NO_HALT: Title = Title {
    id: "V-18",
    says: "a rollout that halts at the m-th failure: the chance that it does not is P(Bin(n,p) ≤ m−1)",
    source: "binomial distribution; Feller, vol. 1, ch. VI",
};
const NO_LEAK: Title = Title {
    id: "V-19",
    says: "dead machines keep their slots: the chance that k slots last for n machines is P(Bin(n−1,p) ≤ k−1)",
    source: "binomial distribution; slots of dead machines as counted by OpenShift's machine-config operator and kured",
};
const RETRIED: Title = Title {
    id: "V-20",
    says: "r retries of independent failures: the chance that a machine still fails is 1−(1−p^(r+1))^n",
    source: "independent Bernoulli trials; Feller, vol. 1, ch. VI",
};

const RUNS: u32 = 20_000;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (n, percent) in [
        (100, 0.1),
        (100, 0.5),
        (100, 1.0),
        (50, 2.0),
        (20, 5.0),
        (20, 10.09),
    ] {
        cases.extend(first_failure(n, percent));
    }
    for (n, percent, m) in [
        (100, 1.0, 1),
        (100, 1.0, 2),
        (100, 1.0, 3),
        (100, 2.0, 3),
        (40, 5.0, 4),
    ] {
        cases.push(halt_after(n, percent, m));
    }
    for (n, percent, share, m) in [(100, 1.0, 3, 3), (50, 2.0, 5, 2), (9, 5.0, 10, 1)] {
        cases.push(halt_after_share(n, percent, share, m));
    }
    for (n, percent, k) in [
        (100, 1.0, 1),
        (100, 1.0, 2),
        (100, 1.0, 3),
        (100, 1.0, 5),
        (30, 4.0, 2),
    ] {
        cases.push(leaked_slots(n, percent, k));
    }
    for (n, percent, r) in [
        (100, 5.0, 0),
        (100, 5.0, 1),
        (100, 5.0, 2),
        (100, 2.0, 0),
        (100, 2.0, 1),
        (30, 20.0, 2),
    ] {
        cases.push(retries(n, percent, r));
    }
    cases
}

/// A pool of n machines that take five minutes each, of which `percent` fail, under this policy.
fn fails(n: u32, percent: f64, policy: &str) -> Ensemble {
    let text = format!(
        r#"
        horizon = "520w"
        [hardware.machine]
        update = "5m"
        fails = {{ update = "{percent}%" }}
        [[pools]]
        name = "p"
        machines = {n}
        hardware = "machine"
        {policy}
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "p"
        "#
    );
    rehearse(&text, RUNS)
}

fn rollouts(ensemble: &Ensemble) -> impl Iterator<Item = &RolloutRow> {
    ensemble.rows.iter().map(|row| &row.pools[0].rollouts[0])
}

fn first_failure(n: u32, percent: f64) -> [Case; 2] {
    let p = percent / 100.0;
    let ensemble = fails(n, percent, "max_unavailable = 1");
    let succeeded: Vec<_> = ensemble.rows.iter().map(|row| row.succeeded).collect();
    let completed: Vec<_> = rollouts(&ensemble)
        .map(|rollout| f64::from(rollout.updated))
        .collect();
    let all_well = libm::pow(1.0 - p, f64::from(n));
    let parameters = format!("n={n} p={percent}%");
    let settings = || [("machines", n.into()), ("fails", p.into())];
    [
        ALL_WELL.case(
            &parameters,
            settings(),
            Measured::share(all_well, &succeeded),
        ),
        COMPLETED.case(
            &format!("{parameters} completed"),
            settings(),
            Measured::mean((1.0 - p) * (1.0 - all_well) / p, &completed),
        ),
    ]
}

fn halt_after(n: u32, percent: f64, m: u32) -> Case {
    let policy = format!("max_unavailable = {m}\nhalt_after = {m}");
    let ensemble = fails(n, percent, &policy);
    let went_on: Vec<_> = rollouts(&ensemble)
        .map(|rollout| rollout.failed < m)
        .collect();
    NO_HALT.case(
        &format!("n={n} p={percent}% m={m}"),
        [
            ("machines", n.into()),
            ("fails", (percent / 100.0).into()),
            ("halt_after", m.into()),
        ],
        Measured::share(at_most(m - 1, n, percent / 100.0), &went_on),
    )
}

/// As [`halt_after`] where m is a share of the machines, rounded down and at least 1.
fn halt_after_share(n: u32, percent: f64, share: u32, m: u32) -> Case {
    let policy = format!("max_unavailable = {m}\nhalt_after = \"{share}%\"");
    let ensemble = fails(n, percent, &policy);
    let went_on: Vec<_> = rollouts(&ensemble)
        .map(|rollout| rollout.failed < m)
        .collect();
    NO_HALT.case(
        &format!("n={n} p={percent}% m={share}%"),
        [
            ("machines", n.into()),
            ("fails", (percent / 100.0).into()),
            ("halt_after_percent", share.into()),
        ],
        Measured::share(at_most(m - 1, n, percent / 100.0), &went_on),
    )
}

fn leaked_slots(n: u32, percent: f64, k: u32) -> Case {
    let policy = format!("max_unavailable = {k}\nhalt_after = \"never\"");
    let ensemble = fails(n, percent, &policy);
    let finished: Vec<_> = ensemble
        .rows
        .iter()
        .map(|row| row.ending == Ending::Finished)
        .collect();
    NO_LEAK.case(
        &format!("n={n} p={percent}% k={k}"),
        [
            ("machines", n.into()),
            ("fails", (percent / 100.0).into()),
            ("slots", k.into()),
        ],
        Measured::share(at_most(k - 1, n - 1, percent / 100.0), &finished),
    )
}

fn retries(n: u32, percent: f64, r: u32) -> Case {
    let policy =
        format!("max_unavailable = {n}\nhalt_after = \"never\"\nretries = {r}\nbackoff = \"1m\"");
    let ensemble = fails(n, percent, &policy);
    let failed: Vec<_> = rollouts(&ensemble)
        .map(|rollout| rollout.failed > 0)
        .collect();
    let of_one = libm::pow(percent / 100.0, f64::from(r + 1));
    let expected = 1.0 - libm::pow(1.0 - of_one, f64::from(n));
    RETRIED.case(
        &format!("n={n} p={percent}% r={r}"),
        [
            ("machines", n.into()),
            ("fails", (percent / 100.0).into()),
            ("retries", r.into()),
        ],
        Measured::share(expected, &failed),
    )
}

/// P(Bin(n, p) ≤ most).
fn at_most(most: u32, n: u32, p: f64) -> f64 {
    let mut term = libm::pow(1.0 - p, f64::from(n));
    let mut sum = term;
    for k in 1..=most {
        term *= f64::from(n - k + 1) / f64::from(k) * p / (1.0 - p);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::at_most;

    #[test]
    fn binomial_probabilities_are_the_published_ones() {
        for (most, n, p, expected) in [
            (1, 100, 0.01, 0.7358),
            (2, 100, 0.01, 0.9206),
            (2, 100, 0.02, 0.6767),
            (4, 99, 0.01, 0.9967),
        ] {
            assert!((at_most(most, n, p) - expected).abs() < 5e-5);
        }
    }
}
