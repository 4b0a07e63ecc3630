"""Walls between a container and its host."""

from tests.policies.mutation import Mutation, given, more, without

USER = ("non-root-user",)
DROPS = ("drop-all-capabilities",)
DANGEROUS = ("no-dangerous-capabilities", "restrict-added-capabilities")
NEW = ("require-no-new-privileges",)
PROFILE = ("no-unconfined-security-profile",)
JOINED = ("no-joined-namespaces",)
ALLOWS_ALL = 'seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'


def added(*names: str) -> dict[str, list[str]]:
    return {"drops": ["ALL"], "adds": list(names)}


MUTATIONS = (
    Mutation("privileged", ("no-privileged",), given(privileged=True)),
    Mutation("user root", USER, given(user="root")),
    Mutation("user 0", USER, given(user="0")),
    Mutation("user 0:0", USER, given(user="0:0")),
    Mutation("user 000:10001", USER, given(user="000:10001")),
    Mutation("group 0", USER, given(user="10001:0")),
    Mutation("user +0", USER, given(user="+0")),
    Mutation("user -0:1", USER, given(user="-0:1")),
    Mutation("added to group 0", USER, given(groupAdds=["0"])),
    Mutation("added to group docker", USER, given(groupAdds=["docker"])),
    Mutation("no user", USER, without("user")),
    Mutation("adds SYS_ADMIN", DANGEROUS, given(capabilities=added("SYS_ADMIN"))),
    Mutation("adds cap_net_admin", DANGEROUS, given(capabilities=added("cap_net_admin"))),
    Mutation("adds all", DANGEROUS, given(capabilities=added("all"))),
    Mutation(
        "adds NET_BIND_SERVICE",
        ("restrict-added-capabilities",),
        given(capabilities=added("NET_BIND_SERVICE")),
    ),
    Mutation("keeps its capabilities", DROPS, without("capabilities")),
    Mutation("drops NET_RAW alone", DROPS, given(capabilities={"drops": ["NET_RAW"]})),
    Mutation("may gain privileges", NEW, given(securityOpts=[])),
    Mutation("no-new-privileges:false", NEW, given(securityOpts=["no-new-privileges:false"])),
    Mutation("seccomp=unconfined", PROFILE, more("securityOpts", "seccomp=unconfined")),
    Mutation("seccomp:unconfined", PROFILE, more("securityOpts", "seccomp:unconfined")),
    Mutation("apparmor=unconfined", PROFILE, more("securityOpts", "apparmor=unconfined")),
    Mutation("label=disable", PROFILE, more("securityOpts", "label=disable")),
    Mutation("systempaths=unconfined", PROFILE, more("securityOpts", "systempaths=unconfined")),
    Mutation("seccomp allows all", PROFILE, more("securityOpts", ALLOWS_ALL)),
    Mutation("label=type:spc_t", PROFILE, more("securityOpts", "label=type:spc_t")),
    Mutation("writable cgroups", PROFILE, more("securityOpts", "writable-cgroups=true")),
    Mutation("SELinux disable", PROFILE, more("securityOpts", "disable")),
    Mutation("root is writable", ("read-only-root-filesystem",), given(readOnly=False)),
    Mutation("host pid", ("no-host-pid",), given(pidMode="host")),
    Mutation("host ipc", ("no-host-ipc",), given(ipcMode="host")),
    Mutation("shareable ipc", JOINED, given(ipcMode="shareable")),
    Mutation("host userns", ("no-host-userns",), given(usernsMode="host")),
    Mutation("network of another", JOINED, given(networkMode="container:postgres")),
    Mutation("processes of another", JOINED, given(pidMode="container:postgres")),
    Mutation("cgroup parent", ("no-custom-cgroup-parent",), given(cgroupParent="/free")),
    Mutation("host cgroups", ("no-custom-cgroup-parent",), given(cgroupnsMode="host")),
    Mutation("a disk", ("no-host-devices",), given(devices=[{"hostPath": "/dev/sda"}])),
    Mutation("all GPUs", ("no-host-devices",), given(gpus="all")),
    Mutation("kernel.msgmax", ("no-unsafe-sysctls",), given(sysctls={"kernel.msgmax": "65536"})),
)
