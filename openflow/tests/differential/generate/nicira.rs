//! Open vSwitch's actions, as text.

use openflow::Version;
use openflow::flow::Action;
use openflow::oxm::Field;

use super::action::About;
use super::matching::one_of;
use super::pool;
use crate::random::Random;

/// Fields whose bits are read and written. None has a place in a header that others follow from.
const FIELDS: &[(Field, usize)] = &[
    (Field::Reg0, 6),
    (Field::Reg1, 6),
    (Field::Reg15, 2),
    (Field::Xreg1, 2),
    (Field::Xxreg1, 2),
    (Field::Metadata, 4),
    (Field::TunnelId, 3),
    (Field::NxmOfInPort, 2),
    (Field::PktMark, 1),
    (Field::EthSrc, 4),
    (Field::EthDst, 4),
    (Field::VlanTci, 3),
    (Field::VlanVid, 3),
    (Field::VlanPcp, 2),
    (Field::Ipv4Src, 4),
    (Field::Ipv4Dst, 4),
    (Field::IpDscp, 2),
    (Field::IpEcn, 2),
    (Field::NwTtl, 2),
    (Field::TcpSrc, 3),
    (Field::TcpDst, 3),
    (Field::UdpSrc, 3),
    (Field::UdpDst, 3),
    (Field::SctpDst, 2),
    (Field::SctpSrc, 1),
    (Field::Icmpv4Type, 2),
    (Field::Icmpv4Code, 1),
    (Field::Icmpv6Type, 1),
    (Field::Icmpv6Code, 1),
    (Field::ArpOp, 2),
    (Field::ArpSpa, 3),
    (Field::ArpTpa, 3),
    (Field::ArpSha, 3),
    (Field::ArpTha, 3),
    (Field::Ipv6Src, 3),
    (Field::Ipv6Dst, 3),
    (Field::Ipv6Flabel, 2),
    (Field::Ipv6NdTarget, 2),
    (Field::Ipv6NdSll, 2),
    (Field::Ipv6NdTll, 1),
    (Field::NdReserved, 1),
    (Field::NdOptionsType, 1),
    (Field::MplsLabel, 2),
    (Field::MplsTc, 2),
    (Field::MplsTtl, 2),
];

/// One action, or none where the text has no way to say it.
pub(crate) fn action(random: &mut Random, about: &About<'_>) -> Option<Action> {
    let text = match random.below(34) {
        0..=5 => resubmit(random),
        6..=9 => load(random),
        10..=14 => moved(random),
        15..=17 => format!("push:{}", bits(random, 128)),
        18..=20 => format!("pop:{}", bits(random, 128)),
        21 | 22 => format!("output:{}", bits(random, 32)),
        23 => format!(
            "output(port={},max_len={})",
            port(random),
            random.of(&[30, 40, 60, 2000])
        ),
        24 => format!("set_tunnel:{}", random.of(&[0, 5, 0xffff_ffff_u32])),
        25 => format!("set_tunnel64:{}", random.of(&[0, 5, u64::MAX])),
        26 => "exit".to_owned(),
        27 if about.pushes_tags => return None,
        27 => controller(random),
        28 => "note:01.02.03".to_owned(),
        // Open vSwitch carries out both ways of a check_pkt_larger, and counts both.
        29 => "pop_queue".to_owned(),
        30 => format!("clone({})", inner(random, about)?),
        // When the packet comes in again, what it has taught is there in Open vSwitch already.
        31 if about.version == Version::V1_0 || about.comes_again => return None,
        31 => learn(random),
        32 => format!("multipath(eth_src,50,modulo_n,1,0,{})", bits(random, 16)),
        _ => bundle(random),
    };
    let changes_tags = about.keeps_tags && text.contains("vlan_tci");
    (!changes_tags).then(|| text.parse().ok()).flatten()
}

