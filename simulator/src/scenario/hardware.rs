//! Hardware classes: how long each phase takes on a kind of machine, how it fails, and how long it is waited for.
//!
//! The built-in classes are assumptions. meltcloud publishes no durations; these are derived from what other platforms
//! publish: a virtual machine reboots in 1–2 minutes and a bare-metal server in up to 15 and more
//! (<https://docs.openshift.com/container-platform/latest/updating/understanding_updates/understanding-openshift-update-duration.html>);
//! an immutable system's kernel and userspace take about ten seconds
//! (<https://github.com/bottlerocket-os/bottlerocket/issues/4163>); a small part of server boots takes three times as
//! long, for memory retraining or network-boot attempts that fall through.

use std::collections::BTreeMap;

use super::boots::{Boots, Slow, read_boots};
use super::bytes::bandwidth;
use super::durations::distribution;
use super::hazard::{Hazard, read_hazard};
use super::problem::{Problems, did_you_mean};
use super::section::{Item, Section};
use super::values::{probability, quoted, time_out};
use crate::distribution::{Distribution, Shape};
use crate::engine::Span;
use crate::phase::{PerPhase, Phase};

/// One kind of machine.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of a class, any combination of which occurs"
)]
#[derive(Clone, Debug, PartialEq)]
pub struct Hardware {
    /// What each phase does on it.
    pub phases: PerPhase<PhaseRule>,
    /// Whether only the sum of the phases is known: [`Phase::Update`] stands for cordon to uncordon.
    pub is_one_phase: bool,
    /// Whether some of it is this project's assumption and not the scenario's word.
    pub is_assumed: bool,
    /// Whether the duration of its drain is this project's: then pods alone decide it, where pods run.
    pub drain_is_assumed: bool,
    /// Whether the duration of its soak is this project's.
    pub soak_is_assumed: bool,
    /// How long a boot (firmware and operating system together) is waited for; `None`: for ever.
    pub boot_time_out: Option<Span>,
    /// What a boot of a new revision can come to.
    pub boots: Boots,
    /// How it fails by itself, if it does.
    pub hazard: Option<Hazard>,
    /// How many bytes of an image it writes a second; `None`: it is no slower than its line.
    pub image_write: Option<u64>,
}

/// One phase on one kind of machine.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseRule {
    /// How long it takes, its slow mode included.
    pub takes: Distribution,
    /// How long it takes where it is not slow.
    pub normal: Distribution,
    /// Its slow mode, if it has one.
    pub slow: Option<Slow>,
    /// The probability that it fails when that time is over.
    pub fails: f64,
    /// The probability that it never ends by itself.
    pub hangs: f64,
    /// How long it is waited for; `None`: for ever.
    pub time_out: Option<Span>,
}

impl Default for PhaseRule {
    /// No time, no failure, no limit.
    fn default() -> Self {
        Self {
            takes: Distribution::fixed(Span::ZERO),
            normal: Distribution::fixed(Span::ZERO),
            slow: None,
            fails: 0.0,
            hangs: 0.0,
            time_out: None,
        }
    }
}

impl Default for Hardware {
    /// A machine of which nothing takes time and nothing fails: what a class of a scenario's own starts from.
    fn default() -> Self {
        Self {
            phases: PerPhase::filled(&PhaseRule::default()),
            is_one_phase: false,
            is_assumed: false,
            drain_is_assumed: false,
            soak_is_assumed: false,
            boot_time_out: None,
            boots: Boots::default(),
            hazard: None,
            image_write: None,
        }
    }
}

impl PhaseRule {
    /// It takes this long from now on, and has no slow mode.
    fn set(&mut self, takes: Distribution) {
        self.normal = takes.clone();
        self.takes = takes;
        self.slow = None;
    }

    /// It is slow at times.
    pub(super) fn set_slow(&mut self, slow: Slow) {
        self.slow = Some(slow);
        self.mix();
    }

    /// How long it takes all in all, its slow mode or the rest having changed.
    pub(super) fn mix(&mut self) {
        let normal = self.normal.clone();
        self.takes = match &self.slow {
            Some(slow) => slow.mixed_with(normal),
            None => normal,
        };
    }
}

