//! A question before an order: what it will do, and whether to do it.

use crate::console::command::Command;

/// A question that is open, or an order that was not answered yet, or was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialog {
    /// The order.
    pub command: Command,
    /// What it will do, line by line.
    pub consequences: Vec<String>,
    /// Whether the button that does it has the focus; the other one cancels.
    pub does_it: bool,
    /// How far it is.
    pub stage: Stage,
}

/// How far an order is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The question is open.
    Prompting,
    /// The order was sent.
    Waiting,
    /// The order was refused: in words.
    Failed(String),
}

impl Dialog {
    /// The question before `command`, with the button that cancels in focus.
    pub fn new(command: Command, consequences: Vec<String>) -> Self {
        Self {
            command,
            consequences,
            does_it: false,
            stage: Stage::Prompting,
        }
    }
}
