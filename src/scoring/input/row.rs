//! From the cells of a table to input tensors: one matrix of features, or an input a column.
//!
//! Invariant: which column feeds which place of which input is settled once, before any row is read.

use crate::scoring::engine::Port;
use crate::scoring::tensor::{Kind, Tensor};
use ndarray::{ArrayD, IxDyn};

/// Why a table can't feed a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowProblem {
    /// Another number of columns than features.
    #[error(
        "takes {features} features, the table has {} columns ({})\n  \
         name the model's features in gaffe.toml: `columns = [..]` under [preprocess]",
        .columns.len(), listed(.columns)
    )]
    Count {
        /// What the inputs take together.
        features: usize,
        /// The columns that would be given.
        columns: Vec<String>,
    },
    /// A column that is asked for and not there.
    #[error(
        "needs the column `{column}`; the table has {}\n  \
         name the model's features in gaffe.toml: `columns = [..]` under [preprocess]",
        listed(.columns)
    )]
    Column {
        /// Its name.
        column: String,
        /// The columns that are there.
        columns: Vec<String>,
    },
    /// Inputs that single columns do not fill, without a list of columns.
    #[error(
        "takes {} inputs of several columns ({})\n  \
         name the columns of all of them in gaffe.toml: `columns = [..]` under [preprocess]",
        .0.len(), listed(.0)
    )]
    Several(Vec<String>),
    /// An input that is no row.
    #[error(
        "input `{input}` has the shape {shape}, not that of table rows\n  \
         if it takes pictures or sounds, name the column of files as `file` under [columns] in gaffe.toml"
    )]
    Shape {
        /// The name of the input.
        input: String,
        /// Its shape, `?` where it is open.
        shape: String,
    },
}

/// Names in one line, the first dozen of them.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let rest = names.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// An input and the columns that feed it.
#[derive(Debug)]
struct Feed {
    kind: Kind,
    /// Whether it is a matrix; a vector otherwise.
    matrix: bool,
    /// Places in the table's list of columns, and their names.
    columns: Vec<(usize, String)>,
}

/// Which columns of a table feed which inputs of a model.
#[derive(Debug)]
pub struct Rows {
    feeds: Vec<Feed>,
}

/// Width of an input: `Some(None)` if it is open, `None` if the input is no row.
#[expect(clippy::option_option, reason = "a size that is open is another thing than no size")]
fn width(port: &Port) -> Option<Option<usize>> {
    match port.dims.as_slice() {
        [] | [_] => Some(Some(1)),
        [_, width] => Some(*width),
        _ => None,
    }
}

/// A name without what exporters replace in it.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

impl Rows {
    /// Settles which of `columns` feed `ports`: those that `wanted` names, in its order; else all of them where there
    /// is one matrix; else the column that has the name of the input.
    ///
    /// `columns` are those that may be features: without id, label, text and file.
    ///
    /// # Errors
    /// Columns that are missing, too many or too few, or inputs that are no rows.
    pub fn new(
        ports: &[Port],
        columns: &[&str],
        wanted: Option<&[String]>,
    ) -> Result<Self, RowProblem> {
        let mut widths = Vec::with_capacity(ports.len());
        for port in ports {
            let shape = || {
                let sizes = port.dims.iter().map(|d| d.map_or("?".to_owned(), |d| d.to_string()));
                format!("[{}]", sizes.collect::<Vec<_>>().join(", "))
            };
            let width = width(port);
            let problem = || RowProblem::Shape { input: port.name.clone(), shape: shape() };
            widths.push(width.ok_or_else(problem)?);
        }
        let shared = match (wanted, widths.as_slice()) {
            (Some(wanted), _) => share(&widths, &find_all(wanted, columns)?, ports)?,
            (None, &[one]) if one != Some(1) => share(&widths, &all(columns), ports)?,
            (None, _) => by_name(ports, &widths, columns)?,
        };
        let feed = |(port, columns): (&Port, Vec<(usize, String)>)| Feed {
            kind: port.kind,
            matrix: port.dims.len() != 1,
            columns,
        };
        Ok(Self { feeds: ports.iter().zip(shared).map(feed).collect() })
    }

    /// The names of the columns that feed each input, in their order.
    pub fn columns<'a>(&'a self) -> Vec<Vec<&'a str>> {
        let names = |feed: &'a Feed| feed.columns.iter().map(|(_, name)| name.as_str()).collect();
        self.feeds.iter().map(names).collect()
    }

    /// Two rows to try a model on: numbers that logarithms and norms take, and a text that reads as one.
    ///
    /// # Errors
    /// None for rows that fit their own inputs.
    pub fn test_inputs(&self) -> Result<[Vec<Tensor>; 2], String> {
        let width =
            self.feeds.iter().flat_map(|feed| &feed.columns).map(|(place, _)| place + 1).max();
        let row = |cell| {
            let cells = vec![cell; width.unwrap_or(0)];
            self.tensors(&[&cells]).map_err(|(_, complaint)| complaint)
        };
        Ok([row("1")?, row("0")?])
    }

    /// How many cells of a row the inputs take together.
    pub fn width(&self) -> usize {
        self.feeds.iter().map(|feed| feed.columns.len()).sum()
    }

    /// Which columns are read, on one line.
    pub fn describe(&self) -> String {
        let names: Vec<String> = self.columns().concat().into_iter().map(str::to_owned).collect();
        format!("{} columns ({})", names.len(), listed(&names))
    }

    /// The input tensors of a batch: a row a list of cells, in the order of the table's columns. An empty cell is NaN
    /// for floats and empty text for strings.
    ///
    /// # Errors
    /// The row, counted within the batch, and the column and value that are no number.
    pub fn tensors(&self, rows: &[&[&str]]) -> Result<Vec<Tensor>, (usize, String)> {
        self.feeds.iter().map(|feed| feed.tensor(rows)).collect()
    }
}

