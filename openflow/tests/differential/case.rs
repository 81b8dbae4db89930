//! A case: what a switch is told and what comes in, in order. As text it is a line a step, which is
//! how failing cases are kept.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use bytes::{Bytes, BytesMut};
use openflow::flow::{
    Action, Actions, BundleFlags, BundleRequest, BundleStep, FlowMod, FlowStatsRequest, GroupMod,
    Instructions, Match, MeterMod, PacketOut, PortConfig, PortMod, ToSwitch,
};
use openflow::oxm::Field;
use openflow::{BufferId, Cookie, GroupId, MacAddr, PortNo, TableId, Version, Xid};

/// What one switch goes through, empty at first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Case {
    pub(crate) version: Version,
    pub(crate) steps: Vec<Step>,
}

/// One thing that happens to a switch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Flow(Box<FlowMod>),
    Group(GroupMod),
    Meter(MeterMod),
    /// From now on the port has this configuration.
    Port(PortNo, PortConfig),
    PacketOut(PacketOut),
    /// A frame comes in.
    Packet(PortNo, Bytes),
    /// So many milliseconds go by.
    Wait(u32),
    /// Something is done with the bundle of this number.
    Bundle(u32, BundleFlags, Bundled),
}

/// What is done with a bundle.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bundled {
    /// Anything but to put something in.
    Control(BundleStep),
    Add(Box<Step>),
}

/// Numbers of bundles.
pub(crate) const BUNDLES: [u32; 2] = [1, 2];

/// Sums that are asked for at the end of a case.
pub(crate) fn sums(version: Version) -> Vec<FlowStatsRequest> {
    let all = FlowStatsRequest::all;
    let mut asked = vec![
        all(),
        FlowStatsRequest {
            table: TableId(1),
            ..all()
        },
        FlowStatsRequest {
            matching: Match::any().with(Field::EthType, 0x0800),
            out_port: PortNo(2),
            ..all()
        },
    ];
    if version != Version::V1_0 {
        asked.push(FlowStatsRequest {
            cookie: Cookie(1),
            cookie_mask: 1,
            ..all()
        });
        asked.push(FlowStatsRequest {
            out_group: GroupId(1),
            ..all()
        });
    }
    asked
}

impl Step {
    /// The message of a change, but for that of a port, which needs to know its address.
    pub(crate) fn message(&self) -> Option<ToSwitch> {
        Some(match self {
            Self::Flow(flow) => ToSwitch::FlowMod((**flow).clone()),
            Self::Group(group) => ToSwitch::GroupMod(group.clone()),
            Self::Meter(meter) => ToSwitch::MeterMod(meter.clone()),
            Self::PacketOut(packet) => ToSwitch::PacketOut(packet.clone()),
            Self::Bundle(id, flags, bundled) => ToSwitch::Bundle(BundleRequest {
                id: *id,
                flags: *flags,
                step: match bundled {
                    Bundled::Control(step) => step.clone(),
                    Bundled::Add(step) => BundleStep::Add(Box::new(step.message()?)),
                },
            }),
            Self::Port(..) | Self::Packet(..) | Self::Wait(_) => return None,
        })
    }

    /// Whether the version has words for it, and so has the text of a case.
    pub(crate) fn can_be_said(&self, version: Version) -> bool {
        let message = match self {
            Self::Port(port, config) => Some(port_mod(*port, MacAddr::ZERO, *config, version)),
            _ => self.message(),
        };
        let mut bytes = BytesMut::new();
        if matches!(self, Self::Bundle(..)) && (version == Version::V1_0 || message.is_none()) {
            return false;
        }
        let encoded = message.is_none_or(|it| it.encode(version, Xid(0), &mut bytes).is_ok());
        encoded
            && self
                .to_string()
                .parse()
                .is_ok_and(|read: Self| read == *self)
    }
}

/// Gives a port this configuration whatever it had.
pub(crate) fn port_mod(
    port: PortNo,
    hw_addr: MacAddr,
    config: PortConfig,
    version: Version,
) -> ToSwitch {
    let all = CONFIGS
        .iter()
        .fold(PortConfig::empty(), |all, row| all | row.1);
    // Floods are of 1.0.
    let mask = match version {
        Version::V1_0 => all,
        _ => all - PortConfig::NO_FLOOD,
    };
    ToSwitch::PortMod(PortMod {
        port,
        hw_addr,
        config,
        mask,
    })
}

const CONFIGS: [(&str, PortConfig); 5] = [
    ("down", PortConfig::PORT_DOWN),
    ("no-receive", PortConfig::NO_RECV),
    ("no-flood", PortConfig::NO_FLOOD),
    ("no-forward", PortConfig::NO_FWD),
    ("no-packet-in", PortConfig::NO_PACKET_IN),
];

