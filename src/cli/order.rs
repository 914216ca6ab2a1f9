//! The options that say in which order examples come.

use crate::dataset::{Examples, Order, Split};
use crate::ingest::read_embeddings;
use crate::project::{Likeness, Project, ProjectError};
use anyhow::{Result, ensure};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;

/// The order, and what some orders need.
#[derive(Args, Clone)]
pub struct OrderArgs {
    /// The order [default: random; for the review the last one used]
    #[arg(long, value_parser = orders())]
    order: Option<Order>,
    /// The example that the others are compared with in the order `similar`
    #[arg(long, value_name = "ID")]
    similar_to: Option<String>,
    /// Embeddings for the orders `similar` and `diverse`: .npy, a row an example [default: those that
    /// `gaffe embed` or `gaffe score --embedding` kept, else the probabilities are compared]
    #[arg(long, value_name = "E.npy")]
    embeddings: Option<PathBuf>,
}

impl OrderArgs {
    /// Whether any of them stands on the command line.
    pub fn is_given(&self) -> bool {
        self.order.is_some() || self.similar_to.is_some() || self.embeddings.is_some()
    }

    /// The order that was asked for.
    pub fn order(&self) -> Option<Order> {
        let similar = self.similar_to.as_ref().map(|_| Order::Similar);
        self.order.or(similar)
    }

    /// The same, with `order` where none was asked for.
    #[must_use]
    pub fn or(mut self, order: Order) -> Self {
        self.order = self.order().or(Some(order));
        self
    }

    /// What the order needs beside the run.
    ///
    /// # Errors
    /// No such example, or files that can't be used.
    pub fn likeness(
        &self,
        project: &Project,
        split: Split,
        run: &str,
        examples: &Examples,
    ) -> Result<Likeness> {
        let id = self.similar_to.as_deref();
        let find = |id: &str| {
            let missing = || ProjectError::NoExample { id: id.to_owned(), split };
            examples.row_of(id).map(|row| row as u32).ok_or_else(missing)
        };
        let similar_to = id.map(find).transpose()?;
        ensure!(
            self.order() != Some(Order::Similar) || similar_to.is_some(),
            "the order `similar` needs an example to compare with: add --similar-to ID"
        );
        let read = |path| read_embeddings(path, examples.len());
        let embeddings = match &self.embeddings {
            Some(path) => Some(read(path)?),
            None => project.embeddings(run, examples)?,
        };
        let mut others = Vec::new();
        if self.order() == Some(Order::Disagreement) {
            for other in
                project.runs()?.iter().filter(|r| r.name != run && r.splits.contains(&split))
            {
                others.push(project.run(&other.name, split, examples)?.probs);
            }
            ensure!(
                !others.is_empty(),
                "{run} is the only run with predictions for {split}: there is none to disagree with\n  \
                 score another model with: gaffe score --model MODEL.onnx"
            );
        }
        Ok(Likeness { others, embeddings, similar_to })
    }
}

/// All orders by name.
fn orders() -> impl TypedValueParser<Value = Order> {
    let all = || Order::ALL.into_iter().chain(Order::ON_REQUEST);
    let value = |order: Order| {
        let value = PossibleValue::new(order.key()).help(order.name());
        if order == Order::Hesitant { value.alias("uncertainty") } else { value }
    };
    PossibleValuesParser::new(all().map(value)).try_map(move |key| {
        let key = if key == "uncertainty" { Order::Hesitant.key() } else { &key };
        all().find(|order| order.key() == key).ok_or("no order has this name")
    })
}
