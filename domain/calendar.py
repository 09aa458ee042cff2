"""Working time: which minutes count, and where a limit ends.

All moments are aware datetimes; results are in UTC. The rule that says whether a date is a working day is a
parameter, so that a calendar of holidays can stand behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.city import Hours

_LONGEST = 3700  # days searched before a calendar without working days is called broken


class NoWorkingTime(ValueError):
    """The calendar has no working day within ten years."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The office's working time in one time zone. `workday` tells whether a local date is worked."""

    hours: Hours
    zone: ZoneInfo
    workday: Callable[[date], bool]

    def local(self, moment: datetime) -> datetime:
        """The moment on the office's clock."""
        return moment.astimezone(self.zone)

    def span(self, day: date) -> tuple[datetime, datetime] | None:
        """Opening and closing of a date, None where it is not worked."""
        if not self.workday(day):
            return None
        return self.at(day, self.hours.opens), self.at(day, self.hours.closes)

    def at(self, day: date, hour: time) -> datetime:
        """A local date and hour as a moment in UTC."""
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    def is_open(self, moment: datetime) -> bool:
        span = self.span(self.local(moment).date())
        return span is not None and span[0] <= moment < span[1]

    def add(self, start: datetime, worked: timedelta) -> datetime:
        """The moment at which so much working time has passed since `start`. Nothing to add: `start` itself,
        or the next opening where it lies outside working time. Raises NoWorkingTime."""
        left = worked
        day = self.local(start).date()
        for _ in range(_LONGEST):
            span = self.span(day)
            if span is not None and start < span[1]:
                begin = max(start, span[0])
                if begin + left <= span[1]:
                    return (begin + left).astimezone(UTC)
                left -= span[1] - begin
            day += timedelta(days=1)
        raise NoWorkingTime("no working day within ten years")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; zero where `end` is not later."""
        total = timedelta()
        day, last = self.local(start).date(), self.local(end).date()
        while day <= last:
            span = self.span(day)
            if span is not None:
                total += max(timedelta(), min(end, span[1]) - max(start, span[0]))
            day += timedelta(days=1)
        return total

    def close_of_day(self, start: datetime, days: int) -> datetime:
        """The close of the n-th working day after the day of `start`. Raises NoWorkingTime."""
        day, left = self.local(start).date(), days
        for _ in range(_LONGEST):
            day += timedelta(days=1)
            if self.workday(day):
                left -= 1
                if left <= 0:
                    return self.at(day, self.hours.closes)
        raise NoWorkingTime("no working day within ten years")

    def workdays_between(self, start: datetime, end: datetime) -> int:
        """How many working days lie after the day of `start`, up to and with the day of `end`."""
        day, last, count = self.local(start).date(), self.local(end).date(), 0
        while day < last:
            day += timedelta(days=1)
            count += self.workday(day)
        return count


def weekdays(hours: Hours) -> Callable[[date], bool]:
    """The simple rule: the city's weekdays, less its own holidays, more its own workdays."""

    def worked(day: date) -> bool:
        if day in hours.workdays:
            return True
        return day.isoweekday() in hours.days and day not in hours.holidays

    return worked


def loud_again(moment: datetime, zone: ZoneInfo, since: time, until: time) -> datetime | None:
    """When the quiet hours in which `moment` lies end (UTC), None where it lies in none."""
    local = moment.astimezone(zone)
    now = local.time()
    quiet = (now >= since or now < until) if since > until else since <= now < until
    if not quiet:
        return None
    day = local.date() if now < until else local.date() + timedelta(days=1)
    return datetime.combine(day, until, zone).astimezone(UTC)
