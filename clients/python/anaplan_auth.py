"""Anaplan access tokens for httpx and requests, from the anaplan-auth program.

    import requests
    from anaplan_auth import AnaplanAuth

    session = requests.Session()
    session.auth = AnaplanAuth()
    session.get("https://api.anaplan.com/2/0/workspaces")

The same object is an ``httpx.Auth``. It runs ``anaplan-auth token --json``, keeps the token until a minute
before it expires, and asks for a new one when the API rejects it. It needs nothing but Python 3.9 and
whichever of httpx and requests you use.
"""

from __future__ import annotations

import json
import subprocess
import threading
from datetime import datetime, timezone
from typing import Any, Generator, Optional, Sequence, Union
from urllib.parse import urlsplit

_BASES: list[Any] = []
try:
    import httpx

    _BASES.append(httpx.Auth)
except ImportError:  # requests alone
    pass
try:
    import requests.auth

    _BASES.append(requests.auth.AuthBase)
except ImportError:  # httpx alone
    pass

__all__ = ["AnaplanAuth", "AnaplanAuthError"]

#: A token with less than this left, in seconds, is not used.
_LEAST_LEFT = 60
#: An API that rejects every token must not cost a refresh for each request; in seconds.
_YOUNG = 60
#: How long the program may take, in seconds; it waits for another process that refreshes.
_PATIENCE = 180


class AnaplanAuthError(Exception):
    """What anaplan-auth could not do.

    ``kind`` is the kind of its error, such as ``login_required`` or ``unavailable``; ``not_installed`` when
    there is no program. ``message`` says what failed and why, ``next`` what to type now.
    """

    def __init__(self, kind: str, message: str, next: Optional[str] = None) -> None:
        super().__init__(message if next is None else f"{message}\nNext: {next}")
        self.kind = kind
        self.message = message
        self.next = next


class AnaplanAuth(*_BASES):  # type: ignore[misc]
    """Puts a valid access token on every request; safe to use from several threads.

    :param profile: the login to use; the program's own choice by default.
    :param command: the program, or the words that start it.
    :param hosts: the hosts that get the token; those of Anaplan by default.
    """

    requires_response_body = False

    def __init__(
        self,
        profile: Optional[str] = None,
        command: Union[str, Sequence[str]] = "anaplan-auth",
        hosts: Sequence[str] = ("anaplan.com",),
    ) -> None:
        words = [command] if isinstance(command, str) else list(command)
        self._command = [*words, "token", "--json"]
        self._refresh = [*words, "refresh", "--json"]
        if profile is not None:
            self._command += ["--profile", profile]
            self._refresh += ["--profile", profile]
        self._hosts = tuple(hosts)
        self._lock = threading.Lock()
        self._token = ""
        self._expires = 0.0
        self._renewed = 0.0

    def token(self) -> str:
        """A valid access token, for a library that takes it as a text.

        :raises AnaplanAuthError: when there is none to be had.
        """
        with self._lock:
            if self._expires - _now() < _LEAST_LEFT:
                self._ask()
            return self._token

    # requests: requests.auth.AuthBase
    def __call__(self, request: Any) -> Any:
        if self._may_have(request.url):
            self._put(request, self.token())
            request.register_hook("response", self._again)
        return request

    # httpx: httpx.Auth, for the client and, with the lock held for a moment only, for the asynchronous one
    def auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        if not self._may_have(str(request.url)):
            yield request
            return
        used = self.token()
        self._put(request, used)
        response = yield request
        if response.status_code == 401:
            fresh = self._after(used)
            if fresh is not None:
                self._put(request, fresh)
                yield request

    def _again(self, response: Any, **options: Any) -> Any:
        """Sends a request once more whose token was rejected, as requests' own digest authentication does."""
        request = response.request
        sent = request.headers.get("Authorization")  # requests drops it when a redirect leads to another host
        if response.status_code != 401 or sent is None or not self._may_have(request.url):
            return response
        used = sent.partition(" ")[2]
        body = request.body
        if body is not None and not isinstance(body, (bytes, str)):
            return response  # it was read, and cannot be again
        fresh = self._after(used)
        if fresh is None:
            return response
        response.content  # the connection is free for the next request
        response.close()
        again = request.copy()
        again.deregister_hook("response", self._again)
        self._put(again, fresh)
        answer = response.connection.send(again, **options)
        answer.history.append(response)
        answer.request = again
        return answer

    def _after(self, rejected: str) -> Optional[str]:
        """The token after one that an API rejected: one refresh for all threads that ask at the same time."""
        with self._lock:
            if self._token == rejected:
                self._ask()  # another process may have refreshed
            if self._token == rejected and _now() - self._renewed > _YOUNG:
                _run(self._refresh)
                self._renewed = _now()
                self._ask()
            return None if self._token == rejected else self._token

    def _ask(self) -> None:
        answer = _run(self._command)
        self._token = answer["access_token"]
        self._expires = _timestamp(answer["expires_at"])

    def _may_have(self, url: str) -> bool:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "https" and any(
            host == own or host.endswith(f".{own}") for own in self._hosts
        )

    @staticmethod
    def _put(request: Any, token: str) -> None:
        # every API of Anaplan takes this scheme; some take no other
        request.headers["Authorization"] = f"AnaplanAuthToken {token}"


def _run(command: Sequence[str]) -> Any:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=_PATIENCE,
        )
    except FileNotFoundError:
        raise AnaplanAuthError(
            "not_installed",
            f"Cannot run {command[0]}: there is no such program",
            "install anaplan-auth, or name it: AnaplanAuth(command=PATH)",
        ) from None
    except subprocess.TimeoutExpired:
        raise AnaplanAuthError("timeout", f"{command[0]} did not answer within {_PATIENCE} s") from None
    except OSError as error:
        raise AnaplanAuthError("not_installed", f"Cannot run {command[0]}: {error.strerror}") from None
    try:
        if done.returncode == 0:
            return json.loads(done.stdout)
        error = json.loads(done.stderr.strip().splitlines()[-1])["error"]
    except (ValueError, IndexError, KeyError, TypeError):
        reason = f"{command[0]} ended with {done.returncode}, and not as anaplan-auth does"
        raise AnaplanAuthError("internal", reason) from None
    raise AnaplanAuthError(error["kind"], error["message"], error.get("next"))


def _now() -> float:
    return datetime.now(timezone.utc).timestamp()


def _timestamp(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
