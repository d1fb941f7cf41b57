//! What the console is told and orders can be kept: as JSON, orders also as command lines; and what was kept leads to
//! the same pictures again.

use std::time::Duration;

use appliance::{
    Error, ErrorKind, LocalDate, MachineId, MachinePoolId, OperationId, Request, Text,
};
use proptest::prelude::*;
use tests::Console;
use tui::console::command::{
    About, Command, MachineTarget, PoolTarget, RolloutTarget, Subject, Target, Verb,
};
use tui::console::key::{Code, Key};
use tui::console::message::{ClockReport, ClockState, Message, Speed};
use tui::console::model::{Glyphs, Model};

/// Names that shells, terminals and parsers stumble over.
fn text() -> impl Strategy<Value = Text> {
    prop_oneof![
        "[a-z0-9-]{1,12}".prop_map(Text::from),
        ".{0,16}".prop_map(Text::from),
        "[ '\"\\\\$`!#&;|<>*?~(){}\\[\\]=\n\t-]{0,8}".prop_map(Text::from),
    ]
}

fn target(verb: Verb) -> BoxedStrategy<Target> {
    match verb.about() {
        About::Machines => {
            let machine = text().prop_map(|machine| Target::Machine(MachineTarget { machine }));
            return machine.boxed();
        }
        About::Pools => {
            let names = (text(), text());
            let pool = names.prop_map(|(cluster, pool)| Target::Pool(PoolTarget { cluster, pool }));
            return pool.boxed();
        }
        About::Rollouts => {}
    }
    let subject = if verb == Verb::Apply {
        (any::<Option<u32>>(), any::<u32>())
            .prop_map(|(from, newest)| Subject::Pool { from, newest })
            .boxed()
    } else {
        any::<i64>()
            .prop_map(|id| Subject::Operation {
                operation: OperationId(id),
            })
            .boxed()
    };
    let parts = (text(), text(), any::<u32>(), subject, any::<bool>());
    let target = parts.prop_map(
        |(cluster, pool, revision, subject, is_newest)| RolloutTarget {
            cluster,
            pool,
            revision,
            // The usual case, which is told in fewer words.
            subject: match subject {
                Subject::Pool { from, .. } if is_newest => Subject::Pool {
                    from,
                    newest: revision,
                },
                subject => subject,
            },
        },
    );
    target.prop_map(Target::Rollout).boxed()
}

fn command() -> impl Strategy<Value = Command> {
    prop::sample::select(&Verb::ALL[..]).prop_flat_map(|verb| {
        let targets = prop::collection::vec(target(verb), 1..5);
        (text(), targets, text(), any::<bool>()).prop_map(move |(context, targets, to, saves)| {
            Command {
                verb,
                context,
                targets,
                to: verb.needs_value().then_some(to),
                saves: saves && verb.makes_revision(),
            }
        })
    })
}

fn key() -> impl Strategy<Value = Key> {
    let named = prop::sample::select(vec![
        Code::Enter,
        Code::Esc,
        Code::Tab,
        Code::BackTab,
        Code::Backspace,
        Code::PageDown,
        Code::Home,
    ]);
    let code = prop_oneof![any::<char>().prop_map(Code::Char), named];
    (code, any::<bool>()).prop_map(|(code, ctrl)| Key { code, ctrl })
}

fn request() -> impl Strategy<Value = Request> {
    (any::<i64>(), any::<u32>(), any::<Option<u32>>(), 0..20_u8).prop_map(
        |(id, number, from, which)| {
            let (pool, machine, operation) = (MachinePoolId(id), MachineId(id), OperationId(id));
            match which {
                0 => Request::ListClusters,
                1 => Request::ListMachinePools,
                2 => Request::ListMachines,
                3 => Request::ListRevisions,
                4 => Request::ListOperations,
                5 => Request::ListEvents {
                    after: u64::from(number),
                    most: number,
                },
                6 => Request::GetMachine { machine },
                7 => Request::GetOperation { operation },
                8 => Request::ApplyRevision {
                    pool,
                    revision: number,
                    from,
                },
                9 => Request::RetryOperation { operation },
                10 => Request::CancelOperation { operation },
                11 => Request::PauseOperation { operation },
                12 => Request::ListBudgets,
                13 => Request::Preflight {
                    pools: vec![pool, MachinePoolId(1)],
                },
                14 => Request::ListWindows {
                    timezone: Text::from(format!("Zone/{number}")),
                    most: number,
                },
                15 => Request::HoldMachine { machine },
                16 => Request::UnholdMachine { machine },
                17 => Request::ExcludeMachine { machine },
                18 => Request::IncludeMachine { machine },
                _ => Request::ResumeOperation { operation },
            }
        },
    )
}

