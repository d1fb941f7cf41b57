//! Several contexts, and the table over all of them. Each context is updated as if it were alone.

use super::{navigate, press};
use crate::console::key::Key;
use crate::console::keys::{Action, action};
use crate::console::message::{Effect, Message};
use crate::console::model::deck::Deck;
use crate::console::model::deck::across::{self, Across, Table};
use crate::console::model::live::Access;
use crate::console::model::place::Sort;
use crate::console::model::{Model, Place, Scope, Tone, View};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// To the terminal, the process or the time.
    Shared(Message),
    /// To a context, by its place among all.
    Of(usize, Message),
}

/// What the world is to do for a context, by its place among all.
pub type Deed = (usize, Effect);

/// What is asked before anything has happened: of the context that is shown, or of all.
pub fn begin(deck: &mut Deck) -> Vec<Deed> {
    let deeds = if deck.is_across {
        open_all(deck)
    } else {
        of(deck.shown, super::begin(deck.front_mut()))
    };
    settle(deck, deeds)
}

/// Takes one event. Returns what the world is to do.
pub fn update(deck: &mut Deck, event: Event) -> Vec<Deed> {
    deck.across.is_outdated |= match &event {
        Event::Of(..) | Event::Shared(Message::Resized(..)) => true,
        // As time goes by only what the contexts say of themselves changes.
        Event::Shared(Message::Tick(_)) => deck.across.table == Table::Contexts,
        Event::Shared(_) => false,
    };
    let deeds = match event {
        Event::Of(context, message) if context < deck.contexts.len() => {
            of(context, super::update(&mut deck.contexts[context], message))
        }
        Event::Of(..) => Vec::new(),
        Event::Shared(Message::Key(key)) => press(deck, key),
        Event::Shared(Message::Tick(elapsed)) => {
            deck.notices.age(elapsed);
            each(deck, |model| super::update(model, Message::Tick(elapsed)))
        }
        Event::Shared(Message::Resized(columns, rows)) => {
            let resized = Message::Resized(columns, rows);
            let mut deeds = each(deck, |model| super::update(model, resized.clone()));
            // The screen is one.
            deeds.dedup_by(|(_, later), (_, earlier)| {
                *later == Effect::Redraw && *earlier == Effect::Redraw
            });
            deeds
        }
        Event::Shared(message) => {
            let effects = super::update(deck.front_mut(), message);
            of(deck.shown, effects)
        }
    };
    settle(deck, deeds)
}

fn of(context: usize, effects: Vec<Effect>) -> Vec<Deed> {
    effects
        .into_iter()
        .map(|effect| (context, effect))
        .collect()
}

/// Does the same to every context.
fn each(deck: &mut Deck, mut to: impl FnMut(&mut Model) -> Vec<Effect>) -> Vec<Deed> {
    let contexts = deck.contexts.iter_mut().enumerate();
    let deeds = contexts.flat_map(|(context, model)| of(context, to(model)));
    deeds.collect()
}

/// What follows whatever happened: what contexts tell that are not shown is told where the operator is, and each is asked for
/// what is on the screen of it.
fn settle(deck: &mut Deck, mut deeds: Vec<Deed>) -> Vec<Deed> {
    for context in 0..deck.contexts.len() {
        let looked_at = deck.looked_at(context);
        let model = &mut deck.contexts[context];
        let Some(live) = &mut model.live else {
            continue;
        };
        if live.looked_at != looked_at {
            live.looked_at = looked_at;
            deeds.extend(of(context, super::polling::ask_due(model)));
        }
        if deck.is_across || context != deck.shown {
            tell_of(deck, context);
        }
    }
    // To put very many rows in order takes long.
    if deck.is_across && deck.across.is_outdated {
        deck.relist();
    }
    deeds
}

/// Tells what a context has to tell that is not shown.
fn tell_of(deck: &mut Deck, context: usize) {
    let model = &mut deck.contexts[context];
    let name = model.context.clone();
    let told: Vec<_> = model.notices.take_all().collect();
    for (tone, text) in told {
        deck.notify(tone, format!("{name}: {text}"));
    }
}

/// Makes ready to ask every context that was not asked yet.
fn open_all(deck: &mut Deck) -> Vec<Deed> {
    each(deck, |model| {
        match model.live.as_ref().map(|live| &live.access) {
            Some(Access::Unwanted) => super::polling::ask_anew(model),
            // It was asked for nothing yet, if nothing was answered.
            Some(Access::Open) => super::polling::ask_due(model),
            _ => Vec::new(),
        }
    })
}

fn press(deck: &mut Deck, key: Key) -> Vec<Deed> {
    if deck.is_across {
        return press_across(deck, key);
    }
    let front = deck.front();
    let is_free = front.dialog.is_none() && front.menu.is_none() && !front.is_typing;
    let wants_all = action(key, &front.place.view) == Some(Action::Contexts);
    if is_free && wants_all && front.disabled(Action::Contexts).is_none() {
        return show_all(deck);
    }
    let effects = super::update(deck.front_mut(), Message::Key(key));
    of(deck.shown, effects)
}

