//! Actions of Open vSwitch: what is read.

use super::action::List;
use super::attributes::{Attributes, attribute};
use super::learned::{self, Learned};
use super::nat::NatText;
use super::nicira_words as words;
use super::{ParseFlowError, names, number, split, subfield, value};
use crate::flow::{Action, Match};
use crate::nicira::{
    Action as Nx, Bundle, BundleAlgorithm, CheckPktLarger, Clone, Conjunction, Controller,
    Controller2, ControllerProperty, Ct, CtFlags, CtZone, DecTtlCntIds, Decap, DeleteField, Encap,
    EncapProperty, FinTimeout, HashFields, Learn, Learn2, LearnDst, LearnFlags, LearnSpec,
    LearnSrc, Multipath, MultipathAlgorithm, Note, OfsNbits, OutputReg, OutputReg2, OutputTrunc,
    RegLoad, RegLoad2, Resubmit, Sample, Sample2, SampleDirection, SetTunnel, SetTunnel64, Stack,
};
use crate::oxm::{Field, FieldId, HeaderType, NxmHeader, OxmField};
use crate::v10::PortNo as Port16;
use crate::{Cookie, PortNo, TableId};

type Parsed = Result<Nx<Action>, ParseFlowError>;

/// Reads one, by its name; `None` for a name that is none of these.
pub(super) fn parse(token: &str, name: &str, argument: &str, list: &List<'_>) -> Option<Parsed> {
    Some(match name {
        "resubmit" => resubmit(token, argument),
        "set_tunnel" => number(token, argument, "tunnel id of 32 bits")
            .map(|tun_id| Nx::SetTunnel(SetTunnel { tun_id })),
        "set_tunnel64" => number(token, argument, "tunnel id")
            .map(|tun_id| Nx::SetTunnel64(SetTunnel64 { tun_id })),
        "pop_queue" => Ok(Nx::PopQueue),
        "load" => load(token, argument),
        "reg_load2" => reg_load2(token, argument),
        "push" => stack(token, argument).map(Nx::StackPush),
        "pop" => stack(token, argument).map(Nx::StackPop),
        "note" => note(token, argument),
        "multipath" => multipath(token, argument),
        "bundle" => bundle(token, argument),
        "bundle_load" => bundle_load(token, argument),
        "learn" => learn(token, argument),
        "exit" => Ok(Nx::Exit),
        "dec_ttl" if !argument.is_empty() => dec_ttl(token, argument),
        "fin_timeout" => fin_timeout(token, argument),
        "controller" if words::is_more_than_a_length(argument) => controller(token, argument),
        "sample" => sample(token, argument),
        "conjunction" => conjunction(token, argument),
        "ct" => ct(token, argument, list),
        "ct_clear" => Ok(Nx::CtClear),
        "nat" => nat(token, argument),
        "clone" => list
            .inner(token, argument)
            .map(|actions| Nx::Clone(Clone { actions })),
        "encap" => encap(token, argument),
        "decap" => decap(token, argument),
        "dec_nsh_ttl" => Ok(Nx::DecNshTtl),
        "check_pkt_larger" => check_pkt_larger(token, argument),
        "delete_field" => names::resolve_long(argument, &Match::any()).map(|field| {
            Nx::DeleteField(DeleteField {
                field: field.into(),
            })
        }),
        "output" if argument.contains('[') => output_reg(token, argument),
        "output" if argument.contains('=') => output_trunc(token, argument),
        _ => return None,
    })
}

fn wrong(token: &str, problem: impl Into<String>) -> ParseFlowError {
    ParseFlowError::new(token, problem)
}

/// A field in the four bytes that most of these actions have for it.
fn header(token: &str, field: Field) -> Result<NxmHeader, ParseFlowError> {
    let problem = || format!("{} needs more room than this action has", field.info().name);
    NxmHeader::new(field).ok_or_else(|| wrong(token, problem()))
}

