//! The console of the contexts that are configured: one of them in front, the others a key away.

use appliance::Text;
use appliance::client::blocking::Client;
use jiff::tz::TimeZone;

use super::{glyphs, has_screen, left};
use crate::args::Console;
use crate::capture::Source;
use crate::commands::{overview, timezone};
use crate::console::model::deck::Deck;
use crate::console::model::live::Access;
use crate::console::model::polling::Polling;
use crate::console::model::{Glyphs, Live, Model};
use crate::console::run::{self, Opener};
use crate::live::Appliance;
use crate::settings::{self, Configured, Context, Draft, of_process};
use crate::streams::{Answer, Failure, Streams, ended};

/// Opens on one context. The key of no other is got before somebody wants to see them all.
pub(super) fn show_one(
    args: &Console,
    context: &Context,
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let zone = zone(args, context.timezone.as_deref())?;
    let appliance = appliance(context)?;
    if !has_screen(streams) {
        return overview::run_live(&appliance, &context.name, &zone.1, streams);
    }
    let (others, why_no_others) = match settings::all(&of_process) {
        Ok(all) => (all, None),
        Err(Failure::Question(why)) => (Vec::new(), Some(in_a_line(&why))),
        Err(failure) => return Err(failure),
    };
    let in_front = |other: &Configured| {
        let draft = other.draft.as_ref().ok();
        draft.is_some_and(|draft| draft.name == context.name && draft.asks_as(context))
    };
    let place = others.iter().position(in_front);
    let (mut before, mut after) = (others, Vec::new());
    if let Some(place) = place {
        after = before.split_off(place + 1);
        before.truncate(place);
    }
    let own = |configured| Member::to_open(args, configured, false);
    let mut members: Vec<Member> = before.into_iter().map(own).collect();
    let shown = members.len();
    members.push(Member::open(args, context, zone, appliance));
    members.extend(after.into_iter().map(own));
    let (contexts, openers) = unzipped(members);
    let mut deck = Deck::new(contexts, shown);
    deck.why_no_others = why_no_others;
    left(run::run_live(deck, openers))
}

/// Opens on the table of all contexts.
pub(super) fn show_all(args: &Console, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let all = settings::all(&of_process)?;
    if all.is_empty() {
        return Err(Failure::Question(settings::nothing(&of_process)));
    }
    if !has_screen(streams) {
        return overview_of_all(args, all, streams);
    }
    let usual = settings::drafted(None, &of_process).ok().flatten();
    let is_usual = |configured: &Configured| {
        let draft = usual.as_ref();
        draft.is_some_and(|draft| draft.name == configured.name)
    };
    let shown = all.iter().position(is_usual).unwrap_or(0);
    let members = all.into_iter();
    let members = members.map(|configured| Member::to_open(args, configured, args.write));
    let (contexts, openers) = unzipped(members.collect());
    let deck = Deck::new(contexts, shown).with_all_in_front();
    left(run::run_live(deck, openers))
}

/// One overview after the other. One that cannot be had hides no other.
fn overview_of_all(
    args: &Console,
    all: Vec<Configured>,
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let (mut wrong, mut silent) = (Vec::new(), Vec::new());
    for Configured { name, draft } in all {
        let context = draft.and_then(|draft| draft.context(&of_process));
        let unusable = |why: String| Failure::Question(settings::of_context(&name, &why));
        let told = context.map_err(unusable).and_then(|context| {
            let appliance = appliance(&context)?;
            let zone = zone(args, context.timezone.as_deref())?;
            overview::run_live(&appliance, &context.name, &zone.1, streams)
        });
        match told {
            Ok(_) => writeln!(streams.out)?,
            Err(Failure::Question(why)) => wrong.push(why),
            Err(Failure::Appliance(why)) => silent.push(why),
            Err(failure) => return Err(failure),
        }
    }
    // What was told comes before what was not.
    streams.out.flush()?;
    ended(wrong, silent)
}

/// A context of the console, and how it is opened.
struct Member {
    model: Model,
    opener: Opener,
}

impl Member {
    /// One whose key was got.
    fn open(args: &Console, context: &Context, zone: Zone, appliance: Appliance) -> Self {
        let settings = &context.client;
        let web_console = web_console(&settings.endpoint, settings.organization.as_str());
        let is_writable = args.write || context.is_writable;
        let polling = polling(context.most_requests_per_second);
        let live = Live::new(is_writable, web_console, polling);
        let source = source(context, &zone);
        let opener: Opener = Box::new(move || Ok((appliance.clone(), source.clone())));
        let name = context.name.clone();
        Self::new((name.into(), zone.1.into()), live, glyphs(args), opener)
    }

