//! The only code that changes the console's state. Pure: no clock, no I/O, no randomness.
//!
//! | file | holds |
//! |---|---|
//! | `press` | keys |
//! | `navigate` | places: going in, back and forward |
//! | `data` | answers, and what to ask next |
//! | `deck` | several contexts, and the table over all of them |
//! | `menu` | the menu of what can be changed |
//! | `rehearsal` | rehearsals of the fleet, and runs of them that are shown |
//! | `orders` | orders to the appliance, from the question to the outcome |
//! | `polling` | what a live appliance is asked, and when |

mod data;
pub mod deck;
mod menu;
mod navigate;
mod orders;
mod polling;
mod press;
mod rehearsal;

use super::message::{ClockReport, ClockState, Effect, Message};
use super::model::{Model, News, Tone, View};

/// Takes one message. Returns what the world is to do.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => press::press(model, key),
        Message::Resized(columns, rows) => {
            model.size = (columns, rows);
            model.scroll_to_cursor();
            orders::close_if_too_small(model);
            vec![Effect::Redraw]
        }
        Message::Tick(elapsed) => {
            model.let_pass(elapsed);
            polling::ask_due(model)
        }
        Message::Replied(request, reply) => data::take(model, &request, reply),
        Message::Clock(report) => {
            let stands_again = model.clock.state == ClockState::RunningToMilestone
                && report.state == ClockState::Paused;
            if stands_again {
                model.awaits = Some(News::End);
            }
            take_clock(model, report);
            let mut effects = data::ask_what_changed(model);
            effects.extend(data::ask_for_windows(model));
            effects
        }
        Message::Signal(signal) => vec![Effect::Quit(exit_code(signal))],
        // Whoever loses the terminal is told by SIGHUP, if at all.
        Message::HungUp => vec![Effect::Quit(exit_code(1))],
        // The code of a program that panicked.
        Message::Died => vec![Effect::Quit(101)],
        Message::Continued => vec![Effect::Retake],
        Message::Rehearsed(told) => rehearsal::take(model, told),
        Message::Watching(run) => rehearsal::take_watching(model, run),
        Message::Opened(opened) => polling::take_access(model, opened),
        Message::Impossible(why) => {
            model.is_leaving = false;
            model.notify(Tone::Warning, why);
            Vec::new()
        }
    }
}

fn take_clock(model: &mut Model, report: ClockReport) {
    let (windows_changed, attention_changes) = model.fleet.tell_time(report.now_ms);
    model.clock = report;
    if windows_changed {
        orders::renew(model);
    }
    let is_shown = match model.place.view {
        View::Windows => windows_changed,
        View::Overview => attention_changes,
        _ => false,
    };
    if is_shown {
        model.relist();
    }
}

/// 128 + n for a process that ended by signal n.
fn exit_code(signal: i32) -> u8 {
    u8::try_from(signal).map_or(u8::MAX, |signal| signal.saturating_add(128))
}

/// What the console asks and tells before anything has happened.
pub fn begin(model: &mut Model) -> Vec<Effect> {
    data::ask_everything(model)
}
