//! `[[bad_revisions]]`: revisions that do harm to many machines at once, which is what canaries are for.

use super::Scenario;
use super::pool::{one_of, revision};
use super::problem::Problems;
use super::section::Section;
use super::values::{count, duration, name, probability, word};
use super::windows::whose;
use crate::engine::Span;
use crate::phase::Phase;

/// A revision that does harm.
#[derive(Clone, Debug, PartialEq)]
pub struct BadRevision {
    /// Where it is rolled out: places in [`Scenario::pools`], ascending.
    pub pools: Vec<usize>,
    /// Which it is.
    pub which: Which,
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
    /// The phase in which a boot fails or hangs by it; `None`: the one that brings the revision up.
    pub phase: Option<Phase>,
}

/// Which revision of a pool is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Every one that the pool does not run at the start.
    EveryNew,
    /// The one with this number.
    Revision(u32),
    /// The one that this release, from 1, of `[images]` is.
    Image(u32),
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
    let which = which(table, problems, scenario, pools.as_deref());
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
    let phase = table.get("phase", problems, word(&PHASES));
    if phase.is_some()
        && !matches!(harm, Some(Harm::Fails | Harm::Hangs) | None)
        && let Some(item) = table.item("phase")
    {
        item.object(problems, "which goes with do = \"fail\" or \"hang\" only");
    }
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
        which,
        hardware,
        zone,
        chance: chance.unwrap_or(1.0),
        share: share.unwrap_or(1.0),
        harm,
        phase,
    })
}

/// The phases in which a revision can show its harm.
const PHASES: [(&str, Phase); 4] = [
    ("firmware", Phase::Firmware),
    ("os", Phase::Os),
    ("join", Phase::Join),
    ("soak", Phase::Soak),
];

/// `revision = N`, or `image = N`.
fn which(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
    pools: Option<&[usize]>,
) -> Which {
    let number = table.get("revision", problems, revision);
    let image = table.get("image", problems, count);
    let (Some(image), Some(item)) = (image, table.item("image")) else {
        return number.map_or(Which::EveryNew, Which::Revision);
    };
    let gets_images = |pool: &usize| {
        let images = scenario.images.as_ref();
        images.is_some_and(|images| images.pools.contains(pool))
    };
    if table.item("revision").is_some() {
        item.object(problems, "beside revision: one of the two");
    } else if scenario.images.is_none() {
        item.object(problems, "which needs [images]");
    } else if pools.is_some_and(|pools| !pools.iter().any(gets_images)) {
        item.object(problems, "which none of its pools gets");
    }
    Which::Image(image)
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
        assert_eq!(
            (bad.hardware.as_deref(), bad.which),
            (Some("vm"), Which::EveryNew)
        );
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
    #[test]
    fn in_which_phase_it_shows_and_which_image_it_is() {
        let read = |keys: &str, images: &str| {
            let text = format!(
                "horizon = \"90d\"\n[[pools]]\nname = \"w\"\nmachines = 1\n[[pools]]\nname = \"v\"\nmachines = 1\n[[bad_revisions]]\n{keys}\n{images}"
            );
            let scenario = Scenario::parse(&text, "f", "f").map_err(|error| error.to_string())?;
            let bad = &scenario.bad_revisions[0];
            Ok((bad.which, bad.phase))
        };
        let images = "[images]\nevery = \"30d\"\npools = [\"w\"]";
        assert_eq!(
            read("do = \"fail\"\nimage = 2\nphase = \"soak\"", images),
            Ok((Which::Image(2), Some(Phase::Soak)))
        );
        assert_eq!(
            read("do = \"hang\"\nrevision = 2", ""),
            Ok((Which::Revision(2), None))
        );
        let rows = [
            (
                "do = \"loop\"\nphase = \"os\"",
                "10:9: bad_revisions[0].phase: found \"os\", which goes with do = \"fail\" or \"hang\" only",
            ),
            (
                "do = \"fail\"\nphase = \"stop\"",
                "10:9: bad_revisions[0].phase: found \"stop\", allowed: \"firmware\", \"os\", \"join\" or \"soak\"",
            ),
            (
                "revision = 2\nimage = 1\ndo = \"fail\"",
                "10:9: bad_revisions[0].image: found 1, beside revision: one of the two",
            ),
            (
                "pool = \"v\"\nimage = 1\ndo = \"fail\"",
                "10:9: bad_revisions[0].image: found 1, which none of its pools gets",
            ),
        ];
        for (keys, told) in rows {
            let said = read(keys, images);
            assert_eq!(said, Err(format!("f:{told}")), "{keys}");
        }
        assert_eq!(
            read("do = \"fail\"\nimage = 1", ""),
            Err("f:10:9: bad_revisions[0].image: found 1, which needs [images]".to_owned())
        );
    }
}
