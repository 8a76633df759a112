"""Floor 1: rates with intervals, agreement, differences, guarantees, and estimates of people and models."""

from core.statistics.agreement import Kappa, answer_agreement, cohen_kappa, fleiss_kappa
from core.statistics.bootstrap import Change, bootstrap_change
from core.statistics.clustered import clustered_rate, ratio_variance
from core.statistics.guarantee import Tally, enough_for, lower_bound, lowest_threshold, p_value
from core.statistics.independence import independence
from core.statistics.multiple import holm
from core.statistics.needed import labels_needed
from core.statistics.paired import (
    Direction,
    PairedDifference,
    exact_mcnemar,
    paired_difference,
    sign_flip_p,
)
from core.statistics.passes import all_of, pass_power
from core.statistics.power import paired_power, pairs_needed
from core.statistics.prediction_powered import prediction_powered_rate
from core.statistics.rates import Rate, normal_quantile, t_quantile, wilson, wilson_rate
from core.statistics.stratified import Stratum, stratified_rate
from core.statistics.summed import ClusterSums, summed_rate, summed_variance
from core.statistics.warnings import FEWEST, too_few

__all__ = [
    "FEWEST",
    "Change",
    "ClusterSums",
    "Direction",
    "Kappa",
    "PairedDifference",
    "Rate",
    "Stratum",
    "Tally",
    "all_of",
    "answer_agreement",
    "bootstrap_change",
    "clustered_rate",
    "cohen_kappa",
    "enough_for",
    "exact_mcnemar",
    "fleiss_kappa",
    "holm",
    "independence",
    "labels_needed",
    "lower_bound",
    "lowest_threshold",
    "normal_quantile",
    "p_value",
    "paired_difference",
    "paired_power",
    "pairs_needed",
    "pass_power",
    "prediction_powered_rate",
    "ratio_variance",
    "sign_flip_p",
    "stratified_rate",
    "summed_rate",
    "summed_variance",
    "t_quantile",
    "too_few",
    "wilson",
    "wilson_rate",
]
