"""The WSGI entry point that gunicorn serves."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.urls import resolve

from tracker.refusals import production_faults

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

application = get_wsgi_application()
# Imports every view now: before the workers are forked, not at each worker's first request.
resolve("/")
if faults := production_faults():
    raise ImproperlyConfigured("本站没有启动：" + " ".join(faults))
