//! `[[machines]]`: machines that are in no pool when the scenario starts.

use std::collections::BTreeSet;

use super::Scenario;
use super::absence::Shutdown;
use super::labels::labels;
use super::machines::{Machine, Machines};
use super::own_phases::OwnPhases;
use super::policy::Policy;
use super::pool::{Pool, one_of, pool_named, unique_name};
use super::presets::Preset;
use super::problem::Problems;
use super::quantities::capacity;
use super::section::{Item, Section};
use super::values::{count, is_name, list, name, word};
use super::workload::{Capacity, DrainPolicy};
use crate::engine::Span;

/// Machines in no pool that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Depot {
    /// What a pool knows of its machines: their names, zones, labels, hardware, capacity. The rest of it means nothing.
    pub about: Pool,
    /// What they are to the appliance when the scenario starts.
    pub enrolment: Enrolment,
    /// The pool that they go to when they boot an enrollment image, by its place in [`Scenario::pools`].
    pub prepared_pool: Option<usize>,
    /// The BIOS UUID of the only machine; `None`: one is made of its name.
    pub uuid: Option<String>,
}

/// What a machine is to the appliance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolment {
    /// Nothing: it has never booted an enrollment image, or was deleted since.
    Unknown,
    /// Known by its UUID; it has never booted.
    Preregistered,
    /// Managed, and in no pool.
    ReadyUnassigned,
    /// Taken out of its pool without its help; it has not come back yet.
    ForceUnassigned,
    /// In a pool, or on its way into one.
    Assigned,
}

impl Enrolment {
    /// The word for it: meltcloud's, where it has one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Preregistered => "preregistered",
            Self::ReadyUnassigned => "ready_unassigned",
            Self::ForceUnassigned => "force_unassigned",
            Self::Assigned => "assigned",
        }
    }
}

/// The words of `status`.
const AT_START: [(&str, Enrolment); 3] = [
    ("unknown", Enrolment::Unknown),
    ("preregistered", Enrolment::Preregistered),
    ("ready_unassigned", Enrolment::ReadyUnassigned),
];

impl Depot {
    /// Where machines are that left their pool: none at the start.
    pub(super) fn empty() -> Self {
        Self {
            about: about("", Machines::NONE, "vm".to_owned()),
            enrolment: Enrolment::ReadyUnassigned,
            prepared_pool: None,
            uuid: None,
        }
    }
}

/// What a pool is that nothing is said of.
pub(super) fn about(name: &str, machines: Machines, hardware: String) -> Pool {
    Pool {
        name: name.to_owned(),
        cluster: 0,
        machines,
        hardware,
        version: String::new(),
        revision: 0,
        revision_age: Span::ZERO,
        saved_revision: None,
        policy: Policy::default(),
        drain: DrainPolicy::default(),
        capacity: Capacity::default(),
        labels: std::collections::BTreeMap::new(),
        preset: Preset::default(),
        ignored_namespaces: Vec::new(),
        own_phases: OwnPhases::default(),
        shutdown: Shutdown::default(),
    }
}

