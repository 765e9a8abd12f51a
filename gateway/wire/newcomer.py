"""Who a new connection is from, once that is proven."""

import msgspec


class Newcomer(msgspec.Struct, frozen=True):
    """A station that has been let in: what its CSMS legs, and its next connection, may need."""

    target: str = ""  # of its request, as it was sent
    source: str = ""  # the address that it comes from, as admission counts it
    certificate: bytes = b""  # a fingerprint of the one that it showed
    authorization: bytes = b""  # its own header, for CSMSs that are configured to be shown it

    profile: int = 0  # the security profile with which it was let in
    proof: str = ""  # the hash that its password fits

    def is_from_where(self, other: "Newcomer") -> bool:
        """Whether both come from the same place, or show the same certificate."""
        if self.certificate and self.certificate == other.certificate:
            return True
        return self.source == other.source
