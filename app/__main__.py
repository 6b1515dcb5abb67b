"""``python -m app`` is ``masar``."""

from app.cli import main

main()
