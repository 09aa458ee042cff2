"""The font that comes with the installation shows what the pictures say."""

import pytest

from bot.picture.font import font


@pytest.mark.parametrize("letter", "解忧网格岗亭办前后①②③09AzN km·…°—“”，。？！（）é")
def test_it_has_every_letter_we_draw(letter: str) -> None:
    face = font(40)
    missing = face.getmask("\U000f1234").getbbox(), bytes(face.getmask("\U000f1234"))
    drawn = face.getmask(letter).getbbox(), bytes(face.getmask(letter))
    assert drawn != missing


def test_it_is_loaded_once_a_size() -> None:
    assert font(28) is font(28)
    assert font(28) is not font(32)
