"""Photos: what is taken in, what is refused, and that nothing of the sender's file but the picture is kept."""

import hashlib
import threading
import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFile
from PIL.Image import Transpose as Turn

from storage.photo import (
    MOST_BYTES,
    NotAPhoto,
    PhotoBroken,
    PhotoRefused,
    Photos,
    PhotoTooLarge,
    difference,
    write_whole,
)

SAMPLES = Path(__file__).parent.parent / "data" / "photos"
SCENES = ["plain.jpg", "turned-with-notes.jpg", "progressive.jpg", "palette.png", "photo.webp", "phone.heic"]
ODD = ["cmyk.jpg", "grey.jpg", "clear.png", "sixteen-bit.png", "one-pixel.png", "ribbon.png"]
MOVING = ["animated.png", "animated.webp", "moving.gif"]
GOOD = [*SCENES, *ODD, *MOVING]
RED, BROWN = (220, 30, 30), (150, 146, 140)


@pytest.fixture
def photos(tmp_path: Path) -> Photos:
    return Photos(tmp_path / "photos")


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def colour(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    pixel = image.getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(pixel, tuple)
    return tuple(int(value) for value in pixel)


def near(one: tuple[int, ...], other: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


def segments(jpeg: bytes) -> Iterator[int]:
    """The markers before the picture's own data."""
    at = 2
    while jpeg[at + 1] != 0xDA:
        assert jpeg[at] == 0xFF
        yield jpeg[at + 1]
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_of_photo_is_kept_as_a_jpeg_under_its_hash(photos: Photos, name: str) -> None:
    kept = photos.keep(sample(name))
    stored = photos.read(kept.sha)
    assert hashlib.sha256(stored).hexdigest() == kept.sha
    image = opened(stored)
    assert (image.format, image.mode) == ("JPEG", "RGB")
    assert (image.width, image.height, len(stored)) == (kept.width, kept.height, kept.bytes)
    assert photos.path(kept.sha).parent.name == kept.sha[:2]
    assert max(opened(photos.thumbnail(kept.sha).read_bytes()).size) <= 480


@pytest.mark.parametrize("name", SCENES)
def test_the_picture_stands_upright_whatever_the_camera_noted(photos: Photos, name: str) -> None:
    kept = photos.keep(sample(name))
    image = opened(photos.read(kept.sha))
    assert image.size == (480, 360)
    assert near(colour(image, 0.03, 0.03), RED, 20)
    assert near(colour(image, 0.9, 0.95), BROWN, 20)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations_are_turned_back(photos: Photos, orientation: int) -> None:
    undone = {2: Turn.FLIP_LEFT_RIGHT, 3: Turn.ROTATE_180, 4: Turn.FLIP_TOP_BOTTOM, 5: Turn.TRANSPOSE}
    undone |= {6: Turn.ROTATE_90, 7: Turn.TRANSVERSE, 8: Turn.ROTATE_270}
    scene = opened(sample("plain.jpg"))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    (scene.transpose(undone[orientation]) if orientation in undone else scene).save(file, "JPEG", exif=exif)
    image = opened(photos.read(photos.keep(file.getvalue()).sha))
    assert image.size == (480, 360)
    assert near(colour(image, 0.03, 0.03), RED, 20)


@pytest.mark.parametrize("name", GOOD)
def test_nothing_but_the_picture_is_kept(photos: Photos, name: str) -> None:
    kept = photos.keep(sample(name))
    for stored in (photos.read(kept.sha), photos.thumbnail(kept.sha).read_bytes()):
        assert set(segments(stored)) <= {0xE0, 0xDB, 0xC0, 0xC4}  # JFIF, tables, frame: no APP1, APP2, COM
        assert stored.endswith(b"\xff\xd9")
        for secret in (b"Exif", b"adobe", b"ICC_PROFILE", b"secret", b"SERIAL", b"someone", b"Maker"):
            assert secret not in stored


@pytest.mark.parametrize("name", ["turned-with-notes.jpg", "phone.heic", "photo.webp"])
def test_place_and_moment_are_read_before_they_are_stripped(photos: Photos, name: str) -> None:
    kept = photos.keep(sample(name))
    assert kept.taken_place == (117.4025, 39.1502778)
    assert kept.taken_at == "2026-11-24T09:03:58+08:00"


def test_a_photo_without_notes_has_neither_place_nor_moment(photos: Photos) -> None:
    kept = photos.keep(sample("plain.jpg"))
    assert (kept.taken_place, kept.taken_at) == (None, None)


@pytest.mark.parametrize(
    ("gps", "place"),
    [
        ({1: "S", 2: (33.0, 30.0, 0.0), 3: "W", 4: (70.0, 0.0, 36.0)}, (-70.01, -33.5)),
        ({1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (95.0, 0.0, 0.0), 3: "E", 4: (117.0, 0.0, 0.0)}, None),
        ({1: "N", 2: (39.0, 9.0, 0.0)}, None),
        ({1: "N", 2: 39.0, 3: "E", 4: 117.0}, None),
    ],
)
def test_only_a_possible_place_is_believed(
    photos: Photos, gps: dict[int, object], place: tuple[float, float] | None
) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update(gps)
    file = BytesIO()
    opened(sample("plain.jpg")).save(file, "JPEG", exif=exif)
    assert photos.keep(file.getvalue()).taken_place == place


def test_a_clock_that_was_never_set_is_no_moment(photos: Photos) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "0000:00:00 00:00:00"
    file = BytesIO()
    opened(sample("plain.jpg")).save(file, "JPEG", exif=exif)
    assert photos.keep(file.getvalue()).taken_at is None


def test_damaged_notes_do_not_cost_the_photo_and_warn_nobody(photos: Photos) -> None:
    plain = sample("plain.jpg")
    body = b"Exif\0\0MM\0\x2a\0\0\0\x08\xff\xff" + bytes(range(200))
    noted = plain[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + plain[2:]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        kept = photos.keep(noted)
    assert (kept.width, kept.height, kept.taken_place) == (480, 360, None)
    assert warned == []


def test_a_large_photo_is_brought_to_2560_pixels(photos: Photos) -> None:
    file = BytesIO()
    Image.linear_gradient("L").resize((4000, 3000)).convert("RGB").save(file, "JPEG")
    kept = photos.keep(file.getvalue())
    assert (kept.width, kept.height) == (2560, 1920)
    assert opened(photos.thumbnail(kept.sha).read_bytes()).size == (480, 360)


def test_transparent_becomes_white_and_sixteen_bits_keep_their_shades(photos: Photos) -> None:
    clear = opened(photos.read(photos.keep(sample("clear.png")).sha))
    assert near(colour(clear, 0.9, 0.005), (255, 255, 255))
    shades = opened(photos.read(photos.keep(sample("sixteen-bit.png")).sha))
    assert (
        colour(shades, 0.05, 0.5)[0] < 30 < 110 < colour(shades, 0.5, 0.5)[0] < 145 < 235 < colour(shades, 0.97, 0.5)[0]
    )


def test_colours_of_another_profile_come_out_as_srgb(photos: Photos) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = srgb.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
    seen = {}
    for name, profile in {"srgb": srgb, "exchanged": exchanged, "damaged": b"no profile"}.items():
        file = BytesIO()
        Image.new("RGB", (32, 32), (200, 120, 40)).save(file, "PNG", icc_profile=profile)
        seen[name] = colour(opened(photos.read(photos.keep(file.getvalue()).sha)), 0.5, 0.5)
    assert near(seen["srgb"], (200, 120, 40))
    assert near(seen["exchanged"], (40, 120, 200))  # its red is our blue
    assert near(seen["damaged"], (200, 120, 40))


def test_only_the_first_frame_of_what_moves_is_kept(photos: Photos) -> None:
    for name in MOVING:
        image = opened(photos.read(photos.keep(sample(name)).sha))
        assert near(colour(image, 0.05, 0.05), RED, 25)


@pytest.mark.parametrize("name", ["bomb.png", "huge-header.png", "huge-header.jpg"])
def test_a_bomb_is_known_by_its_header_and_never_unpacked(
    photos: Photos, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpacked(self: ImageFile.ImageFile) -> None:
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(ImageFile.ImageFile, "load", unpacked)
    with pytest.raises(PhotoTooLarge):
        photos.keep(sample(name))


def test_twenty_megabytes_are_the_most(photos: Photos) -> None:
    with pytest.raises(PhotoTooLarge):
        photos.keep(sample("plain.jpg") + bytes(MOST_BYTES))


def test_a_jpeg_of_a_thousand_scans_is_not_even_opened(photos: Photos) -> None:
    progressive = sample("progressive.jpg")
    with pytest.raises(PhotoTooLarge):
        photos.keep(progressive[:-2] + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" * 1000 + b"\xff\xd9")


@pytest.mark.parametrize("name", ["truncated.jpg", "truncated.png", "broken.jpg", "broken.heic"])
def test_what_came_incomplete_is_broken(photos: Photos, name: str) -> None:
    with pytest.raises(PhotoBroken):
        photos.keep(sample(name))


def test_nothing_at_all_is_broken(photos: Photos) -> None:
    with pytest.raises(PhotoBroken):
        photos.keep(b"")


@pytest.mark.parametrize("name", ["text.jpg", "film.mp4", "document.pdf"])
def test_another_kind_of_file_is_known_by_its_content(photos: Photos, name: str) -> None:
    with pytest.raises(NotAPhoto):
        photos.keep(sample(name))


def test_what_is_refused_leaves_nothing_behind(photos: Photos, tmp_path: Path) -> None:
    for name in ("truncated.jpg", "bomb.png", "text.jpg"):
        with pytest.raises(PhotoRefused):
            photos.keep(sample(name))
    assert files(tmp_path) == []


def test_the_same_picture_twice_is_one_file(photos: Photos, tmp_path: Path) -> None:
    first = photos.keep(sample("plain.jpg"))
    before = [(path, path.stat().st_mtime_ns) for path in files(tmp_path)]
    assert photos.keep(sample("plain.jpg")) == first
    assert [(path, path.stat().st_mtime_ns) for path in files(tmp_path)] == before
    assert len(before) == 2


def test_the_same_scene_packed_anew_looks_the_same_and_another_does_not(photos: Photos) -> None:
    scene = Image.effect_noise((64, 48), 90).resize((1600, 1200), Image.Resampling.BICUBIC).convert("RGB")
    file, again = BytesIO(), BytesIO()
    scene.save(file, "JPEG", quality=92)
    scene.resize((1280, 960)).save(again, "JPEG", quality=60)
    first, second = photos.keep(file.getvalue()), photos.keep(again.getvalue())
    other = photos.keep(sample("plain.jpg"))
    assert first.sha != second.sha
    assert difference(first.look, second.look) <= 8
    assert difference(first.look, other.look) > 16
    assert len(first.look) == 16


def test_several_threads_keep_the_same_photo_together(photos: Photos, tmp_path: Path) -> None:
    data, kept = sample("turned-with-notes.jpg"), []
    threads = [threading.Thread(target=lambda: kept.append(photos.keep(data))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(kept)) == 1
    assert len(kept) == 6
    assert len(files(tmp_path)) == 2


def test_the_process_stays_as_it_was(photos: Photos) -> None:
    most, filters = Image.MAX_IMAGE_PIXELS, list(warnings.filters)
    for name in ("phone.heic", "plain.jpg"):
        photos.keep(sample(name))
    assert most == Image.MAX_IMAGE_PIXELS
    assert list(warnings.filters) == filters
    assert "HEIF" not in Image.OPEN


def test_a_removed_photo_is_gone_with_its_thumbnail(photos: Photos, tmp_path: Path) -> None:
    kept = photos.keep(sample("plain.jpg"))
    photos.remove(kept.sha)
    photos.remove(kept.sha)
    assert files(tmp_path) == []
    with pytest.raises(FileNotFoundError):
        photos.read(kept.sha)


@pytest.mark.parametrize(
    "sha", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "a" * 60 + "/../", "٣" * 64]
)
def test_only_a_hash_is_a_name(photos: Photos, sha: str) -> None:
    for call in (photos.path, photos.thumbnail, photos.read, photos.remove):
        with pytest.raises(ValueError, match="64 hexadecimal"):
            call(sha)


def test_a_write_that_fails_leaves_the_old_file_and_no_scraps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one.jpg"
    write_whole(path, b"old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.photo.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert files(tmp_path) == [path]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["plain.jpg", "turned-with-notes.jpg", "clear.png", "moving.gif", "photo.webp", "phone.heic"]),
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12),
)
def test_damage_anywhere_ends_in_a_photo_or_a_refusal(
    photos: Photos, name: str, cut: float, changes: list[tuple[float, int]]
) -> None:
    data = bytearray(sample(name))
    for place, value in changes:
        data[int(place * len(data))] = value
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            photos.keep(bytes(data[: max(1, int(len(data) * (1 - cut * 0.3)))]))
        except PhotoRefused as refusal:
            assert type(refusal) in (PhotoBroken, PhotoTooLarge, NotAPhoto)  # noqa: PT017
    assert warned == []
