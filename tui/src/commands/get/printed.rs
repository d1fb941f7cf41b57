//! A list as text, for people and for programs.

use std::io;

use serde::Serialize;
use serde_json::Value;

use super::lists::{Cell, List};
use crate::args::Format;
use crate::commands::table::table;
use crate::streams::Streams;

/// The form of what programs get, raised when a field goes or means something else.
const SCHEMA_VERSION: u32 = 1;

/// A list for programs.
#[derive(Serialize)]
struct Document<'l> {
    schema_version: u32,
    resource: &'static str,
    /// What of it the appliance tells only; `None`: all.
    partly: Option<&'l str>,
    items: Vec<&'l Value>,
}

pub(super) fn write(
    list: &List,
    resource: &'static str,
    partly: Option<&str>,
    format: Format,
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        resource,
        partly,
        items: list.rows.iter().map(|row| &row.item).collect(),
    };
    match format {
        Format::Table => writeln!(streams.out, "{}", table(&rows(list))),
        Format::Json => streams.write_json(&document),
        Format::Yaml => {
            let text = yaml_serde::to_string(&document).map_err(io::Error::other)?;
            write!(streams.out, "{text}")
        }
        Format::Csv => write_csv(list, streams),
    }
}

fn rows(list: &List) -> Vec<Vec<String>> {
    let header = list.header.iter().map(|name| (*name).to_owned()).collect();
    let rows = list.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| match cell {
            Cell::Told(text) => text.clone(),
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
            Cell::Told(text) => text.as_str(),
            Cell::Nothing | Cell::Untold => "",
        });
        writer.write_record(cells)?;
    }
    writer.flush()
}
