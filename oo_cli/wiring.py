"""The composition root: the only place that names concrete adapters."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from oo_cli.adapters.clock import SystemClock, local_zone
from oo_cli.house import Doors, House, nobody
from oo_cli.wiring_vault import custody, destroy_key, open_vault, rotate
from oo_data.contracts.channel import Channel
from oo_data.contracts.llm import GATEWAYS
from oo_data.errors import BadUsageError, ConnectionNeededError
from oo_data.ports import Ask, Clock, Clockwork, Embedder, Llm, Mirror, Notifier, Source, SpanExporter, VersionRegistry
from oo_data.store import history, profile

SOURCES = ("todotxt", "taskwarrior", "todoist", "habit", "calendar")


def open_house(
    environ: Mapping[str, str],
    say: Callable[[str], None],
    clock: Clock | None = None,
    doors: Doors | None = None,
    ask: Ask = nobody,
) -> House:
    """A house on the real world; clock and doors can be given others in tests. `ask` has the person's passphrase."""
    return House(
        environ,
        clock or SystemClock(environ),
        local_zone(environ),
        doors
        or Doors(
            open_vault,
            open_source,
            leave_source,
            open_embedder,
            open_llm,
            clockworks,
            notifier,
            signs,
            ask,
            every=read_every,
            reachable=reachable,
            rotate=rotate,
            exporters=exporters,
            registry=registry,
            mirror=open_mirror,
        ),
        say,
    )


def finish_forget(house: House) -> list[str] | None:
    """Finish a forget that was interrupted: what is left for the person to do, None where another process did it."""
    from oo_cli.usecases.forget import resume

    return resume(house, destroy_key)


def open_source(house: House, source_id: str) -> Source:
    """A connected source by id. Raises `ConnectionNeededError` where it is not connected."""
    state = profile.sources(house.store.conn).get(source_id)
    if source_id not in SOURCES:
        raise BadUsageError("There is no such source.", f"Known ones: {', '.join(SOURCES)}.")
    if state is None:
        raise ConnectionNeededError(f"{source_id} is not connected.", f"Run: oo connect {source_id}")
    if source_id == "habit":
        from oo_cli.adapters.sources.habit.source import HabitSource

        return HabitSource(house.store, house.sealer, partial(house.refs.task, source_id), house.zone)
    if source_id == "todotxt":
        from oo_cli.adapters.sources.todotxt.source import TodoTxtSource

        path = state.watch_path or house.paths.todo_file
        kept = history.progress(house.store.conn, source_id)
        return TodoTxtSource(path, house.zone.key, path == house.paths.todo_file, kept)
    if source_id == "taskwarrior":
        from oo_cli.adapters.sources.taskwarrior.program import Program
        from oo_cli.adapters.sources.taskwarrior.source import TaskwarriorSource

        path = state.watch_path or ""
        kept = history.progress(house.store.conn, source_id)
        return TaskwarriorSource(Program(house.environ, os.path.dirname(path)), path, house.zone.key, kept)
    if source_id == "calendar":
        from oo_cli.wiring_calendar import Calendars

        return Calendars(house).source()
    from oo_cli.wiring_todoist import TodoistAccount

    return TodoistAccount(house).source()


def locate_taskwarrior(house: House, folder: str | None) -> str:
    """The file to watch of the Taskwarrior that is here, in a folder or where it is set to keep its tasks."""
    from oo_cli.adapters.sources.taskwarrior.program import locate

    return locate(house.environ, folder)


def read_every(source_id: str) -> int:
    """How often a source wants to be read (ms); 0 where a change makes it due."""
    from oo_cli.adapters.sources.manifests import manifest

    return manifest(source_id).every_minutes * 60_000


def reachable(source_id: str) -> bool:
    """Whether there is any point in reading a source now: a remote one wants a network."""
    from oo_cli.adapters.network import is_up
    from oo_cli.adapters.sources.manifests import manifest

    return not manifest(source_id).hosts or is_up()


def open_embedder(house: House) -> Embedder:
    """What tells titles of like meaning, where the extra `embed` is installed; else what compares letters alone."""
    from oo_cli.adapters.embed.use import UseEmbedder, installed

    if installed():
        return UseEmbedder()
    from oo_cli.adapters.embed.ngrams import NgramEmbedder

    return NgramEmbedder()


