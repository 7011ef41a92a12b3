"""coursekit: learn backpropagation by writing it. The names below are its public face."""

from coursekit.activations import ACTIVATIONS, Activation
from coursekit.diagnosis.evidence import Diagnosis
from coursekit.diagnosis.forward import diagnose_forward
from coursekit.diagnosis.gradient import diagnose_gradient
from coursekit.diagnosis.steps import (
    diagnose_activation_derivative,
    diagnose_log_loss,
    diagnose_sigmoid,
    diagnose_update,
)
from coursekit.gradcheck import GradientCheck, check_gradient
from coursekit.lesson import exercises
from coursekit.losses import accuracy, log_loss, log_loss_from_logits
from coursekit.network import ForwardPass, Params, backward, forward, init_params
from coursekit.patterns import (
    PATTERNS,
    Dataset,
    Pattern,
    add_bias,
    class_shares,
    majority_baseline,
    make_dataset,
)
from coursekit.starts import draw_start
from coursekit.sweeps.result import SweepResult, SweepStopped
from coursekit.sweeps.sweep import sweep
from coursekit.training import Training, train

__version__, __date__ = "0.1.0", "2026-11-26"
