"""Values of settings in Russian, for those who read a page and not a profile.

In:   nothing.
Out:  `WORDS`: setting → value in a profile → words; `said`: the words of a value, or the value itself.
Not:  what a setting means (its description stands in the model) and names of clusters (see `present.labels`).
"""

WORDS: dict[str, dict[str, str]] = {
    "identification.listing": {
        "rule": "по правилу",
        "rule_and_low_index": "по правилу и низкому индексу",
        "imported": "полученный перечень",
    },
    "identification.distinct": {
        "series": "каждую серию: экзамен, предмет и класс",
        "exam_type": "ВПР, ОГЭ, ЕГЭ",
        "subject": "предметы",
    },
    "identification.ege_maths": {"separate": "порознь", "combined": "вместе"},
    "identification.limb_b": {"same_series": "в той же серии", "any_series": "в любой"},
    "identification.previous_year": {
        "calendar": "календарный",
        "last_held": "последний, когда процедура была",
    },
    "identification.comparability": {"warn": "учитывать с пометкой", "strict": "не оценивать"},
    "identification.small_counts": {
        "as_is": "как есть",
        "suppress": "не оценивать",
        "pool": "объединять годы",
    },
    "identification.attempt": {"first": "первая", "best": "лучшая", "all_rows": "каждая"},
    "identification.out_of_scope": {"excluded": "вне охвата", "included": "наравне"},
    "identification.gve": {"excluded": "не считать", "separate": "отдельными сериями"},
    "identification.biased_list": {
        "annotate": "отмечать, статус прежний",
        "exclude_from_positive": "улучшение не подтверждать",
        "separate": "показывать отдельно",
    },
    "identification.merged_schools": {
        "sum": "складывать",
        "successor_only": "только преемника",
        "any_predecessor": "любой из прежних",
    },
    "clusters.scheme": {
        "imported": "полученные метки",
        "hits": "по числу процедур",
        "max_share": "по наибольшей доле",
        "pooled_share": "по доле во всех процедурах вместе",
        "mean_share": "по средней доле",
    },
    "social_index.scaling": {
        "minmax": "от наименьшего до наибольшего",
        "zscore": "стандартная",
        "rank": "по рангам",
    },
    "social_index.weights": {
        "equal": "равные",
        "given": "заданные",
        "first_component": "по первой главной компоненте",
    },
    "social_index.quartile": {"nearest_rank": "по ближайшему рангу", "linear": "с интерполяцией"},
    "risk.parts": {
        "deficits": "дефициты",
        "low_index": "низкий индекс",
        "no_prevention": "нет профилактики",
        "high_factors": "факторы высокой значимости",
        "imported": "полученный перечень",
    },
    "watch.parts": {
        "one_hit": "порог достигнут в одной процедуре",
        "near_threshold": "доля близка к порогу",
        "worsening": "ухудшение",
        "low_index_high_factors": "низкий индекс и факторы высокой значимости",
    },
    "neighbours.by": {
        "index": "социальный индекс",
        "size": "размер",
        "locality": "местность",
        "level": "уровень",
    },
    "support.clusters": {
        "project_500": "«500+»",
        "addressed": "адресная поддержка",
        "risk": "риск",
        "prevention": "профилактика",
    },
}


def said(setting: str, value: str) -> str:
    """Words of a value; the value itself where it has none."""
    return WORDS.get(setting, {}).get(value, value)
