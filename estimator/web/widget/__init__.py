"""The widget: a clinic's estimate for patients, framed by its site or on its own page."""

from estimator.web.widget.views import Widget

__all__ = ["Widget"]
