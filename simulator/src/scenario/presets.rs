//! Presets: pools that behave as those of another rollout engine.
//!
//! A preset is a table of the pool's own keys, in `presets/NAME.toml` beside the sources of the engine that it mirrors. It
//! stands under the pool's table: what the pool says itself wins, key by key. What it mirrors is how an engine drains, whom
//! it lets go next, what it does after a failure, and what the end of a window means; always on machines that reboot in
//! place, also where the engine itself replaces them.

use std::ops::Range;
use std::sync::LazyLock;

use toml::de::{DeTable, DeValue};

use super::Scenario;
use super::problem::{Problems, did_you_mean};
use super::section::{Item, Section};
use super::values::quoted;

/// The engine that a pool behaves like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preset(usize);

/// A preset's file.
struct Source {
    name: &'static str,
    text: &'static str,
}

macro_rules! sources {
    ($($name:literal),+ $(,)?) => {
        [$(Source { name: $name, text: include_str!(concat!("presets/", $name, ".toml")) }),+]
    };
}

/// The default is the first.
const SOURCES: [Source; 10] = sources![
    "meltcloud",
    "kubectl-loop",
    "mco",
    "kured",
    "fluo",
    "capi",
    "talos",
    "aks",
    "eks",
    "gardener",
];

static TABLES: LazyLock<Vec<DeTable<'static>>> = LazyLock::new(|| {
    let parse = |source: &Source| {
        let (table, errors) = DeTable::parse_recoverable(source.text);
        assert!(errors.is_empty(), "the preset {} is no TOML", source.name);
        table.into_inner()
    };
    SOURCES.iter().map(parse).collect()
});

impl Preset {
    /// Every preset, the default first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..SOURCES.len()).map(Self)
    }

    /// The preset of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|preset| preset.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        SOURCES[self.0].name
    }

    /// What tells it from the others, in a few words.
    pub fn about(self) -> &'static str {
        let about = TABLES[self.0].get("about");
        about
            .and_then(|about| about.get_ref().as_str())
            .unwrap_or_default()
    }

    /// Whether what it says is this project's assumption and not what an engine does.
    pub(super) fn is_assumed(self) -> bool {
        self == Self::default()
    }

    /// Its keys of a pool or of a window, each with its value as TOML, in the order of the alphabet.
    pub fn keys(self, of: &str) -> Vec<(String, String)> {
        let Some(table) = self.table(of) else {
            return Vec::new();
        };
        let source = SOURCES[self.0].text;
        let said = table.iter().map(|(key, value)| {
            let value = source.get(value.span()).unwrap_or_default();
            (key.get_ref().to_string(), value.to_owned())
        });
        said.collect()
    }

    fn table(self, of: &str) -> Option<&'static DeTable<'static>> {
        TABLES[self.0].get(of)?.get_ref().as_table()
    }

    /// Puts its keys of a pool or a window under a table. `named` is where the file names it.
    pub(super) fn put_under(self, of: &str, table: &mut Section<'_, '_>, named: Range<usize>) {
        if let Some(keys) = self.table(of) {
            table.stand_on(keys, named);
        }
    }
}

/// A preset, and where the file names it.
pub(super) type Named = (Preset, Range<usize>);

/// The preset that a table names; else that of its surroundings.
pub(super) fn behaves_like(
    table: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    otherwise: &Named,
) -> Named {
    let named = table.get("behaves_like", problems, |item, problems| {
        preset(item, problems).map(|preset| (preset, item.span()))
    });
    named.unwrap_or_else(|| otherwise.clone())
}

