//! What the terminal, the signals and the shell send, as messages.

use std::io;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use super::driver::Alarm;
use super::key::{Code, Key};
use super::message::Message;
use super::teller::Teller;
use super::terminal;

/// How long the console has to leave by itself once it was told to, before it is made to.
const GRACE: Duration = Duration::from_secs(2);

/// How long it may then take to restore the terminal.
const LAST_CHANCE: Duration = Duration::from_millis(300);

/// Starts the threads that listen. They end with the process. From when this returns no signal is missed: a size asked
/// for after it is the right one, or another follows.
///
/// # Errors
/// When signals cannot be listened to.
pub fn listen(console: &Teller) -> io::Result<()> {
    let signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    let sender = console.clone();
    std::thread::spawn(move || listen_to_signals(signals, &sender));
    let sender = console.clone();
    std::thread::spawn(move || watch_for_hang_up(&sender));
    let sender = console.clone();
    std::thread::spawn(move || read_events(&sender));
    Ok(())
}

/// Keys and pasted text.
fn read_events(console: &Teller) {
    let _alarm = Alarm(console.clone());
    loop {
        let messages = match event::read() {
            Ok(event) => messages(&event),
            Err(_) => vec![Message::HungUp],
        };
        let quits = Message::Key(Key {
            code: Code::Char('c'),
            ctrl: true,
        });
        if messages.contains(&quits) {
            leave_for_certain(SIGINT);
        }
        let is_over = messages == [Message::HungUp];
        let is_heard = messages
            .into_iter()
            .all(|message| console.send(message).is_ok());
        if is_over || !is_heard {
            return;
        }
    }
}

fn messages(event: &Event) -> Vec<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
            // An escape with another key right behind it arrives as that key with Alt.
            let escape = key.modifiers.contains(KeyModifiers::ALT).then_some(Key {
                code: Code::Esc,
                ctrl: false,
            });
            let own = code(key.code).map(|code| Key { code, ctrl });
            escape.into_iter().chain(own).map(Message::Key).collect()
        }
        // Sizes are told by the signal itself: the library listens to it only from its first read on, which is after
        // the first picture. Pasted text is never a command; a later view that takes text takes it here.
        _ => Vec::new(),
    }
}

fn code(code: KeyCode) -> Option<Code> {
    Some(match code {
        KeyCode::Char(character) => Code::Char(character),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        _ => return None,
    })
}

fn listen_to_signals(mut signals: Signals, console: &Teller) {
    for signal in signals.forever() {
        match signal {
            SIGCONT => {
                let _ = console.send(Message::Continued);
            }
            SIGTSTP => {
                let suspend = Key {
                    code: Code::Char('z'),
                    ctrl: true,
                };
                let _ = console.send(Message::Key(suspend));
            }
            SIGWINCH => {
                // A terminal that cannot tell is gone, which others notice.
                if let Ok((columns, rows)) = crossterm::terminal::size() {
                    let _ = console.send(Message::Resized(columns, rows));
                }
            }
            deadly => {
                let _ = console.send(Message::Signal(deadly));
                leave_for_certain(deadly);
            }
        }
    }
}

/// Waits for the terminal to vanish. The library that reads keys would go round in circles then, and a session's
/// leader that ignores SIGHUP sends none.
fn watch_for_hang_up(console: &Teller) {
    let stdin = io::stdin();
    loop {
        // Asked for nothing, the system still tells of a hang-up.
        let mut terminal = [PollFd::new(&stdin, PollFlags::empty())];
        let is_told = poll(&mut terminal, None).is_ok();
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        if is_told && terminal[0].revents().intersects(gone) {
            let _ = console.send(Message::HungUp);
            leave_for_certain(SIGHUP);
            return;
        }
    }
}

/// Ends the process a while from now, should the console not have ended it by then. A terminal that takes no more
/// bytes must not hold this up: whoever restores it does so on the side.
fn leave_for_certain(signal: i32) {
    std::thread::spawn(move || {
        std::thread::sleep(GRACE);
        std::thread::spawn(terminal::give_back);
        std::thread::sleep(LAST_CHANCE);
        signal_hook::low_level::exit(128 + signal);
    });
}
