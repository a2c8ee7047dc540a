"""Office files are zip packages; the same content shall have the same bytes."""

import io
import zipfile

EPOCH = (2000, 1, 1, 0, 0, 0)  # of every member: the same content has the same bytes


def without_clock(package: bytes) -> bytes:
    """Return the package with one fixed date on every member, members in their order."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as source,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in source.namelist():
            member = zipfile.ZipInfo(name, EPOCH)
            target.writestr(member, source.read(name), compress_type=zipfile.ZIP_DEFLATED)
    return result.getvalue()
