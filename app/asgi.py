"""What uvicorn imports; reads the settings and opens the application."""

from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from app.web.logs import set_up_logs


def create() -> FastAPI:
    """Build the application from the environment."""
    settings = Settings()
    set_up_logs(settings.log_level)
    return create_app(settings)
