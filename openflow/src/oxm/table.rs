//! The rows of the table of match fields.

use super::Canonical::{Port16, Same, Shifted};
use super::Prerequisite::{self, AllOf, AnyBit, AnyOf, Is, Present, VlanPresent};
use super::fields::oxm_fields;
use super::numbering;
use super::{FieldInfo, Notation};
use crate::Version;

const IPV4: Prerequisite = Is(Field::EthType, 0x0800);
const IPV6: Prerequisite = Is(Field::EthType, 0x86dd);
const IP: Prerequisite = AnyOf(&[IPV4, IPV6]);
/// And RARP, which has the same fields, as Open vSwitch has it.
const ARP: Prerequisite = AnyOf(&[Is(Field::EthType, 0x0806), Is(Field::EthType, 0x8035)]);
const MPLS: Prerequisite = AnyOf(&[Is(Field::EthType, 0x8847), Is(Field::EthType, 0x8848)]);
const ND: Prerequisite = AnyOf(&[Is(Field::Icmpv6Type, 135), Is(Field::Icmpv6Type, 136)]);
/// The tracker has found a connection: it is more than tracked or invalid.
const CONNECTION: Prerequisite = AnyBit(Field::CtState, 0xcf);
/// A packet of the other version has no such header, whatever its protocol.
const ICMPV4: Prerequisite = AllOf(&[IPV4, Is(Field::IpProto, 1)]);
const ICMPV6: Prerequisite = AllOf(&[IPV6, Is(Field::IpProto, 58)]);
const TCP: Prerequisite = Is(Field::IpProto, 6);
const NSH: Prerequisite = Is(Field::EthType, 0x894f);

