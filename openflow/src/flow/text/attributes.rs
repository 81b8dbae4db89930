//! Attributes of an action: `table=3,zone=5,commit,nat(src)`.

use super::{ParseFlowError, number, split};

/// Attributes that have not been taken yet, each with its text: of `key=text`, `key(text)`,
/// `key:text` or `key` alone.
#[derive(Debug)]
pub(super) struct Attributes<'t> {
    /// The whole action, for errors.
    token: &'t str,
    left: Vec<(&'t str, &'t str)>,
}

impl<'t> Attributes<'t> {
    pub(super) fn new(token: &'t str, argument: &'t str) -> Self {
        Self {
            token,
            left: split(argument).map(attribute).collect(),
        }
    }

    /// The text of an attribute; empty where it has none, `None` where it is not there.
    pub(super) fn take(&mut self, key: &str) -> Option<&'t str> {
        let at = self.left.iter().position(|it| it.0 == key)?;
        Some(self.left.remove(at).1)
    }

    /// Whether a word is there.
    pub(super) fn flag(&mut self, key: &str) -> bool {
        self.take(key).is_some()
    }

    /// The number of an attribute.
    pub(super) fn number<T: TryFrom<u128>>(
        &mut self,
        key: &str,
    ) -> Result<Option<T>, ParseFlowError> {
        let token = self.token;
        let text = self.take(key);
        text.map(|text| number(token, text, key)).transpose()
    }

    /// The number of an attribute, or `otherwise`.
    pub(super) fn number_or<T: TryFrom<u128>>(
        &mut self,
        key: &str,
        otherwise: T,
    ) -> Result<T, ParseFlowError> {
        Ok(self.number(key)?.unwrap_or(otherwise))
    }

    /// Refuses what was not taken.
    pub(super) fn finish(&self) -> Result<(), ParseFlowError> {
        match self.left.first() {
            None => Ok(()),
            Some((key, _)) => {
                let problem = format!("`{key}`: no attribute of that name, or one given twice");
                Err(ParseFlowError::new(self.token, problem))
            }
        }
    }
}

/// `key=text`, `key(text)` or `key:text`, whichever comes first.
pub(super) fn attribute(token: &str) -> (&str, &str) {
    match token.find(['=', '(', ':']) {
        Some(at) if token[at..].starts_with('(') => {
            let text = &token[at + 1..];
            (&token[..at], text.strip_suffix(')').unwrap_or(text))
        }
        Some(at) => (&token[..at], &token[at + 1..]),
        None => (token, ""),
    }
}
