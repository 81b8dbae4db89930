//! Names and meanings of error types and codes.

use super::ErrorCode;
use crate::Version;

/// Name and meaning of an error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorName {
    /// As the specification has it: `OFPBMC_BAD_PREREQ`.
    pub name: &'static str,
    /// One clause.
    pub meaning: &'static str,
}

impl ErrorCode {
    /// Name and meaning in a version; `None` where it has none.
    #[must_use]
    pub fn name(self, version: Version) -> Option<ErrorName> {
        let codes = self.row(version)?.codes;
        let (_, name, meaning) = codes.iter().find(|(code, ..)| *code == self.code)?;
        Some(ErrorName { name, meaning })
    }

    /// Name of the type in a version: `OFPET_BAD_MATCH`.
    #[must_use]
    pub fn type_name(self, version: Version) -> Option<&'static str> {
        self.row(version).map(|row| row.name)
    }

    fn row(self, version: Version) -> Option<&'static Kind> {
        let table = match version {
            Version::V1_0 => V10,
            Version::V1_3 | Version::V1_4 | Version::V1_5 => V13,
        };
        table.iter().find(|kind| kind.number == self.kind)
    }
}

/// A type with its codes: number, name, meaning.
struct Kind {
    number: u16,
    name: &'static str,
    codes: &'static [(u16, &'static str, &'static str)],
}

const HELLO_FAILED: Kind = Kind {
    number: 0,
    name: "OFPET_HELLO_FAILED",
    codes: &[
        (0, "OFPHFC_INCOMPATIBLE", "no protocol version in common"),
        (1, "OFPHFC_EPERM", "not permitted"),
    ],
};

/// OF 1.0 §5.4.4.
const V10: &[Kind] = &[
    HELLO_FAILED,
    Kind {
        number: 1,
        name: "OFPET_BAD_REQUEST",
        codes: &[
            (
                0,
                "OFPBRC_BAD_VERSION",
                "the version in the header is not supported",
            ),
            (1, "OFPBRC_BAD_TYPE", "the message type is not supported"),
            (2, "OFPBRC_BAD_STAT", "the statistics type is not supported"),
            (3, "OFPBRC_BAD_VENDOR", "the vendor is not supported"),
            (
                4,
                "OFPBRC_BAD_SUBTYPE",
                "the vendor's message is not supported",
            ),
            (5, "OFPBRC_EPERM", "not permitted"),
            (
                6,
                "OFPBRC_BAD_LEN",
                "the length is wrong for the message type",
            ),
            (7, "OFPBRC_BUFFER_EMPTY", "the buffer was used before"),
            (8, "OFPBRC_BUFFER_UNKNOWN", "there is no such buffer"),
        ],
    },
    Kind {
        number: 2,
        name: "OFPET_BAD_ACTION",
        codes: &[
            (0, "OFPBAC_BAD_TYPE", "the action is not known"),
            (1, "OFPBAC_BAD_LEN", "an action has the wrong length"),
            (2, "OFPBAC_BAD_VENDOR", "the action's vendor is not known"),
            (
                3,
                "OFPBAC_BAD_VENDOR_TYPE",
                "the vendor's action is not known",
            ),
            (4, "OFPBAC_BAD_OUT_PORT", "there is no such output port"),
            (5, "OFPBAC_BAD_ARGUMENT", "an action's argument is wrong"),
            (6, "OFPBAC_EPERM", "not permitted"),
            (7, "OFPBAC_TOO_MANY", "more actions than the switch can do"),
            (8, "OFPBAC_BAD_QUEUE", "there is no such queue"),
        ],
    },
    Kind {
        number: 3,
        name: "OFPET_FLOW_MOD_FAILED",
        codes: &[
            (0, "OFPFMFC_ALL_TABLES_FULL", "all tables are full"),
            (
                1,
                "OFPFMFC_OVERLAP",
                "an entry of the same priority overlaps",
            ),
            (2, "OFPFMFC_EPERM", "not permitted"),
            (
                3,
                "OFPFMFC_BAD_EMERG_TIMEOUT",
                "an emergency entry cannot have a timeout",
            ),
            (4, "OFPFMFC_BAD_COMMAND", "the command is not known"),
            (
                5,
                "OFPFMFC_UNSUPPORTED",
                "the actions cannot be done in this order",
            ),
        ],
    },
    Kind {
        number: 4,
        name: "OFPET_PORT_MOD_FAILED",
        codes: &[
            (0, "OFPPMFC_BAD_PORT", "there is no such port"),
            (
                1,
                "OFPPMFC_BAD_HW_ADDR",
                "the address is not that of the port",
            ),
        ],
    },
    Kind {
        number: 5,
        name: "OFPET_QUEUE_OP_FAILED",
        codes: &[
            (0, "OFPQOFC_BAD_PORT", "there is no such port"),
            (1, "OFPQOFC_BAD_QUEUE", "there is no such queue"),
            (2, "OFPQOFC_EPERM", "not permitted"),
        ],
    },
];

