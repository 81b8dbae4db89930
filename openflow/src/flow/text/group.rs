//! Groups.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use super::{ParseFlowError, action, names, number, value};
use crate::flow::{
    Bucket, BucketPlace, Group, GroupCommand, GroupMod, GroupType, Match, Selection,
};
use crate::oxm::Field;
use crate::{GroupId, PortNo};

const TYPES: [(&str, GroupType); 4] = [
    ("all", GroupType::All),
    ("select", GroupType::Select),
    ("indirect", GroupType::Indirect),
    ("ff", GroupType::FastFailover),
];

impl Display for GroupType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self, TYPES.iter().find(|row| row.1 == *self)) {
            (_, Some((name, _))) => f.write_str(name),
            (Self::Other(number), None) => number.fmt(f),
            (_, None) => Ok(()),
        }
    }
}

impl FromStr for GroupType {
    type Err = ParseFlowError;

    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        let name = if text == "fast_failover" { "ff" } else { text };
        match TYPES.iter().find(|row| row.0 == name) {
            Some((_, kind)) => Ok(*kind),
            None => number(text, text, "group type: all, select, indirect or ff").map(Self::Other),
        }
    }
}

impl Display for Group {
    /// `group_id=1,type=ff,bucket=watch_port:1,actions=output:1`, as `ovs-ofctl dump-groups`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_group(f, self, None)
    }
}

fn write_group(f: &mut Formatter<'_>, group: &Group, place: Option<BucketPlace>) -> fmt::Result {
    write!(f, "group_id={}", GroupName(group.id))?;
    if let Some(place) = place {
        write!(f, ",command_bucket_id={place}")?;
    } else {
        write!(f, ",type={}", group.kind)?;
        if let Some(selection) = &group.selection {
            write_selection(f, selection)?;
        }
    }
    group
        .buckets
        .iter()
        .try_for_each(|bucket| write!(f, ",bucket={bucket}"))
}

/// `all` in a delete.
struct GroupName(GroupId);

impl Display for GroupName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            GroupId::ALL => f.write_str("all"),
            id => id.fmt(f),
        }
    }
}

fn write_selection(f: &mut Formatter<'_>, selection: &Selection) -> fmt::Result {
    write!(f, ",selection_method={}", selection.method)?;
    if selection.param != 0 {
        write!(f, ",selection_method_param={}", selection.param)?;
    }
    let field = |(field, mask): &(Field, u128)| {
        let (field, mask, full) = (*field, *mask, field.info().full_mask());
        fmt::from_fn(move |f| {
            f.write_str(names::set_name(field))?;
            if mask == full {
                return Ok(());
            }
            write!(f, "={}", value::format_value(field, mask, full))
        })
    };
    match selection.fields.as_slice() {
        [] => Ok(()),
        [one] => write!(f, ",fields={}", field(one)),
        [first, others @ ..] => {
            write!(f, ",fields({}", field(first))?;
            others
                .iter()
                .try_for_each(|it| write!(f, ",{}", field(it)))?;
            f.write_str(")")
        }
    }
}

impl Display for Bucket {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(id) = self.id {
            write!(f, "bucket_id:{id},")?;
        }
        if self.weight != 0 {
            write!(f, "weight:{},", self.weight)?;
        }
        if self.watch_port != PortNo::ANY {
            write!(f, "watch_port:{},", self.watch_port)?;
        }
        if self.watch_group != GroupId::ANY {
            write!(f, "watch_group:{},", self.watch_group)?;
        }
        write!(f, "actions={}", action::list(&self.actions))
    }
}

impl Display for BucketPlace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("first"),
            Self::Last => f.write_str("last"),
            Self::All => f.write_str("all"),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl Display for GroupMod {
    /// A line for `ovs-ofctl add-groups`: `add group_id=1,type=all,bucket=actions=output:1`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (command, place) = match self.command {
            GroupCommand::Add => ("add", None),
            GroupCommand::Modify => ("modify", None),
            GroupCommand::Delete => {
                return write!(f, "delete group_id={}", GroupName(self.group.id));
            }
            GroupCommand::InsertBuckets(place) => ("insert_bucket", Some(place)),
            GroupCommand::RemoveBuckets(place) => ("remove_bucket", Some(place)),
        };
        write!(f, "{command} ")?;
        write_group(f, &self.group, place)
    }
}

