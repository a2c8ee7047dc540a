"""What units type."""

from targets.forms.fields import LongTextField, VersionedForm
from targets.models import Contribution


class ContributionForm(VersionedForm):
    """A unit's report on one item; the first of several leads has the joint text as well."""

    text = LongTextField(
        label="本单位完成情况",
        required=False,
        help_text="写到本季度末的累计情况。分段编号可用“1、”，换行会保留。",
    )
    consolidated_text = LongTextField(
        label="汇总稿",
        required=False,
        help_text="可选。贵单位是第一牵头单位，可把各牵头单位的内容合成一稿，审核时优先采用。",
    )

    def __init__(self, *args: object, contribution: Contribution, leads: int, **kwargs: object):
        initial = {
            "text": contribution.text,
            "consolidated_text": contribution.consolidated_text,
            "version": contribution.version,
        }
        super().__init__(*args, initial=initial, **kwargs)
        if not (contribution.consolidates and leads > 1):
            del self.fields["consolidated_text"]

    def texts(self) -> dict[str, str]:
        """Return the texts as the actions take them."""
        return {
            "text": self.cleaned_data["text"],
            "consolidated_text": self.cleaned_data.get("consolidated_text", ""),
        }
