"""Floor 1: rates with intervals, agreement, and estimates from few human and many model judgements."""

from core.statistics.agreement import Kappa, answer_agreement, cohen_kappa, fleiss_kappa
from core.statistics.clustered import clustered_rate
from core.statistics.prediction_powered import prediction_powered_rate
from core.statistics.rates import Rate, wilson_rate
from core.statistics.stratified import Stratum, stratified_rate
from core.statistics.warnings import too_few

__all__ = [
    "Kappa",
    "Rate",
    "Stratum",
    "answer_agreement",
    "clustered_rate",
    "cohen_kappa",
    "fleiss_kappa",
    "prediction_powered_rate",
    "stratified_rate",
    "too_few",
    "wilson_rate",
]
