"""Pointsman's networks in Mininet.

    sudo mn --custom topologies/mininet/pointsman.py --topo pointsman,fat-tree,4 \
            --controller pointsman

`--custom` comes first. What follows `pointsman,` is anything `pointsman topology` takes: a generator
with arguments, a name of the catalog, a file. The program `pointsman` describes the network; it is
looked for in $POINTSMAN, in the build directory beside this file and in $PATH. A file that holds
our own JSON (`pointsman topology ring,6 --json > ring.json`) is read without it.

The file also replaces Mininet's default switch and host, since a userspace datapath needs both:

  --switch default[,openflow=1.0|1.3|1.4|1.5|mixed]   Open vSwitch with `datapath_type=netdev`
  --host proc[,ipv6=1]                        offloads off; quiet unless IPv6 is asked for

`--controller remote` and Mininet's other switches work as well.
"""

import json
import os
import shlex
import subprocess
import sys

from mininet.link import TCIntf, TCLink
from mininet.node import Controller, Host, OVSSwitch
from mininet.topo import Topo

PROTOCOLS = {
    "1.0": "OpenFlow10",
    "1.3": "OpenFlow13",
    "1.4": "OpenFlow14",
    "1.5": "OpenFlow15",
}

# Mininet runs this file with exec(), where __file__ is not set.
HERE = os.path.dirname(os.path.abspath(sys._getframe().f_code.co_filename))


def program():
    """The path of `pointsman`."""
    build = os.path.join(HERE, "..", "..", "target")
    places = [os.path.join(build, profile, "pointsman") for profile in ("release", "debug")]
    given = os.environ.get("POINTSMAN")
    if given:
        return given
    return next((place for place in places if os.access(place, os.X_OK)), "pointsman")


def describe(spec):
    """The description of a network, as a dictionary."""
    if os.path.isfile(spec):
        with open(spec, encoding="utf-8") as file:
            try:
                content = json.load(file)
            except ValueError:
                content = {}  # GraphML, or not a network at all: the program says which
        if "switches" in content:
            return content
    command = [program(), "topology", spec, "--json"]
    try:
        result = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    except FileNotFoundError:
        sys.exit(f"cannot run `{command[0]}`: build Pointsman or set POINTSMAN to the program")
    except subprocess.CalledProcessError:
        sys.exit(1)  # it has said why on stderr
    return json.loads(result.stdout)


class PointsmanTopo(Topo):
    """A network as the description says: names, addresses and port numbers."""

    def build(self, *words, description=None, **named):
        # Mininet has split the text at commas and made numbers of what looks like one.
        if description is None:
            parts = [str(word) for word in words]
            parts += [f"{key}={value}" for key, value in named.items()]
            description = describe(",".join(parts))
        for switch in description["switches"]:
            self.addSwitch(switch["name"], dpid=switch["dpid"])
        for host in description["hosts"]:
            self.addHost(host["name"], ip=host["ip"] + "/8", mac=host["mac"])
            self.addLink(host["name"], host["switch"], port1=0, port2=host["port"])
        for link in description["links"]:
            a, b = link["a"], link["b"]
            self.addLink(
                a["switch"], b["switch"], port1=a["port"], port2=b["port"], **shaping(link)
            )


def shaping(link):
    """Mininet's options for a link that is limited or slow."""
    options = {}
    if "bandwidth_mbps" in link:
        options["bw"] = link["bandwidth_mbps"]
    if "delay_ms" in link:
        options["delay"] = f"{link['delay_ms']}ms"
    if not options:
        return {}
    return {"cls": TCLink, "cls1": ShapedIntf, "cls2": ShapedIntf, **options}


class ShapedIntf(TCIntf):
    """An interface with limits that are there: Mininet's goes on without those the kernel lacks."""

    def tc(self, cmd, tc="tc"):
        said = super().tc(cmd, tc)
        if "unknown" in said:
            raise RuntimeError(f"{self}: this kernel cannot limit or delay links: {said.strip()}")
        return said


