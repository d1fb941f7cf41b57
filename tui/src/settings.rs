//! What is configured: the appliances that this program asks, each under a name.
//!
//! | file | holds |
//! |---|---|
//! | `place` | where the file of contexts is |
//! | `file` | that file, as it is read |
//! | `draft` | a context as it is written down, and where each of its values comes from |
//! | `schema` | its JSON Schema |
//! | `key` | where a key comes from, and how it is got |
//!
//! A context that is named, by `--context` or `MELTDECK_CONTEXT`, is the file's. Where none is named and `MELTCLOUD_ENDPOINT`
//! or `MELTCLOUD_ORGANIZATION` is set, these and their like make a context of their own, called after the endpoint's host.
//! Otherwise it is the file's `default_context`, or its only one.

mod draft;
mod file;
mod key;
mod place;
pub(crate) mod schema;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use appliance::client;
use appliance::text::visible;
use simulator::scenario::did_you_mean;

use crate::streams::Failure;
pub(crate) use draft::{Draft, Found, Origin};
use file::File;
pub(crate) use file::TEMPLATE;
pub(crate) use key::key_of;
pub(crate) use place::of_file as path;

/// One appliance and organization, under a name.
#[derive(Clone, Debug)]
pub struct Context {
    /// Its name: that of the file, or the host of the endpoint where the environment names one.
    pub name: String,
    /// How it is asked.
    pub client: client::Settings,
    /// The scenario without a fleet that says what the appliance does not tell; `None`: nothing is assumed.
    pub model: Option<PathBuf>,
    /// Whether orders are given without `--write`.
    pub is_writable: bool,
    /// How many questions a second whoever polls asks at most; above 0.
    pub most_requests_per_second: f64,
    /// The zone of dates, by its name in the IANA database; `None`: the appliance's or the scenario's own.
    pub timezone: Option<String>,
}

/// The variables of an environment, by their names. One that is empty is as one that is not set.
pub(crate) type Variables<'v> = &'v dyn Fn(&str) -> Option<String>;

/// A context that is configured.
pub(crate) struct Configured {
    /// Its name.
    pub(crate) name: String,
    /// The context before its key is got, or what is wrong with it: each problem in a line that names its place.
    pub(crate) draft: Result<Draft, String>,
}

/// Those of this process.
pub(crate) fn of_process(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The context that `--context` names, or else the environment, or else the file does.
///
/// # Errors
/// When none is configured, or the one that is meant cannot be used: everything that is wrong with it.
pub(crate) fn chosen(context: Option<&str>) -> Result<Context, Failure> {
    chosen_if_any(context)?.ok_or_else(|| Failure::Question(nothing(&of_process)))
}

/// As [`chosen`]; `None` where nothing is configured at all.
///
/// # Errors
/// As [`chosen`].
pub(crate) fn chosen_if_any(context: Option<&str>) -> Result<Option<Context>, Failure> {
    let Some(draft) = drafted(context, &of_process).map_err(Failure::Question)? else {
        return Ok(None);
    };
    let name = draft.name.clone();
    let context = draft.context(&of_process);
    let context = context.map_err(|why| Failure::Question(of_context(&name, &why)))?;
    Ok(Some(context))
}

/// What to tell of one context.
pub(crate) fn of_context(name: &str, what: &str) -> String {
    // One that is wrong may have any name.
    format!("meltdeck: context \"{}\": {what}", visible(name))
}

/// Every context that is configured, the environment's first. One that is wrong hides no other. Their keys are not got yet:
/// that may take long.
///
/// # Errors
/// When the file cannot be read at all, or something is wrong with what stands in it beside the contexts.
pub(crate) fn all(variable: Variables<'_>) -> Result<Vec<Configured>, Failure> {
    let of_environment = of_environment(variable).map(|draft| Configured {
        name: draft
            .as_ref()
            .map_or_else(|_| "environment".to_owned(), |draft| draft.name.clone()),
        draft,
    });
    let file = File::find(variable).map_err(Failure::Question)?;
    let of_file = file.into_iter().flat_map(|file| file.contexts);
    let of_file = of_file.map(|(name, draft)| Configured {
        name,
        draft: draft.map_err(|error| error.to_string()),
    });
    Ok(of_environment.into_iter().chain(of_file).collect())
}

/// The context that is meant, as it is written down; `None` where nothing is configured.
pub(crate) fn drafted(
    named: Option<&str>,
    variable: Variables<'_>,
) -> Result<Option<Draft>, String> {
    let of_variable = variable("MELTDECK_CONTEXT");
    let of_variable = || Some(("MELTDECK_CONTEXT", of_variable.as_deref()?));
    let named = named.map(|name| ("--context", name)).or_else(of_variable);
    if let Some((by, name)) = named {
        let file = File::find(variable)?;
        return of_file(file.as_ref(), (by, name), variable).map(Some);
    }
    if let Some(draft) = of_environment(variable) {
        let lines = |why: String| format!("meltdeck: {}", why.replace('\n', "\nmeltdeck: "));
        return draft.map(Some).map_err(lines);
    }
    match File::find(variable)? {
        Some(file) => file.default(),
        None => Ok(None),
    }
}

/// The file's context of a name; `by` says who named it.
fn of_file(
    file: Option<&File>,
    (by, name): (&str, &str),
    variable: Variables<'_>,
) -> Result<Draft, String> {
    let Some(file) = file else {
        let way_out = nothing(variable);
        return Err(format!(
            "meltdeck: {by}: found {name:?}, but there is no file of contexts\n{way_out}"
        ));
    };
    if let Some(draft) = file.context(name) {
        return draft;
    }
    let known = || file.contexts.iter().map(|(context, _)| context.as_str());
    let listed: Vec<_> = known().map(|context| format!("{context:?}")).collect();
    let hint = did_you_mean(name, known());
    Err(format!(
        "meltdeck: {by}: found {name:?}, allowed: a context of {}: {}{hint}",
        file.path.display(),
        listed.join(", ")
    ))
}

/// The context that meltcloud's variables make; `None` where they name neither an appliance nor an organization.
fn of_environment(variable: Variables<'_>) -> Option<Result<Draft, String>> {
    let is_set = |name: &&str| variable(name).is_some();
    ["MELTCLOUD_ENDPOINT", "MELTCLOUD_ORGANIZATION"]
        .iter()
        .find(|name| is_set(name))?;
    Some(Draft::of_environment(variable))
}

/// What to tell somebody who has configured nothing.
pub(crate) fn nothing(variable: Variables<'_>) -> String {
    let path = place::of_file(variable);
    let is_there = path.as_ref().is_some_and(|path| path.exists());
    let path = path.map_or_else(
        || "a file that MELTDECK_CONFIG names".to_owned(),
        |path| path.display().to_string(),
    );
    if is_there {
        return format!(
            "meltdeck: no appliance is configured: fill in\n{path},\nor set MELTCLOUD_ENDPOINT, MELTCLOUD_ORGANIZATION and MELTCLOUD_API_KEY"
        );
    }
    format!(
        "meltdeck: no appliance is configured: `meltdeck config init` writes\n{path} to fill in, or set MELTCLOUD_ENDPOINT,\nMELTCLOUD_ORGANIZATION and MELTCLOUD_API_KEY"
    )
}
