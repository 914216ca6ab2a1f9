//! What a term means: names become indices, so that asking is quick.

use super::error::shown;
use super::eval::{Limit, Node, Term};
use super::fields::{
    DIFFICULTIES, FIELDS, FLAGS, Field, Flag, Measure, Source, Target, VERDICTS, column_name,
    orders,
};
use super::lex::{Op, Word};
use super::names::{choose, nearest, unknown};
use super::parse::{Placed, Written};
use super::pattern::Pattern;
use super::{FilterError, Names};
use crate::dataset::{Difficulty, Order, Verdict};
use std::ops::Range;

/// A word without an operator: a flag, else something to search for.
pub(super) fn alone((word, at): Placed<'_>) -> Result<Node, FilterError> {
    if let Some(name) = word.saved() {
        return Err(super::saved::missing(name, at, std::iter::empty()));
    }
    let flag = FLAGS.iter().find(|row| !word.quoted && row.0.eq_ignore_ascii_case(&word.text));
    Ok(Node::Term(match flag {
        Some(&(_, flag, _)) => Term::Flag(flag),
        None => Term::Anywhere(Pattern::part(word)),
    }))
}

/// A field, an operator and values.
pub(super) fn term(written: &Written<'_>, names: &Names<'_>) -> Result<Node, FilterError> {
    let (word, at) = written.field;
    let target = Target::of(word, at, names)?.ok_or_else(|| no_such_field(word, at, names))?;
    if let (Some((_, (_, number))), false) =
        (written.number, matches!(target, Target::Field(_, Field::Probability)))
    {
        let remedy = "quotes keep it together with what is before it";
        return Err(FilterError::new(
            number.clone(),
            "only p:CLASS has a number behind it",
            remedy,
        ));
    }
    let node = match target {
        Target::Column(column) => each(written, |value| cell(written, value, column, names)),
        Target::Field(name, field) => of_field(written, name, field, names),
    }?;
    Ok(if written.op == Op::Unequal { Node::Not(Box::new(node)) } else { node })
}

fn of_field(
    written: &Written<'_>,
    name: &str,
    field: Field,
    names: &Names<'_>,
) -> Result<Node, FilterError> {
    let term = match field {
        Field::Class(side) => Term::Class(side, classes(written, names)?),
        Field::Number(measure) => number(written, name, measure)?,
        Field::Probability => return probability(written, names),
        Field::Tag => {
            let tags = names.tags.iter();
            Term::Tag(among(written, name, tags, |tag| &tag.name)?.iter().map(|t| t.id).collect())
        }
        Field::Verdict => Term::Verdict(among(written, name, VERDICTS.into_iter(), Verdict::name)?),
        Field::Difficulty => {
            Term::Difficulty(among(written, name, DIFFICULTIES.into_iter(), Difficulty::name)?)
        }
        Field::Order => Term::Order(among(written, name, orders(), Order::key)?),
        Field::Is => {
            let flags = among(written, "word", FLAGS.into_iter(), |row| row.0)?;
            let term = |row: (_, Flag, _)| Node::Term(Term::Flag(row.1));
            return Ok(Node::Any(flags.into_iter().map(term).collect()));
        }
        Field::Whole(source) => return each(written, |value| text(written, value, source, true)),
        Field::Part(source) => return each(written, |value| text(written, value, source, false)),
    };
    Ok(Node::Term(term))
}

/// The terms of all values, one of which must hold.
fn each(
    written: &Written<'_>,
    term: impl Fn(Placed<'_>) -> Result<Term, FilterError>,
) -> Result<Node, FilterError> {
    let nodes: Result<Vec<Node>, _> =
        written.values.iter().map(|&value| term(value).map(Node::Term)).collect();
    let mut nodes = nodes?;
    Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) })
}

/// For each class, whether it is meant.
fn classes(written: &Written<'_>, names: &Names<'_>) -> Result<Box<[bool]>, FilterError> {
    let all = names.classes.names();
    let mut meant = vec![false; all.len()];
    for index in indices(written, "class", all.iter().map(String::as_str))? {
        meant[index] = true;
    }
    Ok(meant.into())
}

/// The items of a list that are meant, by their names.
fn among<'n, T: Copy>(
    written: &Written<'_>,
    kind: &str,
    items: impl Iterator<Item = T>,
    name: impl Fn(T) -> &'n str,
) -> Result<Vec<T>, FilterError> {
    let items: Vec<T> = items.collect();
    let names = items.iter().map(|&item| name(item));
    Ok(indices(written, kind, names)?.into_iter().map(|index| items[index]).collect())
}

/// The names of a list that the values mean: one each, or all that a value with wildcards fits.
fn indices<'n>(
    written: &Written<'_>,
    kind: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Result<Vec<usize>, FilterError> {
    let mut found = Vec::new();
    for &(value, at) in &written.values {
        let pattern = match written.op {
            Op::Part => Pattern::part(value),
            Op::Is | Op::Equal | Op::Unequal if value.stars.is_empty() => {
                found.push(choose(kind, names.clone(), &value.text, at)?);
                continue;
            }
            Op::Is | Op::Equal | Op::Unequal => Pattern::whole(value),
            _ => return Err(not_compared(written)),
        };
        let before = found.len();
        let fitting = names.clone().enumerate().filter(|(_, name)| pattern.fits(name));
        found.extend(fitting.map(|(index, _)| index));
        if found.len() == before && !value.is_any() {
            return Err(unknown(kind, names, &value.text, at));
        }
    }
    Ok(found)
}

