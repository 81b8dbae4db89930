"""A Mininet network on the other end of a socket.

    lab.py <socket

takes one JSON object a line from its standard input, a stream socket; each gets one line back:
{"ok": VALUE} or {"error": TEXT}. The first is {"do": "start", "topology": {...}, "controllers":
[["127.0.0.1", 6653]], "openflow": "1.3", "ipv6": false, "replace": false}; the methods of Lab below
are the others, their parameters the fields. When the socket closes or the process is told to end, the
network is removed: its own bridges, interfaces and processes, and nothing else.
"""

import contextlib
import ctypes
import functools
import itertools
import json
import os
import queue
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from mininet.cli import CLI
from mininet.log import setLogLevel
from mininet.net import Mininet
from mininet.node import RemoteController

import pointsman

OWNER = "pointsman-lab"


class Ended(BaseException):
    """The other side has gone or the process shall end."""


class Refused(Exception):
    """Told to the other side as it is."""


class Target(RemoteController):
    """A controller that runs elsewhere, or will."""

    def checkListening(self):
        """Mininet would wait for telnet and warn; whoever uses us asks the controller itself."""


class Lab:
    """The requests. Every public method is one."""

    def __init__(self):
        self.net = None
        self.started = {}
        self.numbers = itertools.count(1)
        # Beside the program, so that who put that there can remove both.
        self.directory = tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(__file__)))

    def start(self, topology, controllers, openflow="1.3", ipv6=False, replace=False):
        """Brings the network up; the controllers need not be there yet."""
        if self.net:
            raise Refused("the network is up already")
        make_room(topology, replace)
        self.net = Mininet(
            topo=pointsman.PointsmanTopo(description=topology),
            switch=functools.partial(
                pointsman.PointsmanSwitch, openflow=openflow, owner=os.getpid(), batch=True
            ),
            host=functools.partial(pointsman.PointsmanHost, ipv6=ipv6),
            controller=None,
            build=False,
        )
        for number, (ip, port) in enumerate(controllers):
            self.net.addController(f"c{number}", Target, ip=ip, port=port)
        self.net.build()
        self.net.start()

    def run(self, node, command, timeout=30.0):
        """Runs a shell command on a host (or, in the root namespace, on a switch) to its end."""
        process = self._popen(node, command, subprocess.PIPE)
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            end_group(process)
            raise Refused(f"`{command}` on {node} took longer than {timeout} s") from None
        return {"status": process.returncode, "output": output.decode(errors="replace")}

    def spawn(self, node, command):
        """Starts a shell command in the background; its number is for `finish` and `output`."""
        number = next(self.numbers)
        path = os.path.join(self.directory.name, str(number))
        with open(path, "wb") as file:
            self.started[number] = (self._popen(node, command, file), path)
        return number

    def output(self, number):
        """What a background command has written so far; `status` is null while it runs."""
        process, path = self._started(number)
        status = process.poll()
        with open(path, encoding="utf-8", errors="replace") as file:
            return {"status": status, "output": file.read()}

    def finish(self, number, signal_number=None, timeout=10.0):
        """Waits for a background command, after a signal if one is given."""
        process, _ = self._started(number)
        if signal_number is not None and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal_number)
        deadline = time.monotonic() + timeout
        while process.poll() is None or group_lives(process):
            if time.monotonic() > deadline:
                raise Refused(f"command {number} still runs after {timeout} s")
            time.sleep(0.01)
        return self.output(number)

    def links(self, a, b):
        """The interfaces of the links between two nodes, first that of `a`."""
        pairs = self._node(a).connectionsTo(self._node(b))
        return sorted([[mine.name, theirs.name] for mine, theirs in pairs])

    def set_link(self, a, b, up, number=0):
        """Cuts or mends one of the links between two nodes, by taking the interface of `a` down."""
        pairs = self.links(a, b)
        if number >= len(pairs):
            raise Refused(f"there are {len(pairs)} links between {a} and {b}")
        node = self._node(a)
        run_in(node, ["ip", "link", "set", pairs[number][0], "up" if up else "down"])
        return pairs[number]

    def move_host(self, host, switch):
        """Plugs a host, with its addresses, into the next free port of another switch."""
        node, target = self._node(host), self._node(switch)
        old = node.defaultIntf()
        ip, prefix, mac = old.IP(), old.prefixLen, old.MAC()
        port = target.newPort()
        near = old.link.intf2 if old.link.intf1 is old else old.link.intf1
        subprocess.run(["ovs-vsctl", "del-port", near.node.name, near.name], check=True)
        self.net.delLink(old.link)
        link = self.net.addLink(node, target, port1=0, port2=port, addr1=mac)
        node.cmd(f"ethtool -K {link.intf1} {node.OFFLOADS}")
        node.setIP(ip, prefix, link.intf1)
        request = ["--", "set", "Interface", link.intf2.name, f"ofport_request={port}"]
        subprocess.run(["ovs-vsctl", "add-port", switch, link.intf2.name, *request], check=True)
        return port

    def pingall(self, timeout=2):
        """One ping from every host to every other, each once: those that were lost."""
        hosts = self.net.hosts
        lost = []
        # In each round every host sends one and gets one.
        for step in range(1, len(hosts)):
            pairs = [(host, hosts[(n + step) % len(hosts)]) for n, host in enumerate(hosts)]
            started = [
                (a, b, self._popen(a.name, f"exec ping -n -c 1 -W {timeout} {b.IP()}", subprocess.DEVNULL))
                for a, b in pairs
            ]
            lost += [[a.name, b.name] for a, b, ping in started if ping.wait() != 0]
        return {"sent": len(hosts) * (len(hosts) - 1), "lost": lost}

    def broadcast(self, host, listen=1.0, count=1):
        """Sends broadcast frames from one host; how often one arrived, by host. Every host listens
        before the first is sent, and to the end of the time, so that a second copy is seen."""
        marker = b"pointsman" + os.urandom(8)
        frame = b"\xff" * 6 + bytes.fromhex(self._node(host).MAC().replace(":", "")) + b"\x88\xb5" + marker
        frame = frame.ljust(60, b"\0")
        with contextlib.ExitStack() as stack:
            ears = {
                node.name: stack.enter_context(packet_socket(node, 0x88B5)) for node in self.net.hosts
            }
            for _ in range(count):
                ears[host].send(frame)
            time.sleep(listen)
            return {name: heard(ear, marker) for name, ear in ears.items() if name != host}

    def prompt(self, asking, environment):
        """The command line on the controlling terminal, until the user leaves it. `asking` is the
        program that asks the controller, which finds it by the variables in `environment`."""
        try:
            terminal = os.open("/dev/tty", os.O_RDWR)
        except OSError as error:
            raise Refused(f"no terminal: {error.strerror}") from None
        os.dup2(terminal, sys.stdin.fileno())
        os.close(terminal)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            Prompt(self.net, asking, environment)
        finally:
            signal.signal(signal.SIGINT, ignore)

    def _node(self, name):
        if not self.net or name not in self.net:
            raise Refused(f"there is no node {name}")
        return self.net[name]

    def _started(self, number):
        if number not in self.started:
            raise Refused(f"no command has the number {number}")
        return self.started[number]

    def _popen(self, node, command, output):
        return self._node(node).popen(
            ["sh", "-c", command], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )

    def remove(self):
        """Takes away what `start` made, whatever state it is in."""
        if not self.net:
            return
        names = [switch.name for switch in self.net.switches]
        ports = [name for switch in self.net.switches for name in switch.nameToIntf]
        # The cables first: a storm in a network with loops would keep the switches from anything
        # else.
        remove_interfaces(ports)
        remove_bridges(names)
        kill_inhabitants(self.net.hosts)
        for node in self.net.values():
            with contextlib.suppress(ProcessLookupError, AttributeError):
                os.killpg(node.shell.pid, signal.SIGKILL)
        self.net = None


