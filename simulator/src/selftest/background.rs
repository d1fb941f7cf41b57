//! V-21: machines that fail by themselves, at any time.

use super::watched::watch_run;
use super::{Case, Measured, Title};
use crate::fleet::MachineEvent;

const DOWN: Title = Title {
    id: "V-21",
    says: "machines that fail by themselves and are repaired: how many are down at a time, Nλr/(1+λr) on average",
    source: "alternating renewal process: MTTR/(MTTF+MTTR); 8% of 1,000 servers a year: Google, \"The Datacenter as a Computer\", ch. 7",
};
const FAILURES: Title = Title {
    id: "V-21",
    says: "failures of machines in a time that is shorter than a repair, N(1−e^(−λt)) on average",
    source: "exponential times to failure",
};
const ANY: Title = Title {
    id: "V-21",
    says: "the chance that a machine of N fails within a time, 1−e^(−Nλt)",
    source: "exponential times to failure; the minimum of N has the rate Nλ",
};

/// Runs of a year, and runs of a few hours.
const YEARS: u32 = 300;
const SPELLS: u32 = 20_000;
const HOURS_OF_YEAR: f64 = 8760.0;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (n, hourly, repair) in [(100, 6.34e-5, 6), (20, 1e-4, 24), (10, 1e-3, 100)] {
        cases.push(down(n, hourly, repair));
    }
    for (n, hourly, hours) in [(100, 6.34e-5, 4), (40, 1e-3, 2), (10, 1e-2, 5)] {
        cases.extend(failures(n, hourly, hours));
    }
    cases
}

/// `n` machines that boot at once and are not rolled out, looked at for so many hours.
fn machines(n: u32, hourly: f64, repair: u32, horizon: u32) -> String {
    format!(
        r#"
        horizon = "{horizon}h"
        [hardware.machine]
        stop = "0s"
        fails_yearly = {}
        repair = "{repair}h"
        [[pools]]
        name = "p"
        machines = {n}
        hardware = "machine"
        "#,
        hourly * HOURS_OF_YEAR
    )
}

fn down(n: u32, hourly: f64, repair: u32) -> Case {
    const HOURS: u32 = 8736;
    let text = machines(n, hourly, repair, HOURS);
    let (fleet, seed) = (super::fleet(&text), super::seed(&text));
    let sample: Vec<f64> = (0..YEARS)
        .map(|run| {
            let end = f64::from(HOURS) * 3600.0;
            let watched = watch_run(&fleet, seed.of_run(run.into()));
            let times = watched.of_machines().map(|(at, _, what)| match what {
                MachineEvent::Down => end - at,
                MachineEvent::Up => at - end,
                _ => 0.0,
            });
            times.sum::<f64>() / end
        })
        .collect();
    let busy = hourly * f64::from(repair);
    DOWN.case(
        &format!("N={n} λ={hourly}/h r={repair}h"),
        [
            ("machines", n.into()),
            ("failures_per_hour", hourly.into()),
            ("repair_h", repair.into()),
        ],
        Measured::mean(f64::from(n) * busy / (1.0 + busy), &sample),
    )
}

fn failures(n: u32, hourly: f64, hours: u32) -> [Case; 2] {
    let text = machines(n, hourly, hours + 1, hours);
    let (fleet, seed) = (super::fleet(&text), super::seed(&text));
    let sample: Vec<f64> = (0..SPELLS)
        .map(|run| {
            let watched = watch_run(&fleet, seed.of_run(run.into()));
            let crashes = watched
                .of_machines()
                .filter(|(_, _, what)| *what == MachineEvent::Crashed);
            f64::from(super::number(crashes.count()))
        })
        .collect();
    let any: Vec<bool> = sample.iter().map(|crashes| *crashes > 0.0).collect();
    let exposure = hourly * f64::from(hours);
    let parameters = format!("N={n} λ={hourly}/h t={hours}h");
    let settings = || {
        [
            ("machines", n.into()),
            ("failures_per_hour", hourly.into()),
            ("hours", hours.into()),
        ]
    };
    [
        FAILURES.case(
            &parameters,
            settings(),
            Measured::mean(f64::from(n) * -libm::expm1(-exposure), &sample),
        ),
        ANY.case(
            &format!("{parameters} any"),
            settings(),
            Measured::share(-libm::expm1(-f64::from(n) * exposure), &any),
        ),
    ]
}
