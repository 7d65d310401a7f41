"""Figures of the deficits notebook: which resources are missing, where, and what was eliminated.

In:   `Deficits` (items, by_code, table); states are `eliminated`, `persistent`, `new`, `unknown` (R23).
Out:  plotly figures; each title states the finding.
Not:  a judgement of schools: they stand in the order of the alphabet.
"""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from shnor_lib.present import labels, text, theme
from shnor_lib.present.frames import rows

ROW_HEIGHT = 26
_CODES_SHOWN = 30


def by_code(codes: pd.DataFrame, waves: tuple[str | None, str | None]) -> go.Figure:
    """Schools with each deficit at the first and at the second audit."""
    if codes.empty:
        return theme.empty("Дефициты по видам", "Дефицитов не найдено.")
    second = waves[1] is not None
    drawn = _code_order(codes).head(_CODES_SHOWN).iloc[::-1]
    y = list(range(len(drawn)))
    figure = go.Figure()
    series = [("schools_first", f"первый аудит ({text.wave(waves[0])})", "#B4C6D6", "/")]
    if second:
        series.append(("schools_second", f"второй аудит ({text.wave(waves[1])})", theme.ACCENT, ""))
    for column, name, colour, pattern in reversed(series):
        values = drawn[column].astype("Int64").fillna(0)
        figure.add_bar(
            y=y,
            x=values.astype(int),
            orientation="h",
            name=name,
            marker={
                "color": colour,
                "pattern": {"fillmode": "overlay", "shape": pattern, "fgcolor": "#6E8598", "size": 5},
            },
            text=[text.number(value) for value in values],
            textposition="outside",
            cliponaxis=False,
            textfont={"size": 11},
            customdata=[_code_title(row, 60) for row in rows(drawn)],
            hovertemplate="%{customdata}<br>школ: %{x}<extra>" + text.label(name) + "</extra>",
        )
    figure.update_yaxes(
        tickvals=y,
        ticktext=[_code_label(row) for row in rows(drawn)],
        range=[-0.6, len(y) - 0.4],
        showgrid=False,
        tickfont={"size": 12},
    )
    most = max(int(drawn[column].fillna(0).max()) for column, *_ in series)
    figure.update_xaxes(title_text="школ", rangemode="tozero", **theme.count_ticks(most))
    figure.update_layout(barmode="group", bargap=0.28, bargroupgap=0.05, legend={"traceorder": "reversed"})
    cut = len(codes) - len(drawn)
    rest = f" Показаны {len(drawn)} самых частых из {len(codes)}." if cut > 0 else ""
    return theme.styled(
        figure,
        _code_finding(codes, second),
        f"Число школ, у которых найден дефицит.{rest}",
        height=(36 if second else 24) * len(drawn) + 46,
        legend_rows=1,
    )


def matrix(items: pd.DataFrame, schools: pd.DataFrame, continuation: str = "") -> go.Figure:
    """School × code: what each school lacks, and what became of it.

    Args:
        items: one row a school and code, with `state`.
        schools: school_id, name of the schools to draw, in any order.
        continuation: title of a second and further sheet, in place of the finding.
    """
    inside = items[items["school_id"].isin(schools["school_id"])]
    if inside.empty:
        return theme.empty("Школы и дефициты", "Дефицитов не найдено.")
    states = list(labels.DEFICIT_STATES)
    codes = sorted(inside["code"].unique(), key=_code_key)
    drawn = schools.drop_duplicates("school_id").sort_values(
        ["name", "school_id"], ascending=False, key=text.alphabet
    )
    place = {school: row for row, school in enumerate(drawn["school_id"])}
    z = np.full((len(drawn), len(codes)), np.nan)
    words = np.full(z.shape, "", dtype=object)
    hover = np.full(z.shape, "", dtype=object)
    for item in rows(inside):
        at = place[item.school_id], codes.index(item.code)
        z[at] = states.index(item.state)
        words[at] = labels.DEFICIT_STATES[item.state].symbol
        hover[at] = (
            f"<b>{text.wrap(text.school_name(item.name), 48)}</b><br>{_code_title(item, 60)}<br>"
            f"{labels.DEFICIT_STATES[item.state].text}"
        )
    figure = go.Figure(
        go.Heatmap(
            z=z,
            x=list(range(len(codes))),
            y=list(range(len(drawn))),
            text=words,
            texttemplate="%{text}",
            textfont={"size": 13},
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
            hoverongaps=False,
            colorscale=theme.step_scale([_MATRIX_COLOURS[state] for state in states]),
            zmin=-0.5,
            zmax=len(states) - 0.5,
            xgap=2,
            ygap=2,
            showscale=False,
        )
    )
    figure.update_xaxes(
        tickvals=list(range(len(codes))),
        ticktext=[text.label(code) for code in codes],
        side="top",
        showgrid=False,
        tickangle=-45 if len(codes) > 18 else 0,
        range=[-0.6, len(codes) - 0.4],
    )
    figure.update_yaxes(
        tickvals=list(range(len(drawn))),
        ticktext=[
            text.label(text.shorten(text.school_name(school.name), theme.LABEL_WIDTH))
            if not text.is_missing(school.name)
            else school.school_id
            for school in rows(drawn)
        ],
        range=[-0.6, len(drawn) - 0.4],
        showgrid=False,
        tickfont={"size": 12},
    )
    return theme.styled(
        figure,
        continuation or _matrix_finding(inside, len(drawn)),
        "Столбец — код дефицита (расшифровка в таблице). "
        + ", ".join(label.marked for label in labels.DEFICIT_STATES.values())
        + ".",
        height=ROW_HEIGHT * len(drawn) + 8,
        axis=30,
    )


