"""The single home of Russian labels for machine values.

In:   machine values of the tidy tables and of the analysis.
Out:  `Label`: words for a person, a symbol (so that colour never alone carries meaning), a hint.
Not:  colours (see `theme`), names of series (see `data.series`), sentences (see the pages).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

MISSING = "—"
SUPPRESSED = "скрыто"
SUPPRESSED_HINT = "участников слишком мало: числа не публикуются"


@dataclass(frozen=True)
class Label:
    """Words for one machine value.

    Attributes:
        text: short label, nominative case.
        symbol: one character, distinct within its group.
        hint: what it means, one clause for a legend or a tooltip.
    """

    text: str
    symbol: str = ""
    hint: str = ""

    @property
    def marked(self) -> str:
        """Symbol and text: «● ШНОР»."""
        return f"{self.symbol} {self.text}" if self.symbol else self.text


STATUSES: dict[str, Label] = {
    "shnor": Label("ШНОР", "●", "школа с низкими образовательными результатами: входит в список"),
    "watch": Label("внимание", "▲", "одна процедура на уровне порога или выше: для списка недостаточно"),
    "risk": Label("риск", "◆", "порог не достигнут, но есть факторы риска снижения результатов"),
    "not_identified": Label("не выявлена", "○", "признаков низких результатов нет"),
    "doubtful": Label(
        "результаты под сомнением", "?", "школа есть в списке с признаками необъективности результатов"
    ),
    "not_evaluable": Label("не оценивается", "–", "нет результатов, по которым можно судить"),
}

CLUSTERS: dict[str, Label] = {
    "severe": Label("сильно неуспевающие", "■"),
    "moderate": Label("умеренно неуспевающие", "▣"),
    "basic": Label("базово неуспевающие", "□"),
}

# Rows and columns of the transition matrix: the clusters and what lies beside them.
TRANSITIONS: dict[str, Label] = CLUSTERS | {
    "not_listed": Label("не в списке", "○", "школа не входит в список ШНОР"),
    "not_evaluable": Label("не оценивается", "–", "нет результатов, по которым можно судить"),
}

MOVEMENTS: dict[str, Label] = {
    "positive": Label("положительная", "↑", "переход в более благополучный кластер или выход из списка"),
    "neutral": Label("нейтральная", "=", "кластер не изменился"),
    "negative": Label("отрицательная", "↓", "переход в менее благополучный кластер"),
    "exit_unconfirmed": Label(
        "выход не подтверждён", "?", "школы нет в списке, но данных меньше или они под сомнением"
    ),
    "entry": Label("вход в список", "→", "годом ранее школы в списке не было"),
    "not_evaluable": Label("не оценивается", "–", "в одном из двух лет судить не по чему"),
}

MOVEMENT_REASONS: dict[str, Label] = {
    "exit": Label("выход из списка"),
    "exit_biased": Label("выход из списка; школа в списке с признаками необъективности"),
    "fewer_series": Label("оценивается меньше процедур, чем годом ранее"),
    "biased": Label("школа в списке с признаками необъективности"),
    "closed": Label("школы нет среди действующих"),
    "no_base": Label("годом ранее школа не оценивалась"),
}

# How exactly a share is measured: the number of participants, nothing else.
RELIABILITY: dict[str, Label] = {
    "very_low": Label("очень низкая", "○", "меньше 5 участников"),
    "low": Label("низкая", "◔", "от 5 до 9 участников"),
    "medium": Label("средняя", "◑", "от 10 до 29 участников"),
    "high": Label("высокая", "●", "30 участников и больше"),
}

CERTAINTY: dict[str, Label] = {
    "above": Label("уверенно выше порога", "▲", "весь доверительный интервал не ниже порога"),
    "borderline": Label("пограничная", "◆", "порог лежит внутри доверительного интервала"),
    "below": Label("уверенно ниже порога", "▽", "весь доверительный интервал ниже порога"),
}

# Whether the verdict would be the same again: a share at the threshold is exact and the verdict is not firm.
FIRMNESS: dict[str, Label] = {
    "firm": Label("твёрдо", "●", "вердикт почти наверное был бы тем же, если бы работы писали другие дети"),
    "grey": Label("на границе", "◑", "вердикт мог бы быть другим по одной только случайности"),
    "against": Label("вряд ли повторится", "○", "с другими детьми вердикт, вероятнее всего, был бы другим"),
}

# Signals of credibility (METHODOLOGY §6.4): reasons to look, none of them a verdict.
SIGNALS: dict[str, Label] = {
    "bunching": Label(
        "скученность у границы «3»", "▮", "на первом балле «3» гораздо больше участников, чем на балл ниже"
    ),
    "pass_mark": Label(
        "держится на одном балле", "◇", "школа вошла бы в список, если бы минимум был на один балл выше"
    ),
    "journal_raised": Label(
        "отметки выше журнальных", "↑", "за работу чаще обычного отметка выше, чем в журнале"
    ),
    "journal_lowered": Label(
        "отметки ниже журнальных", "↓", "за работу чаще обычного отметка ниже, чем в журнале"
    ),
    "jump": Label("резкий скачок", "⇅", "результаты изменились гораздо резче, чем в других школах"),
}

# Readings of the rule side by side (`verdicts.READINGS`).
READINGS: dict[str, Label] = {
    "threshold 25": Label("порог 25 %", hint="порог ниже, чем в методике"),
    "threshold 35": Label("порог 35 %", hint="порог выше, чем в методике"),
    "at least 5": Label("не меньше 5 участников", hint="работы, где участников меньше, не считаются"),
    "at least 10": Label("не меньше 10 участников", hint="работы, где участников меньше, не считаются"),
    "at least 20": Label("не меньше 20 участников", hint="работы, где участников меньше, не считаются"),
    "pool 3": Label("три года вместе", hint="результаты работы за три года складываются"),
    "any series": Label(
        "два года подряд в любых работах", hint="в прошлом году порог мог быть достигнут в другой работе"
    ),
    "exam types": Label(
        "две разные процедуры",
        hint="ВПР, ОГЭ и ЕГЭ считаются по одной процедуре, сколько бы ни было предметов",
    ),
    "strict": Label("только сравнимые годы", hint="прошлый год считается, только если работы сравнимы"),
}

# Readings of limb B and windows of years that can be tried on a page (`pages.trial`).
LIMB_B = {"same_series": Label("в той же процедуре"), "any_series": Label("в любой процедуре")}
YEARS: dict[str, Label] = {
    "calendar": Label("отчётный и предыдущий"),
    "last_held": Label("отчётный и последний, когда процедуру проводили"),
    "pool2": Label("два года вместе"),
    "pool3": Label("три года вместе"),
}

# Targets (R24): how a plan is worded, and why it cannot be judged (`analysis.targets`).
GOALS: dict[str, Label] = {
    "at_least": Label("не менее"),
    "at_most": Label("не более"),
    "times_more": Label("больше"),
    "times_less": Label("меньше"),
}
TARGET_STATES: dict[str, Label] = {
    "no_base": Label("не указана база"),
    "no_data": Label("нет сведений"),
    "no_goal": Label("не указано направление"),
    "bounds": Label("числа известны неточно"),
    "ahead": Label("срок не наступил"),
    "hidden": Label("скрыто"),
}
JUMPS: dict[str, Label] = {"rise": Label("рост", "↑"), "fall": Label("спад", "↓")}
JUMP_KINDS: dict[str, Label] = {
    "grades": Label("те же дети через год"),
    "years": Label("та же работа через год"),
    "oge": Label("ВПР и ОГЭ тех же детей"),
}
EVIDENCE: dict[str, Label] = {
    "marks": Label("по отметкам в данных"),
    "scale": Label("по шкале"),
    "unknown": Label("неизвестна"),
}

DEFICIT_STATES: dict[str, Label] = {
    "eliminated": Label("устранён", "✓", "был при первом аудите, при втором не найден"),
    "persistent": Label("сохраняется", "■", "найден при обоих аудитах"),
    "new": Label("новый", "+", "найден только при втором аудите"),
    "unknown": Label("нет второго аудита", "?", "найден при первом аудите, второго аудита школы нет"),
}

SIGNIFICANCE: dict[str, Label] = {
    "high": Label("высокая", "▲"),
    "medium": Label("средняя", "◆"),
    "low": Label("низкая", "▽"),
}

SUPPORT: dict[str, Label] = {
    "prevention": Label(
        "№ 1: профилактика", "◔", "есть группы неуспевающих: профилактика учебной неуспешности"
    ),
    "addressed": Label("№ 2: адресная поддержка", "●", "фактическая неуспеваемость: адресная поддержка"),
    "risk": Label("№ 3: риск", "◆", "есть факторы риска снижения результатов"),
    "project_500": Label("500+", "✦", "участник проекта «500+»: сопровождение его программ"),
}

# Who decided a setting of a method; the hint is the nominative for a sum.
ORIGINS: dict[str, Label] = {
    "source": Label("источник", hint="из источника"),
    "inherited": Label("источник методики", hint="из источника унаследованной методики"),
    "regional": Label("решает регион", hint="решает регион"),
    "default": Label("по умолчанию", hint="по умолчанию"),
}

INDEX_STATES: dict[str, Label] = {
    "complete": Label("рассчитан", "●", "есть все показатели паспорта"),
    "incomplete": Label("неполный", "◑", "есть не все показатели, но достаточно для расчёта"),
    "not_calculated": Label("не рассчитан", "–", "показателей не хватает: отсутствующее ничем не заменяют"),
}

INDEX_REASONS: dict[str, Label] = {
    "no_passport": Label("нет социального паспорта"),
    "old_passport": Label("паспорт слишком старый"),
    "unfilled": Label("в паспорте одни нули: форма, вероятно, не заполнена"),
    "few_indicators": Label("мало показателей"),
    "no_difference": Label("показатели одинаковы у всех школ"),
    "no_weights": Label("веса показателей не приняты"),
}

WEIGHT_REFUSALS: dict[str, Label] = {
    "no_component": Label("общей составляющей у показателей нет"),
    "low_kmo": Label("показатели слабо связаны между собой (мера КМО)"),
    "sign_conflict": Label("вес показателя противоречит его знаку"),
}

RISK_PARTS: dict[str, Label] = {
    "deficits": Label("ресурсные дефициты", "▣"),
    "low_index": Label("социальный индекс в нижнем квартиле", "▽"),
    "no_prevention": Label("нет системы профилактики неуспешности", "∅"),
    "high_factors": Label("факторы риска высокой значимости", "▲"),
    "imported": Label("школа в полученном перечне школ зоны риска", "≡"),
}

WATCH_PARTS: dict[str, Label] = {
    "one_hit": Label("порог достигнут", hint="для списка этого недостаточно"),
    "near_threshold": Label("доля у порога", hint="сглаженная доля близка к порогу или выше него"),
    "worsening": Label("доля растёт", hint="общая доля не преодолевших заметно выросла"),
    "low_index_high_factors": Label(
        "низкий индекс и высокие риски", hint="есть факторы риска высокой значимости"
    ),
}

STANDINGS: dict[str, Label] = {
    "higher": Label("выше сходных", "▲", "весь доверительный интервал выше доли сходных школ"),
    "same": Label("как у сходных", "◆", "доля сходных школ лежит внутри доверительного интервала"),
    "lower": Label("ниже сходных", "▽", "весь доверительный интервал ниже доли сходных школ"),
}

CHARACTERISTICS: dict[str, Label] = {
    "index": Label("социальный индекс"),
    "size": Label("число обучающихся"),
    "locality": Label("город или село"),
    "level": Label("уровень"),
}

LOCALITIES: dict[str, Label] = {"urban": Label("город"), "rural": Label("село")}

LEVELS: dict[int, Label] = {
    4: Label("начальная", hint="классы 1–4"),
    9: Label("основная", hint="классы 1–9"),
    11: Label("средняя", hint="классы 1–11"),
}

SCHOOL_STATUSES: dict[str, Label] = {
    "active": Label("действует"),
    "branch": Label("филиал"),
    "closed": Label("закрыта"),
}

CROSSWALK_KINDS: dict[str, Label] = {
    "rename": Label("переименование"),
    "prefix": Label("смена первых цифр кода"),
    "merge": Label("объединение"),
    "split": Label("разделение"),
    "close": Label("закрытие"),
    "branch": Label("преобразование в филиал"),
}

ATTEMPTS: dict[str, Label] = {
    "first": Label("первая попытка"),
    "best": Label("лучшая попытка"),
    "all_rows": Label("все строки файла"),
}

HELD: dict[str, Label] = {
    "yes": Label("проводилась"),
    "no": Label("не проводилась"),
    "partial": Label("проводилась частично"),
}

SCHEMES: dict[str, Label] = {
    "imported": Label("полученные кластеры", hint="кластер взят из полученной таблицы"),
    "hits": Label("по числу процедур", hint="одна процедура — базово, две — умеренно, три и больше — сильно"),
    "max_share": Label(
        "по наибольшей доле", hint="от 30 до 50 % — базово, от 50 до 70 % — умеренно, от 70 % — сильно"
    ),
    "pooled_share": Label(
        "по общей доле", hint="доля по всем процедурам вместе: до 30 % — базово, от 50 % — сильно"
    ),
    "mean_share": Label("по средней доле", hint="средняя из долей: до 30 % — базово, от 50 % — сильно"),
}


def of(labels: Mapping[Any, Label], value: object) -> Label:
    """Label of a machine value; a dash where it is missing, the value itself where it is not known."""
    if value is None or value is pd.NA or value != value or value == "":
        return Label(MISSING)
    return labels.get(value) or Label(str(value))
