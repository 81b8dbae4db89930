//! The match.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use smallvec::SmallVec;

use super::names::{self, ABBREVIATIONS};
use super::{ParseFlowError, number, split, value};
use crate::flow::{Match, MatchField};
use crate::oxm::Field;

/// A tag is there: bit 12 of `vlan_vid`, and of the tag in Open vSwitch's `vlan_tci`.
const PRESENT: u128 = 0x1000;
/// Bits of a tag that are its id and the one above.
const VID: u128 = 0x1fff;
/// Bits of a tag that are its priority.
const PCP: u128 = 0xe000;

impl Display for Match {
    /// Nothing for a match that takes every packet.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let mut part = |f: &mut Formatter<'_>, text: &dyn Display| {
            write!(f, "{separator}{text}")?;
            separator = ",";
            Ok(())
        };
        let mut abbreviation = self.abbreviation();
        let covered = abbreviation;
        let mut fields: SmallVec<[(usize, MatchField); 16]> = SmallVec::new();
        fields.extend(
            self.fields()
                .iter()
                .map(|it| (names::print_place(it.field), *it)),
        );
        fields.sort_by_key(|(place, _)| *place);
        for (place, found) in fields {
            if place >= names::abbreviation_place()
                && let Some((name, _)) = abbreviation.take()
            {
                part(f, &name)?;
            }
            match (found.field, covered) {
                (Field::EthType, Some(_)) | (Field::IpProto, Some((_, true))) => {}
                (Field::VlanVid, _) => part(f, &vlan(found, self.get(Field::VlanPcp)))?,
                (Field::VlanPcp, _) if self.get(Field::VlanVid).is_some() => {}
                _ => part(f, &plain(self, found))?,
            }
        }
        Ok(())
    }
}

impl Match {
    /// The abbreviation, and whether it stands for the IP protocol too.
    fn abbreviation(&self) -> Option<(&'static str, bool)> {
        let (eth_type, protocol) = (self.exact(Field::EthType)?, self.exact(Field::IpProto));
        ABBREVIATIONS
            .iter()
            .find(|row| row.1 == eth_type && (row.2.is_none() || row.2 == protocol))
            .map(|row| (row.0, row.2.is_some()))
    }
}

/// An old name can mean several fields, and is taken only where the match says which.
fn plain(all: &Match, found: MatchField) -> impl Display {
    let old_name = names::match_name(found.field);
    fmt::from_fn(move |f| {
        let info = found.field.info();
        let meant = info.prerequisite.is_none_or(|needed| all.has(needed));
        match found.field {
            _ if !meant => {
                let text = value::format_value(found.field, found.value, found.mask);
                write!(f, "{}={text}", info.name)
            }
            Field::IpDscp if found.is_exact() => write!(f, "{old_name}={}", found.value << 2),
            Field::IpDscp => write!(f, "ip_dscp={:#x}/{:#x}", found.value, found.mask),
            field => {
                write!(
                    f,
                    "{old_name}={}",
                    value::format_value(field, found.value, found.mask)
                )
            }
        }
    })
}

/// The tag: by id and priority where it is whole, by bits otherwise.
fn vlan(vid: MatchField, pcp: Option<MatchField>) -> impl Display {
    let (pcp_value, pcp_mask) = pcp.map_or((0, 0), |pcp| (pcp.value, pcp.mask));
    fmt::from_fn(move |f| {
        let whole_id = vid.mask == VID;
        let no_id = vid.mask == PRESENT;
        let tagged = vid.value & PRESENT != 0;
        match (whole_id, pcp_mask) {
            (true, 0) if tagged => write!(f, "dl_vlan={}", vid.value & 0xfff),
            (true, 7) if tagged => {
                write!(f, "dl_vlan={},dl_vlan_pcp={pcp_value}", vid.value & 0xfff)
            }
            (false, 7) if tagged && no_id => write!(f, "dl_vlan_pcp={pcp_value}"),
            _ => {
                let (value, mask) = (pcp_value << 13 | vid.value, pcp_mask << 13 | vid.mask);
                write!(f, "vlan_tci={value:#06x}/{mask:#06x}")
            }
        }
    })
}

impl FromStr for Match {
    type Err = ParseFlowError;

    /// Old names, OXM names and abbreviations, in any order; the empty text takes every packet.
    /// What comes out is valid.
    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        parse(&split(text).collect::<Vec<_>>())
    }
}