def municipalities(items: pd.DataFrame, schools: pd.DataFrame, continuation: str = "") -> go.Figure:
    """Municipality × code: how many audited schools still lack the resource.

    Args:
        items: one row a school and code, with `state`.
        schools: the schools of the municipalities to draw, with `audited`.
        continuation: title of a second and further sheet, in place of the finding.
    """
    lacking = items[~items["state"].eq("eliminated") & items["school_id"].isin(schools["school_id"])]
    audited = schools[schools["audited"]].groupby("municipality", observed=True).size()
    if lacking.empty or audited.empty:
        return theme.empty(continuation or "Муниципалитеты и дефициты", "Неустранённых дефицитов нет.")
    audited = audited.sort_index(ascending=False, key=text.alphabet)
    codes = sorted(items["code"].unique(), key=_code_key)
    counts = pd.crosstab(lacking["municipality"], lacking["code"])
    counts = counts.reindex(index=audited.index, columns=codes, fill_value=0)
    shares = counts.div(audited, axis=0)
    titles = {str(row.code): _code_title(row, 60) for row in rows(items.drop_duplicates("code"))}
    hover = [
        [
            f"<b>{text.label(name)}</b><br>{titles[code]}<br>"
            f"школ: {text.k_of_n(counts.loc[name, code], audited[name], 0)}"
            for code in codes
        ]
        for name in counts.index
    ]
    words = [[str(value) if value else "" for value in row] for row in counts.to_numpy()]
    figure = go.Figure(
        go.Heatmap(
            z=shares.to_numpy(dtype=float).round(2),
            x=list(range(len(codes))),
            y=list(range(len(counts))),
            text=words,
            texttemplate="%{text}",
            textfont={"size": 11.5},
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
            colorscale=[(0.0, "#F6F8FA"), (0.5, "#EDB488"), (1.0, "#B5532F")],
            zmin=0,
            zmax=1,
            xgap=2,
            ygap=2,
            showscale=False,
        )
    )
    figure.update_xaxes(
        tickvals=list(range(len(codes))), ticktext=[text.label(code) for code in codes], side="top"
    )
    figure.update_yaxes(
        tickvals=list(range(len(counts))),
        ticktext=[
            f"{text.label(text.shorten(str(name), theme.LABEL_WIDTH))}  <b>{audited[name]}</b>"
            for name in counts.index
        ],
        range=[-0.6, len(counts) - 0.4],
        tickfont={"size": 12},
    )
    figure.update_layout(xaxis={"showgrid": False}, yaxis={"showgrid": False})
    return theme.styled(
        figure,
        continuation or "Где и каких ресурсов не хватает сейчас",
        "В клетке — число школ с неустранённым дефицитом, цвет — их доля среди обследованных "
        "(их число — после названия). Столбец — код дефицита.",
        height=22 * len(counts) + 8,
        axis=30,
    )