/// Bits of a field, up to 64 of them.
fn bits(token: &str, text: &str) -> Result<(NxmHeader, OfsNbits), ParseFlowError> {
    let (field, offset, n_bits) = subfield::parse(token, text)?;
    let bits = OfsNbits::new(offset, n_bits);
    let problem = || format!("`{text}`: up to 64 bits of the first 1024");
    Ok((
        header(token, field)?,
        bits.ok_or_else(|| wrong(token, problem()))?,
    ))
}

/// A port in the 16 bits these actions have for it.
fn port(token: &str, text: &str) -> Result<Port16, ParseFlowError> {
    let port: PortNo = text
        .parse()
        .map_err(|_| wrong(token, format!("`{text}` is no port")))?;
    Port16::try_from(port).map_err(|_| wrong(token, format!("`{text}`: a port has 16 bits here")))
}

/// `resubmit:1`, `resubmit(1,2)`, `resubmit(,2)`, `resubmit(,2,ct)`.
fn resubmit(token: &str, argument: &str) -> Parsed {
    let mut parts = argument.split(',').map(str::trim);
    let in_port = match parts.next().unwrap_or_default() {
        "" => Port16::IN_PORT,
        text => port(token, text)?,
    };
    let all = TableId::ALL.0;
    let table = match parts.next() {
        None => {
            return Ok(Nx::Resubmit(Resubmit {
                in_port,
                table: all,
            }));
        }
        Some("") => all,
        Some(text) => number(token, text, "table")?,
    };
    let resubmit = Resubmit { in_port, table };
    match (parts.next(), parts.next()) {
        (None, _) => Ok(Nx::ResubmitTable(resubmit)),
        (Some("ct"), None) => Ok(Nx::ResubmitTableCt(resubmit)),
        _ => Err(wrong(
            token,
            "expected resubmit(port,table) or resubmit(port,table,ct)",
        )),
    }
}

/// `load:0x5->NXM_NX_REG0[0..15]`.
fn load(token: &str, argument: &str) -> Parsed {
    let (value, dst) = subfield::parse_pair(token, argument)?;
    let (dst, ofs_nbits) = bits(token, dst)?;
    let value: u64 = number(token, value, "value of up to 64 bits")?;
    let n_bits = ofs_nbits.n_bits();
    if n_bits < 64 && value >> n_bits != 0 {
        return Err(wrong(
            token,
            format!("{value:#x} does not fit {n_bits} bits"),
        ));
    }
    Ok(Nx::RegLoad(RegLoad {
        ofs_nbits,
        dst,
        value,
    }))
}

/// `reg_load2:0x5/0xff->reg0`.
fn reg_load2(token: &str, argument: &str) -> Parsed {
    let (value, name) = subfield::parse_pair(token, argument)?;
    let field = names::resolve_long(name, &Match::any())?;
    let (value, mask) = value::parse_value(field, value).map_err(|it| wrong(token, it))?;
    let mask = (mask != field.info().full_mask()).then_some(mask);
    let field = OxmField::new(field, value, mask);
    Ok(Nx::RegLoad2(RegLoad2 { field }))
}

fn stack(token: &str, argument: &str) -> Result<Stack, ParseFlowError> {
    let (field, offset, n_bits) = subfield::parse(token, argument)?;
    Ok(Stack {
        offset,
        field: field.into(),
        n_bits,
    })
}

/// Filled up with zeros to what an action of a multiple of eight bytes holds.
fn note(token: &str, argument: &str) -> Parsed {
    let mut note = words::parse_dotted(token, argument)?;
    note.resize((note.len() + 2).next_multiple_of(8) - 2, 0);
    Ok(Nx::Note(Note { note: note.into() }))
}

/// Parts that have their meaning by their place.
fn places<'t, const N: usize>(
    token: &str,
    argument: &'t str,
) -> Result<[&'t str; N], ParseFlowError> {
    let parts: Vec<_> = split(argument).collect();
    let have = parts.len();
    parts.try_into().map_err(|_| {
        wrong(
            token,
            format!("expected {N} parts in brackets, have {have}"),
        )
    })
}

