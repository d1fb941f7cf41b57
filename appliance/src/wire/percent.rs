//! Percent-encoding of paths and queries (RFC 3986, section 2).

/// `text` as one segment of a path, or one value of a query.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.extend([byte >> 4, byte & 15].map(digit));
        }
    }
    encoded
}

fn digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

/// What was encoded; `None` where it is no text. A `%` that encodes nothing stands for itself.
pub(super) fn decode(encoded: &str) -> Option<String> {
    let bytes = encoded.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| encoded.get(at + 1..at + 3))
            .flatten();
        let is_hex = |digits: &&str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let escaped = escaped.filter(is_hex);
        let byte = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).ok()
}

/// A value of a query, in which `+` is a space (HTML, application/x-www-form-urlencoded).
pub(super) fn decode_value(encoded: &str) -> Option<String> {
    decode(&encoded.replace('+', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_path_cannot_hold_is_encoded() {
        assert_eq!(encode("Zürich/1 2?%"), "Z%C3%BCrich%2F1%202%3F%25");
        assert_eq!(
            decode("Z%C3%bcrich%2F1%202%3F%25").as_deref(),
            Some("Zürich/1 2?%")
        );
    }

    #[test]
    fn what_is_no_encoding_stays_and_what_is_no_text_is_refused() {
        assert_eq!(decode("100%").as_deref(), Some("100%"));
        assert_eq!(decode("%zz%+1").as_deref(), Some("%zz%+1"));
        assert_eq!(decode("%é").as_deref(), Some("%é"));
        assert_eq!(decode("%ff"), None);
        assert_eq!(decode_value("a+b%2B").as_deref(), Some("a b+"));
    }
}
