//! The timeline: what operators and accidents do to the fleet, and which phases go wrong.

use super::Scenario;
use super::calendar::instant;
use super::pool::{Pool, one_of, revision};
use super::problem::{Problems, did_you_mean};
use super::section::{Item, Section};
use super::values::{Switched, count_unless, duration, quoted, word};
use crate::engine::{Span, Time};
use crate::phase::Phase;

/// Something that is done to the fleet at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Time,
    /// What.
    pub what: Deed,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Rolls a revision out to a pool.
    Apply {
        /// The pool's place in [`Scenario::pools`].
        pool: usize,
        /// The revision's number.
        revision: u32,
    },
    /// Tries a pool's failed operation again.
    Retry {
        /// The pool's place in [`Scenario::pools`].
        pool: usize,
    },
    /// Cancels a pool's operation.
    Cancel {
        /// The pool's place in [`Scenario::pools`].
        pool: usize,
    },
    /// Pauses a pool's operation.
    Pause {
        /// The pool's place in [`Scenario::pools`].
        pool: usize,
    },
    /// Resumes a pool's operation.
    Resume {
        /// The pool's place in [`Scenario::pools`].
        pool: usize,
    },
    /// Takes a machine's power away.
    PowerLoss {
        /// The machine.
        machine: MachineRef,
    },
    /// Gives a machine its power back; it boots.
    PowerOn {
        /// The machine.
        machine: MachineRef,
    },
}

/// A machine of the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MachineRef {
    /// Its pool's place in [`Scenario::pools`].
    pub pool: usize,
    /// Its position in the pool.
    pub position: u32,
}

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
}

/// The verbs of a step. Those of operators take a pool, those of accidents a machine.
#[derive(Clone, Copy)]
enum Verb {
    Apply,
    OnPool(fn(usize) -> Deed),
    OnMachine(fn(MachineRef) -> Deed),
}

const VERBS: [(&str, Verb); 7] = [
    ("apply", Verb::Apply),
    ("retry", Verb::OnPool(|pool| Deed::Retry { pool })),
    ("cancel", Verb::OnPool(|pool| Deed::Cancel { pool })),
    ("pause", Verb::OnPool(|pool| Deed::Pause { pool })),
    ("resume", Verb::OnPool(|pool| Deed::Resume { pool })),
    (
        "power-loss",
        Verb::OnMachine(|machine| Deed::PowerLoss { machine }),
    ),
    (
        "power-on",
        Verb::OnMachine(|machine| Deed::PowerOn { machine }),
    ),
];

impl Deed {
    /// The verb of the scenario's step.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Apply { .. } => "apply",
            Self::Retry { .. } => "retry",
            Self::Cancel { .. } => "cancel",
            Self::Pause { .. } => "pause",
            Self::Resume { .. } => "resume",
            Self::PowerLoss { .. } => "power-loss",
            Self::PowerOn { .. } => "power-on",
        }
    }
}

/// The steps of the scenario in the order of their instants; at one instant in the order of the file.
pub(super) fn steps(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Step> {
    let mut steps = Vec::new();
    for mut table in section.tables("steps", problems) {
        let at = table.need("at", problems, |item, problems| {
            instant_of_step(item, problems, scenario)
        });
        let what = deed(&mut table, problems, scenario);
        table.finish(problems);
        steps.extend(at.zip(what).map(|(at, what)| Step { at, what }));
    }
    steps.sort_by_key(|step| step.at);
    number_revisions(&mut steps, &scenario.pools);
    steps
}

/// An instant that is not after the horizon, if the scenario names one.
fn instant_of_step(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Time> {
    let at = instant(&scenario.calendar)(item, problems)?;
    if let Some(horizon) = scenario.horizon
        && at.since_start() > horizon
    {
        item.object(
            problems,
            &format!("which is after the horizon of {horizon}"),
        );
    }
    Some(at)
}

/// The revision that an `apply` without one means, until the steps are in order.
const NEXT: u32 = 0;

/// An `apply` without a revision means the saved one, or else the next after those before it.
fn number_revisions(steps: &mut [Step], pools: &[Pool]) {
    let mut newest: Vec<u32> = pools.iter().map(|pool| pool.revision).collect();
    for step in steps {
        if let Deed::Apply { pool, revision } = &mut step.what {
            if *revision == NEXT {
                let saved = pools[*pool]
                    .saved_revision
                    .filter(|saved| *saved > newest[*pool]);
                *revision = saved.unwrap_or(newest[*pool] + 1);
            }
            newest[*pool] = newest[*pool].max(*revision);
        }
    }
}

fn deed(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<Deed> {
    let Some(verb) = table.need("do", problems, word(&VERBS)) else {
        // Asked for, so that they are not called unknown beside the real problem.
        for key in ["pool", "machine", "revision"] {
            table.item(key);
        }
        return None;
    };
    match verb {
        Verb::Apply => {
            let pool = pool(table, problems, scenario);
            let revision = table.item("revision");
            let revision = match revision {
                Some(item) => self::revision(&item, problems)?,
                None => NEXT,
            };
            Some(Deed::Apply {
                pool: pool?,
                revision,
            })
        }
        Verb::OnPool(deed) => pool(table, problems, scenario).map(deed),
        Verb::OnMachine(deed) => table
            .need("machine", problems, |item, problems| {
                machine(item, problems, scenario)
            })
            .map(deed),
    }
}

fn pool(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<usize> {
    table.need("pool", problems, |item, problems| {
        pool_named(item, problems, scenario)
    })
}

fn pool_named(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<usize> {
    let known = || scenario.pools.iter().map(|pool| pool.name.as_str());
    let named = one_of(known, item, problems)?;
    scenario.pools.iter().position(|pool| pool.name == named)
}

fn machine(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<MachineRef> {
    let found = item.as_str().unwrap_or_default();
    let machine = (0..).zip(&scenario.pools).find_map(|(pool, candidate)| {
        let position = candidate.machines.position(&candidate.name, found)?;
        Some(MachineRef { pool, position })
    });
    let is_complete = scenario.pools.iter().all(|pool| pool.machines.count() > 0);
    if machine.is_none() && is_complete {
        /// Enough names to suggest from; a fleet may have a million.
        const SEARCHED: usize = 10_000;
        let names: Vec<_> = scenario.machine_names().take(SEARCHED).collect();
        let hint = did_you_mean(found, names.iter().map(String::as_str));
        item.refuse_with_hint(problems, "the name of a machine of this file", &hint);
    }
    machine
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
    let phase = table.need("phase", problems, |item, problems| {
        phase(item, problems, scenario, target)
    });
    let occurrence = table.get("occurrence", problems, count_unless("every"));
    let words = [("fail", Misfortune::Fails), ("hang", Misfortune::Hangs)];
    let outcome = table.get("do", problems, word(&words));
    let takes = table.get("takes", problems, duration);
    if table.item("do").is_none() && table.item("takes").is_none() {
        let allowed = "do = \"fail\", do = \"hang\", or takes = a duration";
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

fn fault_target(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<FaultTarget> {
    match (table.item("machine"), table.item("pool")) {
        (Some(item), None) => machine(&item, problems, scenario).map(FaultTarget::Machine),
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
    let class = target.and_then(|target| {
        let pool = match target {
            FaultTarget::Machine(machine) => machine.pool,
            FaultTarget::Pool(pool) => pool,
        };
        scenario.hardware.get(&scenario.pools[pool].hardware)
    });
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