class PointsmanSwitch(OVSSwitch):
    """Open vSwitch on the userspace datapath, which needs no kernel module."""

    def __init__(self, name, openflow="1.3", owner=None, **params):
        """openflow: 1.0, 1.3, 1.4, 1.5, or mixed (1.3 on odd datapath ids, 1.0 on even ones);
        owner: process id of the lab it belongs to, noted in the database."""
        params = {"datapath": "user", "failMode": "secure", **params}
        super().__init__(name, **params)
        version = str(openflow)
        if version == "mixed":
            version = "1.3" if int(self.dpid, 16) % 2 else "1.0"
        if version not in PROTOCOLS:
            sys.exit(f"openflow={openflow}: expected 1.0, 1.3, 1.4, 1.5 or mixed")
        self.protocols = PROTOCOLS[version]
        self.owner = owner

    def addIntf(self, intf, *args, **kwargs):
        """The machine's own IPv6 must not speak on the switch's ports: what it says arrives at the
        neighbour as if a host were there."""
        quiet = f"/proc/sys/net/ipv6/conf/{intf.name}/disable_ipv6"
        if os.path.exists(quiet):
            with open(quiet, "w", encoding="ascii") as file:
                file.write("1")
        super().addIntf(intf, *args, **kwargs)

    def bridgeOpts(self):
        note = f" external-ids:pointsman-lab={self.owner}" if self.owner else ""
        return super().bridgeOpts() + note

    def start(self, controllers):
        """As Mininet's, with a probe that notices a silent controller."""
        targets = {f"{self}{c.name}": f"{c.protocol}:{c.IP()}:{c.port}" for c in controllers}
        if self.listenPort:
            targets[f"{self}-listen"] = f"ptcp:{self.listenPort}"
        options = "inactivity_probe=5000"
        if self.reconnectms:
            options += f" max_backoff={self.reconnectms}"
        created = " ".join(
            f'-- --id=@{name} create Controller target=\\"{target}\\" {options}'
            for name, target in targets.items()
        )
        ids = ",".join(f"@{name}" for name in targets)
        ports = " ".join(
            f"-- add-port {self} {intf}" + self.intfOpts(intf)
            for intf in self.intfList()
            if self.ports[intf] and not intf.IP()
        )
        self.vsctl(
            f"{created} -- --if-exists del-br {self} -- add-br {self}"
            f" -- set bridge {self} controller=[{ids}]{self.bridgeOpts()} {ports}"
        )
        if not self.batch:
            for intf in self.intfList():
                self.TCReapply(intf)

    @classmethod
    def batchStartup(cls, switches, run=None):
        """The queued commands of many switches in few transactions. Mininet would not look whether
        they succeed."""
        for begin in range(0, len(switches), 100):
            some = switches[begin : begin + 100]
            words = [word for s in some for line in s.commands for word in shlex.split(line)]
            result = subprocess.run(
                ["ovs-vsctl", *words],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            if result.returncode:
                raise RuntimeError(f"Open vSwitch refuses the switches: {result.stderr.strip()}")
        for switch in switches:
            switch.commands, switch.batch = [], False
            for intf in switch.intfList():
                cls.TCReapply(intf)
        return switches


class PointsmanHost(Host):
    """A host whose packets a userspace switch can carry."""

    # Packets reach the switch as the kernel hands them over, without the checksum and the
    # segmentation a network card would have added: TCP would send what nobody accepts.
    OFFLOADS = "rx off tx off sg off tso off gso off gro off"

    def __init__(self, name, ipv6=False, **params):
        """ipv6: let the kernel speak IPv6, which it does unasked."""
        self.ipv6 = ipv6
        super().__init__(name, **params)

    def startShell(self, *args, **kwargs):
        super().startShell(*args, **kwargs)
        if not self.ipv6:
            # Before there is an interface: later is too late for the first packets.
            self.cmd("for i in all default; do echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6; done")

    def config(self, **params):
        result = super().config(**params)
        for intf in self.intfList():
            self.cmd(f"ethtool -K {intf} {self.OFFLOADS}")
        return result


class PointsmanController(Controller):
    """`pointsman ptcp:PORT`, started and stopped by Mininet; it logs to /tmp/c0.log."""

    def __init__(self, name, command=None, **params):
        super().__init__(name, command=command or program(), **params)

    def stop(self, *args, **kwargs):
        # Mininet ends it by the name of the job, which a path with slashes is not.
        self.cmd("kill %1; wait %1")
        super(Controller, self).stop(*args, **kwargs)


topos = {"pointsman": PointsmanTopo}
switches = {"default": PointsmanSwitch, "pointsman": PointsmanSwitch}
hosts = {"proc": PointsmanHost, "pointsman": PointsmanHost}
controllers = {"pointsman": PointsmanController}
