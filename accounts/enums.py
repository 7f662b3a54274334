from django.db import models


class Role(models.TextChoices):
    REP = "rep", "Rep"
    SUPERVISOR = "supervisor", "Supervisor"
    ADMIN = "admin", "Administrator"


class WorkingState(models.TextChoices):
    AVAILABLE = "available", "Available"
    AWAY = "away", "Away"
    LEFT = "left", "Left the company"


class NoticeChannel(models.TextChoices):
    DESK = "desk", "On the desk"
    EMAIL = "email", "Email"
    CHAT = "chat", "Chat"


class DeliveryStatus(models.TextChoices):
    """What became of something that is to be delivered: a notice to staff, a message to a customer."""

    PENDING = "pending", "Waiting to be sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    NO_ADDRESS = "no_address", "No address to send to"
    NOT_NEEDED = "not_needed", "Seen to before it was sent"


class Scope(models.TextChoices):
    """What an API credential may be used for. ``write`` includes reading; ``money`` is asked for beside it."""

    READ = "read", "Read"
    WRITE = "write", "Read and write"
    MONEY = "money", "Give, reverse and approve remedies"
