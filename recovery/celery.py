"""The Celery app and its clock.

The database is the queue; beat only says "look now". Every entry is a plain interval in UTC: a crontab schedule would
skip or double at a change to summer time. A tick that was not picked up before the next one is dropped (`expires`), so
a worker that was down does not come back to a heap of stale ticks. Nothing here carries a business deadline: those are
rows, and `manage.py sweep` finds the same rows without Celery.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")

app = Celery("recovery")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Task name -> seconds between ticks. A test holds every name against the tasks that are registered.
EVERY = {
    "outreach.tick_ladder": 1,
    "outreach.deliver_notices": 1,
    "outreach.deliver_chat": 1,
    "outreach.deliver_messages": 2,
    "outreach.plan_calls": 5,
    "outreach.dispatch_calls": 5,
    "outreach.tend_lines": 1,
    "outreach.cover_promises": 5,
    "outreach.sweep_cover": 60,
    "outreach.plan_surveys": 10,
    "outreach.ask_surveys": 10,
    "outreach.end_surveys": 300,
    "outreach.see_to_requests": 30,
    "outreach.probe_paths": 5,
    "outreach.read_mailbox": 5,
    "outreach.handle_mails": 2,
    "outreach.forget_mails": 3600,
    "compensation.expire_approvals": 60,
    "compensation.route_approvals": 10,
    "compensation.watch_pools": 60,
    "compensation.watch_payouts": 60,
    "compensation.check_books": 300,
    "integrations.sequence_feed": 1,
    "integrations.send_payouts": 2,
    "integrations.forget_answers": 3600,
    "accounts.forget_sessions": 3600,
    "insights.roll_up": 60,
}

app.conf.beat_schedule = {
    name: {"task": name, "schedule": float(seconds), "options": {"expires": max(float(seconds), 5.0)}}
    for name, seconds in EVERY.items()
}
