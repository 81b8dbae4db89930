//! Open vSwitch's actions.

use super::credit::Credit;
use super::subfield::Bits;
use super::{Dropped, MAX_NESTED, Miss, Run, Then};
use crate::flow::{Action, PacketInReason};
use crate::nicira::{
    self, Action as Nx, Bundle, BundleAlgorithm, ControllerProperty, HashFields, Learn, LearnDst,
    LearnSpec, LearnSrc, Multipath, OfsNbits, Resubmit, Stack,
};
use crate::oxm::{Field, FieldId, NxmHeader};
use crate::pipeline::group::{flow_hash, mix};
use crate::{PortNo, TableId, v10};

/// Values on the stack at most; Open vSwitch has room for 64 KiB.
const MAX_STACK: usize = 4096;
/// This table, in a resubmit.
const THIS_TABLE: u8 = 255;

impl Run<'_> {
    pub(super) fn nicira(&mut self, action: &Nx<Action>) -> Then {
        match action {
            Nx::Resubmit(to) => self.resubmit(to.in_port, THIS_TABLE),
            Nx::ResubmitTable(Resubmit { in_port, table }) => self.resubmit(*in_port, *table),
            Nx::SetTunnel(set) => self.set(Field::TunnelId, set.tun_id.into()),
            Nx::SetTunnel64(set) => self.set(Field::TunnelId, set.tun_id.into()),
            Nx::SetQueue(set) => self.queue = Some(set.queue_id),
            Nx::PopQueue => self.queue = None,
            Nx::RegMove(copy) => {
                let (from, to) = (copy.src.field(), copy.dst.field());
                if let (Some(from), Some(to)) = (from, to) {
                    let from = Bits::new(from, copy.src_ofs, copy.n_bits);
                    self.copy_bits(from, Bits::new(to, copy.dst_ofs, copy.n_bits));
                }
            }
            Nx::RegLoad(load) => self.write(load.dst, load.ofs_nbits, load.value.into()),
            Nx::RegLoad2(load) => {
                let oxm = load.field.oxm();
                if let Some(field) = oxm.field() {
                    let (field, value, mask) = field.to_canonical(oxm.value(), oxm.mask());
                    self.packet
                        .set_field(field, value, mask.unwrap_or(u128::MAX));
                }
            }
            Nx::Note(_) | Nx::CtClear => {}
            Nx::Multipath(choice) => self.multipath(choice),
            Nx::Bundle(bundle) => {
                if let Some(port) = self.member(bundle) {
                    self.output_to(port);
                }
            }
            Nx::BundleLoad(bundle) => {
                let port = self.member(bundle).map_or(v10::PortNo::NONE, narrow);
                self.write(bundle.dst, bundle.ofs_nbits, port.0.into());
            }
            Nx::OutputReg(to) => self.output_bits(to.src.field(), to.ofs_nbits, to.max_len),
            Nx::OutputReg2(to) => self.output_bits(to.src.field(), to.ofs_nbits, to.max_len),
            Nx::Learn(learn) => self.learn(learn),
            Nx::Learn2(learn) if learn.limit == 0 => self.learn(&learn.learn),
            Nx::Exit => self.exit = true,
            Nx::DecTtl | Nx::DecTtlCntIds(_) => return self.dec_nw_ttl(),
            Nx::Controller(to) => {
                let why = self.reason_given(reason(to.reason));
                self.tell_controller(to.max_len, why);
            }
            Nx::Controller2(to) => self.controller(&to.properties),
            Nx::WriteMetadata(write) => {
                let (value, mask) = (write.metadata.into(), write.mask.into());
                self.packet.set_field(Field::Metadata, value, mask);
            }
            Nx::PushMpls(push) => self.push_mpls(push.ethertype),
            Nx::PopMpls(pop) => self.pop_mpls(pop.ethertype),
            Nx::SetMplsTtl(set) => self.packet.set_mpls_ttl(set.ttl),
            Nx::DecMplsTtl => return self.dec_mpls_ttl(),
            Nx::SetMplsLabel(set) => self.set(Field::MplsLabel, set.label.into()),
            Nx::SetMplsTc(set) => self.set(Field::MplsTc, set.tc.into()),
            Nx::StackPush(stack) => self.push(stack),
            Nx::StackPop(stack) => self.pop(stack),
            Nx::OutputTrunc(to) => {
                let bytes = usize::try_from(to.max_len).unwrap_or(usize::MAX);
                self.output_cut(to.port.into(), bytes);
            }
            Nx::Group(to) => self.group(to.group_id),
            Nx::Clone(inner) => self.with_copy(&inner.actions),
            Nx::CheckPktLarger(check) => {
                if let Some(field) = check.dst.field() {
                    let larger = self.packet.frame().len() > usize::from(check.pkt_len);
                    self.write_bits(Bits::new(field, check.offset, 1), larger.into());
                }
            }
            other => self.unmodelled(other.name()),
        }
        Then::Next
    }

    fn set(&mut self, field: Field, value: u128) {
        self.packet.set_field(field, value, u128::MAX);
    }

    fn write(&mut self, field: NxmHeader, bits: OfsNbits, value: u128) {
        if let Some(field) = field.field() {
            self.write_bits(Bits::new(field, bits.ofs(), bits.n_bits()), value);
        }
    }

    fn resubmit(&mut self, in_port: v10::PortNo, table: u8) {
        let in_port = match PortNo::from(in_port) {
            PortNo::IN_PORT => self.in_port(),
            port => port,
        };
        let table = match table {
            THIS_TABLE => self.table,
            table => TableId(table),
        };
        // A resubmit that finds nothing leaves the packet to the actions after it.
        let before = self.dropped.clone();
        self.look_up_again(table, in_port, Miss::Nothing);
        if !self.is_over() {
            self.dropped = before.or_else(|| self.dropped.take());
        }
    }

    fn output_bits(&mut self, field: Option<Field>, bits: OfsNbits, max_len: u16) {
        let Some(field) = field else { return };
        let port = self.read_bits(Bits::new(field, bits.ofs(), bits.n_bits()));
        // Sixteen bits or fewer are a number of 1.0, as ports are inside Open vSwitch.
        let port = match u16::try_from(port) {
            Ok(narrow) => v10::PortNo(narrow).into(),
            Err(_) => PortNo(u32::try_from(port).unwrap_or(u32::MAX)),
        };
        self.output(port, max_len);
    }

    /// Which link a hash of the packet means. The hash is Pointsman's own.
    fn multipath(&mut self, choice: &Multipath) {
        let hash = self.hash(choice.fields, choice.basis);
        let link = hash % (u64::from(choice.max_link) + 1);
        self.write(choice.dst, choice.ofs_nbits, link.into());
    }

    /// Which member of a bundle a packet takes, of those that are up.
    fn member(&self, bundle: &Bundle) -> Option<PortNo> {
        let members = bundle.slaves.iter().map(|port| PortNo::from(*port));
        let mut up = members.filter(|port| self.switch.is_up(*port));
        if bundle.algorithm == BundleAlgorithm::ActiveBackup {
            return up.next();
        }
        let hash = self.hash(bundle.fields, bundle.basis);
        up.max_by_key(|port| mix([port.0.into()], hash))
    }

    fn hash(&self, fields: HashFields, basis: u16) -> u64 {
        let key = self.packet.key();
        let one = |field| mix([key.get(field)], basis.into());
        match fields {
            HashFields::EthSrc => one(Field::EthSrc),
            HashFields::NwSrc => one(Field::Ipv4Src) ^ one(Field::Ipv6Src),
            HashFields::NwDst => one(Field::Ipv4Dst) ^ one(Field::Ipv6Dst),
            _ => mix([flow_hash(key).into()], basis.into()),
        }
    }

    fn controller(&mut self, properties: &[ControllerProperty]) {
        let (mut max_len, mut why) = (u16::MAX, PacketInReason::Action);
        for property in properties {
            match property {
                ControllerProperty::MaxLen { max_len: bytes } => max_len = *bytes,
                ControllerProperty::Reason { reason: number } => why = reason(*number),
                _ => {}
            }
        }
        let why = self.reason_given(why);
        self.tell_controller(max_len, why);
    }

    fn push(&mut self, stack: &Stack) {
        if self.stack.len() >= MAX_STACK {
            return self.void(Dropped::TooDeep);
        }
        if let Some(bits) = bits_of(stack) {
            let value = self.read_bits(bits);
            self.stack.push(value);
        }
    }

    fn pop(&mut self, stack: &Stack) {
        if let (Some(bits), Some(value)) = (bits_of(stack), self.stack.pop()) {
            self.write_bits(bits, value);
        }
    }

    /// Actions that see a copy: what they change stays there. Open vSwitch has the datapath make a
    /// copy only where it could not undo what is done and more follows; what was to be written
    /// before is then.
    fn with_copy(&mut self, actions: &[Action]) {
        let copies = actions.iter().any(cannot_be_undone) && !self.is_last();
        let whole = copies.then(|| {
            self.packet.commit();
            let mut whole = Box::new(self.packet.clone());
            whole.send_whole();
            whole
        });
        let before = (
            self.packet.headers(),
            self.action_set.clone(),
            self.stack.clone(),
        );
        let (place, metered, following) = (self.place, self.metered, self.following);
        let in_bucket = std::mem::take(&mut self.in_bucket);
        if copies {
            self.following = self.pass.unseen;
        }
        let outer = self.begin_inner();
        let round = outer.pass.round;
        // How deep lookups are is not asked here, as in Open vSwitch.
        if self.nested < MAX_NESTED {
            self.nest(false, |run| {
                run.actions(actions);
                // The copy is at its end here, too.
                run.carry_out_action_set();
            });
        } else {
            self.void(Dropped::TooDeep);
        }
        self.place = place;
        self.in_bucket = in_bucket;
        self.following = following;
        // Where the copy came in again nothing follows it.
        self.exit |= self.pass.round != round;
        // What the copy pops is to be looked at anew by what follows too, where there was no copy.
        let recirculates = !copies && self.pass.round == round && self.pass.recirculates;
        self.back_to(outer);
        self.pass.recirculates |= recirculates;
        let (headers, action_set, stack) = before;
        (self.action_set, self.stack) = (action_set, stack);
        match whole {
            Some(whole) => (self.packet, self.metered) = (*whole, metered),
            None => self.packet.restore(*headers),
        }
    }

    fn learn(&mut self, learn: &Learn) {
        let mut entry = crate::flow::FlowMod {
            table: TableId(learn.table_id),
            cookie: learn.cookie,
            idle_timeout_s: learn.idle_timeout,
            hard_timeout_s: learn.hard_timeout,
            ..crate::flow::FlowMod::add(
                learn.priority,
                crate::flow::Match::any(),
                crate::flow::Instructions::default(),
            )
        };
        if learn.flags.contains(nicira::LearnFlags::SEND_FLOW_REM) {
            entry.flags |= crate::flow::FlowFlags::SEND_FLOW_REM;
        }
        for spec in &learn.specs {
            self.learn_part(spec, &mut entry);
        }
        self.credits.push(Credit::Learn(Box::new(entry)));
    }

    /// One part of the entry to be made.
    fn learn_part(&self, spec: &LearnSpec, entry: &mut crate::flow::FlowMod) {
        let source = match &spec.src {
            LearnSrc::Field { field, ofs } => field
                .field()
                .map(|field| self.read_bits(Bits::new(field, *ofs, spec.n_bits))),
            LearnSrc::Immediate { value } => Some(right_aligned(value)),
        };
        let Some(value) = source else { return };
        let place = |field: &NxmHeader, ofs: u16| {
            let field = field.field()?;
            let ones = Bits::new(field, ofs, spec.n_bits).ones();
            let shifted = |bits: u128| bits.checked_shl(ofs.into()).unwrap_or(0);
            let (value, mask) = (shifted(value & ones), shifted(ones));
            let (field, value, mask) = field.to_canonical(value, Some(mask));
            Some((field, value, mask.unwrap_or(u128::MAX)))
        };
        match &spec.dst {
            LearnDst::Match { field, ofs } => {
                if let Some((field, value, mask)) = place(field, *ofs) {
                    let others = entry.matching.get(field);
                    let (had, bits) = others.map_or((0, 0), |other| (other.value, other.mask));
                    entry.matching.set(field, had & !mask | value, bits | mask);
                }
            }
            LearnDst::Load { field, ofs } => {
                if let Some((field, value, mask)) = place(field, *ofs) {
                    let set = Action::SetField { field, value, mask };
                    entry.instructions.apply.push(set);
                }
            }
            LearnDst::Output => {
                let narrow = v10::PortNo(u16::try_from(value & 0xffff).unwrap_or_default());
                let port = PortNo::from(narrow);
                let reserved = [PortNo::IN_PORT, PortNo::FLOOD, PortNo::ALL, PortNo::LOCAL];
                if port.is_physical() || reserved.contains(&port) {
                    entry.instructions.apply.push(Action::output(port));
                }
            }
        }
    }
}

fn cannot_be_undone(action: &Action) -> bool {
    match action {
        Action::Meter(_) => true,
        Action::Nicira(action) => matches!(**action, Nx::OutputTrunc(_)),
        _ => false,
    }
}

fn bits_of(stack: &Stack) -> Option<Bits> {
    let field = FieldId::field(&stack.field)?;
    Some(Bits::new(field, stack.offset, stack.n_bits))
}

/// The last 16 bytes as a number.
fn right_aligned(bytes: &[u8]) -> u128 {
    bytes
        .iter()
        .fold(0, |value, byte| value << 8 | u128::from(*byte))
}

/// A member of a bundle came as a number of 1.0.
fn narrow(port: PortNo) -> v10::PortNo {
    v10::PortNo::try_from(port).unwrap_or(v10::PortNo::NONE)
}

fn reason(number: u8) -> PacketInReason {
    match number {
        0 => PacketInReason::NoMatch,
        1 => PacketInReason::Action,
        2 => PacketInReason::InvalidTtl,
        3 => PacketInReason::ActionSet,
        4 => PacketInReason::Group,
        5 => PacketInReason::PacketOut,
        other => PacketInReason::Other(other),
    }
}
