"""What the sandbox is built from: limits, the call filter, users, control groups, visible files."""

import errno
import fcntl
import itertools
import os
import struct
import sys
from pathlib import Path

import pytest
from support.fake_bwrap import fake_bwrap

import autograder
import course
from autograder.sandbox import bubblewrap, cgroup, seccomp, view
from autograder.sandbox.bubblewrap import Launch, arguments, pick_user
from autograder.sandbox.limits import GIB, MIB, Limits
from autograder.sandbox.sandbox import Job
from course.errors import GradingError

FULL_MAP = "         0          0 4294967295\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"memory_bytes": 0},
        {"output_bytes": -1},
        {"address_space_bytes": 1 * MIB},
        {"processes": 1},
        {"cell_seconds": 10.0, "notebook_seconds": 5.0},
    ],
)
def test_a_limit_that_fails_everybody_is_refused_by_name(wrong):
    with pytest.raises(GradingError, match=next(iter(wrong))):
        Limits(**wrong)


def test_default_limits_leave_room_for_tensorflow():
    limits = Limits().rlimits()
    assert limits["RLIMIT_AS"] >= 3 * GIB
    assert limits["RLIMIT_CORE"] == 0


def simulate(program, machine, number, argument=0, second=0):
    """Run a seccomp filter as the kernel does, by the rules of classic BPF."""
    audit = seccomp.ARCHITECTURES[machine].audit
    data = struct.pack("=iIQQQ", number, audit, 0, argument, second)
    steps = list(struct.iter_unpack("=HBBI", program))
    accumulator, at = 0, 0
    for _ in range(len(steps)):
        code, if_true, if_false, value = steps[at]
        if code == 0x06:
            return value
        if code == 0x20:
            accumulator, at = struct.unpack_from("=I", data, value)[0], at + 1
            continue
        met = {
            0x15: accumulator == value,
            0x35: accumulator >= value,
            0x45: accumulator & value != 0,
        }[code]
        at += 1 + (if_true if met else if_false)
    raise AssertionError("the filter does not end")


ALLOW, REFUSE = 0x7FFF0000, 0x00050000
CLONE = {"x86_64": 56, "aarch64": 220}
SOCKET = {"x86_64": 41, "aarch64": 198}
MOUNT = {"x86_64": 165, "aarch64": 40}
WRITE = {"x86_64": 1, "aarch64": 64}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_filter_refuses_what_it_should_and_nothing_else(machine):
    program = seccomp.program(machine)
    answers = [
        simulate(program, machine, WRITE[machine]),
        simulate(program, machine, MOUNT[machine]),
        simulate(program, machine, CLONE[machine], 0x11),  # fork
        simulate(program, machine, CLONE[machine], 0x10000011),  # fork into a user namespace
        simulate(program, machine, 435),  # clone3
        simulate(program, machine, SOCKET[machine], 1),  # AF_UNIX
        simulate(program, machine, SOCKET[machine], 2),  # AF_INET
        simulate(program, machine, SOCKET[machine], 16),  # AF_NETLINK
        simulate(program, machine, SOCKET[machine], 40),  # AF_VSOCK
        simulate(program, machine, 0x40000000 + 1),  # a call by its x32 number
    ]
    eperm, enosys = REFUSE | errno.EPERM, REFUSE | errno.ENOSYS
    no_family = REFUSE | errno.EAFNOSUPPORT
    assert answers == [
        *(ALLOW, eperm, ALLOW, eperm, enosys),
        *(ALLOW, ALLOW, ALLOW, no_family, enosys),
    ]


FCNTL = {"x86_64": 72, "aarch64": 25}
FLOCK = {"x86_64": 73, "aarch64": 32}
SETXATTR = {"x86_64": 188, "aarch64": 5}
INOTIFY = {"x86_64": 294, "aarch64": 26}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_filter_lets_nothing_of_a_file_reach_another_submission(machine):
    program = seccomp.program(machine)

    def command(number):
        return simulate(program, machine, FCNTL[machine], 3, number)

    # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, pipe sizes and seals
    own = {0, 1, 2, 3, 4, 1030, 1031, 1032, 1033, 1034}
    own |= {fcntl.F_GETLK, 36}  # whether a file is locked: never, since no lock is made
    locks = {6, 7, 37, 38}
    for number in range(2048):
        answer = ALLOW if number in own else REFUSE if number in locks else REFUSE | errno.EINVAL
        assert command(number) == answer, number
    assert command(fcntl.F_SETLEASE) == REFUSE | errno.EINVAL
    assert simulate(program, machine, FLOCK[machine]) == REFUSE  # success, without a lock
    assert simulate(program, machine, SETXATTR[machine]) == REFUSE | errno.EOPNOTSUPP
    assert simulate(program, machine, INOTIFY[machine]) == REFUSE | errno.EPERM


def test_filter_refuses_calls_of_another_architecture():
    foreign = seccomp.program("aarch64")
    data = struct.pack("=iIQQ", 64, seccomp.ARCHITECTURES["x86_64"].audit, 0, 0)
    load, compare, kill = itertools.islice(struct.iter_unpack("=HBBI", foreign), 3)
    assert struct.unpack_from("=I", data, load[3])[0] != compare[3]
    assert kill == (0x06, 0, 0, 0x80000000)


def test_unknown_architecture_has_no_filter():
    assert seccomp.program("riscv64") is None


def test_root_becomes_another_user_that_owns_nothing_each_time():
    users = {pick_user(FULL_MAP) for _ in range(20)}
    assert len(users) > 10
    assert all(0x70000000 <= user < 0x71000000 for user in users)


