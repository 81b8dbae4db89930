//! What serde says about input that does not fit, in words a person can act on.
//!
//! Configuration files and REST bodies go through the same: an unknown field is named with the
//! nearest right one, a number that is too large with the range.

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Stable word for programs.
    pub(crate) code: &'static str,
    /// Path of the field at fault; empty for the whole.
    pub(crate) field: String,
    /// What is wrong, where, and what would be right.
    pub(crate) text: String,
}

/// Explains serde's message about the field at `path`.
///
/// The message is the only thing serde's errors carry; its forms are those of
/// `serde::de::Error`'s provided methods, which every format uses.
pub(crate) fn explain(path: &str, message: &str) -> Finding {
    let message = without_position(message);
    let path = if path == "." { "" } else { path };
    if let Some(rest) = message.strip_prefix("unknown field ") {
        return unknown(path, rest, "unknown_field", "is not a field here");
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        return bad_choice(path, rest);
    }
    if let Some(rest) = message.strip_prefix("missing field ") {
        let field = join(path, quoted(rest).unwrap_or(rest));
        let text = format!("`{field}` is missing");
        return finding("missing_field", field, text);
    }
    if let Some(rest) = message.strip_prefix("duplicate field ") {
        let field = join(path, quoted(rest).unwrap_or(rest));
        let text = format!("`{field}` is given twice");
        return finding("duplicate_field", field, text);
    }
    if let Some((found, expected)) = mismatch(message, "invalid type: ") {
        return wrong(path, found, expected, "wrong_type");
    }
    if let Some((found, expected)) =
        mismatch(message, "invalid value: ").or_else(|| mismatch(message, "invalid length "))
    {
        return wrong(path, found, expected, "bad_value");
    }
    let text = match (path, wanted_text(message)) {
        (_, Some(wanted)) => format!("{} must be {wanted}", shown(path)),
        ("", None) => message.to_owned(),
        (_, None) => format!("`{path}`: {message}"),
    };
    finding("bad_value", path.to_owned(), text)
}

/// The candidate most like a word, if one is like it at all.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    /// Of Jaro-Winkler's 0 to 1; below it, suggestions are no help.
    const ALIKE: f64 = 0.8;
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// `; did you mean `x`?`, or the choices where nothing is near.
pub(crate) fn suggestion(word: &str, candidates: &[&str]) -> String {
    match nearest(word, candidates.iter().copied()) {
        Some(right) => format!("; did you mean `{right}`?"),
        None if candidates.is_empty() => String::new(),
        None => format!("; there is {}", listed(candidates)),
    }
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

fn finding(code: &'static str, field: String, text: String) -> Finding {
    Finding { code, field, text }
}

/// `rest` is `` `x`, expected one of `a`, `b` ``.
fn unknown(path: &str, rest: &str, code: &'static str, what: &str) -> Finding {
    let Some(word) = quoted(rest) else {
        return finding(code, path.to_owned(), rest.to_owned());
    };
    // The path may already end with the key that was not known.
    let field = match path.rsplit(['.', ']']).next() {
        Some(last) if last == word => path.to_owned(),
        _ => join(path, word),
    };
    let text = format!(
        "`{field}` {what}{}",
        suggestion(word, &all_quoted(&rest[word.len() + 2..]))
    );
    finding(code, field, text)
}

fn bad_choice(path: &str, rest: &str) -> Finding {
    let Some(word) = quoted(rest) else {
        return finding("bad_value", path.to_owned(), rest.to_owned());
    };
    let choices = all_quoted(&rest[word.len() + 2..]);
    let (field, choices) = (shown(path), listed(&choices));
    let text = format!("{field} cannot be `{word}`; allowed: {choices}");
    finding("bad_value", path.to_owned(), text)
}

fn wrong(path: &str, found: &str, expected: &str, code: &'static str) -> Finding {
    let (subject, wanted) = (shown(path), plainly(expected));
    // What was found in place of an object is told by its length only, which says nothing.
    let text = if expected.starts_with("struct ") && code == "bad_value" {
        format!("{subject} must be {wanted}")
    } else {
        format!("{subject} must be {wanted}, not {found}")
    };
    finding(code, path.to_owned(), text)
}

fn shown(path: &str) -> String {
    match path {
        "" => "the whole".to_owned(),
        path => format!("`{path}`"),
    }
}

/// Rust's type names in words with their ranges.
fn plainly(expected: &str) -> String {
    let range = |max: u64| format!("a whole number from 0 to {max}");
    match expected {
        "u8" => range(u8::MAX.into()),
        "u16" => range(u16::MAX.into()),
        "u32" => range(u32::MAX.into()),
        "u64" | "usize" => "a whole number, 0 or more".into(),
        "i64" => "a whole number".into(),
        "f64" => "a number".into(),
        "a boolean" => "true or false".into(),
        "a sequence" => "a list".into(),
        "a map" => "an object".into(),
        "socket address" => "an address with a port, as 127.0.0.1:8080".into(),
        _ => match expected.strip_prefix("struct ") {
            Some(_) => "an object".into(),
            None => expected.to_owned(),
        },
    }
}

/// What the standard library's addresses and numbers want, from what they say of what they cannot
/// read.
fn wanted_text(message: &str) -> Option<&'static str> {
    Some(match message {
        "invalid socket address syntax" => "an address with a port, as 127.0.0.1:8080",
        "invalid IP address syntax" => "an IP address",
        "invalid IPv4 address syntax" => "an IPv4 address",
        "invalid IPv6 address syntax" => "an IPv6 address",
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "a whole number"
        }
        "number too large to fit in target type" => "a smaller number",
        "provided string was not `true` or `false`" => "true or false",
        _ => return None,
    })
}

