"""Kernels of a server come from the warm parent, and do what kernels do."""

import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager, start_new_kernel
from jupyter_client.provisioning import KernelProvisionerFactory

from shnor_lib.engine import provisioner, safe, warm
from shnor_lib.engine.provisioner import Forked, ForkProvisioner

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="forks"),
    pytest.mark.filterwarnings(
        "ignore::UserWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning"
    ),
]
NAME = provisioner.NAME


@pytest.fixture(autouse=True)
def default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers with our provisioner as the default one, as its entry point makes it known."""
    root = Path(__file__).resolve().parents[2]
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    group = "jupyter_client.kernel_provisioners"
    factory = KernelProvisionerFactory.instance()
    monkeypatch.setitem(factory.provisioners, NAME, EntryPoint(NAME, declared[group][NAME], group))
    monkeypatch.setattr(factory, "default_provisioner_name", NAME)


def ask(manager: KernelManager, client: object, source: str) -> str:
    """What a cell prints."""
    said: list[str] = []

    def hear(message: dict[str, object]) -> None:
        content = message["content"]
        assert isinstance(content, dict)
        if message["msg_type"] == "stream":
            said.append(content["text"])

    client.execute_interactive(source, output_hook=hear, timeout=30)  # type: ignore[attr-defined]
    return "".join(said)


def test_a_kernel_is_a_fork_that_has_its_imports_done_and_can_be_interrupted_restarted_and_ended() -> None:
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        assert isinstance(manager.provisioner, ForkProvisioner)
        assert isinstance(manager.provisioner.process, Forked)
        source = "import os, sys\nprint(os.getppid(), 'plotly' in sys.modules, 'x' in dir())\nx = 1"
        assert ask(manager, client, source) == f"{warm.shared().pid} True False\n"
        loop = "print('in', flush=True)\nwhile True:\n    pass"
        client.execute(loop)
        while client.get_iopub_msg(timeout=30)["content"].get("text") != "in\n":
            pass
        manager.interrupt_kernel()
        assert client.get_shell_msg(timeout=30)["content"]["ename"] == "KeyboardInterrupt"
        # What comes in the moment after an error is aborted, as in every kernel.
        said = [ask(manager, client, "print(x)") for _ in range(3)]
        assert said[-1] == "1\n"
        first = manager.provisioner.process.pid
        manager.restart_kernel()
        client.wait_for_ready(timeout=30)
        assert ask(manager, client, source).endswith("True False\n")
        assert manager.provisioner.process.pid != first
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert not manager.is_alive()


def test_where_forks_are_not_safe_a_kernel_starts_as_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe, "obstacle", lambda: "нет")
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        assert not isinstance(manager.provisioner.process, Forked)
        assert ask(manager, client, "print(2)") == "2\n"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_servers_of_the_project_take_forks_unless_somebody_chose_another_way() -> None:
    environment: dict[str, str] = {}
    assert provisioner.choose(environment)
    assert environment == {provisioner.VARIABLE: NAME}
    chosen = {provisioner.VARIABLE: "local-provisioner"}
    assert not provisioner.choose(chosen)
    assert chosen == {provisioner.VARIABLE: "local-provisioner"}


@pytest.mark.parametrize("lacking", ["system", "registration"])
def test_where_forks_cannot_be_had_a_server_is_told_nothing(
    monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    if lacking == "system":
        monkeypatch.setattr(safe, "obstacle", lambda: "нет")
    else:
        monkeypatch.setattr(provisioner, "entry_points", lambda **_: ())
    environment: dict[str, str] = {}
    assert not provisioner.choose(environment)
    assert environment == {}