/// Shows the table over all where one was in it.
fn show_all(deck: &mut Deck) -> Vec<Deed> {
    deck.is_across = true;
    if let Some(why) = deck.why_no_others.clone() {
        deck.notify(
            Tone::Warning,
            format!("other contexts are not known: {why}"),
        );
    }
    open_all(deck)
}

fn press_across(deck: &mut Deck, key: Key) -> Vec<Deed> {
    // Any table of the whole fleet has these keys.
    let wanted = action(key, &View::Pools(Scope::Fleet));
    match wanted {
        Some(Action::Suspend | Action::Redraw | Action::Quit) => {
            let effects = super::update(deck.front_mut(), Message::Key(key));
            of(deck.shown, effects)
        }
        _ if deck.across.is_typing => {
            let across = &mut deck.across;
            press::type_filter(&mut across.filter, &mut across.is_typing, key);
            across.is_outdated = true;
            Vec::new()
        }
        Some(action) if across::has(action) => act(deck, action),
        Some(_) => {
            let why = "that is of one context: enter goes into it";
            deck.notify(Tone::Warning, why);
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// One of the actions that the table over all has.
fn act(deck: &mut Deck, action: Action) -> Vec<Deed> {
    match action {
        Action::Move(by) => move_by(deck, by),
        Action::HalfPages(by) => {
            let half = isize::try_from(deck.page() / 2).unwrap_or(1).max(1);
            move_by(deck, by * half);
        }
        Action::Top => move_to(deck, 0),
        Action::Bottom => move_to(deck, usize::MAX),
        Action::Filter => deck.across.is_typing = deck.across.table != Table::Help,
        Action::SortNext | Action::SortReverse => sort(&mut deck.across, action),
        Action::Contexts => show(deck, Table::Contexts),
        Action::Help => show(deck, Table::Help),
        Action::Go(destination) => show(deck, Table::Of(destination)),
        Action::Back | Action::Close => return leave(deck, action),
        Action::Open => return enter(deck),
        Action::Refresh => return each(deck, super::polling::ask_anew),
        _ => {}
    }
    Vec::new()
}

fn show(deck: &mut Deck, table: Table) {
    if deck.across.table != table {
        deck.across = Across::new(table);
    }
}

/// Takes away the innermost thing: the filter, the table; on the table of contexts, goes back to the context that was shown,
/// or leaves the program.
fn leave(deck: &mut Deck, action: Action) -> Vec<Deed> {
    if !deck.across.filter.is_empty() {
        deck.across.filter.clear();
        deck.across.is_outdated = true;
        return Vec::new();
    }
    if deck.across.table != Table::Contexts {
        show(deck, Table::Contexts);
        return Vec::new();
    }
    if action == Action::Close {
        return vec![(deck.shown, Effect::Quit(0))];
    }
    go_into(deck, deck.shown);
    Vec::new()
}

/// Goes into a context. One that cannot be asked says why instead.
fn go_into(deck: &mut Deck, context: usize) -> bool {
    let live = deck.contexts[context].live.as_ref();
    if let Some(Access::Impossible(why)) = live.map(|live| &live.access) {
        let name = &deck.contexts[context].context;
        let told = format!("{name} cannot be asked: {why}; ctrl-r tries again");
        deck.notify(Tone::Warning, told);
        return false;
    }
    deck.shown = context;
    deck.is_across = false;
    true
}

/// Goes into what the cursor is on: a context, or in its context what the row is.
fn enter(deck: &mut Deck) -> Vec<Deed> {
    let Some(row) = deck.across.row_under_cursor() else {
        return Vec::new();
    };
    if !go_into(deck, row.context) {
        return Vec::new();
    }
    let id = deck.across.id(&deck.contexts, row);
    let (Some(view), Some(id)) = (deck.across.view(), id) else {
        return Vec::new();
    };
    let model = deck.front_mut();
    let mut effects = navigate::go(model, view);
    model.place = Place {
        cursor: Some(id),
        is_untouched: false,
        ..Place::new(view)
    };
    model.relist();
    effects.extend(navigate::open(model));
    of(row.context, effects)
}

fn move_by(deck: &mut Deck, by: isize) {
    let from = match deck.across.table {
        Table::Help => deck.across.offset,
        Table::Contexts | Table::Of(_) => deck.across.cursor,
    };
    move_to(deck, from.saturating_add_signed(by));
}

fn move_to(deck: &mut Deck, to: usize) {
    let page = deck.page();
    deck.across.move_to(&deck.contexts, to, page);
}

/// Sorts by the next column, after the last one by none; or turns the order round.
fn sort(across: &mut Across, action: Action) {
    let columns = across.shapes().len();
    across.is_outdated = true;
    across.sort = Sort::next(across.sort, action == Action::SortReverse, columns);
}
