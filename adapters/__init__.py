"""OCPP itself: frames, the messages of both versions, and the translation between them. Pure."""
