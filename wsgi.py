"""For a WSGI server: gunicorn wsgi:app."""

from flask import Flask

from estimator.web import Estimator

app = Flask("estimator")
Estimator(app)
