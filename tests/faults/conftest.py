"""The site served for real, on either database, for tests that make something fail.

Both sites live for the whole run and their units stay logged in, so every test begins by
bringing what it needs into the state that it needs.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.servers import Postgres, Site

Serve = Callable[..., Site]


@pytest.fixture(scope="session")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collect the static files once for all sites."""
    return Site(tmp_path_factory.mktemp("collected")).collect_static()


@pytest.fixture(scope="session")
def kept_tables(pytestconfig: pytest.Config) -> Path:
    """Return the folder that keeps a migrated database for SQLite."""
    return pytestconfig.cache.mkdir("databases")


@pytest.fixture(scope="session")
def serve(
    tmp_path_factory: pytest.TempPathFactory, static: Path, kept_tables: Path
) -> Iterator[Serve]:
    """Return a function that fills a site's database and serves it to the end of the run."""
    with ExitStack() as served:

        def start(url: str = "") -> Site:
            site = Site(tmp_path_factory.mktemp("site"), url)
            (site.folder / "static").symlink_to(static)
            site.make_tables(kept_tables)
            site.fill("district")
            served.enter_context(site.served())
            return site

        yield start


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_site(serve: Serve) -> Site:
    return serve()


@pytest.fixture(scope="session")
def postgresql_site(serve: Serve, postgres: Postgres, sqlite_site: Site) -> Site:
    site = serve(postgres.create("served"))
    site.adopt_units(sqlite_site)
    return site


@pytest.fixture(params=["sqlite_site", "postgresql_site"])
def site(request: pytest.FixtureRequest) -> Site:
    """Return the site on SQLite, then the one on PostgreSQL."""
    return request.getfixturevalue(request.param)