def open_llm(house: House) -> Llm | None:
    """The gateway to language models that the environment names, if it names one. Nothing is sent or looked up."""
    if not any(house.environ.get(variable) for variable in GATEWAYS):
        return None
    from oo_cli.adapters.http import Guard
    from oo_cli.adapters.llm import endpoint
    from oo_cli.adapters.llm.client import GatewayLlm, allowed
    from oo_data.secret import Secret

    at = endpoint.endpoint(house.environ)
    key = house.environ.get(endpoint.KEY, "").strip()
    return GatewayLlm(Guard(house.store, house.clock, allowed(at)), at, Secret(key) if key else None)


def leave_source(house: House, source_id: str) -> AbstractContextManager[bool]:
    """End a source's login at its provider; a local source has none."""
    if source_id != "todoist":
        return nullcontext(True)
    from oo_cli.wiring_todoist import TodoistAccount

    return TodoistAccount(house).left()


def clockworks(house: House) -> tuple[Clockwork, ...]:
    """What may start programs by the clock on this machine, best first."""
    from oo_cli.adapters.clockwork.crontab import Crontab
    from oo_cli.adapters.clockwork.launchd import Launchd
    from oo_cli.adapters.clockwork.systemd import Systemd
    from oo_cli.adapters.programs import Programs

    home = house.environ.get("HOME") or os.path.expanduser("~")
    programs = Programs(house.environ)
    found = house.environ.get("XDG_CONFIG_HOME", "")
    config = found if found.startswith("/") else f"{home}/.config"
    return (Systemd(programs, config), Launchd(programs, home), Crontab(programs))


def attended(house: House) -> bool:
    """Whether the key of this home is only at hand while somebody gives it."""
    held = custody(house) if house.exists else None
    return held is not None and held.holder in ("environment", "passphrase")


def notifier(house: House, channel: Channel) -> Notifier:
    """What tells the person over a channel."""
    if not channel.url:
        from oo_cli.adapters.notify.desktop import Desktop

        return Desktop(house.environ.get("DBUS_SESSION_BUS_ADDRESS", ""))
    from oo_cli.adapters.notify.post import Post
    from oo_data.secret import Secret

    hosts = None if channel.hosts is None else frozenset(channel.hosts)
    return Post(house.store, house.clock, f"notify.{channel.name}", Secret(channel.url), hosts)


def exporters(house: House) -> tuple[SpanExporter, ...]:
    """The servers that the environment names for spans. Raises `BadUsageError` for an address that is none."""
    from oo_cli.adapters.http import Guard
    from oo_cli.adapters.trace import otlp
    from oo_cli.adapters.trace.places import MLFLOW, PURPOSE, experiment, places

    found = places(house.environ)
    guard = Guard(house.store, house.clock, {PURPOSE: frozenset(place.host for place in found)})
    filed = {MLFLOW: {"x-mlflow-experiment-id": experiment(house.environ)}}
    return tuple(otlp.OtlpExporter(guard, place.host, place.url, filed.get(place.variable, {})) for place in found)


def registry(house: House) -> VersionRegistry | None:
    """The MLflow server that the environment names, if it names one. Raises `BadUsageError`."""
    from oo_cli.adapters.http import Guard
    from oo_cli.adapters.trace import mlflow
    from oo_cli.adapters.trace.places import MLFLOW, places

    for place in places(house.environ):
        if place.variable == MLFLOW:
            guard = Guard(house.store, house.clock, {mlflow.PURPOSE: frozenset((place.host,))})
            return mlflow.MlflowRegistry(guard, place.host, place.url)
    return None


def open_mirror(house: House) -> Mirror:
    """The stream at NATS_URL. Raises `BadUsageError` for an address that is none, or an unsafe one."""
    from oo_cli.adapters.mirror import address
    from oo_cli.adapters.mirror.stream import NatsMirror

    at = address.address(house.environ)
    credentials = house.environ.get(address.CREDENTIALS, "").strip()
    if at is None:
        raise BadUsageError(f"{address.URL} is not set.", "See: docs/mirror.md")
    if credentials and not os.path.isfile(os.path.expanduser(credentials)):
        raise BadUsageError(f"{address.CREDENTIALS} names no file.", "Give the path of the .creds file.")
    return NatsMirror(house.store, house.clock, at, os.path.expanduser(credentials))


def signs(house: House) -> Mapping[str, str]:
    """What this machine knows of where it is now."""
    from oo_cli.adapters.programs import Programs
    from oo_cli.adapters.signs import Signs

    return Signs(Programs(house.environ)).read()
