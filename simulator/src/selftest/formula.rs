//! V-1: the update-time formula of `OpenShift`'s documentation, to the second.

use super::{Case, Measured, Title, durations_s, rehearse};

const FORMULA: Title = Title {
    id: "V-1",
    says: "OpenShift's estimate: payload + machines of the larger pool, in batches, times minutes",
    source: "OpenShift documentation, \"Understanding OpenShift Container Platform update duration\", section \"Estimating cluster update time\"",
};

/// Payload minutes, control-plane machines, workers, minutes a machine, workers at once.
const SETS: [[u32; 5]; 5] = [
    [60, 3, 6, 5, 1],
    [60, 3, 6, 5, 2],
    [120, 3, 10, 8, 3],
    [60, 5, 2, 7, 1],
    [90, 3, 250, 4, 10],
];

pub(super) fn cases() -> Vec<Case> {
    SETS.map(case).into()
}

fn case([payload, control_plane, workers, minutes, at_once]: [u32; 5]) -> Case {
    let text = format!(
        r#"
        [hardware.machine]
        update = "{minutes}m"
        [[pools]]
        name = "control-plane"
        machines = {control_plane}
        hardware = "machine"
        [[pools]]
        name = "workers"
        machines = {workers}
        hardware = "machine"
        max_unavailable = {at_once}
        [[steps]]
        at = "+{payload}m"
        do = "apply"
        pool = "control-plane"
        [[steps]]
        at = "+{payload}m"
        do = "apply"
        pool = "workers"
        "#
    );
    let batches = control_plane.max(workers.div_ceil(at_once));
    let measured = Measured::exact(
        f64::from(60 * (payload + batches * minutes)),
        durations_s(&rehearse(&text, 1))[0],
    );
    FORMULA.case(
        &format!("workers={workers} at-once={at_once} minutes={minutes}"),
        [
            ("payload_minutes", payload.into()),
            ("control_plane_machines", control_plane.into()),
            ("workers", workers.into()),
            ("minutes_a_machine", minutes.into()),
            ("workers_at_once", at_once.into()),
        ],
        measured,
    )
}
