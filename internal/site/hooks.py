"""Makes the Markdown files of the repository the pages of the site.

The site has the tree of the repository, so that every relative link between pages works as it does there. A link to a file
that is no part of the site becomes one to the repository; a link to nothing fails the build.
"""

import re
import subprocess
from pathlib import Path
from posixpath import dirname, normpath, relpath

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("*.md", "docs/images/*", "docs/schema/*.json")

LINK = re.compile(r"(?<=\]\()(?!#|[a-z]+:)([^)#\s]+)")
FENCE = re.compile(r"^```(\w*)[^\n]*(\n.*?^```)", re.MULTILINE | re.DOTALL)


def on_files(files, config):
    listed = subprocess.run(["git", "ls-files", "-z", *PARTS], cwd=ROOT, check=True, capture_output=True, text=True)
    for path in filter(None, listed.stdout.split("\0")):
        file = File.generated(config, path, abs_src_path=str(ROOT / path))
        file.edit_uri = path
        files.append(file)
    return files


def on_page_markdown(markdown, page, config, files):
    here = dirname(page.file.src_uri)

    def lead(match):
        path = normpath(f"{here}/{match[1]}") if here else normpath(match[1])
        if files.get_file_from_path(path):
            return match[1]
        if files.get_file_from_path(f"{path}/README.md"):
            return relpath(f"{path}/README.md", here or ".")
        target = ROOT / path
        if not target.exists():
            raise PluginError(f"{page.file.src_uri}: {match[1]} leads nowhere")
        return f"{config.extra['repository']}/{'tree' if target.is_dir() else 'blob'}/main/{path}"

    # Links in the text alone. Fenced blocks keep their text; of "go signature" only the first word is a language.
    out, end = [], 0
    for fence in FENCE.finditer(markdown):
        out += [LINK.sub(lead, markdown[end : fence.start()]), f"```{fence[1]}{fence[2]}"]
        end = fence.end()
    return "".join([*out, LINK.sub(lead, markdown[end:])])
