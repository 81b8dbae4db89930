//! Whether a match makes sense, before a switch is asked.

use super::{Match, MatchField};
use crate::PortNo;
use crate::oxm::{Field, OxmList, Prerequisite};
use crate::wire::ErrorCode;

/// What is wrong with a match.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatchError {
    /// A field means something only beside another (OF 1.3.5 §7.2.3.6).
    #[error("{field} needs {needs}")]
    Prerequisite {
        /// The field.
        field: &'static str,
        /// What has to be matched beside it: `eth_type=0x0800`.
        needs: String,
    },
    /// A mask where none may be.
    #[error("{field} takes no mask: match all of it or leave it out")]
    Mask {
        /// The field.
        field: &'static str,
    },
    /// A field that comes twice.
    #[error("{field} is there twice")]
    Twice {
        /// The field.
        field: &'static str,
    },
    /// A packet type after fields that have said, by being there before it, that the packet is
    /// Ethernet.
    #[error("{field} comes after fields of a packet, which say that it is Ethernet")]
    Late {
        /// The field.
        field: &'static str,
    },
    /// A value with bits that its mask leaves out.
    #[error("{field} has a value with bits that its mask leaves out")]
    Wildcards {
        /// The field.
        field: &'static str,
    },
    /// A value of more than 16 bytes, as tunnel options may have, which the model has no room for.
    #[error("{field} has a value of more than 16 bytes, which is not modelled")]
    Wide {
        /// The field.
        field: &'static str,
    },
    /// A field without a name.
    #[error("field {code} of class {class:#06x} has no name")]
    Unknown {
        /// Who numbers it.
        class: u16,
        /// Its number.
        code: u8,
    },
    /// A value no packet has.
    #[error("{field}={value} is no {expected}")]
    Value {
        /// The field.
        field: &'static str,
        /// As given.
        value: String,
        /// What would have been right.
        expected: &'static str,
    },
}

impl MatchError {
    /// What OFPT_ERROR answers it, in 1.3 and later.
    #[must_use]
    pub fn answer(&self) -> ErrorCode {
        match self {
            Self::Wildcards { .. } => ErrorCode::BAD_MATCH_BAD_WILDCARDS,
            Self::Wide { .. } | Self::Unknown { .. } => ErrorCode::BAD_MATCH_BAD_FIELD,
            Self::Value { .. } => ErrorCode::BAD_MATCH_BAD_VALUE,
            Self::Mask { .. } => ErrorCode::BAD_MATCH_BAD_MASK,
            Self::Prerequisite { .. } => ErrorCode::BAD_MATCH_BAD_PREREQ,
            Self::Twice { .. } | Self::Late { .. } => ErrorCode::BAD_MATCH_DUP_FIELD,
        }
    }

    /// The field that is wrong.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Prerequisite { field, .. }
            | Self::Mask { field }
            | Self::Twice { field }
            | Self::Late { field }
            | Self::Wildcards { field }
            | Self::Wide { field }
            | Self::Value { field, .. } => field,
            Self::Unknown { .. } => "unknown",
        }
    }
}

impl Match {
    /// Whether every field has its prerequisites, a mask only where one may be, and a value that
    /// packets can have.
    pub fn validate(&self) -> Result<(), MatchError> {
        self.fields().iter().try_for_each(|field| {
            check_mask(field)?;
            check_value(field)?;
            self.check_prerequisite(field.field)
        })
    }

