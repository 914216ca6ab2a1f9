//! Values of options that several statistics take.

use crate::analysis::bottleneck::{BestError, Errors};
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// A share between 0 and 1.
pub fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "give a share between 0 and 1, such as 0.05".to_owned())
}

/// Errors among examples, `K/N`.
pub fn errors(text: &str) -> Result<Errors, String> {
    let count = |part: &str| part.trim().parse::<usize>().ok();
    let parts = text.split_once('/').and_then(|(k, n)| Some((count(k)?, count(n)?)));
    match parts {
        Some((errors, examples)) if errors <= examples && examples > 0 => {
            Ok(Errors { errors, examples })
        }
        Some((_, 0)) => Err("there must be examples".to_owned()),
        Some(_) => Err("more errors than examples".to_owned()),
        None => Err("give errors/examples, such as 45/1000".to_owned()),
    }
}

/// The error of people: a share, or counted, `K/N`.
pub fn best_error(text: &str) -> Result<BestError, String> {
    if text.contains('/') {
        return Ok(BestError::Counted(errors(text)?));
    }
    let or_counted = |e| format!("{e}; or errors/examples, such as 5/100");
    Ok(BestError::Known(share(text).map_err(or_counted)?))
}

/// One of `all`, by its name.
pub fn by_name<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let parser = PossibleValuesParser::new(all.iter().map(|&one| name(one)));
    parser.try_map(move |text| {
        all.iter().copied().find(|&one| name(one) == text).ok_or("not one of the names")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_shares_are_told_apart() {
        assert_eq!(errors("3/10"), Ok(Errors { errors: 3, examples: 10 }));
        assert_eq!(best_error("0.05"), Ok(BestError::Known(0.05)));
        let counted = Errors { errors: 5, examples: 100 };
        assert_eq!(best_error("5/100"), Ok(BestError::Counted(counted)));
        for wrong in ["11/10", "0/0", "3", "a/b", "-1/10", "1/2/3"] {
            assert!(errors(wrong).is_err(), "{wrong}");
        }
        for wrong in ["5", "-0.1", "NaN", "5 %"] {
            assert!(best_error(wrong).is_err() && share(wrong).is_err(), "{wrong}");
        }
    }
}
