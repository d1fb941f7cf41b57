//! V-16: machines that ask for their turn at ticks of their own.
//!
//! The first tick of each lies uniformly between half a period and one and a half, as kured draws it
//! (<https://github.com/kubereboot/kured/blob/main/pkg/delaytick/delaytick.go>), the others a period apart.

use super::watched::rollout_of;
use super::{Case, Measured, STANDARD_ERRORS, Title, durations_s, mean_and_sd, rehearse};

const LAST_TICK: Title = Title {
    id: "V-16",
    says: "updates that take no time end with the last first tick: P/2 + P·n/(n+1)",
    source: "mean of the maximum of n uniforms: David and Nagaraja, Order Statistics, section 2",
};
const ALONE: Title = Title {
    id: "V-16",
    says: "one machine waits a period on average: P + S",
    source: "mean of a uniform variate",
};
const ON_A_GRID: Title = Title {
    id: "V-16",
    says: "machines that all ask at the same instants start one a period, where an update is shorter: F + (n−1)·P + S",
    source: "arithmetic: a tick that finds the lock held waits for its own next one",
};
const QUEUE: Title = Title {
    id: "V-16",
    says: "n machines, one at a time: the mean of a Monte Carlo of kured's lock in hours, known to 0.05 h",
    source: "m-lab/k8s-support#474 saw 26 nodes with a daily tick take days",
};

const RUNS: u32 = 4000;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (n, minutes) in [(1, 60), (9, 60), (30, 1440)] {
        cases.push(last_tick(n, minutes));
    }
    for (minutes, service) in [(60, 8), (1440, 15)] {
        cases.push(alone(minutes, service));
    }
    for (n, first, minutes, service) in [(5, 0, 60, 8), (7, 90, 30, 29)] {
        cases.push(on_a_grid(n, first, minutes, service));
    }
    for (n, minutes, service, hours) in [(26, 1440, 15, 65.6), (20, 60, 8, 6.4), (20, 1, 8, 2.7)] {
        cases.push(queue(n, minutes, service, hours));
    }
    cases
}

fn polled(n: u32, minutes: u32, service: u32, runs: u32) -> Vec<f64> {
    let policy = format!("poll = \"{minutes}m\"");
    durations_s(&rehearse(&rollout_of(service, n, &policy), runs))
}

fn last_tick(n: u32, minutes: u32) -> Case {
    let period = 60.0 * f64::from(minutes);
    let expected = period / 2.0 + period * f64::from(n) / f64::from(n + 1);
    LAST_TICK.case(
        &format!("n={n} P={minutes}m S=0"),
        [("machines", n.into()), ("period_minutes", minutes.into())],
        Measured::mean(expected, &polled(n, minutes, 0, RUNS)),
    )
}

fn alone(minutes: u32, service: u32) -> Case {
    let expected = 60.0 * f64::from(minutes + service);
    ALONE.case(
        &format!("n=1 P={minutes}m S={service}m"),
        [
            ("period_minutes", minutes.into()),
            ("service_minutes", service.into()),
        ],
        Measured::mean(expected, &polled(1, minutes, service, RUNS)),
    )
}

fn on_a_grid(n: u32, first: u32, minutes: u32, service: u32) -> Case {
    let policy = format!("poll = \"{minutes}m\"\npoll_first = \"{first}m\"");
    let sample = durations_s(&rehearse(&rollout_of(service, n, &policy), 1));
    let expected = 60.0 * f64::from(first + (n - 1) * minutes + service);
    ON_A_GRID.case(
        &format!("n={n} F={first}m P={minutes}m S={service}m"),
        [
            ("machines", n.into()),
            ("first_minutes", first.into()),
            ("period_minutes", minutes.into()),
            ("service_minutes", service.into()),
        ],
        Measured::exact(expected, sample[0]),
    )
}

fn queue(n: u32, minutes: u32, service: u32, hours: f64) -> Case {
    let sample = polled(n, minutes, service, RUNS);
    let (mean, sd) = mean_and_sd(&sample);
    let measured = Measured {
        expected: hours,
        got: mean / 3600.0,
        tolerance: 0.05 + STANDARD_ERRORS * sd / 3600.0 / f64::from(RUNS).sqrt(),
        samples: RUNS,
    };
    QUEUE.case(
        &format!("n={n} P={minutes}m S={service}m"),
        [
            ("machines", n.into()),
            ("period_minutes", minutes.into()),
            ("service_minutes", service.into()),
        ],
        measured,
    )
}
