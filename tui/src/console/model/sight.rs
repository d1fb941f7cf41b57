//! What is the matter in each pool, from one look at all machines: what is wrong with some, what others wait for.

use std::collections::BTreeMap;

use appliance::{Machine, MachineId, MachinePoolId, MachineStatus, Scheduling, Text};

use super::Fleet;

/// What is wrong with a machine outside an update; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// It does not answer.
    Down,
    /// Its node is there and never became Ready.
    NotReady,
    /// It was taken out of its pool without its help.
    TakenOut,
    /// Its drain was given up, and it is set aside.
    Quarantined,
    /// A rollout cordoned it and has left it so.
    LeftCordoned,
    /// Somebody cordoned it.
    CordonedByHand,
}

/// Some machines of which one is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// The first of them.
    pub first: MachineId,
    /// How many there are.
    pub count: u32,
}

/// What holds machines up in their updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The one that was held first.
    pub machine: MachineId,
    /// Since when, in milliseconds; `None` where that is not told.
    pub since_ms: Option<u64>,
    /// How many are held.
    pub count: u32,
}

/// What machines wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The reason.
    pub reason: Text,
    /// What it is about.
    pub object: Option<Text>,
    /// How many machines have it.
    pub count: u32,
}

/// What is the matter in one pool, or with the machines that are in none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// What is wrong with how many machines.
    pub troubles: BTreeMap<Trouble, Group>,
    /// Machines whose update failed.
    pub failed: Option<Group>,
    /// Machines in flight that do not get on.
    pub held: Option<Held>,
    /// What machines wait for that are not in flight.
    pub waiting: Vec<Waiting>,
    /// Machines that are updating, of which the appliance does not tell how far they are.
    pub untold: Vec<MachineId>,
}

/// Reasons of a machine in flight for which its update does not get on.
const HOLDS: [&str; 5] = ["budget", "capacity", "volume", "power", "repair"];
/// From when on what is held counts as stuck, in milliseconds.
const LONG: u64 = 10 * 60_000;

impl Trouble {
    /// What is wrong with a machine, if anything is.
    pub fn of(machine: &Machine) -> Option<Self> {
        match &machine.status {
            MachineStatus::Unreachable => return Some(Self::Down),
            MachineStatus::ForceUnassigned => return Some(Self::TakenOut),
            MachineStatus::Updating | MachineStatus::Preregistered => return None,
            MachineStatus::NotReady => return Some(Self::NotReady),
            _ => {}
        }
        match machine.scheduling {
            Some(Scheduling::Quarantined) => Some(Self::Quarantined),
            Some(Scheduling::Cordoned) => Some(Self::LeftCordoned),
            Some(Scheduling::ByHand) => Some(Self::CordonedByHand),
            _ => None,
        }
    }

    /// The word for it, where the machine's status has none.
    pub fn word(self) -> &'static str {
        match self {
            Self::Down => "unreachable",
            Self::NotReady => "not_ready",
            Self::TakenOut => "force_unassigned",
            Self::Quarantined => "quarantined",
            Self::LeftCordoned | Self::CordonedByHand => "cordoned",
        }
    }
}

impl Held {
    /// From when on it is too long.
    pub fn long_from(&self) -> u64 {
        self.since_ms.map_or(0, |since| since.saturating_add(LONG))
    }
}

impl Sight {
    /// What is the matter in each pool.
    pub fn of(machines: &[Machine]) -> BTreeMap<Option<MachinePoolId>, Self> {
        let mut sights: BTreeMap<_, Self> = BTreeMap::new();
        for machine in machines {
            let trouble = Trouble::of(machine);
            let is_untold = is_untold(machine);
            let is_told = machine.reason.is_some() || machine.failure.is_some();
            if trouble.is_none() && !is_told && !is_untold {
                continue;
            }
            let sight = sights.entry(machine.machine_pool_id).or_default();
            if let Some(trouble) = trouble {
                let group = sight.troubles.entry(trouble);
                group.or_insert(Group::of(machine)).count += 1;
            }
            if machine.failure.is_some() {
                sight.failed.get_or_insert(Group::of(machine)).count += 1;
            }
            sight.take_reason(machine);
            if is_untold {
                sight.untold.push(machine.id);
            }
        }
        sights
    }

    fn take_reason(&mut self, machine: &Machine) {
        let Some(reason) = &machine.reason else {
            return;
        };
        if machine.status != MachineStatus::Updating {
            let known = self.waiting.iter_mut().find(|waiting| {
                waiting.reason == *reason && waiting.object == machine.reason_object
            });
            match known {
                Some(known) => known.count += 1,
                None => self.waiting.push(Waiting {
                    reason: reason.clone(),
                    object: machine.reason_object.clone(),
                    count: 1,
                }),
            }
        } else if HOLDS.contains(&reason.as_str()) {
            let own = Held {
                machine: machine.id,
                since_ms: machine.reason_since_ms,
                count: 0,
            };
            let held = self.held.get_or_insert(own);
            let count = held.count + 1;
            if own.since_ms < held.since_ms {
                *held = own;
            }
            held.count = count;
        }
    }
}

/// Whether it is updating and the appliance tells no more: not even whether somebody holds it.
fn is_untold(machine: &Machine) -> bool {
    machine.status == MachineStatus::Updating && machine.reason.is_none() && machine.held.is_none()
}

impl Group {
    fn of(machine: &Machine) -> Self {
        Self {
            first: machine.id,
            count: 0,
        }
    }
}

impl Fleet {
    /// What is the matter in a pool, or with the machines that are in none; `None` where nothing is.
    pub fn sight(&self, pool: Option<MachinePoolId>) -> Option<&Sight> {
        self.sights.get(&pool)
    }

    /// What holds a pool's rollout up for too long.
    pub fn stuck(&self, pool: MachinePoolId) -> Option<Held> {
        let held = self.sight(Some(pool))?.held?;
        // Whoever repairs it is at work.
        let machine = self.machine(held.machine)?;
        if machine
            .reason
            .as_ref()
            .is_some_and(|reason| *reason == "repair")
        {
            return None;
        }
        (held.long_from() <= self.windows.now_ms()).then_some(held)
    }

    /// The machines with which something is wrong.
    pub fn troubled(&self, pool: Option<MachinePoolId>, trouble: Trouble) -> Option<Group> {
        self.sight(pool)?.troubles.get(&trouble).copied()
    }
}
