//! Groups.

use super::credit::Credit;
use super::{Chosen, Dropped, Run, What, action_set};
use crate::GroupId;
use crate::flow::{Bucket, GroupType};

impl Run<'_> {
    /// Hands the packet to a group. What its buckets change, only they see.
    pub(super) fn group(&mut self, id: GroupId) {
        if !self.may_go_on() {
            return;
        }
        let Some(state) = self.switch.groups.get(&id) else {
            self.drop(Dropped::NoGroup { group: id });
            return;
        };
        let group = &state.group;
        let chooses = group.buckets.iter().any(|bucket| bucket.weight > 0);
        if group.kind == GroupType::Select && chooses && !self.pass.hashed {
            // Open vSwitch has the datapath make the hash, and takes the packet in again.
            self.pass.hashed = true;
            self.pass.recirculates = true;
            self.recirculate();
            if self.exit {
                return;
            }
        }
        self.enter(|| What::Group {
            group: id,
            kind: group.kind.to_string(),
        });
        let bytes = self.pass.bytes;
        let counted = Credit::Group { group: id, bytes };
        self.within(true, |run| match group.kind {
            GroupType::All | GroupType::Indirect | GroupType::Other(_) => {
                run.credits.push(counted);
                let why = match group.kind {
                    GroupType::Indirect => Chosen::Only,
                    _ => Chosen::All,
                };
                for (index, bucket) in group.buckets.iter().enumerate() {
                    let follows = u32::from(index + 1 < group.buckets.len());
                    run.following += follows;
                    run.bucket(id, index, bucket, why);
                    run.following -= follows;
                }
            }
            GroupType::Select | GroupType::FastFailover => {
                let why = match group.kind {
                    GroupType::Select => Chosen::Hash,
                    _ => Chosen::FirstAlive,
                };
                let chosen = run.switch.choose(group, run.packet.key());
                match chosen.and_then(|index| Some((index, group.buckets.get(index)?))) {
                    Some((index, bucket)) => {
                        run.credits.push(counted);
                        run.bucket(id, index, bucket, why);
                    }
                    None => run.drop(Dropped::NoLiveBucket { group: id }),
                }
            }
        });
        self.leave();
    }

    fn bucket(&mut self, group: GroupId, index: usize, bucket: &Bucket, why: Chosen) {
        self.enter(|| What::Bucket { index, why });
        let bytes = self.pass.bytes;
        self.credits.push(Credit::Bucket {
            group,
            index,
            bytes,
        });
        let actions = action_set::ordered(&bucket.actions);
        let before = self.packet.headers();
        let outer = self.begin_inner();
        let in_bucket = std::mem::replace(&mut self.in_bucket, true);
        self.actions(&actions);
        self.in_bucket = in_bucket;
        self.back_to(outer);
        self.packet.restore(*before);
        if std::mem::take(&mut self.overfull) {
            self.void = false;
        }
        // An exit ends the bucket, not what comes after the group.
        self.exit = false;
        self.leave();
    }
}
