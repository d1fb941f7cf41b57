//! What a scenario leaves to chance, each under its key in the file; and the scenario with one of these set to what it is
//! at best or at worst.
//!
//! A duration is set to its P10 or to its P90, for everything that draws it. A probability or a rate is set to zero, or
//! to twice itself. The order in which machines go and where a scheduler puts a pod are no quantities, so they are not
//! among the inputs.

#[cfg(test)]
mod tests;

use std::fmt;

use super::{Hardware, Kind, Pool, Scenario, Workload};
use crate::distribution::Distribution;
use crate::engine::Span;
use crate::phase::Phase;

/// Something that a scenario leaves to chance.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its key in the file, as `hardware.server.firmware`. A table without a name has its number there, from 1.
    pub key: String,
    /// Where it acts: places in [`Scenario::pools`], ascending.
    pub pools: Vec<usize>,
    /// What it is at its low end.
    pub low: Setting,
    /// What it is at its high end.
    pub high: Setting,
}

/// What an input is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// Always so long.
    Takes(Span),
    /// A probability, from 0 to 1.
    Chance(f64),
    /// Expected failures in an hour.
    Hourly(f64),
}

/// Which end of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// Its P10, or zero.
    Low,
    /// Its P90, or twice itself.
    High,
}

/// Hours of a year of 365 days.
const HOURS_OF_YEAR: f64 = 8760.0;
/// A distribution whose values differ only in fewer cases than this is taken as fixed.
const RARE: f64 = 1e-9;

/// A place in a scenario where a quantity stands that may be uncertain.
enum Slot<'s> {
    Takes(&'s mut Distribution),
    /// A probability, and how large it may be beside the others that exclude it.
    Chance(&'s mut f64, f64),
    Hourly(&'s mut f64),
}

/// Is shown the key of each slot, where it acts, and the slot.
type See<'v> = dyn FnMut(String, &[usize], Slot<'_>) + 'v;
/// Is shown each slot that is uncertain, and also its low and its high end.
type Visit<'v> = dyn FnMut(String, &[usize], Slot<'_>, [Setting; 2]) + 'v;

impl Slot<'_> {
    /// What it can be set to; `None` where it is certain.
    fn ends(&self) -> Option<[Setting; 2]> {
        match self {
            Self::Takes(takes) => {
                let varies = takes.quantile(RARE) < takes.quantile(1.0 - RARE);
                let end = |u| Setting::Takes(takes.quantile(u));
                varies.then(|| [end(0.1), end(0.9)])
            }
            Self::Chance(chance, most) => {
                let twice = (2.0 * **chance).min(*most);
                let varies = **chance > 0.0 && **chance < 1.0;
                varies.then_some([Setting::Chance(0.0), Setting::Chance(twice)])
            }
            Self::Hourly(rate) => {
                let ends = [Setting::Hourly(0.0), Setting::Hourly(2.0 * **rate)];
                (**rate > 0.0).then_some(ends)
            }
        }
    }

    fn set(self, setting: Setting) {
        match (self, setting) {
            (Self::Takes(takes), Setting::Takes(span)) => *takes = Distribution::fixed(span),
            (Self::Chance(chance, _), Setting::Chance(share)) => *chance = share,
            (Self::Hourly(rate), Setting::Hourly(hourly)) => *rate = hourly,
            _ => {}
        }
    }
}

impl Scenario {
    /// Everything that it leaves to chance, in the order of the kinds of tables and of the tables in the file.
    pub fn inputs(&self) -> Vec<Input> {
        let mut inputs = Vec::new();
        self.clone().each_input(&mut |key, pools, _, [low, high]| {
            inputs.push(Input {
                key,
                pools: pools.to_vec(),
                low,
                high,
            });
        });
        inputs
    }

    /// The same scenario with the input at this place among [`Scenario::inputs`] at one of its ends.
    #[must_use]
    pub fn with_input(&self, place: usize, at: Extreme) -> Self {
        let mut changed = self.clone();
        let mut number = 0;
        changed.each_input(&mut |_, _, slot, [low, high]| {
            if number == place {
                slot.set(match at {
                    Extreme::Low => low,
                    Extreme::High => high,
                });
            }
            number += 1;
        });
        changed
    }

