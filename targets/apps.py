from django.apps import AppConfig


class TargetsConfig(AppConfig):
    """The domain: the plan, quarterly reporting, review."""

    name = "targets"
    verbose_name = "目标任务"
