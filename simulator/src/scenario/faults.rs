//! The faults: which phases go wrong, or take a given time, and where.

use super::machines::{MachineRef, machine_named};
use super::pool::pool_named;
use super::problem::{Problems, did_you_mean};
use super::section::{Item, Section};
use super::values::{Switched, count_unless, duration, quoted, word};
use super::{Hardware, Scenario};
use crate::engine::Span;
use crate::phase::Phase;

/// A phase that goes wrong, or takes a given time, on certain machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whom it meets.
    pub target: FaultTarget,
    /// In which phase.
    pub phase: Phase,
    /// At which of a machine's entries into that phase, from 1; `None`: at every one.
    pub occurrence: Option<u32>,
    /// How the phase goes wrong; `None`: it ends well.
    pub outcome: Option<Misfortune>,
    /// How long the phase takes; `None`: as long as it would have.
    pub takes: Option<Span>,
}

/// Whom a fault meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultTarget {
    /// One machine.
    Machine(MachineRef),
    /// Every machine of a pool, by its place in [`Scenario::pools`].
    Pool(usize),
}

/// How a phase goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfortune {
    /// It fails when its time is over.
    Fails,
    /// It never ends by itself.
    Hangs,
    /// The boot that it begins does not bring the new revision up, and the machine boots the old one.
    RollsBack,
    /// The boot that it begins is followed by another, and another.
    Loops,
    /// The boot that it begins brings the revision up, and the node never becomes Ready.
    NotReady,
}

impl Misfortune {
    /// Whether it is the boot that goes wrong, and not one phase.
    pub const fn is_of_boot(self) -> bool {
        matches!(self, Self::RollsBack | Self::Loops | Self::NotReady)
    }
}

/// The faults of the scenario.
pub(super) fn faults(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for mut table in section.tables("faults", problems) {
        let fault = fault(&mut table, problems, scenario);
        table.finish(problems);
        faults.extend(fault);
    }
    faults
}

fn fault(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Fault> {
    let target = fault_target(table, problems, scenario);
    let occurrence = table.get("occurrence", problems, count_unless("every"));
    let outcome = table.get("do", problems, word(&WORDS));
    let phase = match outcome {
        Some(outcome) if outcome.is_of_boot() => boot_phase(table, problems, scenario, target),
        _ => table.need("phase", problems, |item, problems| {
            phase(item, problems, scenario, target)
        }),
    };
    let takes = table.get("takes", problems, duration);
    if table.item("do").is_none() && table.item("takes").is_none() {
        let allowed = format!(
            "do = {}, or takes = a duration",
            quoted(WORDS.map(|(word, _)| word))
        );
        problems.add(
            table.offset(),
            format!("{}: missing; allowed: {allowed}", table.path_of("do")),
        );
    }
    Some(Fault {
        target: target?,
        phase: phase?,
        occurrence: occurrence.unwrap_or(Switched::On(1)).on(),
        outcome,
        takes,
    })
}

const WORDS: [(&str, Misfortune); 5] = [
    ("fail", Misfortune::Fails),
    ("hang", Misfortune::Hangs),
    ("roll-back", Misfortune::RollsBack),
    ("loop", Misfortune::Loops),
    ("not-ready", Misfortune::NotReady),
];

/// The phase with which a boot of the target's hardware begins: a boot that goes wrong is counted by it.
fn boot_phase(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    target: Option<FaultTarget>,
) -> Option<Phase> {
    let first = class_of(scenario, target?)?.boot_phase();
    if let Some(item) = table.item("phase") {
        let named = phase(&item, problems, scenario, target)?;
        if named != first {
            item.object(
                problems,
                &format!("beside a boot that goes wrong, which begins with \"{first}\""),
            );
            return None;
        }
    }
    Some(first)
}

fn class_of(scenario: &Scenario, target: FaultTarget) -> Option<&Hardware> {
    let pool = match target {
        FaultTarget::Machine(machine) => machine.pool,
        FaultTarget::Pool(pool) => pool,
    };
    scenario.hardware.get(&scenario.home(pool).hardware)
}

fn fault_target(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<FaultTarget> {
    match (table.item("machine"), table.item("pool")) {
        (Some(item), None) => machine_named(&item, problems, scenario).map(FaultTarget::Machine),
        (None, Some(item)) => pool_named(&item, problems, scenario).map(FaultTarget::Pool),
        (Some(item), Some(_)) => {
            item.object(problems, "beside a pool: a fault meets a machine or a pool");
            None
        }
        (None, None) => {
            problems.add(
                table.offset(),
                format!(
                    "{}: missing; allowed: a machine or a pool",
                    table.path_of("machine")
                ),
            );
            None
        }
    }
}

/// A phase that the target's hardware goes through.
fn phase(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    target: Option<FaultTarget>,
) -> Option<Phase> {
    let class = target.and_then(|target| class_of(scenario, target));
    let known = || {
        Phase::ALL
            .into_iter()
            .filter(|phase| class.is_none_or(|class| class.has(*phase)))
            .map(Phase::as_str)
    };
    let phase = item.as_str().and_then(Phase::from_word);
    let phase = phase.filter(|phase| class.is_none_or(|class| class.has(*phase)));
    if phase.is_none() {
        let hint = did_you_mean(item.as_str().unwrap_or_default(), known());
        item.refuse_with_hint(problems, &quoted(known()), &hint);
    }
    phase
}