    /// The match of a message, read as strictly as a switch reads it: fields known and once, after
    /// what they need, without bits beyond their width or outside of their mask.
    pub fn check(fields: &OxmList) -> Result<Self, MatchError> {
        let mut matching = Self::any();
        let mut is_of_packet = false;
        for oxm in fields.iter() {
            let Some(field) = oxm.field() else {
                let (class, code) = (oxm.class.0, oxm.code);
                return Err(MatchError::Unknown { class, code });
            };
            if oxm.value_bytes().len() > 16 {
                let field = field.info().name;
                return Err(MatchError::Wide { field });
            }
            // In the order in which Open vSwitch looks: of several errors it answers the first.
            let given = oxm.mask().unwrap_or(u128::MAX);
            if oxm.value() & !given != 0 {
                let field = field.info().name;
                return Err(MatchError::Wildcards { field });
            }
            let given = oxm.mask().unwrap_or_else(|| field.info().full_mask());
            let (field, value, mask) = field.to_canonical(oxm.value(), Some(given));
            let (name, full) = (field.info().name, field.info().full_mask());
            // All the bits of its bytes are the same as none.
            let mask = mask.unwrap_or(full) & full;
            let given = MatchField { field, value, mask };
            // No bits at all are as good as no field (OF 1.3.5 §7.2.3.5).
            if mask != 0 {
                check_mask(&given)?;
            }
            if value & !full != 0 {
                return Err(MatchError::Value {
                    field: name,
                    value: format!("{value:#x}"),
                    expected: "value of its width",
                });
            }
            check_value(&given)?;
            matching.check_prerequisite(field)?;
            if matching.mentions(field) || field == Field::VlanTci && matching.mentions_tag() {
                return Err(MatchError::Twice { field: name });
            }
            if field == Field::PacketType && is_of_packet {
                return Err(MatchError::Late { field: name });
            }
            is_of_packet |= field.info().prerequisite.is_some() || is_of_ethernet(field);
            matching.set(field, value, mask);
        }
        Ok(matching)
    }

    /// Whether a part of the tag is matched.
    fn mentions_tag(&self) -> bool {
        self.mentions(Field::VlanVid) || self.mentions(Field::VlanPcp)
    }

    pub(super) fn check_prerequisite(&self, field: Field) -> Result<(), MatchError> {
        if is_of_ethernet(field) && !self.is_of_ethernet() {
            return Err(MatchError::Prerequisite {
                field: field.info().name,
                needs: "packet_type=0".to_owned(),
            });
        }
        match field.info().prerequisite {
            Some(needed) if !self.has(needed) => Err(MatchError::Prerequisite {
                field: field.info().name,
                needs: words(needed),
            }),
            _ => Ok(()),
        }
    }

    /// Whether its packets begin with an Ethernet header: they do where it does not say what they
    /// begin with (OF 1.5.1 §7.2.3.11).
    fn is_of_ethernet(&self) -> bool {
        let packet_type = self.get(Field::PacketType);
        packet_type.is_none_or(|packet_type| packet_type.value == 0)
    }

    fn has_all_of(&self, field: Field) -> bool {
        let needed = field.info().prerequisite;
        needed.is_none_or(|needed| self.has(needed))
    }

    /// Whether the match has what a field needs, and what that needs.
    pub(super) fn has(&self, needed: Prerequisite) -> bool {
        match needed {
            // Neighbour discovery has code 0 (RFC 4861 §4.3).
            Prerequisite::Is(Field::Icmpv6Type, _)
                if self
                    .get(Field::Icmpv6Code)
                    .is_some_and(|code| code.value != 0) =>
            {
                false
            }
            Prerequisite::Is(field, value) => {
                self.exact(field) == Some(value) && self.has_all_of(field)
                    // A packet without an Ethernet header says it by its type (OF 1.5.1 §7.2.3.11).
                    || field == Field::EthType
                        && self.exact(Field::PacketType) == Some(0x1_0000 | value)
            }
            Prerequisite::AllOf(all) => all.iter().all(|one| self.has(*one)),
            Prerequisite::AnyOf(some) => some.iter().any(|one| self.has(*one)),
            Prerequisite::VlanPresent => self
                .get(Field::VlanVid)
                .is_some_and(|vlan| vlan.value & 0x1000 != 0),
            Prerequisite::Present(field) => self.get(field).is_some(),
            Prerequisite::AnyBit(field, bits) => {
                self.get(field).is_some_and(|found| found.value & bits != 0)
            }
        }
    }
}

/// Whether a field is of the Ethernet header.
pub(super) fn is_of_ethernet(field: Field) -> bool {
    matches!(
        field,
        Field::EthSrc
            | Field::EthDst
            | Field::EthType
            | Field::VlanVid
            | Field::VlanPcp
            | Field::VlanTci
    )
}

fn check_mask(field: &MatchField) -> Result<(), MatchError> {
    let info = field.field.info();
    if field.is_exact() || info.maskable {
        Ok(())
    } else {
        Err(MatchError::Mask { field: info.name })
    }
}

