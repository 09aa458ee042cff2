"""Moments in words: as one says them to residents, and as staff read them."""

from datetime import datetime, timedelta

from domain.calendar import Calendar

WEEKDAYS = "一二三四五六日"
_EN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PARTS = ((6, "凌晨"), (9, "早上"), (12, "上午"), (13, "中午"), (19, "下午"), (24, "晚上"))


def hour_words(local: datetime, lang: str = "zh") -> str:
    """`下午 5 点`, `上午 9:35`; `5 pm`, `9:35 am`."""
    if lang == "en":
        hour = local.hour % 12 or 12
        half = "am" if local.hour < 12 else "pm"
        return f"{hour}:{local.minute:02d} {half}" if local.minute else f"{hour} {half}"
    part = next(word for before, word in _PARTS if local.hour < before)
    hour = local.hour - 12 if local.hour > 12 else local.hour
    return f"{part} {hour}:{local.minute:02d}" if local.minute else f"{part} {hour} 点"


def day_words(moment: datetime, now: datetime, calendar: Calendar, lang: str = "zh") -> str:
    """`今天`, `明天(周三)`, `12月1日(周二)`; a year is named only where it is another one."""
    local, today = calendar.local(moment), calendar.local(now).date()
    day = local.date()
    ahead = (day - today).days
    if lang == "en":
        name = _EN_DAYS[day.weekday()]
        near = {0: "today", 1: f"tomorrow ({name})", -1: "yesterday"}.get(ahead)
        year = "" if day.year == today.year else f" {day.year}"
        return near or f"{name} {day.day} {_EN_MONTHS[day.month - 1]}{year}"
    near = {0: "今天", 1: f"明天(周{WEEKDAYS[day.weekday()]})", -1: "昨天"}.get(ahead)
    year = "" if abs(ahead) < 180 or day.year == today.year else f"{day.year}年"
    return near or f"{year}{day.month}月{day.day}日(周{WEEKDAYS[day.weekday()]})"


def date_words(moment: datetime, calendar: Calendar, lang: str = "zh") -> str:
    """`11月24日`; `24 Nov`."""
    local = calendar.local(moment)
    return f"{local.day} {_EN_MONTHS[local.month - 1]}" if lang == "en" else f"{local.month}月{local.day}日"


def by_words(moment: datetime, now: datetime, calendar: Calendar, lang: str = "zh", *, today: bool = True) -> str:
    """A limit as a resident reads it before 前: `今天下午 4 点`, `上午 9:35 ` (a blank between digits and signs).
    `today` false leaves 今天 out."""
    day = day_words(moment, now, calendar, lang)
    hour = hour_words(calendar.local(moment), lang)
    if lang == "en":
        return f"{hour} {day}" if day == "today" else f"{day}, {hour}"
    return f"{'' if day == '今天' and not today else day}{hour}{' ' if hour[-1].isdigit() else ''}"


def staff_date(moment: datetime, calendar: Calendar) -> str:
    """`12-01 周二 17:00`."""
    local = calendar.local(moment)
    return f"{local:%m-%d} 周{WEEKDAYS[local.weekday()]} {local:%H:%M}"


def stamp(moment: datetime, now: datetime, calendar: Calendar) -> str:
    """`09:12` on the same day, else `11-27 15:40`."""
    local = calendar.local(moment)
    return f"{local:%H:%M}" if local.date() == calendar.local(now).date() else f"{local:%m-%d %H:%M}"


def due_stamp(moment: datetime, now: datetime, calendar: Calendar) -> str:
    """A limit on a staff card: `09:35` on the same day, else `12-01 周二 17:00`."""
    same = calendar.local(moment).date() == calendar.local(now).date()
    return stamp(moment, now, calendar) if same else staff_date(moment, calendar)


def span_words(span: timedelta) -> str:
    """`15 分钟`, `2 小时`, `1 天`: rounded down, at least one minute."""
    minutes = max(1, int(span.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 1440 else f"{minutes // 1440} 天"
