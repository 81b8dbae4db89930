//! Groups in the lab: a packet goes where a switch's groups would send it, and they are kept as
//! rules are.

use std::collections::BTreeMap;

use app_api::testing::{Lab, TestHost, frames};
use app_api::{App, AppContext, Event, Priority, Rule, WantedGroup};
use openflow::flow::{Action, Bucket, GroupType, Instructions, Match};
use openflow::{Dpid, PortNo};

const S1: Dpid = Dpid(1);
const PRIORITY: Priority = Priority::new(100);

/// Hands everything from port 1 of s1 to its group 7.
#[derive(Default)]
struct OneGroup {
    group: Option<(GroupType, Vec<Bucket>)>,
}

impl App for OneGroup {
    type Message = Option<(GroupType, Vec<Bucket>)>;

    fn event(&mut self, ctx: &mut AppContext<'_>, event: &Event) {
        if let Event::Resync | Event::SwitchUp(_) = event {
            self.want(ctx);
            ctx.release_unclaimed();
        }
    }

    fn message(&mut self, ctx: &mut AppContext<'_>, group: Self::Message) {
        self.group = group;
        self.want(ctx);
    }
}

impl OneGroup {
    fn want(&self, ctx: &mut AppContext<'_>) {
        let groups = self.group.iter().map(|(kind, buckets)| {
            // The rule comes before it: that makes no difference.
            WantedGroup::new(S1, 7, *kind, buckets.clone()).in_stage(1)
        });
        let groups: Vec<_> = groups.collect();
        let to_group = Instructions::apply([Action::Group(ctx.group_id(7))]);
        let from_1 = Match::any().in_port(PortNo(1));
        let rules = groups
            .iter()
            .map(|_| Rule::new(S1, PRIORITY, from_1.clone(), to_group.clone()));
        ctx.set_rules("all", rules.collect(), "the test");
        ctx.set_groups("all", groups, "the test");
    }
}

fn to(port: u32) -> Bucket {
    Bucket::new([Action::output(PortNo(port))])
}

/// A switch with a host at each of four ports, h1 sending.
fn lab(kind: GroupType, buckets: &[Bucket]) -> (Lab, [TestHost; 4]) {
    let mut lab = Lab::new();
    lab.switch(1);
    let hosts = [1, 2, 3, 4].map(|port| lab.host(1, port));
    lab.start(OneGroup::default());
    lab.connect_all();
    lab.tell::<OneGroup>(Some((kind, buckets.to_vec())));
    lab.run();
    (lab, hosts)
}

fn send(lab: &mut Lab, from: TestHost) -> Vec<TestHost> {
    lab.send(from, frames::broadcast(from))
}

#[test]
fn all_buckets_of_all_and_one_of_select_and_indirect() {
    let both = [to(2), to(3)];
    let (mut of_all, [h1, h2, h3, _]) = lab(GroupType::All, &both);
    assert_eq!(send(&mut of_all, h1), [h2, h3]);
    let weighed = [to(2).weighing(0), to(3).weighing(1), to(4).weighing(2)];
    let (mut of_select, [_, h2, h3, h4]) = lab(GroupType::Select, &weighed);
    let mut shares = BTreeMap::new();
    for other in 100..400 {
        let frame = frames::unicast(h1, TestHost(other));
        let arrived = of_select.send(h1, frame.clone());
        assert_eq!(
            of_select.send(h1, frame),
            arrived,
            "a flow stays where it is"
        );
        *shares.entry(arrived).or_insert(0) += 1;
    }
    assert_eq!(shares.get(&vec![h2]), None, "without a share");
    assert_eq!(
        shares[&vec![h3]] + shares[&vec![h4]],
        300,
        "one bucket each"
    );
    assert!((60..=140).contains(&shares[&vec![h3]]), "{shares:?}");
    let (mut of_indirect, _) = lab(GroupType::Indirect, &[to(2)]);
    assert_eq!(send(&mut of_indirect, h1), [h2]);
    assert_eq!(of_indirect.packet_ins(), 0);
}

#[test]
fn fast_failover_takes_the_first_live_port_without_the_controller() {
    let buckets = [2, 3].map(|port| to(port).while_up(PortNo(port)));
    let (mut lab, [h1, h2, h3, _]) = lab(GroupType::FastFailover, &buckets);
    assert_eq!(send(&mut lab, h1), [h2]);
    let (changes, at) = (lab.flow_mods(), lab.location(h2));
    lab.cut(at);
    assert_eq!(send(&mut lab, h1), [h3]);
    lab.cut(lab.location(h3));
    assert_eq!(send(&mut lab, h1), []);
    lab.mend(at);
    assert_eq!(send(&mut lab, h1), [h2]);
    assert_eq!(lab.flow_mods(), changes);
}

#[test]
fn groups_are_changed_in_place_kept_over_a_restart_and_removed() {
    let (mut lab, [h1, h2, h3, _]) = lab(GroupType::Indirect, &[to(2)]);
    lab.tell::<OneGroup>(Some((GroupType::All, vec![to(2), to(3)])));
    lab.run();
    assert_eq!(send(&mut lab, h1), [h2, h3]);

    let groups = lab.groups(S1);
    lab.restart();
    lab.start(OneGroup {
        group: Some((GroupType::All, vec![to(2), to(3)])),
    });
    lab.connect_all();
    assert_eq!((lab.groups(S1), lab.flow_mods()), (groups, 0));

    lab.tell::<OneGroup>(None);
    lab.run();
    assert_eq!((lab.groups(S1), lab.table(S1)), (vec![], vec![]));

    // One that nobody wants any more is released.
    lab.tell::<OneGroup>(Some((GroupType::All, vec![to(2)])));
    lab.run();
    lab.restart();
    lab.start(OneGroup::default());
    lab.connect_all();
    assert_eq!((lab.groups(S1), lab.table(S1)), (vec![], vec![]));
}