/// One of the names of an enumeration, or a number.
fn word<T: Copy + From<u16>>(
    token: &str,
    text: &str,
    name: fn(T) -> Option<&'static str>,
) -> Result<T, ParseFlowError> {
    let known = || (0..16).map(T::from).filter(|it| name(*it).is_some());
    if let Some(found) = known().find(|it| name(*it) == Some(text)) {
        return Ok(found);
    }
    let names: Vec<_> = known().filter_map(name).collect();
    number(token, text, &format!("one of {}", names.join(", "))).map(T::from)
}

fn multipath(token: &str, argument: &str) -> Parsed {
    let [fields, basis, algorithm, links, arg, dst] = places(token, argument)?;
    let links: u32 = number(token, links, "number of links")?;
    let max_link = links.checked_sub(1).and_then(|it| u16::try_from(it).ok());
    let (dst, ofs_nbits) = bits(token, dst)?;
    Ok(Nx::Multipath(Multipath {
        fields: word(token, fields, HashFields::name)?,
        basis: number(token, basis, "basis")?,
        algorithm: word(token, algorithm, MultipathAlgorithm::name)?,
        max_link: max_link.ok_or_else(|| wrong(token, "there are 1 to 65536 links"))?,
        arg: number(token, arg, "argument")?,
        ofs_nbits,
        dst,
    }))
}

/// What comes before `members:`, and the ports after it.
fn members<'t>(token: &str, argument: &'t str) -> Result<(&'t str, Vec<Port16>), ParseFlowError> {
    let found = ["members:", "slaves:"]
        .iter()
        .find_map(|mark| argument.split_once(mark));
    let (head, members) = found.ok_or_else(|| wrong(token, "expected members:…"))?;
    let members = split(members).map(|text| port(token, text));
    Ok((head, members.collect::<Result<_, _>>()?))
}

/// Members are ports, as the header of the field for them says.
const OFPORT: u32 = 0x0000_0002;

fn choice(
    token: &str,
    [fields, basis, algorithm, kind]: [&str; 4],
    slaves: Vec<Port16>,
) -> Result<Bundle, ParseFlowError> {
    if kind != "ofport" {
        let problem = format!("`{kind}`: members are of the kind ofport");
        return Err(wrong(token, problem));
    }
    Ok(Bundle {
        algorithm: word(token, algorithm, BundleAlgorithm::name)?,
        fields: word(token, fields, HashFields::name)?,
        basis: number(token, basis, "basis")?,
        slave_type: OFPORT,
        ofs_nbits: OfsNbits::from(0),
        dst: NxmHeader(0),
        slaves,
    })
}

fn bundle(token: &str, argument: &str) -> Parsed {
    let (head, slaves) = members(token, argument)?;
    choice(token, places(token, head)?, slaves).map(Nx::Bundle)
}

fn bundle_load(token: &str, argument: &str) -> Parsed {
    let (head, slaves) = members(token, argument)?;
    let [fields, basis, algorithm, kind, dst] = places(token, head)?;
    let (dst, ofs_nbits) = bits(token, dst)?;
    let plain = choice(token, [fields, basis, algorithm, kind], slaves)?;
    Ok(Nx::BundleLoad(Bundle {
        ofs_nbits,
        dst,
        ..plain
    }))
}

fn learn(token: &str, argument: &str) -> Parsed {
    let (own, specs): (Vec<_>, Vec<_>) = split(argument).partition(|part| words::is_of_learn(part));
    let own = own.join(",");
    let mut it = Attributes::new(token, &own);
    let mut flags = LearnFlags::empty();
    for (name, flag) in words::LEARN_FLAGS {
        flags.set(flag, it.flag(name));
    }
    let specs = specs
        .iter()
        .map(|part| spec(token, Learned::parse(token, part)?));
    let learn = Learn {
        idle_timeout: it.number_or("idle_timeout", 0)?,
        hard_timeout: it.number_or("hard_timeout", 0)?,
        priority: it.number_or("priority", 0x8000)?,
        cookie: Cookie(it.number_or("cookie", 0)?),
        flags,
        table_id: it.number_or("table", 1)?,
        fin_idle_timeout: it.number_or("fin_idle_timeout", 0)?,
        fin_hard_timeout: it.number_or("fin_hard_timeout", 0)?,
        specs: specs.collect::<Result<_, _>>()?,
    };
    let limit = it.number_or("limit", 0)?;
    let result = it
        .take("result_dst")
        .map(|text| subfield::parse(token, text))
        .transpose()?;
    it.finish()?;
    if limit == 0 && result.is_none() {
        return Ok(Nx::Learn(learn));
    }
    if result.is_some_and(|(_, _, n_bits)| n_bits != 1) {
        return Err(wrong(token, "the result is one bit"));
    }
    let mut learn = learn;
    learn.flags.set(LearnFlags::WRITE_RESULT, result.is_some());
    Ok(Nx::Learn2(Learn2 {
        learn,
        limit,
        result_dst_ofs: result.map_or(0, |it| it.1),
        result_dst: result.map(|it| it.0.into()),
    }))
}