fn check_value(field: &MatchField) -> Result<(), MatchError> {
    let last_port = u128::from(PortNo::MAX.0);
    let others = [PortNo::LOCAL, PortNo::CONTROLLER].map(|port| u128::from(port.0));
    let expected = match (field.field, field.value) {
        (Field::InPort | Field::InPhyPort, port)
            if port == 0 || port > last_port && !others.contains(&port) =>
        {
            "port a packet can come from: 1 to 4294967040, LOCAL or CONTROLLER"
        }
        (Field::VlanVid, vid) if vid != 0 && vid & 0x1000 == 0 => {
            "VLAN: 0x1000 plus the id for a tag, 0 for none"
        }
        (Field::CtState, state) if state > 0xff => "state of a connection: it has eight bits",
        (Field::EthType, eth_type) if eth_type < 0x05ff => {
            "Ethernet type: 0x0600 and above, or 0x05ff for a frame without one"
        }
        _ => return Ok(()),
    };
    let value = format!("{:#x}", field.value);
    Err(MatchError::Value {
        field: field.field.info().name,
        value,
        expected,
    })
}

pub(super) fn words(needed: Prerequisite) -> String {
    match needed {
        Prerequisite::Is(field @ Field::EthType, value) => {
            format!("{}={value:#06x}", field.info().name)
        }
        Prerequisite::Is(field, value) => format!("{}={value}", field.info().name),
        Prerequisite::AllOf(all) => joined(all, " and "),
        Prerequisite::AnyOf(some) => joined(some, " or "),
        Prerequisite::VlanPresent => "vlan_vid of a tag".to_owned(),
        Prerequisite::Present(field) => field.info().name.to_owned(),
        Prerequisite::AnyBit(field, bits) => {
            format!("{} with a bit of {bits:#x}", field.info().name)
        }
    }
}

