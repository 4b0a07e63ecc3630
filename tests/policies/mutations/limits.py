"""What a container may use up."""

from tests.policies.mutation import SERVERS, Mutation, given, without

MEMORY, CPU, RESERVED = ("require-memory-limit",), ("require-cpu-limit",), ("require-reservations",)
LOGS = ("log-rotation",)

MUTATIONS = (
    Mutation("no memory limit", MEMORY, without("memory")),
    Mutation("memory 0", MEMORY, given(memory=0)),
    Mutation("no CPU limit", CPU, without("cpus")),
    Mutation("cpus 0", CPU, given(cpus="0")),
    Mutation("no memory reserved", RESERVED, without("memoryReservation")),
    Mutation("no CPU reserved", RESERVED, without("cpuShares")),
    Mutation("endless swap", ("memory-swap-bounded",), given(memorySwap=-1)),
    Mutation("a tmpfs without a size", ("tmpfs-bounded",), given(tmpfs={"/tmp": ""})),
    Mutation("a tmpfs of size 0", ("tmpfs-bounded",), given(tmpfs={"/tmp": "size=0"})),
    Mutation("a tmpfs of 100 GB", ("tmpfs-bounded",), given(tmpfs={"/tmp": "size=100g"})),
    Mutation("more memory than the host", ("fits-host",), given(memory=1_000_000), SERVERS),
    Mutation("more CPUs than the host", ("fits-host",), given(cpus="64"), SERVERS),
    Mutation("logs without an end", ("log-rotation",), given(logOpts={})),
    Mutation("one log file of 10 MB", ("log-rotation",), given(logOpts={"max-size": "10m"})),
    Mutation("a log file without an end", LOGS, given(logOpts={"max-size": "-1", "max-file": "3"})),
    Mutation("10 GB of logs", LOGS, given(logOpts={"max-size": "10g", "max-file": "1"})),
    Mutation(
        "a million log files", LOGS, given(logOpts={"max-size": "10m", "max-file": "1000000"})
    ),
    Mutation("no logs", ("log-rotation",), given(logDriver="none")),
)
