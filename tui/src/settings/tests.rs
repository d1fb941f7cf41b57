//! Which context is meant, and what is told of a file that is wrong.

use std::path::{Path, PathBuf};

use super::key::KeySource;
use super::*;
use appliance::Secret;
use appliance::client::Endpoint;

const ORG: &str = "0b9a7c1e-0000-4000-8000-00000000000f";

/// A folder with a file of contexts, and an environment in which it is the one that is meant.
struct Place {
    folder: tempfile::TempDir,
    set: Vec<(&'static str, String)>,
}

impl Place {
    fn new(file: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, file).unwrap();
        let set = vec![("MELTDECK_CONFIG", path.display().to_string())];
        Self { folder, set }
    }

    /// An environment in which there is no file.
    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let set = vec![("HOME", folder.path().display().to_string())];
        Self { folder, set }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.set.push((name, value.to_owned()));
        self
    }

    fn get(&self, name: &str) -> Option<String> {
        let found = self.set.iter().rfind(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone())
    }

    fn chosen(&self, named: Option<&str>) -> Result<Option<Context>, String> {
        let variable: Variables<'_> = &|name| self.get(name);
        let draft = drafted(named, variable)?;
        draft.map(|draft| draft.context(variable)).transpose()
    }

    fn name(&self, named: Option<&str>) -> Option<String> {
        self.chosen(named).unwrap().map(|context| context.name)
    }

    /// What is told, without the folder.
    fn refusal(&self, named: Option<&str>) -> String {
        let told = self.chosen(named).unwrap_err();
        let folder = self.folder.path().display().to_string();
        told.replace(&format!("{folder}/"), "")
    }
}

fn two(default: &str) -> String {
    format!(
        "{default}\n[contexts.west]\norganization = \"{ORG}\"\n[contexts.east]\nendpoint = \"http://127.0.0.1:8470\"\norganization = \"{ORG}\"\n"
    )
}

#[test]
fn the_context_is_the_flags_or_the_variables_or_the_environments_or_the_files() {
    let with_default = two("default_context = \"east\"");
    for (variables, named, expected) in [
        (&[][..], None, "east"),
        (&[], Some("west"), "west"),
        (&[("MELTDECK_CONTEXT", "west")], None, "west"),
        (&[("MELTDECK_CONTEXT", "east")], Some("west"), "west"),
        (&[("MELTCLOUD_API_KEY", "k")], None, "east"),
        (&[("MELTCLOUD_ORGANIZATION", ORG)], None, "app.meltcloud.io"),
        (
            &[
                ("MELTCLOUD_ORGANIZATION", ORG),
                ("MELTCLOUD_ENDPOINT", "https://nest.example:9000/a"),
            ],
            None,
            "nest.example",
        ),
        (
            &[
                ("MELTCLOUD_ORGANIZATION", ORG),
                ("MELTDECK_CONTEXT", "west"),
            ],
            None,
            "west",
        ),
        (&[("MELTCLOUD_ORGANIZATION", ORG)], Some("east"), "east"),
    ] {
        let place = variables
            .iter()
            .fold(Place::new(&with_default), |place, (name, value)| {
                place.with(name, value)
            });
        assert_eq!(
            place.name(named).as_deref(),
            Some(expected),
            "{variables:?}"
        );
    }
}

#[test]
fn without_a_default_the_only_context_is_meant_and_of_several_none() {
    let one = format!("[contexts.only]\norganization = \"{ORG}\"\n");
    assert_eq!(Place::new(&one).name(None).as_deref(), Some("only"));
    assert_eq!(
        Place::new(&two("")).refusal(None),
        "meltdeck: which context of config.toml is meant? Say --context with one of \"west\", \"east\", or default_context in the file"
    );
}

#[test]
fn nothing_configured_is_another_thing_than_something_wrong() {
    assert!(Place::empty().chosen(None).unwrap().is_none());
    assert!(
        Place::new("# nothing yet\n")
            .chosen(None)
            .unwrap()
            .is_none()
    );
    assert!(Place::new(TEMPLATE).chosen(None).unwrap().is_none());
    let told = Place::empty().refusal(Some("west"));
    assert!(told.contains("there is no file of contexts"), "{told}");
    let missing = Place::empty().with("MELTDECK_CONFIG", "/nowhere/config.toml");
    assert_eq!(
        missing.refusal(None),
        "/nowhere/config.toml: cannot be read: No such file or directory (os error 2)"
    );
    // Where only part of it is set, it is what was meant.
    let half = Place::empty().with("MELTCLOUD_ENDPOINT", "https://nest.example");
    assert!(
        half.refusal(None)
            .contains("MELTCLOUD_ORGANIZATION is not set")
    );
}

