//! Text from outside: names, labels, messages.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One line of text from outside that can be printed as it is.
///
/// Control characters, line breaks and bidirectional marks are replaced by a visible escape (`\u{1b}`) where the
/// text enters, so no view has to remember that a machine's name may hold an escape sequence. To clone it is cheap.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[cfg_attr(feature = "server", derive(schemars::JsonSchema))]
pub struct Text(Arc<str>);

impl Text {
    /// The text, free of control characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `raw` with every character that could disturb a terminal made visible.
pub fn visible(raw: &str) -> Cow<'_, str> {
    if !raw.chars().any(disturbs) {
        return Cow::Borrowed(raw);
    }
    let mut clean = String::with_capacity(raw.len() + 8);
    for character in raw.chars() {
        if disturbs(character) {
            clean.extend(character.escape_unicode());
        } else {
            clean.push(character);
        }
    }
    Cow::Owned(clean)
}

/// Controls (C0, C1, DEL), the line and paragraph separators, and what reorders or hides text: the bidirectional
/// marks of Unicode UAX #9, zero-width characters, the soft hyphen, the byte-order mark, annotations, and tags (UTS #51,
/// section 5.2). Besides what every font shows otherwise, or not at all: private use.
fn disturbs(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{e000}'..='\u{f8ff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
                | '\u{f0000}'..='\u{10fffd}'
        )
}

impl Default for Text {
    fn default() -> Self {
        Self::from("")
    }
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        Self(visible(raw).into())
    }
}

impl From<String> for Text {
    fn from(raw: String) -> Self {
        match visible(&raw) {
            Cow::Borrowed(_) => Self(raw.into()),
            Cow::Owned(clean) => Self(clean.into()),
        }
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0.as_ref().to_owned()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidi_characters_become_visible() {
        assert_eq!(Text::from("w-1"), "w-1");
        assert_eq!(Text::from("w\u{1b}[31m"), "w\\u{1b}[31m");
        assert_eq!(
            Text::from("a\nb\u{202e}c\u{9b}"),
            "a\\u{a}b\\u{202e}c\\u{9b}"
        );
        assert_eq!(Text::from("Zürich 東京"), "Zürich 東京");
        // Invisible: tags, a soft hyphen. What another font may show as anything: private use.
        assert_eq!(
            Text::from("w\u{e0041}\u{ad}\u{e000}"),
            "w\\u{e0041}\\u{ad}\\u{e000}"
        );
    }

    #[test]
    fn text_cannot_be_read_around_the_cleaning() {
        let text: Text = serde_json::from_str(r#""a\u001b]0;owned\u0007""#).unwrap();
        assert_eq!(text, "a\\u{1b}]0;owned\\u{7}");
    }
}
