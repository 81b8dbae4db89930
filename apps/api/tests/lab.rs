//! The lab's switches are exact in every version, and its assertions say what went wrong.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use app_api::testing::{Lab, TestHost, frames};
use app_api::{App, AppContext, Event, Priority, Rule, WantedGroup};
use openflow::flow::{
    Action, Bucket, FlowCommand, FlowMod, FlowRemovedReason, GroupType, Instructions, Match,
    MeterCommand, MeterMod, ToSwitch,
};
use openflow::{Dpid, PortNo, TableId, Version};
use topologies::Topology;

const S1: Dpid = Dpid(1);
const VERSIONS: [Version; 4] = [Version::V1_0, Version::V1_3, Version::V1_4, Version::V1_5];

/// Wants what it is told to, and remembers what it hears.
#[derive(Default)]
struct Wants {
    heard: Vec<Event>,
}

struct Want {
    rules: Vec<Rule>,
    groups: Vec<WantedGroup>,
}

impl App for Wants {
    type Message = Want;

    fn event(&mut self, _: &mut AppContext<'_>, event: &Event) {
        self.heard.push(event.clone());
    }

    fn message(&mut self, ctx: &mut AppContext<'_>, want: Want) {
        ctx.set_groups("all", want.groups, "the test");
        ctx.set_rules("all", want.rules, "the test");
    }
}

/// A switch with three hosts.
fn lab(version: Version) -> (Lab, [TestHost; 3]) {
    let mut lab = Lab::with(&Topology::parse("single,3").unwrap(), |_| version);
    let hosts = [1, 2, 3].map(TestHost);
    assert_eq!(lab.hosts(), hosts);
    lab.start(Wants::default());
    lab.connect_all();
    (lab, hosts)
}

fn rule(matching: &str, instructions: &str) -> Rule {
    let (matching, instructions) = (matching.parse().unwrap(), instructions.parse().unwrap());
    Rule::new(S1, Priority::new(100), matching, instructions)
}

fn want(lab: &mut Lab, rules: Vec<Rule>) {
    let groups = Vec::new();
    lab.tell::<Wants>(Want { rules, groups });
    lab.run();
}

fn panic_of(act: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(act)).expect_err("it panics");
    *panic.downcast::<String>().expect("with words")
}

#[test]
fn a_rule_ends_in_time_with_its_counters_and_its_app_hears_that() {
    for version in VERSIONS {
        let (mut lab, [h1, h2, _]) = lab(version);
        let mut short = rule("in_port=1", "output:2");
        short.idle_timeout_s = 5;
        short.hard_timeout_s = 8;
        want(&mut lab, vec![short]);
        for _ in 0..2 {
            lab.send(h1, frames::unicast(h1, h2));
            lab.expect(h2, frames::unicast(h1, h2));
            lab.expect_nothing();
            lab.run_for(Duration::from_secs(3));
        }
        assert_eq!(lab.table(S1)[0].packets, 2);
        lab.run_for(Duration::from_secs(2));
        assert_eq!(lab.table(S1), []);
        let heard = &lab.app::<Wants>().heard;
        let Some(Event::FlowRemoved { removed, .. }) = heard.last() else {
            panic!("{version}: {heard:?}")
        };
        let told = (removed.reason, removed.packets, removed.bytes);
        assert_eq!(told, (FlowRemovedReason::HardTimeout, 2, 120), "{version}");
        lab.disconnect(S1);
        lab.connect(S1);
        lab.run();
        assert_eq!(lab.table(S1), [], "it is not wanted any more");
    }
}

#[test]
fn what_a_version_cannot_say_is_refused() {
    let ipv6 = || rule("ipv6,ipv6_dst=2001:db8::1", "output:2");
    let group = || WantedGroup::new(S1, 1, GroupType::All, [Bucket::new([])]);
    let want_both = || Want {
        rules: vec![ipv6()],
        groups: vec![group()],
    };
    for version in VERSIONS {
        let (mut lab, _) = lab(version);
        if version == Version::V1_0 {
            lab.tell::<Wants>(want_both());
            let words = panic_of(|| lab.run());
            assert!(words.contains("OpenFlow 1.0 has no"), "{words}");
        }
        let (mut lab, _) = self::lab(version);
        lab.tell_refusals();
        lab.tell::<Wants>(want_both());
        lab.run();
        let refused = version == Version::V1_0;
        let heard = &lab.app::<Wants>().heard;
        let of_rule = heard.iter().any(
            |event| matches!(event, Event::RuleRejected(rejection) if rejection.rule == ipv6()),
        );
        let of_group = heard.iter().any(
            |event| matches!(event, Event::GroupRejected(rejection) if rejection.group == group()),
        );
        assert_eq!((of_rule, of_group), (refused, refused), "{heard:?}");
        assert_eq!(lab.table(S1).is_empty(), refused);
    }
}

