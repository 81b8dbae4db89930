//! Actions of Open vSwitch: what is written.

use std::fmt::{self, Display, Formatter, Write};

use super::learned::{self, Learned};
use super::nat::NatText;
use super::{names, nicira_words as words, subfield, value};
use crate::TableId;
use crate::flow::Action;
use crate::nicira::{Action as Nx, CtFlags, LearnSpec};
use crate::nicira::{
    Bundle, Controller, Controller2, ControllerProperty, Ct, CtZone, Encap, EncapProperty,
    FinTimeout, Learn, Learn2, LearnDst, LearnFlags, LearnSrc, Multipath, OfsNbits, RegLoad2,
    Resubmit, Sample2, Sample4, SampleDirection, SampleId,
};
use crate::oxm::{Field, HeaderType};
use crate::v10::PortNo;

/// As Open vSwitch writes it. What has no words, because a field in it has no name, is shown by its
/// number.
pub(super) fn write(f: &mut Formatter<'_>, action: &Nx<Action>) -> fmt::Result {
    match text(action) {
        Some(text) => f.write_str(&text),
        None => write!(f, "nicira({})", action.subtype()),
    }
}

/// `None` where a field has no name.
fn text(action: &Nx<Action>) -> Option<String> {
    Some(match action {
        Nx::Resubmit(it) => format!("resubmit:{}", it.in_port),
        Nx::ResubmitTable(it) => resubmit(it, ""),
        Nx::ResubmitTableCt(it) => resubmit(it, ",ct"),
        Nx::SetTunnel(it) => format!("set_tunnel:{:#x}", it.tun_id),
        Nx::SetTunnel64(it) => format!("set_tunnel64:{:#x}", it.tun_id),
        Nx::SetQueue(it) => format!("set_queue:{}", it.queue_id),
        Nx::PopQueue => "pop_queue".to_owned(),
        Nx::RegMove(it) => {
            let src = subfield::format(it.src.field()?, it.src_ofs, it.n_bits);
            let dst = subfield::format(it.dst.field()?, it.dst_ofs, it.n_bits);
            format!("move:{src}->{dst}")
        }
        Nx::RegLoad(it) => format!(
            "load:{:#x}->{}",
            it.value,
            bits(it.dst.field()?, it.ofs_nbits)
        ),
        Nx::RegLoad2(it) => reg_load2(it)?,
        Nx::StackPush(it) => {
            format!(
                "push:{}",
                subfield::format(it.field.field()?, it.offset, it.n_bits)
            )
        }
        Nx::StackPop(it) => {
            format!(
                "pop:{}",
                subfield::format(it.field.field()?, it.offset, it.n_bits)
            )
        }
        Nx::Note(it) => format!("note:{}", words::dotted(&it.note)),
        Nx::Multipath(it) => multipath(it)?,
        Nx::Bundle(it) => bundle("bundle", it, ""),
        Nx::BundleLoad(it) => {
            let dst = bits(it.dst.field()?, it.ofs_nbits);
            bundle("bundle_load", it, &format!("{dst},"))
        }
        Nx::OutputReg(it) => format!("output:{}", bits(it.src.field()?, it.ofs_nbits)),
        Nx::OutputReg2(it) => format!("output:{}", bits(it.src.field()?, it.ofs_nbits)),
        Nx::OutputTrunc(it) => format!("output(port={},max_len={})", it.port, it.max_len),
        Nx::Learn(it) => format!("learn({})", learn(it, 0, None)?),
        Nx::Learn2(it) => learn2(it)?,
        Nx::Exit => "exit".to_owned(),
        Nx::DecTtl => "dec_ttl".to_owned(),
        Nx::DecTtlCntIds(it) => format!("dec_ttl({})", joined(&it.cnt_ids)),
        Nx::FinTimeout(it) => fin_timeout(it),
        Nx::Controller(it) => controller(it),
        Nx::Controller2(it) => controller2(it)?,
        Nx::WriteMetadata(it) => {
            let text = value::format_value(Field::Metadata, it.metadata.into(), it.mask.into());
            format!("write_metadata:{text}")
        }
        Nx::PushMpls(it) => format!("push_mpls:{:#06x}", it.ethertype),
        Nx::PopMpls(it) => format!("pop_mpls:{:#06x}", it.ethertype),
        Nx::SetMplsTtl(it) => format!("set_mpls_ttl({})", it.ttl),
        Nx::DecMplsTtl => "dec_mpls_ttl".to_owned(),
        Nx::SetMplsLabel(it) => format!("set_mpls_label({})", it.label),
        Nx::SetMplsTc(it) => format!("set_mpls_tc({})", it.tc),
        Nx::Group(it) => format!("group:{}", it.group_id),
        Nx::Sample(it) => {
            let ids = [it.obs_domain_id, it.obs_point_id].map(|it| it.to_string());
            sample(it.probability, it.collector_set_id, ids, "")
        }
        Nx::Sample2(it) | Nx::Sample3(it) => sample2(it),
        Nx::Sample4(it) => sample4(it)?,
        Nx::Conjunction(it) => {
            format!(
                "conjunction({},{}/{})",
                it.id,
                u16::from(it.clause) + 1,
                it.n_clauses
            )
        }
        Nx::Ct(it) => ct(it)?,
        Nx::Nat(it) => NatText::from(it).to_string(),
        Nx::CtClear => "ct_clear".to_owned(),
        Nx::Clone(it) => format!("clone({})", super::action::list(&it.actions)),
        Nx::Encap(it) => encap(it)?,
        Nx::Decap(it) => match it.new_pkt_type {
            HeaderType::USE_NEXT_PROTO => "decap()".to_owned(),
            known => format!(
                "decap(packet_type(ns={},type={:#x}))",
                u16::from(known.namespace),
                known.ns_type
            ),
        },
        Nx::DecNshTtl => "dec_nsh_ttl".to_owned(),
        Nx::CheckPktLarger(it) => {
            let dst = subfield::format(it.dst.field()?, it.offset, 1);
            format!("check_pkt_larger({})->{dst}", it.pkt_len)
        }
        Nx::DeleteField(it) => format!("delete_field:{}", names::set_name(it.field.field()?)),
    })
}

