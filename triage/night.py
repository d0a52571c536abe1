"""What triage has to look at every minute."""

from django.utils import timezone

from diary.clock import every_minute
from triage.population import plan_nightly, take_back

every_minute("nightly scan", lambda: plan_nightly(timezone.now()))
every_minute("chunks of dead workers", lambda: take_back(timezone.now()))
