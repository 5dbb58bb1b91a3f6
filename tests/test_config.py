"""Settings come from the environment, and docs/settings.md lists them all with their defaults."""

import re
from pathlib import Path

import pytest

from kg_service import config
from kg_service.config import NUMBERS, Settings
from kg_service.errors import HeliotropeError

DOCUMENTED = dict(
    re.findall(
        r"^\| `HELIOTROPE_(\w+)` \| (\S+) \|",
        (Path(__file__).parents[1] / "docs" / "settings.md").read_text("utf-8"),
        re.MULTILINE,
    )
)


def test_every_setting_is_documented_with_its_default() -> None:
    wanted = {}
    for name, (attribute, _, unit) in NUMBERS.items():
        wanted[name] = f"{getattr(Settings(), attribute) / unit:g}"
    shown = {name: f"{float(value):g}" for name, value in DOCUMENTED.items() if name in NUMBERS}
    assert shown == wanted
    assert set(DOCUMENTED) - set(NUMBERS) == {"SOURCES", "EXTERNAL", "BASE_URL", "SERVICE_ALLOW"}


def test_values_are_read_in_their_units() -> None:
    settings = config.from_environment(
        {"HELIOTROPE_QUERY_TIMEOUT": "2.5", "HELIOTROPE_QUERY_MEMORY": "64"}
    )
    assert settings.query_timeout == 2.5
    assert settings.query_memory == 64 * 1024 * 1024
    assert settings.queue == 64


@pytest.mark.parametrize("value", ["soon", "0", "-3"])
def test_a_value_that_is_no_positive_number_is_refused_by_name(value: str) -> None:
    with pytest.raises(HeliotropeError, match=f"HELIOTROPE_QUEUE is '{value}', not a positive"):
        config.from_environment({"HELIOTROPE_QUEUE": value})


@pytest.mark.parametrize(
    "value",
    [
        *("kg.example/kg", "/kg", "ftp://kg.example", "https://", "https://kg.example/a b"),
        *("https://kg.example/?a=b", "https://kg.example/#a", "https://me@kg.example"),
        *('https://kg.example/"><script>', "https://kg.example//kg", "https://kg.example:0"),
    ],
)
def test_a_public_address_that_is_none_is_refused_by_name(value: str) -> None:
    with pytest.raises(HeliotropeError, match=r"HELIOTROPE_BASE_URL is .*, not the address"):
        config.from_environment({"HELIOTROPE_BASE_URL": value})


@pytest.mark.parametrize(
    "value", ["https://kg.example", "http://[::1]:80/a-b/c", "http://kg:1/%41/"]
)
def test_a_public_address_has_a_host_and_may_have_a_port_and_a_path(value: str) -> None:
    found = config.from_environment({"HELIOTROPE_BASE_URL": value})
    assert found.base_url == value.rstrip("/")


@pytest.mark.parametrize(
    "value", ["http://a.example", "a.example/sparql", "a b", "a:x", "*", "ü.de"]
)
def test_hosts_that_are_none_are_refused_by_name(value: str) -> None:
    for text in (value, f"b.example, {value}"):
        with pytest.raises(HeliotropeError, match=r"HELIOTROPE_SERVICE_ALLOW is .*, not a list"):
            config.from_environment({"HELIOTROPE_SERVICE_ALLOW": text})


@pytest.mark.parametrize("value", ["", "a.example", "a.example , [::1]:80,b:3030,"])
def test_hosts_stand_with_commas_between_them(value: str) -> None:
    assert config.from_environment({"HELIOTROPE_SERVICE_ALLOW": value}).service_allow == value


def test_folders_and_the_public_address_are_read() -> None:
    settings = config.from_environment(
        {"HELIOTROPE_SOURCES": "texts", "HELIOTROPE_BASE_URL": "https://kg.example/"}
    )
    assert settings.sources == Path("texts")
    assert settings.base_url == "https://kg.example"