def by_school(table: pd.DataFrame, continuation: str = "") -> go.Figure:
    """Deficits of each school by what became of them."""
    known = table[(table["baseline"].fillna(0) + table["second"].fillna(0)) > 0]
    if known.empty:
        return theme.empty("Дефициты по школам", "Дефицитов не найдено.")
    drawn = known.sort_values(["name", "school_id"], ascending=False, key=text.alphabet)
    y = list(range(len(drawn)))
    audited = drawn["known"].fillna(False).astype(bool)
    parts = {state: drawn[state].where(audited).fillna(0) for state in ("eliminated", "persistent", "new")}
    parts["unknown"] = drawn["baseline"].where(~audited).fillna(0)
    figure = go.Figure()
    for state, values in parts.items():
        if not values.sum():
            continue
        label = labels.DEFICIT_STATES[state]
        figure.add_bar(
            y=y,
            x=values.astype(int),
            orientation="h",
            name=label.marked,
            marker={
                "color": theme.DEFICIT_COLOURS[state],
                "line": {"color": theme.PAPER, "width": 1},
                "pattern": theme.pattern(state),
            },
            text=[text.number(value) if value else "" for value in values],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            customdata=[text.wrap(text.school_name(name), 48) for name in drawn["name"]],
            hovertemplate="<b>%{customdata}</b><br>" + label.text + ": %{x}<extra></extra>",
        )
    figure.update_layout(barmode="stack", bargap=0.3, legend={"traceorder": "normal"})
    figure.update_yaxes(
        tickvals=y,
        ticktext=[
            text.label(text.shorten(text.school_name(name), theme.LABEL_WIDTH))
            if not text.is_missing(name)
            else school
            for name, school in zip(drawn["name"], drawn["school_id"], strict=True)
        ],
        range=[-0.6, len(y) - 0.4],
        showgrid=False,
        tickfont={"size": 12},
    )
    most = int(pd.DataFrame(parts).sum(axis=1).max())
    figure.update_xaxes(title_text="дефицитов", rangemode="tozero", **theme.count_ticks(most))
    return theme.styled(
        figure,
        continuation or _school_finding(drawn, audited),
        "Число дефицитов школы по исходу второго аудита.",
        height=ROW_HEIGHT * len(drawn) + 50,
        legend_rows=1,
    )


_MATRIX_COLOURS = {
    "eliminated": "#CFE1EF",
    "persistent": "#E8B7A6",
    "new": "#F7E0B4",
    "unknown": "#E3E7EB",
}


def _code_key(code: str) -> tuple[tuple[int, int | str], ...]:
    """«4.10» after «4.2»."""
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in str(code).split("."))


def _code_order(codes: pd.DataFrame) -> pd.DataFrame:
    ranked = codes.assign(most=codes[["schools_first", "schools_second"]].max(axis=1))
    return ranked.sort_values(["most", "code"], ascending=[False, True])


def _code_label(row: object) -> str:
    code, parameter = str(row.code), row.parameter  # type: ignore[attr-defined]
    words = "" if text.is_missing(parameter) else " " + text.shorten(str(parameter), 40)
    return f"<b>{text.label(code)}</b>{text.label(words)}"


def _code_title(row: object, width: int) -> str:
    code, parameter = str(row.code), row.parameter  # type: ignore[attr-defined]
    words = "" if text.is_missing(parameter) else text.wrap(str(parameter), width)
    return f"<b>{text.label(code)}</b> {words}"


def _code_finding(codes: pd.DataFrame, second: bool) -> str:
    column = "schools_second" if second else "schools_first"
    ranked = codes.sort_values([column, "code"], ascending=[False, True])
    top = ranked.iloc[0]
    count = int(top[column]) if not text.is_missing(top[column]) else 0
    if count == 0:
        return "При втором аудите дефицитов не найдено"
    name = (
        f"«{text.shorten(str(top['parameter']), 60)}»"
        if not text.is_missing(top["parameter"])
        else top["code"]
    )
    return f"Самый частый дефицит: {name} — у {text.counted(count, ('школы', 'школ', 'школ'))}"


def _matrix_finding(inside: pd.DataFrame, schools: int) -> str:
    touched = inside.loc[inside["state"] != "eliminated", "school_id"].nunique()
    if touched == 0:
        return "Все найденные дефициты устранены"
    return f"Неустранённые дефициты есть у {text.part(touched, schools, genitive=True)}"


def _school_finding(drawn: pd.DataFrame, audited: pd.Series) -> str:
    twice = drawn[audited]
    if twice.empty:
        total = int(drawn["baseline"].fillna(0).sum())
        return f"Найдено {text.counted(total, text.DEFICITS)}; второго аудита ещё не было"
    gone, base = int(twice["eliminated"].sum()), int(twice["baseline"].sum())
    if base == 0:
        return "При первом аудите дефицитов не найдено"
    return (
        f"{text.plural(gone, 'Устранён', 'Устранены', 'Устранено')} {text.number(gone)} "
        f"из {text.number(base)} {text.plural(base, 'дефицита', 'дефицитов', 'дефицитов')} первого аудита"
    )
