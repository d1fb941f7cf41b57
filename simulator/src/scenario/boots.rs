//! What a boot can come to on a kind of machine: the slow mode of a phase, a new revision that does not come up, and from
//! when on a new revision that did is kept.
//!
//! Where a machine has two partitions, its loader takes the old one again when the new one does not come up, or dies
//! before it was marked as good; Flatcar's update engine marks it two minutes after the boot
//! (<https://www.flatcar.org/docs/latest/setup/debug/manual-rollbacks/>). Server memory is trained again on a first boot
//! or after a change of the firmware, for up to 15 minutes (Kingston, *DDR5 memory training*, KTM-012711).

use super::durations::distribution;
use super::hardware::Hardware;
use super::problem::Problems;
use super::section::{Item, Section};
use super::values::{duration, probability};
use crate::distribution::{Distribution, Shape};
use crate::engine::Span;
use crate::phase::Phase;

/// What a boot into a new revision can come to, each with its probability, and when that revision is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Boots {
    /// It does not come up, and the machine boots the old one by itself.
    pub rolls_back: f64,
    /// It comes up never, and the machine boots again and again.
    pub loops: f64,
    /// It comes up, and its node never becomes Ready.
    pub not_ready: f64,
    /// How long after its boot the new revision is marked as good: a machine that dies before that boots the old one.
    pub mark_good: Span,
}

/// The slow mode of a phase.
#[derive(Clone, Debug, PartialEq)]
pub struct Slow {
    /// The share of times in which it is slow.
    pub share: f64,
    /// How long it takes then.
    pub takes: Distribution,
}

impl Slow {
    /// How long the phase takes all in all, which otherwise takes `normal`: one mixture, so that a larger uniform gives a
    /// longer time.
    pub(super) fn mixed_with(&self, normal: Distribution) -> Distribution {
        if self.share == 0.0 {
            return normal;
        }
        let parts = vec![(1.0 - self.share, normal), (self.share, self.takes.clone())];
        Distribution::new(Shape::Mixture(parts), None)
    }
}

impl Boots {
    /// Whether every boot of a new revision comes up.
    pub fn are_certain(&self) -> bool {
        self.rolls_back + self.loops + self.not_ready == 0.0
    }
}

/// Reads what the boots of a class can come to.
pub(super) fn read_boots(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    class: &mut Hardware,
) {
    let boots = &mut class.boots;
    for (key, chance) in [
        ("rolls_back", &mut boots.rolls_back),
        ("loops", &mut boots.loops),
        ("not_ready", &mut boots.not_ready),
    ] {
        if let Some(read) = section.get(key, problems, probability) {
            *chance = read;
        }
    }
    if let Some(span) = section.get("mark_good", problems, duration) {
        boots.mark_good = span;
    }
    if boots.rolls_back + boots.loops + boots.not_ready > 1.0 {
        let why = format!(
            "{}: more than 100% of boots roll back, loop or are not Ready",
            section.path()
        );
        problems.add(section.offset(), why);
    }
    read_slow(section, problems, class);
}

/// The slow modes of the phases of a boot.
fn read_slow(section: &mut Section<'_, '_>, problems: &mut Problems<'_>, class: &mut Hardware) {
    let Some(item) = section.item("slow") else {
        return;
    };
    let Some(mut table) = item.section(problems) else {
        return;
    };
    for phase in Phase::ALL {
        if !(phase.is_boot() && class.has(phase)) {
            continue;
        }
        if let Some(slow) = table.get(phase.as_str(), problems, slow) {
            class.phases[phase].set_slow(slow);
        }
    }
    table.finish(problems);
}

fn slow(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Slow> {
    let mut table = item.section(problems)?;
    let share = table.need("share", problems, probability);
    let takes = table.need("takes", problems, distribution);
    table.finish(problems);
    Some(Slow {
        share: share?,
        takes: takes?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn class(name: &str, keys: &str) -> Result<Hardware, String> {
        let text = format!(
            "[hardware.{name}]\n{keys}\n[[pools]]\nname = \"p\"\nmachines = 1\nhardware = \"{name}\"\n"
        );
        let scenario = Scenario::parse(&text, "f", "f").map_err(|error| error.to_string())?;
        Ok(scenario.hardware[name].clone())
    }

    /// The time that a share `u` of a phase's times does not exceed, in seconds.
    fn quantile(class: &Hardware, phase: Phase, u: f64) -> u64 {
        class.phases[phase].takes.quantile(u).as_millis() / 1000
    }

    #[test]
    fn a_slow_mode_is_a_part_of_the_phase() {
        let keys = "firmware = \"5m\"\nos = \"20s\"\nslow = { firmware = { share = \"3%\", takes = \"15m\" } }";
        let class = class("h", keys).unwrap();
        let [just, beyond] = [0.969, 0.971].map(|u| quantile(&class, Phase::Firmware, u));
        assert_eq!((just, beyond), (300, 900));
        assert_eq!(quantile(&class, Phase::Os, 0.99), 20);
    }

    #[test]
    fn the_servers_slow_firmware_can_be_changed_alone_and_goes_with_a_firmware_of_its_own() {
        let server = Hardware::built_in("server").unwrap();
        let other = class(
            "server",
            "slow = { firmware = { share = \"50%\", takes = \"2h\" } }",
        )
        .unwrap();
        assert_eq!(
            quantile(&other, Phase::Firmware, 0.25),
            server.phases[Phase::Firmware]
                .normal
                .quantile(0.5)
                .as_millis()
                / 1000
        );
        assert_eq!(quantile(&other, Phase::Firmware, 0.9), 7200);
        let own = class("server", "firmware = \"1m\"").unwrap();
        assert_eq!(own.phases[Phase::Firmware].slow, None);
        assert_eq!(
            own.phases[Phase::Firmware].takes.as_fixed(),
            Some(Span::from_secs(60))
        );
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        let rows = [
            (
                "os = \"1s\"\nrolls_back = \"60%\"\nloops = \"60%\"",
                "hardware.h: more than 100% of boots roll back, loop or are not Ready",
            ),
            (
                "os = \"1s\"\nslow = { join = { share = \"1%\", takes = \"1m\" } }",
                "hardware.h.slow.join: unknown key, allowed: firmware, os",
            ),
            (
                "update = \"1s\"\nslow = { os = { share = \"1%\", takes = \"1m\" } }",
                "hardware.h.slow.os: unknown key, allowed: update",
            ),
            (
                "os = \"1s\"\nslow = { os = { share = \"1%\" } }",
                "hardware.h.slow.os.takes: missing",
            ),
            (
                "os = \"1s\"\nmark_good = \"2\"",
                "hardware.h.mark_good: found \"2\", allowed: a duration",
            ),
        ];
        for (keys, said) in rows {
            let error = class("h", keys).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
