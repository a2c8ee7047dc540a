"""Tells mypy who asks: on every page but the login's, `request.user` is one of our accounts.

`LoginRequiredMiddleware` stands before every view, so the type that django-stubs gives,
`User | AnonymousUser`, would put the same needless question into each of them. The few
views marked `login_not_required` ask `is_authenticated` first.
"""

from collections.abc import Callable

from mypy.plugin import AttributeContext, Plugin
from mypy.types import Type, UnionType

ASKED = "django.http.request.HttpRequest.user"


class RequestPlugin(Plugin):
    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        return account if fullname == ASKED else None


def account(context: AttributeContext) -> Type:
    """Return the account's part of the type; an error's page may set nobody in its place."""
    kind = context.default_attr_type
    if context.is_lvalue:
        return kind
    return kind.items[0] if isinstance(kind, UnionType) else kind


def plugin(version: str) -> type[Plugin]:
    return RequestPlugin
