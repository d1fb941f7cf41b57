//! The same question gives the same bytes.

use tests::{meltdeck, scenarios};

#[test]
fn threads_change_no_byte() {
    for file in scenarios() {
        let with = |threads: &str| {
            let args = ["--runs", "70", "-o", "json", "--threads", threads].map(Into::into);
            meltdeck(
                ["rehearse".into(), file.as_os_str().to_owned()]
                    .into_iter()
                    .chain(args),
            )
            .out
        };
        let one = with("1");
        assert!(one.len() > 100);
        for threads in ["2", "3", "16"] {
            assert_eq!(
                with(threads),
                one,
                "{} with {threads} threads",
                file.display()
            );
        }
    }
}

#[test]
fn a_replay_told_twice_is_the_same_and_another_run_is_not() {
    let file = tests::root().join("scenarios/monthly-image.toml");
    let told = |run: &str| {
        let args = ["-o", "json", "--run", run].map(Into::into);
        meltdeck(
            ["replay".into(), file.as_os_str().to_owned()]
                .into_iter()
                .chain(args),
        )
        .out
    };
    assert_eq!(told("5"), told("5"));
    assert_ne!(told("5"), told("6"));
}

#[test]
fn another_seed_is_another_story() {
    let file = tests::root().join("scenarios/demo-fleet.toml");
    let told = |seed: &str| {
        let args = ["--seed", seed, "--run", "2"].map(Into::into);
        meltdeck(
            ["replay".into(), file.as_os_str().to_owned()]
                .into_iter()
                .chain(args),
        )
        .out
    };
    assert_ne!(told("1"), told("2"));
}
