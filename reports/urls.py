"""Pages of figures and documents: each room's own map of the site, one after the other."""

from reports.circulars import urls as circulars
from reports.dashboard import urls as dashboard
from reports.files import urls as files

app_name = "reports"
urlpatterns = [*dashboard.urlpatterns, *files.urlpatterns, *circulars.urlpatterns]
