//! Reads tables key by key, so that an error names the whole path of the key, what was expected and what was found.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use smol_str::SmolStr;
use toml::{Table, Value};

/// What is wrong with one key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct Wrong {
    /// Where, e.g. `venue[0].probe[2].target`.
    pub path: String,
    /// What was expected, and what was found.
    pub problem: String,
}

/// A table that is being read.
#[derive(Debug)]
pub struct Fields {
    path: String,
    table: Table,
    known: Vec<&'static str>,
}

impl Fields {
    /// A table that lies at `path`; empty for the whole file.
    #[must_use]
    pub const fn new(path: String, table: Table) -> Self {
        Self { path, table, known: Vec::new() }
    }

    /// An error at a key of this table.
    #[must_use]
    pub fn wrong(&self, key: &str, problem: impl fmt::Display) -> Wrong {
        Wrong { path: self.path_of(key), problem: problem.to_string() }
    }

    /// A required text.
    ///
    /// # Errors
    /// When it is missing or no text.
    pub fn text(&mut self, key: &'static str) -> Result<SmolStr, Wrong> {
        let missing = self.wrong(key, "expected a text, found nothing");
        self.text_if(key)?.ok_or(missing)
    }

    /// A text that may be missing.
    ///
    /// # Errors
    /// When it is no text.
    pub fn text_if(&mut self, key: &'static str) -> Result<Option<SmolStr>, Wrong> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.into())),
            Some(other) => Err(self.wrong(key, format_args!("expected a text, found {}", shown(&other)))),
        }
    }

    /// A text that may be missing, empty then.
    ///
    /// # Errors
    /// When it is no text.
    pub fn text_or_empty(&mut self, key: &'static str) -> Result<SmolStr, Wrong> {
        Ok(self.text_if(key)?.unwrap_or_default())
    }

    /// A required text in the form of `T`.
    ///
    /// # Errors
    /// When it is missing or has another form.
    pub fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, key: &'static str) -> Result<T, Wrong> {
        let text = self.text(key)?;
        text.parse().map_err(|error: T::Err| self.wrong(key, error))
    }

    /// A text in the form of `T` that may be missing.
    ///
    /// # Errors
    /// When it has another form.
    pub fn parsed_if<T: FromStr<Err: fmt::Display>>(&mut self, key: &'static str) -> Result<Option<T>, Wrong> {
        let text = self.text_if(key)?;
        text.map(|text| text.parse().map_err(|error: T::Err| self.wrong(key, error))).transpose()
    }

    /// A list of texts in the form of `T`; empty when it is missing.
    ///
    /// # Errors
    /// When an element has another form.
    pub fn list<T: FromStr<Err: fmt::Display>>(&mut self, key: &'static str) -> Result<Vec<T>, Wrong> {
        let elements = match self.take(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(elements)) => elements,
            Some(other) => {
                return Err(self.wrong(key, format_args!("expected a list of texts, found {}", shown(&other))));
            }
        };
        let element = |(at, value): (usize, Value)| {
            let here = format!("{key}[{at}]");
            let Value::String(text) = &value else {
                return Err(self.wrong(&here, format_args!("expected a text, found {}", shown(&value))));
            };
            text.parse().map_err(|error: T::Err| self.wrong(&here, error))
        };
        elements.into_iter().enumerate().map(element).collect()
    }

    /// One of a few words.
    ///
    /// # Errors
    /// When it is another word.
    pub fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)], or: T) -> Result<T, Wrong> {
        let Some(text) = self.text_if(key)? else { return Ok(or) };
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        let all: Vec<String> = words.iter().map(|(word, _)| format!("'{word}'")).collect();
        found.ok_or_else(|| self.wrong(key, format_args!("expected one of {}, found '{text}'", all.join(", "))))
    }

    /// A yes or no.
    ///
    /// # Errors
    /// When it is neither.
    pub fn boolean(&mut self, key: &'static str, or: bool) -> Result<bool, Wrong> {
        match self.take(key) {
            None => Ok(or),
            Some(Value::Boolean(value)) => Ok(value),
            Some(other) => Err(self.wrong(key, format_args!("expected true or false, found {}", shown(&other)))),
        }
    }

    /// A whole number within bounds.
    ///
    /// # Errors
    /// When it is none, or beyond.
    pub fn whole(&mut self, key: &'static str, bounds: RangeInclusive<u32>, or: u32) -> Result<u32, Wrong> {
        let Some(value) = self.take(key) else { return Ok(or) };
        let number = value.as_integer().and_then(|number| u32::try_from(number).ok());
        number.filter(|number| bounds.contains(number)).ok_or_else(|| {
            let (from, to) = (bounds.start(), bounds.end());
            self.wrong(key, format_args!("expected a whole number from {from} to {to}, found {}", shown(&value)))
        })
    }

    /// A finite number, whole or not, that may be missing.
    ///
    /// # Errors
    /// When it is none.
    pub fn number_if(&mut self, key: &'static str) -> Result<Option<f64>, Wrong> {
        let Some(value) = self.take(key) else { return Ok(None) };
        #[expect(clippy::cast_precision_loss, reason = "numbers that people write")]
        let number = value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64));
        let number = number.filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| self.wrong(key, format_args!("expected a number, found {}", shown(&value))))
    }

    /// A list of numbers; empty when it is missing.
    ///
    /// # Errors
    /// When an element is none.
    pub fn numbers(&mut self, key: &'static str) -> Result<Vec<f64>, Wrong> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        #[expect(clippy::cast_precision_loss, reason = "numbers that people write")]
        let number = |value: &Value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64));
        let numbers = value.as_array().and_then(|all| all.iter().map(number).collect::<Option<Vec<f64>>>());
        numbers.ok_or_else(|| self.wrong(key, format_args!("expected a list of numbers, found {}", shown(&value))))
    }

    /// A table; empty when it is missing.
    ///
    /// # Errors
    /// When it is no table.
    pub fn table(&mut self, key: &'static str) -> Result<Self, Wrong> {
        match self.take(key) {
            None => Ok(Self::new(self.path_of(key), Table::new())),
            Some(Value::Table(table)) => Ok(Self::new(self.path_of(key), table)),
            Some(other) => Err(self.wrong(key, format_args!("expected a table, found {}", shown(&other)))),
        }
    }

    /// A list of tables; empty when it is missing.
    ///
    /// # Errors
    /// When it is no list of tables.
    pub fn tables(&mut self, key: &'static str) -> Result<Vec<Self>, Wrong> {
        let elements = match self.take(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(elements)) => elements,
            Some(other) => {
                return Err(self.wrong(key, format_args!("expected a list of tables, found {}", shown(&other))));
            }
        };
        let table = |(at, value)| match value {
            Value::Table(table) => Ok(Self::new(format!("{}[{at}]", self.path_of(key)), table)),
            other => {
                Err(self.wrong(&format!("{key}[{at}]"), format_args!("expected a table, found {}", shown(&other))))
            }
        };
        elements.into_iter().enumerate().map(table).collect()
    }

    /// What was not read yet, for who knows its keys.
    #[must_use]
    pub fn rest(&mut self) -> Table {
        std::mem::take(&mut self.table)
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// When a key was never asked for.
    pub fn finish(self) -> Result<(), Wrong> {
        match self.table.keys().next() {
            None => Ok(()),
            Some(key) => {
                let known = self.known.join(", ");
                Err(self.wrong(key, format_args!("there is no such key, expected one of {known}")))
            }
        }
    }

    fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.table.remove(key)
    }

    fn path_of(&self, key: &str) -> String {
        match (self.path.as_str(), key) {
            ("", key) => key.to_owned(),
            (path, "") => path.to_owned(),
            (path, key) => format!("{path}.{key}"),
        }
    }
}

/// A value as written, cut to what fits a line.
fn shown(value: &Value) -> String {
    let text = value.to_string().replace('\n', " ");
    if text.chars().count() > 60 { text.chars().take(60).chain(['…']).collect() } else { text }
}
