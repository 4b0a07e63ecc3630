"""The laws of a stack: what no single value breaks but values together do, all told at once."""

from collections.abc import Callable, Iterator, Mapping

from laws import certificates, database, edge, host, release, secrets
from laws.case import Case, Given, Release
from mistakes import Mistake
from stack_file import Images, StackSettings

# Each kind needs less of the stack than the next, so a mistake elsewhere hides fewer of its own.
OF_SECRETS: tuple[Callable[[Given], Iterator[Mistake]], ...] = (
    secrets.none_is_empty,
    secrets.encryption_key_is_strong,
    secrets.passphrase_is_strong,
    secrets.bucket_keys_are_lines,
    secrets.strict_stacks_have_keys_of_backups,
    certificates.certificate_and_key_are_a_pair,
)
OF_VALUES: tuple[Callable[[Case], Iterator[Mistake]], ...] = (
    host.only_dev_publishes,
    host.published_api_is_one,
    host.ports_differ,
    host.fits_its_host,
    host.gaps_are_of_services,
    database.pools_fit_the_database,
    database.data_is_backed_up,
    database.backups_have_their_keys,
    database.authority_of_the_bucket_is_there,
    edge.has_tls,
    edge.cors_is_a_list_of_origins,
    certificates.certificate_names_the_site,
    secrets.bot_has_its_token,
    secrets.bot_asks_by_tls,
    secrets.rotations_are_of_secrets,
)
OF_RELEASES: tuple[Callable[[Release], Iterator[Mistake]], ...] = (
    release.images_are_of_the_release,
    release.bot_has_its_image,
    release.database_reads_its_data,
)


def broken(
    environment: str,
    secrets: Mapping[str, str],
    values: StackSettings | None = None,
    runs: tuple[Images, str] | None = None,
) -> list[Mistake]:
    """Every law that the stack breaks, as far as it is known: `runs` are its images and release."""
    given = Given(environment, secrets)
    mistakes = [mistake for law in OF_SECRETS for mistake in law(given)]
    if values is not None:
        case = Case(environment, secrets, values)
        mistakes += [mistake for law in OF_VALUES for mistake in law(case)]
        if runs is not None:
            release = Release(environment, secrets, values, *runs)
            mistakes += [mistake for law in OF_RELEASES for mistake in law(release)]
    return mistakes