fn bits(field: Field, bits: OfsNbits) -> impl Display {
    subfield::format(field, bits.ofs(), bits.n_bits())
}

fn joined(list: &[impl Display]) -> String {
    let texts: Vec<_> = list.iter().map(ToString::to_string).collect();
    texts.join(",")
}

fn resubmit(it: &Resubmit, ct: &str) -> String {
    if it.in_port != PortNo::IN_PORT && it.table == TableId::ALL.0 && ct.is_empty() {
        return format!("resubmit:{}", it.in_port);
    }
    let port = match it.in_port {
        PortNo::IN_PORT => String::new(),
        port => port.to_string(),
    };
    let table = match it.table {
        255 => String::new(),
        table => table.to_string(),
    };
    format!("resubmit({port},{table}{ct})")
}

fn reg_load2(it: &RegLoad2) -> Option<String> {
    let oxm = it.field.oxm();
    let field = oxm.field()?;
    let mask = oxm.mask().unwrap_or_else(|| field.info().full_mask());
    let text = value::format_set(field, oxm.value(), mask);
    // A set_field with a mask is another action before 1.5.
    Some(format!("reg_load2:{text}->{}", names::set_name(field)))
}

fn multipath(it: &Multipath) -> Option<String> {
    let links = u32::from(it.max_link) + 1;
    let dst = bits(it.dst.field()?, it.ofs_nbits);
    Some(format!(
        "multipath({},{},{},{links},{},{dst})",
        it.fields, it.basis, it.algorithm, it.arg
    ))
}

fn bundle(name: &str, it: &Bundle, dst: &str) -> String {
    format!(
        "{name}({},{},{},ofport,{dst}members:{})",
        it.fields,
        it.basis,
        it.algorithm,
        joined(&it.slaves)
    )
}

