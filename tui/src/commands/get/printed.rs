//! A list as text, for people and for programs.

use std::io;

use serde::Serialize;
use serde_json::Value;

use super::contexts::{Asked, in_one_line};
use super::lists::{Cell, List};
use crate::args::Format;
use crate::commands::table::table;
use crate::streams::Streams;

/// The form of what programs get, raised when a field goes or means something else, and not when one comes.
const SCHEMA_VERSION: u32 = 1;

/// How much a list has of what there is.
pub(super) struct Extent<'a> {
    /// What many of its items are called.
    pub(super) resource: &'static str,
    pub(super) asked: &'a [Asked],
    /// Whether it is of every context that is configured, or of one alone.
    pub(super) is_of_all_contexts: bool,
}

/// A list for programs.
#[derive(Serialize)]
struct Document<'l> {
    schema_version: u32,
    resource: &'static str,
    /// What of it is told only; `None`: all.
    partly: Option<String>,
    /// Who was asked, in the order of the items; `None` where only one is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    contexts: Option<Vec<OfContext<'l>>>,
    items: Vec<&'l Value>,
}

/// What one context has of a list.
#[derive(Serialize)]
struct OfContext<'l> {
    name: &'l str,
    /// What of it the appliance tells only; `None`: all, or nothing.
    partly: Option<&'static str>,
    /// Why nothing was told.
    error: Option<String>,
}

pub(super) fn write(
    list: &List,
    extent: &Extent<'_>,
    format: Format,
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    let document = || Document {
        schema_version: SCHEMA_VERSION,
        resource: extent.resource,
        partly: extent.partly(),
        contexts: extent.contexts(),
        items: list.rows.iter().map(|row| &row.item).collect(),
    };
    match format {
        Format::Table => writeln!(streams.out, "{}", table(&rows(list))),
        Format::Json => streams.write_json(&document()),
        Format::Yaml => {
            let text = yaml_serde::to_string(&document()).map_err(io::Error::other)?;
            write!(streams.out, "{text}")
        }
        Format::Csv => write_csv(list, streams),
    }
}

impl<'a> Extent<'a> {
    fn partly(&self) -> Option<String> {
        let mut parts = self.asked.iter().filter_map(|one| match &one.told {
            Ok(told) if !self.is_of_all_contexts => told.partly.map(str::to_owned),
            Ok(told) => told.partly.map(|_| format!("a part of {}", one.name)),
            Err(_) => Some(format!("nothing of {}", one.name)),
        });
        let first = parts.next()?;
        Some(parts.fold(first, |all, part| format!("{all}, {part}")))
    }

    fn contexts(&self) -> Option<Vec<OfContext<'a>>> {
        let contexts = self.asked.iter().map(|one| OfContext {
            name: &one.name,
            partly: one.told.as_ref().ok().and_then(|told| told.partly),
            error: one
                .told
                .as_ref()
                .err()
                .map(|silence| in_one_line(&silence.why)),
        });
        self.is_of_all_contexts.then(|| contexts.collect())
    }
}

fn rows(list: &List) -> Vec<Vec<String>> {
    let header = list.header.iter().map(|name| (*name).to_owned()).collect();
    let rows = list.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| match cell {
            Cell::Told(text) | Cell::Brief { brief: text, .. } => text.clone(),
            Cell::Nothing => "-".to_owned(),
            Cell::Untold => "?".to_owned(),
        });
        cells.collect()
    });
    [header].into_iter().chain(rows).collect()
}

/// The table's columns, with names as programs have them. What is not there, or not told, is empty.
fn write_csv(list: &List, streams: &mut Streams<'_>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(&mut *streams.out);
    let header = list.header.iter();
    writer.write_record(header.map(|name| name.to_lowercase().replace(' ', "_")))?;
    for row in &list.rows {
        let cells = row.cells.iter().map(|cell| match cell {
            Cell::Told(text) | Cell::Brief { told: text, .. } => text.as_str(),
            Cell::Nothing | Cell::Untold => "",
        });
        writer.write_record(cells)?;
    }
    writer.flush()
}
