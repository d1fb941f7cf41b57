//! A question before an order: what it will do, and whether to do it.

use super::layout::{Layout, broken};
use super::plan::Intent;
use super::{Plan, RowId};
use crate::console::command::{Command, Target};

/// A question that is open, or an order that was not answered yet, or was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialog {
    /// The order.
    pub command: Command,
    /// What was asked for of which rows, to make it anew.
    pub made_from: (Intent, Vec<RowId>),
    /// What it will do, line by line.
    pub consequences: Vec<String>,
    /// Whether what makes a revision can be saved only.
    pub can_save: bool,
    /// Whether the button that does something has the focus; the other one goes away.
    pub does_it: bool,
    /// What was typed to confirm a destructive order.
    pub typed: String,
    /// How far it is.
    pub stage: Stage,
    /// The first line of the text that is shown.
    pub offset: usize,
    /// What the fleet that it is for is called, in seven letters: a fleet, or a context.
    fleet_word: &'static str,
}

/// How far an order is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The question is open.
    Prompting,
    /// The order was sent.
    Waiting,
    /// The order was not sent, because it no longer fits the fleet: what has changed, line by line.
    Outdated(Vec<String>),
    /// The order was refused by the appliance.
    Refused {
        /// Why, line by line.
        why: Vec<String>,
        /// What was done of it all the same.
        done: Option<String>,
    },
}

impl Dialog {
    /// The question before a plan, with the button that cancels in focus.
    pub fn new(
        plan: Plan,
        made_from: (Intent, Vec<RowId>),
        consequences: Vec<String>,
        fleet_word: &'static str,
    ) -> Self {
        Self {
            can_save: plan.command.verb.makes_revision(),
            command: plan.command,
            made_from,
            consequences,
            does_it: false,
            typed: String::new(),
            stage: Stage::Prompting,
            offset: 0,
            fleet_word,
        }
    }

    /// Shows why the order was not carried out, with the button that goes away in focus.
    pub fn end_in(&mut self, stage: Stage) {
        self.stage = stage;
        self.does_it = false;
        self.offset = 0;
    }

    /// What has to be typed before the order is sent: the machine's name, or how many there are.
    pub fn to_confirm(&self) -> Option<String> {
        let is_asked = self.command.verb.is_destructive() && self.stage == Stage::Prompting;
        is_asked.then(|| match &*self.command.targets {
            [target] => target.to_string(),
            targets => targets.len().to_string(),
        })
    }

    /// Whether there is a button that only saves.
    pub fn offers_save(&self) -> bool {
        self.can_save && self.stage == Stage::Prompting
    }

    /// Puts the focus on the next button: the one that goes away, where there is one the one that only saves, the one
    /// that does it.
    pub fn next_button(&mut self) {
        let saves = self.offers_save();
        (self.does_it, self.command.saves) = match (self.does_it, self.command.saves) {
            (false, _) => (true, saves),
            (true, true) => (true, false),
            (true, false) => (false, false),
        };
    }

    /// The text, line by line.
    fn text(&self) -> Vec<String> {
        let (heading, why, done) = match &self.stage {
            Stage::Prompting | Stage::Waiting => {
                let asked = self
                    .to_confirm()
                    .map(|word| format!("To confirm, type {word}: {}_", self.typed));
                let told = self.consequences.iter().cloned();
                return asked.into_iter().chain(told).collect();
            }
            Stage::Outdated(why) => ("Not sent:", why, &None),
            Stage::Refused { why, done } => ("Refused:", why, done),
        };
        let mut told = vec![format!("{}  {}", self.fleet_word, self.command.context)];
        match &*self.command.targets {
            [Target::Rollout(target)] => {
                told.push(format!("cluster  {}", target.cluster));
                told.push(format!("pool     {}", target.pool));
            }
            [Target::Pool(target)] => {
                told.push(format!("cluster  {}", target.cluster));
                told.push(format!("pool     {}", target.pool));
            }
            [Target::Machine(target)] => told.push(format!("machine  {}", target.machine)),
            _ => {}
        }
        told.push(heading.to_owned());
        told.extend(why.iter().map(|why| format!("- {why}")));
        told.extend(done.iter().map(|done| format!("Done: {done}")));
        told.push(String::new());
        told.push(self.command.to_string());
        told
    }

    /// Where it stands on a screen of so many columns and rows.
    pub fn layout(&self, size: (u16, u16)) -> Layout {
        Layout::new(size, &self.text(), broken, self.offset)
    }
}
