//! Actions and instructions.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use bytes::Bytes;

use super::{ParseFlowError, names, nicira, nicira_format, number, split, subfield, value};
use crate::flow::{Action, Actions, CopyField, Instructions, Match};
use crate::oxm::Field;
use crate::packet::ethertype;
use crate::{GroupId, MeterId, PortNo, TableId};

impl Display for Action {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output {
                port: PortNo::CONTROLLER,
                max_len,
            } => write!(f, "CONTROLLER:{max_len}"),
            Self::Output { port, .. } if is_named(*port) => port.fmt(f),
            Self::Output { port, .. } => write!(f, "output:{port}"),
            Self::Group(group) => write!(f, "group:{group}"),
            Self::SetQueue(queue) => write!(f, "set_queue:{queue}"),
            Self::Enqueue { port, queue } => write!(f, "enqueue:{port}:{queue}"),
            Self::CopyField(copy) => {
                let src = subfield::format(copy.src, copy.src_offset, copy.n_bits);
                let dst = subfield::format(copy.dst, copy.dst_offset, copy.n_bits);
                write!(f, "move:{src}->{dst}")
            }
            Self::Meter(meter) => write!(f, "meter:{meter}"),
            Self::SetField { field, value, mask } => {
                let text = value::format_set(*field, *value, *mask);
                write!(f, "set_field:{text}->{}", names::set_name(*field))
            }
            Self::PushVlan(ethertype) => write!(f, "push_vlan:{ethertype:#06x}"),
            Self::PopVlan => f.write_str("pop_vlan"),
            Self::PushMpls(ethertype) => write!(f, "push_mpls:{ethertype:#06x}"),
            Self::PopMpls(ethertype) => write!(f, "pop_mpls:{ethertype:#06x}"),
            Self::SetMplsTtl(ttl) => write!(f, "set_mpls_ttl({ttl})"),
            Self::DecMplsTtl => f.write_str("dec_mpls_ttl"),
            Self::SetNwTtl(ttl) => write!(f, "mod_nw_ttl:{ttl}"),
            Self::DecNwTtl => f.write_str("dec_ttl"),
            Self::CopyTtlOut => f.write_str("copy_ttl_out"),
            Self::CopyTtlIn => f.write_str("copy_ttl_in"),
            Self::PushPbb(ethertype) => write!(f, "push_pbb:{ethertype:#06x}"),
            Self::PopPbb => f.write_str("pop_pbb"),
            Self::Nicira(action) => nicira_format::write(f, action),
            Self::Experimenter { experimenter, body } => {
                write!(
                    f,
                    "experimenter({experimenter:#010x},{})",
                    hex::encode(body)
                )
            }
            Self::Unknown { kind, body } => write!(f, "unknown({kind},{})", hex::encode(body)),
        }
    }
}

fn is_named(port: PortNo) -> bool {
    !port.is_physical()
        && port
            .to_string()
            .starts_with(|c: char| c.is_ascii_alphabetic())
}

/// As in an entry: `drop` for none.
pub(super) fn list(actions: &[Action]) -> impl Display {
    fmt::from_fn(move |f| {
        let Some((first, others)) = actions.split_first() else {
            return f.write_str("drop");
        };
        first.fmt(f)?;
        others.iter().try_for_each(|action| write!(f, ",{action}"))
    })
}

impl Display for Instructions {
    /// In the order of execution; `drop` for none.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if *self == Self::default() {
            return f.write_str("drop");
        }
        let mut separator = "";
        let mut part = |f: &mut Formatter<'_>, text: &dyn Display| {
            write!(f, "{separator}{text}")?;
            separator = ",";
            Ok(())
        };
        if let Some(meter) = self.meter {
            part(f, &format_args!("meter:{meter}"))?;
        }
        if !self.apply.is_empty() {
            part(f, &list(&self.apply))?;
        }
        if self.clear {
            part(f, &"clear_actions")?;
        }
        if !self.write.is_empty() {
            part(f, &format_args!("write_actions({})", list(&self.write)))?;
        }
        match self.metadata {
            Some((value, u64::MAX)) => part(f, &format_args!("write_metadata:{value:#x}"))?,
            Some((value, mask)) => part(f, &format_args!("write_metadata:{value:#x}/{mask:#x}"))?,
            None => {}
        }
        match self.goto {
            Some(table) => part(f, &format_args!("goto_table:{table}")),
            None => Ok(()),
        }
    }
}