    /// Visits each slot that is uncertain and that some pool uses, with what it can be set to.
    fn each_input(&mut self, visit: &mut Visit<'_>) {
        self.each_slot(&mut |key, pools, slot| {
            if let Some(ends) = slot.ends().filter(|_| !pools.is_empty()) {
                visit(key, pools, slot, ends);
            }
        });
    }

    fn each_slot(&mut self, see: &mut See<'_>) {
        let mut hardware = std::mem::take(&mut self.hardware);
        for (name, class) in &mut hardware {
            self.each_of_class(name, class, see);
        }
        self.hardware = hardware;
        self.each_of_pools(see);
        self.each_of_workloads(see);
        self.each_of_people(see);
        for (number, bad) in (1..).zip(&mut self.bad_revisions) {
            let key = |key: &str| format!("bad_revisions.{number}.{key}");
            see(
                key("chance"),
                &bad.pools,
                Slot::Chance(&mut bad.chance, 1.0),
            );
            see(key("share"), &bad.pools, Slot::Chance(&mut bad.share, 1.0));
        }
    }

    fn each_of_class(&self, name: &str, class: &mut Hardware, see: &mut See<'_>) {
        let users = self.users_of(name, |_| true);
        let key = |key: &str| format!("hardware.{name}.{key}");
        let of_phase = |key: &str, phase| format!("hardware.{name}.{key}.{phase}");
        for phase in Phase::ALL {
            if !class.has(phase) {
                continue;
            }
            let timed = self.users_of(name, |place| self.takes_of_class(class, place, phase));
            let rule = &mut class.phases[phase];
            see(key(phase.as_str()), &timed, Slot::Takes(&mut rule.normal));
            if let Some(slow) = &mut rule.slow {
                let of_slow = |last: &str| format!("{}.{last}", of_phase("slow", phase));
                see(of_slow("share"), &timed, Slot::Chance(&mut slow.share, 1.0));
                see(of_slow("takes"), &timed, Slot::Takes(&mut slow.takes));
            }
            rule.mix();
            let most = 1.0 - rule.hangs;
            let fails = Slot::Chance(&mut rule.fails, most);
            see(of_phase("fails", phase), &users, fails);
            let most = 1.0 - rule.fails;
            let hangs = Slot::Chance(&mut rule.hangs, most);
            see(of_phase("hangs", phase), &users, hangs);
        }
        let boots = &mut class.boots;
        let others = 1.0 - (boots.rolls_back + boots.loops + boots.not_ready);
        for (last, chance) in [
            ("rolls_back", &mut boots.rolls_back),
            ("loops", &mut boots.loops),
            ("not_ready", &mut boots.not_ready),
        ] {
            let most = others + *chance;
            see(key(last), &users, Slot::Chance(chance, most));
        }
        if let Some(hazard) = &mut class.hazard {
            let hourly = Slot::Hourly(&mut hazard.hourly);
            see(key("fails_yearly"), &users, hourly);
            if let Some(repair) = &mut hazard.repair {
                see(key("repair"), &users, Slot::Takes(repair));
            }
        }
        // What never fails has no time to its next failure.
        class.hazard = class.hazard.take().filter(|hazard| hazard.hourly > 0.0);
    }

    /// The pools on machines of a class; every one, where the class is that of machines in none, which may come to it.
    fn users_of(&self, class: &str, acts_in: impl Fn(usize) -> bool) -> Vec<usize> {
        let is_of_depot = self
            .depots
            .iter()
            .any(|depot| depot.about.hardware == class && depot.about.machines.count() > 0);
        let pools = self.pools.iter().enumerate();
        let users = pools
            .filter(|(place, pool)| is_of_depot || (pool.hardware == class && acts_in(*place)));
        users.map(|(place, _)| place).collect()
    }

    /// Whether it is the class that says how long a phase takes in a pool of its machines.
    fn takes_of_class(&self, class: &Hardware, place: usize, phase: Phase) -> bool {
        let pool = &self.pools[place];
        match phase {
            Phase::Soak => !has_own_soak(pool, class),
            Phase::Drain => !(class.drain_is_assumed && self.may_host(place)),
            Phase::Install => false,
            _ => true,
        }
    }

    /// Whether a drain of the pool's machines may meet a pod that it evicts.
    fn may_host(&self, place: usize) -> bool {
        let hosts = |workload: &Workload| {
            let labels = &workload.selector;
            let pool = &self.pools[place];
            let mut machines = 0..pool.machines.count();
            !workload.kind.is_per_machine()
                && workload.may_run_in(&self.pools, place)
                && (labels.is_empty() || machines.any(|position| pool.has_labels(position, labels)))
        };
        self.workloads.iter().any(hosts)
    }

