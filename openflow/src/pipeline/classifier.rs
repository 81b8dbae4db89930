//! Finding the entry of highest priority that takes a packet: tuple space search.
//!
//! Rules with the same mask share a hash table, so a lookup costs a hash for every distinct mask,
//! however many rules there are; the tables are ordered by the highest priority in them, and the
//! search ends where what is left cannot win (Srinivasan et al., SIGCOMM 1999, and the order that
//! Open vSwitch adds).

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use smallvec::SmallVec;

use super::key::{Key, Mask, WORDS};
use crate::flow::Match;

/// What a rule looks for, as words: those under an all-zero mask are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Pattern {
    shape: Shape,
    /// One per word of the shape, zero outside of its mask.
    value: Box<[u64]>,
}

/// The words of a key that count, each with its mask, in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Shape(Box<[(u16, u64)]>);

impl Pattern {
    pub(super) fn of(matching: &Match) -> Self {
        let (mask, key) = Mask::of(matching);
        let (mut shape, mut value) = (Vec::new(), Vec::new());
        for (at, (&mask, &word)) in (0_u16..).zip(mask.words().iter().zip(key.words())) {
            if mask != 0 {
                shape.push((at, mask));
                value.push(word & mask);
            }
        }
        Self {
            shape: Shape(shape.into()),
            value: value.into(),
        }
    }

    /// Whether it takes all packets that the other takes.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let (masks, values) = other.dense();
        let mut words = self.shape.0.iter().zip(&self.value);
        words.all(|(&(at, mask), &value)| {
            let at = usize::from(at);
            masks[at] & mask == mask && values[at] & mask == value
        })
    }

    /// Mask and value of every word.
    fn dense(&self) -> ([u64; WORDS], [u64; WORDS]) {
        let (mut masks, mut values) = ([0; WORDS], [0; WORDS]);
        for (&(at, mask), &value) in self.shape.0.iter().zip(&self.value) {
            masks[usize::from(at)] = mask;
            values[usize::from(at)] = value;
        }
        (masks, values)
    }
}

impl Shape {
    /// Hash of the words of a key under this mask.
    #[inline]
    fn hash(&self, words: &[u64; WORDS]) -> u64 {
        let masked = self
            .0
            .iter()
            .map(|&(at, mask)| words[usize::from(at)] & mask);
        hash(masked)
    }

    #[inline]
    fn is_equal(&self, words: &[u64; WORDS], value: &[u64]) -> bool {
        let mut pairs = self.0.iter().zip(value);
        pairs.all(|(&(at, mask), &value)| words[usize::from(at)] & mask == value)
    }
}

#[inline]
fn hash(words: impl Iterator<Item = u64>) -> u64 {
    // Multiplication by an odd constant and a fold of both halves mixes every bit of a word.
    words.fold(0x9e37_79b9_7f4a_7c15, |state: u64, word| {
        let product = u128::from(state ^ word) * 0xa076_1d64_78bd_642f;
        let [high, low] = [(product >> 64) as u64, product as u64];
        (high ^ low).rotate_left(23)
    })
}

/// Keys of the hash tables are hashes already.
#[derive(Debug, Default, Clone)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Rules of one mask.
#[derive(Debug, Clone)]
struct Subtable {
    shape: Shape,
    /// The highest priority of its rules.
    highest: Option<u16>,
    /// Rules by priority, how many.
    priorities: BTreeMap<u16, u32>,
    /// Rules by the hash of their value; mostly one for each.
    rules: HashMap<u64, SmallVec<[Rule; 1]>, BuildHasherDefault<Ready>>,
}

#[derive(Debug, Clone)]
struct Rule {
    value: Box<[u64]>,
    priority: u16,
    id: u32,
}

impl Subtable {
    /// Brings the highest priority up to date. Returns whether it is another.
    fn is_reordered(&mut self) -> bool {
        let highest = self.priorities.last_key_value();
        let highest = highest.map(|(highest, _)| *highest);
        std::mem::replace(&mut self.highest, highest) != highest
    }

    fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values().flatten()
    }
}

/// Rules by what they look for; each is an id of the table's with a priority.
#[derive(Debug, Clone, Default)]
pub(super) struct Classifier {
    /// That with the highest priority first.
    subtables: Vec<Subtable>,
}

