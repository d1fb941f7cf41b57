//! V-14 and V-14b: how long n machines take one after the other, or k at a time.

use super::{Case, Measured, STANDARD_ERRORS, Title, count, durations_s, mean_and_sd, rehearse};

const SEQUENTIAL: Title = Title {
    id: "V-14",
    says: "n machines one after the other: the mean is n times one machine's",
    source: "linearity of the mean; Feller, An Introduction to Probability Theory and Its Applications, vol. 1, ch. IX",
};
const SPREAD: Title = Title {
    id: "V-14",
    says: "n machines one after the other: the standard deviation is √n times one machine's",
    source: "variance of a sum of independent variables; Feller, vol. 1, ch. IX",
};
const QUANTILE: Title = Title {
    id: "V-14",
    says: "n machines one after the other, lognormal: a quantile of the sum",
    source: "numerical convolution of the lognormal distribution: Feller, vol. 2, ch. V, section 4",
};
const WORK_CONSERVING: Title = Title {
    id: "V-14b",
    says: "k slots, exponential: the mean is (n−k)/k·μ + μ·H_k",
    source: "Rényi's representation of exponential order statistics (1953); Graham, SIAM J. Appl. Math. 17 (1969)",
};
const LOCK_STEP: Title = Title {
    id: "V-14b",
    says: "batches of k that wait for their slowest machine, exponential: the mean is μ·H_k for each batch",
    source: "mean of the maximum of k exponentials: Rényi (1953)",
};
const LOCK_STEP_UNIFORM: Title = Title {
    id: "V-14b",
    says: "batches of k that wait for their slowest machine, uniform: a + (b−a)·k/(k+1) for each batch",
    source: "mean of the maximum of k uniforms: David and Nagaraja, Order Statistics, section 2",
};

const RUNS: u32 = 4000;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (n, mean_min, cv) in [(100, 8.0, 0.5), (20, 5.0, 1.0), (7, 30.0, 0.3)] {
        cases.extend(sequential(n, mean_min, cv));
    }
    cases.extend(quantiles());
    for (n, k) in [(100, 1), (100, 5), (20, 4), (33, 7)] {
        cases.push(exponential(n, k, false));
        cases.push(exponential(n, k, true));
    }
    for (n, k) in [(5, 5), (40, 5), (12, 3)] {
        cases.push(uniform(n, k));
    }
    cases
}

/// One pool of n machines that take `update` each, k at a time.
fn scenario(n: u32, k: u32, mode: &str, update: &str) -> String {
    format!(
        r#"
        horizon = "520w"
        [hardware.machine]
        update = {update}
        [[pools]]
        name = "p"
        machines = {n}
        hardware = "machine"
        max_unavailable = {k}
        mode = "{mode}"
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "p"
        "#
    )
}

fn lognormal(n: u32, mean_min: f64, cv: f64, runs: u32) -> Vec<f64> {
    let update = format!("{{ lognormal = {{ mean = \"{mean_min}m\", cv = {cv} }} }}");
    durations_s(&rehearse(&scenario(n, 1, "rolling", &update), runs))
}

fn sequential(n: u32, mean_min: f64, cv: f64) -> [Case; 2] {
    let sample = lognormal(n, mean_min, cv, RUNS);
    let (_, sd) = mean_and_sd(&sample);
    let one_s = 60.0 * mean_min;
    // The standard error of a standard deviation, with the sum's excess kurtosis: that of one machine over n.
    let w = 1.0 + cv * cv;
    let excess = (w.powi(4) + 2.0 * w.powi(3) + 3.0 * w.powi(2) - 6.0) / f64::from(n);
    let spread = Measured {
        expected: f64::from(n).sqrt() * one_s * cv,
        got: sd,
        tolerance: STANDARD_ERRORS * sd * ((2.0 + excess) / (4.0 * f64::from(RUNS))).sqrt(),
        samples: RUNS,
    };
    let settings = || {
        [
            ("machines", n.into()),
            ("mean_minutes", mean_min.into()),
            ("cv", cv.into()),
        ]
    };
    let mean = Measured::mean(f64::from(n) * one_s, &sample);
    [
        SEQUENTIAL.case(
            &format!("n={n} mean={mean_min}m cv={cv} mean"),
            settings(),
            mean,
        ),
        SPREAD.case(
            &format!("n={n} mean={mean_min}m cv={cv} sd"),
            settings(),
            spread,
        ),
    ]
}

