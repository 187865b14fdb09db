"""For a WSGI server: gunicorn wsgi:app."""

from estimator.web import create_app

app = create_app()
