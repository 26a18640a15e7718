"""The table of routes."""

import inspect

import pytest

from redress.http.routes import ROUTES, Route


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_an_operation_takes_the_model_that_its_route_reads(route: Route) -> None:
    _call, *models = inspect.signature(route.operation).parameters.values()
    taken = [str(model.annotation).rpartition(".")[2] for model in models]
    assert taken == ([route.reads.__name__] if route.reads else [])
