//! `meltdeck config check`: everything that contexts name is read, and where that is wanted each appliance is asked.

use appliance::client::blocking::Client;
use appliance::{Reply, public};
use simulator::scenario::model::Model;

use super::super::live::unanswered;
use super::meant;
use crate::live::Appliance;
use crate::settings::{Configured, Context, Draft, Variables, drafted, of_context};
use crate::streams::{Answer, Failure, Streams, ended};

pub(super) fn run(
    named: Option<&str>,
    online: bool,
    variable: Variables<'_>,
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let meant = meant(named, variable)?;
    if meant.is_empty() {
        return Err(Failure::Question(crate::settings::nothing(variable)));
    }
    let (mut wrong, mut silent) = (Vec::new(), Vec::new());
    for Configured { name, draft } in meant {
        let before = wrong.len();
        let context = draft.and_then(|draft| check(draft, variable, &mut wrong, streams));
        let context = context.map_err(|why| wrong.push(why));
        let (Ok((context, client)), true) = (context, wrong.len() == before) else {
            continue;
        };
        let is_asked = online.then(|| ask(client));
        match is_asked {
            None => writeln!(streams.out, "{name}: right")?,
            Some(Ok(told)) => writeln!(streams.out, "{name}: right, and answers: {told}")?,
            Some(Err(error)) => silent.push(unanswered(&context, &error)),
        }
    }
    if named.is_none() && variable("MELTDECK_CONTEXT").is_some() {
        // What is wrong with a context is told already.
        let why = drafted(None, variable).err();
        wrong.extend(why.filter(|why| !wrong.contains(why)));
    }
    // What was found right is told before what was not.
    streams.out.flush()?;
    ended(wrong, silent)
}

/// What a context names, read. What is unsafe about it is a warning.
fn check(
    draft: Draft,
    variable: Variables<'_>,
    wrong: &mut Vec<String>,
    streams: &mut Streams<'_>,
) -> Result<(Context, Client), String> {
    let name = draft.name.clone();
    if let Some(path) = &draft.model.value {
        let checked = Model::load(path).and_then(|model| model.check());
        wrong.extend(checked.err().map(|error| error.to_string()));
    }
    let context = draft.context(variable);
    let context = context.map_err(|why| of_context(&name, &why))?;
    let settings = &context.client;
    let is_open = !settings.endpoint.is_secure() && !settings.endpoint.is_loopback();
    let mut warn = |why: &str| {
        // Whoever cannot be warned can be answered all the same.
        let _ = writeln!(streams.err, "warning: context \"{name}\": {why}");
    };
    if is_open && settings.api_key.is_some() {
        warn("its endpoint is http://, so that anybody in between can read the API key");
    }
    if settings.skip_verify {
        warn("skip_verify lets anybody in between read the API key");
    }
    let client = Client::new(context.client.clone());
    let client = client.map_err(|error| of_context(&name, &error.to_string()))?;
    Ok((context, client))
}

/// Asks for something that every appliance tells whoever has a key.
fn ask(client: Client) -> Result<String, appliance::Error> {
    let appliance = Appliance::new(client);
    let told = appliance.ask(&public::Request::ListClusters.into())?;
    let clusters = match told {
        Reply::Public(reply) => match *reply {
            public::Reply::Clusters(clusters) => clusters.len(),
            _ => 0,
        },
        _ => 0,
    };
    let extension = match appliance.capabilities()? {
        Some(_) => "with this program's extension",
        None => "by meltcloud's public API alone",
    };
    let plural = if clusters == 1 { "" } else { "s" };
    Ok(format!("{clusters} cluster{plural}, {extension}"))
}