fn preset(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Preset> {
    let preset = match item.value.get_ref() {
        DeValue::String(name) => Preset::named(name),
        _ => None,
    };
    if preset.is_none() {
        let names = || Preset::all().map(Preset::name);
        let hint = did_you_mean(item.as_str().unwrap_or_default(), names());
        item.refuse_with_hint(problems, &quoted(names()), &hint);
    }
    preset
}

/// The preset of all of these pools, if they have the same.
pub(super) fn common(scenario: &Scenario, pools: &[usize]) -> Option<Preset> {
    let mut presets = pools.iter().map(|pool| scenario.pools[*pool].preset);
    let first = presets.next()?;
    presets.all(|preset| preset == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;
    use crate::scenario::{DrainTimeOut, OnDrainTimeOut, Order};
    use crate::windows::{DstRule, EndRule};

    fn read(keys: &str) -> Result<Scenario, String> {
        Scenario::parse(keys, "f", "f").map_err(|error| error.to_string())
    }

    fn pool(keys: &str) -> super::super::Pool {
        read(&format!("[[pools]]\nname = \"w\"\nmachines = 9\n{keys}"))
            .unwrap()
            .pools
            .remove(0)
    }

    #[test]
    fn every_preset_reads_on_every_hardware() {
        for preset in Preset::all() {
            assert!(!preset.about().is_empty(), "{}", preset.name());
            for hardware in ["vm", "server", "own", "one"] {
                let text = format!(
                    "behaves_like = \"{}\"\n[hardware.own]\nos = \"1m\"\n[hardware.one]\nupdate = \"5m\"\n[[pools]]\nname = \"w\"\nmachines = 9\nhardware = \"{hardware}\"\n[[windows]]\nopens = \"Sat 22:00\"\nfor = \"8h\"",
                    preset.name()
                );
                let scenario = read(&text).unwrap();
                assert_eq!(scenario.pools[0].preset, preset);
            }
        }
    }

    #[test]
    fn the_default_is_what_a_pool_without_a_preset_does() {
        assert_eq!(pool(""), pool("behaves_like = \"meltcloud\""));
        assert!(pool("").policy.is_assumed);
        assert!(!pool("behaves_like = \"mco\"").policy.is_assumed);
    }

    #[test]
    fn what_the_pool_says_itself_wins() {
        let of_preset = pool("behaves_like = \"mco\"");
        assert_eq!(of_preset.policy.order, Order::Zone);
        assert_eq!(of_preset.drain.on_time_out, OnDrainTimeOut::Retry);
        let own = pool("behaves_like = \"mco\"\norder = \"name\"\non_drain_timeout = \"fail\"");
        assert_eq!(own.policy.order, Order::Name);
        assert_eq!(own.drain.on_time_out, OnDrainTimeOut::Fail);
        let limit = DrainTimeOut::After(Span::from_secs(90));
        assert_eq!(own.drain.time_out, limit);
        let given = pool("behaves_like = \"kured\"\npoll = \"none\"\nmode = \"lock-step\"");
        assert_eq!(given.policy.poll, None);
    }

    #[test]
    fn the_top_level_names_the_preset_of_all_pools_that_name_none() {
        let scenario = read("behaves_like = \"talos\"\n[[pools]]\nname = \"a\"\nmachines = 1\n[[pools]]\nname = \"b\"\nmachines = 1\nbehaves_like = \"aks\"").unwrap();
        let presets = scenario.pools.iter().map(|pool| pool.preset.name());
        assert!(presets.eq(["talos", "aks"]));
    }

    #[test]
    fn windows_end_as_those_of_their_pools_engine() {
        let window = |preset: &str, keys: &str| {
            let text = format!(
                "behaves_like = \"{preset}\"\n[[pools]]\nname = \"w\"\nmachines = 1\n[[windows]]\nopens = \"Sat 22:00\"\nfor = \"8h\"\n{keys}"
            );
            let window = read(&text).unwrap().windows.remove(0);
            (window.end, window.rule)
        };
        let reserve = EndRule::Reserve(Span::from_secs(900));
        assert_eq!(window("gardener", ""), (reserve, DstRule::Elapsed));
        let door = (EndRule::Door, DstRule::Elapsed);
        assert_eq!(window("gardener", "end = \"door\""), door);
        assert_eq!(window("kured", "").1, DstRule::WallClock);
    }

    #[test]
    fn what_does_not_fit_a_preset_is_said_where_the_file_names_it() {
        let said = read(
            "[[pools]]\nname = \"w\"\nmachines = 9\nbehaves_like = \"kured\"\nmode = \"lock-step\"",
        )
        .unwrap_err();
        assert_eq!(
            said,
            "f:4:16: pools[0].poll: found \"kured\", which goes with mode = \"rolling\" only: agents know no batches"
        );
        let said =
            read("behaves_like = \"cured\"\n[[pools]]\nname = \"w\"\nmachines = 9").unwrap_err();
        assert!(
            said.starts_with("f:1:16: behaves_like: found \"cured\", allowed: ")
                && said.contains("did you mean \"kured\""),
            "{said}"
        );
    }
}
