//! What README says is so.

use tests::{ScenarioFile, meltdeck, root};

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The code blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    readme()
        .split(&fence)
        .skip(1)
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_two_commands_stand_at_the_top() {
    assert_eq!(
        blocks("console")[0],
        "cargo run --release\ncargo test --workspace\n"
    );
    let ci = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(ci.lines().any(|line| line == "cargo test --workspace"));
}

#[test]
fn every_command_shown_works() {
    let shown = blocks("console")[1].clone();
    let commands: Vec<_> = shown
        .lines()
        .filter_map(|line| line.strip_prefix("$ meltdeck "))
        .collect();
    assert_eq!(commands.len(), 4);
    for command in commands {
        let words = command.split('#').next().unwrap().split_whitespace();
        let args: Vec<String> = words
            .map(|word| {
                let file = root().join(word);
                if file.is_file() {
                    file.display().to_string()
                } else {
                    word.to_owned()
                }
            })
            .collect();
        let said = meltdeck(args);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{command}");
        assert!(!said.out.is_empty(), "{command}");
    }
}

#[test]
fn the_scenario_that_shows_every_key_is_valid() {
    let file = ScenarioFile::new("readme", &blocks("toml")[0]);
    let said = meltdeck(["validate".as_ref(), file.path().as_os_str()]);
    assert_eq!((said.code, said.err), (0, String::new()));
}

#[test]
fn every_form_of_a_duration_is_valid() {
    let forms = blocks("toml")[1].clone();
    assert_eq!(forms.lines().count(), 7);
    for form in forms.lines() {
        let text = format!(
            "[hardware.h]\n{form}\n[[pools]]\nname = \"p\"\nmachines = 1\nhardware = \"h\"\n"
        );
        let file = ScenarioFile::new("form", &text);
        let said = meltdeck(["validate".as_ref(), file.path().as_os_str()]);
        assert_eq!((said.code, said.err), (0, String::new()), "{form}");
    }
}

#[test]
fn every_file_that_it_names_exists() {
    let readme = readme();
    let quoted = readme.split('`').skip(1).step_by(2);
    let files: Vec<_> = quoted
        .filter(|name| {
            let extension = std::path::Path::new(name).extension();
            extension.is_some_and(|extension| extension == "rs" || extension == "toml")
        })
        .collect();
    assert!(files.len() > 8);
    for name in files {
        let places = [root().join(name), root().join("simulator/src").join(name)];
        assert!(places.iter().any(|place| place.exists()), "{name}");
    }
}
