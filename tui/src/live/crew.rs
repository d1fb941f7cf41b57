//! A few threads that share a row of questions: an appliance is asked several at once, and never many.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use appliance::Error;

/// How many questions are under way at once at most.
const MOST: usize = 4;

/// Does the work on each item, and tells what came of it in the order of the items. Once one has failed no further one is
/// begun: an appliance that cannot answer is not asked the rest.
pub(super) fn each<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Vec<Result<R, Error>> {
    let next = AtomicUsize::new(0);
    let has_failed = AtomicBool::new(false);
    let part = || {
        let mut done = Vec::new();
        while !has_failed.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { break };
            let result = work(item);
            if result.is_err() {
                has_failed.store(true, Ordering::Relaxed);
            }
            done.push((place, result));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let threads: Vec<_> = (0..MOST.min(items.len()))
            .map(|_| scope.spawn(part))
            .collect();
        let mut done = Vec::with_capacity(items.len());
        for thread in threads {
            match thread.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::AtomicUsize;

    use appliance::ErrorKind;

    use super::*;

    #[test]
    fn results_stand_in_the_order_of_their_items_and_few_are_under_way_at_once() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        // So many have to be under way at once for any to go on.
        let barrier = Barrier::new(MOST);
        let items: Vec<usize> = (0..MOST * 10).collect();
        let results = each(&items, |item| {
            let under_way = now.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(under_way, Ordering::SeqCst);
            barrier.wait();
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(*item)
        });
        let results: Result<Vec<_>, _> = results.into_iter().collect();
        assert_eq!(results, Ok(items));
        assert_eq!(most.into_inner(), MOST);
    }

    #[test]
    fn after_a_failure_nothing_new_is_begun() {
        let begun = AtomicUsize::new(0);
        let results = each(&[(); 1000], |()| -> Result<(), Error> {
            begun.fetch_add(1, Ordering::SeqCst);
            Err(Error::new(ErrorKind::Unauthorized, "who are you"))
        });
        let begun = begun.into_inner();
        assert!((1..=MOST).contains(&begun), "{begun}");
        assert_eq!(results.len(), begun);
        assert!(each(&[], |(): &()| Ok(())).is_empty());
    }
}
