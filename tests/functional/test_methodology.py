"""Commands about methods: tables in Russian, all faults at once."""

import pytest

from shnor_lib.cli import run
from shnor_lib.methodology import shipped


def said(capsys, *arguments):
    code = run(["methodology", *map(str, arguments)])
    shown = capsys.readouterr()
    return code, " ".join(shown.out.split()), shown.err


def test_list_names_every_profile_with_years_and_source(capsys):
    code, out, _ = said(capsys, "list")
    assert code == 0
    for name in shipped():
        assert name in out
    assert "2023–2025" in out
    assert "№ 94-А" in out


def test_show_tells_rule_value_and_who_says_so(capsys):
    code, out, _ = said(capsys, "show", "dagestan-2023")
    assert code == 0
    assert "Наследует: rosobrnadzor-847" in out
    for words in ("R11 limb_b", "same_series", "источник", "решает регион", "по умолчанию"):
        assert words in out


def test_diff_shows_only_what_differs(capsys):
    code, out, _ = said(capsys, "diff", "rosobrnadzor-847", "kbr-2024")
    assert code == 0
    assert "clusters.scheme" in out
    assert "imported (источник)" in out
    assert "threshold_percent" not in out
    assert "не различаются" in said(capsys, "diff", "kbr-2024", "kbr-2024")[1]


class TestCheck:
    def test_a_right_file_is_counted(self, capsys, tmp_path):
        path = tmp_path / "ours.yml"
        path.write_text(
            "inherits: rosobrnadzor-847\ntitle: Наша\nsource: приказ № 1\nregion: Край\n"
            "identification: {attempt: best}\n",
            encoding="utf-8",
        )
        code, out, _ = said(capsys, "check", path)
        assert code == 0
        assert "Методика принята" in out
        assert "из источника: 1" in out
        assert "действует умолчание" in out

    def test_all_faults_come_together(self, capsys, tmp_path):
        path = tmp_path / "ours.yml"
        path.write_text(
            "inherits: rosobrnadzor-847\nvalid: {from: 2025, to: 2020}\nregional: [identification.limb]\n"
            "identification: {threshold_percent: 0, gve: separate}\nwatch: {parts: [one]}\n",
            encoding="utf-8",
        )
        code, _, err = said(capsys, "check", path)
        assert code == 2
        for words in ("позже последнего", "identification.limb_b", "не меньше 1", "серии ГВЭ", "watch.parts"):
            assert words in err, err


@pytest.mark.parametrize("arguments", [("show", "no-such"), ("nonsense",)])
def test_misuse_names_what_there_is(capsys, arguments):
    code, _, err = said(capsys, *arguments)
    assert code == 2
    assert "dagestan-2023" in err or "check" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("identify", "--out", "x.csv", "лишнее"), "лишнее: лишнее."),
        (("demo", "--seed", "1", "а", "б"), "лишнее: а б."),
        (("identify", "--out"), "у параметра --out нет значения"),
    ],
)
def test_misuse_of_any_command_is_said_in_russian(capsys, arguments, told):
    assert run(list(arguments)) == 2
    err = capsys.readouterr().err
    assert told in err
    assert not any(word in err for word in ("Got", "unexpected", "requires"))
