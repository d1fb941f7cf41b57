//! Files with mistakes: each mistake is named with its place, all at once, and nothing else happens.

use tests::{ScenarioFile, meltdeck, root};

/// The problems of a file, with only its name in front.
fn problems(name: &str) -> String {
    let file = root().join("tests/invalid-scenarios").join(name);
    for command in ["validate", "rehearse", "replay"] {
        let said = meltdeck([command.as_ref(), file.as_os_str()]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{command}");
    }
    let said = meltdeck(["validate".as_ref(), file.as_os_str()]);
    said.err.replace(file.to_str().unwrap(), name)
}

#[test]
fn every_mistake_of_a_file_is_told_at_once() {
    insta::assert_snapshot!("problems__many_mistakes", problems("many-mistakes.toml"));
}

#[test]
fn durations_that_cannot_be_are_refused() {
    insta::assert_snapshot!("problems__durations", problems("durations.toml"));
}

#[test]
fn steps_and_faults_that_cannot_be_are_refused() {
    insta::assert_snapshot!("problems__timeline", problems("timeline.toml"));
}

#[test]
fn machines_in_no_pool_and_changes_that_cannot_be_are_refused() {
    insta::assert_snapshot!("problems__machines", problems("machines.toml"));
}

#[test]
fn workloads_and_budgets_that_cannot_be_are_refused() {
    insta::assert_snapshot!("problems__workloads", problems("workloads.toml"));
}

#[test]
fn drains_and_their_steps_that_cannot_be_are_refused() {
    insta::assert_snapshot!("problems__drains", problems("drains.toml"));
}

#[test]
fn windows_and_exclusions_that_cannot_be_are_refused() {
    insta::assert_snapshot!("problems__windows", problems("windows.toml"));
}

#[test]
fn images_and_lines_that_cannot_be_are_refused() {
    insta::assert_snapshot!("problems__images", problems("images.toml"));
    insta::assert_snapshot!("problems__image_dates", problems("image-dates.toml"));
}

#[test]
fn expectations_that_cannot_be_are_refused() {
    insta::assert_snapshot!("problems__expects", problems("expects.toml"));
}

#[test]
fn a_files_escape_sequences_do_not_reach_the_terminal() {
    let file = ScenarioFile::new(
        "escape",
        "[[pools]]\nname = \"a\\u001b[31m\"\nmachines = 1\n\"\\u001b]0;x\" = 1\n",
    );
    let said = meltdeck(["validate".as_ref(), file.path().as_os_str()]);
    assert_eq!(said.code, 2);
    assert!(!said.err.contains('\u{1b}'), "{:?}", said.err);
    assert_eq!(said.err.lines().count(), 2);
}

#[test]
fn every_problem_is_one_line_with_its_place() {
    let texts = [
        "",
        "x",
        "= 1",
        "[[pools]",
        "pools = 3",
        "[[pools]]\nname = 1",
        "seed = 1.5",
        "runs = \"many\"\n[hardware]\nvm = 3",
    ];
    for text in texts {
        let file = ScenarioFile::new("one-line", text);
        let said = meltdeck(["validate".as_ref(), file.path().as_os_str()]);
        assert_eq!(said.code, 2, "{text}");
        let path = format!("{}:", file.path().display());
        for line in said.err.lines() {
            let rest = line.strip_prefix(&path).unwrap_or_else(|| panic!("{line}"));
            let mut place = rest.splitn(3, ':');
            assert!(place.next().unwrap().parse::<u32>().is_ok(), "{line}");
            assert!(place.next().unwrap().parse::<u32>().is_ok(), "{line}");
        }
        assert!(!said.err.is_empty(), "{text}");
    }
}
