//! Who may depend on whom, and how large a file may grow: the rules of README's map.

use std::path::{Path, PathBuf};

use tests::root;

/// Every Rust file below a folder of the project.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names in a section of a package's manifest.
fn dependencies(package: &str, section: &str) -> Vec<String> {
    let manifest = read(&root().join(package).join("Cargo.toml"));
    let heading = format!("[{section}]\n");
    let after = manifest.split_once(&heading).map_or("", |(_, after)| after);
    let own = after.split("\n[").next().unwrap_or_default();
    own.lines()
        .filter_map(|line| line.split_once(['.', ' ', '=']))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn packages_depend_only_downwards() {
    let ours = ["appliance", "simulator", "tui", "tests"];
    let allowed = [
        ("appliance", &[][..]),
        ("simulator", &["appliance"]),
        ("tui", &["appliance", "simulator"]),
        ("tests", &["appliance", "simulator", "tui"]),
    ];
    for (package, allowed) in allowed {
        let dependencies = dependencies(package, "dependencies");
        assert!(!dependencies.is_empty(), "{package}");
        for dependency in dependencies
            .iter()
            .filter(|name| ours.contains(&name.as_str()))
        {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{package} depends on {dependency}"
            );
        }
    }
}

#[test]
fn the_simulator_has_no_network_no_terminal_and_no_runtime() {
    let banned = [
        "tokio",
        "reqwest",
        "axum",
        "ratatui",
        "crossterm",
        "indicatif",
        "clap",
    ];
    for dependency in dependencies("simulator", "dependencies") {
        assert!(
            !banned.contains(&dependency.as_str()),
            "the simulator depends on {dependency}"
        );
    }
}

/// The lines of a package's manifest below a heading.
fn manifest_lines(package: &str, heading: &str) -> Vec<String> {
    let manifest = read(&root().join(package).join("Cargo.toml"));
    let (_, after) = manifest.split_once(heading).unwrap();
    let own = after.split("\n[").next().unwrap_or_default();
    own.lines().map(str::to_owned).collect()
}

/// What only one end of the wire may use, and its features, each of which is the name of its module too.
const OF_THE_WIRE: [(&str, &[&str]); 10] = [
    ("axum", &["server"]),
    ("futures_util", &["server"]),
    ("getrandom", &["client"]),
    ("httpdate", &["client"]),
    ("hyper", &["server"]),
    ("reqwest", &["client"]),
    ("rustls", &["client"]),
    ("subtle", &["server"]),
    ("tokio", &["client", "server"]),
    ("tower", &["server"]),
];

#[test]
fn the_network_stays_behind_features_that_are_off() {
    let features = manifest_lines("appliance", "[features]\n").join("\n");
    assert!(!features.contains("default"), "{features}");
    let dependencies = manifest_lines("appliance", "\n[dependencies]\n");
    for (name, ends) in OF_THE_WIRE {
        let name = name.replace('_', "-");
        let of_it = dependencies.iter().filter(|line| line.starts_with(&name));
        let of_it: Vec<_> = of_it.collect();
        assert!(!of_it.is_empty(), "{name}");
        for line in of_it {
            assert!(line.contains("optional = true"), "{line}");
        }
        for end in ["client", "server"] {
            let (_, after) = features.split_once(&format!("{end} = [")).unwrap();
            let turned_on = after.split(']').next().unwrap();
            let is_turned_on = turned_on.contains(&format!("\"dep:{name}\""));
            assert_eq!(is_turned_on, ends.contains(&end), "{end}: {name}");
        }
    }
    for line in manifest_lines("simulator", "\n[dependencies]\n") {
        let is_appliance = line.starts_with("appliance");
        assert!(!is_appliance || !line.contains("features"), "{line}");
    }
    let library = read(&root().join("appliance/src/lib.rs"));
    for end in ["client", "server"] {
        let gated = format!("#[cfg(feature = \"{end}\")]\npub mod {end};");
        assert!(
            library.contains(&gated),
            "{end} is there without its feature"
        );
    }
}

#[test]
fn each_end_of_the_wire_keeps_its_libraries_to_itself() {
    for path in sources("appliance/src") {
        let place = path.display().to_string();
        let text = read(&path);
        for (word, ends) in OF_THE_WIRE {
            let is_in_its_end = ends
                .iter()
                .any(|end| place.contains(&format!("appliance/src/{end}")));
            let uses = text.contains(&format!("{word}::"));
            assert!(is_in_its_end || !uses, "{place} uses {word}");
        }
    }
    for package in ["simulator", "tui", "tests"] {
        for section in ["dependencies", "dev-dependencies"] {
            let all = dependencies(package, section);
            let asks_itself = all.iter().any(|name| name == "reqwest");
            assert!(!asks_itself, "{package} depends on reqwest");
        }
    }
}

#[test]
fn few_places_reveal_a_secret() {
    let may = [
        "secret.rs",
        "wire/public_reply.rs",
        "server/guard.rs",
        "client/transport.rs",
        // Printed once, and asserted to be nothing.
        "commands/serve.rs",
        "public/kubeconfig.rs",
    ];
    for package in ["appliance/src", "simulator/src", "tui/src"] {
        for path in sources(package) {
            let reveals = read(&path).contains(".reveal()");
            let is_allowed = may.iter().any(|file| path.ends_with(file));
            assert!(
                !reveals || is_allowed,
                "{} reveals a secret",
                path.display()
            );
        }
    }
}