#[test]
fn what_somebody_else_deletes_comes_back() {
    for version in VERSIONS {
        let (mut lab, [h1, h2, _]) = lab(version);
        want(&mut lab, vec![rule("in_port=1", "output:2")]);
        let delete = FlowMod {
            command: FlowCommand::Delete,
            table: TableId::ALL,
            ..FlowMod::add(0, Match::any().in_port(PortNo(1)), Instructions::drop())
        };
        lab.meddle(S1, &ToSwitch::FlowMod(delete));
        assert_eq!(lab.table(S1), []);
        lab.run();
        assert_eq!(lab.send(h1, frames::unicast(h1, h2)), [h2], "{version}");
        let heard = lab.app::<Wants>().heard.last();
        assert!(matches!(heard, Some(Event::FlowRemoved { .. })));
    }
}

#[test]
fn packets_pass_tables_groups_and_meters() {
    for version in [Version::V1_3, Version::V1_4, Version::V1_5] {
        let (mut lab, [h1, h2, h3]) = lab(version);
        let meter = MeterMod {
            command: MeterCommand::Add,
            meter: "meter=1,pktps,burst,bands=type=drop,rate=1,burst_size=2"
                .parse()
                .unwrap(),
        };
        lab.meddle(S1, &ToSwitch::MeterMod(meter));
        let mut second = rule("", "meter:1,set_field:02:00:00:00:00:99->eth_dst");
        second.table = TableId(1);
        second.instructions.apply.push(Action::Group(lab_group(1)));
        let to = |port| Bucket::new([Action::output(PortNo(port))]);
        lab.tell::<Wants>(Want {
            rules: vec![rule("in_port=1", "goto_table:1"), second],
            groups: vec![WantedGroup::new(S1, 1, GroupType::All, [to(2), to(3)])],
        });
        lab.run();
        for passes in [true, true, false, false] {
            lab.send(h1, frames::tcp((h1, 1_000), (h2.mac(), h2.ip(), 80), 2));
            for host in [h2, h3].into_iter().filter(|_| passes) {
                let fields = "tcp,tp_dst=80,dl_dst=02:00:00:00:00:99";
                lab.expect(host, fields.parse::<Match>().unwrap());
            }
            lab.expect_nothing();
        }
        lab.run_for(Duration::from_secs(1));
        assert_eq!(lab.send(h1, frames::unicast(h1, h2)), [h2, h3]);
    }
}

/// What switches call group 1 of the first app.
fn lab_group(number: u32) -> openflow::GroupId {
    openflow::GroupId(1 << 16 | number)
}

#[test]
fn a_failed_assertion_says_what_arrived_instead_and_where_the_packet_is_lost() {
    let (mut lab, [h1, h2, h3]) = lab(Version::V1_3);
    want(&mut lab, vec![rule("in_port=1", "output:3")]);
    let frame = frames::unicast(h1, h2);
    lab.send(h1, frame.clone());
    let words = panic_of(|| lab.expect(h2, &frame));
    for part in [
        "h2 did not get 00:00:00:00:00:01 > 00:00:00:00:00:02 type 0x88b5, 60 bytes",
        "h3 got 00:00:00:00:00:01 > 00:00:00:00:00:02 type 0x88b5, 60 bytes",
        "h1 does not reach h2: s1 sends it to h3, whose address it does not have.",
    ] {
        assert!(words.contains(part), "{words}");
    }
    let words = panic_of(|| lab.expect_nothing());
    assert!(words.starts_with("nothing more should have arrived anywhere\n  h3 got"));
    lab.expect_nothing_at(h2);
    lab.expect_such(h3, |packet| packet.eth_src() == h1.mac());
    lab.expect_nothing();

    want(&mut lab, vec![rule("in_port=1", "drop")]);
    lab.send(h1, frame.clone());
    let words = panic_of(|| lab.expect(h2, &frame));
    assert!(words.contains("nothing arrived anywhere"), "{words}");
    let part = "dropped at s1: the entry with priority 100 of lab::Wants sends it nowhere";
    assert!(words.contains(part), "{words}");

    lab.send(h2, frames::unicast(h2, h1));
    let words = panic_of(|| lab.expect(h1, frames::unicast(h2, h1)));
    let part = "the controller got one from s1 port 2";
    assert!(words.contains(part), "{words}");
}