/// A group as it is read, with what only some of its texts have to say.
struct Read {
    id: GroupId,
    kind: Option<GroupType>,
    place: Option<BucketPlace>,
    selection: Option<Selection>,
    buckets: Vec<Bucket>,
}

impl FromStr for Group {
    type Err = ParseFlowError;

    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        let read = read(text)?;
        Ok(Self {
            id: read.id,
            kind: read
                .kind
                .ok_or_else(|| ParseFlowError::new(text, "expected type=…"))?,
            buckets: read.buckets,
            selection: read.selection.map(Box::new),
        }
        .with_usual_numbers())
    }
}

impl Group {
    /// A number that is the place says nothing.
    fn with_usual_numbers(mut self) -> Self {
        for (place, bucket) in (0..).zip(&mut self.buckets) {
            bucket.id = bucket.id.filter(|id| *id != place);
        }
        self
    }
}

impl FromStr for GroupMod {
    type Err = ParseFlowError;

    /// A group with `add`, `modify`, `delete`, `insert_bucket` or `remove_bucket` in front; without
    /// one it is an add. The latter two need `command_bucket_id=…`.
    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        let (word, rest) = text
            .trim()
            .split_once(char::is_whitespace)
            .unwrap_or((text, ""));
        let place = |read: &Read| {
            let problem = "expected command_bucket_id=…: a number, first, last or all";
            read.place.ok_or_else(|| ParseFlowError::new(rest, problem))
        };
        let (command, read) = match word {
            "modify" => (GroupCommand::Modify, read(rest)?),
            "delete" => (GroupCommand::Delete, read(rest)?),
            "insert_bucket" => {
                let read = read(rest)?;
                (GroupCommand::InsertBuckets(place(&read)?), read)
            }
            "remove_bucket" => {
                let read = read(rest)?;
                (GroupCommand::RemoveBuckets(place(&read)?), read)
            }
            "add" => (GroupCommand::Add, read(rest)?),
            _ => (GroupCommand::Add, read(text)?),
        };
        let defines = matches!(command, GroupCommand::Add | GroupCommand::Modify);
        if defines && read.kind.is_none() {
            return Err(ParseFlowError::new(text, "expected type=…"));
        }
        let group = Group {
            id: read.id,
            kind: read.kind.unwrap_or(GroupType::All),
            buckets: read.buckets,
            selection: read.selection.map(Box::new),
        };
        Ok(Self {
            command,
            group: if defines {
                group.with_usual_numbers()
            } else {
                group
            },
        })
    }
}

fn read(text: &str) -> Result<Read, ParseFlowError> {
    let (mut head, mut buckets) = (text.trim(), Vec::new());
    if let Some((before, after)) = split_off_bucket(head) {
        head = before;
        let mut rest = after;
        while let Some((one, others)) = split_off_bucket(rest) {
            buckets.push(one.trim_end_matches([',', ' ']).parse()?);
            rest = others;
        }
        buckets.push(rest.parse()?);
    }
    let (mut id, mut selection) = (None, Selection::default());
    let mut read = Read {
        id: GroupId::ANY,
        kind: None,
        place: None,
        selection: None,
        buckets,
    };
    for token in super::split(head) {
        let (key, text) = attribute(token);
        match key {
            "group_id" if text.eq_ignore_ascii_case("all") => id = Some(GroupId::ALL),
            "group_id" => id = Some(GroupId(number(token, text, "group")?)),
            "type" => read.kind = Some(text.parse()?),
            "command_bucket_id" => read.place = Some(place(token, text)?),
            "selection_method" => selection.method = method(token, text)?,
            "selection_method_param" => selection.param = number(token, text, "parameter")?,
            "fields" => selection.fields = fields(text)?,
            _ => {
                let problem = "expected group_id, type, command_bucket_id, selection_method, \
                               selection_method_param, fields or bucket";
                return Err(ParseFlowError::new(token, problem));
            }
        }
    }
    read.id = id.ok_or_else(|| ParseFlowError::new(text, "expected group_id=…"))?;
    if selection != Selection::default() {
        if selection.method.is_empty() {
            return Err(ParseFlowError::new(head, "expected selection_method=… too"));
        }
        read.selection = Some(selection);
    }
    Ok(read)
}

