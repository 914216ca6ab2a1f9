//! How few keys a review takes, measured on real names and pictures. Fixtures stand in
//! `tests/fixtures/keyboard`.

mod likeness;
mod sample;
mod suggest;
mod typeahead;
