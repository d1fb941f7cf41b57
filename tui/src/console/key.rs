//! A key press, without the terminal library that saw it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One key press. It is kept by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// Whether Control was held.
    pub ctrl: bool,
}

/// Which key it is. A shifted letter is the capital letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// A printable character.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
}

const NAMED: [(&str, Code); 14] = [
    ("space", Code::Char(' ')),
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backtab", Code::BackTab),
    ("backspace", Code::Backspace),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
    ("home", Code::Home),
    ("end", Code::End),
];

impl Key {
    /// The key of this name: a character, `enter`, `pgdn`, `ctrl-d`; `None` for any other word.
    pub fn parse(name: &str) -> Option<Self> {
        let (ctrl, rest) = match name.strip_prefix("ctrl-") {
            Some(rest) => (true, rest),
            None => (false, name),
        };
        let mut characters = rest.chars();
        let code = match (characters.next(), characters.next()) {
            (Some(single), None) => Code::Char(single),
            _ => NAMED.iter().find(|(word, _)| *word == rest)?.1,
        };
        Some(Self { code, ctrl })
    }

    /// The keys of a script: characters as they are, others as `<enter>`, `<ctrl-d>`.
    ///
    /// # Errors
    /// With the part that is no key.
    pub fn script(script: &str) -> Result<Vec<Self>, String> {
        let mut keys = Vec::new();
        let mut rest = script;
        while let Some(first) = rest.chars().next() {
            let named = rest
                .strip_prefix('<')
                .and_then(|inner| inner.split_once('>'));
            if let Some((name, after)) = named {
                keys.push(Self::parse(name).ok_or_else(|| format!("<{name}> is no key"))?);
                rest = after;
            } else {
                keys.push(Self {
                    code: Code::Char(first),
                    ctrl: false,
                });
                rest = &rest[first.len_utf8()..];
            }
        }
        Ok(keys)
    }
}

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::parse(&name).ok_or_else(|| format!("{name} is no key"))
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            formatter.write_str("ctrl-")?;
        }
        match NAMED.iter().find(|(_, code)| *code == self.code) {
            Some((name, _)) => formatter.write_str(name),
            None => match self.code {
                Code::Char(character) => write!(formatter, "{character}"),
                _ => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for name in ["a", "G", "/", "space", "enter", "ctrl-d", "pgdn"] {
            assert_eq!(Key::parse(name).unwrap().to_string(), name);
        }
        assert_eq!(Key::parse("hyper-x"), None);
        assert_eq!(Key::script("j<enter><").unwrap().len(), 3);
        assert!(Key::script("<nokey>").is_err());
    }
}