fn learn(it: &Learn, limit: u32, result: Option<String>) -> Option<String> {
    let mut out = format!("table={}", it.table_id);
    let mut number = |name: &str, number: u64, usual: u64| {
        if number != usual {
            let _ = write!(out, ",{name}={number}");
        }
    };
    number("idle_timeout", it.idle_timeout.into(), 0);
    number("hard_timeout", it.hard_timeout.into(), 0);
    number("fin_idle_timeout", it.fin_idle_timeout.into(), 0);
    number("fin_hard_timeout", it.fin_hard_timeout.into(), 0);
    number("priority", it.priority.into(), 0x8000);
    for (name, flag) in words::LEARN_FLAGS {
        if it.flags.contains(flag) {
            let _ = write!(out, ",{name}");
        }
    }
    if it.cookie.0 != 0 {
        let _ = write!(out, ",cookie={:#x}", it.cookie.0);
    }
    if limit != 0 {
        let _ = write!(out, ",limit={limit}");
    }
    if let Some(result) = result {
        let _ = write!(out, ",result_dst={result}");
    }
    for spec in &it.specs {
        let _ = write!(out, ",{}", learned(spec)?);
    }
    // Flags without a name have no words.
    (it.flags - LearnFlags::all()).is_empty().then_some(out)
}

fn learn2(it: &Learn2) -> Option<String> {
    let result = match &it.result_dst {
        Some(id) => Some(subfield::format(id.field()?, it.result_dst_ofs, 1).to_string()),
        None => None,
    };
    Some(format!("learn({})", learn(&it.learn, it.limit, result)?))
}

fn learned(spec: &LearnSpec) -> Option<Learned> {
    Some(Learned {
        n_bits: spec.n_bits,
        from: match &spec.src {
            LearnSrc::Field { field, ofs } => learned::From::Field((field.field()?, *ofs)),
            LearnSrc::Immediate { value } if value.len() <= 16 => {
                let number = value
                    .iter()
                    .fold(0, |all, byte| all << 8 | u128::from(*byte));
                learned::From::Value(number)
            }
            LearnSrc::Immediate { .. } => return None,
        },
        to: match spec.dst {
            LearnDst::Match { field, ofs } => learned::To::Match((field.field()?, ofs)),
            LearnDst::Load { field, ofs } => learned::To::Load((field.field()?, ofs)),
            LearnDst::Output => learned::To::Output,
        },
    })
}

fn fin_timeout(it: &FinTimeout) -> String {
    let timeouts = [
        ("idle_timeout", it.fin_idle_timeout),
        ("hard_timeout", it.fin_hard_timeout),
    ];
    let given: Vec<_> = timeouts
        .iter()
        .filter(|(_, seconds)| *seconds != 0)
        .map(|(name, seconds)| format!("{name}={seconds}"))
        .collect();
    format!("fin_timeout({})", given.join(","))
}

fn controller(it: &Controller) -> String {
    let mut parts = Vec::new();
    if it.reason != words::ACTION {
        parts.push(format!("reason={}", words::reason(it.reason)));
    }
    if it.max_len != 0xffff {
        parts.push(format!("max_len={}", it.max_len));
    }
    // Says which of the actions of this name it is, where nothing else does.
    if it.controller_id != 0 || it.reason == words::ACTION {
        parts.push(format!("id={}", it.controller_id));
    }
    format!("controller({})", parts.join(","))
}

fn controller2(it: &Controller2) -> Option<String> {
    let mut parts = Vec::new();
    for property in &it.properties {
        parts.push(match property {
            ControllerProperty::Reason { reason } => format!("reason={}", words::reason(*reason)),
            ControllerProperty::MaxLen { max_len } => format!("max_len={max_len}"),
            ControllerProperty::ControllerId { controller_id } => format!("id={controller_id}"),
            ControllerProperty::Userdata { userdata } => {
                format!("userdata={}", words::dotted(userdata))
            }
            ControllerProperty::Pause => "pause".to_owned(),
            ControllerProperty::MeterId { meter_id } => format!("meter_id={meter_id}"),
            ControllerProperty::Unknown { .. } => return None,
        });
    }
    Some(format!("controller({})", parts.join(",")))
}