impl Classifier {
    /// Puts a rule in; the same pattern with the same priority must not be there already.
    pub(super) fn insert(&mut self, pattern: &Pattern, priority: u16, id: u32) {
        let at = self.position(&pattern.shape).unwrap_or_else(|| {
            self.subtables.push(Subtable {
                shape: pattern.shape.clone(),
                highest: None,
                priorities: BTreeMap::new(),
                rules: HashMap::default(),
            });
            self.subtables.len() - 1
        });
        let table = &mut self.subtables[at];
        *table.priorities.entry(priority).or_default() += 1;
        let hash = hash(pattern.value.iter().copied());
        table.rules.entry(hash).or_default().push(Rule {
            value: pattern.value.clone(),
            priority,
            id,
        });
        if table.is_reordered() {
            self.order();
        }
    }

    /// Takes a rule out; nothing happens where it is not there.
    pub(super) fn remove(&mut self, pattern: &Pattern, priority: u16) {
        let Some(at) = self.position(&pattern.shape) else {
            return;
        };
        let table = &mut self.subtables[at];
        let hash = hash(pattern.value.iter().copied());
        let Some(bucket) = table.rules.get_mut(&hash) else {
            return;
        };
        let found = bucket
            .iter()
            .position(|rule| rule.priority == priority && rule.value == pattern.value);
        let Some(found) = found else { return };
        bucket.swap_remove(found);
        if bucket.is_empty() {
            table.rules.remove(&hash);
        }
        if let Some(count) = table.priorities.get_mut(&priority) {
            *count -= 1;
            if *count == 0 {
                table.priorities.remove(&priority);
            }
        }
        if table.rules.is_empty() {
            self.subtables.remove(at);
        } else if table.is_reordered() {
            self.order();
        }
    }

    /// The rule of highest priority that takes a packet. Among several of one priority, which the
    /// specification leaves open, any.
    #[inline]
    pub(super) fn lookup(&self, key: &Key) -> Option<u32> {
        let words = key.words();
        let mut best: Option<(u16, u32)> = None;
        for table in &self.subtables {
            if best.map(|(priority, _)| priority) >= table.highest {
                break;
            }
            let Some(bucket) = table.rules.get(&table.shape.hash(words)) else {
                continue;
            };
            for rule in bucket {
                let better = best.is_none_or(|(priority, _)| rule.priority > priority);
                if better && table.shape.is_equal(words, &rule.value) {
                    best = Some((rule.priority, rule.id));
                }
            }
        }
        best.map(|(_, id)| id)
    }

    /// The rule with this very pattern and priority.
    pub(super) fn exact(&self, pattern: &Pattern, priority: u16) -> Option<u32> {
        let table = &self.subtables[self.position(&pattern.shape)?];
        let bucket = table.rules.get(&hash(pattern.value.iter().copied()))?;
        bucket
            .iter()
            .find(|rule| rule.priority == priority && rule.value == pattern.value)
            .map(|rule| rule.id)
    }

    /// Every rule whose packets are all taken by the pattern too: those of a change that is not
    /// strict.
    pub(super) fn within(&self, pattern: &Pattern) -> Vec<u32> {
        let (masks, values) = pattern.dense();
        let wanted: u32 = masks.iter().map(|mask| mask.count_ones()).sum();
        let mut found = Vec::new();
        for table in &self.subtables {
            if table.shape == pattern.shape {
                let bucket = table.rules.get(&hash(pattern.value.iter().copied()));
                let same = bucket.into_iter().flatten();
                found.extend(
                    same.filter(|rule| rule.value == pattern.value)
                        .map(|rule| rule.id),
                );
                continue;
            }
            let narrow = table.shape.0.iter();
            let covered: u32 = narrow
                .map(|&(at, mask)| (masks[usize::from(at)] & mask).count_ones())
                .sum();
            if covered != wanted {
                continue;
            }
            found.extend(table.rules().filter_map(|rule| {
                let mut words = table.shape.0.iter().zip(&rule.value);
                words
                    .all(|(&(at, _), value)| {
                        let at = usize::from(at);
                        value & masks[at] == values[at]
                    })
                    .then_some(rule.id)
            }));
        }
        found
    }

    /// A rule of the same priority that takes a packet the pattern takes too.
    pub(super) fn overlapping(&self, pattern: &Pattern, priority: u16) -> Option<u32> {
        let (masks, values) = pattern.dense();
        let same = |table: &&Subtable| table.priorities.contains_key(&priority);
        self.subtables.iter().filter(same).find_map(|table| {
            let overlaps = |rule: &&Rule| {
                rule.priority == priority
                    && table
                        .shape
                        .0
                        .iter()
                        .zip(&rule.value)
                        .all(|(&(at, mask), value)| {
                            let at = usize::from(at);
                            (value ^ values[at]) & mask & masks[at] == 0
                        })
            };
            table.rules().find(overlaps).map(|rule| rule.id)
        })
    }

    /// How many distinct masks there are: what a lookup costs.
    #[cfg(test)]
    fn masks(&self) -> usize {
        self.subtables.len()
    }

