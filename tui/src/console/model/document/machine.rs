//! The text of one machine: why it is where it is, its revisions, its phases, its log.

use std::collections::BTreeSet;

use appliance::{MachineHistory, PhaseRecord, Remark};

use super::pods::{held_by, pods};
use super::{Document, Layout, Line, Section, faint, field, log, missing_before, plain};
use crate::clock::{clock, length};
use crate::console::model::cause::cause_of_machine;
use crate::console::model::entry::{Tone, ZONE, machine_reason, machine_tone, zone_of};
use crate::console::model::fleet::Fleet;
use crate::console::model::place::RowId;

pub(super) fn document<'m>(
    fleet: &'m Fleet,
    history: &'m MachineHistory,
    layout: Layout,
) -> Document<'m> {
    let mut sections = vec![
        phases(history, layout),
        log(&history.log, history.log_missing),
    ];
    sections.splice(..0, revisions(fleet, history));
    sections.insert(0, pods(history, layout));
    Document {
        head: head(fleet, history, layout),
        sections,
    }
}

fn head(fleet: &Fleet, history: &MachineHistory, layout: Layout) -> Vec<Line> {
    let machine = &history.machine;
    let revision =
        |revision: Option<u32>| revision.map_or("not told".to_owned(), |number| number.to_string());
    let pool = machine.machine_pool_id.map(|pool| {
        format!(
            "{} in cluster {}",
            fleet.pool_name(pool),
            fleet.cluster_name(pool)
        )
    });
    let runs = match machine.desired_machine_revision {
        Some(desired) if Some(desired) != machine.machine_revision => format!(
            "{}, being moved to {desired}",
            revision(machine.machine_revision)
        ),
        _ if pool.is_none() && machine.machine_revision.is_none() => "none".to_owned(),
        _ => revision(machine.machine_revision),
    };
    let reason = match (&machine.reason, history.reason_since_ms) {
        (Some(_), Some(since)) => {
            let so_far = length(layout.now_ms.saturating_sub(since));
            format!("{} for {so_far}", machine_reason(machine))
        }
        (Some(reason), None) => explained(reason.as_str()),
        (None, _) => unexplained(history),
    };
    let mut head = vec![
        field("machine", machine.name.as_str(), Tone::Plain),
        field(
            "status",
            machine.status.as_str(),
            machine_tone(&machine.status),
        ),
        field("reason", reason, Tone::Plain),
    ];
    let is_working = machine.reason.is_some();
    let boot = setback(history).filter(|_| is_working);
    head.extend(boot.map(|told| field("boot", told, Tone::Bad)));
    head.extend(absent(history));
    head.extend(history.remarks.iter().map(remark));
    if let Some(way_out) = fleet.way_out(RowId::Machine(machine.id)) {
        head.push(field(
            "way out",
            way_out.within(layout.columns.saturating_sub(12)),
            Tone::Plain,
        ));
    }
    let budgets = held_by(history).into_iter();
    let names = std::iter::once("held by").chain(std::iter::repeat(""));
    let holds = names.zip(budgets);
    head.extend(holds.map(|(name, (budget, tone))| field(name, budget, tone)));
    let waits = machine.reason.as_ref().is_some_and(|word| word == "window");
    let windows = machine.machine_pool_id.filter(|_| waits);
    if let Some(told) = windows.and_then(|pool| fleet.windows.told(pool)) {
        head.push(field("window", String::from(told.text), told.tone));
    }
    head.extend([
        field("revision", runs, Tone::Plain),
        field(
            "pool",
            pool.unwrap_or_else(|| "unassigned".to_owned()),
            Tone::Plain,
        ),
        field("zone", String::from(zone_of(machine)), Tone::Plain),
    ]);
    head.extend(own_settings(history));
    head.extend([field("uuid", machine.uuid.as_str(), Tone::Faint)]);
    head
}