#[test]
fn everything_in_a_context_is_read() {
    let place = Place::new(&format!(
        r#"
        [contexts.west]
        endpoint = "https://nest.example/a"
        organization = "{ORG}"
        api_key_env = "WEST_KEY"
        ca_file = "nest.pem"
        skip_verify = true
        model = "~/model.toml"
        write = true
        most_requests_per_second = 2.5
        timezone = "europe/zurich"
        "#
    ))
    .with("WEST_KEY", "s3cret")
    .with("HOME", "/home/ada");
    let context = place.chosen(Some("west")).unwrap().unwrap();
    assert_eq!(
        context.client.endpoint.to_string(),
        "https://nest.example/a"
    );
    assert_eq!(context.client.organization.as_str(), ORG);
    assert_eq!(context.client.api_key, Some(Secret::new("s3cret")));
    assert_eq!(
        context.client.ca_file,
        Some(place.folder.path().join("nest.pem"))
    );
    assert!(context.client.skip_verify && context.is_writable);
    assert_eq!(context.model, Some(PathBuf::from("/home/ada/model.toml")));
    assert!((context.most_requests_per_second - 2.5).abs() < f64::EPSILON);
    assert_eq!(context.timezone.as_deref(), Some("Europe/Zurich"));
}

#[test]
fn what_is_left_out_is_safe() {
    let place = Place::new(&two(""));
    let context = place.chosen(Some("west")).unwrap().unwrap();
    assert_eq!(context.client.endpoint.to_string(), Endpoint::DEFAULT);
    assert_eq!((context.client.api_key, context.model), (None, None));
    assert!(!context.client.skip_verify && !context.is_writable);
    assert!((context.most_requests_per_second - 10.0).abs() < f64::EPSILON);
}

#[test]
fn the_environments_key_is_for_contexts_that_name_none_and_for_no_other_endpoint() {
    let file = two("")
        + "[contexts.own]\norganization = \"0b9a7c1e-0000-4000-8000-00000000000f\"\napi_key_env = \"OWN\"\n";
    let place = Place::new(&file)
        .with("MELTCLOUD_API_KEY", "general")
        .with("OWN", "special");
    let key = |place: &Place, name| place.chosen(Some(name)).unwrap().unwrap().client.api_key;
    assert_eq!(key(&place, "west"), Some(Secret::new("general")));
    assert_eq!(key(&place, "own"), Some(Secret::new("special")));
    let elsewhere = place.with("MELTCLOUD_ENDPOINT", "http://127.0.0.1:8470");
    assert_eq!(key(&elsewhere, "west"), None);
    assert_eq!(key(&elsewhere, "east"), Some(Secret::new("general")));
}

