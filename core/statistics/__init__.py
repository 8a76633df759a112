"""Floor 1: rates with intervals, agreement, guarantees, and estimates from human and model judgements."""

from core.statistics.agreement import Kappa, answer_agreement, cohen_kappa, fleiss_kappa
from core.statistics.clustered import clustered_rate, ratio_variance
from core.statistics.guarantee import Tally, enough_for, lower_bound, lowest_threshold, p_value
from core.statistics.independence import independence
from core.statistics.needed import labels_needed
from core.statistics.prediction_powered import prediction_powered_rate
from core.statistics.rates import Rate, normal_quantile, t_quantile, wilson, wilson_rate
from core.statistics.stratified import Stratum, stratified_rate
from core.statistics.warnings import FEWEST, too_few

__all__ = [
    "FEWEST",
    "Kappa",
    "Rate",
    "Stratum",
    "Tally",
    "answer_agreement",
    "clustered_rate",
    "cohen_kappa",
    "enough_for",
    "fleiss_kappa",
    "independence",
    "labels_needed",
    "lower_bound",
    "lowest_threshold",
    "normal_quantile",
    "p_value",
    "prediction_powered_rate",
    "ratio_variance",
    "stratified_rate",
    "t_quantile",
    "too_few",
    "wilson",
    "wilson_rate",
]
