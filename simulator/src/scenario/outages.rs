//! The steps that go wrong with the appliance itself, for who asks it over the network. The fleet does not notice them, so
//! rehearsals do not either: only an appliance that is served does.

use super::problem::Problems;
use super::section::Section;
use super::values::{bounded, positive_duration, probability, word};
use crate::engine::{Span, Time};

/// A time in which an appliance does not answer as it should.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outage {
    /// When it begins.
    pub from: Time,
    /// When it is over.
    pub until: Time,
    /// The share of the requests that it meets, above 0 and up to 1.
    pub share: f64,
    /// What comes of them.
    pub trouble: Trouble,
}

/// What comes of a request that an outage meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Its connection ends, and it is not carried out.
    Dropped,
    /// It is carried out, and its connection ends without an answer.
    AnswerLost,
    /// It is carried out, and its connection ends in the middle of the answer.
    AnswerTorn,
    /// It is answered later, by so much of real time.
    Late(Span),
    /// It is answered with this status and an error as JSON, and is not carried out.
    Error(u16),
    /// It is answered with this status and an HTML page, as of a proxy, and is not carried out.
    Page(u16),
}

/// The verbs of such steps.
#[derive(Clone, Copy)]
pub(super) enum OutageVerb {
    Outage,
    Latency,
    Errors,
    HtmlErrors,
    Drops,
}

/// The keys of all these verbs that others do not have.
pub(super) const KEYS: [&str; 5] = ["for", "share", "latency", "status", "loses"];

pub(super) const VERBS: [(&str, OutageVerb); 5] = [
    ("appliance-outage", OutageVerb::Outage),
    ("appliance-latency", OutageVerb::Latency),
    ("appliance-errors", OutageVerb::Errors),
    ("appliance-html-errors", OutageVerb::HtmlErrors),
    ("appliance-drops", OutageVerb::Drops),
];

/// The words of `loses`.
const LOSES: [(&str, Trouble); 3] = [
    ("request", Trouble::Dropped),
    ("answer", Trouble::AnswerLost),
    ("half of the answer", Trouble::AnswerTorn),
];

/// The status of errors where the step gives none: Service Unavailable, and of a proxy Bad Gateway (RFC 9110).
const STATUS: u16 = 503;
const STATUS_OF_PROXY: u16 = 502;

/// What a step that begins at an instant says.
pub(super) fn outage(
    verb: OutageVerb,
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    at: Option<Time>,
) -> Option<Outage> {
    let length = table.need("for", problems, positive_duration);
    let share = match verb {
        OutageVerb::Outage => Some(1.0),
        _ => share(table, problems),
    };
    let trouble = match verb {
        OutageVerb::Outage => Some(Trouble::Dropped),
        OutageVerb::Latency => table
            .need("latency", problems, positive_duration)
            .map(Trouble::Late),
        OutageVerb::Errors => Some(Trouble::Error(status(table, problems).unwrap_or(STATUS))),
        OutageVerb::HtmlErrors => {
            let status = status(table, problems).unwrap_or(STATUS_OF_PROXY);
            Some(Trouble::Page(status))
        }
        OutageVerb::Drops => {
            let loses = table.get("loses", problems, word(&LOSES));
            Some(loses.unwrap_or(Trouble::Dropped))
        }
    };
    let from = at?;
    Some(Outage {
        from,
        until: from + length?,
        share: share?,
        trouble: trouble?,
    })
}

fn share(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> Option<f64> {
    let Some(item) = table.item("share") else {
        return Some(1.0);
    };
    let share = probability(&item, problems)?;
    if share == 0.0 {
        item.refuse(problems, "a share above 0, as \"10%\"");
        return None;
    }
    Some(share)
}

fn status(table: &mut Section<'_, '_>, problems: &mut Problems<'_>) -> Option<u16> {
    let status = table.get("status", problems, bounded(400, 599))?;
    u16::try_from(status).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn read(step: &str) -> Result<Outage, String> {
        let text =
            format!("[[pools]]\nname = \"w\"\nmachines = 1\n[[steps]]\nat = \"+1h\"\n{step}");
        let scenario = Scenario::parse(&text, "test", "test").map_err(|error| error.to_string())?;
        assert_eq!(scenario.steps, []);
        assert_eq!(scenario.outages.len(), 1);
        Ok(scenario.outages[0])
    }

    #[test]
    fn each_verb_says_what_comes_of_requests() {
        let of = |verb: &str| read(&format!("do = \"appliance-{verb}\nfor = \"10m\"")).unwrap();
        let outage = of("outage\"");
        assert_eq!(outage.from, Time::from_millis(3_600_000));
        assert_eq!(outage.until, Time::from_millis(4_200_000));
        let cases = [
            ("outage\"", 1.0, Trouble::Dropped),
            (
                "latency\"\nlatency = \"2s\"",
                1.0,
                Trouble::Late(Span::from_secs(2)),
            ),
            ("errors\"", 1.0, Trouble::Error(503)),
            (
                "errors\"\nstatus = 500\nshare = \"25%\"",
                0.25,
                Trouble::Error(500),
            ),
            ("html-errors\"", 1.0, Trouble::Page(502)),
            ("drops\"\nshare = 0.5", 0.5, Trouble::Dropped),
            ("drops\"\nloses = \"answer\"", 1.0, Trouble::AnswerLost),
            (
                "drops\"\nloses = \"half of the answer\"",
                1.0,
                Trouble::AnswerTorn,
            ),
        ];
        for (verb, share, trouble) in cases {
            let found = of(verb);
            assert_eq!((found.share, found.trouble), (share, trouble), "{verb}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let cases = [
            ("do = \"appliance-outage\"", "for: missing"),
            (
                "do = \"appliance-outage\"\nfor = \"0s\"",
                "longer than zero",
            ),
            (
                "do = \"appliance-latency\"\nfor = \"1m\"",
                "latency: missing",
            ),
            (
                "do = \"appliance-errors\"\nfor = \"1m\"\nstatus = 200",
                "a whole number from 400 to 599",
            ),
            (
                "do = \"appliance-drops\"\nfor = \"1m\"\nshare = \"0%\"",
                "a share above 0",
            ),
            (
                "do = \"appliance-outage\"\nfor = \"1m\"\nshare = \"10%\"",
                "share: unknown key",
            ),
            ("do = \"aplliance-outage\"\nfor = \"1m\"", "did you mean"),
        ];
        for (step, expected) in cases {
            let told = read(step).unwrap_err();
            assert!(told.contains(expected), "{step}: {told}");
        }
    }
}