    fn position(&self, shape: &Shape) -> Option<usize> {
        self.subtables
            .iter()
            .position(|table| table.shape == *shape)
    }

    fn order(&mut self) {
        self.subtables
            .sort_by_key(|table| std::cmp::Reverse(table.highest));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oxm::Field;

    /// Few fields and few values, so that matches overlap, cover each other and are equal.
    fn a_match() -> impl Strategy<Value = Match> {
        let field = prop_oneof![
            (Just(Field::InPort), 1..3_u128, Just(u128::MAX)),
            (
                Just(Field::EthDst),
                0..4_u128,
                prop_oneof![Just(1), Just(3), Just(u128::MAX)]
            ),
            (
                Just(Field::Metadata),
                0..4_u128,
                prop_oneof![Just(1), Just(2), Just(3)]
            ),
        ];
        prop::collection::vec(field, 0..4).prop_map(|fields| {
            let mut matching = Match::any();
            for (field, value, mask) in fields {
                matching.set(field, value, mask);
            }
            matching
        })
    }

    /// Rules that differ in match or priority.
    fn rules() -> impl Strategy<Value = Vec<(Match, u16)>> {
        prop::collection::btree_set((a_match(), 0..4_u16), 0..40)
            .prop_map(|rules| rules.into_iter().collect())
    }

    fn filled(rules: &[(Match, u16)]) -> Classifier {
        let mut classifier = Classifier::default();
        for (id, (matching, priority)) in (0..).zip(rules) {
            classifier.insert(&Pattern::of(matching), *priority, id);
        }
        classifier
    }

    fn key(in_port: u128, eth_dst: u128, metadata: u128) -> Key {
        let packet = Match::any()
            .with(Field::InPort, in_port)
            .with(Field::EthDst, eth_dst)
            .with(Field::Metadata, metadata);
        Mask::of(&packet).1
    }

    fn takes(matching: &Match, key: &Key) -> bool {
        let fields = matching.fields().iter();
        fields
            .into_iter()
            .all(|it| key.get(it.field) & it.mask == it.value)
    }

    proptest! {
        #[test]
        fn a_lookup_finds_what_a_search_of_all_rules_finds(
            rules in rules(),
            removed in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
            packets in prop::collection::vec((1..3_u128, 0..4_u128, 0..4_u128), 1..10),
        ) {
            let mut classifier = filled(&rules);
            let mut left: Vec<_> = rules.iter().map(Some).collect();
            for index in removed {
                if let Some(at) = (!left.is_empty()).then(|| index.index(left.len()))
                    && let Some((matching, priority)) = left[at].take()
                {
                    classifier.remove(&Pattern::of(matching), *priority);
                }
            }
            for (in_port, eth_dst, metadata) in packets {
                let key = key(in_port, eth_dst, metadata);
                let best = left.iter().flatten().filter(|(matching, _)| takes(matching, &key));
                let best = best.map(|(_, priority)| *priority).max();
                let found = classifier.lookup(&key).map(|id| &rules[id as usize]);
                prop_assert_eq!(found.map(|(_, priority)| *priority), best);
                prop_assert!(found.is_none_or(|(matching, _)| takes(matching, &key)));
            }
        }

        #[test]
        fn what_is_within_and_what_overlaps_is_what_the_matches_say(
            rules in rules(),
            wide in a_match(),
        ) {
            let classifier = filled(&rules);
            let mut found = classifier.within(&Pattern::of(&wide));
            found.sort_unstable();
            let within = (0..).zip(&rules).filter(|(_, (matching, _))| matching.is_within(&wide));
            prop_assert_eq!(found, within.map(|(id, _)| id).collect::<Vec<_>>());

            let overlaps = |matching: &Match| {
                matching.fields().iter().all(|field| {
                    wide.get(field.field).is_none_or(|other| {
                        (field.value ^ other.value) & field.mask & other.mask == 0
                    })
                })
            };
            let any = rules.iter().any(|(matching, priority)| *priority == 2 && overlaps(matching));
            prop_assert_eq!(classifier.overlapping(&Pattern::of(&wide), 2).is_some(), any);
        }

        #[test]
        fn rules_that_are_all_taken_out_leave_nothing(rules in rules()) {
            let mut classifier = filled(&rules);
            for (id, (matching, priority)) in (0..).zip(&rules) {
                let pattern = Pattern::of(matching);
                prop_assert_eq!(classifier.exact(&pattern, *priority), Some(id));
                classifier.remove(&pattern, *priority);
                prop_assert_eq!(classifier.exact(&pattern, *priority), None);
            }
            prop_assert_eq!(classifier.masks(), 0);
        }
    }
}
