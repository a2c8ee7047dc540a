"""Hints put aside, by whoever reads them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from targets import access, actions
from targets.choices import Role
from targets.forms.reporting import ContributionForm
from targets.models import Contribution
from targets.views.contribution import act_on_form

REVIEW = "targets:review-entry"


@access.role_required(Role.UNIT, Role.OFFICE)
@require_POST
def dismiss_hint(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one hint aside. A unit's button stands in its form: what is typed there is saved."""
    kind, _, digest = request.POST.get("hint", "").partition(":")

    def dismiss(
        request: HttpRequest, contribution: Contribution, form: ContributionForm | None
    ) -> str:
        actions.dismiss_hint(contribution=contribution, kind=kind, digest=digest, by=request.user)
        messages.success(request, "已忽略该提示；文字修改后会重新检查。")
        return contribution.get_absolute_url()

    if request.user.is_unit:
        return act_on_form(request, access.get_own_contribution(request.user, pk), dismiss)
    contribution = access.get_contribution(request.user, pk)
    try:
        dismiss(request, contribution, None)
    except actions.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(REVIEW, contribution.entry_id)