fn joined(parts: &[Prerequisite], by: &str) -> String {
    let parts: Vec<_> = parts.iter().map(|one| words(*one)).collect();
    parts.join(by)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn error(matching: &Match) -> String {
        matching.validate().unwrap_err().to_string()
    }

    #[test]
    fn a_field_without_its_prerequisite_is_refused_with_what_it_needs() {
        let address = Match::any().with(Field::Ipv4Dst, 1);
        assert_eq!(error(&address), "ipv4_dst needs eth_type=0x0800");
        let dscp = Match::any().with(Field::IpDscp, 1);
        assert_eq!(
            error(&dscp),
            "ip_dscp needs eth_type=0x0800 or eth_type=0x86dd"
        );
        let port = Match::any().eth_type(0x0800).with(Field::TcpDst, 80);
        assert_eq!(error(&port), "tcp_dst needs ip_proto=6");
        let other = Match::any().eth_type(0x86dd).ip_proto(1);
        assert_eq!(
            error(&other.with(Field::Icmpv4Type, 8)),
            "icmpv4_type needs eth_type=0x0800 and ip_proto=1"
        );
        let priority = Match::any().with(Field::VlanPcp, 3).with(Field::VlanVid, 0);
        assert_eq!(error(&priority), "vlan_pcp needs vlan_vid of a tag");
        let physical = Match::any().with(Field::InPhyPort, 3);
        assert_eq!(error(&physical), "in_phy_port needs in_port");
    }

    #[test]
    fn a_prerequisite_under_a_mask_is_none() {
        let half = Match::any().with_masked(Field::EthType, 0x0800, 0xff00);
        assert_eq!(
            error(&half),
            "eth_type takes no mask: match all of it or leave it out"
        );
    }

    #[test]
    fn a_value_no_packet_has_is_refused() {
        let vlan = Match::any().with(Field::VlanVid, 5);
        assert_eq!(
            error(&vlan),
            "vlan_vid=0x5 is no VLAN: 0x1000 plus the id for a tag, 0 for none"
        );
        assert!(
            error(&Match::any().in_port(PortNo::FLOOD))
                .starts_with("in_port=0xfffffffb is no port")
        );
        assert!(
            error(&Match::any().eth_type(0x0100)).starts_with("eth_type=0x100 is no Ethernet type")
        );
        assert!(Match::any().eth_type(0x05ff).validate().is_ok());
    }

    #[test]
    fn fields_of_ethernet_are_of_packets_that_begin_with_it() {
        let routed = Match::any().with(Field::PacketType, 0x0001_0800);
        let to = |matching: Match| matching.with(Field::Ipv4Dst, 1);
        assert_eq!(to(routed.clone()).validate(), Ok(()));
        for field in [Field::EthSrc, Field::EthDst, Field::EthType] {
            let (name, both) = (field.info().name, routed.clone().with(field, 0x0800));
            assert_eq!(error(&both), format!("{name} needs packet_type=0"));
        }
        let ethernet = Match::any().with(Field::PacketType, 0).eth_type(0x0800);
        assert_eq!(to(ethernet).validate(), Ok(()));
    }

    #[test]
    fn a_match_of_a_message_is_read_as_a_switch_reads_it() {
        let answer = |fields: &[(Field, u128, Option<u128>)]| {
            let mut list = OxmList::new();
            for (field, value, mask) in fields {
                list.push(*field, *value, *mask);
            }
            let answer = Match::check(&list).map_err(|error| error.answer());
            answer.map_err(|code| code.name(crate::Version::V1_3).unwrap().name)
        };
        let ip = (Field::EthType, 0x0800, None);
        let address = (Field::Ipv4Dst, 0x0a00_0000, Some(0xff00_0000));
        assert!(answer(&[ip, address]).is_ok());
        assert_eq!(answer(&[address, ip]), Err("OFPBMC_BAD_PREREQ"));
        assert_eq!(answer(&[ip, ip]), Err("OFPBMC_DUP_FIELD"));
        let packet_type = (Field::PacketType, 0x0001_0800, None);
        assert!(answer(&[packet_type, address]).is_ok());
        assert_eq!(answer(&[packet_type, ip]), Err("OFPBMC_BAD_PREREQ"));
        let ethernet = (Field::PacketType, 0, None);
        assert!(answer(&[ethernet, ip, address]).is_ok());
        assert_eq!(answer(&[ip, ethernet]), Err("OFPBMC_DUP_FIELD"));
        let outside = (Field::Ipv4Dst, 0x0a00_0001, Some(0xff00_0000));
        assert_eq!(answer(&[ip, outside]), Err("OFPBMC_BAD_WILDCARDS"));
        assert_eq!(
            answer(&[(Field::EthType, 0, Some(0xff))]),
            Err("OFPBMC_BAD_MASK")
        );
        assert_eq!(
            answer(&[(Field::VlanVid, 0x2000, None)]),
            Err("OFPBMC_BAD_VALUE")
        );
        let dscp = (Field::IpDscp, 0x40, None);
        assert_eq!(answer(&[ip, dscp]), Err("OFPBMC_BAD_VALUE"));
        let register = crate::oxm::Oxm::new(crate::oxm::Class(0x7777), 0, false, None, &[0]);
        let mut list = OxmList::new();
        list.push_oxm(register.unwrap());
        let error = Match::check(&list).unwrap_err();
        assert_eq!(error.answer(), ErrorCode { kind: 4, code: 6 });
    }

    #[test]
    fn what_the_builders_make_is_valid() {
        let all = [
            Match::any(),
            Match::any()
                .tcp_dst(80)
                .ipv4_src(Ipv4Addr::new(10, 0, 0, 0), 8),
            Match::any()
                .arp_tpa(Ipv4Addr::LOCALHOST)
                .in_port(PortNo::LOCAL),
            Match::any()
                .eth_type(0x86dd)
                .ip_proto(58)
                .with(Field::Icmpv6Type, 135),
            Match::any()
                .vlan(crate::flow::VlanMatch::Any)
                .with(Field::VlanPcp, 1),
        ];
        for matching in all {
            assert_eq!(matching.validate(), Ok(()), "{matching}");
        }
    }

    #[test]
    fn every_field_comes_after_its_prerequisites_in_canonical_order() {
        fn needed_fields(needed: Prerequisite) -> Vec<Field> {
            match needed {
                Prerequisite::Is(field, _)
                | Prerequisite::Present(field)
                | Prerequisite::AnyBit(field, _) => vec![field],
                Prerequisite::AllOf(some) | Prerequisite::AnyOf(some) => {
                    some.iter().flat_map(|p| needed_fields(*p)).collect()
                }
                Prerequisite::VlanPresent => vec![Field::VlanVid],
            }
        }
        for field in Field::ALL {
            for needed in field
                .info()
                .prerequisite
                .map(needed_fields)
                .unwrap_or_default()
            {
                assert!(needed < *field, "{needed:?} has to come before {field:?}");
            }
        }
    }
}
