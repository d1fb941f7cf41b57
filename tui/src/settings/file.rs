//! The file of contexts, read as scenario files are: every problem at once, each with its place.

use std::path::{Path, PathBuf};

use appliance::Organization;
use appliance::client::Endpoint;
use simulator::scenario::reader::{self, Item, Problems, Section, flag, name};
use simulator::scenario::{ScenarioError, did_you_mean};
use simulator::windows::{zone, zone_names};

use super::draft::{Draft, Found, Origin, USUAL_RATE};
use super::key::KeySource;
use super::{Variables, place};

/// The file that `meltdeck config init` writes.
pub(crate) const TEMPLATE: &str = include_str!("template.toml");

/// Questions a second, at most.
const HIGHEST_RATE: f64 = 1000.0;

/// A file of contexts.
#[derive(Debug)]
pub(crate) struct File {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The context that is meant where none is named.
    default: Option<String>,
    /// Every context in the order of the file, or what is wrong with it.
    pub(crate) contexts: Vec<(String, Result<Draft, ScenarioError>)>,
}

impl File {
    /// Reads the file of contexts; `None` where there is none, and none was named.
    ///
    /// # Errors
    /// When it cannot be read, is no TOML, or something is wrong in it beside its contexts.
    pub(crate) fn find(variable: Variables<'_>) -> Result<Option<Self>, String> {
        let Some(path) = place::of_file(variable) else {
            return Ok(None);
        };
        let is_named = variable("MELTDECK_CONFIG").is_some();
        // What is there and cannot be looked at is told by reading it.
        if !is_named && matches!(path.try_exists(), Ok(false)) {
            return Ok(None);
        }
        let text = reader::text(&path).map_err(|error| error.to_string())?;
        let file = Self::parse(&text, path, variable).map_err(|error| error.to_string())?;
        Ok(Some(file))
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// As [`File::find`].
    pub(super) fn parse(
        text: &str,
        path: PathBuf,
        variable: Variables<'_>,
    ) -> Result<Self, ScenarioError> {
        let named = path.display().to_string();
        let mut problems = Problems::new(text);
        let Some(document) = reader::document(text, &mut problems) else {
            return Err(problems.into_error(&named));
        };
        let mut section = Section::new(String::new(), 0, &document);
        let default = section.item("default_context");
        let tables = section.get("contexts", &mut problems, Item::section);
        let mut contexts: Vec<_> = tables.iter().flat_map(Section::entries).collect();
        contexts.sort_by_key(|(_, offset, _)| *offset);
        let default = default.and_then(|item| {
            let known = || contexts.iter().map(|(name, ..)| *name);
            one_of(known, &item, &mut problems)
        });
        section.finish(&mut problems);
        if !problems.is_empty() {
            // Then nothing that the file says can be relied on, so all that is wrong is told.
            for (_, _, item) in &contexts {
                let _ = draft("", item, &mut problems, &path, variable);
            }
            return Err(problems.into_error(&named));
        }
        let contexts = contexts.into_iter().map(|(context, offset, item)| {
            let mut problems = Problems::new(text);
            if !simulator::scenario::is_name(context) {
                let why = "allowed: a name without blanks around it, of at most 253 characters";
                problems.add(offset, format!("contexts: {why}"));
            }
            let read = draft(context, &item, &mut problems, &path, variable);
            let read = read.filter(|_| problems.is_empty());
            let read = read.map(|draft| draft.with_key_of_environment(variable));
            let read = read.ok_or_else(|| problems.into_error(&named));
            (context.to_owned(), read)
        });
        Ok(Self {
            default,
            contexts: contexts.collect(),
            path,
        })
    }

    /// The context of a name; `None` where there is none.
    pub(super) fn context(&self, name: &str) -> Option<Result<Draft, String>> {
        let (_, draft) = self.contexts.iter().find(|(known, _)| known == name)?;
        let draft = draft.as_ref().map_err(ToString::to_string);
        Some(draft.cloned())
    }

    /// The name of the context that is meant where none is named: the file's default, or its only one.
    pub(crate) fn default_name(&self) -> Option<&str> {
        let only = || match &self.contexts[..] {
            [(name, _)] => Some(name.as_str()),
            _ => None,
        };
        self.default.as_deref().or_else(only)
    }

    /// The context that is meant where none is named; `None` where the file has none.
    pub(super) fn default(&self) -> Result<Option<Draft>, String> {
        if let Some(name) = self.default_name() {
            return self.context(name).transpose();
        }
        if self.contexts.is_empty() {
            return Ok(None);
        }
        let names = self.contexts.iter().map(|(name, _)| format!("{name:?}"));
        let names: Vec<_> = names.collect();
        Err(format!(
            "meltdeck: which context of {} is meant? Say --context with one of {}, or default_context in the file",
            self.path.display(),
            names.join(", ")
        ))
    }
}

/// A context. What can be read of it is read, so that everything wrong with it is noted.
fn draft(
    context: &str,
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    file: &Path,
    variable: Variables<'_>,
) -> Option<Draft> {
    let mut table = item.section(problems)?;
    let path = |item: &Item<'_, '_>, problems: &mut Problems<'_>| {
        name(item, problems).map(|path| Some(place::beside(file, &path, variable)))
    };
    let endpoint = found(&mut table, "endpoint", problems, endpoint);
    let organization = organization(&mut table, problems);
    let key = key(&mut table, problems, file, variable);
    let ca_file = found(&mut table, "ca_file", problems, path);
    let skip_verify = found(&mut table, "skip_verify", problems, flag);
    let model = found(&mut table, "model", problems, path);
    let is_writable = found(&mut table, "write", problems, flag);
    let rate = found(&mut table, "most_requests_per_second", problems, rate);
    let timezone = found(&mut table, "timezone", problems, |item, problems| {
        timezone(item, problems).map(Some)
    });
    table.finish(problems);
    let default_endpoint = || {
        let endpoint = Endpoint::parse(Endpoint::DEFAULT);
        endpoint.ok().map(Found::by_default)
    };
    Some(Draft {
        name: context.to_owned(),
        endpoint: endpoint.or_else(default_endpoint)?,
        organization: organization?,
        key: Found::or(key, KeySource::None),
        ca_file: Found::or(ca_file, None),
        skip_verify: Found::or(skip_verify, false),
        model: Found::or(model, None),
        is_writable: Found::or(is_writable, false),
        most_requests_per_second: Found::or(rate, USUAL_RATE),
        timezone: Found::or(timezone, None),
    })
}

