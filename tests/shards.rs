//! `meltdeck rehearse --shard` and `--merge`: what several processes make is what one makes, to the byte.

use std::path::Path;

use proptest::prelude::*;
use tests::{Folder, Said, meltdeck, root, same_cases, scenarios};

fn scenario(name: &str) -> String {
    root().join("scenarios").join(name).display().to_string()
}

fn shard(file: &str, part: &str, more: &[&str]) -> Said {
    let args = ["rehearse", file, "--shard", part].into_iter();
    meltdeck(args.chain(more.iter().copied()))
}

/// The shards of a rehearsal as files.
fn shards(folder: &Folder, file: &str, of: u32, more: &[&str]) -> Vec<String> {
    let stem = Path::new(file)
        .file_stem()
        .expect("a file")
        .display()
        .to_string();
    (1..=of)
        .map(|number| {
            let said = shard(file, &format!("{number}/{of}"), more);
            assert_eq!((said.code, said.err.as_str()), (0, ""));
            folder.file(&format!("{stem}-{number}-of-{of}.shard"), &said.out)
        })
        .collect()
}

fn merge(files: &[String], more: &[&str]) -> Said {
    let args = more.iter().map(|arg| (*arg).to_owned());
    let args = ["rehearse".to_owned()].into_iter().chain(args);
    meltdeck(
        args.chain(["--merge".to_owned()])
            .chain(files.iter().cloned()),
    )
}

proptest! {
    #![proptest_config(same_cases(12))]

    /// Any number of shards, in any order, of scenarios that fill every part of a report.
    #[test]
    fn merged_shards_say_what_one_process_says(
        file in prop::sample::select(scenarios()),
        of in 1..9_u32,
        runs in 1..40_u32,
        order in any::<u64>(),
    ) {
        let file = file.display().to_string();
        let folder = Folder::new("merged");
        let runs = runs.to_string();
        let more = ["--runs", runs.as_str(), "--seed", "7"];
        let mut files = shards(&folder, &file, of, &more);
        let by = usize::try_from(order % u64::from(of)).unwrap_or_default();
        files.rotate_left(by);
        if order % 2 == 0 {
            files.reverse();
        }
        for output in [["--output", "json"], ["--full", "--timezone=Asia/Tokyo"]] {
            let one = meltdeck(["rehearse", &file].into_iter().chain(more).chain(output));
            prop_assert_eq!(one.code, 0);
            prop_assert_eq!(merge(&files, &output), one);
        }
    }
}

