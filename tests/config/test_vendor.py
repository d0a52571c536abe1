"""The third-party files are the ones that were reviewed, all of them and no others."""

import hashlib
import tomllib
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
PACKAGES = tomllib.loads((VENDOR / "vendor.toml").read_text(encoding="utf-8"))["package"]
LISTED = {file["path"]: file["sha256"] for package in PACKAGES for file in package["files"]}


def test_every_file_is_listed_with_its_hash() -> None:
    """One byte more or less, or a file that nobody listed, fails."""
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "vendor.toml"
    }
    assert found == LISTED


def test_every_package_says_version_licence_and_integrity() -> None:
    """A licence file lies beside each."""
    for package in PACKAGES:
        assert package["version"][0].isdigit()
        assert package["licence"] in {"MIT", "OFL-1.1"}
        assert package["integrity"].startswith("sha512-")
        assert any("LICENSE" in file["path"] for file in package["files"])
