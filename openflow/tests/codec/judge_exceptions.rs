//! Where Open vSwitch 3.1 says otherwise than we, and why.

/// What Open vSwitch 3.1 calls by another name, and why.
pub(crate) const OTHER_NAMES: &[(&str, &str, &str)] = &[
    ("experimenter", "OFPT_VENDOR", "its name of 1.0"),
    (
        "experimenter",
        "NX",
        "it knows this experimenter's message by name",
    ),
    (
        "experimenter",
        "ONF",
        "it knows this experimenter's message by name",
    ),
    (
        "multipart",
        "NXST",
        "it knows this experimenter's statistics by name",
    ),
    ("table_desc", "OFPST_TABLE_DESC", "the name of 1.4 for them"),
    ("flow_desc", "OFPST_FLOW", "the name before 1.5"),
    ("meter_desc", "OFPST_METER_CONFIG", "the name before 1.5"),
];

/// What Open vSwitch 3.1 has no name for, and why. Statistics whose bodies are kept unread are not
/// here: their types are any number.
pub(crate) const NAMELESS: &[(&str, &str)] = &[
    ("experimenter", "the experimenter is any number"),
    ("bundle_features", "it does not have them"),
    ("controller_status", "it does not have it"),
    ("flow_stats", "it does not have the light ones of 1.5"),
    (
        "meter_features",
        "it does not have those of 1.5, which are longer",
    ),
    ("table_features", "it refuses a reply without a table"),
    ("table_desc", "it refuses a reply without a table"),
];

/// Errors that it reports where nothing is wrong with the message: of what, which, and why.
pub(crate) const ITS_OWN: &[(&str, &str, &str)] = &[
    (
        "error",
        "OFPBRC_BAD_LEN",
        "what it says of an error whose type or code it does not know",
    ),
    (
        "experimenter",
        "OFPBMC_BAD_LEN",
        "a match of the ONF's flow monitors has no header, as the ONF's text has it; it looks for \
         one, and finds the first field or nothing",
    ),
    (
        "experimenter",
        "OFPBMC_BAD_TYPE",
        "the same, where that field begins with another number",
    ),
    (
        "table_features",
        "OFPBMC_BAD_MASK",
        "fields with a mask bit in another list than that of the match, which it lets nobody have",
    ),
    (
        "table_features",
        "OFPTFFC_BAD_FEATURES",
        "a table without all of the properties it asks for",
    ),
    (
        "table_features",
        "OFPTFFC_BAD_TABLE",
        "table 255, which it has not",
    ),
    (
        "flow_desc",
        "<invalid>",
        "an entry whose match it refuses, where it has no number for that",
    ),
    (
        "table_mod",
        "OFPBRC_BAD_TYPE",
        "a property that it does not know",
    ),
    (
        "*",
        "OFPBAC_BAD_SET_LEN",
        "a set-field with a mask, or of a field it does not know",
    ),
    (
        "meter_mod",
        "OFPBRC_BAD_LEN",
        "an experimenter's band is no longer than its header to it",
    ),
    (
        "requestforward",
        "OFPBRC_BAD_LEN",
        "the same of a meter-mod in it",
    ),
    (
        "bundle_add_message",
        "OFPBRC_BAD_LEN",
        "the same of a meter-mod in it",
    ),
    (
        "meter_config",
        "OFPBRC_BAD_LEN",
        "the same in descriptions of meters",
    ),
    (
        "meter_desc",
        "OFPBRC_BAD_LEN",
        "the same in descriptions of meters",
    ),
];