/// serde_json writes its position behind the message.
fn without_position(message: &str) -> &str {
    message
        .rsplit_once(" at line ")
        .map_or(message, |(before, _)| before)
        .trim_end()
}

fn mismatch<'a>(message: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    message.strip_prefix(prefix)?.rsplit_once(", expected ")
}

fn join(path: &str, field: &str) -> String {
    if path.is_empty() {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

/// What stands between the first two backticks.
fn quoted(text: &str) -> Option<&str> {
    text.split('`').nth(1)
}

fn all_quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(path: &str, message: &str) -> (String, String) {
        let found = explain(path, message);
        (format!("{} {}", found.code, found.field), found.text)
    }

    #[test]
    fn an_unknown_field_is_named_with_the_nearest_right_one() {
        let (what, text) = said(
            "servers[0]",
            "unknown field `wieght`, expected one of `address`, `port`, `weight` at line 1 column 9",
        );
        assert_eq!(what, "unknown_field servers[0].wieght");
        assert_eq!(
            text,
            "`servers[0].wieght` is not a field here; did you mean `weight`?"
        );
        let (_, text) = said("", "unknown field `zzz`, expected `running` or `settings`");
        assert_eq!(
            text,
            "`zzz` is not a field here; there is `running`, `settings`"
        );
        let (what, _) = said("a.b", "unknown field `b`, there are no fields");
        assert_eq!(what, "unknown_field a.b");
    }

    #[test]
    fn a_wrong_type_says_what_would_be_right() {
        let (what, text) = said(
            "running",
            "invalid type: string \"yes\", expected a boolean",
        );
        assert_eq!(what, "wrong_type running");
        assert_eq!(text, "`running` must be true or false, not string \"yes\"");
        let (what, text) = said("port", "invalid value: integer `70000`, expected u16");
        assert_eq!(what, "bad_value port");
        assert_eq!(
            text,
            "`port` must be a whole number from 0 to 65535, not integer `70000`"
        );
    }

    #[test]
    fn a_bad_choice_lists_the_good_ones() {
        let (_, text) = said("protocol", "unknown variant `TCP`, expected `tcp` or `udp`");
        assert_eq!(text, "`protocol` cannot be `TCP`; allowed: `tcp`, `udp`");
    }

    #[test]
    fn missing_and_doubled_fields_are_named() {
        assert_eq!(said("", "missing field `name`").1, "`name` is missing");
        assert_eq!(
            said("a", "duplicate field `b` at line 2 column 1").1,
            "`a.b` is given twice"
        );
        assert_eq!(said("vip", "not an address").1, "`vip`: not an address");
    }
}
