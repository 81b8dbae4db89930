//! Requests that the neutral model does not have: configuration of the switch, which asynchronous
//! messages are told, single groups and ports, queues, tables.

use openflow::experimenter::nicira;
use openflow::flow::FromSwitch;
use openflow::wire::{Body, ErrorCode, Experimenter, Message};
use openflow::{GroupId, PortNo, TableId, Version, v10, v13};

use super::audience::{INVALID_TTL, Wants};
use super::{Agent, Output, Request, abilities, put, tell};

/// Bytes of a missed packet that a controller gets that has not asked for more or fewer.
const MISS_SEND_LEN: u16 = 128;
/// `OFPC_INVALID_TTL_TO_CONTROLLER`, which 1.0 has from Nicira.
const INVALID_TTL_FLAG: u16 = 1 << 2;

/// What is the connection's own.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) miss_send_len: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            miss_send_len: MISS_SEND_LEN,
        }
    }
}

impl Agent {
    /// Answers what the model cannot; `None` where it can.
    pub(super) fn beyond_the_model(
        &mut self,
        request: &Request,
        message: &Message,
        out: &mut Output,
    ) -> Option<Result<(), ErrorCode>> {
        match &message.body {
            Body::Hello(_) => None,
            Body::V10(body) => self.beyond_1_0(request, body, out),
            Body::V13(body) => self.beyond_1_3(request, body, out),
        }
    }

    fn beyond_1_0(
        &mut self,
        request: &Request,
        body: &v10::Body,
        out: &mut Output,
    ) -> Option<Result<(), ErrorCode>> {
        let answer = match body {
            v10::Body::SetConfig(config) => {
                let hears = config.flags.bits() & INVALID_TTL_FLAG != 0;
                self.hear_invalid_ttl(hears);
                self.set_miss_send_len(config.miss_send_len);
                return Some(Ok(()));
            }
            v10::Body::GetConfigRequest => {
                let hears = self.audience.master.packet_in & INVALID_TTL != 0;
                v10::Body::GetConfigReply(v10::SwitchConfig {
                    flags: v10::ConfigFlags::from_bits_retain(u16::from(hears) * INVALID_TTL_FLAG),
                    miss_send_len: self.settings.miss_send_len,
                })
            }
            v10::Body::QueueGetConfigRequest(asked) => {
                if let Err(code) = self.has_queue(asked.port.into(), None) {
                    return Some(Err(code));
                }
                v10::Body::QueueGetConfigReply(v10::QueueConfigReply {
                    port: asked.port,
                    queues: Vec::new(),
                })
            }
            v10::Body::Vendor(v10::Vendor::Nicira(message)) => return self.nicira(message),
            _ => return None,
        };
        put(&Message::v10(request.xid, answer), out);
        Some(Ok(()))
    }

    fn beyond_1_3(
        &mut self,
        request: &Request,
        body: &v13::Body,
        out: &mut Output,
    ) -> Option<Result<(), ErrorCode>> {
        let version = request.version;
        let answer = match body {
            v13::Body::SetConfig(config) => {
                self.set_miss_send_len(config.miss_send_len);
                return Some(Ok(()));
            }
            v13::Body::GetConfigRequest => v13::Body::GetConfigReply(v13::SwitchConfig {
                flags: v13::ConfigFlags::empty(),
                miss_send_len: self.settings.miss_send_len,
            }),
            v13::Body::GetAsyncRequest => v13::Body::GetAsyncReply(self.async_config(version)),
            v13::Body::SetAsync(config) => {
                self.set_async(config);
                return Some(Ok(()));
            }
            v13::Body::QueueGetConfigRequest(asked) => {
                if let Err(code) = self.has_queue(asked.port, None) {
                    return Some(Err(code));
                }
                v13::Body::QueueGetConfigReply(v13::QueueConfigReply {
                    port: asked.port,
                    queues: Vec::new(),
                })
            }
            // Nothing of a table can be configured here but what it is anyhow.
            v13::Body::TableMod(_) => return Some(Ok(())),
            v13::Body::MultipartRequest(asked) => {
                return self.multipart(request, &asked.body, out);
            }
            v13::Body::Experimenter(Experimenter::Nicira(message)) => {
                return self.nicira(message);
            }
            _ => return None,
        };
        put(&Message::v13(version, request.xid, answer), out);
        Some(Ok(()))
    }