fn spec(token: &str, learned: Learned) -> Result<LearnSpec, ParseFlowError> {
    use learned::{From, To};
    let len = 2 * usize::from(learned.n_bits.div_ceil(16));
    Ok(LearnSpec {
        n_bits: learned.n_bits,
        src: match learned.from {
            From::Field((field, ofs)) => LearnSrc::Field {
                field: header(token, field)?,
                ofs,
            },
            From::Value(value) => LearnSrc::Immediate {
                value: value.to_be_bytes()[16_usize.saturating_sub(len)..]
                    .to_vec()
                    .into(),
            },
        },
        dst: match learned.to {
            To::Match((field, ofs)) => LearnDst::Match {
                field: header(token, field)?,
                ofs,
            },
            To::Load((field, ofs)) => LearnDst::Load {
                field: header(token, field)?,
                ofs,
            },
            To::Output => LearnDst::Output,
        },
    })
}

fn dec_ttl(token: &str, argument: &str) -> Parsed {
    let ids = split(argument).map(|id| number(token, id, "controller id"));
    Ok(Nx::DecTtlCntIds(DecTtlCntIds {
        cnt_ids: ids.collect::<Result<_, _>>()?,
    }))
}

fn fin_timeout(token: &str, argument: &str) -> Parsed {
    let mut it = Attributes::new(token, argument);
    let timeouts = FinTimeout {
        fin_idle_timeout: it.number_or("idle_timeout", 0)?,
        fin_hard_timeout: it.number_or("hard_timeout", 0)?,
    };
    it.finish()?;
    Ok(Nx::FinTimeout(timeouts))
}

fn controller(token: &str, argument: &str) -> Parsed {
    let mut it = Attributes::new(token, argument);
    let reason = it.take("reason");
    let reason = reason
        .map(|text| words::parse_reason(token, text))
        .transpose()?;
    let max_len: Option<u16> = it.number("max_len")?;
    let controller_id: Option<u16> = it.number("id")?;
    let userdata = it.take("userdata");
    let userdata = userdata
        .map(|text| words::parse_dotted(token, text))
        .transpose()?;
    let pause = it.flag("pause");
    let meter_id: Option<u32> = it.number("meter_id")?;
    it.finish()?;
    if userdata.is_none() && !pause && meter_id.is_none() {
        return Ok(Nx::Controller(Controller {
            max_len: max_len.unwrap_or(0xffff),
            controller_id: controller_id.unwrap_or(0),
            reason: reason.unwrap_or(words::ACTION),
            zero: 0,
        }));
    }
    // In the order in which Open vSwitch has them.
    let properties = [
        max_len.map(|max_len| ControllerProperty::MaxLen { max_len }),
        controller_id.map(|controller_id| ControllerProperty::ControllerId { controller_id }),
        reason.map(|reason| ControllerProperty::Reason { reason }),
        userdata.map(|userdata| ControllerProperty::Userdata {
            userdata: userdata.into(),
        }),
        pause.then_some(ControllerProperty::Pause),
        meter_id.map(|meter_id| ControllerProperty::MeterId { meter_id }),
    ];
    Ok(Nx::Controller2(Controller2 {
        properties: properties.into_iter().flatten().collect(),
    }))
}

