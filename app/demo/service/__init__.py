"""Use cases of the demonstration: a whole ministry, or one learner."""

from app.demo.service.building import add_learner, build_ministry

__all__ = ["add_learner", "build_ministry"]