/// What is set on the machine itself, and what was saved for it.
fn own_settings(history: &MachineHistory) -> Vec<Line> {
    let machine = &history.machine;
    let labels = machine.labels.iter();
    let labels: Vec<_> = labels
        .filter(|label| label.key != ZONE)
        .map(|label| format!("{}={}", label.key, label.value))
        .collect();
    let mut lines = Vec::new();
    if !labels.is_empty() {
        lines.push(field("labels", labels.join(" "), Tone::Plain));
    }
    if let Some(profile) = &machine.network_profile {
        lines.push(field("network", profile.as_str(), Tone::Plain));
    }
    for own in &history.own_revisions {
        let each = own.settings.iter();
        let each: Vec<_> = each
            .map(|set| format!("{} {}", set.name, set.version))
            .collect();
        if own.is_pending {
            let told = format!("its own revision {}: {}", own.number, each.join(", "));
            lines.push(field("saved", told, Tone::Warning));
        }
    }
    lines
}

/// What ends what it waits for, or when.
fn remark(remark: &Remark) -> Line {
    let told = match remark.at_ms {
        Some(at) => format!("{} {}", remark.text, clock(at)),
        None => remark.text.as_str().to_owned(),
    };
    field("", told, Tone::Warning)
}

/// What came of its boot, and the way out.
fn setback(history: &MachineHistory) -> Option<&str> {
    Some(match history.setback.as_ref()?.as_str() {
        "rolled-back" => "back on its old revision and well; a retry asks for the new one",
        "reboot-loop" => "a reboot loop; a retry or power-cycle boots it once more",
        "not-ready" => "joined, and its node is not Ready; a retry boots it once more",
        other => other,
    })
}

/// What its cluster makes of a machine that is down with pods on it.
fn absent(history: &MachineHistory) -> Option<Line> {
    let absence = history.absence.as_ref()?;
    let next = absence.until_ms.map(clock);
    let by = |what: &str| {
        next.as_ref()
            .map_or(String::new(), |at| format!(", {what} at {at}"))
    };
    let told = match absence.state.as_str() {
        "silent" => format!("silent, not missed yet{}", by("Unknown")),
        "unknown" => "Unknown, its pods stay while most of its zone is down".to_owned(),
        "tainted" => format!("Unknown{}", by("its pods are deleted")),
        "evicted" => "Unknown: its pods were deleted, and go when it is back".to_owned(),
        other => other.to_owned(),
    };
    Some(field("node", told, Tone::Bad))
}

/// Why a machine waits, in words.
fn explained(reason: &str) -> String {
    let meaning = match reason {
        "slot" => "waits until fewer machines of its pool are unavailable",
        "paused" => "waits until the operation is resumed",
        "halted" => "will not start: the operation is being stopped",
        "back-off" => "waits before its update is tried again",
        "window" => "waits for a maintenance window of its pool",
        "poll" => "waits for its next tick, at which it asks for its turn",
        "power" => "has no power, or boots by itself",
        "gate" => "waits until a health gate of its pool is green",
        "hold" => "waits until somebody unholds it",
        "repair" => "does not come back by itself: waits until it is repaired",
        _ => return reason.to_owned(),
    };
    format!("{reason}: {meaning}")
}

/// What there is to say of a machine that no operation has: how its last update failed, if it did.
fn unexplained(history: &MachineHistory) -> String {
    let went_wrong = |phase: &&PhaseRecord| phase.how.as_ref().is_some_and(|how| *how != "done");
    if let Some(setback) = setback(history) {
        return format!("its update failed: {setback}");
    }
    match history.phases.last().filter(went_wrong) {
        Some(PhaseRecord {
            phase,
            how: Some(how),
            ended_ms: Some(ended),
            ..
        }) => {
            format!("its update failed: {phase} {how} at {}", clock(*ended))
        }
        _ => match cause_of_machine(&history.machine) {
            cause if cause.is_empty() => "none: no operation waits for it".to_owned(),
            cause => cause,
        },
    }
}

