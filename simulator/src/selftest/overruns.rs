//! V-15a and V-15b: how many machines start in a maintenance window, and how far it is overrun.

use super::{Case, Measured, STANDARD_ERRORS, Title, mean_and_sd, rehearse};
use crate::fleet::WindowUse;

const MUST_FIT: Title = Title {
    id: "V-15a",
    says: "machines of a fixed length D that must fit a window W: ⌊W/D⌋ start",
    source: "arithmetic; the rule is ConfigMgr's: https://learn.microsoft.com/en-us/mem/configmgr/core/clients/manage/collections/use-maintenance-windows",
};
const IF_OPEN: Title = Title {
    id: "V-15a",
    says: "machines of a fixed length D that start while a window W is open: ⌈W/D⌉ start",
    source: "arithmetic",
};
const OVER: Title = Title {
    id: "V-15a",
    says: "… and the window is overrun by ⌈W/D⌉·D − W minutes",
    source: "arithmetic",
};
const STARTS: Title = Title {
    id: "V-15b",
    says: "machines one after the other while a window W is open: the mean number of starts",
    source: "renewal theory: exactly 1 + W/μ for exponential lengths, else W/μ + (1+cv²)/2 as W grows; Feller, vol. 2, ch. XI",
};
const OVERRUN: Title = Title {
    id: "V-15b",
    says: "… and the mean overrun in minutes",
    source: "residual life: exactly μ for exponential lengths, else μ(1+cv²)/2 as W grows; Feller, vol. 2, ch. XI",
};

const RUNS: u32 = 8000;

/// A length of which each machine's update is drawn.
struct Length {
    mean: f64,
    /// `None`: exponential.
    cv: Option<f64>,
    /// What the formulas for large windows may be off, as a share of the mean length: nothing where they are exact.
    slack: f64,
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (window, takes) in [(240, 7), (240, 20), (120, 11), (90, 13)] {
        cases.extend(fixed(window, takes));
    }
    for (window, mean, cv, slack) in [
        (240, 8.0, None, 0.0),
        (100, 25.0, None, 0.0),
        (240, 8.0, Some(0.5), 0.01),
        (240, 20.0, Some(1.0), 0.02),
    ] {
        cases.extend(random(window, &Length { mean, cv, slack }));
    }
    cases
}

/// The first window of each run: W minutes for far more machines than fit, one after the other.
fn first_windows(window: u32, update: &str, rule: &str, runs: u32) -> Vec<WindowUse> {
    let text = format!(
        r#"
        horizon = "6d"
        [hardware.machine]
        update = {update}
        [[pools]]
        name = "p"
        machines = 200
        hardware = "machine"
        [[windows]]
        opens = "Mon 00:00"
        for = "{window}m"
        end = "{rule}"
        [[steps]]
        at = "+0s"
        do = "apply"
        pool = "p"
        "#
    );
    let ensemble = rehearse(&text, runs);
    let windows = ensemble.rows.iter().map(|row| row.pools[0].windows[0]);
    windows.collect()
}

fn overrun_min(met: &WindowUse) -> f64 {
    met.overrun
        .map_or(f64::NAN, |span| span.as_millis_f64() / 60_000.0)
}

fn fixed(window: u32, takes: u32) -> [Case; 3] {
    let parameters = format!("W={window}m D={takes}m");
    let settings = || {
        [
            ("window_minutes", window.into()),
            ("machine_minutes", takes.into()),
        ]
    };
    let update = format!("\"{takes}m\"");
    let fit = first_windows(window, &update, "must-fit", 1)[0];
    let open = first_windows(window, &update, "door", 1)[0];
    let most = window.div_ceil(takes);
    let starts = |most: u32, met: &WindowUse| Measured::exact(most.into(), met.starts.into());
    [
        MUST_FIT.case(
            &format!("{parameters} must-fit"),
            settings(),
            starts(window / takes, &fit),
        ),
        IF_OPEN.case(
            &format!("{parameters} door"),
            settings(),
            starts(most, &open),
        ),
        OVER.case(
            &format!("{parameters} overrun"),
            settings(),
            Measured::exact((most * takes - window).into(), overrun_min(&open)),
        ),
    ]
}

fn random(window: u32, length: &Length) -> [Case; 2] {
    let Length { mean, cv, slack } = *length;
    let (update, name) = match cv {
        None => (
            format!("{{ exponential = {{ mean = \"{mean}m\" }} }}"),
            format!("W={window}m exp {mean}m"),
        ),
        Some(cv) => (
            format!("{{ lognormal = {{ mean = \"{mean}m\", cv = {cv} }} }}"),
            format!("W={window}m mean={mean}m cv={cv}"),
        ),
    };
    let windows = first_windows(window, &update, "door", RUNS);
    let starts: Vec<f64> = windows.iter().map(|met| met.starts.into()).collect();
    let overruns: Vec<f64> = windows.iter().map(overrun_min).collect();
    // For an exponential length the coefficient of variation is 1 and both formulas are exact.
    let spread = f64::midpoint(1.0, cv.unwrap_or(1.0).powi(2));
    let measured = |expected: f64, sample: &[f64], slack: f64| {
        let (got, sd) = mean_and_sd(sample);
        Measured {
            expected,
            got,
            tolerance: slack + STANDARD_ERRORS * sd / f64::from(RUNS).sqrt(),
            samples: RUNS,
        }
    };
    let settings = || {
        [
            ("window_minutes", window.into()),
            ("mean_minutes", mean.into()),
        ]
    };
    [
        STARTS.case(
            &format!("{name} starts"),
            settings(),
            measured(f64::from(window) / mean + spread, &starts, slack),
        ),
        OVERRUN.case(
            &format!("{name} overrun"),
            settings(),
            measured(mean * spread, &overruns, slack * mean),
        ),
    ]
}