fn sample(probability: u16, set: u32, [domain, point]: [String; 2], more: &str) -> String {
    format!(
        "sample(probability={probability},collector_set_id={set},obs_domain_id={domain},\
         obs_point_id={point}{more})"
    )
}

fn port_and_direction(port: PortNo, direction: SampleDirection) -> String {
    let mut out = String::new();
    if port != PortNo::NONE {
        let _ = write!(out, ",sampling_port={port}");
    }
    if direction != SampleDirection::Default {
        let _ = write!(out, ",{direction}");
    }
    out
}

fn sample2(it: &Sample2) -> String {
    let ids = [it.obs_domain_id, it.obs_point_id].map(|it| it.to_string());
    let more = port_and_direction(it.sampling_port, it.direction);
    sample(it.probability, it.collector_set_id, ids, &more)
}

fn sample4(it: &Sample4) -> Option<String> {
    let id = |id: &SampleId| {
        Some(match id {
            SampleId::Immediate { imm } => imm.to_string(),
            SampleId::Field { src, ofs_nbits } => bits(src.field()?, *ofs_nbits).to_string(),
        })
    };
    let ids = [id(&it.obs_domain)?, id(&it.obs_point)?];
    let more = port_and_direction(it.sampling_port, it.direction);
    Some(sample(it.probability, it.collector_set_id, ids, &more))
}

fn ct(it: &Ct<Action>) -> Option<String> {
    let mut parts = Vec::new();
    for (flag, name) in [(CtFlags::COMMIT, "commit"), (CtFlags::FORCE, "force")] {
        if it.flags.contains(flag) {
            parts.push(name.to_owned());
        }
    }
    if it.recirc_table != 0xff {
        parts.push(format!("table={}", it.recirc_table));
    }
    match it.zone {
        CtZone::Immediate { zone_imm: 0 } => {}
        CtZone::Immediate { zone_imm } => parts.push(format!("zone={zone_imm}")),
        CtZone::Field {
            zone_src,
            zone_ofs_nbits,
        } => parts.push(format!("zone={}", bits(zone_src.field()?, zone_ofs_nbits))),
    }
    // A translation comes first, and is written outside of the envelope of the others.
    let (nat, exec) = match it.actions.split_first() {
        Some((Action::Nicira(nat), exec)) if matches!(**nat, Nx::Nat(_)) => (Some(nat), exec),
        _ => (None, &*it.actions),
    };
    parts.extend(nat.and_then(|nat| text(nat)));
    if !exec.is_empty() {
        parts.push(format!("exec({})", super::action::list(exec)));
    }
    if it.alg != 0 {
        parts.push(format!("alg={}", words::alg(it.alg)));
    }
    match parts.as_slice() {
        [] => Some("ct".to_owned()),
        parts => Some(format!("ct({})", parts.join(","))),
    }
}

fn encap(it: &Encap) -> Option<String> {
    let (name, _) = words::ENCAPS.iter().find(|row| row.1 == it.new_pkt_type)?;
    let mut parts = Vec::new();
    for property in &it.properties {
        parts.push(match property {
            EncapProperty::NshMdType { md_type } => format!("md_type={md_type}"),
            EncapProperty::NshTlv {
                tlv_class,
                tlv_type,
                tlv_len,
                data,
            } => {
                let value = data.get(..usize::from(*tlv_len))?;
                format!("tlv({tlv_class:#x},{tlv_type},0x{})", hex::encode(value))
            }
            EncapProperty::Unknown { .. } => return None,
        });
    }
    match parts.as_slice() {
        [] => Some(format!("encap({name})")),
        parts => Some(format!("encap({name}({}))", parts.join(","))),
    }
}
