"""How does a workflow begin on a day to come? The server holds it back until then, and skips the time."""

from datetime import timedelta
from typing import Any

from temporalio.client import Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from tests.now import ahead


class Later(Interceptor):
    """Whatever is started begins at the test's now."""

    def __init__(self) -> None:
        self.env: WorkflowEnvironment | None = None

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        return _Starts(next, self)


class _Starts(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, later: Later) -> None:
        super().__init__(next)
        self._later = later

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        env, delay = self._later.env, ahead()
        if env is None or delay < timedelta(minutes=1):
            return await super().start_workflow(input)
        input.start_delay = delay
        handle = await super().start_workflow(input)
        await env.fast_forward(handle, delay)
        return handle
