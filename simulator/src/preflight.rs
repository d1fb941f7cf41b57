//! Before a rollout starts: is the fleet fit for it, and what would block its drains now?
//!
//! The checks that meltcloud's rollout of a pool begins with (cluster, pools and machines are healthy), and those that
//! find most drains that would hang, on the fleet as it is at one instant. Nothing is simulated, so nothing here says
//! how long; that is for a rehearsal to say.
//!
//! | file | checks |
//! |---|---|
//! | `sanity` | versions, machines that are down or cordoned, free slots |
//! | `budgets` | budgets that allow nothing, pods with two of them |
//! | `pods` | pods that refuse a drain, that end too slowly, that have nowhere to go |

mod budgets;
mod pods;
mod sanity;

use appliance::Text;
use schemars::JsonSchema;
use serde::Serialize;

use crate::fleet::{Blueprint, MachineIndex, PoolIndex, World};
use crate::scenario::{Change, Deed};

/// Something that a rollout of a pool would meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// The pool.
    #[schemars(with = "String")]
    pub pool: Text,
    /// How bad it is.
    pub severity: Severity,
    /// Which check found it.
    pub check: &'static str,
    /// What it is about: a budget, a workload, a machine, the pool.
    #[schemars(with = "String")]
    pub object: Text,
    /// The pool's machines that it meets, in their order.
    #[schemars(with = "Vec<String>")]
    pub machines: Vec<Text>,
    /// What is the matter.
    pub says: String,
    /// The smallest change against it.
    pub change: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A machine could not be drained, or none could start.
    Blocks,
    /// It may hold the rollout up, or cost something.
    Risks,
}

impl Severity {
    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Risks => "risks",
        }
    }
}

/// What a rollout of this pool would meet if it started now, the worst first.
pub fn preflight(world: &World, pool: PoolIndex) -> Vec<Finding> {
    let about = Subject {
        world,
        blueprint: world.blueprint(),
        pool,
    };
    let mut findings = [
        sanity::check(&about),
        budgets::check(&about),
        pods::check(&about),
    ]
    .concat();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// What every pool of the fleet would meet, or those that the scenario rolls out if it rolls any out.
pub fn of_scenario(world: &World) -> Vec<Finding> {
    let blueprint = world.blueprint();
    let rolled_out = |pool: &PoolIndex| {
        let mut steps = blueprint.scenario().steps.iter();
        let images = blueprint.scenario().images.iter();
        let mut images = images.flat_map(|images| &images.pools);
        let applies = |deed: Deed| match deed {
            Deed::Apply { pool: of, .. } => of == pool.at(),
            Deed::Change { change, .. } => matches!(
                blueprint.change(change),
                Change::Pool { pool: of, apply: true, .. } if *of == pool.at()
            ),
            _ => false,
        };
        steps.any(|step| applies(step.what)) || images.any(|of| *of == pool.at())
    };
    let mut pools: Vec<_> = blueprint.pools().filter(rolled_out).collect();
    if pools.is_empty() {
        pools = blueprint.pools().collect();
    }
    pools
        .into_iter()
        .flat_map(|pool| preflight(world, pool))
        .collect()
}

/// The pool that is looked at, in its fleet.
struct Subject<'w> {
    world: &'w World,
    blueprint: &'w Blueprint,
    pool: PoolIndex,
}

/// What a check says of something.
struct Says {
    severity: Severity,
    check: &'static str,
    what: String,
    change: String,
}

impl Subject<'_> {
    fn finding(&self, object: &str, machines: &[MachineIndex], what: Says) -> Finding {
        let names = machines
            .iter()
            .map(|machine| self.blueprint.machine_name(*machine));
        Finding {
            pool: Text::from(self.blueprint.pool_name(self.pool)),
            severity: what.severity,
            check: what.check,
            object: Text::from(object),
            machines: names.map(Text::from).collect(),
            says: what.what,
            change: what.change,
        }
    }

    fn machines(&self) -> impl Iterator<Item = MachineIndex> {
        self.blueprint.machines_of(self.pool)
    }
}
