//! The console: events in, effects out as data.
//!
//! ```text
//! keys ─┐
//! ticks ┼─► Message ─► update(&mut Model, Message) -> Vec<Effect> ─► effects run outside
//! data ─┘                        │
//!                                └─► view(&Model, &mut Buffer)      reads only
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `message` | everything that can happen, and everything that the console can ask of the world |
//! | `key`, `keys` | a key press; the one table of what keys do |
//! | `command` | an order to the appliance, as a value |
//! | `model` | the whole state |
//! | `update` | the only code that changes it; pure |
//! | `view` | the picture of it; reads only |
//! | `driver` | the simulation on its own thread, and the pace of its clock |
//! | `screen` | a picture as the fewest bytes, in one write |
//! | `teller` | where messages go
//! | `terminal` | what is turned on in the terminal, and how it is turned off on every way out |
//! | `input` | what the terminal, the signals and the shell send, as messages |
//! | `run` | the loop |

pub mod command;
pub mod driver;
pub mod input;
pub mod key;
pub mod keys;
pub mod message;
pub mod model;
pub mod run;
pub mod screen;
pub mod teller;
pub mod terminal;
pub mod update;
pub mod view;
