//! Actions of Nicira.

use super::packet::Packet;
use super::value::check_bits;
use super::walk::{IP, MPLS, Walk, not_there};
use super::{ActionError, value};
use crate::flow::{Action, Match};
use crate::nicira::{
    Action as Nx, Ct, CtFlags, CtZone, Learn, LearnDst, LearnSpec, LearnSrc, Nat, RegLoad,
};
use crate::oxm::{Field, Prerequisite};

const IPV4: Prerequisite = Prerequisite::Is(Field::EthType, 0x0800);
const IPV6: Prerequisite = Prerequisite::Is(Field::EthType, 0x86dd);
const NSH: Prerequisite = Prerequisite::Is(Field::EthType, 0x894f);
const TCP: Prerequisite = Prerequisite::Is(Field::IpProto, 6);
const UDP: Prerequisite = Prerequisite::Is(Field::IpProto, 17);

impl Walk {
    pub(super) fn nicira(&mut self, action: &Nx<Action>) -> Result<(), ActionError> {
        let name = action.name();
        match action {
            Nx::RegLoad(load) => self.load(load)?,
            Nx::RegLoad2(load) => {
                let oxm = load.field.oxm();
                oxm.field()
                    .map_or(Ok(()), |field| self.packet.check_field(canonical(field)))?;
            }
            Nx::RegMove(copy) => {
                self.check_bits_of(copy.src.field(), copy.src_ofs, copy.n_bits)?;
                self.check_bits_of(copy.dst.field(), copy.dst_ofs, copy.n_bits)?;
            }
            Nx::StackPush(stack) => {
                self.check_bits_of(stack.field.field(), stack.offset, stack.n_bits)?;
            }
            Nx::StackPop(stack) => {
                self.check_bits_of(stack.field.field(), stack.offset, stack.n_bits)?;
            }
            Nx::OutputReg(to) => {
                let bits = to.ofs_nbits;
                self.check_bits_of(to.src.field(), bits.ofs(), bits.n_bits())?;
            }
            Nx::OutputReg2(to) => {
                let bits = to.ofs_nbits;
                self.check_bits_of(to.src.field(), bits.ofs(), bits.n_bits())?;
            }
            Nx::Multipath(choice) => {
                let bits = choice.ofs_nbits;
                self.check_bits_of(choice.dst.field(), bits.ofs(), bits.n_bits())?;
            }
            Nx::BundleLoad(bundle) => {
                let bits = bundle.ofs_nbits;
                self.check_bits_of(bundle.dst.field(), bits.ofs(), bits.n_bits())?;
            }
            Nx::Group(to) => value::check_group(to.group_id)?,
            Nx::DecTtl | Nx::DecTtlCntIds(_) => self.need(name, IP),
            Nx::DecNshTtl => self.need(name, NSH),
            Nx::FinTimeout(_) => self.need(name, TCP),
            Nx::PushMpls(push) => self.push_mpls(name, push.ethertype),
            Nx::PopMpls(pop) => self.pop_mpls(name, pop.ethertype),
            Nx::SetMplsTtl(_) | Nx::DecMplsTtl | Nx::SetMplsLabel(_) | Nx::SetMplsTc(_) => {
                self.need(name, MPLS);
            }
            Nx::Encap(encap) => self.packet.encap(encap.new_pkt_type),
            Nx::Decap(_) => self.packet.decap(),
            Nx::Clone(inner) => self.copy_of_packet(&inner.actions)?,
            Nx::Ct(ct) => self.ct(name, ct)?,
            Nx::Nat(nat) => self.nat(name, nat)?,
            // It looks up what connections have.
            Nx::ResubmitTableCt(_) => self.packet.check_field(Field::CtNwProto)?,
            Nx::Learn(learn) => self.learn(learn)?,
            Nx::Learn2(learn) => {
                if let Some(field) = learn.result_dst.and_then(|id| id.field()) {
                    value::check_settable(canonical(field))?;
                }
                self.learn(&learn.learn)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn load(&mut self, load: &RegLoad) -> Result<(), ActionError> {
        let (offset, n_bits) = (load.ofs_nbits.ofs(), load.ofs_nbits.n_bits());
        let field = load.dst.field();
        self.check_bits_of(field, offset, n_bits)?;
        match field {
            Some(Field::VlanVid) => self.check_tag("load of vlan_vid")?,
            Some(Field::VlanTci) => {
                let (value, _) = placed(load.value.into(), offset, n_bits);
                self.packet.write_tag(value);
            }
            _ => {}
        }
        Ok(())
    }

    fn check_bits_of(&self, field: Option<Field>, offset: u16, n: u16) -> Result<(), ActionError> {
        let Some(field) = field else {
            return Ok(());
        };
        check_bits(field, offset, n)?;
        self.packet.check_field(canonical(field))
    }

    /// What happens to a copy is not known of the packet.
    fn copy_of_packet(&mut self, actions: &[Action]) -> Result<(), ActionError> {
        let before = self.packet.clone();
        let walked = self.list(actions);
        self.packet = before;
        walked
    }

    fn ct(&mut self, name: &'static str, ct: &Ct<Action>) -> Result<(), ActionError> {
        if !self.packet.has(IP) {
            return Err(not_there(name, IP));
        }
        if let CtZone::Field {
            zone_src,
            zone_ofs_nbits: bits,
        } = ct.zone
        {
            self.check_bits_of(zone_src.field(), bits.ofs(), bits.n_bits())?;
            check_zone(zone_src.field(), bits.n_bits())?;
        }
        let commits = ct.flags.contains(CtFlags::COMMIT);
        if commits && self.packet.is_of_invalid_connection() {
            return Err(ActionError::NotThere {
                action: name,
                needs: "ct_state=-inv to commit".to_owned(),
            });
        }
        let helper = match ct.alg {
            21 => Some(TCP),
            69 => Some(UDP),
            _ => None,
        };
        if let Some(needed) = helper
            && commits
            && !self.packet.has(needed)
        {
            return Err(not_there(name, needed));
        }
        self.list(&ct.actions)
    }

    fn nat(&self, name: &'static str, nat: &Nat) -> Result<(), ActionError> {
        let addresses = [
            (nat.ipv4_min.is_some(), IPV4),
            (nat.ipv6_min.is_some(), IPV6),
        ];
        for (is_given, needed) in addresses {
            if is_given && !self.packet.has(needed) {
                return Err(not_there(name, needed));
            }
        }
        Ok(())
    }

    /// What is read is of this packet, what is written of those the new entry takes.
    fn learn(&self, learn: &Learn) -> Result<(), ActionError> {
        let mut taken = Packet::of(&Match::any());
        for spec in &learn.specs {
            if let LearnSrc::Field { field, ofs } = &spec.src {
                self.check_bits_of(field.field(), *ofs, spec.n_bits)?;
            }
            learn_dst(&mut taken, spec)?;
        }
        Ok(())
    }
}

/// A zone has all its bits.
fn check_zone(field: Option<Field>, n_bits: u16) -> Result<(), ActionError> {
    match field {
        Some(field) if n_bits != 16 => Err(ActionError::Bits {
            field: field.info().name,
            n_bits,
            expected: "a zone has 16",
        }),
        _ => Ok(()),
    }
}

fn learn_dst(taken: &mut Packet, spec: &LearnSpec) -> Result<(), ActionError> {
    let (field, offset) = match &spec.dst {
        LearnDst::Match { field, ofs } | LearnDst::Load { field, ofs } => (field.field(), *ofs),
        LearnDst::Output => return Ok(()),
    };
    let Some(encoding) = field else {
        return Ok(());
    };
    check_bits(encoding, offset, spec.n_bits)?;
    let field = canonical(encoding);
    match (&spec.dst, &spec.src) {
        (LearnDst::Match { .. }, LearnSrc::Immediate { value }) => {
            taken.check_field(field)?;
            let last = value.iter().rev().take(16).rev();
            let value = last.fold(0, |bits, byte| bits << 8 | u128::from(*byte));
            let (value, mask) = placed(value, offset, spec.n_bits);
            let (field, value, mask) = encoding.to_canonical(value, Some(mask));
            taken.learn(field, value, mask.unwrap_or_default());
            Ok(())
        }
        (LearnDst::Match { .. }, LearnSrc::Field { .. }) => taken.check_field(field),
        _ => {
            value::check_settable(field)?;
            taken.check_field(field)
        }
    }
}

/// Bits where they are in a field, and the mask of them.
fn placed(value: u128, offset: u16, n_bits: u16) -> (u128, u128) {
    let ones = u128::MAX >> 128_u32.saturating_sub(n_bits.into());
    let shift = |bits: u128| bits.checked_shl(offset.into()).unwrap_or(0);
    (shift(value & ones), shift(ones))
}

/// Another encoding of a field is the field.
fn canonical(field: Field) -> Field {
    field.to_canonical(0, None).0
}
