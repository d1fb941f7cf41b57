//! Where an answer may send a question: to the same origin, so that the key goes to nobody else, and not for ever.

use reqwest::Url;

use crate::{Error, ErrorKind};

/// How often one question is sent on.
pub(super) const MOST: u32 = 3;

/// The address that a question asked at `from` is sent on to.
///
/// # Errors
/// [`ErrorKind::Failed`], where it is somewhere else, or nowhere.
pub(super) fn target(from: &Url, location: Option<&str>) -> Result<Url, Error> {
    let failed = |why: String| Error::new(ErrorKind::Failed, why);
    let Some(location) = location else {
        let why = "the appliance sends elsewhere, and does not say where";
        return Err(failed(why.to_owned()));
    };
    let Ok(to) = from.join(location) else {
        let why = "the appliance sends to an address that is none";
        return Err(failed(why.to_owned()));
    };
    if to.origin() != from.origin() || !to.username().is_empty() || to.password().is_some() {
        // Only the origin is shown: the rest of such an address may hold a token.
        let why = format!(
            "the appliance sends to {}, and the API key is for {} only: if that is where it is now, set the endpoint to it",
            to.origin().ascii_serialization(),
            from.origin().ascii_serialization(),
        );
        return Err(failed(why));
    }
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(location: &str) -> Result<String, String> {
        let from = Url::parse("https://nest/api/v1//orgs/o/machines").unwrap();
        target(&from, Some(location))
            .map(String::from)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_question_is_sent_on_within_its_origin() {
        assert_eq!(to("/moved").unwrap(), "https://nest/moved");
        assert_eq!(to("https://nest:443/m?p=1").unwrap(), "https://nest/m?p=1");
        assert_eq!(to("//nest/x").unwrap(), "https://nest/x");
    }

    #[test]
    fn the_key_goes_to_nobody_else() {
        for elsewhere in [
            "http://nest/",
            "https://nest:8443/",
            "https://evil/?token=s3cret",
            "//evil/",
            "https://me:s3cret@nest/",
            "data:,x",
        ] {
            let why = to(elsewhere).unwrap_err();
            assert!(
                why.contains("the API key is for https://nest only"),
                "{why}"
            );
            assert!(!why.contains("s3cret"), "{why}");
        }
        assert!(to("https://[").unwrap_err().contains("that is none"));
        let from = Url::parse("https://nest/").unwrap();
        assert!(target(&from, None).is_err());
    }
}