class Prompt(CLI):
    """Mininet's command line, with what only the controller knows and what `pointsman demo` has."""

    # What the program's subcommands of the same name answer.
    ASKED = ("trace", "path", "switches", "hosts", "flows", "groups", "apps", "pools", "notices")

    def __init__(self, net, asking, environment):
        self.asking, self.environment = asking, environment
        super().__init__(net)

    def _ask(self, words):
        subprocess.run([self.asking, *words], env={**os.environ, **self.environment}, check=False)

    def do_dump(self, line):
        """Flow entries of a switch, or Mininet's nodes.
        Usage: dump [switch]"""
        if line:
            self._ask(["flows", *line.split()])
        else:
            super().do_dump(line)

    def default(self, line):
        first, *rest = line.split()
        if first in self.ASKED:
            self._ask([first, *rest])
        elif first in self.mn and rest and rest[0] in ("arping", "get"):
            self._on_host(self.mn[first], *rest)
        else:
            super().default(line)

    def _on_host(self, host, verb, target=None, *_):
        if verb == "arping":
            address = self._address(target or host.name)
            unsolicited = [] if target else ["-U"]
            command = ["arping", "-c", "1", *unsolicited, "-I", host.defaultIntf().name, address]
        elif target:
            name, _, port = target.partition(":")
            url = f"http://{self._address(name)}:{port or 80}/"
            command = ["curl", "-sS", "--max-time", "5", "-w", "%{http_code} in %{time_total} s\\n", "-o", "/dev/null", url]
        else:
            print(f"it is typed `{host.name} get h2[:PORT]`")
            return
        host.popen(command, stdout=None, stderr=None).wait()

    def _address(self, name):
        return self.mn[name].IP() if name in self.mn else name

    def do_help(self, line):
        super().do_help(line)
        if not line:
            print("Of the controller: " + " ".join(self.ASKED) + " dump")
            print("On hosts: h1 ping h2, h1 arping [h2], h1 get h2[:PORT]")