/// What is before the next `bucket=` and what is after it.
fn split_off_bucket(text: &str) -> Option<(&str, &str)> {
    let marks = text.match_indices("bucket=");
    let begins = |at: usize| at == 0 || text[..at].ends_with([',', ' ', '\t', '\n']);
    let (at, mark) = marks.into_iter().find(|(at, _)| begins(*at))?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// `key=text` or `key(text)`.
fn attribute(token: &str) -> (&str, &str) {
    match token.find(['=', '(']) {
        Some(at) if token[at..].starts_with('(') => {
            let text = &token[at + 1..];
            (&token[..at], text.strip_suffix(')').unwrap_or(text))
        }
        Some(at) => (&token[..at], &token[at + 1..]),
        None => (token, ""),
    }
}

fn place(token: &str, text: &str) -> Result<BucketPlace, ParseFlowError> {
    Ok(match text {
        "first" => BucketPlace::First,
        "last" => BucketPlace::Last,
        "all" => BucketPlace::All,
        _ => BucketPlace::Id(number(token, text, "bucket: a number, first, last or all")?),
    })
}

fn method(token: &str, text: &str) -> Result<String, ParseFlowError> {
    if (1..=Selection::METHOD_BYTES).contains(&text.len()) && text.is_ascii() {
        return Ok(text.to_owned());
    }
    Err(ParseFlowError::new(
        token,
        "expected a name of 1 to 15 letters",
    ))
}

/// `ip_dst=255.255.0.0,tcp_dst`; without a mask the whole field.
fn fields(text: &str) -> Result<Vec<(Field, u128)>, ParseFlowError> {
    let field = |token| {
        let (name, mask) = match attribute(token) {
            (name, "") => (name, None),
            (name, mask) => (name, Some(mask)),
        };
        let field = names::resolve(name, &Match::any())?;
        let mask = match mask {
            Some(mask) => {
                let parsed = value::parse_value(field, mask);
                parsed.map_err(|it| ParseFlowError::new(token, it))?.0
            }
            None => field.info().full_mask(),
        };
        Ok((field, mask))
    };
    super::split(text).map(field).collect()
}

impl FromStr for Bucket {
    type Err = ParseFlowError;

    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        let mut bucket = Self::new([]);
        let mut actions = None;
        let mut rest = text.trim_start_matches([',', ' ', '\t']);
        while let Some(token) = super::split(rest).next() {
            if !bucket.read_attribute(token)? {
                actions = Some(rest);
                break;
            }
            rest = rest[token.len()..].trim_start_matches([',', ' ', '\t']);
        }
        let Some(actions) = actions else {
            return Err(ParseFlowError::new(
                text,
                "expected actions=… in the bucket",
            ));
        };
        let actions = ["actions=", "action=", "actions:"]
            .iter()
            .find_map(|mark| actions.strip_prefix(mark))
            .unwrap_or(actions);
        bucket.actions = action::parse_list(actions, &Match::any())?;
        Ok(bucket)
    }
}

impl Bucket {
    /// Whether the token was an attribute; else the actions begin with it.
    fn read_attribute(&mut self, token: &str) -> Result<bool, ParseFlowError> {
        let at = token.find([':', '=']).unwrap_or(token.len());
        let (key, text) = (&token[..at], token.get(at + 1..).unwrap_or_default());
        match key {
            "bucket_id" => self.id = Some(number(token, text, "number of a bucket")?),
            "weight" => self.weight = number(token, text, "weight")?,
            "watch_port" => {
                self.watch_port = text
                    .parse()
                    .map_err(|_| ParseFlowError::new(token, "expected a port"))?;
            }
            "watch_group" => self.watch_group = GroupId(number(token, text, "group")?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}
