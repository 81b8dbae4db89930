//! Looking up again.

use crate::v10::PortNo;

wire_fields! {
    /// Looks the packet up once more.
    Resubmit {
        /// As if it came in there; `IN_PORT` for where it did.
        in_port: PortNo;
        /// Where; 255 for this table. Without meaning in the oldest form.
        table: u8;
    }
}