/// Errors about values, which arbitrary messages have of all kinds, and what it takes offence at.
pub(crate) const VALUES: &[(&str, &str)] = &[
    ("OFPACFC_INVALID", "reasons without a meaning in a mask"),
    (
        "OFPACFC_UNSUPPORTED",
        "a property of set-async without a meaning, or an experimenter's",
    ),
    (
        "OFPBAC_BAD_ARGUMENT",
        "an argument of an action out of its range",
    ),
    (
        "OFPBAC_BAD_OUT_PORT",
        "a port beyond sixteen bits, or that nothing can be sent to",
    ),
    (
        "OFPBAC_BAD_SET_ARGUMENT",
        "a value out of the range of a field, or a field that nothing sets",
    ),
    (
        "OFPBAC_BAD_SET_MASK",
        "a mask beyond the bits of the field that is set",
    ),
    ("OFPBAC_BAD_SET_TYPE", "a field that it does not know"),
    (
        "OFPBAC_BAD_TYPE",
        "an action it does not have: a number without a meaning, copies of the TTL, backbone bridges",
    ),
    (
        "OFPBAC_BAD_VENDOR",
        "an action of an experimenter it does not know",
    ),
    (
        "OFPBAC_BAD_VENDOR_TYPE",
        "an action without a meaning of an experimenter it knows",
    ),
    (
        "OFPBAC_MATCH_INCONSISTENT",
        "an action on a header that the match does not have",
    ),
    ("OFPBIC_BAD_EXPERIMENTER", "an experimenter's instruction"),
    ("OFPBIC_BAD_TABLE_ID", "a way back to an earlier table"),
    ("OFPBIC_DUP_INST", "an instruction twice"),
    (
        "OFPBIC_UNKNOWN_INST",
        "an instruction without a meaning, or the statistics trigger of 1.5",
    ),
    (
        "OFPBIC_UNSUP_INST",
        "Nicira's write_metadata in a packet-out",
    ),
    ("OFPBMC_BAD_FIELD", "a match field it does not know"),
    ("OFPBMC_BAD_MASK", "a mask on a field that takes none"),
    (
        "OFPBMC_BAD_PREREQ",
        "a match field without its prerequisite",
    ),
    (
        "OFPBMC_BAD_VALUE",
        "a value that no packet has in that field",
    ),
    (
        "OFPBMC_BAD_WILDCARDS",
        "a value with bits that its mask leaves out",
    ),
    ("OFPBMC_DUP_FIELD", "a match field twice"),
    (
        "OFPBPC_BAD_EXP_TYPE",
        "an experimenter's property it does not know",
    ),
    ("OFPBPC_BAD_TYPE", "a property without a meaning"),
    (
        "OFPBPC_BAD_VALUE",
        "thresholds of vacancy out of their order, or another reason of a table status",
    ),
    (
        "OFPBRC_BAD_PORT",
        "a packet-out from a port that no packet comes from",
    ),
    ("OFPBRC_EPERM", "a form of packet-ins without a meaning"),
    (
        "OFPFMFC_BAD_EMERG_TIMEOUT",
        "an emergency entry of 1.0 with a timeout",
    ),
    ("OFPFMFC_BAD_FLAGS", "flags without a meaning"),
    ("OFPFMFC_BAD_TABLE_ID", "an add to table 255"),
    (
        "OFPGMFC_BAD_BUCKET",
        "buckets with one number, or with a number that none has",
    ),
    ("OFPGMFC_BAD_TYPE", "a type of groups without a meaning"),
    (
        "OFPGMFC_BAD_WATCH",
        "a bucket of a fast failover group that watches nothing",
    ),
    (
        "OFPGMFC_INVALID_GROUP",
        "a number no group has, or buckets that the type does not have",
    ),
    ("OFPMMFC_BAD_BAND", "a band without a meaning"),
    ("OFPMMFC_INVALID_METER", "a number no meter has"),
    (
        "OFPMOFC_BAD_FLAGS",
        "flags of a flow monitor without a meaning",
    ),
    ("OFPQOFC_BAD_PORT", "queues of a port that has none"),
    ("OFPRRFC_BAD_ROLE", "a role without a meaning"),
    ("OFPSCFC_BAD_FLAGS", "flags without a meaning"),
    (
        "NXBAC_BAD_CONJUNCTION",
        "a conjunction of no or too many clauses, or beside other actions",
    ),
    (
        "NXBAC_BAD_ED_PROP",
        "a property of a header with a value it cannot have",
    ),
    (
        "NXBAC_BAD_HEADER_TYPE",
        "a header that it cannot put in front",
    ),
    (
        "NXBAC_UNKNOWN_ED_PROP",
        "a property of a header without a meaning",
    ),
    (
        "NXBRC_BAD_REASON",
        "a reason of a port status without a meaning",
    ),
    (
        "NXBRC_FM_BAD_EVENT",
        "an update of a flow monitor without a meaning",
    ),
    (
        "NXTTMFC_BAD_COMMAND",
        "a command for tunnel options without a meaning",
    ),
    (
        "NXTTMFC_BAD_FIELD_IDX",
        "an option for a field there is not",
    ),
];