/// What names depend on comes first: Ethernet type, then IP protocol, then the others.
pub(super) fn parse(tokens: &[&str]) -> Result<Match, ParseFlowError> {
    let mut tokens = tokens.to_vec();
    tokens.sort_by_key(|token| match key(token) {
        "dl_type" | "eth_type" => 0,
        "nw_proto" | "ip_proto" => 1,
        name if names::abbreviation(name).is_some() => 0,
        // A priority alone says that there is a tag, unless the tag is given too.
        "dl_vlan_pcp" => 3,
        _ => 2,
    });
    let mut matching = Match::any();
    for token in tokens {
        parse_token(token, &mut matching)?;
    }
    match matching.validate() {
        Ok(()) => Ok(matching),
        Err(error) => Err(ParseFlowError::new(error.field(), error.to_string())),
    }
}

/// Whether a token belongs to a match rather than to what is around it.
pub(super) fn is_abbreviation(token: &str) -> bool {
    names::abbreviation(token).is_some()
}

fn key(token: &str) -> &str {
    token.split_once('=').map_or(token, |(key, _)| key)
}

fn parse_token(token: &str, to: &mut Match) -> Result<(), ParseFlowError> {
    let Some((name, text)) = token.split_once('=') else {
        let Some((eth_type, protocol)) = names::abbreviation(token) else {
            return Err(ParseFlowError::new(
                token,
                "expected field=value or an abbreviation: ip, tcp, udp, icmp, arp, ipv6, …",
            ));
        };
        once(token, to, Field::EthType, (eth_type, u128::MAX))?;
        return protocol.map_or(Ok(()), |protocol| {
            once(token, to, Field::IpProto, (protocol, u128::MAX))
        });
    };
    match name {
        "dl_vlan" => {
            let value = match number::<u16>(token, text, "VLAN id")? {
                // The 1.0 way of saying that there is no tag.
                0xffff => 0,
                id if id <= 0x0fff => PRESENT | u128::from(id),
                _ => return Err(ParseFlowError::new(token, "a VLAN id has 12 bits")),
            };
            once(token, to, Field::VlanVid, (value, u128::MAX))
        }
        "dl_vlan_pcp" => {
            if to.get(Field::VlanVid).is_none() {
                to.set(Field::VlanVid, PRESENT, PRESENT);
            }
            parse_field(token, Field::VlanPcp, text, to)
        }
        "vlan_tci" => parse_tci(token, text, to),
        "nw_tos" => match number::<u8>(token, text, "type of service")? {
            tos if tos & 3 == 0 => {
                once(token, to, Field::IpDscp, (u128::from(tos >> 2), u128::MAX))
            }
            _ => Err(ParseFlowError::new(
                token,
                "its lower two bits have to be zero: see nw_ecn",
            )),
        },
        _ => parse_field(token, names::resolve(name, to)?, text, to),
    }
}

fn parse_field(
    token: &str,
    field: Field,
    text: &str,
    to: &mut Match,
) -> Result<(), ParseFlowError> {
    let value = value::parse_value(field, text).map_err(|it| ParseFlowError::new(token, it))?;
    once(token, to, field, value)
}

fn parse_tci(token: &str, text: &str, to: &mut Match) -> Result<(), ParseFlowError> {
    let (value, mask) = text.split_once('/').unwrap_or((text, "0xffff"));
    let value = u128::from(number::<u16>(token, value, "VLAN tag")?);
    let mask = u128::from(number::<u16>(token, mask, "mask of a VLAN tag")?);
    let value = value & mask;
    if mask & PRESENT != 0 && value == 0 {
        // No tag: neither id nor priority are there to be matched.
        return once(token, to, Field::VlanVid, (0, mask & VID));
    }
    once(token, to, Field::VlanVid, (value & VID, mask & VID))?;
    match mask & PCP {
        0 => Ok(()),
        PCP => once(token, to, Field::VlanPcp, ((value & PCP) >> 13, u128::MAX)),
        // The tag as a whole has a field of its own.
        _ => {
            to.set(Field::VlanVid, 0, 0);
            once(token, to, Field::VlanTci, (value, mask))
        }
    }
}

fn once(
    token: &str,
    to: &mut Match,
    field: Field,
    (value, mask): (u128, u128),
) -> Result<(), ParseFlowError> {
    if to.mentions(field) {
        let problem = format!("{} is given twice", field.info().name);
        return Err(ParseFlowError::new(token, problem));
    }
    to.set(field, value, mask);
    Ok(())
}
