//! A switch that is told what a controller says and given what comes in.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use openflow::flow::{PortConfig, PortDesc, PortState, ToSwitch};
use openflow::pipeline::{Effects, Switch, SwitchConfig};
use openflow::wire::{Message, frame_length};
use openflow::{Dpid, MacAddr, PortNo, Version};

/// A tagged TCP segment, and a labelled one.
const FRAMES: [&[u8]; 2] = [
    b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x81\0\x60\x05\x08\0\x45\0\0\x28\0\x01\0\0\x40\x06\x26\xce\
      \x0a\0\0\x01\x0a\0\0\x02\x10\0\0\x50\0\0\0\x01\0\0\0\0\x50\x02\x20\0\0\0\0\0",
    b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x88\x47\0\0\x50\x40\0\0\x61\x40\x45\0\0\x28\0\x01\0\0\x40\
      \x06\x26\xce\x0a\0\0\x01\x0a\0\0\x02\x10\0\0\x50\0\0\0\x01\0\0\0\0\x50\x02\x20\0\0\0\0\0",
];

/// Messages in a row, then a frame: each message is taken or refused, and frames, whole and cut
/// off, are carried out as was foreseen.
pub(crate) fn run(input: &[u8]) {
    let now = Duration::ZERO;
    let mut stream = BytesMut::from(input);
    let version = input.first().and_then(|first| Version::from_wire(*first));
    let Some(mut switch) = version.map(switch) else {
        return;
    };
    while let Ok(Some(length)) = frame_length(&stream)
        && length <= stream.len()
    {
        tell(&mut switch, stream.split_to(length).freeze(), now);
    }
    let last = stream.freeze();
    let cut = input.len() % FRAMES[0].len();
    let known = FRAMES.into_iter().chain([&FRAMES[0][..cut]]);
    for frame in known.map(Bytes::from_static).chain([last]) {
        let foreseen = switch.foresee(PortNo(1), frame.clone(), now);
        let _ = switch.trace(PortNo(1), frame.clone(), now);
        let done = switch.receive(PortNo(1), frame, now);
        assert_eq!(done.sent, foreseen.sent);
        assert_eq!(done.packet_ins, foreseen.packet_ins);
    }
    switch.tick(Duration::from_secs(1 << 17));
}

fn tell(switch: &mut Switch, frame: Bytes, now: Duration) {
    let Some(asked) = Message::decode(frame).ok().map(ToSwitch::lift) else {
        return;
    };
    // Refused or taken: neither may end in a panic.
    let _ = match asked {
        Ok(ToSwitch::FlowMod(change)) => switch.flow_mod(&change, now),
        Ok(ToSwitch::GroupMod(change)) => switch.group_mod(&change, now),
        Ok(ToSwitch::MeterMod(change)) => switch.meter_mod(&change, now),
        Ok(ToSwitch::PortMod(change)) => switch.port_mod(&change),
        Ok(ToSwitch::PacketOut(packet)) => switch.packet_out(&packet, now),
        Ok(ToSwitch::FlowMonitors(asked)) => {
            switch.flow_monitors(&asked).map(|_| Effects::default())
        }
        Ok(ToSwitch::Bundle(step)) => switch.bundle(&step, now).map(|(_, effects)| effects),
        _ => return,
    };
}

fn switch(version: Version) -> Switch {
    let port = |no: u8| PortDesc {
        no: PortNo(no.into()),
        hw_addr: MacAddr([2, 0, 0, 0, 1, no]),
        name: format!("p{no}"),
        config: PortConfig::empty(),
        state: PortState::LIVE,
        curr_speed_kbps: 0,
        max_speed_kbps: 0,
    };
    let ports = (1..=3).map(port).collect();
    Switch::new(SwitchConfig::new(Dpid(1), version, ports))
}