oxm_fields! {
    fields {
        /// Ingress port, physical or logical.
        InPort "in_port" OPENFLOW_BASIC 0 32 Port false [] V1_3;
        /// Underlying physical port.
        InPhyPort "in_phy_port" OPENFLOW_BASIC 1 32 Port false [Present(Field::InPort)] V1_3;
        /// 64 bits passed from table to table.
        Metadata "metadata" OPENFLOW_BASIC 2 64 Hex true [] V1_3;
        /// Namespace and type of the packet; zero for Ethernet. Here because others need it.
        PacketType "packet_type" OPENFLOW_BASIC 44 32 Hex false [] V1_5;
        /// Ethernet destination.
        EthDst "eth_dst" OPENFLOW_BASIC 3 48 Mac true [] V1_3;
        /// Ethernet source.
        EthSrc "eth_src" OPENFLOW_BASIC 4 48 Mac true [] V1_3;
        /// Ethernet type of the payload, after VLAN tags.
        EthType "eth_type" OPENFLOW_BASIC 5 16 Hex false [] V1_3;
        /// VLAN id in 12 bits; bit 12 (0x1000) says that a tag is there.
        VlanVid "vlan_vid" OPENFLOW_BASIC 6 13 Hex true [] V1_3;
        /// VLAN priority.
        VlanPcp "vlan_pcp" OPENFLOW_BASIC 7 3 Decimal false [VlanPresent] V1_3;
        /// Differentiated services code point.
        IpDscp "ip_dscp" OPENFLOW_BASIC 8 6 Decimal false [IP] V1_3;
        /// Explicit congestion notification bits.
        IpEcn "ip_ecn" OPENFLOW_BASIC 9 2 Decimal false [IP] V1_3;
        /// IPv4 protocol or IPv6 next header.
        IpProto "ip_proto" OPENFLOW_BASIC 10 8 Decimal false [IP] V1_3;
        /// IPv4 source.
        Ipv4Src "ipv4_src" OPENFLOW_BASIC 11 32 Ipv4 true [IPV4] V1_3;
        /// IPv4 destination.
        Ipv4Dst "ipv4_dst" OPENFLOW_BASIC 12 32 Ipv4 true [IPV4] V1_3;
        /// TCP source port.
        TcpSrc "tcp_src" OPENFLOW_BASIC 13 16 Decimal true [TCP] V1_3;
        /// TCP destination port.
        TcpDst "tcp_dst" OPENFLOW_BASIC 14 16 Decimal true [TCP] V1_3;
        /// UDP source port.
        UdpSrc "udp_src" OPENFLOW_BASIC 15 16 Decimal true [Is(Field::IpProto, 17)] V1_3;
        /// UDP destination port.
        UdpDst "udp_dst" OPENFLOW_BASIC 16 16 Decimal true [Is(Field::IpProto, 17)] V1_3;
        /// SCTP source port.
        SctpSrc "sctp_src" OPENFLOW_BASIC 17 16 Decimal true [Is(Field::IpProto, 132)] V1_3;
        /// SCTP destination port.
        SctpDst "sctp_dst" OPENFLOW_BASIC 18 16 Decimal true [Is(Field::IpProto, 132)] V1_3;
        /// ICMP type.
        Icmpv4Type "icmpv4_type" OPENFLOW_BASIC 19 8 Decimal false [ICMPV4] V1_3;
        /// ICMP code.
        Icmpv4Code "icmpv4_code" OPENFLOW_BASIC 20 8 Decimal false [ICMPV4] V1_3;
        /// ARP opcode: 1 request, 2 reply.
        ArpOp "arp_op" OPENFLOW_BASIC 21 16 Decimal false [ARP] V1_3;
        /// ARP sender IPv4 address.
        ArpSpa "arp_spa" OPENFLOW_BASIC 22 32 Ipv4 true [ARP] V1_3;
        /// ARP target IPv4 address.
        ArpTpa "arp_tpa" OPENFLOW_BASIC 23 32 Ipv4 true [ARP] V1_3;
        /// ARP sender hardware address.
        ArpSha "arp_sha" OPENFLOW_BASIC 24 48 Mac true [ARP] V1_3;
        /// ARP target hardware address.
        ArpTha "arp_tha" OPENFLOW_BASIC 25 48 Mac true [ARP] V1_3;
        /// IPv6 source.
        Ipv6Src "ipv6_src" OPENFLOW_BASIC 26 128 Ipv6 true [IPV6] V1_3;
        /// IPv6 destination.
        Ipv6Dst "ipv6_dst" OPENFLOW_BASIC 27 128 Ipv6 true [IPV6] V1_3;
        /// IPv6 flow label.
        Ipv6Flabel "ipv6_flabel" OPENFLOW_BASIC 28 20(4) Hex true [IPV6] V1_3;
        /// ICMPv6 type.
        Icmpv6Type "icmpv6_type" OPENFLOW_BASIC 29 8 Decimal false [ICMPV6] V1_3;
        /// ICMPv6 code.
        Icmpv6Code "icmpv6_code" OPENFLOW_BASIC 30 8 Decimal false [ICMPV6] V1_3;
        /// Neighbour discovery target address.
        Ipv6NdTarget "ipv6_nd_target" OPENFLOW_BASIC 31 128 Ipv6 true [ND] V1_3;
        /// Neighbour solicitation's source link-layer address option.
        Ipv6NdSll "ipv6_nd_sll" OPENFLOW_BASIC 32 48 Mac true [Is(Field::Icmpv6Type, 135)] V1_3;
        /// Neighbour advertisement's target link-layer address option.
        Ipv6NdTll "ipv6_nd_tll" OPENFLOW_BASIC 33 48 Mac true [Is(Field::Icmpv6Type, 136)] V1_3;
        /// MPLS label of the outermost entry.
        MplsLabel "mpls_label" OPENFLOW_BASIC 34 20(4) Decimal false [MPLS] V1_3;
        /// MPLS traffic class.
        MplsTc "mpls_tc" OPENFLOW_BASIC 35 3 Decimal false [MPLS] V1_3;
        /// MPLS bottom-of-stack bit.
        MplsBos "mpls_bos" OPENFLOW_BASIC 36 1 Decimal false [MPLS] V1_3;
        /// Service id of a provider backbone bridge header.
        PbbIsid "pbb_isid" OPENFLOW_BASIC 37 24 Hex true [Is(Field::EthType, 0x88e7)] V1_3;
        /// Logical port metadata, for tunnels the VNI or key.
        TunnelId "tunnel_id" OPENFLOW_BASIC 38 64 Hex true [] V1_3;
        /// Which IPv6 extension headers are there, nine bits.
        Ipv6Exthdr "ipv6_exthdr" OPENFLOW_BASIC 39 9 Hex true [IPV6] V1_3;
        /// Use customer address bit of a provider backbone bridge header.
        PbbUca "pbb_uca" OPENFLOW_BASIC 41 1 Decimal false [Is(Field::EthType, 0x88e7)] V1_4;
        /// TCP flags.
        TcpFlags "tcp_flags" OPENFLOW_BASIC 42 12 Hex true [TCP] V1_5;
        /// Where the action set outputs to; egress tables match it.
        ActsetOutput "actset_output" OPENFLOW_BASIC 43 32 Port false [] V1_5;

        /// Ingress port in the numbering of 1.0.
        NxmOfInPort "in_port" NXM_0 0 16 Port false [] V1_0 = Port16;
        /// [`Field::EthDst`] as NXM.
        NxmOfEthDst "eth_dst" NXM_0 1 48 Mac true [] V1_0 = Same(Field::EthDst);
        /// [`Field::EthSrc`] as NXM.
        NxmOfEthSrc "eth_src" NXM_0 2 48 Mac true [] V1_0 = Same(Field::EthSrc);
        /// [`Field::EthType`] as NXM.
        NxmOfEthType "eth_type" NXM_0 3 16 Hex false [] V1_0 = Same(Field::EthType);
        /// The VLAN tag as it is in the packet, with bit 12 set where there is one.
        VlanTci "vlan_tci" NXM_0 4 16 Hex true [] V1_0;
        /// [`Field::IpDscp`], in the upper six bits of the byte.
        NxmOfIpTos "nw_tos" NXM_0 5 8 Decimal false [IP] V1_0 = Shifted(Field::IpDscp, 2);
        /// [`Field::IpProto`] as NXM.
        NxmOfIpProto "ip_proto" NXM_0 6 8 Decimal false [IP] V1_0 = Same(Field::IpProto);
        /// [`Field::Ipv4Src`] as NXM.
        NxmOfIpSrc "ipv4_src" NXM_0 7 32 Ipv4 true [IPV4] V1_0 = Same(Field::Ipv4Src);
        /// [`Field::Ipv4Dst`] as NXM.
        NxmOfIpDst "ipv4_dst" NXM_0 8 32 Ipv4 true [IPV4] V1_0 = Same(Field::Ipv4Dst);
        /// [`Field::TcpSrc`] as NXM.
        NxmOfTcpSrc "tcp_src" NXM_0 9 16 Decimal true [TCP] V1_0 = Same(Field::TcpSrc);
        /// [`Field::TcpDst`] as NXM.
        NxmOfTcpDst "tcp_dst" NXM_0 10 16 Decimal true [TCP] V1_0 = Same(Field::TcpDst);
        /// [`Field::UdpSrc`] as NXM.
        NxmOfUdpSrc "udp_src" NXM_0 11 16 Decimal true [Is(Field::IpProto, 17)] V1_0 = Same(Field::UdpSrc);
        /// [`Field::UdpDst`] as NXM.
        NxmOfUdpDst "udp_dst" NXM_0 12 16 Decimal true [Is(Field::IpProto, 17)] V1_0 = Same(Field::UdpDst);
        /// [`Field::Icmpv4Type`] as NXM.
        NxmOfIcmpType "icmpv4_type" NXM_0 13 8 Decimal false [ICMPV4] V1_0 = Same(Field::Icmpv4Type);
        /// [`Field::Icmpv4Code`] as NXM.
        NxmOfIcmpCode "icmpv4_code" NXM_0 14 8 Decimal false [ICMPV4] V1_0 = Same(Field::Icmpv4Code);
        /// [`Field::ArpOp`] as NXM.
        NxmOfArpOp "arp_op" NXM_0 15 16 Decimal false [ARP] V1_0 = Same(Field::ArpOp);
        /// [`Field::ArpSpa`] as NXM.
        NxmOfArpSpa "arp_spa" NXM_0 16 32 Ipv4 true [ARP] V1_0 = Same(Field::ArpSpa);
        /// [`Field::ArpTpa`] as NXM.
        NxmOfArpTpa "arp_tpa" NXM_0 17 32 Ipv4 true [ARP] V1_0 = Same(Field::ArpTpa);

        /// [`Field::TunnelId`] as NXM.
        NxmNxTunId "tunnel_id" NXM_1 16 64 Hex true [] V1_0 = Same(Field::TunnelId);
        /// [`Field::ArpSha`] as NXM.
        NxmNxArpSha "arp_sha" NXM_1 17 48 Mac true [ARP] V1_0 = Same(Field::ArpSha);
        /// [`Field::ArpTha`] as NXM.
        NxmNxArpTha "arp_tha" NXM_1 18 48 Mac true [ARP] V1_0 = Same(Field::ArpTha);
        /// [`Field::Ipv6Src`] as NXM.
        NxmNxIpv6Src "ipv6_src" NXM_1 19 128 Ipv6 true [IPV6] V1_0 = Same(Field::Ipv6Src);
        /// [`Field::Ipv6Dst`] as NXM.
        NxmNxIpv6Dst "ipv6_dst" NXM_1 20 128 Ipv6 true [IPV6] V1_0 = Same(Field::Ipv6Dst);
        /// [`Field::Icmpv6Type`] as NXM.
        NxmNxIcmpv6Type "icmpv6_type" NXM_1 21 8 Decimal false [ICMPV6] V1_0 = Same(Field::Icmpv6Type);
        /// [`Field::Icmpv6Code`] as NXM.
        NxmNxIcmpv6Code "icmpv6_code" NXM_1 22 8 Decimal false [ICMPV6] V1_0 = Same(Field::Icmpv6Code);
        /// [`Field::Ipv6NdTarget`] as NXM.
        NxmNxNdTarget "ipv6_nd_target" NXM_1 23 128 Ipv6 true [ND] V1_0 = Same(Field::Ipv6NdTarget);
        /// [`Field::Ipv6NdSll`] as NXM.
        NxmNxNdSll "ipv6_nd_sll" NXM_1 24 48 Mac true [Is(Field::Icmpv6Type, 135)] V1_0 = Same(Field::Ipv6NdSll);
        /// [`Field::Ipv6NdTll`] as NXM.
        NxmNxNdTll "ipv6_nd_tll" NXM_1 25 48 Mac true [Is(Field::Icmpv6Type, 136)] V1_0 = Same(Field::Ipv6NdTll);
        /// Whether the packet is a fragment (bit 0), and a later one (bit 1).
        IpFrag "ip_frag" NXM_1 26 2 Decimal true [IP] V1_0;
        /// [`Field::Ipv6Flabel`] as NXM.
        NxmNxIpv6Label "ipv6_flabel" NXM_1 27 20(4) Hex true [IPV6] V1_0 = Same(Field::Ipv6Flabel);
        /// [`Field::IpEcn`] as NXM.
        NxmNxIpEcn "ip_ecn" NXM_1 28 2 Decimal false [IP] V1_0 = Same(Field::IpEcn);
        /// Time to live, or hop limit.
        NwTtl "nw_ttl" NXM_1 29 8 Decimal false [IP] V1_0;
        /// MPLS time to live.
        MplsTtl "mpls_ttl" NXM_1 30 8 Decimal false [MPLS] V1_0;
        /// IPv4 source of the tunnel the packet came through.
        TunIpv4Src "tun_src" NXM_1 31 32 Ipv4 true [] V1_0;
        /// IPv4 destination of the tunnel.
        TunIpv4Dst "tun_dst" NXM_1 32 32 Ipv4 true [] V1_0;
        /// Mark the host gave the packet.
        PktMark "pkt_mark" NXM_1 33 32 Hex true [] V1_0;
        /// [`Field::TcpFlags`] as NXM.
        NxmNxTcpFlags "tcp_flags" NXM_1 34 12 Hex true [TCP] V1_0 = Same(Field::TcpFlags);
        /// Hash the datapath computed.
        DpHash "dp_hash" NXM_1 35 32 Hex true [] V1_0;
        /// Recirculation id of the datapath.
        RecircId "recirc_id" NXM_1 36 32 Hex false [] V1_0;
        /// Which conjunctive match was complete.
        ConjId "conj_id" NXM_1 37 32 Decimal false [] V1_0;
        /// Group policy id of a VXLAN tunnel.
        TunGbpId "tun_gbp_id" NXM_1 38 16 Decimal true [] V1_0;
        /// Group policy flags of a VXLAN tunnel.
        TunGbpFlags "tun_gbp_flags" NXM_1 39 8 Hex true [] V1_0;
        /// Flags of the tunnel: bit 0 is OAM.
        TunFlags "tun_flags" NXM_1 104 1(2) Hex true [] V1_0;
        /// State of the tracked connection.
        CtState "ct_state" NXM_1 105 32 Hex true [] V1_0;
        /// Zone of the tracked connection.
        CtZone "ct_zone" NXM_1 106 16 Decimal false [] V1_0;
        /// Mark of the tracked connection.
        CtMark "ct_mark" NXM_1 107 32 Hex true [] V1_0;
        /// Label of the tracked connection.
        CtLabel "ct_label" NXM_1 108 128 Hex true [] V1_0;
        /// IPv6 source of the tunnel.
        TunIpv6Src "tun_ipv6_src" NXM_1 109 128 Ipv6 true [] V1_0;
        /// IPv6 destination of the tunnel.
        TunIpv6Dst "tun_ipv6_dst" NXM_1 110 128 Ipv6 true [] V1_0;
        /// IP protocol of the connection, in its original direction.
        CtNwProto "ct_nw_proto" NXM_1 119 8 Decimal false [CONNECTION] V1_0;
        /// IPv4 source of the connection.
        CtNwSrc "ct_nw_src" NXM_1 120 32 Ipv4 true [CONNECTION] V1_0;
        /// IPv4 destination of the connection.
        CtNwDst "ct_nw_dst" NXM_1 121 32 Ipv4 true [CONNECTION] V1_0;
        /// IPv6 source of the connection.
        CtIpv6Src "ct_ipv6_src" NXM_1 122 128 Ipv6 true [CONNECTION] V1_0;
        /// IPv6 destination of the connection.
        CtIpv6Dst "ct_ipv6_dst" NXM_1 123 128 Ipv6 true [CONNECTION] V1_0;
        /// Source port of the connection.
        CtTpSrc "ct_tp_src" NXM_1 124 16 Decimal true [CONNECTION] V1_0;
        /// Destination port of the connection.
        CtTpDst "ct_tp_dst" NXM_1 125 16 Decimal true [CONNECTION] V1_0;

        /// Reserved word of a neighbour discovery message.
        NdReserved "nd_reserved" ERICOXM 1 32 Hex false [ND] V1_3;
        /// Type of the first option of a neighbour discovery message.
        NdOptionsType "nd_options_type" ERICOXM 2 8 Decimal false [ND] V1_3;

        /// [`Field::DpHash`] as OXM.
        NxoxmDpHash "dp_hash" NXOXM_ET 0 32 Hex true [] V1_5 = Same(Field::DpHash);
        /// ERSPAN index, of version 1.
        ErspanIdx "tun_erspan_idx" NXOXM_ET 11 20(4) Hex true [] V1_3;
        /// ERSPAN version.
        ErspanVer "tun_erspan_ver" NXOXM_ET 12 4 Decimal true [] V1_3;
        /// ERSPAN direction, of version 2.
        ErspanDir "tun_erspan_dir" NXOXM_ET 13 1 Decimal true [] V1_3;
        /// ERSPAN hardware id, of version 2.
        ErspanHwid "tun_erspan_hwid" NXOXM_ET 14 6 Hex true [] V1_3;
        /// Flags of a GTP-U header.
        GtpuFlags "tun_gtpu_flags" NXOXM_ET 15 8 Hex true [] V1_3;
        /// Message type of a GTP-U header.
        GtpuMsgtype "tun_gtpu_msgtype" NXOXM_ET 16 8 Decimal true [] V1_3;

        /// Flags of a network service header.
        NshFlags "nsh_flags" NXOXM_NSH 1 8 Decimal true [NSH] V1_3;
        /// Metadata type of a network service header.
        NshMdtype "nsh_mdtype" NXOXM_NSH 2 8 Decimal false [NSH] V1_3;
        /// Next protocol of a network service header.
        NshNp "nsh_np" NXOXM_NSH 3 8 Decimal false [NSH] V1_3;
        /// Service path of a network service header.
        NshSpi "nsh_spi" NXOXM_NSH 4 24(4) Hex false [NSH] V1_3;
        /// Service index of a network service header.
        NshSi "nsh_si" NXOXM_NSH 5 8 Decimal false [NSH] V1_3;
        /// Context 1 of a network service header.
        NshC1 "nsh_c1" NXOXM_NSH 6 32 Hex true [NSH] V1_3;
        /// Context 2 of a network service header.
        NshC2 "nsh_c2" NXOXM_NSH 7 32 Hex true [NSH] V1_3;
        /// Context 3 of a network service header.
        NshC3 "nsh_c3" NXOXM_NSH 8 32 Hex true [NSH] V1_3;
        /// Context 4 of a network service header.
        NshC4 "nsh_c4" NXOXM_NSH 9 32 Hex true [NSH] V1_3;
        /// Time to live of a network service header.
        NshTtl "nsh_ttl" NXOXM_NSH 10 6 Decimal false [NSH] V1_3;

        /// [`Field::TcpFlags`] in 1.3 and 1.4.
        OnfTcpFlags "tcp_flags" ONFOXM_ET 42 12 Hex true [TCP] V1_3 = Same(Field::TcpFlags);
        /// [`Field::ActsetOutput`] in 1.3 and 1.4.
        OnfActsetOutput "actset_output" ONFOXM_ET 43 32 Port false [] V1_3 = Same(Field::ActsetOutput);
    }
    series {
        "Register" "reg" NXM_1 32 V1_0 {
            Reg0 0 0, Reg1 1 1, Reg2 2 2, Reg3 3 3, Reg4 4 4, Reg5 5 5, Reg6 6 6, Reg7 7 7,
            Reg8 8 8, Reg9 9 9, Reg10 10 10, Reg11 11 11, Reg12 12 12, Reg13 13 13,
            Reg14 14 14, Reg15 15 15,
        }
        "Register" "reg" NXOXM_ET 32 V1_3 {
            Reg16 16 17, Reg17 17 18, Reg18 18 19, Reg19 19 20, Reg20 20 21, Reg21 21 22,
            Reg22 22 23, Reg23 23 24, Reg24 24 25, Reg25 25 26, Reg26 26 27, Reg27 27 28,
            Reg28 28 29, Reg29 29 30, Reg30 30 31, Reg31 31 32,
        }
        "Four registers, from 4 times" "xxreg" NXM_1 128 V1_0 {
            Xxreg0 0 111, Xxreg1 1 112, Xxreg2 2 113, Xxreg3 3 114,
        }
        "Four registers, from 4 times" "xxreg" NXOXM_ET 128 V1_3 {
            Xxreg4 4 33, Xxreg5 5 34, Xxreg6 6 35, Xxreg7 7 36,
        }
        "Two registers, from 2 times" "xreg" PACKET_REGS 64 V1_3 {
            Xreg0 0 0, Xreg1 1 1, Xreg2 2 2, Xreg3 3 3, Xreg4 4 4, Xreg5 5 5, Xreg6 6 6,
            Xreg7 7 7, Xreg8 8 8, Xreg9 9 9, Xreg10 10 10, Xreg11 11 11, Xreg12 12 12,
            Xreg13 13 13, Xreg14 14 14, Xreg15 15 15,
        }
        "Tunnel option" "tun_metadata" NXM_1 992 V1_0 {
            TunMetadata0 0 40, TunMetadata1 1 41, TunMetadata2 2 42, TunMetadata3 3 43,
            TunMetadata4 4 44, TunMetadata5 5 45, TunMetadata6 6 46, TunMetadata7 7 47,
            TunMetadata8 8 48, TunMetadata9 9 49, TunMetadata10 10 50, TunMetadata11 11 51,
            TunMetadata12 12 52, TunMetadata13 13 53, TunMetadata14 14 54, TunMetadata15 15 55,
            TunMetadata16 16 56, TunMetadata17 17 57, TunMetadata18 18 58, TunMetadata19 19 59,
            TunMetadata20 20 60, TunMetadata21 21 61, TunMetadata22 22 62, TunMetadata23 23 63,
            TunMetadata24 24 64, TunMetadata25 25 65, TunMetadata26 26 66, TunMetadata27 27 67,
            TunMetadata28 28 68, TunMetadata29 29 69, TunMetadata30 30 70, TunMetadata31 31 71,
            TunMetadata32 32 72, TunMetadata33 33 73, TunMetadata34 34 74, TunMetadata35 35 75,
            TunMetadata36 36 76, TunMetadata37 37 77, TunMetadata38 38 78, TunMetadata39 39 79,
            TunMetadata40 40 80, TunMetadata41 41 81, TunMetadata42 42 82, TunMetadata43 43 83,
            TunMetadata44 44 84, TunMetadata45 45 85, TunMetadata46 46 86, TunMetadata47 47 87,
            TunMetadata48 48 88, TunMetadata49 49 89, TunMetadata50 50 90, TunMetadata51 51 91,
            TunMetadata52 52 92, TunMetadata53 53 93, TunMetadata54 54 94, TunMetadata55 55 95,
            TunMetadata56 56 96, TunMetadata57 57 97, TunMetadata58 58 98, TunMetadata59 59 99,
            TunMetadata60 60 100, TunMetadata61 61 101, TunMetadata62 62 102,
            TunMetadata63 63 103,
        }
    }
}
