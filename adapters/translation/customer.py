"""CustomerInformation for a 1.6 station, which keeps no such thing (specification 5)."""

from adapters import v16, v201
from adapters.translation.conversation import Conversation, Refusal
from adapters.translation.memory import Memory
from adapters.translation.refusals import info


def v201_information(call: v201.CustomerInformationRequest, memory: Memory) -> Conversation:
    """For a 1.6 station: refused; what its cache knows of a customer goes, if that is wanted."""
    wanted = memory.options.customer_clear_cache == "on"
    if wanted and call.clear and call.id_token is not None:
        try:
            yield v16.ClearCacheRequest()
        except Refusal as refusal:
            if refusal.code == "closed":
                raise
    return v201.CustomerInformationResponse("Rejected", status_info=info("UnsupportedRequest"))