/// A value of a table, with its line.
fn found<'a, 'i, T>(
    table: &mut Section<'a, 'i>,
    key: &'static str,
    problems: &mut Problems<'_>,
    read: impl FnOnce(&Item<'a, 'i>, &mut Problems<'_>) -> Option<T>,
) -> Option<Found<T>> {
    let item = table.item(key)?;
    let value = read(&item, problems)?;
    let (line, _) = problems.place(item.offset());
    Some(Found {
        value,
        from: Origin::Line(line),
    })
}

/// Notes a value that is not repeated: what was put there by mistake may be the key.
fn refuse_unseen(item: &Item<'_, '_>, problems: &mut Problems<'_>, allowed: &str) {
    problems.add(item.offset(), format!("{}: allowed: {allowed}", item.path));
}

fn endpoint(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Endpoint> {
    match Endpoint::parse(item.as_str().unwrap_or_default()) {
        Ok(endpoint) => Some(endpoint),
        Err(why) => {
            let why = format!("{}: {why}", item.path);
            problems.add(item.offset(), why);
            None
        }
    }
}

fn organization(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<Found<Organization>> {
    const ALLOWED: &str = "the organization's UUID, as \"0b9a7c1e-0000-4000-8000-00000000000f\", which stands in the \
         addresses of the web console";
    if table.item("organization").is_none() {
        let path = table.path_of("organization");
        problems.add(
            table.offset(),
            format!("{path}: missing, allowed: {ALLOWED}"),
        );
        return None;
    }
    found(table, "organization", problems, |item, problems| {
        let read = item.as_str().and_then(Organization::parse);
        if read.is_none() {
            refuse_unseen(item, problems, ALLOWED);
        }
        read
    })
}

/// Where the key comes from: one of three. It never stands in the file itself.
fn key(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    file: &Path,
    variable: Variables<'_>,
) -> Option<Found<KeySource>> {
    if table.entries().any(|(key, ..)| key == "api_key")
        && let Some(item) = table.item("api_key")
    {
        let why = "a key never stands in this file: allowed: api_key_env = \"VARIABLE\", \
                   api_key_file = \"PATH\" or api_key_command = [\"PROGRAM\", \"ARGUMENT\"]";
        problems.add(item.offset(), format!("{}: {why}", item.path));
    }
    let of_variable = found(table, "api_key_env", problems, variable_name);
    let of_file = found(table, "api_key_file", problems, |item, problems| {
        let path = item.as_str().filter(|path| !path.trim().is_empty());
        if path.is_none() {
            refuse_unseen(
                item,
                problems,
                "the path of a file that holds nothing but the key",
            );
        }
        path.map(|path| KeySource::File(place::beside(file, path, variable)))
    });
    let of_command = found(table, "api_key_command", problems, |item, problems| {
        command(item, problems, file, variable)
    });
    let keys = ["api_key_env", "api_key_file", "api_key_command"];
    let said: Vec<_> = keys.into_iter().filter_map(|key| table.item(key)).collect();
    if let [first, others @ ..] = &said[..] {
        for other in others {
            let why = format!("beside {}: allowed is one of the three", first.path);
            problems.add(other.offset(), format!("{}: {why}", other.path));
        }
    }
    of_variable.or(of_file).or(of_command)
}

fn variable_name(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<KeySource> {
    let is_name = |name: &&str| {
        let mut letters = name.chars();
        let first = letters.next();
        first.is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_')
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    let name = item.as_str().filter(is_name);
    if name.is_none() {
        let allowed = "the name of a variable of the environment, as \"MELTCLOUD_API_KEY\"";
        refuse_unseen(item, problems, allowed);
    }
    name.map(|name| KeySource::Variable(name.to_owned()))
}

/// A program and its arguments. One with a slash in its name is looked for as files are.
fn command(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    file: &Path,
    variable: Variables<'_>,
) -> Option<KeySource> {
    let words = item.elements().and_then(|elements| {
        let words = elements.iter().map(Item::as_str);
        words.collect::<Option<Vec<_>>>()
    });
    let words = words.filter(|words| words.first().is_some_and(|program| !program.is_empty()));
    let Some(words) = words else {
        let allowed = "a program and its arguments, as [\"pass\", \"show\", \"meltcloud\"]";
        refuse_unseen(item, problems, allowed);
        return None;
    };
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    if words[0].contains('/') {
        let program = place::beside(file, &words[0], variable);
        words[0] = program.to_string_lossy().into_owned();
    }
    Some(KeySource::Command(words))
}

fn rate(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<f64> {
    let number = item.as_number();
    let number = number.filter(|number| *number > 0.0 && *number <= HIGHEST_RATE);
    if number.is_none() {
        item.refuse(problems, "a number above 0 and up to 1000");
    }
    number
}

fn timezone(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<String> {
    let found = item.as_str().unwrap_or_default();
    if let Some((_, name)) = zone(found) {
        return Some(name);
    }
    let names = zone_names();
    let hint = did_you_mean(found, names.iter().map(String::as_str));
    let allowed = "a zone of the IANA database, as \"Europe/Zurich\"";
    item.refuse_with_hint(problems, allowed, &hint);
    None
}

/// A name that is among the known ones.
fn one_of<'k, K: Iterator<Item = &'k str>>(
    known: impl Fn() -> K,
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<String> {
    let found = item.as_str().unwrap_or_default();
    if known().any(|name| name == found) {
        return Some(found.to_owned());
    }
    let names: Vec<_> = known().map(|name| format!("{name:?}")).collect();
    let allowed = if names.is_empty() {
        "the name of a context, of which there is none".to_owned()
    } else {
        names.join(", ")
    };
    item.refuse_with_hint(problems, &allowed, &did_you_mean(found, known()));
    None
}