const CONTROLS: [(&str, BundleStep); 4] = [
    ("open", BundleStep::Open),
    ("close", BundleStep::Close),
    ("commit", BundleStep::Commit),
    ("discard", BundleStep::Discard),
];

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flow(flow) => write!(f, "flow {flow}"),
            Self::Group(group) => write!(f, "group {group}"),
            Self::Meter(meter) => write!(f, "meter {meter}"),
            Self::Port(port, config) => {
                write!(f, "port {port}")?;
                let set = CONFIGS.iter().filter(|(_, flag)| config.contains(*flag));
                set.into_iter()
                    .try_for_each(|(name, _)| write!(f, " {name}"))
            }
            Self::PacketOut(packet) => {
                let data = hex::encode(&packet.data);
                let actions = Instructions::apply(packet.actions.clone());
                write!(f, "packet-out {} {data} {actions}", packet.in_port)
            }
            Self::Packet(port, frame) => write!(f, "packet {port} {}", hex::encode(frame)),
            Self::Wait(milliseconds) => write!(f, "wait {milliseconds}"),
            Self::Bundle(id, flags, Bundled::Control(step)) => {
                let word = CONTROLS.iter().find(|row| row.1 == *step);
                write!(
                    f,
                    "bundle {id} {} {}",
                    flags.bits(),
                    word.map_or("", |row| row.0)
                )
            }
            Self::Bundle(id, flags, Bundled::Add(step)) => {
                write!(f, "bundle {id} {} {step}", flags.bits())
            }
        }
    }
}

/// Which line is wrong.
type Wrong = String;

impl FromStr for Step {
    type Err = Wrong;

    fn from_str(line: &str) -> Result<Self, Wrong> {
        let wrong = |problem: &dyn Display| format!("{line}: {problem}");
        let (word, rest) = line.split_once(' ').ok_or_else(|| wrong(&"one word"))?;
        let mut words = rest.splitn(if word == "port" { 9 } else { 3 }, ' ');
        let mut word_of_rest = || words.next().unwrap_or_default();
        match word {
            "flow" => rest
                .parse()
                .map(|flow| Self::Flow(Box::new(flow)))
                .map_err(|it| wrong(&it)),
            "group" => rest.parse().map(Self::Group).map_err(|it| wrong(&it)),
            "meter" => rest.parse().map(Self::Meter).map_err(|it| wrong(&it)),
            "bundle" => {
                let id = word_of_rest().parse().map_err(|it| wrong(&it))?;
                let flags = word_of_rest().parse().map_err(|it| wrong(&it))?;
                let what = word_of_rest();
                let bundled = match CONTROLS.iter().find(|row| row.0 == what) {
                    Some((_, step)) => Bundled::Control(step.clone()),
                    None => Bundled::Add(Box::new(what.parse()?)),
                };
                Ok(Self::Bundle(
                    id,
                    BundleFlags::from_bits_retain(flags),
                    bundled,
                ))
            }
            "wait" => rest.parse().map(Self::Wait).map_err(|it| wrong(&it)),
            "port" => {
                let port = word_of_rest().parse().map_err(|_| wrong(&"no port"))?;
                let mut config = PortConfig::empty();
                for name in words {
                    let flag = CONFIGS.iter().find(|row| row.0 == name);
                    config |= flag.ok_or_else(|| wrong(&name))?.1;
                }
                Ok(Self::Port(port, config))
            }
            "packet" | "packet-out" => {
                let port = word_of_rest().parse().map_err(|_| wrong(&"no port"))?;
                let data = hex::decode(word_of_rest()).map_err(|it| wrong(&it))?.into();
                if word == "packet" {
                    return Ok(Self::Packet(port, data));
                }
                let actions: Instructions = word_of_rest().parse().map_err(|it| wrong(&it))?;
                Ok(Self::PacketOut(PacketOut {
                    buffer_id: BufferId::NONE,
                    in_port: port,
                    actions: meter_last(actions),
                    data,
                }))
            }
            _ => Err(wrong(&"no such step")),
        }
    }
}

/// The list as it was written: a meter in front was read as an instruction.
fn meter_last(instructions: Instructions) -> Actions {
    let meter = instructions.meter.map(Action::Meter);
    meter.into_iter().chain(instructions.apply).collect()
}

impl Display for Case {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "case {}", self.version)?;
        self.steps.iter().try_for_each(|step| writeln!(f, "{step}"))
    }
}

/// Packets of a case whose way is asked for.
const TRACED: usize = 3;
/// Words in steps after which it is told otherwise.
const TRACED_OTHERWISE: [&str; 5] = ["meter", "type=select", "pop_mpls", "learn(", "NORMAL"];

impl Case {
    /// Packets whose way is asked for at the end: the first that came in, once each. None where a
    /// trace of Open vSwitch takes meters for passed, ends where a packet comes in again, or learns
    /// from what it is asked.
    pub(crate) fn traced(&self) -> Vec<(PortNo, Bytes)> {
        let mut packets = Vec::new();
        for step in &self.steps {
            if let Step::Packet(port, frame) = step
                && !packets.contains(&(*port, frame.clone()))
            {
                packets.push((*port, frame.clone()));
            }
        }
        let is_otherwise = |step: &Step| {
            let said = step.to_string();
            TRACED_OTHERWISE.iter().any(|it| said.contains(it))
        };
        packets.truncate(match self.steps.iter().any(is_otherwise) {
            true => 0,
            false => TRACED,
        });
        packets
    }

    /// All cases of a text. Lines that begin with `#` say why a case is kept.
    pub(crate) fn read_all(text: &str) -> Result<Vec<Self>, Wrong> {
        let mut cases: Vec<Self> = Vec::new();
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(version) = line.strip_prefix("case ") {
                let version = version_of(version).ok_or_else(|| format!("{line}: no version"))?;
                let steps = Vec::new();
                cases.push(Self { version, steps });
            } else {
                let case = cases.last_mut();
                let case = case.ok_or_else(|| format!("{line}: before the first case"))?;
                case.steps.push(line.parse()?);
            }
        }
        Ok(cases)
    }
}

fn version_of(text: &str) -> Option<Version> {
    let all = [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5];
    all.into_iter().find(|version| version.to_string() == text)
}