fn sample(token: &str, argument: &str) -> Parsed {
    let mut it = Attributes::new(token, argument);
    let probability: u16 = it.number_or("probability", 0)?;
    let collector_set_id = it.number_or("collector_set_id", 0)?;
    let obs_domain_id = it.number_or("obs_domain_id", 0)?;
    let obs_point_id = it.number_or("obs_point_id", 0)?;
    let sampling_port = it.take("sampling_port");
    let sampling_port = sampling_port.map(|text| port(token, text)).transpose()?;
    let direction = match (it.flag("ingress"), it.flag("egress")) {
        (false, false) => SampleDirection::Default,
        (true, false) => SampleDirection::Ingress,
        (false, true) => SampleDirection::Egress,
        (true, true) => return Err(wrong(token, "ingress and egress exclude each other")),
    };
    it.finish()?;
    if probability == 0 {
        return Err(wrong(token, "expected probability=…, 1 to 65535"));
    }
    if sampling_port.is_none() && direction == SampleDirection::Default {
        return Ok(Nx::Sample(Sample {
            probability,
            collector_set_id,
            obs_domain_id,
            obs_point_id,
        }));
    }
    let sample = Sample2 {
        probability,
        collector_set_id,
        obs_domain_id,
        obs_point_id,
        sampling_port: sampling_port.unwrap_or(Port16::NONE),
        direction,
    };
    Ok(match direction {
        SampleDirection::Default => Nx::Sample2(sample),
        _ => Nx::Sample3(sample),
    })
}

/// `conjunction(1,2/3)`: the clause is counted from one.
fn conjunction(token: &str, argument: &str) -> Parsed {
    let expected = || {
        let problem = "expected conjunction(id,k/n) with k from 1 to n and n from 2 to 64";
        wrong(token, problem)
    };
    let [id, clause] = places(token, argument)?;
    let (k, n) = clause.split_once('/').ok_or_else(expected)?;
    let (k, n): (u8, u8) = (
        number(token, k, "clause")?,
        number(token, n, "number of clauses")?,
    );
    if !(1..=n).contains(&k) || !(2..=64).contains(&n) {
        return Err(expected());
    }
    Ok(Nx::Conjunction(Conjunction {
        clause: k - 1,
        n_clauses: n,
        id: number(token, id, "id")?,
    }))
}

fn ct(token: &str, argument: &str, list: &List<'_>) -> Parsed {
    let mut it = Attributes::new(token, argument);
    let mut flags = CtFlags::empty();
    flags.set(CtFlags::COMMIT, it.flag("commit"));
    flags.set(CtFlags::FORCE, it.flag("force"));
    let zone = match it.take("zone") {
        None => CtZone::Immediate { zone_imm: 0 },
        Some(text) if text.contains('[') => {
            let (zone_src, zone_ofs_nbits) = bits(token, text)?;
            CtZone::Field {
                zone_src,
                zone_ofs_nbits,
            }
        }
        Some(text) => CtZone::Immediate {
            zone_imm: number(token, text, "zone: 0 to 65535, or bits of a field")?,
        },
    };
    let recirc_table = it.number_or("table", 0xff)?;
    let alg = it.take("alg").map(|text| words::parse_alg(token, text));
    let nat = it.take("nat").map(|text| nat(token, text)).transpose()?;
    let exec = it.take("exec").map(|text| list.inner(token, text));
    let (alg, exec) = (alg.transpose()?, exec.transpose()?);
    it.finish()?;
    if flags.contains(CtFlags::FORCE) && !flags.contains(CtFlags::COMMIT) {
        return Err(wrong(token, "force needs commit"));
    }
    let nat = nat.map(|nat| Action::Nicira(Box::new(nat)));
    Ok(Nx::Ct(Ct {
        flags,
        zone,
        recirc_table,
        alg: alg.unwrap_or(0),
        actions: nat.into_iter().chain(exec.into_iter().flatten()).collect(),
    }))
}

fn nat(token: &str, argument: &str) -> Parsed {
    NatText::parse(token, argument).map(|text| Nx::Nat(text.into()))
}

