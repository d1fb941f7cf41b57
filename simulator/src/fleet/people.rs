//! Who watches over the fleet, as far as it does not change: hands, owners, and the gates that others look at.

use serde::{Deserialize, Serialize};

use super::actors::Actor;
use super::hours::Hours;
use super::pods::plan::number;
use super::{PoolIndex, pool_at};
use crate::engine::{EntityKey, Time};
use crate::scenario::{Gate, Hands, Owner, Scenario};

/// The number of a `[[hands]]` table, its place in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HandsIndex(pub u32);

/// The number of a `[[gates]]` table, its place in the scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GateIndex(pub u32);

/// What the rules need to know of them.
#[derive(Debug)]
pub(super) struct People {
    pub(super) hands: Vec<(Hands, Hours)>,
    pub(super) gates: Vec<GatePlan>,
    pub(super) owners: Vec<(Owner, Hours)>,
    /// Who repairs the machines of each pool.
    hands_of: Vec<Option<HandsIndex>>,
    /// The place of each pool's owner.
    owner_of: Vec<Option<usize>>,
}

/// One gate.
#[derive(Debug)]
pub(super) struct GatePlan {
    pub(super) spec: Gate,
    /// The key of its draws.
    pub(super) key: EntityKey,
}

impl HandsIndex {
    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

impl GateIndex {
    pub(super) fn at(self) -> usize {
        self.0 as usize
    }
}

impl People {
    pub(super) fn new(scenario: &Scenario, horizon: Time) -> Self {
        let hours = |window| Hours::new(window, &scenario.calendar, horizon);
        let pools = || 0..scenario.pools.len();
        let first = |names: &dyn Fn(usize) -> Option<usize>| pools().map(names).collect::<Vec<_>>();
        let hands_of = first(&|pool| {
            let mut hands = scenario.hands.iter();
            hands.position(|hands| hands.pools.contains(&pool))
        });
        let owner_of = first(&|pool| {
            let mut owners = scenario.owners.iter();
            owners.position(|owner| owner.pools.contains(&pool))
        });
        let gates = scenario.gates.iter().map(|spec| GatePlan {
            spec: spec.clone(),
            key: EntityKey::of(&["gate", &spec.name]),
        });
        Self {
            hands: scenario
                .hands
                .iter()
                .map(|hands| (hands.clone(), hours(hands.hours.as_ref())))
                .collect(),
            gates: gates.collect(),
            owners: scenario
                .owners
                .iter()
                .map(|owner| (owner.clone(), hours(owner.hours.as_ref())))
                .collect(),
            hands_of: hands_of
                .into_iter()
                .map(|place| place.map(|place| HandsIndex(number(place))))
                .collect(),
            owner_of,
        }
    }

    /// Who repairs the machines of a pool.
    pub(super) fn hands_of(&self, pool: PoolIndex) -> Option<HandsIndex> {
        self.hands_of.get(pool.at()).copied().flatten()
    }

    /// Who retries the operations of a pool.
    pub(super) fn owner_of(&self, pool: PoolIndex) -> Option<&(Owner, Hours)> {
        let own = self.owner_of.get(pool.at()).copied().flatten();
        own.map(|place| &self.owners[place])
    }

    /// The gates of a pool, the first of the file first.
    pub(super) fn gates_of(&self, pool: PoolIndex) -> impl Iterator<Item = GateIndex> {
        let all = (0..).map(GateIndex).zip(&self.gates);
        let own = all.filter(move |(_, gate)| gate.spec.pools.contains(&pool.at()));
        own.map(|(index, _)| index)
    }

    /// The pools of a gate.
    pub(super) fn pools_of_gate(&self, gate: GateIndex) -> Vec<PoolIndex> {
        let pools = self.gates[gate.at()].spec.pools.iter();
        pools.map(|pool| pool_at(*pool)).collect()
    }

    /// How many entities the agenda needs for them: one for each hands and each gate, then one for each pool where there
    /// are owners.
    pub(super) fn entities(&self) -> u32 {
        let owners = if self.owners.is_empty() {
            0
        } else {
            self.owner_of.len()
        };
        number(self.hands.len() + self.gates.len() + owners)
    }

    /// Whom the entity at this place among them stands for.
    pub(super) fn actor(&self, place: u32) -> Actor {
        let hands = number(self.hands.len());
        let gates = number(self.gates.len());
        if place < hands {
            Actor::Hands(HandsIndex(place))
        } else if place < hands + gates {
            Actor::Gate(GateIndex(place - hands))
        } else {
            Actor::Owner(PoolIndex(place - hands - gates))
        }
    }

    /// The place among them of hands, of a gate, of a pool's owner.
    pub(super) fn place_of(&self, actor: Actor) -> u32 {
        let hands = number(self.hands.len());
        match actor {
            Actor::Hands(index) => index.0,
            Actor::Gate(index) => hands + index.0,
            Actor::Owner(pool) => hands + number(self.gates.len()) + pool.0,
            _ => unreachable!("only these stand among them"),
        }
    }
}
