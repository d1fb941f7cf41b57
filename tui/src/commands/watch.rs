//! `meltdeck watch`: something of an appliance, followed to its end.

mod follow;

use std::time::{Duration, Instant};

use appliance::{OperationId, Request};

use super::live;
use crate::args::{Watch, Watched};
use crate::interrupt::{self, Interrupt};
use crate::settings;
use crate::streams::{Answer, Failure, Streams};
use follow::{End, Follow, Pace};

pub(super) fn run(args: &Watch, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let Watched::Operation {
        id,
        timeout,
        context,
    } = &args.what;
    let context = settings::chosen(context.as_deref())?;
    let appliance = live::open(&context)?;
    let operation = OperationId(*id);
    let request = Request::GetOperation { operation };
    let mut pace = RealPace {
        since: Instant::now(),
        interrupt: Interrupt::listen()?,
    };
    let follow = Follow {
        operation,
        timeout: *timeout,
        ask: &|| appliance.ask(&request),
    };
    let end = follow.to_the_end(&mut pace, streams);
    live::tell_troubles(&appliance, streams)?;
    match end? {
        End::Succeeded => Ok(Answer::Done),
        End::Failed => {
            let (endpoint, organization) = (&context.client.endpoint, &context.client.organization);
            writeln!(
                streams.err,
                "more of it: {endpoint}/ui/orgs/{organization}/operations/{id}"
            )?;
            Ok(Answer::No)
        }
        End::Unknown | End::OutOfTime => Ok(Answer::No),
        End::Interrupted => Ok(Answer::Left(interrupt::EXIT_CODE)),
    }
}

/// Real time, until Ctrl-C.
struct RealPace {
    since: Instant,
    interrupt: Interrupt,
}

impl Pace for RealPace {
    fn wait(&mut self, time: Duration) -> bool {
        /// How long Ctrl-C may go unnoticed.
        const SLICE: Duration = Duration::from_millis(50);
        let until = Instant::now() + time;
        while !self.interrupt.is_pressed() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(SLICE));
        }
        false
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }
}
