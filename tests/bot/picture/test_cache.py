"""Each picture is drawn once, survives a restart, and goes when its photo goes."""

import asyncio
import logging
import threading
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.picture import map as drawing
from bot.picture.cache import Pictures
from bot.picture.failure import CannotDraw
from bot.picture.view import MapView, Pin, Row
from storage.photo import Photos
from tests.bot.picture.scene import opened, photo

VIEW = MapView(pins=(Pin(108.97, 34.23),))


@pytest.fixture
def photos(tmp_path: Path) -> Photos:
    return Photos(tmp_path / "photos")


@pytest.fixture
def pictures(tmp_path: Path, photos: Photos) -> Pictures:
    return Pictures(tmp_path / "pictures", photos)


class Brush:
    """Draws slowly, until it is let go, and counts."""

    def __init__(self, picture: bytes = b"picture") -> None:
        self.drawn = 0
        self.picture = picture
        self.wait = threading.Event()
        self.wait.set()

    def __call__(self) -> bytes:
        assert self.wait.wait(5)
        self.drawn += 1
        return self.picture


def files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "pictures").rglob("*") if path.is_file())


async def test_many_who_ask_at_once_wait_for_one_drawing(pictures: Pictures) -> None:
    brush = Brush()
    brush.wait.clear()
    asked = [asyncio.create_task(pictures.get("ab1.jpg", brush)) for _ in range(20)]
    await asyncio.sleep(0)
    brush.wait.set()
    assert set(await asyncio.gather(*asked)) == {b"picture"}
    assert brush.drawn == 1


async def test_who_gives_up_waiting_stops_nobody_else(pictures: Pictures) -> None:
    brush = Brush()
    brush.wait.clear()
    hasty, patient = (asyncio.create_task(pictures.get("ab1.jpg", brush)) for _ in range(2))
    await asyncio.sleep(0)
    hasty.cancel()
    await asyncio.sleep(0)
    brush.wait.set()
    assert await patient == b"picture"
    assert hasty.cancelled()


async def test_a_restart_finds_the_picture_on_disk(pictures: Pictures, tmp_path: Path, photos: Photos) -> None:
    brush = Brush()
    await pictures.get("ab1.jpg", brush)
    again = Pictures(tmp_path / "pictures", photos)
    assert await again.get("ab1.jpg", brush) == b"picture"
    assert brush.drawn == 1


async def test_memory_keeps_the_latest_and_the_disk_the_rest(tmp_path: Path, photos: Photos) -> None:
    pictures, brush = Pictures(tmp_path / "pictures", photos, remembered=2), Brush()
    for name in ("aa1.jpg", "bb2.jpg", "cc3.jpg", "aa1.jpg"):
        await pictures.get(name, brush)
    assert brush.drawn == 3
    assert list(pictures._memory) == ["cc3.jpg", "aa1.jpg"]


async def test_a_failure_is_told_to_all_and_tried_anew_next_time(pictures: Pictures, tmp_path: Path) -> None:
    def fails() -> bytes:
        raise CannotDraw("no font")

    told = await asyncio.gather(*(pictures.get("ab1.jpg", fails) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in told] == [CannotDraw] * 3
    assert files(tmp_path) == []
    assert await pictures.get("ab1.jpg", Brush()) == b"picture"


async def test_a_full_disk_costs_the_cache_and_not_the_picture(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.picture.cache.write_whole", full)
    with caplog.at_level(logging.WARNING):
        assert await pictures.get("ab1.jpg", Brush()) == b"picture"
    assert "No space left" in caplog.text


async def test_a_map_is_named_by_all_it_shows(pictures: Pictures, tmp_path: Path) -> None:
    first = await pictures.map(VIEW)
    assert first == drawing.draw(VIEW)
    assert await pictures.map(MapView(pins=(Pin(108.97, 34.23),))) == first
    assert len(files(tmp_path)) == 1
    await pictures.map(MapView(pins=(Pin(108.97, 34.230001),)))
    assert len(files(tmp_path)) == 2


async def test_another_font_is_another_picture(pictures: Pictures, tmp_path: Path, photos: Photos) -> None:
    await pictures.map(VIEW)
    with pytest.raises(CannotDraw, match=r"none\.ttf"):
        await Pictures(tmp_path / "pictures", photos, tmp_path / "none.ttf").map(VIEW)


async def test_pair_collage_and_progress_are_drawn_from_what_is_stored(pictures: Pictures, photos: Photos) -> None:
    before, after = photos.keep(photo(800, 600)).sha, photos.keep(photo(600, 800)).sha
    assert opened(await pictures.pair(before, after, "办前", "办后")).size == (1280, 636)
    assert opened(await pictures.collage([before, after], numbered=True)).size == (1280, 640)
    assert opened(await pictures.progress([Row("井盖", ("提交", "接单"), 1)])).width == 1000


async def test_a_photo_that_is_gone_cannot_be_drawn(pictures: Pictures, photos: Photos) -> None:
    kept = photos.keep(photo(800, 600)).sha
    for other in ("0" * 64, "no name"):
        with pytest.raises(CannotDraw):
            await pictures.pair(kept, other, "办前", "办后")


async def test_a_forgotten_photo_takes_its_pictures_with_it(pictures: Pictures, photos: Photos, tmp_path: Path) -> None:
    one, two, three = (photos.keep(photo(800, 600, (n, n, n))).sha for n in (40, 120, 200))
    await pictures.pair(one, two, "办前", "办后")
    await pictures.collage([three, one])
    await pictures.pair(two, three, "办前", "办后")
    await pictures.map(VIEW)
    await pictures.forget(one)
    assert len(files(tmp_path)) == 2
    assert not [path for path in files(tmp_path) if one[:16] in path.name]
    photos.remove(one)
    with pytest.raises(CannotDraw):
        await pictures.pair(one, two, "办前", "办后")


async def test_a_photo_forgotten_while_it_is_drawn_is_forgotten_too(pictures: Pictures, tmp_path: Path) -> None:
    brush, sha = Brush(), "ab" * 32
    brush.wait.clear()
    drawn = asyncio.create_task(pictures.get(f"cd1.{sha[:16]}.jpg", brush))
    await asyncio.sleep(0)
    gone = asyncio.create_task(pictures.forget(sha))
    await asyncio.sleep(0)
    brush.wait.set()
    await asyncio.gather(drawn, gone)
    assert files(tmp_path) == []
    assert not pictures._memory


async def test_what_is_old_is_swept_from_disk(pictures: Pictures, tmp_path: Path) -> None:
    import os

    for name in ("aa1.jpg", "bb2.jpg"):
        await pictures.get(name, Brush())
    old, new = files(tmp_path)
    os.utime(old, (1000, 1000))
    assert await pictures.sweep(before=2000) == 1
    assert files(tmp_path) == [new]


async def test_pictures_of_photos_hold_no_metadata(pictures: Pictures, photos: Photos) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    file = BytesIO()
    Image.new("RGB", (80, 60)).save(file, "JPEG", exif=exif, comment=b"someone")
    sha = photos.keep(file.getvalue()).sha
    data = await pictures.collage([sha, sha])
    assert b"Maker" not in data
    assert b"someone" not in data
