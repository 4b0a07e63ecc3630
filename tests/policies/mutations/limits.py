"""What a container may use up."""

from tests.policies.mutation import SERVERS, Mutation, given, without

MEMORY, CPU, RESERVED = ("require-memory-limit",), ("require-cpu-limit",), ("require-reservations",)

MUTATIONS = (
    Mutation("no memory limit", MEMORY, without("memory")),
    Mutation("memory 0", MEMORY, given(memory=0)),
    Mutation("no CPU limit", CPU, without("cpus")),
    Mutation("cpus 0", CPU, given(cpus="0")),
    Mutation("no memory reserved", RESERVED, without("memoryReservation")),
    Mutation("no CPU reserved", RESERVED, without("cpuShares")),
    Mutation("endless swap", ("memory-swap-bounded",), given(memorySwap=-1)),
    Mutation("a tmpfs without a size", ("tmpfs-bounded",), given(tmpfs={"/tmp": ""})),
    Mutation("more memory than the host", ("fits-host",), given(memory=1_000_000), SERVERS),
    Mutation("more CPUs than the host", ("fits-host",), given(cpus="64"), SERVERS),
    Mutation("logs without an end", ("log-rotation",), given(logOpts={})),
    Mutation("one log file of 10 MB", ("log-rotation",), given(logOpts={"max-size": "10m"})),
    Mutation("no logs", ("log-rotation",), given(logDriver="none")),
)
