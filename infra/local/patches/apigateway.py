"""What a caller sees of a function that fails behind an API."""

from typing import Any

from ministack.services import apigateway_v1, lambda_svc

from . import AnyFunction, Json, around

MESSAGE = "Internal server error"


@around(lambda_svc, "lambda_execute_result_to_api_proxy_response")
def http_api_hides_the_error(convert: AnyFunction, result: Json) -> tuple[Json | None, str | None]:
    """AWS answers `Internal server error`; the stock platform shows the caller the exception."""
    if result.get("error") and not result.get("throttle"):
        headers = {"Content-Type": "application/json"}
        return {"statusCode": 502, "headers": headers, "body": f'{{"message": "{MESSAGE}"}}'}, None
    return convert(result)  # type: ignore[no-any-return]


@around(apigateway_v1, "_lambda_proxy_response")
def rest_api_hides_the_error(convert: AnyFunction, result: Json) -> Any:
    """The same for a REST API."""
    return (None, MESSAGE) if result.get("error") else convert(result)
