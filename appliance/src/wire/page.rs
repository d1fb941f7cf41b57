//! Whether a list goes on.
//!
//! The provider has a type for it, with the fields `current_page`, `next_page` and `total_pages`, and never reads one: under
//! which key it would stand, and how a page would be asked for, is not public. So it is read under each key that is usual
//! (those of the Ruby libraries that make these fields), and a page is asked for by `page`.

use serde_json::Value;

use super::http::Call;

const KEYS: [&str; 3] = ["metadata", "pagination", "meta"];

/// The number of the page after the one that a body is; `None` where it is the last one, or the only one.
pub fn next_page(body: &[u8]) -> Option<u64> {
    let read: Value = serde_json::from_slice(body).ok()?;
    let pages = KEYS.iter().find_map(|key| read.get(key)?.as_object())?;
    let number = |key: &str| pages.get(key).and_then(Value::as_u64);
    if pages.contains_key("next_page") {
        return number("next_page");
    }
    let current = number("current_page")?;
    (current < number("total_pages")?).then(|| current + 1)
}

/// What asks for a page of what a call asks for.
#[must_use]
pub fn page_of(call: &Call, page: u64) -> Call {
    let joint = if call.target.contains('?') { '&' } else { '?' };
    Call {
        target: format!("{}{joint}page={page}", call.target),
        ..call.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Method;

    #[test]
    fn a_list_goes_on_where_it_says_so() {
        for (body, expected) in [
            (r#"{"machines":[]}"#, None),
            (r#"{"metadata":{"current_page":1,"next_page":2}}"#, Some(2)),
            (r#"{"pagination":{"next_page":null,"total_pages":9}}"#, None),
            (r#"{"meta":{"current_page":1,"total_pages":3}}"#, Some(2)),
            (r#"{"metadata":{"current_page":3,"total_pages":3}}"#, None),
            (r#"{"metadata":null,"pagination":{"next_page":4}}"#, Some(4)),
            (r#"{"metadata":{"next_page":"2"}}"#, None),
            (
                r#"{"metadata":{"current_page":18446744073709551615,"total_pages":1}}"#,
                None,
            ),
            ("[]", None),
            ("", None),
        ] {
            assert_eq!(next_page(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn a_page_is_asked_for_beside_what_is_asked_already() {
        let call = |target: &str| Call {
            method: Method::Get,
            target: target.to_owned(),
            body: None,
        };
        assert_eq!(page_of(&call("/machines"), 2).target, "/machines?page=2");
        let named = page_of(&call("/machines?by_name=true"), 3).target;
        assert_eq!(named, "/machines?by_name=true&page=3");
    }
}
