//! The machines of a pool: so many, or these.

use std::collections::{BTreeMap, BTreeSet};

use super::Scenario;
use super::labels::labels;
use super::pool::Pool;
use super::problem::{Problems, did_you_mean};
use super::section::{Item, Section};
use super::values::{count, duration, flag, is_name, name};
use crate::engine::Span;

/// The machines of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Machines {
    /// So many, named `POOL-1`, `POOL-2`, …, without padding: a name is the key of a machine's draws and must not
    /// change when there are more of them.
    Count {
        /// How many.
        count: u32,
        /// Zones that they are dealt out to in turn; may be empty.
        zones: Vec<String>,
    },
    /// These, in natural order of their names.
    Listed(Vec<Machine>),
}

/// A machine that the scenario names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Its name, unique in the scenario.
    pub name: String,
    /// Its zone, if it has one.
    pub zone: Option<String>,
    /// How long it had been in the fleet when the scenario starts.
    pub age: Span,
    /// Its own labels, each of which stands for that of its pool.
    pub labels: BTreeMap<String, String>,
    /// Whether it is cordoned by hand when the scenario starts.
    pub is_cordoned: bool,
    /// Whether its turn waits until somebody lets it have it.
    pub is_held: bool,
    /// Whether no rollout targets it until somebody includes it again.
    pub is_excluded: bool,
}

/// A machine of the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MachineRef {
    /// Its pool's place in [`Scenario::pools`].
    pub pool: usize,
    /// Its position in the pool.
    pub position: u32,
}

impl Machine {
    /// One of which only the name is known.
    pub(super) fn named(name: String) -> Self {
        Self {
            name,
            zone: None,
            age: Span::ZERO,
            labels: BTreeMap::new(),
            is_cordoned: false,
            is_held: false,
            is_excluded: false,
        }
    }
}

impl Machines {
    /// Stands for machines with a problem, so that what refers to their pool is not called a problem too.
    pub(super) const UNREADABLE: Self = Self::Count {
        count: 0,
        zones: Vec::new(),
    };

    /// No machines.
    pub(super) const NONE: Self = Self::Listed(Vec::new());

    /// How many.
    pub fn count(&self) -> u32 {
        match self {
            Self::Count { count, .. } => *count,
            Self::Listed(list) => u32::try_from(list.len()).unwrap_or(u32::MAX),
        }
    }

    /// The name of the machine at `position`, from 0, in natural order. Behind the pool's own machines stand the spare
    /// ones of its rollouts, `POOL-surge-1` ….
    pub fn name(&self, pool: &str, position: u32) -> String {
        if let Some(spare) = position.checked_sub(self.count()) {
            return format!("{pool}-surge-{}", spare + 1);
        }
        match self {
            Self::Count { .. } => format!("{pool}-{}", position + 1),
            Self::Listed(list) => list[position as usize].name.clone(),
        }
    }

    /// The zone of the machine at `position`, if it has one.
    pub fn zone(&self, position: u32) -> Option<&str> {
        match self {
            Self::Count { zones, .. } if zones.is_empty() => None,
            Self::Count { zones, .. } => Some(&zones[position as usize % zones.len()]),
            Self::Listed(list) => list.get(position as usize)?.zone.as_deref(),
        }
    }

    /// How long the machine at `position` had been in the fleet at the start; of generated machines, `POOL-1` is the
    /// oldest.
    pub fn age(&self, position: u32) -> Span {
        match self {
            Self::Count { count, .. } => {
                Span::from_millis(u64::from(count.saturating_sub(position)))
            }
            Self::Listed(list) => list
                .get(position as usize)
                .map_or(Span::ZERO, |machine| machine.age),
        }
    }

    /// The labels that the machine at `position` has beside those of its pool, or instead.
    pub fn labels(&self, position: u32) -> &BTreeMap<String, String> {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        match self {
            Self::Count { .. } => &NONE,
            Self::Listed(list) => list
                .get(position as usize)
                .map_or(&NONE, |machine| &machine.labels),
        }
    }

    /// The machines that the scenario lists, each with its position; none where it only counts them.
    pub fn listed(&self) -> impl Iterator<Item = (u32, &Machine)> {
        let listed = match self {
            Self::Count { .. } => &[][..],
            Self::Listed(list) => list,
        };
        (0..).zip(listed)
    }

    /// The positions of the machines that are cordoned by hand when the scenario starts.
    pub fn cordoned(&self) -> impl Iterator<Item = u32> {
        self.listed()
            .filter(|(_, machine)| machine.is_cordoned)
            .map(|(position, _)| position)
    }

