"""JSON bodies: what is looked at before the worker that needs one reads it."""

from __future__ import annotations

from flask import request

from kg_service.errors import ContentTypeError, SizeLimitError
from kg_service.web.sparql import utf8

JSON = "application/json"


def json_text(size_max: int) -> str:
    """The text of the request's JSON body; whether it is JSON is for its reader to say.

    Raises ContentTypeError for a body of another type, SizeLimitError for one of over `size_max`
    bytes, ParameterError for one that is not UTF-8.
    """
    if request.mimetype != JSON:
        raise ContentTypeError(request.mimetype, (JSON,))
    data = request.get_data()
    if len(data) > size_max:
        raise SizeLimitError(size_max)
    return utf8(data, "body")
