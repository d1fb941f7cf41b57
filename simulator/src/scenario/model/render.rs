//! A document as text: single values first, then tables, the name of each before its other keys.

use std::fmt::Write as _;

use toml::de::{DeTable, DeValue};
use toml_writer::{ToTomlKey, ToTomlValue};

/// Single keys that come first, in this order.
const FIRST: [&str; 9] = [
    "name",
    "namespace",
    "cluster",
    "at",
    "do",
    "pool",
    "machine",
    "status",
    "uuid",
];
/// Tables that come first, in this order.
const FIRST_TABLES: [&str; 3] = ["clusters", "pools", "machines"];
/// What comes last.
const LAST: [&str; 2] = ["steps", "expect"];

pub(super) fn document(document: &DeTable<'_>) -> String {
    let mut text = String::new();
    let (tables, values): (Vec<_>, Vec<_>) = document
        .iter()
        .partition(|(_, value)| is_table(value.get_ref()));
    for (key, value) in values {
        line(&mut text, key.get_ref(), value.get_ref());
    }
    let mut tables = tables;
    tables.sort_by_key(|(key, _)| {
        let key: &str = key.get_ref();
        let first = FIRST_TABLES.iter().position(|first| *first == key);
        let last = LAST.iter().position(|last| *last == key);
        (last.map_or(0, |last| last + 1), first.unwrap_or(usize::MAX))
    });
    for (key, value) in tables {
        let name: &str = key.get_ref();
        match value.get_ref() {
            DeValue::Array(array) => {
                for table in array {
                    // What is no table among them was refused by whoever read the document.
                    if let DeValue::Table(table) = table.get_ref() {
                        let _ = writeln!(text, "\n[[{}]]", name.to_toml_key());
                        lines(&mut text, table);
                    }
                }
            }
            DeValue::Table(table) => group(&mut text, name, table),
            _ => {}
        }
    }
    text
}

/// A table of the document, or one for each of its tables, as those of hardware classes.
fn group(text: &mut String, name: &str, table: &DeTable<'_>) {
    let name = name.to_toml_key();
    if !table.is_empty() && table.values().all(|value| value.get_ref().is_table()) {
        for (key, value) in table {
            if let DeValue::Table(table) = value.get_ref() {
                let key: &str = key.get_ref();
                let _ = writeln!(text, "\n[{name}.{}]", key.to_toml_key());
                lines(text, table);
            }
        }
        return;
    }
    let _ = writeln!(text, "\n[{name}]");
    lines(text, table);
}

/// Whether a value of the document is written as a table of its own, or several.
fn is_table(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Table(_) => true,
        DeValue::Array(array) => {
            !array.is_empty() && array.iter().all(|element| element.get_ref().is_table())
        }
        _ => false,
    }
}

fn lines(text: &mut String, table: &DeTable<'_>) {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| {
        let key: &str = key.get_ref();
        let first = FIRST.iter().position(|first| *first == key);
        first.unwrap_or(FIRST.len())
    });
    for (key, value) in entries {
        line(text, key.get_ref(), value.get_ref());
    }
}

/// A key and its value. Machines stand below each other, since there may be many.
fn line(text: &mut String, key: &str, value: &DeValue<'_>) {
    if let ("machines", DeValue::Array(array)) = (key, value) {
        let machines: Vec<_> = array
            .iter()
            .map(|machine| format!("  {},\n", inline(machine.get_ref())))
            .collect();
        let _ = writeln!(text, "machines = [\n{}]", machines.concat());
        return;
    }
    let _ = writeln!(text, "{} = {}", key.to_toml_key(), inline(value));
}

/// A value on one line.
fn inline(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.as_ref().to_toml_value(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(array) => {
            let elements: Vec<_> = array.iter().map(|one| inline(one.get_ref())).collect();
            format!("[{}]", elements.join(", "))
        }
        DeValue::Table(table) => {
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| key.get_ref().as_ref() != "name");
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| {
                    let key: &str = key.get_ref();
                    format!("{} = {}", key.to_toml_key(), inline(value.get_ref()))
                })
                .collect();
            if entries.is_empty() {
                return "{}".to_owned();
            }
            format!("{{ {} }}", entries.join(", "))
        }
    }
}