/// Every revision of the machine's pool, the newest first; none of a machine without a pool.
fn revisions<'m>(fleet: &'m Fleet, history: &'m MachineHistory) -> Option<Section<'m>> {
    let pool = history.machine.machine_pool_id?;
    let of_pool = fleet
        .revisions
        .iter()
        .filter(|revision| revision.machine_pool_id == pool)
        .map(|revision| revision.number);
    let own = history.revisions.iter().map(|record| record.revision);
    let told = [
        history.machine.machine_revision,
        history.machine.desired_machine_revision,
    ];
    let numbers: BTreeSet<u32> = of_pool
        .chain(own)
        .chain(told.into_iter().flatten())
        .collect();
    let numbers: Vec<u32> = numbers.into_iter().rev().collect();
    let of_row = numbers.clone();
    Some(Section {
        title: format!("{:<12}{:>11}  {:<15}{}", "REVISION", "SINCE", "BY", "STATE"),
        rows: numbers.len(),
        id: Box::new(move |row| RowId::Revision(pool, of_row[row])),
        line: Box::new(move |row| revision_line(fleet, history, numbers[row])),
    })
}

fn revision_line(fleet: &Fleet, history: &MachineHistory, number: u32) -> Line {
    let machine = &history.machine;
    let record = history
        .revisions
        .iter()
        .rev()
        .find(|record| record.revision == number);
    let since = record.map_or_else(|| "-".to_owned(), |record| clock(record.at_ms));
    let by = match record.map(|record| record.operation_id) {
        Some(Some(operation)) => format!("operation {}", operation.0),
        Some(None) => "the start".to_owned(),
        None => "-".to_owned(),
    };
    let pool = machine.machine_pool_id;
    let is_pending = fleet.revisions.iter().any(|revision| {
        Some(revision.machine_pool_id) == pool && revision.number == number && revision.is_pending
    });
    let is_of_pool = pool.and_then(|pool| fleet.pool(pool)?.revision) == Some(number);
    let (state, tone) = if machine.desired_machine_revision == Some(number) {
        ("desired, being moved to", Tone::Busy)
    } else if machine.machine_revision == Some(number) && is_of_pool {
        ("runs, desired", Tone::Good)
    } else if machine.machine_revision == Some(number) {
        ("runs", Tone::Good)
    } else if is_of_pool {
        ("desired", Tone::Warning)
    } else if is_pending {
        ("saved, not applied", Tone::Warning)
    } else if record.is_some() {
        ("ran before", Tone::Faint)
    } else {
        ("never ran here", Tone::Faint)
    };
    vec![
        plain(format!("{number:<12}{since:>11}  {by:<15}")),
        (state.to_owned(), tone),
    ]
}

fn phases(history: &MachineHistory, layout: Layout) -> Section<'_> {
    let missing = history
        .phases
        .first()
        .map_or(0, |first| first.number.saturating_sub(1));
    let before = usize::from(missing > 0);
    let phase = move |row: usize| {
        row.checked_sub(before)
            .and_then(|row| history.phases.get(row))
    };
    Section {
        title: format!(
            "{:<12}{:>11}  {:>11}  {}",
            "PHASE", "STARTED", "TOOK", "ENDED"
        ),
        rows: before + history.phases.len(),
        id: Box::new(move |row| RowId::Phase(phase(row).map_or(0, |phase| phase.number))),
        line: Box::new(move |row| match phase(row) {
            Some(phase) => phase_line(phase, layout),
            None => vec![(missing_before(u64::from(missing)), Tone::Warning)],
        }),
    }
}

fn phase_line(phase: &PhaseRecord, layout: Layout) -> Line {
    let ended = phase.ended_ms.unwrap_or(layout.now_ms);
    let took = length(ended.saturating_sub(phase.started_ms));
    let how = phase.how.as_ref().map_or("goes on", |how| how.as_str());
    let tone = match how {
        "done" => Tone::Good,
        "goes on" => Tone::Busy,
        _ => Tone::Bad,
    };
    let attempt = if phase.attempt > 1 {
        format!(", attempt {}", phase.attempt)
    } else {
        String::new()
    };
    vec![
        plain(format!(
            "{:<12}{:>11}  {took:>11}  ",
            phase.phase,
            clock(phase.started_ms)
        )),
        (how.to_owned(), tone),
        faint(attempt),
    ]
}
