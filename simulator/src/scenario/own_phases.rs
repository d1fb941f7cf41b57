//! What a pool's policy says of phases, over what its hardware class says: engines wait for boots as long as they choose to.

use super::Hardware;
use super::durations::distribution;
use super::problem::Problems;
use super::section::Section;
use super::values::{Switched, duration, time_out};
use crate::distribution::Distribution;
use crate::engine::Span;
use crate::phase::Phase;

/// What stands for the same of a pool's hardware class; `None`: the class decides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnPhases {
    /// How long a boot is waited for; inside, `None` is for ever.
    pub boot_time_out: Option<Option<Span>>,
    /// How long the join is waited for; inside, `None` is for ever.
    pub join_time_out: Option<Option<Span>>,
    /// How long a machine that is drained waits before it stops.
    pub stop_wait: Span,
    /// How long a machine is watched after its update.
    pub soak: Option<Soak>,
}

/// A pool's soak.
#[derive(Clone, Debug, PartialEq)]
pub struct Soak {
    /// How long.
    pub takes: Distribution,
    /// Whether it stands only for that of a built-in class, since it is a preset's and not the scenario's word.
    pub yields: bool,
}

impl OwnPhases {
    /// A class as the pool has it.
    pub fn over(&self, class: &Hardware) -> Hardware {
        let mut class = class.clone();
        if let Some(limit) = self.boot_time_out {
            class.boot_time_out = limit;
        }
        if let Some(limit) = self.join_time_out {
            class.phases[Phase::Join].time_out = limit;
        }
        if !self.stop_wait.is_zero() {
            let stop = if class.is_one_phase {
                Phase::Update
            } else {
                Phase::Stop
            };
            let takes = &mut class.phases[stop].takes;
            *takes = takes.clone().later_by(self.stop_wait);
        }
        match &self.soak {
            Some(soak) if class.soak_is_assumed || !soak.yields => {
                class.phases[Phase::Soak].takes = soak.takes.clone();
            }
            _ => {}
        }
        class
    }
}

/// What a pool's table says of phases.
pub(super) fn own_phases(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> OwnPhases {
    let boot = table.get("boot_timeout", problems, time_out);
    let join = table.get("join_timeout", problems, time_out);
    let stop_wait = table.get("stop_wait", problems, duration);
    let soak = table.item("soak");
    let yields = soak.as_ref().is_some_and(|item| !item.is_own());
    let takes = soak.and_then(|item| distribution(&item, problems));
    OwnPhases {
        boot_time_out: boot.map(Switched::on),
        join_time_out: join.map(Switched::on),
        stop_wait: stop_wait.unwrap_or_default(),
        soak: takes.map(|takes| Soak { takes, yields }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn class(top: &str, pool: &str) -> Hardware {
        let text = format!("{top}\n[[pools]]\nname = \"w\"\nmachines = 1\n{pool}");
        let scenario = Scenario::parse(&text, "f", "f").unwrap();
        let pool = &scenario.pools[0];
        pool.own_phases.over(&scenario.hardware[&pool.hardware])
    }

    fn soak(class: &Hardware) -> Option<u64> {
        let takes = class.phases[Phase::Soak].takes.as_fixed();
        takes.map(|soak| soak.as_millis() / 1000)
    }

    #[test]
    fn a_pool_says_how_long_its_boots_are_waited_for() {
        let own = class(
            "",
            "boot_timeout = \"none\"\njoin_timeout = \"9m\"\nstop_wait = \"1m\"\nsoak = \"5s\"",
        );
        assert_eq!(own.boot_time_out, None);
        assert_eq!(own.phases[Phase::Join].time_out, Some(Span::from_secs(540)));
        let stops = |class: &Hardware| class.phases[Phase::Stop].takes.quantile(0.7);
        let later = stops(&class("", "")) + Span::from_secs(60);
        assert_eq!((stops(&own), soak(&own)), (later, Some(5)));
    }

    #[test]
    fn the_soak_of_a_preset_stands_only_for_an_assumed_one() {
        assert_eq!(soak(&class("", "")), Some(120));
        assert_eq!(soak(&class("behaves_like = \"aks\"", "")), Some(0));
        let measured = "behaves_like = \"aks\"\n[hardware.vm]\nsoak = \"7s\"";
        assert_eq!(soak(&class(measured, "")), Some(7));
        assert_eq!(soak(&class(measured, "soak = \"9s\"")), Some(9));
    }
}
