//! A request as a call, and back.

use serde_json::{Map, Value};

use super::http::{Call, Method};
use super::percent;
use super::route::{Body, Found, Part, QueryForm, Route, Segment, Wraps};
use super::table::{ROUTES, route_of};
use crate::{Error, ErrorKind, Organization, Request, Text, public};

/// What is sent to an appliance to ask `request` of an organization's fleet.
///
/// # Errors
/// [`ErrorKind::Rejected`], where no path can say it: a name that a path cannot hold, a stored object of a kind that
/// belongs to something without saying to what, a change of what cannot be changed.
pub fn write(organization: &Organization, request: &Request) -> Result<Call, Error> {
    let route =
        route_of(request).ok_or_else(|| rejected("an object of this kind cannot be changed"))?;
    let mut fields = fields_of(request)?;
    let mut path = format!("{}orgs/{organization}", route.part.prefix());
    let mut query = Vec::new();
    for segment in route.segments() {
        path.push('/');
        match segment {
            Segment::Fixed(fixed) => path.push_str(fixed),
            Segment::Number(field) | Segment::Lookup(field) => match fields.remove(field) {
                Some(Value::Number(number)) => path.push_str(&number.to_string()),
                Some(Value::String(name)) => {
                    path.push_str(&percent::encode(in_path(&name)?));
                    query.push("by_name=true".to_owned());
                }
                _ => return Err(rejected("it does not say what the object belongs to")),
            },
        }
    }
    if fields
        .remove("parent")
        .is_some_and(|parent| !parent.is_null())
    {
        return Err(rejected("an object of this kind belongs to nothing"));
    }
    for (field, _) in route.row.query {
        let value = fields.remove(*field).and_then(|value| in_query(&value));
        query.extend(value.map(|value| format!("{field}={value}")));
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    Ok(Call {
        method: route.row.method,
        target: path,
        body: body_of(route.body, fields),
    })
}

/// The fields of a request, without its name.
fn fields_of(request: &Request) -> Result<Map<String, Value>, Error> {
    let fields = match request {
        Request::Public(request) => serde_json::to_value(request),
        request => serde_json::to_value(request),
    };
    let Ok(Value::Object(mut fields)) = fields else {
        return Err(rejected("it cannot be written as JSON"));
    };
    for name in ["request", "call", "kind"] {
        fields.remove(name);
    }
    Ok(fields)
}

/// A name, as a path can hold it: URLs drop empty segments and dots, encoded or not.
fn in_path(name: &str) -> Result<&str, Error> {
    if matches!(name, "" | "." | "..") {
        return Err(rejected(format!("nothing can be called \"{name}\"")));
    }
    Ok(name)
}

fn in_query(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(percent::encode(text)),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(ToString::to_string).collect();
            Some(all.join(","))
        }
        other => Some(other.to_string()),
    }
}

fn body_of(body: Body, mut fields: Map<String, Value>) -> Option<String> {
    let body = match body {
        Body::None => return None,
        Body::Rest => {
            fields.retain(|_, value| !value.is_null());
            Value::Object(fields)
        }
        Body::Of { field, key, wraps } => {
            let value = fields.remove(field)?;
            let wraps = match wraps {
                Wraps::Never => false,
                Wraps::Always => true,
                Wraps::With(newer) => value.get(newer).is_some(),
            };
            if wraps {
                Value::Object(Map::from_iter([(key.to_owned(), value)]))
            } else {
                value
            }
        }
    };
    Some(body.to_string())
}

/// Path, organization and query of a request line.
struct Target<'a> {
    part: Part,
    organization: Organization,
    path: Vec<&'a str>,
    query: Vec<(String, String)>,
}

impl<'a> Target<'a> {
    fn parse(target: &'a str) -> Option<Self> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (part, path) = match path.strip_prefix("/api/v1/") {
            Some(rest) => (Part::Public, rest.strip_prefix('/').unwrap_or(rest)),
            None => (
                Part::Extension,
                path.strip_prefix(Part::Extension.prefix())?,
            ),
        };
        let mut path = path.strip_prefix("orgs/")?.split('/');
        let organization = Organization::parse(path.next()?)?;
        let query = query.split('&').filter_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((percent::decode_value(key)?, percent::decode_value(value)?))
        });
        Some(Self {
            part,
            organization,
            path: path.collect(),
            query: query.collect(),
        })
    }

    fn is_by_name(&self) -> bool {
        self.query
            .iter()
            .any(|(key, value)| key == "by_name" && value == "true")
    }

    /// That it is said plainly whether the path has a name.
    fn check_by_name(&self) -> Result<(), Error> {
        let mut given = self.query.iter().filter(|(key, _)| key == "by_name");
        if given.all(|(_, value)| value == "true" || value == "false") {
            return Ok(());
        }
        let why = "by_name in the query has to be true or false";
        Err(Error::new(ErrorKind::Malformed, why))
    }

    /// The routes whose path it has, whatever their method.
    fn routes(&self) -> impl Iterator<Item = (&'static Route, Vec<(&'static str, Found)>)> {
        let by_name = self.is_by_name();
        let routes = ROUTES.iter().filter(|route| route.part == self.part);
        routes.filter_map(move |route| {
            // A route without names passes over the word in the query.
            let found = route.matches(&self.path, by_name && route.has_lookup())?;
            Some((route, found))
        })
    }
}

/// The methods that a path can be asked with.
pub fn allowed(target: &str) -> Vec<Method> {
    let target = Target::parse(target);
    let routes = target.iter().flat_map(Target::routes);
    let mut methods: Vec<Method> = routes.map(|(route, _)| route.row.method).collect();
    methods.sort_unstable();
    methods.dedup();
    methods
}

