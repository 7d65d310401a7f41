"""The home page without a server, and what the server is configured with."""

import json
import re
from pathlib import Path

import pytest

from shnor_lib.engine import provisioner
from shnor_lib.errors import SelectionError
from shnor_lib.notebooks import describe
from shnor_lib.serve import dashboards, home
from shnor_lib.serve.lab import lab_command, lab_environment
from shnor_lib.settings import Project, shipped_notebooks
from tests.batch.conftest import build_project

ROOT = Path(__file__).resolve().parents[2]
SERVE = ROOT / "shnor_lib" / "serve"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return build_project(tmp_path_factory.mktemp("project"))


def test_every_notebook_is_listed_with_its_title_and_a_sentence(project: Project) -> None:
    page = home.render(project, "/base/")
    assert 'href="/base/voila/render/01_good.ipynb"' in page
    assert "Проба: кто где" in page
    assert "Тетрадь для проверки пакета: текст, таблица, рисунок." in page
    assert '<option value="reg22_m001">Алейский район</option>' in page
    assert page.index('value="2025"') < page.index('value="2024"')
    assert "http" not in page


def test_without_data_the_page_says_what_to_do(tmp_path: Path, project: Project) -> None:
    (tmp_path / "notebooks").symlink_to(project.notebooks)
    page = home.render(Project(tmp_path), "/")
    assert "shnor ingest" in page
    assert "Проба: кто где" in page


def test_without_notebooks_there_is_nothing_to_serve(tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="нет блокнотов"):
        home.dashboards(tmp_path)


def test_labels_of_the_shipped_notebooks_are_short_and_their_intent_is_a_sentence() -> None:
    heads = [describe(path) for path in sorted(shipped_notebooks().glob("*.ipynb"))]
    assert len(heads) >= 3
    for head in heads:
        assert len(head.label) <= 30, head
        assert head.about.endswith("."), head


@pytest.mark.parametrize(
    ("host", "token", "expected"),
    [
        ("127.0.0.1", None, {"token": ""}),
        ("0.0.0.0", None, {"auto_token": True}),  # noqa: S104 - only the configuration is looked at
        ("0.0.0.0", "", {"token": ""}),  # noqa: S104
        ("0.0.0.0", "key", {"token": "key"}),  # noqa: S104
    ],
)
def test_beyond_this_computer_a_key_is_needed_unless_declined(
    project: Project, host: str, token: str | None, expected: dict[str, object]
) -> None:
    config = dashboards._config(project, 1, host, False, token)["Voila"]
    assert {name: config[name] for name in ("token", "auto_token") if name in config} == expected


def test_stock_voila_in_the_checkout_is_configured_as_ours() -> None:
    assert json.loads((ROOT / "voila.json").read_text()) == json.loads((SERVE / "voila.json").read_text())


def test_templates_and_settings_name_no_outside_host() -> None:
    for path in SERVE.rglob("*"):
        if path.suffix in (".j2", ".html", ".css", ".js", ".json"):
            assert not re.search(r"https?://|//cdn", path.read_text(encoding="utf-8")), path


def test_lab_is_russian_and_keeps_to_itself(project: Project) -> None:
    environment = lab_environment(project)
    assert environment["SHNOR_PROJECT"] == str(project.root)
    config = Path(environment["JUPYTER_CONFIG_PATH"].split(":")[0]) / "labconfig"
    overrides = json.loads((config / "default_setting_overrides.json").read_text())
    assert overrides["@jupyterlab/translation-extension:plugin"]["locale"] == "ru_RU"
    disabled = json.loads((config / "page_config.json").read_text())["disabledExtensions"]
    assert disabled["@jupyterlab/apputils-extension:announcements"] is True
    assert environment[provisioner.VARIABLE] == provisioner.NAME
    command = lab_command(project, port=8899)
    assert "--ServerApp.port=8899" in command
    assert "--LabApp.extension_manager=readonly" in command