def test_root_of_a_container_stays_within_its_users():
    user = pick_user("0 1000 1\n1 100000 65536\n")
    assert 1000 < user < 65537


def test_root_of_a_container_with_one_user_is_told_what_to_do():
    with pytest.raises(GradingError, match="ordinary user"):
        pick_user("0 1000 1\n")


def test_macos_is_told_where_to_grade(monkeypatch):
    monkeypatch.setattr(bubblewrap.sys, "platform", "darwin")
    with pytest.raises(GradingError, match=r"WSL2.*Containerfile"):
        bubblewrap.find_bwrap()


def test_the_systems_bwrap_comes_first(monkeypatch, tmp_path):
    system = fake_bwrap(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bubblewrap.find_bwrap() == system


def launch(tmp_path, **changes):
    view.write_accounts(tmp_path / "etc", 1000)
    return Launch(Job(["/bin/true"]), tmp_path, **changes)


def test_an_ordinary_user_gets_no_capability_and_root_only_those_it_drops_itself_with(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    ordinary = arguments(launch(tmp_path / "a", user=None))
    root = arguments(launch(tmp_path / "b", user=12345))
    assert "--cap-add" not in ordinary
    assert "--unshare-user" in ordinary
    assert {root[i + 1] for i, word in enumerate(root) if word == "--cap-add"} == {
        "CAP_SETUID",
        "CAP_SETGID",
        "CAP_SETPCAP",
    }
    assert "--unshare-user" not in root


def test_only_the_course_of_a_checkout_is_visible(tmp_path):
    options = arguments(launch(tmp_path))
    sources = [options[i + 1] for i, word in enumerate(options) if word.endswith("bind")]
    checkout = Path(course.__file__).parents[1]
    assert str(checkout / "course") in sources
    assert not {str(checkout), str(checkout / "solutions"), autograder.__path__[0]} & set(sources)


def test_the_grader_is_hidden_where_a_visible_tree_contains_it(monkeypatch, tmp_path):
    packages = tmp_path / "venv" / "site-packages"
    (packages / "autograder").mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "venv"))
    monkeypatch.setattr(autograder, "__file__", str(packages / "autograder" / "__init__.py"))
    (tmp_path / "folder").mkdir()
    options = arguments(launch(tmp_path / "folder"))
    covered = options.index(str(packages / "autograder"))
    assert options[covered - 1] == "--tmpfs"
    assert covered > options.index(str(tmp_path / "venv"))
    assert ["--remount-ro", str(packages / "autograder")] in [
        options[i : i + 2] for i in range(len(options))
    ]


def test_nothing_of_the_graders_environment_is_inherited(monkeypatch, tmp_path):
    monkeypatch.setenv("API_TOKEN", "secret")
    assert not any("secret" in word for word in arguments(launch(tmp_path)))


def write_tree(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


VERSION_2 = {
    "proc/self/cgroup": "0::/user.slice/session.scope\n",
    "proc/self/mountinfo": "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
    "sys/fs/cgroup/cgroup.subtree_control": "cpu memory pids\n",
    "sys/fs/cgroup/user.slice/cgroup.subtree_control": "memory pids\n",
    "sys/fs/cgroup/user.slice/session.scope/cgroup.subtree_control": "\n",
}
VERSION_1 = {
    "proc/self/cgroup": "8:pids:/\n4:memory:/box/abc\n0::/\n",
    "proc/self/mountinfo": (
        "30 20 0:26 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
        "31 20 0:27 /box /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    ),
}


def test_version_2_groups_are_made_beside_ones_own_where_controllers_are_handed_down(tmp_path):
    write_tree(tmp_path, VERSION_2)
    (first, *_) = cgroup._candidates(tmp_path)
    assert first.version == 2
    assert first.parents == dict.fromkeys(("memory", "pids"), tmp_path / "sys/fs/cgroup/user.slice")


def test_version_1_groups_are_made_below_ones_own_as_a_container_sees_it(tmp_path):
    write_tree(tmp_path, VERSION_1)
    (first, *_) = cgroup._candidates(tmp_path)
    assert first.version == 1
    assert first.parents == {
        "memory": tmp_path / "sys/fs/cgroup/memory/abc",
        "pids": tmp_path / "sys/fs/cgroup/pids",
    }


def test_without_writable_groups_none_are_made(tmp_path):
    assert cgroup.detect_cgroups(tmp_path) == cgroup.Cgroups(0)


@pytest.mark.parametrize(
    ("files", "killed"),
    [
        ({"memory.oom_control": "under_oom 0\noom_kill 2\n"}, True),
        ({"memory.events": "low 0\noom 1\noom_kill 0\n"}, False),
        ({}, False),
    ],
)
def test_a_kill_for_memory_is_read_from_either_version(tmp_path, files, killed):
    write_tree(tmp_path, files)
    assert cgroup.Group({"memory": tmp_path}).out_of_memory() is killed


def test_groups_of_a_killed_grader_are_swept_and_those_of_a_living_one_are_kept(tmp_path):
    own = cgroup.Cgroups(0, {"memory": tmp_path})
    own_space = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    started = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    living = tmp_path / f"convpool-{own_space}-{os.getpid()}-{started}-aa"
    dead = tmp_path / f"convpool-{own_space}-{os.getpid()}-{int(started) + 1}-bb"
    elsewhere = tmp_path / f"convpool-1{own_space}-{os.getpid()}-{int(started) + 1}-cc"
    for folder in (living, dead, elsewhere):
        folder.mkdir()
    own.sweep()
    assert living.exists()
    assert elsewhere.exists()  # of another container
    assert not dead.exists()
