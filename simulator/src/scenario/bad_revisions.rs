//! `[[bad_revisions]]`: revisions that do harm to many machines at once, which is what canaries are for.

use super::Scenario;
use super::pool::{one_of, revision};
use super::problem::Problems;
use super::section::Section;
use super::values::{duration, name, probability, word};
use super::windows::whose;
use crate::engine::Span;

/// A revision that does harm.
#[derive(Clone, Debug, PartialEq)]
pub struct BadRevision {
    /// Where it is rolled out: places in [`Scenario::pools`], ascending.
    pub pools: Vec<usize>,
    /// Its number; `None`: every one that the pool does not run at the start.
    pub revision: Option<u32>,
    /// The hardware class that it harms; `None`: every one.
    pub hardware: Option<String>,
    /// The zone whose machines it harms; `None`: every one.
    pub zone: Option<String>,
    /// The probability that it is bad at all, in a run.
    pub chance: f64,
    /// The share of these machines that it then harms.
    pub share: f64,
    /// What it does to them.
    pub harm: Harm,
}

/// What a bad revision does to a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// Its boot fails.
    Fails,
    /// Its boot never ends by itself.
    Hangs,
    /// It comes back on the revision that it had.
    RollsBack,
    /// It boots again and again.
    Loops,
    /// Its node never becomes Ready.
    NotReady,
    /// It crashes so long after its node has become Ready.
    Crashes(Span),
}

/// The bad revisions of the scenario.
pub(super) fn bad_revisions(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<BadRevision> {
    let mut bad = Vec::new();
    for mut table in section.tables("bad_revisions", problems) {
        let read = bad_revision(&mut table, problems, scenario);
        table.finish(problems);
        bad.extend(read);
    }
    bad
}

fn bad_revision(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Option<BadRevision> {
    let pools = whose::pools(table, problems, scenario);
    let revision = table.get("revision", problems, revision);
    let hardware = table.get("hardware", problems, |item, problems| {
        let known = || scenario.hardware.keys().map(String::as_str);
        one_of(known, item, problems)
    });
    let zone = table.get("zone", problems, name);
    let chance = table.get("chance", problems, probability);
    let share = table.get("share", problems, probability);
    let words = [
        ("fail", Harm::Fails),
        ("hang", Harm::Hangs),
        ("roll-back", Harm::RollsBack),
        ("loop", Harm::Loops),
        ("not-ready", Harm::NotReady),
        ("crash", Harm::Crashes(Span::ZERO)),
    ];
    let harm = table.need("do", problems, word(&words));
    let shows_after = table.get("shows_after", problems, duration);
    let harm = match (harm?, shows_after) {
        (Harm::Crashes(_), after) => Harm::Crashes(after.unwrap_or_default()),
        (harm, None) => harm,
        (harm, Some(_)) => {
            if let Some(item) = table.item("shows_after") {
                item.object(problems, "which goes with do = \"crash\" only");
            }
            harm
        }
    };
    Some(BadRevision {
        pools: pools?,
        revision,
        hardware,
        zone,
        chance: chance.unwrap_or(1.0),
        share: share.unwrap_or(1.0),
        harm,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_bad_revision_does_and_to_whom() {
        let read = |keys: &str| {
            let text = format!("[[pools]]\nname = \"w\"\nmachines = 3\n[[bad_revisions]]\n{keys}");
            let scenario = Scenario::parse(&text, "f", "f").map_err(|error| error.to_string())?;
            Ok(scenario.bad_revisions[0].clone())
        };
        let bad: BadRevision =
            read("do = \"crash\"\nshows_after = \"10m\"\nhardware = \"vm\"\nchance = \"5%\"")
                .unwrap();
        assert_eq!(bad.harm, Harm::Crashes(Span::from_secs(600)));
        assert_eq!((bad.hardware.as_deref(), bad.revision), (Some("vm"), None));
        let said: String = read("do = \"hang\"\nshows_after = \"10m\"").unwrap_err();
        assert_eq!(
            said,
            "f:6:15: bad_revisions[0].shows_after: found \"10m\", which goes with do = \"crash\" only"
        );
        assert!(
            read("do = \"loop\"\nhardware = \"vmm\"")
                .unwrap_err()
                .contains("did you mean \"vm\"")
        );
    }
}
