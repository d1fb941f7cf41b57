//! `meltdeck get`: what an appliance tells of its fleet, or what those of all contexts do.

mod asked;
mod contexts;
mod lists;
mod printed;

use super::timezone;
use crate::args::{Format, Get, Resource};
use crate::settings::{self, Configured};
use crate::streams::{Answer, Failure, Streams};
use contexts::{Asked, Question, Told};
use lists::List;
use printed::Extent;

pub(super) fn run(args: &Get, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    check(args)?;
    let zone = args.timezone.as_deref().map(timezone::named).transpose()?;
    let zone = zone.as_ref().map(|(_, name)| name.as_str());
    let question = Question {
        resource: args.resource,
        many: words(args.resource).1,
        // Dates that stand below each other are of one zone.
        timezone: zone.or(args.all_contexts.then_some("UTC")),
    };
    let asked = contexts::ask(meant(args)?, question);
    for one in &asked {
        for trouble in &one.troubles {
            writeln!(streams.err, "{}", one.line(trouble))?;
        }
    }
    let answer = answer(args, &asked, streams);
    ended(answer, &asked)
}

/// The contexts that are asked.
fn meant(args: &Get) -> Result<Vec<Configured>, Failure> {
    let variable = &settings::of_process;
    let meant = if args.all_contexts {
        settings::all(variable)?
    } else {
        let draft = settings::drafted(args.context.as_deref(), variable);
        let draft = draft.map_err(Failure::Question)?;
        let configured = draft.map(|draft| Configured {
            name: draft.name.clone(),
            draft: Ok(draft),
        });
        configured.into_iter().collect()
    };
    if meant.is_empty() {
        return Err(Failure::Question(settings::nothing(variable)));
    }
    Ok(meant)
}

/// Writes what was told, and says of what is only a part.
fn answer(args: &Get, asked: &[Asked], streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let Some(list) = list(args, asked)? else {
        return Ok(Answer::No);
    };
    let (one, many) = words(args.resource);
    let answer = match &args.only {
        Some(only) if list.rows.is_empty() => {
            let is_whole = asked.iter().all(|one| one.told.is_ok());
            let among = if is_whole {
                ""
            } else {
                " in the contexts that answered"
            };
            writeln!(streams.err, "meltdeck: there is no {one} {only:?}{among}")?;
            Answer::No
        }
        _ if list.rows.is_empty() && args.output == Format::Table => {
            writeln!(streams.err, "no {many}")?;
            Answer::Done
        }
        _ => {
            let extent = Extent {
                resource: many,
                asked,
                is_of_all_contexts: args.all_contexts,
            };
            printed::write(&list, &extent, args.output, streams)?;
            Answer::Done
        }
    };
    // What was told comes before what was not.
    streams.out.flush()?;
    for (name, told) in told(asked) {
        if let Some(limit) = told.partly {
            writeln!(streams.err, "context \"{name}\" does not tell all: {limit}")?;
        }
    }
    Ok(answer)
}

/// Who told something, and what.
fn told(asked: &[Asked]) -> impl Iterator<Item = (&str, &Told)> {
    let told = asked.iter();
    told.filter_map(|one| Some((one.name.as_str(), one.told.as_ref().ok()?)))
}

/// What is asked for of all that was told; `None` where nothing was.
///
/// # Errors
/// [`Failure::Question`], where nobody who told something has the pool or cluster that is named.
fn list(args: &Get, asked: &[Asked]) -> Result<Option<List>, Failure> {
    let mut lists = Vec::new();
    let (mut has_pool, mut has_cluster) = (false, false);
    for (name, Told { fleet, .. }) in told(asked) {
        let mut list = List::of(args.resource, fleet);
        if let Some(pool) = &args.pool {
            let pools = fleet.pools_called(pool);
            has_pool |= !pools.is_empty();
            list.keep_of_pools(&pools);
        }
        if let Some(cluster) = &args.cluster {
            let clusters = fleet.clusters_called(cluster);
            has_cluster |= !clusters.is_empty();
            list.keep_of_clusters(&clusters);
        }
        if let Some(only) = &args.only {
            list.keep(only);
        }
        lists.push(if args.all_contexts {
            list.of_context(name)
        } else {
            list
        });
    }
    let is_told = !lists.is_empty();
    for (word, option, is_there) in [
        ("pool", &args.pool, has_pool),
        ("cluster", &args.cluster, has_cluster),
    ] {
        if let (Some(named), true, false) = (option, is_told, is_there) {
            let why = format!("meltdeck: --{word}: there is no {word} {named:?}");
            return Err(Failure::Question(why));
        }
    }
    Ok(lists.into_iter().reduce(List::and))
}

