//! One end of a TCP connection to the controller, byte by byte and message by message.

use bytes::{Bytes, BytesMut};
use openflow::wire::{self, Body, Echo, FixedText, Hello, Message, frame_length};
use openflow::{Dpid, MacAddr, PortNo, Version, Xid, v10, v13};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::PATIENCE;

pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
    buffer: BytesMut,
    pub(crate) version: Version,
}

impl Peer {
    pub(crate) async fn connect(address: std::net::SocketAddr, version: Version) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            buffer: BytesMut::new(),
            version,
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    pub(crate) async fn send(&mut self, message: &Message) {
        let mut bytes = BytesMut::new();
        message.encode(&mut bytes).unwrap();
        self.write(&bytes).await;
    }

    /// The next message; `None` when the controller closes. It has to come in time.
    pub(crate) async fn receive(&mut self) -> Option<Message> {
        let received = tokio::time::timeout(PATIENCE, self.next()).await;
        received.expect("a message or the end in time")
    }

    /// The next message whenever it comes; nothing is lost when this is dropped.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            if let Ok(Some(length)) = frame_length(&self.buffer)
                && length <= self.buffer.len()
            {
                let frame = self.buffer.split_to(length).freeze();
                return Some(Message::decode(frame).unwrap());
            }
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next message of a type, skipping others.
    pub(crate) async fn expect(&mut self, type_name: &str) -> Message {
        loop {
            let message = self.receive().await;
            let message = message.unwrap_or_else(|| panic!("closed before {type_name}"));
            if message.type_name() == type_name {
                return message;
            }
        }
    }