fn text(
    written: &Written<'_>,
    (value, _): Placed<'_>,
    source: Source,
    whole: bool,
) -> Result<Term, FilterError> {
    let part = match written.op {
        Op::Part => true,
        Op::Is => !whole,
        Op::Equal | Op::Unequal => false,
        _ => return Err(not_compared(written)),
    };
    Ok(if value.is_any() {
        Term::Filled(source)
    } else if part {
        Term::Text(source, Pattern::part(value))
    } else if source == Source::Id {
        Term::Text(source, Pattern::exact(value))
    } else {
        Term::Text(source, Pattern::whole(value))
    })
}

/// A metadata column, which is compared as numbers if it has some.
fn cell(
    written: &Written<'_>,
    value: Placed<'_>,
    index: usize,
    names: &Names<'_>,
) -> Result<Term, FilterError> {
    let (word, at) = value;
    let column = &names.columns[index];
    let ranked = matches!(written.op, Op::Above | Op::AtLeast | Op::Below | Op::AtMost);
    if column.numbers.is_none() && ranked {
        let what = format!("column {} does not hold numbers", shown(&column.name));
        return Err(FilterError::new(written.op_at.clone(), what, "compare it by = or ~"));
    }
    let as_text = word.text.is_empty() || !word.stars.is_empty() || written.op == Op::Part;
    if column.numbers.is_none() || (as_text && !ranked) {
        return text(written, value, Source::Column(index), true);
    }
    if ranked && written.values.len() > 1 {
        return Err(one_number(written));
    }
    let limit = limit(written.op, word, at)?;
    Ok(Term::Number(Measure::Column(index), limit))
}

fn number(written: &Written<'_>, name: &str, measure: Measure) -> Result<Term, FilterError> {
    if written.op == Op::Part {
        let what = format!("`{name}` is a number: it has no parts");
        return Err(FilterError::new(written.op_at.clone(), what, "compare it by > >= < <= or ="));
    }
    let &[(word, at)] = written.values.as_slice() else { return Err(one_number(written)) };
    Ok(Term::Number(measure, as_stored(measure, limit(written.op, word, at)?)))
}

fn probability(written: &Written<'_>, names: &Names<'_>) -> Result<Node, FilterError> {
    let (_, start) = written.field;
    let &[(class, at)] = written.values.as_slice() else { return Err(one_number(written)) };
    let remedy = "write it as p:CLASS>0.3";
    let Some((op, (word, number_at))) = written.number else {
        let at = start.start..at.end;
        return Err(FilterError::new(at, "the number is missing", remedy));
    };
    if written.op != Op::Is || matches!(op, Op::Is | Op::Part) {
        return Err(FilterError::new(
            start.start..number_at.end,
            "a probability is compared with a number",
            remedy,
        ));
    }
    let classes = names.classes.names().iter().map(String::as_str);
    let measure = Measure::Probability(choose("class", classes, &class.text, at)? as u32);
    let limit = as_stored(measure, limit(op, word, number_at)?);
    let node = Node::Term(Term::Number(measure, limit));
    Ok(if op == Op::Unequal { Node::Not(Box::new(node)) } else { node })
}

fn limit(op: Op, word: &Word, at: &Range<usize>) -> Result<Limit, FilterError> {
    match word.text.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Limit { op, value }),
        _ => {
            let what = format!("{} is not a number", shown(&word.text));
            Err(FilterError::new(at.clone(), what, "write it as 12 or 0.9"))
        }
    }
}

/// Probabilities are kept in f32: 0.9 is not above 0.9 then, but it is at least 0.9.
fn as_stored(measure: Measure, limit: Limit) -> Limit {
    let single = matches!(measure, Measure::Confidence | Measure::Probability(_));
    let value = if single { f64::from(limit.value as f32) } else { limit.value };
    Limit { value, ..limit }
}

fn one_number(written: &Written<'_>) -> FilterError {
    let at = written.values.first().zip(written.values.last());
    let at = at.map_or(0..0, |((_, first), (_, last))| first.start..last.end);
    FilterError::new(at, "one value can be given here", "decimals have a point: 0.9")
}

fn not_compared(written: &Written<'_>) -> FilterError {
    let (word, _) = written.field;
    let what = format!("{} can't be more or less than something", shown(&word.text));
    FilterError::new(written.op_at.clone(), what, "compare it by : or !=")
}

fn no_such_field(word: &Word, at: &Range<usize>, names: &Names<'_>) -> FilterError {
    let text = column_name(word).unwrap_or(&word.text);
    let columns = names.columns.iter().map(|column| column.name.as_str());
    let near = nearest(FIELDS.iter().map(|row| row.0).chain(columns.clone()), text);
    let flag = FLAGS.iter().find(|row| row.0.eq_ignore_ascii_case(text));
    let what = format!("there is no field or column {}", shown(text));
    let remedy = if let Some((flag, ..)) = flag {
        format!("`{flag}` stands alone, without a value")
    } else if near.is_empty() {
        "to search for a text with such a sign in it, put it in quotes".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    FilterError::new(at.clone(), what, remedy)
}
