"""Saya: policy as code for serverless infrastructure."""

__version__ = "0.1.0"
