//! Models: scenarios without a fleet, for a fleet that an appliance tells.
//!
//! A model says what the appliance does not: hardware classes, workloads with their budgets, windows, policy. It has the keys of
//! a scenario, but for those of the fleet itself, and four of its own: `[pool_defaults]`, `[[pool_overrides]]`,
//! `[cluster_defaults]` and `[[cluster_overrides]]`, which hold the keys of a scenario's pools and clusters. Put together with a
//! fleet it is a scenario, and is read as one, so that what is wrong with it is told at its place in the model.
//!
//! | file | holds |
//! |---|---|
//! | `overrides` | what a model says of the clusters and pools that are told |
//! | `stand_in` | a fleet to check a model on, where none is told |
//! | `render` | a document as text |

mod overrides;
mod render;
mod stand_in;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Problems;
use super::reader::{document, text};
use super::{Scenario, ScenarioError};

/// The keys of the fleet itself, which the appliance tells.
const TOLD: [&str; 4] = ["clusters", "pools", "machines", "organization"];
/// What happens, where the model says it.
const STEPS: &str = "steps";

/// A scenario without a fleet.
#[derive(Clone, Debug)]
pub struct Model {
    text: Arc<str>,
    file: String,
    /// Whether what it says of steps is passed over.
    is_without_steps: bool,
}

/// A fleet and a model in one.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The scenario.
    pub scenario: Scenario,
    /// Its text, without comments.
    pub text: String,
}

impl Default for Model {
    /// One that says nothing.
    fn default() -> Self {
        Self {
            text: "".into(),
            file: "model".to_owned(),
            is_without_steps: false,
        }
    }
}

impl Model {
    /// The model in a file. What is wrong with it is told once it is joined or checked.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        Ok(Self::new(text(path)?, path.display().to_string()))
    }

    /// The model of a text; `file` stands in front of what is wrong with it.
    pub fn new(text: impl Into<Arc<str>>, file: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            file: file.into(),
            is_without_steps: false,
        }
    }

    /// The same model, but for its steps: for a fleet to which something else happens.
    #[must_use]
    pub fn without_steps(self) -> Self {
        Self {
            is_without_steps: true,
            ..self
        }
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether it has a key of the top level.
    pub fn says(&self, key: &str) -> bool {
        if key == STEPS && self.is_without_steps {
            return false;
        }
        let mut problems = Problems::new(&self.text);
        document(&self.text, &mut problems).is_some_and(|model| model.contains_key(key))
    }

    /// Checks the model without a fleet: as if there were every cluster, pool and machine that it names.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn check(&self) -> Result<(), ScenarioError> {
        let mut problems = Problems::new(&self.text);
        let fleet = document(&self.text, &mut problems).map(|model| stand_in::fleet(&model));
        self.join(&fleet.unwrap_or_default()).map(|_| ())
    }

    /// The scenario of a fleet, which is a scenario's text as far as it is told, and this model. Where both say a key, the
    /// model's holds; steps are those of both.
    ///
    /// # Errors
    /// Everything that is wrong with the model, or with it on this fleet, at its place in the model. What is wrong with the
    /// fleet itself is told at the model's beginning.
    pub fn join(&self, fleet: &str) -> Result<Joined, ScenarioError> {
        let mut problems = Problems::new(&self.text);
        let Some(mut model) = document(&self.text, &mut problems) else {
            return Err(problems.into_error(&self.file));
        };
        let Some(told) = document(fleet, &mut problems) else {
            return Err(problems.into_error(&self.file));
        };
        refuse_told(&mut model, &mut problems);
        if self.is_without_steps {
            model.remove(STEPS);
        }
        let mut joined = placeless_table(told);
        overrides::lay_over(&mut model, &mut joined, &mut problems);
        for (key, mut value) in model {
            if key.get_ref() == STEPS
                && let DeValue::Array(steps) = value.as_mut()
                && let Some(DeValue::Array(before)) = joined.get(STEPS).map(Spanned::get_ref)
            {
                *steps = before.iter().chain(steps.iter()).cloned().collect();
            }
            // Of two keys that are the same the table would keep the first, with its place.
            joined.remove(key.get_ref().as_ref());
            joined.insert(key, value);
        }
        let text = render::document(&joined);
        let scenario = Scenario::of_document(
            (&text, &joined),
            &mut problems,
            ("model", None),
            &overrides::KEYS,
        );
        if problems.is_empty() {
            Ok(Joined { scenario, text })
        } else {
            problems.tell_once();
            Err(problems.into_error(&self.file))
        }
    }
}

/// Notes and takes out what the appliance tells.
fn refuse_told(model: &mut DeTable<'_>, problems: &mut Problems<'_>) {
    for told in TOLD {
        if let Some((key, _)) = model.remove_entry(told) {
            let why = "the appliance tells it, so that it stands in no model";
            problems.add(key.span().start, format!("{told}: {why}"));
        }
    }
}

/// A value that stands nowhere in the model.
fn placeless(value: DeValue<'_>) -> Spanned<DeValue<'_>> {
    Spanned::new(0..0, value)
}

fn placeless_key(key: &str) -> Spanned<Cow<'_, str>> {
    Spanned::new(0..0, Cow::Borrowed(key))
}

/// A table without the places of its values, which are those of another text.
fn placeless_table(table: DeTable<'_>) -> DeTable<'_> {
    let entries = table.into_iter().map(|(key, value)| {
        let value = match value.into_inner() {
            DeValue::Table(table) => DeValue::Table(placeless_table(table)),
            DeValue::Array(array) => {
                let elements = array.into_iter().map(|element| match element.into_inner() {
                    DeValue::Table(table) => placeless(DeValue::Table(placeless_table(table))),
                    other => placeless(other),
                });
                DeValue::Array(elements.collect())
            }
            other => other,
        };
        (Spanned::new(0..0, key.into_inner()), placeless(value))
    });
    entries.collect()
}
