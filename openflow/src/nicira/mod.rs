//! Actions of Nicira, the experimenter whose extensions Open vSwitch has.
//!
//! They are the same in every version: [`Action`] is generic over the actions that some of them
//! have inside, which are those of a version. The names are those of `openflow/nicira-ext.h`; the
//! numbers are in the table below. A subtype that is not in it stays an experimenter's action with
//! its bytes.

#[macro_use]
mod macros;

mod bits;
mod bundle;
mod check;
mod controller;
mod ct;
mod encap;
mod learn;
mod nat;
mod output;
mod register;
mod resubmit;
mod sample;
mod simple;

use serde::Serialize;

use crate::wire::{DecodeError, Reader, Wire, Writer};

pub use bits::OfsNbits;
pub use bundle::{Bundle, BundleAlgorithm, HashFields, Multipath, MultipathAlgorithm};
pub use check::{CheckPktLarger, DeleteField};
pub use controller::{Controller, Controller2, ControllerProperty};
pub use ct::{Clone, Ct, CtFlags, CtZone};
pub use encap::{Decap, Encap, EncapProperty};
pub use learn::{Learn, Learn2, LearnDst, LearnFlags, LearnSpec, LearnSrc};
pub use nat::{Nat, NatFlags};
pub use output::{OutputReg, OutputReg2, OutputTrunc};
pub use register::{RegLoad, RegLoad2, RegMove, Stack, WriteMetadata};
pub use resubmit::Resubmit;
pub use sample::{Sample, Sample2, Sample4, SampleDirection, SampleId};
pub use simple::{
    Conjunction, DecTtlCntIds, FinTimeout, Group, MplsEthertype, Note, SetMplsLabel, SetMplsTc,
    SetMplsTtl, SetQueue, SetTunnel, SetTunnel64,
};

/// Nicira's experimenter id.
pub const EXPERIMENTER: u32 = 0x0000_2320;

