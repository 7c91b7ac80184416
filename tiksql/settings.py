"""Settings: one table of what can be set, and the layers that set it.

Later layers win: default, config (``config.toml``), environment (``TIKSQL_NAME``), flag, session
(``SET``). A value remembers the layer that it is from.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from tiksql.errors import UsageError
from tiksql.spelling import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Origin: TypeAlias = Literal["default", "config", "environment", "flag", "session"]
Value: TypeAlias = int | bool | str


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set: its kind is that of its default.

    ``guard`` marks what keeps statements from spending, which a script of others may not change
    unasked; ``program``, what starts one, which no statement names.
    """

    name: str
    default: Value
    description: str
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 10**9
    guard: bool = False
    program: bool = False


TABLE: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting("max_requests", 100, "requests that one statement may cost", guard=True),
        Setting(
            "confirm_requests",
            20,
            "the prompt asks before a statement that costs more",
            guard=True,
        ),
        Setting("window_days", 30, "days of one request", low=1, high=31),
        Setting("max_branches", 8, "separate requests that one WHERE may become", low=1, high=1000),
        Setting(
            "allow_full_scan",
            default=False,
            description="search without any condition but the days",
            guard=True,
        ),
        Setting(
            "allow_partial", default=False, description="show results that lack rows, labelled"
        ),
        Setting(
            "strict_catalog",
            default=True,
            description="refuse values that the catalog does not know",
        ),
        Setting(
            "extra_day",
            default=False,
            description="ask each window for a day more, if the API leaves out the end date",
        ),
        Setting("page_size", 100, "records asked for in one request", low=1, high=100),
        Setting("concurrency", 4, "windows asked for at the same time", low=1, high=16),
        Setting(
            "format",
            "auto",
            "form of results; auto: table on a terminal, csv elsewhere",
            ("auto", "table", "vertical", "csv", "tsv", "json", "jsonl", "markdown"),
        ),
        Setting("expanded", "off", "one column a line on a terminal", ("on", "off", "auto")),
        Setting("null", "NULL", "how a missing value looks in a table"),
        Setting(
            "pager",
            "auto",
            "what shows long results on a terminal: auto ($PAGER, or less), off, or a command",
            program=True,
        ),
        Setting("keys", "emacs", "keys of the prompt", ("emacs", "vi")),
        Setting("history", default=True, description="keep what was typed at the prompt"),
        Setting("timing", default=True, description="show how long a statement took"),
        Setting("on_error", "stop", "what a script does after an error", ("stop", "continue")),
        Setting("color", "auto", "colours on a terminal", ("auto", "always", "never")),
        Setting("reserve", 0, "requests of a day that are left for others", guard=True),
    )
}

WORDS = {"on": True, "true": True, "yes": True, "1": True}
WORDS |= {"off": False, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """The value of every setting, and the layer that it is from."""

    values: Mapping[str, tuple[Value, Origin]]

    def __getitem__(self, name: str) -> Value:
        """Return the value of a setting."""
        return self.values[name][0]

    def number(self, name: str) -> int:
        """Return a setting that is a number."""
        return int(self[name])

    def flag(self, name: str) -> bool:
        """Return a setting that is on or off."""
        return bool(self[name])

    def text(self, name: str) -> str:
        """Return a setting that is a text."""
        return str(self[name])

    def having(self, name: str, value: object, origin: Origin) -> Settings:
        """Set a value; raise ``UsageError`` for an unknown name or a value that does not fit."""
        setting = find(name)
        return Settings({**self.values, setting.name: (checked(setting, value), origin)})

    def without(self, name: str | None, base: Settings) -> Settings:
        """Put one setting, or all, back to what it was before the session changed it."""
        if name is None:
            return base
        setting = find(name)
        return Settings({**self.values, setting.name: base.values[setting.name]})


DEFAULTS = Settings({name: (setting.default, "default") for name, setting in TABLE.items()})


def find(name: str) -> Setting:
    """Find a setting by name, or suggest the one that was probably meant."""
    folded = name.lower()
    if folded in TABLE:
        return TABLE[folded]
    near = nearest(folded, TABLE)
    raise UsageError(
        "TS204",
        f'unknown setting "{name}"',
        hint=f'did you mean "{near}"?' if near else "SHOW SETTINGS lists them",
    )


PROGRAMS = ("auto", "on", "off")
"""What a statement may say where a person may name a program."""


def check_written(name: str, value: object) -> None:
    """Raise ``UsageError`` (TS229) where a statement, which may be anybody's, names a program."""
    if find(name).program and _word(value).lower() not in PROGRAMS:
        raise UsageError(
            "TS229",
            f"a statement names no program: {name.lower()} takes auto or off here",
            hint=f"\\{name.lower()} COMMAND at the prompt, or TIKSQL_{name.upper()}",
        )


def checked(setting: Setting, value: object) -> Value:
    """Read a value as the kind of its setting; raise ``UsageError`` if it does not fit."""
    if isinstance(setting.default, bool):
        return _boolean(setting, value)
    if isinstance(setting.default, int):
        return _number(setting, value)
    text = _word(value)
    if setting.choices and text.lower() not in setting.choices:
        near = nearest(text, setting.choices)
        raise _misfit(setting, f"one of {', '.join(setting.choices)}", near)
    return text.lower() if setting.choices else text


def _word(value: object) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _boolean(setting: Setting, value: object) -> bool:
    known = WORDS.get(str(value).lower())
    if known is None:
        raise _misfit(setting, "on or off", None)
    return known


def _number(setting: Setting, value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 12):  # noqa: PLR2004 - far above every range
        raise _misfit(setting, "a whole number", None)
    if not setting.low <= int(text) <= setting.high:
        raise _misfit(setting, f"a number from {setting.low} to {setting.high}", None)
    return int(text)


def _misfit(setting: Setting, wanted: str, near: str | None) -> UsageError:
    return UsageError(
        "TS215",
        f"{setting.name} takes {wanted}",
        hint=f'did you mean "{near}"?'
        if near
        else f"SET {setting.name} = {_word(setting.default)}",
    )


def load(config: Path | None, environ: Mapping[str, str], profile: str | None = None) -> Settings:
    """Read the settings of a user: defaults, then the config file, then the environment."""
    settings = DEFAULTS
    for name, value in _read(config, profile).items():
        settings = _from(settings, name, value, ("config", str(config)))
    for name in TABLE:
        if (value := environ.get(f"TIKSQL_{name.upper()}")) is not None:
            settings = _from(settings, name, value, ("environment", f"TIKSQL_{name.upper()}"))
    return settings


def _from(settings: Settings, name: str, value: object, where: tuple[Origin, str]) -> Settings:
    origin, place = where
    try:
        return settings.having(name, value, origin)
    except UsageError as error:
        raise UsageError("TS602", f"{place}: {error.message}", hint=error.hint) from None


def _read(config: Path | None, profile: str | None) -> dict[str, object]:
    if config is None or not config.is_file():
        if profile:
            raise UsageError("TS603", f"there is no profile {profile}: {config} does not exist")
        return {}
    try:
        found = tomllib.loads(config.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError("TS602", f"{config} cannot be read: {error}") from None
    profiles = found.pop("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(p, dict) for p in profiles.values()):
        raise UsageError("TS602", f"{config}: a profile is a table", hint="[profiles.fast]")
    if profile and profile not in profiles:
        raise UsageError(
            "TS603",
            f"there is no profile {profile} in {config}",
            hint=f"there is {', '.join(profiles)}" if profiles else None,
        )
    return {**found, **profiles.get(profile or "", {})}
