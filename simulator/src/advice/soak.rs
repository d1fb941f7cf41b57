//! Soaks that are over before a new revision is marked as good.

use crate::phase::Phase;
use crate::scenario::Scenario;

/// The pools whose machines are told to be updated while a death would still bring the old revision back.
pub(super) fn warnings(scenario: &Scenario) -> Vec<String> {
    /// A soak is as good as never shorter than this share of all.
    const RARE: f64 = 1e-6;
    let too_short = |name: &String| {
        let class = &scenario.hardware[name];
        let soak = class.phases[Phase::Soak].takes.quantile(RARE);
        let mark_good = class.boots.mark_good;
        (soak < mark_good).then(|| {
            format!(
                "hardware \"{name}\": a soak of {soak} ends before a new revision is marked as good, {mark_good} after its boot: a machine that dies in between comes back on the old one"
            )
        })
    };
    let mut used: Vec<&String> = scenario.pools.iter().map(|pool| &pool.hardware).collect();
    used.sort_unstable();
    used.dedup();
    used.into_iter().filter_map(too_short).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warned(hardware: &str) -> Vec<String> {
        let text =
            format!("{hardware}\n[[pools]]\nname = \"p\"\nmachines = 1\nhardware = \"server\"\n");
        warnings(&Scenario::parse(&text, "f", "f").unwrap())
    }

    #[test]
    fn a_soak_shorter_than_the_trial_of_a_revision_is_told() {
        assert_eq!(
            warned("[hardware.server]\nsoak = \"30s\""),
            [
                "hardware \"server\": a soak of 30s ends before a new revision is marked as good, 2m 00s after its boot: a machine that dies in between comes back on the old one"
            ]
        );
        assert!(warned("").is_empty());
        assert!(warned("[hardware.server]\nsoak = \"30s\"\nmark_good = \"30s\"").is_empty());
        assert!(warned("[hardware.vm]\nsoak = \"30s\"").is_empty());
    }
}