    fn each_of_pools(&mut self, see: &mut See<'_>) {
        for (place, pool) in self.pools.iter_mut().enumerate() {
            let is_own = has_own_soak(pool, &self.hardware[&pool.hardware]);
            let key = |key: &str| format!("pools.{}.{key}", pool.name);
            if let Some(soak) = pool.own_phases.soak.as_mut().filter(|_| is_own) {
                see(key("soak"), &[place], Slot::Takes(&mut soak.takes));
            }
            if let Some(poll) = &mut pool.policy.poll {
                see(key("poll_first"), &[place], Slot::Takes(&mut poll.first));
                let jitter = Slot::Chance(&mut poll.jitter, 1.0);
                see(key("poll_jitter"), &[place], jitter);
            }
        }
    }

    fn each_of_workloads(&mut self, see: &mut See<'_>) {
        // Nothing evicts the pods that are one on each machine, and nothing waits for them.
        let evicted = |workload: &&mut Workload| !workload.kind.is_per_machine();
        for workload in self.workloads.iter_mut().filter(evicted) {
            let places = 0..self.pools.len();
            let pools = places.filter(|place| workload.may_run_in(&self.pools, *place));
            let pools: Vec<_> = pools.collect();
            let name = format!("workloads.{}/{}", workload.namespace, workload.name);
            let has_volume = workload.kind == Kind::StatefulSet;
            let times = [
                ("termination", &mut workload.termination, true),
                ("startup", &mut workload.startup, true),
                ("image_pull", &mut workload.image_pull, true),
                ("volume_detach", &mut workload.volume_detach, has_volume),
                ("resync", &mut workload.resync, true),
            ];
            for (last, takes, _) in times.into_iter().filter(|(.., acts)| *acts) {
                see(format!("{name}.{last}"), &pools, Slot::Takes(takes));
            }
            let ignores = Slot::Chance(&mut workload.ignores_sigterm, 1.0);
            see(format!("{name}.ignores_sigterm"), &pools, ignores);
        }
    }

    /// Hands, owners, and the gates that turn red by themselves.
    fn each_of_people(&mut self, see: &mut See<'_>) {
        for (number, hands) in (1..).zip(&mut self.hands) {
            let name = hands.name.clone().unwrap_or_else(|| format!("{number}"));
            let key = |key: &str| format!("hands.{name}.{key}");
            see(key("reacts"), &hands.pools, Slot::Takes(&mut hands.reacts));
            see(key("takes"), &hands.pools, Slot::Takes(&mut hands.takes));
        }
        for (number, owner) in (1..).zip(&mut self.owners) {
            let key = format!("owners.{number}.reacts");
            see(key, &owner.pools, Slot::Takes(&mut owner.reacts));
        }
        for gate in &mut self.gates {
            let Some(spells) = &mut gate.spells else {
                continue;
            };
            let key = |key: &str| format!("gates.{}.{key}", gate.name);
            see(key("every"), &gate.pools, Slot::Takes(&mut spells.every));
            see(key("for"), &gate.pools, Slot::Takes(&mut spells.lasts));
        }
    }
}

/// Whether the pool's word on its soak stands over that of its class.
fn has_own_soak(pool: &Pool, class: &Hardware) -> bool {
    let own = pool.own_phases.soak.as_ref();
    own.is_some_and(|soak| class.soak_is_assumed || !soak.yields)
}

/// `4m 12s`, `0.3 %`, `1.2 a year`.
impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Takes(span) => write!(formatter, "{span}"),
            Self::Chance(chance) => write!(formatter, "{} %", digits(chance * 100.0)),
            Self::Hourly(hourly) => write!(formatter, "{} a year", digits(hourly * HOURS_OF_YEAR)),
        }
    }
}

/// A number with at least two digits that say something, as far as it has them: `0.3`, `12`, `0.0025`.
fn digits(number: f64) -> String {
    let says_it = |places: &u8| {
        let scale = libm::pow(10.0, f64::from(*places));
        let rounded = (number * scale).round();
        let off = (rounded / scale - number).abs();
        off < 1e-9 || (rounded >= 10.0 && off <= number / 100.0)
    };
    let places = (0..6).find(says_it).unwrap_or(6);
    format!("{number:.*}", usize::from(places))
}
