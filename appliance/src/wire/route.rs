//! One route: what stands in its path, its query and its body.

use std::borrow::Cow;

use super::http::Method;
use super::percent;
use crate::public::StoredKind;

/// Whose a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// meltcloud's public API.
    Public,
    /// This project's extension.
    Extension,
}

impl Part {
    /// How its paths begin, before `orgs/`.
    pub fn prefix(self) -> &'static str {
        match self {
            // The provider joins "/api/v1/" and "/orgs/…", so the slash is there twice. A single one is read too.
            Self::Public => "/api/v1//",
            Self::Extension => "/meltdeck/v1/",
        }
    }
}

/// One row of the table, as it is written down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// The variant of the request, as Rust has it.
    pub(crate) variant: &'static str,
    pub(crate) method: Method,
    /// The path below the organization. `{cluster}` is a field of the request that holds a number, `{cluster:name}` one
    /// that may be a name too; `{stored}` is the path of each stored kind.
    pub(crate) path: &'static str,
    pub(crate) query: &'static [(&'static str, QueryForm)],
    pub(crate) body: Body,
    /// The keys of the replies.
    pub(crate) answers: &'static [&'static str],
}

/// What a value of a query is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QueryForm {
    Number,
    Text,
    /// Numbers with commas between them.
    Numbers,
}

/// What a body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    None,
    /// The fields of the request that stand neither in the path nor in the query.
    Rest,
    /// The value of one field.
    Of {
        field: &'static str,
        /// The key that it may be wrapped in.
        key: &'static str,
        wraps: Wraps,
    },
}

/// When a body is written wrapped in its key. Both forms are always read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wraps {
    Never,
    Always,
    /// Where it has this key, which only the newer provider writes.
    With(&'static str),
}

/// One route.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) part: Part,
    pub(crate) row: Row,
    /// The request's name in its serialised form.
    pub(crate) name: String,
    pub(crate) path: Cow<'static, str>,
    pub(crate) body: Body,
    /// The kind, of a route of stored objects.
    pub(crate) kind: Option<StoredKind>,
}

/// One segment of a route's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment<'a> {
    Fixed(&'a str),
    /// A field that holds a number.
    Number(&'a str),
    /// A field that holds a number or a name.
    Lookup(&'a str),
}

/// What was found in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Number(i64),
    Name(String),
}

impl Route {
    /// The segments of its path, below the organization.
    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.path.split('/').map(|segment| {
            let field = segment
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            match field {
                None => Segment::Fixed(segment),
                Some(field) => field
                    .strip_suffix(":name")
                    .map_or(Segment::Number(field), Segment::Lookup),
            }
        })
    }

    /// Whether it leads to what may be asked for by name.
    pub(crate) fn has_lookup(&self) -> bool {
        self.segments()
            .any(|segment| matches!(segment, Segment::Lookup(_)))
    }

    /// The fields in a path, where it is one of this route's.
    pub(crate) fn matches(&self, path: &[&str], by_name: bool) -> Option<Vec<(&str, Found)>> {
        let mut given = path.iter();
        let mut found = Vec::new();
        for segment in self.segments() {
            let text = *given.next()?;
            match segment {
                Segment::Fixed(fixed) if fixed == text => {}
                Segment::Fixed(_) => return None,
                Segment::Lookup(field) if by_name => {
                    let name = percent::decode(text).filter(|name| !name.is_empty())?;
                    found.push((field, Found::Name(name)));
                }
                Segment::Number(field) | Segment::Lookup(field) => {
                    found.push((field, Found::Number(text.parse().ok()?)));
                }
            }
        }
        given.next().is_none().then_some(found)
    }
}