/// Machines, mean minutes and cv of one machine, quantile, and its exact value in seconds: by convolution of the
/// lognormal distribution on a grid of 0.24 s, which is accurate to a tenth of a second.
const QUANTILES: [(u32, f64, f64, f64, f64); 6] = [
    (100, 8.0, 0.5, 0.5, 47_935.35),
    (100, 8.0, 0.5, 0.9, 51_112.31),
    (100, 8.0, 0.5, 0.99, 53_873.28),
    (20, 5.0, 1.0, 0.5, 5_834.36),
    (20, 5.0, 1.0, 0.9, 7_744.77),
    (20, 5.0, 1.0, 0.99, 9_947.83),
];
/// What the grid of the convolution may be off, in seconds.
const GRID_ERROR_S: f64 = 0.25;

fn quantiles() -> Vec<Case> {
    let case = |(n, mean_min, cv, q, exact_s): (u32, f64, f64, f64, f64)| {
        let mut sample = lognormal(n, mean_min, cv, 5 * RUNS);
        sample.sort_by(f64::total_cmp);
        let [low, at, high] = order_statistics(&sample, q);
        let measured = Measured {
            expected: exact_s,
            got: at,
            tolerance: (high - at).max(at - low) + GRID_ERROR_S,
            samples: count(&sample),
        };
        let settings = [
            ("machines", n.into()),
            ("mean_minutes", mean_min.into()),
            ("cv", cv.into()),
            ("quantile", q.into()),
        ];
        QUANTILE.case(
            &format!("n={n} mean={mean_min}m cv={cv} q={q}"),
            settings,
            measured,
        )
    };
    QUANTILES.map(case).into()
}

/// The q-quantile of a sorted sample, and the values three standard errors of its rank below and above.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks are clamped to the sample"
)]
fn order_statistics(sorted: &[f64], q: f64) -> [f64; 3] {
    let samples = f64::from(count(sorted));
    let spread = STANDARD_ERRORS * (samples * q * (1.0 - q)).sqrt();
    let at = |rank: f64| sorted[(rank.ceil().clamp(1.0, samples) as usize) - 1];
    [
        at(q * samples - spread),
        at(q * samples),
        at(q * samples + spread),
    ]
}

/// Σ 1/i for i from 1 to k.
fn harmonic(k: u32) -> f64 {
    (1..=k).map(|i| 1.0 / f64::from(i)).sum()
}

fn exponential(n: u32, k: u32, is_lock_step: bool) -> Case {
    const MEAN_S: f64 = 600.0;
    let (mode, title) = if is_lock_step {
        ("lock-step", LOCK_STEP)
    } else {
        ("rolling", WORK_CONSERVING)
    };
    let update = "{ exponential = { mean = \"10m\" } }";
    let sample = durations_s(&rehearse(&scenario(n, k, mode, update), RUNS));
    let expected = if is_lock_step {
        f64::from(n / k) * harmonic(k) + harmonic(n % k)
    } else {
        f64::from(n - k) / f64::from(k) + harmonic(k)
    };
    title.case(
        &format!("n={n} k={k} {mode}"),
        [
            ("machines", n.into()),
            ("slots", k.into()),
            ("mode", mode.into()),
            ("mean_minutes", 10_u32.into()),
        ],
        Measured::mean(MEAN_S * expected, &sample),
    )
}

fn uniform(n: u32, k: u32) -> Case {
    let update = "{ uniform = { min = \"4m\", max = \"10m\" } }";
    let sample = durations_s(&rehearse(&scenario(n, k, "lock-step", update), RUNS));
    let batch_s = 60.0 * (4.0 + 6.0 * f64::from(k) / f64::from(k + 1));
    LOCK_STEP_UNIFORM.case(
        &format!("n={n} k={k} uniform"),
        [
            ("machines", n.into()),
            ("slots", k.into()),
            ("min_minutes", 4_u32.into()),
            ("max_minutes", 10_u32.into()),
        ],
        Measured::mean(f64::from(n / k) * batch_s, &sample),
    )
}
