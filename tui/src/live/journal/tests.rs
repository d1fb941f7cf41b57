use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::thread;

use appliance::client::Endpoint;
use appliance::{Organization, Secret};

use super::super::tests::Folder;
use super::*;

const KEY: &str = "eyJhbGciOi";

fn settings(endpoint: &str) -> Settings {
    let organization = Organization::parse("0b9a7c1e-0000-4000-8000-00000000000f").unwrap();
    let mut settings = Settings::new(Endpoint::parse(endpoint).unwrap(), organization);
    settings.api_key = Some(Secret::new(KEY));
    settings
}

fn journal(folder: &Folder) -> Journal {
    Journal::new(
        Some(&folder.0),
        &settings("https://nest.example.com:8443/x"),
    )
}

fn order(number: i64) -> Order {
    Order {
        operation: OperationId(number),
        verb: "set-version".into(),
        target: Target::new("pool", 3, Some("workers".into())),
        at: format!("2026-11-26T12:00:{:02}Z", number % 60).into(),
        status: OperationStatus::Pending,
    }
}

fn told(journal: &Journal) -> Vec<(i64, OperationStatus)> {
    let orders = journal.orders().unwrap().into_iter();
    orders
        .map(|order| (order.operation.0, order.status))
        .collect()
}

#[test]
fn a_journal_is_only_for_its_owner_and_holds_no_secret() {
    let folder = Folder::new();
    let journal = journal(&folder);
    assert_eq!(journal.orders().unwrap(), []);
    assert!(
        !folder.0.exists(),
        "nothing was ordered, nothing is written"
    );
    journal.start(order(7)).unwrap();
    let path = journal.path().unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder.0), mode(path)), (0o700, 0o600));
    assert_eq!(
        fs::read_to_string(path).unwrap(),
        "{\"started\":{\"operation\":7,\"verb\":\"set-version\",\"target\":{\"kind\":\"pool\",\"id\":3,\"name\":\"workers\"},\
         \"at\":\"2026-11-26T12:00:07Z\",\"status\":\"pending\"}}\n"
    );
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("nest.example.com_8443_x_"), "{name}");
    assert!(!name.contains(KEY) && name.len() < 120, "{name}");
}

#[test]
fn each_endpoint_and_organization_has_a_journal_of_its_own() {
    let mut names: Vec<String> = ["https://a/b", "https://a_b", "http://a/b", "https://a/B"]
        .iter()
        .map(|endpoint| file_name(&settings(endpoint)))
        .collect();
    let mut other = settings("https://a/b");
    other.organization = Organization::parse("0b9a7c1e-0000-4000-8000-000000000010").unwrap();
    names.push(file_name(&other));
    let long = format!("https://a/{}", "../é".repeat(100));
    names.push(file_name(&settings(&long)));
    assert!(
        names
            .iter()
            .all(|name| name.len() < 130 && !name.contains('/'))
    );
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 6, "{names:?}");
}

#[test]
fn what_was_ordered_is_there_the_next_time_with_its_end() {
    let folder = Folder::new();
    let first = journal(&folder);
    for number in 1..=3 {
        first.start(order(number)).unwrap();
    }
    // Only an end is worth a line.
    first
        .see(OperationId(1), &OperationStatus::Running)
        .unwrap();
    first.see(OperationId(2), &OperationStatus::Failed).unwrap();
    first.lose(OperationId(3)).unwrap();
    let all = [(1, OperationStatus::Running), (2, OperationStatus::Failed)];
    assert_eq!(told(&first), all);
    let second = journal(&folder);
    let all = [(1, OperationStatus::Pending), all[1].clone()];
    assert_eq!(told(&second), all);
    assert_eq!(second.orders().unwrap()[0], order(1));
}

#[test]
fn a_line_that_was_not_written_to_its_end_is_survived() {
    let folder = Folder::new();
    let first = journal(&folder);
    first.start(order(1)).unwrap();
    let path = first.path().unwrap();
    let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(br#"{"started":{"operation":9,"ver"#)
        .unwrap();
    let second = journal(&folder);
    assert_eq!(told(&second).len(), 1);
    second.start(order(2)).unwrap();
    file.write_all(b"{\"newer\":{}}\n\xff\xfe\n\n").unwrap();
    first.start(order(3)).unwrap();
    for journal in [first, second, journal(&folder)] {
        let numbers: Vec<i64> = told(&journal).iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 3]);
    }
}

#[test]
fn two_that_write_at_once_lose_nothing() {
    let folder = Folder::new();
    let (one, other) = (journal(&folder), journal(&folder));
    thread::scope(|scope| {
        for (journal, first) in [(&one, 0), (&other, 50)] {
            scope.spawn(move || {
                for number in first..first + 50 {
                    journal.start(order(number)).unwrap();
                }
            });
        }
    });
    for journal in [&one, &other, &journal(&folder)] {
        let mut numbers: Vec<i64> = told(journal).iter().map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    }
}

#[test]
fn only_the_newest_are_told_and_only_the_end_of_a_long_file_is_read() {
    let folder = Folder::new();
    let path = journal(&folder).path().unwrap().to_owned();
    fs::create_dir_all(&folder.0).unwrap();
    let mut text = Vec::new();
    for number in 0..20_000 {
        serde_json::to_writer(&mut text, &Line::Started(order(number))).unwrap();
        text.push(b'\n');
    }
    assert!(text.len() > 2 << 20);
    fs::write(&path, text).unwrap();
    let journal = journal(&folder);
    let told = told(&journal);
    assert_eq!(told.len(), NEWEST);
    assert_eq!(told.last().unwrap().0, 19_999);
    // Another file in its place is read from its beginning.
    fs::remove_file(&path).unwrap();
    let line = serde_json::to_string(&Line::Started(order(30_000))).unwrap();
    fs::write(&path, line + "\n").unwrap();
    assert_eq!(journal.orders().unwrap().last(), Some(&order(30_000)));
}

#[test]
fn an_appliance_that_counts_from_one_again_is_believed() {
    let folder = Folder::new();
    let journal = journal(&folder);
    journal.start(order(1)).unwrap();
    journal
        .see(OperationId(1), &OperationStatus::Succeeded)
        .unwrap();
    let again = Order {
        at: "2026-11-27T12:00:00Z".into(),
        ..order(1)
    };
    journal.start(again).unwrap();
    assert_eq!(told(&journal), [(1, OperationStatus::Pending)]);
}

#[test]
fn what_cannot_be_written_is_known_all_the_same() {
    let folder = Folder::new();
    fs::write(&folder.0, "a file where the folder should be").unwrap();
    let blocked = Journal::new(Some(&folder.0.join("sub")), &settings("https://a"));
    assert!(blocked.start(order(1)).is_err());
    fs::remove_file(&folder.0).unwrap();
    assert_eq!(told(&blocked).len(), 1);
    let nowhere = Journal::new(None, &settings("https://a"));
    nowhere.start(order(1)).unwrap();
    assert_eq!(told(&nowhere).len(), 1);
}

#[test]
fn the_folder_is_that_of_the_xdg_base_directories() {
    let of = |state: &str, home: &str| {
        folder(|name| match name {
            "XDG_STATE_HOME" => Some(state.into()),
            "HOME" => Some(home.into()),
            _ => None,
        })
    };
    assert_eq!(of("/s", "/h"), Some("/s/meltdeck".into()));
    for relative in ["", "s"] {
        let folder = of(relative, "/h");
        assert_eq!(folder, Some("/h/.local/state/meltdeck".into()));
    }
    assert_eq!(of("", ""), None);
}
