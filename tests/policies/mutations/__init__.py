"""Every way a plan is broken, by what is broken."""

from tests.policies.mutation import Mutation
from tests.policies.mutations import (
    commands,
    datastores,
    edge,
    health,
    images,
    isolation,
    lifecycle,
    limits,
    mounts,
    networks,
    ports,
    secrets,
    unknowns,
)

MUTATIONS: tuple[Mutation, ...] = (
    *isolation.MUTATIONS,
    *mounts.MUTATIONS,
    *ports.MUTATIONS,
    *networks.MUTATIONS,
    *limits.MUTATIONS,
    *health.MUTATIONS,
    *lifecycle.MUTATIONS,
    *images.MUTATIONS,
    *secrets.MUTATIONS,
    *commands.MUTATIONS,
    *datastores.MUTATIONS,
    *edge.MUTATIONS,
    *unknowns.MUTATIONS,
)
