//! What the fuzz targets start from: samples, the vectors of other implementations, what fuzzing
//! found, and lines of text. And mutants of it, the same in every run.

#![allow(dead_code, reason = "each binary uses its part")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::BytesMut;
use serde::Deserialize;

use crate::random::Random;
use crate::samples::samples;

/// A file of vectors, a JSON object a line.
#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) r#type: String,
    pub(crate) subtype: Option<String>,
    pub(crate) hex: String,
    pub(crate) valid: bool,
    pub(crate) openflow_error: Option<String>,
}

impl Vector {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        hex::decode(&self.hex).expect("vectors are hex")
    }
}

/// The vectors of other implementations.
pub(crate) fn vectors() -> Vec<Vector> {
    let files = ["os-ken", "ovs-print", "ovs-actions"];
    files.into_iter().flat_map(file).collect()
}

/// What fuzzing found.
pub(crate) fn findings() -> Vec<Vector> {
    file("fuzz")
}

fn file(name: &str) -> Vec<Vector> {
    let path = vectors_root().join(name).with_extension("jsonl");
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .map(|line| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        })
        .collect()
}

/// In the crate of the codec, also when it is another crate's test that is built.
fn vectors_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = ["", "..", "../openflow"];
    let mut folders = crates
        .map(|folder| here.join(folder).join("tests/vectors"))
        .into_iter();
    folders
        .find(|folder| folder.exists())
        .expect("the repository has vectors")
}

/// Frames: all samples, vectors and findings, each once.
pub(crate) fn frames() -> Vec<Vec<u8>> {
    let samples = samples().into_iter().map(|(_, message)| {
        let mut bytes = BytesMut::new();
        message.encode(&mut bytes).expect("samples can be written");
        bytes.to_vec()
    });
    let vectors = vectors().into_iter().chain(findings());
    let mut seen = BTreeSet::new();
    samples
        .chain(vectors.map(|vector| vector.bytes()))
        .filter(|frame| seen.insert(frame.clone()))
        .collect()
}

/// Lines as `ovs-ofctl` takes and prints them.
pub(crate) const LINES: &[&str] = &[
    "priority=100,ip,nw_dst=10.0.0.0/24,actions=group:3",
    "add table=1,priority=5,in_port=1,dl_vlan=5,dl_vlan_pcp=3,actions=pop_vlan,output:2",
    "cookie=0x1/0xff,tcp6,ipv6_src=fe80::/64,tp_dst=0x50/0xfff0,actions=drop",
    "idle_timeout=10,hard_timeout=20,send_flow_rem,check_overlap,arp,arp_op=1,\
     arp_tpa=10.0.0.1,actions=CONTROLLER:65535",
    "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=ALL,LOCAL,IN_PORT,FLOOD,NORMAL",
    "mpls,mpls_label=3,mpls_tc=1,mpls_bos=1,actions=pop_mpls:0x0800,dec_ttl,goto_table:3",
    "table=3,metadata=0x2/0xff,actions=meter:4,clear_actions,write_actions(set_field:10->ip_dscp),\
     write_metadata:0x5/0xff,goto_table:9",
    "ip,actions=set_field:10.0.0.1->ip_dst,mod_nw_src:10.0.0.2,mod_dl_src:02:00:00:00:00:01,\
     set_queue:3,enqueue:1:2",
    "vlan_tci=0x1000/0x1000,tun_id=0x4d,actions=push_vlan:0x8100,set_field:4101->vlan_vid",
    "group_id=1,type=ff,bucket=watch_port:3,actions=output:3",
    "group_id=0xffffff00,type=select,bucket=weight:5,actions=output:3,bucket=weight:1,actions=drop",
    "meter=5,kbps,burst,stats,band=type=drop,rate=1000,burst_size=10",
    "icmp6,icmp_type=135,nd_target=::1,nd_sll=00:00:00:00:00:02",
    "delete_strict table=255,priority=1,out_port=ANY,out_group=5",
];

/// One of the inputs, damaged in one to four places.
pub(crate) fn mutant(random: &mut Random, inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = random.of(inputs).clone();
    for _ in 0..=random.below(4) {
        damage(random, &mut bytes, inputs);
    }
    bytes.truncate(0xffff);
    bytes
}

/// A mutant in whose header is its length, as a stream would deliver it.
pub(crate) fn framed_mutant(random: &mut Random, inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = mutant(random, inputs);
    bytes.resize(bytes.len().max(8), 0);
    let length = u16::try_from(bytes.len()).expect("cut to fit");
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
    bytes
}

fn damage(random: &mut Random, bytes: &mut Vec<u8>, inputs: &[Vec<u8>]) {
    if bytes.is_empty() {
        bytes.push(random.byte());
    }
    let at = random.below(bytes.len());
    let span = random.below(bytes.len() - at) + 1;
    match random.below(9) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = random.byte(),
        2 => bytes[at] = *random.of(&[0, 1, 3, 7, 8, 0x7f, 0x80, 0xfe, 0xff]),
        // A length, where it is one: one more, one less, nothing, everything.
        3 => {
            if let Some(number) = bytes.get_mut(at & !1..(at & !1) + 2) {
                let old = u16::from_be_bytes([number[0], number[1]]);
                let new = [old.wrapping_add(1), old.wrapping_sub(1), 0, 1, 4, 8, 0xffff];
                number.copy_from_slice(&random.of(&new).to_be_bytes());
            }
        }
        4 => bytes.truncate(at),
        // The same again, behind itself.
        5 => {
            let copy = bytes[at..at + span].to_vec();
            bytes.splice(at..at, copy);
        }
        6 => drop(bytes.drain(at..at + span)),
        // Another's end, or a stretch of it over this one.
        7 => {
            let other = random.of(inputs);
            let from = random.below(other.len().max(1));
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from.min(other.len())..]);
        }
        _ => {
            let other = random.of(inputs);
            let from = random.below(other.len().max(1)).min(other.len());
            let span = span.min(other.len() - from);
            bytes[at..at + span].copy_from_slice(&other[from..from + span]);
        }
    }
}
