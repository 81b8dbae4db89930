//! Multiparts in as many messages as it takes: one holds no more than its length can say.

use bytes::{Buf, BytesMut};

use super::{Unsupported, direct, lacking};
use crate::Version;
use crate::wire::{Message, Writer};

/// Bytes of a message at most.
const LONGEST: usize = u16::MAX as usize;
/// Where a multipart has its flags; the lowest bit of the second byte says that another part
/// follows (OF 1.0 §5.3.5, OF 1.3.5 §7.3.5).
const FLAGS: usize = 10;
const MORE: u8 = 1;

/// Appends a reply or request whose body is a list, in as many messages as it takes, of which `more`
/// says whether yet another one follows. `head` is that with an empty list. On an error the buffer
/// is as it was.
pub(super) fn write<T>(
    into: &mut BytesMut,
    version: Version,
    head: &Message,
    more: bool,
    items: impl IntoIterator<Item = T>,
    mut item: impl FnMut(&mut Writer<'_>, T) -> Result<(), Unsupported>,
) -> Result<(), Unsupported> {
    let start = into.len();
    let mut head_bytes = BytesMut::new();
    head.encode(&mut head_bytes)
        .map_err(|error| direct::too_long(version, &error))?;
    into.extend_from_slice(&head_bytes);
    let mut part = start;
    for each in items {
        let at = into.len();
        let mut w = Writer::new(into, version);
        let written = item(&mut w, each);
        let written = written.and_then(|()| {
            let fits = w.finish();
            fits.map_err(|error| direct::too_long(version, &error))
        });
        let alone = head_bytes.len() + into.len() - at;
        if let Err(error) = written.and_then(|()| fits(alone, version)) {
            into.truncate(start);
            return Err(error);
        }
        if into.len() - part > LONGEST {
            let item = into.split_off(at);
            close(&mut into[part..], true);
            part = at;
            into.extend_from_slice(&head_bytes);
            into.extend_from_slice(item.chunk());
        }
    }
    close(&mut into[part..], more);
    Ok(())
}

fn fits(length: usize, version: Version) -> Result<(), Unsupported> {
    if length > LONGEST {
        return Err(lacking(version, format!("an entry of {length} bytes")));
    }
    Ok(())
}

/// Puts the length and the flag of a part in.
fn close(part: &mut [u8], more: bool) {
    let length = u16::try_from(part.len()).unwrap_or(u16::MAX);
    part[2..4].copy_from_slice(&length.to_be_bytes());
    part[FLAGS + 1] = u8::from(more) * MORE;
}
