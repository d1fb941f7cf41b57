use std::cell::RefCell;

use appliance::{MachinePoolId, OperationHistory};

use super::*;

/// Time that passes only where somebody waits, until Ctrl-C after so many waits.
struct Steps {
    waited: Vec<Duration>,
    patience: usize,
}

impl Pace for Steps {
    fn wait(&mut self, time: Duration) -> bool {
        self.waited.push(time);
        self.waited.len() < self.patience
    }

    fn elapsed(&self) -> Duration {
        self.waited.iter().sum()
    }
}

fn history(status: OperationStatus, updated: Option<u32>) -> Reply {
    let rollout = updated.map(|updated| Rollout {
        machine_pool_id: MachinePoolId(1),
        revision: 2,
        targeted: 4,
        updated,
        failed: 0,
        in_flight: 0,
        is_paused: false,
        requested_ms: 0,
        ended_ms: None,
        failure: None,
    });
    let operation = Operation {
        id: OperationId(12),
        status,
        action: "rollout".into(),
        machine_id: None,
        machine_pool_id: Some(MachinePoolId(1)),
        rollout,
    };
    Reply::OperationHistory(Box::new(OperationHistory {
        operation,
        told_ms: 0,
        waits: Vec::new(),
        steps: Vec::new(),
        log: Vec::new(),
        log_missing: 0,
    }))
}

fn trouble(kind: ErrorKind) -> Result<Reply, Error> {
    Err(Error::new(kind, "trouble"))
}

struct Told {
    end: Result<End, Failure>,
    out: String,
    err: String,
    waited: Vec<Duration>,
}

/// Follows an operation that is told of with these answers, the last of them from then on.
fn followed(answers: Vec<Result<Reply, Error>>, timeout: Option<u64>, patience: usize) -> Told {
    let answers = RefCell::new(answers);
    let ask = || {
        let mut answers = answers.borrow_mut();
        if answers.len() > 1 {
            answers.remove(0)
        } else {
            answers[0].clone()
        }
    };
    let follow = Follow {
        operation: OperationId(12),
        timeout: timeout.map(Duration::from_secs),
        ask: &ask,
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut pace = Steps {
        waited: Vec::new(),
        patience,
    };
    let end = follow.to_the_end(
        &mut pace,
        &mut Streams {
            out: &mut out,
            err: &mut err,
            has_terminal: false,
            err_is_terminal: false,
        },
    );
    Told {
        end,
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
        waited: pace.waited,
    }
}

#[test]
fn each_change_is_a_line_and_the_end_is_told() {
    let running = |updated| Ok(history(OperationStatus::Running, Some(updated)));
    let told = followed(
        vec![
            Ok(history(OperationStatus::Pending, None)),
            running(1),
            running(1),
            running(3),
            Ok(history(OperationStatus::Succeeded, Some(4))),
        ],
        None,
        100,
    );
    assert_eq!(told.end.unwrap(), End::Succeeded);
    assert_eq!(
        told.out,
        "00:00:00  operation 12 (rollout): pending\n\
         00:00:05  operation 12 (rollout): running, 1 of 4 updated\n\
         00:00:15  operation 12 (rollout): running, 3 of 4 updated\n\
         00:00:20  operation 12 (rollout): succeeded, 4 of 4 updated\n"
    );
    assert_eq!((told.err.as_str(), told.waited), ("", vec![PERIOD; 4]));
}

#[test]
fn every_other_end_is_no_good_one() {
    for status in [
        OperationStatus::Failed,
        OperationStatus::Cancelled,
        OperationStatus::InternalError,
        OperationStatus::RetryableInternalError,
    ] {
        let told = followed(vec![Ok(history(status.clone(), None))], None, 9);
        assert_eq!(told.end.unwrap(), End::Failed, "{status}");
    }
    let told = followed(vec![trouble(ErrorKind::NotFound)], None, 9);
    assert_eq!(told.end.unwrap(), End::Unknown);
    assert_eq!(told.err, "meltdeck: there is no operation 12\n");
}

#[test]
fn it_is_given_up_after_its_time_or_by_ctrl_c() {
    let running = || vec![Ok(history(OperationStatus::Running, None))];
    let told = followed(running(), Some(12), 100);
    assert_eq!(told.end.unwrap(), End::OutOfTime);
    let seconds: Vec<u64> = told.waited.iter().map(Duration::as_secs).collect();
    assert_eq!(seconds, [5, 5, 2]);
    assert_eq!(told.err, "meltdeck: operation 12 goes on after 12s\n");
    let told = followed(running(), None, 3);
    assert_eq!(told.end.unwrap(), End::Interrupted);
    assert_eq!(told.err, "meltdeck: operation 12 goes on\n");
}

#[test]
fn an_appliance_that_is_away_for_a_while_is_asked_on() {
    let away = || trouble(ErrorKind::Unreachable);
    let told = followed(
        vec![
            Ok(history(OperationStatus::Running, None)),
            away(),
            away(),
            Ok(history(OperationStatus::Succeeded, None)),
        ],
        None,
        100,
    );
    assert_eq!(told.end.unwrap(), End::Succeeded);
    assert_eq!(told.err, "meltdeck: no answer, asking on: trouble\n");
    let told = followed(
        vec![Ok(history(OperationStatus::Running, None)), away()],
        None,
        1000,
    );
    assert!(matches!(told.end, Err(Failure::Appliance(_))));
    assert_eq!(told.waited.iter().sum::<Duration>(), PATIENCE);
}

#[test]
fn an_appliance_that_never_answered_or_refuses_is_not_asked_on() {
    let told = followed(vec![trouble(ErrorKind::Unreachable)], None, 100);
    let Err(Failure::Appliance(why)) = told.end else {
        panic!("{:?}", told.end);
    };
    assert_eq!(why, "meltdeck: cannot ask for operation 12: trouble");
    let told = followed(
        vec![
            Ok(history(OperationStatus::Running, None)),
            trouble(ErrorKind::Unauthorized),
        ],
        None,
        100,
    );
    assert!(matches!(told.end, Err(Failure::Appliance(_))));
    assert_eq!(told.waited, [PERIOD]);
}
