"""The address of a cluster, checked before anything is worked out.

In:   what a person gave to `--cluster`.
Out:  nothing; a Russian message at once where it is no address, or no scheduler answers there.
Not:  what the scheduler has to offer (see `cluster`).

The client of dask waits for minutes for what is no scheduler, and says so in tracebacks. A scheduler speaks
first: the length of its greeting, eight bytes.
"""

import socket
import ssl
import struct
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from shnor_lib.errors import ParameterError, RunError

_TLS = "tls"
SCHEMES = ("tcp", _TLS)
_PATIENCE = 5.0  # seconds for a machine to answer; a cluster is near
_LENGTH = struct.Struct("<Q")
_LONGEST = 1 << 20  # bytes; a greeting takes some hundred


def check(address: str) -> None:
    """Refuse an address at which there is no scheduler.

    Raises:
        ParameterError: it is not of the form `tcp://host:port`.
        RunError: nobody answers there, or somebody else; the message says why.
    """
    scheme, host, port = _parts(address)
    security = _security() if scheme == _TLS else None
    try:
        with closing(_connected(host, port, security)) as connection:
            greeted = _greeted(connection)
    except OSError as error:
        raise RunError(
            f"Планировщик «{address}» не отвечает: {_reason(error)}. "
            "Проверьте адрес и запуск: dask scheduler. Ничего не построено, прежние страницы целы."
        ) from error
    if not greeted:
        raise RunError(
            f"По адресу «{address}» отвечает не планировщик dask, или ему нужен другой вид адреса "
            "(tls:// вместо tcp:// или наоборот). Ничего не построено, прежние страницы целы."
        )


def _parts(address: str) -> tuple[str, str, int]:
    try:
        given = urlsplit(address)
        host, port = given.hostname, given.port
    except ValueError:  # a port that is no number, brackets that do not close
        host, port = None, None
    if not host or not port or given.scheme not in SCHEMES or given.path not in ("", "/"):
        raise ParameterError(
            f"--cluster: «{address}» — не адрес планировщика dask.",
            ["нужен вид tcp://узел:порт или tls://узел:порт, например tcp://10.0.0.5:8786"],
        )
    return given.scheme, host, port


def _security() -> ssl.SSLContext | None:
    """What the configuration of dask says of certificates; None where dask is not installed.

    Raises:
        RunError: it names none.
    """
    try:
        from distributed import Security
    except ImportError:  # `cluster` says what to install
        return None
    try:
        settings: Any = Security()  # type: ignore[no-untyped-call]
        context = settings.get_connection_args("client").get("ssl_context")
    except OSError as error:  # also a file that is no certificate
        raise RunError(
            "Сертификаты TLS из настроек dask не читаются. Проверьте distributed.comm.tls: "
            f"{type(error).__name__}."
        ) from error
    if not isinstance(context, ssl.SSLContext):
        raise RunError(
            "Для адреса tls:// нужны сертификаты: задайте в настройках dask distributed.comm.tls.ca-file, "
            "distributed.comm.tls.client.cert и distributed.comm.tls.client.key."
        )
    return context


def _connected(host: str, port: int, security: ssl.SSLContext | None) -> socket.socket:
    connection = socket.create_connection((host, port), timeout=_PATIENCE)
    if security is None:
        return connection
    try:
        return security.wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


def _greeted(connection: socket.socket) -> bool:
    """Whether what is heard first may be the greeting of a scheduler."""
    head = b""
    try:
        while len(head) < _LENGTH.size:
            heard = connection.recv(_LENGTH.size - len(head))
            if not heard:
                return False
            head += heard
    except TimeoutError:
        return False
    return bool(_LENGTH.unpack(head)[0] <= _LONGEST)


def _reason(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "узла с таким именем нет"
    if isinstance(error, ConnectionRefusedError):
        return "на этом порту никто не слушает"
    if isinstance(error, ssl.SSLError):
        return "соединение по TLS не устанавливается, сертификаты не подходят или планировщик без TLS"
    if isinstance(error, TimeoutError):
        return f"узел не принял соединение за {_PATIENCE:.0f} с"
    return "соединение оборвано, или до узла нет пути в сети"