impl Feed {
    fn tensor(&self, rows: &[&[&str]]) -> Result<Tensor, (usize, String)> {
        Ok(match self.kind {
            Kind::F16 | Kind::F32 => Tensor::F32(self.array(rows, |cell| real(cell, f32::NAN))?),
            Kind::F64 => Tensor::F64(self.array(rows, |cell| real(cell, f64::NAN))?),
            Kind::I64 => Tensor::I64(self.array(rows, whole)?),
            Kind::I32 => Tensor::I32(self.array(rows, whole)?),
            Kind::U8 => Tensor::U8(self.array(rows, whole)?),
            Kind::I8 => Tensor::I8(self.array(rows, whole)?),
            Kind::Bool => Tensor::Bool(self.array(rows, truth)?),
            Kind::Text => Tensor::Text(self.array(rows, |cell| Some(cell.to_owned()))?),
        })
    }

    fn array<T>(
        &self,
        rows: &[&[&str]],
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<ArrayD<T>, (usize, String)> {
        let mut values = Vec::with_capacity(rows.len() * self.columns.len());
        for (i, row) in rows.iter().enumerate() {
            for (place, name) in &self.columns {
                let cell = row.get(*place).copied().unwrap_or_default();
                values.push(read(cell).ok_or_else(|| (i, self.complaint(name, cell)))?);
            }
        }
        let shape =
            if self.matrix { vec![rows.len(), self.columns.len()] } else { vec![rows.len()] };
        ArrayD::from_shape_vec(IxDyn(&shape), values).map_err(|e| (0, e.to_string()))
    }

    fn complaint(&self, name: &str, cell: &str) -> String {
        let what = match self.kind {
            Kind::Bool => "neither true nor false",
            Kind::I64 | Kind::I32 | Kind::U8 | Kind::I8 => "no integer",
            _ => "no number",
        };
        if cell.trim().is_empty() {
            return format!("column `{name}` is empty, {what}");
        }
        let shown: String = cell.chars().take(40).collect();
        format!("column `{name}` holds `{shown}`, {what}")
    }
}

fn real<T: std::str::FromStr>(cell: &str, empty: T) -> Option<T> {
    let cell = cell.trim();
    if cell.is_empty() { Some(empty) } else { cell.parse().ok() }
}

/// An integer, also where it is written as `3.0`.
fn whole<T: TryFrom<i64>>(cell: &str) -> Option<T> {
    let cell = cell.trim();
    let digits = cell.split_once('.').map_or(cell, |(digits, zeros)| {
        if zeros.bytes().all(|byte| byte == b'0') { digits } else { cell }
    });
    T::try_from(digits.parse().ok()?).ok()
}

fn truth(cell: &str) -> Option<bool> {
    match cell.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "1.0" | "yes" => Some(true),
        "false" | "0" | "0.0" | "no" => Some(false),
        _ => None,
    }
}

fn all(columns: &[&str]) -> Vec<(usize, String)> {
    columns.iter().enumerate().map(|(i, name)| (i, (*name).to_owned())).collect()
}

fn owned(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|name| (*name).to_owned()).collect()
}

fn find_all(wanted: &[String], columns: &[&str]) -> Result<Vec<(usize, String)>, RowProblem> {
    let find = |name: &String| {
        let place = columns.iter().position(|column| column == name);
        let missing = || RowProblem::Column { column: name.clone(), columns: owned(columns) };
        place.map(|place| (place, name.clone())).ok_or_else(missing)
    };
    wanted.iter().map(find).collect()
}

/// Hands the columns out in their order, to each input as many as it is wide; one input may be open.
fn share(
    widths: &[Option<usize>],
    columns: &[(usize, String)],
    ports: &[Port],
) -> Result<Vec<Vec<(usize, String)>>, RowProblem> {
    let fixed = widths.iter().flatten().fold(0_usize, |sum, &width| sum.saturating_add(width));
    let open = widths.iter().filter(|width| width.is_none()).count();
    if open > 1 {
        return Err(RowProblem::Several(ports.iter().map(|port| port.name.clone()).collect()));
    }
    let rest = columns.len().checked_sub(fixed).filter(|&rest| open == 1 || rest == 0);
    let Some(rest) = rest else {
        let columns = columns.iter().map(|(_, name)| name.clone()).collect();
        return Err(RowProblem::Count { features: fixed, columns });
    };
    let mut left = columns;
    let take = |width: &Option<usize>| {
        let (own, others) = left.split_at(width.unwrap_or(rest));
        left = others;
        own.to_vec()
    };
    Ok(widths.iter().map(take).collect())
}

/// The column of each input by its name.
fn by_name(
    ports: &[Port],
    widths: &[Option<usize>],
    columns: &[&str],
) -> Result<Vec<Vec<(usize, String)>>, RowProblem> {
    if widths.iter().flatten().any(|&width| width != 1) {
        return Err(RowProblem::Several(ports.iter().map(|port| port.name.clone()).collect()));
    }
    if let ([_], [only]) = (ports, columns) {
        return Ok(vec![vec![(0, (*only).to_owned())]]);
    }
    let find = |port: &Port| {
        let exact = columns.iter().position(|&column| column == port.name);
        let near = || columns.iter().position(|column| plain(column) == plain(&port.name));
        let place = exact.or_else(near);
        let missing = || RowProblem::Column { column: port.name.clone(), columns: owned(columns) };
        place.map(|place| vec![(place, columns[place].to_owned())]).ok_or_else(missing)
    };
    ports.iter().map(find).collect()
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