    fn multipart(
        &self,
        request: &Request,
        asked: &v13::MultipartRequestBody,
        out: &mut Output,
    ) -> Option<Result<(), ErrorCode>> {
        use v13::{MultipartReplyBody as Told, MultipartRequestBody as Ask};

        let version = request.version;
        let told = match asked {
            Ask::PortDesc(Some(one)) if one.port_no != PortNo::ANY => {
                let ports = self.switch.port(one.port_no).cloned();
                let ports = ports.into_iter().collect();
                let reply = FromSwitch::PortDesc { ports, more: false };
                return Some(tell(&reply, version, request.xid, out));
            }
            Ask::GroupDesc(Some(one)) if one.group_id != GroupId::ALL => {
                let mut groups = self.switch.group_desc();
                groups.retain(|group| group.id == one.group_id);
                let reply = FromSwitch::GroupDesc {
                    groups,
                    more: false,
                };
                return Some(tell(&reply, version, request.xid, out));
            }
            Ask::GroupFeatures => Told::GroupFeatures(abilities::groups(version)),
            Ask::QueueDesc(_) => Told::QueueDesc(Vec::new()),
            Ask::TableDesc => Told::TableDesc(self.table_descs()),
            // Open vSwitch changes no table by it, and answers with what it has.
            Ask::TableFeatures(_) => {
                abilities::tell_tables(self.switch.n_tables(), version, request.xid, out);
                return Some(Ok(()));
            }
            _ => return None,
        };
        put(&abilities::reply(told, false, version, request.xid), out);
        Some(Ok(()))
    }

    fn table_descs(&self) -> Vec<v13::TableDesc> {
        let ids = (0..self.switch.n_tables()).map(TableId);
        ids.map(|table_id| v13::TableDesc {
            table_id,
            config: v13::TableConfig::empty(),
            properties: Vec::new(),
        })
        .collect()
    }

    /// Those of Nicira's messages that change what the controller hears, and those that ask for
    /// what is done anyhow. A role is the model's.
    fn nicira(&mut self, message: &nicira::Message) -> Option<Result<(), ErrorCode>> {
        match message {
            nicira::Message::SetAsyncConfig(config) => {
                self.set_masks(
                    config.packet_in_mask,
                    config.port_status_mask,
                    config.flow_removed_mask,
                );
                Some(Ok(()))
            }
            nicira::Message::SetControllerId(_) => Some(Ok(())),
            _ => None,
        }
    }

    fn set_miss_send_len(&mut self, bytes: u16) {
        self.settings.miss_send_len = bytes;
        self.switch.set_miss_send_len(bytes);
    }

    fn hear_invalid_ttl(&mut self, hears: bool) {
        let mask = &mut self.audience.master.packet_in;
        match hears {
            true => *mask |= INVALID_TTL,
            false => *mask &= !INVALID_TTL,
        }
    }

    fn set_masks(&mut self, packet_in: [u32; 2], port_status: [u32; 2], flow_removed: [u32; 2]) {
        let of = |role: usize| Wants {
            packet_in: packet_in[role],
            port_status: port_status[role],
            flow_removed: flow_removed[role],
        };
        self.audience.master = of(0);
        self.audience.slave = of(1);
    }

    fn set_async(&mut self, config: &v13::AsyncConfig) {
        use v13::AsyncPropertyType as Kind;
        match config {
            v13::AsyncConfig::Masks {
                packet_in_mask,
                port_status_mask,
                flow_removed_mask,
            } => self.set_masks(*packet_in_mask, *port_status_mask, *flow_removed_mask),
            v13::AsyncConfig::Properties { properties } => {
                for property in properties {
                    let v13::AsyncPropertyBody::Reasons { mask } = property.body else {
                        continue;
                    };
                    let (master, slave) = (&mut self.audience.master, &mut self.audience.slave);
                    match property.kind {
                        Kind::PacketInSlave => slave.packet_in = mask,
                        Kind::PacketInMaster => master.packet_in = mask,
                        Kind::PortStatusSlave => slave.port_status = mask,
                        Kind::PortStatusMaster => master.port_status = mask,
                        Kind::FlowRemovedSlave => slave.flow_removed = mask,
                        Kind::FlowRemovedMaster => master.flow_removed = mask,
                        // What is never told here.
                        _ => {}
                    }
                }
            }
        }
    }

    fn async_config(&self, version: Version) -> v13::AsyncConfig {
        use v13::AsyncPropertyType as Kind;
        let (master, slave) = (self.audience.master, self.audience.slave);
        if version < Version::V1_4 {
            return v13::AsyncConfig::Masks {
                packet_in_mask: [master.packet_in, slave.packet_in],
                port_status_mask: [master.port_status, slave.port_status],
                flow_removed_mask: [master.flow_removed, slave.flow_removed],
            };
        }
        let masks = [
            (Kind::PacketInSlave, slave.packet_in),
            (Kind::PacketInMaster, master.packet_in),
            (Kind::PortStatusSlave, slave.port_status),
            (Kind::PortStatusMaster, master.port_status),
            (Kind::FlowRemovedSlave, slave.flow_removed),
            (Kind::FlowRemovedMaster, master.flow_removed),
        ];
        let property = |(kind, mask)| v13::AsyncProperty {
            kind,
            body: v13::AsyncPropertyBody::Reasons { mask },
        };
        v13::AsyncConfig::Properties {
            properties: masks.into_iter().map(property).collect(),
        }
    }
}