def make_room(topology, replace):
    """Removes what a lab that was killed has left behind; refuses to touch anything else."""
    names = {switch["name"] for switch in topology["switches"]}
    listing = ["ovs-vsctl", "--format=json", "--columns=name,external_ids", "list", "bridge"]
    rows = json.loads(subprocess.run(listing, stdout=subprocess.PIPE, check=True).stdout)["data"]
    for name, (_, pairs) in rows:
        if name not in names:
            continue
        owner = dict(pairs).get(OWNER)
        if not replace and (owner is None or is_lab(owner)):
            whose = f"the lab of process {owner}" if owner else "another network"
            raise Refused(f"a bridge {name} of {whose} is there: end that, or clean up with `mn -c`")
        ports = subprocess.run(["ovs-vsctl", "list-ports", name], stdout=subprocess.PIPE, text=True, check=True)
        remove_bridges([name])
        remove_interfaces(ports.stdout.split())
    ends = [end for link in topology["links"] for end in (link["a"], link["b"])]
    wanted = {f"{end['switch']}-eth{end['port']}" for end in ends + topology["hosts"]}
    there = wanted.intersection(os.listdir("/sys/class/net")) | names.intersection(os.listdir("/sys/class/net"))
    if there and not replace:
        raise Refused(f"an interface {min(there)} is there already: clean up with `mn -c`")
    remove_interfaces(there)


def is_lab(process):
    """Whether a process is one of these."""
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            return os.path.basename(__file__).encode() in file.read()
    except OSError:
        return False


def remove_bridges(names):
    if not names:
        return
    deletions = itertools.chain.from_iterable(["--", "--if-exists", "del-br", name] for name in names)
    subprocess.run(["ovs-vsctl", "--timeout=30", *deletions], check=False)