impl FromStr for Action {
    type Err = ParseFlowError;

    /// One action that is one in every version; of those that become two (`mod_vlan_vid`) read a
    /// list.
    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        let mut parsed = parse_list(text, &Match::any())?.into_iter();
        match (parsed.next(), parsed.next()) {
            (Some(action), None) => Ok(action),
            _ => Err(ParseFlowError::new(text, "expected exactly one action")),
        }
    }
}

impl FromStr for Instructions {
    type Err = ParseFlowError;

    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        parse_instructions(text, &Match::any())
    }
}

/// Of an entry with this match, which says of whose ports `mod_tp_dst` speaks and whether
/// `mod_vlan_vid` has to push a tag.
pub(super) fn parse_instructions(
    text: &str,
    matching: &Match,
) -> Result<Instructions, ParseFlowError> {
    let mut out = Instructions::default();
    let mut apply = List::new(matching);
    for token in split(text) {
        let (name, argument) = name_and_argument(token);
        let first = out == Instructions::default() && apply.actions.is_empty();
        let twice = match name {
            // Further on in the list it is an action.
            "meter" if first => {
                out.meter = Some(MeterId(number(token, argument, "meter")?));
                false
            }
            "clear_actions" => std::mem::replace(&mut out.clear, true),
            "write_actions" => {
                let actions = parse_list(argument, matching)?;
                !std::mem::replace(&mut out.write, actions).is_empty()
            }
            "write_metadata" => {
                let (value, mask) = value::parse_value(Field::Metadata, argument)
                    .map_err(|problem| ParseFlowError::new(token, problem))?;
                let bits = |it| u64::try_from(it).expect("metadata has 64 bits");
                out.metadata.replace((bits(value), bits(mask))).is_some()
            }
            "goto_table" => out
                .goto
                .replace(TableId(number(token, argument, "table")?))
                .is_some(),
            "apply_actions" => {
                return Err(ParseFlowError::new(token, "write the actions without it"));
            }
            _ => {
                apply.parse(token)?;
                false
            }
        };
        if twice {
            return Err(ParseFlowError::new(token, format!("{name} is given twice")));
        }
    }
    out.apply = apply.done();
    Ok(out)
}

pub(super) fn parse_list(text: &str, matching: &Match) -> Result<Actions, ParseFlowError> {
    let mut list = List::new(matching);
    for token in split(text) {
        list.parse(token)?;
    }
    Ok(list.done())
}

/// `name:argument`, `name(argument)` or a name alone.
pub(super) fn name_and_argument(token: &str) -> (&str, &str) {
    match token.find([':', '(']) {
        Some(at) => {
            let argument = &token[at + 1..];
            let closed = token[at..]
                .starts_with('(')
                .then(|| argument.strip_suffix(')'));
            (&token[..at], closed.flatten().unwrap_or(argument))
        }
        None => (token, ""),
    }
}

/// A list of actions as it is read.
pub(super) struct List<'a> {
    matching: &'a Match,
    tagged: bool,
    actions: Actions,
    /// How many more times actions may be inside of actions.
    depth: u8,
}

/// As deep as the decoder of messages goes: each level is one of this parser's stack too.
const MAX_DEPTH: u8 = 32;

impl<'a> List<'a> {
    fn new(matching: &'a Match) -> Self {
        let tagged = matching
            .get(Field::VlanVid)
            .is_some_and(|vlan| vlan.value & 0x1000 != 0);
        Self {
            matching,
            tagged,
            actions: Actions::new(),
            depth: MAX_DEPTH,
        }
    }

