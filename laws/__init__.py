"""The laws of a stack: what no single value breaks but values together do, all told at once."""

from collections.abc import Callable, Iterator, Mapping

from laws import database, edge, host, release, secrets
from laws.case import Case
from mistakes import Mistake
from stack_file import Images, StackSettings

LAWS: tuple[Callable[[Case], Iterator[Mistake]], ...] = (
    host.only_dev_publishes,
    host.ports_differ,
    host.fits_its_host,
    host.gaps_are_of_services,
    database.pools_fit_the_database,
    database.data_is_backed_up,
    database.backups_have_their_keys,
    edge.has_tls,
    edge.cors_is_a_list_of_origins,
    secrets.encryption_key_is_strong,
    secrets.bot_has_its_token,
    secrets.rotations_are_of_secrets,
    release.images_are_of_the_release,
)


def broken(
    environment: str,
    values: StackSettings,
    images: Images,
    release: str,
    secrets: Mapping[str, str],
) -> list[Mistake]:
    """Every law that the stack breaks."""
    case = Case(environment, values, images, release, secrets)
    return [mistake for law in LAWS for mistake in law(case)]
