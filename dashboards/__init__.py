"""The Dash app that shows finished runs."""
