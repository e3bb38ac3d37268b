"""Before the tests: install what the machine lacks where that is allowed, else say what to run and what is skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_CJK_FONTS = [Path("/usr/share/fonts/opentype/noto"), Path("/usr/share/fonts/truetype/noto-cjk")]


def main() -> None:
    """Install Chromium, Chinese fonts and LibreOffice by the system's package manager when they are missing."""
    missing = []
    if not (shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")):
        missing.append("chromium")
    if not any(folder.exists() for folder in _CJK_FONTS):
        missing.append("fonts-noto-cjk")
    if not (shutil.which("soffice") or shutil.which("libreoffice")):
        missing.append("libreoffice-calc")
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], env=quiet, stdout=subprocess.DEVNULL, check=False)
        if subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode == 0:
            return
    print(f"Tests in a browser or of files of an office are skipped. For them run: sudo {' '.join(command)}")


if __name__ == "__main__":
    main()