    /// The position of the machine of this name; `None` when the pool has none.
    pub fn position(&self, pool: &str, machine: &str) -> Option<u32> {
        match self {
            Self::Count { count, .. } => {
                let number = machine.strip_prefix(pool)?.strip_prefix('-')?;
                let position = number.parse::<u32>().ok()?.checked_sub(1)?;
                (position < *count && self.name(pool, position) == machine).then_some(position)
            }
            Self::Listed(list) => {
                let position = list.iter().position(|listed| listed.name == machine)?;
                u32::try_from(position).ok()
            }
        }
    }
}

/// A count, or a list of names and tables.
pub(super) fn machines(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    zones: Option<Vec<String>>,
) -> Option<Machines> {
    let Some(elements) = item.elements() else {
        if item.as_integer().is_none() {
            item.refuse(problems, "a count of at least 1, or a list of names");
            return None;
        }
        let zones = zones.unwrap_or_default();
        return count(item, problems).map(|count| Machines::Count { count, zones });
    };
    if zones.is_some() {
        item.object(
            problems,
            "so each machine says its own zone: \"zones\" goes with a count",
        );
    }
    if elements.is_empty() {
        item.refuse(
            problems,
            "a count of at least 1, or a list of at least one name",
        );
        return None;
    }
    let read: Vec<_> = elements
        .iter()
        .filter_map(|element| machine(element, problems))
        .collect();
    if read.len() < elements.len() {
        return None;
    }
    let mut listed = read;
    listed.sort_by(|a, b| alphanumeric_sort::compare_str(&a.name, &b.name));
    Some(Machines::Listed(listed))
}

