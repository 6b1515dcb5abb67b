"""Files that people take along."""

import orjson
from starlette.responses import Response


def send_json(content: object, name: str) -> Response:
    """Send something of one person's as a JSON file that nobody on the way keeps."""
    return Response(
        orjson.dumps(content, option=orjson.OPT_INDENT_2),
        media_type="application/json",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "private, no-store",
        },
    )
