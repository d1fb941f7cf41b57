//! How hardware fails by itself: how often in a year, and how long until it is repaired.

use super::durations::distribution;
use super::problem::Problems;
use super::section::{Item, Section};
use super::values::probability;
use crate::distribution::Distribution;

/// Hours of a year of 365 days, which rates of failures are published for.
const HOURS_OF_YEAR: f64 = 8760.0;
/// The most failures of a machine in a year: ten an hour.
const MOST: f64 = 87_600.0;

/// How a kind of machine fails by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Hazard {
    /// Expected failures in an hour in which it is up.
    pub hourly: f64,
    /// How long it is dead after such a failure; `None`: until somebody repairs it.
    pub repair: Option<Distribution>,
}

/// Reads `fails_yearly` and `repair` of a hardware class.
pub(super) fn read_hazard(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<Hazard> {
    let yearly = section.get("fails_yearly", problems, yearly);
    let repair_item = section.item("repair");
    let repair = repair_item
        .as_ref()
        .and_then(|item| distribution(item, problems));
    let Some(yearly) = yearly else {
        if let Some(item) = repair_item.filter(|_| repair.is_some()) {
            item.object(problems, "which needs \"fails_yearly\"");
        }
        return None;
    };
    Some(Hazard {
        hourly: yearly / HOURS_OF_YEAR,
        repair,
    })
}

/// Expected failures a year: that number, or the share of machines that fail within a year, which a constant hazard of
/// −ln(1−p) a year gives.
fn yearly(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<f64> {
    const ALLOWED: &str = "a number of failures a year above 0 and up to 87600, or a share of machines that fail within a year above 0% and below 100%, as \"8%\"";
    if item.as_str().is_some() {
        let share = probability(item, problems)?;
        if share <= 0.0 || share >= 1.0 {
            item.refuse(problems, ALLOWED);
            return None;
        }
        return Some(-libm::log1p(-share));
    }
    let number = item.as_number();
    let number = number.filter(|number| *number > 0.0 && *number <= MOST);
    if number.is_none() {
        item.refuse(problems, ALLOWED);
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;
    use crate::scenario::Scenario;

    fn hazard(keys: &str) -> Result<Option<Hazard>, String> {
        let text = format!(
            "[hardware.h]\nos = \"1s\"\n{keys}\n[[pools]]\nname = \"p\"\nmachines = 1\nhardware = \"h\"\n"
        );
        let scenario = Scenario::parse(&text, "f", "f").map_err(|error| error.to_string())?;
        Ok(scenario.hardware["h"].hazard.clone())
    }

    #[test]
    fn a_rate_is_written_as_failures_a_year_or_as_a_share_of_machines() {
        let by_number = hazard("fails_yearly = 0.876\nrepair = \"6h\"")
            .unwrap()
            .unwrap();
        assert!((by_number.hourly - 1e-4).abs() < 1e-15);
        let repair = by_number.repair.unwrap();
        assert_eq!(repair.as_fixed(), Some(Span::from_secs(6 * 3600)));
        let by_share = hazard("fails_yearly = \"8%\"").unwrap().unwrap();
        let survive_a_year = libm::exp(-by_share.hourly * HOURS_OF_YEAR);
        assert!((survive_a_year - 0.92).abs() < 1e-12);
        assert_eq!(by_share.repair, None);
        assert_eq!(hazard("").unwrap(), None);
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        for (keys, said) in [
            ("fails_yearly = \"100%\"", "hardware.h.fails_yearly: found"),
            ("fails_yearly = \"0%\"", "hardware.h.fails_yearly: found"),
            ("fails_yearly = 0", "hardware.h.fails_yearly: found 0"),
            ("fails_yearly = 1e6", "hardware.h.fails_yearly: found"),
            ("repair = \"6h\"", "which needs \"fails_yearly\""),
            (
                "fails_yearly = 1\nrepair = 6",
                "hardware.h.repair: found 6, allowed: a duration",
            ),
        ] {
            let error = hazard(keys).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
