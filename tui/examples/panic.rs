//! Takes the terminal as the console does, and panics: what `tests/terminal.rs` looks at the terminal after.

use tui::console::terminal::Guard;

fn main() -> std::io::Result<()> {
    let _guard = Guard::take()?;
    panic!("planted to see the terminal restored");
}