/// A machine: its name, or a table of what is known of it.
fn machine(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Machine> {
    if item.as_str().is_some() {
        return name(item, problems).map(Machine::named);
    }
    if item.value.get_ref().as_table().is_none() {
        let allowed =
            "a name, or a table with name, zone, age, labels, cordoned, held and excluded";
        item.refuse(problems, allowed);
        return None;
    }
    let mut table = item.section(problems)?;
    let name = table.need("name", problems, name);
    let zone = table.get("zone", problems, self::name);
    let age = table.get("age", problems, duration);
    let labels = table.get("labels", problems, labels);
    let is_cordoned = table.get("cordoned", problems, flag);
    let is_held = table.get("held", problems, flag);
    let is_excluded = table.get("excluded", problems, flag);
    table.finish(problems);
    Some(Machine {
        name: name?,
        zone,
        age: age.unwrap_or_default(),
        labels: labels.unwrap_or_default(),
        is_cordoned: is_cordoned.unwrap_or_default(),
        is_held: is_held.unwrap_or_default(),
        is_excluded: is_excluded.unwrap_or_default(),
    })
}

/// Notes machine names that two machines have. Generated names of two pools differ, since the pools' names do; so
/// only listed ones have to be compared with all others.
pub(super) fn check_names(pools: &[(Pool, usize)], problems: &mut Problems<'_>) {
    let mut listed = BTreeSet::new();
    for (pool, offset) in pools {
        check_spare_names(pool, *offset, pools, problems);
        let all = pool.machines.count().saturating_add(pool.policy.surge);
        let longest = all.saturating_sub(1);
        if pool.machines.count() > 0 && !is_name(&pool.machines.name(&pool.name, longest)) {
            problems.add(
                *offset,
                format!("machines of the pool \"{}\" get too long a name", pool.name),
            );
        }
        let Machines::Listed(machines) = &pool.machines else {
            continue;
        };
        for machine in machines {
            let is_generated = pools.iter().any(|(other, _)| {
                matches!(other.machines, Machines::Count { .. })
                    && other
                        .machines
                        .position(&other.name, &machine.name)
                        .is_some()
            });
            if is_generated || !listed.insert(&machine.name) {
                let why = "is named twice: machine names are unique in a scenario";
                problems.add(
                    *offset,
                    format!("the pool's machine \"{}\" {why}", machine.name),
                );
            }
        }
    }
}

/// Notes that a machine has the name of a spare one of a pool.
fn check_spare_names(
    pool: &Pool,
    offset: usize,
    pools: &[(Pool, usize)],
    problems: &mut Problems<'_>,
) {
    let own = pool.machines.count();
    let is_spare = |name: &String| {
        let number = name.strip_prefix(&pool.name)?.strip_prefix("-surge-")?;
        let spare = number.parse::<u32>().ok()?.checked_sub(1)?;
        let is_one = spare < pool.policy.surge
            && pool.machines.name(&pool.name, own.saturating_add(spare)) == *name;
        is_one.then_some(())
    };
    let taken = pools.iter().find_map(|(other, _)| match &other.machines {
        // Where any of its names is that of a spare machine, the first is.
        Machines::Count { count, .. } => (*count > 0)
            .then(|| other.machines.name(&other.name, 0))
            .filter(|name| is_spare(name).is_some()),
        Machines::Listed(list) => list
            .iter()
            .map(|machine| &machine.name)
            .find(|name| is_spare(name).is_some())
            .cloned(),
    });
    if let Some(name) = taken {
        let why = format!("is that of a spare machine of the pool \"{}\"", pool.name);
        problems.add(offset, format!("the machine's name \"{name}\" {why}"));
    }
}

/// The machine that a name of the scenario means.
pub(super) fn machine_named(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<MachineRef> {
    let found = item.as_str().unwrap_or_default();
    let machine = find(scenario, found);
    if machine.is_none() {
        refuse_stranger(
            item,
            problems,
            scenario,
            "the name of a machine of this file",
        );
    }
    machine
}

fn find(scenario: &Scenario, name: &str) -> Option<MachineRef> {
    (0..).zip(scenario.homes()).find_map(|(pool, candidate)| {
        let position = candidate.machines.position(&candidate.name, name)?;
        Some(MachineRef { pool, position })
    })
}

/// Notes a name that is none of a machine, unless some machines could not be read.
fn refuse_stranger(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    allowed: &str,
) {
    /// Enough names to suggest from; a fleet may have a million.
    const SEARCHED: usize = 10_000;
    if scenario.pools.iter().any(|pool| pool.machines.count() == 0) {
        return;
    }
    let names: Vec<_> = scenario.machine_names().take(SEARCHED).collect();
    let found = item.as_str().unwrap_or_default();
    let hint = did_you_mean(found, names.iter().map(String::as_str));
    item.refuse_with_hint(problems, allowed, &hint);
}

/// The machines of a step: `machine`, or `machines`, which is a name of several or an array; in natural order.
pub(super) fn machines_named(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<MachineRef> {
    let Some(several) = table.item("machines") else {
        let one = table.need("machine", problems, |item, problems| {
            machine_named(item, problems, scenario)
        });
        return one.into_iter().collect();
    };
    if let Some(item) = table.item("machine") {
        item.object(problems, "beside \"machines\": allowed is one of the two");
    }
    let named = several.elements().unwrap_or_else(|| vec![several]);
    let mut found = Vec::new();
    for item in &named {
        let name = item.as_str().unwrap_or_default();
        let mut homes = (0..).zip(scenario.homes());
        if let Some((pool, home)) = homes.find(|(_, home)| home.name == name) {
            let positions = 0..home.machines.count();
            found.extend(positions.map(|position| MachineRef { pool, position }));
        } else if let Some(machine) = find(scenario, name) {
            found.push(machine);
        } else {
            let allowed = "the name of a machine, of a pool or of [[machines]] of this file";
            refuse_stranger(item, problems, scenario, allowed);
        }
    }
    let name_of = |machine: &MachineRef| {
        let home = scenario.home(machine.pool);
        home.machines.name(&home.name, machine.position)
    };
    found.sort_by(|a, b| alphanumeric_sort::compare_str(name_of(a), name_of(b)));
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_machines_are_found_by_their_names() {
        let machines = Machines::Count {
            count: 12,
            zones: vec!["a".to_owned(), "b".to_owned()],
        };
        assert_eq!(machines.name("w", 9), "w-10");
        assert_eq!(machines.position("w", "w-10"), Some(9));
        for stranger in ["w-0", "w-13", "w-01", "w-+1", "x-1", "w"] {
            assert_eq!(machines.position("w", stranger), None, "{stranger}");
        }
        assert_eq!(machines.zone(3), Some("b"));
    }

    #[test]
    fn no_machine_has_the_name_of_a_spare_one() {
        let read = |name: &str, machines: &str| {
            let pools = format!(
                "[[pools]]\nname = \"w\"\nmachines = 3\nsurge = 2\n[[pools]]\nname = \"{name}\"\nmachines = {machines}"
            );
            Scenario::parse(&pools, "f", "f").map_err(|error| error.to_string())
        };
        let why = "is that of a spare machine of the pool \"w\"";
        for (name, machines) in [("w-surge", "1"), ("x", "[\"w-surge-2\"]")] {
            let said = read(name, machines).unwrap_err();
            assert!(said.ends_with(why) && said.lines().count() == 1, "{said}");
        }
        assert!(read("x", "[\"w-surge-3\", \"w-surge-02\", \"w-surge\"]").is_ok());
    }
}
