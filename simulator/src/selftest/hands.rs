//! Dead machines and the people who repair them.

use super::watched::{rollout, watch};
use super::{Case, Measured, Title};
use crate::fleet::MachineEvent;

const AT_ALL_HOURS: Title = Title {
    id: "hands",
    says: "a machine that dies in a rollout with one slot makes it later by exactly reaction, repair and its boot",
    source: "arithmetic: the slot of a dead machine is not free before it is back",
};
const IN_HOURS: Title = Title {
    id: "hands",
    says: "minutes from a death to the repair, of which reaction and repair pass in working hours only",
    source: "arithmetic: minutes of work before the death and until the repair differ by reaction and repair",
};

const DAY: u32 = 24 * 60;
/// Working hours: from when on a day, and for how long; on the first five days of a week.
const OPENS: u32 = 8 * 60;
const OPEN: u32 = 10 * 60;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (n, reacts, takes) in [(1, 30, 60), (10, 0, 240), (40, 15, 1)] {
        cases.push(at_all_hours(n, reacts, takes));
    }
    // In the morning, by night, late in the afternoon, on Friday evening, on Sunday, and for two weeks.
    for (dies, reacts, takes) in [
        (9 * 60, 30, 60),
        (3 * 60, 30, 60),
        (17 * 60 + 50, 30, 120),
        (4 * DAY + 17 * 60, 45, 480),
        (6 * DAY + 12 * 60, 1, 600),
        (2 * DAY + 10 * 60, 600, 6000),
    ] {
        cases.push(in_hours(dies, reacts, takes));
    }
    cases
}

/// The first machine dies at once in an update of five minutes, which it begins again when it is repaired.
fn at_all_hours(n: u32, reacts: u32, takes: u32) -> Case {
    let text = format!(
        r#"{}
        [[hands]]
        reacts = "{reacts}m"
        takes = "{takes}m"
        [[steps]]
        at = "+2m"
        do = "crash"
        machine = "p-1"
        "#,
        rollout(n, "")
    );
    let end = watch(&text).row.end.unwrap_or_default();
    AT_ALL_HOURS.case(
        &format!("n={n} r={reacts}m p={takes}m"),
        [
            ("machines", n.into()),
            ("reacts_minutes", reacts.into()),
            ("takes_minutes", takes.into()),
        ],
        Measured::exact(
            f64::from(2 + reacts + takes + 5 * n),
            end.since_start().as_millis_f64() / 60_000.0,
        ),
    )
}

fn in_hours(dies: u32, reacts: u32, takes: u32) -> Case {
    let text = format!(
        r#"
        horizon = "8w"
        [hardware.machine]
        update = "5m"
        [[pools]]
        name = "p"
        machines = 1
        hardware = "machine"
        [[hands]]
        reacts = "{reacts}m"
        takes = "{takes}m"
        hours = {{ opens = "Mon-Fri 08:00", for = "10h" }}
        [[steps]]
        at = "+{dies}m"
        do = "crash"
        machine = "p-1"
        "#
    );
    let watched = watch(&text);
    let mut events = watched.of_machines();
    let repaired = events.find(|(_, _, what)| *what == MachineEvent::Repaired);
    let got = repaired.map_or(f64::NAN, |(at, ..)| at / 60.0 - f64::from(dies));
    IN_HOURS.case(
        &format!("dies=+{dies}m r={reacts}m p={takes}m"),
        [
            ("dies_minutes", dies.into()),
            ("reacts_minutes", reacts.into()),
            ("takes_minutes", takes.into()),
        ],
        Measured::exact(
            f64::from(after_work(worked(dies) + reacts + takes) - dies),
            got,
        ),
    )
}

/// Minutes of work from a Monday's midnight up to this minute.
fn worked(minute: u32) -> u32 {
    let (day, of_day) = (minute / DAY, minute % DAY);
    let (week, of_week) = (day / 7, day % 7);
    let today = if of_week < 5 {
        of_day.saturating_sub(OPENS).min(OPEN)
    } else {
        0
    };
    (5 * week + of_week.min(5)) * OPEN + today
}

/// The first minute from a Monday's midnight at which so many minutes were worked.
fn after_work(minutes: u32) -> u32 {
    let days = minutes.saturating_sub(1) / OPEN;
    let day = 7 * (days / 5) + days % 5;
    day * DAY + OPENS + minutes - days * OPEN
}
