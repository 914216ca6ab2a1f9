//! The thread that has the model: it is loaded when it is asked for first, and kept.
//!
//! Invariant: what nobody waits for any more is not answered, and a model that stops inside ends nothing.

use super::app::{Asking, Message};
use crate::project::{Project, Rescorer};
use crate::scoring::guarded;
use std::sync::mpsc::{Receiver, Sender};

pub(super) fn rescore(trials: &Receiver<Box<Asking>>, project: &Project, answer: &Sender<Message>) {
    let mut kept: Option<(String, Rescorer)> = None;
    while let Ok(asking) = trials.recv() {
        if asking.is_cancelled() {
            continue;
        }
        let mut tell = |message| answer.send(message).is_ok();
        let message =
            guarded(|| asked(&asking, project, &mut kept, &mut tell)).unwrap_or_else(|stopped| {
                // What a panic left behind is not trusted.
                kept = None;
                Some(asking.answer(Err(stopped), true))
            });
        if message.is_some_and(|message| answer.send(message).is_err()) {
            break;
        }
    }
}

/// The answer; `None` when nobody waits for it any more.
fn asked(
    asking: &Asking,
    project: &Project,
    kept: &mut Option<(String, Rescorer)>,
    tell: &mut dyn FnMut(Message) -> bool,
) -> Option<Message> {
    if kept.as_ref().is_none_or(|(run, _)| *run != asking.run) {
        match Rescorer::load(project, &asking.run, asking.examples.clone()) {
            Ok(model) => *kept = Some((asking.run.clone(), model)),
            Err(why) => return Some(asking.answer(Err(why), true)),
        }
    }
    let (_, model) = kept.as_mut().filter(|_| !asking.is_cancelled())?;
    let name = model.name().to_owned();
    let mut partial = |fresh: &_| {
        let known = Box::new((name.clone(), Clone::clone(fresh)));
        !asking.is_cancelled() && tell(asking.answer(Ok(known), false))
    };
    match model.answer(&asking.trial, &mut partial) {
        Ok(None) => None,
        Ok(Some(fresh)) => Some(asking.answer(Ok(Box::new((name, fresh))), true)),
        Err(why) => Some(asking.answer(Err(why), true)),
    }
}
