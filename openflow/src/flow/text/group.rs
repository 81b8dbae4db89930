//! Groups.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use super::{ParseFlowError, action, number};
use crate::flow::{Bucket, Group, GroupType, Match};
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
        write!(f, "group_id={},type={}", self.id, self.kind)?;
        self.buckets
            .iter()
            .try_for_each(|bucket| write!(f, ",bucket={bucket}"))
    }
}

impl Display for Bucket {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
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

impl FromStr for Group {
    type Err = ParseFlowError;

    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        let mut parts = text.trim().split(",bucket=");
        let (mut id, mut kind) = (None, None);
        for token in super::split(parts.next().unwrap_or_default()) {
            match token.split_once('=') {
                Some(("group_id", text)) => id = Some(GroupId(number(token, text, "group")?)),
                Some(("type", text)) => kind = Some(text.parse()?),
                _ => return Err(ParseFlowError::new(token, "expected group_id=… or type=…")),
            }
        }
        Ok(Self {
            id: id.ok_or_else(|| ParseFlowError::new(text, "expected group_id=…"))?,
            kind: kind.ok_or_else(|| ParseFlowError::new(text, "expected type=…"))?,
            buckets: parts.map(str::parse).collect::<Result<_, _>>()?,
        })
    }
}

impl FromStr for Bucket {
    type Err = ParseFlowError;

    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        let Some((attributes, actions)) = text.split_once("actions=") else {
            return Err(ParseFlowError::new(
                text,
                "expected actions=… in the bucket",
            ));
        };
        let mut bucket = Self {
            weight: 0,
            watch_port: PortNo::ANY,
            watch_group: GroupId::ANY,
            actions: action::parse_list(actions, &Match::any())?,
        };
        for token in super::split(attributes) {
            match token.split_once(':') {
                Some(("weight", text)) => bucket.weight = number(token, text, "weight")?,
                Some(("watch_port", text)) => {
                    bucket.watch_port = text
                        .parse()
                        .map_err(|_| ParseFlowError::new(token, "expected a port"))?;
                }
                Some(("watch_group", text)) => {
                    bucket.watch_group = GroupId(number(token, text, "group")?);
                }
                // Numbers of buckets are of 1.5 and later; here their order counts.
                Some(("bucket_id", _)) => {}
                _ => {
                    let problem = "expected weight:…, watch_port:… or watch_group:…";
                    return Err(ParseFlowError::new(token, problem));
                }
            }
        }
        Ok(bucket)
    }
}