/// OF 1.3.5 §7.5.4.
const V13: &[Kind] = &[
    HELLO_FAILED,
    Kind {
        number: 1,
        name: "OFPET_BAD_REQUEST",
        codes: &[
            (
                0,
                "OFPBRC_BAD_VERSION",
                "the version in the header is not supported",
            ),
            (1, "OFPBRC_BAD_TYPE", "the message type is not supported"),
            (
                2,
                "OFPBRC_BAD_MULTIPART",
                "the multipart type is not supported",
            ),
            (
                3,
                "OFPBRC_BAD_EXPERIMENTER",
                "the experimenter is not supported",
            ),
            (
                4,
                "OFPBRC_BAD_EXP_TYPE",
                "the experimenter's message is not supported",
            ),
            (5, "OFPBRC_EPERM", "not permitted"),
            (
                6,
                "OFPBRC_BAD_LEN",
                "the length is wrong for the message type",
            ),
            (7, "OFPBRC_BUFFER_EMPTY", "the buffer was used before"),
            (8, "OFPBRC_BUFFER_UNKNOWN", "there is no such buffer"),
            (9, "OFPBRC_BAD_TABLE_ID", "there is no such table"),
            (
                10,
                "OFPBRC_IS_SLAVE",
                "the controller is slave and may only read",
            ),
            (11, "OFPBRC_BAD_PORT", "there is no such port"),
            (12, "OFPBRC_BAD_PACKET", "the packet is not one"),
            (
                13,
                "OFPBRC_MULTIPART_BUFFER_OVERFLOW",
                "a multipart request was too long to keep",
            ),
        ],
    },
    Kind {
        number: 2,
        name: "OFPET_BAD_ACTION",
        codes: &[
            (0, "OFPBAC_BAD_TYPE", "the action is not known"),
            (1, "OFPBAC_BAD_LEN", "an action has the wrong length"),
            (
                2,
                "OFPBAC_BAD_EXPERIMENTER",
                "the action's experimenter is not known",
            ),
            (
                3,
                "OFPBAC_BAD_EXP_TYPE",
                "the experimenter's action is not known",
            ),
            (4, "OFPBAC_BAD_OUT_PORT", "there is no such output port"),
            (5, "OFPBAC_BAD_ARGUMENT", "an action's argument is wrong"),
            (6, "OFPBAC_EPERM", "not permitted"),
            (7, "OFPBAC_TOO_MANY", "more actions than the switch can do"),
            (8, "OFPBAC_BAD_QUEUE", "there is no such queue"),
            (9, "OFPBAC_BAD_OUT_GROUP", "there is no such group"),
            (
                10,
                "OFPBAC_MATCH_INCONSISTENT",
                "the action does not fit the match",
            ),
            (
                11,
                "OFPBAC_UNSUPPORTED_ORDER",
                "the actions cannot be done in this order",
            ),
            (
                12,
                "OFPBAC_BAD_TAG",
                "the tag or encapsulation is not supported",
            ),
            (
                13,
                "OFPBAC_BAD_SET_TYPE",
                "the field to set is not supported",
            ),
            (
                14,
                "OFPBAC_BAD_SET_LEN",
                "the field to set has the wrong length",
            ),
            (
                15,
                "OFPBAC_BAD_SET_ARGUMENT",
                "the field cannot be set to this value",
            ),
        ],
    },
    Kind {
        number: 3,
        name: "OFPET_BAD_INSTRUCTION",
        codes: &[
            (0, "OFPBIC_UNKNOWN_INST", "the instruction is not known"),
            (1, "OFPBIC_UNSUP_INST", "the instruction is not supported"),
            (2, "OFPBIC_BAD_TABLE_ID", "the next table is not valid"),
            (
                3,
                "OFPBIC_UNSUP_METADATA",
                "the metadata value is not supported",
            ),
            (
                4,
                "OFPBIC_UNSUP_METADATA_MASK",
                "the metadata mask is not supported",
            ),
            (
                5,
                "OFPBIC_BAD_EXPERIMENTER",
                "the instruction's experimenter is not known",
            ),
            (
                6,
                "OFPBIC_BAD_EXP_TYPE",
                "the experimenter's instruction is not known",
            ),
            (7, "OFPBIC_BAD_LEN", "an instruction has the wrong length"),
            (8, "OFPBIC_EPERM", "not permitted"),
        ],
    },
    Kind {
        number: 4,
        name: "OFPET_BAD_MATCH",
        codes: &[
            (0, "OFPBMC_BAD_TYPE", "the match type is not supported"),
            (1, "OFPBMC_BAD_LEN", "the match has the wrong length"),
            (
                2,
                "OFPBMC_BAD_TAG",
                "the tag or encapsulation is not supported",
            ),
            (
                3,
                "OFPBMC_BAD_DL_ADDR_MASK",
                "the Ethernet address mask is not supported",
            ),
            (
                4,
                "OFPBMC_BAD_NW_ADDR_MASK",
                "the network address mask is not supported",
            ),
            (
                5,
                "OFPBMC_BAD_WILDCARDS",
                "the fields left out are not supported as such",
            ),
            (6, "OFPBMC_BAD_FIELD", "a field is not supported"),
            (7, "OFPBMC_BAD_VALUE", "a field cannot have this value"),
            (8, "OFPBMC_BAD_MASK", "a field cannot have this mask"),
            (
                9,
                "OFPBMC_BAD_PREREQ",
                "a field needs another one that is not matched",
            ),
            (10, "OFPBMC_DUP_FIELD", "a field is given twice"),
            (11, "OFPBMC_EPERM", "not permitted"),
        ],
    },
    Kind {
        number: 5,
        name: "OFPET_FLOW_MOD_FAILED",
        codes: &[
            (0, "OFPFMFC_UNKNOWN", "the switch does not say why"),
            (1, "OFPFMFC_TABLE_FULL", "the table is full"),
            (2, "OFPFMFC_BAD_TABLE_ID", "there is no such table"),
            (
                3,
                "OFPFMFC_OVERLAP",
                "an entry of the same priority overlaps",
            ),
            (4, "OFPFMFC_EPERM", "not permitted"),
            (5, "OFPFMFC_BAD_TIMEOUT", "the timeout is not supported"),
            (6, "OFPFMFC_BAD_COMMAND", "the command is not known"),
            (
                7,
                "OFPFMFC_BAD_FLAGS",
                "a flag is not known or not supported",
            ),
        ],
    },
    Kind {
        number: 6,
        name: "OFPET_GROUP_MOD_FAILED",
        codes: &[
            (0, "OFPGMFC_GROUP_EXISTS", "the group exists already"),
            (1, "OFPGMFC_INVALID_GROUP", "the group is not valid"),
            (
                2,
                "OFPGMFC_WEIGHT_UNSUPPORTED",
                "unequal weights are not supported",
            ),
            (3, "OFPGMFC_OUT_OF_GROUPS", "the group table is full"),
            (
                4,
                "OFPGMFC_OUT_OF_BUCKETS",
                "the group has more buckets than the switch can do",
            ),
            (
                5,
                "OFPGMFC_CHAINING_UNSUPPORTED",
                "groups cannot hand to groups",
            ),
            (
                6,
                "OFPGMFC_WATCH_UNSUPPORTED",
                "this port or group cannot be watched",
            ),
            (7, "OFPGMFC_LOOP", "the groups would form a loop"),
            (8, "OFPGMFC_UNKNOWN_GROUP", "there is no such group"),
            (
                9,
                "OFPGMFC_CHAINED_GROUP",
                "another group hands to this one",
            ),
            (10, "OFPGMFC_BAD_TYPE", "the group type is not supported"),
            (11, "OFPGMFC_BAD_COMMAND", "the command is not known"),
            (12, "OFPGMFC_BAD_BUCKET", "a bucket is wrong"),
            (13, "OFPGMFC_BAD_WATCH", "what is to be watched is wrong"),
            (14, "OFPGMFC_EPERM", "not permitted"),
        ],
    },
    Kind {
        number: 7,
        name: "OFPET_PORT_MOD_FAILED",
        codes: &[
            (0, "OFPPMFC_BAD_PORT", "there is no such port"),
            (
                1,
                "OFPPMFC_BAD_HW_ADDR",
                "the address is not that of the port",
            ),
            (2, "OFPPMFC_BAD_CONFIG", "the configuration is not valid"),
            (
                3,
                "OFPPMFC_BAD_ADVERTISE",
                "the features to advertise are not valid",
            ),
            (4, "OFPPMFC_EPERM", "not permitted"),
        ],
    },
    Kind {
        number: 8,
        name: "OFPET_TABLE_MOD_FAILED",
        codes: &[
            (0, "OFPTMFC_BAD_TABLE", "there is no such table"),
            (1, "OFPTMFC_BAD_CONFIG", "the configuration is not valid"),
            (2, "OFPTMFC_EPERM", "not permitted"),
        ],
    },
    Kind {
        number: 9,
        name: "OFPET_QUEUE_OP_FAILED",
        codes: &[
            (0, "OFPQOFC_BAD_PORT", "there is no such port"),
            (1, "OFPQOFC_BAD_QUEUE", "there is no such queue"),
            (2, "OFPQOFC_EPERM", "not permitted"),
        ],
    },
    Kind {
        number: 10,
        name: "OFPET_SWITCH_CONFIG_FAILED",
        codes: &[
            (0, "OFPSCFC_BAD_FLAGS", "the flags are not valid"),
            (1, "OFPSCFC_BAD_LEN", "miss_send_len is not valid"),
            (2, "OFPSCFC_EPERM", "not permitted"),
        ],
    },
    Kind {
        number: 11,
        name: "OFPET_ROLE_REQUEST_FAILED",
        codes: &[
            (0, "OFPRRFC_STALE", "the generation id is an old one"),
            (1, "OFPRRFC_UNSUP", "roles cannot be changed"),
            (2, "OFPRRFC_BAD_ROLE", "there is no such role"),
        ],
    },
    Kind {
        number: 12,
        name: "OFPET_METER_MOD_FAILED",
        codes: &[
            (0, "OFPMMFC_UNKNOWN", "the switch does not say why"),
            (1, "OFPMMFC_METER_EXISTS", "the meter exists already"),
            (2, "OFPMMFC_INVALID_METER", "the meter is not valid"),
            (3, "OFPMMFC_UNKNOWN_METER", "there is no such meter"),
            (4, "OFPMMFC_BAD_COMMAND", "the command is not known"),
            (5, "OFPMMFC_BAD_FLAGS", "the flags are not supported"),
            (6, "OFPMMFC_BAD_RATE", "the rate is not supported"),
            (7, "OFPMMFC_BAD_BURST", "the burst size is not supported"),
            (8, "OFPMMFC_BAD_BAND", "the band type is not supported"),
            (
                9,
                "OFPMMFC_BAD_BAND_VALUE",
                "a band has a value that is not supported",
            ),
            (10, "OFPMMFC_OUT_OF_METERS", "there is no meter left"),
            (
                11,
                "OFPMMFC_OUT_OF_BANDS",
                "the meter has more bands than the switch can do",
            ),
        ],
    },
    Kind {
        number: 13,
        name: "OFPET_TABLE_FEATURES_FAILED",
        codes: &[
            (0, "OFPTFFC_BAD_TABLE", "there is no such table"),
            (1, "OFPTFFC_BAD_METADATA", "the metadata mask is not valid"),
            (2, "OFPTFFC_BAD_TYPE", "a property type is not known"),
            (3, "OFPTFFC_BAD_LEN", "a property has the wrong length"),
            (
                4,
                "OFPTFFC_BAD_ARGUMENT",
                "a property has a value that is not supported",
            ),
            (5, "OFPTFFC_EPERM", "not permitted"),
        ],
    },
    Kind {
        number: 0xffff,
        name: "OFPET_EXPERIMENTER",
        codes: &[],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_means_what_its_version_says() {
        let three_one = ErrorCode { kind: 3, code: 1 };
        assert_eq!(
            three_one.name(Version::V1_0).unwrap().name,
            "OFPFMFC_OVERLAP"
        );
        assert_eq!(
            three_one.name(Version::V1_3).unwrap().name,
            "OFPBIC_UNSUP_INST"
        );
        assert_eq!(
            three_one.type_name(Version::V1_3),
            Some("OFPET_BAD_INSTRUCTION")
        );
        let experimenter = ErrorCode {
            kind: 0xffff,
            code: 2600,
        };
        assert_eq!(experimenter.name(Version::V1_3), None);
        assert_eq!(
            experimenter.type_name(Version::V1_3),
            Some("OFPET_EXPERIMENTER")
        );
    }

    #[test]
    fn every_number_has_one_row() {
        for table in [V10, V13] {
            let mut kinds: Vec<_> = table.iter().map(|kind| kind.number).collect();
            kinds.dedup();
            assert_eq!(kinds.len(), table.len());
            for kind in table {
                for (at, (code, ..)) in kind.codes.iter().enumerate() {
                    assert_eq!(usize::from(*code), at, "{}", kind.name);
                }
            }
        }
    }

    /// What the decoder answers with has a name, so that nobody answers nonsense.
    #[test]
    fn answers_have_names() {
        for answer in [
            ErrorCode::HELLO_FAILED_INCOMPATIBLE,
            ErrorCode::BAD_REQUEST_BAD_VERSION,
            ErrorCode::BAD_REQUEST_BAD_TYPE,
            ErrorCode::BAD_REQUEST_BAD_LEN,
            ErrorCode::BAD_ACTION_BAD_LEN,
            ErrorCode::V10_FLOW_MOD_BAD_COMMAND,
        ] {
            assert!(answer.name(Version::V1_0).is_some(), "{answer:?}");
        }
        let of_13 = [
            (ErrorCode::BAD_ACTION_BAD_SET_LEN, "OFPBAC_BAD_SET_LEN"),
            (ErrorCode::BAD_INSTRUCTION_BAD_LEN, "OFPBIC_BAD_LEN"),
            (ErrorCode::BAD_MATCH_BAD_TYPE, "OFPBMC_BAD_TYPE"),
            (ErrorCode::BAD_MATCH_BAD_LEN, "OFPBMC_BAD_LEN"),
            (ErrorCode::FLOW_MOD_BAD_COMMAND, "OFPFMFC_BAD_COMMAND"),
            (ErrorCode::GROUP_MOD_BAD_COMMAND, "OFPGMFC_BAD_COMMAND"),
            (ErrorCode::GROUP_MOD_BAD_BUCKET, "OFPGMFC_BAD_BUCKET"),
            (ErrorCode::METER_MOD_BAD_COMMAND, "OFPMMFC_BAD_COMMAND"),
            (ErrorCode::METER_MOD_BAD_FLAGS, "OFPMMFC_BAD_FLAGS"),
            (ErrorCode::METER_MOD_BAD_BAND, "OFPMMFC_BAD_BAND"),
        ];
        for (answer, name) in of_13 {
            assert_eq!(answer.name(Version::V1_3).unwrap().name, name);
        }
    }
}