impl Hardware {
    /// The names of the built-in classes.
    pub const BUILT_IN: [&'static str; 4] = ["vm", "edge", "raspberry-pi", "server"];

    /// The built-in class of this name.
    pub fn built_in(name: &str) -> Option<Self> {
        let [firmware, os, join] = match name {
            "vm" => [fixed(5), lognormal(15, 0.4), lognormal(15, 0.5)],
            "edge" => [lognormal(25, 0.3), lognormal(20, 0.4), lognormal(20, 0.5)],
            "raspberry-pi" => [fixed(3), lognormal(20, 0.4), lognormal(40, 0.5)],
            "server" => [lognormal(300, 0.3), lognormal(25, 0.4), lognormal(20, 0.5)],
            _ => return None,
        };
        let stop = match name {
            "raspberry-pi" => 8,
            "server" => 20,
            _ => 10,
        };
        let boot_minutes = if name == "server" { 45 } else { 15 };
        let mut class = Self {
            is_assumed: true,
            drain_is_assumed: true,
            soak_is_assumed: true,
            boot_time_out: Some(Span::from_secs(boot_minutes * 60)),
            ..Self::default()
        };
        for (phase, takes) in [
            (Phase::Cordon, fixed(1)),
            (Phase::Drain, drain()),
            // systemd kills a unit that does not stop within 90 s (DefaultTimeoutStopSec).
            (Phase::Stop, capped(stop, 0.5, 90)),
            (Phase::Firmware, firmware),
            (Phase::Os, os),
            (Phase::Join, join),
            (Phase::Uncordon, fixed(1)),
            // Flatcar marks a boot as good about two minutes after it; before that a failure rolls it back.
            (Phase::Soak, fixed(120)),
        ] {
            class.phases[phase].set(takes);
        }
        if name == "server" {
            class.phases[Phase::Firmware].set_slow(slow_firmware());
        }
        class.phases[Phase::Drain].time_out = Some(Span::from_secs(30 * 60));
        class.phases[Phase::Join].time_out = Some(Span::from_secs(15 * 60));
        // An assumption: nobody publishes how long it takes to write an image of some hundred megabytes.
        class.phases[Phase::Install].set(fixed(120));
        class.boots.mark_good = Span::from_secs(120);
        Some(class)
    }

    /// The first phase of an update.
    pub fn first_phase(&self) -> Phase {
        if self.is_one_phase {
            Phase::Update
        } else {
            Phase::Cordon
        }
    }

    /// The phase that follows; `None` after the soak, which ends the update. A drain comes before the one phase of
    /// hardware of which only the sum is known, where pods decide how long it takes.
    pub fn next(&self, phase: Phase) -> Option<Phase> {
        match phase {
            Phase::Drain if self.is_one_phase => Some(Phase::Update),
            _ => phase.next(),
        }
    }

    /// The phase with which a machine that is down comes back.
    pub fn boot_phase(&self) -> Phase {
        if self.is_one_phase {
            Phase::Update
        } else {
            Phase::Firmware
        }
    }

    /// Whether a machine of this class may go through `phase`. Where images have a size, all fetch them.
    pub fn has(&self, phase: Phase) -> bool {
        matches!(phase, Phase::Fetch | Phase::Install) || self.updates_by(phase)
    }

    /// Whether an update of this class goes through `phase` whatever it brings.
    pub(crate) fn updates_by(&self, phase: Phase) -> bool {
        std::iter::successors(Some(self.first_phase()), |phase| phase.next())
            .any(|own| own == phase)
    }
}

fn fixed(seconds: u64) -> Distribution {
    Distribution::fixed(Span::from_secs(seconds))
}

fn lognormal(mean_seconds: u64, cv: f64) -> Distribution {
    Distribution::new(
        Shape::lognormal_by_cv(Span::from_secs(mean_seconds), cv),
        None,
    )
}

fn capped(mean_seconds: u64, cv: f64, cap_seconds: u64) -> Distribution {
    let shape = Shape::lognormal_by_cv(Span::from_secs(mean_seconds), cv);
    Distribution::new(shape, Some(Span::from_secs(cap_seconds)))
}

/// Ten pods that no budget holds, drained in parallel: each ends within seconds (median 3 s), but one in ten ignores
/// its signal and dies at the default grace of 30 s. The slowest of ten is at the grace in 1 − 0.9¹⁰ = 65 % of drains,
/// and otherwise lognormal with a median of 10 s and a 90th percentile of 20 s.
fn drain() -> Distribution {
    let slowest = Shape::lognormal_by_quantiles(Span::from_secs(10), Span::from_secs(20));
    let parts = vec![
        (0.65, fixed(30)),
        (0.35, Distribution::new(slowest, Some(Span::from_secs(30)))),
    ];
    Distribution::new(Shape::Mixture(parts), None)
}

/// 3 % of boots retrain memory, check file systems or wait for network boot, and take about 15 minutes where the others
/// pass the power-on self-test in about 5.
fn slow_firmware() -> Slow {
    Slow {
        share: 0.03,
        takes: lognormal(900, 0.25),
    }
}

/// Every class that the scenario's pools may name: the built-in ones, as the scenario overrides them, and its own.
pub(super) fn classes(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
) -> BTreeMap<String, Hardware> {
    let mut classes: BTreeMap<_, _> = Hardware::BUILT_IN
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), Hardware::built_in(name)?)))
        .collect();
    let Some(table) = section.get("hardware", problems, Item::section) else {
        return classes;
    };
    for (name, _, item) in table.entries() {
        if let Some(class) = class(name, &item, problems) {
            classes.insert(name.to_owned(), class);
        }
    }
    classes
}

