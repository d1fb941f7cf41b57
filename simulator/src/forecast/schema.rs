//! JSON Schemas (draft 2020-12, <https://json-schema.org/draft/2020-12>) of what is printed as JSON, from the types
//! themselves: so a schema cannot say anything else than what is printed.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::Forecast;
use super::clock::Date;
use super::comparison::{Comparison, Lag};
use super::quantiles::End;
use super::sensitivity::Sensitivity;
use crate::engine::{Span, Time};

/// That of a forecast.
pub fn of_forecast() -> Schema {
    of::<Forecast>()
}

/// That of a comparison of two scenarios.
pub fn of_comparison() -> Schema {
    of::<Comparison>()
}

/// That of a sensitivity.
pub fn of_sensitivity() -> Schema {
    of::<Sensitivity>()
}

fn of<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    RecursiveTransform(in_words_of_json).transform(&mut schema);
    schema
}

/// Descriptions are the comments of the code, which has its own word for `null`, and links.
fn in_words_of_json(schema: &mut Schema) {
    let said = schema.get("description").and_then(|said| said.as_str());
    if let Some(said) = said {
        let said = said.replace("`None`", "`null`");
        let said = said.replace("[`", "`").replace("`]", "`");
        schema.insert("description".to_owned(), said.into());
    }
}

/// A type that is written out where it is used.
macro_rules! inline_schema {
    ($type:ty, $schema:expr) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

// Seconds.
inline_schema!(Span, json_schema!({ "type": "number", "minimum": 0 }));
inline_schema!(Time, json_schema!({ "type": "number", "minimum": 0 }));
inline_schema!(Lag, json_schema!({ "type": "number" }));
// As of RFC 3339.
inline_schema!(
    Date,
    json_schema!({ "type": "string", "format": "date-time" })
);

/// The value, or a word.
impl<T: JsonSchema> JsonSchema for End<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("End_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        let never = "among the runs that did not finish";
        let open = "there are too few runs to tell";
        json_schema!({
            "anyOf": [
                value,
                { "const": "never", "description": never },
                { "const": "open", "description": open },
            ]
        })
    }
}
