//! Lists in parts: one after the other, until there are no more.

use std::collections::HashSet;
use std::hash::Hash;

use tokio::time::Instant;

use super::ask::Client;
use crate::wire::{self, Call};
use crate::{Error, ErrorKind, Reply, Request, public};

/// The reply to a request, all of it.
pub(super) async fn ask_all(
    client: &Client,
    request: &Request,
    call: &Call,
    until: Instant,
) -> Result<Reply, Error> {
    let limits = &client.settings.limits;
    let mut room = limits.answer;
    let (mut whole, body) = client.ask_once(request, call, room, until).await?;
    if !is_list(request) {
        return Ok(whole);
    }
    room -= body.len();
    let mut page = 1;
    let mut parts = 1;
    let mut next = wire::next_page(&body);
    while let Some(number) = next {
        check_goes_on(page, number, parts, limits.pages)?;
        page = number;
        parts += 1;
        let call = wire::page_of(call, page);
        let (part, body) = client.ask_once(request, &call, room, until).await?;
        room -= body.len();
        whole = joined(whole, part)?;
        next = wire::next_page(&body);
    }
    Ok(whole)
}

/// That the next part is another one, and not one too many. A list whose parts are not all known is none: what is left out
/// would look as if it were not there.
fn check_goes_on(page: u64, next: u64, parts: u32, most: u32) -> Result<(), Error> {
    let why = if next <= page {
        format!("the list says that its part {next} comes after part {page}")
    } else if parts >= most {
        format!("the list has more than {most} parts")
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Failed, why))
}

/// Whether it asks for a list that may come in parts. Those of the extension do not.
fn is_list(request: &Request) -> bool {
    let Request::Public(request) = request else {
        return false;
    };
    matches!(
        **request,
        public::Request::ListMachines
            | public::Request::ListClusters
            | public::Request::ListEnrollmentImages
    )
}

/// A list and its next part. What stands in both moved from one to the other while it was asked for.
fn joined(whole: Reply, part: Reply) -> Result<Reply, Error> {
    use public::Reply::{Clusters, EnrollmentImages, Machines};
    let (Reply::Public(whole), Reply::Public(part)) = (whole, part) else {
        return Err(mixed());
    };
    let all = match (*whole, *part) {
        (Machines(whole), Machines(part)) => Machines(one_of_each(whole, part, |one| one.id)),
        (Clusters(whole), Clusters(part)) => Clusters(one_of_each(whole, part, |one| one.id)),
        (EnrollmentImages(whole), EnrollmentImages(part)) => {
            EnrollmentImages(one_of_each(whole, part, |one| one.id))
        }
        _ => return Err(mixed()),
    };
    Ok(all.into())
}

fn mixed() -> Error {
    let why = "the parts of the list are not of one kind";
    Error::new(ErrorKind::Failed, why)
}

fn one_of_each<T, I: Eq + Hash>(mut whole: Vec<T>, part: Vec<T>, id: fn(&T) -> I) -> Vec<T> {
    let known: HashSet<I> = whole.iter().map(id).collect();
    let news = part.into_iter().filter(|one| !known.contains(&id(one)));
    whole.extend(news);
    whole
}