fn port(random: &mut Random) -> &'static str {
    const PORTS: [&str; 7] = ["1", "2", "3", "4", "LOCAL", "IN_PORT", "9"];
    PORTS[random.below(PORTS.len())]
}

/// Some bits of a field, at most so many.
fn bits(random: &mut Random, most: u16) -> String {
    let field = one_of(random, FIELDS);
    let width = field.info().bits;
    let n_bits = match random.one_in(2) {
        true => width.min(most),
        false => 1 + u16::try_from(random.below(usize::from(width.min(most)))).unwrap(),
    };
    let first = u16::try_from(random.below(usize::from(width - n_bits + 1))).unwrap();
    range(field, first, n_bits)
}

fn range(field: Field, first: u16, n_bits: u16) -> String {
    let name = match field {
        // The wider encoding cannot be written.
        Field::NxmOfInPort => "NXM_OF_IN_PORT",
        _ => field.info().name,
    };
    format!("{name}[{first}..{}]", first + n_bits - 1)
}

fn resubmit(random: &mut Random) -> String {
    match random.below(4) {
        0 => format!("resubmit:{}", port(random)),
        1 => format!("resubmit({},{})", port(random), random.below(4)),
        // Mostly forward, where there is an end to it.
        _ => format!("resubmit(,{})", random.of(&[1, 2, 3, 3, 3])),
    }
}

fn load(random: &mut Random) -> String {
    let field = one_of(random, FIELDS);
    let width = field.info().bits.min(64);
    let value = u64::try_from(pool::value(random, field) & u128::from(u64::MAX >> (64 - width)));
    format!("load:{}->{}", value.unwrap(), range(field, 0, width))
}

fn moved(random: &mut Random) -> String {
    let (from, to) = (one_of(random, FIELDS), one_of(random, FIELDS));
    let most = from.info().bits.min(to.info().bits);
    let n_bits = match random.one_in(2) {
        true => most,
        false => 1 + u16::try_from(random.below(most.into())).unwrap(),
    };
    let mut part = |field: Field| {
        let first = random.below(usize::from(field.info().bits - n_bits + 1));
        range(field, u16::try_from(first).unwrap(), n_bits)
    };
    let (from, to) = (part(from), part(to));
    format!("move:{from}->{to}")
}

fn controller(random: &mut Random) -> String {
    let reason = random.of(&["action", "no_match", "invalid_ttl"]);
    format!(
        "controller(reason={reason},max_len={})",
        random.of(&[20, 65535])
    )
}

fn inner(random: &mut Random, about: &About<'_>) -> Option<String> {
    let actions = super::action::list(random, about, 3);
    let texts: Vec<_> = actions.iter().map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(","))
}

fn learn(random: &mut Random) -> String {
    let matched = random.of(&[
        "NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]",
        "NXM_OF_VLAN_TCI[0..11]",
        "NXM_OF_IN_PORT[]",
        "reg0[0..7]=0x5",
        "dl_type=0x800,NXM_OF_IP_DST[]=NXM_OF_IP_SRC[]",
    ]);
    let done = random.of(&[
        "output:NXM_OF_IN_PORT[]",
        "load:NXM_OF_IN_PORT[]->NXM_NX_REG1[0..15]",
        "load:0x7->reg0[0..3],output:NXM_OF_IN_PORT[]",
    ]);
    let table = random.of(&[1, 2, 3]);
    format!("learn(table={table},priority=100,{matched},{done})")
}

/// Where the choice is no hash's: the first that is up, or the only one.
fn bundle(random: &mut Random) -> String {
    let (one, other) = (1 + random.below(4), 1 + random.below(4));
    match random.below(3) {
        0 => format!("bundle(eth_src,0,active_backup,ofport,members:{one},{other})"),
        1 => format!("bundle(eth_src,0,hrw,ofport,members:{one})"),
        _ => format!("bundle_load(eth_src,0,active_backup,ofport,reg0[0..15],members:9,{other})"),
    }
}
