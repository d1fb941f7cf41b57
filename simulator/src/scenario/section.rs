//! Walks a parsed TOML document and keeps the place of everything that it reads.
//!
//! A deserialiser stops at the first error. This walker notes each problem and goes on, so that one look at the
//! messages repairs the whole file.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Problems, did_you_mean};

/// A value of the document, with the path that leads to it.
#[derive(Clone, Debug)]
pub struct Item<'a, 'i> {
    /// The path, as `pools[0].name`.
    pub path: String,
    /// The value, with its place.
    pub value: &'a Spanned<DeValue<'i>>,
    /// Where the file names the preset that the value comes from; `None` where the file itself says it.
    preset: Option<Range<usize>>,
}

/// A table of the document, whose keys are asked for one by one; what nobody asked for is unknown.
#[derive(Debug)]
pub struct Section<'a, 'i> {
    path: String,
    offset: usize,
    table: &'a DeTable<'i>,
    /// What stands for the keys that the table does not have, and where the file names it.
    preset: Option<(&'a DeTable<'i>, Range<usize>)>,
    asked: Vec<&'static str>,
}

impl<'a, 'i> Item<'a, 'i> {
    /// Where it begins, as a byte offset.
    pub fn offset(&self) -> usize {
        self.span().start
    }

    /// Where the file says the value, or names the preset that does.
    pub fn span(&self) -> Range<usize> {
        self.preset.clone().unwrap_or_else(|| self.value.span())
    }

    /// Whether the file says it itself, and no preset.
    pub(super) fn is_own(&self) -> bool {
        self.preset.is_none()
    }

    /// Notes that the value is not what it should be. `allowed` completes "allowed: ".
    pub fn refuse(&self, problems: &mut Problems<'_>, allowed: &str) {
        self.refuse_with_hint(problems, allowed, "");
    }

    /// As [`Item::refuse`], with a hint behind it that brings its own punctuation.
    pub fn refuse_with_hint(&self, problems: &mut Problems<'_>, allowed: &str, hint: &str) {
        let found = problems.found(self.span());
        problems.add(
            self.offset(),
            format!("{}: found {found}, allowed: {allowed}{hint}", self.path),
        );
    }

    /// Notes that the value is well-formed and cannot be; `why` completes "found …, ".
    pub fn object(&self, problems: &mut Problems<'_>, why: &str) {
        let found = problems.found(self.span());
        problems.add(
            self.offset(),
            format!("{}: found {found}, {why}", self.path),
        );
    }

    /// The value as a string.
    pub fn as_str(&self) -> Option<&'a str> {
        self.value.get_ref().as_str()
    }

    /// The value as an integer.
    pub fn as_integer(&self) -> Option<i64> {
        let integer = self.value.get_ref().as_integer()?;
        i64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
    }

    /// The value as a number, whether written as an integer or as a fraction.
    pub fn as_number(&self) -> Option<f64> {
        let written = match self.value.get_ref() {
            DeValue::Integer(_) => return self.as_integer().map(exact),
            DeValue::Float(float) => float.as_str().replace('_', ""),
            _ => return None,
        };
        written
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }

    /// The value as a table, noting a problem when it is none.
    pub fn section(&self, problems: &mut Problems<'_>) -> Option<Section<'a, 'i>> {
        let table = self.value.get_ref().as_table();
        if table.is_none() {
            self.refuse(problems, "a table");
        }
        Some(Section::new(self.path.clone(), self.offset(), table?))
    }

    /// The elements of an array, each with its path.
    pub fn elements(&self) -> Option<Vec<Item<'a, 'i>>> {
        let array = self.value.get_ref().as_array()?;
        let elements = array.iter().enumerate();
        Some(
            elements
                .map(|(index, value)| Item {
                    path: format!("{}[{index}]", self.path),
                    value,
                    preset: self.preset.clone(),
                })
                .collect(),
        )
    }
}

impl<'a, 'i> Section<'a, 'i> {
    /// A table that a path leads to and that begins at a byte offset; the document's own has an empty path.
    pub fn new(path: String, offset: usize, table: &'a DeTable<'i>) -> Self {
        Self {
            path,
            offset,
            table,
            preset: None,
            asked: Vec::new(),
        }
    }

    /// Lets a preset say what the table does not. `named` is where the file names it.
    pub(super) fn stand_on(&mut self, preset: &'a DeTable<'i>, named: Range<usize>) {
        self.preset = Some((preset, named));
    }

    /// Where the table stands.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The path that leads to it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// How many keys it has.
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// The path of one of its keys.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// The value of `key`, if it is there.
    pub fn item(&mut self, key: &'static str) -> Option<Item<'a, 'i>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        let own = self.table.get(key).map(|value| Item {
            path: self.path_of(key),
            value,
            preset: None,
        });
        own.or_else(|| {
            let (preset, named) = self.preset.as_ref()?;
            Some(Item {
                path: self.path_of(key),
                value: preset.get(key)?,
                preset: Some(named.clone()),
            })
        })
    }

    /// The value of `key`, if the file itself says it.
    pub(super) fn own_item(&mut self, key: &'static str) -> Option<Item<'a, 'i>> {
        self.item(key).filter(Item::is_own)
    }

    /// The value of `key` as `read` understands it. `None` when it is absent, and when it is wrong, which is noted.
    pub fn get<T>(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
        read: impl FnOnce(&Item<'a, 'i>, &mut Problems<'_>) -> Option<T>,
    ) -> Option<T> {
        read(&self.item(key)?, problems)
    }

    /// As [`Section::get`], and its absence is noted too.
    pub fn need<T>(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
        read: impl FnOnce(&Item<'a, 'i>, &mut Problems<'_>) -> Option<T>,
    ) -> Option<T> {
        let Some(item) = self.item(key) else {
            problems.add(self.offset, format!("{}: missing", self.path_of(key)));
            return None;
        };
        read(&item, problems)
    }

    /// The tables of an array of tables; none when the key is absent.
    pub fn tables(
        &mut self,
        key: &'static str,
        problems: &mut Problems<'_>,
    ) -> Vec<Section<'a, 'i>> {
        let Some(item) = self.item(key) else {
            return Vec::new();
        };
        let Some(elements) = item.elements() else {
            item.refuse(problems, &format!("an array of tables, [[{key}]]"));
            return Vec::new();
        };
        elements
            .iter()
            .filter_map(|element| element.section(problems))
            .collect()
    }

    /// Every entry, for a table whose keys are names; nothing in it is unknown.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, usize, Item<'a, 'i>)> {
        self.table.iter().map(|(key, value)| {
            let name: &'a str = key.get_ref();
            let item = Item {
                path: self.path_of(name),
                value,
                preset: None,
            };
            (name, key.span().start, item)
        })
    }

    /// Notes every key that nobody asked for.
    pub fn finish(self, problems: &mut Problems<'_>) {
        for (key, offset, item) in self.entries() {
            if self.asked.contains(&key) {
                continue;
            }
            let hint = did_you_mean(key, self.asked.iter().copied());
            let allowed = self.asked.join(", ");
            problems.add(
                offset,
                format!("{}: unknown key, allowed: {allowed}{hint}", item.path),
            );
        }
    }
}

/// An integer as a number; those of scenario files are far smaller than 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "limits of a scenario lie far below 2^53"
)]
fn exact(integer: i64) -> f64 {
    integer as f64
}
