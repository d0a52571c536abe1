"""A program of its own that sets a PDF and ends: JSON on standard input, the PDF on standard output.

typst and its fonts take 22 MB, which a web server would hold for ever after its first PDF. Nothing of the app is
imported here, or it would be loaded for each one.
"""

import datetime as dt
import json
import sys
from typing import cast


def main() -> int:
    """Set what is asked for; nothing comes out where typst raises."""
    import typst  # noqa: PLC0415

    asked = json.load(sys.stdin)
    source, root, fonts = asked["source"], asked["root"], asked["fonts"]
    family = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    pdf = typst.Compiler(source, root=root, font_paths=family).compile(
        format="pdf",
        sys_inputs=asked["inputs"],
        pdf_standards=["ua-1"],
        timestamp=dt.datetime.fromisoformat(asked["now"]),
    )
    sys.stdout.buffer.write(cast("bytes", pdf))
    return 0


if __name__ == "__main__":
    sys.exit(main())