def remove_interfaces(names):
    """All at once; one end of a pair takes the other with it, so that many are gone already."""
    batch = "".join(f"link del {name}\n" for name in names)
    subprocess.run(["ip", "-force", "-batch", "-"], input=batch.encode(), stderr=subprocess.DEVNULL, check=False)


def kill_inhabitants(hosts):
    """Every process in the namespace of a host: its shell and whatever it started, also in the
    background."""
    homes = {namespace(host.pid) for host in hosts} - {namespace("self"), None}
    for process in filter(str.isdigit, os.listdir("/proc")):
        if namespace(process) in homes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)


def namespace(process):
    try:
        return os.readlink(f"/proc/{process}/ns/net")
    except OSError:
        return None


def end_group(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def group_lives(process):
    """Whether what a shell started is still there when the shell is not: it may still write."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 0)
        return True
    return False


def run_in(node, command):
    result = subprocess.run(
        ["mnexec", "-a", str(node.pid), *command], stderr=subprocess.PIPE, text=True, check=False
    )
    if result.returncode:
        raise Refused(f"{shlex.join(command)}: {result.stderr.strip()}")


def packet_socket(host, ethertype):
    """A raw socket on a host's interface, opened from here: a socket stays in the namespace it was
    made in, so no helper process is needed."""
    setns = ctypes.CDLL(None, use_errno=True).setns
    with open("/proc/self/ns/net", "rb") as home, open(f"/proc/{host.pid}/ns/net", "rb") as away:
        if setns(away.fileno(), 0):
            raise Refused(f"cannot enter the namespace of {host.name}: {os.strerror(ctypes.get_errno())}")
        try:
            ear = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ethertype))
            ear.bind((host.defaultIntf().name, ethertype))
        finally:
            setns(home.fileno(), 0)
    ear.setblocking(False)
    return ear


def heard(ear, marker):
    """How many frames with the marker wait at a socket; its own, as sent, are not among them."""
    count = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            frame, (_, _, kind, _, _) = ear.recvfrom(2048)
            count += marker in frame and kind != socket.PACKET_OUTGOING
    return count


def ignore(_number, _frame):
    """Ctrl-C reaches every process of the terminal; the one that started us decides. Not SIG_IGN,
    which the commands on the hosts would inherit."""


def end(_number, _frame):
    signal.signal(signal.SIGTERM, ignore)  # one end is enough, and the removal must not be cut
    raise Ended


def read_requests(lines, requests):
    """Runs beside the main thread, so that a closed socket ends us also in the middle of a
    request."""
    for line in lines:
        requests.put(line)
    os.kill(os.getpid(), signal.SIGTERM)


def answer(lab, line):
    fields = json.loads(line)
    name = fields.pop("do")
    if name.startswith("_") or not callable(getattr(Lab, name, None)):
        return {"error": f"there is no request `{name}`"}
    try:
        return {"ok": getattr(lab, name)(**fields)}
    except Refused as refused:
        return {"error": str(refused)}
    except Exception as error:  # whatever Mininet raises, the other side should read
        return {"error": f"{name}: {type(error).__name__}: {error}"}


def main():
    signal.signal(signal.SIGINT, ignore)
    signal.signal(signal.SIGTERM, end)
    setLogLevel("output")
    lab, requests = Lab(), queue.Queue()
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as channel, open(os.devnull, "rb") as nothing:
        # What is started from here must not hold the socket open.
        os.dup2(nothing.fileno(), sys.stdin.fileno())
        lines = channel.makefile("r", encoding="utf-8")
        try:
            threading.Thread(target=read_requests, args=(lines, requests), daemon=True).start()
            while True:
                reply = json.dumps(answer(lab, requests.get()))
                channel.sendall(reply.encode() + b"\n")
        except (Ended, BrokenPipeError):
            pass
        finally:
            lab.remove()
            remove_program()


def remove_program():
    """Who has put this program in a directory of its own may have been killed since."""
    place = os.path.dirname(os.path.abspath(__file__))
    if os.path.basename(place).startswith("pointsman-lab-"):
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