/// What was read from a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Whose fleet it is about.
    pub organization: Organization,
    /// Whether it came by the public API or by the extension.
    pub part: Part,
    /// What is asked.
    pub request: Request,
}

/// What is asked by a call.
///
/// # Errors
/// [`ErrorKind::NotFound`] and [`ErrorKind::MethodNotAllowed`] where no route leads to it, [`ErrorKind::Malformed`] where the
/// query or the JSON cannot be read, [`ErrorKind::Rejected`] where the JSON is not what is expected.
pub fn read(method: &str, target: &str, body: &[u8]) -> Result<Asked, Error> {
    let nothing = || Error::new(ErrorKind::NotFound, "there is nothing at this path");
    let target = Target::parse(target).ok_or_else(nothing)?;
    target.check_by_name()?;
    let mut known = target.routes().peekable();
    if known.peek().is_none() {
        return Err(nothing());
    }
    let (route, found) = known
        .find(|(route, _)| route.row.method.as_str() == method)
        .ok_or_else(|| {
            Error::new(
                ErrorKind::MethodNotAllowed,
                "this cannot be done to what is at this path",
            )
        })?;
    let mut fields = in_body(route.body, body)?;
    for (field, form) in route.row.query {
        let given = target.query.iter().find(|(key, _)| key == field);
        if let Some((_, value)) = given {
            fields.insert((*field).to_owned(), from_query(field, *form, value)?);
        }
    }
    for (field, found) in found {
        let value = match found {
            Found::Number(number) => Value::from(number),
            Found::Name(name) => Value::from(name),
        };
        fields.insert(field.to_owned(), value);
    }
    if let Some(kind) = route.kind {
        fields.insert("kind".to_owned(), Value::from(kind.about().singular));
    }
    Ok(Asked {
        organization: target.organization.clone(),
        part: target.part,
        request: request_of(route, fields)?,
    })
}

fn request_of(route: &Route, mut fields: Map<String, Value>) -> Result<Request, Error> {
    let key = match route.part {
        Part::Public => "call",
        Part::Extension => "request",
    };
    fields.insert(key.to_owned(), Value::from(route.name.as_str()));
    let fields = Value::Object(fields);
    let request = match route.part {
        Part::Public => {
            serde_json::from_value(fields).map(|public: public::Request| Request::from(public))
        }
        Part::Extension => serde_json::from_value(fields),
    }
    .map_err(|error| unreadable(&error))?;
    check(&request)?;
    Ok(request)
}

/// That the fields of a stored object are what its kind says.
fn check(request: &Request) -> Result<(), Error> {
    let Request::Public(request) = request else {
        return Ok(());
    };
    match &**request {
        public::Request::CreateStored { kind, new, .. } => new.check_new(kind.about()),
        public::Request::UpdateStored { kind, changes, .. } => changes.check_changes(kind.about()),
        _ => Ok(()),
    }
}

fn from_query(field: &str, form: QueryForm, text: &str) -> Result<Value, Error> {
    let number = |text: &str| {
        let number = text.parse::<i64>().map(Value::from);
        let number = number.or_else(|_| text.parse::<u64>().map(Value::from));
        number.map_err(|_| {
            let why = format!("{field} in the query is {text}, and has to be a whole number");
            Error::new(ErrorKind::Malformed, why)
        })
    };
    match form {
        QueryForm::Text => Ok(Value::from(text)),
        QueryForm::Number => number(text),
        QueryForm::Numbers => {
            let all = text.split(',').filter(|part| !part.is_empty());
            all.map(number)
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array)
        }
    }
}

/// The fields of a request that stand in its body.
fn in_body(body: Body, bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    if body == Body::None {
        return Ok(Map::new());
    }
    let read = match bytes.trim_ascii() {
        b"" => Value::Object(Map::new()),
        bytes => serde_json::from_slice(bytes).map_err(|error| {
            Error::new(
                ErrorKind::Malformed,
                format!("the body is not JSON: {error}"),
            )
        })?,
    };
    let Value::Object(mut read) = whole(read) else {
        return Err(Error::new(
            ErrorKind::Malformed,
            "the body is not a JSON object",
        ));
    };
    let Body::Of { field, key, .. } = body else {
        return Ok(read);
    };
    if read.len() == 1
        && read.get(key).is_some_and(Value::is_object)
        && let Some(Value::Object(wrapped)) = read.remove(key)
    {
        read = wrapped;
    }
    Ok(Map::from_iter([(field.to_owned(), Value::Object(read))]))
}

/// The same, with numbers like `12.0` as whole ones: JSON does not tell them apart (RFC 8259, section 6).
fn whole(value: Value) -> Value {
    /// Beyond it not every whole number is a float.
    const MOST: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= MOST => {
                // Written without its fraction, it is read as what it is.
                format!("{float:.0}")
                    .parse::<i64>()
                    .map_or(Value::Number(number), Value::from)
            }
            _ => Value::Number(number),
        },
        Value::Array(all) => all.into_iter().map(whole).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, whole(value)))
            .collect(),
        other => other,
    }
}

/// Why a body is not what it should be. Of a field that is missing the provider is told as of one that is empty.
fn unreadable(error: &serde_json::Error) -> Error {
    let why = error.to_string();
    let missing = why
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    match missing {
        Some(field) => {
            let error = rejected(format!("{field} can't be blank"));
            error.with_detail(field, "can't be blank")
        }
        None => rejected(why),
    }
}

fn rejected(why: impl Into<Text>) -> Error {
    Error::new(ErrorKind::Rejected, why)
}
