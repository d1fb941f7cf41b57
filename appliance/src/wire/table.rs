//! All routes. Each request has exactly one, or, of stored objects, one for each kind; both directions go by it.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::route::{Body, Part, Route, Row, Wraps};
use super::{extension, public};
use crate::Request;
use crate::public::StoredKind;

/// Writes rows down, and makes of them `ROWS` and `variant`, which matches every request: one without a row does not
/// compile.
macro_rules! rows {
    ($request:ident $(, except $except:ident)?;
        $($variant:ident: $method:ident $path:literal [$($query:ident $form:ident),*] $body:expr => $answers:expr;)+
    ) => {
        pub(super) const ROWS: &[Row] = &[$(Row {
            variant: stringify!($variant),
            method: $method,
            path: $path,
            query: &[$((stringify!($query), QueryForm::$form)),*],
            body: $body,
            answers: $answers,
        }),+];

        /// The variant of a request, as Rust has it; `None` for one that has its routes elsewhere.
        pub(super) fn variant(request: &$request) -> Option<&'static str> {
            match request {
                $($request::$variant { .. } => Some(stringify!($variant)),)+
                $($request::$except { .. } => None,)?
            }
        }
    };
}
pub(super) use rows;

/// Every route.
pub(crate) static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let rows = public::ROWS.iter().map(|row| (Part::Public, row));
    let rows = rows.chain(extension::ROWS.iter().map(|row| (Part::Extension, row)));
    rows.flat_map(|(part, row)| routes_of(part, *row)).collect()
});

/// The routes of a row: one, or one for each kind of which it makes sense.
fn routes_of(part: Part, row: Row) -> Vec<Route> {
    let Some(rest) = row.path.strip_prefix("{stored}") else {
        return vec![Route {
            part,
            row,
            name: snake(row.variant),
            path: Cow::Borrowed(row.path),
            body: row.body,
            kind: None,
        }];
    };
    let kinds = StoredKind::ALL.into_iter();
    let kinds = kinds.filter(|kind| row.variant != "UpdateStored" || kind.about().is_changeable());
    kinds
        .map(|kind| {
            let about = kind.about();
            let mut path = format!("{}{rest}", about.path);
            if !about.has_lookup_by_name {
                path = path.replace(":name", "");
            }
            Route {
                part,
                row,
                name: snake(row.variant),
                path: Cow::Owned(path),
                body: body_of(row.body, kind),
                kind: Some(kind),
            }
        })
        .collect()
}

fn body_of(body: Body, kind: StoredKind) -> Body {
    match body {
        Body::Of { field, .. } => Body::Of {
            field,
            key: kind.about().singular,
            wraps: if kind.about().is_newer {
                Wraps::Always
            } else {
                Wraps::Never
            },
        },
        other => other,
    }
}

/// The route of a request; `None` where there is none, since it changes what cannot be changed.
pub(crate) fn route_of(request: &Request) -> Option<&'static Route> {
    let (part, variant, kind) = match request {
        Request::Public(request) => (Part::Public, public::variant(request), public_kind(request)),
        request => {
            let kind = match request {
                Request::ListStored { kind, .. } => Some(*kind),
                _ => None,
            };
            (Part::Extension, extension::variant(request), kind)
        }
    };
    ROUTES.iter().find(|route| {
        route.part == part && Some(route.row.variant) == variant && route.kind == kind
    })
}

fn public_kind(request: &crate::public::Request) -> Option<StoredKind> {
    use crate::public::Request as Public;
    match request {
        Public::GetStored { kind, .. }
        | Public::CreateStored { kind, .. }
        | Public::UpdateStored { kind, .. }
        | Public::DeleteStored { kind, .. } => Some(*kind),
        _ => None,
    }
}

/// `ListMachines` as `list_machines`.
fn snake(variant: &str) -> String {
    let mut name = String::with_capacity(variant.len() + 4);
    for letter in variant.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_routes_are_the_same() {
        let mut seen = BTreeSet::new();
        for route in ROUTES.iter() {
            let plain = route.path.replace(":name", "");
            let of_field = |segment: &str| {
                if segment.starts_with('{') {
                    "{}"
                } else {
                    segment
                }
                .to_owned()
            };
            let plain: Vec<String> = plain.split('/').map(of_field).collect();
            assert!(
                seen.insert((route.part.prefix(), route.row.method, plain)),
                "{route:?}"
            );
        }
        assert!(seen.len() > 80, "{}", seen.len());
    }
}
