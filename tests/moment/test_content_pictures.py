"""Where a picture was taken is not kept; how it looks is, bit for bit."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from moment.content import Refused, open_content, receive
from tests.moment import samples
from tests.moment.samples import upload

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),  # it wonders at what is broken
]

# The numbers of degrees, minutes and seconds as cameras write them, both ways round.
PLACE = [struct.pack(f"{order}6L", 59, 1, 54, 1, 40, 1) for order in "<>"]
WORDS = [b"GPSLatitude", b"59,54.6667N", b"Oslo"]


def kept(data: bytes, name: str = "site") -> bytes:
    with open_content(receive(upload(name, data))) as file:
        return file.read()


def pixels(data: bytes) -> bytes:
    with Image.open(BytesIO(data)) as picture:
        return picture.tobytes()


def with_everything(kind: str, **how: Any) -> bytes:
    """Return a photo that says in each way its kind knows where it was taken."""
    exif = samples.exif_with_place()
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", samples.XMP_WITH_PLACE.decode(), zip=False)
        info.add_text("Description", "Oslo")
        info.add_text("Comment", "Oslo" * 10, zip=True)
        how["pnginfo"] = info
    elif kind == "TIFF":
        exif[700] = samples.XMP_WITH_PLACE
        exif[33723] = b"\x1c\x02\x5a\0\x04Oslo"
    else:
        how["xmp"] = samples.XMP_WITH_PLACE
    if kind == "JPEG":
        how["comment"] = b"Oslo"
    data = samples.picture(kind, exif=exif.tobytes(), **how)
    if kind == "JPEG":
        iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0a\x1c\x02\x5a\0\x04Oslo\0"
        data = data[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + data[2:]
    return data


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("JPEG", {}),
        ("PNG", {}),
        ("WEBP", {}),
        ("TIFF", {}),
        ("TIFF", {"big_tiff": True}),
    ],
)
def test_the_place_is_gone_and_the_picture_the_same(kind, how):
    before = with_everything(kind, **how)
    assert any(place in before for place in PLACE)
    assert WORDS[0] in before
    after = kept(before)
    for said in [*PLACE, *WORDS]:
        assert said not in after
    assert pixels(after) == pixels(before)
    with Image.open(BytesIO(after)) as picture:
        exif = picture.getexif()
        assert not exif.get_ifd(0x8825)
        assert 0x8825 not in exif
        assert exif[0x0112] == samples.ORIENTATION
        assert exif[0x0110] == "Camera of ours"
        assert exif.get_ifd(0x8769)[0x9003] == "2026:06:03 12:00:00"
        assert "xmp" not in picture.info


def test_what_a_camera_maker_hides_in_notes_of_its_own_is_gone():
    exif = samples.exif_with_place()
    exif.get_ifd(0x8769)[0x927C] = b"MAKER: Oslo, 59.9 N"
    before = samples.picture(exif=exif)
    assert b"MAKER: Oslo" in before
    after = kept(before)
    assert b"MAKER" not in after
    assert b"Oslo" not in after


def test_colours_and_resolution_stay():
    profile = b"fake profile" * 20
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        after = kept(samples.photo(kind, icc_profile=profile, dpi=(300, 300)))
        with Image.open(BytesIO(after)) as picture:
            assert picture.info["icc_profile"] == profile
            if kind != "WEBP":
                assert round(picture.info["dpi"][0]) == 300


@pytest.mark.parametrize("how", [{"progressive": True}, {"restart_marker_rows": 1}, {"quality": 1}])
def test_every_way_to_write_a_jpeg_survives(how):
    before = samples.photo(size=(320, 240), **how)
    assert pixels(kept(before)) == pixels(before)


def test_a_scan_that_is_longer_than_what_is_read_at_once_survives(monkeypatch):
    monkeypatch.setattr("moment.content.pictures.CHUNK", 7)
    for how in ({}, {"progressive": True}, {"restart_marker_rows": 1}):
        before = samples.photo(size=(320, 240), quality=95, **how)
        assert pixels(kept(before)) == pixels(before)


def test_a_compressed_scan_survives():
    """These are read by another library, which wants the list of facts in order."""
    facts = {700: samples.XMP_WITH_PLACE, 33723: b"\x1c\x02\x5a\0\x04Oslo"}
    for compression in ("tiff_lzw", "tiff_deflate", "jpeg"):
        before = samples.picture("TIFF", compression=compression, tiffinfo=facts)
        after = kept(before)
        assert WORDS[0] not in after
        assert pixels(after) == pixels(before)


def test_moving_pictures_go_on_moving():
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    for kind in ("GIF", "WEBP", "PNG"):
        out = BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
        with Image.open(BytesIO(kept(out.getvalue()))) as picture:
            assert picture.n_frames == 3


def test_the_second_picture_behind_a_phones_first_is_left_out():
    """Phones append films and further pictures, each of which says again where it was taken."""
    before = samples.picture() + samples.photo() + b"\0\0\0\x18ftypmp42"
    assert kept(before) == kept(samples.picture())


def test_a_thumbnail_in_the_facts_keeps_no_place():
    """A second list of facts, such as a thumbnail's, may lead to a place of its own."""
    entry = struct.pack("<HHLL", 0x8825, 4, 1, 60)
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 0) + struct.pack("<L", 14)
    tiff += struct.pack("<H", 1) + entry + struct.pack("<L", 0)
    tiff = tiff.ljust(60, b"\0") + struct.pack("<H", 1)
    tiff += struct.pack("<HHLL", 2, 5, 3, 80) + struct.pack("<L", 0)
    tiff = tiff.ljust(80, b"\0") + PLACE[0]
    before = samples.picture(exif=b"Exif\0\0" + tiff)
    assert PLACE[0] in before
    assert PLACE[0] not in kept(before)


def test_facts_that_nobody_can_read_are_left_out_whole():
    for facts in (b"II*\0\xff\xff\0\0" + PLACE[0], b"nonsense" + PLACE[0], b"MM"):
        for kind in ("JPEG", "PNG", "WEBP"):
            after = kept(samples.picture(kind, exif=b"Exif\0\0" + facts))
            assert PLACE[0] not in after


def test_a_circle_in_the_facts_ends():
    circle = b"II*\0\x08\0\0\0" + struct.pack("<H", 1)
    circle += struct.pack("<HHLL", 0x8769, 4, 1, 8) + struct.pack("<L", 8)
    assert kept(samples.picture(exif=b"Exif\0\0" + circle))


def test_a_map_keeps_what_it_shows():
    """What GeoTIFF says of the ground is the map's content."""
    scale = struct.pack("<3d", 0.25, 0.25, 0)
    drawn, out = Image.new("L", (20, 20)), BytesIO()
    drawn.save(out, "TIFF", tiffinfo={33550: (0.25, 0.25, 0.0)})
    assert scale in kept(out.getvalue())


def test_private_chunks_of_programs_are_left_out_of_a_png():
    plain = samples.picture("PNG")
    data = b"place: Oslo"
    chunk = struct.pack(">L", len(data)) + b"prVt" + data
    chunk += struct.pack(">L", zlib.crc32(b"prVt" + data))
    assert kept(plain[:33] + chunk + plain[33:]) == plain


def test_a_picture_may_be_as_large_as_the_settings_say(settings):
    settings.FILES_MAX_PIXELS = 64 * 48
    assert receive(upload("site.png", samples.picture("PNG")))
    settings.FILES_MAX_PIXELS -= 1
    with pytest.raises(Refused, match="too large: 64 × 48 pixels"):
        receive(upload("site.png", samples.picture("PNG")))