fn encap(token: &str, argument: &str) -> Parsed {
    let (name, text) = attribute(argument);
    let Some((_, new_pkt_type)) = words::ENCAPS.iter().find(|row| row.0 == name) else {
        let problem = format!("`{name}`: expected ethernet, nsh, mpls or mpls_mc");
        return Err(wrong(token, problem));
    };
    let properties = split(text).map(|part| match attribute(part) {
        ("md_type", text) => Ok(EncapProperty::NshMdType {
            md_type: number(token, text, "type of metadata")?,
        }),
        ("tlv", text) => tlv(token, text),
        _ => Err(wrong(
            token,
            format!("`{part}`: expected md_type=… or tlv(…)"),
        )),
    });
    Ok(Nx::Encap(Encap {
        hdr_size: 0,
        new_pkt_type: *new_pkt_type,
        properties: properties.collect::<Result<_, _>>()?,
    }))
}

/// `tlv(0x1000,10,0x12345678)`.
fn tlv(token: &str, text: &str) -> Result<EncapProperty, ParseFlowError> {
    let [class, kind, data] = places(token, text)?;
    let digits = data.strip_prefix("0x").unwrap_or(data);
    let mut data = words::parse_dotted(token, digits)?;
    let too_long = || wrong(token, "a value of up to 124 bytes");
    let tlv_len = u8::try_from(data.len()).ok().filter(|len| *len <= 124);
    // Filled up to a multiple of eight, which the length of the property counts.
    data.resize(data.len().next_multiple_of(8), 0);
    Ok(EncapProperty::NshTlv {
        tlv_class: number(token, class, "class")?,
        tlv_type: number(token, kind, "type")?,
        tlv_len: tlv_len.ok_or_else(too_long)?,
        data: data.into(),
    })
}

/// `decap()`, or `decap(packet_type(ns=1,type=0x800))` where what is below is known.
fn decap(token: &str, argument: &str) -> Parsed {
    let mut it = Attributes::new(token, argument);
    let new_pkt_type = match it.take("packet_type") {
        None => HeaderType::USE_NEXT_PROTO,
        Some(text) => {
            let mut it = Attributes::new(token, text);
            let (namespace, ns_type): (u16, u16) =
                (it.number_or("ns", 0)?, it.number_or("type", 0)?);
            it.finish()?;
            HeaderType {
                namespace: namespace.into(),
                ns_type,
            }
        }
    };
    it.finish()?;
    Ok(Nx::Decap(Decap { new_pkt_type }))
}

/// `check_pkt_larger(1500)->NXM_NX_REG0[0]`.
fn check_pkt_larger(token: &str, argument: &str) -> Parsed {
    let (length, dst) = subfield::parse_pair(token, argument)?;
    let (dst, offset, n_bits) = subfield::parse(token, dst)?;
    if n_bits != 1 {
        return Err(wrong(token, "the answer is one bit"));
    }
    let length = length.trim_end_matches(')');
    Ok(Nx::CheckPktLarger(CheckPktLarger {
        pkt_len: number(token, length, "length of a packet")?,
        offset,
        dst: dst.into(),
    }))
}

/// `output:NXM_NX_REG0[0..15]`.
fn output_reg(token: &str, argument: &str) -> Parsed {
    let (field, offset, n_bits) = subfield::parse(token, argument)?;
    let bits = OfsNbits::new(offset, n_bits);
    let ofs_nbits = bits.ok_or_else(|| wrong(token, "a port is in up to 64 bits"))?;
    let max_len = 0xffff;
    Ok(match NxmHeader::new(field) {
        Some(src) => Nx::OutputReg(OutputReg {
            ofs_nbits,
            src,
            max_len,
        }),
        None => Nx::OutputReg2(OutputReg2 {
            ofs_nbits,
            max_len,
            src: FieldId::new(field),
        }),
    })
}

/// `output(port=1,max_len=100)`.
fn output_trunc(token: &str, argument: &str) -> Parsed {
    let mut it = Attributes::new(token, argument);
    let to = it
        .take("port")
        .ok_or_else(|| wrong(token, "expected port=…"))?;
    let (port, max_len) = (port(token, to)?, it.number("max_len")?);
    it.finish()?;
    let max_len = max_len.ok_or_else(|| wrong(token, "expected max_len=…"))?;
    Ok(Nx::OutputTrunc(OutputTrunc { port, max_len }))
}
