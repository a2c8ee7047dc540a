"""People as they were called that day; loaded into every template.

{{ entry.approved_by|called_at:entry.approved_at }}
"""

from django import template

from targets import models

register = template.Library()
register.filter("called_at", models.called_at)