/// Every `[[machines]]` of the scenario.
pub(super) fn depots(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Depot> {
    let mut depots: Vec<Depot> = Vec::new();
    let mut names = scenario
        .pools
        .iter()
        .map(|pool| pool.name.clone())
        .collect();
    for mut table in section.tables("machines", problems) {
        let offset = table.offset();
        let depot = depot(&mut table, problems, scenario, &mut names);
        table.finish(problems);
        let Some(depot) = depot else {
            continue;
        };
        check_names(&depot, offset, problems, scenario, &depots);
        check_uuid(&depot, offset, problems, &depots);
        depots.push(depot);
    }
    depots
}

fn depot(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    names: &mut BTreeSet<String>,
) -> Option<Depot> {
    let group = table.need("name", problems, |item, problems| {
        unique_name(names, item, problems)
    });
    let counted = table.get("count", problems, count);
    let zone = table.get("zone", problems, name);
    let zones = table.get("zones", problems, |item, problems| {
        list(item, problems, "name", name)
    });
    if zone.is_some()
        && let Some(item) = table.item("zones")
    {
        item.object(problems, "beside \"zone\": allowed is one of the two");
    }
    let hardware = table.get("hardware", problems, |item, problems| {
        let known = || scenario.hardware.keys().map(String::as_str);
        one_of(known, item, problems)
    });
    let labels = table.get("labels", problems, labels);
    let capacity = table.get("capacity", problems, capacity);
    let enrolment = table
        .get("status", problems, word(&AT_START))
        .unwrap_or(Enrolment::Unknown);
    let prepared_pool = prepared_pool(table, problems, scenario, enrolment);
    let uuid = only_uuid(table, problems, counted.is_some());
    let group = group?;
    let zones = zones.or(zone.map(|zone| vec![zone])).unwrap_or_default();
    let machines = match counted {
        Some(count) => Machines::Count { count, zones },
        None => Machines::Listed(vec![Machine {
            zone: zones.into_iter().next(),
            ..Machine::named(group.clone())
        }]),
    };
    let mut about = about(
        &group,
        machines,
        hardware.unwrap_or_else(|| "vm".to_owned()),
    );
    about.labels = labels.unwrap_or_default();
    about.capacity = capacity.unwrap_or_default();
    Some(Depot {
        about,
        enrolment,
        prepared_pool,
        uuid,
    })
}

fn prepared_pool(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    enrolment: Enrolment,
) -> Option<usize> {
    let item = table.item("pool")?;
    if enrolment != Enrolment::Preregistered {
        let why =
            "although only a machine whose status is \"preregistered\" has a pool before it boots";
        item.object(problems, why);
        return None;
    }
    pool_named(&item, problems, scenario)
}

fn only_uuid(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    are_several: bool,
) -> Option<String> {
    let item = table.item("uuid")?;
    if are_several {
        item.object(problems, "beside \"count\": a UUID is of one machine");
        return None;
    }
    uuid(&item, problems)
}

/// The UUID of an organization.
pub(super) fn organization(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<appliance::Organization> {
    appliance::Organization::parse(&uuid(item, problems)?)
}

/// A UUID as RFC 9562 writes it, in lower case from here on.
pub(super) fn uuid(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<String> {
    let found = item.as_str().filter(|text| is_uuid(text));
    if found.is_none() {
        let allowed = "a UUID, as \"4c4c4544-0042-3510-8051-b4c04f4e3332\"";
        item.refuse(problems, allowed);
    }
    found.map(str::to_ascii_lowercase)
}

/// Whether a text is a UUID.
pub fn is_uuid(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<_> = text.split('-').collect();
    let is_part = |(part, length): (&&str, usize)| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    parts.len() == lengths.len() && parts.iter().zip(lengths).all(is_part)
}

/// Notes machine names that other machines have, spare ones included.
fn check_names(
    depot: &Depot,
    offset: usize,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    before: &[Depot],
) {
    let own = &depot.about;
    let longest = own
        .machines
        .name(&own.name, own.machines.count().saturating_sub(1));
    if !is_name(&longest) {
        problems.add(
            offset,
            format!("the machines \"{}\" get too long a name", own.name),
        );
    }
    let others = || {
        scenario
            .pools
            .iter()
            .chain(before.iter().map(|depot| &depot.about))
    };
    let is_taken = |name: &str| {
        others()
            .any(|pool| pool.machines.position(&pool.name, name).is_some() || is_spare(pool, name))
    };
    let owns = |name: &String| own.machines.position(&own.name, name).is_some();
    let mut listed = others().flat_map(|pool| match &pool.machines {
        Machines::Listed(list) => &list[..],
        Machines::Count { .. } => &[],
    });
    let of_listed = listed.find(|machine| owns(&machine.name));
    let taken = match own.machines {
        // Generated names of two tables differ, since the tables' names do; so one is enough to look at.
        Machines::Count { .. } => of_listed.map(|machine| machine.name.clone()),
        Machines::Listed(_) => Some(own.name.clone()).filter(|name| is_taken(name)),
    };
    let first = own.machines.name(&own.name, 0);
    if let Some(name) = taken.or(is_taken(&first).then_some(first)) {
        let why = "is named twice: machine names are unique in a scenario";
        problems.add(offset, format!("the machine \"{name}\" {why}"));
    }
}

/// Notes a UUID that another machine has.
fn check_uuid(depot: &Depot, offset: usize, problems: &mut Problems<'_>, before: &[Depot]) {
    let Some(uuid) = &depot.uuid else {
        return;
    };
    if before.iter().any(|other| other.uuid.as_ref() == Some(uuid)) {
        problems.add(
            offset,
            format!("the UUID \"{uuid}\" is given to two machines"),
        );
    }
}

/// Whether a name is that of a spare machine of the pool.
fn is_spare(pool: &Pool, name: &str) -> bool {
    (0..pool.policy.surge)
        .map(|spare| pool.machines.count().saturating_add(spare))
        .any(|position| pool.machines.name(&pool.name, position) == name)
}