/// The answer, and why contexts have no part in it: settings that are wrong weigh more than appliances that are silent, and
/// both more than that there is no such thing.
fn ended(answer: Result<Answer, Failure>, asked: &[Asked]) -> Result<Answer, Failure> {
    let silent = || {
        asked
            .iter()
            .filter_map(|one| Some((one, one.told.as_ref().err()?)))
    };
    let mut lines: Vec<_> = silent()
        .map(|(one, silence)| one.line(&silence.why))
        .collect();
    match answer {
        Err(Failure::Question(why)) => {
            lines.insert(0, why);
            Err(Failure::Question(lines.join("\n")))
        }
        Ok(_) if silent().any(|(_, silence)| silence.is_wrong) => {
            Err(Failure::Question(lines.join("\n")))
        }
        Ok(_) if !lines.is_empty() => Err(Failure::Appliance(lines.join("\n"))),
        answer => answer,
    }
}

/// That every option means something for what is asked.
fn check(args: &Get) -> Result<(), Failure> {
    use Resource::{Budgets, Machines, Operations, Pools, Revisions, Windows};
    let resource = args.resource;
    let of_pools = matches!(resource, Machines | Operations | Revisions | Windows);
    let of_clusters = of_pools || matches!(resource, Pools | Budgets);
    let options = [
        ("--pool", args.pool.is_some(), of_pools),
        ("--cluster", args.cluster.is_some(), of_clusters),
        ("--timezone", args.timezone.is_some(), resource == Windows),
    ];
    let wrong = options
        .iter()
        .find(|(_, is_given, fits)| *is_given && !fits);
    let Some((option, ..)) = wrong else {
        return Ok(());
    };
    let (_, many) = words(resource);
    let why = format!("meltdeck: {option} means nothing for {many}");
    Err(Failure::Question(why))
}

/// What one and many of a resource are called.
fn words(resource: Resource) -> (&'static str, &'static str) {
    match resource {
        Resource::Clusters => ("cluster", "clusters"),
        Resource::Pools => ("pool", "pools"),
        Resource::Machines => ("machine", "machines"),
        Resource::Operations => ("operation", "operations"),
        Resource::Revisions => ("revision of a pool", "revisions"),
        Resource::Windows => ("window of a pool", "windows"),
        Resource::Budgets => ("disruption budget", "budgets"),
        Resource::NetworkProfiles => ("network profile", "network-profiles"),
        Resource::EnrollmentImages => ("enrollment image", "enrollment-images"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::live::Silence;

    fn asked(name: &str, silence: Option<Silence>) -> Asked {
        Asked {
            name: name.to_owned(),
            told: silence.map_or_else(
                || {
                    Ok(Told {
                        fleet: asked::Fleet::default(),
                        partly: None,
                    })
                },
                Err,
            ),
            troubles: Vec::new(),
        }
    }

    fn silent() -> Asked {
        let why = "cannot list pools: gone".to_owned();
        asked("silent", Some(Silence::of_appliance(why)))
    }

    fn wrong() -> Asked {
        let why = "config.toml:1:1: x\nconfig.toml:2:1: y".to_owned();
        asked("wrong", Some(Silence::wrong(why)))
    }

    #[test]
    fn wrong_settings_weigh_more_than_silence_and_both_more_than_no() {
        let right = || asked("right", None);
        let no = ended(Ok(Answer::No), &[right()]);
        assert!(matches!(no, Ok(Answer::No)), "{no:?}");
        let silence = ended(Ok(Answer::No), &[right(), silent()]);
        let expected = "meltdeck: context \"silent\": cannot list pools: gone";
        let Err(Failure::Appliance(told)) = silence else {
            panic!("{silence:?}");
        };
        assert_eq!(told, expected);
        let both = ended(Ok(Answer::Done), &[silent(), wrong(), right()]);
        let Err(Failure::Question(told)) = both else {
            panic!("{both:?}");
        };
        let wrong = "meltdeck: context \"wrong\": config.toml:1:1: x; config.toml:2:1: y";
        assert_eq!(told, format!("{expected}\n{wrong}"));
    }

    #[test]
    fn what_was_asked_wrongly_is_told_before_who_is_silent() {
        let question = Failure::Question("no pool".to_owned());
        let ended = ended(Err(question), &[silent()]);
        let Err(Failure::Question(told)) = ended else {
            panic!("{ended:?}");
        };
        assert!(told.starts_with("no pool\nmeltdeck: context \"silent\": "));
    }
}