#[test]
fn everything_wrong_is_told_at_once_with_its_place() {
    let place = Place::new(
        r#"defaultcontext = "west"
default_context = "est"

[contexts.west]
endpoint = "https://me:s3cret@nest.example"
organization = "s3cret"
api-key-env = "KEY"
api_key = "s3cret"
skip_verify = "yes"
most_requests_per_second = 0
timezone = "Europe/Zürich"

[contexts.east]
api_key_env = "s3cret key"
api_key_file = ""
api_key_command = "pass s3cret"
write = 1
"#,
    );
    let told = place.refusal(None);
    insta::assert_snapshot!(told, @r#"
    config.toml:1:1: defaultcontext: unknown key, allowed: default_context, contexts; did you mean "default_context"?
    config.toml:2:19: default_context: found "est", allowed: "west", "east"; did you mean "east"?
    config.toml:5:12: contexts.west.endpoint: may hold no user and no password: the API key says who asks
    config.toml:6:16: contexts.west.organization: allowed: the organization's UUID, as "0b9a7c1e-0000-4000-8000-00000000000f", which stands in the addresses of the web console
    config.toml:7:1: contexts.west.api-key-env: unknown key, allowed: endpoint, organization, api_key, api_key_env, api_key_file, api_key_command, ca_file, skip_verify, model, write, most_requests_per_second, timezone; did you mean "api_key_env"?
    config.toml:8:11: contexts.west.api_key: a key never stands in this file: allowed: api_key_env = "VARIABLE", api_key_file = "PATH" or api_key_command = ["PROGRAM", "ARGUMENT"]
    config.toml:9:15: contexts.west.skip_verify: found "yes", allowed: true or false
    config.toml:10:28: contexts.west.most_requests_per_second: found 0, allowed: a number above 0 and up to 1000
    config.toml:11:12: contexts.west.timezone: found "Europe/Zürich", allowed: a zone of the IANA database, as "Europe/Zurich"; did you mean "Europe/Zurich"?
    config.toml:13:1: contexts.east.organization: missing, allowed: the organization's UUID, as "0b9a7c1e-0000-4000-8000-00000000000f", which stands in the addresses of the web console
    config.toml:14:15: contexts.east.api_key_env: allowed: the name of a variable of the environment, as "MELTCLOUD_API_KEY"
    config.toml:15:16: contexts.east.api_key_file: allowed: the path of a file that holds nothing but the key
    config.toml:15:16: contexts.east.api_key_file: beside contexts.east.api_key_env: allowed is one of the three
    config.toml:16:19: contexts.east.api_key_command: allowed: a program and its arguments, as ["pass", "show", "meltcloud"]
    config.toml:16:19: contexts.east.api_key_command: beside contexts.east.api_key_env: allowed is one of the three
    config.toml:17:9: contexts.east.write: found 1, allowed: true or false
    "#);
    assert!(!told.contains("s3cret"));
}

#[test]
fn two_sources_of_a_key_are_one_too_many() {
    let file = format!(
        "[contexts.west]\norganization = \"{ORG}\"\napi_key_env = \"KEY\"\napi_key_file = \"key\"\n"
    );
    assert_eq!(
        Place::new(&file).refusal(None),
        "config.toml:4:16: contexts.west.api_key_file: beside contexts.west.api_key_env: allowed is one of the three"
    );
}

#[test]
fn a_context_that_is_wrong_hides_no_other() {
    let file = two("").replace("[contexts.east]", "[contexts.east]\nwrites = true");
    let place = Place::new(&file).with("MELTCLOUD_ORGANIZATION", "none");
    assert_eq!(place.name(Some("west")).as_deref(), Some("west"));
    assert_eq!(
        place.refusal(Some("east")),
        "config.toml:5:1: contexts.east.writes: unknown key, allowed: endpoint, organization, api_key_env, api_key_file, api_key_command, ca_file, skip_verify, model, write, most_requests_per_second, timezone; did you mean \"write\"?"
    );
    let all = all(&|name| place.get(name)).unwrap();
    let told: Vec<_> = all
        .iter()
        .map(|one| (one.name.as_str(), one.draft.is_ok()))
        .collect();
    let expected = [("environment", false), ("west", true), ("east", false)];
    assert_eq!(told, expected);
}

#[test]
fn a_context_that_is_not_known_is_told_with_those_that_are() {
    assert_eq!(
        Place::new(&two("")).refusal(Some("wst")),
        "meltdeck: --context: found \"wst\", allowed: a context of config.toml: \"west\", \"east\"; did you mean \"west\"?"
    );
    let place = Place::new(&two("")).with("MELTDECK_CONTEXT", "x");
    assert!(
        place
            .refusal(None)
            .starts_with("meltdeck: MELTDECK_CONTEXT: found \"x\"")
    );
}

#[test]
fn what_is_no_toml_is_told_by_its_place_and_not_repeated() {
    let told = Place::new("[contexts.west]\napi_key = s3cret\n").refusal(None);
    assert!(told.starts_with("config.toml:2:11: "), "{told}");
    assert!(!told.contains("s3cret"), "{told}");
}

#[test]
fn the_template_is_right_once_it_is_filled_in() {
    let one_key = |line: &str| {
        !["api_key_file", "api_key_command"]
            .iter()
            .any(|key| line.contains(key))
    };
    let filled = TEMPLATE
        .lines()
        .map(|line| line.strip_prefix("# ").unwrap_or(line))
        .filter(|line| line.contains(" = ") || line.starts_with('['))
        .filter(|line| one_key(line))
        .collect::<Vec<_>>()
        .join("\n");
    let file = File::parse(&filled, Path::new("c.toml").into(), &|_| None).unwrap();
    assert_eq!(file.default_name(), Some("production"));
    let (_, draft) = &file.contexts[0];
    let draft = draft.as_ref().unwrap();
    // Whatever the template says stands for nothing else than what holds without it.
    assert_eq!(draft.endpoint.value.to_string(), Endpoint::DEFAULT);
    assert_eq!(
        draft.key.value,
        KeySource::Variable("MELTCLOUD_API_KEY".to_owned())
    );
    assert!(!draft.is_writable.value && !draft.skip_verify.value);
}

#[test]
fn the_schema_has_the_keys_that_are_read() {
    let told = Place::new("[contexts.west]\nx = 1\n").refusal(None);
    let allowed = told.split("unknown key, allowed: ").nth(1).unwrap();
    let mut read: Vec<_> = allowed.lines().next().unwrap().split(", ").collect();
    read.sort_unstable();
    let schema = schema::of_file();
    let context = &schema["properties"]["contexts"]["additionalProperties"];
    let mut known: Vec<_> = context["properties"].as_object().unwrap().keys().collect();
    known.sort_unstable();
    assert_eq!(known, read);
}
