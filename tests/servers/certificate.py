"""A self-made certificate for servers on loopback."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of one certificate, valid for 127.0.0.1 and localhost."""

    certificate: Path
    key: Path


def make_certificate(directory: Path) -> Certificate:
    """Write a certificate and its key into the directory; clients take it as their authority."""
    made = Certificate(directory / "certificate.pem", directory / "key.pem")
    command = "openssl req -x509 -nodes -days 2 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1"
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost")
    files = ("-keyout", str(made.key), "-out", str(made.certificate))
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    return made
