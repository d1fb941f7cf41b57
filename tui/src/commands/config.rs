//! `meltdeck config`: the file of contexts, and what holds.

mod check;

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use appliance::text::visible;
use toml_writer::{ToTomlKey, ToTomlValue};

use crate::args::{Config, ConfigCommand};
use crate::new_file;
use crate::settings::{self, Configured, Draft, Found, Origin, Variables};
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(args: &Config, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let variable = &settings::of_process;
    match &args.what {
        ConfigCommand::Path => {
            writeln!(streams.out, "{}", shown(&path(variable)?))?;
            Ok(Answer::Done)
        }
        ConfigCommand::Init => init(&path(variable)?, streams),
        ConfigCommand::Print { context } => print(context.as_deref(), variable, streams),
        ConfigCommand::Check { context, online } => {
            check::run(context.as_deref(), *online, variable, streams)
        }
    }
}

fn path(variable: Variables<'_>) -> Result<PathBuf, Failure> {
    settings::path(variable).ok_or_else(|| {
        let why = "there is no place for a file of contexts: set HOME, XDG_CONFIG_HOME or MELTDECK_CONFIG";
        Failure::Question(format!("meltdeck: {why}"))
    })
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

fn init(path: &Path, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let name = shown(path);
    let wrong = |error: io::Error| {
        let why = if error.kind() == io::ErrorKind::AlreadyExists {
            "it is there already, and is left as it is".to_owned()
        } else {
            error.to_string()
        };
        Failure::Question(format!("meltdeck: {name} cannot be written: {why}"))
    };
    if let Some(folder) = path.parent() {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(folder).map_err(wrong)?;
    }
    new_file::write(path, settings::TEMPLATE, false).map_err(wrong)?;
    writeln!(streams.out, "{name} is written: fill it in, then")?;
    writeln!(streams.out, "meltdeck config check --online")?;
    Ok(Answer::Done)
}

/// The context that is named, or all of them.
fn meant(named: Option<&str>, variable: Variables<'_>) -> Result<Vec<Configured>, Failure> {
    if named.is_none() {
        return settings::all(variable);
    }
    let draft = settings::drafted(named, variable).map_err(Failure::Question)?;
    let configured = draft.map(|draft| Configured {
        name: draft.name.clone(),
        draft: Ok(draft),
    });
    Ok(configured.into_iter().collect())
}

fn print(
    named: Option<&str>,
    variable: Variables<'_>,
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let meant = meant(named, variable)?;
    if let Some(path) = settings::path(variable) {
        let is_there = if path.exists() { "" } else { " (not there)" };
        writeln!(streams.out, "# {}{is_there}", shown(&path))?;
    }
    match settings::drafted(named, variable) {
        Ok(Some(draft)) => writeln!(streams.out, "# chosen: {}", draft.name)?,
        Ok(None) => writeln!(streams.out, "# chosen: none, the demo fleet is shown")?,
        // Which one is wrong, and how, is said below.
        Err(_) => writeln!(streams.out, "# chosen: none that can be used")?,
    }
    let mut problems = Vec::new();
    for Configured { name, draft } in meant {
        writeln!(streams.out, "\n[contexts.{}]", name.to_toml_key())?;
        match draft {
            Ok(draft) => print_draft(&draft, variable, streams)?,
            Err(why) => {
                writeln!(streams.out, "# cannot be used, see below")?;
                problems.push(why);
            }
        }
    }
    if problems.is_empty() {
        return Ok(Answer::Done);
    }
    streams.out.flush()?;
    Err(Failure::Question(problems.join("\n")))
}

fn print_draft(
    draft: &Draft,
    variable: Variables<'_>,
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    let endpoint = draft.endpoint.value.to_string();
    let organization = draft.organization.value.as_str();
    let path = |found: &Found<Option<PathBuf>>| {
        let path = found.value.as_ref().map(|path| path.to_string_lossy());
        path.map(|path| path.as_ref().to_toml_value())
    };
    let rate = draft.most_requests_per_second.value;
    let timezone = draft.timezone.value.as_ref();
    let skip_verify = draft.skip_verify.value.to_string();
    let write = draft.is_writable.value.to_string();
    let values = [
        (
            "endpoint",
            Some(endpoint.to_toml_value()),
            draft.endpoint.from,
        ),
        (
            "organization",
            Some(organization.to_toml_value()),
            draft.organization.from,
        ),
        ("ca_file", path(&draft.ca_file), draft.ca_file.from),
        ("skip_verify", Some(skip_verify), draft.skip_verify.from),
        ("model", path(&draft.model), draft.model.from),
        ("write", Some(write), draft.is_writable.from),
        (
            "most_requests_per_second",
            Some(rate.to_string()),
            draft.most_requests_per_second.from,
        ),
        (
            "timezone",
            timezone.map(ToTomlValue::to_toml_value),
            draft.timezone.from,
        ),
    ];
    for (key, value, from) in values {
        match value {
            Some(value) => writeln!(streams.out, "{key} = {value}  # {from}")?,
            None => writeln!(streams.out, "# {key}: none, {from}")?,
        }
    }
    let source = &draft.key.value;
    let from = match draft.key.from {
        Origin::Variable(_) => String::new(),
        from => format!(", {from}"),
    };
    let got = match draft.api_key(variable) {
        Ok(Some(_)) => "there is one".to_owned(),
        Ok(None) => "none is sent".to_owned(),
        Err(why) => why.replace('\n', "\n#"),
    };
    writeln!(streams.out, "# API key: {source}{from}: {got}")
}
