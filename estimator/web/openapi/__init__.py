"""The description of the HTTP interface, in OpenAPI 3.1, made from the documents themselves."""

from estimator.web.openapi.paths import describe

__all__ = ["describe"]