#[test]
fn shards_that_do_not_belong_together_are_refused_by_name() {
    let folder = Folder::new("refused");
    let (one, other) = (scenario("bad-firmware.toml"), scenario("new-rack.toml"));
    let files = shards(&folder, &one, 4, &["--runs", "8"]);
    let refused = |files: &[String]| {
        let said = merge(files, &[]);
        assert_eq!((said.code, said.out.as_str()), (2, ""));
        said.err
            .replace(&format!("{}/", folder.path().display()), "")
    };
    let of = |file: &str, part: &str, more: &[&str], name: &str| {
        folder.file(name, &shard(file, part, more).out)
    };
    let seed = of(&one, "2/4", &["--runs", "8", "--seed", "9"], "seed.shard");
    let runs = of(&one, "2/4", &["--runs", "9"], "runs.shard");
    let parts = of(&one, "2/5", &["--runs", "8"], "parts.shard");
    let preset = of(
        &one,
        "2/4",
        &["--runs", "8", "--behaves-like", "kured"],
        "preset.shard",
    );
    let name = of(&other, "2/4", &["--runs", "8"], "name.shard");
    let but = |file: &String| [files[0].clone(), file.clone()];
    let said = [
        refused(&files[..1]),
        refused(&files[1..2]),
        refused(&[files[0].clone(), files[2].clone(), files[3].clone()]),
        refused(&[files[3].clone(), files[0].clone(), files[0].clone()]),
        refused(&but(&seed)),
        refused(&but(&runs)),
        refused(&but(&parts)),
        refused(&but(&preset)),
        refused(&but(&name)),
    ];
    insta::assert_snapshot!(said.concat(), @r#"
    meltdeck: shards 2/4, 3/4 and 4/4 are missing
    meltdeck: shards 1/4, 3/4 and 4/4 are missing
    meltdeck: shard 2/4 is missing
    meltdeck: shard 1/4 is there twice: bad-firmware-1-of-4.shard and bad-firmware-1-of-4.shard
    meltdeck: seed.shard is of another rehearsal than bad-firmware-1-of-4.shard: its seed is 9, not 1
    meltdeck: runs.shard is of another rehearsal than bad-firmware-1-of-4.shard: its number of runs is 9, not 8
    meltdeck: parts.shard is of another rehearsal than bad-firmware-1-of-4.shard: its number of shards is 5, not 4
    meltdeck: preset.shard is of another rehearsal than bad-firmware-1-of-4.shard: its --behaves-like is kured, not none
    meltdeck: name.shard is of another rehearsal than bad-firmware-1-of-4.shard: its scenario is new-rack, not bad-firmware
    "#);
}

/// Whatever is cut off or changed, it is noticed; nothing panics.
#[test]
fn a_damaged_shard_is_refused() {
    let folder = Folder::new("damaged");
    let whole = shard(&scenario("new-rack.toml"), "1/1", &["--runs", "3"]).out;
    let lengths = (0..whole.len() - 1)
        .step_by(997)
        .chain(whole.len() - 90..whole.len() - 1);
    for length in lengths.filter(|length| whole.is_char_boundary(*length)) {
        let said = merge(&[folder.file("cut.shard", &whole[..length])], &[]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{length}");
    }
    for place in (0..whole.len()).step_by(1499) {
        let mut bytes = whole.clone().into_bytes();
        bytes[place] ^= 1;
        let said = merge(&[folder.file("changed.shard", bytes)], &[]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{place}");
    }
    let of = |text: &str| {
        let file = folder.file("other.shard", text);
        merge(std::slice::from_ref(&file), &[])
            .err
            .replace(&file, "FILE")
    };
    let lines: Vec<&str> = whole.lines().collect();
    let said = [
        of(""),
        of("[[pools]]\n"),
        of(&whole.replace("\"meltdeck_shard\":2", "\"meltdeck_shard\":1")),
        of(&whole.replace("\"number\":1", "\"number\":2")),
        of(&whole.replace("\"runs\":3", "\"runs\":4")),
        of(&lines[..3].join("\n")),
        of(&lines
            .iter()
            .enumerate()
            .map(|(place, line)| if place == 2 { "{}" } else { line })
            .collect::<Vec<_>>()
            .join("\n")),
        of(&format!("{whole}\n")),
        merge(&[folder.path().join("none").display().to_string()], &[])
            .err
            .replace(&folder.path().display().to_string(), "DIR"),
        merge(&[folder.path().display().to_string()], &[])
            .err
            .replace(&folder.path().display().to_string(), "DIR"),
    ];
    insta::assert_snapshot!(said.concat(), @r#"
    meltdeck: FILE: it is no shard of a rehearsal
    meltdeck: FILE: it is no shard of a rehearsal
    meltdeck: FILE: it was written by another version of meltdeck
    meltdeck: FILE: line 1 is damaged
    meltdeck: FILE: it is not whole: its lines are not those that were written
    meltdeck: FILE: it is not whole: its end is missing
    meltdeck: FILE: line 3 is damaged
    meltdeck: FILE: line 6 is damaged
    meltdeck: DIR/none: No such file or directory (os error 2)
    meltdeck: DIR: Is a directory (os error 21)
    "#);
}

#[test]
fn a_part_that_is_none_is_refused() {
    let file = scenario("new-rack.toml");
    for part in ["0/4", "5/4", "1/0", "1", "a/b", "1/4/2", "-1/4", ""] {
        let said = shard(&file, part, &[]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{part}");
        assert!(
            said.err.contains("a part as \"2/5\" is needed") || part.starts_with('-'),
            "{}",
            said.err
        );
    }
    let with = |more: &[&str]| shard(&file, "1/2", more).code;
    assert_eq!(with(&["--precision", "2%"]), 2);
    assert_eq!(with(&["--against", &file]), 2);
    assert_eq!(with(&["--output", "json"]), 2);
    assert_eq!(meltdeck(["rehearse"]).code, 2);
    assert_eq!(meltdeck(["rehearse", "--merge"]).code, 2);
    assert_eq!(meltdeck(["rehearse", &file, "--merge", "x"]).code, 2);
}
