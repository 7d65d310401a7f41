"""`shnor.yml`: what is wrong with it is said in Russian; neither the YAML reader nor the validator speaks."""

import re

import pytest

from shnor_lib.errors import InputError
from shnor_lib.settings import load_settings


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"region: [1, 2\n", "не читается как YAML, строка 2"),
        (b"\xff\xfe\x00", "не в кодировке UTF-8"),
        (b"region: 2025-99-99\n", "не читается как YAML"),
        (b"- 1\n", "из строк «ключ: значение»"),
        (b"region: 5\n", "«region»: нужна строка"),
        (b"acknowledged_codes: 7\n", "«acknowledged_codes»: нужен список кодов"),
        (b"acknowledged_codes: [7]\n", "нужна строка (в кавычках, если это число)"),
        (b"metodika: tomsk-2020\n", "«metodika»: такого ключа нет"),
    ],
)
def test_a_damaged_file_of_settings(tmp_path, content, told):
    path = tmp_path / "shnor.yml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_settings(path)
    said = str(caught.value)
    assert told in said
    rest = re.sub(r"«[^»]*»|shnor|YAML|UTF-8|Допустимые ключи.*", "", said)
    assert not re.search("[A-Za-z]{3}", rest), rest


@pytest.mark.parametrize("content", ["", "# ничего\n", "region: 'Край'\n"])
def test_an_empty_file_means_the_defaults(tmp_path, content):
    path = tmp_path / "shnor.yml"
    path.write_text(content, encoding="utf-8")
    assert load_settings(path).methodology == "rosobrnadzor-847"
