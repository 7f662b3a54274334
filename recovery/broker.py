"""The worker's line to Redis."""

from kombu.transport import redis


class Channel(redis.Channel):
    """Puts nothing back when it closes.

    What lies in Redis are ticks, and the next one is a second away. kombu's own channel writes unacknowledged messages
    back as it closes; when it closes because Redis is gone, that write fails outside every handler and ends the worker
    (`'NoneType' object has no attribute 'hostname'`), which would then stay down when Redis is back.
    """

    do_restore = False


class Transport(redis.Transport):
    Channel = Channel