#[test]
fn only_the_loader_of_the_simulator_touches_the_file_system() {
    for path in sources("simulator/src") {
        let text = read(&path);
        let touches = [
            "std::fs",
            "std::net",
            "std::process",
            "std::env",
            "Instant::now",
            "SystemTime",
        ];
        let is_loader = path.ends_with("scenario/load.rs");
        for word in touches {
            let is_allowed = is_loader && word == "std::fs";
            assert!(
                is_allowed || !text.contains(word),
                "{} uses {word}",
                path.display()
            );
        }
    }
}

/// The rooms of the simulator, each of which may use only those before it.
const ROOMS: [&str; 14] = [
    "engine",
    "distribution",
    "phase",
    "statistics",
    "windows",
    "scenario",
    "update_time",
    "fleet",
    "advice",
    "ensemble",
    "forecast",
    "replay",
    "selftest",
    "simulation",
];

#[test]
fn each_room_of_the_simulator_uses_only_rooms_above_it() {
    for (place, room) in ROOMS.iter().enumerate() {
        let folder = format!("simulator/src/{room}/");
        let file = format!("simulator/src/{room}.rs");
        let own = sources("simulator/src").into_iter().filter(|path| {
            let path = path.display().to_string();
            path.contains(&folder) || path.ends_with(&file)
        });
        for path in own {
            // Tests beside the code may look at what it becomes.
            if path.display().to_string().contains("/tests") {
                continue;
            }
            let text = read(&path);
            for later in &ROOMS[place + 1..] {
                let used = text.contains(&format!("crate::{later}::"));
                assert!(!used, "{} uses {later}", path.display());
            }
        }
    }
    for path in sources("simulator/src/engine") {
        assert!(
            !read(&path).contains("appliance"),
            "{} knows appliances",
            path.display()
        );
    }
}

#[test]
fn what_happens_to_one_machine_does_not_reach_into_operations_and_pools() {
    for file in ["boot.rs", "power.rs", "machine.rs"] {
        let text = read(&root().join("simulator/src/fleet").join(file));
        for word in ["self.operations", "self.pools"] {
            assert!(!text.contains(word), "{file} uses {word}");
        }
    }
}

#[test]
fn the_console_keeps_its_rooms_apart() {
    let console = "tui/src/console";
    let pure = [
        "model",
        "update",
        "message.rs",
        "command",
        "keys.rs",
        "key.rs",
    ];
    let banned = [
        "ratatui",
        "crossterm",
        "tokio",
        "Instant",
        "std::sync",
        "std::thread",
        "std::io",
        "std::fs",
        "rustix",
    ];
    let draws = [
        "&mut Model",
        "std::sync",
        "std::thread",
        "std::fs",
        "std::io",
        "crossterm",
        "Instant",
    ];
    for path in sources(console) {
        let place = path.display().to_string();
        let text = read(&path);
        let is_pure = pure
            .iter()
            .any(|room| place.contains(&format!("{console}/{room}")));
        for word in banned.iter().filter(|_| is_pure) {
            assert!(!text.contains(word), "{place} uses {word}");
        }
        let is_view = place.contains(&format!("{console}/view"));
        for word in draws.iter().filter(|_| is_view) {
            assert!(!text.contains(word), "{place} uses {word}");
        }
        let knows_terminal = ["terminal.rs", "input.rs", "screen.rs", "run.rs"];
        if text.contains("crossterm") {
            assert!(
                knows_terminal.iter().any(|file| path.ends_with(file)),
                "{place} uses crossterm"
            );
        }
    }
}

#[test]
fn no_file_outgrows_its_room() {
    const LONGEST: usize = 600;
    for package in ["appliance", "simulator", "tui", "tests"] {
        for path in sources(package) {
            let lines = read(&path).lines().count();
            assert!(lines <= LONGEST, "{} has {lines} lines", path.display());
        }
    }
}

#[test]
fn every_module_of_a_map_exists() {
    for (library, folder) in [
        ("appliance/src/lib.rs", "appliance/src"),
        ("appliance/src/public.rs", "appliance/src/public"),
        ("appliance/src/wire.rs", "appliance/src/wire"),
        ("appliance/src/client.rs", "appliance/src/client"),
        ("appliance/src/server.rs", "appliance/src/server"),
        ("simulator/src/lib.rs", "simulator/src"),
        ("simulator/src/engine.rs", "simulator/src/engine"),
        ("simulator/src/fleet.rs", "simulator/src/fleet"),
        ("simulator/src/scenario.rs", "simulator/src/scenario"),
        ("simulator/src/windows.rs", "simulator/src/windows"),
        ("simulator/src/simulation.rs", "simulator/src/simulation"),
        ("tui/src/lib.rs", "tui/src"),
        ("tui/src/live.rs", "tui/src/live"),
        ("tui/src/console.rs", "tui/src/console"),
        ("tui/src/console/model.rs", "tui/src/console/model"),
        ("tui/src/console/update.rs", "tui/src/console/update"),
    ] {
        let text = read(&root().join(library));
        let rows = text.lines().filter_map(|line| line.strip_prefix("//! | "));
        let names: Vec<String> = rows
            .filter_map(|row| row.split(" | ").next())
            .flat_map(|cell| cell.split(", "))
            .map(|name| name.trim_matches(['`', '[', ']']).to_owned())
            .filter(|name| !matches!(name.as_str(), "file" | "room"))
            .collect();
        assert!(names.len() > 1, "{library} has no map");
        for name in names {
            let file = root().join(folder).join(format!("{name}.rs"));
            assert!(file.exists(), "{library} names {name}");
        }
    }
}