    /// Actions inside of one of these: `clone(…)`.
    pub(super) fn inner(&self, token: &str, text: &str) -> Result<Vec<Action>, ParseFlowError> {
        let Some(depth) = self.depth.checked_sub(1) else {
            let problem = format!("nested more than {MAX_DEPTH} deep");
            return Err(ParseFlowError::new(token, problem));
        };
        let mut list = List {
            depth,
            ..List::new(self.matching)
        };
        for token in split(text) {
            list.parse(token)?;
        }
        Ok(list.done().into_vec())
    }

    fn done(self) -> Actions {
        self.actions
    }

    fn parse(&mut self, token: &str) -> Result<(), ParseFlowError> {
        let (name, argument) = name_and_argument(token);
        let action = match name {
            "drop" => return Ok(()),
            "mod_vlan_vid" | "set_vlan_vid" => {
                self.push_tag();
                let id = number::<u16>(token, argument, "VLAN id")?;
                if id > 0x0fff {
                    return Err(ParseFlowError::new(token, "a VLAN id has 12 bits"));
                }
                Action::set_vlan(id)
            }
            "mod_vlan_pcp" | "set_vlan_pcp" => {
                self.push_tag();
                self.set(token, "vlan_pcp", argument)?
            }
            "mod_nw_tos" => match number::<u8>(token, argument, "type of service")? {
                tos if tos & 3 == 0 => Action::set_field(Field::IpDscp, u128::from(tos >> 2)),
                _ => {
                    return Err(ParseFlowError::new(
                        token,
                        "its lower two bits have to be zero",
                    ));
                }
            },
            "mod_dl_src" => self.set(token, "eth_src", argument)?,
            "mod_dl_dst" => self.set(token, "eth_dst", argument)?,
            "mod_nw_src" => self.set(token, "ip_src", argument)?,
            "mod_nw_dst" => self.set(token, "ip_dst", argument)?,
            "mod_nw_ecn" => self.set(token, "ip_ecn", argument)?,
            "mod_tp_src" => self.set(token, "tp_src", argument)?,
            "mod_tp_dst" => self.set(token, "tp_dst", argument)?,
            "set_field" => match argument.rsplit_once("->") {
                Some((value, field)) => self.set(token, field, value)?,
                None => {
                    return Err(ParseFlowError::new(
                        token,
                        "expected set_field:value->field",
                    ));
                }
            },
            "set_mpls_label" => self.set(token, "mpls_label", argument)?,
            "set_mpls_tc" => self.set(token, "mpls_tc", argument)?,
            _ => match nicira::parse(token, name, argument, self) {
                Some(action) => Action::Nicira(Box::new(action?)),
                None => parse_plain(token, name, argument)?,
            },
        };
        match action {
            Action::PushVlan(_) => self.tagged = true,
            Action::PopVlan => self.tagged = false,
            _ => {}
        }
        self.actions.push(action);
        Ok(())
    }

    fn push_tag(&mut self) {
        if !self.tagged {
            self.actions.push(Action::PushVlan(ethertype::VLAN));
            self.tagged = true;
        }
    }

    fn set(&self, token: &str, name: &str, text: &str) -> Result<Action, ParseFlowError> {
        let field = names::resolve(name, self.matching)
            .map_err(|error| ParseFlowError::new(token, format!("{name}: {}", error.problem)))?;
        let (value, mask) =
            value::parse_value(field, text).map_err(|it| ParseFlowError::new(token, it))?;
        Ok(Action::SetField { field, value, mask })
    }
}