    /// One whose key is got when it is wanted; or one that is wrong, and says why.
    fn to_open(args: &Console, configured: Configured, write: bool) -> Self {
        let glyphs = glyphs(args);
        let name = Text::from(configured.name);
        let drafted = configured.draft.map_err(|why| in_a_line(&why));
        let drafted = drafted.and_then(|draft| {
            let zone = zone(args, draft.timezone.value.as_deref());
            let zone = zone.map_err(|_| Text::from("its timezone is not known"))?;
            Ok((draft, zone))
        });
        match drafted {
            Ok((draft, zone)) => {
                let endpoint = &draft.endpoint.value;
                let web_console = web_console(endpoint, draft.organization.value.as_str());
                let is_writable = write || draft.is_writable.value;
                let polling = polling(draft.most_requests_per_second.value);
                let live = Live::new(is_writable, web_console, polling);
                let live = live.with_access(Access::Unwanted);
                let timezone = Text::from(zone.1.as_str());
                let opener: Opener = Box::new(move || open(draft.clone(), &zone));
                Self::new((name, timezone), live, glyphs, opener)
            }
            Err(why) => {
                let live = Live::new(false, "", polling(1.0));
                let live = live.with_access(Access::Impossible(why.clone()));
                let opener: Opener = Box::new(move || Err(why.clone()));
                Self::new((name, "UTC".into()), live, glyphs, opener)
            }
        }
    }

    fn new((name, zone): (Text, Text), live: Live, glyphs: Glyphs, opener: Opener) -> Self {
        // The terminal says its own size before anything is drawn.
        let model = Model::new(name, 0, zone, glyphs, (80, 24));
        let model = model.of_appliance(live);
        Self { model, opener }
    }
}

fn unzipped(members: Vec<Member>) -> (Vec<Model>, Vec<Opener>) {
    let members = members.into_iter();
    members.map(|member| (member.model, member.opener)).unzip()
}

/// Gets the key of a context, which may take long.
fn open(draft: Draft, zone: &Zone) -> Result<(Appliance, Source), Text> {
    // Where it is told, it stands beside the context's name.
    let context = draft.context(&of_process);
    let context = context.map_err(|why| in_a_line(&why))?;
    let appliance = appliance(&context).map_err(|failure| match failure {
        Failure::Question(why) | Failure::Appliance(why) => in_a_line(&why),
        Failure::Terminal(_) | Failure::Output(_) => Text::from("it cannot be opened"),
    })?;
    Ok((appliance, source(&context, zone)))
}

/// How its fleet is captured to be rehearsed, with dates in a zone.
fn source(context: &Context, zone: &Zone) -> Source {
    Source {
        dates: zone.clone(),
        ..Source::of(context)
    }
}

fn appliance(context: &Context) -> Result<Appliance, Failure> {
    let client = Client::new(run::impatient(context.client.clone()))
        .map_err(|error| Failure::Question(format!("meltdeck: {}: {error}", context.name)))?;
    Ok(Appliance::new(client).paced(context.most_requests_per_second))
}

/// A zone and its name.
type Zone = (TimeZone, String);

/// The zone that is wanted; UTC where none is.
fn zone(args: &Console, own: Option<&str>) -> Result<Zone, Failure> {
    let wanted = args.timezone.as_deref().or(own);
    let zone = wanted.map(timezone::named).transpose()?;
    Ok(zone.unwrap_or_else(|| (TimeZone::UTC, "UTC".to_owned())))
}

fn web_console(endpoint: &impl std::fmt::Display, organization: &str) -> String {
    format!("{endpoint}/ui/orgs/{organization}")
}

fn polling(rate: f64) -> Polling {
    // Where the system has no randomness to give, the process's number tells consoles apart.
    let seed = getrandom::u64().unwrap_or_else(|_| std::process::id().into());
    Polling::new(seed, rate)
}

/// What is wrong, as the console tells it: in one line, without the program's name.
fn in_a_line(why: &str) -> Text {
    let lines = why.lines().map(|line| {
        let line = line.trim();
        line.strip_prefix("meltdeck: ").unwrap_or(line)
    });
    lines.collect::<Vec<_>>().join("; ").into()
}
