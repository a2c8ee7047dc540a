"""Who is logged in: the account, with the counts that every page's menu shows."""

from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from targets.models import User
from targets.questions.waiting import account_with_waiting


class AccountBackend(ModelBackend):
    """Django's own backend; the account comes with what waits for it, in one statement."""

    def get_user(self, user_id: int) -> User | None:
        user = account_with_waiting(user_id, timezone.localdate())
        return user if user is not None and self.user_can_authenticate(user) else None
