"""Files of the portal that are the same for everybody: kept for good if their names tell their content."""

from redress.domain.errors import NotFound
from redress.web import assets, pages
from redress.web.pages import Page
from redress.web.visit import Visit


def file(visit: Visit, name: str) -> Page:
    """A stylesheet, script or logo; a name from another deployment gets the present one, kept briefly."""
    found = assets.find(visit.desk.region, name)
    if found is None:
        raise NotFound(name)
    return pages.file(found.media_type, found.text, forever=name == found.name)