/// Replies of every kind, as a fleet gives them at several instants.
fn replies() -> Vec<Message> {
    let mut console = Console::on_demo_fleet((80, 24));
    console.press("4<enter>[[5/storage<enter>ja<tab><enter>3/workers-3<enter><enter>}");
    console.wait(Duration::from_secs(1)).press("r<tab><enter>");
    let is_reply = |message: &Message| matches!(message, Message::Replied(..));
    let recorded = std::mem::take(&mut console.recorded);
    recorded.into_iter().filter(is_reply).collect()
}

#[test]
fn every_kind_of_reply_is_tried() {
    let kinds: std::collections::BTreeSet<String> = replies()
        .iter()
        .filter_map(|message| match message {
            Message::Replied(_, Ok(reply)) => serde_json::to_value(reply).ok(),
            _ => None,
        })
        .flat_map(|reply| {
            reply
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(kinds.len(), 12, "{kinds:?}");
}

fn error() -> impl Strategy<Value = Error> {
    let kinds = [
        ErrorKind::NotFound,
        ErrorKind::Conflict,
        ErrorKind::Rejected,
        ErrorKind::Unsupported,
    ];
    (prop::sample::select(kinds.to_vec()), text()).prop_map(|(kind, why)| {
        let error = Error::new(kind, why.clone());
        if kind == ErrorKind::Rejected {
            return error
                .with_code("value_already_exist")
                .with_detail("name", why);
        }
        error
    })
}

fn clock() -> impl Strategy<Value = ClockReport> {
    let states = [
        ClockState::Paused,
        ClockState::Running,
        ClockState::RunningToMilestone,
    ];
    (
        any::<u64>(),
        prop::sample::select(states.to_vec()),
        prop::sample::select(&Speed::ALL[..]),
        any::<u64>(),
        any::<bool>(),
    )
        .prop_map(|(now_ms, state, speed, events, is_dated)| ClockReport {
            now_ms,
            state,
            speed,
            events,
            date: is_dated.then(LocalDate::default),
        })
}

fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        key().prop_map(Message::Key),
        (any::<u16>(), any::<u16>()).prop_map(|(columns, rows)| Message::Resized(columns, rows)),
        any::<Duration>().prop_map(Message::Tick),
        prop::sample::select(replies()),
        (request(), error()).prop_map(|(request, error)| Message::Replied(request, Err(error))),
        clock().prop_map(Message::Clock),
        any::<i32>().prop_map(Message::Signal),
        Just(Message::HungUp),
        Just(Message::Continued),
        Just(Message::Died),
        text().prop_map(Message::Impossible),
    ]
}

proptest! {
    #![proptest_config(tests::same_cases(256))]

    #[test]
    fn an_order_is_its_command_line(command in command()) {
        let line = command.to_string();
        prop_assert!(!line.contains('\n'), "{}", line);
        let parsed = line.parse::<Command>();
        prop_assert_eq!(parsed.as_ref(), Ok(&command), "{}", line);
    }

    #[test]
    fn an_order_is_its_json(command in command()) {
        let json = serde_json::to_string(&command).unwrap();
        prop_assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), command, "{}", json);
    }

    #[test]
    fn a_line_that_is_no_order_never_panics(line in ".{0,80}", words in prop::collection::vec("(meltdeck|apply|retry|--context|--cluster|--pool|--revision|--from|--operation|[a-z0-9'=-]{1,6})", 0..16)) {
        let _ = line.parse::<Command>();
        let _ = format!("meltdeck {}", words.join(" ")).parse::<Command>();
    }

    #[test]
    fn a_message_is_its_json(message in message()) {
        let json = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message, "{}", json);
    }
}

#[test]
fn an_order_reads_well_as_json() {
    let mut console = Console::on_demo_fleet((80, 24));
    console.press("5/storage<enter>ja");
    let command = console.model.dialog.as_ref().unwrap().command.clone();
    insta::assert_snapshot!(serde_json::to_string_pretty(&command).unwrap());
}

/// A recording holds everything: who plays it comes by every picture again, and asks nobody.
#[test]
fn a_recorded_journey_leads_to_the_same_pictures() {
    for keys in [
        "5/storage<enter>ja<tab><enter>4<enter>}[[2xjxp<enter>",
        "4j<enter>r<tab><enter>}}1 ..+-3/work<enter>sSi",
        "4p<enter>pc<tab><enter>?[6Gxv",
    ] {
        let size = (100, 30);
        let mut console = Console::on_demo_fleet(size);
        console.press(keys).wait(Duration::from_secs(1));
        console.send(Message::Resized(60, 20)).press("j");
        let kept: Vec<String> = console
            .recorded
            .iter()
            .map(|message| serde_json::to_string(message).unwrap())
            .collect();
        let recording = kept
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let (context, seed) = (console.model.context.clone(), console.model.seed);
        let timezone = console.model.timezone.clone();
        let start = Model::new(context, seed, timezone, Glyphs::Unicode, size);
        let replayed = console.replay(start, recording);
        assert_eq!(replayed.screen(), console.screen(), "{keys}");
        let whole = |console: &Console| format!("{:?}", console.model);
        assert_eq!(whole(&replayed), whole(&console), "{keys}");
    }
}
