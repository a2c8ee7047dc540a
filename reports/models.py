"""The tables of `reports`, where Django looks for them; they live with their room."""

from reports.circulars.models import Circular, IssuedFile
from reports.renderings import Rendering

__all__ = ["Circular", "IssuedFile", "Rendering"]
