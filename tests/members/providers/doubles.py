"""Doubles of key management services: they answer in the shapes that the vendors' documentation shows.

They share no code with the providers: what a request must look like is written down here once more, from the
vendors' pages. None of them proves that the real service agrees; SECURITY.md says so.
"""

import hmac
import json
import os
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


@dataclass
class Asked:
    """One request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = tuple[int, object]


@dataclass
class Double:
    """A service on loopback that answers by a function, and remembers what it was asked."""

    answer: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    always: Answer | None = None
    """What it answers whatever is asked, until told otherwise."""
    waits_s: float = 0.0
    drips_s: float = 0.0
    """How long it waits after each byte of an answer."""

    def take(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        time.sleep(self.waits_s)
        return self.always or self.answer(asked)


@contextmanager
def served(double: Double) -> Iterator[Double]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body leave together: else each answer waits for an acknowledgement

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said = double.take(Asked(self.command, self.path, headers, body))
            told = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(told)))
            self.end_headers()
            for byte in told if double.drips_s else ():
                self.wfile.write(bytes((byte,)))
                self.wfile.flush()
                time.sleep(double.drips_s)
            self.wfile.write(b"" if double.drips_s else told)

        do_GET = do_POST = do_DELETE = _take  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    double.url = f"http://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()


class Vault:
    """``transit`` with one derived key. Paths, fields and errors as in Vault's API documentation of transit."""

    TOKEN = "hvs.double"

    def __init__(self) -> None:
        self._keys = {1: os.urandom(32)}
        self.key: dict[str, Any] = {
            "type": "aes256-gcm96",
            "deletion_allowed": False,
            "derived": True,
            "exportable": False,
            "allow_plaintext_backup": False,
            "keys": {"1": 1442851412},
            "min_decryption_version": 1,
            "min_encryption_version": 0,
            "latest_version": 1,
            "name": "members",
            "supports_encryption": True,
            "supports_decryption": True,
            "supports_derivation": True,
        }
        self.gone = False

    def rotate(self) -> None:
        version = int(self.key["latest_version"]) + 1
        self._keys[version] = os.urandom(32)
        self.key["latest_version"] = version

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("x-vault-token") != self.TOKEN:
            return 403, {"errors": ["permission denied"]}
        said = json.loads(asked.body) if asked.body else {}
        match asked.method, asked.path.removeprefix("/v1/transit/"):
            case _ if self.gone:
                return 404, {"errors": []}
            case "GET", "keys/members":
                return 200, {"data": self.key}
            case "DELETE", "keys/members":
                self.gone = True
                return 204, None
            case "POST", "encrypt/members":
                return 200, {
                    "data": {"ciphertext": self._seal(b64decode(said["plaintext"]), said["context"])}
                }
            case "POST", "datakey/plaintext/members":
                key = os.urandom(int(said["bits"]) // 8)
                sealed = self._seal(key, said["context"])
                return 200, {"data": {"plaintext": b64encode(key).decode(), "ciphertext": sealed}}
            case "POST", "decrypt/members" | "rewrap/members":
                return self._opened(asked.path, said)
        return 404, {"errors": ["unsupported path"]}

    def _seal(self, content: bytes, context: str) -> str:
        version = int(self.key["latest_version"])
        nonce = os.urandom(12)
        sealed = nonce + AESGCM(self._derived(version, context)).encrypt(nonce, content, None)
        return f"vault:v{version}:{b64encode(sealed).decode()}"

    def _opened(self, path: str, said: dict[str, str]) -> Answer:
        try:
            _, version, sealed = said["ciphertext"].split(":")
            raw = b64decode(sealed, validate=True)
            if int(version[1:]) < int(self.key["min_decryption_version"]):
                return 400, {"errors": ["ciphertext or signature version is disallowed by policy (too old)"]}
            key = self._derived(int(version[1:]), said["context"])
            content = AESGCM(key).decrypt(raw[:12], raw[12:], None)
        except (ValueError, KeyError):
            return 400, {"errors": ["invalid ciphertext: no prefix"]}
        except InvalidTag:
            return 400, {"errors": ["cipher: message authentication failed"]}
        if path.endswith("rewrap/members"):
            return 200, {"data": {"ciphertext": self._seal(content, said["context"])}}
        return 200, {"data": {"plaintext": b64encode(content).decode()}}

    def _derived(self, version: int, context: str) -> bytes:
        return hmac.new(self._keys[version], b64decode(context), sha256).digest()


class Alibaba:
    """KMS of 2016-01-20. Fields and codes as in its API reference; signatures as in 'V3 request structure'."""

    ID, SECRET, KEY = "LTAI-double", "double-secret", "key-hzz630494463ejqjx0000"

    def __init__(self) -> None:
        self._master = os.urandom(32)
        self.state = "Enabled"
        self.spec = "Aliyun_AES_256"
        self.opened_by = self.KEY
        """Which of the account's keys a text was wrapped by."""

    def answer(self, asked: Asked) -> Answer:
        if not self._is_signed(asked):
            return 400, {"Code": "SignatureDoesNotMatch", "Message": "…", "RequestId": "1"}
        said = {
            name: values[0] for name, values in parse_qs(asked.body.decode(), strict_parsing=True).items()
        }
        if asked.path != "/" or asked.headers["x-acs-version"] != "2016-01-20":
            return 404, {"Code": "InvalidVersion"}
        if said.get("KeyId", said.get("DestinationKeyId", self.KEY)) not in (self.KEY, "alias/members"):
            return 404, {"Code": "Forbidden.KeyNotFound", "Message": "The specified Key is not found."}
        return self._do(asked.headers["x-acs-action"], said)

    def _do(self, action: str, said: dict[str, str]) -> Answer:
        if action == "DescribeKey":
            told = {
                "KeyState": self.state,
                "KeyUsage": "ENCRYPT/DECRYPT",
                "ProtectionLevel": "HSM",
                "KeyId": self.KEY,
                "KeySpec": self.spec,
            }
            return 200, {"KeyMetadata": told, "RequestId": "f1fdfa9d-bd49-418b-942f-8f3e3ec00a4f"}
        if self.state != "Enabled":
            return 409, {"Code": f"Rejected.{self.state}", "Message": "The key cannot be used now."}
        if action == "ScheduleKeyDeletion" and said["PendingWindowInDays"] == "7":
            self.state = "PendingDeletion"
            return 200, {"RequestId": "1"}
        if action == "GenerateDataKey" and said["KeySpec"] == "AES_256":
            key = os.urandom(32)
            return self._told(key, said["EncryptionContext"], Plaintext=b64encode(key).decode())
        if action == "Encrypt":
            return self._told(b64decode(said["Plaintext"]), said["EncryptionContext"])
        blob = b64decode(said["CiphertextBlob"])
        try:
            bound = said.get("EncryptionContext") or said["SourceEncryptionContext"]
            key = AESGCM(self._master).decrypt(blob[:12], blob[12:], _canonical(bound))
        except (InvalidTag, ValueError):
            return 400, {
                "Code": "InvalidParameter",
                "Message": "The specified parameter CiphertextBlob is not valid.",
            }
        if action == "ReEncrypt":
            return self._told(key, said["DestinationEncryptionContext"])
        return 200, {
            "Plaintext": b64encode(key).decode(),
            "KeyId": self.opened_by,
            "KeyVersionId": "1",
            "RequestId": "1",
        }

    def _told(self, key: bytes, context: str, **also: str) -> Answer:
        nonce = os.urandom(12)
        blob = nonce + AESGCM(self._master).encrypt(nonce, key, _canonical(context))
        told = {
            "CiphertextBlob": b64encode(blob).decode(),
            "KeyId": self.KEY,
            "KeyVersionId": "1",
            "RequestId": "1",
        }
        return 200, {**told, **also}

    def _is_signed(self, asked: Asked) -> bool:
        scheme, _, rest = asked.headers.get("authorization", "").partition(" ")
        parts = dict(part.split("=", 1) for part in rest.split(","))
        names = parts["SignedHeaders"].split(";")
        must = {
            "host",
            "x-acs-action",
            "x-acs-content-sha256",
            "x-acs-date",
            "x-acs-signature-nonce",
            "x-acs-version",
        }
        if scheme != "ACS3-HMAC-SHA256" or parts["Credential"] != self.ID or not must <= set(names):
            return False
        digest = sha256(asked.body).hexdigest()
        headers = "".join(f"{name}:{asked.headers[name]}\n" for name in names)
        request = f"{asked.method}\n/\n\n{headers}\n{parts['SignedHeaders']}\n{digest}"
        told = f"ACS3-HMAC-SHA256\n{sha256(request.encode()).hexdigest()}"
        right = hmac.new(self.SECRET.encode(), told.encode(), sha256).hexdigest()
        return asked.headers["x-acs-content-sha256"] == digest and parts["Signature"] == right


def _canonical(context: str) -> bytes:
    return json.dumps(json.loads(context), sort_keys=True).encode()
