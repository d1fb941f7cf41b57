//! Random requests for stored objects.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::examples::{any_text, kind};
use super::public_examples::{lookup, texts};
use crate::Text;
use crate::public::{Fields, Form, Kind, Lookup, Request, StoredKind};

/// Fields that an object of a kind can be made of.
fn fields(kind: &'static Kind) -> BoxedStrategy<Fields> {
    let given = kind.fields.iter().map(|field| {
        let value = match field.form {
            Form::Integer => any::<i64>().prop_map(Value::from).boxed(),
            // Some must not be blank.
            Form::Text => any_text()
                .prop_map(|text| Value::from(format!("a{}", text.as_str())))
                .boxed(),
            Form::Texts => texts()
                .prop_map(|all| all.iter().map(Text::as_str).collect())
                .boxed(),
            Form::Objects(_) => Just(Value::Array(Vec::new())).boxed(),
        };
        value
            .prop_map(|value| (field.name.to_owned(), value))
            .boxed()
    });
    given
        .collect::<Vec<_>>()
        .prop_map(|all| Fields::from(Map::from_iter(all)))
        .boxed()
}

pub(super) fn requests() -> Vec<BoxedStrategy<Request>> {
    let with_fields = |(kind, parent): (StoredKind, Option<i64>)| {
        (Just(kind), Just(parent), fields(kind.about()))
    };
    vec![
        kind()
            .prop_flat_map(|(kind, parent)| {
                let by_number = any::<i64>().prop_map(Lookup::Id).boxed();
                let object = if kind.about().has_lookup_by_name {
                    lookup(|id| id)
                } else {
                    by_number
                };
                (Just(kind), Just(parent), object)
            })
            .prop_map(|(kind, parent, object)| Request::GetStored {
                kind,
                parent,
                object,
            })
            .boxed(),
        kind()
            .prop_flat_map(with_fields)
            .prop_map(|(kind, parent, new)| Request::CreateStored { kind, parent, new })
            .boxed(),
        kind()
            .prop_filter("cannot be changed", |(kind, _)| {
                kind.about().is_changeable()
            })
            .prop_flat_map(move |kind| (with_fields(kind), any::<i64>()))
            .prop_map(|((kind, parent, changes), object)| Request::UpdateStored {
                kind,
                parent,
                object,
                changes,
            })
            .boxed(),
        (kind(), any::<i64>())
            .prop_map(|((kind, parent), object)| Request::DeleteStored {
                kind,
                parent,
                object,
            })
            .boxed(),
    ]
}