nicira_actions! {
    /// Look the packet up again in this table, with another ingress port.
    1 "nx_resubmit" Resubmit(Resubmit);
    /// Set the tunnel id.
    2 "nx_set_tunnel" SetTunnel(SetTunnel);
    /// Choose the queue for a later output.
    4 "nx_set_queue" SetQueue(SetQueue);
    /// Back to the queue the packet came with.
    5 "nx_pop_queue" PopQueue;
    /// Copy bits of a field to another.
    6 "nx_reg_move" RegMove(RegMove);
    /// Write bits of a field.
    7 "nx_reg_load" RegLoad(RegLoad);
    /// Nothing: bytes that a controller wants to find again.
    8 "nx_note" Note(Note);
    /// Set the tunnel id, all 64 bits.
    9 "nx_set_tunnel64" SetTunnel64(SetTunnel64);
    /// Hash the packet, and write which link it means.
    10 "nx_multipath" Multipath(Multipath);
    /// Send out of one of several ports.
    12 "nx_bundle" Bundle(Bundle);
    /// Write one of several ports to a field.
    13 "nx_bundle_load" BundleLoad(Bundle);
    /// Look the packet up in another table.
    14 "nx_resubmit_table" ResubmitTable(Resubmit);
    /// Send out of the port that bits of a field say.
    15 "nx_output_reg" OutputReg(OutputReg);
    /// Make a flow entry of this packet.
    16 "nx_learn" Learn(Learn);
    /// End the pipeline.
    17 "nx_exit" Exit;
    /// Decrement the IP TTL.
    18 "nx_dec_ttl" DecTtl;
    /// Shorten the timeouts of this entry when a TCP connection ends.
    19 "nx_fin_timeout" FinTimeout(FinTimeout);
    /// Send to a controller.
    20 "nx_controller" Controller(Controller);
    /// Decrement the IP TTL, and tell these controllers when it is spent.
    21 "nx_dec_ttl_cnt_ids" DecTtlCntIds(DecTtlCntIds);
    /// Write metadata.
    22 "nx_write_metadata" WriteMetadata(WriteMetadata);
    /// Push an MPLS entry.
    23 "nx_push_mpls" PushMpls(MplsEthertype);
    /// Pop the outer MPLS entry.
    24 "nx_pop_mpls" PopMpls(MplsEthertype);
    /// Set the MPLS TTL.
    25 "nx_set_mpls_ttl" SetMplsTtl(SetMplsTtl);
    /// Decrement the MPLS TTL.
    26 "nx_dec_mpls_ttl" DecMplsTtl;
    /// Push bits of a field onto the stack.
    27 "nx_stack_push" StackPush(Stack);
    /// Pop them off it.
    28 "nx_stack_pop" StackPop(Stack);
    /// Sample into IPFIX.
    29 "nx_sample" Sample(Sample);
    /// Set the MPLS label.
    30 "nx_set_mpls_label" SetMplsLabel(SetMplsLabel);
    /// Set the MPLS traffic class.
    31 "nx_set_mpls_tc" SetMplsTc(SetMplsTc);
    /// Send out of the port that bits of any field say.
    32 "nx_output_reg2" OutputReg2(OutputReg2);
    /// Write a field, under a mask if there is one.
    33 "nx_reg_load2" RegLoad2(RegLoad2);
    /// One clause of a conjunctive match.
    34 "nx_conjunction" Conjunction(Conjunction);
    /// Send through the connection tracker.
    35 "nx_ct" Ct(Ct<A>);
    /// Translate addresses; inside [`Action::Ct`].
    36 "nx_nat" Nat(Nat);
    /// Send to a controller, with properties.
    37 "nx_controller2" Controller2(Controller2);
    /// Sample into IPFIX, with a port.
    38 "nx_sample2" Sample2(Sample2);
    /// Send the front of the packet out of a port.
    39 "nx_output_trunc" OutputTrunc(OutputTrunc);
    /// Hand to a group.
    40 "nx_group" Group(Group);
    /// Sample into IPFIX, with a port and a direction.
    41 "nx_sample3" Sample3(Sample2);
    /// Act on a copy of the packet.
    42 "nx_clone" Clone(Clone<A>);
    /// Forget the state of the tracked connection.
    43 "nx_ct_clear" CtClear;
    /// Look the packet up in another table, with the addresses of the tracked connection.
    44 "nx_resubmit_table_ct" ResubmitTableCt(Resubmit);
    /// Make a flow entry of this packet, within a limit.
    45 "nx_learn2" Learn2(Learn2);
    /// Put the packet into another.
    46 "nx_encap" Encap(Encap);
    /// Take it out.
    47 "nx_decap" Decap(Decap);
    /// Decrement the TTL of a network service header.
    48 "nx_dec_nsh_ttl" DecNshTtl;
    /// Write to one bit whether the packet is longer.
    49 "nx_check_pkt_larger" CheckPktLarger(CheckPktLarger);
    /// Take a field away: a tunnel option.
    50 "nx_delete_field" DeleteField(DeleteField);
    /// Sample into IPFIX, with observation ids from fields.
    51 "nx_sample4" Sample4(Sample4);
}

impl<A> Action<A> {
    /// With other actions inside.
    pub fn try_map<B, E>(self, f: impl FnMut(A) -> Result<B, E>) -> Result<Action<B>, E> {
        let list = |actions: Vec<A>| actions.into_iter().map(f).collect::<Result<Vec<B>, E>>();
        match self {
            Self::Ct(Ct {
                flags,
                zone,
                recirc_table,
                alg,
                actions,
            }) => Ok(Action::Ct(Ct {
                flags,
                zone,
                recirc_table,
                alg,
                actions: list(actions)?,
            })),
            Self::Clone(Clone { actions }) => Ok(Action::Clone(Clone {
                actions: list(actions)?,
            })),
            plain => Ok(plain.without_inner()),
        }
    }
}

/// The actions inside one: nested no deeper than a decoder may go.
fn inner<A: Wire>(r: &mut Reader<'_>) -> Result<Vec<A>, DecodeError> {
    r.nested(|r| r.list("actions"))
}