fn parse_plain(token: &str, name: &str, argument: &str) -> Result<Action, ParseFlowError> {
    Ok(match name {
        "output" => output(token, argument)?,
        "group" => Action::Group(GroupId(number(token, argument, "group")?)),
        "set_queue" => Action::SetQueue(number(token, argument, "queue")?),
        "enqueue" => match argument.split_once([':', ',']) {
            Some((to, queue)) => Action::Enqueue {
                port: port(token, to)?,
                queue: number(token, queue, "queue")?,
            },
            None => return Err(ParseFlowError::new(token, "expected enqueue:port:queue")),
        },
        "move" => Action::CopyField(copy_field(token, argument)?),
        "meter" => Action::Meter(MeterId(number(token, argument, "meter")?)),
        "push_vlan" => Action::PushVlan(number(token, argument, "Ethernet type")?),
        "pop_vlan" | "strip_vlan" => Action::PopVlan,
        "push_mpls" => Action::PushMpls(number(token, argument, "Ethernet type")?),
        "pop_mpls" => Action::PopMpls(number(token, argument, "Ethernet type")?),
        "set_mpls_ttl" => Action::SetMplsTtl(number(token, argument, "TTL")?),
        "dec_mpls_ttl" => Action::DecMplsTtl,
        "mod_nw_ttl" | "set_nw_ttl" => Action::SetNwTtl(number(token, argument, "TTL")?),
        "dec_ttl" | "dec_nw_ttl" => Action::DecNwTtl,
        "copy_ttl_out" => Action::CopyTtlOut,
        "copy_ttl_in" => Action::CopyTtlIn,
        "push_pbb" => Action::PushPbb(number(token, argument, "Ethernet type")?),
        "pop_pbb" => Action::PopPbb,
        "experimenter" => {
            let (experimenter, body) = number_and_bytes(token, argument)?;
            Action::Experimenter { experimenter, body }
        }
        "unknown" => {
            let (kind, body) = number_and_bytes(token, argument)?;
            Action::Unknown { kind, body }
        }
        _ if name.eq_ignore_ascii_case("controller") => controller(token, argument)?,
        _ if argument.is_empty() => output(token, name)
            .map_err(|_| ParseFlowError::new(token, "no action or port of that name"))?,
        _ => return Err(ParseFlowError::new(token, "no action of that name")),
    })
}

fn copy_field(token: &str, argument: &str) -> Result<CopyField, ParseFlowError> {
    let (src, dst) = subfield::parse_pair(token, argument)?;
    let (src, src_offset, n_bits) = subfield::parse(token, src)?;
    let (dst, dst_offset, dst_bits) = subfield::parse(token, dst)?;
    if n_bits != dst_bits {
        let problem = format!("{n_bits} bits do not fit {dst_bits} bits");
        return Err(ParseFlowError::new(token, problem));
    }
    let copy = CopyField::of_encoded(n_bits, (src, src_offset), (dst, dst_offset));
    copy.ok_or_else(|| {
        let problem = "the lowest two bits of NXM_OF_IP_TOS are no DSCP: they are ip_ecn";
        ParseFlowError::new(token, problem)
    })
}

fn port(token: &str, text: &str) -> Result<PortNo, ParseFlowError> {
    text.parse().map_err(|_| {
        ParseFlowError::new(token, format!("`{text}` is neither a port number nor LOCAL, NORMAL, FLOOD, ALL, IN_PORT, TABLE or CONTROLLER"))
    })
}

fn output(token: &str, text: &str) -> Result<Action, ParseFlowError> {
    Ok(match port(token, text)? {
        PortNo::CONTROLLER => Action::to_controller(),
        port => Action::output(port),
    })
}

/// `CONTROLLER`, `CONTROLLER:128` or `controller(max_len=128)`.
fn controller(token: &str, argument: &str) -> Result<Action, ParseFlowError> {
    let length = argument.strip_prefix("max_len=").unwrap_or(argument);
    let max_len = match length {
        "" => 0xffff,
        length => number(token, length, "number of bytes, 0 to 65535")?,
    };
    Ok(Action::Output {
        port: PortNo::CONTROLLER,
        max_len,
    })
}

fn number_and_bytes<T: TryFrom<u128>>(
    token: &str,
    argument: &str,
) -> Result<(T, Bytes), ParseFlowError> {
    let (first, body) = argument.split_once(',').unwrap_or((argument, ""));
    let body = hex::decode(body)
        .map_err(|_| ParseFlowError::new(token, format!("`{body}` is not hex digits")))?;
    Ok((number(token, first, "number")?, body.into()))
}
