"""GET /files/TOKEN: a mail's file for the person who pressed its button in chat, for some minutes."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crmbot.crm.files import linked_file
from crmbot.errors import NotAllowed, NotFound
from crmbot.service import CrmService
from crmbot.web.api.attachments import as_download
from crmbot.web.message import message_page

_LONGEST = 400


def file_routes(service: CrmService) -> list[Route]:
    """Return the one address; the link itself is the leave, and the person's rights are looked up again."""

    async def fetch(request: Request) -> Response:
        return await run_in_threadpool(_fetch, service, request.path_params["token"][:_LONGEST])

    return [Route("/files/{token}", fetch)]


def _fetch(service: CrmService, token: str) -> Response:
    try:
        return as_download(linked_file(service, token))
    except NotFound as error:
        return message_page("Not here", str(error), status=404)
    except NotAllowed as error:
        return message_page("Not for you", str(error), status=403)