    /// The next error.
    pub(crate) async fn expect_error(&mut self) -> wire::Error {
        match self.expect("error").await.body {
            Body::V10(v10::Body::Error(error)) | Body::V13(v13::Body::Error(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    /// Everything until the controller closes.
    pub(crate) async fn until_closed(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some(message) = self.receive().await {
            messages.push(message);
        }
        messages
    }

    /// The controller answers an echo: the session lives.
    pub(crate) async fn expect_alive(&mut self) {
        let data = Bytes::from_static(b"alive?");
        self.echo(data.clone()).await;
        loop {
            let reply = self.expect("echo_reply").await;
            if let Body::V10(v10::Body::EchoReply(Echo { data: back }))
            | Body::V13(v13::Body::EchoReply(Echo { data: back })) = reply.body
                && back == data
            {
                return;
            }
        }
    }

    pub(crate) async fn echo(&mut self, data: Bytes) {
        let message = self.message(Xid(77), Common::EchoRequest(data));
        self.send(&message).await;
    }

    /// Hello in our version, the rest of the handshake with these ports.
    pub(crate) async fn handshake(&mut self, dpid: u64, ports: &[u32]) {
        let hello = Message::hello(self.version.wire(), Xid(1), Hello::default());
        self.send(&hello).await;
        let request = self.expect("features_request").await;
        let features = self.message(request.xid, Common::Features(dpid, ports));
        self.send(&features).await;
        let mut asked = if self.version == Version::V1_0 { 1 } else { 2 };
        while asked > 0 {
            let message = self.receive().await.expect("requests of the handshake");
            if let Some(answer) = self.answer(&message, ports) {
                self.send(&answer).await;
                asked -= usize::from(message.type_name().ends_with("request"));
            }
        }
    }

    /// What every switch answers to this, if it is a question.
    pub(crate) fn answer(&self, message: &Message, ports: &[u32]) -> Option<Message> {
        let xid = message.xid;
        match &message.body {
            Body::V10(v10::Body::EchoRequest(echo)) => {
                Some(Message::v10(xid, v10::Body::EchoReply(echo.clone())))
            }
            Body::V10(v10::Body::BarrierRequest) => {
                Some(Message::v10(xid, v10::Body::BarrierReply))
            }
            Body::V10(v10::Body::StatsRequest(request)) => {
                let body = match request.body {
                    v10::StatsRequestBody::Desc => v10::StatsReplyBody::Desc(Box::new(desc_10())),
                    v10::StatsRequestBody::Port(_) => v10::StatsReplyBody::Port(Vec::new()),
                    _ => v10::StatsReplyBody::Flow(Vec::new()),
                };
                let flags = v10::StatsFlags::empty();
                let reply = v10::StatsReply { flags, body };
                Some(Message::v10(xid, v10::Body::StatsReply(reply)))
            }
            Body::V13(body) => {
                let body = match body {
                    v13::Body::EchoRequest(echo) => v13::Body::EchoReply(echo.clone()),
                    v13::Body::BarrierRequest => v13::Body::BarrierReply,
                    v13::Body::MultipartRequest(request) => {
                        multipart(&request.body, self.version, ports)
                    }
                    _ => return None,
                };
                Some(Message::v13(self.version, xid, body))
            }
            _ => None,
        }
    }

    pub(crate) fn message(&self, xid: Xid, what: Common<'_>) -> Message {
        match self.version {
            Version::V1_0 => Message::v10(xid, what.v10()),
            later => Message::v13(later, xid, what.v13()),
        }
    }
}

/// What both versions can say.
pub(crate) enum Common<'a> {
    EchoRequest(Bytes),
    Features(u64, &'a [u32]),
}

impl Common<'_> {
    fn v10(self) -> v10::Body {
        match self {
            Self::EchoRequest(data) => v10::Body::EchoRequest(Echo { data }),
            Self::Features(dpid, ports) => v10::Body::FeaturesReply(v10::FeaturesReply {
                datapath_id: Dpid(dpid),
                n_buffers: 0,
                n_tables: 1,
                capabilities: v10::Capabilities::empty(),
                actions: v10::ActionSet::empty(),
                ports: ports.iter().map(|port| port_10(*port)).collect(),
            }),
        }
    }

    fn v13(self) -> v13::Body {
        match self {
            Self::EchoRequest(data) => v13::Body::EchoRequest(Echo { data }),
            Self::Features(dpid, _) => v13::Body::FeaturesReply(v13::FeaturesReply {
                datapath_id: Dpid(dpid),
                n_buffers: 0,
                n_tables: 4,
                auxiliary_id: 0,
                capabilities: v13::Capabilities::empty(),
                reserved: 0,
            }),
        }
    }
}

fn multipart(request: &v13::MultipartRequestBody, version: Version, ports: &[u32]) -> v13::Body {
    use v13::{MultipartReplyBody as Reply, MultipartRequestBody as Request};
    let body = match request {
        Request::Desc => Reply::Desc(Box::new(v13::DescStats {
            mfr_desc: FixedText::new("Tests"),
            hw_desc: FixedText::new("none"),
            sw_desc: FixedText::new("script"),
            serial_num: FixedText::new("1"),
            dp_desc: FixedText::new("fake"),
        })),
        Request::PortDesc(_) => {
            let port = |port: &u32| match version {
                Version::V1_3 => port_13(*port),
                _ => port_14(*port),
            };
            Reply::PortDesc(ports.iter().map(port).collect())
        }
        Request::Port(_) => Reply::Port(Vec::new()),
        Request::Table => Reply::Table(Vec::new()),
        _ if version == Version::V1_5 => Reply::FlowDesc(Vec::new()),
        _ => Reply::Flow(Vec::new()),
    };
    let flags = v13::MultipartFlags::empty();
    v13::Body::MultipartReply(v13::MultipartReply { flags, body })
}

pub(crate) fn port_13(port: u32) -> v13::Port {
    let speed = v13::PortFeatures::empty();
    v13::Port {
        port_no: PortNo(port),
        hw_addr: hw_addr(port),
        name: FixedText::new(&format!("p{port}")),
        config: v13::PortConfig::empty(),
        state: v13::PortState::empty(),
        traits: v13::PortTraits::Fixed(v13::EthernetTraits {
            curr: speed,
            advertised: speed,
            supported: speed,
            peer: speed,
            curr_speed: 0,
            max_speed: 0,
        }),
    }
}

/// Speeds and media are properties from 1.4 on, and a port need not have any.
fn port_14(port: u32) -> v13::Port {
    v13::Port {
        traits: v13::PortTraits::Properties {
            properties: Vec::new(),
        },
        ..port_13(port)
    }
}

fn port_10(port: u32) -> v10::Port {
    let features = v10::PortFeatures::empty();
    v10::Port {
        port_no: PortNo(port).try_into().unwrap(),
        hw_addr: hw_addr(port),
        name: FixedText::new(&format!("p{port}")),
        config: v10::PortConfig::empty(),
        state: v10::PortState::empty(),
        curr: features,
        advertised: features,
        supported: features,
        peer: features,
    }
}

fn desc_10() -> v10::DescStats {
    v10::DescStats {
        mfr_desc: FixedText::new("Tests"),
        hw_desc: FixedText::new("none"),
        sw_desc: FixedText::new("script"),
        serial_num: FixedText::new("1"),
        dp_desc: FixedText::new("fake"),
    }
}

fn hw_addr(port: u32) -> MacAddr {
    let [a, b, c, d] = port.to_be_bytes();
    MacAddr([0x0a, 0, a, b, c, d])
}

/// A packet-in of 1.3, whole packet in the message.
pub(crate) fn packet_in_13(port: u32, packet: &[u8]) -> Vec<u8> {
    let mut bytes = vec![4, 10, 0, 0, 0, 0, 0, 0];
    bytes.extend(u32::MAX.to_be_bytes());
    bytes.extend(u16::try_from(packet.len()).unwrap().to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend([0; 8]);
    // OXM match of 12 bytes: in_port; then padding to 16, then two bytes more.
    bytes.extend([0, 1, 0, 12, 0x80, 0, 0, 4]);
    bytes.extend(port.to_be_bytes());
    bytes.extend([0; 4 + 2]);
    bytes.extend(packet);
    with_length(bytes)
}

/// The length in the header made right.
pub(crate) fn with_length(mut frame: Vec<u8>) -> Vec<u8> {
    let length = u16::try_from(frame.len()).unwrap().to_be_bytes();
    frame[2..4].copy_from_slice(&length);
    frame
}
