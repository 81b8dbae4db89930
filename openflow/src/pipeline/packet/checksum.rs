//! The Internet checksum, kept right by what changes (RFC 1624), and that of SCTP (RFC 9260 §6.8).

/// The checksum after some of the bytes it covers have changed. Both are of the same, even length.
pub(super) fn updated(checksum: u16, old: &[u8], new: &[u8]) -> u16 {
    let mut sum = u32::from(!checksum);
    for (old, new) in old.chunks(2).zip(new.chunks(2)) {
        sum += u32::from(!word(old)) + u32::from(word(new));
    }
    let folded = (sum & 0xffff) + (sum >> 16);
    let folded = (folded & 0xffff) + (folded >> 16);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "folded twice it has 16 bits"
    )]
    let sum = folded as u16;
    !sum
}

/// The checksum of these parts, each but the last of even length. Their sum is below 2³².
pub(super) fn of(parts: &[&[u8]]) -> u16 {
    let words = parts.iter().flat_map(|part| part.chunks(2));
    let mut sum: u32 = words.map(|pair| u32::from(word(pair))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or_default()
}

fn word(pair: &[u8]) -> u16 {
    match *pair {
        [high, low] => u16::from_be_bytes([high, low]),
        [high] => u16::from_be_bytes([high, 0]),
        _ => 0,
    }
}

/// CRC-32c over an SCTP packet whose checksum counts as zero. As it stands in the packet, read
/// big-endian.
pub(super) fn sctp(packet: &[u8]) -> u32 {
    let (head, rest) = packet.split_at(packet.len().min(8));
    let crc = crc32c::crc32c(head);
    let crc = crc32c::crc32c_append(crc, &[0; 4]);
    crc32c::crc32c_append(crc, rest.get(4..).unwrap_or_default()).swap_bytes()
}
