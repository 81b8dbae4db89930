//! Meters.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use super::{ParseFlowError, number, split};
use crate::MeterId;
use crate::flow::{Band, BandKind, Meter, MeterCommand, MeterFlags, MeterMod};

const FLAGS: [(&str, MeterFlags); 4] = [
    ("kbps", MeterFlags::KBPS),
    ("pktps", MeterFlags::PKTPS),
    ("burst", MeterFlags::BURST),
    ("stats", MeterFlags::STATS),
];

const COMMANDS: [(&str, MeterCommand); 3] = [
    ("add", MeterCommand::Add),
    ("modify", MeterCommand::Modify),
    ("delete", MeterCommand::Delete),
];

/// Meters with a name instead of a number (OF 1.3.5 §7.3.4.4, `ofp_meter`).
const NAMES: [(&str, MeterId); 3] = [
    ("slowpath", MeterId(0xffff_fffd)),
    ("controller", MeterId(0xffff_fffe)),
    ("all", MeterId(0xffff_ffff)),
];

impl Display for Meter {
    /// `meter=1,kbps,burst,bands=type=drop,rate=1000,burst_size=50`, as `ovs-ofctl add-meter`
    /// reads it.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|row| row.1 == self.id) {
            Some((name, _)) => write!(f, "meter={name}")?,
            None => write!(f, "meter={}", self.id)?,
        }
        let flags = FLAGS.iter().filter(|(_, flag)| self.flags.contains(*flag));
        for (name, _) in flags {
            write!(f, ",{name}")?;
        }
        for (place, band) in self.bands.iter().enumerate() {
            let head = if place == 0 { "bands=" } else { "" };
            write!(f, ",{head}{band}")?;
        }
        Ok(())
    }
}

impl Display for Band {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.kind {
            BandKind::Drop => f.write_str("type=drop")?,
            BandKind::DscpRemark(_) => f.write_str("type=dscp_remark")?,
            BandKind::Experimenter(id) => write!(f, "type=experimenter:{id:#010x}")?,
            BandKind::Other(number) => write!(f, "type={number}")?,
        }
        write!(f, ",rate={}", self.rate)?;
        if self.burst_size != 0 {
            write!(f, ",burst_size={}", self.burst_size)?;
        }
        match self.kind {
            BandKind::DscpRemark(levels) => write!(f, ",prec_level={levels}"),
            _ => Ok(()),
        }
    }
}

impl Display for MeterMod {
    /// The meter with the command in front: `add meter=1,pktps,bands=type=drop,rate=5`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = COMMANDS
            .iter()
            .find(|row| row.1 == self.command)
            .map_or("", |row| row.0);
        match self.command {
            MeterCommand::Delete => {
                let meter = Meter {
                    id: self.meter.id,
                    flags: MeterFlags::empty(),
                    bands: Vec::new(),
                };
                write!(f, "{name} {meter}")
            }
            _ => write!(f, "{name} {}", self.meter),
        }
    }
}

impl FromStr for Meter {
    type Err = ParseFlowError;

    /// As written here, and as `ovs-ofctl dump-meters` prints it.
    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        let (mut id, mut flags, mut bands) = (None, MeterFlags::empty(), Vec::new());
        for token in split(text) {
            let token = token
                .strip_prefix("bands=")
                .or_else(|| token.strip_prefix("band="))
                .unwrap_or(token);
            if token.is_empty() {
                continue;
            }
            if let Some((_, flag)) = FLAGS.iter().find(|row| row.0 == token) {
                flags |= *flag;
                continue;
            }
            match (token.split_once('='), bands.last_mut()) {
                (Some(("meter", name)), _) => id = Some(meter_id(token, name)?),
                (Some(("type", name)), _) => bands.push(Band {
                    kind: band_kind(token, name)?,
                    rate: 0,
                    burst_size: 0,
                }),
                (Some((key, text)), Some(band)) => band_attribute(token, key, text, band)?,
                _ => {
                    let problem = "expected meter=…, kbps, pktps, burst, stats or bands=type=…";
                    return Err(ParseFlowError::new(token, problem));
                }
            }
        }
        check(text, flags, &bands)?;
        Ok(Self {
            id: id.ok_or_else(|| ParseFlowError::new(text, "expected meter=…"))?,
            flags,
            bands,
        })
    }
}

fn meter_id(token: &str, name: &str) -> Result<MeterId, ParseFlowError> {
    match NAMES.iter().find(|row| row.0.eq_ignore_ascii_case(name)) {
        Some((_, id)) => Ok(*id),
        None => Ok(MeterId(number(
            token,
            name,
            "meter: a number from 1, or all",
        )?)),
    }
}

fn band_kind(token: &str, name: &str) -> Result<BandKind, ParseFlowError> {
    Ok(match name.split_once(':') {
        Some(("experimenter", id)) => BandKind::Experimenter(number(token, id, "experimenter")?),
        _ if name == "drop" => BandKind::Drop,
        _ if name == "dscp_remark" => BandKind::DscpRemark(0),
        _ => BandKind::Other(number(token, name, "band: drop or dscp_remark")?),
    })
}

fn band_attribute(
    token: &str,
    key: &str,
    text: &str,
    band: &mut Band,
) -> Result<(), ParseFlowError> {
    match (key, &mut band.kind) {
        ("rate", _) => band.rate = number(token, text, "rate")?,
        ("burst_size", _) => band.burst_size = number(token, text, "size of a burst")?,
        ("prec_level", BandKind::DscpRemark(levels)) => {
            *levels = number(token, text, "number of levels, 0 to 255")?;
        }
        _ => {
            let problem = "expected rate=…, burst_size=… or, of dscp_remark, prec_level=…";
            return Err(ParseFlowError::new(token, problem));
        }
    }
    Ok(())
}

fn check(text: &str, flags: MeterFlags, bands: &[Band]) -> Result<(), ParseFlowError> {
    if flags.contains(MeterFlags::KBPS | MeterFlags::PKTPS) {
        return Err(ParseFlowError::new(
            text,
            "kbps and pktps exclude each other",
        ));
    }
    let bursts = bands.iter().any(|band| band.burst_size != 0);
    if bursts && !flags.contains(MeterFlags::BURST) {
        return Err(ParseFlowError::new(text, "burst_size needs the flag burst"));
    }
    Ok(())
}

impl FromStr for MeterMod {
    type Err = ParseFlowError;

    /// A meter with `add`, `modify` or `delete` in front; without one it is an add.
    fn from_str(text: &str) -> Result<Self, ParseFlowError> {
        let text = text.trim();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let (command, meter) = match COMMANDS.iter().find(|row| row.0 == word) {
            Some((_, command)) => (*command, rest),
            None => (MeterCommand::Add, text),
        };
        Ok(Self {
            command,
            meter: meter.parse()?,
        })
    }
}