fn class(name: &str, item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Hardware> {
    let mut section = item.section(problems)?;
    if section.len() == 0 {
        item.refuse(
            problems,
            "at least one phase with its duration, or \"update\" for all of them",
        );
    }
    let like = section.get("like", problems, |item, problems| {
        let like = item.as_str().and_then(Hardware::built_in);
        if like.is_none() {
            let hint = did_you_mean(item.as_str().unwrap_or_default(), Hardware::BUILT_IN);
            item.refuse_with_hint(problems, &quoted(Hardware::BUILT_IN), &hint);
        }
        like
    });
    let mut class = like.or(Hardware::built_in(name)).unwrap_or_default();
    read_durations(&mut section, problems, &mut class);
    read_boots(&mut section, problems, &mut class);
    class.hazard = read_hazard(&mut section, problems);
    read_chances(&mut section, problems, &mut class);
    read_time_outs(&mut section, problems, &mut class);
    if let Some(bandwidth) = section.get("image_write", problems, bandwidth) {
        class.image_write = Some(bandwidth);
    }
    section.finish(problems);
    Some(class)
}

/// One duration for each phase, or one `update` for everything up to the uncordon.
fn read_durations(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    class: &mut Hardware,
) {
    let mut parts = Vec::new();
    // How long a fetch takes is for the image and the line to say.
    for phase in Phase::ALL
        .into_iter()
        .filter(|phase| *phase != Phase::Fetch)
    {
        let Some(item) = section.item(phase.as_str()) else {
            continue;
        };
        if let Some(takes) = distribution(&item, problems) {
            class.phases[phase].set(takes);
        }
        match phase {
            Phase::Update => {
                class.is_one_phase = true;
                class.is_assumed = false;
            }
            Phase::Soak => class.soak_is_assumed = false,
            Phase::Install => {}
            Phase::Drain => {
                class.drain_is_assumed = false;
                parts.push(item);
            }
            _ => parts.push(item),
        }
    }
    if class.is_one_phase {
        for part in parts {
            part.object(
                problems,
                "which \"update\" of the same class already contains",
            );
        }
    }
}

fn read_chances(section: &mut Section<'_, '_>, problems: &mut Problems<'_>, class: &mut Hardware) {
    if let Some(item) = section.item("fails") {
        for (phase, chance) in per_phase(class, &item, problems, probability) {
            class.phases[phase].fails = chance;
        }
    }
    if let Some(item) = section.item("hangs") {
        for (phase, chance) in per_phase(class, &item, problems, probability) {
            class.phases[phase].hangs = chance;
        }
    }
    for phase in Phase::ALL {
        let rule = &class.phases[phase];
        if rule.fails + rule.hangs > 1.0 {
            let class = section.path();
            let why =
                format!("{class}: phase \"{phase}\" fails or hangs in more than 100% of cases");
            problems.add(section.offset(), why);
        }
    }
}

fn read_time_outs(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    class: &mut Hardware,
) {
    let Some(item) = section.item("timeouts") else {
        return;
    };
    let Some(mut table) = item.section(problems) else {
        return;
    };
    if let Some(limit) = table.get("boot", problems, time_out) {
        class.boot_time_out = limit.on();
    }
    for phase in Phase::ALL {
        if !class.has(phase) {
            continue;
        }
        if let Some(limit) = table.get(phase.as_str(), problems, time_out) {
            class.phases[phase].time_out = limit.on();
        }
    }
    table.finish(problems);
}

/// A table of one value for each phase that the class has.
fn per_phase<T>(
    class: &Hardware,
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    read: impl Fn(&Item<'_, '_>, &mut Problems<'_>) -> Option<T>,
) -> Vec<(Phase, T)> {
    let Some(mut table) = item.section(problems) else {
        return Vec::new();
    };
    let phases = Phase::ALL.into_iter().filter(|phase| class.has(*phase));
    let values = phases
        .filter_map(|phase| Some((phase, table.get(phase.as_str(), problems, &read)?)))
        .collect();
    table.finish(problems);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What published times of other platforms lead one to expect of one machine on an idle cluster, in minutes.
    #[test]
    fn built_in_machines_take_as_long_as_is_published() {
        let bands = [
            ("vm", 2.0..4.0),
            ("edge", 3.0..5.0),
            ("raspberry-pi", 3.0..6.0),
            ("server", 8.0..12.0),
        ];
        for (name, band) in bands {
            let class = Hardware::built_in(name).unwrap();
            let mean_ms = |phase: Phase| {
                let cells = 2000;
                let middles = (0..cells).map(|cell| (f64::from(cell) + 0.5) / f64::from(cells));
                let sum: f64 = middles
                    .map(|u| class.phases[phase].takes.quantile(u).as_millis_f64())
                    .sum();
                sum / f64::from(cells)
            };
            let of_update = |phase: &Phase| *phase != Phase::Install;
            let minutes = Phase::ALL
                .into_iter()
                .filter(of_update)
                .map(mean_ms)
                .sum::<f64>()
                / 60_000.0;
            assert!(band.contains(&minutes), "{name}: {minutes}");
        }
    }

    #[test]
    fn a_class_has_its_own_phases_only() {
        let one_phase = Hardware {
            is_one_phase: true,
            ..Hardware::default()
        };
        assert!(one_phase.has(Phase::Update) && one_phase.has(Phase::Soak));
        assert!(!one_phase.has(Phase::Drain));
        assert!(!Hardware::default().has(Phase::Update));
    }
}
